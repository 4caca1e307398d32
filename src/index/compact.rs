//! Owns: compaction: the batch engine run over the whole index, its results written (background,
//! representatives of hot keys, links that keys do not show), and all runs merged into one without
//! removed documents. Never: the stages of a scan.

use crate::engine::batch::{self, Related};
use crate::engine::document_infos::DocumentInfos;
use crate::engine::limits::Limits;
use crate::engine::sorted_run::{KeyRange, SortedRun};
use crate::error::Result;
use crate::index::handle::Index;
use crate::index::lookup::{IndexState, to_row};
use crate::index::merge::{drop_runs, flush, merge, sweep};
use crate::index::rows::{DocumentRow, State, read};
use crate::index::store::tables::{ProcessWriteLock, Store};
use crate::model::document::{DocumentInfo, Documents};
use crate::model::options::{Progress, RunOptions};
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::postings::policy::Policy;
use crate::postings::posting::unpack_pair;
use crate::postings::run::Run;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The documents of an index, numbered by id. A text is read on each request.
struct IndexDocuments<'i> {
    index: &'i Index,
    /// The metadata, in the order of the index.
    infos: DocumentInfos,
    /// Where each document is in that order.
    order: Vec<u32>,
    /// What else the rows say, in the order of the index.
    stored: Vec<StoredText>,
}

/// A document's row without the metadata.
struct StoredText {
    /// The number of the document in the index.
    number: u32,
    class: u32,
    text: u32,
    bytes: u32,
    hash: u64,
}

impl Documents for IndexDocuments<'_> {
    fn count(&self) -> usize {
        self.order.len()
    }
    fn info(&self, number: usize) -> Cow<'_, DocumentInfo> {
        Cow::Owned(self.infos.get(self.order[number] as usize).unwrap_or_default())
    }
    fn id(&self, number: usize) -> Cow<'_, str> {
        Cow::Borrowed(self.infos.id(self.order[number] as usize))
    }
    fn bytes(&self, number: usize) -> u32 {
        self.stored(number).bytes
    }
    fn text(&self, number: usize) -> Result<Cow<'_, str>> {
        let &StoredText { number, class, text, bytes, hash } = self.stored(number);
        let row = DocumentRow { info: DocumentInfo::default(), class, bytes, hash, text };
        self.index.text_of(number, &row).map(Cow::Owned)
    }
}

