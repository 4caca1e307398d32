//! Owns: the table of relations, which maps coverage to the relation of two texts that share their
//! wording and their facts. Never: measures coverage, or decides whether the facts are the same.

use crate::model::detection::Relation;
use crate::model::thresholds::Thresholds;

/// From this coverage on, a text is contained in another one of which it covers less than
/// [`IN_MUCH_ELSE`], although the two cover each other enough for near-copies: a roundup that
/// holds the whole of it.
pub const NEARLY_WHOLE: f64 = 0.85;
/// See [`NEARLY_WHOLE`].
pub const IN_MUCH_ELSE: f64 = 0.45;

/// The relation of two texts by their coverage, if any. `solid` means that some match is long
/// enough to be reported on its own.
pub fn relation(coverage_a: f64, coverage_b: f64, solid: bool, t: &Thresholds) -> Option<Relation> {
    if !solid {
        return None;
    }
    let (smaller, larger) =
        if coverage_a < coverage_b { (coverage_a, coverage_b) } else { (coverage_b, coverage_a) };
    let in_much_else = larger >= NEARLY_WHOLE.max(t.contains) && smaller < IN_MUCH_ELSE;
    Some(if smaller >= t.near_copy_smaller && larger >= t.near_copy_larger && !in_much_else {
        Relation::NearCopy
    } else if in_much_else || (larger >= t.contains && smaller < t.near_copy_smaller) {
        containment(coverage_a, coverage_b)
    } else {
        Relation::Quotes
    })
}

/// Which of two texts is contained in the other: the one with the greater coverage.
pub fn containment(coverage_a: f64, coverage_b: f64) -> Relation {
    if coverage_b > coverage_a { Relation::Contains } else { Relation::ContainedIn }
}
