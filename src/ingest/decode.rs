//! Owns: the decoding of bytes to text: byte-order mark, declaration, UTF-8, detection. Never:
//! knows where the bytes came from.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The detector reads at most this many bytes.
const SAMPLE: usize = 4 << 20;

/// A decoded text and its encoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without the byte-order mark.
    pub text: String,
    /// The encoding, by its WHATWG name.
    pub encoding: &'static str,
    /// Whether the text is byte for byte equal to the input.
    pub same: bool,
    /// Whether the decoder replaced something by U+FFFD.
    pub replaced: bool,
}

/// Decodes a whole text. A byte-order mark overrides `declared`, and `declared` overrides
/// detection. Detection takes the bytes as UTF-8 if they are valid or only slightly damaged, else
/// as the encoding that [`chardetng`] guesses. Bytes that are valid UTF-8 are not copied.
pub fn decode(bytes: Vec<u8>, declared: Option<&'static Encoding>) -> Decoded {
    let mark = Encoding::for_bom(&bytes);
    let known = mark.map(|(encoding, _)| encoding).or(declared);
    let skip = mark.map_or(0, |(_, length)| length);
    let bytes = match known {
        Some(encoding) if encoding != UTF_8 => return convert(&bytes[skip..], encoding),
        _ if skip == 0 => bytes,
        _ => bytes[skip..].to_vec(),
    };
    match String::from_utf8(bytes) {
        Ok(text) => Decoded { text, encoding: UTF_8.name(), same: skip == 0, replaced: false },
        Err(e) => {
            let valid = e.utf8_error().valid_up_to();
            let bytes = e.into_bytes();
            let encoding = known.unwrap_or_else(|| detect(&bytes, valid));
            convert(&bytes, encoding)
        }
    }
}

fn convert(bytes: &[u8], encoding: &'static Encoding) -> Decoded {
    let (text, replaced) = encoding.decode_without_bom_handling(bytes);
    Decoded { text: text.into_owned(), encoding: encoding.name(), same: false, replaced }
}

/// Bytes that a [`DecodedStream`] decodes at a time.
const STEP: usize = 64 << 10;

/// A stream of bytes in a known encoding, decoded to UTF-8 as it is read; its byte-order mark is
/// left out.
pub(crate) struct DecodedStream<R> {
    inner: R,
    decoder: Decoder,
    /// Bytes that are not decoded yet, from `at` on.
    bytes: Vec<u8>,
    at: usize,
    /// The decoded text that is not handed out yet, from `handed` on.
    text: Vec<u8>,
    handed: usize,
    ended: bool,
    /// Set once the decoder replaced something by U+FFFD.
    damaged: Arc<AtomicBool>,
}

impl<R: Read> DecodedStream<R> {
    /// `damaged` is set as soon as something is replaced.
    pub(crate) fn new(
        inner: R,
        encoding: &'static Encoding,
        damaged: Arc<AtomicBool>,
    ) -> DecodedStream<R> {
        DecodedStream {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            bytes: Vec::new(),
            at: 0,
            text: Vec::new(),
            handed: 0,
            ended: false,
            damaged,
        }
    }

    /// Decodes the next bytes.
    fn fill(&mut self) -> io::Result<()> {
        if self.at == self.bytes.len() {
            self.bytes.resize(STEP, 0);
            let read = loop {
                match self.inner.read(&mut self.bytes) {
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                    other => break other,
                }
            };
            self.at = 0;
            self.bytes.truncate(read.as_ref().map_or(0, |n| *n));
            self.ended = read? == 0;
        }
        // The decoder fills a slice only as far as the longest character surely fits.
        self.text.resize(STEP, 0);
        let from = &self.bytes[self.at..];
        let (_, read, written, replaced) =
            self.decoder.decode_to_utf8(from, &mut self.text, self.ended);
        self.at += read;
        self.text.truncate(written);
        self.handed = 0;
        if replaced {
            self.damaged.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

impl<R: Read> Read for DecodedStream<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.handed == self.text.len() {
            if self.ended && self.at == self.bytes.len() {
                return Ok(0);
            }
            self.fill()?;
        }
        let n = out.len().min(self.text.len() - self.handed);
        out[..n].copy_from_slice(&self.text[self.handed..self.handed + n]);
        self.handed += n;
        Ok(n)
    }
}

/// The encoding of bytes that are not UTF-8 from `valid` on.
///
/// Text in another encoding hardly ever forms multi-byte sequences that are valid UTF-8, so where
/// most sequences are valid the text is damaged UTF-8.
pub(super) fn detect(bytes: &[u8], valid: usize) -> &'static Encoding {
    let sample = &bytes[..bytes.len().min(valid.saturating_add(SAMPLE))];
    let (mut right, mut wrong) = (0u64, 0u64);
    for chunk in sample.utf8_chunks() {
        right += chunk.valid().chars().filter(|c| !c.is_ascii()).count() as u64;
        wrong += u64::from(!chunk.invalid().is_empty());
    }
    if right >= 2 * wrong {
        return UTF_8;
    }
    let start = memchr::memrchr(b'\n', &sample[..valid]).map_or(0, |at| at + 1);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&sample[start..], sample.len() == bytes.len());
    detector.guess(None, Utf8Detection::Deny)
}

