//! Owns: breaking text into rows by display width. Never: the meaning of the text.

use crate::escape;
use crate::report::human::display::{Style, StyledWriter};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Wide punctuation that no line begins with.
const CLOSING: &str = "，。、；：？！）」』》】〕’”…";

/// A piece of text that is kept on one row where it fits.
#[derive(Debug, Clone)]
pub struct Unit {
    pub text: String,
    pub style: Style,
    /// Whether a space precedes it, unless it begins a row.
    pub space: bool,
    /// Whether a row may end before it.
    pub breakable: bool,
    /// The line of the source text that it is in.
    pub line: u32,
}

/// A row, with the source line of its first unit.
#[derive(Debug, Clone, Default)]
pub struct Row {
    runs: Vec<(Style, String)>,
    pub width: usize,
    pub line: Option<u32>,
    /// Whether part of it is written from right to left.
    pub right_to_left: bool,
}

impl Row {
    /// Returns the row with its styles.
    pub fn text(&self, ink: StyledWriter) -> String {
        self.runs.iter().map(|(style, text)| ink.paint(*style, text)).collect()
    }

    /// Returns a row of one name.
    pub fn of(style: Style, text: String) -> Row {
        Row { width: text.width(), runs: vec![(style, text)], ..Row::default() }
    }

    fn push(&mut self, style: Style, text: &str, space: bool) {
        let space = if space { " " } else { "" };
        self.width += space.len() + text.width();
        match self.runs.last_mut() {
            Some((last, run)) if *last == style => *run += &format!("{space}{text}"),
            Some((_, run)) if style != Style::Plain => {
                // The space before a styled run is part of the run before it, so that it needs no
                // run of its own.
                run.push_str(space);
                self.runs.push((style, text.to_owned()));
            }
            _ => self.runs.push((style, format!("{space}{text}"))),
        }
    }
}

/// Cuts running text into units: words at whitespace, wide characters (Han, kana, Hangul …) one by
/// one. `space` is whether whitespace precedes the text; the returned value is whether whitespace
/// ends it.
pub fn units(
    text: &str,
    style: Style,
    mut space: bool,
    line_at: impl Fn(usize) -> u32,
    out: &mut Vec<Unit>,
) -> bool {
    let mut start = 0;
    while start < text.len() {
        let rest = &text[start..];
        let blank = rest.len() - rest.trim_start().len();
        if blank > 0 {
            space = true;
            start += blank;
            continue;
        }
        let word = rest.split(char::is_whitespace).next().unwrap_or(rest);
        let line = line_at(start);
        let clean = escape::word(word);
        for (i, part) in parts(&clean).into_iter().enumerate() {
            let space = i == 0 && space;
            out.push(Unit { text: part.to_owned(), style, space, breakable: space || i > 0, line });
        }
        start += word.len();
        space = false;
    }
    space
}

/// Splits a word where a row may end: between wide characters. Closing punctuation is kept with the
/// text before it.
fn parts(word: &str) -> Vec<&str> {
    if word.is_ascii() {
        return vec![word];
    }
    let mut cuts = vec![0];
    let mut wide_before = false;
    for (at, grapheme) in word.grapheme_indices(true) {
        let closing = grapheme.starts_with(|c| CLOSING.contains(c));
        let wide = grapheme.width() > 1;
        if at > 0 && (wide || wide_before) && !closing {
            cuts.push(at);
        }
        wide_before = wide || (closing && wide_before);
    }
    cuts.push(word.len());
    cuts.windows(2).map(|w| &word[w[0]..w[1]]).collect()
}

/// Fills rows of at most `columns` (at least 1) columns.
pub fn rows(units: &[Unit], columns: usize) -> Vec<Row> {
    let columns = columns.max(1);
    let mut rows = Vec::new();
    let mut row = Row::default();
    let wide = |u: &Unit| usize::from(u.space) + u.text.width();
    for chunk in units.chunk_by(|_, next| !next.breakable) {
        // A space at the beginning of the chunk counts where the row has text already.
        let width = chunk.iter().map(wide).sum::<usize>();
        if row.width > 0 && row.width + width > columns {
            rows.push(std::mem::take(&mut row));
        }
        for unit in chunk {
            if unit.space && row.width > 0 && row.width + wide(unit) > columns {
                rows.push(std::mem::take(&mut row));
            }
            row.line = row.line.or(Some(unit.line));
            add(unit, columns, &mut row, &mut rows);
        }
    }
    if row.line.is_some() {
        rows.push(row);
    }
    rows
}

/// Adds a unit to the row, and continues on further rows where it is too long for one.
fn add(unit: &Unit, columns: usize, row: &mut Row, rows: &mut Vec<Row>) {
    let mut space = unit.space && row.width > 0;
    row.right_to_left |= unit.text.chars().any(is_right_to_left);
    if row.width + usize::from(space) + unit.text.width() <= columns {
        return row.push(unit.style, &unit.text, space);
    }
    let mut part = String::new();
    for grapheme in unit.text.graphemes(true) {
        let before = row.width + usize::from(space) + part.width();
        if before > 0 && before + grapheme.width() > columns {
            row.push(unit.style, &part, space);
            (part, space) = (String::new(), false);
            let right_to_left = row.right_to_left;
            rows.push(std::mem::replace(
                row,
                Row { line: Some(unit.line), right_to_left, ..Row::default() },
            ));
        }
        part.push_str(grapheme);
    }
    row.push(unit.style, &part, space);
}

fn is_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Wraps plain words to rows of at most `columns` columns.
    fn plain(text: &str, columns: usize) -> Vec<String> {
        let mut all = Vec::new();
        units(text, Style::Plain, false, |_| 0, &mut all);
        rows(&all, columns).into_iter().map(|r| r.text(StyledWriter { color: false })).collect()
    }

    #[test]
    fn words_wrap_and_long_ones_break() {
        assert_eq!(plain("the quick  brown\tfox", 10), ["the quick", "brown fox"]);
        assert_eq!(plain("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
        assert_eq!(plain("", 4), [""; 0]);
    }

    #[test]
    fn wide_characters_count_twice_and_break_anywhere() {
        assert_eq!(plain("中文字符很多。", 6), ["中文字", "符很", "多。"]);
        assert_eq!(plain("日本語abc", 6), ["日本語", "abc"]);
        assert_eq!(plain("e\u{301}e\u{301}e\u{301}", 2), ["e\u{301}e\u{301}", "e\u{301}"]);
    }

    proptest! {
        #[test]
        fn no_row_is_too_wide(text in any::<String>(), columns in 2usize..30) {
            for row in plain(&text, columns) {
                // A single grapheme may be wider than the column, and the width of a joined
                // sequence may depend on its context.
                prop_assert!(row.width() <= columns || row.graphemes(true).count() == 1, "{row:?}");
            }
        }

        #[test]
        fn nothing_is_lost(words in prop::collection::vec("[a-z中é]{1,12}", 0..20),
            columns in 1usize..30) {
            let text = words.join(" ");
            let squeezed: String = text.split_whitespace().collect();
            let back: String = plain(&text, columns).concat().split_whitespace().collect();
            prop_assert_eq!(back, squeezed);
        }
    }
}
