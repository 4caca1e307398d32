//! Owns: the decision on which documents of a corpus are removed because another one stays, by the
//! findings alone. Never: reads a text, or removes anything.

use crate::clean::abridged::{is_cut_short, several_stories};
use crate::clean::partners::Partners;
use crate::clean::plan::{Plan, RemovalReason, RemovedDocument};
use crate::clean::removal::Removal;
use crate::model::detection::{Comparison, Detection, Pair, Relation, TemplateReason};
use crate::model::document::Documents;
use crate::model::keep::Keep;
use crate::pair::cluster::{SurvivorKey, in_survivor_order};
use crate::pair::whole_evidence::replaces;
use crate::span::Span;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};

/// A text with fewer tokens is no roundup: there is hardly room for a second story.
const ROUNDUP: u32 = 200;

/// The least share of an abridged text that must be in the longer one. A post that is quoted in a
/// reply, without its head, has a smaller share.
const ABRIDGED: f64 = 0.9;

/// A text of which at least this share is in another one is contained in it as a whole …
const WHOLE: f64 = 0.99;
/// … if the shared part is less than this share of the other one.
const HALF: f64 = 0.5;

/// The state of the decision about whole documents.
struct Judge<'a> {
    documents: &'a dyn Documents,
    found: &'a Detection,
    removal: &'a Removal,
    first: Vec<u32>,
    partners: Partners,
    why: Vec<Option<RemovalReason>>,
    /// For each partner, the documents that were removed because of it.
    behind: HashMap<u32, Vec<u32>>,
    /// Documents that are not removed because they, or those that they repeat, were read in part.
    in_part: BTreeSet<u32>,
}

/// Returns the plan of the documents that are removed, without cuts.
///
/// Each has a partner that stays, or that is a reference, and that [`replaces`] it. With
/// [`Keep::Nothing`] the partner of a copy goes too, with one of its copies as its own partner.
/// References are never removed.
pub fn removed_documents(documents: &dyn Documents, found: &Detection, removal: &Removal) -> Plan {
    let count = documents.count();
    let first = found.first_of_class(count);
    let mut judge = Judge {
        documents,
        found,
        removal,
        first,
        partners: Partners::of_pairs(&found.pairs),
        why: vec![None; count],
        behind: HashMap::new(),
        in_part: BTreeSet::new(),
    };
    if removal.documents {
        judge.remove_related_to_references();
        if removal.takes(Relation::NearCopy) {
            found
                .clusters
                .iter()
                .for_each(|c| judge.remove_copies_of(c.representative, &c.members));
        } else {
            found
                .equal
                .iter()
                .for_each(|class| judge.remove_copies_of(judge.survivor(class), class));
        }
        judge.contained();
        judge.remove_kept();
    }
    let stays = |n: &u32| judge.why[*n as usize].is_none();
    let stay_in_part = judge.in_part.iter().copied().filter(stays).collect();
    let why = judge.why.into_iter().enumerate();
    let removed = why
        .filter_map(|(n, why)| Some(RemovedDocument { document: n as u32, why: why? }))
        .collect();
    Plan { removed, cuts: Vec::new(), stay_in_part }
}

