//! Owns: the stamps of a text: the days and times of day that its figures are of. Never: compares
//! two texts.

use crate::align::prepared::Prepared;

/// The months, with the names that are shorter.
const MONTHS: [&str; 23] = [
    "january",
    "jan",
    "february",
    "feb",
    "march",
    "mar",
    "april",
    "apr",
    "may",
    "june",
    "jun",
    "july",
    "jul",
    "august",
    "aug",
    "september",
    "sep",
    "sept",
    "october",
    "oct",
    "november",
    "nov",
    "december",
];
/// Words behind a time of day: the clock by which it is told, or the unit.
const CLOCKS: [&str; 17] = [
    "gmt", "utc", "bst", "cet", "cest", "ist", "jst", "edt", "est", "cdt", "cst", "mdt", "mst",
    "pdt", "pst", "hrs", "hours",
];
/// Times of day without a number, as they stand before a clock.
const TIMES: [&str; 9] =
    ["noon", "midday", "midnight", "opening", "open", "closing", "close", "morning", "afternoon"];

/// Whether a token is the number of a day beside its month, a time of day before its clock, or a
/// word for one before a clock: `April 6`, `1000 hrs`, `noon CDT`.
pub fn is_stamp(p: &Prepared, i: usize) -> bool {
    let is_one = |list: &[&str], i: usize| {
        i < p.tokens.len() && list.iter().any(|word| p.word(i).eq_ignore_ascii_case(word))
    };
    if !p.tokens.kinds[i].is_number() {
        return is_one(&TIMES, i) && is_one(&CLOCKS, i + 1);
    }
    // A time before hours is one of the day where it has four digits.
    let is_time = || is_one(&CLOCKS, i + 1) && (p.word(i).len() == 4 || !is_one(&["hours"], i + 1));
    i > 0 && is_one(&MONTHS, i - 1) || is_one(&MONTHS, i + 1) || is_time()
}
