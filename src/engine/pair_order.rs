//! Owns: the order in which pairs are compared, so that a text prepared for one pair serves the
//! next ones too. Never: compares texts, or changes which pairs are compared.

use crate::postings::posting::{pack_pair, unpack_pair};
use rayon::prelude::*;

/// Fewer pairs than these fit the cache in any order.
const FEW: usize = 64;

/// The number of pairs for each text from which on nearly all texts of a group are paired with each
/// other, so that a text would be evicted before its next pair comes.
const DENSE: usize = 4;

/// The rounds in which texts join the group of most of their partners. After three of them few
/// texts change their group.
const ROUNDS: usize = 3;

/// The pairs in an order in which the pairs of connected texts follow each other. `tokens` has the
/// length of each text, and `cached` is the number of tokens whose texts are kept.
///
/// Texts that are paired with the same others come together (label propagation: Raghavan, Albert
/// and Kumara 2007), and groups in the order of a depth-first search. On news a text is prepared
/// 1.5 times, and 2.2 times by the depth-first search alone. Where texts have very many partners,
/// the pairs of two blocks of texts that the cache holds together follow each other.
pub fn neighbours_first(pairs: &[u64], tokens: &[u32], cached: usize) -> Vec<u64> {
    if pairs.len() < FEW {
        return pairs.to_vec();
    }
    let graph = Graph::of(pairs, tokens.len());
    let texts = graph.in_groups();
    let mut places = vec![0; tokens.len()];
    texts.iter().zip(0..).for_each(|(text, place)| places[*text as usize] = place);
    let mut block = vec![0; texts.len()];
    if pairs.len() > DENSE * texts.len() {
        let blocks = blocks(&texts, tokens, cached);
        if serves(&blocks, pairs, &places, &texts, tokens, cached) {
            block = blocks;
        }
    }
    let place = |p: u64| {
        let (a, b) = unpack_pair(p);
        let place = pack_pair(places[a as usize], places[b as usize]);
        let (first, second) = unpack_pair(place);
        (pack_pair(block[first as usize], block[second as usize]), place)
    };
    let mut order: Vec<((u64, u64), u64)> = pairs.iter().map(|&p| (place(p), p)).collect();
    order.par_sort_unstable();
    order.into_iter().map(|(_, p)| p).collect()
}

/// The texts of the pairs, numbered in their order, with their partners.
struct Graph {
    texts: Vec<u32>,
    /// Where the partners of each text begin, and the end of the last one's.
    starts: Vec<u32>,
    /// The partners of one text after the other, by number.
    partners: Vec<u32>,
}

impl Graph {
    fn of(pairs: &[u64], count: usize) -> Graph {
        let mut both: Vec<u64> = pairs.iter().flat_map(|&p| [p, p.rotate_left(32)]).collect();
        both.par_sort_unstable();
        let (mut texts, mut starts, mut numbers) = (Vec::new(), Vec::new(), vec![0; count]);
        let mut start = 0;
        for of_one in both.chunk_by(|x, y| x >> 32 == y >> 32) {
            let text = (of_one[0] >> 32) as u32;
            numbers[text as usize] = texts.len() as u32;
            texts.push(text);
            starts.push(start);
            start += of_one.len() as u32;
        }
        starts.push(start);
        let partners = both.iter().map(|p| numbers[*p as u32 as usize]).collect();
        Graph { texts, starts, partners }
    }

    fn partners(&self, number: u32) -> &[u32] {
        let number = number as usize;
        &self.partners[self.starts[number] as usize..self.starts[number + 1] as usize]
    }

    /// The texts, group by group.
    fn in_groups(&self) -> Vec<u32> {
        let (searched, groups) = (self.depth_first(), self.groups());
        let place = |number: u32| searched[number as usize];
        let mut order: Vec<u32> = (0..self.texts.len() as u32).collect();
        order.par_sort_unstable_by_key(|n| (place(groups[*n as usize]), place(*n)));
        order.into_iter().map(|number| self.texts[number as usize]).collect()
    }

    /// The place of each text in a depth-first search.
    fn depth_first(&self) -> Vec<u32> {
        const UNSEEN: u32 = u32::MAX;
        let mut places = vec![UNSEEN; self.texts.len()];
        let (mut open, mut next) = (Vec::new(), 0);
        for start in 0..self.texts.len() as u32 {
            open.push(start);
            while let Some(number) = open.pop() {
                if places[number as usize] == UNSEEN {
                    places[number as usize] = next;
                    next += 1;
                    open.extend(self.partners(number));
                }
            }
        }
        places
    }

