//! Owns: the form in which the budget of a pair is shown. Never: computes a budget.

use serde::Serialize;

/// What the comparison of a pair costs in a scan, and the budget of its texts, in steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BudgetTrace {
    /// The steps that the comparison of the pair takes.
    pub steps: u64,
    /// The steps that a corpus may take for each of its tokens (`compare-budget`).
    pub steps_per_token: u32,
    /// What that makes for each of the two texts. A text whose candidates take no more loses none,
    /// whatever corpus it is in; beyond that it depends on what the other texts leave.
    pub budget: [u64; 2],
    /// The least number of tokens that a corpus counts for.
    pub least_tokens: u64,
    /// What a scan of the corpus does with the pair, where there is a corpus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_scan: Option<ScanCandidacy>,
}

/// What a scan of a corpus does with a pair before it compares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ScanCandidacy {
    /// It compares the pair.
    Compared,
    /// The pair is a candidate, and the budget leaves it out.
    OverBudget,
    /// The pair is no candidate: it shares too few keys that are not in too many texts.
    NoCandidate,
    /// The two are one text, which needs no comparison.
    OneText,
    /// One of the two takes no part (it has no token, or a date outside the limits), or the pair
    /// may not be reported: by its sources, or because both are references.
    SetAside,
}

impl ScanCandidacy {
    /// The name, as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            ScanCandidacy::Compared => "compared",
            ScanCandidacy::OverBudget => "over-budget",
            ScanCandidacy::NoCandidate => "no-candidate",
            ScanCandidacy::OneText => "one-text",
            ScanCandidacy::SetAside => "set-aside",
        }
    }
}

impl_display!(ScanCandidacy);
