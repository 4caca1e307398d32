//! Owns: the checks of the pages that LMDB is about to read, so that damage is an error and never a
//! wrong answer, an endless walk or the end of the process. Never: the content of a row.
//!
//! A path is read from the file as LMDB descends it: a page must have the number under which it was
//! found, its keys must ascend and lie between those of the pages above it, and nothing may lead
//! out of the file. Where a key is missing, the neighbouring leaf is read too, so that it cannot be
//! there. A small table is read as a whole and counted. What a transaction sees never changes, so
//! nothing needs a lock.

use crate::index::store::meta_page::{
    KNOWN_LAYOUT, PageError, Roots, Tree, is_page_list, read_exact_at,
};
use crate::index::store::page::{Data, HEAD, Page, Rules, begins_long_data, pages_of};
use std::cmp;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// A table of at most this many pages is checked as a whole.
const SMALL: u64 = 32;
/// The most leaves that are remembered for a transaction: 4 MiB or so.
const MOST_LEAVES: usize = 1 << 15;
/// Transactions whose trees are kept.
const KEPT: usize = 64;
/// No tree of LMDB is deeper.
const DEEPEST: u16 = 32;
type Result<T> = std::result::Result<T, PageError>;

/// The last key of each leaf, by its table and its first key.
type Leaves = BTreeMap<(usize, Vec<u8>), Vec<u8>>;

/// The trees of one committed transaction.
#[derive(Debug)]
pub struct Trees {
    txn: usize,
    last: u64,
    free: Tree,
    tables: Vec<(Vec<u8>, Tree)>,
    /// Bits of the tables that were checked as a whole.
    whole: AtomicU64,
    /// The leaves of other tables that were checked.
    leaves: RwLock<Leaves>,
}

impl Trees {
    fn is_checked(&self, table: usize, key: &[u8]) -> bool {
        let leaves = self.leaves.read().unwrap_or_else(PoisonError::into_inner);
        let before = leaves.range(..=(table, key.to_vec())).next_back();
        before.is_some_and(|((of, _), last)| *of == table && last.as_slice() >= key)
    }
    fn note(&self, table: usize, first: &[u8], last: &[u8]) {
        let mut leaves = self.leaves.write().unwrap_or_else(PoisonError::into_inner);
        if leaves.len() >= MOST_LEAVES {
            leaves.clear();
        }
        leaves.insert((table, first.to_vec()), last.to_vec());
    }
}

/// The pages of an open index.
pub struct PageCheck {
    file: File,
    page: usize,
    known: RwLock<Vec<Arc<Trees>>>,
    /// The number of the transaction that writes, or 0.
    writing: AtomicUsize,
}

/// How far a walk through a table goes into data that has pages of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Long {
    /// Its first page is read.
    Read,
    /// It is not read.
    Skip,
}

impl PageCheck {
    /// Checks the pages of this file.
    pub const fn new(file: File, page: usize) -> PageCheck {
        PageCheck { file, page, known: RwLock::new(Vec::new()), writing: AtomicUsize::new(0) }
    }

    fn read(&self, number: u64, length: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        let at = number.checked_mul(self.page as u64).ok_or(PageError::Damaged(number))?;
        match read_exact_at(&self.file, &mut bytes, at) {
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Err(PageError::CutOff(number)),
            Err(e) => Err(PageError::Io(e)),
            Ok(()) => Ok(bytes),
        }
    }

    /// Returns the trees of a committed transaction; `None` where two later ones have replaced it.
    pub fn trees(&self, txn: usize) -> Result<Option<Arc<Trees>>> {
        if !KNOWN_LAYOUT {
            return Ok(None);
        }
        if let Some(known) = self.known(txn) {
            return Ok(Some(known));
        }
        for number in 0..2 {
            let meta = self.read(number, self.page)?;
            let Some(roots) = Roots::of(&meta, txn) else { continue };
            let roots = roots.map_err(|()| PageError::Damaged(number))?;
            // Another process may have replaced the page while it was read.
            if self.read(number, self.page)? == meta {
                return self.load(txn, roots).map(Some);
            }
        }
        Ok(None)
    }

