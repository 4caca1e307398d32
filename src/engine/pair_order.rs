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

/// The times that texts are put into groups: groups join each other as texts do. On news 80 of 100
/// pairs are inside a group after the first time, 87 after the second one, and no more than that
/// after further ones.
const LEVELS: usize = 2;

/// A text of more than one part in so many of the tokens that are kept is large: in its place many
/// others could wait for their next pairs.
const LARGE: usize = 4;

/// Whether a text of so many tokens is large.
pub fn is_large(tokens: u32, cached: usize) -> bool {
    LARGE * tokens as usize > cached
}

/// The pairs in an order in which the pairs of connected texts follow each other. `tokens` has the
/// length of each text, `cached` is the number of tokens whose texts are kept, and `large` that of
/// large texts that are kept beside them.
///
/// Texts that are paired with the same others come together (label propagation: Raghavan, Albert
/// and Kumara 2007), in groups of which the cache holds two. Groups with many pairs between them
/// join in the same way, and then follow each other. On news a text is prepared 1.3 times; 1.5
/// times where the groups follow each other by a depth-first search of the texts, and 2.2 times
/// without groups. Where texts have very many partners, the pairs of two blocks of texts that the
/// cache holds together follow each other.
///
/// Large texts join no groups. Where all of them are kept, their pairs come where their partners
/// are; else last, those of one after those of another.
pub fn neighbours_first(pairs: &[u64], tokens: &[u32], cached: usize, large: usize) -> Vec<u64> {
    if pairs.len() < FEW {
        return pairs.to_vec();
    }
    let is_large = |text: u32| is_large(tokens[text as usize], cached);
    let of_large = |pair: &u64| {
        let (a, b) = unpack_pair(*pair);
        is_large(a) || is_large(b)
    };
    if !pairs.iter().any(of_large) {
        return Places::of(pairs, tokens, cached).in_order(pairs, |_| None);
    }
    let others: Vec<u64> = pairs.iter().copied().filter(|pair| !of_large(pair)).collect();
    let places = Places::of(&others, tokens, cached);
    let ends = pairs.iter().flat_map(|p| <[u32; 2]>::from(unpack_pair(*p)));
    let mut all: Vec<u32> = ends.filter(|text| is_large(*text)).collect();
    all.sort_unstable();
    all.dedup();
    let kept = all.iter().map(|text| tokens[*text as usize] as usize).sum::<usize>() <= large;
    places.in_order(pairs, |pair| {
        of_large(&pair).then(|| {
            let (a, b) = unpack_pair(pair);
            let swapped = tokens[a as usize] < tokens[b as usize];
            let (longer, shorter) = if swapped { (b, a) } else { (a, b) };
            let beside = places.beside(shorter).filter(|_| kept);
            beside.unwrap_or((u64::MAX, directed(longer, shorter)))
        })
    })
}

/// Where a pair comes: by blocks, then by the places of its texts.
type PairPlace = (u64, u64);

/// The places of the texts of some pairs.
struct Places {
    /// The place of each text; [`NOWHERE`](Places::NOWHERE) where it is in no pair.
    places: Vec<u32>,
    /// The block at each place.
    block: Vec<u32>,
}

impl Places {
    const NOWHERE: u32 = u32::MAX;

    fn of(pairs: &[u64], tokens: &[u32], cached: usize) -> Places {
        let texts = in_groups(pairs, tokens, cached / 2);
        let mut places = vec![Places::NOWHERE; tokens.len()];
        texts.iter().zip(0..).for_each(|(text, place)| places[*text as usize] = place);
        let mut block = vec![0; texts.len()];
        if pairs.len() > DENSE * texts.len() {
            let blocks = blocks(&texts, tokens, cached);
            if serves(&blocks, pairs, &places, &texts, tokens, cached) {
                block = blocks;
            }
        }
        Places { places, block }
    }

    /// Where a pair of the text with itself would come; `None` where the text has no place.
    fn beside(&self, text: u32) -> Option<PairPlace> {
        let place = self.places[text as usize];
        let block = *self.block.get(place as usize)?;
        Some((pack_pair(block, block), pack_pair(place, place)))
    }

    /// The pairs in order; `elsewhere` has the places of those whose texts have none.
    fn in_order(&self, pairs: &[u64], elsewhere: impl Fn(u64) -> Option<PairPlace>) -> Vec<u64> {
        let place = |p: u64| {
            let (a, b) = unpack_pair(p);
            let place = pack_pair(self.places[a as usize], self.places[b as usize]);
            let (first, second) = unpack_pair(place);
            (pack_pair(self.block[first as usize], self.block[second as usize]), place)
        };
        let place = |p: u64| (elsewhere(p).unwrap_or_else(|| place(p)), p);
        let mut order: Vec<(PairPlace, u64)> = pairs.iter().map(|&p| place(p)).collect();
        order.par_sort_unstable();
        order.into_iter().map(|(_, p)| p).collect()
    }
}

