//! Owns: the report for a person: its order, its limits, its first and last lines. Never: a passage or a list.

use crate::report::texts::Texts;
use crate::report::words::{self, Ink, Style};
use crate::report::wrap::{self, Unit};
use crate::report::{Findings, HumanOptions};
use std::io::{self, BufWriter, Write};

/// No cluster holds it.
pub(super) const NONE: u32 = u32::MAX;
/// Narrower terminals get longer rows than they can show.
const NARROWEST: usize = 20;

/// A phrase of at most this many bytes stays on one row.
const SHORT: usize = 40;

/// What is known of each document while the report is written.
pub(super) struct Kin {
    /// The first document of its class of equal texts; itself where it stands alone.
    pub first: Vec<u32>,
    /// The cluster that holds it, or [`NONE`].
    pub cluster: Vec<u32>,
}

/// The report as it is written.
pub(super) struct Human<'a, 'w> {
    pub findings: Findings<'a>,
    pub brief: bool,
    pub ink: Ink,
    pub width: usize,
    pub texts: Texts<'a>,
    pub kin: Kin,
    pub out: BufWriter<&'w mut dyn Write>,
}

/// Text in styles, to be wrapped as one paragraph.
#[derive(Default)]
pub(super) struct Line {
    units: Vec<Unit>,
    space: bool,
}

pub(super) fn write(findings: Findings, options: HumanOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut human = Human::new(findings, options, out);
    human.header()?;
    human.clusters()?;
    human.classes()?;
    human.relations()?;
    human.repeats()?;
    human.summary()?;
    human.out.flush()
}

impl Kin {
    fn new(findings: Findings) -> Kin {
        let count = findings.documents.count();
        let mut kin = Kin { first: (0..count as u32).collect(), cluster: vec![NONE; count] };
        for class in &findings.detection.equal {
            for &number in class {
                kin.first[number as usize] = class[0];
            }
        }
        for (n, cluster) in findings.detection.clusters.iter().enumerate() {
            for &number in &cluster.members {
                kin.cluster[number as usize] = n as u32;
            }
        }
        kin
    }
}

impl Line {
    /// More of the line: words of the program, in this style.
    pub fn say(mut self, style: Style, text: &str) -> Line {
        self.space = wrap::units(text, style, self.space, |_| 0, &mut self.units);
        self
    }

    /// More of the line: an id or another name.
    pub fn name(self, style: Style, name: &str) -> Line {
        self.say(style, &words::fit(name, 240))
    }

    /// Joins phrases with a middle dot; a short phrase stays on one row.
    pub fn list(mut self, style: Style, phrases: &[String]) -> Line {
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
    /// A report about these findings.
    pub fn new(findings: Findings<'a>, options: HumanOptions, out: &'w mut dyn Write) -> Human<'a, 'w> {
        Human {
            findings,
            brief: options.brief,
            ink: Ink { color: options.color },
            width: options.width.max(NARROWEST),
            texts: Texts::new(findings.documents),
            kin: Kin::new(findings),
            out: BufWriter::with_capacity(1 << 16, out),
        }
    }

    /// A paragraph: the first row after `first`, the others `hang` columns further in than the margin of `first`.
    pub fn put(&mut self, first: &str, hang: usize, line: Line) -> io::Result<()> {
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
        self.put("", 2, Line::default().say(Style::Strong, title))
    }

    /// Says how many of a list are not shown.
    pub fn more(&mut self, indent: &str, shown: usize, all: u64, noun: &str) -> io::Result<()> {
        if all <= shown as u64 {
            return Ok(());
        }
        let rest = words::count(all - shown as u64, &format!("more {noun}"));
        self.put(indent, 0, Line::default().say(Style::Faint, &format!("… and {rest}: --format json has all of them.")))
    }

    pub fn header(&mut self) -> io::Result<()> {
        let s = &self.findings.detection.summary;
        let mut amounts = vec![words::count(s.documents, "document"), words::bytes(s.bytes)];
        // Where pairs are only compared, nobody asks which texts are equal.
        if s.classes > 0 {
            amounts.push(words::count(s.classes, "different text"));
        }
        self.put("", 2, Line::default().say(Style::Strong, "nearcopy ").list(Style::Plain, &amounts))
    }

    fn summary(&mut self) -> io::Result<()> {
        self.heading("Summary")?;
        for sentence in sentences(self.findings) {
            self.put("  ", 2, Line::default().say(Style::Plain, &sentence))?;
        }
        Ok(())
    }
}

/// The summary, a sentence a line.
fn sentences(findings: Findings) -> Vec<String> {
    let s = &findings.detection.summary;
    let mut out = vec![found(findings)];
    let verb = |n: u64| if n == 1 { "was" } else { "were" };
    match (s.candidates, s.verified) {
        (0, _) => {}
        (1, 0) => out.push("1 candidate pair was compared, and not verified.".into()),
        (1, _) => out.push("1 candidate pair was compared, and verified.".into()),
        (n, verified) => {
            let pairs = words::count(n, "candidate pair");
            out.push(format!("{pairs} were compared, {} of them verified.", words::number(verified)));
        }
    }
    if s.capped_keys > 0 {
        let stood = words::count(s.capped_keys, "key");
        out.push(format!("{stood} stood in too many texts to be expanded to all their pairs."));
    }
    if s.renamed > 0 {
        let renamed = words::count(s.renamed, "document");
        out.push(format!("{renamed} shared an id with another text and {} renamed ID@ and eight hex digits.", verb(s.renamed)));
    }
    for (what, reasons) in [("Not read", findings.skipped), ("Set aside", &s.limited[..])] {
        let all: u64 = reasons.iter().map(|(_, n)| n).sum();
        if all > 0 {
            let each: Vec<String> = reasons.iter().map(|(r, n)| format!("{} {}", words::number(*n), words::fit(r, 80))).collect();
            out.push(format!("{what}: {} ({}).", words::number(all), each.join(", ")));
        }
    }
    out
}

fn found(findings: Findings) -> String {
    let s = &findings.detection.summary;
    if s.documents == 0 {
        return "There was nothing to read.".into();
    }
    let d = findings.detection;
    let mut parts = Vec::new();
    if s.clusters > 0 {
        let (clusters, duplicates) = (words::count(s.clusters, "cluster"), words::count(s.duplicates, "duplicate"));
        parts.push(format!("{clusters} with {duplicates}"));
    }
    if s.pairs > 0 {
        parts.push(words::count(s.pairs, "related pair"));
    }
    if s.repeats > 0 {
        parts.push(words::count(s.repeats, "repeat"));
    }
    match parts.len() {
        0 if d.clusters.len() + d.equal.len() + d.pairs.len() + d.repeats.len() > 0 => "See above.".into(),
        0 if s.classes == 0 && s.candidates > 0 => "Nothing was found: none of the pairs shares a passage.".into(),
        0 if s.classes == 0 => "Nothing was found: nothing was left to compare.".into(),
        0 => "Nothing was found: no two texts share a passage, and none repeats itself.".into(),
        1 => format!("Found {}.", parts[0]),
        n => format!("Found {} and {}.", parts[..n - 1].join(", "), parts[n - 1]),
    }
}
