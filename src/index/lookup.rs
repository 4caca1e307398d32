//! Owns: the lookup from the keys of one text to its candidate classes, by the policy of the batch
//! engine. Never: a comparison.

use crate::error::Result;
use crate::index::memtable::Memtable;
use crate::index::posting_list::PostingList;
use crate::index::rows::{ClassRow, DocumentRow, State, exact_key, id_key, members_key, read};
use crate::index::store::tables::{ReadTxn, Store};
use crate::postings::bucket::BucketLayout;
use crate::postings::budget::{ANCHORS_PER_BAND, add_up};
use crate::postings::checksum::{seal, unseal};
use crate::postings::policy::Policy;
use crate::postings::votes::{ENDS, MAX_ENTRIES_READ, Votes};
use crate::sketch::fingerprint::Fingerprint;
use crate::sketch::recipe::Recipe;
use std::cell::Cell;
use std::sync::{PoisonError, RwLock};

/// With more documents than this added since a lookup, the lookup is repeated without checking
/// whether any of them matters.
const MAX_NEW_DOCUMENTS: u32 = 1024;
/// One state of the index: what a transaction sees of the tables, and the memtable.
pub struct IndexState<'v> {
    /// The tables.
    pub store: &'v Store,
    /// The transaction.
    pub txn: &'v ReadTxn<'v>,
    /// The transaction's state row.
    pub state: &'v State,
    /// The memtable of the handle: keys that are in no run.
    pub recent: &'v RwLock<Memtable>,
    /// Keys of documents that this very transaction has added.
    pub batch_memtable: Option<&'v Memtable>,
    /// Set where the memtable turned out to be newer than the transaction; the results are then
    /// invalid.
    pub stale: Cell<bool>,
}

/// A class, and how many keys it shares with a text.
pub type SharedKeys = (u32, u32);

/// Candidates of a text.
#[derive(Debug, Default)]
pub struct Candidates {
    /// The classes that share a document band with the text, or that a compaction linked to it,
    /// ascending.
    pub by_documents: Vec<SharedKeys>,
    /// The classes that share enough anchors or a paragraph band with it, ascending. A paragraph
    /// band counts as several anchors.
    pub by_passages: Vec<SharedKeys>,
    /// Keys that were too frequent to be expanded.
    pub capped: u64,
}

