//! Owns: scratch files, which hold for one run what does not fit in memory. Never: knows what they
//! hold.

use crate::error::{Error, Result};
use crate::hash;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Bytes that are collected before they are written.
const BUFFER: usize = 1 << 20;

/// Some bytes of a scratch file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    at: u64,
    length: u32,
    checksum: u32,
}

impl Stored {
    /// The number of bytes.
    pub fn len(&self) -> usize {
        self.length as usize
    }
}

/// A file without a name that is gone with the run, however that ends. Bytes are appended, and read
/// in any order; those that are not what was written are an error.
#[derive(Debug)]
pub struct ScratchFile {
    file: File,
    directory: PathBuf,
    /// The bytes of the file; those of the buffer follow them.
    written: u64,
    buffer: Vec<u8>,
}

impl ScratchFile {
    /// Makes a file in this directory, or else in the system's for temporary files.
    pub fn create(directory: Option<&Path>) -> Result<ScratchFile> {
        let directory = directory.map_or_else(std::env::temp_dir, Path::to_owned);
        match nameless_file(&directory) {
            Ok(file) => Ok(ScratchFile { file, directory, written: 0, buffer: Vec::new() }),
            Err(e) => Err(failed(&directory, &e)),
        }
    }

    /// Appends some bytes, fewer than 4 GiB.
    pub fn append(&mut self, bytes: &[u8]) -> Result<Stored> {
        let stored = Stored {
            at: self.written + self.buffer.len() as u64,
            length: bytes.len() as u32,
            checksum: hash::bytes(bytes) as u32,
        };
        if self.buffer.len() + bytes.len() > BUFFER {
            self.flush()?;
        }
        if bytes.len() > BUFFER {
            self.write(bytes)?;
        } else {
            self.buffer.extend_from_slice(bytes);
        }
        Ok(stored)
    }

    /// Writes what is in the buffer, and frees it. What was not flushed cannot be read.
    pub fn flush(&mut self) -> Result<()> {
        let buffer = std::mem::take(&mut self.buffer);
        self.write(&buffer)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(|e| failed(&self.directory, &e))?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    /// The bytes that were written so far.
    pub fn len(&self) -> u64 {
        self.written + self.buffer.len() as u64
    }

    /// Reads some bytes, from any thread.
    pub fn read(&self, stored: &Stored) -> Result<Vec<u8>> {
        let mut bytes = vec![0; stored.len()];
        read_at(&self.file, &mut bytes, stored.at).map_err(|e| failed(&self.directory, &e))?;
        if hash::bytes(&bytes) as u32 != stored.checksum {
            return Err(Error::Storage {
                what: self.directory.display().to_string(),
                why: "what was read from a scratch file is not what was written to it: check the \
                      disk, or name another directory (--scratch)"
                    .into(),
            });
        }
        Ok(bytes)
    }
}

#[cfg(feature = "spill")]
fn nameless_file(directory: &Path) -> io::Result<File> {
    tempfile::tempfile_in(directory)
}

#[cfg(not(feature = "spill"))]
fn nameless_file(_: &Path) -> io::Result<File> {
    Err(io::Error::other("nearcopy was built without its feature `spill`"))
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, at) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(n) => (bytes, at) = (&mut bytes[n..], at + n as u64),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

fn failed(directory: &Path, error: &io::Error) -> Error {
    Error::Storage {
        what: directory.display().to_string(),
        why: format!(
            "a scratch file cannot be written or read there ({error}): free some room, or name \
             another directory (--scratch)"
        ),
    }
}

#[cfg(all(test, feature = "spill"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20))]
        #[test]
        fn what_is_written_is_read(
            parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..90), 0..40),
            long in 0usize..2 * BUFFER,
        ) {
            let mut file = ScratchFile::create(None).unwrap();
            let parts: Vec<Vec<u8>> = parts.into_iter().chain([vec![7; long]]).collect();
            let stored: Vec<Stored> = parts.iter().map(|part| file.append(part).unwrap()).collect();
            file.flush().unwrap();
            prop_assert_eq!(file.len(), parts.iter().map(|part| part.len() as u64).sum::<u64>());
            for (part, stored) in parts.iter().zip(&stored).rev() {
                prop_assert_eq!(&file.read(stored).unwrap(), part);
            }
        }
    }

    #[test]
    fn other_bytes_are_an_error() {
        let mut file = ScratchFile::create(None).unwrap();
        let stored = file.append(b"some text").unwrap();
        file.flush().unwrap();
        let other = Stored { at: 1, length: 8, ..stored };
        assert!(file.read(&other).unwrap_err().to_string().contains("--scratch"));
        let behind = Stored { length: 10, ..stored };
        assert!(file.read(&behind).is_err());
        assert!(ScratchFile::create(Some(Path::new("/nowhere/at/all"))).is_err());
    }
}
