//! Owns: which of 64 bytes belong to a class that matters for words, as one bit a byte, and which
//! end a line. Never: decides where a word begins.
//!
//! The table [`class`] is the definition. AVX2 makes the same masks with about one instruction a
//! byte; a property test checks that they agree.

/// The number of bytes that one set of masks describes.
pub const BLOCK: usize = 64;

/// The classes of 64 bytes; bit i describes byte i.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Masks {
    /// ASCII letters.
    pub letter: u64,
    /// ASCII capitals.
    pub capital: u64,
    /// ASCII digits.
    pub digit: u64,
    /// The marks `.`, `'` and `:`, which join two letters.
    pub joins_letters: u64,
    /// The marks `.`, `'`, `,` and `;`, which join two digits.
    pub joins_digits: u64,
    /// What ends a sentence or opens a quotation.
    pub opener: u64,
    /// ASCII white space as [`u8::is_ascii_whitespace`] has it.
    pub space: u64,
    /// The hyphen.
    pub hyphen: u64,
    /// The underscore.
    pub underscore: u64,
    /// Bytes that are not ASCII.
    pub wide: u64,
}

pub const LETTER: u8 = 1;
pub const DIGIT: u8 = 2;
const JOINS_LETTERS: u8 = 4;
const JOINS_DIGITS: u8 = 8;
const OPENER: u8 = 16;
pub const SPACE: u8 = 32;
const HYPHEN: u8 = 64;
const UNDERSCORE: u8 = 128;

/// The classes of each ASCII byte, as a set of bits; a byte that is not ASCII has none.
static CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = match b as u8 {
            b'A'..=b'Z' | b'a'..=b'z' => LETTER,
            b'0'..=b'9' => DIGIT,
            b'.' => JOINS_LETTERS | JOINS_DIGITS | OPENER,
            b'\'' => JOINS_LETTERS | JOINS_DIGITS,
            b':' => JOINS_LETTERS | OPENER,
            b',' | b';' => JOINS_DIGITS,
            b'!' | b'?' | b'"' => OPENER,
            b'\n' => SPACE | OPENER,
            b' ' | b'\t' | b'\r' | 12 => SPACE,
            b'-' => HYPHEN,
            b'_' => UNDERSCORE,
            _ => 0,
        };
        b += 1;
    }
    table
};

/// The classes of a byte.
#[inline(always)]
pub fn class(byte: u8) -> u8 {
    CLASS[byte as usize]
}

/// The masks by the table, for any processor: about eight instructions a byte.
#[inline]
pub fn masks(block: &[u8; BLOCK]) -> Masks {
    let mut out = Masks::default();
    for (n, eight) in block.as_chunks::<8>().0.iter().enumerate() {
        let classes = u64::from_le_bytes(eight.map(class));
        let bits = |bit: u8| lowest_bits(classes >> bit.trailing_zeros()) << (8 * n);
        out.letter |= bits(LETTER);
        out.capital |= bits(LETTER) & !(lowest_bits(u64::from_le_bytes(*eight) >> 5) << (8 * n));
        out.digit |= bits(DIGIT);
        out.joins_letters |= bits(JOINS_LETTERS);
        out.joins_digits |= bits(JOINS_DIGITS);
        out.opener |= bits(OPENER);
        out.space |= bits(SPACE);
        out.hyphen |= bits(HYPHEN);
        out.underscore |= bits(UNDERSCORE);
        out.wide |= lowest_bits(u64::from_le_bytes(*eight) >> 7) << (8 * n);
    }
    out
}

/// The lowest bit of each byte, side by side: the product brings bit 8i to bit 56 + i, and no two
/// of its terms meet.
#[inline(always)]
const fn lowest_bits(bytes: u64) -> u64 {
    (bytes & 0x0101_0101_0101_0101).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Calls `take` with the end of each line of a text, behind its line feed.
#[inline(always)]
pub fn each_line(text: &str, take: impl FnMut(usize)) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2, which is all that the function requires; its body is the
        // plain one, with the same mask.
        return unsafe { each_line_avx2(text.as_bytes(), take) };
    }
    lines(text.as_bytes(), line_feeds, take);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
#[inline]
fn each_line_avx2(text: &[u8], take: impl FnMut(usize)) {
    lines(text, |block| line_feeds_avx2(block), take);
}

#[inline(always)]
fn lines(text: &[u8], feeds: impl Fn(&[u8; BLOCK]) -> u64, mut take: impl FnMut(usize)) {
    let (mut base, mut last) = (0, 0);
    while base < text.len() {
        let mut found = match text[base..].first_chunk() {
            Some(block) => feeds(block),
            None => {
                let mut block = [0; BLOCK];
                block[..text.len() - base].copy_from_slice(&text[base..]);
                feeds(&block)
            }
        };
        while found != 0 {
            last = base + found.trailing_zeros() as usize + 1;
            take(last);
            found &= found - 1;
        }
        base += BLOCK;
    }
    if last < text.len() {
        take(text.len());
    }
}

/// The line feeds of a block: a byte is zero if neither its lower bits carry into its upper bit
/// nor that is set.
fn line_feeds(block: &[u8; BLOCK]) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    block.as_chunks::<8>().0.iter().rev().fold(0, |bits, &eight| {
        let zero = u64::from_le_bytes(eight) ^ 0x0a0a_0a0a_0a0a_0a0a;
        bits << 8 | lowest_bits(!(((zero & LOW) + LOW) | zero) >> 7)
    })
}

