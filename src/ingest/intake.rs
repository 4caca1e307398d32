//! Owns: how an [`Intake`] grows, and the words of its problems made safe. Never: reads anything.

use crate::escape;
use crate::ingest::{Intake, Problem, Reason};

/// Examples kept of each kind of problem.
const EXAMPLES: u64 = 5;

impl Intake {
    /// Counts something that was not read; the message is made only if it is kept as an example.
    pub(super) fn skip(&mut self, reason: Reason, path: &str, record: Option<u64>, message: impl FnOnce() -> String) {
        let count = self.skipped.entry(reason).or_default();
        *count += 1;
        if *count <= EXAMPLES {
            self.problems.push(Problem { reason, path: path.into(), record, message: escape::message(&message()) });
        }
    }

    /// Counts a page that is in another encoding than it names.
    #[cfg(feature = "web")]
    pub(super) fn wrong_encoding(&mut self, path: &str, record: Option<u64>) {
        self.wrong_encodings += 1;
        if self.wrong_encodings <= EXAMPLES {
            let record = record.map_or_else(String::new, |n| format!(":{n}"));
            self.wrong_encodings_at.push(escape::message(&format!("{path}{record}")));
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
}
