//! Owns: a prepared text under a background, with its boilerplate tokens marked. Never: looks at a
//! second text.

use crate::align::prepared::Prepared;
use crate::align::run::usize_range;
use crate::pair::background::Background;
use crate::pair::hash_directory::SortedHashes;
use crate::pair::metadata::Metadata;
use crate::pair::sentence::has_end_sign;
use crate::sketch::anchor::is_anchor;
use crate::sketch::recipe::Recipe;
use crate::text::shingle::{count, window};
use std::borrow::Cow;
use std::ops::{Deref, Range};
use std::sync::OnceLock;

/// What is left of a text without boilerplate says nothing if it is shorter than this number of
/// tokens and has numbers and common words alone: a counter, a date.
pub const REMNANT: usize = 5;

/// A prepared text whose boilerplate is marked, for the background that it was made with.
#[derive(Debug, Clone)]
pub struct MaskedText<'t> {
    prepared: Prepared<'t>,
    /// A flag for each token; empty where no token is boilerplate.
    mask: Vec<bool>,
    /// The number of tokens that are not boilerplate.
    own_tokens: usize,
    metadata: Metadata,
    /// The first tokens that are not boilerplate, once somebody has asked.
    first_own: OnceLock<Vec<u32>>,
    /// Whether some paragraph ends as a sentence does, once somebody has asked.
    has_sentences: OnceLock<bool>,
    /// The length of an anchor in words, and their rate.
    anchor: u32,
    anchor_rate: u32,
}

impl<'t> MaskedText<'t> {
    /// Prepares and masks a text. Cost: that of [`Prepared::new`], and a lookup of each paragraph
    /// and each shingle in the background.
    pub fn new(
        text: impl Into<Cow<'t, str>>,
        background: &Background,
        recipe: &Recipe,
    ) -> MaskedText<'t> {
        MaskedText::with_notes(text, background, recipe, &SortedHashes::default())
    }

    /// [`MaskedText::new`] with the windows of more notes than those of the background.
    pub fn with_notes(
        text: impl Into<Cow<'t, str>>,
        background: &Background,
        recipe: &Recipe,
        notes: &SortedHashes,
    ) -> MaskedText<'t> {
        let prepared = Prepared::new(text, recipe.shingle);
        let (tokens, paragraphs) = (&prepared.tokens, &prepared.paragraphs);
        let mask = background.mask_with_notes(tokens, paragraphs, recipe.anchor, notes);
        let own_tokens = prepared.tokens.len() - mask.iter().filter(|&&masked| masked).count();
        let Recipe { anchor, anchor_rate, .. } = *recipe;
        MaskedText {
            prepared,
            mask,
            own_tokens,
            metadata: Metadata::default(),
            first_own: OnceLock::new(),
            has_sentences: OnceLock::new(),
            anchor,
            anchor_rate,
        }
    }

    /// The same text with what its documents say about it.
    #[must_use]
    pub fn with_metadata(self, metadata: Metadata) -> MaskedText<'t> {
        MaskedText { metadata, ..self }
    }

    /// What its documents say about it.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Whether a token is boilerplate.
    pub fn is_boilerplate(&self, token: usize) -> bool {
        self.mask.get(token).copied().unwrap_or(false)
    }

    /// The anchors in some tokens of the text, in order.
    pub fn anchors(&self, tokens: Range<u32>) -> impl Iterator<Item = u64> {
        let part = self.tokens.values().slice(usize_range(tokens));
        let windows = (0..count(part, self.anchor))
            .filter_map(move |start| window(part, self.anchor, start).map(|(hash, _)| hash));
        windows.filter(|&hash| is_anchor(hash, self.anchor_rate))
    }

    /// The share of the tokens in the union of these ranges, without boilerplate if `masked`. Cost:
    /// a sort of the ranges and, if `masked`, a look at each of their tokens.
    pub fn coverage(&self, ranges: impl Iterator<Item = Range<u32>> + Clone, masked: bool) -> f64 {
        let whole = if masked { self.own_tokens } else { self.tokens.len() };
        if whole == 0 {
            return 0.0;
        }
        let covered = if ranges.clone().is_sorted_by_key(|r| r.start) {
            self.covered(ranges, masked)
        } else {
            let mut ranges: Vec<Range<u32>> = ranges.collect();
            ranges.sort_unstable_by_key(|r| r.start);
            self.covered(ranges.into_iter(), masked)
        };
        covered as f64 / whole as f64
    }

    /// The number of tokens in the union of these ranges, which are ordered by their starts.
    fn covered(&self, ranges: impl Iterator<Item = Range<u32>>, masked: bool) -> usize {
        let (mut covered, mut end) = (0, 0);
        for r in ranges {
            let new = usize_range(r.start.max(end)..r.end.max(end));
            end = end.max(r.end);
            covered += match masked {
                true => new.filter(|&i| !self.is_boilerplate(i)).count(),
                false => new.len(),
            };
        }
        covered
    }

    /// The first [`REMNANT`] tokens that are not boilerplate. Cost: a look at each token, once.
    pub fn first_own_tokens(&self) -> &[u32] {
        let own = || (0..self.tokens.len()).filter(|i| !self.is_boilerplate(*i));
        self.first_own.get_or_init(|| own().take(REMNANT).map(|i| i as u32).collect())
    }

    /// Whether some paragraph ends as a sentence does. Cost: a look at each paragraph, once.
    pub fn has_sentences(&self) -> bool {
        let mut paragraphs = self.paragraphs.iter().filter(|r| !r.is_empty());
        let ends = |r: &Range<u32>| has_end_sign(self, r.end as usize - 1);
        *self.has_sentences.get_or_init(|| paragraphs.any(ends))
    }

    /// The number of tokens that are not boilerplate.
    pub fn own_tokens(&self) -> usize {
        self.own_tokens
    }
}

impl<'t> Deref for MaskedText<'t> {
    type Target = Prepared<'t>;
    fn deref(&self) -> &Prepared<'t> {
        &self.prepared
    }
}
