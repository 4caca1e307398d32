//! Owns: the counts that a policy is checked against, and the check of each bound. Never: decides
//! whether a finding counts.

use crate::gate::documents::DocumentTable;
use crate::gate::findings::{Origin, UnjudgedFinding};
use crate::gate::policy::{Bound, Limit, Policy, Scope};
use crate::gate::verdict::{FindingKind, FindingState, Rule, SourceCounts};
use crate::model::document::DocumentInfo;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

/// What the bounds of a policy count, while findings are judged one after the other.
#[derive(Default)]
pub(super) struct Counts {
    /// The copies that count, each with whether it is new.
    copies: Vec<(u32, bool)>,
    /// The passages that are text of an earlier place.
    passages: Vec<CopiedPassage>,
    /// The findings of each kind, and those of them that are new.
    kinds: HashMap<FindingKind, [u64; 2]>,
    /// The new members of each cluster, its representative included.
    clusters: HashMap<u32, u64>,
}

/// Tokens of a document that are in an earlier place too.
struct CopiedPassage {
    document: u32,
    tokens: Range<u32>,
    new: bool,
}

impl Counts {
    /// Adds a finding; `new` are its new passages, ascending.
    pub fn add(&mut self, draft: &UnjudgedFinding, state: &FindingState, new: &[usize]) {
        let is_new = *state == FindingState::New;
        let [of, of_new] = self.kinds.entry(draft.kind.undirected()).or_default();
        *of += 1;
        *of_new += u64::from(is_new);
        if let Origin::Member(cluster) = draft.origin {
            if *state != FindingState::Part {
                self.copies.push((draft.document, is_new));
            }
            if is_new {
                *self.clusters.entry(cluster).or_insert(1) += 1;
            }
        }
        if draft.kind.copies_text() && *state != FindingState::Part {
            let passages = draft.passages.iter().enumerate().map(|(i, [here, _])| CopiedPassage {
                document: draft.document,
                tokens: here.tokens.clone(),
                new: is_new && new.binary_search(&i).is_ok(),
            });
            self.passages.extend(passages);
        }
    }

    /// Returns the counts of everything and of each source, those without a source last. References
    /// are left out.
    pub fn of_sources(&mut self, table: &DocumentTable) -> (SourceCounts, Vec<SourceCounts>) {
        let documents = table.findings.documents;
        let mut by_source: BTreeMap<(bool, Option<Arc<str>>), SourceCounts> = BTreeMap::new();
        let of = |info: &DocumentInfo| (info.source.is_none(), info.source.clone());
        let key = |n: u32| of(&documents.info(n as usize));
        for n in 0..documents.count() as u32 {
            let info = documents.info(n as usize);
            if info.reference {
                continue;
            }
            let counts = by_source.entry(of(&info)).or_default();
            counts.source = info.source.as_deref().map(str::to_owned);
            counts.documents += 1;
            counts.tokens += u64::from(table.findings.tokens(n));
        }
        for &(document, new) in &self.copies {
            if let Some(counts) = by_source.get_mut(&key(document)) {
                counts.duplicate_documents += 1;
                counts.new_duplicate_documents += u64::from(new);
            }
        }
        self.passages.sort_unstable_by_key(|p| (p.document, p.tokens.start, p.tokens.end));
        for group in self.passages.chunk_by(|x, y| x.document == y.document) {
            let Some(counts) = by_source.get_mut(&key(group[0].document)) else { continue };
            counts.duplicate_tokens += covered(group.iter().map(|p| &p.tokens));
            let new = group.iter().filter(|p| p.new);
            counts.new_duplicate_tokens += covered(new.map(|p| &p.tokens));
        }
        let sources: Vec<SourceCounts> = by_source.into_values().collect();
        let mut total = SourceCounts::default();
        sources.iter().for_each(|s| total.add(s));
        (total, sources)
    }
}

