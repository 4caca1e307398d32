//! Owns: which candidate pairs are compared where all of them would cost more steps than a stated
//! number for each token of the corpus. Never: looks for candidates, or compares texts.
//!
//! A comparison by runs costs about as many steps as the shorter text has tokens, because each of
//! these is looked up in the longer text. (Aligned by word forms or by words it also costs a sort
//! of the longer one; the steps do not count that.) A corpus in which every text shares a paragraph
//! with dozens of others has so many pairs that their comparisons would take hours, and most of
//! them would show a passage that is listed as a repeat anyway. So each text has a share of the
//! budget, proportional to its length, and spends it on the candidates that share most keys with
//! it.
//!
//! What is left out follows from the set of texts alone. A text whose candidates cost no more than
//! the budget for each of its tokens loses none of them, whatever the other texts are.

#[cfg(feature = "index")]
use crate::model::thresholds::Thresholds;
use crate::postings::posting::unpack_pair;

/// The steps of a comparison that do not depend on the length of the texts.
const PAIR_STEPS: u64 = 32;

/// The steps of the comparison of two texts with so many tokens.
pub const fn pair_steps(a: u32, b: u32) -> u64 {
    let shorter = if a < b { a } else { b };
    shorter as u64 + PAIR_STEPS
}

/// The number of anchors that are as much evidence as a shared paragraph band.
pub const ANCHORS_PER_BAND: u32 = 4;

/// A candidate pair: the packed pair of texts, and how many keys they share.
pub type SharedKeys = (u64, u32);

/// Adds up the shared keys of equal pairs, or partners, in a sorted list.
pub fn add_up<T: PartialEq>(sorted: &mut Vec<(T, u32)>) {
    sorted.dedup_by(|next, first| {
        let same = next.0 == first.0;
        first.1 = if same { first.1.saturating_add(next.1) } else { first.1 };
        same
    });
}

/// The pairs that are within the budget, and what is left out.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct WithinBudget {
    /// The pairs that are compared, sorted.
    pub pairs: Vec<u64>,
    /// The steps of their comparison.
    pub steps: u64,
    /// The pairs that are left out, sorted.
    pub left_out: Vec<u64>,
}

/// Chooses the pairs that are compared. `candidates` are sorted by pair; `tokens` has the length of
/// each text; `budget` is the number of steps for all of them.
///
/// Where not all pairs are within the budget, each text may spend the same number of steps for each
/// of its tokens, as large a number as the budget allows. A pair is compared if it is among the
/// first of either of its texts, in the order of the number of shared keys and then of the pair.
/// Each text is compared with the first of its candidates at least.
pub fn within_budget(candidates: Vec<SharedKeys>, tokens: &[u32], budget: u64) -> WithinBudget {
    let steps_of = |pair: u64| {
        let (a, b) = unpack_pair(pair);
        pair_steps(tokens[a as usize], tokens[b as usize])
    };
    let all: u64 = candidates.iter().map(|c| steps_of(c.0)).sum();
    if all <= budget {
        let mut pairs: Vec<u64> = candidates.into_iter().map(|c| c.0).collect();
        // The list is made in the memory of the candidates, which is more than twice as large.
        pairs.shrink_to_fit();
        return WithinBudget { pairs, steps: all, ..WithinBudget::default() };
    }
    let mut wanted = vec![0u64; tokens.len()];
    let mut by_text: Vec<(u32, u32, u64)> = Vec::with_capacity(2 * candidates.len());
    for &(pair, shared) in &candidates {
        let (a, b) = unpack_pair(pair);
        for text in [a, b] {
            wanted[text as usize] += steps_of(pair);
            by_text.push((text, u32::MAX - shared, pair));
        }
    }
    by_text.sort_unstable();
    let share = share(&wanted, tokens, budget);
    let most = |text: u32| of_share(share, tokens[text as usize]);
    let mut pairs: Vec<u64> = Vec::new();
    for own in by_text.chunk_by(|x, y| x.0 == y.0) {
        let most = most(own[0].0);
        let mut spent = 0;
        let first = own.iter().enumerate().take_while(|(n, (_, _, pair))| {
            spent += steps_of(*pair);
            *n == 0 || spent <= most
        });
        pairs.extend(first.map(|(_, c)| c.2));
    }
    pairs.sort_unstable();
    pairs.dedup();
    let left_out = candidates.iter().map(|c| c.0).filter(|p| pairs.binary_search(p).is_err());
    WithinBudget {
        steps: pairs.iter().map(|pair| steps_of(*pair)).sum(),
        left_out: left_out.collect(),
        pairs,
    }
}

/// Keeps those of the candidates of one lookup, the best first, that fit into what the better ones
/// leave of so many steps, and returns the others. The first one is kept and counts for nothing:
/// where it is a book, the short texts behind it are compared too.
#[cfg(feature = "index")]
pub fn keep_fitting<T>(
    ranked: &mut Vec<T>,
    steps: impl Fn(&T) -> u64,
    budget: u64,
) -> impl Iterator<Item = T> {
    let mut left = budget;
    let mut is_first = true;
    let mut fits = |candidate: &T| {
        if std::mem::take(&mut is_first) {
            return true;
        }
        let fits = steps(candidate) <= left;
        left -= if fits { steps(candidate) } else { 0 };
        fits
    };
    let (kept, others) = std::mem::take(ranked).into_iter().partition::<Vec<T>, _>(&mut fits);
    *ranked = kept;
    others.into_iter()
}

