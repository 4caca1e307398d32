//! Owns: what a scan is asked to do, as its stages pass it on. Never: does any of it.

use crate::engine::background_source::BackgroundSource;
use crate::engine::checkpoint::Checkpoints;
use crate::engine::run_identity::RunIdentity;
use crate::error::Result;
use crate::model::document::Documents;
use crate::model::options::{Progress, RunOptions};
use crate::model::run_stage::StagePart;
use crate::model::thresholds::Thresholds;
use crate::sketch::recipe::Recipe;

/// A scan of some documents with its settings.
#[derive(Clone, Copy)]
pub struct ScanJob<'a> {
    /// The documents, in the order of their ids.
    pub documents: &'a dyn Documents,
    /// Where the background comes from.
    pub source: BackgroundSource<'a>,
    /// How keys are made.
    pub recipe: &'a Recipe,
    /// What is reported.
    pub thresholds: &'a Thresholds,
    /// Threads and memory.
    pub options: &'a RunOptions,
    /// The receiver of progress reports.
    pub progress: &'a dyn Progress,
    /// The results of finished stages.
    pub checkpoints: &'a Checkpoints,
}

impl ScanJob<'_> {
    /// The folder that the options name for the results of stages, if they name one. `only` is the
    /// one part of a stage that is carried out; a new folder divides each stage into `parts`.
    pub fn kept(&self, only: Option<StagePart>, parts: u32) -> Result<Checkpoints> {
        let Some(folder) = &self.options.checkpoints else { return Ok(Checkpoints::default()) };
        let recipe_id = self.recipe.id();
        let given = self.source.given.map(|background| background.to_json(&recipe_id));
        let settings = serde_json::to_string(self.thresholds).expect("numbers and words");
        let settings = format!("{settings}{given:?}{:?}", self.source.boilerplate);
        let run = RunIdentity::new(folder, self.documents, recipe_id, &settings, parts)?;
        Checkpoints::open(run, only)
    }
}

/// The kinds of keys that a stage needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyKinds {
    /// The keys of document bands.
    pub bands: bool,
    /// The keys of paragraph bands.
    pub paragraph_bands: bool,
    /// The anchors.
    pub anchors: bool,
    /// What only the background is drawn from: the anchors at the edges, and the words.
    pub edges_and_words: bool,
    /// The exact keys of paragraphs.
    pub paragraphs: bool,
}

impl KeyKinds {
    /// All kinds.
    pub const ALL: KeyKinds = KeyKinds {
        bands: true,
        paragraph_bands: true,
        anchors: true,
        edges_and_words: true,
        paragraphs: true,
    };
    /// No kind: the texts with their numbers of tokens and of keys alone.
    pub const NONE: KeyKinds = KeyKinds {
        bands: false,
        paragraph_bands: false,
        anchors: false,
        edges_and_words: false,
        paragraphs: false,
    };
}
