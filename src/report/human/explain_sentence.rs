//! Owns: the verdict on a pair in one sentence. Never: decides it.

use crate::pair::explain::pair::PairTrace;
use crate::report::human::display::fraction;

/// What the two texts, called a and b, are to each other, how much of each passages cover, and the
/// bounds that decided.
pub(super) fn verdict_sentence(pair: &PairTrace) -> String {
    let [between, behind] = pair
        .verdict
        .relation
        .map_or([" and ", " are not related"], |relation| relation.row().words.both);
    let name = pair.verdict.relation.map_or(String::new(), |r| format!(" ({})", r.name()));
    let (a, b) = (fraction(pair.coverage_a), fraction(pair.coverage_b));
    let why = pair.verdict.decided.rsplit_once(" -> ").map_or("", |(why, _)| why);
    let why = if why.is_empty() { String::new() } else { format!("; {}", why.replace("; ", ", ")) };
    format!("a{between}b{behind}{name}: {a} of a and {b} of b are covered{why}.")
}

/// The lines of a sentence of plain words, each of so many characters unless a word is longer.
pub(super) fn wrapped(sentence: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in sentence.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
