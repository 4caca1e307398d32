//! Owns: the table of relations, which maps coverage and facts to the relation of two texts. Never:
//! measures coverage or facts.

use crate::model::detection::{Facts, Relation};
use crate::model::thresholds::Thresholds;

/// The relation of two texts, if any. `solid` means that some match is long enough to be reported
/// on its own.
pub fn relation(
    coverage_a: f64,
    coverage_b: f64,
    facts: Facts,
    solid: bool,
    t: &Thresholds,
) -> Option<Relation> {
    if !solid {
        return None;
    }
    let (smaller, larger) =
        if coverage_a < coverage_b { (coverage_a, coverage_b) } else { (coverage_b, coverage_a) };
    let relation = if smaller >= t.near_copy_smaller && larger >= t.near_copy_larger {
        Relation::NearCopy
    } else if larger >= t.contains && smaller < t.near_copy_smaller {
        containment(coverage_a, coverage_b)
    } else {
        Relation::Quotes
    };
    let differs = facts.compared >= t.template_facts
        && f64::from(facts.agree) < t.template_agreement * f64::from(facts.compared);
    match relation {
        // A set phrase with other figures in it is no quotation.
        Relation::Quotes if differs => None,
        _ if differs => Some(Relation::Template),
        _ => Some(relation),
    }
}

/// Which of two texts is contained in the other: the one with the greater coverage.
pub fn containment(coverage_a: f64, coverage_b: f64) -> Relation {
    if coverage_b > coverage_a { Relation::Contains } else { Relation::ContainedIn }
}
