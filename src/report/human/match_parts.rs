//! Owns: the choice of the shown parts of a match: equal runs, edits, cuts, common line breaks.
//! Never: columns or colours.

use crate::report::texts::Text;
use crate::span::Span;
use unicode_segmentation::UnicodeSegmentation;

/// About how many words are kept on either side of a cut: a cut looks for the border of a line or
/// sentence nearby, …
const CONTEXT_WORDS: usize = 16;
/// … at most this many words away.
const SNAP: usize = 6;
/// Minimum number of bytes of a context, because a Chinese word is short.
const CONTEXT_BYTES: usize = 80;
/// A part that is at most this many words longer than its two contexts is not cut.
const SPARE_WORDS: usize = 28;
/// A passage with many edits shows this many words of its beginning …
const FIRST_WORDS: usize = 100;
/// … and of its end.
const LAST_WORDS: usize = 60;
/// Words are searched in this many bytes of a long part.
const WINDOW: usize = 4096;
/// The length of a longer cut is given in bytes rather than words.
const COUNTABLE: usize = 1 << 18;

/// Characters that end a line.
const BREAKS: [char; 2] = ['\n', '\r'];

/// A match with a left and a right side: two texts, the corresponding spans, the equal runs inside.
pub struct SidedMatch<'t, 'a> {
    pub left: &'t Text<'a>,
    pub right: &'t Text<'a>,
    pub spans: SpanPair,
    pub blocks: Vec<SpanPair>,
}

/// Corresponding spans of the left and the right text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanPair {
    pub left: Span,
    pub right: Span,
}

/// A part of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchPart {
    /// Equal tokens on both sides.
    Same(SpanPair),
    /// Words that only one side has, or other words on the other side.
    Edit(SpanPair),
    /// Left out; the flag is true where both sides are equal.
    Cut(SpanPair, bool),
    /// Both texts begin a new line.
    Break,
}

/// The length of a cut, in words of the left text, or in bytes where it is long.
pub enum Amount {
    Words(u64),
    Bytes(u64),
}

impl SidedMatch<'_, '_> {
    pub fn left_of(&self, both: SpanPair) -> &str {
        slice(self.left, both.left)
    }
    pub fn right_of(&self, both: SpanPair) -> &str {
        slice(self.right, both.right)
    }

    pub fn amount(&self, both: SpanPair) -> Amount {
        let text = self.left_of(both);
        if text.len() > COUNTABLE {
            return Amount::Bytes(text.len() as u64);
        }
        Amount::Words(text.unicode_words().count() as u64)
    }

    /// Returns the parts that are shown, in order: both ends, the edits with some words around
    /// them, and the cuts.
    pub fn parts(&self) -> Vec<MatchPart> {
        let whole = self.whole();
        let mut first = Vec::new();
        let mut from = 0;
        let mut budget = FIRST_WORDS as isize;
        while from < whole.len() && budget > 0 {
            budget -= self.shorten(whole[from], &mut first) as isize;
            from += 1;
        }
        let mut last = Vec::new();
        let mut to = whole.len();
        let mut budget = LAST_WORDS as isize;
        while to > from && budget > 0 {
            let mut part = Vec::new();
            budget -= self.shorten(whole[to - 1], &mut part) as isize;
            part.reverse();
            last.append(&mut part);
            to -= 1;
        }
        if to > from {
            let (begin, end) = (whole[from].both(), whole[to - 1].both());
            let left = Span::new(begin.left.start, end.left.end);
            let right = Span::new(begin.right.start, end.right.end);
            first.push(MatchPart::Cut(
                SpanPair { left, right },
                to - from == 1 && matches!(whole[from], MatchPart::Same(_)),
            ));
        }
        last.reverse();
        first.append(&mut last);
        first
    }

    /// Returns the whole match as parts: equal runs and the edits between them.
    fn whole(&self) -> Vec<MatchPart> {
        let mut out = Vec::with_capacity(2 * self.blocks.len() + 1);
        let (mut left, mut right) = (self.spans.left.start, self.spans.right.start);
        let gap = |left: (u32, u32), right: (u32, u32)| {
            let both =
                SpanPair { left: Span::new(left.0, left.1), right: Span::new(right.0, right.1) };
            (!both.left.is_empty() || !both.right.is_empty()).then_some(MatchPart::Edit(both))
        };
        for b in &self.blocks {
            let inside = b.left.end <= self.spans.left.end && b.right.end <= self.spans.right.end;
            if inside && b.left.start >= left && b.right.start >= right {
                out.extend(gap((left, b.left.start), (right, b.right.start)));
                out.push(MatchPart::Same(*b));
                (left, right) = (b.left.end, b.right.end);
            }
        }
        out.extend(gap((left, self.spans.left.end), (right, self.spans.right.end)));
        out
    }