impl<'v> IndexState<'v> {
    /// The state that the last commit left.
    pub fn new(
        store: &'v Store,
        txn: &'v ReadTxn<'v>,
        state: &'v State,
        recent: &'v RwLock<Memtable>,
    ) -> IndexState<'v> {
        IndexState { store, txn, state, recent, batch_memtable: None, stale: Cell::new(false) }
    }

    /// The posting list of a key.
    pub fn list(&self, key: u64) -> Result<PostingList<'v>> {
        self.list_of(key, |table, below, out| {
            table.find(key, below, out);
            0
        })
    }

    /// The posting list of a key by which candidates are looked for. Where it is over the cap only
    /// its ends are looked at, unless some of the texts may have been removed.
    fn list_of_candidates(&self, key: u64, cap: usize) -> Result<PostingList<'v>> {
        match self.state.removed_classes > 0 || cap >= ENDS {
            true => self.list(key),
            false => self.list_of(key, |table, below, out| table.find_ends(key, below, out)),
        }
    }

    /// The list of a key; `find` appends the units of a memtable below a number, and returns the
    /// number of those that it leaves out.
    fn list_of(
        &self,
        key: u64,
        find: impl Fn(&Memtable, u32, &mut Vec<u32>) -> usize,
    ) -> Result<PostingList<'v>> {
        let mut list = PostingList { pieces: Vec::new(), recent: Vec::new(), between: 0 };
        for run in &self.state.runs {
            let shape = BucketLayout { bits: run.bits };
            if let Some(bucket) = self.store.bucket(self.txn, run.id, shape, shape.bucket(key))? {
                let range = bucket.find(key);
                if !range.is_empty() {
                    list.pieces.push((bucket, range));
                }
            }
        }
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        if recent.epoch == self.state.epoch {
            list.between += find(&recent, self.state.next, &mut list.recent);
        } else {
            self.stale.set(true);
        }
        if let Some(own) = self.batch_memtable {
            list.between += find(own, self.state.next, &mut list.recent);
        }
        Ok(list)
    }

    /// Returns the row of a class, if it has documents.
    pub fn class(&self, number: u32) -> Result<Option<ClassRow>> {
        let row = self.store.get(self.txn, &self.store.classes, number)?;
        row.map(|bytes| read(bytes, || self.store.place("classes", number))).transpose()
    }
    /// Returns the row of a document, if it was not removed.
    pub fn document(&self, number: u32) -> Result<Option<DocumentRow>> {
        let row = self.store.get(self.txn, &self.store.documents, number)?;
        row.map(|bytes| read(bytes, || self.store.place("documents", number))).transpose()
    }
    /// Returns the document of an id, with its number.
    pub fn by_id(&self, id: &str) -> Result<Option<(u32, DocumentRow)>> {
        let key = id_key(id);
        // A document that was replaced often has many entries, of which the newest one holds.
        if let Some(number) = self.newest(key)
            && let Some(row) = self.document(number)?.filter(|row| row.info.id == id)
        {
            return Ok(Some((number, row)));
        }
        for number in self.list(key)?.units().rev() {
            if let Some(row) = self.document(number)?.filter(|row| row.info.id == id) {
                return Ok(Some((number, row)));
            }
        }
        Ok(None)
    }

    /// The newest document with a key that is in no run yet.
    fn newest(&self, key: u64) -> Option<u32> {
        let below = |number: &u32| *number < self.state.next;
        let own = self.batch_memtable.and_then(|own| own.newest(key)).filter(below);
        own.or_else(|| {
            let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
            let newest = (recent.epoch == self.state.epoch).then(|| recent.newest(key));
            newest.flatten().filter(below)
        })
    }

    /// Whether the index holds this document under its id with this very text.
    pub fn knows(&self, document: &DocumentRow) -> Result<bool> {
        Ok(self
            .by_id(&document.info.id)?
            .is_some_and(|(_, row)| row.hash == document.hash && row.bytes == document.bytes))
    }
    /// Returns the class of a text. A text without an identity is in a class of its own, which is
    /// not found by it.
    pub fn by_text(&self, exact: Option<u128>) -> Result<Option<(u32, ClassRow)>> {
        let Some(exact) = exact else { return Ok(None) };
        for number in self.list(exact_key(exact))?.units() {
            if let Some(row) = self.class(number)?.filter(|row| row.exact == exact) {
                return Ok(Some((number, row)));
            }
        }
        Ok(None)
    }
    /// Returns documents of a class, the oldest first, at most `most`.
    pub fn members(&self, class: u32, most: usize) -> Result<Vec<(u32, DocumentRow)>> {
        let mut out = Vec::new();
        for number in self.list(members_key(class))?.units() {
            if let Some(row) = self.document(number)?.filter(|row| row.class == class) {
                out.push((number, row));
                if out.len() == most {
                    break;
                }
            }
        }
        Ok(out)
    }

    /// Whether a document from this number on can be a candidate, or make an older class one. The
    /// memtable's keys and the new document rows alone decide, so it may return true without need.
    pub fn may_have_new_candidates(
        &self,
        f: &Fingerprint,
        from: u32,
        recipe: &Recipe,
    ) -> Result<bool> {
        if from < self.state.pending_from
            || self.state.next.saturating_sub(from) > MAX_NEW_DOCUMENTS
        {
            return Ok(true);
        }
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        if recent.epoch != self.state.epoch {
            return Ok(true);
        }
        let newest =
            |key| recent.newest(key).max(self.batch_memtable.and_then(|own| own.newest(key)));
        let new = |key: &&u64| newest(**key) >= Some(from);
        let exact = f.exact.map(exact_key);
        let bands = exact.iter().chain(&f.bands).chain(&f.paragraph_bands).any(|key| new(&key));
        // A new candidate by anchors shares at least `min_anchors` of them, and each of those is
        // new.
        if bands || f.anchors.iter().filter(new).count() >= recipe.min_anchors as usize {
            return Ok(true);
        }
        // A document that joined an older class posts no keys of its text: the class is found by
        // the keys of its founder.
        for row in self.store.rows(self.txn, &self.store.documents, from)? {
            let (number, bytes) = row?;
            let row: DocumentRow = read(bytes, || self.store.place("documents", number))?;
            if row.class < from {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns the classes to compare a text with; `own` is the text's class, where it has one
    /// already; `texts` says whether the index keeps texts. Cost: a posting list for each key, and
    /// of each list no more classes than the caps of the recipe allow.
    pub fn candidates(
        &self,
        f: &Fingerprint,
        own: Option<u32>,
        recipe: &Recipe,
        texts: bool,
    ) -> Result<Candidates> {
        let mut out = Candidates::default();
        // Without texts, a compaction writes no links, so nothing is known beyond the keys.
        let known = texts && own.is_some_and(|c| c < self.state.compacted);
        let mut documents = self.by_bands(f, own, known, recipe, &mut out)?;
        // A text that has a representative finds nothing by frequent passages; its representative
        // does.
        let stood_for = match own {
            Some(c) if known => self.store.get(self.txn, &self.store.families, c)?.is_some(),
            _ => false,
        };
        let (mut shared, mut bands) = (Vec::new(), Vec::new());
        let cap = Policy::from(recipe).passage_cap;
        for &key in &f.anchors {
            let list = self.list_of_candidates(key, cap)?;
            self.by_passage(key, &list, own, stood_for, recipe, &mut shared, &mut out.capped)?;
        }
        shared.sort_unstable();
        let enough = Policy::from(recipe).with_enough_anchors(&shared);
        out.by_passages.extend(enough);
        for &key in &f.paragraph_bands {
            let list = self.list_of_candidates(key, cap)?;
            self.by_passage(key, &list, own, stood_for, recipe, &mut bands, &mut out.capped)?;
        }
        out.by_passages.extend(bands.into_iter().map(|class| (class, ANCHORS_PER_BAND)));
        if let Some(c) = own.filter(|_| known)
            && let Some(row) = self.store.get(self.txn, &self.store.links, c)?
        {
            documents
                .extend(numbers(unseal(row, || self.store.place("links", c))?).map(|c| (c, 1)));
        }
        out.by_documents = documents;
        [&mut out.by_documents, &mut out.by_passages].into_iter().for_each(|all| summed(all, own));
        Ok(out)
    }

    /// Returns how many anchors each of these classes shares with a text.
    pub fn shared_anchors(&self, f: &Fingerprint, classes: &[u32]) -> Result<Vec<u32>> {
        let mut shared = vec![0; classes.len()];
        for &key in &f.anchors {
            let list = self.list(key)?;
            for (shared, class) in shared.iter_mut().zip(classes) {
                *shared += u32::from(list.holds(*class));
            }
        }
        Ok(shared)
    }

    /// Returns a class as often as it shares a document band that is within its cap, and the
    /// classes that share most of the others.
    fn by_bands(
        &self,
        f: &Fingerprint,
        own: Option<u32>,
        known: bool,
        recipe: &Recipe,
        out: &mut Candidates,
    ) -> Result<Vec<SharedKeys>> {
        let (mut found, mut votes) = (Vec::new(), Votes::default());
        let cap = Policy::from(recipe).band_cap;
        for &key in &f.bands {
            let list = self.list_of_candidates(key, cap)?;
            if self.fits(&list, own, cap)? {
                found.extend(list.units().map(|class| (class, 1)));
                continue;
            }
            out.capped += 1;
            // For a text that was in the last compaction, the links are stored already; only newer
            // texts are looked at.
            let oldest = if known { self.state.compacted } else { 0 };
            let newest = list.units().rev().take_while(|u| *u >= oldest).take(MAX_ENTRIES_READ);
            self.living(newest, ENDS)?.into_iter().for_each(|u| votes.count(u));
            if !known && list.len() > MAX_ENTRIES_READ {
                let first = list.units().take(MAX_ENTRIES_READ.min(list.len() - MAX_ENTRIES_READ));
                self.living(first, ENDS)?.into_iter().for_each(|u| votes.count(u));
            }
        }
        found.extend(votes.most(own));
        Ok(found)
    }

    /// Whether the texts of a key, the one that is looked up included, are within a cap. Rows are
    /// read to leave out removed texts only where these could decide.
    fn fits(&self, list: &PostingList, own: Option<u32>, cap: usize) -> Result<bool> {
        let asking = usize::from(own.is_none());
        let all = list.len() + asking;
        if all <= cap || self.state.removed_classes == 0 {
            return Ok(all <= cap);
        }
        // The newest come first: a page that changes often leaves many removed texts. A key that is
        // truly hot costs about `cap` reads.
        Ok(self.living(list.units().rev(), cap + 1)?.len() + asking <= cap)
    }

    /// Returns the first classes that still exist, at most `most`.
    fn living(&self, units: impl Iterator<Item = u32>, most: usize) -> Result<Vec<u32>> {
        let mut out = Vec::new();
        for unit in units {
            if self.state.removed_classes == 0
                || self.store.get(self.txn, &self.store.classes, unit)?.is_some()
            {
                out.push(unit);
                if out.len() == most {
                    break;
                }
            }
        }
        Ok(out)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "two sinks, one for each meaning of a found class"
    )]
    fn by_passage(
        &self,
        key: u64,
        list: &PostingList,
        own: Option<u32>,
        stood_for: bool,
        recipe: &Recipe,
        found: &mut Vec<u32>,
        capped: &mut u64,
    ) -> Result<()> {
        let policy = Policy::from(recipe);
        if self.fits(list, own, policy.passage_cap)? {
            found.extend(list.units());
            return Ok(());
        }
        if stood_for {
            return Ok(());
        }
        // The representatives of the key's texts as of the last compaction, and all newer texts.
        let hot: Vec<u32> = match self.store.hot(self.txn, key)? {
            Some(row) => numbers(unseal(row, || self.store.place("hot", key))?).collect(),
            None => Vec::new(),
        };
        let newer = list.units().rev().take_while(|u| *u >= self.state.compacted);
        let newer = self.living(newer, policy.passage_cap + 1)?;
        let asking = usize::from(own.is_none());
        // A key without a row has too many representatives, or no compaction has seen it yet.
        match policy
            .representatives(hot.iter().copied().chain(newer).collect(), asking)
            .filter(|_| !hot.is_empty())
        {
            Some(units) => found.extend(units),
            None => *capped += 1,
        }
        Ok(())
    }
}

/// Sorts classes and adds up the keys of each, without those of `own`.
fn summed(all: &mut Vec<SharedKeys>, own: Option<u32>) {
    all.retain(|c| Some(c.0) != own);
    all.sort_unstable();
    add_up(all);
}

/// Decodes the numbers of a row.
pub fn numbers(row: &[u8]) -> impl Iterator<Item = u32> {
    row.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b))
}

/// Encodes numbers as a sealed row.
pub fn to_row(numbers: impl Iterator<Item = u32>) -> Vec<u8> {
    seal(numbers.flat_map(u32::to_le_bytes).collect())
}
