//! Owns: the way from documents to candidate pairs. Never: compares the candidates by passages, or
//! implements a stage.

use crate::engine::background_source::BackgroundSource;
use crate::engine::candidates::{Budget, Candidates};
use crate::engine::compare::{Verified, Verifier};
use crate::engine::members::Members;
use crate::engine::sketch::{Classes, Keys, Sketches, sketch};
use crate::engine::titles::title_groups;
use crate::engine::{background, candidates};
use crate::error::Result;
use crate::model::document::Documents;
use crate::model::options::{Progress, RunOptions, Stage};
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::postings::policy::{Policy, families};
use crate::postings::run::Run;
use crate::sketch::recipe::Recipe;

/// The resemblance from which on two texts belong to one family, so that they count as one text
/// when the texts with a passage are counted.
const FAMILY: f64 = 0.5;

/// The result of the stages before any pair is compared.
pub struct SortedKeys {
    /// The classes of equal texts.
    pub all: Classes,
    /// Their keys.
    pub keys: Keys<Run>,
    /// For each word slot, the number of classes that it occurs in.
    pub words: Vec<u32>,
    /// The background.
    pub background: Background,
    /// The first document of a text of each passage that was not looked at as a note.
    pub notes_left_out: Vec<u32>,
    /// The documents of each class.
    pub members: Members,
}

/// Reads every text, sorts the keys, and draws the background from them unless one is given.
pub fn sorted_keys(
    documents: &dyn Documents,
    source: BackgroundSource,
    recipe: &Recipe,
    thresholds: &Thresholds,
    options: &RunOptions,
    progress: &dyn Progress,
) -> Result<SortedKeys> {
    let mut sketches = sketch(documents, recipe, thresholds, options, progress)?;
    let keys = std::mem::take(&mut sketches.keys).sorted(sketches.scratch.take(), progress)?;
    let mut notes_left_out = Vec::new();
    let background = source.background(recipe, || {
        let of_corpus =
            background::background(documents, &sketches, &keys, recipe, thresholds, progress)?;
        notes_left_out = of_corpus.notes_left_out;
        Ok(of_corpus.background)
    })?;
    let Sketches { classes: all, words, .. } = sketches;
    let mut members = Members::new(&all);
    members.divided =
        title_groups(&all, &members, documents, &background, recipe, thresholds, progress)?;
    Ok(SortedKeys { all, keys, words, background, notes_left_out, members })
}

/// The candidates of a scan, of which those by whole texts are compared already: families of texts
/// decide which passages are searched by.
pub struct Searched {
    /// The number of tokens of each class.
    pub class_tokens: Vec<u32>,
    /// The compared candidates by whole texts that are related or of one family.
    pub compared: Vec<Verified>,
    /// The family of each class: texts that resemble each other.
    pub family: Vec<u32>,
    /// The candidates by whole texts.
    pub document_candidates: Candidates,
    /// The candidates by passages.
    pub passage_candidates: Candidates,
}

/// Searches the candidates by sorted keys.
pub fn searched(
    documents: &dyn Documents,
    sorted: &SortedKeys,
    recipe: &Recipe,
    thresholds: &Thresholds,
    progress: &dyn Progress,
) -> Result<Searched> {
    let SortedKeys { all, keys, background, members, .. } = sorted;
    let metadata = |class| members.metadata(class, documents);
    let class_tokens = all.class_tokens();
    let budget = Budget::of(&class_tokens, thresholds);
    let verifier = Verifier {
        documents,
        first: &all.first,
        tokens: &class_tokens,
        metadata: &metadata,
        background,
        recipe,
        thresholds,
        progress,
    };

    let document_candidates =
        candidates::by_documents(all, keys, documents, recipe, budget, progress)?;
    progress.begin(Stage::Compare, document_candidates.steps);
    let compared = verifier
        .compare(&document_candidates.pairs, |c| c.relation.is_some() || c.resemblance >= FAMILY)?;
    let alike = |v: &&Verified| v.comparison.resemblance >= FAMILY;
    let family = families(all.first.len(), compared.iter().filter(alike).map(|v| (v.a, v.b)));

    let passage_candidates = candidates::by_passages(
        all,
        keys,
        &family,
        &document_candidates.pairs,
        Policy::from(recipe),
        thresholds,
        budget,
    );
    Ok(Searched { class_tokens, compared, family, document_candidates, passage_candidates })
}
