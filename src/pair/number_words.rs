//! Owns: numbers as words: `two`, `second`, `2nd`, `II`. Never: knows texts.

const CARDINALS: [&str; 20] = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];
const ORDINALS: [&str; 20] = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
];
const ROMAN: [&str; 20] = [
    "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV",
    "XVI", "XVII", "XVIII", "XIX", "XX",
];

const AMOUNTS: [&str; 20] = [
    "a",
    "an",
    "half",
    "quarter",
    "dozen",
    "dozens",
    "hundred",
    "hundreds",
    "thousand",
    "thousands",
    "million",
    "billion",
    "several",
    "some",
    "many",
    "few",
    "both",
    "thirty",
    "forty",
    "fifty",
];

/// The number that a word is: `2`, `two`, or `II` in capitals. `lower` is the word in lower case.
pub fn cardinal(word: &str, lower: &str) -> Option<u32> {
    let place = |list: &[&str], word: &str| Some(list.iter().position(|&w| w == word)? as u32 + 1);
    word.parse().ok().or_else(|| place(&CARDINALS, lower)).or_else(|| place(&ROMAN, word))
}

/// The number that a word in lower case is in an order: `second`, `2nd`.
pub fn ordinal(lower: &str) -> Option<u32> {
    let digits = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let is_written = matches!(&lower[digits.len()..], "st" | "nd" | "rd" | "th");
    ORDINALS
        .iter()
        .position(|&w| w == lower)
        .map(|place| place as u32 + 1)
        .or_else(|| digits.parse().ok().filter(|_| is_written))
}

/// Whether a word in lower case is a number or an amount, so that a figure may be written for it.
pub fn is_amount(lower: &str) -> bool {
    let is = |list: &[&str]| list.contains(&lower);
    is(&CARDINALS) || is(&ORDINALS) || is(&AMOUNTS)
}
