//! Owns: one file read at several places at once. Never: what its bytes mean.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex};

/// A file that several readers read, each at its own place: handles of one file share one place, hence the lock.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    file: Arc<Mutex<File>>,
    length: u64,
}

impl Shared {
    /// Readers of this file.
    pub(crate) fn new(file: &File) -> io::Result<Shared> {
        let file = file.try_clone()?;
        let length = file.metadata()?.len();
        Ok(Shared { file: Arc::new(Mutex::new(file)), length })
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
    pub(crate) fn reader(&self, at: u64) -> From {
        From { shared: self.clone(), at }
    }
}

/// Reads a [`Shared`] file from some place on.
pub(crate) struct From {
    shared: Shared,
    at: u64,
}

impl Read for From {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.shared.read_at(self.at, buffer)?;
        self.at += n as u64;
        Ok(n)
    }
}
