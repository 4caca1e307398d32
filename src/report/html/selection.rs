//! Owns: the choice and order of the findings on a page, and the counts of those left out. Never:
//! reads a text.

use crate::model::detection::{Cluster, Pair, Place, Repeat};
use crate::model::findings::Findings;
use crate::report::schema::pair::ScoresJson;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Maximum number of clusters, and of members of each, that a page shows.
const CLUSTERS: usize = 2000;
const MEMBERS: usize = 200;
/// Maximum number of classes that titles divide, of groups of each, and of documents of a group.
const TITLES: usize = 500;
const GROUPS: usize = 50;
const GROUP_MEMBERS: usize = 12;
/// Maximum number of repeats, and of places of each.
const REPEATS: usize = 1000;
const PLACES: usize = 12;
/// A pair is shown only if each of its texts has room for this many bytes, or for all of a shorter
/// text.
const LEAST_TEXT: usize = 500;

/// The findings and documents that are shown.
pub(super) struct Selection<'a> {
    pub findings: Findings<'a>,
    /// Pairs by importance.
    pub pairs: Vec<&'a Pair>,
    /// Clusters, the largest first.
    pub clusters: Vec<&'a Cluster>,
    /// Classes of equal texts that titles divide, the largest first.
    pub titles: Vec<&'a [Vec<u32>]>,
    /// Repeats, those with the most repeated text first.
    pub repeats: Vec<&'a Repeat>,
    /// The role of each document, by its number.
    pub documents: BTreeMap<u32, Role>,
}

/// Why a document is shown; the greatest of its roles applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// It is named only.
    Named,
    /// It has a place of a repeat, and its places are shown.
    Place,
    /// Its text is shown beside another one.
    Text,
}

/// Returns about how many tokens two texts share: the greater number of both sides. It uses the
/// rounded scores of the JSON report, so that a report that is read back gives the same page.
pub(super) fn shared_words(findings: Findings, pair: &Pair) -> u64 {
    let of = |coverage: f64, number: u32| coverage * f64::from(findings.tokens(number));
    let scores = ScoresJson::new(&pair.comparison);
    of(scores.coverage_a, pair.a).max(of(scores.coverage_b, pair.b)).round() as u64
}

/// Sorts pairs by importance: templates, which are no copies, come last; the others are sorted by
/// the text that they share.
pub(super) fn pairs_by_importance<'a>(findings: Findings<'a>) -> Vec<&'a Pair> {
    let mut pairs: Vec<_> =
        findings.detection.pairs.iter().map(|p| (shared_words(findings, p), p)).collect();
    pairs.sort_by_key(|(shared, p)| (!p.relation.row().same_text, Reverse(*shared), p.a, p.b));
    pairs.into_iter().map(|(_, p)| p).collect()
}

/// Sorts clusters, the largest first.
pub(super) fn clusters_by_size<'a>(findings: Findings<'a>) -> Vec<&'a Cluster> {
    let mut clusters: Vec<_> = findings.detection.clusters.iter().collect();
    clusters.sort_by_key(|c| (Reverse(c.members.len()), c.representative));
    clusters
}

/// Returns the counts of a scan for the top of a page.
pub(super) fn totals(findings: Findings) -> [(&'static str, u64); 6] {
    let s = &findings.detection.summary;
    [
        ("documents", s.documents),
        ("different texts", s.classes),
        ("clusters", s.clusters),
        ("copies", s.duplicates),
        ("pairs", s.pairs),
        ("repeats", s.repeats),
    ]
}

/// Returns the members that are shown: the representative, then the others in order.
pub(super) fn members(cluster: &Cluster) -> impl Iterator<Item = u32> {
    let others = cluster.members.iter().copied().filter(|&n| n != cluster.representative);
    std::iter::once(cluster.representative).chain(others).take(MEMBERS)
}

/// Returns the groups that are shown of a class that titles divide.
pub(super) fn groups(class: &[Vec<u32>]) -> impl Iterator<Item = &Vec<u32>> {
    class.iter().take(GROUPS)
}

/// Returns the documents that are shown of a group.
pub(super) fn group_members(group: &[u32]) -> impl Iterator<Item = u32> {
    group.iter().copied().take(GROUP_MEMBERS)
}

/// Returns the places that are shown.
pub(super) fn places(repeat: &Repeat) -> &[Place] {
    &repeat.places[..repeat.places.len().min(PLACES)]
}

impl<'a> Selection<'a> {
    pub fn new(findings: Findings<'a>, most_pairs: usize, most_text: usize) -> Selection<'a> {
        let mut documents = BTreeMap::new();
        let mut pairs = pairs_by_importance(findings);
        pairs.truncate(most_pairs);
        let (mut taken, mut kept) = (0, 0);
        for pair in &pairs {
            for number in [pair.a, pair.b] {
                if documents.insert(number, Role::Text).is_none() {
                    taken += (findings.documents.bytes(number as usize) as usize).min(LEAST_TEXT);
                }
            }
            if taken > most_text && kept > 0 {
                break;
            }
            kept += 1;
        }
        pairs.truncate(kept);
        let mut clusters = clusters_by_size(findings);
        clusters.truncate(CLUSTERS);
        let mut repeats: Vec<_> = findings.detection.repeats.iter().collect();
        repeats.sort_by_key(|r| (r.boilerplate, Reverse(u64::from(r.tokens) * r.count)));
        repeats.truncate(REPEATS);
        let mut titles: Vec<&[Vec<u32>]> =
            findings.detection.titles.iter().map(Vec::as_slice).collect();
        titles.sort_by_key(|class| Reverse(class.iter().map(Vec::len).sum::<usize>()));
        titles.truncate(TITLES);
        let mut selection =
            Selection { findings, pairs, clusters, titles, repeats, documents: BTreeMap::new() };
        selection.name_documents();
        selection
    }

    fn name_documents(&mut self) {
        let pairs = self.pairs.iter().flat_map(|p| [p.a, p.b]).map(|n| (n, Role::Text));
        let leading = self.clusters.iter().map(|c| (c.representative, Role::Text));
        let members = self.clusters.iter().flat_map(|c| members(c)).map(|n| (n, Role::Named));
        let places = self.repeats.iter().flat_map(|r| places(r)).map(|p| (p.document, Role::Place));
        let divided = self.titles.iter().flat_map(|class| groups(class)).flat_map(|group| {
            let roles = std::iter::once(Role::Text).chain(std::iter::repeat(Role::Named));
            group_members(group).zip(roles)
        });
        for (number, role) in pairs.chain(leading).chain(members).chain(divided).chain(places) {
            let held = self.documents.entry(number).or_insert(role);
            *held = role.max(*held);
        }
    }

    /// Returns the lists that are not shown in full: kind, number shown, number found.
    pub fn left_out(&self) -> Vec<(&'static str, usize, usize)> {
        let found = self.findings.detection;
        let lists = [
            ("pair", self.pairs.len(), found.pairs.len()),
            ("cluster", self.clusters.len(), found.clusters.len()),
            ("divided text", self.titles.len(), found.titles.len()),
            ("repeat", self.repeats.len(), found.repeats.len()),
        ];
        lists.into_iter().filter(|(_, shown, all)| shown < all).collect()
    }
}
