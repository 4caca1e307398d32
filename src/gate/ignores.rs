//! Owns: the test whether an ignore entry covers a finding. Never: changes the state of a finding.

use crate::gate::documents::DocumentTable;
use crate::gate::findings::UnjudgedFinding;
use crate::gate::policy::IgnoreRule;
use crate::text::token::tokenize;

/// Returns the words that each entry demands, as token hashes; empty for an entry without words.
pub(super) fn texts(rules: &[IgnoreRule]) -> Vec<Vec<u64>> {
    rules
        .iter()
        .map(|rule| rule.text.as_deref().map_or(Vec::new(), |text| tokenize(text).hashes))
        .collect()
}

/// Whether entry `n` covers a finding, its expiry apart.
pub(super) fn covers(
    table: &DocumentTable,
    draft: &UnjudgedFinding,
    rules: &[IgnoreRule],
    n: usize,
) -> bool {
    let rule = &rules[n];
    let ids = [table.findings.id(draft.document), table.findings.id(draft.partner)];
    let holds = || draft.passages.iter().all(|[here, _]| here.holds.contains(&(n as u32)));
    rule.fits(draft.kind, ids.each_ref().map(|id| &**id)) && (rule.text.is_none() || holds())
}

/// Returns the first entry in force that covers a finding.
pub(super) fn covering(
    table: &DocumentTable,
    draft: &UnjudgedFinding,
    rules: &[IgnoreRule],
    today: &str,
) -> Option<usize> {
    (0..rules.len()).find(|&n| !rules[n].expired(today) && covers(table, draft, rules, n))
}
