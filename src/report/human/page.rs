//! Owns: the layout of paragraphs, headings and passages for a person. Never: their content.

use crate::model::findings::Findings;
use crate::report::human::display::{self, Style, StyledWriter};
use crate::report::human::match_parts::{SidedMatch, SpanPair};
use crate::report::human::options::HumanOptions;
use crate::report::human::side_by_side::{self, ColumnLayout};
use crate::report::human::wrap::{self, Unit};
use crate::report::texts::Texts;
use std::io::{self, BufWriter, Write};

/// Minimum width in columns: a narrower terminal gets longer rows than it can show.
const NARROWEST: usize = 20;

/// A phrase of at most this many bytes is kept on one row.
const SHORT: usize = 40;

/// The writer of a human report.
pub struct Human<'a, 'w> {
    pub findings: Findings<'a>,
    pub brief: bool,
    pub ink: StyledWriter,
    pub width: usize,
    pub texts: Texts<'a>,
    /// For each document, the first document of its class.
    pub first: Vec<u32>,
    /// For each document, the first document with its body: pairs are listed under that one.
    pub body: Vec<u32>,
    /// For each document, its cluster.
    pub cluster: Vec<Option<u32>>,
    pub out: BufWriter<&'w mut dyn Write>,
}

/// Styled text that is wrapped as one paragraph.
#[derive(Default)]
pub struct StyledText {
    units: Vec<Unit>,
    space: bool,
}

impl StyledText {
    /// Appends words of the program in this style.
    pub fn say(mut self, style: Style, text: &str) -> StyledText {
        self.space = wrap::units(text, style, self.space, |_| 0, &mut self.units);
        self
    }

    /// Appends an id or another name.
    pub fn name(self, style: Style, name: &str) -> StyledText {
        self.say(style, &display::fit(name, 240))
    }

    /// Appends phrases, joined with a middle dot; a short phrase is kept on one row.
    pub fn list(mut self, style: Style, phrases: &[String]) -> StyledText {
        for (n, phrase) in phrases.iter().enumerate() {
            let from = self.units.len();
            self = self.say(style, phrase);
            if phrase.len() <= SHORT {
                self.units[from..].iter_mut().skip(1).for_each(|u| u.breakable = false);
            }
            if n + 1 < phrases.len() {
                let dot = self.units.len();
                self = self.say(Style::Faint, " · ");
                self.units[dot].breakable = false;
            }
        }
        self
    }
}

impl<'a, 'w> Human<'a, 'w> {
    /// Begins a report about these findings.
    pub fn new(
        findings: Findings<'a>,
        options: HumanOptions,
        out: &'w mut dyn Write,
    ) -> Human<'a, 'w> {
        Human {
            findings,
            brief: options.brief,
            ink: StyledWriter { color: options.color },
            width: options.width.max(NARROWEST),
            texts: Texts::new(findings.documents),
            first: findings.first_of_class(),
            body: findings.first_of_body(),
            cluster: findings.cluster_of(),
            out: BufWriter::with_capacity(1 << 16, out),
        }
    }

    /// Writes a paragraph: the first row after `first`, the others `hang` columns further in than
    /// the margin of `first`.
    pub fn put(&mut self, first: &str, hang: usize, line: StyledText) -> io::Result<()> {
        use unicode_width::UnicodeWidthStr;
        let margin = first.len() - first.trim_start().len();
        let room = self.width.saturating_sub(first.width().max(margin + hang)).max(8);
        let ink = self.ink;
        let mark = if first.trim().is_empty() { Style::Plain } else { Style::Relation };
        for (n, row) in wrap::rows(&line.units, room).iter().enumerate() {
            if n == 0 {
                writeln!(self.out, "{}{}", ink.paint(mark, first), row.text(ink))?;
            } else {
                writeln!(self.out, "{:w$}{}", "", row.text(ink), w = margin + hang)?;
            }
        }
        Ok(())
    }

    pub fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    pub fn heading(&mut self, title: &str) -> io::Result<()> {
        self.blank()?;
        self.put("", 2, StyledText::default().say(Style::Strong, title))
    }

    /// Writes a note of how many items of a list are not shown, if any.
    pub fn more(&mut self, indent: &str, shown: usize, all: u64, noun: &str) -> io::Result<()> {
        self.rest(indent, all.saturating_sub(shown as u64), noun, ": --format json has all of them")
    }

    /// Writes a note that there are `more` items, and where to find them.
    pub fn rest(&mut self, indent: &str, more: u64, noun: &str, place: &str) -> io::Result<()> {
        if more == 0 {
            return Ok(());
        }
        let rest = display::count(more, &format!("more {noun}"));
        self.put(
            indent,
            0,
            StyledText::default().say(Style::Faint, &format!("… and {rest}{place}.")),
        )
    }

    /// Writes passages of two documents side by side, and a note where these are fewer than `all`.
    pub fn side_by_side(
        &mut self,
        [left, right]: [u32; 2],
        listed: Vec<(SpanPair, Vec<SpanPair>)>,
        all: usize,
    ) -> io::Result<()> {
        let names = [left, right].map(|n| self.findings.id(n));
        let (left, right) = (self.texts.get(left)?, self.texts.get(right)?);
        let mut passages = Vec::new();
        for (spans, blocks) in listed {
            self.texts.passage(&left, spans.left)?;
            self.texts.passage(&right, spans.right)?;
            passages.push(SidedMatch { left: &left, right: &right, spans, blocks });
        }
        self.blank()?;
        side_by_side::write(
            &passages,
            names.each_ref().map(|name| &**name),
            ColumnLayout { indent: 4, width: self.width, ink: self.ink },
            &mut self.out,
        )?;
        self.rest("    ", (all - passages.len()) as u64, "passage", "")
    }

    pub fn header(&mut self) -> io::Result<()> {
        let s = &self.findings.detection.summary;
        let mut amounts = vec![display::count(s.documents, "document"), display::bytes(s.bytes)];
        // A comparison of given pairs does not count different texts.
        if s.classes > 0 {
            amounts.push(display::count(s.classes, "different text"));
        }
        if s.without_text > 0 {
            amounts.push(format!("{} without text", display::number(s.without_text)));
        }
        if s.parts > 0 {
            amounts.push(format!("{} read in part", display::number(s.parts)));
        }
        self.put(
            "",
            2,
            StyledText::default().say(Style::Strong, "nearcopy ").list(Style::Plain, &amounts),
        )
    }
}
