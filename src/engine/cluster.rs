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
use crate::postings::posting::{pack_pair, unpack_pair};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Some connected components of near-copies, clustered.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Clustered {
    /// The groups of classes.
    pub groups: Vec<UnnamedCluster>,
    /// The related pairs that were compared in addition.
    pub compared: Vec<Verified>,
}

/// What the connected components of near-copies are clustered with.
pub struct Clustering<'a> {
    /// The classes.
    pub all: &'a Classes,
    /// The documents of each class.
    pub members: &'a Members,
    /// The documents.
    pub documents: &'a dyn Documents,
    /// The thresholds.
    pub thresholds: &'a Thresholds,
    /// Whether a packed pair was compared already, and is related.
    pub known: &'a (dyn Fn(u64) -> bool + Sync),
    /// Compares packed pairs, which are sorted, and returns those that are related.
    pub compare: &'a (dyn Fn(&[u64]) -> Result<Vec<Verified>> + Sync),
}

/// The connected components of so many classes, as their edges.
pub fn components(count: usize, copies: &[(u32, u32)]) -> Vec<Vec<(u32, u32)>> {
    let family = families(count, copies.iter().copied());
    let mut components: BTreeMap<u32, Vec<(u32, u32)>> = BTreeMap::new();
    for &(a, b) in copies {
        components.entry(family[a as usize]).or_default().push((a, b));
    }
    components.into_values().collect()
}

/// Clusters all connected components of near-copies among the relations.
pub fn clustered(
    all: &Classes,
    members: &Members,
    relations: &Relations,
    verifier: &Verifier,
) -> Result<Vec<Clustered>> {
    let work = Clustering {
        all,
        members,
        documents: verifier.documents,
        thresholds: verifier.thresholds,
        known: &|pair| relations.find(pair).is_some(),
        compare: &|pairs| verifier.compare(pairs, |relation, _| relation.is_some()),
    };
    let copies = relations.pairs().iter().filter(|p| p.is_copy);
    let copies: Vec<(u32, u32)> = copies.map(|p| p.classes()).collect();
    let components = components(all.first.len(), &copies);
    components.into_par_iter().map(|edges| work.component(&edges)).collect()
}

/// The representative of each of so many classes: the class itself where it is in no cluster.
pub fn representatives<'g>(
    count: usize,
    groups: impl Iterator<Item = &'g UnnamedCluster>,
) -> Vec<u32> {
    let mut around: Vec<u32> = (0..count as u32).collect();
    for g in groups {
        g.members.iter().for_each(|&m| around[m as usize] = g.representative);
    }
    around
}