/// Nodes with their neighbours: the texts of the pairs, numbered in their order, or groups of them.
struct Graph {
    /// Where the neighbours of each node begin, and the end of the last one's.
    starts: Vec<u32>,
    /// The neighbours of one node after the other, by number, each with the pairs between the two.
    neighbours: Vec<(u32, u32)>,
}

impl Graph {
    /// The graph of so many nodes with these edges (see [`directed`]) and their pairs, each from
    /// either end, sorted.
    fn of(edges: impl Iterator<Item = (u64, u32)>, nodes: usize) -> Graph {
        let mut graph = Graph { starts: Vec::with_capacity(nodes + 1), neighbours: Vec::new() };
        for (edge, pairs) in edges {
            let (node, neighbour) = unpack_pair(edge);
            graph.starts.resize(node as usize + 1, graph.neighbours.len() as u32);
            graph.neighbours.push((neighbour, pairs));
        }
        graph.starts.resize(nodes + 1, graph.neighbours.len() as u32);
        graph
    }

    fn len(&self) -> usize {
        self.starts.len() - 1
    }

    fn neighbours(&self, node: u32) -> &[(u32, u32)] {
        let node = node as usize;
        &self.neighbours[self.starts[node] as usize..self.starts[node + 1] as usize]
    }

    /// The group of each node: that of most of its neighbours, the smallest where several are, of
    /// those that it fits in. A group has at most so many tokens, one node apart.
    fn groups(&self, tokens: &[usize], most: usize) -> Vec<u32> {
        let mut groups: Vec<u32> = (0..self.len() as u32).collect();
        let mut sizes = tokens.to_vec();
        // The pairs with each group, of which all are zero between two nodes.
        let (mut pairs, mut around) = (vec![0u32; self.len()], Vec::new());
        for _ in 0..ROUNDS {
            for (node, own) in (0..self.len() as u32).zip(tokens) {
                let before = groups[node as usize];
                around.clear();
                for &(neighbour, with) in self.neighbours(node).iter().filter(|n| n.0 != node) {
                    let group = groups[neighbour as usize];
                    if pairs[group as usize] == 0 {
                        around.push(group);
                    }
                    pairs[group as usize] += with;
                }
                let fits = |group: &u32| *group == before || sizes[*group as usize] + own <= most;
                let fitting = around.iter().copied().filter(fits);
                let best = fitting.max_by_key(|g| (pairs[*g as usize], std::cmp::Reverse(*g)));
                if let Some(group) = best.filter(|group| *group != before) {
                    sizes[before as usize] -= own;
                    sizes[group as usize] += own;
                    groups[node as usize] = group;
                }
                around.iter().for_each(|group| pairs[*group as usize] = 0);
            }
        }
        groups
    }

    /// The graph of the groups, which are numbered anew in the order of their numbers, and the
    /// number of each node's group.
    fn contracted(&self, groups: &[u32]) -> (Graph, Vec<u32>) {
        let mut numbers = vec![0u32; self.len()];
        groups.iter().for_each(|group| numbers[*group as usize] = 1);
        let mut count = 0;
        for number in &mut numbers {
            count += std::mem::replace(number, count);
        }
        let of: Vec<u32> = groups.iter().map(|group| numbers[*group as usize]).collect();
        let mut edges: Vec<(u64, u32)> = Vec::new();
        for node in 0..self.len() as u32 {
            let own = of[node as usize];
            let others = self.neighbours(node).iter().map(|n| (of[n.0 as usize], n.1));
            let others = others.filter(|(group, _)| *group != own);
            edges.extend(others.map(|(group, with)| (directed(own, group), with)));
        }
        edges.par_sort_unstable();
        let same = edges.chunk_by(|x, y| x.0 == y.0);
        let sum = |edges: &[(u64, u32)]| (edges[0].0, edges.iter().map(|e| e.1).sum());
        (Graph::of(same.map(sum), count as usize), of)
    }

