//! Owns: the list of repeats in the human report. Never: a relation.

use crate::model::detection::Repeat;
use crate::report::human::display::{self, Style};
use crate::report::human::page::{Human, StyledText};
use std::cmp::Reverse;
use std::io;

/// Maximum number of repeats that are shown …
const ITEMS: usize = 50;
/// … and places of each.
const PLACES: usize = 10;

impl Human<'_, '_> {
    /// Writes the repeats, those with the most repeated text first.
    pub fn repeats(&mut self) -> io::Result<()> {
        let repeats = &self.findings.detection.repeats;
        if repeats.is_empty() {
            return Ok(());
        }
        let mut order: Vec<&Repeat> = repeats.iter().collect();
        order.sort_by_key(|r| Reverse(r.count.saturating_mul(r.tokens.into())));
        self.heading("Repeats")?;
        for repeat in order.into_iter().take(ITEMS) {
            self.repeat(repeat)?;
        }
        if repeats.len() > ITEMS {
            self.blank()?;
        }
        self.more("  ", ITEMS, repeats.len() as u64, "repeat")
    }

    fn repeat(&mut self, repeat: &Repeat) -> io::Result<()> {
        let Some(place) = repeat.places.first() else { return Ok(()) };
        if !self.brief {
            self.blank()?;
        }
        let quoted = format!("“{}”", self.texts.first_words(place)?);
        self.put("  ", 2, StyledText::default().say(Style::Strong, &quoted))?;
        let tokens = display::count(repeat.tokens.into(), "token");
        let what = match repeat.period {
            Some(_) => format!("{tokens} over and over"),
            None if repeat.paragraph => format!("paragraph of {tokens}"),
            None => format!("passage of {tokens}"),
        };
        let (times, documents) =
            (display::count(repeat.count, "time"), display::count(repeat.documents, "document"));
        let mut details = vec![what, format!("{times} in {documents}")];
        if repeat.boilerplate {
            details.push("boilerplate".into());
        }
        if repeat.note {
            details.push("note".into());
        }
        self.put("    ", 0, StyledText::default().list(Style::Plain, &details))?;
        let line = self.places(repeat)?;
        self.put("    ", 2, line)
    }

    /// Formats the places as `a.txt:2, 4; b.txt:7`, or `ID line 2` where the text is not the whole
    /// file.
    fn places(&mut self, repeat: &Repeat) -> io::Result<StyledText> {
        let mut line = StyledText::default();
        let shown = &repeat.places[..repeat.places.len().min(PLACES)];
        for (n, group) in shown.chunk_by(|x, y| x.document == y.document).enumerate() {
            let text = self.texts.get(group[0].document)?;
            let mut lines: Vec<String> = Vec::new();
            for place in group {
                self.texts.passage(&text, place.span)?;
                let start = place.span.start;
                let line = text.file_line_at(start).unwrap_or_else(|| text.line_at(start));
                lines.push(line.to_string());
            }
            lines.dedup();
            let noun = match (text.file_line_at(0).is_some(), lines.len()) {
                (true, _) => ":",
                (false, 1) => " line ",
                _ => " lines ",
            };
            let opening = if n > 0 { "; " } else { "" };
            line = line
                .say(Style::Plain, opening)
                .name(Style::Plain, &self.findings.id(group[0].document));
            line = line.say(Style::Plain, &format!("{noun}{}", lines.join(", ")));
        }
        let all = if repeat.period.is_some() { repeat.places.len() as u64 } else { repeat.count };
        if all > shown.len() as u64 {
            line = line.say(
                Style::Faint,
                &format!(" and {}", display::count(all - shown.len() as u64, "more place")),
            );
        }
        Ok(line)
    }
}
