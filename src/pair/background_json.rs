//! Owns: the written form of a background, JSON with the id of its recipe. Never: makes one.

use crate::error::{Error, Result};
use crate::pair::background::Background;
use serde::{Deserialize, Serialize};

const SCHEMA: &str = "nearcopy.background/3";
/// The version before, which has no set phrases.
const SCHEMA_WITHOUT_PHRASES: &str = "nearcopy.background/2";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BackgroundJson {
    schema: String,
    recipe: String,
    id: String,
    background: Background,
}

impl Background {
    /// The background as JSON, schema `nearcopy.background/3`, which [`Background::from_json`]
    /// reads.
    pub fn to_json(&self, recipe_id: &str) -> String {
        let stored = BackgroundJson {
            schema: SCHEMA.into(),
            recipe: recipe_id.into(),
            id: self.id(),
            background: self.clone(),
        };
        serde_json::to_string(&stored).expect("numbers and hex digits")
    }

    /// Reads a background from JSON; `what` names it in errors.
    ///
    /// # Errors
    /// [`Error::Malformed`] if the JSON is no background, [`Error::Mixed`] if it has another
    /// version or recipe.
    pub fn from_json(json: &str, recipe_id: &str, what: &str) -> Result<Background> {
        let stored: BackgroundJson = serde_json::from_str(json).map_err(|e| Error::Malformed {
            what: what.into(),
            why: format!("not a {SCHEMA} file ({e}): make one with scan --save-background"),
        })?;
        let is_older =
            stored.schema == SCHEMA_WITHOUT_PHRASES && stored.background.set_phrases.is_empty();
        if !(stored.schema == SCHEMA || is_older) || stored.recipe != recipe_id {
            return Err(Error::Mixed {
                what: what.into(),
                wanted: format!("{SCHEMA}, recipe {recipe_id}"),
                found: format!("{}, recipe {}", stored.schema, stored.recipe),
            });
        }
        if stored.id != stored.background.id() {
            return Err(Error::Malformed {
                what: what.into(),
                why: "its content does not match its id: make it again".into(),
            });
        }
        Ok(stored.background)
    }
}
