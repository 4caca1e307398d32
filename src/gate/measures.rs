//! Owns: the counts that a policy is checked against, and the check of each bound. Never: decides
//! whether a finding counts.

use crate::gate::documents::DocumentTable;
use crate::gate::findings::{Origin, UnjudgedFinding};
use crate::gate::policy::{Bound, Limit, Policy, Scope};
use crate::gate::verdict::{FindingState, Rule, SourceCounts};
use crate::model::document::DocumentInfo;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

/// Returns the counts of everything and of each source, those without a source last. References are
/// left out.
pub(super) fn source_counts(
    table: &DocumentTable,
    drafts: &[UnjudgedFinding],
    states: &[FindingState],
    new: &[Vec<usize>],
) -> (SourceCounts, Vec<SourceCounts>) {
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
    for (draft, state) in drafts
        .iter()
        .zip(states)
        .filter(|(d, state)| matches!(d.origin, Origin::Member(_)) && **state != FindingState::Part)
    {
        if let Some(counts) = by_source.get_mut(&key(draft.document)) {
            counts.duplicate_documents += 1;
            counts.new_duplicate_documents += u64::from(*state == FindingState::New);
        }
    }
    let all: Vec<usize> = (0..drafts.len()).collect();
    let counts = |i: &usize| drafts[*i].kind.copies_text() && states[*i] != FindingState::Part;
    let mut order: Vec<usize> = all.into_iter().filter(counts).collect();
    order.sort_by_key(|&i| drafts[i].document);
    for group in order.chunk_by(|&x, &y| drafts[x].document == drafts[y].document) {
        let Some(counts) = by_source.get_mut(&key(drafts[group[0]].document)) else { continue };
        let ranges = |i: usize| drafts[i].passages.iter().map(|[here, _]| here.tokens.clone());
        counts.duplicate_tokens += covered(group.iter().flat_map(|&i| ranges(i)).collect());
        let fresh = group.iter().filter(|&&i| states[i] == FindingState::New);
        let fresh = fresh
            .flat_map(|&i| new[i].iter().map(move |&p| drafts[i].passages[p][0].tokens.clone()));
        counts.new_duplicate_tokens += covered(fresh.collect());
    }
    let sources: Vec<SourceCounts> = by_source.into_values().collect();
    let mut total = SourceCounts::default();
    sources.iter().for_each(|s| total.add(s));
    (total, sources)
}

/// Returns how many numbers are in any of the ranges.
fn covered(mut ranges: Vec<Range<u32>>) -> u64 {
    ranges.sort_unstable_by_key(|r| (r.start, r.end));
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
    drafts: &[UnjudgedFinding],
    states: &[FindingState],
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
    out.extend(policy.max_cluster.map(|most| largest(table, most, drafts, states)));
    for kind in policy.fail_on.iter().map(|kind| kind.undirected()) {
        let of: Vec<&FindingState> = drafts
            .iter()
            .zip(states)
            .filter(|(d, _)| d.kind.undirected() == kind)
            .map(|(_, s)| s)
            .collect();
        let measured = of.iter().filter(|s| ***s == FindingState::New).count() as u64;
        let scope = Some(kind.name().to_owned());
        let of = of.len() as u64;
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
fn largest(
    table: &DocumentTable,
    most: u64,
    drafts: &[UnjudgedFinding],
    states: &[FindingState],
) -> Rule {
    let mut new: HashMap<u32, u64> = HashMap::new();
    for (draft, _) in drafts.iter().zip(states).filter(|(_, s)| **s == FindingState::New) {
        if let Origin::Member(cluster) = draft.origin {
            *new.entry(cluster).or_insert(1) += 1;
        }
    }
    let clusters = &table.findings.detection.clusters;
    let size = |n: u32| clusters[n as usize].members.len() as u64;
    let (measured, of) = new.into_iter().map(|(n, count)| (count, size(n))).max().unwrap_or((0, 0));
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
        assert_eq!(covered(vec![5..9, 0..3, 2..6, 2..3]), 9);
        assert_eq!(covered(vec![]), 0);
    }
}
