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

/// A word that is compared with others, and its letters.
#[derive(Debug, Clone, Copy)]
pub struct ComparedWord<'w> {
    word: &'w str,
    /// The letters, where the word is short and of ASCII.
    letters: Option<Letters>,
}

impl<'w> ComparedWord<'w> {
    /// Prepares a word. Cost: a look at each of its bytes.
    pub fn of(word: &'w str) -> ComparedWord<'w> {
        ComparedWord { word, letters: ascii_letters(word) }
    }

    /// A lower bound of the edit distance of two short words of ASCII in lower case, and the length
    /// of the longer one.
    fn least_distance(&self, other: &ComparedWord) -> Option<[usize; 2]> {
        let (x, y) = (self.letters?, other.letters?);
        Some([x.least_distance(y), x.len.max(y.len) as usize])
    }

    /// Whether `other` may be a re-typeset or damaged form of this fact. Two undamaged numbers are
    /// the same only when their digits are the same.
    pub fn similarity(&self, number: bool, other: &ComparedWord) -> WordSimilarity {
        let (fact, other_word) = (self.word, other.word);
        if number && is_clean(fact) && is_clean(other_word) {
            return if digits(fact).eq(digits(other_word)) {
                WordSimilarity::Same
            } else {
                WordSimilarity::No
            };
        }
        let (long, short) = (fact.len().max(other_word.len()), fact.len().min(other_word.len()));
        if long > 2 * short + 2 {
            // More than half of the longer word would have to be inserted.
            return WordSimilarity::No;
        }
        let Some([least, longest]) = self.least_distance(other) else {
            return by_distance(fact, number, other_word);
        };
        // Most words have too few letters in common to be alike.
        if least * 2 > longest {
            return WordSimilarity::No;
        }
        let (x, y) = (fact.as_bytes(), other_word.as_bytes());
        let first = |word: &[u8]| word.first().map(u8::to_ascii_lowercase);
        by_share(ascii_distance(x, y), longest, first(x) == first(y), number)
    }
}

/// Whether `other` may be a re-typeset or damaged form of `fact`, see [`ComparedWord::similarity`].
pub fn word_similarity(fact: &str, number: bool, other: &str) -> WordSimilarity {
    ComparedWord::of(fact).similarity(number, &ComparedWord::of(other))
}

/// Whether a number is undamaged.
fn is_clean(number: &str) -> bool {
    number.chars().all(|c| c.is_numeric() || matches!(c, '.' | ',' | '\'' | ':'))
}

/// The similarity of two words that are no clean numbers, by the edit distance of their letters in
/// lower case: the definition.
fn by_distance(fact: &str, number: bool, other: &str) -> WordSimilarity {
    let (mut x, mut y) = (['\0'; LONG], ['\0'; LONG]);
    let (x, y) = (lower(fact, &mut x), lower(other, &mut y));
    let longest = x.len().max(y.len());
    if Letters::of(x).least_distance(Letters::of(y)) * 2 > longest {
        return WordSimilarity::No;
    }
    by_share(character_distance(x, y), longest, x.first() == y.first(), number)
}

/// The similarity of two words by their distance, as a share of the longer one.
fn by_share(distance: usize, longest: usize, same_first: bool, number: bool) -> WordSimilarity {
    // Where half of a word is damaged, its first letter is not: Thursday is no damaged Friday.
    let half = distance * 2 == longest && !same_first;
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
    for (place, c) in buffer.iter_mut().zip(word.chars().flat_map(char::to_lowercase)) {
        *place = c;
        len += 1;
    }
    &buffer[..len]
}

/// The letters of a word by which it is compared, as a set that takes some letters for the same
/// one, and their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Letters {
    set: u32,
    len: u32,
}

impl Letters {
    /// The letters of a word. Cost: a look at each of its bytes.
    pub fn of_word(word: &str) -> Letters {
        ascii_letters(word).unwrap_or_else(|| Letters::of(lower(word, &mut ['\0'; LONG])))
    }

    fn of(word: &[char]) -> Letters {
        let set = word.iter().fold(0u32, |set, &c| set | 1 << (c as u32 & 31));
        Letters { set, len: word.len() as u32 }
    }

    /// Whether the letters alone show that two words are not [the same](WordSimilarity::Same), for
    /// `PART` 3, or that they are [different](WordSimilarity::No), for 2: the bound of their
    /// distance is more than such a part of the longer word. Most words are unlike.
    #[inline(always)]
    pub fn are_unlike<const PART: usize>(self, other: Letters) -> bool {
        PART * self.least_distance(other) > self.len.max(other.len) as usize
    }

