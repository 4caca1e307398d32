//! Owns: the steps of judging a scan, and the findings as they are reported. Never: what one bound
//! or entry means.

use crate::error::Result;
use crate::gate::baseline::Baseline;
use crate::gate::documents::DocumentTable;
use crate::gate::findings::{Origin, UnjudgedFinding, unjudged_findings};
use crate::gate::ignores;
use crate::gate::known_findings::KnownFindings;
use crate::gate::measures;
use crate::gate::policy::{IgnoreRule, Policy};
use crate::gate::verdict::{Finding, FindingKind, FindingState, Ignore, Verdict};
use crate::hash;
use crate::model::findings::Findings;
use crate::model::options::PAIRS_OVER_BUDGET;
use crate::model::relation::Relation;
use std::collections::HashMap;

/// Judges the findings of a scan.
///
/// A finding counts unless the baseline has it or an ignore entry covers it. That a page which was
/// read in part is a copy, or has one, does not count either: what was not read may differ, unless
/// the bytes of two pages are equal, or its text is that of a whole document.
///
/// `today` is a date such as `2027-01-31`; entries that expired before it cover nothing.
/// Boilerplate repeats are no findings: boilerplate is meant to repeat. The scan must have kept all
/// places of repeats ([`max_places`](crate::Thresholds::max_places)), else some findings are
/// missed. The verdict is a function of the arguments alone. Cost: two readings of the texts, and
/// work in proportion to the findings.
///
/// ```
/// use nearcopy::gate::{FindingKind, Policy, judge};
/// use nearcopy::report::Findings;
/// use nearcopy::{Corpus, Document, Recipe, Relation, RunOptions, Thresholds, scan};
/// let story = "The harbour bridge will close for repairs on Monday, the port authority said, \
///     and reopen in the spring.";
/// let corpus = Corpus::new([Document::new("courier", story), Document::new("ledger", story)])?;
/// let (found, _) = scan(&corpus, &Recipe::default(), &Thresholds::default(),
///     &RunOptions::default(), &())?;
/// let findings = Findings { detection: &found, documents: &corpus, skipped: &[] };
/// let equal = FindingKind::Pair(Relation::Equal);
/// let policy = Policy::default().with(|policy| policy.fail_on = vec![equal]);
/// let verdict = judge(findings, &policy, None, &[], "2027-01-31")?;
/// assert!(!verdict.passed());
/// assert_eq!(verdict.new_findings().count(), 1);
/// # Ok::<(), nearcopy::Error>(())
/// ```
///
/// # Errors
/// A text that can no longer be read.
pub fn judge(
    findings: Findings,
    policy: &Policy,
    baseline: Option<&Baseline>,
    ignores: &[IgnoreRule],
    today: &str,
) -> Result<Verdict> {
    let table = DocumentTable::new(findings)?;
    let drafts = unjudged_findings(&table, &ignores::texts(ignores))?;
    let (new, stale) = match baseline {
        Some(baseline) => {
            let mut known = KnownFindings::new(&table, baseline);
            let new = known.judge(&drafts);
            (new, known.stale())
        }
        None => (drafts.iter().map(|d| (0..d.passages.len()).collect()).collect(), Vec::new()),
    };
    let states: Vec<FindingState> = drafts
        .iter()
        .zip(&new)
        .map(|(draft, new)| match ignores::covering(&table, draft, ignores, today) {
            Some(n) => FindingState::Ignored(n),
            None if draft.in_part => FindingState::Part,
            None if new.is_empty() => FindingState::Known,
            None => FindingState::New,
        })
        .collect();
    let (total, sources) = measures::source_counts(&table, &drafts, &states, &new);
    let rules = measures::measured_rules(&table, policy, &drafts, &states, &total, &sources);
    let ignores = used(&table, &drafts, ignores, today);
    let reported = reported(&table, drafts, states, &new, baseline);
    let limited = findings.detection.summary.limited.iter();
    let not_compared = limited.filter(|l| l.0 == PAIRS_OVER_BUDGET).map(|l| l.1).sum();
    Ok(Verdict { rules, findings: reported, stale, ignores, total, sources, not_compared })
}

