//! Owns: whether one word may be a re-typeset or damaged form of another. Never: looks at where the
//! words occur.

/// The similarity of two words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordSimilarity {
    /// The words are forms of the same fact.
    Same,
    /// The words may be the same; one is too damaged to decide.
    Perhaps,
    /// The words are different.
    No,
}

/// Whether `other` may be a re-typeset or damaged form of `fact`. Two undamaged numbers are the
/// same only when their digits are the same.
pub fn word_similarity(fact: &str, number: bool, other: &str) -> WordSimilarity {
    let digits = |s: &str| s.chars().filter(|c| c.is_numeric()).collect::<String>();
    let clean = |s: &str| s.chars().all(|c| c.is_numeric() || matches!(c, '.' | ',' | '\'' | ':'));
    if number && clean(fact) && clean(other) {
        return if digits(fact) == digits(other) {
            WordSimilarity::Same
        } else {
            WordSimilarity::No
        };
    }
    if fact.len() > 2 * other.len() + 2 || other.len() > 2 * fact.len() + 2 {
        // More than half of the longer word would have to be inserted.
        return WordSimilarity::No;
    }
    let (mut x, mut y) = (['\0'; LONG], ['\0'; LONG]);
    let (x, y) = (lower(fact, &mut x), lower(other, &mut y));
    let longest = x.len().max(y.len());
    // Most words have too few letters in common to be alike, which needs no table.
    if least_distance(x, y) * 2 > longest {
        return WordSimilarity::No;
    }
    let distance = edit_distance(x, y);
    // Where half of a word is damaged, its first letter is not: Thursday is no damaged Friday.
    let half = distance * 2 == longest && x.first() != y.first();
    if distance * 2 > longest || half {
        WordSimilarity::No
    } else if !number && distance * 3 <= longest {
        WordSimilarity::Same
    } else {
        WordSimilarity::Perhaps
    }
}

/// The number of characters by which words are compared.
const LONG: usize = 32;

/// The first characters of a word in lower case.
fn lower<'b>(word: &str, buffer: &'b mut [char; LONG]) -> &'b [char] {
    let mut len = 0;
    if word.is_ascii() {
        // This gives the same result for most words, at a third of the cost.
        for (place, byte) in buffer.iter_mut().zip(word.bytes()) {
            *place = char::from(byte.to_ascii_lowercase());
            len += 1;
        }
        return &buffer[..len];
    }
    for (place, c) in buffer.iter_mut().zip(word.chars().flat_map(char::to_lowercase)) {
        *place = c;
        len += 1;
    }
    &buffer[..len]
}

/// A lower bound of the distance: each letter that only one word has needs an edit, and one edit
/// serves one letter of each word.
fn least_distance(x: &[char], y: &[char]) -> usize {
    let letters = |w: &[char]| w.iter().fold(0u32, |set, &c| set | 1 << (c as u32 & 31));
    let (in_x, in_y) = (letters(x), letters(y));
    let only = (in_x & !in_y).count_ones().max((in_y & !in_x).count_ones()) as usize;
    only.max(x.len().abs_diff(y.len()))
}

/// Levenshtein distance of two words of at most [`LONG`] characters.
fn edit_distance(x: &[char], y: &[char]) -> usize {
    let mut row: [usize; LONG + 1] = std::array::from_fn(|i| i);
    for (i, cx) in x.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, cy) in y.iter().enumerate() {
            let next = (corner + usize::from(cx != cy)).min(row[j] + 1).min(row[j + 1] + 1);
            corner = row[j + 1];
            row[j + 1] = next;
        }
    }
    row[y.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_not_difference() {
        assert!(word_similarity("1,750", true, "1.750") == WordSimilarity::Same);
        assert!(word_similarity("1987", true, "1988") == WordSimilarity::No);
        assert!(word_similarity("1987", true, "l987") == WordSimilarity::Perhaps);
        assert!(word_similarity("Thursday", false, "Friday") == WordSimilarity::No);
        assert!(word_similarity("Comissaria", false, "Cornissaria") == WordSimilarity::Same);
        assert!(word_similarity("Smith", false, "Jones") == WordSimilarity::No);
    }

    proptest::proptest! {
        #[test]
        fn the_bound_is_below_the_distance(x in "[a-eA-C0-9é€]{0,9}", y in "[a-eA-C0-9é€]{0,9}") {
            let (x, y): (Vec<char>, Vec<char>) = (x.chars().collect(), y.chars().collect());
            proptest::prop_assert!(least_distance(&x, &y) <= edit_distance(&x, &y));
        }
    }

    #[test]
    fn distance() {
        let d = |x: &str, y: &str| {
            edit_distance(&x.chars().collect::<Vec<_>>(), &y.chars().collect::<Vec<_>>())
        };
        assert_eq!((d("kitten", "sitting"), d("", "abc"), d("abc", "abc")), (3, 3, 0));
    }
}
