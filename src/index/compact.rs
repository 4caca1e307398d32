//! Owns: compaction: the batch engine run over the whole index, its results written (background,
//! representatives of hot keys, links that keys do not show), and all runs merged into one without
//! removed documents. Never: the stages of a scan.

use crate::engine::batch::{self, Related};
use crate::engine::limits::Limits;
use crate::engine::sorted_run::{KeyRange, SortedRun};
use crate::error::{Error, Result};
use crate::index::handle::Index;
use crate::index::lookup::to_row;
use crate::index::merge::{Merging, flush, reserve, sweep};
use crate::index::rows::State;
use crate::index::snapshot::{IndexDocuments, Snapshot};
use crate::index::store::compaction_lock::CompactionLock;
use crate::index::store::tables::{ProcessWriteLock, Store};
use crate::model::options::{Progress, RunOptions};
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::postings::policy::Policy;
use crate::postings::posting::unpack_pair;
use crate::postings::run::Run;
use crate::sketch::recipe::Recipe;
use std::collections::BTreeMap;
use std::time::Duration;

/// What a compaction holds beside its scan, whatever the memory that it was given: keys that are in
/// no run yet, and the part of the merged run that is written next.
const BESIDE_THE_SCAN: u64 = 64 << 20;

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
    let store = &index.store;
    // A handle for reading only is refused before it waits for another compaction.
    drop(index.write_turn()?);
    let lock = CompactionLock::take(store.path(), progress)?;
    let (snapshot, number) = {
        let turn = index.write_turn()?;
        flush(store, &turn, &index.memtable)?;
        sweep(store, &turn, &store.now()?)?;
        let number = reserve(store, &turn)?;
        lock.claim(number)?;
        (Snapshot::new(index, &turn, options.threads)?, number)
    };
    let done = compacted(index, &snapshot, number, t, options, progress);
    // The rows of the runs that are of no use now go: those of the old ones, or of the new one. A
    // failure behind the last commit has replaced the old ones too.
    let old = snapshot.state.runs.iter().map(|run| run.id);
    let all: Vec<u32> = old.chain([number]).collect();
    drop(snapshot);
    if let Ok(State { runs, .. }) = store.now() {
        let is_listed = |id: u32| runs.iter().any(|run| run.id == id);
        drop_meanwhile(index, all.into_iter().filter(|id| !is_listed(*id)));
    }
    done
}

/// Compacts what a snapshot holds. The write lock is held for moments only: for each part of the
/// new run, and for what replaces the old ones.
fn compacted(
    index: &Index,
    snapshot: &Snapshot,
    number: u32,
    t: &Thresholds,
    options: &RunOptions,
    progress: &dyn Progress,
) -> Result<()> {
    let (store, state) = (&index.store, &snapshot.state);
    let insight = if index.texts {
        scan_index(snapshot, &index.recipe, t, options, progress)?
    } else {
        CompactionResult::default()
    };
    let living = living(store, snapshot)?;
    let keep = |unit: u32| living.get(unit as usize).copied().unwrap_or(false);
    let mut merging = Merging::new(store, &snapshot.read, &state.runs, number)?;
    loop {
        let merged = merging.merge_some(keep)?;
        let turn = index.write_turn()?;
        merging.write(&turn, &merged)?;
        drop(turn);
        if merged.is_last {
            break;
        }
        if progress.cancelled() {
            return Err(Error::Cancelled);
        }
        give_way();
    }
    let turn = index.write_turn()?;
    settle(index, &turn, merging, insight, snapshot)
}

/// Lets a writer that waits for the write lock take it: locks are not fair.
fn give_way() {
    std::thread::sleep(Duration::from_millis(1));
}

/// Deletes the rows of runs that no state lists, between what writers do. Rows that cannot be
/// deleted now are deleted before the next merge.
fn drop_meanwhile(index: &Index, runs: impl Iterator<Item = u32>) {
    for run in runs {
        let some = || index.write_turn().and_then(|turn| index.store.drop_some(&turn, run));
        while matches!(some(), Ok(true)) {
            give_way();
        }
    }
}

