//! Owns: scratch directories and the little texts that several tests write into them.

use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

pub const STORY: &str = "The harbour master of Larkwick said on Tuesday that the old lighthouse \
                         would \
be lit again in spring, after eleven years in the dark. Volunteers had carried four tons of glass \
up the spiral stairs, and a clockmaker from the next town repaired the turning gear for nothing \
but \
a seat at the first lighting. The council will vote on the running costs in March, and the ferry \
company has already promised to pay for the lamp oil.";

pub const WHEAT: &str = "Wheat prices fell for a third week as rain reached the southern plains, \
traders said, and millers who had bought early in the season now find themselves with full silos \
and few buyers. An early frost could still turn the market, one broker warned, though none is in \
the forecast and the rivers stand high for the first time in two years.";

/// A near-copy of [`STORY`].
pub fn near(text: &str) -> String {
    text.replace("eleven years", "almost a dozen years")
}

/// Words of their own for each number.
pub fn story(n: usize, words: usize) -> String {
    let places = ["harbour", "council", "bridge", "valley", "ferry"];
    (0..words).map(|w| format!("{}{w}x{n}", places[(n + w) % 5])).collect::<Vec<_>>().join(" ")
}

/// A record of JSON Lines.
pub fn record(id: &str, text: &str) -> String {
    json!({"id": id, "text": text}).to_string() + "\n"
}

/// What a file of JSON Lines holds.
pub fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

/// A directory that is gone after the test.
pub struct Here(TempDir);

impl Here {
    pub fn new() -> Here {
        Here(tempfile::tempdir().unwrap())
    }

    /// With these files.
    pub fn with(files: &[(&str, &str)]) -> Here {
        let here = Here::new();
        files.iter().for_each(|(name, text)| here.write(name, text));
        here
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Writes a file, and makes the directories that it lies in.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.file(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap()
    }

    pub fn remove(&self, name: &str) {
        fs::remove_file(self.file(name)).unwrap();
    }
}
