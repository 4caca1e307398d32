//! Owns: the verdict of a gate as data: each bound with its measured value, each finding with its
//! state. Never: decides or writes anything.

use crate::model::relation::Relation;
use crate::span::Span;
use serde::Serialize;

/// The kind of overlap that a finding reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// Two texts that are related, seen from [`Finding::document`].
    Pair(Relation),
    /// A paragraph or passage that is in several places.
    Repeat,
}

impl FindingKind {
    /// Every kind, the most severe first.
    pub const ALL: [FindingKind; Relation::ALL.len() + 1] = {
        let mut all = [FindingKind::Repeat; Relation::ALL.len() + 1];
        let mut n = 0;
        while n < Relation::ALL.len() {
            // A repeat is more severe than a relation that is no copy.
            let behind = !Relation::ALL[n].row().same_text as usize;
            all[n + behind] = FindingKind::Pair(Relation::ALL[n]);
            n += 1;
        }
        all
    };

    /// The name in reports: `near-copy`, `contained-in`, `repeat`, …
    pub const fn name(self) -> &'static str {
        match self {
            FindingKind::Pair(relation) => relation.name(),
            FindingKind::Repeat => "repeat",
        }
    }

    /// Whether its passages are text that is in an earlier place too: a template is no copy.
    pub(crate) fn copies_text(self) -> bool {
        match self {
            FindingKind::Pair(relation) => relation.row().same_text,
            FindingKind::Repeat => true,
        }
    }

    /// The kind without its direction, as policies and ignore entries name it: `contains` for
    /// `contained-in`, every other kind for itself.
    pub const fn undirected(self) -> FindingKind {
        match self {
            FindingKind::Pair(relation) => FindingKind::Pair(relation.undirected()),
            FindingKind::Repeat => FindingKind::Repeat,
        }
    }

    /// The kinds that a policy can name, in the order of reports.
    pub fn all_undirected() -> impl Iterator<Item = FindingKind> {
        let relations = Relation::ALL
            .into_iter()
            .map(FindingKind::Pair)
            .filter(|kind| kind.undirected() == *kind);
        relations.chain([FindingKind::Repeat])
    }
}

impl_display!(FindingKind);

/// Parses the name of a kind as policies and baselines write it: `contains` is both directions.
impl std::str::FromStr for FindingKind {
    type Err = String;
    fn from_str(s: &str) -> Result<FindingKind, String> {
        FindingKind::all_undirected().find(|kind| kind.name() == s).ok_or_else(|| {
            let names: Vec<&str> = FindingKind::all_undirected().map(FindingKind::name).collect();
            format!("{s:?} is not one of {}", names.join(", "))
        })
    }
}

/// Whether a finding counts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FindingState {
    /// It counts.
    New,
    /// The baseline has it.
    Known,
    /// An ignore entry covers it: its number in [`Verdict::ignores`].
    Ignored(usize),
    /// One of the two documents is a page that was read in part, so they need not be copies; see
    /// [`DocumentInfo::read`](crate::DocumentInfo::read).
    Part,
}

impl FindingState {
    /// The name in reports.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            FindingState::New => "new",
            FindingState::Known => "known",
            FindingState::Ignored(_) => "ignored",
            FindingState::Part => "part",
        }
    }
}

/// A passage of one document, and its counterpart in the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FindingPassage {
    /// Bytes of [`Finding::document`].
    pub here: Span,
    /// Bytes of [`Finding::partner`].
    pub there: Span,
}

/// One finding of a gate: a document is a copy of another, shares passages with one, or repeats a
/// passage.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The kind of overlap.
    pub kind: FindingKind,
    /// Whether it counts.
    pub state: FindingState,
    /// Number of the document that the finding is reported at: the one whose text is not in the
    /// baseline, else the one that comes later by the survivor policy.
    pub document: u32,
    /// Number of the document that it overlaps with; the same one where a passage is twice in one
    /// text.
    pub partner: u32,
    /// Share of the document's tokens inside matches, and of the partner's; `None` for a repeat.
    pub coverage: Option<(f64, f64)>,
    /// The passages, in the order of the document; never empty. For equal texts, the whole of both.
    pub passages: Vec<FindingPassage>,
    /// Sixteen hex digits: a hash of the content and the places of the overlap. It stays the same
    /// as long as neither changes.
    pub fingerprint: String,
}

