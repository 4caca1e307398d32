//! Owns: the matching of today's documents to the documents of a baseline. Never: what the baseline
//! records about them.

use crate::gate::baseline::{Baseline, Member};
use crate::gate::documents::DocumentTable;
use crate::hash;
use std::borrow::Cow;
use std::cell::RefCell;
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
    let [of_class, own_place, shared_place, of_text] = [(); 4].map(|()| Cursors::default());
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
            let class = table.class(n);
            let first = class.first().copied().unwrap_or(n);
            of_class.find(first.into(), class, |&x| known(x).filter(|&i| left[i] > 0))
        };
        pass(&any, &mut out);
    }
    let own = |n: u32, left: &[u32]| {
        let (place, shared) = table.place(n);
        let here = at.get(&*place).filter(|_| !shared)?;
        own_place.find(hash::bytes(place.as_bytes()), here, |&i| (left[i] > 0).then_some(i))
    };
    pass(&own, &mut out);
    let gone = |n: u32, left: &[u32]| {
        let hash = table.hash[n as usize];
        let there = missing.get(&hash).map_or(&[][..], |there| there);
        of_text.find(hash, there, |&i| (left[i] > 0).then_some(i))
    };
    pass(&gone, &mut out);
    if out.contains(&true) {
        // A record matches as an edited one where its place has fewer records of an old text than
        // the entry has.
        let edited = |n: u32, left: &[u32]| {
            let (place, shared) = table.place(n);
            let taken = |i: usize| members[i].count - left[i];
            let there = |i: usize| table.records(&place, members[i].hash);
            let changed = |&i: &usize| left[i] > 0 && taken(i).max(there(i)) < members[i].count;
            let here = at.get(&*place).filter(|_| shared)?;
            shared_place.find(hash::bytes(place.as_bytes()), here, |i| changed(i).then_some(*i))
        };
        pass(&edited, &mut out);
    }
    out
}

/// For each list, the number of elements at its beginning that match no document any more.
/// Thousands of documents of one text or place have the same list, which is gone through once for
/// all of them.
#[derive(Default)]
struct Cursors(RefCell<HashMap<u64, usize>>);

impl Cursors {
    /// The result of `find` for the first element of a list for which it has one. An element for
    /// which it once has none must never have one again.
    fn find<T, F>(&self, list: u64, of: &[T], find: impl Fn(&T) -> Option<F>) -> Option<F> {
        let mut cursors = self.0.borrow_mut();
        let at = cursors.entry(list).or_default();
        while let Some(element) = of.get(*at) {
            match find(element) {
                Some(found) => return Some(found),
                None => *at += 1,
            }
        }
        None
    }
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
        // Each list once: thousands of members may have one place or text.
        let mut places: BTreeSet<&str> = BTreeSet::new();
        let mut hashes: BTreeSet<u64> = BTreeSet::new();
        for member in members {
            places.insert(&member.place);
            hashes.extend(Some(member.hash).filter(|_| !table.has_place(&member.place)));
        }
        let mut found = BTreeSet::new();
        found.extend(places.iter().filter_map(|&place| self.by_place.get(place)).flatten());
        found.extend(hashes.iter().filter_map(|hash| self.by_hash.get(hash)).flatten());
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

    /// The documents of the baseline that are records gone from this place, in order.
    pub fn changed_at(&self, place: &str) -> &[u32] {
        self.changed.get(place).map_or(&[], |list| list)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::findings::Findings;
    use crate::{Corpus, Document, Documents, Scan};
    use proptest::prelude::*;

    /// The definition of [`match_members`], which goes through each list from its beginning.
    fn plain(
        table: &DocumentTable,
        members: &[Member],
        documents: &[u32],
        classes: bool,
    ) -> Vec<bool> {
        let mut left: Vec<u32> = members.iter().map(|m| m.count).collect();
        let mut out = vec![false; documents.len()];
        let exact = |n: u32| {
            let is = |m: &Member| m.place == table.place(n).0 && m.hash == table.hash[n as usize];
            members.iter().rposition(is)
        };
        let steps = 3 + usize::from(classes);
        for step in (0..=steps).map(|step| if classes || step == 0 { step } else { step + 1 }) {
            if step == 4 && !out.contains(&true) {
                break;
            }
            for (&n, out) in documents.iter().zip(&mut out).filter(|(_, out)| !**out) {
                let (place, shared) = table.place(n);
                let free = |i: usize| left[i] > 0;
                let found = match step {
                    0 => exact(n).filter(|&i| free(i)),
                    1 => table.class(n).iter().find_map(|&x| exact(x).filter(|&i| free(i))),
                    2 => (0..members.len())
                        .find(|&i| !shared && members[i].place == place && free(i)),
                    3 => (0..members.len()).find(|&i| {
                        let m = &members[i];
                        !table.has_place(&m.place) && m.hash == table.hash[n as usize] && free(i)
                    }),
                    _ => (0..members.len()).find(|&i| {
                        let m = &members[i];
                        let taken = (m.count - left[i]).max(table.records(&place, m.hash));
                        shared && m.place == place && free(i) && taken < m.count
                    }),
                };
                if let Some(i) = found {
                    left[i] -= 1;
                    *out = true;
                }
            }
        }
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn members_are_matched_as_the_definition_does(
            documents in prop::collection::vec((0usize..5, 0usize..3), 1..14),
            members in prop::collection::vec((0usize..6, 0usize..4, 1u32..4), 0..8),
            order in prop::collection::vec(0usize..14, 0..20), classes: bool,
        ) {
            let text = |n: usize| {
                (0..4).map(|i| format!("w{n}x{i}")).collect::<Vec<_>>().join(" ")
            };
            let of = |(n, &(place, word)): (usize, &(usize, usize))| {
                // Records of two files, and documents with ids of their own.
                let mut d = Document::new(format!("id{place}-{n}"), text(word));
                if place < 2 {
                    d.info.id = format!("file{place}:{n}");
                    d.info.path = Some(format!("file{place}").into());
                    d.info.record = Some(n as u64);
                }
                d
            };
            let corpus = Corpus::new(documents.iter().enumerate().map(of)).unwrap();
            let found = Scan::new().run(&corpus).unwrap();
            let findings = Findings { detection: &found, documents: &corpus, skipped: &[] };
            let table = DocumentTable::new(findings).unwrap();
            let place = |n: usize| match n {
                0..3 => format!("file{n}"),
                n => table.place((n % documents.len()) as u32).0.into_owned(),
            };
            let hash = |n: usize| {
                let has = |i: &usize| corpus.text(*i).unwrap() == text(n);
                (0..documents.len()).find(has).map_or(7, |i| table.hash[i])
            };
            let members: Vec<Member> = members
                .iter()
                .map(|&(p, h, count)| Member { place: place(p), hash: hash(h), count })
                .collect();
            let order: Vec<u32> =
                order.iter().map(|n| (n % documents.len()) as u32).collect();
            prop_assert_eq!(
                match_members(&table, &members, &order, classes),
                plain(&table, &members, &order, classes)
            );
        }
    }
}
