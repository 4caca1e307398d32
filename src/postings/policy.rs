//! Owns: which of the texts that share a key are compared, with one policy for a scan, an index, a
//! spill and a shuffle. Never: decides where postings are kept.
//!
//! Each rule looks at one key and the texts that hold it, or at one text and the keys that it
//! shares with others. So the rules can be applied wherever equal keys are brought together, by a
//! sort, a lookup or a shuffle.

use crate::postings::posting::{Posting, pack_pair};
use crate::sketch::band::{self, Level};
use crate::sketch::recipe::Recipe;
use std::collections::HashMap;

/// The limits that a recipe sets for candidates.
///
/// | key | held by few texts | held by more than its cap |
/// |---|---|---|
/// | document band, the same text | all pairs | hot: linked ([`link_hot`]) or voted for (`votes`) |
/// | anchor, paragraph band | all pairs | one text of each family, or none: too many families |
///
/// A pair is a candidate if it shares one band, or enough anchors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// The most texts of a document band that are expanded to all pairs.
    pub band_cap: usize,
    /// The most texts of an anchor or a paragraph band that are expanded to all pairs.
    pub passage_cap: usize,
    /// The number of shared anchors that make two texts a candidate pair.
    pub min_anchors: usize,
}

impl From<&Recipe> for Policy {
    fn from(recipe: &Recipe) -> Policy {
        Policy {
            band_cap: recipe.max_bucket as usize,
            passage_cap: recipe.max_frequency as usize,
            min_anchors: recipe.min_anchors as usize,
        }
    }
}

impl Policy {
    /// The texts of a passage key that are compared with each other: all of them or, where they are
    /// too many, one of each family of near-copies. Where even the families are too many, the
    /// result is `None` and the key is capped.
    pub fn passage_units(self, group: &[Posting], family: &[u32]) -> Option<Vec<u32>> {
        let units: Vec<u32> = group.iter().map(|p| p.unit).collect();
        if units.len() <= self.passage_cap {
            return Some(units);
        }
        self.representatives(units.into_iter().map(|unit| family[unit as usize]).collect(), 0)
    }

    /// The representatives of a frequent passage key, or `None` if they, together with `asking`
    /// texts that are not among them, are too many.
    pub fn representatives(self, mut units: Vec<u32>, asking: usize) -> Option<Vec<u32>> {
        units.sort_unstable();
        units.dedup();
        (units.len() + asking <= self.passage_cap).then_some(units)
    }

    /// The keys that are frequent and still expanded, each with its representatives, which an index
    /// keeps from a compaction.
    #[cfg(feature = "index")]
    pub fn frequent<'g>(
        self,
        groups: impl Iterator<Item = &'g [Posting]>,
        family: &[u32],
    ) -> impl Iterator<Item = (u64, Vec<u32>)> {
        let frequent = groups.filter(move |group| group.len() > self.passage_cap);
        frequent.filter_map(move |group| Some((group[0].key(), self.passage_units(group, family)?)))
    }

    /// Whether so many shared anchors make two texts a candidate pair.
    pub const fn is_enough(self, anchors: usize) -> bool {
        anchors >= self.min_anchors
    }

    /// The items that share enough anchors, each with their number. The sorted list names a pair,
    /// or a partner, once for each shared anchor.
    #[cfg(feature = "index")]
    pub fn with_enough_anchors<T: Copy + PartialEq>(
        self,
        sorted: &[T],
    ) -> impl Iterator<Item = (T, u32)> {
        sorted
            .chunk_by(|x, y| x == y)
            .filter(move |same| self.is_enough(same.len()))
            .map(|same| (same[0], same.len() as u32))
    }
}

/// Appends all pairs of a group of texts.
pub fn all_pairs(units: &[u32], out: &mut Vec<u64>) {
    for (i, &b) in units.iter().enumerate() {
        out.extend(units[..i].iter().map(|&a| pack_pair(a, b)));
    }
}

/// The largest part of a hot band that is expanded to all its pairs.
const SMALL: usize = 4;

