//! Owns: the conversion of one document to all its keys. Never: looks at other documents.

use crate::hash;
use crate::sketch::anchor;
use crate::sketch::band::{self, Level};
use crate::sketch::recipe::{Banding, Recipe};
use crate::sketch::seen_before::SeenBefore;
use crate::sketch::signature::{self, Lanes};
use crate::text::normalise::Normaliser;
use crate::text::paragraph;
use crate::text::same_text::identity;
use crate::text::shingle::{self, Shingles};
use crate::text::text_tokens::{LARGE, TextTokens};
use crate::text::token::{TokenValues, Tokens, tokenize_into};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// The keys of one document. `paragraph_bands`, `anchors` and `paragraphs` are sorted and without
/// duplicates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The identity of the text, a hash of its normalised tokens; none where it has no token.
    pub exact: Option<u128>,
    /// The number of tokens.
    pub tokens: u32,
    /// One key for each document band; empty for a text without a shingle.
    pub bands: Vec<u64>,
    /// The band keys of all paragraphs.
    pub paragraph_bands: Vec<u64>,
    /// The sampled shingles.
    pub anchors: Vec<u64>,
    /// The anchors at the edges of the text, in the order of their places.
    pub edges: Vec<u64>,
    /// The exact key of each paragraph of `EXACT_PARAGRAPH` tokens or more.
    pub paragraphs: Vec<u64>,
    /// Whether a paragraph or passage may occur twice in the text (never false when one does).
    pub may_repeat: bool,
    /// The slots of its different words, in the order of their first places; see `word_slot`.
    pub words: Vec<u32>,
    /// Those of `words` that occur with a capital only: names, and first words of sentences.
    pub capitals: Vec<u32>,
}

/// The number of slots in which words are counted, by their hash: a million articles need one
/// mebibyte, and a rare word is occasionally taken for a common one.
pub const WORD_SLOTS: usize = 1 << 18;

/// The slot in which a word is counted.
pub const fn word_slot(word: u64) -> u32 {
    (word >> (64 - WORD_SLOTS.trailing_zeros())) as u32
}

/// The number of shingles of a large text that are in memory together.
const BLOCK: usize = 4096;

/// The number of slots of words that a fingerprinter keeps memory for.
const WORDS_KEPT: usize = 1 << 16;

/// Makes fingerprints and reuses its tables and buffers. Each thread has its own.
///
/// All columns of a text are in memory together, which takes about ten times the text. A large text
/// is fingerprinted in blocks instead, so the buffers are never larger than other texts need them.
#[derive(Debug)]
pub struct Fingerprinter {
    recipe: Recipe,
    lanes: Lanes,
    banding: Banding,
    paragraph_banding: Banding,
    tokens: Tokens,
    normaliser: Normaliser,
    shingles: Shingles,
    anchors: Shingles,
    kept: Vec<u64>,
    seen: SeenBefore,
    word_slots: WordSlots,
}

/// Paragraphs of fewer tokens get no exact key, because they are not informative.
pub const EXACT_PARAGRAPH: u32 = 5;

/// The least number of consecutive shingles seen before that a repeated passage leaves.
const REPEATED_SHINGLES: u32 = 4;

impl Fingerprinter {
    /// Makes a fingerprinter for this recipe.
    pub fn new(recipe: &Recipe) -> Fingerprinter {
        Fingerprinter {
            recipe: recipe.clone(),
            lanes: Lanes::new(recipe),
            banding: recipe.banding(),
            paragraph_banding: recipe.paragraph_banding(),
            tokens: Tokens::default(),
            normaliser: Normaliser::default(),
            shingles: Shingles::default(),
            anchors: Shingles::default(),
            kept: Vec::new(),
            seen: SeenBefore::default(),
            word_slots: WordSlots::new(),
        }
    }