/// Returns how many numbers are in any of the ranges, which come by their starts.
fn covered<'r>(ranges: impl Iterator<Item = &'r Range<u32>>) -> u64 {
    let (mut sum, mut end) = (0, 0);
    for r in ranges {
        sum += u64::from(r.end.saturating_sub(r.start.max(end)));
        end = end.max(r.end);
    }
    sum
}

/// Returns every bound of the policy with its measured value.
pub(super) fn measured_rules(
    table: &DocumentTable,
    policy: &Policy,
    counts: &Counts,
    total: &SourceCounts,
    sources: &[SourceCounts],
) -> Vec<Rule> {
    let mut out = Vec::new();
    for bound in &policy.max_duplicate_documents {
        out.extend(check_bound("max-duplicate-documents", bound, total, sources, |c| {
            (c.new_duplicate_documents, c.documents)
        }));
    }
    for bound in &policy.max_duplicate_text {
        out.extend(check_bound("max-duplicate-text", bound, total, sources, |c| {
            (c.new_duplicate_tokens, c.tokens)
        }));
    }
    out.extend(policy.max_cluster.map(|most| largest(table, most, counts)));
    for kind in policy.fail_on.iter().map(|kind| kind.undirected()) {
        let [of, measured] = counts.kinds.get(&kind).copied().unwrap_or_default();
        let scope = Some(kind.name().to_owned());
        out.push(Rule {
            name: "fail-on",
            scope,
            limit: "0".into(),
            measured,
            of,
            violated: measured > 0,
        });
    }
    out
}

/// Checks a bound on counts. It gives one rule; for every source, it gives one for each source that
/// violates it, or else one with the source that is nearest to it.
fn check_bound(
    name: &'static str,
    bound: &Bound,
    total: &SourceCounts,
    sources: &[SourceCounts],
    measure: impl Fn(&SourceCounts) -> (u64, u64),
) -> Vec<Rule> {
    let rule = |scope: Option<String>, (measured, of): (u64, u64)| Rule {
        name,
        scope,
        limit: bound.limit.to_string(),
        measured,
        of,
        violated: bound.limit.exceeded(measured, of),
    };
    match &bound.scope {
        Scope::Everything => vec![rule(None, measure(total))],
        Scope::Source(wanted) => {
            let own = sources.iter().find(|s| s.source.as_ref() == Some(wanted));
            vec![rule(Some(wanted.clone()), own.map_or((0, 0), &measure))]
        }
        Scope::EverySource => {
            let named = |s: &SourceCounts| s.source.clone().unwrap_or_else(|| "(no source)".into());
            let over: Vec<Rule> = sources
                .iter()
                .map(|s| rule(Some(named(s)), measure(s)))
                .filter(|r| r.violated)
                .collect();
            if !over.is_empty() {
                return over;
            }
            let share = |&(part, whole): &(u64, u64)| {
                if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
            };
            let most = match bound.limit {
                Limit::Count(_) => sources.iter().map(measure).max_by_key(|m| m.0),
                Limit::Share(_) => {
                    sources.iter().map(measure).max_by(|x, y| share(x).total_cmp(&share(y)))
                }
            };
            vec![rule(Some("*".into()), most.unwrap_or((0, 0)))]
        }
    }
}

/// Returns the greatest number of documents in one cluster that count, its representative included.
fn largest(table: &DocumentTable, most: u64, counts: &Counts) -> Rule {
    let clusters = &table.findings.detection.clusters;
    let size = |n: u32| clusters[n as usize].members.len() as u64;
    let new = counts.clusters.iter();
    let (measured, of) = new.map(|(&n, &count)| (count, size(n))).max().unwrap_or((0, 0));
    Rule {
        name: "max-cluster",
        scope: None,
        limit: most.to_string(),
        measured,
        of,
        violated: measured > most,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_counts_once() {
        assert_eq!(covered([0..3, 2..3, 2..6, 5..9].iter()), 9);
        assert_eq!(covered([].iter()), 0);
    }
}
