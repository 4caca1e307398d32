//! Owns: the bounds of a gate's policy, and its ignore entries. Never: measures anything.

use crate::gate::verdict::FindingKind;

/// How much of something is allowed.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Limit {
    /// At most this many.
    Count(u64),
    /// At most this share of all, 0 to 1.
    Share(f64),
}

impl Limit {
    /// Whether `part` of `whole` is more than this.
    ///
    /// ```
    /// use nearcopy::gate::Limit;
    /// assert!(Limit::Count(2).exceeded(3, 10) && !Limit::Share(0.3).exceeded(3, 10));
    /// ```
    pub fn exceeded(self, part: u64, whole: u64) -> bool {
        match self {
            Limit::Count(count) => part > count,
            Limit::Share(share) => part as f64 > share * whole as f64,
        }
    }
}

/// Written as `100` or `5%`.
impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Limit::Count(count) => write!(f, "{count}"),
            Limit::Share(share) => write!(f, "{}%", (share * 1e8).round() / 1e6),
        }
    }
}

/// What a limit applies to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// All documents together.
    Everything,
    /// Each source by itself; documents without one count as one more source.
    EverySource,
    /// One source.
    Source(String),
}

/// A limit and what it applies to.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// What it applies to.
    pub scope: Scope,
    /// How much is allowed.
    pub limit: Limit,
}

/// What a gate allows. The default allows everything.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Policy {
    /// Documents that are not their cluster's representative.
    pub max_duplicate_documents: Vec<Bound>,
    /// Tokens that are in an earlier place too; shares are of all tokens.
    pub max_duplicate_text: Vec<Bound>,
    /// Documents in one cluster: its representative, and the copies that count.
    pub max_cluster: Option<u64>,
    /// Kinds of which no finding may count. A relation counts in both directions.
    pub fail_on: Vec<FindingKind>,
}

impl_with!(Policy);

/// A predicate on ids.
pub type Matcher = Box<dyn Fn(&str) -> bool + Send + Sync>;

/// An ignore entry: it covers a finding that satisfies all its conditions.
#[derive(Default)]
#[non_exhaustive]
pub struct IgnoreRule {
    /// With one matcher, the id of either document must match it. With several, each of the two ids
    /// must match one of them. With none, any documents match.
    pub documents: Vec<Matcher>,
    /// The kinds that the entry covers; empty for all.
    pub kinds: Vec<FindingKind>,
    /// Every passage of the finding must contain these words one after another, case and
    /// punctuation aside.
    pub text: Option<String>,
    /// Why the findings are ignored.
    pub reason: String,
    /// The last day on which the entry is in force, as `2027-01-31`.
    pub expires: Option<String>,
}

impl_with!(IgnoreRule);

impl std::fmt::Debug for IgnoreRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let IgnoreRule { documents, kinds, text, reason, expires } = self;
        let globs = documents.len();
        f.debug_struct("IgnoreRule")
            .field("documents", &globs)
            .field("kinds", kinds)
            .field("text", text)
            .field("reason", reason)
            .field("expires", expires)
            .finish()
    }
}

impl IgnoreRule {
    /// Whether the kind and the ids of a finding satisfy the entry, its words apart.
    pub(super) fn fits(&self, kind: FindingKind, ids: [&str; 2]) -> bool {
        let named = |id: &str| self.documents.iter().any(|matches| matches(id));
        let documents = match self.documents.len() {
            0 => true,
            1 => ids.into_iter().any(named),
            _ => ids.into_iter().all(named),
        };
        documents
            && (self.kinds.is_empty()
                || self.kinds.iter().any(|k| k.undirected() == kind.undirected()))
    }

    /// Whether the entry's last day is before this one.
    pub(super) fn expired(&self, today: &str) -> bool {
        self.expires.as_deref().is_some_and(|day| day < today)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::relation::Relation;

    #[test]
    fn one_glob_means_either_document_and_several_mean_both() {
        let is = |want: &'static str| -> Matcher { Box::new(move |id| id == want) };
        let fits = |documents: Vec<Matcher>, ids| {
            IgnoreRule { documents, ..Default::default() }
                .fits(FindingKind::Pair(Relation::Quotes), ids)
        };
        assert!(fits(vec![], ["a", "b"]));
        assert!(
            fits(vec![is("a")], ["a", "b"])
                && fits(vec![is("b")], ["a", "b"])
                && !fits(vec![is("c")], ["a", "b"])
        );
        assert!(
            fits(vec![is("a"), is("b")], ["b", "a"]) && !fits(vec![is("a"), is("c")], ["a", "b"])
        );
        let kinds = IgnoreRule { kinds: vec![FindingKind::Repeat], ..Default::default() };
        assert!(
            kinds.fits(FindingKind::Repeat, ["a", "a"])
                && !kinds.fits(FindingKind::Pair(Relation::Equal), ["a", "a"])
        );
    }

    #[test]
    fn the_last_day_still_counts() {
        let rule = IgnoreRule { expires: Some("2027-01-31".into()), ..Default::default() };
        assert!(
            !rule.expired("2027-01-31")
                && rule.expired("2027-02-01")
                && !IgnoreRule::default().expired("9999-12-31")
        );
    }
}
