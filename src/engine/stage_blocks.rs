//! Owns: the written form of what a stage makes block by block, and of the files of a run's folder.
//! Never: knows what a block holds.
//!
//! ```text
//! header    one line of JSON: schema, kind, version, recipe, run
//! block     length, 8 bytes; so many bytes; checksum of them and of the number of the block, 8
//! …
//! end       length 0, and the checksum of no bytes and the number of blocks
//! ```
//!
//! A file is written beside its place and then renamed, so a file that is there is whole unless its
//! disk changed it.

use crate::engine::stage_header::StageHeader;
use crate::error::{Error, Result};
use crate::hash;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// The longest first line that is read.
const HEADER: u64 = 4096;
const BUFFER: usize = 1 << 18;

fn checksum(number: u64, bytes: &[u8]) -> u64 {
    hash::bytes(bytes) ^ hash::mix(number + 1)
}

/// The error for a file that cannot be read or written.
pub fn failed(path: &Path, error: &io::Error) -> Error {
    Error::Storage {
        what: path.display().to_string(),
        why: format!(
            "the folder of the run cannot be used there ({error}): {}name another directory \
             (--scratch)",
            if error.kind() == io::ErrorKind::StorageFull { "free some room, or " } else { "" }
        ),
    }
}

/// The error for a file that is not what was written.
pub fn damaged(path: &Path) -> Error {
    Error::Storage {
        what: path.display().to_string(),
        why: "is damaged: its checksum or its form is wrong. Delete it, and its stage is carried \
              out again"
            .into(),
    }
}

/// A name beside a path that nobody else uses, also on another machine.
pub fn beside(path: &Path) -> PathBuf {
    let own = RandomState::new().hash_one(std::process::id());
    let mut name = path.to_owned().into_os_string();
    name.push(format!(".{:08x}{UNFINISHED}", own as u32));
    name.into()
}

/// The end of the name of a file that is being written.
pub const UNFINISHED: &str = ".part";

/// A file that is being written; without [`finish`](StageBlocksWriter::finish) it is deleted.
#[derive(Debug)]
pub struct StageBlocksWriter {
    out: BufWriter<File>,
    beside: PathBuf,
    path: PathBuf,
    blocks: u64,
    finished: bool,
}

impl StageBlocksWriter {
    /// Begins a file that will be at `path`.
    pub fn create(path: PathBuf, header: &StageHeader) -> Result<StageBlocksWriter> {
        let beside = beside(&path);
        let file = File::create_new(&beside).map_err(|e| failed(&beside, &e))?;
        let out = BufWriter::with_capacity(BUFFER, file);
        let mut writer = StageBlocksWriter { out, beside, path, blocks: 0, finished: false };
        writer.write(&header.to_line())?;
        Ok(writer)
    }

    /// Appends a block, which must not be empty.
    pub fn block(&mut self, bytes: &[u8]) -> Result<()> {
        self.write(&(bytes.len() as u64).to_le_bytes())?;
        self.write(bytes)?;
        self.write(&checksum(self.blocks, bytes).to_le_bytes())?;
        self.blocks += 1;
        Ok(())
    }

    /// Writes the end, and moves the file to its place.
    pub fn finish(mut self) -> Result<()> {
        self.write(&0u64.to_le_bytes())?;
        self.write(&checksum(self.blocks, &[]).to_le_bytes())?;
        let written = self.out.flush().and_then(|()| self.out.get_ref().sync_data());
        written.map_err(|e| failed(&self.path, &e))?;
        std::fs::rename(&self.beside, &self.path).map_err(|e| failed(&self.path, &e))?;
        self.finished = true;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.write_all(bytes).map_err(|e| failed(&self.path, &e))
    }
}

impl Drop for StageBlocksWriter {
    fn drop(&mut self) {
        if !self.finished {
            // What is left behind is deleted by the next run in the folder.
            let _ = std::fs::remove_file(&self.beside);
        }
    }
}

