//! Owns: the relations and, in one table, everything that depends on the relation. Never: decides
//! when a relation holds.
//!
//! A writer takes the name, the order and the words of a relation from its row here; a new relation
//! is a new row.

use serde::{Deserialize, Serialize};

/// How two texts are related. The bounds are in [`Thresholds`](crate::Thresholds).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Relation {
    /// Both texts have the same normalised tokens.
    Equal,
    /// Most of both texts is the same passage or passages.
    NearCopy,
    /// `a` holds most of `b`, and much other text.
    Contains,
    /// `b` holds most of `a`, and much other text.
    ContainedIn,
    /// The texts share a passage; the relation does not claim who quoted whom.
    Quotes,
    /// The texts have one wording and tell different things, so neither is a copy.
    /// [`TemplateReason`](crate::detection::TemplateReason) says how.
    Template,
}

impl Relation {
    /// All relations, in the order of reports.
    pub const ALL: [Relation; 6] = {
        use Relation::{ContainedIn, Contains, Equal, NearCopy, Quotes, Template};
        [Equal, NearCopy, Contains, ContainedIn, Quotes, Template]
    };

    /// The name of the relation in reports: `near-copy`, `contains`, …
    pub const fn name(self) -> &'static str {
        self.row().name
    }
    /// The relation of (b, a), given that of (a, b).
    pub const fn flipped(self) -> Relation {
        self.row().flipped
    }
    /// The rank of the relation by similarity, 0 for the most similar texts; `contains` and
    /// `contained-in` have one rank.
    pub const fn rank(self) -> u8 {
        self.row().rank
    }
    /// Whether one text is a copy of the other, so that both may be in one cluster.
    pub const fn is_copy(self) -> bool {
        self.row().copy
    }
    /// Whether most of `a` is part of `b`, which holds much other text.
    pub const fn is_contained(self) -> bool {
        self.row().contained
    }
    /// Whether most of `b` is part of `a`, which holds much other text.
    pub const fn is_containing(self) -> bool {
        self.flipped().is_contained()
    }
    /// The relation without its direction: `contains` for `contained-in`, otherwise the relation
    /// itself.
    pub const fn undirected(self) -> Relation {
        if self.is_contained() { self.flipped() } else { self }
    }
    pub(crate) const fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }
}

impl_display!(Relation);

/// Parses the name of a relation in reports.
impl std::str::FromStr for Relation {
    type Err = String;
    fn from_str(s: &str) -> Result<Relation, String> {
        let known = Relation::ALL.into_iter().find(|relation| relation.name() == s);
        known.ok_or_else(|| {
            format!("{s:?} is no relation: {}", Relation::ALL.map(Relation::name).join(", "))
        })
    }
}

/// The severity of a finding for a program that shows it in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    Error,
    Warning,
    Note,
}

/// Everything that depends on a relation.
#[cfg_attr(not(all(feature = "reports", feature = "html")), allow(dead_code))]
pub(crate) struct Row {
    name: &'static str,
    flipped: Relation,
    rank: u8,
    copy: bool,
    contained: bool,
    /// Whether the passages are one text in two places, and not one wording with other facts.
    pub same_text: bool,
    pub severity: Severity,
    pub words: Words,
}

