//! Owns: a stream of records whose encoding nothing declares, as UTF-8: detects the encoding where
//! the first byte beyond ASCII is. Never: decodes a stream whose encoding is known.

use crate::ingest::decode::{DecodedStream, detect};
use encoding_rs::{Encoding, UTF_8};
use std::io::{self, Cursor, Read};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

/// Bytes that the detector sees from the first byte beyond ASCII on.
const SAMPLE: u64 = 1 << 20;

/// Bytes that it sees before that one.
const BEFORE: usize = 64;

/// The stream. What it yields is the stream itself where it is UTF-8, also if a few bytes in it are
/// damaged.
pub(super) struct Utf8Stream<'a> {
    inner: Box<dyn Read + Send + 'a>,
    decided: bool,
    /// The last bytes of ASCII, at most [`BEFORE`].
    before: Vec<u8>,
    /// An error that comes after what was read ahead.
    late: Option<io::Error>,
    /// The encoding that was detected, if it is another one than UTF-8.
    found: Arc<OnceLock<&'static Encoding>>,
    /// Whether something was replaced in decoding.
    damaged: Arc<AtomicBool>,
}

impl<'a> Utf8Stream<'a> {
    pub(super) fn new(
        inner: Box<dyn Read + Send + 'a>,
        found: Arc<OnceLock<&'static Encoding>>,
        damaged: Arc<AtomicBool>,
    ) -> Utf8Stream<'a> {
        Utf8Stream { inner, decided: false, before: Vec::new(), late: None, found, damaged }
    }

    /// Decides the encoding by these bytes, of which the first is beyond ASCII, and by some more;
    /// they are read again from the stream. Nothing here depends on how much one call reads.
    fn decide(&mut self, mut sample: Vec<u8>) {
        let left = SAMPLE.saturating_sub(sample.len() as u64);
        let read = (&mut self.inner).take(left).read_to_end(&mut sample);
        let ended = read.as_ref().is_ok_and(|n| (*n as u64) < left);
        self.late = read.err();
        let encoding = match std::str::from_utf8(&sample) {
            Ok(_) => UTF_8,
            // The sample ends inside a character, and the stream does not.
            Err(e) if e.error_len().is_none() && !ended => UTF_8,
            Err(e) => {
                let valid = self.before.len() + e.valid_up_to();
                detect(&[&self.before, &sample[..]].concat(), valid)
            }
        };
        let rest = std::mem::replace(&mut self.inner, Box::new(io::empty()));
        let all = Cursor::new(sample).chain(rest);
        self.inner = if encoding == UTF_8 {
            Box::new(all)
        } else {
            let _ = self.found.set(encoding);
            Box::new(DecodedStream::new(all, encoding, self.damaged.clone()))
        };
        self.decided = true;
    }
}

impl Read for Utf8Stream<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.inner.read(out)?;
            if self.decided {
                return match self.late.take_if(|_| read == 0 && !out.is_empty()) {
                    Some(error) => Err(error),
                    None => Ok(read),
                };
            }
            let ascii = match out[..read].is_ascii() {
                true => read,
                false => out[..read].iter().take_while(|b| b.is_ascii()).count(),
            };
            self.before.extend_from_slice(&out[ascii.saturating_sub(BEFORE)..ascii]);
            self.before.drain(..self.before.len().saturating_sub(BEFORE));
            if ascii < read {
                self.decide(out[ascii..read].to_vec());
            }
            if ascii > 0 || read == 0 {
                return Ok(ascii);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::WINDOWS_1251;
    use proptest::prelude::*;
    use std::sync::atomic::Ordering;

    /// Reads a stream in pieces: the text, and the encoding that was detected.
    fn read(bytes: &[u8], step: usize) -> (Vec<u8>, Option<&'static str>) {
        let (found, damaged) = (Arc::<OnceLock<_>>::default(), Arc::<AtomicBool>::default());
        let mut stream = Utf8Stream::new(Box::new(bytes), found.clone(), damaged.clone());
        let (mut all, mut piece) = (Vec::new(), vec![0; step]);
        loop {
            match stream.read(&mut piece).unwrap() {
                0 => break,
                n => all.extend_from_slice(&piece[..n]),
            }
        }
        assert!(!damaged.load(Ordering::Relaxed) || found.get().is_some());
        (all, found.get().map(|e| e.name()))
    }

    #[test]
    fn the_encoding_is_that_of_the_first_line_beyond_ascii() {
        let text = "id,text\n1,plain\n2,Министерство объявило о новых правилах для всех рек\n";
        let (bytes, _, _) = WINDOWS_1251.encode(text);
        for step in [1, 3, 17, 4096] {
            assert_eq!(read(&bytes, step), (text.as_bytes().to_vec(), Some("windows-1251")));
            assert_eq!(read(text.as_bytes(), step), (text.as_bytes().to_vec(), None));
        }
        let damaged = [text.as_bytes(), b"\xff"].concat();
        assert_eq!(read(&damaged, 5), (damaged, None));
    }

    #[test]
    fn an_error_comes_after_what_was_read_before_it() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }
        let inner = Box::new("a\né\n".as_bytes().chain(Broken));
        let mut all = Vec::new();
        let mut stream = Utf8Stream::new(inner, Arc::default(), Arc::default());
        assert!(stream.read_to_end(&mut all).is_err());
        assert_eq!(all, "a\né\n".as_bytes());
    }

    proptest! {
        #[test]
        fn ascii_and_utf8_pass(text in "[a-zé漢\n]{0,40}", step in 1usize..9) {
            prop_assert_eq!(read(text.as_bytes(), step), (text.into_bytes(), None));
        }

        #[test]
        fn any_bytes_are_read_alike_in_any_pieces(bytes: Vec<u8>, step in 1usize..9) {
            let (all, found) = read(&bytes, step);
            prop_assert_eq!(&(all.clone(), found), &read(&bytes, 4096));
            prop_assert!(found.is_some() || all == bytes);
        }
    }
}
