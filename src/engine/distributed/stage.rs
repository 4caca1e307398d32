//! Owns: each stage over one part, from blocks to blocks. Never: implements a stage, or moves a
//! block.

use crate::engine::background::{BackgroundOfCorpus, background};
use crate::engine::background_source::BackgroundSource;
use crate::engine::batch::{findings_of, in_pool};
use crate::engine::candidates::{Candidates, PairsOfDocuments, PairsOfPassages};
use crate::engine::checkpoint::{Checkpoints, Given};
use crate::engine::compare::Verified;
use crate::engine::distributed::block::{Blocks, StageBlock};
use crate::engine::distributed::key_rows::{KeyRows, KeyRowsBuilder, postings};
use crate::engine::distributed::partial_corpus::PartialCorpus;
use crate::engine::distributed::shared_corpus::{
    DocumentRows, SharedCorpus, SketchedDocument, document_key,
};
use crate::engine::distributed::sorting::{lost, sorted_part};
use crate::engine::distributed::stage_data::{CandidatePart, FamilyLinks, PartCounts, TitleGroups};
use crate::engine::distributed::stage_input::{DistributedStage, StageInput, StageOutput};
use crate::engine::key_columns::TextKeys;
use crate::engine::members::Members;
use crate::engine::relations::is_of_family;
use crate::engine::scan_job::ScanJob;
use crate::engine::search::{SortedKeys, candidate_search, compared_part};
use crate::engine::sketch::{Classes, Keys, Sketches};
use crate::engine::sorted_run::{KeyRange, RunKeeper, SortedRun};
use crate::engine::titles::title_groups;
use crate::error::Result;
use crate::model::document::{DocumentInfo, Documents};
use crate::model::options::RunOptions;
use crate::model::run_stage::RunStage;
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::postings::policy::families;
use crate::postings::posting::{Posting, unpack_pair};
use crate::postings::run::Run;
use crate::sketch::fingerprint::Fingerprinter;
use crate::sketch::recipe::Recipe;
use std::collections::BTreeSet;

/// A scan whose stages are carried out wherever their blocks are brought together, and which finds
/// what [`scan`](crate::scan) finds. All processes must have the same settings and parts.
#[derive(Debug, Clone)]
pub struct DistributedScan {
    /// How keys are made.
    pub recipe: Recipe,
    /// What is reported.
    pub thresholds: Thresholds,
    /// How a part is carried out.
    pub options: RunOptions,
    /// The number of parts of each stage that has parts.
    pub parts: u32,
}

/// What a stage works on.
struct Work<'w> {
    scan: &'w DistributedScan,
    corpus: &'w PartialCorpus,
    blocks: Blocks<'w>,
    part: u32,
    /// Those of the scan, less what it holds for each document.
    options: RunOptions,
    checkpoints: &'w Checkpoints,
}

type Made = (Vec<StageBlock>, Vec<(u32, u128)>);

impl DistributedScan {
    /// The blocks of some documents: what all stages share of them, and their keys by part. Returns
    /// the key of each document, too. `skipped` has the records beside them that are no documents.
    ///
    /// # Errors
    /// A text can no longer be read.
    pub fn sketch(
        &self,
        documents: &dyn Documents,
        skipped: &[(String, u64)],
    ) -> Result<(Vec<StageBlock>, Vec<u128>)> {
        let recipe_id = self.recipe.id();
        let mut fingerprinter = Fingerprinter::new(&self.recipe);
        let mut builder = KeyRowsBuilder::new(self.parts);
        let mut rows = DocumentRows { skipped: skipped.to_vec(), ..DocumentRows::default() };
        for n in 0..documents.count() {
            let (info, text) = (documents.info(n), documents.text(n)?);
            let f = fingerprinter.fingerprint(&text);
            let (exact, tokens, may_repeat) = (f.exact, f.tokens, f.may_repeat);
            let keys = TextKeys { exact, tokens, may_repeat, anchors: f.anchors.len() as u32 };
            let document = SketchedDocument::new(&info, &text, &keys);
            builder.push(document.key, &f, info.source.is_some());
            rows.documents.push(document);
        }
        let keys = rows.documents.iter().map(|document| document.key).collect();
        let mut blocks = vec![StageBlock::new("documents", 0, &rows, &recipe_id)];
        for (part, rows) in (1..).zip(builder.finish()) {
            blocks.push(StageBlock::new("keys", part, &rows, &recipe_id));
        }
        Ok((blocks, keys))
    }