/// The same mask.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
#[inline]
fn line_feeds_avx2(block: &[u8; BLOCK]) -> u64 {
    use std::arch::x86_64::*;
    let feeds = |half| _mm256_movemask_epi8(_mm256_cmpeq_epi8(half, _mm256_set1_epi8(10))) as u32;
    let (low, high) = block.split_at(BLOCK / 2);
    u64::from(feeds(vector_avx2(low))) | u64::from(feeds(vector_avx2(high))) << 32
}

/// 32 bytes in a register.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
#[inline]
fn vector_avx2(bytes: &[u8]) -> std::arch::x86_64::__m256i {
    let word = |n: usize| i64::from_le_bytes(bytes[8 * n..8 * n + 8].try_into().unwrap_or([0; 8]));
    std::arch::x86_64::_mm256_setr_epi64x(word(0), word(1), word(2), word(3))
}

/// The same masks.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
#[inline]
pub fn masks_avx2(block: &[u8; BLOCK]) -> Masks {
    let (low, high) = block.split_at(BLOCK / 2);
    let (low, high) = (half_avx2(low), half_avx2(high));
    let join = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
    Masks {
        letter: join(low[0], high[0]),
        capital: join(low[9], high[9]),
        digit: join(low[1], high[1]),
        joins_letters: join(low[2], high[2]),
        joins_digits: join(low[3], high[3]),
        opener: join(low[4], high[4]),
        space: join(low[5], high[5]),
        hyphen: join(low[6], high[6]),
        underscore: join(low[7], high[7]),
        wide: join(low[8], high[8]),
    }
}

/// The masks of 32 bytes, in the order of the fields.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
#[inline]
fn half_avx2(bytes: &[u8]) -> [u32; 10] {
    use std::arch::x86_64::*;
    let v = vector_avx2(bytes);
    let is = |byte: u8| _mm256_cmpeq_epi8(v, _mm256_set1_epi8(byte as i8));
    let between = |v, from: u8, to: u8| {
        _mm256_and_si256(
            _mm256_cmpgt_epi8(v, _mm256_set1_epi8(from as i8 - 1)),
            _mm256_cmpgt_epi8(_mm256_set1_epi8(to as i8 + 1), v),
        )
    };
    // Members with different low halves: the low half of a byte looks up the one member that the
    // byte can be. Where there is none, the table has a byte of another low half.
    let among = |members: [u8; 5]| {
        let mut table = [0u8; 16];
        table[0] = 1;
        for member in members {
            table[(member & 15) as usize] = member;
        }
        let half =
            |n: usize| i64::from_le_bytes(table[8 * n..8 * n + 8].try_into().unwrap_or([0; 8]));
        let table = _mm256_setr_epi64x(half(0), half(1), half(0), half(1));
        _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, v), v)
    };
    let mask = |v| _mm256_movemask_epi8(v) as u32;
    [
        mask(between(_mm256_or_si256(v, _mm256_set1_epi8(0x20)), b'a', b'z')),
        mask(between(v, b'0', b'9')),
        mask(among([b'.', b'\'', b':', b'.', b'.'])),
        mask(among([b'.', b'\'', b',', b';', b'.'])),
        mask(_mm256_or_si256(among([b'.', b'!', b'?', b':', b'"']), is(b'\n'))),
        mask(among([b' ', b'\t', b'\n', 12, b'\r'])),
        mask(is(b'-')),
        mask(is(b'_')),
        mask(v),
        mask(between(v, b'A', b'Z')),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// One byte at a time.
    fn plain(block: &[u8; BLOCK]) -> Masks {
        let bits = |is: &dyn Fn(u8) -> bool| {
            (0..BLOCK).map(|i| u64::from(is(block[i])) << i).fold(0, |a, b| a | b)
        };
        Masks {
            letter: bits(&|b| b.is_ascii_alphabetic()),
            capital: bits(&|b| b.is_ascii_uppercase()),
            digit: bits(&|b| b.is_ascii_digit()),
            joins_letters: bits(&|b| b".':".contains(&b)),
            joins_digits: bits(&|b| b".',;".contains(&b)),
            opener: bits(&|b| b".!?\n:\"".contains(&b)),
            space: bits(&|b| b.is_ascii_whitespace()),
            hyphen: bits(&|b| b == b'-'),
            underscore: bits(&|b| b == b'_'),
            wide: bits(&|b| !b.is_ascii()),
        }
    }

    fn agree(block: &[u8; BLOCK]) {
        let plain = plain(block);
        assert_eq!(masks(block), plain);
        let feeds = (0..BLOCK).map(|i| u64::from(block[i] == b'\n') << i).sum::<u64>();
        assert_eq!(line_feeds(block), feeds);
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2, which is all that the function requires.
            assert_eq!(unsafe { (masks_avx2(block), line_feeds_avx2(block)) }, (plain, feeds));
        }
    }

    proptest! {
        #[test]
        fn masks_are_the_definition(block: [u8; 32], text in "[ -~\n\t\r]{32}") {
            let mut bytes = [0; BLOCK];
            bytes[..32].copy_from_slice(&block);
            bytes[32..].copy_from_slice(text.as_bytes());
            agree(&bytes);
            bytes.rotate_left(17);
            agree(&bytes);
        }
    }

    #[test]
    fn every_byte_has_its_classes() {
        for byte in 0..=255 {
            agree(&[byte; BLOCK]);
        }
    }
}