    fn load(&self, txn: usize, Roots { free, main, last }: Roots) -> Result<Arc<Trees>> {
        let (whole, leaves) = (AtomicU64::new(0), RwLock::default());
        let mut trees = Trees { txn, last, free, tables: Vec::new(), whole, leaves };
        let mut tables = Vec::new();
        self.walk(&trees, &main, None, Long::Skip, &mut |page, i| {
            let Some(Data::Here(at)) = page.data(i).filter(|_| page.is_table(i)) else {
                return false;
            };
            let tree = Tree::of(page.bytes(at), false);
            tables.extend(tree.map(|t| (page.key(i).unwrap_or_default().to_vec(), t)));
            tree.is_some()
        })?;
        trees.tables = tables;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        // A table that the next transaction left alone has the same root: each change gives a new
        // one.
        if let Some(before) = known.last().filter(|b| b.txn + 1 == txn) {
            let same = |n: &usize| before.tables.get(*n) == trees.tables.get(*n);
            let bits: u64 = (0..trees.tables.len()).filter(same).map(|n| 1 << n).sum();
            trees.whole = AtomicU64::new(before.whole.load(Ordering::Relaxed) & bits);
        }
        let trees = Arc::new(trees);
        // Few still read what was there before, but for those that hold its trees.
        for before in known.iter().filter(|trees| Arc::strong_count(trees) == 1) {
            before.leaves.write().unwrap_or_else(PoisonError::into_inner).clear();
        }
        if known.len() >= KEPT {
            // A compaction reads one state of the index for minutes, and holds its trees.
            let unused = known.iter().position(|trees| Arc::strong_count(trees) == 1);
            known.remove(unused.unwrap_or(0));
        }
        known.push(trees.clone());
        Ok(trees)
    }

