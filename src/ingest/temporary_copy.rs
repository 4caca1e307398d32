//! Owns: bytes that can be read only once, put where they can be read again. Never: what they mean.

use std::fs::File;
use std::io::{self, Read, Seek};

/// Bytes copied at a time.
const COPY: usize = 1 << 20;

/// Copies everything into a temporary file without a name, which goes with its last handle. The
/// second answer is what ended the input before its time; what it brought is kept.
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
