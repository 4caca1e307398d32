//! Owns: the chains of exactly equal blocks in two token sequences, several of them and in any
//! order. Never: handles bytes, relations or boilerplate.
//!
//! Seeds are windows of three words that occur in both texts. Seeds on one diagonal grow into
//! blocks, blocks are chained by dynamic programming (Abouelhoda and Ohlebusch 2005; the scoring is
//! that of minimap2, Li 2018), and the gap between two blocks of a chain is aligned token by token.

use crate::align::fill::fill;
use crate::align::run::{Chain, Run, RunLists};
use crate::align::steps::Steps;
use crate::hash;
use std::ops::Range;

/// The number of earlier blocks that are tried as predecessors of a block.
const LOOK_BACK: usize = 64;
/// The cost, in equal tokens, of each token of the longer side of a gap, and of each token by which
/// the two sides differ.
const GAP_COST: f64 = 0.12;
const SLOPE_COST: f64 = 0.10;
/// The two sides of a gap may differ by this many tokens; a longer insertion or deletion ends the
/// match. A power of two.
const MAX_SLOPE: u32 = 8;

/// The limits for joining runs into a chain.
#[derive(Debug, Clone, Copy)]
pub struct ChainLimits {
    /// The longest gap inside a chain, in tokens.
    pub max_gap: u32,
    /// The least identity of a chain, 0 to 1.
    pub min_identity: f64,
}

/// The chains of these runs, of which `choose` keeps the runs, by descending score; they may
/// overlap. `words` are the tokens of both texts, which `choose` is given too. Cost: linear in the
/// runs.
pub fn chains(
    runs: &[Run],
    words: [&[u64]; 2],
    limits: ChainLimits,
    steps: &Steps,
    choose: impl Fn(RunLists, [&[u64]; 2]) -> RunLists,
) -> Vec<Chain> {
    let (mut out, mut beside) = (Vec::new(), Vec::new());
    for chain in choose(chain(runs, limits, steps), words).iter() {
        let filled = fill(chain, words[0], words[1], &mut beside, steps);
        split(filled.into(), limits, steps, &mut out);
        if steps.is_stopped() {
            break;
        }
    }
    out
}

/// The best chain that ends in a run: its score, and the run before the last one, or the last one
/// itself where there is no other.
struct Best {
    score: f64,
    from: u32,
    /// Whether a chain has this run already.
    used: bool,
}

/// Finds the best chain that ends in each run, then cuts chains off, beginning with the best ends.
fn chain(runs: &[Run], limits: ChainLimits, steps: &Steps) -> RunLists {
    let near = (runs.len() > LOOK_BACK).then(|| NearDiagonals::for_runs(runs.len()));
    let Some(mut best) = best_chains(runs, near, limits, steps) else {
        return RunLists::default();
    };
    let mut ends: Vec<u32> = (0..runs.len() as u32).collect();
    let score = |end: u32| best[end as usize].score;
    steps.sort_by(&mut ends, |&x, &y| score(y).total_cmp(&score(x)).then(x.cmp(&y)));
    let mut out = RunLists::with_capacity(runs.len());
    for mut at in ends {
        loop {
            let Best { from, used, .. } = &mut best[at as usize];
            if std::mem::replace(used, true) {
                break;
            }
            out.push(runs[at as usize]);
            at = *from;
        }
        out.end_list(|chain| {
            chain.reverse();
            trim_overlaps(chain)
        });
    }
    out
}

/// The best chain that ends in each run, of those that go on from one of the last [`LOOK_BACK`]
/// runs before it; `None` where `steps` ends it. With `near`, which changes nothing, only those of
/// them are looked at that may be its neighbours.
fn best_chains(
    runs: &[Run],
    mut near: Option<NearDiagonals>,
    limits: ChainLimits,
    steps: &Steps,
) -> Option<Vec<Best>> {
    let alone = |(r, from): (&Run, u32)| Best { score: f64::from(r.len), from, used: false };
    let mut best: Vec<Best> = runs.iter().zip(0..).map(alone).collect();
    let longest = runs.iter().map(|r| r.len).max().unwrap_or(0);
    for i in 0..runs.len() {
        let mut looked = 1;
        let mut look_at = |j: usize| {
            looked += 1;
            if let Some(gain) = link(runs[j], runs[i], limits)
                && best[j].score + gain > best[i].score
            {
                (best[i].score, best[i].from) = (best[j].score + gain, j as u32);
            }
        };
        let first = i.saturating_sub(LOOK_BACK);
        match &mut near {
            Some(near) => {
                near.before(runs[i]).take_while(|j| *j >= first).for_each(&mut look_at);
                near.add(runs[i], i);
            }
            // Runs ascend in the first text, so all runs before one that ends too early do so.
            None => (first..i)
                .rev()
                .take_while(|&j| runs[i].a - runs[j].a <= longest.saturating_add(limits.max_gap))
                .for_each(&mut look_at),
        }
        if steps.take(looked) {
            return None;
        }
    }
    Some(best)
}

