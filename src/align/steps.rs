//! Owns: the steps that a comparison takes, counted, and the question whether to stop, which is
//! asked every few thousand of them. Never: knows why somebody wants to stop.
//!
//! A step is a look at a token, seed, run, chain or cell of a table. Every loop whose length
//! follows from the texts counts its steps, and ends where [`Steps::take`] says so; what it has
//! found by then is a part of what it looks for, and whoever began the comparison drops it.

use crate::model::detection::LeftOut;
use std::cell::Cell;
use std::cmp::Ordering;

/// The number of steps between two questions: some microseconds of work.
pub const BETWEEN: u64 = 4096;
/// The length of a list that is sorted at once: some milliseconds of work.
const SORTED_AT_ONCE: usize = 1 << 17;

/// Counts the steps of one thread's comparisons.
pub struct Steps<'s> {
    taken: Cell<u64>,
    /// The number of steps at which the next question is asked; 0 once the answer was to stop.
    ask_at: Cell<u64>,
    /// What bounds left out since somebody asked.
    left_out: Cell<LeftOut>,
    stop: &'s dyn Fn() -> bool,
}

impl<'s> Steps<'s> {
    /// Begins to count; `stop` says whether to stop.
    pub fn new(stop: &'s dyn Fn() -> bool) -> Steps<'s> {
        let (taken, ask_at) = (Cell::new(0), Cell::new(BETWEEN));
        Steps { taken, ask_at, left_out: Cell::default(), stop }
    }

    /// Counts the steps of work that nobody stops.
    pub fn to_the_end() -> Steps<'static> {
        Steps { ask_at: Cell::new(u64::MAX), ..Steps::new(&|| false) }
    }

    /// Counts so many more steps. Returns whether to stop.
    #[inline(always)]
    pub fn take(&self, steps: usize) -> bool {
        let taken = self.taken.get() + steps as u64;
        self.taken.set(taken);
        taken >= self.ask_at.get() && self.ask()
    }

    #[cold]
    #[inline(never)]
    fn ask(&self) -> bool {
        if !self.is_stopped() {
            let ask_at = if (self.stop)() { 0 } else { self.taken.get() + BETWEEN };
            self.ask_at.set(ask_at);
        }
        self.is_stopped()
    }

    /// Whether the answer was to stop.
    pub fn is_stopped(&self) -> bool {
        self.ask_at.get() == 0
    }

    /// The number of steps so far.
    pub fn taken(&self) -> u64 {
        self.taken.get()
    }

    /// Takes down what a bound left out.
    pub fn leave_out(&self, more: LeftOut) {
        self.left_out.set(self.left_out.get().and(more));
    }

    /// What bounds left out since the last call.
    pub fn take_left_out(&self) -> LeftOut {
        self.left_out.take()
    }

    /// Sorts a list by an order in which only equal values are equal, a long one in parts. If it
    /// stops, the list holds the same elements in any order.
    pub fn sort_by<T>(&self, list: &mut [T], order: impl Fn(&T, &T) -> Ordering + Copy) {
        let mut sorted = SORTED_AT_ONCE;
        for part in list.chunks_mut(sorted) {
            part.sort_unstable_by(order);
            if self.take(part.len()) {
                return;
            }
        }
        while sorted < list.len() {
            sorted *= 2;
            for part in list.chunks_mut(sorted) {
                // The stable sort finds the two sorted halves and merges them.
                part.sort_by(order);
                if self.take(part.len()) {
                    return;
                }
            }
        }
    }

    /// Like [`Steps::sort_by`], in ascending order.
    pub fn sort<T: Ord>(&self, list: &mut [T]) {
        self.sort_by(list, T::cmp);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::mix;

    #[test]
    fn a_list_in_parts_is_sorted_as_at_once() {
        for len in [0, 1, SORTED_AT_ONCE, SORTED_AT_ONCE + 1, 5 * SORTED_AT_ONCE + 7] {
            let mut list: Vec<u64> = (0..len as u64).map(mix).collect();
            let mut plain = list.clone();
            plain.sort_unstable();
            Steps::to_the_end().sort(&mut list);
            assert!(list == plain, "{len}");
        }
    }

    #[test]
    fn it_is_asked_every_few_steps_and_not_again_once_it_stops() {
        let asked = Cell::new(0);
        let stop = || asked.replace(asked.get() + 1) == 2;
        let steps = Steps::new(&stop);
        let before = (0..).find(|_| steps.take(1)).unwrap();
        assert_eq!((before + 1, asked.get()), (3 * BETWEEN, 3));
        assert!(steps.take(0) && steps.take(9) && steps.is_stopped());
        assert_eq!((steps.taken(), asked.get()), (3 * BETWEEN + 9, 3));
    }
}