    /// The key of a document. Two documents have one key only if they are equal in everything.
    pub fn key(info: &DocumentInfo, text: &str) -> u128 {
        document_key(info, text).0
    }

    /// Carries out one part of a stage.
    ///
    /// # Errors
    /// A block is missing, there twice, damaged, or of another recipe or version.
    pub fn carry_out(
        &self,
        stage: DistributedStage,
        part: u32,
        input: StageInput,
    ) -> Result<StageOutput> {
        let recipe_id = self.recipe.id();
        let blocks = Blocks { all: &input.blocks, recipe_id: &recipe_id };
        if stage == DistributedStage::Classes {
            let rows = blocks.of::<DocumentRows>("documents")?;
            let corpus = SharedCorpus::of_rows(rows.into_iter().map(|(_, rows)| rows).collect())?;
            let blocks = vec![StageBlock::new("corpus", 0, &corpus, &recipe_id)];
            return Ok(StageOutput::Done { blocks, wanted: Vec::new() });
        }
        let shared = blocks.one::<SharedCorpus>("corpus")?.restored();
        let corpus = PartialCorpus::new(shared, input.texts);
        let made = in_pool(&self.options, || {
            let checkpoints = &Checkpoints::given(self.parts, given(stage, &blocks, self.parts)?);
            let options = self.options.for_documents(corpus.count());
            let work = Work { scan: self, corpus: &corpus, blocks, part, options, checkpoints };
            work.carry_out(stage)
        });
        let wanted = corpus.wanted();
        if !wanted.is_empty() {
            return Ok(StageOutput::Again(wanted));
        }
        let (blocks, wanted) = made?;
        Ok(StageOutput::Done { blocks, wanted })
    }

    /// The documents of a run, with these texts, for its report.
    ///
    /// # Errors
    /// Those of [`carry_out`](DistributedScan::carry_out).
    pub fn corpus(&self, input: StageInput) -> Result<PartialCorpus> {
        let blocks = Blocks { all: &input.blocks, recipe_id: &self.recipe.id() };
        let shared = blocks.one::<SharedCorpus>("corpus")?.restored();
        Ok(PartialCorpus::new(shared, input.texts))
    }
}

/// The results of stages that are there already.
fn given(stage: DistributedStage, blocks: &Blocks, parts: u32) -> Result<Given> {
    let mut given = Given::default();
    let takes = |kind: &str| stage.takes().all.contains(&kind);
    if takes("pairs-documents") {
        let values = blocks.of_parts::<PairsOfDocuments>("pairs-documents", parts)?;
        given.add(RunStage::PairsByDocuments, values);
    }
    if takes("compare-documents") {
        let values = blocks.of_parts::<Vec<Verified>>("compare-documents", parts)?;
        given.add(RunStage::CompareByDocuments, values);
    }
    if takes("pairs-passages") {
        let values = blocks.of_parts::<PairsOfPassages>("pairs-passages", parts)?;
        given.add(RunStage::PairsByPassages, values);
    }
    if takes("compare-passages") {
        let values = blocks.of_parts::<Vec<Verified>>("compare-passages", parts)?;
        given.add(RunStage::CompareByPassages, values);
    }
    Ok(given)
}

