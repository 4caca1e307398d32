//! Owns: one file read at several places at once. Never: what its bytes mean.

#[cfg(all(feature = "parquet", feature = "emit"))]
use crate::ingest::compress::DecompressedStream;
#[cfg(all(feature = "parquet", feature = "emit"))]
use crate::ingest::temporary_copy::temporary_copy;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex};

/// A file that several readers read, each at its own place: handles of one file share one place,
/// hence the lock.
#[derive(Debug, Clone)]
pub(crate) struct SharedFile {
    file: Arc<Mutex<File>>,
    length: u64,
}

impl SharedFile {
    /// Readers of this file.
    pub(crate) fn new(file: &File) -> io::Result<SharedFile> {
        let file = file.try_clone()?;
        let length = file.metadata()?.len();
        Ok(SharedFile { file: Arc::new(Mutex::new(file)), length })
    }

    /// The decompressed bytes of this file, likewise.
    #[cfg(all(feature = "parquet", feature = "emit"))]
    pub(crate) fn unpacked(&self) -> io::Result<SharedFile> {
        let plain = DecompressedStream::open(Box::new(self.reader(0)), self.length);
        match plain.error {
            Some(e) => Err(e),
            None => match temporary_copy(&mut io::Cursor::new(plain.head).chain(plain.rest))? {
                (_, Some(e)) => Err(e),
                (file, None) => SharedFile::new(&file),
            },
        }
    }

    /// How long the file is.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Fills as much of the buffer as there is from `at` on.
    pub(crate) fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().unwrap_or_else(|e| e.into_inner());
        file.seek(SeekFrom::Start(at))?;
        file.read(buffer)
    }

    /// A reader of the bytes from `at` on.
    pub(crate) fn reader(&self, at: u64) -> ReadFrom {
        ReadFrom { shared: self.clone(), at }
    }
}

/// Reads a [`SharedFile`] file from some place on.
pub(crate) struct ReadFrom {
    shared: SharedFile,
    at: u64,
}

impl Read for ReadFrom {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.shared.read_at(self.at, buffer)?;
        self.at += n as u64;
        Ok(n)
    }
}