    /// The keys of a text. Cost: tokenising, then about 20 vector instructions a shingle.
    pub fn fingerprint(&mut self, text: &str) -> Fingerprint {
        if text.len() >= LARGE {
            return self.fingerprint_in_blocks(text, BLOCK);
        }
        let ranges = self.read(text);
        let mut out = Fingerprint {
            exact: identity(&self.tokens),
            tokens: self.tokens.len() as u32,
            ..Fingerprint::default()
        };
        let whole = self.sign(&ranges, &mut out.paragraph_bands);
        if !self.shingles.hashes.is_empty() {
            band::bands(&whole, self.banding, Level::Document, &mut out.bands);
        }
        out.paragraph_bands.sort_unstable();
        out.paragraph_bands.dedup();
        let anchors =
            if self.recipe.anchor == self.recipe.shingle { &self.shingles } else { &self.anchors };
        out.anchors = anchor::anchors(anchors, &self.recipe, &mut self.kept);
        anchor::edge_anchors(anchors, out.tokens, &self.recipe, &mut out.edges);
        exact_paragraphs(self.tokens.values(), &ranges, &mut out);
        self.word_slots.push(self.tokens.values(), &mut out);
        self.seen.begin(self.shingles.hashes.len());
        self.seen.push(&self.shingles.hashes);
        out.may_repeat |= self.seen.longest_run() >= REPEATED_SHINGLES;
        out
    }

    /// The same keys, with eleven bytes a token and so many shingles in memory.
    fn fingerprint_in_blocks(&mut self, text: &str, block: usize) -> Fingerprint {
        let read = TextTokens::without_spans(text, &mut self.normaliser);
        let tokens = read.values();
        let mut out = Fingerprint {
            exact: identity(tokens),
            tokens: tokens.hashes.len() as u32,
            ..Fingerprint::default()
        };
        let whole = self.sign_in_blocks(tokens, &read.paragraphs, block, &mut out.paragraph_bands);
        if shingle::count(tokens, self.recipe.shingle) > 0 {
            band::bands(&whole, self.banding, Level::Document, &mut out.bands);
        }
        out.paragraph_bands.sort_unstable();
        out.paragraph_bands.dedup();
        let mut anchors = anchor::Collector::new(&self.recipe, out.tokens);
        for starts in blocks(0..shingle::count(tokens, self.recipe.anchor), block) {
            let first = starts.start;
            shingle::shingles_from(tokens, self.recipe.anchor, starts, &mut self.anchors);
            anchors.push(first as u32, &self.anchors);
        }
        (out.anchors, out.edges) = anchors.finish();
        exact_paragraphs(tokens, &read.paragraphs, &mut out);
        self.word_slots.push(tokens, &mut out);
        out.may_repeat |= self.seen.longest_run() >= REPEATED_SHINGLES;
        out
    }

    /// The signature alone, from which document bands are cut.
    pub fn signature(&mut self, text: &str) -> Vec<u32> {
        if text.len() >= LARGE {
            let read = TextTokens::without_spans(text, &mut self.normaliser);
            return self.sign_in_blocks(read.values(), &read.paragraphs, BLOCK, &mut Vec::new());
        }
        let ranges = self.read(text);
        self.sign(&ranges, &mut Vec::new())
    }

    fn read(&mut self, text: &str) -> Vec<Range<u32>> {
        tokenize_into(text, &mut self.tokens, &mut self.normaliser);
        shingle::shingles(&self.tokens, self.recipe.shingle, &mut self.shingles);
        if self.recipe.anchor != self.recipe.shingle && self.recipe.anchor_rate != 0 {
            shingle::shingles(&self.tokens, self.recipe.anchor, &mut self.anchors);
        }
        paragraph::token_ranges(text, &self.tokens)
    }

