//! Owns: the matching of today's documents to the documents of a baseline. Never: what the baseline
//! records about them.

use crate::gate::baseline::{Baseline, Member};
use crate::gate::documents::DocumentTable;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

/// Returns which of several documents an entry has: first those of its place and text, then those
/// of its place whose text has changed, then those whose text was at a place that is gone. Each
/// document of the entry is matched once.
///
/// With `classes`, a document matches for all documents of the same text.
pub(super) fn match_members(
    table: &DocumentTable,
    members: &[Member],
    documents: &[u32],
    classes: bool,
) -> Vec<bool> {
    let mut left: Vec<u32> = members.iter().map(|m| m.count).collect();
    let mut exact: HashMap<(&str, u64), usize> = HashMap::new();
    let mut at: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut missing: HashMap<u64, Vec<usize>> = HashMap::new();
    for (i, m) in members.iter().enumerate() {
        exact.insert((&m.place, m.hash), i);
        at.entry(&m.place).or_default().push(i);
        if !table.has_place(&m.place) {
            missing.entry(m.hash).or_default().push(i);
        }
    }
    let known = |n: u32| exact.get(&(&*table.place(n).0, table.hash[n as usize])).copied();
    let mut out = vec![false; documents.len()];
    let mut pass = |find: &dyn Fn(u32, &[u32]) -> Option<usize>, out: &mut Vec<bool>| {
        for (n, out) in documents.iter().zip(out).filter(|(_, out)| !**out) {
            if let Some(i) = find(*n, &left) {
                left[i] -= 1;
                *out = true;
            }
        }
    };
    pass(&|n, left| known(n).filter(|&i| left[i] > 0), &mut out);
    if classes {
        let any = |n: u32, left: &[u32]| {
            table.class(n).iter().find_map(|&x| known(x).filter(|&i| left[i] > 0))
        };
        pass(&any, &mut out);
    }
    let own = |n: u32, left: &[u32]| {
        let (place, shared) = table.place(n);
        let mut here = at.get(&*place).into_iter().flatten().copied();
        if shared { None } else { here.find(|&i| left[i] > 0) }
    };
    pass(&own, &mut out);
    pass(
        &|n, left| {
            missing
                .get(&table.hash[n as usize])
                .into_iter()
                .flatten()
                .copied()
                .find(|&i| left[i] > 0)
        },
        &mut out,
    );
    if out.contains(&true) {
        // A record matches as an edited one where its place has fewer records of an old text than
        // the entry has.
        let edited = |n: u32, left: &[u32]| {
            let (place, shared) = table.place(n);
            let taken = |i: usize| members[i].count - left[i];
            let there = |i: usize| table.records(&place, members[i].hash);
            let changed = |&i: &usize| left[i] > 0 && taken(i).max(there(i)) < members[i].count;
            if shared { at.get(&*place).into_iter().flatten().copied().find(changed) } else { None }
        };
        pass(&edited, &mut out);
    }
    out
}

/// The documents of a group by what [`match_members`] knows them by, so that an entry is held only
/// against those that it may have: thousands of equal texts may be as many entries of a baseline.
pub(super) struct GroupPlaces<'a> {
    by_place: HashMap<Cow<'a, str>, Vec<u32>>,
    by_hash: HashMap<u64, Vec<u32>>,
}

