//! Owns: what a corpus tells about its texts: which passages are boilerplate, which words are
//! common. Never: a text.

use crate::error::{Error, Result};
use crate::hash;
use crate::sketch::fingerprint::{EXACT_PARAGRAPH, WORD_SLOTS, paragraph_key, word_slot};
use crate::sketch::recipe::Recipe;
use crate::text::shingle::{Shingles, shingles};
use crate::text::token::Tokens;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Tokens between two boilerplate anchors that are boilerplate too: anchors are a sample.
const BRIDGE: usize = 8;

/// What a rare word weighs, against one for a frequent word. Frequent words come together, as set
/// phrases, so many of them are no more evidence than a few.
pub const RARE: u32 = 9;

/// The two bits of a slot; none for a rare word.
const COMMON_BIT: u64 = 1;
const FREQUENT_BIT: u64 = 2;

/// A word that stands in more than one in this many texts is common: its agreement says nothing.
const COMMON: u64 = 50;
/// Fewer texts than this make no word common.
const COMMON_TEXTS: u64 = 20;
/// A word is frequent in more than this part of the texts that would make it common: the step
/// between the wording of a template and the words of a story …
const FREQUENT: u64 = 8;
/// … and in more texts than this: eight outlets may print one story.
const FREQUENT_TEXTS: u64 = 8;

/// What a pair's scores depend on besides its two texts. The empty background knows of nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Background {
    /// Different texts it was drawn from.
    pub classes: u64,
    /// Exact keys of paragraphs that are boilerplate, sorted.
    pub paragraphs: Vec<u64>,
    /// Anchors that are boilerplate, sorted.
    pub anchors: Vec<u64>,
    /// Slots of words that stand in many texts, sorted.
    pub common: Vec<u32>,
    /// Slots of words that are not common, yet stand in more texts than a rare one, sorted.
    pub frequent: Vec<u32>,
    /// Both as two bits a slot, 64 KiB; empty where every word is rare.
    #[serde(skip)]
    bits: Vec<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BackgroundJson {
    schema: String,
    recipe: String,
    id: String,
    background: Background,
}

const SCHEMA: &str = "nearcopy.background/1";

impl Background {
    /// From sorted lists.
    pub fn new(
        classes: u64,
        paragraphs: Vec<u64>,
        anchors: Vec<u64>,
        common: Vec<u32>,
        frequent: Vec<u32>,
    ) -> Background {
        let mut bits =
            vec![0; if common.is_empty() && frequent.is_empty() { 0 } else { WORD_SLOTS / 32 }];
        for (slots, mark) in [(&common, COMMON_BIT), (&frequent, FREQUENT_BIT)] {
            for &slot in slots.iter().filter(|s| (**s as usize) < WORD_SLOTS) {
                bits[slot as usize / 32] |= mark << (slot % 32 * 2);
            }
        }
        Background { classes, paragraphs, anchors, common, frequent, bits }
    }

    /// The id that reports name: 16 hex digits; `none` for the empty background.
    pub fn id(&self) -> String {
        if *self == Background::default() {
            return "none".into();
        }
        let lengths = [
            self.classes,
            self.paragraphs.len() as u64,
            self.anchors.len() as u64,
            self.common.len() as u64,
        ];
        let all = lengths
            .into_iter()
            .chain(self.paragraphs.iter().copied())
            .chain(self.anchors.iter().copied());
        format!(
            "{:016x}",
            hash::sequence(
                all.chain(self.common.iter().chain(&self.frequent).map(|&c| u64::from(c)))
            )
        )
    }

    /// As JSON, schema `nearcopy.background/1`, to be read again by [`Background::from_json`].
    pub fn to_json(&self, recipe_id: &str) -> String {
        let stored = BackgroundJson {
            schema: SCHEMA.into(),
            recipe: recipe_id.into(),
            id: self.id(),
            background: self.clone(),
        };
        serde_json::to_string(&stored).expect("numbers and hex digits")
    }

    /// From JSON; `what` names it in errors.
    ///
    /// # Errors
    /// [`Error::Malformed`] for what is no background, [`Error::Mixed`] for another version or
    /// recipe.
    pub fn from_json(json: &str, recipe_id: &str, what: &str) -> Result<Background> {
        let stored: BackgroundJson = serde_json::from_str(json).map_err(|e| Error::Malformed {
            what: what.into(),
            why: format!("not a {SCHEMA} file ({e}): make one with scan --save-background"),
        })?;
        if stored.schema != SCHEMA || stored.recipe != recipe_id {
            return Err(Error::Mixed {
                what: what.into(),
                wanted: format!("{SCHEMA}, recipe {recipe_id}"),
                found: format!("{}, recipe {}", stored.schema, stored.recipe),
            });
        }
        if stored.id != stored.background.id() {
            return Err(Error::Malformed {
                what: what.into(),
                why: "its content does not match its id: make it again".into(),
            });
        }
        let b = stored.background;
        Ok(Background::new(b.classes, b.paragraphs, b.anchors, b.common, b.frequent))
    }

