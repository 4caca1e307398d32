//! Owns: the summary of what `nearcopy dedupe` wrote: counts, paths, and their wording. Never:
//! writes a record.

use crate::cli::messages::{clean, count, escaped_path};
use nearcopy::emit::RewriteCounts;
use nearcopy::report::{CleaningReport, WrittenFile};
use std::path::{Path, PathBuf};

/// The summary of the outputs.
#[derive(Debug, Default)]
pub struct WriteSummary {
    /// One entry per output.
    pub files: Vec<WrittenFile>,
    removed: Option<PathBuf>,
    /// Records that could not be cut or annotated, and are unchanged.
    left: u64,
    /// Records that were left out.
    pub dropped: u64,
    revisits: u64,
    revisits_at: Vec<String>,
    /// Whether the reader of standard output closed it before the end.
    pub unread: bool,
}

impl WriteSummary {
    /// An empty summary; `removed` is the file for removed content.
    pub fn new(removed: Option<&Path>) -> WriteSummary {
        WriteSummary { removed: removed.map(Path::to_owned), ..WriteSummary::default() }
    }

    /// Adds the counts of one file.
    pub fn add(&mut self, written: &RewriteCounts, file: &mut WrittenFile) {
        file.kept += written.kept;
        file.dropped += written.dropped;
        file.cut += written.cut;
        self.dropped += written.dropped;
        self.left += written.left;
        self.revisits += written.revisits;
        self.revisits_at.extend(
            written.revisits_at.iter().take(5usize.saturating_sub(self.revisits_at.len())).cloned(),
        );
    }

    /// The message about kept records that refer to removed ones, where there are any.
    pub fn left_over(&self) -> Option<String> {
        let some: Vec<String> = self.revisits_at.iter().map(|at| clean(at)).collect();
        let more = if self.revisits > some.len() as u64 { ", …" } else { "" };
        let words = "which stay, refer to a record that was removed";
        (self.revisits > 0).then(|| {
            format!("{}, {words}: {}{more}", count(self.revisits, "revisit"), some.join(", "))
        })
    }

    /// The paths of all outputs, one per line.
    pub fn places(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        if let [one] = &self.files[..] {
            lines.push(format!("Written: {} with {}", clean(&one.path), count(one.kept, "record")));
        } else if let Some(first) = self.files.first() {
            let kept: u64 = self.files.iter().map(|f| f.kept).sum();
            let files = count(self.files.len() as u64, "file");
            lines.push(format!(
                "Written: {files} with {}, from {} on",
                count(kept, "record"),
                clean(&first.path)
            ));
        }
        if self.left > 0 {
            lines.push(format!(
                "Left as they were: {} that could not be changed (no valid record, or damaged)",
                count(self.left, "record")
            ));
        }
        lines.extend(self.removed.iter().map(|p| format!("What was removed: {}", escaped_path(p))));
        lines.join("\n")
    }

    /// A one-line summary.
    pub fn in_words(&self, cleaned: CleaningReport) -> String {
        let kept: u64 = self.files.iter().map(|f| f.kept).sum();
        format!(
            "{} removed, {} written",
            count(cleaned.plan.removed.len() as u64, "document"),
            count(kept, "record")
        )
    }
}
