//! Owns: one file that is read at several positions at once. Never: interprets its bytes.

#[cfg(all(feature = "parquet", feature = "emit"))]
use crate::ingest::compress::DecompressedStream;
#[cfg(all(feature = "parquet", feature = "emit"))]
use crate::ingest::temporary_copy::temporary_copy;
#[cfg(feature = "parquet")]
use ::parquet::errors::{ParquetError, Result};
#[cfg(feature = "parquet")]
use ::parquet::file::reader::{ChunkReader, Length};
#[cfg(feature = "parquet")]
use bytes::Bytes;
use std::fs::File;
#[cfg(feature = "parquet")]
use std::io::BufReader;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex};

/// A file for several readers, each with its own position: handles of one file share one position,
/// hence the lock.
#[derive(Debug, Clone)]
pub(crate) struct SharedFile {
    file: Arc<Mutex<File>>,
    length: u64,
}

impl SharedFile {
    /// Opens this file for several readers.
    pub(crate) fn new(file: &File) -> io::Result<SharedFile> {
        let file = file.try_clone()?;
        let length = file.metadata()?.len();
        Ok(SharedFile { file: Arc::new(Mutex::new(file)), length })
    }

    /// The same for the decompressed bytes of this file.
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

    /// The length of the file in bytes.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Reads into the buffer from offset `at`, as much as there is.
    pub(crate) fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().unwrap_or_else(|e| e.into_inner());
        file.seek(SeekFrom::Start(at))?;
        file.read(buffer)
    }

    /// A reader from offset `at` on.
    pub(crate) fn reader(&self, at: u64) -> ReadFrom {
        ReadFrom { shared: self.clone(), at }
    }
}

/// Reads a [`SharedFile`] from an offset on.
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

#[cfg(feature = "parquet")]
impl Length for SharedFile {
    fn len(&self) -> u64 {
        self.length()
    }
}

#[cfg(feature = "parquet")]
impl ChunkReader for SharedFile {
    type T = BufReader<ReadFrom>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(BufReader::with_capacity(64 << 10, self.reader(start)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        // A damaged footer may ask for any length; only what the file can hold is allocated.
        if start.checked_add(length as u64).is_none_or(|end| end > self.length()) {
            return Err(ParquetError::EOF(format!(
                "{length} bytes at {start} are beyond the end of the file"
            )));
        }
        let mut bytes = vec![0; length];
        self.reader(start).read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}
