//! Owns: what each kind of finding means and what to do about it, as SARIF rules. Never: a result.

use crate::gate::verdict::FindingKind;
use crate::model::detection::Relation;
use crate::report::formats::sarif::level;
use serde::Serialize;

/// A rule of the tool.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
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
    pub(super) fn new(kind: FindingKind) -> Descriptor {
        let [name, short, full, help] = said(kind);
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

/// Name, short description, full description, help.
fn said(kind: FindingKind) -> [&'static str; 4] {
    match kind {
        FindingKind::Pair(Relation::Equal) => [
            "Equal",
            "The text is in the corpus already.",
            "Two documents hold the same words; case, punctuation and typography aside.",
            "Remove one of the two. Which of them was kept follows from the survivor policy.",
        ],
        FindingKind::Pair(Relation::NearCopy) => [
            "NearCopy",
            "Most of the text is in the corpus already.",
            "Most of both documents is the same passage or passages, perhaps edited, cut or re-ordered.",
            "Remove one of the two, or keep both on purpose: put the finding into the baseline or write an ignore entry.",
        ],
        FindingKind::Pair(Relation::Contains) => [
            "Contains",
            "The text holds most of another.",
            "Most of the other document stands in this one, which holds much else besides.",
            "If the shorter document is nothing but an extract, remove it. A roundup of other articles is usually meant.",
        ],
        FindingKind::Pair(Relation::ContainedIn) => [
            "ContainedIn",
            "Most of the text stands in another.",
            "Most of this document stands in the other one, which holds much else besides.",
            "If this document is nothing but an extract, remove it. A roundup of other articles is usually meant.",
        ],
        FindingKind::Pair(Relation::Quotes) => [
            "Quotes",
            "Two texts share a passage.",
            "A passage stands in both documents, and most of each is its own. Who quoted whom is not claimed.",
            "Look whether the passage is a quotation that names where it comes from.",
        ],
        FindingKind::Pair(Relation::Template) => [
            "Template",
            "Two texts follow one template.",
            "The documents agree in their wording but not in their numbers and names, as two quarters' results do.",
            "Nothing has to be done: this is no copy. If it is one, the facts of one document may be wrong.",
        ],
        FindingKind::Repeat => [
            "Repeat",
            "A paragraph or passage is repeated.",
            "A paragraph or passage stands several times, in one document or in several.",
            "If it was pasted twice by mistake, remove one place. A footer or notice is usually meant.",
        ],
    }
}
