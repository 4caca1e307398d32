//! Owns: `dedupe --index`: what an index holds of the input, as references, and what is added to it in the end. Never: what goes.

use super::problems::clean;
use super::progress::Meter;
use super::settings::Settings;
use super::{Failure, Result, index};
use nearcopy::report::{Cleaned, IndexUse};
use nearcopy::{
    Background, Corpus, Document, DocumentInfo, Documents, Index, IndexOptions, Plan, Recipe, Relation, Thresholds, Why,
};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;

/// Stands before the ids of documents that come from the index.
const PREFIX: &str = "index:";

/// Documents asked about before the answers are put together.
const PART: usize = 1024;

/// An index that knows what was there before.
pub struct Before {
    index: Index,
    shown: String,
    reads: bool,
    known: HashSet<String>,
    background: Option<Arc<Background>>,
}

/// What the index has under a document's own id.
enum Own {
    Nothing,
    Same(Document),
    Other,
}

impl Before {
    /// Opens it; only to ask, where `reads` says so.
    pub fn open(dir: &Path, reads: bool, settings: &Settings) -> Result<Before> {
        let shown = clean(&dir.display().to_string());
        let recipe = Some(settings.recipe.clone());
        let options = IndexOptions { read_only: reads, recipe, ..IndexOptions::default() };
        let index = options.open(dir).map_err(|e| index::mixed(e, settings))?;
        if !index.has_texts() {
            return Err(Failure::Said(format!(
                "--index {shown}: it keeps no texts, so copies cannot be verified; fill one with texts (`nearcopy index create --texts stored`)"
            )));
        }
        index::threads(settings.flags.run.threads);
        // Before the first compaction it knows of no boilerplate, and the input's own background tells more.
        let background = if index.stats()?.compacted { Some(index.background()?) } else { None };
        Ok(Before { index, shown, reads, known: HashSet::new(), background })
    }

    /// What it knows of common words and boilerplate: far more than one day's documents do.
    pub fn background(&self) -> Option<Arc<Background>> {
        self.background.clone()
    }

    /// The documents of the index that these are related to, each once.
    ///
    /// Under a document's own id, its very text makes it known. Another text is an old version, which the new one will replace: it is nobody's
    /// reference, else the new version would go as a copy of it.
    pub fn references(&mut self, documents: &[Document], t: &Thresholds, meter: &Meter) -> Result<Vec<Document>> {
        let (mut found, mut old) = (BTreeMap::new(), HashSet::new());
        // Texts that stand under other ids too: an old version among them does not take them along.
        let mut held: HashSet<String> = HashSet::new();
        meter.asking(documents.len() as u64);
        for part in documents.chunks(PART) {
            let asked = part.par_iter().map(|d| {
                if !meter.asked() {
                    return Err(nearcopy::Error::Cancelled);
                }
                Ok((self.own(d)?, self.index.seen(d, t)?))
            });
            for (d, (own, seen)) in part.iter().zip(asked.collect::<nearcopy::Result<Vec<_>>>()?) {
                match own {
                    Own::Nothing => {}
                    Own::Other => {
                        old.insert(d.info.id.clone());
                    }
                    Own::Same(there) => {
                        self.known.insert(d.info.id.clone());
                        found.entry(there.info.id.clone()).or_insert(there);
                    }
                }
                for s in seen {
                    if s.copies > 1 {
                        held.insert(s.info.id.clone());
                    }
                    found.entry(s.info.id.clone()).or_insert_with(|| {
                        let info = DocumentInfo { whole_file: false, ..s.info };
                        info.with_text(s.text.unwrap_or_default())
                    });
                }
            }
        }
        meter.pause()?;
        found.retain(|id, _| !old.contains(id) || self.known.contains(id) || held.contains(id));
        let reference = |d: Document| {
            let id = format!("{PREFIX}{}", d.info.id);
            DocumentInfo { id, reference: true, whole_file: false, ..d.info }.with_text(d.text)
        };
        Ok(found.into_values().map(reference).collect())
    }

    fn own(&self, d: &Document) -> nearcopy::Result<Own> {
        let Some(there) = self.index.get(&d.info.id)? else { return Ok(Own::Nothing) };
        let equal = || {
            let c = nearcopy::compare(&there.text, &d.text, &Background::default(), &Recipe::default(), &Thresholds::default());
            c.relation == Some(Relation::Equal)
        };
        Ok(if there.text == d.text || equal() { Own::Same(there) } else { Own::Other })
    }

    /// Ids of documents that it holds already, with the same text.
    pub fn known(&self) -> &HashSet<String> {
        &self.known
    }

    /// What went because of it.
    pub fn part(&self, documents: &dyn Documents, plan: &Plan) -> IndexUse<'_> {
        let mut part = IndexUse { path: &self.shown, ..IndexUse::default() };
        for g in &plan.gone {
            let Why::Copy { partner, .. } = g.why else { continue };
            let partner = documents.info(partner as usize);
            if partner.reference && partner.id.starts_with(PREFIX) {
                part.removed += 1;
                part.known += u64::from(self.known.contains(&documents.info(g.document as usize).id));
            }
        }
        part
    }

    /// Adds what stays, unless it was only to be asked.
    pub fn add(&self, corpus: &Corpus, cleaned: &mut Cleaned) -> Result<()> {
        if self.reads {
            return Ok(());
        }
        let plan = cleaned.plan;
        let stays =
            |n: &usize| !corpus.info(*n).reference && plan.gone.binary_search_by_key(&(*n as u32), |g| g.document).is_err();
        let documents = (0..corpus.count()).filter(stays).filter_map(|n| {
            let info = DocumentInfo { reference: false, ..corpus.info(n).clone() };
            Some(info.with_text(corpus.text(n).ok()?))
        });
        let added = self.index.add_all(documents).map_err(|e| {
            Failure::Said(format!(
                "the output is complete, but not all of it was added to the index: {e}\n  add it when that is mended: nearcopy index add {} OUTPUT",
                self.shown
            ))
        })?;
        if let Some(part) = &mut cleaned.index {
            part.added = added.new + added.copies + added.replaced;
            part.replaced = added.replaced;
        }
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
