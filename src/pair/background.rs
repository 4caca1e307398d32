//! Owns: what a corpus shows about its texts: which passages are boilerplate, and which words are
//! common. Never: keeps a text.

use crate::hash;
use crate::pair::hash_directory::{HashDirectory, SortedHashes};
use crate::pair::window_filter::WindowFilter;
use crate::sketch::fingerprint::{EXACT_PARAGRAPH, WORD_SLOTS, paragraph_key, word_slot};
use crate::sketch::recipe::Recipe;
use crate::text::paragraph::token_ranges;
use crate::text::shingle::{Shingles, count, shingles, window};
use crate::text::token::{TokenKind, TokenValues, Tokens, tokenize};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// The most tokens between two boilerplate anchors that count as boilerplate too, because anchors
/// are a sample.
const BRIDGE: usize = 8;

/// The points of a rare word, where a frequent word has one. Frequent words occur together, as set
/// phrases, so many of them are no more evidence than a few.
pub const RARE: u32 = 9;

/// The two bits of a slot; both are zero for a rare word.
const COMMON_BIT: u64 = 1;
const FREQUENT_BIT: u64 = 2;

/// A word is common if it occurs in more than one in this many texts: its agreement is no evidence.
const COMMON: u64 = 50;
/// A word must occur in more than this many texts to be common.
const COMMON_TEXTS: u64 = 20;
/// A word is frequent if it occurs in more than this part of the texts that would make it common:
/// the step between the wording of a template and the words of a story.
const FREQUENT: u64 = 8;
/// A frequent word also occurs in more than so many texts, because as many outlets may print one
/// story: at least, and at most in a corpus that is large enough to hold so many copies.
const FREQUENT_TEXTS: [u64; 2] = [8, 16];
/// One text in so many may be a copy of one story.
const TEXTS_FOR_EACH_COPY: u64 = 200;

/// What the scores of a pair depend on besides its two texts. The empty background has no
/// boilerplate and no common words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "StoredBackground")]
pub struct Background {
    /// The number of different texts that it was computed from.
    pub classes: u64,
    /// The exact keys of paragraphs that are boilerplate, sorted.
    pub paragraphs: Vec<u64>,
    /// The anchors that are boilerplate, sorted.
    pub anchors: Vec<u64>,
    /// The windows of notes, sorted: all of them, and not a sample. A note is what an outlet puts
    /// under or above texts that share nothing else.
    pub notes: Vec<u64>,
    /// The keys of the titles of series, under which text after text comes, sorted.
    pub series: Vec<u64>,
    /// The anchors of set phrases, sorted: text after text has them, week after week, so that two
    /// texts need no source for them. They are no boilerplate.
    pub set_phrases: Vec<u64>,
    /// The slots of words that occur in many texts, sorted.
    pub common: Vec<u32>,
    /// The slots of words that are not common, but occur in more texts than a rare word, sorted.
    pub frequent: Vec<u32>,
    /// The slots of words that some texts write in lower case, sorted: no names.
    pub lower_case: Vec<u32>,
    /// Common and frequent words as two bits a slot, 64 KiB; empty where every word is rare.
    #[serde(skip)]
    bits: Vec<u64>,
    /// A filter of the anchors and the windows of notes, before their last step of hashing.
    #[serde(skip)]
    windows: WindowFilter,
    /// Where anchors are in `set_phrases`.
    #[serde(skip)]
    phrases: HashDirectory,
}

/// The lists of a background, without what is made of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredBackground {
    classes: u64,
    paragraphs: Vec<u64>,
    anchors: Vec<u64>,
    notes: Vec<u64>,
    series: Vec<u64>,
    /// A background of version 2 has none.
    #[serde(default)]
    set_phrases: Vec<u64>,
    common: Vec<u32>,
    frequent: Vec<u32>,
    lower_case: Vec<u32>,
}

impl From<StoredBackground> for Background {
    fn from(stored: StoredBackground) -> Background {
        let StoredBackground { classes, paragraphs, anchors, common, frequent, .. } = stored;
        Background::new(classes, paragraphs, anchors, common, frequent)
            .with_notes(stored.notes)
            .with_series(stored.series)
            .with_set_phrases(stored.set_phrases)
            .with_lower_case(stored.lower_case)
    }
}

