//! What the alignments `forms` and `words` promise beyond that by runs: damaged, inflected and
//! re-ordered words are found, strangers are not, and the ends are where the passage's are.

use crate::news::{self, Dice};
use nearcopy::settings::AlignmentMethod;
use nearcopy::text::tokenize;
use nearcopy::{Background, Comparison, Preset, Recipe, Relation, Span, Thresholds, compare};

fn preset(preset: Preset) -> (Recipe, Thresholds) {
    let (mut recipe, mut thresholds) = (Recipe::default(), Thresholds::default());
    preset.apply(&mut recipe, &mut thresholds);
    (recipe, thresholds)
}

fn with(name: Preset, a: &str, b: &str) -> Comparison {
    let (recipe, thresholds) = preset(name);
    compare(a, b, &Background::default(), &recipe, &thresholds)
}

/// The word of this number: letters at random, so that few words look alike.
fn word(number: usize) -> String {
    let mut dice = Dice::new(number as u64);
    (0..dice.between(4, 9)).map(|_| char::from(b'a' + dice.below(26) as u8)).collect()
}

/// `count` words of a text of its own: three in ten little, the others the rarer the more there
/// are.
fn prose(seed: u64, count: usize) -> Vec<String> {
    const LITTLE: [&str; 8] = ["the", "of", "a", "to", "in", "and", "on", "was"];
    let mut dice = Dice::new(seed);
    let mut next = || match dice.below(10) {
        0..3 => (*dice.pick(&LITTLE)).to_owned(),
        3..5 => word(dice.below(300)),
        5..9 => word(dice.below(8000)),
        _ => dice.between(2, 4000).to_string(),
    };
    (0..count).map(|_| next()).collect()
}

/// A text around a passage, and the bytes where that stands.
fn around(seed: u64, passage: &[String]) -> (String, Span) {
    let (before, after) = (prose(seed, 400).join(" "), prose(seed + 1, 400).join(" "));
    let passage = passage.join(" ");
    let start = before.len() as u32 + 2;
    (format!("{before}. {passage}. {after}"), Span { start, end: start + passage.len() as u32 })
}

/// Neighbours change places within five words, some words are replaced, some left out.
fn rewritten(passage: &[String], dice: &mut Dice) -> Vec<String> {
    let mut out: Vec<String> = passage.to_vec();
    out.chunks_mut(5).for_each(|five| dice.shuffle(five));
    for word in &mut out {
        if dice.percent(15) {
            *word = self::word(50_000 + dice.below(10_000));
        }
    }
    out.retain(|_| !dice.percent(10));
    out
}

/// One letter of each longer word is misread, but for every sixth.
fn misread(passage: &[String], dice: &mut Dice) -> Vec<String> {
    let spoil = |word: &String, dice: &mut Dice| {
        let mut letters: Vec<char> = word.chars().collect();
        if letters.len() > 3 && !word.chars().any(char::is_numeric) {
            let at = dice.between(1, letters.len() - 1);
            letters[at] = 'x';
        }
        letters.into_iter().collect()
    };
    passage
        .iter()
        .enumerate()
        .map(|(i, w)| if i % 6 > 0 { spoil(w, dice) } else { w.clone() })
        .collect()
}

fn overlap(x: Span, y: Span) -> f64 {
    let shared = f64::from(x.end.min(y.end).saturating_sub(x.start.max(y.start)));
    2.0 * shared / f64::from(x.end - x.start + y.end - y.start)
}

#[test]
fn a_rewritten_passage_is_one_match_with_the_passages_ends() {
    let (mut close, mut by_runs) = (0, 0);
    for seed in 0..40 {
        let mut dice = Dice::new(seed);
        let passage = prose(1000 + seed, 60);
        let ((a, in_a), (b, in_b)) = (
            around(10 * seed, &passage),
            around(10 * seed + 5000, &rewritten(&passage, &mut dice)),
        );
        let c = with(Preset::Rewritten, &a, &b);
        assert_eq!(c.matches.len(), 1, "seed {seed}: {:?}", c.matches);
        close +=
            usize::from(overlap(c.matches[0].a, in_a) > 0.9 && overlap(c.matches[0].b, in_b) > 0.9);
        let runs = with(Preset::News, &a, &b);
        by_runs += usize::from(runs.matches.iter().any(|m| overlap(m.a, in_a) > 0.8));
    }
    assert!(close >= 36, "{close} of 40");
    assert!(by_runs <= 4, "runs find {by_runs} of 40: then words prove nothing");
}

#[test]
fn a_verbatim_passage_ends_to_the_word() {
    for seed in 0..20 {
        let passage = prose(2000 + seed, 60);
        let ((a, in_a), (b, in_b)) =
            (around(10 * seed, &passage), around(10 * seed + 5000, &passage));
        let c = with(Preset::Rewritten, &a, &b);
        assert_eq!(c.matches.len(), 1, "seed {seed}");
        assert!(
            overlap(c.matches[0].a, in_a) > 0.96 && overlap(c.matches[0].b, in_b) > 0.96,
            "seed {seed}: {:?}",
            c.matches
        );
    }
}

