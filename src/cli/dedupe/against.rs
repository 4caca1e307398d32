//! Owns: `dedupe --index`: the queries to the index, and the summary of its use. Never: looks into
//! its storage, or decides what is removed.

use crate::cli::exit::{Failure, Result};
use crate::cli::index::incompatible_settings;
use crate::cli::messages::escaped_path;
use crate::cli::settings::{Settings, set_thread_count};
use nearcopy::clean::Plan;
use nearcopy::index::{AgainstIndex, IndexOptions};
use nearcopy::report::IndexUse;
use nearcopy::{Documents, Index};
use std::path::Path;

/// An index of the documents that were seen before.
pub struct Against {
    pub index: Index,
    display_path: String,
    /// Whether the index is only queried.
    read_only: bool,
}

impl Against {
    /// Opens the index; read-only if `reads` is set.
    pub fn open(dir: &Path, reads: bool, settings: &Settings) -> Result<Against> {
        let shown = escaped_path(dir);
        let recipe = Some(settings.recipe.clone());
        let options = IndexOptions::default().with(|s| {
            s.read_only = reads;
            s.recipe = recipe;
        });
        let index = options.open(dir).map_err(|e| incompatible_settings(e, settings))?;
        if !index.has_texts() {
            return Err(Failure::Said(format!(
                "--index {shown}: it keeps no texts, so copies cannot be verified; fill one with \
                 texts (`nearcopy index create --texts stored`)"
            )));
        }
        set_thread_count(settings.flags.run.threads);
        Ok(Against { index, display_path: shown, read_only: reads })
    }

    /// Counts the documents that are removed because of the index.
    pub fn index_use(&self, found: &AgainstIndex, plan: &Plan) -> IndexUse<'_> {
        let mut part = IndexUse { path: &self.display_path, ..IndexUse::default() };
        for (document, _) in plan.copies().filter(|(_, partner)| found.is_held(*partner)) {
            part.removed += 1;
            part.known += u64::from(found.known.contains(&*found.corpus.id(document as usize)));
        }
        part
    }

    /// Adds the kept documents, unless the index is read-only.
    pub fn add(&self, found: &AgainstIndex, plan: &Plan, part: &mut IndexUse) -> Result<()> {
        if self.read_only {
            return Ok(());
        }
        let added = found.add(&self.index, plan.staying(&found.corpus)).map_err(|e| {
            Failure::Said(format!(
                "the output is complete, but not all of it was added to the index: {e}\n  add it \
                 when that is mended: nearcopy index add {} OUTPUT",
                self.display_path
            ))
        })?;
        part.added = added.new + added.copies + added.replaced;
        part.replaced = added.replaced;
        Ok(())
    }

    /// The use of the index, in words.
    pub fn in_words(&self, part: &IndexUse) -> String {
        if self.read_only {
            return format!("Nothing was added to {}", self.display_path);
        }
        let new = part.added - part.replaced;
        format!(
            "Added to {}: {} new, {} in place of older texts",
            self.display_path, new, part.replaced
        )
    }
}