/// Returns the ignore entries, each with the number of findings that it covers.
fn used(
    table: &DocumentTable,
    drafts: &[UnjudgedFinding],
    rules: &[IgnoreRule],
    today: &str,
) -> Vec<Ignore> {
    let covered =
        |n: usize| drafts.iter().filter(|d| ignores::covers(table, d, rules, n)).count() as u64;
    let entry = |(n, rule): (usize, &IgnoreRule)| Ignore {
        reason: rule.reason.clone(),
        expires: rule.expires.clone(),
        expired: rule.expired(today),
        used: covered(n),
    };
    rules.iter().enumerate().map(entry).collect()
}

/// Returns the findings with their states and fingerprints. A new finding has only its new
/// passages, and is reported at the text that is new, where it can be mended, whichever of the two
/// texts would survive.
fn reported(
    table: &DocumentTable,
    drafts: Vec<UnjudgedFinding>,
    states: Vec<FindingState>,
    new: &[Vec<usize>],
    baseline: Option<&Baseline>,
) -> Vec<Finding> {
    // An equal copy is told from its original by its place, a text that moved by its words.
    let old = |[document, partner]: [u32; 2]| {
        let hash = |n: u32| table.hash[n as usize];
        let baseline = baseline?;
        let there = |n: u32| baseline.has_document(&table.place(n).0, hash(n));
        let had = |n: u32| baseline.has_text(hash(n));
        let by_place = there(document) != there(partner);
        Some(if by_place { there(document) } else { had(document) && !had(partner) })
    };
    let mut met: HashMap<u64, u64> = HashMap::new();
    let mut out = Vec::with_capacity(drafts.len());
    for ((draft, state), new) in drafts.into_iter().zip(states).zip(new) {
        let print = fingerprint(table, &draft);
        let again = met.entry(print).or_default();
        let fingerprint =
            format!("{:016x}", if *again == 0 { print } else { hash::mix(print ^ *again) });
        *again += 1;
        let mut passages = draft.reported();
        if state == FindingState::New {
            passages = new.iter().map(|&i| passages[i]).collect();
        }
        let UnjudgedFinding { kind, document, partner, coverage, .. } = draft;
        let mut finding =
            Finding { kind, state, document, partner, coverage, passages, fingerprint };
        if finding.state == FindingState::New && old([document, partner]) == Some(true) {
            swap_sides(&mut finding);
        }
        out.push(finding);
    }
    out.sort_by_key(|f| (f.document, f.passages.first().map(|p| p.here), f.partner, f.kind));
    out
}

/// Swaps the two texts of a finding.
fn swap_sides(finding: &mut Finding) {
    std::mem::swap(&mut finding.document, &mut finding.partner);
    finding.coverage = finding.coverage.map(|(here, there)| (there, here));
    if let FindingKind::Pair(relation) = &mut finding.kind {
        *relation = relation.flipped();
    }
    finding.passages.iter_mut().for_each(|p| std::mem::swap(&mut p.here, &mut p.there));
    finding.passages.sort_unstable();
}

/// Returns a hash of the kind, of the places of both texts and of the content that they share; for
/// a member of a cluster, of the member's text instead of the shared content.
fn fingerprint(table: &DocumentTable, draft: &UnjudgedFinding) -> u64 {
    let kind = match draft.kind {
        // An edit that turns one relation into the other must not change the fingerprint.
        FindingKind::Pair(Relation::Equal) => FindingKind::Pair(Relation::NearCopy),
        kind => kind.undirected(),
    };
    let place = |n: u32| hash::bytes(table.place(n).0.as_bytes());
    let parts = [hash::bytes(kind.name().as_bytes()), place(draft.document), place(draft.partner)];
    let content: Vec<u64> = match draft.origin {
        Origin::Member(_) => vec![table.hash[draft.document as usize]],
        Origin::Repeat(_) => draft.passages.iter().map(|[here, _]| here.exact).collect(),
        Origin::Pair => {
            draft.passages.iter().flat_map(|[here, _]| here.content.iter().copied()).collect()
        }
    };
    hash::sequence(parts.into_iter().chain(content))
}