    /// Whether a word stands in many texts.
    pub fn is_common(&self, word: u64) -> bool {
        self.word_informativeness(word) == 0
    }

    /// How much it says that two texts share a word: nothing for a common one, nine points for a
    /// rare one.
    #[inline]
    pub fn word_informativeness(&self, word: u64) -> u32 {
        let slot = word_slot(word);
        match self.bits.get(slot as usize / 32).map_or(0, |b| b >> (slot % 32 * 2) & 3) {
            0 => RARE,
            FREQUENT_BIT => 1,
            _ => 0,
        }
    }

    /// Whether it was drawn from texts: else it does not know which words are rare.
    pub const fn knows_words(&self) -> bool {
        self.classes > 0
    }

    /// Whether a paragraph is boilerplate, by its exact key.
    pub fn is_boilerplate(&self, paragraph: u64) -> bool {
        self.paragraphs.binary_search(&paragraph).is_ok()
    }

    /// Which tokens are boilerplate; empty where none is.
    pub fn mask(&self, tokens: &Tokens, paragraphs: &[Range<u32>], recipe: &Recipe) -> Vec<bool> {
        if self.paragraphs.is_empty() && self.anchors.is_empty() {
            return Vec::new();
        }
        let mut mask = vec![false; tokens.len()];
        for r in paragraphs.iter().filter(|r| r.end - r.start >= EXACT_PARAGRAPH) {
            if self.is_boilerplate(paragraph_key(tokens, r)) {
                mask[r.start as usize..r.end as usize].fill(true);
            }
        }
        let mut windows = Shingles::default();
        shingles(tokens, recipe.anchor, &mut windows);
        let mut last: Option<usize> = None;
        for (start, (key, &end)) in windows.hashes.iter().zip(&windows.ends).enumerate() {
            if self.anchors.binary_search(key).is_ok() {
                let from =
                    last.filter(|&l| start.saturating_sub(l) <= BRIDGE).unwrap_or(start).min(start);
                mask[from..end as usize].fill(true);
                last = Some(end as usize);
            }
        }
        // A footer's date or counter is part of the footer.
        for r in paragraphs {
            let paragraph = &mut mask[r.start as usize..r.end as usize];
            if 3 * paragraph.iter().filter(|m| **m).count() >= 2 * paragraph.len() {
                paragraph.fill(true);
            }
        }
        if mask.contains(&true) { mask } else { Vec::new() }
    }
}

/// The slots of common words, and of frequent ones, from the number of texts that each stands in.
pub fn word_slots(counts: &[u32], classes: u64) -> (Vec<u32>, Vec<u32>) {
    let least = (classes / COMMON).max(COMMON_TEXTS);
    let slots = |over: u64, to: u64| -> Vec<u32> {
        let inside =
            counts.iter().zip(0..).filter(|(n, _)| (over + 1..=to).contains(&u64::from(**n)));
        inside.map(|(_, slot)| slot).collect()
    };
    (slots(least, u64::MAX), slots((least / FREQUENT).max(FREQUENT_TEXTS), least))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_weigh_by_their_slot() {
        let word = |slot: u64| slot << (64 - WORD_SLOTS.trailing_zeros());
        let b = Background::new(
            1000,
            vec![],
            vec![],
            vec![0, 31, 32],
            vec![1, 33, WORD_SLOTS as u32 - 1],
        );
        let weights = [0, 1, 2, 31, 32, 33, 34, WORD_SLOTS as u64 - 1]
            .map(|slot| b.word_informativeness(word(slot)));
        assert_eq!(weights, [0, 1, RARE, 0, 0, 1, RARE, 1]);
        assert!(b.is_common(word(31)) && !b.is_common(word(1)));
        assert_eq!(Background::default().word_informativeness(7), RARE);
        let other = Background::new(
            1000,
            vec![],
            vec![],
            vec![0, 31, 32, 1],
            vec![33, WORD_SLOTS as u32 - 1],
        );
        assert_ne!(b.id(), other.id());
    }
}
