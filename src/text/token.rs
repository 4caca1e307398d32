//! Owns: the conversion of a text to tokens: UAX #29 words with spans on the original text and
//! hashes of the normalised form. Never: makes shingles.
//!
//! The words are found in two ways: `plain_words` (in tests only) is the definition,
//! [`word_boundaries`] is the fast path; a property test checks that they agree.

use crate::span::Span;
use crate::text::normalise::Normaliser;
pub use crate::text::token_kind::{TokenKind, WORD};
use serde::{Deserialize, Serialize};
use unicode_script::{Script, UnicodeScript};
use unicode_segmentation::UnicodeSegmentation;

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

/// Cuts a text into tokens. Cost: linear; about 400 MB/s a core on ASCII text.
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
    // News text has about one token in six bytes; growing the buffers three times costs more than
    // the surplus memory.
    tokens.reserve(text.len() / 6 + 1);
    each_token(text, normaliser, |hash, span, kind| {
        tokens.hashes.push(hash);
        tokens.spans.push(span);
        tokens.kinds.push(kind);
    });
}

/// Calls `take` with the hash, the span and the kind of each token, in order.
pub fn each_token(text: &str, normaliser: &mut Normaliser, take: impl FnMut(u64, Span, TokenKind)) {
    let mut builder = Builder { text, take, normaliser, joined: None, last_end: 0 };
    word_boundaries(text, |start, end, ascii| builder.word(start, end, ascii));
    builder.flush();
}

/// The definition of the words and their positions: UAX #29 as unicode-segmentation implements it,
/// without the white space or ASCII punctuation that a combining letter includes in its word when
/// no other base character precedes it.
#[cfg(test)]
pub fn plain_words(text: &str) -> Vec<(usize, usize)> {
    let bare = |w: &str| {
        w.trim_start_matches(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && c != '_').len()
    };
    text.unicode_word_indices().map(|(at, w)| (at + w.len() - bare(w), at + w.len())).collect()
}

const OTHER: u8 = 0;
const CORE: u8 = 1;
const INFIX: u8 = 2;
const WIDE: u8 = 3;

/// The class of a byte for finding words.
static CLASS: [u8; 256] = {
    let mut table = [OTHER; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = match b as u8 {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' => CORE,
            b'.' | b',' | b';' | b':' | b'\'' => INFIX,
            0x80..=0xff => WIDE,
            _ => OTHER,
        };
        b += 1;
    }
    table
};

/// Calls `emit(start, end, ascii)` for each word, in order. A table cuts ASCII words. Where a word
/// touches a byte that is not ASCII, unicode-segmentation cuts from the beginning of that word to
/// the next ASCII white space: no word crosses white space, and none begins inside another.
pub fn word_boundaries(text: &str, mut emit: impl FnMut(usize, usize, bool)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match CLASS[bytes[at] as usize] {
            OTHER | INFIX => at += 1,
            CORE => match ascii_word(bytes, at) {
                Some(end) => {
                    // Nearly every word begins with a letter or digit; a word that begins with `_`
                    // may hold none.
                    if bytes[at] != b'_' || bytes[at..end].iter().any(u8::is_ascii_alphanumeric) {
                        emit(at, end, true);
                    }
                    at = end;
                }
                None => at = wide_words(text, at, &mut emit),
            },
            _ => at = wide_words(text, at, &mut emit),
        }
    }
}

/// The end of the word that begins at `start`, or `None` if a non-ASCII byte touches it.
#[inline(always)]
fn ascii_word(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        while at < bytes.len() && CLASS[bytes[at] as usize] == CORE {
            at += 1;
        }
        let Some(&b) = bytes.get(at) else { return Some(at) };
        match CLASS[b as usize] {
            OTHER => return Some(at),
            INFIX => match bytes.get(at + 1) {
                Some(&next) if next >= 0x80 => return None,
                Some(&next) if joins(bytes[at - 1], b, next) => at += 2,
                _ => return Some(at),
            },
            _ => return None,
        }
    }
}

/// Rules WB6, WB7, WB11 and WB12 for ASCII: a mark between two letters, or between two digits,
/// joins them.
#[inline(always)]
fn joins(before: u8, mark: u8, after: u8) -> bool {
    match mark {
        b'.' | b'\'' => {
            (before.is_ascii_alphabetic() && after.is_ascii_alphabetic())
                || (before.is_ascii_digit() && after.is_ascii_digit())
        }
        b':' => before.is_ascii_alphabetic() && after.is_ascii_alphabetic(),
        _ => before.is_ascii_digit() && after.is_ascii_digit(),
    }
}