impl Judge<'_> {
    fn reference(&self, n: u32) -> bool {
        self.documents.info(n as usize).reference
    }

    fn is_part(&self, n: u32) -> bool {
        self.documents.info(n as usize).is_part()
    }

    /// Whether a document can be removed because of a partner, by how much of both was read.
    fn replaced_by(&self, n: u32, partner: u32) -> bool {
        let [kept, other] = [partner, n].map(|n| self.documents.info(n as usize));
        replaces(&kept, &other, self.first[n as usize] == self.first[partner as usize])
    }

    /// Whether copies of a document that stays are removed.
    fn counts_as_kept(&self, kept: u32) -> bool {
        !self.removal.against_only || self.reference(kept)
    }

    fn tokens(&self, n: u32) -> u32 {
        self.found.tokens.get(n as usize).copied().unwrap_or(0)
    }

    fn key(&self, n: u32) -> SurvivorKey {
        SurvivorKey::new(&self.documents.info(n as usize), self.tokens(n), n)
    }

    /// These documents in the order in which they survive.
    fn ordered(&self, documents: &[u32]) -> Vec<u32> {
        let keys = documents.iter().map(|n| self.key(*n)).collect();
        in_survivor_order(&self.found.thresholds.keep, keys)
    }

    fn survivor(&self, class: &[u32]) -> u32 {
        self.ordered(class).first().copied().unwrap_or(0)
    }

    /// Returns the documents of a class.
    fn class(&self, first: u32) -> Vec<u32> {
        self.found
            .equal
            .binary_search_by_key(&first, |c| c[0])
            .map_or_else(|_| vec![first], |i| self.found.equal[i].clone())
    }

    fn remove(&mut self, n: u32, why: RemovalReason) {
        if let RemovalReason::Copy { partner, .. } = why {
            self.behind.entry(partner).or_default().push(n);
        }
        self.why[n as usize] = Some(why);
    }

    /// Returns the listed pair of two documents' classes.
    fn pair(&self, n: u32, partner: u32) -> Option<u32> {
        self.found
            .pair_between(self.first[n as usize], self.first[partner as usize])
            .map(|i| i as u32)
    }

    /// Returns how a document is a copy of a partner: by an equal text, or by the listed pair.
    fn copy(&self, n: u32, partner: u32) -> Option<RemovalReason> {
        if self.first[n as usize] == self.first[partner as usize] {
            return Some(RemovalReason::Copy {
                partner,
                relation: Relation::Equal,
                coverage: (1.0, 1.0),
                pair: None,
            });
        }
        let pair = self.pair(n, partner)?;
        let (relation, coverage) =
            seen_as_part(&self.found.pairs[pair as usize], self.first[n as usize]);
        Some(RemovalReason::Copy { partner, relation, coverage, pair: Some(pair) })
    }

    /// Removes documents that contain a reference, or that have another wanted relation to one.
    /// This runs first, so that no document is removed because of one of these.
    fn remove_related_to_references(&mut self) {
        for (i, p) in (0..).zip(&self.found.pairs) {
            for (mine, theirs) in [(p.a, p.b), (p.b, p.a)] {
                let (relation, coverage) = seen_as_part(p, mine);
                if relation.is_copy() || relation.is_contained() || !self.removal.takes(relation) {
                    continue;
                }
                let references = self.class(theirs).into_iter().filter(|&n| self.reference(n));
                let Some(partner) = references.min_by_key(|&n| (self.is_part(n), n)) else {
                    continue;
                };
                let why = RemovalReason::Copy { partner, relation, coverage, pair: Some(i) };
                for n in self.class(mine) {
                    if self.reference(n) || self.why[n as usize].is_some() {
                        continue;
                    }
                    if self.replaced_by(n, partner) {
                        self.remove(n, why);
                    } else {
                        self.in_part.insert(n);
                    }
                }
            }
        }
    }

    /// Removes members because of their representative. Where the representative was removed
    /// itself, the first member that is left takes its place for those that were verified as copies
    /// of it, and so on. A page that was read in part takes no place.
    fn remove_copies_of(&mut self, representative: u32, members: &[u32]) {
        let staying = members.iter().copied().filter(|&n| self.why[n as usize].is_none());
        let (mut parts, mut left): (Vec<u32>, Vec<u32>) = staying.partition(|&n| self.is_part(n));
        if left.contains(&representative) {
            left.retain(|&n| n != representative);
            left.insert(0, representative);
        } else {
            left = self.ordered(&left);
        }
        let gone = self.why[representative as usize].is_some();
        if self.keeps_none() && !self.removal.against_only && gone {
            // It went because of a reference, and all of its group go with it.
            left.retain(|&n| match self.copy_of(n, representative) {
                Some(why) => {
                    self.remove(n, why);
                    false
                }
                None => true,
            });
        }
        let kept = self.remove_copies_in_order(&left);
        parts = self.ordered(&parts);
        self.remove_parts(&kept, &parts);
    }

    /// Removes the copies of each of these documents that stays among those behind it, and returns
    /// those that stay. Cost: linear in the documents and in the pairs of their classes.
    fn remove_copies_in_order(&mut self, documents: &[u32]) -> Vec<u32> {
        let mut by_class: HashMap<u32, Vec<usize>> = HashMap::new();
        for (at, &n) in documents.iter().enumerate() {
            by_class.entry(self.first[n as usize]).or_default().push(at);
        }
        let (mut kept, mut classes) = (Vec::new(), HashSet::new());
        for (at, &next) in documents.iter().enumerate() {
            if self.why[next as usize].is_some() || !self.counts_as_kept(next) {
                continue;
            }
            kept.push(next);
            let class = self.first[next as usize];
            if !classes.insert(class) {
                // Another document of this class has removed all copies of both.
                continue;
            }
            let partners: Vec<u32> = self.partners.of(class).chain([class]).collect();
            for class in partners {
                let members = by_class.get(&class).map_or(&[][..], |members| members);
                for &n in members[members.partition_point(|n| *n <= at)..].iter() {
                    let n = documents[n];
                    if self.why[n as usize].is_none()
                        && let Some(why) = self.copy_of(n, next)
                    {
                        self.remove(n, why);
                    }
                }
            }
        }
        kept
    }

    fn keeps_none(&self) -> bool {
        self.found.thresholds.keep.contains(&Keep::Nothing)
    }

    /// Removes the documents that copies were removed of, where none is to survive.
    fn remove_kept(&mut self) {
        if !self.keeps_none() {
            return;
        }
        let mut kept: Vec<(u32, RemovalReason)> = Vec::new();
        for (&n, copies) in &self.behind {
            let stays = self.why[n as usize].is_none() && !self.reference(n);
            let is_copy = |m: &&u32| self.why[**m as usize].is_some_and(|why| self.is_copy(&why));
            let first = copies.iter().filter(is_copy).min().filter(|_| stays);
            kept.extend(first.and_then(|&m| Some((n, self.copy(n, m)?))));
        }
        kept.into_iter().for_each(|(n, why)| self.remove(n, why));
    }

    /// Removes pages that were read in part: each because of a whole document of the same text, or
    /// else because of an earlier page of the same bytes. Cost: linear, however many stay.
    fn remove_parts(&mut self, kept: &[u32], parts: &[u32]) {
        let mut by_text: HashMap<u32, u32> = HashMap::new();
        for &n in kept {
            by_text.entry(self.first[n as usize]).or_insert(n);
        }
        let mut by_bytes: HashMap<u128, u32> = HashMap::new();
        let mut survivor = kept.first().copied();
        for &n in parts {
            let raw = self.documents.info(n as usize).read.and_then(|read| read.raw);
            let same_text = by_text.get(&self.first[n as usize]);
            let exact = same_text.or_else(|| by_bytes.get(&raw?)).copied();
            let why = exact.filter(|_| !self.reference(n)).and_then(|kept| self.copy_of(n, kept));
            if let Some(why) = why {
                self.remove(n, why);
                continue;
            }
            if survivor.is_some_and(|kept| self.copy_of(n, kept).is_some()) {
                self.in_part.insert(n);
            }
            if self.counts_as_kept(n) {
                survivor = survivor.or(Some(n));
                by_bytes.extend(raw.filter(|raw| !by_bytes.contains_key(raw)).map(|raw| (raw, n)));
            }
        }
    }

    /// Returns how a document that is no reference is a copy of one that stays, whatever was read
    /// of both.
    fn copy_of(&self, n: u32, kept: u32) -> Option<RemovalReason> {
        self.copy(n, kept).filter(|why| self.is_copy(why) && !self.reference(n))
    }

    fn is_copy(&self, why: &RemovalReason) -> bool {
        match why {
            RemovalReason::Copy { relation, .. } if relation.is_copy() => true,
            RemovalReason::Copy { relation: Relation::Template, .. } => {
                self.found.thresholds.templates_are_copies
            }
            _ => false,
        }
    }

    /// Removes documents that are contained in a longer one that stays. Pairs are decided with the
    /// longest contained document first, so that a partner that was decided on stays.
    fn contained(&mut self) {
        let all = self.removal.takes(Relation::ContainedIn);
        if !all && !self.removal.abridged {
            return;
        }
        let mut inside = self.parts(all);
        inside.sort_by_key(|&(small, large)| {
            (Reverse(self.tokens(small)), small, Reverse(self.tokens(large)), large)
        });
        for (small, large) in inside {
            // Of a class the first document that is whole, else the first page read in part.
            let staying = |class: Vec<u32>| {
                let left = class.into_iter().filter(|&n| self.why[n as usize].is_none());
                left.min_by_key(|&n| self.is_part(n))
            };
            let (Some(n), Some(partner)) = (staying(self.class(small)), staying(self.class(large)))
            else {
                continue;
            };
            if self.reference(n) || !self.counts_as_kept(partner) {
                continue;
            }
            if !self.replaced_by(n, partner) {
                if self.inside(n, partner).is_some() {
                    self.in_part.insert(n);
                }
                continue;
            }
            // Documents that were removed because of this one must be contained in the longer text
            // too.
            let behind = self.behind.get(&n).cloned().unwrap_or_default();
            let inside =
                |&m: &u32| self.inside(m, partner).filter(|_| self.replaced_by(m, partner));
            let moved: Option<Vec<RemovalReason>> = behind.iter().chain([&n]).map(inside).collect();
            if let Some(moved) = moved {
                self.behind.remove(&n);
                behind.iter().chain([&n]).zip(moved).for_each(|(&m, why)| self.remove(m, why));
            }
        }
    }

    /// Returns shorter texts with the longer ones that they are contained in.
    fn parts(&self, all: bool) -> Vec<(u32, u32)> {
        let mut inside: Vec<(u32, u32)> = Vec::new();
        let mut holds: HashMap<u32, Vec<Vec<Span>>> = HashMap::new();
        for p in &self.found.pairs {
            let matches = &p.comparison.matches;
            let (relation, (of_a, of_b)) = seen_as_part(p, p.a);
            let (small, large, coverage, spans): (u32, u32, f64, Vec<Span>) = match relation {
                r if r.is_contained() => (p.a, p.b, of_a, matches.iter().map(|m| m.b).collect()),
                r if r.is_containing() => (p.b, p.a, of_b, matches.iter().map(|m| m.a).collect()),
                _ => continue,
            };
            if self.tokens(small) < self.tokens(large) {
                let short = coverage >= ABRIDGED && self.tokens(large) < ROUNDUP;
                if all
                    || short
                    || coverage >= ABRIDGED
                        && is_cut_short(&spans, self.documents.bytes(large as usize))
                {
                    inside.push((small, large));
                }
                holds.entry(large).or_default().push(spans);
            }
        }
        if !all {
            let roundups: HashSet<u32> = holds
                .into_iter()
                .filter(|(_, parts)| several_stories(parts))
                .map(|(n, _)| n)
                .collect();
            inside.retain(|(_, large)| !roundups.contains(large));
        }
        inside
    }

    fn inside(&self, n: u32, partner: u32) -> Option<RemovalReason> {
        let least = if self.removal.takes(Relation::ContainedIn) { 0.0 } else { ABRIDGED };
        let held = |why: &RemovalReason| match why {
            RemovalReason::Copy { relation, coverage, .. } if relation.is_contained() => {
                coverage.0 >= least
            }
            other => self.is_copy(other),
        };
        self.copy(n, partner).filter(held)
    }
}

/// The relation of a pair, for the decision of what is removed: a text that is word for word in a
/// longer one, with no fact against it, counts as contained in it however low its informativeness
/// is. Whose notice it is cannot be seen from such a text anyway, but it can where titles divide
/// the two, such as part one and part two.
fn seen_as_part(pair: &Pair, document: u32) -> (Relation, (f64, f64)) {
    let (relation, coverage) = pair.seen_from(document);
    let Comparison { facts, why, .. } = pair.comparison;
    let agrees = facts.agree == facts.compared && why != Some(TemplateReason::Titles);
    let whole = |part: f64, of: f64| part >= WHOLE && of < HALF && agrees;
    match relation {
        Relation::Template if whole(coverage.0, coverage.1) => (Relation::ContainedIn, coverage),
        Relation::Template if whole(coverage.1, coverage.0) => (Relation::Contains, coverage),
        other => (other, coverage),
    }
}