    /// Adds a part, with its middle cut out where it is long; returns the number of words that
    /// remain, at least 1.
    fn shorten(&self, piece: MatchPart, out: &mut Vec<MatchPart>) -> usize {
        let both = piece.both();
        let (left, right) = (self.left_of(both), self.right_of(both));
        let most = 2 * CONTEXT_WORDS + SPARE_WORDS;
        let short = |text: &str| {
            text.len() < 4 * WINDOW && text.unicode_words().take(most + 1).count() <= most
        };
        let same = matches!(piece, MatchPart::Same(_));
        if short(left) && short(right) {
            self.break_up(piece, out);
            return left.unicode_words().count().max(1);
        }
        let (first, last) = (head_words(left), tail_words(left));
        let (left_head, right_head) = (head(left, first), head(right, first));
        let (left_tail, right_tail) =
            (tail(left, last).max(left_head), tail(right, last).max(right_head));
        let part = |l: (usize, usize), r: (usize, usize)| SpanPair {
            left: within(both.left, l),
            right: within(both.right, r),
        };
        let again = |both| if same { MatchPart::Same(both) } else { MatchPart::Edit(both) };
        self.break_up(again(part((0, left_head), (0, right_head))), out);
        out.push(MatchPart::Cut(part((left_head, left_tail), (right_head, right_tail)), same));
        self.break_up(again(part((left_tail, left.len()), (right_tail, right.len()))), out);
        first + last
    }

    /// Adds a short part, with a break where both sides begin a new line between the same two
    /// words.
    fn break_up(&self, piece: MatchPart, out: &mut Vec<MatchPart>) {
        let both = piece.both();
        let (left, right) = (self.left_of(both), self.right_of(both));
        if let MatchPart::Edit(_) = piece {
            return self.break_edit(both, out);
        }
        let starts = |text: &str| text.unicode_word_indices().map(|(at, _)| at).collect::<Vec<_>>();
        let (ls, rs) = (starts(left), starts(right));
        let (mut left_from, mut right_from) = (0, 0);
        if ls.len() == rs.len() {
            for i in 1..ls.len() {
                if left[ls[i - 1]..ls[i]].contains(BREAKS)
                    && right[rs[i - 1]..rs[i]].contains(BREAKS)
                {
                    let (l, r) = (line_start(left, ls[i]), line_start(right, rs[i]));
                    out.push(MatchPart::Same(SpanPair {
                        left: within(both.left, (left_from, l)),
                        right: within(both.right, (right_from, r)),
                    }));
                    out.push(MatchPart::Break);
                    (left_from, right_from) = (l, r);
                }
            }
        }
        let rest = SpanPair {
            left: within(both.left, (left_from, left.len())),
            right: within(both.right, (right_from, right.len())),
        };
        out.push(MatchPart::Same(rest));
    }
}

impl SidedMatch<'_, '_> {
    /// Adds an edit, line by line where both sides have the same number of lines.
    fn break_edit(&self, both: SpanPair, out: &mut Vec<MatchPart>) {
        let (left, right) = (self.left_of(both), self.right_of(both));
        let (ls, rs) = (line_ends(left), line_ends(right));
        let bare = |text: &str| !text.contains(char::is_alphanumeric);
        // Text without a letter or digit is no edit: it was not compared.
        let piece = |l: (usize, usize), r: (usize, usize)| {
            let part = SpanPair { left: within(both.left, l), right: within(both.right, r) };
            if bare(&left[l.0..l.1]) && bare(&right[r.0..r.1]) {
                MatchPart::Same(part)
            } else {
                MatchPart::Edit(part)
            }
        };
        let (mut left_from, mut right_from) = (0, 0);
        if ls.len() == rs.len() {
            for (&l, &r) in ls.iter().zip(&rs) {
                out.extend([piece((left_from, l), (right_from, r)), MatchPart::Break]);
                (left_from, right_from) = (l, r);
            }
        }
        out.push(piece((left_from, left.len()), (right_from, right.len())));
        let uneven = ls.len() != rs.len() && !ls.is_empty() && !rs.is_empty();
        out.extend((uneven && bare(left) && bare(right)).then_some(MatchPart::Break));
    }
}

