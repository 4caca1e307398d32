//! Owns: the normal form that a token is hashed in. Never: spans; those stay on the original text.

use crate::hash;
use unicode_normalization::UnicodeNormalization;

/// Hashes tokens in their normal form, with buffers that are used again.
#[derive(Debug, Default)]
pub struct Normaliser {
    kept: String,
    cache: Vec<(u64, u64)>,
}

const SLOTS: usize = 1 << 12;

impl Normaliser {
    /// The hash of an ASCII token: its lower-case bytes.
    #[inline(always)]
    pub fn ascii(&self, token: &[u8]) -> u64 {
        let mut short = [0u8; 24];
        if token.len() <= short.len() {
            short[..token.len()].copy_from_slice(token);
            short.make_ascii_lowercase();
            hash::bytes(&short[..token.len()])
        } else {
            hash::bytes(&token.to_ascii_lowercase())
        }
    }

    /// The hash of any token. Words repeat, so the last ones are remembered by the hash of their raw bytes.
    pub fn hash(&mut self, token: &str) -> u64 {
        if token.is_ascii() {
            return self.ascii(token.as_bytes());
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

/// NFKC, case folded, NFKC again (folding can undo composition).
fn normal_form(token: &str) -> String {
    let composed: String = token.nfkc().collect();
    caseless::default_case_fold_str(&composed).nfkc().collect()
}

/// Apostrophes become one; what is invisible goes: soft hyphen, zero-width, bidi and variation marks.
fn keep(c: char) -> Option<char> {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' | '\u{ff07}' => Some('\''),
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{feff}' => None,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' => None,
        _ => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembered_hashes_are_the_computed_ones() {
        let mut n = Normaliser::default();
        let words: Vec<String> = (0..20_000u32).map(|i| format!("wört{}", i % 7001)).collect();
        for w in &words {
            assert_eq!(n.hash(w), hash::bytes(normal_form(w).as_bytes()));
        }
    }
}
