//! Owns: the trace of one text through the stages that need no second text. Never: compares a pair.

use crate::align::prepared::Prepared;
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::pair::masked::MaskedText;
use crate::pair::repeat;
use crate::sketch::fingerprint::{EXACT_PARAGRAPH, Fingerprint, Fingerprinter, paragraph_key};
use crate::sketch::recipe::{Banding, Recipe};
use crate::span::Span;
use crate::text::shingle::{Shingles, shingles};
use serde::Serialize;
use std::ops::Range;

/// The most tokens, lanes and keys that are listed; the counts include all.
const LISTED: usize = 24;

/// One token of the text, with its properties.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TokenTrace {
    /// The token as the text spells it.
    pub text: String,
    /// Its bytes in the text.
    pub span: Span,
    /// The hash of its normalised form, 16 hex digits: tokens with equal hashes are equal.
    pub hash: String,
    /// Its length in 24ths of a word.
    pub weight: u32,
    /// Whether it holds a digit.
    pub number: bool,
    /// Whether it begins with an upper-case letter.
    pub capital: bool,
    /// Whether it is the first of its sentence or paragraph.
    pub opens: bool,
    /// Whether it is a common word by the background.
    pub common: bool,
    /// Whether it is boilerplate.
    pub boilerplate: bool,
}

/// One paragraph that holds a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ParagraphTrace {
    /// Its bytes, from the first token to the last.
    pub span: Span,
    /// The number of its tokens.
    pub tokens: u32,
    /// The number of its tokens that are boilerplate.
    pub boilerplate: u32,
    /// The number of shingles that lie inside it.
    pub shingles: u32,
    /// Whether it has enough shingles for paragraph bands.
    pub banded: bool,
    /// Its exact key, if it is long enough for one.
    pub key: Option<String>,
}

/// A paragraph or passage that occurs more than once in the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RepeatTrace {
    /// Its length in tokens (of one period, where it is periodic).
    pub tokens: u32,
    /// The number of its occurrences; for a periodic run, the number of full periods.
    pub count: u32,
    /// Whether it is a whole paragraph.
    pub paragraph: bool,
    /// For a run that repeats itself without a break: the period in tokens.
    pub period: Option<u32>,
    /// The spans at which it occurs.
    pub places: Vec<Span>,
}

/// The trace of one text through every stage, from [`explain_document`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DocumentTrace {
    /// The length of the text in bytes.
    pub bytes: u64,
    /// The length of the text in tokens.
    pub tokens: u32,
    /// The length of the text in words: fewer than tokens where a script is cut per character.
    pub words: u32,
    /// The first tokens.
    pub first_tokens: Vec<TokenTrace>,
    /// The paragraphs that hold a token.
    pub paragraphs: Vec<ParagraphTrace>,
    /// The number of shingles: one begins at each token but the last few.
    pub shingles: u32,
    /// The number of different shingles.
    pub distinct_shingles: u32,
    /// The number of MinHash values in the signature.
    pub lanes: u32,
    /// The first MinHash values; empty where there is no shingle.
    pub first_lanes: Vec<u32>,
    /// The number of document bands and of lanes in each, `[bands, rows]`.
    pub banding: [u32; 2],
    /// The number of paragraph bands and of lanes in each, `[bands, rows]`.
    pub paragraph_banding: [u32; 2],
    /// The exact key, 32 hex digits: equal texts share it. Empty for a text without a token, which
    /// has none.
    pub exact_key: String,
    /// The number of its document band keys.
    pub bands: u32,
    /// The number of its different paragraph band keys.
    pub paragraph_bands: u32,
    /// The number of its different anchors.
    pub anchors: u32,
    /// The first keys of its document bands.
    pub first_bands: Vec<String>,
    /// Whether its keys are searched: a text shorter than `min-tokens` has only its exact key.
    pub searched: bool,
    /// The number of tokens that are boilerplate by the background.
    pub boilerplate: u32,
    /// The paragraphs and passages that occur more than once inside it.
    pub repeats: Vec<RepeatTrace>,
}

/// Shows one text at every stage of a scan, with the numbers.
///
/// Cost: a few times that of a comparison; no stage is left out.
///
/// ```
/// use nearcopy::{Background, Recipe, Thresholds};
/// use nearcopy::explain::explain_document;
/// let text = "The harbour bridge will close on Monday.\n\nFerries run every hour.";
/// let trace = explain_document(text, &Background::default(), &Recipe::default(),
///     &Thresholds::default());
/// assert_eq!((trace.tokens, trace.paragraphs.len(), trace.shingles), (11, 2, 7));
/// assert_eq!(trace.first_tokens[1].text, "harbour");
/// ```
pub fn explain_document(
    text: &str,
    background: &Background,
    recipe: &Recipe,
    thresholds: &Thresholds,
) -> DocumentTrace {
    let prepared = MaskedText::new(text, background, recipe);
    let mut fingerprinter = Fingerprinter::new(recipe);
    let signature = fingerprinter.signature(text);
    let keys = fingerprinter.fingerprint(text);
    trace(&prepared, &signature, &keys, background, recipe, thresholds)
}

