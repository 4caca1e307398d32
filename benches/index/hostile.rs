//! Owns: texts that are made to share keys with as many others as possible. Never: measures.

/// A small generator of numbers, so that each run has the same texts.
struct Dice {
    state: u64,
    /// The first word of a dictionary of its own, so that kinds have no words in common.
    first_word: usize,
}

impl Dice {
    fn next(&mut self) -> u64 {
        let next = self.state.wrapping_mul(6_364_136_223_846_793_005);
        self.state = next.wrapping_add(1_442_695_040_888_963);
        let x = self.state ^ (self.state >> 29);
        x.wrapping_mul(0xBF58_476D_1CE4_E5B9) ^ (x >> 32)
    }
    fn below(&mut self, n: usize) -> usize {
        ((self.next() >> 33) % n as u64) as usize
    }
    fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }
    /// A word of prose: some words are thousands of times as frequent as others.
    fn word(&mut self) -> String {
        let share = self.below(1 << 20) as f64 / f64::from(1 << 20);
        spelt(self.first_word + (WORDS as f64).powf(share) as usize)
    }
    fn words(&mut self, count: usize) -> String {
        (0..count).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }
    fn shuffle<T>(&mut self, all: &mut [T]) {
        for i in (1..all.len()).rev() {
            all.swap(i, self.below(i + 1));
        }
    }
}

/// The number of words of a dictionary.
const WORDS: usize = 20_000;

/// A word for a number.
fn spelt(mut n: usize) -> String {
    let mut word = String::new();
    n += 1;
    while n > 0 {
        word.push(char::from(b"bcdfghklmnprstvz"[n % 16]));
        word.push(char::from(b"aeiou"[n / 16 % 5]));
        n /= 80;
    }
    word
}

/// The kinds of texts.
pub const KINDS: [&str; 15] = [
    "prose",
    "one paragraph in all",
    "paragraphs in twenty",
    "sentences in twenty",
    "one template",
    "sliding words",
    "reordered paragraphs",
    "four words",
    "letters",
    "tables",
    "code",
    "logs",
    "Han of eight characters",
    "quotations of one book",
    "quotations of editions",
];

/// So many texts of a kind. The last two have a book of 100,000 words, or twenty editions of one of
/// 20,000, as their first texts.
pub fn texts(kind: &str, count: usize) -> Vec<String> {
    let kind_number = KINDS.iter().position(|k| *k == kind).unwrap_or_default();
    let mut dice = Dice { state: 7, first_word: kind_number * WORDS };
    let one = |dice: &mut Dice, length: usize, text: &dyn Fn(&mut Dice) -> String| {
        (0..length).map(|_| text(dice)).collect::<Vec<_>>().join(" ")
    };
    let dealt = |dice: &mut Dice, of: usize, length: usize, between: &str| {
        let pieces: Vec<String> = (0..count * of / 20).map(|_| dice.words(length)).collect();
        let mut deck: Vec<usize> = (0..count * of).map(|i| i % pieces.len().max(1)).collect();
        dice.shuffle(&mut deck);
        let text =
            |own: &[usize]| own.iter().map(|i| &pieces[*i][..]).collect::<Vec<_>>().join(between);
        deck.chunks(of).map(text).collect()
    };
    let each = |dice: &mut Dice, text: &dyn Fn(&mut Dice) -> String| -> Vec<String> {
        (0..count).map(|_| text(dice)).collect()
    };
    match kind {
        "prose" => each(&mut dice, &|dice| dice.words(150)),
        "one paragraph in all" => {
            let shared = dice.words(60);
            each(&mut dice, &|dice| format!("{}\n\n{shared}\n\n{}", dice.words(50), dice.words(50)))
        }
        "paragraphs in twenty" => dealt(&mut dice, 6, 30, "\n\n"),
        "sentences in twenty" => dealt(&mut dice, 12, 15, ". "),
        "one template" => {
            let template: Vec<String> = (0..150).map(|i| spelt(1000 + i)).collect();
            each(&mut dice, &|dice| {
                let mut text = template.clone();
                (10..150).step_by(15).for_each(|at| text[at] = dice.word());
                text.join(" ")
            })
        }
        "sliding words" => {
            let all: Vec<String> = (0..count * 5 + 150).map(|_| dice.word()).collect();
            (0..count).map(|n| all[n * 5..n * 5 + 150].join(" ")).collect()
        }
        "reordered paragraphs" => {
            let all: Vec<String> = (0..40).map(|_| dice.words(25)).collect();
            let text = |_| {
                let mut own = all.clone();
                dice.shuffle(&mut own);
                own[..6].join("\n\n")
            };
            (0..count).map(text).collect()
        }
        "four words" => each(&mut dice, &|dice| {
            one(dice, 150, &|dice| dice.of(&["alpha", "beta", "gamma", "delta"]).into())
        }),
        "letters" => {
            each(&mut dice, &|dice| one(dice, 300, &|dice| dice.of(&["A", "C", "G", "T"]).into()))
        }
        "tables" => each(&mut dice, &|dice| one(dice, 200, &|dice| dice.below(100).to_string())),
        "code" => each(&mut dice, &|dice| {
            one(dice, 20, &|dice| {
                let word = dice.of(&["function", "var", "return", "if", "for", "new"]);
                let [f, x, y] = ["abcdefghijklmnop", "abcdef", "xyz"]
                    .map(|from| &from[dice.below(from.len())..][..1]);
                format!("{word} {f}({x}, {y}) {{ return {x}.{y} + {}; }}", dice.below(100))
            })
        }),
        "logs" => each(&mut dice, &|dice| {
            one(dice, 10, &|dice| {
                let [day, hour, host, app] = [28, 24, 20, 9999].map(|n| dice.below(n));
                let path = dice.of(&["users", "orders", "items"]);
                let (id, status) = (dice.next(), dice.of(&["200", "200", "404", "500"]));
                format!(
                    "2024-05-{day:02}T{hour:02}:00:00Z INFO host{host} app[{app}]: request \
                     id={id:016x} path=/api/v1/{path} status={status} time={app}ms\n"
                )
            })
        }),
        "Han of eight characters" => each(&mut dice, &|dice| {
            (0..300).map(|_| dice.of(&["天", "地", "人", "山", "水", "火", "木", "金"])).collect()
        }),
        _ => {
            let (editions, length) =
                if kind == "quotations of one book" { (1, 100_000) } else { (20, 20_000) };
            let book: Vec<String> = (0..length).map(|_| dice.word()).collect();
            let mut all: Vec<String> = Vec::new();
            for _ in 0..editions {
                let mut edition = book.clone();
                (0..length / 50).for_each(|_| edition[dice.below(length)] = dice.word());
                all.push(edition.join(" "));
            }
            while all.len() < count {
                let at = dice.below(length - 100);
                all.push(format!("{} {}", dice.words(60), book[at..at + 90].join(" ")));
            }
            all
        }
    }
}