    /// Returns the signature of the document, and appends the band keys of its paragraphs to
    /// `keys`.
    fn sign(&mut self, paragraphs: &[Range<u32>], keys: &mut Vec<u64>) -> Vec<u32> {
        let mut whole = self.lanes.empty();
        let mut own = self.lanes.empty();
        let all = &self.shingles.hashes;
        for p in paragraphs {
            // The shingles that begin in the paragraph; the last few of them end behind it.
            let begin = (p.start as usize).min(all.len())..(p.end as usize).min(all.len());
            let inside =
                begin.start + self.shingles.ends[begin.clone()].partition_point(|&e| e <= p.end);
            let count = inside - begin.start;
            if count < self.recipe.paragraph_shingles as usize
                || self.recipe.paragraph_lanes == 0
                || count == 0
            {
                self.lanes.add(&all[begin], &mut whole);
                continue;
            }
            own.fill(u32::MAX);
            self.lanes.add(&all[begin.start..inside], &mut own);
            let lanes = &own[..self.recipe.paragraph_lanes as usize];
            band::bands(lanes, self.paragraph_banding, Level::Paragraph, keys);
            signature::merge(&mut whole, &own);
            self.lanes.add(&all[inside..begin.end], &mut whole);
        }
        whole
    }

    /// [`Fingerprinter::sign`] for tokens whose shingles are made block by block.
    fn sign_in_blocks(
        &mut self,
        tokens: TokenValues,
        paragraphs: &[Range<u32>],
        block: usize,
        keys: &mut Vec<u64>,
    ) -> Vec<u32> {
        let Recipe { shingle, paragraph_shingles, paragraph_lanes, .. } = self.recipe;
        let mut whole = self.lanes.empty();
        let mut own = self.lanes.empty();
        let all = shingle::count(tokens, shingle);
        let Fingerprinter { shingles, lanes, seen, .. } = self;
        seen.begin(all);
        let mut add = |starts: Range<usize>, signature: &mut [u32]| {
            for starts in blocks(starts, block) {
                shingle::shingles_from(tokens, shingle, starts, shingles);
                lanes.add(&shingles.hashes, signature);
                seen.push(&shingles.hashes);
            }
        };
        for p in paragraphs {
            let (start, end) = (p.start as usize, p.end as usize);
            let count = shingle::count(tokens.slice(start..end), shingle);
            let begin = start.min(all)..end.min(all);
            if count < paragraph_shingles as usize || paragraph_lanes == 0 || count == 0 {
                add(begin, &mut whole);
                continue;
            }
            own.fill(u32::MAX);
            add(start..start + count, &mut own);
            let lanes = &own[..paragraph_lanes as usize];
            band::bands(lanes, self.paragraph_banding, Level::Paragraph, keys);
            signature::merge(&mut whole, &own);
            add(start + count..begin.end, &mut whole);
        }
        seen.end();
        whole
    }
}

/// A range in parts of `size`.
fn blocks(range: Range<usize>, size: usize) -> impl Iterator<Item = Range<usize>> {
    let end = range.end;
    range.step_by(size).map(move |from| from..(from + size).min(end))
}

/// The slots of the different words of one text. Two bits a slot are 64 KiB, which stay in the
/// cache, and no text can make a lookup slow.
#[derive(Debug)]
struct WordSlots {
    /// For 64 slots each: whether a word of the text has it, and whether one was seen in lower
    /// case. Between two texts all bits are 0.
    seen: Vec<[u64; 2]>,
    /// The slots of the different words of the text.
    slots: Vec<u32>,
}

impl WordSlots {
    fn new() -> WordSlots {
        WordSlots { seen: vec![[0; 2]; WORD_SLOTS / 64], slots: Vec::new() }
    }

    fn push(&mut self, tokens: TokenValues, out: &mut Fingerprint) {
        self.slots.clear();
        for (&word, kind) in tokens.hashes.iter().zip(tokens.kinds) {
            let slot = word_slot(word);
            let [seen, lower] = &mut self.seen[slot as usize / 64];
            if *seen >> (slot % 64) & 1 == 0 {
                *seen |= 1 << (slot % 64);
                self.slots.push(slot);
            }
            *lower |= u64::from(!kind.is_capital()) << (slot % 64);
        }
        out.words = self.slots.to_vec();
        let seen = &self.seen;
        self.slots.retain(|slot| seen[*slot as usize / 64][1] >> (slot % 64) & 1 == 0);
        out.capitals = self.slots.to_vec();
        for slot in &out.words {
            self.seen[*slot as usize / 64] = [0; 2];
        }
        self.slots.shrink_to(WORDS_KEPT);
    }
}

