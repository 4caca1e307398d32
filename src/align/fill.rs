//! Owns: the exactly equal runs of a passage, with the gaps between seeds aligned token by token.
//! Never: decides where a passage begins and ends.

use crate::align::prepared::Prepared;
use crate::align::run::{Run, TokenRectangle};
use crate::align::steps::Steps;
use std::ops::Range;

/// The most cells of a gap that is aligned token by token.
const MAX_CELLS: usize = 4096;
/// The cells of a gap whose table needs no memory of its own.
const SMALL: usize = 256;
/// The most cells of a passage without any seed that is aligned token by token.
const MAX_REGION_CELLS: usize = 1 << 16;
/// The number of earlier runs that are tried as predecessors of a run.
const LOOK_BACK: usize = 64;

/// The equal runs of a token rectangle that are in the order of both texts: the heaviest chain of
/// `runs` (all runs of both texts, ascending, of at most `longest` tokens), and single tokens
/// between them. Empty where no token is equal in order.
pub fn inside(
    region: &TokenRectangle,
    (runs, longest): (&[Run], u32),
    a: &Prepared,
    b: &Prepared,
    steps: &Steps,
) -> Vec<Run> {
    let before = runs.partition_point(|r| r.a + longest <= region.a.start);
    let behind = before + runs[before..].partition_point(|r| r.a < region.a.end);
    let within: Vec<Run> = runs[before..behind].iter().filter_map(|r| clip(*r, region)).collect();
    let (x, y) = (&a.tokens.hashes, &b.tokens.hashes);
    let mut out = Vec::new();
    let (mut from_a, mut from_b) = (region.a.start, region.b.start);
    let cells = if within.is_empty() { MAX_REGION_CELLS } else { MAX_CELLS };
    for run in heaviest(&within, steps) {
        let (gap_a, gap_b) = (from_a..run.a, from_b..run.b);
        if steps.take(1) {
            return out;
        }
        common(x, y, gap_a, gap_b, cells, steps, &mut out);
        push(&mut out, run);
        (from_a, from_b) = (run.a_end(), run.b_end());
    }
    common(x, y, from_a..region.a.end, from_b..region.b.end, cells, steps, &mut out);
    out
}

/// The part of a run that lies inside a token rectangle.
fn clip(run: Run, region: &TokenRectangle) -> Option<Run> {
    let skip = region.a.start.saturating_sub(run.a).max(region.b.start.saturating_sub(run.b));
    let cut =
        run.a_end().saturating_sub(region.a.end).max(run.b_end().saturating_sub(region.b.end));
    (skip + cut < run.len).then(|| Run {
        a: run.a + skip,
        b: run.b + skip,
        len: run.len - skip - cut,
    })
}

/// The runs that hold the most tokens in the order of both texts.
fn heaviest(runs: &[Run], steps: &Steps) -> Vec<Run> {
    let mut best: Vec<(u32, usize)> = runs.iter().enumerate().map(|(i, r)| (r.len, i)).collect();
    for i in 0..runs.len() {
        if steps.take(1 + i.min(LOOK_BACK)) {
            return Vec::new();
        }
        for j in i.saturating_sub(LOOK_BACK)..i {
            if runs[j].a_end() <= runs[i].a
                && runs[j].b_end() <= runs[i].b
                && best[j].0 + runs[i].len > best[i].0
            {
                best[i] = (best[j].0 + runs[i].len, j);
            }
        }
    }
    let mut out = Vec::new();
    let mut at = (0..runs.len()).max_by_key(|&i| (best[i].0, std::cmp::Reverse(i)));
    while let Some(i) = at {
        out.push(runs[i]);
        at = (best[i].1 != i).then_some(best[i].1);
    }
    out.reverse();
    out
}

/// Adds the single equal tokens between the runs of a chain, and those just outside its ends.
/// `beside` is for the latter, so that many chains share its memory.
pub fn fill(runs: &[Run], a: &[u64], b: &[u64], beside: &mut Vec<Run>, steps: &Steps) -> Vec<Run> {
    let mut out = Vec::with_capacity(runs.len() * 2 + 2);
    fill_before_first(runs[0], [a, b], steps, beside, &mut out);
    for (i, &run) in runs.iter().enumerate() {
        push(&mut out, run);
        match runs.get(i + 1) {
            Some(next) => {
                let (gap_a, gap_b) = (run.a_end()..next.a, run.b_end()..next.b);
                common(a, b, gap_a, gap_b, MAX_CELLS, steps, &mut out);
            }
            None => fill_after_last(run, [a, b], steps, beside, &mut out),
        }
        if steps.is_stopped() {
            break;
        }
    }
    out
}