/// The clusters, and the representative class of each class. The pairs that were compared for them
/// are added to `relations`.
pub fn clusters(
    all: &Classes,
    members: &Members,
    clustered: Vec<Clustered>,
    relations: &mut Relations,
    verifier: &Verifier,
) -> Result<(Vec<Cluster>, Vec<u32>)> {
    let t = verifier.thresholds;
    let heads = class_survivors(all, members, verifier.documents, t);
    let mut groups = Vec::new();
    for Clustered { groups: found, compared } in clustered {
        relations.add(&compared, t)?;
        groups.extend(found);
    }
    relations.sort(verifier.progress);
    let around = representatives(all.first.len(), groups.iter());
    groups.retain(|g| !g.members.is_empty());
    let clustered: HashSet<u32> =
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

impl Clustering<'_> {
    /// The classes of a component in the order in which their surviving documents survive.
    fn in_order(&self, nodes: &[u32]) -> Vec<u32> {
        let Clustering { all, members, documents, thresholds: t, .. } = *self;
        let key = |class: &u32| {
            let head = survivor_of(members.copies(*class), all, documents, t);
            survivor_key(head, all, documents)
        };
        let mut keyed: Vec<(SurvivorKey, u32)> = nodes.iter().map(|c| (key(c), *c)).collect();
        keyed.sort_by(|a, b| survivor(&t.keep, &a.0, &b.0));
        keyed.into_iter().map(|(_, class)| class).collect()
    }

    /// Clusters one connected component of near-copies, given by its edges.
    pub fn component(&self, edges: &[(u32, u32)]) -> Result<Clustered> {
        let Clustering { all, thresholds: t, .. } = *self;
        let mut nodes: Vec<u32> = edges.iter().flat_map(|e| [e.0, e.1]).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let nodes = self.in_order(&nodes);
        let place: HashMap<u32, u32> = nodes.iter().copied().zip(0..).collect();
        let mut neighbours = vec![Vec::new(); nodes.len()];
        for (a, b) in edges {
            neighbours[place[a] as usize].push(place[b]);
            neighbours[place[b] as usize].push(place[a]);
        }
        let mut compared = Vec::new();
        let mut failure = None;
        let groups = cluster(&neighbours, |representative, far| {
            let pair = |&f: &u32| pack_pair(nodes[representative as usize], nodes[f as usize]);
            let is_new = |pair: &u64| !(self.known)(*pair) && is_allowed(*pair, all, t);
            let mut pairs: Vec<u64> = far.iter().map(pair).filter(is_new).collect();
            pairs.sort_unstable();
            match (self.compare)(&pairs) {
                Ok(found) => {
                    let copies = found.iter().filter(|v| v.is_copy(t));
                    let copies: HashSet<u64> = copies.map(|v| pack_pair(v.a, v.b)).collect();
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
        failure.map_or(Ok(Clustered { groups, compared }), Err)
    }
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

/// Which related pairs are reported: each member with its representative, and one pair for two
/// related clusters, which is that of their representatives if these are related.
#[derive(Debug, Default)]
pub struct ReportedPairs {
    /// The places of pairs of a member and its representative.
    kept: Vec<usize>,
    /// The pairs of representatives of related clusters, each with the place of the first related
    /// pair between them.
    between: BTreeMap<u64, usize>,
}

impl ReportedPairs {
    /// Chooses from packed related pairs, which are in order.
    pub fn new(related: impl Iterator<Item = u64>, around: &[u32]) -> ReportedPairs {
        let mut reported = ReportedPairs::default();
        for (place, pair) in related.enumerate() {
            let (a, b) = unpack_pair(pair);
            let (x, y) = (around[a as usize], around[b as usize]);
            if x != y {
                reported.between.entry(pack_pair(x, y)).or_insert(place);
            } else if a == x || b == x {
                reported.kept.push(place);
            }
        }
        reported
    }

    /// The pairs of representatives that were not compared yet, in order.
    pub fn missing(&self, known: impl Fn(u64) -> bool, all: &Classes, t: &Thresholds) -> Vec<u64> {
        let is_new = |pair: &u64| !known(*pair) && is_allowed(*pair, all, t);
        self.between.keys().copied().filter(is_new).collect()
    }
}

/// Whether a packed pair may be reported, see [`Classes::allowed`].
fn is_allowed(pair: u64, all: &Classes, t: &Thresholds) -> bool {
    let (a, b) = unpack_pair(pair);
    all.allowed(a, b, t.sources)
}

/// The pairs that are reported: all of them, or those of [`ReportedPairs`]. `compared` has the
/// related ones among the pairs of representatives, where these were compared already.
pub fn reported(
    relations: Relations,
    around: &[u32],
    compared: Option<Vec<Vec<Verified>>>,
    all: &Classes,
    verifier: &Verifier,
) -> Result<PairStore> {
    if verifier.thresholds.all_pairs {
        let places = (0..relations.pairs().len()).collect();
        return Ok(PairStore::new([(relations, places)], &all.first));
    }
    let related = relations.pairs().iter().map(|compared| compared.pair);
    let reported = ReportedPairs::new(related, around);
    let mut added = Relations::new(verifier.options);
    let compared = match compared {
        Some(compared) => compared,
        None => {
            let known = |pair| relations.find(pair).is_some();
            let missing = reported.missing(known, all, verifier.thresholds);
            vec![verifier.compare(&missing, |relation, _| relation.is_some())?]
        }
    };
    compared.iter().try_for_each(|some| added.add(some, verifier.thresholds))?;
    added.sort(verifier.progress);
    let ReportedPairs { mut kept, between } = reported;
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
