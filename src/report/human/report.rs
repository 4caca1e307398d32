//! Owns: the report of a scan for a person: the order of its sections, and its summary. Never: a
//! passage or a list.

use crate::model::findings::Findings;
use crate::model::options::is_bound;
use crate::report::human::display::{self, Style};
use crate::report::human::options::HumanOptions;
use crate::report::human::page::{Human, StyledText};
use std::io::{self, Write};

/// Writes the report of a scan for a person.
///
/// Long lists are cut, and a note gives the number of items left out. No part of a text, an id or a
/// path reaches `out` in a form that would act on a terminal.
///
/// # Errors
/// As [`json()`](crate::report::json()).
pub fn human(findings: Findings, options: HumanOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut human = Human::new(findings, options, out);
    human.header()?;
    human.clusters()?;
    human.classes()?;
    human.divided_texts()?;
    human.relations()?;
    human.repeats()?;
    human.summary()?;
    human.out.flush()
}

impl Human<'_, '_> {
    fn summary(&mut self) -> io::Result<()> {
        self.heading("Summary")?;
        for sentence in sentences(self.findings) {
            self.put("  ", 2, StyledText::default().say(Style::Plain, &sentence))?;
        }
        Ok(())
    }
}

/// Returns the summary, one sentence a line.
fn sentences(findings: Findings) -> Vec<String> {
    let s = &findings.detection.summary;
    let mut out = vec![found(findings)];
    let verb = |n: u64| if n == 1 { "was" } else { "were" };
    match (s.candidates, s.verified) {
        (0, _) => {}
        (1, 0) => out.push("1 candidate pair was compared, and not verified.".into()),
        (1, _) => out.push("1 candidate pair was compared, and verified.".into()),
        (n, verified) => {
            let pairs = display::count(n, "candidate pair");
            out.push(format!(
                "{pairs} were compared, {} of them verified.",
                display::number(verified)
            ));
        }
    }
    if s.capped_keys > 0 {
        let stood = display::count(s.capped_keys, "key");
        out.push(format!("{stood} stood in too many texts to be expanded to all their pairs."));
    }
    if s.without_text > 0 {
        let without = display::count(s.without_text, "document");
        let is = if s.without_text == 1 { "is" } else { "are" };
        out.push(format!("{without} without text {is} related to nothing."));
    }
    if s.parts > 0 {
        let pages = display::count(s.parts, "page");
        out.push(format!(
            "{pages} {} read in part: what was left out may differ, so a copy of such a page need \
             not be one.",
            verb(s.parts)
        ));
    }
    if s.renamed > 0 {
        let renamed = display::count(s.renamed, "document");
        out.push(format!(
            "{renamed} shared an id with another text and {} renamed ID@ and eight hex digits.",
            verb(s.renamed)
        ));
    }
    let (bounded, set_aside): (Vec<_>, Vec<_>) =
        s.limited.iter().cloned().partition(|(reason, _)| is_bound(reason));
    for (reason, n) in &bounded {
        out.push(format!("Bounded: {} {}.", display::number(*n), display::fit(reason, 80)));
    }
    for (what, reasons) in [("Not read", findings.skipped), ("Set aside", &set_aside[..])] {
        let all: u64 = reasons.iter().map(|(_, n)| n).sum();
        if all > 0 {
            let each: Vec<String> = reasons
                .iter()
                .map(|(r, n)| format!("{} {}", display::number(*n), display::fit(r, 80)))
                .collect();
            out.push(format!("{what}: {} ({}).", display::number(all), each.join(", ")));
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
        let (clusters, duplicates) =
            (display::count(s.clusters, "cluster"), display::count(s.duplicates, "duplicate"));
        parts.push(format!("{clusters} with {duplicates}"));
    }
    if s.pairs > 0 {
        parts.push(display::count(s.pairs, "related pair"));
    }
    if s.repeats > 0 {
        parts.push(display::count(s.repeats, "repeat"));
    }
    if !d.titles.is_empty() {
        let texts = display::count(d.titles.len() as u64, "text");
        parts.push(format!("{texts} that titles divide"));
    }
    match parts.len() {
        0 if d.clusters.len() + d.equal.len() + d.pairs.len() + d.repeats.len() > 0 => {
            "See above.".into()
        }
        0 if s.classes == 0 && s.candidates > 0 => {
            "Nothing was found: none of the pairs shares a passage.".into()
        }
        0 if s.classes == 0 => "Nothing was found: nothing was left to compare.".into(),
        0 => "Nothing was found: no two texts share a passage, and none repeats itself.".into(),
        1 => format!("Found {}.", parts[0]),
        n => format!("Found {} and {}.", parts[..n - 1].join(", "), parts[n - 1]),
    }
}