fn push(out: &mut Vec<Run>, run: Run) {
    match out.last_mut() {
        Some(last) if last.a_end() == run.a && last.b_end() == run.b => last.len += run.len,
        _ => out.push(run),
    }
}

/// Appends a longest common subsequence of two short ranges, as runs.
fn common(
    a: &[u64],
    b: &[u64],
    ra: Range<u32>,
    rb: Range<u32>,
    max_cells: usize,
    steps: &Steps,
    out: &mut Vec<Run>,
) {
    let (n, m) = (ra.len(), rb.len());
    if n == 0 || m == 0 || n * m > max_cells || steps.take(n + m) {
        return;
    }
    let (x, y) = (&a[ra.start as usize..ra.end as usize], &b[rb.start as usize..rb.end as usize]);
    let (equal, first) = equal_pairs(x, y);
    if equal <= 1 || n == 1 || m == 1 {
        // The first pair is the whole subsequence.
        let run = |(i, j)| Run { a: ra.start + i as u32, b: rb.start + j as u32, len: 1 };
        first.into_iter().for_each(|pair| push(out, run(pair)));
        return;
    }
    steps.take(n * m);
    longest_common((x, ra.start), (y, rb.start), out);
}

/// The bit of a token in a filter.
#[inline]
const fn bit(token: u64) -> u64 {
    1 << (token >> 58)
}

/// A filter that all of these tokens pass, and few others.
#[inline]
fn filter_of(tokens: &[u64]) -> u64 {
    tokens.iter().fold(0, |filter, token| filter | bit(*token))
}

/// The number of pairs of equal tokens, and the first pair. Most gaps hold other words on either
/// side, which a filter of one bit for each token of one side shows.
fn equal_pairs(x: &[u64], y: &[u64]) -> (usize, Option<(usize, usize)>) {
    let filter = filter_of(y);
    let (mut count, mut first) = (0, None);
    for (i, token) in x.iter().enumerate().filter(|(_, token)| filter & bit(**token) != 0) {
        for (j, _) in y.iter().enumerate().filter(|(_, other)| *other == token) {
            count += 1;
            first = first.or(Some((i, j)));
        }
    }
    (count, first)
}

