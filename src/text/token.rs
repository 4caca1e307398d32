//! Owns: the tokens of a text: UAX #29 words with spans on the original text and hashes of the
//! normalised form. Never: makes shingles.

use crate::span::Span;
use crate::text::normalise::Normaliser;
use crate::text::token_builder::{Builder, EachToken, TakeTokens};
pub use crate::text::token_kind::{TokenKind, WORD};
use crate::text::word::PlainWords;
use crate::text::words::each_word;
use serde::{Deserialize, Serialize};

/// The tokens of one text, stored field by field: about 17 bytes a token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// The hash of each normalised token.
    pub hashes: Vec<u64>,
    /// The span of each token in the original text.
    pub spans: Vec<Span>,
    /// The script class of each token, and whether it holds a digit, begins with a capital or
    /// begins a sentence.
    pub kinds: Vec<TokenKind>,
}

impl Tokens {
    /// The number of tokens.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }
    /// Whether there is no token.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }
    /// The bytes from the first to the last token of a range, which must not be empty.
    pub fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.spans[range.start].start, self.spans[range.end - 1].end)
    }
    /// The tokens without their spans.
    pub(crate) fn values(&self) -> TokenValues<'_> {
        TokenValues { hashes: &self.hashes, kinds: &self.kinds }
    }
    fn reserve(&mut self, more: usize) {
        self.hashes.reserve(more);
        self.spans.reserve(more);
        self.kinds.reserve(more);
    }
    fn clear(&mut self) {
        self.hashes.clear();
        self.spans.clear();
        self.kinds.clear();
    }
}

/// Consecutive tokens of one text without their spans.
#[derive(Debug, Clone, Copy)]
pub struct TokenValues<'t> {
    /// The hash of each token.
    pub hashes: &'t [u64],
    /// The kind of each token.
    pub kinds: &'t [TokenKind],
}

impl<'t> TokenValues<'t> {
    /// The tokens of a range.
    pub fn slice(self, range: std::ops::Range<usize>) -> TokenValues<'t> {
        TokenValues { hashes: &self.hashes[range.clone()], kinds: &self.kinds[range] }
    }
}

impl<'t> From<&'t Tokens> for TokenValues<'t> {
    fn from(tokens: &'t Tokens) -> TokenValues<'t> {
        tokens.values()
    }
}

/// Cuts a text into tokens. Cost: linear; about 200 MB/s a core on ASCII text.
///
/// A token is a [UAX #29](https://www.unicode.org/reports/tr29/) word that holds a letter or digit,
/// without `_` around it. Han, kana, Thai, Lao, Khmer and Burmese runs are cut per grapheme
/// cluster. A word that a hyphen breaks at a line end is one token if a lower-case letter follows,
/// and so is a word that a zero-width space breaks. Hashes are made from the normalised form: NFKC,
/// case folded, apostrophes unified, invisible characters and Arabic and Hebrew vowel signs
/// removed, digits of any script as ASCII digits.
///
/// ```
/// let text = "The “bath-\n  tub” isn’t FULL.";
/// let t = nearcopy::text::tokenize(text);
/// let words: Vec<_> = t.spans.iter().map(|s| &text[s.range()]).collect();
/// assert_eq!(words, ["The", "bath-\n  tub", "isn’t", "FULL"]);
/// assert_eq!(t.hashes, nearcopy::text::tokenize("the bathtub isn't full").hashes);
/// ```
pub fn tokenize(text: &str) -> Tokens {
    let mut tokens = Tokens::default();
    tokenize_into(text, &mut tokens, &mut Normaliser::default());
    tokens
}

/// Like [`tokenize`], but reuses the buffers of the caller.
pub fn tokenize_into(text: &str, tokens: &mut Tokens, normaliser: &mut Normaliser) {
    tokens.clear();
    // News text has a little more than one token in six bytes; to grow a buffer is to copy it, and
    // leaves it twice as large as it need be.
    tokens.reserve(text.len() / 5 + 8);
    take_tokens(text, normaliser, tokens);
}

impl TakeTokens for &mut Tokens {
    #[inline(always)]
    fn one(&mut self, hash: u64, span: Span, kind: TokenKind) {
        self.hashes.push(hash);
        self.spans.push(span);
        self.kinds.push(kind);
    }