    /// A lower bound of the distance: each letter that only one word has needs an edit, and one
    /// edit serves one letter of each word.
    #[inline(always)]
    fn least_distance(self, other: Letters) -> usize {
        let only = (self.set & !other.set).count_ones().max((other.set & !self.set).count_ones());
        only.max(self.len.abs_diff(other.len)) as usize
    }
}

/// The letters of a word in lower case, unless it is long or has other characters than ASCII. The
/// set takes capitals and small letters for the same.
fn ascii_letters(word: &str) -> Option<Letters> {
    if word.len() > LONG {
        return None;
    }
    let add = |(set, all): (u32, u8), byte: u8| (set | 1 << (byte & 31), all | byte);
    let (set, all) = word.bytes().fold((0, 0), add);
    all.is_ascii().then_some(Letters { set, len: word.len() as u32 })
}

/// [`edit_distance`] of two words of ASCII in lower case, of at most [`LONG`] letters.
fn ascii_distance(x: &[u8], y: &[u8]) -> usize {
    let place = |letter: u8| usize::from(letter.to_ascii_lowercase() & 127);
    let mut places = [0u32; 128];
    for (i, &letter) in x.iter().enumerate() {
        places[place(letter)] |= 1 << i;
    }
    by_columns(x.len(), y.iter().map(|letter| places[place(*letter)]))
}

/// [`edit_distance`] of two words of at most [`LONG`] characters.
fn character_distance(x: &[char], y: &[char]) -> usize {
    const SLOTS: usize = 2 * LONG;
    // The places of each character of the first word, behind one of the slots that begin at its
    // own; half of all are free at least.
    let mut slots = [('\0', 0u32); SLOTS];
    let slot_of = |slots: &[(char, u32); SLOTS], c: char| {
        let mut slot = ((c as u32).wrapping_mul(0x9e37_79b1) >> 26) as usize;
        while slots[slot].1 != 0 && slots[slot].0 != c {
            slot = (slot + 1) % SLOTS;
        }
        slot
    };
    for (i, &c) in x.iter().enumerate() {
        let slot = slot_of(&slots, c);
        slots[slot] = (c, slots[slot].1 | 1 << i);
    }
    by_columns(x.len(), y.iter().map(|c| slots[slot_of(&slots, *c)].1))
}

/// The edit distance of a word of at most [`LONG`] letters and another one, of which each letter is
/// given as a set of the places where the first one has it: a column of the table at once, as the
/// places at which it rises and falls by one (Myers 1999, in the form of Hyyrö 2003).
fn by_columns(length: usize, equal: impl ExactSizeIterator<Item = u32>) -> usize {
    const _: () = assert!(LONG == u32::BITS as usize);
    if length == 0 {
        return equal.len();
    }
    let last = 1u32 << (length - 1);
    let (mut rises, mut falls, mut distance) = (!0u32, 0u32, length);
    for equal in equal {
        let diagonal = ((equal & rises).wrapping_add(rises) ^ rises) | equal | falls;
        let (right_rises, right_falls) = (falls | !(diagonal | rises), diagonal & rises);
        distance += usize::from(right_rises & last != 0);
        distance -= usize::from(right_falls & last != 0);
        let right_rises = right_rises << 1 | 1;
        rises = right_falls << 1 | !(diagonal | right_rises);
        falls = right_rises & diagonal;
    }
    distance
}

/// Levenshtein distance of two words of at most [`LONG`] characters: the definition.
#[cfg(test)]
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
        fn a_column_at_once_is_the_definition(x in "[a-dA-D]{0,9}[a-z0-9.',]{0,23}",
            y in "[a-dA-D]{0,9}[a-z0-9.',]{0,23}", number: bool) {
            let (mut p, mut q) = (['\0'; LONG], ['\0'; LONG]);
            let (p, q) = (lower(&x, &mut p), lower(&y, &mut q));
            proptest::prop_assert_eq!(
                ascii_distance(x.as_bytes(), y.as_bytes()), edit_distance(p, q));
            let (long, short) = (x.len().max(y.len()), x.len().min(y.len()));
            if !(number && is_clean(&x) && is_clean(&y)) && long <= 2 * short + 2 {
                let plain = by_distance(&x, number, &y);
                proptest::prop_assert_eq!(word_similarity(&x, number, &y), plain);
            }
        }

        #[test]
        fn any_characters_make_columns_too(x in "[a-dá-é一-三]{0,32}", y in "[a-dá-é一-三]{0,32}") {
            let (x, y): (Vec<char>, Vec<char>) = (x.chars().collect(), y.chars().collect());
            proptest::prop_assert_eq!(character_distance(&x, &y), edit_distance(&x, &y));
        }

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
