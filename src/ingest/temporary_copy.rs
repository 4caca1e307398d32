//! Owns: the copy of bytes that can be read only once to a file that can be read again. Never:
//! interprets them.

use std::fs::File;
use std::io::{self, Read, Seek};

/// Bytes that are copied at a time.
const COPY: usize = 1 << 20;

/// Copies everything into an unnamed temporary file, which is deleted with its last handle. The
/// second value is the error that ended the input early; the bytes before it are kept.
pub(super) fn temporary_copy(input: &mut dyn Read) -> io::Result<(File, Option<io::Error>)> {
    use std::io::Write;
    let mut file = tempfile::tempfile()?;
    let mut buffer = vec![0; COPY];
    let broken = loop {
        match input.read(&mut buffer) {
            Ok(0) => break None,
            Ok(n) => file.write_all(&buffer[..n])?,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => break Some(e),
        }
    };
    file.rewind()?;
    Ok((file, broken))
}