/// Whether the data is binary: a NUL is in the first 8 KiB, and nothing declares UTF-16.
pub(crate) fn binary(head: &[u8], declared: Option<&'static Encoding>) -> bool {
    memchr::memchr(0, &head[..head.len().min(8 << 10)]).is_some() && !is_utf16(head, declared)
}

/// Whether the text is in UTF-16, where a byte in the ASCII range need not be an ASCII character.
pub(crate) fn is_utf16(head: &[u8], declared: Option<&'static Encoding>) -> bool {
    let encoding = Encoding::for_bom(head).map(|(encoding, _)| encoding).or(declared);
    encoding == Some(UTF_16LE) || encoding == Some(UTF_16BE)
}

/// Bytes in which UTF-16 without a byte-order mark is looked for.
const UNMARKED: usize = 8 << 10;

/// UTF-16 that no byte-order mark declares, by the first bytes: there are NULs, each pair of bytes
/// is a character of a text, and some are of ASCII. Text without any character of ASCII, such as
/// spaces and line breaks, is not recognised.
pub(crate) fn unmarked_utf16(head: &[u8]) -> Option<&'static Encoding> {
    let cut = head.len() > UNMARKED;
    let head = &head[..head.len().min(UNMARKED)];
    if memchr::memchr(0, head).is_none() || head.len() % 2 == 1 || is_marked(head) {
        return None;
    }
    // Text of ASCII with some NULs is no UTF-16, although its pairs of bytes are characters.
    let printable = |b: &u8| matches!(b, b' '..=b'~');
    let plain = head.chunks(2).filter(|pair| pair.iter().all(printable)).count();
    if plain * 10 > head.len() / 2 * 6 {
        return None;
    }
    let little = characters_of_ascii(head, UTF_16LE, cut);
    let big = characters_of_ascii(head, UTF_16BE, cut);
    let found = little.max(big)?;
    let (encoding, high) = if little >= big { (UTF_16LE, 1) } else { (UTF_16BE, 0) };
    // In a short text they are most of its characters, or all are of few blocks of Unicode.
    let pairs = head.len() / 2;
    let blocks: BTreeSet<u8> = head.chunks(2).map(|pair| pair[high]).collect();
    let likely = pairs >= 256 || found * 2 >= pairs || blocks.len() <= 4.max(pairs / 16);
    (likely && found * 64 >= pairs).then_some(encoding)
}

fn is_marked(head: &[u8]) -> bool {
    Encoding::for_bom(head).is_some()
}

/// The characters of ASCII in what would be text in UTF-16; `None` where it is no text. `cut`: more
/// bytes follow.
fn characters_of_ascii(head: &[u8], encoding: &'static Encoding, cut: bool) -> Option<usize> {
    let (text, replaced) = encoding.decode_without_bom_handling(head);
    // The end may cut a pair of surrogates.
    let body = text.strip_suffix('\u{fffd}').filter(|_| cut).unwrap_or(&text);
    if replaced && body.len() == text.len() {
        return None;
    }
    let mut ascii = 0;
    for c in body.chars() {
        let written = !c.is_control() || matches!(c, '\n' | '\r' | '\t');
        if !written || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{ffff}') {
            return None;
        }
        ascii += usize::from(c.is_ascii());
    }
    Some(ascii).filter(|n| *n > 0)
}

