//! Owns: where the words of a text are, by UAX #29. Never: hashes a word.
//!
//! The words are found in two ways: `plain_words` (in tests only) is the definition, [`each_word`]
//! is the fast path; a property test checks that they agree.

use crate::text::byte_masks::{self, BLOCK, DIGIT, LETTER, Masks, SPACE};
use crate::text::token_kind::TokenKind;
use crate::text::wide_words::wide_words;
use crate::text::word::{Form, PlainWords, Word, Words};

/// Hands over each word, in order.
///
/// Bit masks cut ASCII words, 64 bytes at a time. Where a word touches a byte that is not ASCII,
/// all is cut anew from the beginning of that word to the next ASCII white space: no word crosses
/// white space, and none begins inside another.
#[inline(always)]
pub fn each_word(text: &str, take: &mut impl Words) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2")
        && std::arch::is_x86_feature_detected!("bmi1")
        && std::arch::is_x86_feature_detected!("bmi2")
    {
        // SAFETY: the processor has what the function requires; its body is the plain one, with
        // the same masks.
        return unsafe { each_word_avx2(text, take) };
    }
    Cutter::new(text).cut(byte_masks::masks, take);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2")]
#[inline]
fn each_word_avx2(text: &str, take: &mut impl Words) {
    Cutter::new(text).cut(|block| byte_masks::masks_avx2(block), take);
}

/// The state between two blocks of 64 bytes.
struct Cutter<'t> {
    text: &'t str,
    /// The first byte of the block.
    base: usize,
    /// The bytes of the block that are not yet cut.
    active: u64,
    /// Whether the byte before the block is a letter, a digit or an underscore, in bit 0.
    letter: u64,
    digit: u64,
    underscore: u64,
    /// Whether a word goes on from the block before, in bit 0.
    inside: u64,
    /// That word, if there is one.
    open: OpenWord,
    /// The plain words of the block.
    plain: PlainWords,
    /// The end of the last word, or `usize::MAX` if what followed it was not looked at.
    from: usize,
    /// Whether a byte behind the last word, but before the block, ends a sentence.
    opens: bool,
}

/// A word whose end is not found yet.
#[derive(Debug, Clone, Copy)]
struct OpenWord {
    start: usize,
    /// Whether it begins with an underscore.
    odd: bool,
    /// The bits of its kind so far.
    kind: u8,
    gap_unknown: bool,
}

/// What a block holds.
struct Block {
    /// The bytes of words.
    words: u64,
    /// The first byte of each word, and the byte behind each.
    starts: u64,
    ends: u64,
    /// Of the starts and ends, those of words that are not plain.
    odd_starts: u64,
    odd_ends: u64,
    opener: u64,
    /// Where the first word that touches a byte that is not ASCII ends, or that byte itself.
    hit: u64,
    /// Whether the last byte belongs to a word that may go on, in bit 0.
    inside: u64,
}