#[test]
fn strangers_have_nothing_in_common() {
    for seed in 0..60 {
        let (a, b) = (prose(seed, 150).join(" "), prose(seed + 900, 150).join(" "));
        for name in [Preset::Rewritten, Preset::Ocr] {
            assert_eq!(with(name, &a, &b).relation, None, "seed {seed}");
        }
    }
}

#[test]
fn each_occurrence_of_a_rewritten_passage_is_found() {
    let passage = prose(77, 80);
    let (one, _) = around(1, &passage);
    let twice = format!(
        "{}\n\n{}",
        around(20, &rewritten(&passage, &mut Dice::new(1))).0,
        around(30, &rewritten(&passage, &mut Dice::new(2))).0
    );
    assert_eq!(with(Preset::Rewritten, &one, &twice).matches.len(), 2);
}

#[test]
fn misread_words_are_followed() {
    let (recipe, forms) = preset(Preset::Ocr);
    assert_eq!(forms.alignment, AlignmentMethod::Forms);
    let runs = forms.clone().with(|s| s.alignment = AlignmentMethod::Runs);
    let (mut by_forms, mut by_runs) = (0.0, 0.0);
    for seed in 0..20 {
        let passage = prose(3000 + seed, 60);
        let copy = misread(&passage, &mut Dice::new(seed));
        let ((a, in_a), (b, in_b)) = (around(10 * seed, &passage), around(10 * seed + 5000, &copy));
        let found = |c: Comparison| {
            c.matches.iter().map(|m| overlap(m.a, in_a).min(overlap(m.b, in_b))).fold(0.0, f64::max)
        };
        by_forms += found(with(Preset::Ocr, &a, &b)) / 20.0;
        by_runs += found(compare(&a, &b, &Background::default(), &recipe, &runs)) / 20.0;
    }
    assert!(by_forms > 0.95 && by_runs < 0.8, "forms {by_forms}, runs {by_runs}");
}

#[test]
fn numbers_are_never_forms_of_each_other() {
    let notice = |n: [u32; 5]| {
        let [a, b, c, d, e] = n;
        format!(
            "Quarterly net profit rose to {a} mln dlrs from {b} mln in the same period of last \
             year, while sales came to {c} mln dlrs against {d} mln and the company employed {e} \
             people at the end of the quarter"
        )
    };
    let c = with(
        Preset::Ocr,
        &notice([1234, 1034, 52310, 51310, 8214]),
        &notice([1284, 1094, 57310, 58310, 8274]),
    );
    assert_eq!(c.relation, Some(Relation::Template), "{:?}", c.facts);
}

#[test]
fn blocks_are_equal_and_swapping_swaps() {
    let mut matches = 0;
    for seed in 0..30 {
        let mut dice = Dice::new(seed);
        let passage = prose(seed, 120);
        let other = if seed % 2 == 0 {
            rewritten(&passage, &mut dice)
        } else {
            misread(&passage, &mut dice)
        };
        let (a, b) = (around(seed, &passage).0, around(seed + 700, &other).0);
        for name in [Preset::Rewritten, Preset::Ocr] {
            let (c, d) = (with(name, &a, &b), with(name, &b, &a));
            assert_eq!(c.relation.map(Relation::flipped), d.relation);
            let (x, y) = (tokenize(&a), tokenize(&b));
            for m in &c.matches {
                matches += 1;
                assert!(!m.blocks.is_empty() && m.identity > 0.0);
                for block in &m.blocks {
                    let of = |t: &nearcopy::text::Tokens, s: Span| {
                        let from = t.spans.binary_search_by_key(&s.start, |x| x.start).unwrap();
                        let to = t.spans.binary_search_by_key(&s.end, |x| x.end).unwrap();
                        t.hashes[from..=to].to_vec()
                    };
                    assert_eq!(of(&x, block.a), of(&y, block.b));
                    assert!(m.a.start <= block.a.start && block.a.end <= m.a.end);
                    assert!(m.b.start <= block.b.start && block.b.end <= m.b.end);
                }
                if name == Preset::Rewritten {
                    assert!(
                        d.matches.iter().any(|n| (n.a, n.b) == (m.b, m.a)),
                        "seed {seed}: {m:?}"
                    );
                }
            }
        }
    }
    assert!(matches > 30, "{matches}");
}

#[test]
fn dull_texts_cost_no_square() {
    // Were every place compared with every other, this would take hours.
    let periodic = "the same four words ".repeat(30_000);
    let spiral: String =
        (0..60_000).map(|i| format!("{} ", news::word(i * 7919 % 20_000))).collect();
    let words: String = (0..60_000).map(|i| format!("ab{} ", news::word(i))).collect();
    let others: String = (0..60_000).map(|i| format!("ab{}x ", news::word(i + 100_000))).collect();
    for (a, b) in [
        (&periodic, &periodic[4..]),
        (&spiral, &periodic[..]),
        (&words, &others[..]),
        (&spiral, &spiral[9..]),
    ] {
        for name in [Preset::Rewritten, Preset::Ocr] {
            with(name, a, b);
        }
    }
}
