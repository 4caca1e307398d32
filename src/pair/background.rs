//! Owns: what a corpus tells about its texts: boilerplate, capped keys, rare words. Never: a text.

use crate::error::Result;

/// What a pair's scores depend on besides its two texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Background {}

impl Background {
    /// The id that reports name: 16 hex digits; `none` for the empty background.
    pub fn id(&self) -> String {
        "none".into()
    }
    /// As JSON, schema `nearcopy.background/1`.
    pub fn to_json(&self) -> String {
        String::new()
    }
    /// From JSON; `what` names it in errors.
    ///
    /// # Errors
    /// Malformed JSON, another version, another recipe.
    pub fn from_json(_json: &str, _recipe_id: &str, _what: &str) -> Result<Background> {
        Ok(Background::default())
    }
}
