//! Owns: how the work behind the comparisons is divided into parts: components of near-copies,
//! pairs between clusters, and texts that are read for repeats. Never: reads a text.

use crate::engine::cluster::{Clustered, Clustering, ReportedPairs, components, representatives};
use crate::engine::distributed::last_data::{
    ClusterPlan, Families, FrequentPart, Holders, RelatedPairs, ReportPlan, SortedKeyList,
};
use crate::engine::distributed::stage_data::FamilyLinks;
use crate::engine::distributed::work::{Made, Work};
use crate::engine::members::Members;
use crate::engine::search::SortedKeys;
use crate::engine::shared_windows::{near_frequent, passage_windows};
use crate::engine::sketch::{Classes, Keys};
use crate::engine::sorted_lists::SortedLists;
use crate::error::Result;
use crate::postings::budget::pair_steps;
use crate::postings::policy::families;
use crate::postings::posting::{pack_pair, unpack_pair};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// For each of some pieces of work the part that takes it, from 1 on: consecutive ones, of about
/// the same weight.
fn shares(weights: &[u64], parts: u32) -> Vec<u32> {
    let all: u128 = weights.iter().map(|weight| u128::from(*weight)).sum::<u128>().max(1);
    let mut done = 0u128;
    let share = |weight: &u64| {
        let part = done * u128::from(parts) / all;
        done += u128::from(*weight);
        (part as u32).min(parts - 1) + 1
    };
    weights.iter().map(share).collect()
}

/// A connected component of near-copies, and the packed pairs that are to be compared in addition,
/// as far as that is known without texts.
type Component = (Vec<(u32, u32)>, Vec<u64>);

/// A text that is read, with two reasons, of which it may have both.
type TextToRead = (u32, [bool; 2]);

/// What each part is to do, and the classes whose texts it needs.
struct Plans<P> {
    parts: Vec<P>,
    texts: Vec<BTreeSet<u32>>,
    /// The number of tokens of each class.
    tokens: Vec<u32>,
}

impl<P: Default> Plans<P> {
    fn new(parts: u32, all: &Classes) -> Plans<P> {
        let plans = (0..parts).map(|_| P::default()).collect();
        let texts = vec![BTreeSet::new(); parts as usize];
        Plans { parts: plans, texts, tokens: all.class_tokens() }
    }

    /// The steps of the comparison of a packed pair.
    fn steps(&self, pair: u64) -> u64 {
        let (a, b) = unpack_pair(pair);
        pair_steps(self.tokens[a as usize], self.tokens[b as usize])
    }

    /// Gives each part some of the texts, and calls `add` with its plan and each of them.
    fn divide_texts(&mut self, read: Vec<[bool; 2]>, add: impl Fn(&mut P, TextToRead)) {
        let read = (0..).zip(read).filter(|(_, why)| why.contains(&true));
        let read: Vec<TextToRead> = read.collect();
        let weights = read.iter().map(|(class, _)| u64::from(self.tokens[*class as usize]));
        let weights: Vec<u64> = weights.collect();
        for (part, text) in shares(&weights, self.parts.len() as u32).into_iter().zip(read) {
            add(&mut self.parts[part as usize - 1], text);
            self.texts[part as usize - 1].insert(text.0);
        }
    }
}

