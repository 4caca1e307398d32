//! Owns: two token sequences to chains of exactly equal blocks, several and in any order. Never: bytes, relations, boilerplate.
//!
//! Seeds are windows of three words that both texts hold. Seeds on one diagonal grow into blocks, blocks are chained by dynamic programming
//! (Abouelhoda and Ohlebusch 2005; the scoring is that of minimap2, Li 2018), and what lies between two blocks of a chain is
//! aligned token by token.

use super::prepared::Prepared;
use std::ops::Range;

/// Words in a seed.
pub const SEED: u32 = 3;
/// A seed that stands so often that it would make more points is matched in order of place instead.
const MAX_POINTS: usize = 64;
/// How many earlier blocks are tried as predecessors of one.
const LOOK_BACK: usize = 64;
/// What a token of the longer side of a gap costs, in equal tokens; and one by which the sides differ.
const GAP_COST: f64 = 0.12;
const SLOPE_COST: f64 = 0.10;
/// Two sides of a gap may differ by so many tokens; a longer insertion or deletion ends the match.
const MAX_SLOPE: u32 = 8;
/// Gaps of at most this many cells are aligned token by token.
const MAX_CELLS: usize = 4096;

/// A run of equal tokens: `len` tokens from `a` in the first text, from `b` in the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    /// First token in the first text.
    pub a: u32,
    /// First token in the second text.
    pub b: u32,
    /// How many.
    pub len: u32,
}

impl Run {
    fn a_end(self) -> u32 {
        self.a + self.len
    }
    fn b_end(self) -> u32 {
        self.b + self.len
    }
}

/// Runs in the order of both texts, none overlapping.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    /// The runs; never empty.
    pub runs: Vec<Run>,
}

impl Chain {
    /// Tokens of the first text, first run to last.
    pub fn a(&self) -> Range<u32> {
        self.runs[0].a..self.runs[self.runs.len() - 1].a_end()
    }
    /// Tokens of the second text.
    pub fn b(&self) -> Range<u32> {
        self.runs[0].b..self.runs[self.runs.len() - 1].b_end()
    }
    /// Equal tokens.
    pub fn equal(&self) -> u32 {
        self.runs.iter().map(|r| r.len).sum()
    }
    /// Share of equal tokens, of the longer side.
    pub fn identity(&self) -> f64 {
        f64::from(self.equal()) / f64::from(self.a().len().max(self.b().len()) as u32)
    }
}

/// What the alignment may join.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The longest gap inside a chain, in tokens.
    pub max_gap: u32,
    /// Least identity of a chain.
    pub min_identity: f64,
}

/// All chains, by falling score; they may overlap. Cost: a sort of the seeds, then linear in the blocks.
pub fn chains(a: &Prepared, b: &Prepared, limits: Limits) -> Vec<Chain> {
    let mut points = points(a, b);
    points.sort_unstable();
    points.dedup();
    let runs = runs(&points, a, b);
    let mut out = Vec::new();
    for chain in chain(&runs, limits) {
        split(Chain { runs: fill(chain, &a.tokens.hashes, &b.tokens.hashes) }, limits, &mut out);
    }
    out
}

/// A pair of equal seeds: its diagonal (shifted to stay positive), its place in the first text.
type Point = (u64, u32);

const SHIFT: u64 = 1 << 32;

fn points(a: &Prepared, b: &Prepared) -> Vec<Point> {
    let (x, y) = (&a.seeds, &b.seeds);
    let mut out = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < x.len() && j < y.len() {
        let (kx, ky) = (x[i] >> 32, y[j] >> 32);
        if kx != ky {
            i += usize::from(kx < ky);
            j += usize::from(ky < kx);
            continue;
        }
        let n = x[i..].iter().take_while(|s| **s >> 32 == kx).count();
        let m = y[j..].iter().take_while(|s| **s >> 32 == kx).count();
        let mut point = |sa: u64, sb: u64| {
            let (at, partner) = (sa as u32, sb as u32);
            if a.seed(at) == b.seed(partner) {
                out.push((SHIFT + u64::from(partner) - u64::from(at), at));
            }
        };
        if n * m <= MAX_POINTS {
            x[i..i + n].iter().for_each(|s| y[j..j + m].iter().for_each(|t| point(*s, *t)));
        } else {
            // Periodic text: every place with every other would be quadratic. The nth with the nth keeps long runs whole.
            x[i..i + n].iter().zip(&y[j..j + m]).for_each(|(s, t)| point(*s, *t));
        }
        (i, j) = (i + n, j + m);
    }
    out
}