/// Runs by their diagonals, for lists in which most have no neighbour: runs follow each other in a
/// chain only where their diagonals differ by [`MAX_SLOPE`] at most.
struct NearDiagonals {
    /// One more than the last run of each slot; a slot has the runs of a stretch of diagonals, and
    /// maybe of others.
    last: Vec<u32>,
    /// One more than the run before each one in its slot, or zero.
    before: Vec<u32>,
}

impl NearDiagonals {
    fn for_runs(runs: usize) -> NearDiagonals {
        let slots = (4 * runs).next_power_of_two();
        NearDiagonals { last: vec![0; slots], before: Vec::with_capacity(runs) }
    }

    /// The stretch of diagonals of a run, moved by so many.
    fn stretch(run: Run, by: i64) -> i64 {
        (i64::from(run.a) - i64::from(run.b) + by) >> MAX_SLOPE.ilog2()
    }

    fn slot(&self, stretch: i64) -> usize {
        (hash::mix(stretch as u64) >> (64 - self.last.len().ilog2())) as usize
    }

    /// Adds the next run.
    fn add(&mut self, run: Run, number: usize) {
        let slot = self.slot(NearDiagonals::stretch(run, 0));
        self.before.push(std::mem::replace(&mut self.last[slot], number as u32 + 1));
    }

    /// The runs whose diagonals are near that of a run, and maybe others, the last ones first.
    fn before(&self, run: Run) -> impl Iterator<Item = usize> {
        let width = i64::from(MAX_SLOPE);
        let mut slots = [-width, 0, width].map(|by| self.slot(NearDiagonals::stretch(run, by)));
        slots.sort_unstable();
        let mut next = slots.map(|slot| self.last[slot]);
        for i in 1..next.len() {
            if slots[i] == slots[i - 1] {
                next[i] = 0;
            }
        }
        std::iter::from_fn(move || {
            let latest = next.iter_mut().max().filter(|latest| **latest > 0)?;
            let number = *latest as usize - 1;
            *latest = self.before[number];
            Some(number)
        })
    }
}

/// The score that run `next` adds to a chain that ends in `last`, or `None` where they cannot be
/// neighbours.
fn link(last: Run, next: Run, limits: ChainLimits) -> Option<f64> {
    if next.a <= last.a || next.b <= last.b {
        return None;
    }
    let overlap = last.a_end().saturating_sub(next.a).max(last.b_end().saturating_sub(next.b));
    let gap_a = (next.a + overlap).saturating_sub(last.a_end());
    let gap_b = (next.b + overlap).saturating_sub(last.b_end());
    let (gap, slope) = (gap_a.max(gap_b), gap_a.abs_diff(gap_b));
    if overlap >= next.len || gap > limits.max_gap || slope > MAX_SLOPE {
        return None;
    }
    Some(f64::from(next.len - overlap) - GAP_COST * f64::from(gap) - SLOPE_COST * f64::from(slope))
}

/// Removes the overlaps of a few tokens that the runs of a chain may have, by shortening the later
/// run. Returns the number of runs that are left, which are the first ones then.
fn trim_overlaps(chain: &mut [Run]) -> usize {
    if chain.len() <= 1 {
        return chain.len();
    }
    for i in 1..chain.len() {
        let (last, next) = (chain[i - 1], &mut chain[i]);
        let overlap = last
            .a_end()
            .saturating_sub(next.a)
            .max(last.b_end().saturating_sub(next.b))
            .min(next.len - 1);
        *next = Run { a: next.a + overlap, b: next.b + overlap, len: next.len - overlap };
    }
    let mut left = 1;
    for at in 1..chain.len() {
        let (last, run) = (chain[left - 1], chain[at]);
        if last.a_end() <= run.a && last.b_end() <= run.b {
            chain[left] = run;
            left += 1;
        }
    }
    left
}

