//! Owns: the rule that forms clusters of verified near-copies, each around one representative.
//! Never: verifies a pair.

use crate::model::document::DocumentInfo;
use crate::model::keep::Keep;
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::VecDeque;

/// The number of representatives without a common edge that a text is compared with at most, so
/// that a chain of n texts costs O(n).
const PROBES: u8 = 4;

/// A representative and the texts of its cluster, by node number.
#[derive(Debug, Clone, PartialEq)]
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

/// Decides which of two documents survives: a reference document first, then one that is whole
/// before a page that was read in part (which replaces none), then by the first rule that
/// distinguishes the two, then the earlier date, the longer text, the smaller number. Each argument
/// is a document with its length in tokens and its number.
pub fn survivor<D: Borrow<DocumentInfo>>(
    keep: &[Keep],
    a: (D, u32, u32),
    b: (D, u32, u32),
) -> Ordering {
    let (a, b) = ((a.0.borrow(), a.1, a.2), (b.0.borrow(), b.1, b.2));
    let rules = keep.iter().chain(&[Keep::Earliest, Keep::Longest]);
    let reference = b.0.reference.cmp(&a.0.reference);
    let part = a.0.is_part().cmp(&b.0.is_part());
    reference.then(part).then_with(|| {
        rules.map(|rule| by_rule(rule, a, b)).find(|o| o.is_ne()).unwrap_or(a.2.cmp(&b.2))
    })
}

fn by_rule(rule: &Keep, a: (&DocumentInfo, u32, u32), b: (&DocumentInfo, u32, u32)) -> Ordering {
    match rule {
        Keep::Earliest => (a.0.date.is_none(), &a.0.date).cmp(&(b.0.date.is_none(), &b.0.date)),
        Keep::Latest => (a.0.date.is_none(), &b.0.date).cmp(&(b.0.date.is_none(), &a.0.date)),
        Keep::Longest => b.1.cmp(&a.1),
        Keep::Field(_) => b.0.score.cmp(&a.0.score),
        Keep::Nothing => Ordering::Equal,
        Keep::SmallestId => a.2.cmp(&b.2),
        Keep::Source(list) => {
            let place = |d: &DocumentInfo| {
                d.source
                    .as_deref()
                    .and_then(|s| list.iter().position(|x| x == s))
                    .unwrap_or(list.len())
            };
            place(a.0).cmp(&place(b.0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::score::Score;
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
        let (x, y) = ((&x, 10, 1), (&y, 20, 0));
        assert_eq!(survivor(&[], x, y), Ordering::Less);
        assert_eq!(survivor(&[Keep::Longest], x, y), Ordering::Greater);
        // Undated documents come last whichever date is preferred.
        assert_eq!(survivor(&[Keep::Latest], x, y), Ordering::Less);
        let later = info("c", Some("2021-01-01"));
        let later = (&later, 10, 2);
        assert_eq!(survivor(&[Keep::Latest], x, later), Ordering::Greater);
        assert_eq!(survivor(&[Keep::Earliest], x, later), Ordering::Less);
        assert_eq!(survivor(&[Keep::SmallestId], x, y), Ordering::Greater);
        assert_eq!(
            survivor(&[Keep::Source(vec!["b".into()]), Keep::Earliest], x, y),
            Ordering::Greater
        );
        assert_eq!(survivor(&[Keep::Source(vec!["c".into()])], x, y), Ordering::Less);
        let scored = |score| DocumentInfo { score: Score::of_text(score), ..info("d", None) };
        let [best, low, without] = ["9", "10.5", "none"].map(scored);
        let [best, low, without] = [(&best, 1, 0), (&low, 1, 1), (&without, 1, 2)];
        let field = [Keep::Field("score".into())];
        assert_eq!(survivor(&field, best, low), Ordering::Greater);
        assert_eq!(survivor(&field, best, without), Ordering::Less);
        assert_eq!(survivor(&[Keep::Nothing, Keep::Longest], x, y), Ordering::Greater);
    }
}
