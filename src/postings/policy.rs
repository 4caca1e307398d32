//! Owns: sorted postings to candidate pairs, and what happens to a key that stands in too many texts. Never: where postings are kept.

use crate::sketch::band::{self, Level};
use crate::sketch::recipe::Recipe;
use std::collections::HashMap;

/// One key in one text: the narrow waist between keys and pairs. 12 bytes, ordered by key, then unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Posting {
    high: u32,
    low: u32,
    /// The number of the text.
    pub unit: u32,
}

impl Posting {
    /// A key and the text that holds it.
    pub const fn new(key: u64, unit: u32) -> Posting {
        Posting { high: (key >> 32) as u32, low: key as u32, unit }
    }
    /// The key.
    pub const fn key(self) -> u64 {
        (self.high as u64) << 32 | self.low as u64
    }
}

/// The texts of each key that stands in two or more, from sorted postings.
pub fn groups(sorted: &[Posting]) -> impl Iterator<Item = &[Posting]> {
    sorted.chunk_by(|x, y| x.key() == y.key()).filter(|g| g.len() > 1)
}

/// A pair of texts as one number that sorts by the first, then the second.
pub const fn pack(a: u32, b: u32) -> u64 {
    if a < b { (a as u64) << 32 | b as u64 } else { (b as u64) << 32 | a as u64 }
}

/// The two texts of a packed pair.
pub const fn unpack(pair: u64) -> (u32, u32) {
    ((pair >> 32) as u32, pair as u32)
}

/// All pairs of a group.
pub fn all_pairs(units: &[u32], out: &mut Vec<u64>) {
    for (i, &b) in units.iter().enumerate() {
        out.extend(units[..i].iter().map(|&a| pack(a, b)));
    }
}

/// Parts of a hot band no larger than this are expanded to all their pairs.
const SMALL: usize = 4;

/// Links the texts of a hot document band in linear work: each to the smallest, each to its neighbour in signature order (beginning with
/// the rows behind the band), and all pairs of small parts that agree in the next band too.
pub fn link_hot<'s>(group: &[Posting], signature: impl Fn(u32) -> &'s [u32], recipe: &Recipe, out: &mut Vec<u64>) {
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
    out.extend(group[1..].iter().map(|p| pack(group[0].unit, p.unit)));
    out.extend(members.windows(2).map(|w| pack(w[0].2, w[1].2)));
    let rows = banding.rows as usize;
    for part in members.chunk_by(|x, y| x.0[..rows] == y.0[..rows]) {
        if part.len() <= SMALL {
            all_pairs(&part.iter().map(|m| m.2).collect::<Vec<_>>(), out);
        }
    }
}

/// The texts of a passage key that are expanded: all, or one of each family of near-copies, or none where even those are too many.
pub fn passage_units(group: &[Posting], family: &[u32], cap: u32) -> Option<Vec<u32>> {
    let mut units: Vec<u32> = group.iter().map(|p| p.unit).collect();
    if units.len() > cap as usize {
        for unit in &mut units {
            *unit = family[*unit as usize];
        }
        units.sort_unstable();
        units.dedup();
    }
    (units.len() <= cap as usize).then_some(units)
}

/// Families: which texts hang together by the given links. Each is named by its smallest member.
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

/// In how many texts of one source a key stands, at most; texts without a source are counted apart, second.
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
                .map(|u| (0..128).map(|l| if (l as usize) < rows { 7 } else { (draw(u * 128 + l) % 3) as u32 }).collect())
                .collect();
            let mut keys = vec![];
            band::bands(&signatures[0], recipe.banding(), Level::Document, &mut keys);
            let group: Vec<Posting> = (0..n as u32).map(|u| Posting::new(keys[0], u)).collect();
            let mut pairs = vec![];
            link_hot(&group, |u| &signatures[u as usize], &recipe, &mut pairs);
            prop_assert!(pairs.len() <= 4 * n);
            let f = families(n, pairs.iter().map(|&p| unpack(p)));
            prop_assert!(f.iter().all(|&x| x == 0));
        }

        #[test]
        fn postings_order_by_key(x: (u64, u32), y: (u64, u32)) {
            prop_assert_eq!(Posting::new(x.0, x.1).cmp(&Posting::new(y.0, y.1)), x.cmp(&y));
            prop_assert_eq!(Posting::new(x.0, x.1).key(), x.0);
        }
    }

    #[test]
    fn a_hot_passage_is_expanded_by_families() {
        let group: Vec<Posting> = (0..10).map(|u| Posting::new(1, u)).collect();
        let mut family: Vec<u32> = vec![0; 10];
        family[9] = 9;
        assert_eq!(passage_units(&group, &family, 4), Some(vec![0, 9]));
        assert_eq!(passage_units(&group, &(0..10).collect::<Vec<_>>(), 4), None);
        assert_eq!(passage_units(&group, &family, 10).unwrap().len(), 10);
    }
}
