//! Owns: how an [`Intake`] grows, and the words of its problems made safe. Never: reads anything.

use crate::ingest::{Intake, Problem, Reason};

/// Examples kept of each kind of problem.
const EXAMPLES: u64 = 5;

impl Intake {
    /// Counts something that was not read; the message is made only if it is kept as an example.
    pub(super) fn skip(&mut self, reason: Reason, path: &str, record: Option<u64>, message: impl FnOnce() -> String) {
        let count = self.skipped.entry(reason).or_default();
        *count += 1;
        if *count <= EXAMPLES {
            self.problems.push(Problem { reason, path: path.into(), record, message: escape(&message()) });
        }
    }

    /// Counts a page that is in another encoding than it names.
    #[cfg(feature = "web")]
    pub(super) fn wrong_encoding(&mut self, path: &str, record: Option<u64>) {
        self.wrong_encodings += 1;
        if self.wrong_encodings <= EXAMPLES {
            let record = record.map_or_else(String::new, |n| format!(":{n}"));
            self.wrong_encodings_at.push(escape(&format!("{path}{record}")));
        }
    }

    /// Appends what came in later.
    pub(super) fn absorb(&mut self, mut other: Intake) {
        self.documents.append(&mut other.documents);
        self.sources.append(&mut other.sources);
        self.met_again += other.met_again;
        self.files += other.files;
        self.bytes += other.bytes;
        self.replaced += other.replaced;
        self.bad_dates += other.bad_dates;
        self.wrong_encodings += other.wrong_encodings;
        let room = (EXAMPLES as usize).saturating_sub(self.wrong_encodings_at.len());
        self.wrong_encodings_at.extend(other.wrong_encodings_at.into_iter().take(room));
        for problem in other.problems {
            let kept = self.problems.iter().filter(|p| p.reason == problem.reason).count();
            if (kept as u64) < EXAMPLES {
                self.problems.push(problem);
            }
        }
        for (reason, count) in other.skipped {
            *self.skipped.entry(reason).or_default() += count;
        }
        for (kind, count) in other.other_records {
            *self.other_records.entry(kind).or_default() += count;
        }
        for (encoding, count) in other.encodings {
            *self.encodings.entry(encoding).or_default() += count;
        }
        for (field, count) in other.fields {
            *self.fields.entry(field).or_default() += count;
        }
    }
}

/// The text with control characters, and those that turn or hide text, written as `\u{…}`.
pub(crate) fn escape(text: &str) -> String {
    let hostile = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{61c}' | '\u{feff}')
    };
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if hostile(c) { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_go_on_when_examples_stop() {
        let mut all = Intake::default();
        for _ in 0..3 {
            let mut part = Intake::default();
            (0..4).for_each(|n| part.skip(Reason::NoText, "a", Some(n), || "why".into()));
            all.absorb(part);
        }
        assert_eq!(all.skipped[&Reason::NoText], 12);
        assert_eq!(all.problems.len(), 5);
    }

    #[test]
    fn nothing_hostile_stays() {
        assert_eq!(escape("a\u{1b}[2J\u{202e}é\n"), "a\\u{1b}[2J\\u{202e}é\\n");
    }
}