/// Whether a label is one of the WHATWG encoding labels, such as `windows-1252`, `gb18030` or
/// `shift_jis`.
///
/// ```
/// assert!(nearcopy::ingest::known_encoding("latin1"));
/// assert!(!nearcopy::ingest::known_encoding("martian"));
/// ```
pub fn known_encoding(label: &str) -> bool {
    Encoding::for_label(label.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{GB18030, SHIFT_JIS, WINDOWS_1252};
    use proptest::prelude::*;

    fn of(bytes: &[u8]) -> Decoded {
        decode(bytes.to_vec(), None)
    }

    #[test]
    fn utf8_is_taken_as_it_is() {
        let d = of("Grüße, 世界".as_bytes());
        assert_eq!(
            (d.text.as_str(), d.encoding, d.same, d.replaced),
            ("Grüße, 世界", "UTF-8", true, false)
        );
        let d = of(b"\xef\xbb\xbfabc");
        assert_eq!(
            (d.text.as_str(), d.encoding, d.same, d.replaced),
            ("abc", "UTF-8", false, false)
        );
    }

    #[test]
    fn marks_say_utf16() {
        assert_eq!(of(b"\xff\xfeH\0i\0").text, "Hi");
        let d = decode(b"\xfe\xff\0H\0i".to_vec(), Some(WINDOWS_1252));
        assert_eq!((d.text.as_str(), d.encoding), ("Hi", "UTF-16BE"));
    }

    #[test]
    fn declared_and_detected() {
        let (bytes, _, _) = GB18030.encode("中华人民共和国");
        assert_eq!(decode(bytes.to_vec(), Some(GB18030)).text, "中华人民共和国");
        let d = of(b"The caf\xe9 was \x93closed\x94 on Sunday.");
        assert_eq!(
            (d.text.as_str(), d.encoding),
            ("The café was “closed” on Sunday.", "windows-1252")
        );
        let long = "日本の新聞は、昨日の地震について大きく報道した。\
            気象庁によると、震源は東京湾の北部であった。"
            .repeat(4);
        let d = of(&SHIFT_JIS.encode(&long).0);
        assert_eq!((d.text, d.encoding), (long, "Shift_JIS"));
    }

    #[test]
    fn damaged_utf8_stays_utf8() {
        let mut bytes = "Die Straße ist für längere Zeit gesperrt".as_bytes().to_vec();
        bytes.insert(3, 0xff);
        let d = of(&bytes);
        assert!(
            d.replaced
                && d.encoding == "UTF-8"
                && d.text.contains("Straße")
                && d.text.contains('\u{fffd}')
        );
        let cut = &"汉字汉字汉字".as_bytes()[..17];
        assert!(of(cut).text.starts_with("汉字汉字汉"));
        assert!(decode(b"a\xffb".to_vec(), Some(UTF_8)).replaced);
    }

    #[test]
    fn utf16_is_recognised_without_a_mark() {
        let long = "橋樑將於週一關閉，渡輪改在北岸停靠。請乘客提早出門。\n".repeat(20);
        for text in ["The bridge closes.\n", "Мост закрыт на ремонт.\n", "a", &long]
        {
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            assert_eq!(unmarked_utf16(&little), Some(UTF_16LE), "{text}");
            assert_eq!(unmarked_utf16(&big), Some(UTF_16BE), "{text}");
        }
        for bytes in [&b"plain"[..], b"PK\0\x03\0\0", b"a\0\0\0b\0\0\0", b"", b"\0", b"\0\0\0\0"] {
            assert_eq!(unmarked_utf16(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn binary_is_seen() {
        assert!(binary(b"PK\0\x03", None));
        assert!(!binary(b"\xff\xfea\0", None));
        assert!(!binary(b"a\0", Some(UTF_16LE)));
        assert!(!binary(b"abc", None));
    }

    proptest! {
        #[test]
        fn total(bytes: Vec<u8>, label in prop::sample::select(vec!["utf-8", "gb18030",
            "shift_jis", "utf-16le", "iso-2022-jp", "replacement"])) {
            decode(bytes.clone(), None);
            decode(bytes, Encoding::for_label(label.as_bytes()));
        }

        #[test]
        fn a_stream_is_decoded_like_the_whole(
            bytes in prop_oneof![
                any::<Vec<u8>>(),
                "\\PC{0,40}".prop_map(|t| t.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            ],
            label in prop::sample::select(vec!["gb18030", "shift_jis", "utf-16le", "utf-16be",
                "iso-2022-jp", "windows-1252"]),
            step in 1usize..9,
        ) {
            let encoding = Encoding::for_label(label.as_bytes()).unwrap();
            let damaged = Arc::new(AtomicBool::new(false));
            let pieces: Vec<&[u8]> = bytes.chunks(step).collect();
            let inner = pieces.iter().fold(
                Box::new(io::empty()) as Box<dyn Read>,
                |all, piece| Box::new(all.chain(*piece)),
            );
            let mut text = String::new();
            DecodedStream::new(inner, encoding, damaged.clone()).read_to_string(&mut text).unwrap();
            let (whole, replaced) = encoding.decode_with_bom_removal(&bytes);
            prop_assert_eq!(text, whole);
            prop_assert_eq!(damaged.load(Ordering::Relaxed), replaced);
        }

        #[test]
        fn any_text_is_read_back(text: String) {
            let d = decode(text.clone().into_bytes(), None);
            prop_assert_eq!(d.text, text.strip_prefix('\u{feff}').unwrap_or(&text));
        }
    }
}
