//! Owns: the stages from keys to compared pairs, each over one part. Never: makes clusters or
//! repeats.

use crate::engine::background::background;
use crate::engine::candidates::{Candidates, ChosenCandidates, left_out_of_all};
use crate::engine::checkpoint::Checkpoints;
use crate::engine::compare::Verified;
use crate::engine::distributed::block::StageBlock;
use crate::engine::distributed::key_rows::{KeyRows, postings};
use crate::engine::distributed::last_data::{FrequentPart, RelatedPairs};
use crate::engine::distributed::scan::DistributedScan;
use crate::engine::distributed::sorting::{lost, sorted_part};
use crate::engine::distributed::stage_data::{CandidatePart, FamilyLinks, PartCounts, TitleGroups};
use crate::engine::distributed::work::{Made, Work};
use crate::engine::members::Members;
use crate::engine::relations::is_of_family;
use crate::engine::search::{candidate_search, compared_part};
use crate::engine::shared_windows::frequent_of;
use crate::engine::sketch::{Classes, Keys, Sketches};
use crate::engine::sorted_run::KeyRange;
use crate::engine::titles::title_groups;
use crate::error::Result;
use crate::model::document::Documents;
use crate::model::run_stage::RunStage;
use crate::postings::policy::families;
use crate::postings::posting::{pack_pair, unpack_pair};
use crate::postings::run::Part;
use std::collections::BTreeSet;