/// Cuts off ends that are sparser than the rest, and splits a chain that is too sparse as a whole
/// at its widest gap, in turn, until every part is dense enough.
fn split(chain: Chain, limits: ChainLimits, steps: &Steps, out: &mut Vec<Chain>) {
    // Most chains are dense enough as a whole.
    if chain.runs.len() == 1
        || chain.identity() >= limits.min_identity && core(&chain).len() == chain.runs.len()
    {
        out.push(chain);
        return;
    }
    let mut waiting = vec![chain];
    while let Some(chain) = waiting.pop() {
        if steps.take(chain.runs.len()) {
            break;
        }
        let core = core(&chain);
        let cut = if core.len() < chain.runs.len() {
            [core.start, core.end]
        } else if chain.runs.len() == 1 || chain.identity() >= limits.min_identity {
            out.push(chain);
            continue;
        } else {
            let at = (1..chain.runs.len())
                .max_by_key(|&i| (gap(&chain.runs, i), std::cmp::Reverse(i)))
                .unwrap_or(1);
            [at, chain.runs.len()]
        };
        let mut runs = chain.runs;
        let parts = [runs.split_off(cut[1]), runs.split_off(cut[0]), runs];
        waiting.extend(parts.into_iter().filter(|part| !part.is_empty()).map(Chain::from));
    }
}

/// The number of tokens between a run and the one before it, on the longer side.
fn gap(runs: &[Run], i: usize) -> u32 {
    let (x, y) = (runs[i - 1], runs[i]);
    (y.a - x.a_end()).max(y.b - x.b_end())
}

/// The approximate share of unrelated tokens that are equal in order.
const BY_CHANCE: f64 = 0.1;
/// The greatest density that is assumed for a chain: with it, a word behind one changed word is
/// still part of the chain.
const DENSEST: f64 = 0.9;

/// The runs of a chain that are evidence for one passage: those with the greatest sum of
/// log-likelihood ratios. An equal token counts for the passage and a token in a gap counts against
/// it, by the ratio of its probability in a passage as dense as this chain to that in unrelated
/// text. So a verbatim passage ends at the exact word, and a rewritten passage reaches over wider
/// gaps.
fn core(chain: &Chain) -> Range<usize> {
    let dense = chain.identity().clamp(2.0 * BY_CHANCE, DENSEST);
    let (equal, other) = ((dense / BY_CHANCE).ln(), ((1.0 - BY_CHANCE) / (1.0 - dense)).ln());
    let (mut sum, mut start, mut best) = (0.0, 0, (0.0, 0..chain.runs.len()));
    for (i, run) in chain.runs.iter().enumerate() {
        if i > start {
            sum -= other * f64::from(gap(&chain.runs, i));
        }
        if sum < -1e-9 {
            (sum, start) = (0.0, i);
        }
        sum += equal * f64::from(run.len);
        if sum > best.0 - 1e-9 {
            best = (sum, start..i + 1);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A chain with runs of these lengths, with gaps of equal length on both sides between them.
    fn chain(lengths: &[(u32, u32)]) -> Chain {
        let mut at = 0;
        let run = |&(gap, len): &(u32, u32)| {
            let run = Run { a: at + gap, b: at + gap, len };
            at += gap + len;
            run
        };
        lengths.iter().map(run).collect::<Vec<_>>().into()
    }

    #[test]
    fn ends_are_as_dense_as_the_rest() {
        // In a nearly verbatim chain a word behind one changed word stays, and two words behind
        // nine are cut off.
        assert_eq!(core(&chain(&[(0, 1), (1, 40), (1, 30), (1, 1)])), 0..4);
        assert_eq!(core(&chain(&[(0, 2), (9, 40), (1, 30), (12, 3)])), 1..3);
        // Where every second word was replaced, the same ends stay.
        assert_eq!(core(&chain(&[(0, 2), (4, 3), (3, 4), (4, 3), (3, 2)])), 0..5);
        assert_eq!(core(&chain(&[(0, 7)])), 0..1);
    }

    proptest! {
        #[test]
        fn near_diagonals_change_nothing(
            runs in prop::collection::vec((0u32..300, 0u32..300, 3u32..9), 0..200),
            narrow in 1u32..40,
        ) {
            let run = |&(a, b, len): &(u32, u32, u32)| Run { a, b: a + 300 - b / narrow, len };
            let mut runs: Vec<Run> = runs.iter().map(run).collect();
            runs.sort_unstable();
            let limits = ChainLimits { max_gap: 30, min_identity: 0.5 };
            let steps = Steps::to_the_end();
            let of = |near| {
                let best = best_chains(&runs, near, limits, &steps).unwrap();
                best.into_iter().map(|best| (best.score, best.from)).collect::<Vec<_>>()
            };
            prop_assert_eq!(of(Some(NearDiagonals::for_runs(runs.len()))), of(None));
        }
    }
}
