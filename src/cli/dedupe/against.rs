//! Owns: `dedupe --index`: the index that is asked, and what is said of it. Never: what it holds,
//! or what goes.

use crate::cli::exit::{Failure, Result};
use crate::cli::index::mixed;
use crate::cli::messages::escaped_path;
use crate::cli::settings::{Settings, set_thread_count};
use nearcopy::clean::Plan;
use nearcopy::index::{AgainstIndex, IndexOptions};
use nearcopy::report::IndexUse;
use nearcopy::{Documents, Index};
use std::path::Path;

/// An index that knows what was there before.
pub struct Against {
    pub index: Index,
    shown: String,
    /// Whether it is only to be asked.
    reads: bool,
}

impl Against {
    /// Opens it; only to ask, where `reads` says so.
    pub fn open(dir: &Path, reads: bool, settings: &Settings) -> Result<Against> {
        let shown = escaped_path(dir);
        let recipe = Some(settings.recipe.clone());
        let options = IndexOptions::default().with(|s| {
            s.read_only = reads;
            s.recipe = recipe;
        });
        let index = options.open(dir).map_err(|e| mixed(e, settings))?;
        if !index.has_texts() {
            return Err(Failure::Said(format!(
                "--index {shown}: it keeps no texts, so copies cannot be verified; fill one with \
                 texts (`nearcopy index create --texts stored`)"
            )));
        }
        set_thread_count(settings.flags.run.threads);
        Ok(Against { index, shown, reads })
    }

    /// What goes because of it.
    pub fn index_use(&self, found: &AgainstIndex, plan: &Plan) -> IndexUse<'_> {
        let mut part = IndexUse { path: &self.shown, ..IndexUse::default() };
        for (gone, _) in plan.copies().filter(|(_, partner)| found.is_held(*partner)) {
            part.removed += 1;
            part.known += u64::from(found.known.contains(&found.corpus.info(gone as usize).id));
        }
        part
    }

    /// Adds what stays, unless it was only to be asked.
    pub fn add(&self, found: &AgainstIndex, plan: &Plan, part: &mut IndexUse) -> Result<()> {
        if self.reads {
            return Ok(());
        }
        let added = found.add(&self.index, plan.staying(&found.corpus)).map_err(|e| {
            Failure::Said(format!(
                "the output is complete, but not all of it was added to the index: {e}\n  add it \
                 when that is mended: nearcopy index add {} OUTPUT",
                self.shown
            ))
        })?;
        part.added = added.new + added.copies + added.replaced;
        part.replaced = added.replaced;
        Ok(())
    }

    /// What became of it, in words.
    pub fn in_words(&self, part: &IndexUse) -> String {
        if self.reads {
            return format!("Nothing was added to {}", self.shown);
        }
        let new = part.added - part.replaced;
        format!("Added to {}: {} new, {} in place of older texts", self.shown, new, part.replaced)
    }
}
