//! Owns: where paragraphs begin and end. Never: makes tokens.

use crate::span::Span;
use crate::text::byte_masks::each_line;
use crate::text::token::Tokens;
use std::ops::Range;

/// A block with a longer line than this (in columns: a Chinese, Japanese or Korean character takes
/// two) is not hard-wrapped, so each of its lines is a paragraph.
const WRAP: usize = 120;

/// The number of paragraphs, and of lines of a block, whose lists need not grow.
const FEW: usize = 16;

/// The paragraphs of a text, in order: each span runs from the first to past the last byte of the
/// paragraph, without the line end.
///
/// A blank line, or a line without a letter or digit, ends a paragraph. If all lines of a block are
/// short, the lines are taken to be wrapped, and only headings (`#`) and list items begin a new
/// paragraph; in a block with a long line each line is a paragraph. A line that ends in a hyphen
/// continues on the next line if that begins with a lower-case letter.
pub fn paragraphs(text: &str) -> Vec<Span> {
    // Most texts have no more paragraphs, and no more lines in one block.
    let mut out = Vec::with_capacity(FEW);
    let mut block: Vec<(usize, &str)> = Vec::with_capacity(FEW);
    let mut at = 0;
    each_line(text, |end| {
        let content = trim_end(&text[at..end]);
        if has_word(content) {
            block.push((at, content));
        } else {
            close(&mut block, &mut out);
        }
        at = end;
    });
    close(&mut block, &mut out);
    out
}

/// Like [`str::trim_end`], in few steps for ASCII.
#[inline(always)]
fn trim_end(line: &str) -> &str {
    let mut end = line.len();
    for &b in line.as_bytes().iter().rev() {
        match b {
            b' ' | 9..=13 => end -= 1,
            0x80.. => return line[..end].trim_end(),
            _ => break,
        }
    }
    &line[..end]
}

/// Like [`str::trim_start`], in few steps for ASCII.
#[inline(always)]
fn trim_start(line: &str) -> &str {
    match line.as_bytes().first() {
        Some(b'!'..=b'~') => line,
        _ => line.trim_start(),
    }
}

/// Whether a line has a letter or digit.
#[inline(always)]
fn has_word(line: &str) -> bool {
    line.as_bytes().iter().any(u8::is_ascii_alphanumeric)
        || !line.is_ascii() && line.chars().any(char::is_alphanumeric)
}

fn close(block: &mut Vec<(usize, &str)>, out: &mut Vec<Span>) {
    let wrapped = block.iter().all(|(_, line)| !is_long(line));
    let mut heading = false;
    for (i, &(at, line)) in block.iter().enumerate() {
        let bare = trim_start(line);
        let goes_on = i > 0
            && (wrapped && !heading && !begins_anew(bare) || hyphenated(block[i - 1].1, bare));
        let end = (at + line.len()) as u32;
        match out.last_mut() {
            Some(last) if goes_on => last.end = end,
            _ => out.push(Span::new((at + line.len() - bare.len()) as u32, end)),
        }
        heading = bare.starts_with('#');
    }
    block.clear();
}

/// Whether a line has more than `WRAP` columns.
fn is_long(line: &str) -> bool {
    line.len() > WRAP && (line.as_bytes()[..WRAP + 1].is_ascii() || columns(line) > WRAP)
}

/// The columns of a line; counting stops when the line is too long.
fn columns(line: &str) -> usize {
    let mut columns = 0;
    for c in line.chars() {
        columns += if is_wide(c) { 2 } else { 1 };
        if columns > WRAP {
            break;
        }
    }
    columns
}

/// Whether it is a Han, kana or Hangul character, or another one of double width.
fn is_wide(c: char) -> bool {
    matches!(c,
        '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ff60}' | '\u{20000}'..='\u{3fffd}')
}

/// Whether a line goes on in the next one, whose white space in front is removed.
fn hyphenated(line: &str, next: &str) -> bool {
    matches!(line.as_bytes().last(), Some(b'-' | 0x80..))
        && line.ends_with(['-', '\u{2010}', '\u{ad}'])
        && next.chars().next().is_some_and(char::is_lowercase)
}

/// Whether a line without white space in front is a heading or begins an item of a list.
fn begins_anew(line: &str) -> bool {
    // The first byte of `•` is E2.
    matches!(line.as_bytes().first(), Some(b'#' | b'-' | b'*' | b'+' | 0xe2)) && is_marked(line)
}

fn is_marked(line: &str) -> bool {
    line.starts_with("# ")
        || line.starts_with("##")
        || ["- ", "* ", "• ", "+ "].iter().any(|b| line.starts_with(b))
}

