//! Owns: what becomes of the words of a text: tokens, and words that a line end breaks. Never:
//! finds words.

use crate::span::Span;
use crate::text::normalise::{self, Normaliser};
use crate::text::token_kind::TokenKind;
use crate::text::word::{Form, PlainWords, Word, Words};
use std::borrow::Cow;
use unicode_script::{Script, UnicodeScript};
use unicode_segmentation::UnicodeSegmentation;

/// Makes tokens of the words of one text.
pub struct Builder<'t, 'b, F> {
    text: &'t str,
    take: F,
    normaliser: &'b mut Normaliser,
    /// A word whose other half may follow: its start and end, and its text without the break.
    joined: Option<(usize, usize, String)>,
    /// The end of the last token; 0 before the first.
    last_end: usize,
}

/// What takes the tokens of a text, in order.
pub trait TakeTokens {
    fn one(&mut self, hash: u64, span: Span, kind: TokenKind);

    /// Takes plain words; `long` has the hash of a word of more than 16 bytes.
    #[inline(always)]
    fn plain(&mut self, words: &PlainWords, long: impl Fn(Span) -> u64) {
        let mut rest = words.spans().iter().zip(words.kinds());
        words.each_hash(long, |hash| {
            if let Some((span, kind)) = rest.next() {
                self.one(hash, *span, *kind);
            }
        });
    }
}

/// Calls a function with each token.
pub struct EachToken<F>(pub F);

impl<F: FnMut(u64, Span, TokenKind)> TakeTokens for EachToken<F> {
    #[inline(always)]
    fn one(&mut self, hash: u64, span: Span, kind: TokenKind) {
        (self.0)(hash, span, kind);
    }
}

/// What a token is besides its place.
struct Value {
    hash: u64,
    script: u8,
    digit: bool,
    capital: bool,
}

impl<'t, 'b, F: TakeTokens> Builder<'t, 'b, F> {
    /// Begins with a text.
    pub fn new(text: &'t str, take: F, normaliser: &'b mut Normaliser) -> Builder<'t, 'b, F> {
        Builder { text, take, normaliser, joined: None, last_end: 0 }
    }

    #[inline(always)]
    fn give(&mut self, start: usize, end: usize, value: Value, opens: bool) {
        let bits = value.script
            | (u8::from(value.digit) * TokenKind::DIGIT)
            | (u8::from(value.capital) * TokenKind::CAPITAL)
            | (u8::from(opens) * TokenKind::OPENS);
        self.take.one(value.hash, Span::new(start as u32, end as u32), TokenKind(bits));
        self.last_end = end;
    }

    fn push(&mut self, start: usize, end: usize, value: Value) {
        let opens = self.opens(start);
        self.give(start, end, value, opens);
    }

    /// Whether a token that begins here is the first of its sentence.
    #[inline(never)]
    fn opens(&self, start: usize) -> bool {
        self.last_end == 0 || opens_sentence(&self.text[self.last_end..start])
    }

    /// Pushes a word of letters and digits that no break follows.
    fn simple_word(&mut self, start: usize, end: usize) {
        let word = &self.text[start..end];
        let hash = self.normaliser.letters(word);
        // Of the digits, `letters` has those of ASCII alone.
        let digit = word.bytes().any(|b| b.is_ascii_digit());
        let capital = word.chars().next().is_some_and(char::is_uppercase);
        self.push(start, end, Value { hash, script: 0, digit, capital });
    }

    /// Pushes each of these characters, which are in normal form and no digits.
    fn ideographs(&mut self, start: usize, end: usize) {
        let text = self.text;
        for (at, c) in text[start..end].char_indices() {
            let (from, to) = (start + at, start + at + c.len_utf8());
            let hash = self.normaliser.normal(&text[from..to]);
            let value = Value { hash, script: TokenKind::HAN, digit: false, capital: false };
            self.push(from, to, value);
        }
    }

    /// Keeps a word until its other half is found if a break may follow; otherwise pushes it as a
    /// token.
    fn push_or_hold(&mut self, start: usize, end: usize, word: Cow<str>) {
        let next = self.text[end..].chars().next();
        let broken =
            matches!(next, Some('-' | '\u{2010}' | '\u{200b}')) || word.ends_with('\u{ad}');
        if broken && word.chars().next_back().is_some_and(|c| c.is_alphabetic() || c == '\u{ad}') {
            self.joined = Some((start, end, word.into_owned()));
        } else {
            self.push_word(start, end, &word);
        }
    }

    /// Takes the word that is kept, when no other follows.
    pub fn flush(&mut self) {
        if let Some((start, end, word)) = self.joined.take() {
            self.push_word(start, end, &word);
        }
    }

