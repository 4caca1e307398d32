//! Owns: the second opening of an input: the check that it is unchanged, its bytes, its encoding.
//! Never: locates its records.

use crate::emit::error::Error;
use crate::emit::rewrite_input::RewriteInput;
use crate::emit::sink::{Sink, utf16};
use crate::ingest::ReadFile;
use crate::ingest::compress::DecompressedStream;
use crate::ingest::decode;
use crate::ingest::shared_file::SharedFile;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Write};

/// Bytes that are copied at a time.
const STEP: usize = 256 << 10;

/// Checks that a file has the same length and modification time as when it was read.
pub(super) fn unchanged(file: &ReadFile) -> Result<(), Error> {
    let Some(path) = &file.path else { return Ok(()) };
    let meta = std::fs::metadata(path).map_err(|e| missing_input(file, &e))?;
    if meta.len() == file.size && meta.modified().ok() == file.modified {
        return Ok(());
    }
    Err(Error::input(
        file,
        "it was changed since it was read",
        "run again once nothing writes to it",
    ))
}

fn missing_input(file: &ReadFile, error: &io::Error) -> Error {
    Error::input(
        file,
        format!("it cannot be read again ({error})"),
        "check that it is still there and may be read",
    )
}

/// The stored bytes, for random access.
pub(super) fn stored_bytes(file: &ReadFile) -> Result<SharedFile, Error> {
    unchanged(file)?;
    let shared = match (&file.path, &file.spool) {
        (Some(path), _) => File::open(path).and_then(|f| SharedFile::new(&f)),
        (None, Some(spool)) => SharedFile::new(spool),
        (None, None) => {
            return Err(Error::input(
                file,
                "standard input can be read only once",
                "ask for a copy of it when it is read",
            ));
        }
    };
    shared.map_err(|e| missing_input(file, &e))
}

/// A stream of the decompressed bytes.
pub(super) fn plain(file: &ReadFile) -> Result<DecompressedStream<'static>, Error> {
    let shared = stored_bytes(file)?;
    let mut plain = DecompressedStream::open(Box::new(shared.reader(0)), shared.length());
    if file.ended_early {
        // What was read of it counts, and ends where it ended the first time.
        let damage = plain.error.take_if(|e| e.raw_os_error().is_none());
        plain.complete |= damage.is_some();
        plain.rest = Box::new(EndsEarly(plain.rest));
    }
    match plain.error {
        Some(e) => Err(broken(file, &e)),
        None => Ok(plain),
    }
}

/// A stream that ends where its data is damaged.
struct EndsEarly<'a>(Box<dyn Read + Send + 'a>);

impl Read for EndsEarly<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer) {
            // An error of the system is another one than that of damaged data.
            Err(e) if e.raw_os_error().is_none() && e.kind() != io::ErrorKind::Interrupted => {
                self.0 = Box::new(io::empty());
                Ok(0)
            }
            other => other,
        }
    }
}

/// The error of an input that ends early.
pub(super) fn broken(file: &ReadFile, error: &io::Error) -> Error {
    match file.compression {
        Some(kind) => Error::input(
            file,
            format!("broken {} data ({error})", kind.name()),
            "fetch or compress the file again",
        ),
        None => missing_input(file, error),
    }
}

/// All bytes, decompressed.
pub(super) fn all(file: &ReadFile) -> Result<Vec<u8>, Error> {
    match plain(file)?.all(file.size, u64::MAX) {
        (bytes, None) => Ok(bytes),
        (_, Some(e)) => Err(broken(file, &e)),
    }
}

/// A stream of records in UTF-8, or in an encoding that includes ASCII.
pub(super) struct Records {
    /// The first bytes, without byte-order mark.
    pub(super) head: Vec<u8>,
    pub(super) rest: Box<dyn Read + Send>,
    /// The encoding of single records, where it is not UTF-8.
    pub(super) encoding: Option<&'static Encoding>,
}

/// Opens an input of records as it was read the first time. Its byte-order mark is written
/// immediately, unless the output has data already. With `whole`, all bytes are in the head.
pub(super) fn records(job: &RewriteInput, sink: &mut Sink, whole: bool) -> Result<Records, Error> {
    let file = job.file;
    let declared = job.encoding();
    let plain = plain(file)?;
    let marked = Encoding::for_bom(&plain.head);
    let wide = decode::is_utf16(&plain.head, declared);
    let encoding = declared.filter(|e| !wide && marked.is_none() && *e != UTF_8);
    if encoding.is_some_and(|e| !e.is_ascii_compatible()) {
        let what = format!(
            "it is in {}, which cannot be written by records",
            encoding.map_or("", |e| e.name())
        );
        return Err(Error::input(file, what, "convert it to UTF-8"));
    }
    let (mut head, mut rest) = (plain.head, plain.rest);
    if whole || wide {
        rest.read_to_end(&mut head).map_err(|e| broken(file, &e))?;
        rest = Box::new(io::empty());
    }
    let first = !sink.begun();
    let form = if wide { marked.map(|(e, _)| e).or(declared) } else { None };
    if !sink.encode(form) {
        return Err(Error::incompatible_input(
            file,
            "it is in another encoding than the files before it",
        ));
    }
    let mark = marked.map_or(0, |(_, length)| length);
    if let Some(form) = form {
        let decoded = decode::decode(head.clone(), declared);
        if utf16(&decoded.text, form) != head[mark..] {
            return Err(Error::input(
                file,
                format!("its {} is damaged", form.name()),
                "convert it to UTF-8",
            ));
        }
        if mark > 0 && first {
            sink.write_all("\u{feff}".as_bytes()).map_err(|e| job.failed(e))?;
        }
        head = decoded.text.into_bytes();
    } else {
        if first {
            sink.write_all(&head[..mark]).map_err(|e| job.failed(e))?;
        }
        head.drain(..mark);
    }
    Ok(Records { head, rest, encoding })
}

/// Copies the rest of an input unchanged.
pub(super) fn copy(from: &mut dyn Read, job: &RewriteInput, sink: &mut Sink) -> Result<(), Error> {
    let mut buffer = vec![0; STEP];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(n) => sink.write_all(&buffer[..n]).map_err(|e| job.failed(e))?,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(broken(job.file, &e)),
        }
    }
}

/// Decodes bytes if that is lossless: encoded again, they are the same.
pub(super) fn exact<'b>(
    bytes: &'b [u8],
    encoding: Option<&'static Encoding>,
) -> Option<Cow<'b, str>> {
    let Some(encoding) = encoding else {
        return std::str::from_utf8(bytes).ok().map(Cow::Borrowed);
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
    (encoded(&text, Some(encoding))? == bytes).then_some(text)
}

/// Encodes a text; `None` where the encoding lacks one of its characters.
pub(super) fn encoded<'t>(
    text: &'t str,
    encoding: Option<&'static Encoding>,
) -> Option<Cow<'t, [u8]>> {
    match encoding {
        None => Some(Cow::Borrowed(text.as_bytes())),
        Some(form) if form == UTF_16LE || form == UTF_16BE => Some(Cow::Owned(utf16(text, form))),
        Some(form) => {
            let (bytes, _, lacking) = form.encode(text);
            (!lacking).then_some(bytes)
        }
    }
}