/// The token ranges of the paragraphs that hold a token; together they cover all tokens, in order.
pub fn token_ranges(text: &str, tokens: &Tokens) -> Vec<Range<u32>> {
    let paragraphs = paragraphs(text);
    let mut out: Vec<Range<u32>> = Vec::with_capacity(paragraphs.len() + 1);
    let mut from = 0;
    for p in paragraphs {
        let to = from + tokens.spans[from..].partition_point(|s| s.start < p.end);
        if to > from {
            out.push(from as u32..to as u32);
        }
        from = to;
    }
    if from < tokens.len() {
        // Only a token without a letter or digit could be outside every paragraph, and the
        // tokenizer makes none; this branch keeps the function total.
        out.push(from as u32..tokens.len() as u32);
    }
    out
}

/// Makes [`token_ranges`] while the tokens are made, where their spans are not kept.
pub struct TokenRanges {
    paragraphs: std::vec::IntoIter<Span>,
    /// The end of the current paragraph in the text.
    end: u32,
    /// The first token of the current paragraph, and the number of tokens so far.
    from: u32,
    count: u32,
    out: Vec<Range<u32>>,
}

impl TokenRanges {
    /// Begins with the first paragraph of a text.
    pub fn new(text: &str) -> TokenRanges {
        let paragraphs = paragraphs(text).into_iter();
        let mut ranges = TokenRanges { paragraphs, end: 0, from: 0, count: 0, out: Vec::new() };
        ranges.close();
        ranges
    }

    /// Takes the first byte of the next token.
    #[inline(always)]
    pub fn push(&mut self, start: u32) {
        while start >= self.end {
            self.close();
        }
        self.count += 1;
    }

    fn close(&mut self) {
        if self.count > self.from {
            self.out.push(self.from..self.count);
        }
        self.from = self.count;
        self.end = self.paragraphs.next().map_or(u32::MAX, |p| p.end);
    }

    /// The ranges, when all tokens were taken.
    pub fn finish(mut self) -> Vec<Range<u32>> {
        self.close();
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::super::token::tokenize;
    use super::*;
    use proptest::prelude::*;

    fn cut(text: &str) -> Vec<&str> {
        paragraphs(text).iter().map(|p| &text[p.range()]).collect()
    }

    #[test]
    fn blank_lines_wrapping_headings_and_lists() {
        assert_eq!(
            cut("One\nstill one\n\n  Two  \n * * *\nThree\r\n\r\nFour"),
            ["One\nstill one", "Two", "Three", "Four"]
        );
        assert_eq!(
            cut("# Head\nbody of\nit\n- item\n- item two\nmore"),
            ["# Head", "body of\nit", "- item", "- item two\nmore"]
        );
        let long = "word ".repeat(40);
        assert_eq!(cut(&format!("Head\n{long}\nTail")), ["Head", long.trim_end(), "Tail"]);
        assert_eq!(cut(&format!("{long}exam-\nple goes on")).len(), 1);
        assert_eq!(cut("\n \n--\n"), [""; 0]);
        let line = |n: usize| "漢".repeat(n);
        assert_eq!(cut(&format!("{}\n{}", line(40), line(30))).len(), 1);
        assert_eq!(cut(&format!("{}\n{}", line(61), line(30))).len(), 2);
        assert_eq!(cut(&format!("{}\n{}", "ไ".repeat(120), "ไ".repeat(30))).len(), 1);
    }

    proptest! {
        #[test]
        fn lines_are_cut_as_the_standard_library_does(
            t in "[a\n \t\r\u{85}\u{a0}\u{ad}é•…#*+‐-]{0,150}",
        ) {
            let mut at = 0;
            let mut lines = vec![];
            each_line(&t, |end| {
                lines.push(&t[at..end]);
                at = end;
            });
            prop_assert_eq!(&lines, &t.split_inclusive('\n').collect::<Vec<_>>());
            for line in lines {
                prop_assert_eq!(trim_end(line), line.trim_end());
                prop_assert_eq!(trim_start(line), line.trim_start());
                prop_assert_eq!(begins_anew(line), is_marked(line));
                let hyphen = line.ends_with(['-', '\u{2010}', '\u{ad}']);
                prop_assert_eq!(hyphenated(line, "a"), hyphen);
                prop_assert_eq!(has_word(line), line.chars().any(char::is_alphanumeric));
                prop_assert_eq!(is_long(line), columns(line) > WRAP);
            }
        }

        #[test]
        fn every_token_stands_in_one_paragraph(t in "([a-z#*漢é_-]{0,7}[ \n.\r-]){0,60}") {
            let tokens = tokenize(&t);
            let ranges = token_ranges(&t, &tokens);
            let mut at = 0;
            for r in &ranges {
                prop_assert_eq!(r.start, at);
                prop_assert!(r.end > r.start);
                at = r.end;
            }
            prop_assert_eq!(at as usize, tokens.len());
            let mut pushed = TokenRanges::new(&t);
            tokens.spans.iter().for_each(|s| pushed.push(s.start));
            prop_assert_eq!(pushed.finish(), ranges);
        }
    }
}
