//! Owns: which classes of equal texts have a listed pair. Never: what a pair says.

use crate::model::pair_list::Pairs;

/// The partners of each class, which its first document stands for: 16 bytes for each pair.
pub struct Partners(Vec<(u32, u32)>);

impl Partners {
    pub fn of_pairs(pairs: &Pairs) -> Partners {
        let mut both: Vec<(u32, u32)> =
            pairs.documents().flat_map(|(a, b)| [(a, b), (b, a)]).collect();
        both.sort_unstable();
        Partners(both)
    }

    /// The classes that have a pair with this one, in order. Cost: a search.
    pub fn of(&self, class: u32) -> impl Iterator<Item = u32> {
        let from = self.0.partition_point(|pair| pair.0 < class);
        self.0[from..].iter().take_while(move |pair| pair.0 == class).map(|pair| pair.1)
    }
}
