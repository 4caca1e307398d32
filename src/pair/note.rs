//! Owns: when a passage that two texts share looks like a note: what an outlet puts under or above
//! texts that share nothing else. Never: finds the texts, or decides from how many pairs a note
//! follows.

use crate::align::run::{Run, usize_range};
use crate::align::seed_table::SEED;
use crate::pair::background::{Background, RARE};
use crate::sketch::anchor::{is_anchor, is_at_edge};
use crate::sketch::recipe::Recipe;
use crate::text::paragraph;
use crate::text::shingle::{Shingles, intersection_size, shingles};
use crate::text::token::{Tokens, tokenize};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

/// The most unequal tokens between two runs of one note: the number of an issue, a name.
pub const BRIDGE: u32 = 8;
/// The least length of a note in tokens; a set phrase is shorter.
const NOTE_TOKENS: u32 = 10;
/// The most letters before the mark of a quoted line.
const INITIALS: usize = 4;
/// The most tokens before the first or behind the last passage of a text.
const EDGE: u32 = 3;
/// The least number of tokens besides the passage from which the rest of a text shows anything.
const REST_TOKENS: usize = 3;
/// The least length of that rest, as a share of the passage: copies of one story have bylines
/// besides it.
const REST_SHARE: f64 = 0.25;
/// The greatest length of the other passages that two texts share, by the length of the one that is
/// looked at: copies of one story share many passages.
const SHARED_ELSEWHERE: f64 = 1.5;
/// The greatest share of the windows, and of the rare words, that the rests of two unrelated texts
/// have in common.
const WINDOWS_IN_COMMON: f64 = 0.10;
const WORDS_IN_COMMON: f64 = 0.15;
/// The number of texts from which on it is known which words are rare.
const KNOWS_RARE: u64 = 200;

/// A text in which a note is looked for. Most texts turn out to hold none by their tokens alone, so
/// the rest is found when it is asked for.
pub struct NoteHolder<'t> {
    text: Cow<'t, str>,
    tokens: Tokens,
    /// The number of words in an anchor.
    anchor: u32,
    windows: Shingles,
    /// Each anchor and its first place, sorted by anchor.
    places: Vec<(u64, u32)>,
    paragraphs: OnceLock<Vec<Range<u32>>>,
    /// Whether a token is boilerplate; empty where none is.
    boilerplate: OnceLock<Vec<bool>>,
    /// The tokens on lines that are marked as quoted from another text, as in an answer by mail.
    quoted: OnceLock<Vec<Range<u32>>>,
    seeds: OnceLock<SortedWindows>,
    /// The rare words with their tokens, sorted.
    rare: OnceLock<Vec<(u64, u32)>>,
}

/// The windows of [`SEED`] words, by their hashes: those that are left when a passage is left out
/// need no sort then.
struct SortedWindows {
    /// The hashes, sorted, and the place of each.
    hashes: Vec<u64>,
    places: Vec<u32>,
    /// The end of the window at each place.
    ends: Vec<u32>,
}

impl SortedWindows {
    fn new(tokens: &Tokens) -> SortedWindows {
        let mut all = Shingles::default();
        shingles(tokens, SEED, &mut all);
        let mut sorted: Vec<(u64, u32)> = all.hashes.into_iter().zip(0..).collect();
        sorted.sort_unstable();
        let (hashes, places) = sorted.into_iter().unzip();
        SortedWindows { hashes, places, ends: all.ends }
    }

    /// The hashes of the windows whose tokens are all in the rest, sorted and without duplicates.
    fn inside(&self, rest: &[bool]) -> Vec<u64> {
        // The first token from each place on that is not in the rest.
        let mut next = rest.len() as u32;
        let mut outside = vec![next; rest.len()];
        for (i, outside) in outside.iter_mut().enumerate().rev() {
            next = if rest[i] { next } else { i as u32 };
            *outside = next;
        }
        let inside = |&i: &u32| outside[i as usize] >= self.ends[i as usize];
        let mut hashes = Vec::with_capacity(self.hashes.len());
        for (hash, place) in self.hashes.iter().zip(&self.places) {
            if inside(place) && hashes.last() != Some(hash) {
                hashes.push(*hash);
            }
        }
        hashes
    }
}

