//! Owns: the memtable: keys that are in no run yet, in memory. Never: reads or writes rows.

use crate::hash::ByHash;

const END: u32 = u32::MAX;

/// Keys of the documents added last: some 25 bytes a key, at most [`FLUSH`](super::write::FLUSH)
/// keys and those of one batch.
#[derive(Debug, Default)]
pub struct Memtable {
    /// The epoch of the index that the memtable belongs to.
    pub epoch: u64,
    /// The keys of documents below this number are taken.
    pub until: u32,
    /// For each key, the place of its newest entry in the chain.
    heads: ByHash<u32>,
    /// Entries: a document, and the place of the previous entry with the same key.
    chain: Vec<(u32, u32)>,
}

impl Memtable {
    /// Removes all keys and begins a new epoch; the allocated space is reused.
    pub fn restart(&mut self, epoch: u64, from: u32) {
        self.heads.clear();
        self.chain.clear();
        *self = Memtable {
            epoch,
            until: from,
            heads: std::mem::take(&mut self.heads),
            chain: std::mem::take(&mut self.chain),
        };
    }

    /// Adds the keys of the next document.
    pub fn add(&mut self, unit: u32, keys: impl Iterator<Item = u64>) {
        for key in keys {
            let place = self.chain.len() as u32;
            let before = self.heads.insert(key, place).unwrap_or(END);
            self.chain.push((unit, before));
        }
        self.until = unit + 1;
    }

    /// Returns the newest document that has the key.
    pub fn newest(&self, key: u64) -> Option<u32> {
        self.heads.get(&key).map(|&place| self.chain[place as usize].0)
    }

    /// Appends the documents below a number that have the key, ascending.
    pub fn find(&self, key: u64, below: u32, out: &mut Vec<u32>) {
        let from = out.len();
        let mut at = self.heads.get(&key).copied().unwrap_or(END);
        while let Some(&(unit, before)) = self.chain.get(at as usize) {
            if unit < below {
                out.push(unit);
            }
            at = before;
        }
        out[from..].reverse();
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
}
