//! Owns: the steps of judging a scan, and the findings as they are reported. Never: what one bound
//! or entry means.

use crate::error::Result;
use crate::gate::baseline::Baseline;
use crate::gate::documents::DocumentTable;
use crate::gate::findings::{Origin, UnjudgedFinding, each_batch};
use crate::gate::ignores;
use crate::gate::known_findings::KnownFindings;
use crate::gate::measures::{self, Counts};
use crate::gate::policy::{IgnoreRule, Policy};
use crate::gate::verdict::{Finding, FindingKind, FindingState, Ignore, Verdict};
use crate::hash;
use crate::model::findings::Findings;
use crate::model::options::PAIRS_OVER_BUDGET;
use crate::model::relation::Relation;
use crate::span::Span;
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
    let mut known = baseline.map(|baseline| KnownFindings::new(&table, baseline));
    let mut counts = Counts::default();
    let mut used = vec![0; ignores.len()];
    let mut judged = JudgedFindings::default();
    // A baseline knows a cluster by the documents that it connects.
    let together = known.is_some();
    each_batch(&table, &ignores::texts(ignores), together, &mut |drafts| {
        let new = match &mut known {
            Some(known) => known.judge(&drafts),
            None => drafts.iter().map(|d| (0..d.passages.len()).collect()).collect(),
        };
        for (draft, new) in drafts.into_iter().zip(new) {
            let state = match ignores::covering(&table, &draft, ignores, today) {
                Some(n) => FindingState::Ignored(n),
                None if draft.in_part => FindingState::Part,
                None if new.is_empty() => FindingState::Known,
                None => FindingState::New,
            };
            for (n, used) in used.iter_mut().enumerate() {
                *used += u64::from(ignores::covers(&table, &draft, ignores, n));
            }
            counts.add(&draft, &state, &new);
            judged.add(&table, draft, state, &new);
        }
        Ok(())
    })?;
    let stale = known.map_or(Vec::new(), |known| known.stale());
    let (total, sources) = counts.of_sources(&table);
    let rules = measures::measured_rules(&table, policy, &counts, &total, &sources);
    let findings = judged.reported(&table, baseline);
    let limited = table.findings.detection.summary.limited.iter();
    let not_compared = limited.filter(|l| l.0 == PAIRS_OVER_BUDGET).map(|l| l.1).sum();
    let ignores = ignores.iter().zip(used).map(|(rule, used)| Ignore {
        reason: rule.reason.clone(),
        expires: rule.expires.clone(),
        expired: rule.expired(today),
        used,
    });
    let ignores = ignores.collect();
    Ok(Verdict { rules, findings, stale, ignores, total, sources, not_compared })
}

/// The findings that were judged, without the hashes of their passages.
#[derive(Default)]
struct JudgedFindings {
    findings: Vec<Finding>,
    /// For each finding, its first passage before known ones were left out, and its fingerprint
    /// among findings that may have the same one.
    keys: Vec<(Option<Span>, u64)>,
}

impl JudgedFindings {
    /// Adds a finding. A new one has only its new passages.
    fn add(
        &mut self,
        table: &DocumentTable,
        draft: UnjudgedFinding,
        state: FindingState,
        new: &[usize],
    ) {
        let mut passages = draft.reported();
        self.keys.push((passages.first().map(|p| p.here), fingerprint(table, &draft)));
        if state == FindingState::New {
            passages = new.iter().map(|&i| passages[i]).collect();
        }
        let UnjudgedFinding { kind, document, partner, coverage, .. } = draft;
        let fingerprint = String::new();
        let finding = Finding { kind, state, document, partner, coverage, passages, fingerprint };
        self.findings.push(finding);
    }

