//! Owns: the list of texts that titles divide in the human report. Never: when titles divide a
//! text.

use crate::report::evidence;
use crate::report::human::display::{self, Style};
use crate::report::human::page::{Human, StyledText};
use std::cmp::Reverse;
use std::io;

/// Maximum number of texts that are shown …
const ITEMS: usize = 50;
/// … groups of each …
const GROUPS: usize = 5;
/// … and documents of a group.
const COPIES: usize = 5;

impl Human<'_, '_> {
    /// Writes the classes of equal texts that titles divide, the largest first.
    pub fn divided_texts(&mut self) -> io::Result<()> {
        let titles = &self.findings.detection.titles;
        if titles.is_empty() {
            return Ok(());
        }
        let size = |class: &&Vec<Vec<u32>>| Reverse(class.iter().map(Vec::len).sum::<usize>());
        let mut order: Vec<&Vec<Vec<u32>>> = titles.iter().collect();
        order.sort_by_key(size);
        self.heading("One text under titles that name different things")?;
        for class in order.into_iter().take(ITEMS) {
            self.blank()?;
            self.put("  ", 2, StyledText::default().say(Style::Plain, &evidence::divided(class)))?;
            for group in class.iter().take(GROUPS) {
                self.group(group)?;
            }
            self.more("    ", GROUPS, class.len() as u64, "group")?;
        }
        self.more("  ", ITEMS, titles.len() as u64, "text")
    }

    /// Writes the documents whose titles name one thing, under the title of the first.
    fn group(&mut self, group: &[u32]) -> io::Result<()> {
        let Some(&first) = group.first() else { return Ok(()) };
        let title = evidence::title(self.findings.documents, first)
            .unwrap_or_else(|| "(without a title)".to_owned());
        let mut line = StyledText::default().say(Style::Strong, &title).say(Style::Plain, " ");
        for (n, &number) in group.iter().take(COPIES).enumerate() {
            line = line
                .say(Style::Plain, if n > 0 { ", " } else { "" })
                .name(Style::Plain, &self.findings.id(number));
        }
        if group.len() > COPIES {
            let more = display::number((group.len() - COPIES) as u64);
            line = line.say(Style::Plain, &format!(" and {more} more"));
        }
        self.put("    ≠ ", 2, line)
    }
}