/// Opens a file of the run; `None` if there is none. A pipe, say, would keep its reader waiting.
pub fn open_file(path: &Path) -> Result<Option<File>> {
    match std::fs::metadata(path) {
        Ok(there) if !there.is_file() => Err(Error::Storage {
            what: path.display().to_string(),
            why: "is no file of a run: delete it, or name another directory (--scratch)".into(),
        }),
        Ok(_) => File::open(path).map(Some).map_err(|e| failed(path, &e)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(failed(path, &e)),
    }
}

/// A file that is being read, block by block.
#[derive(Debug)]
pub struct StageBlocks {
    from: BufReader<File>,
    path: PathBuf,
    blocks: u64,
    /// The bytes that follow.
    left: u64,
}

impl StageBlocks {
    /// Opens a file; `None` if there is none.
    ///
    /// # Errors
    /// [`Error::Mixed`] for a file of something else, [`Error::Storage`] where it cannot be read.
    pub fn open(path: &Path, header: &StageHeader) -> Result<Option<StageBlocks>> {
        let Some(file) = open_file(path)? else { return Ok(None) };
        let length = file.metadata().map_err(|e| failed(path, &e))?.len();
        let mut from = BufReader::with_capacity(BUFFER, file);
        let mut line = Vec::new();
        let read = from.by_ref().take(HEADER).read_until(b'\n', &mut line);
        read.map_err(|e| failed(path, &e))?;
        let left = length.saturating_sub(line.len() as u64);
        if line.pop() != Some(b'\n') {
            return Err(damaged(path));
        }
        header.check(&line, &path.display().to_string()).map_err(|e| match e {
            Error::Mixed { found, wanted, .. } => Error::Storage {
                what: path.display().to_string(),
                why: format!("is another file ({found}, not {wanted}): delete it"),
            },
            _ => damaged(path),
        })?;
        Ok(Some(StageBlocks { from, path: path.to_owned(), blocks: 0, left }))
    }

    /// The next block.
    pub fn next(&mut self) -> Result<Vec<u8>> {
        let length = self.length()?;
        let mut bytes = Vec::new();
        // A length that no memory can hold is none that was written.
        bytes.try_reserve_exact(length).map_err(|_| self.damaged())?;
        let read = self.from.by_ref().take(length as u64).read_to_end(&mut bytes);
        read.map_err(|e| self.unread(&e))?;
        if length == 0 || self.number()? != checksum(self.blocks, &bytes) {
            return Err(self.damaged());
        }
        self.blocks += 1;
        Ok(bytes)
    }

    /// Passes over the next block without looking at it.
    pub fn skip(&mut self) -> Result<()> {
        let length = self.length()?;
        self.from.seek_relative(length as i64).map_err(|e| self.unread(&e))?;
        self.number()?;
        self.blocks += 1;
        Ok(())
    }

    /// Checks that the file ends here.
    pub fn finish(mut self) -> Result<()> {
        let end = self.length()? == 0 && self.number()? == checksum(self.blocks, &[]);
        if end && self.left == 0 { Ok(()) } else { Err(self.damaged()) }
    }

    /// The error for a block that is not what was written.
    pub fn damaged(&self) -> Error {
        damaged(&self.path)
    }

    /// The length of the next block, which the file is long enough for.
    fn length(&mut self) -> Result<usize> {
        let length = self.number()?;
        let fits = length.checked_add(8).is_some_and(|all| all <= self.left);
        let length = usize::try_from(length).ok().filter(|_| fits);
        let length = length.ok_or_else(|| self.damaged())?;
        self.left -= length as u64;
        Ok(length)
    }

    fn number(&mut self) -> Result<u64> {
        let mut bytes = [0; 8];
        self.from.read_exact(&mut bytes).map_err(|e| self.unread(&e))?;
        self.left = self.left.checked_sub(8).ok_or_else(|| self.damaged())?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn unread(&self, error: &io::Error) -> Error {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => self.damaged(),
            _ => failed(&self.path, error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> StageHeader {
        StageHeader::new("test", 1, "r").of_run("1234", "test", "1/2".into())
    }

    fn written(blocks: &[Vec<u8>]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.stage");
        let mut out = StageBlocksWriter::create(path.clone(), &header()).unwrap();
        blocks.iter().for_each(|block| out.block(block).unwrap());
        out.finish().unwrap();
        (folder, path)
    }

    fn read(path: &Path) -> Result<Vec<Vec<u8>>> {
        let mut blocks = StageBlocks::open(path, &header())?.unwrap();
        let all = (0..3).map(|_| blocks.next()).collect::<Result<Vec<_>>>()?;
        blocks.finish()?;
        Ok(all)
    }

    #[test]
    fn blocks_come_back_and_every_flipped_bit_is_seen() {
        let blocks = vec![vec![1; 9], vec![2], vec![3; 40]];
        let (folder, path) = written(&blocks);
        assert_eq!(read(&path).unwrap(), blocks);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let good = std::fs::read(&path).unwrap();
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[at] ^= 1 << bit;
                std::fs::write(&path, bad).unwrap();
                let error = read(&path).unwrap_err().to_string();
                assert!(error.contains("a.stage"), "{at}: {error}");
            }
            std::fs::write(&path, &good[..at]).unwrap();
            assert!(read(&path).is_err(), "cut at {at}");
        }
        std::fs::write(&path, [&good[..], b"more"].concat()).unwrap();
        assert!(read(&path).is_err());
    }

    #[test]
    fn blocks_can_be_passed_over() {
        let (_folder, path) = written(&[vec![1; 9], vec![2; 70_000], vec![3; 40]]);
        let mut blocks = StageBlocks::open(&path, &header()).unwrap().unwrap();
        blocks.skip().unwrap();
        blocks.skip().unwrap();
        assert_eq!(blocks.next().unwrap(), [3; 40]);
        blocks.finish().unwrap();
        let other = StageHeader::new("test", 1, "r").of_run("5678", "test", "1/2".into());
        let error = StageBlocks::open(&path, &other).unwrap_err().to_string();
        assert!(error.contains("1234") && error.contains("5678"), "{error}");
        assert!(StageBlocks::open(Path::new("/nowhere/x"), &other).unwrap().is_none());
    }

    #[test]
    fn a_file_that_is_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut out = StageBlocksWriter::create(folder.path().join("a.stage"), &header()).unwrap();
        out.block(&[1]).unwrap();
        drop(out);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