#[cold]
#[inline(never)]
fn wide_words(text: &str, start: usize, emit: &mut impl FnMut(usize, usize, bool)) -> usize {
    let rest = &text.as_bytes()[start..];
    let end = start
        + rest
            .iter()
            .position(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 11 | 12))
            .unwrap_or(rest.len());
    for (at, word) in text[start..end].unicode_word_indices() {
        // The word of a combining letter includes the mark before it, which is not part of the
        // token.
        let bare = word
            .trim_start_matches(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && c != '_');
        emit(start + at + word.len() - bare.len(), start + at + word.len(), bare.is_ascii());
    }
    end
}

struct Builder<'t, 'b, F> {
    text: &'t str,
    take: F,
    normaliser: &'b mut Normaliser,
    /// A word whose other half may follow: its start and end, and its text without the break.
    joined: Option<(usize, usize, String)>,
    /// The end of the last token; 0 before the first.
    last_end: usize,
}

impl<F: FnMut(u64, Span, TokenKind)> Builder<'_, '_, F> {
    #[inline(always)]
    fn word(&mut self, mut start: usize, mut end: usize, ascii: bool) {
        let bytes = self.text.as_bytes();
        while bytes[start] == b'_' {
            start += 1;
        }
        while bytes[end - 1] == b'_' {
            end -= 1;
        }
        let may_join =
            self.joined.is_some() || bytes.get(end).is_some_and(|&b| b == b'-' || b >= 0x80);
        if may_join || !ascii {
            self.hard_word(start, end);
        } else {
            self.push_ascii(start, end);
        }
    }

    #[inline(always)]
    fn push_ascii(&mut self, start: usize, end: usize) {
        let bytes = &self.text.as_bytes()[start..end];
        let (hash, digit) = self.normaliser.ascii(bytes);
        self.push(start, end, hash, 0, digit, bytes[0].is_ascii_uppercase());
    }

    #[inline(always)]
    fn push(
        &mut self,
        start: usize,
        end: usize,
        hash: u64,
        script: u8,
        digit: bool,
        capital: bool,
    ) {
        let opens = self.last_end == 0 || opens_sentence(&self.text[self.last_end..start]);
        let bits = script
            | if digit { TokenKind::DIGIT } else { 0 }
            | if capital { TokenKind::CAPITAL } else { 0 }
            | if opens { TokenKind::OPENS } else { 0 };
        (self.take)(hash, Span::new(start as u32, end as u32), TokenKind(bits));
        self.last_end = end;
    }

    /// Takes a word that is not plain ASCII, or that may be half of a broken word.
    #[inline(never)]
    fn hard_word(&mut self, start: usize, end: usize) {
        let word = &self.text[start..end];
        if let Some((from, to, mut half)) = self.joined.take() {
            if continues(&half, &self.text[to..start], word) {
                half.push_str(word);
                self.push_or_hold(from, end, half);
                return;
            }
            self.push_word(from, to, &half);
        }
        if word.chars().any(|c| script(c) != 0) {
            self.push_graphemes(start, word);
        } else {
            self.push_or_hold(start, end, word.to_owned());
        }
    }

    /// Keeps a word until its other half is found if a break may follow; otherwise pushes it as a
    /// token.
    fn push_or_hold(&mut self, start: usize, end: usize, word: String) {
        let next = self.text[end..].chars().next();
        let broken =
            matches!(next, Some('-' | '\u{2010}' | '\u{200b}')) || word.ends_with('\u{ad}');
        if broken && word.chars().next_back().is_some_and(|c| c.is_alphabetic() || c == '\u{ad}') {
            self.joined = Some((start, end, word));
        } else {
            self.push_word(start, end, &word);
        }
    }

    fn flush(&mut self) {
        if let Some((start, end, word)) = self.joined.take() {
            self.push_word(start, end, &word);
        }
    }

    fn push_word(&mut self, start: usize, end: usize, word: &str) {
        let hash = self.normaliser.hash(word);
        let digit = word.chars().any(char::is_numeric);
        let capital = word.chars().next().is_some_and(char::is_uppercase);
        self.push(start, end, hash, 0, digit, capital);
    }

    /// Pushes a run in a script without spaces: one token for each grapheme cluster of that script,
    /// and one for each run of other characters inside it.
    fn push_graphemes(&mut self, start: usize, word: &str) {
        let mut plain = 0..0;
        for (at, cluster) in word.grapheme_indices(true) {
            let class = cluster.chars().map(script).find(|&s| s != 0).unwrap_or(0);
            if class == 0 {
                plain = if plain.is_empty() {
                    at..at + cluster.len()
                } else {
                    plain.start..at + cluster.len()
                };
                continue;
            }
            self.plain_run(start, word, &mut plain);
            let hash = self.normaliser.hash(cluster);
            let digit = cluster.chars().any(|c| c.is_numeric());
            self.push(start + at, start + at + cluster.len(), hash, class, digit, false);
        }
        self.plain_run(start, word, &mut plain);
    }