/// Seeds on one diagonal that touch are one run; runs grow while the next tokens are equal.
fn runs(points: &[Point], a: &Prepared, b: &Prepared) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    let mut last = 0;
    for &(diagonal, at) in points {
        let partner = (diagonal + u64::from(at) - SHIFT) as u32;
        let seed = a.seed_length(at);
        match out.last_mut() {
            Some(run) if last == diagonal && at <= run.a_end() => {
                run.len = run.len.max(at + seed - run.a);
            }
            before => {
                let floor = before.filter(|_| last == diagonal).map_or(0, |run| run.a_end());
                let mut run = Run { a: at, b: partner, len: seed };
                while run.a > floor && run.b > 0 && equal(a, b, run.a - 1, run.b - 1) {
                    run = Run { a: run.a - 1, b: run.b - 1, len: run.len + 1 };
                }
                out.push(run);
            }
        }
        last = diagonal;
        if let Some(run) = out.last_mut() {
            while equal(a, b, run.a_end(), run.b_end()) {
                run.len += 1;
            }
        }
    }
    out.sort_unstable();
    out
}

fn equal(a: &Prepared, b: &Prepared, i: u32, j: u32) -> bool {
    match (a.tokens.hashes.get(i as usize), b.tokens.hashes.get(j as usize)) {
        (Some(x), Some(y)) => x == y,
        _ => false,
    }
}

/// The best chain that ends in each run, then chains cut from the best ends downward.
fn chain(runs: &[Run], limits: Limits) -> Vec<Vec<Run>> {
    let mut score: Vec<f64> = runs.iter().map(|r| f64::from(r.len)).collect();
    let mut from: Vec<usize> = (0..runs.len()).collect();
    let longest = runs.iter().map(|r| r.len).max().unwrap_or(0);
    for i in 0..runs.len() {
        for j in (i.saturating_sub(LOOK_BACK)..i).rev() {
            if runs[i].a - runs[j].a > longest + limits.max_gap {
                // Runs ascend in the first text: all before this one end too early.
                break;
            }
            if let Some(gain) = link(runs[j], runs[i], limits)
                && score[j] + gain > score[i]
            {
                score[i] = score[j] + gain;
                from[i] = j;
            }
        }
    }
    let mut ends: Vec<usize> = (0..runs.len()).collect();
    ends.sort_unstable_by(|&x, &y| score[y].total_cmp(&score[x]).then(x.cmp(&y)));
    let mut used = vec![false; runs.len()];
    let mut out = Vec::new();
    for end in ends {
        let mut chain = Vec::new();
        let mut at = end;
        while !used[at] {
            used[at] = true;
            chain.push(runs[at]);
            if from[at] == at {
                break;
            }
            at = from[at];
        }
        if !chain.is_empty() {
            chain.reverse();
            out.push(trim_overlaps(chain));
        }
    }
    out
}

