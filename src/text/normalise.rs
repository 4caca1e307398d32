//! Owns: the normal form in which a token is hashed. Never: changes a span; spans refer to the
//! original text.

use crate::hash;
use unicode_normalization::UnicodeNormalization;

/// Hashes tokens in their normal form and reuses its buffers.
#[derive(Debug, Default)]
pub struct Normaliser {
    kept: String,
    cache: Vec<(u64, u64)>,
}

const SLOTS: usize = 1 << 12;

impl Normaliser {
    /// The hash of an ASCII token, which is that of its lower-case bytes, and whether the token
    /// holds a digit.
    #[inline(always)]
    pub fn ascii(&self, token: &[u8]) -> (u64, bool) {
        let mut short = [0u8; 16];
        if token.len() > short.len() {
            return (
                hash::bytes(&token.to_ascii_lowercase()),
                token.iter().any(u8::is_ascii_digit),
            );
        }
        short[..token.len()].copy_from_slice(token);
        let (low, high) = short.split_at(8);
        let (low, digit_low) = lower(u64::from_le_bytes(low.try_into().unwrap_or_default()));
        let (high, digit_high) = lower(u64::from_le_bytes(high.try_into().unwrap_or_default()));
        short[..8].copy_from_slice(&low.to_le_bytes());
        short[8..].copy_from_slice(&high.to_le_bytes());
        (hash::bytes(&short[..token.len()]), digit_low | digit_high)
    }

    /// The hash of any token. Words repeat, so a cache keeps recent hashes under the hash of the
    /// raw bytes.
    pub fn hash(&mut self, token: &str) -> u64 {
        if token.is_ascii() {
            return self.ascii(token.as_bytes()).0;
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

/// Eight ASCII bytes in lower case, and whether one is a digit. Each addition carries into the top
/// bit of every byte that reaches a bound.
#[inline(always)]
const fn lower(bytes: u64) -> (u64, bool) {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOP: u64 = 0x80 * ONES;
    let upper =
        (bytes + (0x80 - b'A' as u64) * ONES) & !(bytes + (0x7f - b'Z' as u64) * ONES) & TOP;
    let digit =
        (bytes + (0x80 - b'0' as u64) * ONES) & !(bytes + (0x7f - b'9' as u64) * ONES) & TOP;
    (bytes | upper >> 2, digit != 0)
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
        fn eight_bytes_at_once_are_the_definition(token in "[ -~]{0,40}") {
            let (hash, digit) = Normaliser::default().ascii(token.as_bytes());
            prop_assert_eq!(hash, hash::bytes(&token.as_bytes().to_ascii_lowercase()));
            prop_assert_eq!(digit, token.bytes().any(|b| b.is_ascii_digit()));
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
