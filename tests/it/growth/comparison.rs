//! One comparison is bounded as well: it ends soon after somebody cancels it, and takes steps in
//! proportion to its texts.

use crate::news::{Dice, word, words};
use nearcopy::{
    Background, Compare, Comparison, Corpus, Document, Error, Preset, Progress, Recipe, RunOptions,
    Thresholds, compare_pairs,
};
use std::sync::atomic::{AtomicU64, Ordering};

/// Says stop after so many questions, and counts questions and steps.
struct Stop {
    after: u64,
    asked: AtomicU64,
    steps: AtomicU64,
}

impl Stop {
    fn after(after: u64) -> Stop {
        Stop { after, asked: AtomicU64::new(0), steps: AtomicU64::new(0) }
    }
    fn asked_and_steps(&self) -> (u64, u64) {
        (self.asked.load(Ordering::Relaxed), self.steps.load(Ordering::Relaxed))
    }
}

impl Progress for Stop {
    fn compared(&self, steps: u64) {
        self.steps.fetch_add(steps, Ordering::Relaxed);
    }
    fn cancelled(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed) >= self.after
    }
}

/// The most steps of a comparison for each token of its two texts.
const STEPS_FOR_EACH_TOKEN: u64 = 100;
/// Below so many, growth is not looked at: all places of a repeated seed are paired up to 64 pairs,
/// so that few places grow with the square and many do not.
const FEW_STEPS_FOR_EACH_TOKEN: u64 = 25;

const PRESETS: [Preset; 3] = [Preset::News, Preset::Ocr, Preset::Rewritten];

fn settings(preset: Preset) -> (Recipe, Thresholds) {
    let (mut recipe, mut thresholds) = (Recipe::default(), Thresholds::default());
    preset.apply(&mut recipe, &mut thresholds);
    (recipe, thresholds)
}

const KINDS: [&str; 8] = [
    "two editions of a book",
    "few words, then others, of which one is changed",
    "chapters in another order",
    "few words",
    "one sentence again and again",
    "short quotations without end",
    "lists of names",
    "every second word is another",
];

/// Two texts of a kind with about so many tokens each.
fn two_texts(kind: &str, tokens: usize) -> [String; 2] {
    let mut dice = Dice::new(21);
    match kind {
        "two editions of a book" => {
            let book: Vec<String> = (0..tokens / 20).map(|_| words(&mut dice, 20)).collect();
            let edited = |part: &String| match dice.below(5) {
                0 => words(&mut dice, 18),
                _ => part.clone(),
            };
            let other: Vec<String> = book.iter().map(edited).collect();
            [book.join(". "), other.join(". ")]
        }
        "chapters in another order" => {
            let mut parts: Vec<String> = (0..tokens / 40).map(|_| words(&mut dice, 40)).collect();
            let first = parts.join("\n\n");
            dice.shuffle(&mut parts);
            [first, parts.join("\n\n")]
        }
        "few words" => {
            [0, 1].map(|_| (0..tokens).map(|_| word(dice.below(4))).collect::<Vec<_>>().join(" "))
        }
        "few words, then others, of which one is changed" => {
            // Two long runs on one diagonal, whose seeds come in the order of their hashes.
            let filler = "the a ".repeat(tokens / 4);
            let others: Vec<String> = (0..tokens / 2).map(|n| format!("w{n}")).collect();
            ["w", "x"].map(|changed| {
                let mut others = others.clone();
                others[tokens / 4] = changed.to_owned();
                format!("{filler}{}", others.join(" "))
            })
        }
        "one sentence again and again" => {
            let sentence = words(&mut dice, 15);
            let mut again = || format!("{sentence}. {} ", words(&mut dice, 3));
            let all: Vec<String> = (0..tokens / 9).map(|_| again()).collect();
            let (x, y) = all.split_at(all.len() / 2);
            [x.concat(), y.concat()]
        }
        "short quotations without end" => {
            // Of 12 words each, with words of either text's own between them.
            let shared: Vec<String> = (0..tokens / 24).map(|_| words(&mut dice, 12)).collect();
            let mut text = || {
                let with = |part: &String| format!("{part} {}", words(&mut dice, 12));
                shared.iter().map(with).collect::<Vec<_>>().join(" ")
            };
            [text(), text()]
        }
        "lists of names" => {
            let name = |dice: &mut Dice| {
                let name = word(dice.below(5000));
                name[..1].to_uppercase() + &name[1..]
            };
            let names: Vec<String> = (0..tokens / 20)
                .map(|_| (0..14).map(|_| name(&mut dice)).collect::<Vec<_>>().join(" "))
                .collect();
            let mut text = || {
                let with = |part: &String| format!("{part} {}\n\n", words(&mut dice, 6));
                names.iter().map(with).collect::<String>()
            };
            [text(), text()]
        }
        _ => {
            let book: Vec<String> = (0..tokens).map(|_| word(dice.below(3000))).collect();
            let mut other = book.clone();
            other.iter_mut().skip(1).step_by(2).for_each(|w| *w = word(dice.below(3000)));
            [book.join(" "), other.join(" ")]
        }
    }
}

