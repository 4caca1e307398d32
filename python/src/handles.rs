//! Owns: one open index for each directory and process, shared by all who name it. Never: a
//! question to it.

use crate::errors::{ClosedError, raise};
use nearcopy::index::{IndexOptions, SameId};
use nearcopy::{Index, Recipe};
use pyo3::PyErr;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// How an index was opened: who asks for the same gets the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct How {
    /// For reading only.
    pub read_only: bool,
    /// An id with another text is refused.
    pub refuse: bool,
}

/// An open index. LMDB opens a directory once in a process.
pub struct Handle {
    index: Mutex<Option<Arc<Index>>>,
    how: How,
}

/// Handles by directory, and the process that has them open.
struct Handles {
    process: u32,
    by_path: Mutex<HashMap<PathBuf, Weak<Handle>>>,
}

/// Held for a moment only, so that a fork hardly ever finds it held; the handles themselves are
/// held while one is opened.
static OPEN: Mutex<Option<&'static Handles>> = Mutex::new(None);

/// The handles of this process. A forked child begins with none, and lets go of what its parent
/// had open.
fn handles() -> &'static Handles {
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    let process = std::process::id();
    if let Some(handles) = open.filter(|h| h.process == process) {
        return handles;
    }
    if let Some(Ok(parents)) = open.map(|h| h.by_path.try_lock()) {
        parents.values().filter_map(Weak::upgrade).for_each(|handle| handle.leave());
    }
    // Once for a process: nothing that adds up.
    let new: &'static Handles = Box::leak(Box::new(Handles { process, by_path: Mutex::default() }));
    *open = Some(new);
    new
}

/// Opens the index of a directory, or shares the one that is open. Where nothing is there and
/// `create` says how, makes one.
pub fn open(
    path: &Path,
    how: How,
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
    let index = match create.filter(|_| is_free(path)) {
        Some((recipe, without_texts)) => {
            match (options.clone().with(|s| s.without_texts = without_texts)).create(path, recipe) {
                Ok(index) => index,
                // Another process made it in the same moment.
                Err(_) if path.join("data.mdb").exists() => options.open(path).map_err(raise)?,
                Err(error) => return Err(raise(error)),
            }
        }
        None => options.open(path).map_err(raise)?,
    };
    let handle = Arc::new(Handle { index: Mutex::new(Some(Arc::new(index))), how });
    if let Ok(whole) = path.canonicalize() {
        open.insert(whole, Arc::downgrade(&handle));
    }
    Ok(handle)
}

/// Whether a new index can be made there: nothing is, or an empty directory.
fn is_free(path: &Path) -> bool {
    !path.exists() || path.read_dir().is_ok_and(|mut entries| entries.next().is_none())
}

impl Handle {
    /// The index.
    pub fn get(&self, path: &Path) -> Result<Arc<Index>, PyErr> {
        let index = self.index.lock().unwrap_or_else(PoisonError::into_inner).clone();
        index.ok_or_else(|| ClosedError::new_err(format!("the index {} is closed", path.display())))
    }

    /// Whether who asks can have it as it is open.
    fn share(
        &self,
        path: &Path,
        how: How,
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

    /// Lets go of what the parent of a forked process had open, so that the child can open it.
    /// What a thread of the parent held at that moment stays held.
    fn leave(&self) {
        if let Ok(mut index) = self.index.try_lock() {
            drop(index.take());
        }
    }
}
