//! Owns: the normal form in which a token is hashed. Never: changes a span; spans refer to the
//! original text.

use crate::hash;
use crate::text::letters::{self, Class};
use std::sync::OnceLock;
use unicode_normalization::UnicodeNormalization;

/// Hashes tokens in their normal form and reuses its buffers.
#[derive(Debug, Default)]
pub struct Normaliser {
    kept: String,
    cache: Vec<(u64, u64)>,
}

const SLOTS: usize = 1 << 12;

impl Normaliser {
    /// The hash of a token that is in normal form.
    #[inline(always)]
    pub fn normal(&self, token: &str) -> u64 {
        hash::bytes(token.as_bytes())
    }

    /// The hash of a token of letters whose normal form is one letter each, as nearly all are; of
    /// any other token, too, but more slowly.
    pub fn letters(&mut self, token: &str) -> u64 {
        let mut folded = [0; 64];
        let mut at = 0;
        for c in token.chars() {
            match fold(c) {
                Some(c) if at < folded.len() - 4 => at += c.encode_utf8(&mut folded[at..]).len(),
                _ => return self.hash(token),
            }
        }
        hash::bytes(&folded[..at])
    }

    /// The hash of any token. Words repeat, so a cache keeps recent hashes under the hash of the
    /// raw bytes.
    pub fn hash(&mut self, token: &str) -> u64 {
        if token.is_ascii() {
            return ascii(token.as_bytes());
        }
        if self.cache.is_empty() {
            self.cache.resize(SLOTS, (0, 0));
        }
        let raw = hash::bytes(token.as_bytes());
        let slot = raw as usize % SLOTS;
        if self.cache[slot].0 != raw || raw == 0 {
            self.kept.clear();
            self.kept.extend(token.chars().filter_map(keep));
            self.cache[slot] = (raw, hash::bytes(normal_form(&self.kept).as_bytes()));
        }
        self.cache[slot].1
    }
}

/// The hash of an ASCII token of any length, which is that of its bytes in lower case.
#[inline(never)]
pub fn ascii(token: &[u8]) -> u64 {
    let mut short = [0; 64];
    let Some(lower) = short.get_mut(..token.len()) else {
        return hash::bytes(&token.to_ascii_lowercase());
    };
    lower.copy_from_slice(token);
    lower.make_ascii_lowercase();
    hash::bytes(lower)
}

/// The letters whose normal form is kept in a table: below U+0800, and from here on as many.
const MORE: u32 = 0x1e00;
const LETTERS: usize = 0x900;

/// The normal form of a character if it is one letter, also in the middle of a word. No two of
/// these letters compose.
#[inline(always)]
fn fold(c: char) -> Option<char> {
    static TABLE: OnceLock<Vec<char>> = OnceLock::new();
    let at = match c {
        '\0'..='\u{7f}' => return Some(c.to_ascii_lowercase()),
        '\u{ac00}'..='\u{d7a3}' => return Some(c),
        '’' | '‘' => return Some('\''),
        '\u{80}'..='\u{7ff}' => c as usize,
        '\u{1e00}'..='\u{1eff}' => (c as u32 - MORE) as usize + 0x800,
        _ => return None,
    };
    Some(TABLE.get_or_init(table)[at]).filter(|&c| c != '\0')
}

/// The normal form of each letter at its place, or zero where it is not one letter.
fn table() -> Vec<char> {
    let mut table = vec!['\0'; LETTERS];
    for (at, entry) in table.iter_mut().enumerate() {
        let code = if at < 0x800 { at as u32 } else { at as u32 - 0x800 + MORE };
        let Some(c) = char::from_u32(code) else { continue };
        if letters::class(c) == Class::Letter {
            let form = normal_form(c.encode_utf8(&mut [0; 4]));
            let mut chars = form.chars();
            if let (Some(one), None) = (chars.next(), chars.next()) {
                *entry = one;
            }
        }
    }
    table
}

/// The token in NFKC, case folded, with variant spellings unified, and in NFKC again (folding can
/// undo composition).
fn normal_form(token: &str) -> String {
    let composed: String = token.nfkc().collect();
    caseless::default_case_fold_str(&composed).chars().filter_map(spelling).nfkc().collect()
}

