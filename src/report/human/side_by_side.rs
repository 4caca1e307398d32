//! Owns: two passages side by side, with line numbers and marked edits. Never: the choice of
//! passages.

use crate::report::human::display::{self, Style, StyledWriter};
use crate::report::human::match_parts::{Amount, MatchPart, SidedMatch, SpanPair};
use crate::report::human::wrap::{self, Row, Unit};
use crate::report::texts::Text;
use crate::span::Span;
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

/// Columns narrower than this are written one below the other instead of side by side.
const NARROWEST: usize = 20;

/// The position of the columns on the page.
#[derive(Debug, Clone, Copy)]
pub struct ColumnLayout {
    pub indent: usize,
    pub width: usize,
    pub ink: StyledWriter,
}

/// The column widths that follow from a layout and the line numbers.
struct Columns {
    layout: ColumnLayout,
    gutters: [usize; 2],
    text: usize,
    stacked: bool,
}

/// One side of the output: its units, and the last line number that was shown.
#[derive(Default)]
struct Column {
    units: Vec<Unit>,
    space: bool,
    last_line: u32,
}

/// Writes several passages of one pair under the names of its two texts.
pub fn write(
    passages: &[SidedMatch],
    names: [&str; 2],
    layout: ColumnLayout,
    out: &mut dyn Write,
) -> io::Result<()> {
    let digits = |text: fn(&SidedMatch) -> u32| {
        passages.iter().map(text).max().unwrap_or(1).to_string().len().max(2)
    };
    let left = digits(|p| p.left.lines(p.spans.left)[1]);
    let right = digits(|p| p.right.lines(p.spans.right)[1]);
    let columns = Columns::new(layout, [left, right]);
    columns.heading(names, out)?;
    for (n, passage) in passages.iter().enumerate() {
        if n > 0 {
            columns.note("", out)?;
        }
        columns.passage(passage, out)?;
    }
    Ok(())
}

impl Columns {
    fn new(layout: ColumnLayout, gutters: [usize; 2]) -> Columns {
        let free = layout.width.saturating_sub(layout.indent);
        let text = free.saturating_sub(gutters[0] + gutters[1] + 2 + 3) / 2;
        if text >= NARROWEST {
            return Columns { layout, gutters, text, stacked: false };
        }
        let text = free.saturating_sub(gutters[0].max(gutters[1]) + 2).max(2);
        Columns { layout, gutters, text, stacked: true }
    }

    fn heading(&self, names: [&str; 2], out: &mut dyn Write) -> io::Result<()> {
        let paint = |name: &str| Row::of(Style::Faint, display::fit(name, self.text));
        self.rows(vec![paint(names[0])], vec![paint(names[1])], &mut [0, 0], out)
    }

    fn passage(&self, passage: &SidedMatch, out: &mut dyn Write) -> io::Result<()> {
        let mut sides = [Column::default(), Column::default()];
        for piece in passage.parts() {
            match piece {
                MatchPart::Same(both) => self.add(passage, both, false, &mut sides),
                MatchPart::Edit(both) => self.add(passage, both, true, &mut sides),
                MatchPart::Break => self.flush(&mut sides, out)?,
                MatchPart::Cut(both, same) => {
                    self.flush(&mut sides, out)?;
                    let amount = match passage.amount(both) {
                        Amount::Words(n) => display::count(n, "word"),
                        Amount::Bytes(n) => display::bytes(n),
                    };
                    let mut note = format!("… {amount} the same …");
                    if !same || note.width() + self.note_indent() > self.layout.width {
                        note = format!("… {amount} …");
                    }
                    self.note(&note, out)?;
                    sides.iter_mut().for_each(|side| side.last_line = 0);
                }
            }
        }
        self.flush(&mut sides, out)
    }

    fn add(
        &self,
        passage: &SidedMatch,
        both: SpanPair,
        edit: bool,
        [left, right]: &mut [Column; 2],
    ) {
        let ink = self.layout.ink;
        left.add(
            passage.left,
            both.left,
            passage.left_of(both),
            edit.then_some((Style::Left, "[-", "-]")),
            ink,
        );
        right.add(
            passage.right,
            both.right,
            passage.right_of(both),
            edit.then_some((Style::Right, "{+", "+}")),
            ink,
        );
    }