impl<'t> Cutter<'t> {
    fn new(text: &'t str) -> Cutter<'t> {
        Cutter {
            text,
            base: 0,
            active: !0,
            letter: 0,
            digit: 0,
            underscore: 0,
            inside: 0,
            open: OpenWord { start: 0, odd: false, kind: 0, gap_unknown: true },
            plain: PlainWords::new(),
            from: usize::MAX,
            opens: false,
        }
    }

    #[inline(always)]
    fn cut(mut self, masks: impl Fn(&[u8; BLOCK]) -> Masks, take: &mut impl Words) {
        let bytes = self.text.as_bytes();
        let (mut known, mut at) = (usize::MAX, Masks::default());
        // Behind the text there are zeros, so that its last word has an end.
        while self.base <= bytes.len() {
            if self.base != known {
                let mut last = [0; BLOCK];
                let block = bytes[self.base..].first_chunk().unwrap_or_else(|| {
                    last[..bytes.len() - self.base].copy_from_slice(&bytes[self.base..]);
                    &last
                });
                at = masks(block);
                self.plain.begin(self.base, block);
                known = self.base;
            }
            let block = self.block(&at);
            if self.is_plain(&block) {
                self.plain_words(&block, &at, take);
            } else {
                let before = if block.hit == 0 { !0 } else { below(block.hit.trailing_zeros()) };
                self.words(&block, &at, before, take);
            }
            if block.hit == 0 {
                (self.base, self.active, self.inside) = (self.base + BLOCK, !0, block.inside);
                (self.letter, self.digit) = (at.letter >> 63, at.digit >> 63);
                self.underscore = at.underscore >> 63;
            } else {
                self.wide(&block, take);
            }
        }
    }

    /// Rules WB6, WB7, WB11 and WB12 for ASCII: a mark between two letters, or between two digits,
    /// joins them.
    #[inline(always)]
    fn block(&self, m: &Masks) -> Block {
        let next = self.text.as_bytes().get(self.base + BLOCK).copied().unwrap_or(0);
        let class = byte_masks::class(next);
        let behind = |mask: u64, next: bool| mask >> 1 | u64::from(next) << 63;
        let joined = m.joins_letters
            & (m.letter << 1 | self.letter)
            & behind(m.letter, class & LETTER != 0)
            | m.joins_digits & (m.digit << 1 | self.digit) & behind(m.digit, class & DIGIT != 0);
        let words = (m.letter | m.digit | m.underscore | joined) & self.active;
        let before = words << 1 | self.inside;
        let (starts, ends) = (words & !before, !words & before);
        let mark = m.joins_letters | m.joins_digits;
        let touches = m.wide | mark & behind(m.wide, next >= 0x80);
        Block {
            words,
            starts,
            ends,
            odd_starts: m.underscore,
            odd_ends: m.underscore << 1
                | self.underscore
                | m.hyphen & behind(m.space, class & SPACE != 0),
            opener: m.opener,
            hit: ends & touches | m.wide & self.active,
            inside: words >> 63,
        }
    }

    /// Whether all words of the block, and the open one, are plain.
    #[inline(always)]
    fn is_plain(&self, block: &Block) -> bool {
        let odd = block.starts & block.odd_starts | block.ends & block.odd_ends;
        odd | block.hit == 0 && self.active == !0 && !(self.inside != 0 && self.open.odd)
    }

    /// [`Cutter::words`] of a whole block whose words are plain, without a branch for what a word
    /// is.
    #[inline(always)]
    fn plain_words(&mut self, block: &Block, m: &Masks, take: &mut impl Words) {
        let Block { words, mut starts, mut ends, .. } = *block;
        // An addition carries a mark in a run of bits to the bit behind the run: from the gap
        // before a word to its first byte, and from a digit in a word to the byte behind it.
        let opens_before = self.inside == 0 && self.opens;
        let (opens, opens_next) = add(!words, block.opener & !words, opens_before);
        let after_one_byte = ends << 1 | u64::from(self.from.wrapping_add(1) == self.base);
        let opens = opens & !after_one_byte;
        let digit_before = self.inside != 0 && self.open.kind & TokenKind::DIGIT != 0;
        let (digits, digit_next) = add(words, m.digit, digit_before);
        let mut open = self.open;
        if self.inside == 0 {
            open = self.plain_start(&mut starts, opens, m);
            open.gap_unknown = self.from == usize::MAX;
        }
        self.plain.gap_unknown = open.gap_unknown;
        while ends != 0 {
            let at = ends.trailing_zeros();
            ends &= ends - 1;
            let kind = open.kind | ((digits >> at & 1) as u8 * TokenKind::DIGIT);
            self.plain.push(open.start, self.base + at as usize, kind);
            open = self.plain_start(&mut starts, opens, m);
        }
        if let Some(last) = block.ends.checked_ilog2() {
            self.from = self.base + last as usize;
        }
        open.kind = open.kind & !TokenKind::DIGIT | (u8::from(digit_next) * TokenKind::DIGIT);
        (self.open, self.opens) = (open, opens_next);
        self.hand_over(take);
    }

    /// Hands the plain words over that were found.
    #[inline(always)]
    fn hand_over(&mut self, take: &mut impl Words) {
        if !self.plain.spans().is_empty() {
            take.plain(&mut self.plain);
            self.plain.clear();
        }
    }

    /// The next plain word of a block, if there is one.
    #[inline(always)]
    fn plain_start(&self, starts: &mut u64, opens: u64, m: &Masks) -> OpenWord {
        let at = starts.trailing_zeros() & 63;
        *starts &= starts.wrapping_sub(1);
        let kind = ((opens >> at & 1) as u8 * TokenKind::OPENS)
            | ((m.capital >> at & 1) as u8 * TokenKind::CAPITAL);
        OpenWord { start: self.base + at as usize, odd: false, kind, gap_unknown: false }
    }

    /// Takes the words of a block that end at one of the bytes `before`, and begins the one that
    /// is not at its end there.
    #[inline(never)]
    fn words(&mut self, block: &Block, m: &Masks, before: u64, take: &mut impl Words) {
        let (mut starts, mut ends) = (block.starts, block.ends & before);
        let mut inside = self.inside != 0;
        // What changes with each word is kept in registers.
        let mut open = self.open;
        let (mut from, mut opens) = (self.from, self.opens);
        // The bytes behind the last word.
        let mut since = !0u64;
        // The first bit of the open word in this block.
        let mut bit = 0;
        loop {
            if !inside {
                if starts == 0 {
                    break;
                }
                bit = starts.trailing_zeros();
                starts &= starts - 1;
                let start = self.base + bit as usize;
                let opens = (opens | (block.opener & since & below(bit) != 0))
                    & (start.wrapping_sub(from) != 1);
                open = OpenWord {
                    start,
                    odd: block.odd_starts >> bit & 1 != 0,
                    kind: (u8::from(opens) * TokenKind::OPENS)
                        | ((m.capital >> bit & 1) as u8 * TokenKind::CAPITAL),
                    gap_unknown: from == usize::MAX,
                };
            }
            if ends == 0 {
                break;
            }
            let at = ends.trailing_zeros();
            ends &= ends - 1;
            let end = self.base + at as usize;
            if open.odd | (block.odd_ends >> at & 1 != 0) {
                from = usize::MAX;
                self.hand_over(take);
                self.odd_word(open.start, end, take);
            } else {
                from = end;
                let digit = (m.digit & below(at)) >> bit != 0;
                if self.plain.spans().is_empty() {
                    self.plain.gap_unknown = open.gap_unknown;
                }
                self.plain.push(open.start, end, open.kind | (u8::from(digit) * TokenKind::DIGIT));
            }
            (opens, since, inside, bit) = (false, !0 << at, false, 0);
        }
        // What the block has of the open word.
        open.kind |= u8::from(m.digit >> bit != 0) * TokenKind::DIGIT;
        (self.open, self.from) = (open, from);
        self.opens = opens | (block.opener & since != 0);
        self.hand_over(take);
    }

    /// Takes a word that may begin or end with `_`, or be half of a broken word.
    #[inline(never)]
    fn odd_word(&self, start: usize, end: usize, take: &mut impl Words) {
        // A word that begins with `_` may hold no letter or digit.
        if self.text.as_bytes()[start..end].iter().any(u8::is_ascii_alphanumeric) {
            take.other(Word { start, end, form: Form::Other });
        }
    }

    /// Takes the words of a stretch that is not ASCII, and goes on behind it.
    #[inline(never)]
    fn wide(&mut self, block: &Block, take: &mut impl Words) {
        let at = block.hit.trailing_zeros();
        let touched = block.ends >> at & 1 != 0;
        let start = if touched { self.open.start } else { self.base + at as usize };
        let end = wide_words(self.text, start, take);
        self.base = end / BLOCK * BLOCK;
        self.active = !0 << (end % BLOCK);
        (self.letter, self.digit, self.underscore, self.inside) = (0, 0, 0, 0);
        self.from = usize::MAX;
    }
}

/// The sum of two masks and a bit, and whether it has a bit more.
#[inline(always)]
const fn add(x: u64, y: u64, bit: bool) -> (u64, bool) {
    let (sum, more) = x.overflowing_add(y);
    let (sum, one_more) = sum.overflowing_add(bit as u64);
    (sum, more | one_more)
}

/// The bits below a bit.
#[inline(always)]
const fn below(bit: u32) -> u64 {
    (1 << bit) - 1
}

/// The definition of the words and their positions: UAX #29 as unicode-segmentation implements it,
/// without the white space or ASCII punctuation that a combining letter includes in its word when
/// no other base character precedes it.
#[cfg(test)]
pub fn plain_words(text: &str) -> Vec<(usize, usize)> {
    use unicode_segmentation::UnicodeSegmentation;
    let bare = |w: &str| {
        w.trim_start_matches(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && c != '_').len()
    };
    text.unicode_word_indices().map(|(at, w)| (at + w.len() - bare(w), at + w.len())).collect()
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Letters, digits, marks and difficult cases of every class that the rules of UAX #29 name.
    pub fn text() -> impl Strategy<Value = String> {
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

    /// The words of a text, and what is known of those that are not plain.
    #[derive(Default, Debug, PartialEq)]
    struct Taken(Vec<(usize, usize, Option<Form>)>);

    impl Words for Taken {
        fn plain(&mut self, words: &mut PlainWords) {
            self.0.extend(words.spans().iter().map(|w| (w.start as usize, w.end as usize, None)));
        }
        fn other(&mut self, word: Word) {
            self.0.push((word.start, word.end, Some(word.form)));
        }
    }

    fn is_cut_as_defined(text: &str) {
        let (mut fast, mut portable) = (Taken::default(), Taken::default());
        each_word(text, &mut fast);
        Cutter::new(text).cut(byte_masks::masks, &mut portable);
        assert_eq!(fast, portable);
        let places: Vec<_> = fast.0.iter().map(|w| (w.0, w.1)).collect();
        assert_eq!(places, plain_words(text));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]
        #[test]
        fn the_fast_path_cuts_as_the_definition(t in text(), front in 0usize..70) {
            is_cut_as_defined(&t);
            is_cut_as_defined(&format!("{}{t}{t}", "x ".repeat(front)));
        }

        #[test]
        fn ascii_too(t in "[a-cA-C0-2_ .,;:'\"\n-]{0,140}") {
            is_cut_as_defined(&t);
        }

        #[test]
        fn letters_of_other_scripts_too(
            t in "[a-c0-2 .,:'’·éßΣжЖعل한Ế中のカー“”«»…–—。，́\u{ad}\u{200b}_-]{0,80}",
        ) {
            is_cut_as_defined(&t);
        }
    }
}
