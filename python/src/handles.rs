//! Owns: one open index for each directory and process, shared by all callers. Never: queries it.

use crate::errors::{ClosedError, raise};
use nearcopy::index::{IndexOptions, SameId};
use nearcopy::{Index, Recipe};
use pyo3::PyErr;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// The mode in which an index was opened; callers with the same mode share the handle.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct OpenMode {
    /// Whether it is open for reading only.
    pub read_only: bool,
    /// Whether an existing id with another text is refused.
    pub refuse: bool,
}

/// An open index. LMDB allows a process to open a directory only once.
pub struct Handle {
    index: Mutex<Option<Arc<Index>>>,
    how: OpenMode,
}

/// The handles by directory, and the process that has them open.
struct Handles {
    process: u32,
    by_path: Mutex<HashMap<PathBuf, Weak<Handle>>>,
}

/// This lock is held only briefly, so that a fork hardly ever finds it locked; the map of handles
/// has its own lock, which is held while an index is opened.
static OPEN: Mutex<Option<&'static Handles>> = Mutex::new(None);

/// The handles of this process. A forked child starts without any, and closes those of its parent.
fn handles() -> &'static Handles {
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    let process = std::process::id();
    if let Some(handles) = open.filter(|h| h.process == process) {
        return handles;
    }
    if let Some(Ok(parents)) = open.map(|h| h.by_path.try_lock()) {
        parents.values().filter_map(Weak::upgrade).for_each(|handle| handle.leave());
    }
    // This leaks once per process, so the leak does not grow.
    let new: &'static Handles = Box::leak(Box::new(Handles { process, by_path: Mutex::default() }));
    *open = Some(new);
    new
}

/// Opens the index of a directory, or shares the one that is open. Creates it where none exists and
/// `create` is set.
pub fn open(
    path: &Path,
    how: OpenMode,
    recipe: Option<&Recipe>,
    create: Option<(&Recipe, bool)>,
) -> Result<Arc<Handle>, PyErr> {
    let mut open = handles().by_path.lock().unwrap_or_else(PoisonError::into_inner);
    open.retain(|_, handle| handle.strong_count() > 0);
    if let Ok(whole) = path.canonicalize()
        && let Some(handle) = open.get(&whole).and_then(Weak::upgrade)
        && let Ok(index) = handle.get(path)
    {
        return handle.share(path, how, &index, recipe).map(|()| handle.clone());
    }
    let same_id = if how.refuse { SameId::Refuse } else { SameId::Replace };
    let options = IndexOptions::default().with(|s| {
        s.read_only = how.read_only;
        s.same_id = same_id;
        s.recipe = recipe.cloned();
    });
    let index = match create {
        Some((recipe, without_texts)) => {
            options.with(|s| s.without_texts = without_texts).open_or_create(path, recipe)
        }
        None => options.open(path),
    };
    let index = index.map_err(raise)?;
    let handle = Arc::new(Handle { index: Mutex::new(Some(Arc::new(index))), how });
    if let Ok(whole) = path.canonicalize() {
        open.insert(whole, Arc::downgrade(&handle));
    }
    Ok(handle)
}

impl Handle {
    /// The open index.
    pub fn get(&self, path: &Path) -> Result<Arc<Index>, PyErr> {
        let index = self.index.lock().unwrap_or_else(PoisonError::into_inner).clone();
        index.ok_or_else(|| ClosedError::new_err(format!("the index {} is closed", path.display())))
    }

    /// Whether the open index fits the mode and recipe of a caller.
    fn share(
        &self,
        path: &Path,
        how: OpenMode,
        index: &Index,
        recipe: Option<&Recipe>,
    ) -> Result<(), PyErr> {
        let (what, has) = (path.display().to_string(), index.recipe().id());
        if let Some(wanted) = recipe.map(Recipe::id).filter(|w| *w != has) {
            return Err(raise(nearcopy::Error::Mixed {
                what,
                wanted: format!("recipe {wanted}"),
                found: format!("recipe {has}"),
            }));
        }
        if self.how == how {
            return Ok(());
        }
        let flag = |yes: bool| if yes { "True" } else { "False" };
        let same_id = if self.how.refuse { "refuse" } else { "replace" };
        let why = format!(
            "it is open in this program already, with read_only={} and same_id={same_id:?}: open \
             it likewise, or close that one first",
            flag(self.how.read_only)
        );
        Err(raise(nearcopy::Error::Storage { what, why }))
    }

    /// Closes the index that the parent of a forked process had open, so that the child can open
    /// it. If a thread of the parent held the lock at the fork, the index stays open.
    fn leave(&self) {
        if let Ok(mut index) = self.index.try_lock() {
            drop(index.take());
        }
    }
}