    /// Writes the collected units of both sides, beginning on the same row.
    fn flush(&self, [left, right]: &mut [Column; 2], out: &mut dyn Write) -> io::Result<()> {
        let rows = |side: &mut Column| wrap::rows(&std::mem::take(&mut side.units), self.text);
        let mut shown = [left.last_line, right.last_line];
        self.rows(rows(left), rows(right), &mut shown, out)?;
        [left.last_line, right.last_line] = shown;
        (left.space, right.space) = (false, false);
        Ok(())
    }

    fn rows(
        &self,
        left: Vec<Row>,
        right: Vec<Row>,
        shown: &mut [u32; 2],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let blank = Row::default();
        if self.stacked {
            for (side, sign, rows) in [(0, "<", &left), (1, ">", &right)] {
                for row in rows {
                    writeln!(
                        out,
                        "{:i$}{sign}{}{}",
                        "",
                        self.gutter(row, side, shown),
                        row.text(self.layout.ink),
                        i = self.layout.indent
                    )?;
                }
            }
            return Ok(());
        }
        for n in 0..left.len().max(right.len()) {
            let (l, r) = (left.get(n).unwrap_or(&blank), right.get(n).unwrap_or(&blank));
            // A terminal that reorders bidirectional text must not run one column into the other.
            let mark = if l.right_to_left || r.right_to_left { "\u{200e}" } else { "" };
            let rule = self.layout.ink.paint(Style::Faint, "│");
            let (lg, rg) = (self.gutter(l, 0, shown), self.gutter(r, 1, shown));
            let pad = self.text.saturating_sub(l.width);
            write!(
                out,
                "{:i$}{lg}{}{mark}{:pad$} {rule}",
                "",
                l.text(self.layout.ink),
                "",
                i = self.layout.indent
            )?;
            if r.width > 0 {
                write!(out, " {rg}{mark}{}{mark}", r.text(self.layout.ink))?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    /// Returns the line number of a row where it differs from the one above, else blanks; then a
    /// space.
    fn gutter(&self, row: &Row, side: usize, shown: &mut [u32; 2]) -> String {
        let width =
            if self.stacked { self.gutters[0].max(self.gutters[1]) } else { self.gutters[side] };
        match row.line {
            Some(line) if line != shown[side] => {
                shown[side] = line;
                let number = format!("{line:>width$} ");
                self.layout.ink.paint(Style::Faint, &number).into_owned()
            }
            _ => " ".repeat(width + 1),
        }
    }

    /// Writes a note across both columns.
    fn note(&self, note: &str, out: &mut dyn Write) -> io::Result<()> {
        let indent = self.note_indent();
        if note.is_empty() && !self.stacked {
            let rule = self.layout.ink.paint(Style::Faint, "│");
            return writeln!(out, "{:w$}{rule}", "", w = indent + self.text + 1);
        }
        writeln!(
            out,
            "{}",
            format!("{:indent$}{}", "", self.layout.ink.paint(Style::Faint, note)).trim_end()
        )
    }

    fn note_indent(&self) -> usize {
        self.layout.indent + if self.stacked { 0 } else { self.gutters[0] + 1 }
    }
}

impl Column {
    /// Adds a piece of text. `mark` is for words that the other side does not have: their style,
    /// and the brackets around them where there are no colours. Punctuation around the words is not
    /// marked.
    fn add(
        &mut self,
        text: &Text,
        span: Span,
        passage: &str,
        mark: Option<(Style, &str, &str)>,
        ink: StyledWriter,
    ) {
        let first = passage.find(char::is_alphanumeric);
        let last = passage
            .char_indices()
            .rfind(|(_, c)| c.is_alphanumeric())
            .map(|(at, c)| at + c.len_utf8());
        let (Some((style, open, close)), Some(first), Some(last)) = (mark, first, last) else {
            return self.stretch(text, span.start, passage, Style::Plain);
        };
        self.stretch(text, span.start, &passage[..first], Style::Plain);
        let from = self.units.len();
        self.stretch(text, span.start + first as u32, &passage[first..last], style);
        if !ink.color {
            self.units[from].text.insert_str(0, open);
            if let Some(last) = self.units.last_mut() {
                last.text.push_str(close);
            }
        }
        self.stretch(text, span.start + last as u32, &passage[last..], Style::Plain);
    }

    fn stretch(&mut self, text: &Text, start: u32, passage: &str, style: Style) {
        let line_at = |at: usize| text.line_at(start + at as u32);
        self.space = wrap::units(passage, style, self.space, line_at, &mut self.units);
    }
}
