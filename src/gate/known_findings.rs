//! Owns: the decision on which findings of today a baseline has, and on which of its entries
//! nothing matches. Never: what a policy allows.

use crate::gate::baseline::{Baseline, Member, PairEntry};
use crate::gate::bottom_k::{covers, join as join_content};
use crate::gate::documents::DocumentTable;
use crate::gate::findings::{Origin, UnjudgedFinding};
use crate::gate::known_documents::{GroupPlaces, KnownDocuments, join, match_members, root};
use crate::gate::repeat_places::RepeatPlaces;
use crate::gate::verdict::FindingKind;
use crate::gate::verdict::Stale;
use crate::hash::ByHash;
use crate::model::relation::Relation;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

/// How many entries are looked at for one hash of a passage.
const LOOKED_AT: usize = 256;

/// A baseline matched against the documents of today.
pub(super) struct KnownFindings<'a> {
    table: &'a DocumentTable<'a>,
    baseline: &'a Baseline,
    documents: KnownDocuments<'a>,
    /// For each pair, the numbers of its two documents.
    sides: Vec<[u32; 2]>,
    /// Pairs by the groups of their documents.
    pairs: HashMap<u32, Vec<u32>>,
    /// Near-copies by the number of each document.
    copies: HashMap<u32, Vec<u32>>,
    /// Pairs by the hashes of their passages, for records that may have been edited.
    by_content: ByHash<Vec<u32>>,
    exact: ByHash<Vec<u32>>,
    repeats: ByHash<Vec<u32>>,
    repeat_places: RepeatPlaces<'a>,
    /// For each cluster of today, by its first document, the baseline groups that its members
    /// belong to.
    groups: HashMap<u32, Rc<BTreeSet<u32>>>,
    used_groups: HashSet<u32>,
    used: [Vec<bool>; 3],
}

/// The distance rank of a kind: a finding that the baseline has as one kind is known as any kind
/// that is no nearer.
fn distance(kind: FindingKind) -> u8 {
    match kind {
        FindingKind::Pair(relation) => relation.rank(),
        FindingKind::Repeat => Relation::Template.rank(),
    }
}

impl PairEntry {
    fn distance(&self) -> u8 {
        self.relation.parse().map_or(Relation::Template.rank(), distance)
    }

    /// Whether the entry covers a passage of this content.
    fn covers(&self, content: &[u64]) -> bool {
        let known = |h: &&u64| self.passages.iter().any(|p| p.0.binary_search(h).is_ok());
        content.is_empty()
            || self.passages.iter().any(|p| covers(&p.0, content))
            || 2 * content.iter().filter(known).count() >= content.len()
    }
}