impl<'i> IndexDocuments<'i> {
    fn new(index: &'i Index) -> Result<IndexDocuments<'i>> {
        let txn = index.store.read()?;
        let (mut infos, mut stored) = (DocumentInfos::default(), Vec::new());
        for row in index.store.rows(&txn, &index.store.documents, 0)? {
            let (number, bytes) = row?;
            let row: DocumentRow = read(bytes, || index.store.place("documents", number))?;
            let DocumentRow { class, text, bytes, hash, .. } = row;
            stored.push(StoredText { number, class, text, bytes, hash });
            infos.push(&row.info());
        }
        let mut order: Vec<u32> = (0..stored.len() as u32).collect();
        order.sort_unstable_by_key(|&n| infos.id_bytes(n as usize));
        Ok(IndexDocuments { index, infos, order, stored })
    }

    fn stored(&self, number: usize) -> &StoredText {
        &self.stored[self.order[number] as usize]
    }
}

/// What a compaction found, with class numbers of the index.
#[derive(Default)]
struct CompactionResult {
    background: Background,
    families: Vec<(u32, u32)>,
    hot: Vec<(u64, Vec<u32>)>,
    links: BTreeMap<u32, Vec<u32>>,
    words: Vec<u32>,
}

/// See [`Index::compact`].
fn compact(
    index: &Index,
    t: &Thresholds,
    options: &RunOptions,
    progress: &dyn Progress,
) -> Result<()> {
    let (store, turn) = (&index.store, &index.write_turn()?);
    flush(store, turn, &index.memtable)?;
    let insight = if index.texts {
        scan_index(index, t, options, progress)?
    } else {
        CompactionResult::default()
    };
    let state = store.now()?;
    sweep(store, turn, &state)?;
    let living = living(store, &state)?;
    let merged = merge(store, turn, 0, |unit| living.get(unit as usize).copied().unwrap_or(false))?;
    settle(index, turn, merged.into_iter().collect(), insight)?;
    drop_runs(store, turn, &state.runs);
    Ok(())
}

fn scan_index(
    index: &Index,
    t: &Thresholds,
    options: &RunOptions,
    progress: &dyn Progress,
) -> Result<CompactionResult> {
    let t = &Thresholds {
        min_tokens: 0,
        since: None,
        until: None,
        sources: Default::default(),
        ..t.clone()
    };
    let documents = IndexDocuments::new(index)?;
    let recipe = &index.recipe;
    // The scan starts from a thread outside any pool: a pool thread would run other jobs while it
    // waits, and such a job may want the write lock that is held here.
    let scan =
        || batch::in_pool(options, || batch::relate(&documents, recipe, t, options, progress));
    let done = std::thread::scope(|s| s.spawn(scan).join());
    let found = done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    let mut limits = Limits::new(&documents, progress);
    limits.add_candidates([&found.document_candidates, &found.passage_candidates], &found.all, t);
    limits.add_notes(&found.notes_left_out);
    let class = |c: u32| documents.stored(found.all.first[c as usize] as usize).class;
    let families =
        (0..).zip(&found.family).filter(|(c, f)| c != *f).map(|(c, f)| (class(c), class(*f)));
    let mut families: Vec<(u32, u32)> = families.collect();
    families.sort_unstable();
    let mut links: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (a, b) in pairs_without_shared_keys(&found) {
        links.entry(class(a)).or_default().push(class(b));
        links.entry(class(b)).or_default().push(class(a));
    }
    let policy = Policy::from(recipe);
    let chosen =
        |run: &SortedRun| run.chosen(KeyRange::ALL, |group| group.len() > policy.passage_cap);
    let frequent = [chosen(&found.keys.anchors)?, chosen(&found.keys.paragraph_bands)?];
    let groups = frequent.iter().flat_map(Run::groups);
    let mut hot: Vec<(u64, Vec<u32>)> = policy.frequent(groups, &found.family).collect();
    hot.sort_unstable();
    hot.dedup_by_key(|h| h.0);
    hot.iter_mut().for_each(|h| h.1.iter_mut().for_each(|c| *c = class(*c)));
    Ok(CompactionResult { background: found.background, families, hot, links, words: found.words })
}

/// Returns the related pairs that key lookups do not show: links inside hot buckets, and pairs that
/// only the clustering compared.
fn pairs_without_shared_keys(found: &Related) -> Vec<(u32, u32)> {
    let pairs = found.relations.pairs().iter().map(|p| p.pair);
    let holds = |list: &[u64], p: &u64| list.binary_search(p).is_ok();
    pairs
        .filter(|p| {
            holds(&found.document_candidates.linked, p)
                || !(holds(&found.document_candidates.pairs, p)
                    || holds(&found.passage_candidates.pairs, p))
        })
        .map(unpack_pair)
        .collect()
}

/// Marks the numbers that postings may lead to: existing documents, and classes that have any.
fn living(store: &Store, state: &State) -> Result<Vec<bool>> {
    let mut living = vec![false; state.next as usize];
    let txn = store.read()?;
    for table in [&store.documents, &store.classes] {
        for row in store.rows(&txn, table, 0)? {
            if let Some(l) = living.get_mut(row?.0 as usize) {
                *l = true;
            }
        }
    }
    Ok(living)
}

/// Writes everything that the compaction found in one transaction.
fn settle(
    index: &Index,
    turn: &ProcessWriteLock,
    runs: Vec<super::rows::RunInfo>,
    insight: CompactionResult,
) -> Result<()> {
    let store = &index.store;
    let mut txn = store.write(turn)?;
    let mut state = store.state(&txn)?;
    store.clear(&mut txn, &store.families)?;
    for (class, family) in insight.families {
        store.append(&mut txn, &store.families, class, &to_row(std::iter::once(family)))?;
    }
    store.clear(&mut txn, &store.links)?;
    for (class, mut partners) in insight.links {
        partners.sort_unstable();
        partners.dedup();
        store.append(&mut txn, &store.links, class, &to_row(partners.into_iter()))?;
    }
    store.replace_hot(
        &mut txn,
        insight.hot.into_iter().map(|(key, units)| (key, to_row(units.into_iter()))),
    )?;
    if index.texts {
        state.background = insight.background.id();
        store.put_background(&mut txn, &insight.background.to_json(&index.recipe.id()))?;
        store.put_word_counts(&mut txn, &insight.words)?;
    }
    state.runs = runs;
    state.compacted = state.next;
    state.background_version += 1;
    state.classes_at_last_background = state.classes;
    state.changes = 0;
    state.removed_classes = 0;
    store.put_state(&mut txn, &state)?;
    store.commit(txn)
}

impl Index {
    /// Runs the batch engine over all documents and draws the background from them anew: which
    /// passages are boilerplate, and which words are common. From then on, until documents are
    /// added or removed, [`seen`](Index::seen) reports of each document what `scan` with
    /// `all_pairs` reports, but for what the bounds of either leave out: a lookup and a scan have
    /// budgets of their own, and both count what these leave out. `progress` is told what the
    /// bounds of this scan leave out. Keys of removed documents are dropped, and all keys are
    /// merged into one sorted run.
    ///
    /// Cost: that of a scan, in time and in memory (about 2 KB a different text while it runs).
    /// Readers may query meanwhile; writers wait. The settings that the background depends on
    /// (`boilerplate-*`, `keep` and the bounds of relations) are taken from `thresholds`.
    ///
    /// # Errors
    /// Cancellation by `progress`, a full or read-only disk. The index stays as it was.
    pub fn compact(
        &self,
        thresholds: &Thresholds,
        options: &RunOptions,
        progress: &dyn Progress,
    ) -> Result<()> {
        thresholds.check()?;
        self.check_process()?;
        compact(self, thresholds, options, progress)
    }

    /// Reads the text of a document in a transaction of its own.
    pub(super) fn text_of(&self, number: u32, row: &DocumentRow) -> Result<String> {
        let txn = self.store.read()?;
        let state = State::default();
        let view = IndexState::new(&self.store, &txn, &state, &self.memtable);
        let worker = self.worker()?;
        let text = view.text(number, row, &worker.unpacker);
        self.return_worker(worker);
        text
    }
}
