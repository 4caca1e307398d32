//! Owns: where the background of a scan comes from. Never: draws one from documents.

use crate::error::Result;
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
    ///
    /// # Errors
    /// Those of `draw`.
    pub fn background(
        self,
        recipe: &Recipe,
        draw: impl FnOnce() -> Result<Background>,
    ) -> Result<Background> {
        let background = self.given.map_or_else(draw, |given| Ok(given.clone()))?;
        Ok(background.with_boilerplate(self.boilerplate, recipe))
    }
}