impl<'a> KnownFindings<'a> {
    pub fn new(table: &'a DocumentTable<'a>, baseline: &'a Baseline) -> KnownFindings<'a> {
        let documents = KnownDocuments::new(table, baseline);
        let mut known = KnownFindings {
            table,
            baseline,
            sides: baseline
                .pairs
                .iter()
                .map(|p| [0, 1].map(|side| documents.number(&p.documents[side])))
                .collect(),
            documents,
            pairs: HashMap::new(),
            copies: HashMap::new(),
            by_content: ByHash::default(),
            exact: ByHash::default(),
            repeats: ByHash::default(),
            repeat_places: RepeatPlaces::new(table, baseline),
            groups: HashMap::new(),
            used_groups: HashSet::new(),
            used: [baseline.clusters.len(), baseline.pairs.len(), baseline.repeats.len()]
                .map(|n| vec![false; n]),
        };
        for (n, sides) in (0..).zip(&known.sides) {
            let [a, b] = sides.map(|side| known.documents.baseline_group(side));
            known.pairs.entry(a).or_default().push(n);
            if b != a {
                known.pairs.entry(b).or_default().push(n);
            }
            if baseline.pairs[n as usize].distance() <= Relation::NearCopy.rank() {
                sides.iter().for_each(|&side| known.copies.entry(side).or_default().push(n));
            }
            for &hash in baseline.pairs[n as usize].passages.iter().flat_map(|p| &p.0) {
                known.by_content.entry(hash).or_default().push(n);
            }
        }
        for (n, entry) in (0..).zip(&baseline.repeats) {
            entry.exact.0.iter().for_each(|&h| known.exact.entry(h).or_default().push(n));
            entry.content.0.iter().for_each(|&h| known.repeats.entry(h).or_default().push(n));
        }
        known
    }

    /// Returns for each finding the passages that are new; a finding without any is known.
    pub fn judge(&mut self, drafts: &[UnjudgedFinding]) -> Vec<Vec<usize>> {
        let mut out: Vec<Vec<usize>> = vec![Vec::new(); drafts.len()];
        let mut clusters: HashMap<u32, Vec<usize>> = HashMap::new();
        let mut repeats: HashMap<u32, Vec<usize>> = HashMap::new();
        for (i, draft) in drafts.iter().enumerate() {
            match draft.origin {
                Origin::Member(n) => clusters.entry(n).or_default().push(i),
                Origin::Repeat(n) => repeats.entry(n).or_default().push(i),
                Origin::Pair => out[i] = self.pair(draft),
            }
        }
        for (group, is_cluster) in clusters
            .into_values()
            .map(|g| (g, true))
            .chain(repeats.into_values().map(|g| (g, false)))
        {
            for i in self.new_in_group(drafts, group, is_cluster) {
                out[i] = (0..drafts[i].passages.len()).collect();
            }
        }
        out
    }

    /// Returns the new findings of one cluster or repeat. An entry connects the documents that it
    /// has. Each part that is not connected with the representative, or with the first place, is
    /// one new finding, at its first document.
    fn new_in_group(
        &mut self,
        drafts: &[UnjudgedFinding],
        mut group: Vec<usize>,
        is_cluster: bool,
    ) -> Vec<usize> {
        let table = self.table;
        group.sort_by_key(|&i| {
            (
                table.rank[drafts[i].document as usize],
                drafts[i].passages.first().map(|p| p[0].span),
                i,
            )
        });
        let first = &drafts[group[0]];
        let documents: Vec<u32> = std::iter::once(first.partner)
            .chain(group.iter().map(|&i| drafts[i].document))
            .collect();
        let mut parents: Vec<u32> = (0..documents.len() as u32).collect();
        let entries = match is_cluster {
            true => self.clusters_of(&documents),
            false => self.repeat_places.of(table, &documents, self.repeats_like(first)),
        };
        let places = is_cluster.then(|| GroupPlaces::of(table, &documents));
        for entry in entries {
            let members: &[Member] = match is_cluster {
                true => &self.baseline.clusters[entry as usize].members,
                false => &self.baseline.repeats[entry as usize].places,
            };
            let all = || (0..documents.len() as u32).collect();
            let mut together: Vec<u32> =
                places.as_ref().map_or_else(all, |places| places.of_members(table, members));
            let some: Vec<u32> = together.iter().map(|&i| documents[i as usize]).collect();
            let mut held = match_members(table, members, &some, !is_cluster).into_iter();
            together.retain(|_| held.next().unwrap_or_default());
            together.iter().for_each(|&i| join(&mut parents, together[0], i));
            self.used[if is_cluster { 0 } else { 2 }][entry as usize] |= together.len() > 1;
        }
        match is_cluster {
            true => self.join_pairs(&documents, &mut parents),
            false => self.join_related(first, &documents, &mut parents),
        }
        let mut met = HashSet::from([root(&parents, 0)]);
        group
            .into_iter()
            .zip(1..)
            .filter(|&(_, i)| met.insert(root(&parents, i)))
            .map(|(i, _)| i)
            .collect()
    }

    /// Returns the clusters of the baseline that have one of these documents.
    fn clusters_of(&self, documents: &[u32]) -> BTreeSet<u32> {
        let found = documents.iter().flat_map(|&n| self.documents.find(self.table, n));
        found.flat_map(|n| self.documents.clusters[n as usize].iter().copied()).collect()
    }

    /// Returns the repeats of the baseline with exactly this passage; else those that cover it.
    fn repeats_like(&self, draft: &UnjudgedFinding) -> BTreeSet<u32> {
        let Some([_, there]) = draft.passages.first() else { return BTreeSet::new() };
        if let Some(same) = self.exact.get(&there.exact) {
            return same.iter().copied().collect();
        }
        let near = there
            .content
            .iter()
            .filter_map(|h| self.repeats.get(h))
            .flat_map(|list| list.iter().take(LOOKED_AT));
        let near: BTreeSet<u32> = near.copied().collect();
        near.into_iter()
            .filter(|&n| covers(&self.baseline.repeats[n as usize].content.0, &there.content))
            .collect()
    }

    /// Connects places of a passage where the baseline has their documents as copies, or as a pair
    /// that shares the passage: such a pair becomes a repeat when a third text shares the passage,
    /// which must not make the two old places new. This holds for one place of each document.
    fn join_related(&self, draft: &UnjudgedFinding, documents: &[u32], parents: &mut [u32]) {
        let mut at: HashMap<u32, u32> = HashMap::new();
        let mut met = HashSet::new();
        for (i, &document) in (0..).zip(documents).filter(|&(_, &document)| met.insert(document)) {
            for number in self.documents.find(self.table, document) {
                join(parents, *at.entry(self.documents.baseline_group(number)).or_insert(i), i);
            }
        }
        let Some([_, there]) = draft.passages.first() else { return };
        let near = there
            .content
            .iter()
            .filter_map(|h| self.by_content.get(h))
            .flat_map(|list| list.iter().take(LOOKED_AT));
        let near: BTreeSet<u32> = near.copied().collect();
        for entry in
            near.into_iter().filter(|&n| self.baseline.pairs[n as usize].covers(&there.content))
        {
            let sides =
                self.sides[entry as usize].map(|side| at.get(&self.documents.baseline_group(side)));
            if let [Some(&a), Some(&b)] = sides {
                join(parents, a, b);
            }
        }
    }

    /// Connects near-copies that the baseline has as a pair.
    fn join_pairs(&mut self, documents: &[u32], parents: &mut [u32]) {
        let mut met: HashMap<(u32, u32), u32> = HashMap::new();
        for (i, &document) in (0..).zip(documents) {
            for number in self.documents.find(self.table, document) {
                for &entry in self.copies.get(&number).into_iter().flatten() {
                    let sides = self.sides[entry as usize];
                    let other = if sides[0] == number { sides[1] } else { sides[0] };
                    if let Some(&j) = met.get(&(entry, other)) {
                        join(parents, i, j);
                        self.used[1][entry as usize] = true;
                    }
                    met.insert((entry, number), i);
                }
            }
        }
    }

    /// Returns the passages of a pair that no entry covers.
    fn pair(&mut self, draft: &UnjudgedFinding) -> Vec<usize> {
        let (a, b) = (self.groups_of(draft.document), self.groups_of(draft.partner));
        let shared: Vec<u32> = a.intersection(&b).copied().collect();
        if !shared.is_empty() {
            self.used_groups.extend(shared);
            return Vec::new();
        }
        let contents: Vec<Vec<u64>> =
            draft.passages.iter().map(|[x, y]| join_content(&x.content, &y.content)).collect();
        let entries = self.entries(draft, [&a, &b], &contents);
        let most = distance(draft.kind);
        let mut new: Vec<usize> = (0..contents.len()).collect();
        for n in entries {
            let entry = &self.baseline.pairs[n as usize];
            // The varying parts of a template are not new: they depend on which two texts of two
            // clusters were compared.
            let holds =
                |i: &usize| most == Relation::Template.rank() || entry.covers(&contents[*i]);
            self.used[1][n as usize] |= (0..contents.len()).any(|i| holds(&i));
            if entry.distance() <= most {
                new.retain(|i| !holds(i));
            }
        }
        new
    }

    /// Returns the pairs of the baseline between these two sets of groups.
    fn entries(
        &self,
        draft: &UnjudgedFinding,
        groups: [&BTreeSet<u32>; 2],
        contents: &[Vec<u64>],
    ) -> BTreeSet<u32> {
        let degree = |g: &BTreeSet<u32>| {
            g.iter().filter_map(|n| self.pairs.get(n)).map(Vec::len).sum::<usize>()
        };
        let few = if degree(groups[0]) <= degree(groups[1]) { groups[0] } else { groups[1] };
        let of = |n: u32| self.sides[n as usize].map(|side| self.documents.baseline_group(side));
        let between = |[x, y]: [u32; 2]| {
            groups[0].contains(&x) && groups[1].contains(&y)
                || groups[0].contains(&y) && groups[1].contains(&x)
        };
        let near = few.iter().filter_map(|n| self.pairs.get(n)).flatten().copied();
        let mut out: BTreeSet<u32> = near.filter(|&n| between(of(n))).collect();
        let both = [draft.document, draft.partner];
        let edited = both.map(|n| self.documents.may_be_edited(self.table, n));
        if edited.contains(&true) {
            // Looked up once: hundreds of entries are held against them.
            let gone = [0, 1].map(|side| match edited[side] {
                true => self.documents.changed_at(&self.table.place(both[side]).0),
                false => &[],
            });
            let is = |side: usize, number: u32| {
                groups[side].contains(&self.documents.baseline_group(number))
                    || gone[side].binary_search(&number).is_ok()
            };
            let alike = contents
                .iter()
                .flatten()
                .filter_map(|h| self.by_content.get(h))
                .flat_map(|l| l.iter().take(LOOKED_AT));
            out.extend(alike.copied().filter(|&n| {
                let [x, y] = self.sides[n as usize];
                is(0, x) && is(1, y) || is(0, y) && is(1, x)
            }));
        }
        out
    }

    /// Returns the baseline groups that the members of a document's cluster belong to.
    fn groups_of(&mut self, document: u32) -> Rc<BTreeSet<u32>> {
        let members = self.table.cluster_members(document);
        let (table, documents) = (self.table, &self.documents);
        let find = || {
            let found = members.iter().chain([&document]).flat_map(|&n| documents.find(table, n));
            Rc::new(found.map(|n| documents.baseline_group(n)).collect())
        };
        self.groups.entry(members[0]).or_insert_with(find).clone()
    }

    /// Returns the entries of the baseline that nothing matches.
    pub fn stale(&self) -> Vec<Stale> {
        let baseline = self.baseline;
        let names =
            |members: &[Member]| members.iter().map(|m| m.place.clone()).collect::<Vec<_>>();
        let lasting = |kind: usize| {
            let used = &self.used[kind];
            (0..used.len() - baseline.passing[kind]).filter(move |&n| !used[n])
        };
        let joined = |members: &[Member]| {
            members.first().is_some_and(|m| {
                self.used_groups.contains(&self.documents.baseline_group(self.documents.number(m)))
            })
        };
        let clusters = lasting(0).map(|n| &baseline.clusters[n]).filter(|c| !joined(&c.members));
        let clusters = clusters.map(|c| Stale {
            kind: "cluster".into(),
            documents: names(&c.members),
            text: c.text.clone(),
        });
        let pairs = lasting(1).map(|n| &baseline.pairs[n]);
        let pairs = pairs.map(|p| Stale {
            kind: p.relation.clone(),
            documents: names(&p.documents),
            text: p.text.clone(),
        });
        let repeats = lasting(2).map(|n| &baseline.repeats[n]);
        let repeats = repeats.map(|r| Stale {
            kind: "repeat".into(),
            documents: names(&r.places),
            text: r.text.clone(),
        });
        clusters.chain(pairs).chain(repeats).collect()
    }
}
