//! Owns: the budget of a pair in words. Never: measures anything.

use crate::pair::explain::budget::{BudgetTrace, ScanCandidacy};
use crate::report::human::display::{count, number};

/// Returns the lines that show a budget.
pub fn budget_lines(b: &BudgetTrace) -> Vec<String> {
    let steps = |n: u64| count(n, "step");
    let [of_a, of_b] = b.budget.map(steps);
    let each = number(b.steps_per_token.into());
    vec![
        format!("comparison              {}", steps(b.steps)),
        format!("each text's own part    {of_a} of a, {of_b} of b (compare-budget {each} a token)"),
        format!("a smaller corpus        counts as one of {}", count(b.least_tokens, "token")),
        outcome(b.in_scan),
    ]
}

fn outcome(in_scan: Option<ScanCandidacy>) -> String {
    let outcome = match in_scan {
        None => return "in a scan               depends on the corpus: --in".into(),
        Some(ScanCandidacy::Compared) => "compared",
        Some(ScanCandidacy::OverBudget) => "a candidate over the budget: not compared",
        Some(ScanCandidacy::NoCandidate) => "no candidate; only a cluster may still compare it",
        Some(ScanCandidacy::OneText) => "one text: nothing to compare",
        Some(ScanCandidacy::SetAside) => "left out, by a limit or because there is no token",
    };
    format!("in the scan of --in     {outcome}")
}
