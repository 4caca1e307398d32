//! Makes corpora that look like news, from a seed alone: articles, copies of many kinds, templates,
//! footers, tiny texts. Never: looks at what nearcopy finds.

use nearcopy::{Corpus, Document};

/// SplitMix64: the same numbers everywhere.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678)
    }
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }
    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
    /// A number of the range, both ends included.
    pub fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most - least + 1)
    }
    pub fn percent(&mut self, p: usize) -> bool {
        self.below(100) < p
    }
    pub fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.below(i + 1));
        }
    }
}

const SYLLABLES: [&str; 20] = [
    "ba", "ke", "di", "lor", "mu", "nes", "pa", "ri", "sto", "tan", "ve", "wil", "gra", "fen",
    "hou", "jet", "qui", "zam", "ost", "ler",
];
const LITTLE: [&str; 14] =
    ["the", "of", "a", "to", "in", "and", "on", "for", "was", "that", "it", "by", "with", "from"];

/// The word of this number.
pub fn word(n: usize) -> String {
    let n = n + 20;
    let mut rest = n;
    let mut out = String::new();
    while rest > 0 {
        out.push_str(SYLLABLES[rest % 20]);
        rest /= 20;
    }
    out
}

/// A little word, a common one, a rare one, a name or a number.
pub fn any_word(dice: &mut Dice) -> String {
    match dice.below(100) {
        0..30 => (*dice.pick(&LITTLE)).to_owned(),
        30..60 => word(dice.below(200)),
        60..88 => word(dice.below(6000)),
        88..95 => capital(&word(dice.below(800))),
        _ => dice.between(2, 4000).to_string(),
    }
}