impl Background {
    /// Makes a background of sorted lists.
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
        let windows = filter([&anchors, &[]]);
        let none = Background::default();
        Background { classes, paragraphs, anchors, common, frequent, bits, windows, ..none }
    }

    /// Whether a window is boilerplate, by its hash.
    fn is_boilerplate_window(&self, window: u64) -> bool {
        self.anchors.binary_search(&window).is_ok() || self.notes.binary_search(&window).is_ok()
    }

    /// The filter of the windows, if it is one: the lists are public, and a stored form has none.
    fn window_filter(&self) -> Option<&WindowFilter> {
        let count = self.anchors.len() + self.notes.len();
        Some(&self.windows).filter(|windows| windows.count() == count)
    }

    /// The same background with these words known as no names: the slots of words that texts write
    /// in lower case, sorted.
    #[must_use]
    pub fn with_lower_case(self, lower_case: Vec<u32>) -> Background {
        Background { lower_case, ..self }
    }

    /// The same background with these titles of series, as keys, sorted.
    #[must_use]
    pub fn with_series(self, series: Vec<u64>) -> Background {
        Background { series, ..self }
    }

    /// The same background with these anchors of set phrases, sorted.
    #[must_use]
    pub fn with_set_phrases(self, set_phrases: Vec<u64>) -> Background {
        Background { phrases: HashDirectory::new(&set_phrases), set_phrases, ..self }
    }

    /// The same background with these notes: all their windows of the recipe's anchor length,
    /// sorted.
    #[must_use]
    pub fn with_notes(self, notes: Vec<u64>) -> Background {
        let windows = filter([&self.anchors, &notes]);
        Background { notes, windows, ..self }
    }

    /// The same background with its words drawn anew from so many texts: the slots of common words
    /// and of frequent ones, sorted.
    #[must_use]
    pub fn with_words(self, classes: u64, common: Vec<u32>, frequent: Vec<u32>) -> Background {
        Background::new(classes, self.paragraphs, self.anchors, common, frequent)
            .with_notes(self.notes)
            .with_series(self.series)
            .with_set_phrases(self.set_phrases)
            .with_lower_case(self.lower_case)
    }

    /// The id that reports print: 16 hex digits, or `none` for the empty background.
    pub fn id(&self) -> String {
        if *self == Background::default() {
            return "none".into();
        }
        let lengths = [
            self.classes,
            self.paragraphs.len() as u64,
            self.anchors.len() as u64,
            self.notes.len() as u64,
            self.series.len() as u64,
            self.lower_case.len() as u64,
            self.common.len() as u64,
        ];
        let all = lengths
            .into_iter()
            .chain(self.paragraphs.iter().copied())
            .chain(self.anchors.iter().chain(&self.notes).chain(&self.series).copied());
        let phrases = Some(self.set_phrases.len() as u64).filter(|count| *count > 0);
        let all = all.chain(phrases).chain(self.set_phrases.iter().copied());
        let slots = self.common.iter().chain(&self.frequent).chain(&self.lower_case);
        format!("{:016x}", hash::sequence(all.chain(slots.map(|&c| u64::from(c)))))
    }

    /// Whether a word is common, that is, occurs in many texts.
    pub fn is_common(&self, word: u64) -> bool {
        self.word_informativeness(word) == 0
    }

    /// The points that a word counts when two texts share it: none for a common word, one for a
    /// frequent word, nine for a rare word.
    #[inline]
    pub fn word_informativeness(&self, word: u64) -> u32 {
        let slot = word_slot(word);
        match self.bits.get(slot as usize / 32).map_or(0, |b| b >> (slot % 32 * 2) & 3) {
            0 => RARE,
            FREQUENT_BIT => 1,
            _ => 0,
        }
    }

    /// Whether different texts come again and again under a title.
    pub fn is_series(&self, title: u64) -> bool {
        self.series.binary_search(&title).is_ok()
    }

    /// Whether an anchor is one of a set phrase.
    pub fn is_set_phrase(&self, anchor: u64) -> bool {
        self.phrases.holds(&self.set_phrases, anchor)
    }

    /// Whether texts write a word in lower case, so that it is no name.
    pub fn is_lower_case(&self, word: u64) -> bool {
        self.lower_case.binary_search(&word_slot(word)).is_ok()
    }

    /// Whether it was computed from texts; otherwise it cannot distinguish rare words.
    pub const fn knows_words(&self) -> bool {
        self.classes > 0
    }

    /// Whether a paragraph is boilerplate, by its exact key.
    pub fn is_boilerplate(&self, paragraph: u64) -> bool {
        self.paragraphs.binary_search(&paragraph).is_ok()
    }

    /// Whether a passage is a note: most of its windows are windows of notes.
    pub fn is_note(&self, tokens: TokenValues, passage: &Range<u32>, recipe: &Recipe) -> bool {
        if self.notes.is_empty() {
            return false;
        }
        let passage = tokens.slice(passage.start as usize..passage.end as usize);
        let windows = count(passage, recipe.anchor);
        let held = (0..windows)
            .filter_map(|start| window(passage, recipe.anchor, start))
            .filter(|(hash, _)| self.notes.binary_search(hash).is_ok());
        2 * held.count() > windows
    }

    /// A flag for each token that says whether it is boilerplate; empty where no token is.
    pub fn mask(&self, tokens: &Tokens, paragraphs: &[Range<u32>], anchor: u32) -> Vec<bool> {
        self.mask_with_notes(tokens, paragraphs, anchor, &SortedHashes::default())
    }

    /// [`Background::mask`] with the windows of more notes than those of the background.
    pub fn mask_with_notes(
        &self,
        tokens: &Tokens,
        paragraphs: &[Range<u32>],
        anchor: u32,
        notes: &SortedHashes,
    ) -> Vec<bool> {
        if !self.has_boilerplate() && notes.is_empty() {
            return Vec::new();
        }
        let windows = self.boilerplate_windows(tokens.values(), anchor, notes);
        let long = |r: &&Range<u32>| r.end - r.start >= EXACT_PARAGRAPH;
        let boilerplate = |r: &&Range<u32>| self.is_boilerplate(paragraph_key(tokens, r));
        let known = if self.paragraphs.is_empty() { &[] } else { paragraphs };
        let mut whole = known.iter().filter(long).filter(boilerplate).peekable();
        if windows.is_empty() && whole.peek().is_none() {
            return Vec::new();
        }
        let mut mask = vec![false; tokens.len()];
        for r in whole {
            mask[r.start as usize..r.end as usize].fill(true);
        }
        let mut last: Option<usize> = None;
        for Range { start, end } in windows {
            let from =
                last.filter(|&l| start.saturating_sub(l) <= BRIDGE).unwrap_or(start).min(start);
            mask[from..end].fill(true);
            last = Some(end);
        }
        // The date or counter in a footer is part of the footer.
        for r in paragraphs {
            let paragraph = &mut mask[r.start as usize..r.end as usize];
            if 3 * paragraph.iter().filter(|m| **m).count() >= 2 * paragraph.len() {
                paragraph.fill(true);
            }
        }
        if mask.contains(&true) { mask } else { Vec::new() }
    }

    /// The windows of a text of so many words that are boilerplate, in order.
    fn boilerplate_windows(
        &self,
        tokens: TokenValues,
        words: u32,
        notes: &SortedHashes,
    ) -> Vec<Range<usize>> {
        /// The number of words in a window of most recipes.
        const USUAL: usize = 5;
        if self.anchors.is_empty() && self.notes.is_empty() && notes.is_empty() {
            return Vec::new();
        }
        let is_note = |window| !notes.is_empty() && notes.place(window).is_some();
        let filter = self.window_filter();
        let mut held = Vec::new();
        if words as usize == USUAL
            && TokenKind::are_words(tokens.kinds)
            && let Some(filter) = filter
        {
            // So the compiler knows how long a window is, and few windows are hashed to the end.
            for (start, w) in tokens.hashes.windows(USUAL).enumerate() {
                let unmixed = hash::unmixed_sequence([w[0], w[1], w[2], w[3], w[4]]);
                if filter.may_hold(unmixed) && self.is_boilerplate_window(hash::mix(unmixed))
                    || is_note(hash::mix(unmixed))
                {
                    held.push(start..start + USUAL);
                }
            }
            return held;
        }
        let mut windows = Shingles::default();
        shingles(tokens, words, &mut windows);
        for (start, (window, end)) in windows.hashes.iter().zip(&windows.ends).enumerate() {
            if filter.is_none_or(|filter| filter.may_hold(hash::unmix(*window)))
                && self.is_boilerplate_window(*window)
                || is_note(*window)
            {
                held.push(start..*end as usize);
            }
        }
        held
    }

    fn has_boilerplate(&self) -> bool {
        !(self.paragraphs.is_empty() && self.anchors.is_empty() && self.notes.is_empty())
    }

    /// This background, with everything in these texts as boilerplate too: an exercise, a licence
    /// or a press kit that was handed out makes no relation between the texts that carry it.
    ///
    /// A passage is recognised from [`Recipe::anchor`] words on, and a paragraph as a whole from
    /// five tokens on. The background that comes out has an id of its own, and is stored and read
    /// with the additions. Cost: one pass over the texts, and eight bytes a token.
    ///
    /// ```
    /// use nearcopy::{Background, Recipe};
    /// let licence = "Permission is hereby granted, free of charge, to any person.";
    /// let background = Background::default().with_boilerplate(&[licence], &Recipe::default());
    /// assert_ne!(background.id(), Background::default().id());
    /// ```
    pub fn with_boilerplate(mut self, texts: &[impl AsRef<str>], recipe: &Recipe) -> Background {
        let mut windows = Shingles::default();
        for text in texts.iter().map(AsRef::as_ref) {
            let tokens = tokenize(text);
            let paragraphs = token_ranges(text, &tokens);
            let long = paragraphs.iter().filter(|r| r.end - r.start >= EXACT_PARAGRAPH);
            self.paragraphs.extend(long.map(|r| paragraph_key(&tokens, r)));
            // Every window, and not the sample of them that texts are searched by: the mask looks
            // each of its windows up.
            shingles(&tokens, recipe.anchor, &mut windows);
            self.anchors.extend(&windows.hashes);
        }
        for keys in [&mut self.paragraphs, &mut self.anchors] {
            keys.sort_unstable();
            keys.dedup();
        }
        self.windows = filter([&self.anchors, &self.notes]);
        self
    }
}

