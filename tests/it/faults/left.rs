//! Owns: what a run of the program left in its directory. Never: judges it.

use super::cases::Case;
use nearcopy::index::IndexOptions;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The files of a directory tree. Those that every process changes or that are no result are left
/// out.
pub type Tree = BTreeMap<PathBuf, Vec<u8>>;

fn tree(at: &Path) -> Tree {
    fn walk(at: &Path, below: &Path, out: &mut Tree) {
        for entry in fs::read_dir(at.join(below)).unwrap() {
            let name = below.join(entry.unwrap().file_name());
            if name == Path::new("run") {
                // What a run has kept for the next one; a case that has it is carried out again.
            } else if at.join(&name).is_dir() {
                walk(at, &name, out);
            } else if !name.ends_with("lock.mdb") && !name.ends_with("writer.lock") {
                out.insert(name.clone(), fs::read(at.join(&name)).unwrap());
            }
        }
    }
    let mut out = Tree::new();
    walk(at, Path::new(""), &mut out);
    out
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The ids and texts that an index holds, or why it is not sound.
pub type Held = Result<Vec<(String, String)>, String>;

fn held(path: &Path) -> Held {
    let index = IndexOptions::default()
        .with(|s| s.read_only = true)
        .open(path)
        .map_err(|e| e.to_string())?;
    let found = index.verify().map_err(|e| e.to_string())?;
    if let Some(problem) = found.problems.first() {
        return Err(problem.clone());
    }
    let mut all = Vec::new();
    let each = |d: nearcopy::Document| {
        all.push((d.info.id.to_string(), d.text.to_string()));
        true
    };
    index.for_each(each).map_err(|e| e.to_string())?;
    Ok(all)
}

/// What a run left: its files, and the documents of its indexes.
pub struct Left {
    pub tree: Tree,
    pub seen: Held,
    pub fresh: Option<Held>,
}

impl Left {
    pub fn of(at: &Path, case: &Case) -> Left {
        let seen = if case.args.contains("seen") { held(&at.join("seen")) } else { Ok(Vec::new()) };
        let fresh = at.join("fresh").exists().then(|| held(&at.join("fresh")));
        Left { tree: tree(at), seen, fresh }
    }
    /// An output with everything in it, if it is there.
    pub fn output(&self, output: &str) -> Vec<(&Path, &[u8])> {
        let below =
            self.tree.range(PathBuf::from(output)..).take_while(|f| f.0.starts_with(output));
        below.map(|(name, bytes)| (name.as_path(), bytes.as_slice())).collect()
    }
}