impl<'w> Work<'w> {
    fn carry_out(&self, stage: DistributedStage) -> Result<Made> {
        match stage {
            DistributedStage::Sort => self.sort(),
            DistributedStage::Background => self.background(),
            DistributedStage::PairsByDocuments => self.pairs_by_documents(),
            DistributedStage::PlanByDocuments => self.plan("candidates-documents"),
            DistributedStage::CompareByDocuments => {
                self.compare(RunStage::CompareByDocuments, "candidates-documents")
            }
            DistributedStage::PairsByPassages => self.pairs_by_passages(),
            DistributedStage::PlanByPassages => self.plan("candidates-passages"),
            DistributedStage::CompareByPassages => {
                self.compare(RunStage::CompareByPassages, "candidates-passages")
            }
            _ => self.cluster(),
        }
    }

    fn job<'j>(&'j self, checkpoints: &'j Checkpoints) -> ScanJob<'j> {
        let (DistributedScan { recipe, thresholds, .. }, options) = (self.scan, &self.options);
        let source = BackgroundSource::default();
        let (documents, progress) = (self.corpus as &dyn Documents, &());
        ScanJob { documents, source, recipe, thresholds, options, progress, checkpoints }
    }

    fn block<T: crate::engine::stage_data::StageData>(
        &self,
        kind: &str,
        part: u32,
        value: &T,
    ) -> StageBlock {
        StageBlock::new(kind, part, value, self.blocks.recipe_id)
    }

    fn classes(&self) -> Classes {
        self.corpus.shared().classes(self.corpus, &self.scan.thresholds).0
    }

    /// What is known before pairs are looked for, as far as the blocks have it.
    fn sorted(&self, keys: Keys<SortedRun>) -> Result<SortedKeys> {
        let all = self.classes();
        let mut members = Members::new(&all);
        let (mut background, mut notes_left_out) = (Background::default(), Vec::new());
        if self.blocks.all.iter().any(|block| block.kind == "background") {
            let of_corpus = self.blocks.one::<BackgroundOfCorpus>("background")?;
            (background, notes_left_out) = (of_corpus.background, of_corpus.notes_left_out);
            members.divided = self.blocks.one::<TitleGroups>("titles")?.into();
        }
        Ok(SortedKeys { all, keys, words: Vec::new(), background, notes_left_out, members })
    }

    /// The runs of a kind, of all parts that there are blocks of, as one.
    fn run(&self, kind: &str) -> Result<SortedRun> {
        let keeper = RunKeeper::new(usize::MAX, None);
        let parts = self.blocks.of::<Run>(kind)?.into_iter();
        let parts = parts.map(|(_, run)| keeper.keep(run.iter().collect()));
        let parts = parts.collect::<Result<Vec<_>>>()?;
        let ([run], _) = keeper.runs([parts])?;
        Ok(run)
    }

    fn runs_of_all_parts(&self) -> Result<Keys<SortedRun>> {
        let parts = self.scan.parts;
        self.blocks.of_parts::<Run>("run-anchors", parts)?;
        self.blocks.of_parts::<Run>("run-paragraphs", parts)?;
        let (anchors, paragraphs) = (self.run("run-anchors")?, self.run("run-paragraphs")?);
        Ok(Keys { anchors, paragraphs, ..Keys::default() })
    }

