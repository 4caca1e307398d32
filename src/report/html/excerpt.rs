//! Owns: the choice of the shown ranges of a long text, and the conversion of offsets to UTF-16.
//! Never: a finding.

use crate::span::Span;
use std::ops::Range;
use unicode_segmentation::GraphemeCursor;

/// Bytes around the borders of a passage; the widest context that fits is used.
const CONTEXTS: [usize; 7] = [6000, 3000, 1500, 700, 350, 160, 60];
/// A gap is longer than this, because the note of a gap takes room too.
const LEAST_GAP: usize = 120;
/// A cut looks this many bytes back for a space, and for the border of a grapheme cluster.
const SNAP: usize = 48;
/// Whether a place is a border between clusters depends on what is before it: in a row of flags, on
/// all of them. So many bytes are looked at, 256 flags.
const CONTEXT: usize = 2048;

/// Returns the ranges of a text that are shown: all of it where it has at most `most` bytes, else
/// what is around the borders of the spans. The ranges are in order, do not overlap, and begin and
/// end between characters.
pub(super) fn stretches(text: &str, spans: &[Span], most: usize) -> Vec<Range<usize>> {
    let whole = 0..text.len();
    if text.len() <= most {
        return vec![whole];
    }
    if spans.is_empty() {
        let beginning = 0..border(text, most);
        return vec![beginning];
    }
    let mut kept = Vec::new();
    for context in CONTEXTS {
        kept = around(text, spans, context);
        if kept.iter().map(Range::len).sum::<usize>() <= most {
            return kept;
        }
    }
    // With too many passages even for the narrowest context, the first ones are shown.
    let mut left = most;
    kept.retain_mut(|stretch| {
        if stretch.len() > left {
            stretch.end = border(text, stretch.start + left).max(stretch.start);
        }
        left -= stretch.len();
        stretch.start < stretch.end
    });
    kept
}

/// Returns the ranges of at most `context` bytes on either side of a span's borders.
fn around(text: &str, spans: &[Span], context: usize) -> Vec<Range<usize>> {
    let window =
        |at: u32| (at as usize).saturating_sub(context)..(at as usize + context).min(text.len());
    let mut windows: Vec<_> = spans.iter().flat_map(|s| [window(s.start), window(s.end)]).collect();
    windows.sort_unstable_by_key(|w| (w.start, w.end));
    let mut out: Vec<Range<usize>> = Vec::new();
    for w in windows {
        match out.last_mut() {
            Some(last) if w.start <= last.end + LEAST_GAP => last.end = last.end.max(w.end),
            _ => out.push(w),
        }
    }
    let mut from = 0;
    for stretch in &mut out {
        *stretch = border(text, stretch.start).max(from)..border(text, stretch.end).max(from);
        from = stretch.end;
    }
    out
}

/// Returns a place to cut at or before this byte: after a space nearby, else between grapheme
/// clusters.
fn border(text: &str, at: usize) -> usize {
    if at == 0 || at >= text.len() {
        return at.min(text.len());
    }
    let back = |at: usize| (0..=at).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
    let at = back(at);
    let from = back(at.saturating_sub(SNAP));
    // A cut is after a space or a line feed, so never between the two halves of \r\n.
    if let Some(space) = text[from..at].rfind([' ', '\n', '\t']) {
        return from + space + 1;
    }
    // A cluster, or a row of flags, may be as long as the text: only what is near is looked at.
    let (before, near) = (back(from.saturating_sub(CONTEXT)), back((at + SNAP).min(text.len())));
    let between = |&i: &usize| {
        let mut cursor = GraphemeCursor::new(i, text.len(), true);
        cursor.is_boundary(&text[before..near], before).unwrap_or(true)
    };
    (from..=at).rev().filter(|&i| text.is_char_boundary(i)).find(between).unwrap_or(at)
}

/// Bytes between two checkpoints.
const STRIDE: usize = 512;

/// Converts byte offsets of one text to UTF-16 code units, as JavaScript counts.
pub(super) struct Units {
    checkpoints: Vec<u32>,
    ascii: bool,
}

impl Units {
    /// Reads the text once.
    pub fn new(text: &str) -> Units {
        let ascii = text.is_ascii();
        let mut checkpoints = Vec::new();
        if !ascii {
            let mut before = 0;
            for part in text.as_bytes().chunks_exact(STRIDE) {
                before += units(part);
                checkpoints.push(before);
            }
        }
        Units { checkpoints, ascii }
    }

