//! Owns: the comparison of listed pairs without a search for candidates, and of two texts until
//! somebody cancels it. Never: aligns texts.

use crate::align::steps::Steps;
use crate::engine::batch::{check, in_pool, summary_counts};
use crate::engine::compare::{Verified, Verifier};
use crate::engine::copies::Copies;
use crate::engine::sketch::Classes;
use crate::error::{Error, Result};
use crate::model::detection::{Comparison, Detection, Pair, Summary};
use crate::model::document::Documents;
use crate::model::options::{Progress, RunOptions, Stage};
use crate::model::pair_list::Pairs;
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::pair::compare::compare_masked;
use crate::pair::masked::MaskedText;
use crate::postings::budget::pair_steps;
use crate::postings::posting::pack_pair;
use crate::sketch::recipe::Recipe;

/// Compares the listed pairs of document numbers, without a search for candidates. The result has
/// every pair that is related, and no clusters or repeats.
///
/// # Errors
/// Those of [`scan`](crate::scan).
pub fn compare_pairs(
    documents: &dyn Documents,
    pairs: &[(u32, u32)],
    background: &Background,
    recipe: &Recipe,
    thresholds: &Thresholds,
    options: &RunOptions,
    progress: &dyn Progress,
) -> Result<Detection> {
    check(documents, recipe, thresholds)?;
    let first: Vec<u32> = (0..documents.count() as u32).collect();
    let mut packed: Vec<u64> =
        pairs.iter().filter(|p| p.0 != p.1).map(|p| pack_pair(p.0, p.1)).collect();
    packed.sort_unstable();
    packed.dedup();
    let copies = in_pool(options, || {
        Copies::new(documents, background, recipe, thresholds, options, progress)
    })?;
    let options = &options.for_documents(documents.count());
    let metadata = |number| copies.metadata(number, documents);
    let tokens = copies.tokens();
    let steps = |p: &u64| pair_steps(tokens[(p >> 32) as usize], tokens[*p as u32 as usize]);
    progress.begin(Stage::Compare, packed.iter().map(steps).sum());
    let verifier = Verifier {
        documents,
        first: &first,
        tokens,
        metadata: &metadata,
        background,
        recipe,
        thresholds,
        options,
        progress,
    };
    let compared =
        in_pool(options, || verifier.compare(&packed, |relation, _| relation.is_some()))?;
    let pairs: Pairs = compared.into_iter().filter_map(to_pair).collect();
    let mut named: Vec<u32> = packed.iter().flat_map(|p| [(p >> 32) as u32, *p as u32]).collect();
    named.sort_unstable();
    named.dedup();
    let mut known = vec![0; documents.count()];
    named.iter().for_each(|&n| known[n as usize] = tokens[n as usize]);
    let tokens = known;
    let without_text = named.iter().filter(|&&n| tokens[n as usize] == 0).count() as u64;
    let summary = Summary {
        candidates: packed.len() as u64,
        verified: pairs.len() as u64,
        without_text,
        ..summary_counts(documents, &Classes::default(), &[], &pairs, &[], Vec::new())
    };
    Ok(Detection {
        recipe_id: recipe.id(),
        background_id: background.id(),
        thresholds: thresholds.clone(),
        summary,
        tokens,
        clusters: Vec::new(),
        equal: Vec::new(),
        titles: Vec::new(),
        pairs,
        repeats: Vec::new(),
    })
}

fn to_pair(Verified { a, b, comparison }: Verified) -> Option<Pair> {
    Some(Pair { a, b, relation: comparison.relation?, comparison })
}

/// Compares two texts until `progress` cancels it.
///
/// # Errors
/// [`Error::Cancelled`].
pub fn compare_or_stop(
    texts: [&str; 2],
    background: &Background,
    recipe: &Recipe,
    t: &Thresholds,
    progress: &dyn Progress,
) -> Result<Comparison> {
    let stop = || progress.cancelled();
    let read = |text| MaskedText::new(text, background, recipe);
    let [a, b] = texts.map(read);
    if stop() || ![&a, &b].iter().all(|text| text.make_ready(t.alignment, &stop)) {
        return Err(Error::Cancelled);
    }
    let steps = Steps::new(&stop);
    let compared = compare_masked(&a, &b, background, t, &steps);
    progress.compared(steps.taken());
    compared.ok_or(Error::Cancelled)
}
