//! Owns: the memtable: keys that are in no run yet, in memory. Never: reads or writes rows.

use crate::hash::ByHash;
use crate::postings::votes::ENDS;

const END: u32 = u32::MAX;

/// Keys of the documents added last: some 25 bytes a key, at most [`FLUSH`](super::write::FLUSH)
/// keys and those of one batch.
#[derive(Debug, Default)]
pub struct Memtable {
    /// The epoch of the index that the memtable belongs to.
    pub epoch: u64,
    /// The keys of documents below this number are taken.
    pub until: u32,
    /// For each key, the place of its newest entry in the chain, and the number of its entries.
    heads: ByHash<(u32, u32)>,
    /// The oldest documents of the keys of many: to reach them takes a walk along all others.
    oldest: ByHash<Vec<u32>>,
    /// Entries: a document, and the place of the previous entry with the same key.
    chain: Vec<(u32, u32)>,
}

impl Memtable {
    /// Removes all keys and begins a new epoch; the allocated space is reused.
    pub fn restart(&mut self, epoch: u64, from: u32) {
        self.heads.clear();
        self.chain.clear();
        self.oldest.clear();
        *self = Memtable {
            epoch,
            until: from,
            heads: std::mem::take(&mut self.heads),
            chain: std::mem::take(&mut self.chain),
            oldest: std::mem::take(&mut self.oldest),
        };
    }

    /// Adds the keys of the next document.
    pub fn add(&mut self, unit: u32, keys: impl Iterator<Item = u64>) {
        for key in keys {
            let place = self.chain.len() as u32;
            let (before, count) = self.heads.get(&key).copied().unwrap_or((END, 0));
            self.heads.insert(key, (place, count + 1));
            self.chain.push((unit, before));
            if count as usize == 2 * ENDS {
                let mut all = Vec::new();
                self.find(key, u32::MAX, &mut all);
                all.truncate(ENDS);
                self.oldest.insert(key, all);
            }
        }
        self.until = unit + 1;
    }

    /// Returns the newest document that has the key.
    pub fn newest(&self, key: u64) -> Option<u32> {
        self.heads.get(&key).map(|head| self.chain[head.0 as usize].0)
    }

    /// Appends the documents below a number that have the key, ascending.
    pub fn find(&self, key: u64, below: u32, out: &mut Vec<u32>) {
        let from = out.len();
        let mut at = self.heads.get(&key).map_or(END, |head| head.0);
        while let Some(&(unit, before)) = self.chain.get(at as usize) {
            if unit < below {
                out.push(unit);
            }
            at = before;
        }
        out[from..].reverse();
    }

    /// Appends those of the documents that [`find`](Memtable::find) finds which are at the ends of
    /// its list: as many of the oldest, and of the newest, as are voted by. Returns the number of
    /// those between them. Cost: a look at as many, however many the key has.
    pub fn find_ends(&self, key: u64, below: u32, out: &mut Vec<u32>) -> usize {
        let (Some(oldest), Some(&(mut at, count))) = (self.oldest.get(&key), self.heads.get(&key))
        else {
            self.find(key, below, out);
            return 0;
        };
        let (mut newest, mut above) = (Vec::with_capacity(ENDS), 0);
        while newest.len() < ENDS
            && let Some(&(unit, before)) = self.chain.get(at as usize)
        {
            if unit < below {
                newest.push(unit);
            } else {
                above += 1;
            }
            at = before;
        }
        let found = (count as usize).saturating_sub(above);
        if found <= 2 * ENDS {
            self.find(key, below, out);
            return 0;
        }
        out.extend(oldest);
        out.extend(newest.into_iter().rev());
        found - 2 * ENDS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_in_order_up_to_the_number_that_a_reader_sees() {
        let mut r = Memtable::default();
        r.restart(1, 5);
        r.add(5, [1, 2].into_iter());
        r.add(6, [2].into_iter());
        r.add(9, [2, 3].into_iter());
        let find = |r: &Memtable, key, below| {
            let mut out = vec![4];
            r.find(key, below, &mut out);
            out
        };
        assert_eq!(find(&r, 2, 10), [4, 5, 6, 9]);
        assert_eq!(find(&r, 2, 9), [4, 5, 6]);
        assert_eq!(find(&r, 7, 9), [4]);
        assert_eq!((r.newest(1), r.newest(2), r.newest(7)), (Some(5), Some(9), None));
        assert_eq!(r.until, 10);
        r.restart(2, 10);
        assert_eq!(find(&r, 2, 100), [4]);
    }

    #[test]
    fn the_ends_of_a_list_are_found_without_what_is_between_them() {
        let mut r = Memtable::default();
        for unit in 0..4 * ENDS as u32 {
            r.add(unit, [7, 8 + u64::from(unit)].into_iter());
            for below in [unit / 2, unit, unit + 1] {
                let (mut all, mut ends) = (Vec::new(), Vec::new());
                r.find(7, below, &mut all);
                let between = r.find_ends(7, below, &mut ends);
                assert_eq!(ends.len() + between, all.len());
                let half = ends.len() / 2;
                if between > 0 {
                    assert_eq!(half, ENDS);
                    all.drain(ENDS..all.len() - ENDS);
                }
                assert_eq!(ends, all);
            }
        }
        r.restart(1, 0);
        assert_eq!(r.find_ends(7, 9, &mut Vec::new()), 0);
    }
}