    fn known(&self, txn: usize) -> Option<Arc<Trees>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().rev().find(|t| t.txn == txn).cloned()
    }
    /// The trees that a transaction reads: its own, or, where it writes, those that it began with.
    fn seen_by(&self, txn: usize) -> Option<Arc<Trees>> {
        self.known(txn).or_else(|| {
            let writes = txn > 0 && self.writing.load(Ordering::Acquire) == txn;
            writes.then(|| self.known(txn - 1)).flatten()
        })
    }

    /// Begins to check for a transaction that writes. Its pages are those of the one before it, and
    /// the list of free ones, which is checked with `free`.
    pub fn begin_writing(&self, txn: usize, free: bool) -> Result<()> {
        let before = txn.checked_sub(1).ok_or(PageError::Damaged(0))?;
        if self.trees(before)?.is_some() {
            self.writing.store(txn, Ordering::Release);
        }
        if free { self.free_pages(before) } else { Ok(()) }
    }
    /// Takes note that a transaction was committed: whatever writer of this process had its number
    /// was dropped.
    pub fn committed(&self, txn: usize) {
        let _ = self.writing.compare_exchange(txn, 0, Ordering::AcqRel, Ordering::Relaxed);
    }

    /// Ends it: from now on the number is that of a committed transaction.
    pub fn end_writing(&self) {
        self.writing.store(0, Ordering::Release);
    }

    /// Checks the pages on the way to a key of a table.
    pub fn key(&self, txn: usize, table: &str, key: &[u8]) -> Result<()> {
        let Some(trees) = self.seen_by(txn) else { return Ok(()) };
        let Some((n, tree)) = self.small(&trees, table)? else { return Ok(()) };
        if trees.is_checked(n, key) {
            return Ok(());
        }
        let leaf = self.descend(&trees, &tree, key)?;
        // Long data is checked row by row, and so only the row itself is noted.
        let first = leaf.page.key(0).zip(leaf.page.key(leaf.page.len() - 1));
        match first.filter(|_| !leaf.page.has_long_data()) {
            Some((first, last)) => trees.note(n, first, last),
            None if leaf.page.key(leaf.page.find(key)) == Some(key) => trees.note(n, key, key),
            None => {}
        }
        Ok(())
    }

    /// Checks the pages of a table from a key on, or all of them.
    pub fn rows(&self, txn: usize, table: &str, from: Option<&[u8]>) -> Result<()> {
        let Some(trees) = self.seen_by(txn) else { return Ok(()) };
        match self.small(&trees, table)? {
            Some((_, tree)) => self.walk(&trees, &tree, from, Long::Read, &mut |_, _| true),
            None => Ok(()),
        }
    }

    /// Checks the list of free pages, which a writer is about to use.
    fn free_pages(&self, txn: usize) -> Result<()> {
        let Some(trees) = self.seen_by(txn) else { return Ok(()) };
        let mut failed = None;
        let walked = self.walk(&trees, &trees.free, None, Long::Read, &mut |page, i| {
            let list = match page.data(i) {
                Some(Data::Here(at)) => Ok(page.bytes(at).to_vec()),
                Some(Data::Elsewhere(first, length)) => {
                    self.read(first, HEAD + length).map(|all| all[HEAD..].to_vec())
                }
                None => return false,
            };
            match list {
                Ok(list) => is_page_list(&list, trees.last),
                Err(e) => {
                    failed = Some(e);
                    false
                }
            }
        });
        failed.map_or(walked, Err)
    }

    /// Returns the tree of a table and its place among the tables, unless it is empty or was
    /// checked as a whole; a small one is checked as a whole now.
    fn small(&self, trees: &Trees, table: &str) -> Result<Option<(usize, Tree)>> {
        let Some(n) = trees.tables.iter().position(|(name, _)| name == table.as_bytes()) else {
            return Err(PageError::Damaged(trees.last));
        };
        let (tree, bit) = (trees.tables[n].1, 1 << n);
        if tree.is_empty() || trees.whole.load(Ordering::Relaxed) & bit != 0 {
            return Ok(None);
        }
        if tree.pages > SMALL {
            return Ok(Some((n, tree)));
        }
        self.walk(trees, &tree, None, Long::Read, &mut |_, _| true)?;
        trees.whole.fetch_or(bit, Ordering::Relaxed);
        Ok(None)
    }

    fn page(&self, trees: &Trees, tree: &Tree, number: u64, level: u16) -> Result<Page> {
        let rules = Rules {
            number,
            last: trees.last,
            leaf: level + 1 == tree.depth,
            integers: tree.integers,
        };
        if number > trees.last || level >= tree.depth.min(DEEPEST) {
            return Err(PageError::Damaged(number));
        }
        Page::checked(self.read(number, self.page)?, rules).ok_or(PageError::Damaged(number))
    }

    /// Reads the page that a node leads to, and checks that its keys belong there.
    fn child(&self, trees: &Trees, tree: &Tree, step: &Step, level: u16) -> Result<Step> {
        let number = step.page.child(step.node).ok_or(PageError::Damaged(step.number))?;
        let page = self.page(trees, tree, number, level)?;
        let (from, end) = step.bounds();
        if !page.is_within(from.as_deref(), end.as_deref()) {
            return Err(PageError::Damaged(number));
        }
        Ok(Step { number, page, node: 0, from, end })
    }

    fn root(&self, trees: &Trees, tree: &Tree) -> Result<Step> {
        let page = self.page(trees, tree, tree.root, 0)?;
        Ok(Step { number: tree.root, page, node: 0, from: None, end: None })
    }

    /// Checks the way to a key, and returns the leaf that it leads to.
    fn descend(&self, trees: &Trees, tree: &Tree, key: &[u8]) -> Result<Step> {
        let mut step = self.root(trees, tree)?;
        let mut above = Vec::new();
        for level in 1..tree.depth {
            step.node = step.page.find(key);
            let next = self.child(trees, tree, &step, level)?;
            above.push(std::mem::replace(&mut step, next));
        }
        let at = step.page.find(key);
        let there = at < step.page.len()
            && step.page.key(at).is_some_and(|k| step.page.compare(k, key) == cmp::Ordering::Equal);
        if there {
            self.long(&step, at)?;
            return Ok(step);
        }
        // The key might stand on the neighbouring leaf, if the way to this one is wrong.
        match at {
            0 => self.neighbour(
                trees,
                tree,
                above,
                |node, _| node.checked_sub(1),
                |page| page.len() - 1,
            )?,
            at if at == step.page.len() => {
                let next = |node: usize, len: usize| Some(node + 1).filter(|n| *n < len);
                self.neighbour(trees, tree, above, next, |_| 0)?;
            }
            _ => {}
        }
        Ok(step)
    }

    /// Checks the way to the leaf beside the one that `above` leads to.
    fn neighbour(
        &self,
        trees: &Trees,
        tree: &Tree,
        mut above: Vec<Step>,
        beside: impl Fn(usize, usize) -> Option<usize>,
        edge: impl Fn(&Page) -> usize,
    ) -> Result<()> {
        while let Some(mut step) = above.pop() {
            let Some(node) = beside(step.node, step.page.len()) else { continue };
            step.node = node;
            for level in above.len() as u16 + 1..tree.depth {
                step = self.child(trees, tree, &step, level)?;
                step.node = edge(&step.page);
            }
            break;
        }
        Ok(())
    }

    /// Checks the first page of data that has pages of its own.
    fn long(&self, step: &Step, node: usize) -> Result<()> {
        if let Some(Data::Elsewhere(first, length)) = step.page.data(node)
            && !begins_long_data(&self.read(first, HEAD)?, first, pages_of(length, self.page))
        {
            return Err(PageError::Damaged(first));
        }
        Ok(())
    }

    /// Reads a tree from a key on, in order. `each` gets every row, and refuses damaged ones.
    fn walk(
        &self,
        trees: &Trees,
        tree: &Tree,
        from: Option<&[u8]>,
        long: Long,
        each: &mut Each,
    ) -> Result<()> {
        if tree.is_empty() {
            return Ok(());
        }
        let mut walk = Walk { trees, tree, from, long, each, rows: 0 };
        self.visit(&mut walk, self.root(trees, tree)?, 0)?;
        if from.is_none() && walk.rows != tree.rows {
            return Err(PageError::Damaged(tree.root));
        }
        Ok(())
    }

    fn visit(&self, walk: &mut Walk, mut step: Step, level: u16) -> Result<()> {
        let first = walk.from.map_or(0, |key| step.page.find(key));
        for node in first..step.page.len() {
            if level + 1 < walk.tree.depth {
                step.node = node;
                let child = self.child(walk.trees, walk.tree, &step, level + 1)?;
                self.visit(walk, child, level + 1)?;
                continue;
            }
            if walk.long == Long::Read {
                self.long(&step, node)?;
            }
            if !(walk.each)(&step.page, node) {
                return Err(PageError::Damaged(step.number));
            }
            walk.rows += 1;
        }
        Ok(())
    }
}

/// What is done with each row: its page, and its node there; false where it is damaged.
type Each<'w> = dyn FnMut(&Page, usize) -> bool + 'w;

struct Walk<'w> {
    trees: &'w Trees,
    tree: &'w Tree,
    from: Option<&'w [u8]>,
    long: Long,
    each: &'w mut Each<'w>,
    rows: u64,
}

/// A page on the way to a leaf, the node that the way takes, and the keys that the page may have.
struct Step {
    number: u64,
    page: Page,
    node: usize,
    from: Option<Vec<u8>>,
    end: Option<Vec<u8>>,
}

impl Step {
    /// The keys that the child at this node may have.
    fn bounds(&self) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
        let key = |i: usize| self.page.key(i).map(<[u8]>::to_vec);
        let from = if self.node == 0 { self.from.clone() } else { key(self.node) };
        let end =
            if self.node + 1 < self.page.len() { key(self.node + 1) } else { self.end.clone() };
        (from, end)
    }
}
