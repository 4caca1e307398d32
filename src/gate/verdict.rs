//! Owns: what a gate decided about findings, as data: each bound with its measure, each finding
//! with its state. Never: decides, or writes.

use crate::model::relation::Relation;
use crate::span::Span;
use serde::Serialize;

/// What kind of overlap a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// Two texts that are related, seen from [`Finding::document`].
    Pair(Relation),
    /// A paragraph or passage that stands in several places.
    Repeat,
}

impl FindingKind {
    /// Every kind, the gravest first.
    pub const ALL: [FindingKind; Relation::ALL.len() + 1] = {
        let mut all = [FindingKind::Repeat; Relation::ALL.len() + 1];
        let mut n = 0;
        while n < Relation::ALL.len() {
            // A repeat is graver than what is no copy.
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

    /// Whether its passages are text that stands in an earlier place too: a template is no copy.
    pub(crate) fn copies_text(self) -> bool {
        match self {
            FindingKind::Pair(relation) => relation.row().same_text,
            FindingKind::Repeat => true,
        }
    }

    /// The kind without its direction, as policies and ignore entries name it: `contains` for
    /// `contained-in`, else itself.
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

/// A kind by the name that policies and baselines use: `contains` is both directions.
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
    /// The baseline holds it.
    Known,
    /// An ignore entry covers it: its number in [`Verdict::ignores`].
    Ignored(usize),
}

impl FindingState {
    /// The name in reports.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            FindingState::New => "new",
            FindingState::Known => "known",
            FindingState::Ignored(_) => "ignored",
        }
    }
}

/// A passage of one document, and where it stands in the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FindingPassage {
    /// Bytes of [`Finding::document`].
    pub here: Span,
    /// Bytes of [`Finding::partner`].
    pub there: Span,
}

/// One thing that a gate counts: a document that is a copy of another, shares passages with one, or
/// repeats a passage.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// Whether it counts.
    pub state: FindingState,
    /// Number of the document it is reported at: the one whose text the baseline has not seen, else
    /// the one that comes later by the survivor policy.
    pub document: u32,
    /// Number of the document it overlaps with; the same one where a passage stands twice in one
    /// text.
    pub partner: u32,
    /// Share of the document's tokens inside matches, and of the partner's; nothing for a repeat.
    pub coverage: Option<(f64, f64)>,
    /// Where, in the order of the document; never empty. Of equal texts, the whole of both.
    pub passages: Vec<FindingPassage>,
    /// Sixteen hex digits: a hash of what the overlap says and of where it stands, the same as long
    /// as neither changes.
    pub fingerprint: String,
}

/// A bound of the policy, and what was measured against it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rule {
    /// The name of the setting, such as `max-duplicate-documents` or `fail-on`.
    pub name: &'static str,
    /// What it is about: a source, or, for `fail-on`, a kind; nothing: everything.
    pub scope: Option<String>,
    /// The bound as it was written: `5%`, `100`.
    pub limit: String,
    /// What was counted: documents, tokens or findings that the baseline does not hold.
    pub measured: u64,
    /// Of how many.
    pub of: u64,
    /// Whether it is more than allowed.
    pub violated: bool,
}

/// Something the baseline holds that is no longer there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stale {
    /// The kind: a relation, `cluster` or `repeat`.
    pub kind: String,
    /// The documents it was about, as the baseline names them.
    pub documents: Vec<String>,
    /// The first words of what was shared, where the baseline knows them.
    pub text: String,
}

/// An ignore entry, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ignore {
    /// Why, in the words of whoever wrote it.
    pub reason: String,
    /// The day after which it no longer counts, as `2027-01-31`.
    pub expires: Option<String>,
    /// Whether that day has passed; then it ignores nothing.
    pub expired: bool,
    /// How many findings it covers (would cover, where it has expired).
    pub used: u64,
}

/// What one source holds; `None`: documents without a source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceCounts {
    /// Its name.
    pub source: Option<String>,
    /// Its documents.
    pub documents: u64,
    /// Those that are copies of a document that survives.
    pub duplicate_documents: u64,
    /// Those of them that count: not in the baseline, not ignored.
    pub new_duplicate_documents: u64,
    /// Its tokens.
    pub tokens: u64,
    /// Tokens that stand in an earlier place too.
    pub duplicate_tokens: u64,
    /// Those of them that count.
    pub new_duplicate_tokens: u64,
}

impl SourceCounts {
    /// Counts what another one holds as well; the name stays.
    pub(crate) fn add(&mut self, more: &SourceCounts) {
        self.documents += more.documents;
        self.duplicate_documents += more.duplicate_documents;
        self.new_duplicate_documents += more.new_duplicate_documents;
        self.tokens += more.tokens;
        self.duplicate_tokens += more.duplicate_tokens;
        self.new_duplicate_tokens += more.new_duplicate_tokens;
    }
}

/// What a gate decided.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verdict {
    /// Every bound of the policy, violated or not.
    pub rules: Vec<Rule>,
    /// Every finding, by document, first passage, partner.
    pub findings: Vec<Finding>,
    /// What the baseline holds in vain.
    pub stale: Vec<Stale>,
    /// The ignore entries, as they were given.
    pub ignores: Vec<Ignore>,
    /// Counts of all documents.
    pub total: SourceCounts,
    /// The same for each source, by name; those without one last.
    pub sources: Vec<SourceCounts>,
}

impl Verdict {
    /// Whether no bound is violated.
    pub fn passed(&self) -> bool {
        self.rules.iter().all(|r| !r.violated)
    }
    /// How many findings are new, known and ignored.
    pub(crate) fn finding_counts(&self) -> [u64; 3] {
        let mut counts = [0; 3];
        for finding in &self.findings {
            counts[match finding.state {
                FindingState::New => 0,
                FindingState::Known => 1,
                FindingState::Ignored(_) => 2,
            }] += 1;
        }
        counts
    }
    /// The reason of the ignore entry that covers a finding.
    pub(crate) fn reason(&self, finding: &Finding) -> Option<&str> {
        match finding.state {
            FindingState::Ignored(entry) => Some(self.ignores.get(entry).map_or("", |i| &i.reason)),
            _ => None,
        }
    }
    /// The findings that count.
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