fn capital(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

pub fn sentence(dice: &mut Dice) -> String {
    let count = dice.between(7, 18);
    let mut words: Vec<String> = (0..count).map(|_| any_word(dice)).collect();
    words[0] = capital(&words[0]);
    let comma = dice.below(count);
    if comma + 1 < count {
        words[comma].push(',');
    }
    words.join(" ") + "."
}

pub fn paragraph(dice: &mut Dice) -> String {
    let count = dice.between(1, 4);
    (0..count).map(|_| sentence(dice)).collect::<Vec<_>>().join(" ")
}

/// The paragraphs of a new article.
pub fn article(dice: &mut Dice) -> Vec<String> {
    let count = dice.between(2, 6);
    (0..count).map(|_| paragraph(dice)).collect()
}

/// Some words of some paragraphs replaced, dropped or doubled: `percent` of all.
pub fn edited(article: &[String], percent: usize, dice: &mut Dice) -> Vec<String> {
    let edit = |p: &String| {
        let mut out: Vec<String> = Vec::new();
        for w in p.split(' ') {
            match if dice.percent(percent) { dice.below(3) } else { 3 } {
                0 => out.push(any_word(dice)),
                1 => {}
                2 => out.extend([w.to_owned(), any_word(dice)]),
                _ => out.push(w.to_owned()),
            }
        }
        out.join(" ")
    };
    article.iter().map(edit).collect()
}

/// A copy as other outlets print it: edited, and perhaps cut, re-ordered or with a paragraph of its
/// own.
fn near_copy(of: &[String], dice: &mut Dice) -> Vec<String> {
    let mut out = edited(of, *dice.clone_pick(&[0, 1, 3, 6, 12]), dice);
    if dice.percent(25) && out.len() > 2 {
        out.truncate(out.len() - dice.between(1, out.len() / 2));
    }
    if dice.percent(20) {
        dice.shuffle(&mut out);
    }
    if dice.percent(25) {
        let at = dice.below(out.len() + 1);
        out.insert(at, paragraph(dice));
    }
    out
}

impl Dice {
    /// [`Dice::pick`] of a list that lives as long as the program.
    fn clone_pick<T>(&mut self, of: &'static [T]) -> &'static T {
        &of[self.below(of.len())]
    }
}

/// The same wording with other figures and names.
fn template(dice: &mut Dice) -> Vec<String> {
    let mut name = || capital(&word(dice.below(5000)));
    let (x, y) = (name(), name());
    let mut number = || dice.between(100, 9999).to_string();
    let (a, b, c, d) = (number(), number(), number(), number());
    vec![
        format!(
            "{x} reported a net profit of {a} thousand dollars for the quarter, compared with {b} \
             thousand a year before."
        ),
        format!(
            "Sales of the {y} division rose to {c} units, and the board proposes a dividend of {d} \
             cents a share."
        ),
    ]
}

const TINY: [&str; 8] =
    ["", " \n", "--", "Correction", "No comment.", "Photo: Reuters", "12", "See page 4 for more."];
const SOURCES: [&str; 4] = ["Courier", "Ledger", "Post", "Star"];

/// The last paragraph of everything that a source prints.
fn footer(source: &str) -> String {
    format!(
        "Read more at {source} dot example and subscribe to the {source} morning letter, free for \
         thirty days, no card needed."
    )
}

/// Texts of all kinds.
fn texts(seed: u64, count: usize) -> Vec<(String, Option<&'static str>, Option<String>)> {
    let mut dice = Dice::new(seed);
    let mut articles: Vec<Vec<String>> = vec![article(&mut dice), article(&mut dice)];
    let mut out: Vec<(String, Option<&'static str>, Option<String>)> = Vec::new();
    while out.len() < count {
        let earlier = articles[dice.below(articles.len())].clone();
        let source = dice.percent(75).then(|| *dice.clone_pick(&SOURCES));
        let date = dice.percent(70).then(|| format!("2026-01-{:02}", dice.between(1, 28)));
        let mut paragraphs = match dice.below(100) {
            0..30 => article(&mut dice),
            30..65 => near_copy(&earlier, &mut dice),
            65..72 => {
                let mut of = earlier;
                of.extend(articles[dice.below(articles.len())].clone());
                of.extend(article(&mut dice));
                of
            }
            72..79 => {
                let mut of = article(&mut dice);
                of.push(dice.pick(&earlier).clone());
                of
            }
            79..86 => template(&mut dice),
            86..92 => vec![(*dice.pick(&TINY)).to_owned()],
            _ => {
                // An exact copy, but for what does not count.
                let text = out.last().map_or(String::new(), |t| t.0.clone());
                vec![if dice.percent(50) { text } else { text.to_uppercase() }]
            }
        };
        if paragraphs.len() > 1 {
            articles.push(paragraphs.clone());
            if dice.percent(80) {
                paragraphs.extend(source.map(footer));
            }
        }
        out.push((paragraphs.join("\n\n"), source, date));
    }
    out
}

/// Documents of all kinds, with ids that say nothing of how they were made.
pub fn documents(seed: u64, count: usize) -> Vec<Document> {
    let mut dice = Dice::new(!seed);
    let mut ids: Vec<usize> = (0..count).collect();
    dice.shuffle(&mut ids);
    let document = |(id, (text, source, date)): (usize, (String, Option<&str>, Option<String>))| {
        let mut d = Document::new(format!("n{id:04}"), text);
        d.info.source = source.map(Into::into);
        d.info.date = date.map(Into::into);
        d
    };
    ids.into_iter().zip(texts(seed, count)).map(document).collect()
}

/// The same as a corpus.
pub fn corpus(seed: u64, count: usize) -> Corpus {
    Corpus::new(documents(seed, count)).expect("small texts")
}

/// `count` words, any.
pub fn words(dice: &mut Dice, count: usize) -> String {
    (0..count).map(|_| any_word(dice)).collect::<Vec<_>>().join(" ")
}

/// Words that stand nowhere else: those of the numbers `from` on.
pub fn distinct(from: usize, count: usize) -> String {
    (from..from + count).map(word).collect::<Vec<_>>().join(" ")
}
