//! Owns: the rule that forms clusters of verified near-copies, each around one representative.
//! Never: verifies a pair.

use crate::model::document::DocumentInfo;
use crate::model::keep::Keep;
use crate::model::score::Score;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::VecDeque;
use std::sync::Arc;

/// The number of representatives without a common edge that a text is compared with at most, so
/// that a chain of n texts costs O(n).
const PROBES: u8 = 4;

/// A representative and the texts of its cluster, by node number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnnamedCluster {
    /// The node that all members are verified against.
    pub representative: u32,
    /// The other nodes.
    pub members: Vec<u32>,
}

/// Clusters the nodes `0..edges.len()`, which are numbered in the order of the survivor policy.
///
/// The first node without a cluster becomes a representative and takes its free neighbours.
/// `verify` compares the other nodes that are connected with it, and decides for each whether it is
/// a near-copy of the representative. The nodes that are not are left for a later representative.
pub fn cluster(
    edges: &[Vec<u32>],
    mut verify: impl FnMut(u32, &[u32]) -> Vec<bool>,
) -> Vec<UnnamedCluster> {
    let mut free = vec![true; edges.len()];
    let mut probes = vec![PROBES; edges.len()];
    let mut out = Vec::new();
    let mut seen = vec![u32::MAX; edges.len()];
    for representative in 0..edges.len() as u32 {
        if !free[representative as usize] {
            continue;
        }
        free[representative as usize] = false;
        let mut members: Vec<u32> =
            edges[representative as usize].iter().copied().filter(|&n| free[n as usize]).collect();
        let far = reachable(representative, edges, &free, &mut probes, &mut seen);
        if !far.is_empty() {
            let verdicts = verify(representative, &far);
            members.extend(far.iter().zip(verdicts).filter(|v| v.1).map(|v| v.0));
        }
        members.sort_unstable();
        members.dedup();
        for &m in &members {
            free[m as usize] = false;
        }
        out.push(UnnamedCluster { representative, members });
    }
    out
}

/// The free nodes that are connected with `from` but are no neighbours of it. Each uses up one of
/// its probes.
fn reachable(
    from: u32,
    edges: &[Vec<u32>],
    free: &[bool],
    probes: &mut [u8],
    visited: &mut [u32],
) -> Vec<u32> {
    let mut out = Vec::new();
    let mut queue = VecDeque::new();
    visited[from as usize] = from;
    for &n in &edges[from as usize] {
        if free[n as usize] {
            visited[n as usize] = from;
            queue.push_back(n);
        }
    }
    while let Some(at) = queue.pop_front() {
        for &n in &edges[at as usize] {
            let i = n as usize;
            if visited[i] != from && free[i] && probes[i] > 0 {
                visited[i] = from;
                probes[i] -= 1;
                out.push(n);
                queue.push_back(n);
            }
        }
    }
    out
}

/// What decides whether a document survives.
#[derive(Debug, Clone)]
pub struct SurvivorKey {
    reference: bool,
    is_part: bool,
    date: Option<Arc<str>>,
    source: Option<Arc<str>>,
    score: Score,
    tokens: u32,
    /// The number of the document.
    pub number: u32,
}

impl SurvivorKey {
    /// The key of a document of so many tokens.
    pub fn new(info: &DocumentInfo, tokens: u32, number: u32) -> SurvivorKey {
        SurvivorKey {
            reference: info.reference,
            is_part: info.is_part(),
            date: info.date.clone(),
            source: info.source.clone(),
            score: info.score,
            tokens,
            number,
        }
    }
}

/// Decides which of two documents survives: a reference document first, then one that is whole
/// before a page that was read in part (which replaces none), then by the first rule that
/// distinguishes the two, then the earlier date, the longer text, the smaller number.
pub fn survivor(keep: &[Keep], a: &SurvivorKey, b: &SurvivorKey) -> Ordering {
    let rules = keep.iter().chain(&[Keep::Earliest, Keep::Longest]);
    let reference = b.reference.cmp(&a.reference);
    let part = a.is_part.cmp(&b.is_part);
    reference.then(part).then_with(|| {
        let mut by_rules = rules.map(|rule| by_rule(rule, a, b));
        by_rules.find(|order| order.is_ne()).unwrap_or(a.number.cmp(&b.number))
    })
}

/// The numbers of documents in the order in which they survive.
pub fn in_survivor_order(keep: &[Keep], mut keys: Vec<SurvivorKey>) -> Vec<u32> {
    keys.sort_unstable_by(|a, b| survivor(keep, a, b));
    keys.into_iter().map(|key| key.number).collect()
}