    fn plain_run(&mut self, start: usize, word: &str, run: &mut std::ops::Range<usize>) {
        let range = std::mem::take(run);
        if word[range.clone()].chars().any(char::is_alphanumeric) {
            self.push_word(start + range.start, start + range.end, &word[range]);
        }
    }
}

/// Whether `gap` is a line break behind a hyphen, or consists of zero-width spaces, so that the
/// halves are one word.
fn continues(half: &str, gap: &str, word: &str) -> bool {
    if !gap.is_empty() && gap.chars().all(|c| c == '\u{200b}') {
        return word.chars().next().is_some_and(char::is_alphanumeric);
    }
    let behind = gap.strip_prefix(['-', '\u{2010}']).or(half.ends_with('\u{ad}').then_some(gap));
    let Some(behind) = behind else { return false };
    behind.bytes().all(|b| b.is_ascii_whitespace())
        && behind.bytes().filter(|&b| b == b'\n').count() == 1
        && word.chars().next().is_some_and(char::is_lowercase)
}

/// The script class of a character of a script that is written without spaces; 0 for all other
/// characters.
fn script(c: char) -> u8 {
    if c < '\u{e00}' {
        return 0;
    }
    match c.script() {
        Script::Han | Script::Hiragana | Script::Katakana | Script::Bopomofo => TokenKind::HAN,
        // A number is one token, as in the digits of other scripts.
        Script::Thai | Script::Lao | Script::Khmer | Script::Myanmar if !c.is_numeric() => {
            TokenKind::SOUTHEAST
        }
        // The prolonged sound mark is used with both kana, so it has no script of its own.
        _ if matches!(c, '\u{30fc}' | '\u{ff70}') => TokenKind::HAN,
        _ => 0,
    }
}

/// Whether the bytes between two tokens end a sentence or open a quotation.
#[inline(always)]
fn opens_sentence(gap: &str) -> bool {
    // Nearly every gap is one space.
    gap.len() != 1
        && gap.bytes().any(|b| {
            matches!(b, b'.' | b'!' | b'?' | b'\n' | b':' | b'"') || b >= 0x80 && opens_wide(gap)
        })
}

#[cold]
fn opens_wide(gap: &str) -> bool {
    gap.contains([
        '“', '‘', '«', '‹', '„', '「', '『', '。', '！', '？', '؟', '۔', '։', '።', '।', '॥', '။',
        '។', '…', '¿', '¡', '\u{37e}',
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn strings(text: &str) -> Vec<&str> {
        tokenize(text).spans.iter().map(|s| &text[s.range()]).collect()
    }

    fn same(x: &str, y: &str) {
        assert_eq!(tokenize(x).hashes, tokenize(y).hashes, "{x:?} and {y:?}");
    }

    /// Letters, digits, marks and difficult cases of every class that the rules of UAX #29 name.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            8 => "[a-zA-Z]{1,6}", 4 => " {1,2}", 3 => "[0-9]{1,4}", 4 => "[-.,;:'\"_/!?()\n\r\t]",
            2 => prop::sample::select(vec!["’", "é", "e\u{301}", "\u{301}", "\u{ad}", "\u{200b}",
                "\u{200d}", "\u{feff}", "\u{a0}", "ß", "İ", "א\"ב", "ש'", "ー",
                "カナ", "漢字", "かな", "ﾊﾞ", "ไทย", "ภาษา", "ລາວ", "ខ្មែរ", "မြန်မာ", "한국어", "العربية",
                    "٣٫٤", "हिन्दी", "🇩🇪", "👩‍🚀", "‿", "—", "\u{2028}", "-\n", "\u{2060}", "Ⅷ",
                    "ﬁ"]).prop_map(str::to_owned),
            1 => any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(piece, 0..40).prop_map(|p| p.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]
        #[test]
        fn the_fast_path_cuts_as_the_definition(t in text()) {
            let mut fast = vec![];
            word_boundaries(&t, |s, e, ascii| {
                assert_eq!(ascii, t[s..e].is_ascii());
                fast.push((s, e));
            });
            prop_assert_eq!(fast, plain_words(&t));
        }

        #[test]
        fn ascii_too(t in "[a-cA-C0-2_ .,;:'\"\n-]{0,40}") {
            let mut fast = vec![];
            word_boundaries(&t, |s, e, ascii| {
                assert_eq!(ascii, t[s..e].is_ascii());
                fast.push((s, e));
            });
            prop_assert_eq!(fast, plain_words(&t));
        }

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