impl<'t> NoteHolder<'t> {
    /// Reads a text.
    pub fn new(text: Cow<'t, str>, recipe: &Recipe) -> NoteHolder<'t> {
        let tokens = tokenize(&text);
        let mut windows = Shingles::default();
        shingles(&tokens, recipe.anchor, &mut windows);
        let all = windows.hashes.iter().copied().zip(0u32..);
        let mut places: Vec<(u64, u32)> =
            all.filter(|(key, _)| is_anchor(*key, recipe.anchor_rate)).collect();
        places.sort_unstable();
        places.dedup_by_key(|place| place.0);
        let (paragraphs, boilerplate, quoted, seeds, rare) = Default::default();
        let anchor = recipe.anchor;
        NoteHolder {
            text,
            tokens,
            anchor,
            windows,
            places,
            paragraphs,
            boilerplate,
            quoted,
            seeds,
            rare,
        }
    }

    fn paragraphs(&self) -> &[Range<u32>] {
        self.paragraphs.get_or_init(|| paragraph::token_ranges(&self.text, &self.tokens))
    }

    fn boilerplate(&self, background: &Background) -> &[bool] {
        self.boilerplate
            .get_or_init(|| background.mask(&self.tokens, self.paragraphs(), self.anchor))
    }

    /// The number of its tokens.
    #[cfg(feature = "index")]
    pub fn tokens(&self) -> u32 {
        self.tokens.len() as u32
    }

    /// The anchors of the text, in any order.
    #[cfg(feature = "index")]
    pub fn anchors(&self) -> impl Iterator<Item = u64> {
        self.places.iter().map(|place| place.0)
    }

    /// Whether the first place of an anchor is at an edge.
    fn has_at_edge(&self, anchor: u64) -> bool {
        let end = |i: u32| self.windows.ends[i as usize];
        let tokens = self.tokens.len() as u32;
        self.place(anchor).is_some_and(|i| is_at_edge(i, end(i), tokens))
    }

    /// Whether some of a passage is on a line that is marked as quoted.
    fn is_quoted(&self, passage: &Range<u32>) -> bool {
        let quoted = self.quoted.get_or_init(|| quoted_lines(&self.text, &self.tokens));
        let next = quoted.partition_point(|line| line.end <= passage.start);
        quoted.get(next).is_some_and(|line| line.start < passage.end)
    }

    /// Whether a passage begins or ends the text, but for a few tokens.
    fn is_at_edge(&self, passage: &Range<u32>) -> bool {
        passage.start <= EDGE || passage.end + EDGE >= self.tokens.len() as u32
    }

    /// Whether a passage is a paragraph, or several, but for a few tokens.
    fn is_paragraph(&self, passage: &Range<u32>) -> bool {
        let paragraphs = self.paragraphs();
        let first = paragraphs.partition_point(|p| p.end <= passage.start);
        let last = paragraphs.partition_point(|p| p.start < passage.end);
        paragraphs.get(first).is_some_and(|p| passage.start <= p.start + EDGE)
            && last.checked_sub(1).is_some_and(|l| passage.end + EDGE >= paragraphs[l].end)
    }

    /// The first place of an anchor.
    fn place(&self, anchor: u64) -> Option<u32> {
        let found = self.places.binary_search_by_key(&anchor, |place| place.0).ok()?;
        Some(self.places[found].1)
    }

    /// The tokens that are neither in these passages nor shared otherwise nor boilerplate.
    fn rest(&self, passages: &[Range<u32>], shared: &[bool], background: &Background) -> Vec<bool> {
        let mut rest: Vec<bool> = shared.iter().map(|shared| !shared).collect();
        let boilerplate = self.boilerplate(background);
        rest.iter_mut().zip(boilerplate).for_each(|(rest, masked)| *rest &= !masked);
        for p in passages {
            rest[usize_range(p.clone())].fill(false);
        }
        rest
    }

    /// The hashes of windows of a few words inside the rest, sorted.
    fn rest_windows(&self, rest: &[bool]) -> Vec<u64> {
        self.seeds.get_or_init(|| SortedWindows::new(&self.tokens)).inside(rest)
    }

    /// The rare words with their tokens, sorted.
    fn rare(&self, background: &Background) -> &[(u64, u32)] {
        self.rare.get_or_init(|| {
            let is_rare = |word: &(u64, u32)| background.word_informativeness(word.0) == RARE;
            let words = self.tokens.hashes.iter().copied().zip(0..);
            let mut rare: Vec<(u64, u32)> = words.filter(is_rare).collect();
            rare.sort_unstable();
            rare
        })
    }

    /// The rare words of the rest, sorted and without duplicates. Cost: a look at each rare word.
    fn rare_of(&self, rest: &[bool], background: &Background) -> Vec<u64> {
        let own = self.rare(background).iter().filter(|word| rest[word.1 as usize]);
        let mut words: Vec<u64> = own.map(|word| word.0).collect();
        words.dedup();
        words
    }
}

/// What two texts show about a passage that both hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoteEvidence {
    /// They share little else: it is a note, and these are its windows, sorted.
    Note(Vec<u64>),
    /// They tell one story, of which it is a part.
    Story,
    /// One of them marks it as quoted.
    Quotation,
    /// Nothing: too little remains of one of them, or the passage is too short.
    Nothing,
}

