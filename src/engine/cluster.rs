//! Owns: the clusters of verified pairs, and the pairs that are reported. Never: looks for
//! candidates.

use crate::engine::compare::{Verified, Verifier};
use crate::engine::members::Members;
use crate::engine::pair_store::PairStore;
use crate::engine::relations::Relations;
use crate::engine::sketch::Classes;
use crate::error::Result;
use crate::model::detection::Cluster;
use crate::model::document::Documents;
use crate::model::thresholds::Thresholds;
use crate::pair::cluster::{SurvivorKey, UnnamedCluster, cluster, survivor};
use crate::postings::policy::families;
use crate::postings::posting::pack_pair;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The clusters, and the representative class of each class (the class itself where it is in no
/// cluster). Pairs compared in the process are added to `relations`.
pub fn clusters(
    all: &Classes,
    members: &Members,
    relations: &mut Relations,
    verifier: &Verifier,
) -> Result<(Vec<Cluster>, Vec<u32>)> {
    let t = verifier.thresholds;
    let heads = class_survivors(all, members, verifier.documents, t);
    let copies = relations.pairs().iter().filter(|p| p.is_copy);
    let copies: Vec<(u32, u32)> = copies.map(|p| p.classes()).collect();
    let family = families(all.first.len(), copies.iter().copied());
    let mut components: BTreeMap<u32, Vec<(u32, u32)>> = BTreeMap::new();
    for &(a, b) in &copies {
        components.entry(family[a as usize]).or_default().push((a, b));
    }
    let done: Result<Vec<(Vec<UnnamedCluster>, Vec<Verified>)>> = components
        .into_par_iter()
        .map(|(_, edges)| component(&edges, &heads, relations, all, verifier))
        .collect();
    let mut around: Vec<u32> = (0..all.first.len() as u32).collect();
    let (mut groups, mut more) = (Vec::new(), Vec::new());
    for (found, compared) in done? {
        more.extend(compared);
        groups.extend(found);
    }
    relations.add(&more, t)?;
    relations.sort(verifier.progress);
    for g in &groups {
        g.members.iter().for_each(|&m| around[m as usize] = g.representative);
    }
    groups.retain(|g| !g.members.is_empty());
    let clustered: std::collections::HashSet<u32> =
        groups.iter().flat_map(|g| g.members.iter().copied().chain([g.representative])).collect();
    let alone = (0..all.first.len() as u32)
        .filter(|c| members.copies(*c).len() > 1 && !clustered.contains(c));
    groups.extend(alone.map(|c| UnnamedCluster { representative: c, members: Vec::new() }));
    let of_group = |g: &UnnamedCluster| to_documents(g, members, &heads, relations);
    let mut clusters = groups.par_iter().map(of_group).collect::<Result<Vec<Cluster>>>()?;
    let other = members.other_groups().filter(|group| group.len() > 1);
    clusters.extend(other.map(|group| Cluster {
        representative: survivor_of(group, all, verifier.documents, t),
        members: group.clone(),
        weakest: 1.0,
    }));
    clusters.sort_unstable_by_key(|c| c.representative);
    Ok((clusters, around))
}

/// The surviving document of each class.
fn class_survivors(
    all: &Classes,
    members: &Members,
    documents: &dyn Documents,
    t: &Thresholds,
) -> Vec<u32> {
    let best = |class: u32| survivor_of(members.copies(class), all, documents, t);
    (0..all.first.len() as u32).into_par_iter().map(best).collect()
}

/// The document of a group that survives.
fn survivor_of(group: &[u32], all: &Classes, documents: &dyn Documents, t: &Thresholds) -> u32 {
    match group {
        [only] => *only,
        _ => {
            let keys = group.iter().map(|n| survivor_key(*n, all, documents));
            keys.min_by(|a, b| survivor(&t.keep, a, b)).map_or(0, |key| key.number)
        }
    }
}

fn survivor_key(document: u32, all: &Classes, documents: &dyn Documents) -> SurvivorKey {
    let n = document as usize;
    SurvivorKey::new(&documents.info(n), all.tokens[n], document)
}

/// The classes of a component in the order in which their surviving documents survive.
fn in_order(nodes: &[u32], heads: &[u32], all: &Classes, verifier: &Verifier) -> Vec<u32> {
    let key = |class: &u32| survivor_key(heads[*class as usize], all, verifier.documents);
    let mut keyed: Vec<(SurvivorKey, u32)> = nodes.iter().map(|c| (key(c), *c)).collect();
    keyed.sort_by(|a, b| survivor(&verifier.thresholds.keep, &a.0, &b.0));
    keyed.into_iter().map(|(_, class)| class).collect()
}

/// Clusters one connected component of near-copies, given by its edges. Returns the groups of
/// classes and the pairs that had to be compared in addition.
fn component(
    edges: &[(u32, u32)],
    heads: &[u32],
    relations: &Relations,
    all: &Classes,
    verifier: &Verifier,
) -> Result<(Vec<UnnamedCluster>, Vec<Verified>)> {
    let mut nodes: Vec<u32> = edges.iter().flat_map(|e| [e.0, e.1]).collect();
    nodes.sort_unstable();
    nodes.dedup();
    let nodes = in_order(&nodes, heads, all, verifier);
    let place: std::collections::HashMap<u32, u32> = nodes.iter().copied().zip(0..).collect();
    let mut neighbours = vec![Vec::new(); nodes.len()];
    for (a, b) in edges {
        neighbours[place[a] as usize].push(place[b]);
        neighbours[place[b] as usize].push(place[a]);
    }
    let mut compared = Vec::new();
    let mut failure = None;
    let groups = cluster(&neighbours, |representative, far| {
        let pair = |&f: &u32| pack_pair(nodes[representative as usize], nodes[f as usize]);
        let mut pairs: Vec<u64> = far
            .iter()
            .map(pair)
            .filter(|&p| relations.find(p).is_none() && verifier.allowed(all, p))
            .collect();
        pairs.sort_unstable();
        match verifier.compare(&pairs, |relation, _| relation.is_some()) {
            Ok(found) => {
                let copies: std::collections::HashSet<u64> = found
                    .iter()
                    .filter(|v| v.is_copy(verifier.thresholds))
                    .map(|v| pack_pair(v.a, v.b))
                    .collect();
                compared.extend(found);
                far.iter().map(|f| copies.contains(&pair(f))).collect()
            }
            Err(e) => {
                failure = Some(e);
                vec![false; far.len()]
            }
        }
    });
    let back = |n: u32| nodes[n as usize];
    let groups = groups
        .into_iter()
        .map(|g| UnnamedCluster {
            representative: back(g.representative),
            members: g.members.into_iter().map(back).collect(),
        })
        .collect();
    failure.map_or(Ok((groups, compared)), Err)
}

fn to_documents(
    g: &UnnamedCluster,
    members: &Members,
    heads: &[u32],
    relations: &Relations,
) -> Result<Cluster> {
    let classes = g.members.iter().copied().chain([g.representative]);
    let mut documents: Vec<u32> = classes.flat_map(|c| members.copies(c).iter().copied()).collect();
    documents.sort_unstable();
    let mut weakest: f64 = 1.0;
    for member in &g.members {
        let place = relations.find(pack_pair(*member, g.representative));
        let comparison = place.map(|place| relations.comparison(place)).transpose()?;
        weakest = weakest.min(comparison.map_or(0.0, |c| c.coverage_a.min(c.coverage_b)));
    }
    Ok(Cluster { representative: heads[g.representative as usize], members: documents, weakest })
}

/// The pairs that are reported: all of them, or each member with its representative and one pair
/// for two related clusters, which is that of their representatives if these are related.
pub fn reported(
    relations: Relations,
    around: &[u32],
    all: &Classes,
    verifier: &Verifier,
) -> Result<PairStore> {
    if verifier.thresholds.all_pairs {
        let places = (0..relations.pairs().len()).collect();
        return Ok(PairStore::new([(relations, places)], &all.first));
    }
    let mut kept: Vec<usize> = Vec::new();
    let mut between: BTreeMap<u64, usize> = BTreeMap::new();
    for (place, compared) in relations.pairs().iter().enumerate() {
        let (a, b) = compared.classes();
        let (x, y) = (around[a as usize], around[b as usize]);
        if x != y {
            between.entry(pack_pair(x, y)).or_insert(place);
        } else if a == x || b == x {
            kept.push(place);
        }
    }
    let missing: Vec<u64> = between
        .keys()
        .copied()
        .filter(|p| relations.find(*p).is_none() && verifier.allowed(all, *p))
        .collect();
    let mut added = Relations::new(verifier.options);
    let related = verifier.compare(&missing, |relation, _| relation.is_some())?;
    added.add(&related, verifier.thresholds)?;
    added.sort(verifier.progress);
    let mut of_added = Vec::new();
    for (pair, fallback) in &between {
        match added.find(*pair) {
            Some(place) => of_added.push(place),
            None => kept.push(relations.find(*pair).unwrap_or(*fallback)),
        }
    }
    kept.sort_unstable();
    kept.dedup();
    Ok(PairStore::new([(relations, kept), (added, of_added)], &all.first))
}
