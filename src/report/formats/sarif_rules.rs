//! Owns: the meaning of each kind of finding and what to do about it, as SARIF rules. Never: a
//! result.

use crate::gate::verdict::FindingKind;
use crate::model::relation::Severity;
use crate::report::formats::located_findings::severity;
use serde::Serialize;

/// The texts for a repeat: name, short description, full description, help.
const REPEAT: [&str; 4] = [
    "Repeat",
    "A paragraph or passage is repeated.",
    "A paragraph or passage stands several times, in one document or in several.",
    "If it was pasted twice by mistake, remove one place. A footer or notice is usually meant.",
];

/// A rule of the tool.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    id: &'static str,
    name: &'static str,
    short_description: Text,
    full_description: Text,
    help: Text,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Text {
    text: &'static str,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

impl Descriptor {
    pub fn new(kind: FindingKind) -> Descriptor {
        let [name, short, full, help] = match kind {
            FindingKind::Pair(relation) => relation.row().words.rule,
            FindingKind::Repeat => REPEAT,
        };
        Descriptor {
            id: kind.name(),
            name,
            short_description: Text { text: short },
            full_description: Text { text: full },
            help: Text { text: help },
            default_configuration: Configuration { level: level(kind) },
        }
    }
}

/// The SARIF level of a kind.
pub fn level(kind: FindingKind) -> &'static str {
    match severity(kind) {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