fn compared(texts: &[String; 2], preset: Preset, stop: &Stop) -> Result<Comparison, Error> {
    let (recipe, thresholds) = settings(preset);
    Compare::new().recipe(recipe).thresholds(thresholds).run_with(&texts[0], &texts[1], stop)
}

#[test]
fn a_comparison_ends_soon_after_it_is_cancelled() {
    for kind in KINDS {
        let texts = two_texts(kind, 30_000);
        for preset in PRESETS {
            let name = format!("{kind}, {preset:?}");
            let whole = Stop::after(u64::MAX);
            compared(&texts, preset, &whole).unwrap();
            let (asked, steps) = whole.asked_and_steps();
            assert!(asked >= 8 && steps / asked < 16_000, "{name}: {asked} in {steps} steps");
            for after in [0, asked / 4, asked / 2, asked - 1] {
                let stop = Stop::after(after);
                assert_eq!(
                    compared(&texts, preset, &stop).unwrap_err(),
                    Error::Cancelled,
                    "{name}"
                );
                let (asked_now, done) = stop.asked_and_steps();
                assert_eq!(asked_now, after + 1, "{name}: nobody asks again");
                // What is left of a loop or a sort that asked is some thousand steps.
                let most = steps * after / asked + steps / 4 + 40_000;
                assert!(done <= most.min(steps), "{name}: {done} of {steps}, {after} of {asked}");
            }
        }
    }
}

#[test]
fn a_scan_and_its_pairs_are_cancelled_inside_a_comparison() {
    let texts = two_texts("chapters in another order", 60_000);
    let corpus = Corpus::new(
        texts.into_iter().zip(0..).map(|(text, n)| Document::new(format!("book{n}"), text)),
    )
    .unwrap();
    let (recipe, t) = settings(Preset::Rewritten);
    let options = RunOptions::default().with(|o| o.threads = 1);
    let run = |stop: &Stop| {
        compare_pairs(&corpus, &[(0, 1)], &Background::default(), &recipe, &t, &options, stop)
    };
    let whole = Stop::after(u64::MAX);
    assert_eq!(run(&whole).unwrap().pairs.len(), 1);
    let (asked, steps) = whole.asked_and_steps();
    let stop = Stop::after(asked / 2);
    assert_eq!(run(&stop).unwrap_err(), Error::Cancelled);
    let (_, done) = stop.asked_and_steps();
    assert!(0 < done && 4 * done < 3 * steps, "{done} of {steps} steps");
}

#[test]
fn twice_the_texts_take_at_most_so_many_times_the_steps() {
    let mut over = Vec::new();
    for kind in KINDS {
        for preset in PRESETS {
            let size = 12_000;
            let [first, second] = [size, 2 * size].map(|tokens| {
                let whole = Stop::after(u64::MAX);
                compared(&two_texts(kind, tokens), preset, &whole).unwrap();
                whole.asked_and_steps().1
            });
            let name = format!("{kind}, {preset:?}: {first} and {second} steps");
            // Every loop counts at least what it looks at.
            if first < size as u64
                || 10 * second > 23 * first.max(FEW_STEPS_FOR_EACH_TOKEN * 2 * size as u64)
                || second > STEPS_FOR_EACH_TOKEN * 4 * size as u64
            {
                over.push(name);
            }
        }
    }
    assert!(over.is_empty(), "{over:#?}");
}

#[test]
fn a_page_costs_as_little_beside_a_longer_book() {
    let mut dice = Dice::new(4);
    let chapters: Vec<String> = (0..2400).map(|_| words(&mut dice, 200)).collect();
    let page = format!("{} {}", words(&mut dice, 60), chapters[70]);
    for preset in PRESETS {
        let [first, second] = [600, 2400].map(|count| {
            let whole = Stop::after(u64::MAX);
            let texts = [chapters[..count].join("\n\n"), page.clone()];
            let found = compared(&texts, preset, &whole).unwrap();
            assert!(found.coverage_b > 0.7, "{preset:?}: {}", found.coverage_b);
            whole.asked_and_steps().1
        });
        // Some more places share a few words by chance, up to a number of places.
        assert!(second <= 2 * first.max(100_000), "{preset:?}: {first} and {second} steps");
    }
}
