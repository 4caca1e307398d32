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
    let clean = |s: &str| s.chars().all(|c| c.is_numeric() || matches!(c, '.' | ',' | '\'' | ':'));
    if number && clean(fact) && clean(other) {
        return if digits(fact).eq(digits(other)) {
            WordSimilarity::Same
        } else {
            WordSimilarity::No
        };
    }
    if fact.len() > 2 * other.len() + 2 || other.len() > 2 * fact.len() + 2 {
        // More than half of the longer word would have to be inserted.
        return WordSimilarity::No;
    }
    if let (Some(in_fact), Some(in_other)) = (ascii_letters(fact), ascii_letters(other)) {
        // Most words have too few letters in common to be alike, which needs no copy of them.
        if in_fact.least_distance(in_other) * 2 > fact.len().max(other.len()) {
            return WordSimilarity::No;
        }
    }
    let (mut x, mut y) = (['\0'; LONG], ['\0'; LONG]);
    let (x, y) = (lower(fact, &mut x), lower(other, &mut y));
    let longest = x.len().max(y.len());
    if Letters::of(x).least_distance(Letters::of(y)) * 2 > longest {
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

fn digits(word: &str) -> impl Iterator<Item = char> {
    word.chars().filter(|c| c.is_numeric())
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

/// The letters of a word, as a set that takes some letters for the same one, and their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Letters {
    set: u32,
    len: usize,
}

impl Letters {
    fn of(word: &[char]) -> Letters {
        let set = word.iter().fold(0u32, |set, &c| set | 1 << (c as u32 & 31));
        Letters { set, len: word.len() }
    }

    /// A lower bound of the distance: each letter that only one word has needs an edit, and one
    /// edit serves one letter of each word.
    fn least_distance(self, other: Letters) -> usize {
        let only = (self.set & !other.set).count_ones().max((other.set & !self.set).count_ones());
        (only as usize).max(self.len.abs_diff(other.len))
    }
}

/// The letters of a word in lower case, unless it is long or has other characters than ASCII. The
/// set takes capitals and small letters for the same.
fn ascii_letters(word: &str) -> Option<Letters> {
    if word.len() > LONG {
        return None;
    }
    let mut set = 0u32;
    for byte in word.bytes() {
        if !byte.is_ascii() {
            return None;
        }
        set |= 1 << (byte & 31);
    }
    Some(Letters { set, len: word.len() })
}

/// Levenshtein distance of two words of at most [`LONG`] characters.
fn edit_distance(x: &[char], y: &[char]) -> usize {
    let mut row: [u8; LONG + 1] = std::array::from_fn(|i| i as u8);
    for (i, cx) in (0..).zip(x) {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, cy) in y.iter().enumerate() {
            let next = (corner + u8::from(cx != cy)).min(row[j] + 1).min(row[j + 1] + 1);
            corner = row[j + 1];
            row[j + 1] = next;
        }
    }
    usize::from(row[y.len()])
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
            let bound = Letters::of(&x).least_distance(Letters::of(&y));
            proptest::prop_assert!(bound <= edit_distance(&x, &y));
        }

        #[test]
        fn letters_are_those_in_lower_case(word in "[a-zA-Z0-9.,@_é€]{0,9}[A-Za-z]{0,30}") {
            let mut buffer = ['\0'; LONG];
            let plain = Letters::of(lower(&word, &mut buffer));
            let known = word.is_ascii() && word.len() <= LONG;
            proptest::prop_assert_eq!(ascii_letters(&word), known.then_some(plain));
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
