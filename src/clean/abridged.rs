//! Owns: what the places of shared passages say of a longer text: whether it was cut short or is a
//! roundup of several stories. Never: decides what is removed.

use crate::span::Span;

/// A text that contains more documents than this is taken for a roundup without comparing their
/// places.
const MANY: usize = 64;

/// Whether the passages that a shorter text shares with a longer one reach the beginning or the end
/// of the longer one, or are spread over half of it: then the shorter text is the longer one with
/// parts left out. An item of a roundup is at one place somewhere inside.
pub(super) fn is_cut_short(spans: &[Span], bytes: u32) -> bool {
    let start = spans.iter().map(|s| s.start).min().unwrap_or(0);
    let end = spans.iter().map(|s| s.end).max().unwrap_or(0);
    let (start, end, all) = (u64::from(start), u64::from(end), u64::from(bytes));
    start * 10 <= all || (all - end) * 10 <= all || (end - start) * 2 >= all
}

/// Whether two parts of a text, each the passages that it shares with another document, have little
/// in common: then the text is a roundup of several stories, and not one story that others printed
/// in part.
pub(super) fn several_stories(parts: &[Vec<Span>]) -> bool {
    let mut parts: Vec<Vec<Span>> = parts.to_vec();
    parts.iter_mut().for_each(|p| p.sort_unstable());
    parts.len() > MANY
        || parts
            .iter()
            .enumerate()
            .any(|(i, x)| parts[..i].iter().any(|y| 2 * common(x, y) < length(x).min(length(y))))
}

fn length(spans: &[Span]) -> usize {
    spans.iter().map(|s| s.len()).sum()
}

/// Returns the number of bytes that both lists of sorted spans cover.
fn common(x: &[Span], y: &[Span]) -> usize {
    let (mut i, mut j, mut sum) = (0, 0, 0);
    while i < x.len() && j < y.len() {
        sum += x[i].end.min(y[j].end).saturating_sub(x[i].start.max(y[j].start)) as usize;
        if x[i].end < y[j].end { i += 1 } else { j += 1 }
    }
    sum
}
