//! Owns: the exactly equal runs of a passage, with the gaps between seeds aligned token by token.
//! Never: decides where a passage begins and ends.

use crate::align::prepared::Prepared;
use crate::align::run::{Run, TokenRectangle};
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
) -> Vec<Run> {
    let before = runs.partition_point(|r| r.a + longest <= region.a.start);
    let behind = before + runs[before..].partition_point(|r| r.a < region.a.end);
    let within: Vec<Run> = runs[before..behind].iter().filter_map(|r| clip(*r, region)).collect();
    let (x, y) = (&a.tokens.hashes, &b.tokens.hashes);
    let mut out = Vec::new();
    let (mut from_a, mut from_b) = (region.a.start, region.b.start);
    let cells = if within.is_empty() { MAX_REGION_CELLS } else { MAX_CELLS };
    for run in heaviest(&within) {
        common(x, y, from_a..run.a, from_b..run.b, cells, &mut out);
        push(&mut out, run);
        (from_a, from_b) = (run.a_end(), run.b_end());
    }
    common(x, y, from_a..region.a.end, from_b..region.b.end, cells, &mut out);
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
fn heaviest(runs: &[Run]) -> Vec<Run> {
    let mut best: Vec<(u32, usize)> = runs.iter().enumerate().map(|(i, r)| (r.len, i)).collect();
    for i in 0..runs.len() {
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
pub fn fill(runs: Vec<Run>, a: &[u64], b: &[u64]) -> Vec<Run> {
    let mut out = Vec::with_capacity(runs.len() * 2);
    fill_before_first(runs[0], a, b, &mut out);
    for (i, &run) in runs.iter().enumerate() {
        push(&mut out, run);
        match runs.get(i + 1) {
            Some(next) => {
                common(a, b, run.a_end()..next.a, run.b_end()..next.b, MAX_CELLS, &mut out)
            }
            None => fill_after_last(run, a, b, &mut out),
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
    out: &mut Vec<Run>,
) {
    let (n, m) = (ra.len(), rb.len());
    if n == 0 || m == 0 || n * m > max_cells {
        return;
    }
    let (x, y) = (&a[ra.start as usize..ra.end as usize], &b[rb.start as usize..rb.end as usize]);
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
        for j in (0..m).rev() {
            table[i * (m + 1) + j] = if x[i] == y[j] {
                table[(i + 1) * (m + 1) + j + 1] + 1
            } else {
                table[(i + 1) * (m + 1) + j].max(table[i * (m + 1) + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < n && j < m {
        let (skip_x, skip_y) = (table[(i + 1) * (m + 1) + j], table[i * (m + 1) + j + 1]);
        if x[i] == y[j] {
            push(out, Run { a: ra.start + i as u32, b: rb.start + j as u32, len: 1 });
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

/// Adds equal tokens just behind the last run, as long as they are at least half of the stretch
/// that they bridge.
fn fill_after_last(last: Run, a: &[u64], b: &[u64], out: &mut Vec<Run>) {
    let mut more = Vec::new();
    let (from_a, from_b) = (last.a_end(), last.b_end());
    let (to_a, to_b) = ((from_a + REACH).min(a.len() as u32), (from_b + REACH).min(b.len() as u32));
    common(a, b, from_a..to_a, from_b..to_b, MAX_CELLS, &mut more);
    let mut equal = 0;
    let keep = more.iter().take_while(|r| {
        equal += r.len;
        2 * equal >= (r.a_end() - from_a).max(r.b_end() - from_b)
    });
    let keep = keep.count();
    more.truncate(keep);
    more.into_iter().for_each(|r| push(out, r));
}

/// Adds equal tokens just before the first run, by the same rule.
fn fill_before_first(first: Run, a: &[u64], b: &[u64], out: &mut Vec<Run>) {
    let back = |side: &[u64], end: u32| -> Vec<u64> {
        side[end.saturating_sub(REACH) as usize..end as usize].iter().rev().copied().collect()
    };
    let (x, y) = (back(a, first.a), back(b, first.b));
    let mut more = Vec::new();
    common(&x, &y, 0..x.len() as u32, 0..y.len() as u32, MAX_CELLS, &mut more);
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