/// A bound of the policy, and its measured value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rule {
    /// The name of the setting, such as `max-duplicate-documents` or `fail-on`.
    pub name: &'static str,
    /// What the bound applies to: a source, or, for `fail-on`, a kind; `None` for everything.
    pub scope: Option<String>,
    /// The bound as it was written: `5%`, `100`.
    pub limit: String,
    /// The measured value: documents, tokens or findings that are neither in the baseline nor
    /// ignored; for `max-cluster`, the representative too.
    pub measured: u64,
    /// The total that `measured` is a part of.
    pub of: u64,
    /// Whether the measured value exceeds the bound.
    pub violated: bool,
}

/// An entry of the baseline that is no longer found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stale {
    /// The kind: a relation, `cluster` or `repeat`.
    pub kind: String,
    /// The documents of the entry, as the baseline names them.
    pub documents: Vec<String>,
    /// The first words of the shared text, where the baseline has them.
    pub text: String,
}

/// An ignore entry, and how it was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ignore {
    /// The reason that its author wrote.
    pub reason: String,
    /// The last day on which it is in force, as `2027-01-31`.
    pub expires: Option<String>,
    /// Whether that day has passed; then the entry ignores nothing.
    pub expired: bool,
    /// Number of findings that it covers (would cover, where it has expired).
    pub used: u64,
}

/// Counts of one source; `None` for documents without a source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceCounts {
    /// The name of the source.
    pub source: Option<String>,
    /// Number of documents.
    pub documents: u64,
    /// Documents that are copies of a document that survives. Pages that were read in part are
    /// among them only where they are known to be copies.
    pub duplicate_documents: u64,
    /// Those of `duplicate_documents` that count: not in the baseline, not ignored.
    pub new_duplicate_documents: u64,
    /// Number of tokens.
    pub tokens: u64,
    /// Tokens that are in an earlier place too.
    pub duplicate_tokens: u64,
    /// Those of `duplicate_tokens` that count.
    pub new_duplicate_tokens: u64,
}

impl SourceCounts {
    /// Adds the counts of another source; the name stays.
    pub(crate) fn add(&mut self, more: &SourceCounts) {
        self.documents += more.documents;
        self.duplicate_documents += more.duplicate_documents;
        self.new_duplicate_documents += more.new_duplicate_documents;
        self.tokens += more.tokens;
        self.duplicate_tokens += more.duplicate_tokens;
        self.new_duplicate_tokens += more.new_duplicate_tokens;
    }
}

/// The verdict of a gate.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verdict {
    /// Every bound of the policy, violated or not.
    pub rules: Vec<Rule>,
    /// Every finding, by document, first passage, partner.
    pub findings: Vec<Finding>,
    /// Entries of the baseline that nothing matches.
    pub stale: Vec<Stale>,
    /// The ignore entries, in the order of the arguments.
    pub ignores: Vec<Ignore>,
    /// Counts of all documents.
    pub total: SourceCounts,
    /// The same counts for each source, by name; those without one last.
    pub sources: Vec<SourceCounts>,
    /// Candidate pairs that the scan did not compare, because they were over its budget
    /// ([`compare_budget`](crate::Thresholds::compare_budget)). What they share is not known, so
    /// the verdict is about the others.
    pub not_compared: u64,
}

impl Verdict {
    /// Whether no bound is violated.
    pub fn passed(&self) -> bool {
        self.rules.iter().all(|r| !r.violated)
    }
    /// Returns the number of new, known and ignored findings, and of those that do not count
    /// because a page was read in part.
    pub(crate) fn finding_counts(&self) -> [u64; 4] {
        let mut counts = [0; 4];
        for finding in &self.findings {
            counts[match finding.state {
                FindingState::New => 0,
                FindingState::Known => 1,
                FindingState::Ignored(_) => 2,
                FindingState::Part => 3,
            }] += 1;
        }
        counts
    }
    /// Returns why a finding does not count that the baseline does not have: the reason of the
    /// ignore entry that covers it, or that a page was read in part.
    pub(crate) fn reason(&self, finding: &Finding) -> Option<&str> {
        match finding.state {
            FindingState::Ignored(entry) => Some(self.ignores.get(entry).map_or("", |i| &i.reason)),
            FindingState::Part => Some("one of the two pages was read in part"),
            _ => None,
        }
    }
    /// Iterates over the findings that count.
    pub fn new_findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|f| f.state == FindingState::New)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        assert!(FindingKind::all_undirected().all(|kind| kind.name().parse() == Ok(kind)));
        assert!("contained-in".parse::<FindingKind>().unwrap_err().contains("contains"));
        assert!(FindingKind::all_undirected().count() < FindingKind::ALL.len());
    }
}
