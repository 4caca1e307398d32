//! Owns: the first line of a stage file, which says what made it. Never: reads what follows it.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

pub const SCHEMA: &str = "nearcopy.stage/1";

/// What a stage file is and what it belongs to: one line of JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageHeader {
    schema: String,
    /// The name of the data.
    pub kind: String,
    version: u32,
    recipe: String,
    /// In the folder of a run, the run that the file belongs to, and which part of the stage it is
    /// (2/4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    part: Option<String>,
}

impl StageHeader {
    /// The header of data of this kind and version, made with a recipe.
    pub fn new(kind: &str, version: u32, recipe_id: &str) -> StageHeader {
        StageHeader {
            schema: SCHEMA.into(),
            kind: kind.into(),
            version,
            recipe: recipe_id.into(),
            run: None,
            part: None,
        }
    }

    /// The same, for a part of a stage of this run.
    pub fn of_run(self, run: &str, stage: &str, part: String) -> StageHeader {
        StageHeader { run: Some(run.into()), kind: stage.into(), part: Some(part), ..self }
    }

    /// The line, with its end.
    pub fn to_line(&self) -> Vec<u8> {
        let mut line = serde_json::to_vec(self).expect("strings and a number");
        line.push(b'\n');
        line
    }

    /// Checks that `line`, without its end, is this header; `what` names the file in errors.
    ///
    /// # Errors
    /// [`Error::Malformed`] for something else than a header, [`Error::Mixed`] for another one.
    pub fn check(&self, line: &[u8], what: &str) -> Result<()> {
        let malformed =
            |_| Error::Malformed { what: what.into(), why: format!("not a {SCHEMA} file") };
        let found: StageHeader = serde_json::from_slice(line).map_err(malformed)?;
        if found == *self {
            return Ok(());
        }
        Err(Error::Mixed { what: what.into(), wanted: self.describe(), found: found.describe() })
    }

    fn describe(&self) -> String {
        let part = self.part.as_ref().map_or(String::new(), |part| format!(" part {part}"));
        let run = self.run.as_ref().map_or(String::new(), |run| format!(", run {run}"));
        format!(
            "{}, {}{part} version {}, recipe {}{run}",
            self.schema, self.kind, self.version, self.recipe
        )
    }
}