/// The steps of a text's comparison with a partner that is read for it alone: those of the pair,
/// and two for each token that is read: to cut it out and to enter it in the tables takes about
/// twice as long as to look it up.
#[cfg(feature = "index")]
pub const fn lookup_steps(asked: u32, partner: u32) -> u64 {
    2 * partner as u64 + pair_steps(asked, partner)
}

/// The steps of one lookup are so many times those that a scan may take on average. In a scan a
/// text has what others leave, and a text that many others quote needs 30 times the average.
#[cfg(feature = "index")]
const TIMES_AVERAGE: u64 = 32;

/// A lookup may take the steps of a text with so many tokens: a few milliseconds.
#[cfg(feature = "index")]
const LEAST_LOOKUP_TOKENS: u32 = 256;

/// The budget of the lookup of a text with so many tokens, for its candidates by whole texts and
/// for those by passages each.
#[cfg(feature = "index")]
pub fn lookup_budget(tokens: u32, t: &Thresholds) -> u64 {
    let tokens = u64::from(tokens.max(LEAST_LOOKUP_TOKENS));
    (tokens * TIMES_AVERAGE).saturating_mul(u64::from(t.compare_budget))
}

/// The parts into which a step is divided where a share of the budget is chosen.
const PARTS: u64 = 1024;

/// The steps of a text with so many tokens, at so many parts of a step for each.
fn of_share(share: u64, tokens: u32) -> u64 {
    u64::try_from(u128::from(share) * u128::from(tokens) / u128::from(PARTS)).unwrap_or(u64::MAX)
}

/// The greatest number of steps for each token, in parts of a step, with which all texts together
/// stay within the budget, where each spends no more than it wants.
fn share(wanted: &[u64], tokens: &[u32], budget: u64) -> u64 {
    let spent = |share: u64| -> u64 {
        let of = |(wanted, tokens): (&u64, &u32)| (*wanted).min(of_share(share, *tokens));
        wanted.iter().zip(tokens).map(of).sum()
    };
    let (mut low, mut high) = (0, u64::from(u32::MAX) * PARTS);
    while low < high {
        let middle = (low + high).div_ceil(2);
        if spent(middle) <= budget {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postings::posting::pack_pair;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_budget_is_kept_and_used(
            tokens in prop::collection::vec(1u32..400, 2..30),
            drawn in prop::collection::btree_map((0u32..30, 0u32..30), 1u32..9, 0..120),
            budget in 0u64..40_000,
        ) {
            let n = tokens.len() as u32;
            let mut candidates: Vec<SharedKeys> = drawn.into_iter()
                .filter(|((a, b), _)| a < b && *b < n)
                .map(|((a, b), shared)| (pack_pair(a, b), shared))
                .collect();
            candidates.sort_unstable();
            let all: Vec<u64> = candidates.iter().map(|c| c.0).collect();
            let found = within_budget(candidates.clone(), &tokens, budget);
            let texts = |pairs: &[u64]| -> std::collections::BTreeSet<u32> {
                pairs.iter().flat_map(|p| <[u32; 2]>::from(unpack_pair(*p))).collect()
            };
            // Each text is compared with one candidate at least.
            prop_assert_eq!(texts(&found.pairs), texts(&all));
            let mut both = [&found.pairs[..], &found.left_out].concat();
            both.sort_unstable();
            prop_assert_eq!(both, all.clone());
            let steps = |p: &u64| {
                let (a, b) = unpack_pair(*p);
                pair_steps(tokens[a as usize], tokens[b as usize])
            };
            prop_assert_eq!(found.steps, found.pairs.iter().map(steps).sum::<u64>());
            // No more than the budget, and the first pair of each text.
            let first: u64 = tokens.iter().map(|t| u64::from(*t) + PAIR_STEPS).sum();
            prop_assert!(found.steps <= budget + first);
            // A text that wants no more than its part of the budget loses nothing.
            let whole: u64 = tokens.iter().map(|t| u64::from(*t)).sum();
            for text in 0..n {
                let own: Vec<u64> = all.iter().copied()
                    .filter(|p| unpack_pair(*p).0 == text || unpack_pair(*p).1 == text).collect();
                let wanted: u64 = own.iter().map(steps).sum();
                if wanted <= budget / whole * u64::from(tokens[text as usize]) {
                    prop_assert!(own.iter().all(|p| found.pairs.contains(p)));
                }
            }
        }
    }

    #[test]
    fn the_candidates_with_most_shared_keys_are_first() {
        let pair = |a, b, shared| (pack_pair(a, b), shared);
        let candidates = vec![pair(0, 1, 2), pair(0, 2, 9), pair(0, 3, 5)];
        let found = within_budget(candidates, &[1000, 100, 100, 100], 0);
        // The other two have no other candidate, so they keep it.
        assert_eq!((found.pairs.len(), found.left_out.len()), (3, 0));
        let candidates =
            vec![pair(0, 1, 9), pair(0, 2, 1), pair(0, 3, 8), pair(1, 2, 7), pair(2, 3, 6)];
        let found = within_budget(candidates, &[100; 4], 0);
        assert_eq!(found.pairs, [pack_pair(0, 1), pack_pair(0, 3), pack_pair(1, 2)]);
        assert_eq!(found.left_out, [pack_pair(0, 2), pack_pair(2, 3)]);
    }
}