impl Work<'_> {
    /// Brings the keys of one part together.
    pub(super) fn sort(&self) -> Result<Made> {
        let rows: Vec<KeyRows> =
            self.blocks.of("keys")?.into_iter().map(|(_, rows)| rows).collect();
        let part = self.part;
        let (numbered, new) = (self.corpus.numbered(), self.blocks.one("new-classes")?);
        let (keys, counts) = sorted_part(part, self.scan.parts, &rows, numbered, &new)?;
        let blocks = vec![
            self.block("run-bands", part, &keys.bands),
            self.block("run-paragraph-bands", part, &keys.paragraph_bands),
            self.block("run-anchors", part, &keys.anchors),
            self.block("run-paragraphs", part, &keys.paragraphs),
            self.block("run-same-text", part, &keys.same_text),
            self.block("counts", part, &counts),
        ];
        Ok((blocks, Vec::new()))
    }

    /// Draws the background.
    pub(super) fn background(&self) -> Result<Made> {
        let DistributedScan { recipe, thresholds, parts, .. } = self.scan;
        let keys = self.runs_of_all_parts()?;
        let info = |n| self.corpus.info(n);
        let unknown = (0..self.corpus.count()).filter(|&n| info(n).source.is_none());
        let mut sketches = Sketches::for_unknown_sources(unknown.count(), recipe);
        sketches.classes = self.classes();
        let mut came = 0;
        for counts in self.blocks.of_parts::<PartCounts>("counts", *parts)? {
            came += counts.documents;
            let add = |to: &mut [u32], more: &[u32]| {
                to.iter_mut().zip(more).for_each(|(to, n)| *to += n);
            };
            add(&mut sketches.words, &counts.words);
            add(&mut sketches.capitals, &counts.capitals);
            postings(&counts.edges).for_each(|p| sketches.edges.insert(p.key(), p.unit));
        }
        if came != self.corpus.count() as u64 {
            return Err(lost(0, came, self.corpus.count()));
        }
        let documents = self.corpus;
        let found = background(&self.job(self.checkpoints), &sketches, &keys)?;
        let members = Members::new(&sketches.classes);
        let all = &sketches.classes;
        let drawn = &found.background;
        let titles = title_groups(all, &members, documents, drawn, recipe, thresholds, &())?;
        let blocks = vec![
            self.block("background", 0, &found),
            self.block("titles", 0, &TitleGroups::from(titles)),
        ];
        Ok((blocks, Vec::new()))
    }

    /// The candidates of one part of the document bands.
    pub(super) fn pairs_by_documents(&self) -> Result<Made> {
        let (bands, same_text) = (self.own_run("run-bands")?, self.own_run("run-same-text")?);
        let sorted = self.sorted(Keys { bands, same_text, ..Keys::default() })?;
        // Signatures of empty texts have no rows to compare, so the texts are there first.
        let cap = self.scan.recipe.max_bucket as usize;
        for run in [&sorted.keys.bands, &sorted.keys.same_text] {
            for posting in run.chosen(KeyRange::ALL, |group| group.len() > cap)?.iter() {
                self.corpus.text(sorted.all.first[posting.unit as usize] as usize)?;
            }
        }
        if !self.corpus.wanted().is_empty() {
            return Ok(Made::default());
        }
        let (job, class_tokens) = (self.job(self.checkpoints), sorted.all.class_tokens());
        let found = candidate_search(&job, &sorted.all, &sorted.keys, &class_tokens)
            .part_by_documents(self.part)?;
        Ok((vec![self.block("pairs-documents", self.part, &found)], Vec::new()))
    }

    /// The candidates of one part of the anchors and paragraph bands.
    pub(super) fn pairs_by_passages(&self) -> Result<Made> {
        let (anchors, bands) = (self.own_run("run-anchors")?, self.own_run("run-paragraph-bands")?);
        let sorted = self.sorted(Keys { anchors, paragraph_bands: bands, ..Keys::default() })?;
        let (job, class_tokens) = (self.job(self.checkpoints), sorted.all.class_tokens());
        let links = self.blocks.of_parts::<FamilyLinks>("links", self.scan.parts)?;
        let links = links.into_iter().flat_map(|links| links.0);
        let family = families(sorted.all.first.len(), links);
        let search = candidate_search(&job, &sorted.all, &sorted.keys, &class_tokens);
        let found = search.part_by_passages(self.part, &family)?;
        let least = self.scan.thresholds.repeat_classes as usize;
        let frequent = |part: Part| frequent_of(part, &family, least);
        let frequent = sorted.keys.anchors.map(KeyRange::ALL, frequent)?;
        let (keys, marks): (Vec<_>, Vec<_>) = frequent.into_iter().unzip();
        let frequent = FrequentPart { keys: keys.concat(), marks: marks.concat() };
        let blocks = vec![
            self.block("pairs-passages", self.part, &found),
            self.block("frequent-anchors", self.part, &frequent),
        ];
        Ok((blocks, Vec::new()))
    }

    /// The candidates of all parts, divided into those that each part compares.
    pub(super) fn plan(&self, by: &str) -> Result<Made> {
        let parts = self.scan.parts;
        let sorted = self.sorted(Keys::default())?;
        let (job, class_tokens) = (self.job(self.checkpoints), sorted.all.class_tokens());
        let search = candidate_search(&job, &sorted.all, &sorted.keys, &class_tokens);
        let (mut blocks, mut wanted) = (Vec::new(), Vec::new());
        let candidates = match by {
            "documents" => search.by_documents()?,
            _ => {
                let known = self.blocks.of_parts::<CandidatePart>("candidates-documents", parts)?;
                let known: Vec<u64> = known.into_iter().flat_map(|part| part.0).collect();
                // The families have chosen the pairs of each part already.
                search.by_passages(&[], &known)?
            }
        };
        for part in 1..=parts {
            let pairs = candidates.part(part, parts, &class_tokens);
            let of = pairs.iter().flat_map(|pair| <[u32; 2]>::from(unpack_pair(*pair)));
            let classes: BTreeSet<u32> = of.collect();
            let first = |class: u32| sorted.all.first[class as usize] as usize;
            let key = |class: &u32| (part, self.corpus.key(first(*class)));
            wanted.extend(classes.iter().map(key));
            let pairs = CandidatePart(pairs.to_vec());
            blocks.push(self.block(&format!("candidates-{by}"), part, &pairs));
            let kind = format!("metadata-{by}");
            blocks.push(self.metadata_for(&kind, part, classes, &sorted.members));
        }
        blocks.push(self.chosen(candidates, by, &sorted.all)?);
        Ok((blocks, wanted))
    }

    /// What the findings need of the chosen candidates: without the pairs, and with those that no
    /// search compares.
    fn chosen(&self, mut chosen: Candidates, by: &str, all: &Classes) -> Result<StageBlock> {
        if by == "documents" {
            chosen.forget_pairs();
            let both = ChosenCandidates([chosen, Candidates::default()]);
            return Ok(self.block("chosen-documents", 0, &both));
        }
        let ChosenCandidates([mut by_documents, _]) = self.blocks.one("chosen-documents")?;
        by_documents.left_out =
            left_out_of_all([&by_documents, &chosen], all, &self.scan.thresholds);
        chosen.left_out = Vec::new();
        chosen.forget_pairs();
        Ok(self.block("chosen", 0, &ChosenCandidates([by_documents, chosen])))
    }

    /// Compares one part of the candidates.
    pub(super) fn compare(&self, stage: RunStage, by: &str) -> Result<Made> {
        let t = &self.scan.thresholds;
        let sorted = self.sorted(Keys::default())?;
        // The pairs of this part are all that there are here.
        let one = Checkpoints::default();
        let (job, class_tokens) = (self.job(&one), sorted.all.class_tokens());
        let metadata = |class| sorted.members.metadata(class, self.corpus);
        let verifier = sorted.verifier(&job, &class_tokens, &metadata);
        let CandidatePart(pairs) = self.blocks.one(&format!("candidates-{by}"))?;
        let candidates = Candidates { pairs, ..Candidates::default() };
        let compared = compared_part(stage, 1, &job, &candidates, &verifier)?;
        let mut blocks = vec![self.block(stage.name(), self.part, &compared)];
        if stage == RunStage::CompareByDocuments {
            let of_family = compared.iter().filter(|v| is_of_family(v.comparison.resemblance));
            let links = FamilyLinks(of_family.map(|v| (v.a, v.b)).collect());
            blocks.push(self.block("links", self.part, &links));
        }
        let is_related = |v: &&Verified| {
            v.comparison.relation.is_some() && sorted.all.allowed(v.a, v.b, t.sources)
        };
        let of = |v: &Verified| (pack_pair(v.a, v.b), v.is_copy(t));
        let related = RelatedPairs(compared.iter().filter(is_related).map(of).collect());
        blocks.push(self.block(&format!("related-{by}"), self.part, &related));
        Ok((blocks, Vec::new()))
    }
}
