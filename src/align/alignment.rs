//! Owns: the complete alignment of two prepared texts. Never: interprets an alignment as a relation
//! of the texts.

use crate::align::chain::{self, ChainLimits};
use crate::align::parts::Parts;
use crate::align::prepared::Prepared;
use crate::align::range_union::RangeUnion;
use crate::align::run::{Chain, Run, RunLists, usize_range};
use crate::align::seed_table::SEED;
use crate::align::seeds::{WordView, equal_runs, exact_runs};
use crate::align::select::{select, selectable};
use crate::align::steps::{BETWEEN, Steps};
use crate::align::unordered;
use crate::align::word_forms::NumberedWords;
use crate::model::thresholds::{AlignmentMethod, Thresholds};
use crate::text::same_text::is_same_text;
use crate::text::shingle::{self, MUCH_LONGER};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What two texts have in common, in tokens and shingles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alignment {
    /// Whether they are the same text: then the one match covers all of both.
    pub same_text: bool,
    /// The numbers of different shingles in the first text, in the second, and in both.
    pub shingles: Shingles,
    /// The matches, best first, with those that are boilerplate.
    pub matches: Vec<Chain>,
}

/// The numbers of different shingles of two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shingles {
    /// The number in the first text.
    pub a: usize,
    /// The number in the second text.
    pub b: usize,
    /// The number that occur in both texts.
    pub shared: usize,
}

/// Aligns two texts.
///
/// The result is a function of the two texts and the settings alone. Cost: a pass over the shorter
/// text, then linear in the runs of equal tokens. Where `steps` ends it, the result is a part of
/// the alignment.
pub fn align(a: &Prepared, b: &Prepared, t: &Thresholds, steps: &Steps) -> Alignment {
    if is_reversed(a, b, t) {
        let Alignment { same_text, shingles: Shingles { a, b, shared }, matches } =
            align(b, a, t, steps);
        let matches = matches.into_iter().map(Chain::swapped).collect();
        return Alignment { same_text, shingles: Shingles { a: b, b: a, shared }, matches };
    }
    let same_text = is_same_text(&a.tokens, &b.tokens);
    let (matches, shared) = if same_text {
        (whole(a).into_iter().collect(), shared_shingles(a, b))
    } else {
        let found = exact_runs(a, b, steps);
        let shared = found.shingles.unwrap_or_else(|| shared_shingles(a, b));
        (matches(a, b, &found.runs, t, steps), shared)
    };
    let shingles = Shingles { a: a.different_shingles(), b: b.different_shingles(), shared };
    Alignment { same_text, shingles, matches }
}

/// Whether these texts are aligned in the other order. Word forms are folded from the first text
/// to the second, which gives other matches than folding them back: the texts decide the order, so
/// that the matches of a pair do not depend on its ids.
fn is_reversed(a: &Prepared, b: &Prepared, t: &Thresholds) -> bool {
    t.alignment == AlignmentMethod::Forms && a.tokens.hashes > b.tokens.hashes
}

/// The number of different shingles that occur in both texts. Cost: a merge of the shingle sets, or
/// a lookup for each token of a text that is much shorter.
pub fn shared_shingles(a: &Prepared, b: &Prepared) -> usize {
    let (short, long) = if a.tokens.len() <= b.tokens.len() { (a, b) } else { (b, a) };
    let much_longer = short.tokens.len() * MUCH_LONGER < long.tokens.len();
    let uniform = short.seed_table().is_uniform() && long.seed_table().is_uniform();
    if much_longer && uniform && short.shingle() == long.shingle() && short.shingle() >= SEED {
        return shared_shingles_looked_up(short, long);
    }
    shingle::intersection_size(a.set(), b.set())
}

/// The [`shared_shingles`] of two texts of words. A shingle is in the longer text only if its seeds
/// are, which few of them are by chance.
fn shared_shingles_looked_up(short: &Prepared, long: &Prepared) -> usize {
    let (words, set) = (short.shingle(), long.set());
    let seeds = (words - SEED) as usize;
    let (mut found, mut in_a_row, mut expected) = (Vec::new(), 0, 0);
    let mut shared: Vec<u64> = Vec::new();
    for (block, hashes) in short.seed_table().hashes().chunks(BETWEEN as usize).enumerate() {
        long.seed_table().find_all(hashes, &mut found);
        for (at, _) in &found {
            let at = block * BETWEEN as usize + at;
            in_a_row = if at == expected { in_a_row + 1 } else { 1 };
            expected = at + 1;
            if in_a_row > seeds {
                let shingle = shingle::window(short.tokens.values(), words, at - seeds);
                let held = shingle.filter(|(hash, _)| {
                    set.get(shingle::first_at_least(set, 0, *hash)) == Some(hash)
                });
                shared.extend(held.map(|(hash, _)| hash));
            }
        }
    }
    shared.sort_unstable();
    shared.dedup();
    shared.len()
}

