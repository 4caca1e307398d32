//! Owns: where the background of a scan comes from. Never: draws one from documents.

use crate::pair::background::Background;
use crate::sketch::recipe::Recipe;

/// What a caller says about the background of a scan.
#[derive(Debug, Clone, Copy, Default)]
pub struct BackgroundSource<'a> {
    /// The background, in place of the one that the documents show.
    pub given: Option<&'a Background>,
    /// Texts that are boilerplate wherever they occur, whichever the background is.
    pub boilerplate: &'a [String],
}

impl BackgroundSource<'_> {
    /// The background in force; `draw` makes that of the documents, if it is wanted.
    pub fn background(self, recipe: &Recipe, draw: impl FnOnce() -> Background) -> Background {
        self.given.cloned().unwrap_or_else(draw).with_boilerplate(self.boilerplate, recipe)
    }
}