    /// Returns the number of code units before this byte, which must begin a character.
    pub fn at(&self, text: &str, byte: usize) -> u32 {
        let byte = byte.min(text.len());
        if self.ascii {
            return byte as u32;
        }
        let nearest = byte / STRIDE;
        let before = if nearest == 0 { 0 } else { self.checkpoints[nearest - 1] };
        before + units(&text.as_bytes()[nearest * STRIDE..byte])
    }
}

/// Counts code units at the first byte of each character: a character of four bytes has two, every
/// other one.
fn units(bytes: &[u8]) -> u32 {
    bytes.iter().map(|&b| u32::from((b as i8) >= -0x40) + u32::from(b >= 0xf0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn short_texts_are_whole() {
        let whole = |text: &str| std::iter::once(0..text.len()).collect::<Vec<_>>();
        assert_eq!(stretches("a text", &[Span::new(0, 1)], 6), whole("a text"));
        assert_eq!(stretches("", &[], 0), whole(""));
    }

    #[test]
    fn long_texts_keep_what_stands_around_their_passages() {
        let text = "word ".repeat(10_000);
        let spans = [Span::new(20_000, 20_050), Span::new(30_000, 45_000)];
        let kept = stretches(&text, &spans, 9000);
        assert_eq!(kept.len(), 3);
        assert!(kept.iter().map(Range::len).sum::<usize>() <= 9000);
        for span in spans {
            for at in [span.start as usize, span.end as usize] {
                assert!(
                    kept.iter().any(|k| k.start + 100 < at && at + 100 < k.end),
                    "{at}: {kept:?}"
                );
            }
        }
        // Cuts are between words.
        assert!(
            kept.iter()
                .all(|k| text[k.clone()].starts_with("word ") && text[k.clone()].ends_with(' '))
        );
    }

    #[test]
    fn a_cut_does_not_part_a_letter_from_its_marks() {
        let text = "e\u{301}".repeat(5000);
        for kept in stretches(&text, &[Span::new(6000, 6300)], 1000) {
            assert!(text[kept.clone()].starts_with('e') && text[kept].ends_with('\u{301}'));
        }
        let lines = "x\r\n".repeat(5000);
        assert!(
            stretches(&lines, &[Span::new(6000, 6001)], 1001)
                .iter()
                .all(|k| !lines[k.clone()].starts_with('\n'))
        );
    }

    #[test]
    fn a_row_of_flags_is_cut_between_flags() {
        let text = format!("words {}", "🇩🇪".repeat(100));
        for at in 100..text.len() {
            assert_eq!((border(&text, at) - 6) % "🇩🇪".len(), 0, "{at}");
        }
    }

    #[test]
    fn with_too_many_passages_the_first_are_kept() {
        let text = "word ".repeat(1000);
        let spans: Vec<Span> = (0..400).map(|n| Span::new(10 * n, 10 * n + 9)).collect();
        let kept = stretches(&text, &spans, 3000);
        assert_eq!((kept.len(), kept[0].start), (1, 0));
        assert!((2900..=3000).contains(&kept[0].end));
    }

    proptest! {
        #[test]
        fn stretches_are_apart_and_inside(
            pieces in prop::collection::vec("[a-z \r\n]{0,80}|[é中🦀\u{301}ا]{0,40}", 1..60),
            at in prop::collection::vec((0.0..1.0f64, 0.0..1.0f64), 0..6),
            most in 0..3000usize,
        ) {
            let text = pieces.concat();
            let byte = |share: f64| (0..=(share * text.len() as f64) as usize).rev()
                .find(|&i| text.is_char_boundary(i)).unwrap() as u32;
            let spans: Vec<Span> = at.iter().map(|&(x, y)| Span::new(byte(x.min(y)),
                byte(x.max(y)))).collect();
            let kept = stretches(&text, &spans, most);
            prop_assert!(kept.iter().all(|k| text.get(k.clone()).is_some()));
            prop_assert!(kept.windows(2).all(|w| w[0].end <= w[1].start));
            let total: usize = kept.iter().map(Range::len).sum();
            prop_assert!(total <= most, "{} of {}", total, most);
            prop_assert!(total > 0 || text.is_empty() || most < 100);
        }

        #[test]
        fn units_are_those_of_utf_16(
            pieces in prop::collection::vec("[a-z]{0,200}|[é中🦀\u{301}]{0,200}", 0..12),
        ) {
            let text = pieces.concat();
            let index = Units::new(&text);
            for byte in (0..=text.len()).filter(|&b| text.is_char_boundary(b)) {
                prop_assert_eq!(index.at(&text, byte) as usize, text[..byte].encode_utf16()
                    .count());
            }
        }
    }
}