/// The matches of two texts with these exact runs, best first.
///
/// They are what [`select`] chooses from [`chains`], without the work for the chains that it cannot
/// choose.
fn matches(a: &Prepared, b: &Prepared, runs: &[Run], t: &Thresholds, steps: &Steps) -> Vec<Chain> {
    let may_be_selected = |chains, words: [&[u64]; 2]| selectable(chains, words, a, b, t, steps);
    select(chains_of(a, b, runs, t, steps, may_be_selected), a, b, t, steps)
}

/// All chains of two texts, best first; they may overlap. [`selected`] has the matches among them.
pub fn chains(a: &Prepared, b: &Prepared, t: &Thresholds) -> Vec<Chain> {
    if is_reversed(a, b, t) {
        return chains(b, a, t).into_iter().map(Chain::swapped).collect();
    }
    let steps = Steps::to_the_end();
    chains_of(a, b, &exact_runs(a, b, &steps).runs, t, &steps, |chains, _| chains)
}

/// The matches that [`select`] chooses from these [`chains`] of two texts.
pub fn selected(chains: Vec<Chain>, a: &Prepared, b: &Prepared, t: &Thresholds) -> Vec<Chain> {
    let steps = Steps::to_the_end();
    if is_reversed(a, b, t) {
        let chains = chains.into_iter().map(Chain::swapped).collect();
        let selected = select(chains, b, a, t, &steps);
        return selected.into_iter().map(Chain::swapped).collect();
    }
    select(chains, a, b, t, &steps)
}

fn chains_of(
    a: &Prepared,
    b: &Prepared,
    exact: &[Run],
    t: &Thresholds,
    steps: &Steps,
    choose: impl Fn(RunLists, [&[u64]; 2]) -> RunLists,
) -> Vec<Chain> {
    let max_gap = (f64::from(t.max_gap) * a.tokens_per_word().max(b.tokens_per_word())) as u32;
    let limits = ChainLimits { max_gap, min_identity: t.min_identity };
    let by_words = t.alignment != AlignmentMethod::Runs;
    let parts = by_words.then(|| Parts::of(a, b, exact, steps)).flatten();
    if t.alignment == AlignmentMethod::Forms && parts.is_none() {
        return chains_of_forms(a, b, limits, steps, choose);
    }
    let runs = chain::chains(exact, [&a.tokens.hashes, &b.tokens.hashes], limits, steps, choose);
    if !by_words {
        return runs;
    }
    let of_texts = |x: &Prepared, y: &Prepared| match t.alignment {
        AlignmentMethod::Forms => chains_of_forms(x, y, limits, steps, |chains, _| chains),
        _ => {
            let (min_evidence, min_words) = (t.min_evidence, t.min_match);
            let limits = unordered::UnorderedLimits { max_gap, min_evidence, min_words };
            unordered::chains(x, y, limits, steps)
        }
    };
    let mut all = match &parts {
        Some(parts) => parts.chains(of_texts),
        None => of_texts(a, b),
    };
    // Runs find passages that are too short for evidence, and those beside the parts; where the
    // words have found a passage, they decide its ends.
    let in_a: RangeUnion = all.iter().map(Chain::a).collect();
    let in_b: RangeUnion = all.iter().map(Chain::b).collect();
    let clear = |c: &Chain| {
        parts.as_ref().is_some_and(|parts| parts.is_outside(c))
            || in_a.covered(&c.a()) == 0 && in_b.covered(&c.b()) == 0
    };
    let beside: Vec<Chain> = runs.into_iter().filter(clear).collect();
    all.extend(beside);
    all
}

/// The chains of runs of word forms.
fn chains_of_forms(
    a: &Prepared,
    b: &Prepared,
    limits: ChainLimits,
    steps: &Steps,
    choose: impl Fn(RunLists, [&[u64]; 2]) -> RunLists,
) -> Vec<Chain> {
    let words = NumberedWords::new(a.lexicon(), b.lexicon(), steps);
    let (x, y) = (WordView::folded(a, &words.of[0]), WordView::folded(b, &words.of[1]));
    let runs = equal_runs(&x, &y, steps);
    let mut chains = chain::chains(&runs, [&x.words, &y.words], limits, steps, choose);
    // A chain of word forms without one exactly equal word is no evidence that a report could show.
    chains.retain(|c| !equal_inside(&c.runs, a, b).is_empty());
    chains
}