/// Like [`explain_document`], with a text, signature and keys that are made already.
pub(super) fn trace(
    p: &MaskedText,
    signature: &[u32],
    keys: &Fingerprint,
    background: &Background,
    recipe: &Recipe,
    t: &Thresholds,
) -> DocumentTrace {
    let mut all = Shingles::default();
    shingles(&p.tokens, recipe.shingle, &mut all);
    let pair = |b: Banding| [b.bands, b.rows];
    let first_lanes = if all.hashes.is_empty() {
        vec![]
    } else {
        signature.iter().take(LISTED).copied().collect()
    };
    DocumentTrace {
        bytes: p.text.len() as u64,
        tokens: p.tokens.len() as u32,
        words: p.word_count(0..p.tokens.len() as u32),
        first_tokens: (0..p.tokens.len().min(LISTED)).map(|i| token(p, i, background)).collect(),
        paragraphs: p.paragraphs.iter().map(|r| paragraph(p, r, &all, recipe)).collect(),
        shingles: all.hashes.len() as u32,
        distinct_shingles: p.different_shingles() as u32,
        lanes: signature.len() as u32,
        first_lanes,
        banding: pair(recipe.banding()),
        paragraph_banding: if recipe.paragraph_lanes == 0 {
            [0, 0]
        } else {
            pair(recipe.paragraph_banding())
        },
        exact_key: keys.exact.map_or_else(String::new, |exact| format!("{exact:032x}")),
        bands: keys.bands.len() as u32,
        paragraph_bands: keys.paragraph_bands.len() as u32,
        anchors: keys.anchors.len() as u32,
        first_bands: keys.bands.iter().take(LISTED).map(|&k| hex(k)).collect(),
        searched: keys.tokens >= t.min_tokens,
        boilerplate: (p.tokens.len() - p.own_tokens()) as u32,
        repeats: repeat::inside(&p.tokens, &p.paragraphs, t)
            .iter()
            .map(|r| repeated(p, r))
            .collect(),
    }
}

fn token(p: &MaskedText, i: usize, background: &Background) -> TokenTrace {
    let (span, hash, kind) = (p.tokens.spans[i], p.tokens.hashes[i], p.tokens.kinds[i]);
    TokenTrace {
        text: p.text[span.range()].to_owned(),
        span,
        hash: hex(hash),
        weight: kind.length(),
        number: kind.is_number(),
        capital: kind.is_capital(),
        opens: kind.opens(),
        common: background.is_common(hash),
        boilerplate: p.is_boilerplate(i),
    }
}

fn paragraph(
    p: &MaskedText,
    range: &Range<u32>,
    all: &Shingles,
    recipe: &Recipe,
) -> ParagraphTrace {
    let inner = range.start as usize..range.end as usize;
    let begin = inner.start.min(all.ends.len())..inner.end.min(all.ends.len());
    let shingles = all.ends[begin].partition_point(|&e| e <= range.end) as u32;
    ParagraphTrace {
        span: p.tokens.span(inner.clone()),
        tokens: inner.len() as u32,
        boilerplate: inner.clone().filter(|&i| p.is_boilerplate(i)).count() as u32,
        shingles,
        banded: shingles >= recipe.paragraph_shingles.max(1) && recipe.paragraph_lanes > 0,
        key: (inner.len() as u32 >= EXACT_PARAGRAPH).then(|| hex(paragraph_key(&p.tokens, range))),
    }
}

fn repeated(p: &Prepared, r: &repeat::RepeatedPassage) -> RepeatTrace {
    let places = r.places.iter().map(|x| p.tokens.span(x.start as usize..x.end as usize)).collect();
    let count = match r.period {
        Some(period) => r.places.iter().map(|x| x.len() as u32 / period.max(1)).sum(),
        None => r.places.len() as u32,
    };
    RepeatTrace { tokens: r.tokens, count, paragraph: r.paragraph, period: r.period, places }
}

/// A key in hex digits: many JSON readers cannot represent 64 bits in a number.
fn hex(key: u64) -> String {
    format!("{key:016x}")
}