/// The words in which a report describes a relation to a person.
#[cfg_attr(not(all(feature = "reports", feature = "html")), allow(dead_code))]
pub(crate) struct Words {
    /// The words between the names of the two texts, and those behind both names. They claim a
    /// direction only where it is measured: one text contains another, but none is said to be the
    /// copy.
    pub both: [&'static str; 2],
    /// The name in a chart; relations with one name are counted together.
    pub chart: &'static str,
    /// A sentence about the finding at one of its documents; `{partner}` and `{passages}` are
    /// replaced. It does not say which of the two is the copy.
    pub sentence: &'static str,
    /// The parts of a rule: its name, its short description, its full description, and what to do.
    pub rule: [&'static str; 4],
}

/// The rows of all relations, in the order of [`Relation`].
static ROWS: [Row; Relation::ALL.len()] = [
    Row {
        name: "equal",
        flipped: Relation::Equal,
        rank: 0,
        copy: true,
        contained: false,
        same_text: true,
        severity: Severity::Error,
        words: Words {
            both: [" and ", " are the same text"],
            chart: "equal",
            sentence: "The same words as {partner}",
            rule: [
                "Equal",
                "Two documents hold the same text.",
                "Two documents hold the same words; case, punctuation and typography aside. Which \
                 of them is the copy is not claimed.",
                "Remove one of the two. The survivor policy says which.",
            ],
        },
    },
    Row {
        name: "near-copy",
        flipped: Relation::NearCopy,
        rank: 1,
        copy: true,
        contained: false,
        same_text: true,
        severity: Severity::Error,
        words: Words {
            both: [" and ", " are near-copies"],
            chart: "near-copy",
            sentence: "Near-copies of each other: this text and {partner}",
            rule: [
                "NearCopy",
                "Two documents are near-copies of each other.",
                "Most of both documents is the same passage or passages, perhaps edited, cut or \
                 re-ordered. Which of them is the copy is not claimed.",
                "Remove one of the two, or keep both on purpose: put the finding into the baseline \
                 or write an ignore entry.",
            ],
        },
    },
    Row {
        name: "contains",
        flipped: Relation::ContainedIn,
        rank: 2,
        copy: false,
        contained: false,
        same_text: true,
        severity: Severity::Error,
        words: Words {
            both: [" contains ", ""],
            chart: "contained",
            sentence: "Contains most of {partner}",
            rule: [
                "Contains",
                "The text holds most of another.",
                "Most of the other document stands in this one, which holds much else besides.",
                "If the shorter document is nothing but an extract, remove it. A roundup of other \
                 articles is usually meant.",
            ],
        },
    },
    Row {
        name: "contained-in",
        flipped: Relation::Contains,
        rank: 2,
        copy: false,
        contained: true,
        same_text: true,
        severity: Severity::Error,
        words: Words {
            both: [" is contained in ", ""],
            chart: "contained",
            sentence: "Most of this text stands in {partner}",
            rule: [
                "ContainedIn",
                "Most of the text stands in another.",
                "Most of this document stands in the other one, which holds much else besides.",
                "If this document is nothing but an extract, remove it. A roundup of other \
                 articles is usually meant.",
            ],
        },
    },
    Row {
        name: "quotes",
        flipped: Relation::Quotes,
        rank: 3,
        copy: false,
        contained: false,
        same_text: true,
        severity: Severity::Warning,
        words: Words {
            both: [" and ", " share a passage"],
            chart: "quotes",
            sentence: "Shares {passages} with {partner}",
            rule: [
                "Quotes",
                "Two texts share a passage.",
                "A passage stands in both documents, and most of each is its own. Who quoted whom \
                 is not claimed.",
                "Look whether the passage is a quotation that names where it comes from.",
            ],
        },
    },
    Row {
        name: "template",
        flipped: Relation::Template,
        rank: 4,
        copy: false,
        contained: false,
        same_text: false,
        severity: Severity::Note,
        words: Words {
            both: [" and ", " follow one template"],
            chart: "template",
            sentence: "Follows one template with {partner}",
            rule: [
                "Template",
                "Two texts follow one template.",
                "The documents share their wording and tell different things: other numbers and \
                 names, as two quarters' results do, the next issue of a series, or titles that \
                 name something else. Or the wording that they share is a common one.",
                "Nothing has to be done: this is no copy. If it is one, the facts of one document \
                 may be wrong.",
            ],
        },
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_the_order_of_the_relations() {
        for (n, relation) in Relation::ALL.into_iter().enumerate() {
            assert_eq!(relation as usize, n);
            assert_eq!(serde_json::to_value(relation).unwrap(), relation.name());
            assert_eq!(relation.to_string().parse(), Ok(relation));
            assert_eq!(relation.flipped().flipped(), relation);
            assert_eq!(relation.flipped().rank(), relation.rank());
            assert!(!relation.is_copy() || relation.row().same_text);
            assert!(!relation.is_contained() || !relation.is_containing());
        }
        assert!(Relation::ALL.is_sorted_by_key(|r| (!r.row().same_text, r.rank())));
    }
}