/// The filter of the windows of these lists.
fn filter(lists: [&[u64]; 2]) -> WindowFilter {
    let [x, y] = lists.map(|list| list.iter().map(|w| hash::unmix(*w)).collect::<Vec<u64>>());
    WindowFilter::new([&x, &y])
}

/// A word is no name if this many of the texts that hold it have it in lower case, and one in three
/// of them: some texts are all in lower case, one may have misspelt a word, and another word may
/// have its slot.
const LOWER_CASE_TEXTS: u32 = 2;
const LOWER_CASE_SHARE: u32 = 3;

/// The slots of words that texts write in lower case, from the number of texts in which each slot
/// occurs, and in which it occurs with a capital only.
pub fn lower_case_slots(counts: &[u32], capitals: &[u32]) -> Vec<u32> {
    let lower = |&(&count, &capital): &(&u32, &u32)| {
        let lower = count - capital;
        lower >= LOWER_CASE_TEXTS && u64::from(lower) * u64::from(LOWER_CASE_SHARE) >= count.into()
    };
    let slots = counts.iter().zip(capitals).zip(0..).filter(|(c, _)| lower(c));
    slots.map(|(_, slot)| slot).collect()
}

/// The slots of common words, and those of frequent words, from the number of texts in which each
/// slot occurs.
pub fn word_slots(counts: &[u32], classes: u64) -> (Vec<u32>, Vec<u32>) {
    let least = (classes / COMMON).max(COMMON_TEXTS);
    let slots = |over: u64, to: u64| -> Vec<u32> {
        let inside =
            counts.iter().zip(0..).filter(|(n, _)| (over + 1..=to).contains(&u64::from(**n)));
        inside.map(|(_, slot)| slot).collect()
    };
    let [few, many] = FREQUENT_TEXTS;
    let copies = (classes / TEXTS_FOR_EACH_COPY).clamp(few, many);
    (slots(least, u64::MAX), slots((least / FREQUENT).max(copies), least))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    proptest! {
        #[test]
        fn a_window_is_boilerplate_where_the_lists_hold_it(
            text in "([a-c] |漢|one ){0,40}",
            listed in prop::collection::vec("([a-c] ){4,9}", 0..4),
            words in 1u32..8, cut in 0usize..5,
        ) {
            let (tokens, mut windows) = (tokenize(&text), Shingles::default());
            let mut of = |text: &str| {
                shingles(&tokenize(text), words, &mut windows);
                windows.hashes.clone()
            };
            let mut lists: [Vec<u64>; 2] = Default::default();
            for (i, text) in listed.iter().enumerate() {
                lists[usize::from(i >= cut)].extend(of(text));
            }
            lists.iter_mut().for_each(|list| list.sort_unstable());
            let [anchors, notes] = lists.clone();
            let (none, mut of_notes) = (SortedHashes::default(), notes.clone());
            of_notes.dedup();
            let background = Background::new(0, vec![], anchors, vec![], vec![]).with_notes(notes);
            let held = |hash: &u64| lists.iter().flatten().any(|window| window == hash);
            let plain: Vec<usize> =
                of(&text).iter().enumerate().filter(|w| held(w.1)).map(|w| w.0).collect();
            let found = background.boilerplate_windows(tokens.values(), words, &none);
            let without = Background::new(0, vec![], lists[0].clone(), vec![], vec![]);
            let more = SortedHashes::new(of_notes);
            prop_assert_eq!(&without.boilerplate_windows(tokens.values(), words, &more), &found);
            let starts: Vec<usize> = found.iter().map(|range| range.start).collect();
            prop_assert_eq!(starts, plain);
            prop_assert!(found.iter().all(|r| window(tokens.values(), words, r.start)
                .is_some_and(|(_, end)| end as usize == r.end)));
        }
    }
}