impl<'a> GroupPlaces<'a> {
    /// Collects the positions of documents in a group.
    pub fn of(table: &DocumentTable<'a>, documents: &[u32]) -> GroupPlaces<'a> {
        let mut places = GroupPlaces { by_place: HashMap::new(), by_hash: HashMap::new() };
        for (i, &n) in (0..).zip(documents) {
            places.by_place.entry(table.place(n).0).or_default().push(i);
            places.by_hash.entry(table.hash[n as usize]).or_default().push(i);
        }
        places
    }

    /// The positions of the documents that these members may be, without classes, in order.
    pub fn of_members(&self, table: &DocumentTable, members: &[Member]) -> Vec<u32> {
        let mut found = BTreeSet::new();
        for member in members {
            found.extend(self.by_place.get(&*member.place).into_iter().flatten());
            if !table.has_place(&member.place) {
                found.extend(self.by_hash.get(&member.hash).into_iter().flatten());
            }
        }
        found.into_iter().collect()
    }
}

/// All documents that a baseline names, by number.
pub(super) struct KnownDocuments<'a> {
    exact: HashMap<(&'a str, u64), u32>,
    at: HashMap<&'a str, Vec<u32>>,
    /// For a text at a place that is gone, its document.
    missing_documents: HashMap<u64, u32>,
    /// For places that several documents share, the documents whose text is gone from there.
    changed: HashMap<&'a str, Vec<u32>>,
    /// The baseline clusters that name each document.
    pub clusters: Vec<Vec<u32>>,
    group: Vec<u32>,
}

impl<'a> KnownDocuments<'a> {
    /// Collects the documents of all clusters and pairs.
    pub fn new(table: &DocumentTable, baseline: &'a Baseline) -> KnownDocuments<'a> {
        let mut known = KnownDocuments {
            exact: HashMap::new(),
            at: HashMap::new(),
            missing_documents: HashMap::new(),
            changed: HashMap::new(),
            clusters: Vec::new(),
            group: Vec::new(),
        };
        for (entry, cluster) in baseline.clusters.iter().enumerate() {
            let mut root = None;
            for member in &cluster.members {
                let n = known.add(table, member);
                known.clusters[n as usize].push(entry as u32);
                join(&mut known.group, n, *root.get_or_insert(n));
            }
        }
        for member in baseline.pairs.iter().flat_map(|p| &p.documents) {
            known.add(table, member);
        }
        known
    }

    fn add(&mut self, table: &DocumentTable, member: &'a Member) -> u32 {
        let next = self.group.len() as u32;
        let n = *self.exact.entry((&member.place, member.hash)).or_insert(next);
        if n == next {
            self.group.push(n);
            self.clusters.push(Vec::new());
            self.at.entry(&member.place).or_default().push(n);
            if !table.has_place(&member.place) {
                self.missing_documents.entry(member.hash).or_insert(n);
            } else if table.records(&member.place, member.hash) == 0 {
                self.changed.entry(&member.place).or_default().push(n);
            }
        }
        n
    }

    /// Returns the number of a document that the baseline names.
    pub fn number(&self, member: &Member) -> u32 {
        self.exact[&(member.place.as_str(), member.hash)]
    }

    /// Returns the baseline documents that a document of today is matched to.
    pub fn find(&self, table: &DocumentTable, document: u32) -> Vec<u32> {
        let (place, shared) = table.place(document);
        let hash = table.hash[document as usize];
        let here = match shared {
            true => self.exact.get(&(&*place, hash)).copied().into_iter().collect(),
            false => self.at.get(&*place).cloned().unwrap_or_default(),
        };
        if here.is_empty() {
            self.missing_documents.get(&hash).copied().into_iter().collect()
        } else {
            here
        }
    }

    /// Whether a document may be an edited record: no baseline document matches it, but records
    /// that were at its place are gone.
    pub fn may_be_edited(&self, table: &DocumentTable, document: u32) -> bool {
        let (place, shared) = table.place(document);
        shared && self.changed.contains_key(&*place) && self.find(table, document).is_empty()
    }

    /// Whether a document of the baseline is a record that is gone from this place.
    pub fn is_changed(&self, number: u32, place: &str) -> bool {
        self.changed.get(place).is_some_and(|list| list.binary_search(&number).is_ok())
    }

    /// Returns the group of a baseline document: documents that clusters of the baseline connect.
    pub fn baseline_group(&self, number: u32) -> u32 {
        root(&self.group, number)
    }
}

/// Returns the root of a node; parents are never larger than their children.
pub(super) fn root(parents: &[u32], mut n: u32) -> u32 {
    while parents[n as usize] != n {
        n = parents[n as usize];
    }
    n
}

/// Joins two nodes; the smaller root becomes the root of both.
pub(super) fn join(parents: &mut [u32], a: u32, b: u32) {
    let (mut low, mut high) = (root(parents, a), root(parents, b));
    if low > high {
        std::mem::swap(&mut low, &mut high);
    }
    parents[high as usize] = low;
    // Path compression keeps many joins cheap.
    for mut n in [a, b] {
        while parents[n as usize] != low {
            let up = parents[n as usize];
            if up == n {
                break;
            }
            parents[n as usize] = low;
            n = up;
        }
    }
}