impl Work<'_> {
    /// All related pairs that were compared so far, packed and in order; for each whether it may
    /// join a cluster.
    fn related(&self) -> Result<Vec<(u64, bool)>> {
        let mut related = Vec::new();
        for kind in ["related-documents", "related-passages"] {
            let of_parts = self.blocks.of_parts::<RelatedPairs>(kind, self.scan.parts)?;
            related.extend(of_parts.into_iter().flat_map(|pairs| pairs.0));
        }
        related.par_sort_unstable();
        related.dedup_by_key(|pair| pair.0);
        Ok(related)
    }

    /// The texts that the parts want, by the keys of their documents.
    fn wanted(&self, texts: &[BTreeSet<u32>], all: &Classes) -> Vec<(u32, u128)> {
        let key = |class: u32| self.corpus.key(all.first[class as usize] as usize);
        let of_part = |(part, classes): (u32, &BTreeSet<u32>)| {
            classes.iter().map(|class| (part, key(*class))).collect::<Vec<_>>()
        };
        (1..).zip(texts).flat_map(of_part).collect()
    }

    /// The components of near-copies, with the pairs that their clusters ask for while none of
    /// these is found to be a copy.
    fn components(&self, sorted: &SortedKeys, related: &[(u64, bool)]) -> Result<Vec<Component>> {
        let copies = related.iter().filter(|pair| pair.1).map(|pair| unpack_pair(pair.0));
        let copies: Vec<(u32, u32)> = copies.collect();
        let one = |edges: Vec<(u32, u32)>| {
            let asked = Mutex::new(Vec::new());
            let work = Clustering {
                all: &sorted.all,
                members: &sorted.members,
                documents: self.corpus,
                thresholds: &self.scan.thresholds,
                known: &|pair| related.binary_search_by_key(&pair, |known| known.0).is_ok(),
                compare: &|pairs| {
                    asked.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(pairs);
                    Ok(Vec::new())
                },
            };
            work.component(&edges)?;
            Ok((edges, asked.into_inner().unwrap_or_else(PoisonError::into_inner)))
        };
        components(sorted.all.first.len(), &copies).into_par_iter().map(one).collect()
    }

    /// Divides the components of near-copies, and the texts that are read for repeats.
    pub(super) fn plan_clusters(&self) -> Result<Made> {
        let sorted = self.sorted(Keys::default())?;
        let (all, parts) = (&sorted.all, self.scan.parts);
        let mut plans: Plans<ClusterPlan> = Plans::new(parts, all);
        self.plan_components(&sorted, &mut plans)?;

        let frequent = self.blocks.of_parts::<FrequentPart>("frequent-anchors", parts)?;
        let (mut keys, mut marks) = (Vec::new(), SortedLists::new(&self.options, 1));
        for mut of_part in frequent {
            keys.extend(of_part.keys);
            of_part.marks.par_sort_unstable();
            marks.add(of_part.marks)?;
        }
        let mut read: Vec<[bool; 2]> = all.may_repeat.iter().map(|may| [false, *may]).collect();
        let near = near_frequent(marks.merged(&())?)?;
        near.iter().for_each(|class| read[*class as usize][0] = true);
        plans.divide_texts(read, |plan, (class, [near, may_repeat])| {
            plan.near.extend(near.then_some(class));
            plan.may_repeat.extend(may_repeat.then_some(class));
        });
        let links = self.blocks.of_parts::<FamilyLinks>("links", parts)?;
        let family = families(all.first.len(), links.into_iter().flat_map(|links| links.0));
        let mut blocks = vec![
            self.block("families", 0, &Families(family)),
            self.block("near-anchors", 0, &SortedKeyList(keys)),
        ];
        for (part, plan) in (1..).zip(&plans.parts) {
            let edges = plan.components.iter().flatten();
            let classes = edges.flat_map(|edge| [edge.0, edge.1]);
            let (kind, members) = ("metadata-clusters", &sorted.members);
            blocks.push(self.metadata_for(kind, part, classes, members));
            blocks.push(self.block("cluster-plan", part, plan));
        }
        Ok((blocks, self.wanted(&plans.texts, all)))
    }

    /// Gives each part some components of near-copies.
    fn plan_components(&self, sorted: &SortedKeys, plans: &mut Plans<ClusterPlan>) -> Result<()> {
        let related = self.related()?;
        let components = self.components(sorted, &related)?;
        let weight = |(edges, asked): &Component| {
            edges.len() as u64 + asked.iter().map(|pair| plans.steps(*pair)).sum::<u64>()
        };
        let weights: Vec<u64> = components.iter().map(weight).collect();
        // For each class in a component the part that takes it, and the number of the component.
        let mut place = vec![None; sorted.all.first.len()];
        let shares = shares(&weights, self.scan.parts).into_iter();
        for (n, (part, (edges, asked))) in shares.zip(components).enumerate() {
            let at = part as usize - 1;
            for class in edges.iter().flat_map(|edge| [edge.0, edge.1]) {
                place[class as usize] = Some((at, n));
            }
            let texts = asked.iter().flat_map(|pair| <[u32; 2]>::from(unpack_pair(*pair)));
            plans.texts[at].extend(texts);
            plans.parts[at].components.push(edges);
        }
        for &(pair, _) in related.iter().filter(|pair| !pair.1) {
            let (a, b) = unpack_pair(pair);
            match place[a as usize] {
                Some((at, n)) if place[b as usize] == Some((at, n)) => {
                    plans.parts[at].known.push(pair);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The packed pairs of representatives that are compared for the report.
    fn pairs_between(&self, all: &Classes) -> Result<Vec<u64>> {
        let t = &self.scan.thresholds;
        let clustered = self.blocks.of_parts::<Clustered>("clustered", self.scan.parts)?;
        if t.all_pairs {
            return Ok(Vec::new());
        }
        let related = self.related()?.into_iter().map(|pair| pair.0);
        let added = clustered.iter().flat_map(|some| &some.compared);
        let mut related: Vec<u64> = related.chain(added.map(|v| pack_pair(v.a, v.b))).collect();
        related.par_sort_unstable();
        related.dedup();
        let groups = clustered.iter().flat_map(|some| &some.groups);
        let around = representatives(all.first.len(), groups);
        let reported = ReportedPairs::new(related.iter().copied(), &around);
        Ok(reported.missing(|pair| related.binary_search(&pair).is_ok(), all, t))
    }

    /// Divides the pairs that are compared for the report, and the texts that may hold repeats.
    pub(super) fn plan_reported(&self) -> Result<Made> {
        let (all, parts) = (self.classes(), self.scan.parts);
        let mut plans: Plans<ReportPlan> = Plans::new(parts, &all);
        let pairs = self.pairs_between(&all)?;
        let weights: Vec<u64> = pairs.iter().map(|pair| plans.steps(*pair)).collect();
        for (part, pair) in shares(&weights, parts).into_iter().zip(pairs) {
            plans.parts[part as usize - 1].pairs.push(pair);
            plans.texts[part as usize - 1].extend(<[u32; 2]>::from(unpack_pair(pair)));
        }

        let mut held = vec![0u32; all.first.len()];
        let mut read: Vec<[bool; 2]> = all.may_repeat.iter().map(|may| [*may, false]).collect();
        for holders in self.blocks.of_parts::<Holders>("holders", parts)? {
            holders.windows.iter().for_each(|(class, n)| held[*class as usize] += n);
            holders.across.iter().for_each(|class| read[*class as usize][0] = true);
            holders.beside.iter().for_each(|class| read[*class as usize][1] = true);
        }
        let passage = passage_windows(&self.scan.recipe, &self.scan.thresholds);
        read.iter_mut().zip(held).for_each(|(read, held)| read[0] |= held >= passage);
        plans.divide_texts(read, |plan, (class, [touched, beside])| {
            plan.touched.extend(touched.then_some(class));
            plan.beside.extend(beside.then_some(class));
        });
        let (mut blocks, members) = (Vec::new(), Members::new(&all));
        for (part, plan) in (1..).zip(&plans.parts) {
            let pairs = plan.pairs.iter().map(|pair| unpack_pair(*pair));
            let classes = pairs.flat_map(|(a, b)| [a, b]);
            blocks.push(self.metadata_for("metadata-reported", part, classes, &members));
            blocks.push(self.block("report-plan", part, plan));
        }
        Ok((blocks, self.wanted(&plans.texts, &all)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn shares_are_in_order_and_about_equal(
            weights in prop::collection::vec(0u64..9, 0..60), parts in 1u32..9,
        ) {
            let shares = shares(&weights, parts);
            prop_assert!(shares.is_sorted());
            prop_assert!(shares.iter().all(|share| (1..=parts).contains(share)));
            let all: u64 = weights.iter().sum();
            for part in 1..=parts {
                let of_part = shares.iter().zip(&weights).filter(|of| *of.0 == part);
                let own: u64 = of_part.map(|of| of.1).sum();
                prop_assert!(own <= all / u64::from(parts) + 9);
            }
        }
    }
}