/// Unifies characters that outlets of one language use interchangeably or leave out: Arabic and
/// Hebrew vowel signs, the stroke that stretches an Arabic word, the Arabic and Persian shapes of
/// yeh and kaf, the dots of a Russian ё, Romanian cedillas for commas, the digits of the script.
fn spelling(c: char) -> Option<char> {
    match c {
        '\u{15f}' => Some('\u{219}'),
        '\u{163}' => Some('\u{21b}'),
        'ё' => Some('е'),
        '\u{591}'..='\u{5bd}'
        | '\u{5bf}'
        | '\u{5c1}'
        | '\u{5c2}'
        | '\u{5c4}'
        | '\u{5c5}'
        | '\u{5c7}' => None,
        // U+0653 to U+0655 are not in this list, because they are part of a letter.
        '\u{610}'..='\u{61a}'
        | '\u{640}'
        | '\u{64b}'..='\u{652}'
        | '\u{656}'..='\u{65f}'
        | '\u{670}' => None,
        '\u{643}' => Some('\u{6a9}'),
        '\u{649}' | '\u{64a}' => Some('\u{6cc}'),
        '\u{660}'..='\u{1819}' => Some(digit(c).unwrap_or(c)),
        _ => Some(c),
    }
}

/// The code points of the digit zero in the scripts that newspapers print, in ascending order.
const ZEROS: [u32; 18] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50,
    0xed0, 0xf20, 0x1040, 0x17e0, 0x1810,
];

fn digit(c: char) -> Option<char> {
    let zero = ZEROS[..ZEROS.partition_point(|&z| z <= c as u32)].last()?;
    char::from_digit(c as u32 - zero, 10)
}

/// Unifies apostrophes and removes invisible characters: soft hyphens, zero-width characters, bidi
/// marks and variation selectors.
fn keep(c: char) -> Option<char> {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' | '\u{ff07}' => Some('\''),
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{feff}' => None,
        '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' => None,
        _ => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_ascii_token_has_the_hash_of_its_lower_case(token in "[ -~]{0,90}") {
            prop_assert_eq!(ascii(token.as_bytes()), hash::bytes(token.to_lowercase().as_bytes()));
        }

        #[test]
        fn letters_one_by_one_are_the_definition(
            token in "[a-zA-Z'’é\u{c0}-\u{24f}Ά-ώ\u{400}-\u{52f}\u{620}-\u{64a}\
                \u{1e00}-\u{1eff}한국]{1,30}",
        ) {
            let mut n = Normaliser::default();
            prop_assert_eq!(n.letters(&token), n.hash(&token));
        }
    }

    /// The normal form of a word is that of its letters one by one if no two of them compose, each
    /// form is its own form, and no mark is moved before another.
    #[test]
    fn letters_of_the_table_do_not_change_one_another() {
        use unicode_normalization::char::{canonical_combining_class, compose};
        let all = (0..0x800).chain(MORE..MORE + 0x100).filter_map(char::from_u32);
        let mut forms: Vec<char> = all.filter_map(fold).collect();
        forms.sort_unstable();
        forms.dedup();
        assert!(forms.len() > 500);
        for &c in &forms {
            assert_eq!(canonical_combining_class(c), 0);
            assert_eq!(normal_form(&c.to_string()), c.to_string());
            for &d in forms.iter().chain(&['가', '각', '힣']) {
                assert_eq!((compose(c, d), compose(d, c)), (None, None));
            }
        }
    }

    #[test]
    fn ideographs_and_syllables_are_in_normal_form() {
        for c in '\u{3041}'..='\u{d7a3}' {
            if !matches!(letters::class(c), Class::Hard | Class::Other) {
                assert_eq!(normal_form(&c.to_string()), c.to_string());
            }
        }
    }

    #[test]
    fn one_spelling() {
        let same = |x: &str, y: &str| assert_eq!(normal_form(x), normal_form(y), "{x} and {y}");
        same("خَلُصَتْ", "خلصت");
        same("الريــاض", "الرياض");
        same("بازي", "بازی");
        same("כְּנֶסֶת", "כנסת");
        same("Ещё", "еще");
        same("ştiinţă", "știință");
        same("١٩٤٨", "1948");
        same("१९४८", "۱۹۴۸");
        same("๑๙๔๘", "1948");
        same("آ", "\u{627}\u{653}");
        assert_ne!(normal_form("آ"), normal_form("ا"));
        for (zero, nine) in ZEROS.map(|z| (z, z + 9)) {
            let at = |n: u32| char::from_u32(n).unwrap();
            assert_eq!(
                (digit(at(zero)), digit(at(nine)), digit(at(nine + 1))),
                (Some('0'), Some('9'), None)
            );
            assert!(at(zero).is_numeric() && at(nine).is_numeric());
        }
    }

    #[test]
    fn remembered_hashes_are_the_computed_ones() {
        let mut n = Normaliser::default();
        let words: Vec<String> = (0..20_000u32).map(|i| format!("wört{}", i % 7001)).collect();
        for w in &words {
            assert_eq!(n.hash(w), hash::bytes(normal_form(w).as_bytes()));
        }
    }
}