    /// The findings with their fingerprints, in order. A new finding is reported at the text that
    /// is new, where it can be mended, whichever of the two texts would survive.
    fn reported(mut self, table: &DocumentTable, baseline: Option<&Baseline>) -> Vec<Finding> {
        // An equal copy is told from its original by its place, a text that moved by its words.
        let old = |[document, partner]: [u32; 2]| {
            let hash = |n: u32| table.hash[n as usize];
            let baseline = baseline?;
            let there = |n: u32| baseline.has_document(&table.place(n).0, hash(n));
            let had = |n: u32| baseline.has_text(hash(n));
            let by_place = there(document) != there(partner);
            Some(if by_place { there(document) } else { had(document) && !had(partner) })
        };
        let (findings, keys) = (&mut self.findings, &self.keys);
        let mut order: Vec<u32> = (0..findings.len() as u32).collect();
        order.sort_by_key(|&n| {
            let f = &findings[n as usize];
            (f.document, keys[n as usize].0, f.partner, f.kind)
        });
        let mut met: HashMap<u64, u64> = HashMap::new();
        for &n in &order {
            let (finding, print) = (&mut findings[n as usize], keys[n as usize].1);
            let again = met.entry(print).or_default();
            let print = if *again == 0 { print } else { hash::mix(print ^ *again) };
            finding.fingerprint = format!("{print:016x}");
            *again += 1;
            let sides = [finding.document, finding.partner];
            if finding.state == FindingState::New && old(sides) == Some(true) {
                swap_sides(finding);
            }
        }
        order.sort_by_key(|&n| {
            let f = &findings[n as usize];
            (f.document, f.passages.first().map(|p| p.here), f.partner, f.kind)
        });
        put_in_order(findings, &mut order);
        self.findings
    }
}

/// Moves the values of a list so that each place has the value that `order` names for it, without a
/// second list. Afterwards `order` names each place itself.
fn put_in_order<T>(list: &mut [T], order: &mut [u32]) {
    for start in 0..list.len() {
        let mut place = start;
        loop {
            let from = std::mem::replace(&mut order[place], place as u32) as usize;
            if from == start {
                break;
            }
            list.swap(place, from);
            place = from;
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::comparison::Pair;
    use crate::model::pair_list::{PairRows, Pairs};
    use crate::{Corpus, Document, Scan, Thresholds};
    use std::ops::Range;
    use std::sync::Arc;

    /// Pairs that are read a few at a time, and never all of them.
    #[derive(Debug)]
    struct FewAtATime(Vec<Pair>);

    impl PairRows for FewAtATime {
        fn count(&self) -> usize {
            self.0.len()
        }
        fn documents(&self, number: usize) -> (u32, u32) {
            (self.0[number].a, self.0[number].b)
        }
        fn read(&self, numbers: Range<usize>) -> Result<Vec<Pair>> {
            assert!(numbers.len() <= 256, "{numbers:?} at once");
            Ok(self.0[numbers].to_vec())
        }
        fn read_all(&self) -> Result<Vec<Pair>> {
            panic!("all pairs at once")
        }
    }

    #[test]
    fn pairs_are_read_a_few_at_a_time() {
        // Words of letters: a word with a digit is a number, and numbers alone are no quotation.
        let word = |n: usize| -> String {
            let letters = [n / 17576, n / 676, n / 26, n].map(|n| b'a' + (n % 26) as u8);
            letters.into_iter().map(char::from).collect()
        };
        let words = |from: usize, count: usize| {
            (from..from + count).map(word).collect::<Vec<_>>().join(" ")
        };
        let text = |n: usize| {
            let (one, other) = (words(90 * n, 40), words(90 * (n + 1), 40));
            format!("{one}. {}. {other}.", words(90 * n + 40, 50))
        };
        let of = |n| Document::new(format!("d{n:04}"), text(n));
        let corpus = Corpus::new((0..700).map(of)).unwrap();
        let t = Thresholds { all_pairs: true, ..Thresholds::default() };
        let mut found = Scan::new().thresholds(t).run(&corpus).unwrap();
        let pairs = found.pairs.len();
        assert!(pairs >= 699, "{pairs}");
        let judged = |found: &crate::Detection| {
            let findings = Findings { detection: found, documents: &corpus, skipped: &[] };
            judge(findings, &Policy::default(), None, &[], "2027-01-31").unwrap()
        };
        let listed = judged(&found);
        assert!(listed.new_findings().count() >= 699);
        found.pairs = Pairs::on_demand(Arc::new(FewAtATime(found.pairs.to_vec())));
        assert_eq!(judged(&found), listed);
    }

    #[test]
    fn a_list_is_put_in_order_in_its_place() {
        let mut order = [3, 0, 4, 1, 2, 6, 5];
        let mut list = ["a", "b", "c", "d", "e", "f", "g"];
        let wanted = order.map(|n: u32| list[n as usize]);
        put_in_order(&mut list, &mut order);
        assert_eq!(list, wanted);
    }
}