/// Links the texts of a hot document band in linear work: each text to the smallest one, each to
/// its neighbour in signature order (beginning with the rows behind the band), and all pairs of
/// small parts that also agree in the next band.
pub fn link_hot<'s>(
    group: &[Posting],
    signature: impl Fn(u32) -> &'s [u32],
    recipe: &Recipe,
    out: &mut Vec<u64>,
) {
    let banding = recipe.banding();
    let mut keys = Vec::new();
    band::bands(signature(group[0].unit), banding, Level::Document, &mut keys);
    let band = keys.iter().position(|&k| k == group[0].key()).unwrap_or(0);
    let next = ((band + 1) % banding.bands as usize) * banding.rows as usize;
    let mut members: Vec<(&[u32], &[u32], u32)> = group
        .iter()
        .map(|p| {
            let (front, back) = signature(p.unit).split_at(next);
            (back, front, p.unit)
        })
        .collect();
    members.sort_unstable();
    out.extend(group[1..].iter().map(|p| pack_pair(group[0].unit, p.unit)));
    out.extend(members.windows(2).map(|w| pack_pair(w[0].2, w[1].2)));
    let rows = banding.rows as usize;
    for part in members.chunk_by(|x, y| x.0[..rows] == y.0[..rows]) {
        if part.len() <= SMALL {
            all_pairs(&part.iter().map(|m| m.2).collect::<Vec<_>>(), out);
        }
    }
}

/// The families of near-copies: the connected components of the links. Each text is mapped to the
/// smallest member of its family.
pub fn families(count: usize, links: impl Iterator<Item = (u32, u32)>) -> Vec<u32> {
    let mut parent: Vec<u32> = (0..count as u32).collect();
    fn root(parent: &mut [u32], mut x: u32) -> u32 {
        while parent[x as usize] != x {
            parent[x as usize] = parent[parent[x as usize] as usize];
            x = parent[x as usize];
        }
        x
    }
    for (a, b) in links {
        let (a, b) = (root(&mut parent, a), root(&mut parent, b));
        parent[a.max(b) as usize] = a.min(b);
    }
    (0..count as u32).map(|x| root(&mut parent, x)).collect()
}

/// The largest number of texts of one source in which a key occurs, and the number of texts without
/// a source in which it occurs.
pub fn most_of_a_source(group: &[Posting], source: impl Fn(u32) -> Option<u32>) -> (u32, u32) {
    let (mut count, mut unknown) = (HashMap::<u32, u32>::new(), 0);
    for p in group {
        match source(p.unit) {
            Some(s) => *count.entry(s).or_default() += 1,
            None => unknown += 1,
        }
    }
    (count.into_values().max().unwrap_or(0), unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn hot_links_are_linear_and_connect(n in 2usize..60, seed: u64) {
            let recipe = Recipe::default();
            let rows = recipe.banding().rows as usize;
            let draw = |i: u64| crate::hash::mix(seed.wrapping_add(i));
            let signatures: Vec<Vec<u32>> = (0..n as u64)
                .map(|u| (0..128).map(|l| if (l as usize) < rows { 7 } else {
                    (draw(u * 128 + l) % 3) as u32 }).collect())
                .collect();
            let mut keys = vec![];
            band::bands(&signatures[0], recipe.banding(), Level::Document, &mut keys);
            let group: Vec<Posting> = (0..n as u32).map(|u| Posting::new(keys[0], u)).collect();
            let mut pairs = vec![];
            link_hot(&group, |u| &signatures[u as usize], &recipe, &mut pairs);
            prop_assert!(pairs.len() <= 4 * n);
            let f = families(n, pairs.iter().map(|&p| crate::postings::posting::unpack_pair(p)));
            prop_assert!(f.iter().all(|&x| x == 0));
        }
    }

    #[test]
    fn a_hot_passage_is_expanded_by_families() {
        let group: Vec<Posting> = (0..10).map(|u| Posting::new(1, u)).collect();
        let mut family: Vec<u32> = vec![0; 10];
        family[9] = 9;
        let policy = |passage_cap| Policy { passage_cap, ..Policy::from(&Recipe::default()) };
        assert_eq!(policy(4).passage_units(&group, &family), Some(vec![0, 9]));
        assert_eq!(policy(4).passage_units(&group, &(0..10).collect::<Vec<_>>()), None);
        assert_eq!(policy(10).passage_units(&group, &family).unwrap().len(), 10);
        assert_eq!(policy(4).representatives(vec![3, 1, 3, 2], 1), Some(vec![1, 2, 3]));
        assert_eq!(policy(4).representatives(vec![3, 1, 0, 2], 1), None);
    }
}