/// Appends a longest common subsequence of two ranges, each with the place where it begins, as
/// runs. This is the definition of [`common`].
fn longest_common((x, from_x): (&[u64], u32), (y, from_y): (&[u64], u32), out: &mut Vec<Run>) {
    let (n, m) = (x.len(), y.len());
    // Most gaps are of a few tokens, and there are many.
    let (mut small, mut large) = ([0u16; SMALL], Vec::new());
    let table = match (n + 1) * (m + 1) {
        cells if cells <= SMALL => &mut small[..cells],
        cells => {
            large.resize(cells, 0u16);
            &mut large[..]
        }
    };
    for i in (0..n).rev() {
        let (row, below) = table[i * (m + 1)..(i + 2) * (m + 1)].split_at_mut(m + 1);
        // The cell to the right of the one that is filled, and the one below that.
        let (mut right, mut corner) = (0, 0);
        for ((cell, &down), &token) in row.iter_mut().zip(&*below).zip(y).rev() {
            right = if x[i] == token { corner + 1 } else { right.max(down) };
            (*cell, corner) = (right, down);
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < n && j < m {
        let (skip_x, skip_y) = (table[(i + 1) * (m + 1) + j], table[i * (m + 1) + j + 1]);
        if x[i] == y[j] {
            push(out, Run { a: from_x + i as u32, b: from_y + j as u32, len: 1 });
            (i, j) = (i + 1, j + 1);
        } else if skip_x > skip_y || (skip_x == skip_y && nearer(&x[i..], &y[j..])) {
            i += 1;
        } else {
            j += 1;
        }
    }
}

/// Which way is shorter where both lead to the same number of equal tokens: whether the first token
/// of `y` comes sooner in `x` than that of `x` in `y`. So the result does not change when the texts
/// are swapped.
fn nearer(x: &[u64], y: &[u64]) -> bool {
    let far =
        |side: &[u64], token: u64| side.iter().position(|t| *t == token).unwrap_or(usize::MAX);
    far(x, y[0]) < far(y, x[0])
}

/// The number of tokens beyond its ends in which a chain looks for more equal tokens.
pub const REACH: u32 = 6;

/// An upper bound of the equal tokens that [`fill`] adds beyond the ends of a chain.
pub fn most_beside(chain: &[Run], [a, b]: [&[u64]; 2]) -> u32 {
    let alike = |x: &[u64], y: &[u64]| {
        let filter = filter_of(y);
        x.iter().filter(|token| filter & bit(**token) != 0).count() as u32
    };
    let before = |end: u32| end.saturating_sub(REACH) as usize..end as usize;
    let behind = |from: u32, len: usize| from as usize..len.min((from + REACH) as usize);
    let (first, last) = (chain[0], chain[chain.len() - 1]);
    alike(&a[before(first.a)], &b[before(first.b)])
        + alike(&a[behind(last.a_end(), a.len())], &b[behind(last.b_end(), b.len())])
}

/// Adds equal tokens just behind the last run, as long as they are at least half of the stretch
/// that they bridge.
fn fill_after_last(
    last: Run,
    [a, b]: [&[u64]; 2],
    steps: &Steps,
    more: &mut Vec<Run>,
    out: &mut Vec<Run>,
) {
    more.clear();
    let (from_a, from_b) = (last.a_end(), last.b_end());
    let (to_a, to_b) = ((from_a + REACH).min(a.len() as u32), (from_b + REACH).min(b.len() as u32));
    common(a, b, from_a..to_a, from_b..to_b, MAX_CELLS, steps, more);
    let mut equal = 0;
    let keep = more.iter().take_while(|r| {
        equal += r.len;
        2 * equal >= (r.a_end() - from_a).max(r.b_end() - from_b)
    });
    let keep = keep.count();
    more[..keep].iter().for_each(|r| push(out, *r));
}

/// Adds equal tokens just before the first run, by the same rule.
fn fill_before_first(
    first: Run,
    [a, b]: [&[u64]; 2],
    steps: &Steps,
    more: &mut Vec<Run>,
    out: &mut Vec<Run>,
) {
    more.clear();
    let (mut x, mut y) = ([0; REACH as usize], [0; REACH as usize]);
    let (n, m) = (back(a, first.a, &mut x), back(b, first.b, &mut y));
    common(&x, &y, 0..n, 0..m, MAX_CELLS, steps, more);
    let mut equal = 0;
    let keep = more.iter().take_while(|r| {
        equal += r.len;
        2 * equal >= r.a_end().max(r.b_end())
    });
    let keep = keep.count();
    out.extend(more[..keep].iter().rev().map(|r| Run {
        a: first.a - r.a_end(),
        b: first.b - r.b_end(),
        len: r.len,
    }));
}

/// Copies the tokens before a place, the nearest one first. Returns their number.
fn back(side: &[u64], end: u32, out: &mut [u64; REACH as usize]) -> u32 {
    let before = &side[end.saturating_sub(REACH) as usize..end as usize];
    out.iter_mut().zip(before.iter().rev()).for_each(|(place, token)| *place = *token);
    before.len() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::mix;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_more_is_added_at_the_ends(
            x in prop::collection::vec(0u64..9, 0..14), y in prop::collection::vec(0u64..9, 0..14),
            at in (0usize..14, 0usize..14),
        ) {
            let words = |side: &[u64], at: usize| {
                let (before, behind) = side.split_at(at.min(side.len()));
                let all = before.iter().chain(&[100, 101, 102]).chain(behind);
                (all.map(|n| mix(*n)).collect::<Vec<u64>>(), before.len() as u32)
            };
            let ((x, a), (y, b)) = (words(&x, at.0), words(&y, at.1));
            let chain = [Run { a, b, len: 3 }];
            let most = 3 + most_beside(&chain, [&x, &y]);
            let steps = Steps::to_the_end();
            let filled = fill(&chain, &x, &y, &mut Vec::new(), &steps);
            prop_assert!(filled.iter().map(|run| run.len).sum::<u32>() <= most);
        }

        #[test]
        fn short_ways_are_the_longest_common_subsequence(
            x in prop::collection::vec(0u64..30, 0..9), y in prop::collection::vec(0u64..30, 0..9),
        ) {
            let words = |side: Vec<u64>| side.into_iter().map(mix).collect::<Vec<u64>>();
            let (x, y) = (words(x), words(y));
            let (mut fast, mut plain) = (Vec::new(), Vec::new());
            let steps = Steps::to_the_end();
            common(&x, &y, 0..x.len() as u32, 0..y.len() as u32, MAX_CELLS, &steps, &mut fast);
            longest_common((&x, 0), (&y, 0), &mut plain);
            prop_assert_eq!(fast, plain);
        }
    }
}