fn scan_index(
    snapshot: &Snapshot,
    recipe: &Recipe,
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
    let documents = IndexDocuments::new(snapshot)?;
    let rest = |memory: u64| memory.saturating_sub(BESIDE_THE_SCAN).max(memory / 2);
    let options = &RunOptions { memory: options.memory.map(rest), ..options.clone() };
    // The scan starts from a thread outside any pool: a pool thread would run other jobs while it
    // waits, and such a job may want the lock of compactions that is held here.
    let scan =
        || batch::in_pool(options, || batch::relate(&documents, recipe, t, options, progress));
    let done = std::thread::scope(|s| s.spawn(scan).join());
    let found = done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    let mut limits = Limits::new(&documents, progress);
    limits.add_candidates([&found.document_candidates, &found.passage_candidates], &found.all, t);
    limits.add_notes(&found.notes_left_out);
    let class = |c: u32| documents.class(found.all.first[c as usize] as usize);
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
fn living(store: &Store, Snapshot { state, read, .. }: &Snapshot) -> Result<Vec<bool>> {
    let mut living = vec![false; state.next as usize];
    for table in [&store.documents, &store.classes] {
        for row in store.rows(read, table, 0)? {
            if let Some(l) = living.get_mut(row?.0 as usize) {
                *l = true;
            }
        }
    }
    Ok(living)
}

/// Writes everything that the compaction found in one transaction. What writers did since the
/// snapshot stays, and counts as done after the compaction.
fn settle(
    index: &Index,
    turn: &ProcessWriteLock,
    merging: Merging,
    insight: CompactionResult,
    Snapshot { state: before, read, .. }: &Snapshot,
) -> Result<()> {
    let store = &index.store;
    let mut txn = store.write(turn)?;
    let mut state = store.state(&txn)?;
    let is_whole = merging.is_whole(&txn)?;
    let newer = state.runs.strip_prefix(&before.runs[..]).filter(|_| is_whole);
    let Some(newer) = newer else {
        let what = store.path().display().to_string();
        let why =
            "another version of nearcopy wrote to it while it was compacted: compact it again";
        return Err(Error::Storage { what, why: why.into() });
    };
    let runs = merging.finished().into_iter().chain(newer.iter().copied()).collect();
    let row = |units: Vec<u32>| to_row(units.into_iter());
    let families = insight.families.into_iter().map(|(class, family)| (class, row(vec![family])));
    store.replace(&mut txn, &store.families, families)?;
    let links = insight.links.into_iter().map(|(class, mut partners)| {
        partners.sort_unstable();
        partners.dedup();
        (class, row(partners))
    });
    store.replace(&mut txn, &store.links, links)?;
    store.replace_hot(&mut txn, insight.hot.into_iter().map(|(key, units)| (key, row(units))))?;
    if index.texts {
        state.background = insight.background.id();
        store.put_background(&mut txn, &insight.background.to_json(&index.recipe.id()))?;
        let mut words = insight.words;
        let counts = [store.word_counts(&txn)?, store.word_counts(read)?];
        for ((sum, now), then) in words.iter_mut().zip(&counts[0]).zip(&counts[1]) {
            *sum += now.saturating_sub(*then);
        }
        store.put_word_counts(&mut txn, &words)?;
    }
    state.runs = runs;
    state.compacted = before.next;
    state.background_version += 1;
    state.classes_at_last_background = before.classes;
    state.changes = state.changes.saturating_sub(before.changes);
    state.removed_classes = state.removed_classes.saturating_sub(before.removed_classes);
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
    /// Others may query and write meanwhile: a writer waits for moments, and what it adds counts as
    /// added after the compaction. Two compactions run one after the other. The settings that the
    /// background depends on (`boilerplate-*`, `keep` and the bounds of relations) are taken from
    /// `thresholds`.
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
}