/// The one chain of equal texts, or `None` if they have no token.
pub fn whole(a: &Prepared) -> Option<Chain> {
    let len = a.tokens.len() as u32;
    (len > 0).then(|| vec![Run { a: 0, b: 0, len }].into())
}

/// The exactly equal parts of runs of word forms.
pub fn equal_inside<'r>(runs: &'r [Run], a: &Prepared, b: &Prepared) -> Cow<'r, [Run]> {
    let is_equal = |r: &Run| {
        a.tokens.hashes[usize_range(r.a..r.a_end())] == b.tokens.hashes[usize_range(r.b..r.b_end())]
    };
    // Only runs of word forms have unequal tokens.
    if runs.iter().all(is_equal) {
        return Cow::Borrowed(runs);
    }
    let mut out: Vec<Run> = Vec::with_capacity(runs.len());
    for r in runs {
        if is_equal(r) {
            out.push(*r);
            continue;
        }
        let mut open = false;
        for i in 0..r.len {
            let equal = a.tokens.hashes[(r.a + i) as usize] == b.tokens.hashes[(r.b + i) as usize];
            match out.last_mut() {
                Some(last) if equal && open => last.len += 1,
                _ if equal => out.push(Run { a: r.a + i, b: r.b + i, len: 1 }),
                _ => {}
            }
            open = equal;
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::thresholds::AlignmentMethod;
    use proptest::prelude::*;

    /// Texts of few words in paragraphs, in which nearly every window of three words is shared.
    fn text() -> impl Strategy<Value = String> {
        let words = prop_oneof!["([a-d] ){0,60}", "([a-d]|w[0-9]{1,2}) ", "(x[0-9]{1,2} ){0,60}"];
        prop::collection::vec(words, 1..8).prop_map(|parts| parts.join("\n\n"))
    }

    /// Words of few letters, many of which are forms of one another.
    fn forms() -> impl Strategy<Value = String> {
        prop::collection::vec("[ab][a-c]{3,5}", 0..60).prop_map(|words| words.join(" "))
    }

    proptest! {
        #[test]
        fn shingles_of_a_much_longer_text_are_looked_up(
            parts in prop::collection::vec(text(), 0..3), again in text(), words in 3u32..7,
        ) {
            let long = format!("{} {again}", parts.join(" ")).repeat(2);
            let short = format!("{again} {}", parts.concat().chars().take(90).collect::<String>());
            let (a, b) = (Prepared::new(short, words), Prepared::new(long, words));
            let plain = shingle::intersection_size(a.set(), b.set());
            prop_assert_eq!(shared_shingles_looked_up(&a, &b), plain);
            prop_assert_eq!(shared_shingles_looked_up(&b, &a), plain);
        }

        #[test]
        fn the_matches_are_chosen_from_all_chains(
            a in text(), b in text(), method in 0usize..3, min_match in 12u32..40,
        ) {
            let methods = [AlignmentMethod::Runs, AlignmentMethod::Forms, AlignmentMethod::Words];
            let alignment = methods[method];
            let t = Thresholds { alignment, min_match, min_paragraph: 5, ..Thresholds::default() };
            let (a, b) = (Prepared::new(a, 5), Prepared::new(b, 5));
            let steps = Steps::to_the_end();
            prop_assume!(a.tokens.hashes != b.tokens.hashes);
            let found = align(&a, &b, &t, &steps).matches;
            prop_assert_eq!(found, selected(chains(&a, &b, &t), &a, &b, &t));
        }

        #[test]
        fn word_forms_give_swapped_texts_the_same_matches(
            a in forms(), b in forms(), shared in prop::collection::vec("[a-f]{4,7}", 0..30),
        ) {
            let t = Thresholds {
                alignment: AlignmentMethod::Forms, min_match: 5, min_paragraph: 5,
                ..Thresholds::default()
            };
            let shared = shared.join(" ");
            let texts = [format!("{a} {shared}"), format!("{shared} {b}")];
            let [a, b] = texts.map(|text| Prepared::new(text, 5));
            let steps = Steps::to_the_end();
            let there = align(&a, &b, &t, &steps);
            let back = align(&b, &a, &t, &steps);
            let swapped: Vec<Chain> = back.matches.into_iter().map(Chain::swapped).collect();
            prop_assert_eq!(there.matches, swapped);
            prop_assert_eq!(there.shingles.a, back.shingles.b);
        }
    }
}
