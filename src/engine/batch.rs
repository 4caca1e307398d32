//! Owns: the way from documents to findings, on one screen. Never: a stage's details.

use crate::engine::options::{Progress, RunOptions};
use crate::error::Result;
use crate::pair::background::Background;
use crate::pair::detection::Detection;
use crate::pair::thresholds::Thresholds;
use crate::sketch::recipe::Recipe;
use crate::text::document::Documents;

/// Finds everything there is to find in the documents.
pub fn scan(
    _documents: &dyn Documents,
    _recipe: &Recipe,
    _thresholds: &Thresholds,
    _options: &RunOptions,
    _progress: &dyn Progress,
) -> Result<(Detection, Background)> {
    todo!()
}

/// Compares the listed pairs of document numbers, without looking for candidates.
pub fn compare_pairs(
    _documents: &dyn Documents,
    _pairs: &[(u32, u32)],
    _background: &Background,
    _recipe: &Recipe,
    _thresholds: &Thresholds,
    _options: &RunOptions,
    _progress: &dyn Progress,
) -> Result<Detection> {
    todo!()
}