/// Returns the ends of the lines of a text but the last, each with the blank lines after it.
fn line_ends(text: &str) -> Vec<usize> {
    let mut out: Vec<usize> = Vec::new();
    for (at, _) in text.match_indices(BREAKS) {
        match out.last_mut() {
            Some(end) if text[*end..at].trim().is_empty() => *end = at + 1,
            _ => out.push(at + 1),
        }
    }
    out
}

impl MatchPart {
    fn both(self) -> SpanPair {
        match self {
            MatchPart::Same(both) | MatchPart::Edit(both) | MatchPart::Cut(both, _) => both,
            MatchPart::Break => SpanPair { left: Span::new(0, 0), right: Span::new(0, 0) },
        }
    }
}

fn slice<'t>(text: &'t Text, span: Span) -> &'t str {
    text.as_str().get(span.range()).unwrap_or("")
}

fn within(span: Span, (from, to): (usize, usize)) -> Span {
    Span::new(span.start + from as u32, span.start + to as u32)
}

/// Returns the start of the line that contains the word at `word`.
fn line_start(text: &str, word: usize) -> usize {
    text[..word].rfind(BREAKS).map_or(0, |at| at + 1)
}

/// Returns how many words of the beginning of a long part are shown: about a context, up to a line
/// break or else the end of a sentence.
fn head_words(text: &str) -> usize {
    let window = window(text);
    let words: Vec<(usize, &str)> = window.unicode_word_indices().take(8 * CONTEXT_WORDS).collect();
    let gaps: Vec<&str> =
        words.windows(2).map(|w| &window[w[0].0 + w[0].1.len()..w[1].0]).collect();
    let bytes = |n: usize| words.get(n).map_or(window.len(), |w| w.0);
    snap(&gaps, bytes)
}

/// Returns the same for the end of a long part.
fn tail_words(text: &str) -> usize {
    let window = end_window(text);
    let words: Vec<(usize, &str)> =
        window.unicode_word_indices().rev().take(8 * CONTEXT_WORDS).collect();
    let gaps: Vec<&str> =
        words.windows(2).map(|w| &window[w[1].0 + w[1].1.len()..w[0].0]).collect();
    let bytes = |n: usize| window.len() - words.get(n).map_or(0, |w| w.0 + w.1.len());
    snap(&gaps, bytes)
}

/// Returns after how many words to cut; `gaps[n]` is the text after word `n`.
fn snap(gaps: &[&str], bytes: impl Fn(usize) -> usize) -> usize {
    let enough =
        (CONTEXT_WORDS..=gaps.len()).find(|&n| bytes(n) >= CONTEXT_BYTES).unwrap_or(CONTEXT_WORDS);
    let mut near: Vec<usize> =
        (enough - SNAP..=enough + SNAP).filter(|&n| n <= gaps.len()).collect();
    near.sort_by_key(|&n| n.abs_diff(enough));
    let sentence =
        |gap: &str| gap.contains(['.', '!', '?', '。', '！', '？', '؟', '।']) && gap.len() > 1;
    let line = near.iter().find(|&&n| gaps[n - 1].contains(BREAKS));
    *line.or_else(|| near.iter().find(|&&n| sentence(gaps[n - 1]))).unwrap_or(&enough)
}

/// Returns the end of the first `words` words, with the punctuation that closes them.
fn head(text: &str, words: usize) -> usize {
    let window = window(text);
    let Some((at, word)) = window.unicode_word_indices().nth(words - 1) else {
        return window.len();
    };
    let end = at + word.len();
    end + window[end..].find(|c: char| c.is_whitespace() || c.is_alphanumeric()).unwrap_or(0)
}

/// Returns the start of the last `words` words, with the punctuation that opens them.
fn tail(text: &str, words: usize) -> usize {
    let window = end_window(text);
    let from = text.len() - window.len();
    let Some((at, _)) = window.unicode_word_indices().rev().nth(words - 1) else { return from };
    let before = &window[..at];
    let opening =
        before.rfind(char::is_whitespace).filter(|&i| !before[i..].contains(char::is_alphanumeric));
    from + opening.map_or(at, |i| i + before[i..].chars().next().map_or(0, char::len_utf8))
}

fn end_window(text: &str) -> &str {
    let from =
        (text.len().saturating_sub(WINDOW)..).find(|&i| text.is_char_boundary(i)).unwrap_or(0);
    &text[from..]
}

fn window(text: &str) -> &str {
    let end = (0..=text.len().min(WINDOW)).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
    &text[..end]
}
