//! Owns: the stages behind the comparisons, each over one part: clusters, the reported pairs and
//! repeats. Never: says what a cluster or a repeat is.

use crate::engine::batch::findings_of;
use crate::engine::class_reader::ClassReader;
use crate::engine::cluster::{Clustered, Clustering};
use crate::engine::compare::Verifier;
use crate::engine::distributed::block::StageBlock;
use crate::engine::distributed::key_rows::{part_of, postings};
use crate::engine::distributed::last_data::{
    ClusterPlan, Families, Holders, ReportPlan, SharedPassages, SortedKeyList, WindowRows,
};
use crate::engine::distributed::work::{Made, Work};
use crate::engine::occurrence::Occurrence;
use crate::engine::occurrences::{
    classes_of_keys, keys_across, keys_beside, occurrences_across, occurrences_beside,
    occurrences_inside,
};
use crate::engine::shared_windows::{NearAnchors, SharedWindows, WindowLists};
use crate::engine::sketch::Keys;
use crate::error::Result;
use crate::pair::hash_directory::SortedHashes;
use rayon::prelude::*;

impl Work<'_> {
    /// Clusters some components, and reads some texts for repeats.
    pub(super) fn clusters(&self) -> Result<Made> {
        let sorted = self.sorted(Keys::default())?;
        let plan = self.blocks.one::<ClusterPlan>("cluster-plan")?;
        let (job, class_tokens) = (self.job(self.checkpoints), sorted.all.class_tokens());
        let metadata = |class| sorted.members.metadata(class, self.corpus);
        let verifier = sorted.verifier(&job, &class_tokens, &metadata);
        let work = Clustering {
            all: &sorted.all,
            members: &sorted.members,
            documents: self.corpus,
            thresholds: &self.scan.thresholds,
            known: &|pair| plan.known.binary_search(&pair).is_ok(),
            compare: &|pairs| verifier.compare(pairs, |relation, _| relation.is_some()),
        };
        let of_components: Result<Vec<Clustered>> =
            plan.components.par_iter().map(|edges| work.component(edges)).collect();
        let of_components = of_components?;
        if !self.corpus.wanted().is_empty() {
            return Ok(Made::default());
        }
        let mut clustered = Clustered::default();
        for of_component in of_components {
            clustered.groups.extend(of_component.groups);
            clustered.compared.extend(of_component.compared);
        }
        let mut blocks = vec![self.block("clustered", self.part, &clustered)];
        blocks.extend(self.read_for_repeats(&plan, &verifier)?);
        Ok((blocks, Vec::new()))
    }

    /// The windows of some texts near their frequent anchors, and the repeats inside others.
    fn read_for_repeats(&self, plan: &ClusterPlan, verifier: &Verifier) -> Result<Vec<StageBlock>> {
        let SortedKeyList(anchors) = self.blocks.one("near-anchors")?;
        let anchors = NearAnchors::new(&anchors, &self.scan.recipe, &self.scan.thresholds);
        let mut reader = ClassReader::new(verifier);
        let mut lists = WindowLists::new(&self.options);
        lists.read(&plan.near, &mut reader, &anchors)?;
        let mut windows: Vec<WindowRows> =
            (0..self.scan.parts).map(|_| WindowRows::default()).collect();
        let mut merged = lists.merged(&())?;
        while let Some(posting) = merged.next()? {
            let part = part_of(posting.key(), self.scan.parts) as usize - 1;
            windows[part].0.0.extend_from_slice(&posting.to_bytes());
        }
        let of_parts = (1..).zip(&windows).map(|(part, rows)| self.block("windows", part, rows));
        let mut blocks: Vec<StageBlock> = of_parts.collect();

        let mut inside: Vec<Occurrence> = reader
            .map(&plan.may_repeat, |class, text| occurrences_inside(class, text, verifier))?
            .concat();
        inside.par_sort_unstable();
        let mut twice: Vec<u64> = inside.iter().filter_map(Occurrence::key_of_twice).collect();
        twice.dedup();
        blocks.push(self.block("occurrences-inside", self.part, &inside));
        blocks.push(self.block("twice", self.part, &SortedKeyList(twice)));
        Ok(blocks)
    }

    /// The passages that several texts share, of one part of the keys.
    pub(super) fn shared_windows(&self) -> Result<Made> {
        let (part, parts) = (self.part, self.scan.parts);
        let Families(family) = self.blocks.one("families")?;
        let least = self.scan.thresholds.repeat_classes as usize;
        let mut lists = WindowLists::new(&self.options);
        for WindowRows(rows) in self.blocks.of_each("windows", parts)? {
            lists.add(postings(&rows))?;
        }
        let (shared, windows) = lists.shared(&family, least, &())?;
        let twice = self.blocks.of_parts::<SortedKeyList>("twice", parts)?;
        let twice = twice.into_iter().flat_map(|keys| keys.0).collect();
        let paragraphs = self.own_run("run-paragraphs")?;
        let across = keys_across(&paragraphs, least)?;
        let beside = keys_beside(&paragraphs, twice, least)?;
        let holders = Holders {
            windows,
            across: classes_of_keys(&paragraphs, &across)?,
            beside: classes_of_keys(&paragraphs, &beside)?,
        };
        let (windows, marks) = shared.into_windows();
        let shared = SharedPassages { windows, marks, across, beside };
        let blocks = vec![
            self.block("shared-passages", part, &shared),
            self.block("holders", part, &holders),
        ];
        Ok((blocks, Vec::new()))
    }

    /// Compares some pairs of representatives, and finds the repeats of some texts.
    pub(super) fn reported(&self) -> Result<Made> {
        let sorted = self.sorted(Keys::default())?;
        let ReportPlan { pairs, touched, beside } = self.blocks.one("report-plan")?;
        let (job, class_tokens) = (self.job(self.checkpoints), sorted.all.class_tokens());
        let metadata = |class| sorted.members.metadata(class, self.corpus);
        let verifier = sorted.verifier(&job, &class_tokens, &metadata);
        let compared = verifier.compare(&pairs, |relation, _| relation.is_some())?;
        let mut keys = SharedPassages::default();
        for of_part in self.blocks.of_parts::<SharedPassages>("shared-passages", self.scan.parts)? {
            keys.windows.extend(of_part.windows);
            keys.marks.extend(of_part.marks);
            keys.across.extend(of_part.across);
            keys.beside.extend(of_part.beside);
        }
        let shared = SharedWindows::new(keys.windows, keys.marks);
        let (across, beside_keys) =
            (SortedHashes::new(keys.across), SortedHashes::new(keys.beside));
        let reader = ClassReader::new(&verifier);
        let mut occurrences: Vec<Occurrence> = reader
            .map(&touched, |class, text| {
                occurrences_across(class, text, &across, &shared, &verifier)
            })?
            .concat();
        let others = reader
            .map(&beside, |class, text| occurrences_beside(class, text, &beside_keys, &verifier))?;
        occurrences.extend(others.concat());
        occurrences.par_sort_unstable();
        let blocks = vec![
            self.block("pairs-between", self.part, &compared),
            self.block("occurrences", self.part, &occurrences),
        ];
        Ok((blocks, Vec::new()))
    }

    /// What all parts have found, as one.
    pub(super) fn findings(&self) -> Result<Made> {
        let sorted = self.sorted(Keys::default())?;
        let (detection, _) = findings_of(&self.job(self.checkpoints), sorted)?;
        Ok((vec![self.block("detection", 0, &detection)], Vec::new()))
    }
}