fn exact_paragraphs(tokens: TokenValues, ranges: &[Range<u32>], out: &mut Fingerprint) {
    let long = ranges.iter().filter(|r| r.end - r.start >= EXACT_PARAGRAPH);
    out.paragraphs.extend(long.map(|r| paragraph_key(tokens, r)));
    let count = out.paragraphs.len();
    out.paragraphs.sort_unstable();
    out.paragraphs.dedup();
    out.may_repeat = out.paragraphs.len() < count;
}

/// The exact key of a paragraph: a hash of its tokens.
pub fn paragraph_key<'t>(tokens: impl Into<TokenValues<'t>>, range: &Range<u32>) -> u64 {
    hash::sequence(tokens.into().hashes[range.start as usize..range.end as usize].iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_signature_is_that_of_all_shingles(t in "([a-f]{1,2} ?\n?\n?){0,120}") {
            let recipe = Recipe { paragraph_shingles: 3, ..Recipe::default() };
            let mut f = Fingerprinter::new(&recipe);
            let signed = f.signature(&t);
            let mut all = f.lanes.empty();
            f.lanes.add(&f.shingles.hashes, &mut all);
            prop_assert_eq!(signed, all);
        }

        #[test]
        fn blocks_are_the_definition(t in "([a-fA-F]{1,2} ?\n?\n?|漢字|ไทย){0,120}",
            block in 1usize..40, anchor in 4u32..6, paragraph_lanes in 0u32..2, rate in 0u32..4) {
            let recipe = Recipe { paragraph_shingles: 3, anchor, anchor_rate: rate,
                paragraph_lanes: 32 * paragraph_lanes, ..Recipe::default() };
            let mut f = Fingerprinter::new(&recipe);
            let plain = f.fingerprint(&t);
            prop_assert_eq!(f.fingerprint_in_blocks(&t, block), plain);
        }

        #[test]
        fn buffers_carry_nothing_over(a in "([a-f]{1,2}[ \n]){0,60}", b in "([a-f]{1,2}[ \
            \n]){0,60}") {
            let recipe = Recipe::default();
            let mut used = Fingerprinter::new(&recipe);
            used.fingerprint(&a);
            prop_assert_eq!(used.fingerprint(&b), Fingerprinter::new(&recipe).fingerprint(&b));
        }
    }

    #[test]
    fn repeats_are_suspected() {
        let recipe = Recipe::default();
        let mut f = Fingerprinter::new(&recipe);
        let words: Vec<String> = (0..60).map(|i| format!("w{i}")).collect();
        let passage = words[..12].join(" ");
        assert!(!f.fingerprint(&words.join(" ")).may_repeat);
        assert!(f.fingerprint(&format!("{} {passage}", words.join(" "))).may_repeat);
        assert!(f.fingerprint("a b c d e\n\nx\n\na b c d e").may_repeat);
        assert!(f.fingerprint(&"word ".repeat(50_000)).may_repeat);
        assert!(f.fingerprint(&"word ".repeat(100_000)).may_repeat);
    }

    #[test]
    fn the_buffers_of_a_large_text_are_small() {
        let recipe = Recipe::default();
        let mut f = Fingerprinter::new(&recipe);
        let text: String = (0..400_000).map(|i| format!("{i:x} ")).collect();
        f.fingerprint(&text);
        f.signature(&text);
        let shingles = |s: &Shingles| 8 * s.hashes.capacity() + 4 * s.ends.capacity();
        let tokens = 17 * f.tokens.hashes.capacity();
        let all = tokens + shingles(&f.shingles) + shingles(&f.anchors);
        assert!(all < text.len() / 4);
    }
}
