//! Owns: how informative matches are: whether the shared text could be chance, a set phrase or a
//! template. Never: finds matches.

use crate::align::edit_distance::{ComparedWord, WordSimilarity};
use crate::align::prepared::Prepared;
use crate::align::run::{Chain, usize_range};
use crate::align::select::equal_words;
use crate::hash::Hashes;
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use std::ops::Range;

/// The number of equal words that are as informative as one frequent word.
const WORDS_PER_POINT: u32 = 3;
/// The points for a copy that one point against it outweighs, because names and numbers are what a
/// copy keeps.
pub const AGAINST: u32 = 5;
/// The resemblance from which on two texts have one wording and need no informativeness.
const ONE_WORDING: f64 = 0.5;
/// The mean share of the two texts that is in the same words below which much of a near-copy is new
/// wording, so that what is not must be twice as informative.
const MUCH_IS_NEW: f64 = 0.6;
/// The factor of the least points of a copy whose facts contradict its original, in halves.
const CONTRADICTED: u32 = 5;

/// Whether a near-copy or containment is informative: whether its points reach `needed`. It is no
/// coincidence that two texts share words that few texts contain, whereas the wording of a dividend
/// notice is in every such notice. `titles` are the points of the words that their titles share.
pub fn is_informative(
    matches: &[Chain],
    a: &Prepared,
    b: &Prepared,
    background: &Background,
    needed: u32,
    titles: u32,
) -> bool {
    let needed = needed.saturating_sub(titles);
    !background.knows_words() || informativeness(matches, a, b, background, needed) >= needed
}

/// The points that a near-copy or containment needs. `same_words` is the share in the same words of
/// what the relation is about.
pub fn needed(resemblance: f64, same_words: f64, against: u32, t: &Thresholds) -> u32 {
    let one_wording = resemblance >= ONE_WORDING;
    let least = if one_wording { 0 } else { t.copy_telling };
    let much_is_new =
        if one_wording || same_words >= MUCH_IS_NEW { 0 } else { t.copy_telling.saturating_mul(2) };
    let contradicted =
        if against > 0 { t.copy_telling.saturating_mul(CONTRADICTED) / 2 } else { 0 };
    let sum = least.saturating_add(AGAINST.saturating_mul(against));
    sum.max(much_is_new).max(contradicted)
}

/// The informativeness of matches in points, counted up to `least`: by their length, and by their
/// different words that few texts contain. Bylines and set phrases of an outlet have few points.
pub fn informativeness(
    matches: &[Chain],
    a: &Prepared,
    b: &Prepared,
    background: &Background,
    least: u32,
) -> u32 {
    let mut sum = matches.iter().map(|m| equal_words(m, a)).sum::<u32>() / WORDS_PER_POINT;
    let mut seen = Hashes::default();
    for (i, j) in matches.iter().flat_map(|m| &m.runs).flat_map(|r| (r.a..r.a_end()).zip(r.b..)) {
        if sum >= least {
            break;
        }
        let (hash, form) = (a.tokens.hashes[i as usize], b.tokens.hashes[j as usize]);
        // A damaged form of a common word is not a rare word.
        let weight = if hash == form {
            background.word_informativeness(hash)
        } else {
            background.word_informativeness(hash).min(background.word_informativeness(form))
        };
        if weight > 0 && seen.insert(hash) {
            sum += weight;
        }
    }
    sum
}

/// The length of a match as one wording: its equal words, less the other words between them. Two
/// reporters of one event share names and turns of phrase with words of their own between them;
/// damaged words do not count as other words.
pub fn wording(m: &Chain, a: &Prepared, b: &Prepared) -> u32 {
    let mut other = 0;
    for pair in m.runs.windows(2) {
        let (x, y) = (pair[0], pair[1]);
        other +=
            unmatched_tokens(a, usize_range(x.a + x.len..y.a), b, usize_range(x.b + x.len..y.b));
    }
    equal_words(m, a).saturating_sub(other)
}

/// The number of tokens of the longer side of a gap that have no similar token on the other side,
/// in order.
fn unmatched_tokens(a: &Prepared, ra: Range<usize>, b: &Prepared, rb: Range<usize>) -> u32 {
    if ra.is_empty() || rb.is_empty() {
        return ra.len().max(rb.len()) as u32;
    }
    // The search is greedy, so one direction may find more than the other; the maximum of both
    // allows the texts to be swapped.
    let like =
        like_words(a, ra.clone(), b, rb.clone()).max(like_words(b, rb.clone(), a, ra.clone()));
    ra.len().max(rb.len()) as u32 - like
}

fn like_words(a: &Prepared, ra: Range<usize>, b: &Prepared, rb: Range<usize>) -> u32 {
    let (mut like, mut from) = (0, rb.start);
    for i in ra {
        let (word, number) = (ComparedWord::of(a.word(i)), a.tokens.kinds[i].is_number());
        let is_like =
            |j: usize| word.similarity(number, &ComparedWord::of(b.word(j))) != WordSimilarity::No;
        if let Some(j) = (from..rb.end).find(|&j| is_like(j)) {
            (like, from) = (like + 1, j + 1);
        }
    }
    like
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::align::alignment::chains;

    fn longest(a: &str, b: &str) -> (u32, u32) {
        let (a, b) = (Prepared::new(a, 5), Prepared::new(b, 5));
        let chains = chains(&a, &b, &Thresholds::default());
        (equal_words(&chains[0], &a), wording(&chains[0], &a, &b))
    }

    #[test]
    fn other_words_count_against_a_wording_and_damaged_ones_do_not() {
        let a = "the fall of Orley deprived the rebels of their only hard runway in the north";
        assert_eq!(longest(a, a), (15, 15));
        let damaged = a.replace("deprived", "dcprived").replace("hard", "bard");
        assert_eq!(longest(a, &damaged), (13, 13));
        let other = a.replace("deprived", "cost").replace("hard", "long but paved");
        assert_eq!(longest(a, &other), (13, 9));
        assert_eq!(longest(&other, a), (13, 9));
    }
}
