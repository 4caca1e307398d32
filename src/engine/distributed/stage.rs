//! Owns: how a part of a stage is carried out, from blocks to blocks. Never: implements a stage, or
//! moves a block.

use crate::engine::batch::{CLUSTERED, OCCURRENCES, PAIRS_BETWEEN, in_pool};
use crate::engine::candidates::{ChosenCandidates, PairsOfDocuments, PairsOfPassages};
use crate::engine::checkpoint::{Checkpoints, Given};
use crate::engine::cluster::Clustered;
use crate::engine::compare::Verified;
use crate::engine::distributed::block::{Blocks, StageBlock};
use crate::engine::distributed::key_rows::KeyRowsBuilder;
use crate::engine::distributed::partial_corpus::PartialCorpus;
use crate::engine::distributed::scan::DistributedScan;
use crate::engine::distributed::shared_corpus::{
    DocumentRows, MetadataRows, NumberedDocuments, SketchedDocument, document_key, numbered,
};
use crate::engine::distributed::stage_input::{DistributedStage, StageInput, StageOutput};
use crate::engine::distributed::work::{Made, Work};
use crate::engine::key_columns::TextKeys;
use crate::engine::occurrence::Occurrence;
use crate::engine::search::CHOSEN;
use crate::error::Result;
use crate::model::document::{DocumentInfo, Documents};
use crate::model::run_stage::RunStage;
use crate::sketch::fingerprint::Fingerprinter;

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
            let rows = rows.into_iter().map(|(_, rows)| rows).collect();
            let (classes, new, metadata) = numbered(rows, &self.thresholds)?;
            let blocks = vec![
                StageBlock::new("classes", 0, &classes, &recipe_id),
                StageBlock::new("new-classes", 0, &new, &recipe_id),
                StageBlock::new("metadata", 0, &metadata, &recipe_id),
            ];
            return Ok(StageOutput::Done { blocks, wanted: Vec::new() });
        }
        let takes = stage.takes();
        let numbered = match takes.all.contains(&"classes") {
            true => blocks.one::<NumberedDocuments>("classes")?,
            false => NumberedDocuments::default(),
        };
        // Those of all documents, or of those that this part looks at.
        let of = |kind: &&&str| kind.starts_with("metadata");
        let metadata = match takes.own.iter().chain(takes.all).find(of) {
            Some(kind) => blocks.one::<MetadataRows>(kind)?.restored(),
            None => MetadataRows::default(),
        };
        let corpus = PartialCorpus::new(numbered, metadata, input.texts);
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
        corpus.check()?;
        let (blocks, wanted) = made?;
        Ok(StageOutput::Done { blocks, wanted })
    }

    /// The documents of a run, with these texts, for its report.
    ///
    /// # Errors
    /// Those of [`carry_out`](DistributedScan::carry_out).
    pub fn corpus(&self, input: StageInput) -> Result<PartialCorpus> {
        let blocks = Blocks { all: &input.blocks, recipe_id: &self.recipe.id() };
        let metadata = blocks.one::<MetadataRows>("metadata")?.restored();
        Ok(PartialCorpus::new(blocks.one("classes")?, metadata, input.texts))
    }
}

/// The results of stages that are there already.
fn given(stage: DistributedStage, blocks: &Blocks, parts: u32) -> Result<Given> {
    let mut given = Given::default();
    let takes = |kind: &str| stage.takes().all.contains(&kind);
    if takes("pairs-documents") {
        let values = blocks.of_parts::<PairsOfDocuments>("pairs-documents", parts)?;
        given.add(RunStage::PairsByDocuments.name(), values);
    }
    if takes("chosen") {
        given.add(CHOSEN, vec![blocks.one::<ChosenCandidates>("chosen")?]);
    }
    if takes("compare-documents") {
        let values = blocks.of_parts::<Vec<Verified>>("compare-documents", parts)?;
        given.add(RunStage::CompareByDocuments.name(), values);
    }
    if takes("pairs-passages") {
        let values = blocks.of_parts::<PairsOfPassages>("pairs-passages", parts)?;
        given.add(RunStage::PairsByPassages.name(), values);
    }
    if takes("compare-passages") {
        let values = blocks.of_parts::<Vec<Verified>>("compare-passages", parts)?;
        given.add(RunStage::CompareByPassages.name(), values);
    }
    if takes("clustered") && stage == DistributedStage::Findings {
        given.add(CLUSTERED, blocks.of_parts::<Clustered>("clustered", parts)?);
        given.add(PAIRS_BETWEEN, blocks.of_parts::<Vec<Verified>>("pairs-between", parts)?);
        let mut occurrences = blocks.of_parts::<Vec<Occurrence>>("occurrences", parts)?;
        let inside = blocks.of_parts::<Vec<Occurrence>>("occurrences-inside", parts)?;
        for (all, inside) in occurrences.iter_mut().zip(inside) {
            all.extend(inside);
            all.sort_unstable();
        }
        given.add(OCCURRENCES, occurrences);
    }
    Ok(given)
}

impl Work<'_> {
    fn carry_out(&self, stage: DistributedStage) -> Result<Made> {
        match stage {
            DistributedStage::Sort => self.sort(),
            DistributedStage::Background => self.background(),
            DistributedStage::PairsByDocuments => self.pairs_by_documents(),
            DistributedStage::PlanByDocuments => self.plan("documents"),
            DistributedStage::CompareByDocuments => {
                self.compare(RunStage::CompareByDocuments, "documents")
            }
            DistributedStage::PairsByPassages => self.pairs_by_passages(),
            DistributedStage::PlanByPassages => self.plan("passages"),
            DistributedStage::CompareByPassages => {
                self.compare(RunStage::CompareByPassages, "passages")
            }
            DistributedStage::PlanClusters => self.plan_clusters(),
            DistributedStage::Clusters => self.clusters(),
            DistributedStage::SharedWindows => self.shared_windows(),
            DistributedStage::PlanReported => self.plan_reported(),
            DistributedStage::Reported => self.reported(),
            _ => self.findings(),
        }
    }
}