/// Looks at the passage around some anchors in two texts. `of_one_source` says that both are known
/// to be of one source; otherwise a note is only what begins or ends its texts, with an anchor at
/// the edge.
pub fn note_evidence(
    a: &NoteHolder,
    b: &NoteHolder,
    anchors: &[u64],
    of_one_source: bool,
    background: &Background,
) -> NoteEvidence {
    let held = |p: &NoteHolder| anchors.iter().any(|&anchor| p.has_at_edge(anchor));
    let may_be_placed = of_one_source || (held(a) && held(b));
    if !may_be_placed {
        return NoteEvidence::Nothing;
    }
    let runs = runs(a, b, anchors);
    let passages = passages(&runs);
    let (in_a, in_b): (Vec<_>, Vec<_>) = passages.into_iter().unzip();
    if in_a.iter().any(|p| a.is_quoted(p)) || in_b.iter().any(|p| b.is_quoted(p)) {
        return NoteEvidence::Quotation;
    }
    let placed =
        |x: &NoteHolder, p: &Range<u32>| x.is_at_edge(p) || (of_one_source && x.is_paragraph(p));
    if in_a.is_empty() || !in_a.iter().all(|p| placed(a, p)) || !in_b.iter().all(|p| placed(b, p)) {
        return NoteEvidence::Nothing;
    }
    let [also_a, also_b] = shared_elsewhere([a, b], [&in_a, &in_b]);
    let (rest_a, rest_b) = (a.rest(&in_a, &also_a, background), b.rest(&in_b, &also_b, background));
    let number = |of: &[bool]| of.iter().filter(|in_it| **in_it).count();
    let length = in_a.iter().map(|p| p.len()).sum::<usize>();
    let elsewhere = number(&also_a).max(number(&also_b));
    if elsewhere as f64 > SHARED_ELSEWHERE * length as f64 {
        return NoteEvidence::Story;
    }
    let least = REST_TOKENS.max((REST_SHARE * length as f64) as usize);
    if number(&rest_a) < least || number(&rest_b) < least {
        return NoteEvidence::Nothing;
    }
    let (x, y) = (a.rest_windows(&rest_a), b.rest_windows(&rest_b));
    if intersection_size(&x, &y) as f64 > WINDOWS_IN_COMMON * x.len().min(y.len()) as f64 {
        return NoteEvidence::Story;
    }
    if background.classes >= KNOWS_RARE {
        let (x, y) = (a.rare_of(&rest_a, background), b.rare_of(&rest_b, background));
        let mut passage = in_a.iter().flat_map(|p| &a.tokens.hashes[usize_range(p.clone())]);
        // The names of a story are in its background and around it.
        let named = |word: &u64| x.binary_search(word).is_ok() && y.binary_search(word).is_ok();
        if intersection_size(&x, &y) as f64 > WORDS_IN_COMMON * x.len().min(y.len()).max(4) as f64
            || passage.any(named)
        {
            return NoteEvidence::Story;
        }
    }
    let mut windows: Vec<u64> = Vec::new();
    for r in &runs {
        let last = a.windows.ends.partition_point(|&end| end <= r.a_end());
        windows.extend(&a.windows.hashes[(r.a as usize).min(last)..last]);
    }
    windows.sort_unstable();
    windows.dedup();
    NoteEvidence::Note(windows)
}