    /// The place of each node in a depth-first search, to the neighbour with most pairs first.
    fn depth_first(&self) -> Vec<u32> {
        const UNSEEN: u32 = u32::MAX;
        let mut places = vec![UNSEEN; self.len()];
        let (mut open, mut next, mut by_pairs) = (Vec::new(), 0, Vec::new());
        for start in 0..self.len() as u32 {
            open.push(start);
            while let Some(node) = open.pop() {
                if places[node as usize] == UNSEEN {
                    places[node as usize] = next;
                    next += 1;
                    by_pairs.clear();
                    by_pairs.extend(self.neighbours(node).iter().map(|&(n, with)| (with, n)));
                    by_pairs.sort_unstable();
                    open.extend(by_pairs.iter().map(|(_, neighbour)| *neighbour));
                }
            }
        }
        places
    }
}

/// An edge from one node to another.
const fn directed(node: u32, neighbour: u32) -> u64 {
    (node as u64) << 32 | neighbour as u64
}

/// The texts of pairs, group by group; a group has at most so many tokens, one text apart.
fn in_groups(pairs: &[u64], tokens: &[u32], most: usize) -> Vec<u32> {
    let mut both: Vec<u64> = pairs.iter().flat_map(|&p| [p, p.rotate_left(32)]).collect();
    both.par_sort_unstable();
    let (mut texts, mut numbers) = (Vec::new(), vec![0u32; tokens.len()]);
    for of_one in both.chunk_by(|x, y| x >> 32 == y >> 32) {
        let (text, _) = unpack_pair(of_one[0]);
        numbers[text as usize] = texts.len() as u32;
        texts.push(text);
    }
    let numbered = |pair: &u64| {
        let (text, partner) = unpack_pair(*pair);
        (directed(numbers[text as usize], numbers[partner as usize]), 1)
    };
    let mut graph = Graph::of(both.iter().map(numbered), texts.len());
    let mut sizes: Vec<usize> = texts.iter().map(|text| tokens[*text as usize] as usize).collect();
    // For each text its group of each level, the outermost last.
    let mut order: Vec<([u32; LEVELS], u32)> = texts.iter().map(|t| ([0; LEVELS], *t)).collect();
    let mut of_text: Vec<u32> = (0..texts.len() as u32).collect();
    for level in 0..LEVELS {
        let (contracted, of) = graph.contracted(&graph.groups(&sizes, most));
        let mut of_groups = vec![0; contracted.len()];
        of.iter().zip(&sizes).for_each(|(group, size)| of_groups[*group as usize] += size);
        for (own, (groups, _)) in of_text.iter_mut().zip(&mut order) {
            *own = of[*own as usize];
            groups[LEVELS - 1 - level] = *own;
        }
        (graph, sizes) = (contracted, of_groups);
    }
    let places = graph.depth_first();
    order.iter_mut().for_each(|(groups, _)| groups[0] = places[groups[0] as usize]);
    order.par_sort_unstable();
    order.into_iter().map(|(_, text)| text).collect()
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
            large in 0usize..200,
        ) {
            let pairs = pairs.into_iter().filter(|(a, b)| a != b).map(|(a, b)| pack_pair(a, b));
            let mut pairs: Vec<u64> = pairs.collect();
            pairs.sort_unstable();
            pairs.dedup();
            let length = |text: u32| if text % 20 == 3 { 40 } else { 2 };
            let tokens: Vec<u32> = (0..60).map(length).collect();
            let mut ordered = neighbours_first(&pairs, &tokens, cached, large);
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
        let order = neighbours_first(&pairs, &[100; 808], 1600, 0);
        assert!(prepared(&order, 16) < 1200, "{} for 808 texts", prepared(&order, 16));
        assert!(prepared(&pairs, 16) > 2000);
    }

    #[test]
    fn a_large_text_is_prepared_once() {
        // Copies in twos, of which each has a pair with a text that is as large as nine of them.
        let mut pairs: Vec<u64> = (0..300).map(|n| pack_pair(2 * n, 2 * n + 1)).collect();
        pairs.extend((0..600).map(|n| pack_pair(n, 600)));
        pairs.sort_unstable();
        let mut tokens = vec![100; 600];
        tokens.push(900);
        let of_large = |pair: &u64| unpack_pair(*pair).1 == 600;
        // Where it is kept beside the others, these are prepared as if it were not there.
        let order = neighbours_first(&pairs, &tokens, 1000, 900);
        let small: Vec<u64> = order.iter().copied().filter(|pair| !of_large(pair)).collect();
        assert_eq!(prepared(&small, 8), 600);
        assert_eq!(prepared(&order, 8), 601);
        // Where it is not, nine texts are kept, or it and its partner.
        let order = neighbours_first(&pairs, &tokens, 1000, 800);
        assert!(order[300..].iter().all(of_large));
        assert_eq!(prepared(&order[..300], 9), 600);
        assert_eq!(prepared(&order[300..], 2), 601);
    }
}