    /// The group of each text: that of most of its partners, the smallest where several are.
    fn groups(&self) -> Vec<u32> {
        let mut groups: Vec<u32> = (0..self.texts.len() as u32).collect();
        let mut around = Vec::new();
        for _ in 0..ROUNDS {
            for number in 0..self.texts.len() as u32 {
                around.clear();
                around.extend(self.partners(number).iter().map(|other| groups[*other as usize]));
                around.sort_unstable();
                let alike = around.chunk_by(|x, y| x == y);
                let most = alike.rev().max_by_key(|same| same.len()).and_then(|same| same.first());
                groups[number as usize] = most.copied().unwrap_or(number);
            }
        }
        groups
    }
}

/// The block of each text, by its place: texts that follow each other, of which two blocks are in
/// the cache together.
fn blocks(texts: &[u32], tokens: &[u32], cached: usize) -> Vec<u32> {
    let (mut block, mut size) = (0, 0);
    let block_of = |text: &u32| {
        let own = tokens[*text as usize] as usize;
        if size + own > cached / 2 {
            (block, size) = (block + 1, 0);
        }
        size += own;
        block
    };
    texts.iter().map(block_of).collect()
}

/// Whether fewer texts are prepared where the pairs of two blocks follow each other.
fn serves(
    blocks: &[u32],
    pairs: &[u64],
    places: &[u32],
    texts: &[u32],
    tokens: &[u32],
    cached: usize,
) -> bool {
    let mut read: Vec<(u64, u32)> = Vec::with_capacity(2 * pairs.len());
    for &pair in pairs {
        let (a, b) = unpack_pair(pair);
        let of = |text: u32| blocks[places[text as usize] as usize];
        read.extend([a, b].map(|text| (pack_pair(of(a), of(b)), text)));
    }
    read.par_sort_unstable();
    read.dedup();
    // Each of these is prepared once; otherwise a text is for each pair in which its partner is not
    // in the cache.
    let all: usize = texts.iter().map(|text| tokens[*text as usize] as usize).sum();
    let missed = all.saturating_sub(cached) as f64 / all.max(1) as f64;
    (read.len() as f64) < missed * pairs.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_pairs_stay_the_same(
            pairs in prop::collection::btree_set((0u32..60, 0u32..60), 0..400),
            cached in 1usize..99,
        ) {
            let pairs = pairs.into_iter().filter(|(a, b)| a != b).map(|(a, b)| pack_pair(a, b));
            let mut pairs: Vec<u64> = pairs.collect();
            pairs.sort_unstable();
            pairs.dedup();
            let mut ordered = neighbours_first(&pairs, &[7; 60], cached);
            ordered.sort_unstable();
            prop_assert_eq!(ordered, pairs);
        }
    }

    /// How often a text is prepared that the last texts of the pairs do not include.
    fn prepared(order: &[u64], kept: usize) -> usize {
        let (mut last, mut count) = (std::collections::VecDeque::new(), 0);
        for &pair in order {
            let (a, b) = unpack_pair(pair);
            for text in [a, b] {
                count += usize::from(!last.contains(&text));
                last.retain(|other| *other != text);
                last.push_back(text);
                last.drain(..last.len().saturating_sub(kept));
            }
        }
        count
    }

    #[test]
    fn groups_of_texts_come_together() {
        // Groups of eight texts that are paired with each other, and once with the next group;
        // their numbers are mixed.
        let number = |group: u32, member: u32| (group * 37 + member * 101) % 808;
        let mut pairs = Vec::new();
        for group in 0..101 {
            for x in 0..8 {
                pairs.extend((0..x).map(|y| pack_pair(number(group, x), number(group, y))));
            }
            pairs.push(pack_pair(number(group, 0), number((group + 1) % 101, 3)));
        }
        pairs.sort_unstable();
        pairs.dedup();
        let order = neighbours_first(&pairs, &[100; 808], 1600);
        assert!(prepared(&order, 16) < 1200, "{} for 808 texts", prepared(&order, 16));
        assert!(prepared(&pairs, 16) > 2000);
    }
}