/// The tokens of two texts in anchors that both hold, outside these passages. Cost: a merge of the
/// anchors.
fn shared_elsewhere(texts: [&NoteHolder; 2], passages: [&[Range<u32>]; 2]) -> [Vec<bool>; 2] {
    let mut shared = texts.map(|text| vec![false; text.tokens.len()]);
    let [a, b] = texts.map(|text| &text.places);
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i].0, b[j].0);
        if x == y {
            for ((text, shared), (_, at)) in texts.iter().zip(&mut shared).zip([a[i], b[j]]) {
                shared[at as usize..text.windows.ends[at as usize] as usize].fill(true);
            }
        }
        (i, j) = (i + usize::from(x <= y), j + usize::from(y <= x));
    }
    for (shared, passages) in shared.iter_mut().zip(passages) {
        passages.iter().for_each(|p| shared[usize_range(p.clone())].fill(false));
    }
    shared
}

/// The tokens of each line that is marked as quoted: `>` begins it, behind other such marks or the
/// initials of the author.
fn quoted_lines(text: &str, tokens: &Tokens) -> Vec<Range<u32>> {
    let mut out = Vec::new();
    let mut from = 0;
    for line in text.split_inclusive('\n') {
        let to = from + line.len();
        let front = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '|' | ':'));
        let initials = front.chars().take_while(char::is_ascii_uppercase).count();
        if initials <= INITIALS && front[initials..].starts_with('>') {
            let token =
                |at: usize| tokens.spans.partition_point(|s| (s.start as usize) < at) as u32;
            let tokens = token(from)..token(to);
            out.extend((!tokens.is_empty()).then_some(tokens));
        }
        from = to;
    }
    out
}

/// The maximal runs of equal tokens around these anchors, in the order of the first text.
fn runs(a: &NoteHolder, b: &NoteHolder, anchors: &[u64]) -> Vec<Run> {
    let (x, y) = (&a.tokens.hashes, &b.tokens.hashes);
    let place = |key: &u64| Some((a.place(*key)? as usize, b.place(*key)? as usize));
    let mut places: Vec<(usize, usize)> = anchors.iter().filter_map(place).collect();
    places.sort_unstable();
    let mut out: Vec<Run> = Vec::new();
    for (mut i, mut j) in places {
        if out.last().is_some_and(|r| i < r.a_end() as usize) {
            continue;
        }
        let floor = out.last().map_or(0, |r| r.a_end() as usize);
        while i > floor && j > 0 && x[i - 1] == y[j - 1] {
            (i, j) = (i - 1, j - 1);
        }
        let len = x[i..].iter().zip(&y[j..]).take_while(|(p, q)| p == q).count() as u32;
        out.push(Run { a: i as u32, b: j as u32, len });
    }
    out
}

/// The passages of both texts that runs near each other form, if they are long enough.
fn passages(runs: &[Run]) -> Vec<(Range<u32>, Range<u32>)> {
    let near = |x: &Run, y: &Run| {
        y.a - x.a_end() <= BRIDGE && y.b >= x.b_end() && y.b - x.b_end() <= BRIDGE
    };
    let chains = runs.chunk_by(near);
    let long = chains.filter(|c| c.iter().map(|r| r.len).sum::<u32>() >= NOTE_TOKENS);
    long.map(|c| (c[0].a..c[c.len() - 1].a_end(), c[0].b..c[c.len() - 1].b_end())).collect()
}