    fn sort(&self) -> Result<Made> {
        let rows: Vec<KeyRows> =
            self.blocks.of("keys")?.into_iter().map(|(_, rows)| rows).collect();
        let (corpus, part) = (self.corpus.shared(), self.part);
        let (all, new) = corpus.classes(self.corpus, &self.scan.thresholds);
        let (keys, counts) = sorted_part(part, self.scan.parts, &rows, corpus, (&all, &new))?;
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

    fn background(&self) -> Result<Made> {
        let DistributedScan { recipe, thresholds, parts, .. } = self.scan;
        let keys = self.runs_of_all_parts()?;
        let unknown = self.corpus.shared().documents.iter().filter(|d| d.info.source.is_none());
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

    fn pairs_by_documents(&self) -> Result<Made> {
        let (bands, same_text) = (self.run("run-bands")?, self.run("run-same-text")?);
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
        let found = candidate_search(&job, &sorted, &class_tokens).part_by_documents(self.part)?;
        Ok((vec![self.block("pairs-documents", self.part, &found)], Vec::new()))
    }

    fn pairs_by_passages(&self) -> Result<Made> {
        let (anchors, bands) = (self.run("run-anchors")?, self.run("run-paragraph-bands")?);
        let sorted = self.sorted(Keys { anchors, paragraph_bands: bands, ..Keys::default() })?;
        let (job, class_tokens) = (self.job(self.checkpoints), sorted.all.class_tokens());
        let links = self.blocks.of_parts::<FamilyLinks>("links", self.scan.parts)?;
        let links = links.into_iter().flat_map(|links| links.0);
        let family = families(sorted.all.first.len(), links);
        let search = candidate_search(&job, &sorted, &class_tokens);
        let found = search.part_by_passages(self.part, &family)?;
        Ok((vec![self.block("pairs-passages", self.part, &found)], Vec::new()))
    }

    /// The candidates of all parts, divided into those that each part compares.
    fn plan(&self, kind: &str) -> Result<Made> {
        let sorted = self.sorted(Keys::default())?;
        let (job, class_tokens) = (self.job(self.checkpoints), sorted.all.class_tokens());
        let search = candidate_search(&job, &sorted, &class_tokens);
        let mut candidates = search.by_documents()?;
        if kind == "candidates-passages" {
            // The families have chosen the pairs of each part already.
            candidates = search.by_passages(&[], &candidates.pairs)?;
        }
        let (mut blocks, mut wanted) = (Vec::new(), Vec::new());
        for part in 1..=self.scan.parts {
            let pairs = candidates.part(part, self.scan.parts, &class_tokens);
            let of = pairs.iter().flat_map(|pair| <[u32; 2]>::from(unpack_pair(*pair)));
            let classes: BTreeSet<u32> = of.collect();
            let first = |class: u32| sorted.all.first[class as usize] as usize;
            wanted.extend(classes.into_iter().map(|class| (part, self.corpus.key(first(class)))));
            blocks.push(self.block(kind, part, &CandidatePart(pairs.to_vec())));
        }
        Ok((blocks, wanted))
    }

    fn compare(&self, stage: RunStage, kind: &str) -> Result<Made> {
        let sorted = self.sorted(Keys::default())?;
        // The pairs of this part are all that there are here.
        let one = Checkpoints::default();
        let (job, class_tokens) = (self.job(&one), sorted.all.class_tokens());
        let metadata = |class| sorted.members.metadata(class, self.corpus);
        let verifier = sorted.verifier(&job, &class_tokens, &metadata);
        let CandidatePart(pairs) = self.blocks.one(kind)?;
        let candidates = Candidates { pairs, ..Candidates::default() };
        let compared = compared_part(stage, 1, &job, &candidates, &verifier)?;
        let mut blocks = vec![self.block(stage.name(), self.part, &compared)];
        if stage == RunStage::CompareByDocuments {
            let of_family = compared.iter().filter(|v| is_of_family(v.comparison.resemblance));
            let links = FamilyLinks(of_family.map(|v| (v.a, v.b)).collect());
            blocks.push(self.block("links", self.part, &links));
        }
        Ok((blocks, Vec::new()))
    }

    /// Asks at once for the texts that repeats ask for last: those that share a paragraph with a
    /// text in which it may be twice. For some of them the stage was carried out once more.
    fn ask_beside_repeats(&self, sorted: &SortedKeys) -> Result<()> {
        let all = &sorted.all;
        let may_be_twice =
            |group: &[Posting]| group.iter().any(|p| all.may_repeat[p.unit as usize]);
        for posting in sorted.keys.paragraphs.chosen(KeyRange::ALL, may_be_twice)?.iter() {
            self.corpus.text(all.first[posting.unit as usize] as usize)?;
        }
        Ok(())
    }

    fn cluster(&self) -> Result<Made> {
        let sorted = self.sorted(self.runs_of_all_parts()?)?;
        self.ask_beside_repeats(&sorted)?;
        let (detection, _) = findings_of(&self.job(self.checkpoints), sorted)?;
        Ok((vec![self.block("detection", 0, &detection)], Vec::new()))
    }
}