/// What run `next` adds to a chain that ends in `last`, or nothing where they cannot be neighbours.
fn link(last: Run, next: Run, limits: Limits) -> Option<f64> {
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

/// Runs of a chain may overlap by a few tokens: the later one gives way.
fn trim_overlaps(mut chain: Vec<Run>) -> Vec<Run> {
    for i in 1..chain.len() {
        let (last, next) = (chain[i - 1], &mut chain[i]);
        let overlap = last.a_end().saturating_sub(next.a).max(last.b_end().saturating_sub(next.b)).min(next.len - 1);
        *next = Run { a: next.a + overlap, b: next.b + overlap, len: next.len - overlap };
    }
    let mut out: Vec<Run> = Vec::with_capacity(chain.len());
    for run in chain {
        if out.last().is_none_or(|l| l.a_end() <= run.a && l.b_end() <= run.b) {
            out.push(run);
        }
    }
    out
}

/// Adds the single equal tokens between the runs of a chain, and those just outside its ends.
fn fill(runs: Vec<Run>, a: &[u64], b: &[u64]) -> Vec<Run> {
    let mut out = Vec::with_capacity(runs.len() * 2);
    before(runs[0], a, b, &mut out);
    for (i, &run) in runs.iter().enumerate() {
        push(&mut out, run);
        match runs.get(i + 1) {
            Some(next) => common(a, b, run.a_end()..next.a, run.b_end()..next.b, &mut out),
            None => behind(run, a, b, &mut out),
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

/// A longest common subsequence of two short ranges, as runs.
fn common(a: &[u64], b: &[u64], ra: Range<u32>, rb: Range<u32>, out: &mut Vec<Run>) {
    let (n, m) = (ra.len(), rb.len());
    if n == 0 || m == 0 || n * m > MAX_CELLS {
        return;
    }
    let (x, y) = (&a[ra.start as usize..ra.end as usize], &b[rb.start as usize..rb.end as usize]);
    let mut table = vec![0u16; (n + 1) * (m + 1)];
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

/// Which way is shorter where both lead to as many equal tokens: whether the first token of `y` comes sooner in `x` than that of `x`
/// in `y`. So the texts may be swapped.
fn nearer(x: &[u64], y: &[u64]) -> bool {
    let far = |side: &[u64], token: u64| side.iter().position(|t| *t == token).unwrap_or(usize::MAX);
    far(x, y[0]) < far(y, x[0])
}

/// How far beyond its ends a chain looks for more equal tokens.
const REACH: u32 = 6;

/// Equal tokens just behind the last run, as long as they are at least half of what they bridge.
fn behind(last: Run, a: &[u64], b: &[u64], out: &mut Vec<Run>) {
    let mut more = Vec::new();
    let (from_a, from_b) = (last.a_end(), last.b_end());
    let (to_a, to_b) = ((from_a + REACH).min(a.len() as u32), (from_b + REACH).min(b.len() as u32));
    common(a, b, from_a..to_a, from_b..to_b, &mut more);
    let mut equal = 0;
    let keep = more.iter().take_while(|r| {
        equal += r.len;
        2 * equal >= (r.a_end() - from_a).max(r.b_end() - from_b)
    });
    let keep = keep.count();
    more.truncate(keep);
    more.into_iter().for_each(|r| push(out, r));
}

/// The same in front of the first run.
fn before(first: Run, a: &[u64], b: &[u64], out: &mut Vec<Run>) {
    let back = |side: &[u64], end: u32| -> Vec<u64> {
        side[end.saturating_sub(REACH) as usize..end as usize].iter().rev().copied().collect()
    };
    let (x, y) = (back(a, first.a), back(b, first.b));
    let mut more = Vec::new();
    common(&x, &y, 0..x.len() as u32, 0..y.len() as u32, &mut more);
    let mut equal = 0;
    let keep = more.iter().take_while(|r| {
        equal += r.len;
        2 * equal >= r.a_end().max(r.b_end())
    });
    let keep = keep.count();
    out.extend(more[..keep].iter().rev().map(|r| Run { a: first.a - r.a_end(), b: first.b - r.b_end(), len: r.len }));
}

/// A chain that is too thin is cut at its widest gap, in turn, until what is left is dense enough.
fn split(chain: Chain, limits: Limits, out: &mut Vec<Chain>) {
    let mut waiting = vec![chain];
    while let Some(chain) = waiting.pop() {
        if chain.runs.len() == 1 || chain.identity() >= limits.min_identity {
            out.push(chain);
            continue;
        }
        let gap = |i: usize| {
            let (x, y) = (chain.runs[i - 1], chain.runs[i]);
            (y.a - x.a_end()).max(y.b - x.b_end())
        };
        let cut = (1..chain.runs.len()).max_by_key(|&i| (gap(i), std::cmp::Reverse(i))).unwrap_or(1);
        let mut runs = chain.runs;
        let rest = runs.split_off(cut);
        waiting.push(Chain { runs: rest });
        waiting.push(Chain { runs });
    }
}