fn by_rule(rule: &Keep, a: &SurvivorKey, b: &SurvivorKey) -> Ordering {
    match rule {
        Keep::Earliest => (a.date.is_none(), &a.date).cmp(&(b.date.is_none(), &b.date)),
        Keep::Latest => (a.date.is_none(), &b.date).cmp(&(b.date.is_none(), &a.date)),
        Keep::Longest => b.tokens.cmp(&a.tokens),
        Keep::Field(_) => b.score.cmp(&a.score),
        Keep::Nothing => Ordering::Equal,
        Keep::SmallestId => a.number.cmp(&b.number),
        Keep::Source(list) => {
            let place = |key: &SurvivorKey| {
                let own = key.source.as_deref();
                own.and_then(|s| list.iter().position(|x| x == s)).unwrap_or(list.len())
            };
            place(a).cmp(&place(b))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn edges(n: usize, pairs: &[(u32, u32)]) -> Vec<Vec<u32>> {
        let mut e = vec![vec![]; n];
        for &(a, b) in pairs {
            e[a as usize].push(b);
            e[b as usize].push(a);
        }
        e
    }

    proptest! {
        #[test]
        fn every_node_once_and_every_member_verified(n in 1usize..30,
            pairs in prop::collection::vec((0u32..30, 0u32..30), 0..60), salt: u64) {
            let like = |a: u32, b: u32|
                crate::hash::mix(salt ^ crate::postings::posting::pack_pair(a, b))
                .is_multiple_of(3);
            let pairs: Vec<_> = pairs.into_iter().filter(|&(a, b)| a != b && (a as usize) < n
                && (b as usize) < n && like(a, b)).collect();
            let groups = cluster(&edges(n, &pairs), |r, far| far.iter().map(|&f| like(r, f))
                .collect());
            let mut all: Vec<u32> = groups.iter().flat_map(|g| g.members.iter().copied()
                .chain([g.representative])).collect();
            all.sort_unstable();
            prop_assert_eq!(all, (0..n as u32).collect::<Vec<_>>());
            for g in &groups {
                prop_assert!(g.members.iter().all(|&m| like(g.representative, m)
                    && g.representative < m));
            }
        }
    }

    #[test]
    fn a_chain_costs_linear_work() {
        let n = 5000;
        let pairs: Vec<_> = (1..n).map(|i| (i - 1, i)).collect();
        let mut asked = 0;
        cluster(&edges(n as usize, &pairs), |_, far| {
            asked += far.len();
            vec![false; far.len()]
        });
        assert!(asked <= PROBES as usize * n as usize, "{asked}");
    }

    #[test]
    fn survivors() {
        let info = |source: &str, date: Option<&str>| DocumentInfo {
            source: Some(source.into()),
            date: date.map(Into::into),
            ..DocumentInfo::default()
        };
        let (x, y) = (info("a", Some("2020-01-01")), info("b", None));
        let [x, y] = [SurvivorKey::new(&x, 10, 1), SurvivorKey::new(&y, 20, 0)];
        assert_eq!(survivor(&[], &x, &y), Ordering::Less);
        assert_eq!(survivor(&[Keep::Longest], &x, &y), Ordering::Greater);
        // Undated documents come last whichever date is preferred.
        assert_eq!(survivor(&[Keep::Latest], &x, &y), Ordering::Less);
        let later = info("c", Some("2021-01-01"));
        let later = SurvivorKey::new(&later, 10, 2);
        assert_eq!(survivor(&[Keep::Latest], &x, &later), Ordering::Greater);
        assert_eq!(survivor(&[Keep::Earliest], &x, &later), Ordering::Less);
        assert_eq!(survivor(&[Keep::SmallestId], &x, &y), Ordering::Greater);
        assert_eq!(
            survivor(&[Keep::Source(vec!["b".into()]), Keep::Earliest], &x, &y),
            Ordering::Greater
        );
        assert_eq!(survivor(&[Keep::Source(vec!["c".into()])], &x, &y), Ordering::Less);
        let scored = |score| DocumentInfo { score: Score::of_text(score), ..info("d", None) };
        let [best, low, without] = ["9", "10.5", "none"].map(scored);
        let keys = (0..).zip([best, low, without]).map(|(n, info)| SurvivorKey::new(&info, 1, n));
        let keys: Vec<SurvivorKey> = keys.collect();
        let field = [Keep::Field("score".into())];
        assert_eq!(survivor(&field, &keys[0], &keys[1]), Ordering::Greater);
        assert_eq!(survivor(&field, &keys[0], &keys[2]), Ordering::Less);
        assert_eq!(in_survivor_order(&field, keys), [1, 0, 2]);
        assert_eq!(survivor(&[Keep::Nothing, Keep::Longest], &x, &y), Ordering::Greater);
    }
}