    #[inline(always)]
    fn plain(&mut self, words: &PlainWords, long: impl Fn(Span) -> u64) {
        words.hashes(long, &mut self.hashes);
        self.spans.extend_from_slice(words.spans());
        self.kinds.extend_from_slice(words.kinds());
    }
}

/// Calls `take` with the hash, the span and the kind of each token, in order.
pub fn each_token(text: &str, normaliser: &mut Normaliser, take: impl FnMut(u64, Span, TokenKind)) {
    take_tokens(text, normaliser, EachToken(take));
}

#[inline(always)]
fn take_tokens(text: &str, normaliser: &mut Normaliser, take: impl TakeTokens) {
    let mut builder = Builder::new(text, take, normaliser);
    each_word(text, &mut builder);
    builder.flush();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::words::tests::text;
    use proptest::prelude::*;

    fn strings(text: &str) -> Vec<&str> {
        tokenize(text).spans.iter().map(|s| &text[s.range()]).collect()
    }

    fn same(x: &str, y: &str) {
        assert_eq!(tokenize(x).hashes, tokenize(y).hashes, "{x:?} and {y:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]
        #[test]
        fn spans_ascend_on_character_borders(t in text()) {
            let mut last = 0;
            for s in tokenize(&t).spans {
                prop_assert!(s.start >= last && s.end > s.start);
                prop_assert!(t.get(s.range()).is_some());
                last = s.end;
            }
        }
    }

    #[test]
    fn words_and_joins() {
        assert_eq!(
            strings("It's 3.14, or 1,750 dlrs (U.S.A)."),
            ["It's", "3.14", "or", "1,750", "dlrs", "U.S.A"]
        );
        assert_eq!(
            strings("_so_ __x_y__ _ exam-\nple exam-\r\n  ple Anglo-\nSaxon well-known"),
            ["so", "x_y", "exam-\nple", "exam-\r\n  ple", "Anglo", "Saxon", "well", "known"]
        );
        assert_eq!(strings("a-\nb-\nc"), ["a-\nb-\nc"]);
        assert_eq!(strings("exam-\n\nple"), ["exam", "ple"]);
        assert_eq!(
            strings("漢字カナとABC 1984年"),
            ["漢", "字", "カ", "ナ", "と", "ABC", "1984", "年"]
        );
        assert_eq!(strings("ภาษาไทย").len(), 7);
        assert_eq!(strings("ข้อ๑๒ไทย១២"), ["ข้", "อ", "๑๒", "ไ", "ท", "ย", "១២"]);
        assert_eq!(strings("a:\u{1dd3} -\u{1dd3}"), ["a", "\u{1dd3}", "\u{1dd3}"]);
        assert_eq!(strings(""), [""; 0]);
        assert_eq!(strings("-- ... !"), [""; 0]);
    }

    #[test]
    fn one_form() {
        same("“Don’t” STOP", "\"don't\" stop");
        same("co\u{ad}operate", "cooperate");
        same("coo\u{200b}per", "cooper");
        same("co\u{ad}\noperate", "cooperate");
        same("caf\u{e9} ﬁnance ＡＢＣ", "cafe\u{301} finance abc");
        same("Straße ΣΊΣΥΦΟΣ", "STRASSE σίσυφος");
        same("\u{202e}abc\u{202c} de\u{200d}f", "abc def");
        same("exam-\nple", "example");
        same("أنّ ١٢ พ.ศ. ๒๔๙๑", "أن 12 พ.ศ. 2491");
        assert_ne!(tokenize("1987").hashes, tokenize("1988").hashes);
    }

    #[test]
    fn kinds() {
        let t = tokenize("The 3 Men met Bob. They left 漢 ไ");
        let flags: Vec<_> = t
            .kinds
            .iter()
            .map(|k| (k.is_number(), k.is_capital(), k.opens(), k.length()))
            .collect();
        assert_eq!(flags[0], (false, true, true, 24));
        assert_eq!(flags[1], (true, false, false, 24));
        assert_eq!(flags[4], (false, true, false, 24));
        assert_eq!(flags[5], (false, true, true, 24));
        assert_eq!((flags[7].3, flags[8].3), (15, 8));
    }
}