    fn push_word(&mut self, start: usize, end: usize, word: &str) {
        let hash = self.normaliser.hash(word);
        let digit = word.chars().any(char::is_numeric);
        let capital = word.chars().next().is_some_and(char::is_uppercase);
        self.push(start, end, Value { hash, script: 0, digit, capital });
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
            let value = Value { hash, script: class, digit, capital: false };
            self.push(start + at, start + at + cluster.len(), value);
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

impl<F: TakeTokens> Words for Builder<'_, '_, F> {
    #[inline(always)]
    fn plain(&mut self, words: &mut PlainWords) {
        while self.joined.is_some() {
            // The first may be the other half of a broken word.
            let Some(first) = words.take_first() else { return };
            let (start, end) = (first.start as usize, first.end as usize);
            self.other(Word { start, end, form: Form::Other });
        }
        let (Some(first), Some(last)) = (words.spans().first(), words.spans().last()) else {
            return;
        };
        let end = last.end as usize;
        if words.gap_unknown {
            let opens = u8::from(self.opens(first.start as usize)) * TokenKind::OPENS;
            let kind = words.kinds()[0].0 & !TokenKind::OPENS | opens;
            words.set_first_kind(TokenKind(kind));
        }
        let bytes = self.text.as_bytes();
        self.take.plain(words, |word| normalise::ascii(&bytes[word.range()]));
        self.last_end = end;
    }

    #[inline(never)]
    fn other(&mut self, Word { mut start, mut end, form }: Word) {
        match form {
            Form::Simple if self.joined.is_none() => return self.simple_word(start, end),
            Form::Ideographs if self.joined.is_none() => return self.ideographs(start, end),
            _ => {}
        }
        let bytes = self.text.as_bytes();
        while bytes[start] == b'_' {
            start += 1;
        }
        while bytes[end - 1] == b'_' {
            end -= 1;
        }
        let word = &self.text[start..end];
        if let Some((from, to, mut half)) = self.joined.take() {
            if continues(&half, &self.text[to..start], word) {
                half.push_str(word);
                self.push_or_hold(from, end, Cow::Owned(half));
                return;
            }
            self.push_word(from, to, &half);
        }
        if word.chars().any(|c| script(c) != 0) {
            self.push_graphemes(start, word);
        } else {
            self.push_or_hold(start, end, Cow::Borrowed(word));
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
fn opens_sentence(gap: &str) -> bool {
    let plain = |b| matches!(b, b'.' | b'!' | b'?' | b'\n' | b':' | b'"');
    // A gap may be as long as the text: it is looked through twice, not once for each byte.
    gap.len() != 1 && (gap.bytes().any(plain) || !gap.is_ascii() && opens_wide(gap))
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
    use crate::text::letters::{self, Class};
    use crate::text::words::each_word;
    use crate::text::words::tests::text;
    use proptest::prelude::*;

    /// A builder to which nothing is told of its words.
    struct Untold<'t, 'b, F>(Builder<'t, 'b, F>);

    impl<F: TakeTokens> Words for Untold<'_, '_, F> {
        fn plain(&mut self, words: &mut PlainWords) {
            for word in words.spans() {
                let (start, end) = (word.start as usize, word.end as usize);
                self.0.other(Word { start, end, form: Form::Other });
            }
        }
        fn other(&mut self, word: Word) {
            self.0.other(Word { form: Form::Other, ..word });
        }
    }

    fn tokens(text: &str, told: bool) -> Vec<(u64, Span, TokenKind)> {
        let (mut tokens, mut normaliser) = (vec![], Normaliser::default());
        let take = EachToken(|hash, span, kind| tokens.push((hash, span, kind)));
        let mut builder = Untold(Builder::new(text, take, &mut normaliser));
        if told {
            each_word(text, &mut builder.0);
        } else {
            each_word(text, &mut builder);
        }
        builder.0.flush();
        tokens
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]
        #[test]
        fn what_is_known_of_a_word_changes_nothing(
            t in text(),
            other in "[A-Ca-c0-2 .,:'’·éßΣжЖعل한Ế中のカー“”«»…–—。，\u{301}\u{ad}\u{200b}‐_\n-]{0,80}",
        ) {
            prop_assert_eq!(tokens(&t, true), tokens(&t, false));
            prop_assert_eq!(tokens(&other, true), tokens(&other, false));
        }
    }

    #[test]
    fn a_gap_between_words_may_be_as_long_as_the_text() {
        for (filler, opens) in [("\u{301}", false), ("🇩", false), ("🙂 ", false), ("“", true)]
        {
            let text = format!("one {} two", filler.repeat(1 << 20));
            let found = tokens(&text, true);
            assert_eq!(found.len(), 2);
            assert_eq!(found[1].2.0 & TokenKind::OPENS != 0, opens, "{filler:?}");
        }
    }

    #[test]
    fn a_script_follows_from_the_class() {
        for c in '\0'..=char::MAX {
            match letters::class(c) {
                Class::Ideograph | Class::Katakana => assert_eq!(script(c), TokenKind::HAN),
                Class::Hard => {}
                _ => assert_eq!(script(c), 0, "{c}"),
            }
        }
    }
}
