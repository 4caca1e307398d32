//! Owns: which fields of a record are looked for, by name, and how well a name fits. Never: what a
//! field holds.

use crate::ingest::input::InputOptions;

/// What a field can be to a document; the order of every array below.
pub(super) const ROLES: [&str; 4] = ["text", "id", "source", "date"];
pub(crate) const TEXT: usize = 0;
pub(super) const ID: usize = 1;
pub(super) const SOURCE: usize = 2;
pub(super) const DATE: usize = 3;

/// The names that are tried, best first.
const GUESSES: [&[&str]; 4] = [
    &["text", "content", "body", "article", "raw_content", "maintext"],
    &["id", "_id", "doc_id", "docid", "url", "uri", "link"],
    &["source", "outlet", "publisher", "site", "domain", "host", "newspaper", "group"],
    &[
        "date",
        "published",
        "publish_date",
        "date_published",
        "published_at",
        "timestamp",
        "created",
    ],
];

/// More than the names in any list: added to the rank of a name that fits but for its case.
pub(super) const OTHER_CASE: usize = 8;

/// The fields that are looked for.
#[derive(Debug)]
pub(crate) struct Fields {
    pub(super) names: [Vec<String>; 4],
    pub(super) given: [bool; 4],
}

impl Fields {
    pub(crate) fn new(options: &InputOptions) -> Fields {
        let given =
            [&options.text_field, &options.id_field, &options.source_field, &options.date_field];
        let names = std::array::from_fn(|role| match given[role] {
            Some(name) => vec![name.clone()],
            None => GUESSES[role].iter().map(|&name| name.into()).collect(),
        });
        Fields { names, given: given.map(Option::is_some) }
    }

    /// Whether the id was asked for under this name.
    #[cfg(feature = "web")]
    pub(super) fn id_is(&self, name: &str) -> bool {
        self.given[ID] && self.names[ID].iter().any(|n| n == name)
    }

    /// How well a key fits each role (0 best), and whether a wanted field may lie inside it.
    pub(super) fn fit(&self, prefix: &str, key: &[u8]) -> FieldMatch {
        let mut hit = FieldMatch { ranks: [None; 4], inside: None };
        for role in 0..ROLES.len() {
            for (rank, name) in self.names[role].iter().enumerate() {
                let Some(name) = (if prefix.is_empty() {
                    Some(name.as_str())
                } else {
                    name.strip_prefix(prefix)
                }) else {
                    continue;
                };
                let name = name.as_bytes();
                // This runs for each key of each record, so most names must fall by length and
                // first letter.
                if name.len() == key.len() {
                    let near = name.first().map(u8::to_ascii_lowercase)
                        == key.first().map(u8::to_ascii_lowercase);
                    if !near || !name.eq_ignore_ascii_case(key) {
                        continue;
                    } else if name == key {
                        hit.ranks[role] = Some(rank);
                        break;
                    } else if !self.given[role] && hit.ranks[role].is_none() {
                        hit.ranks[role] = Some(rank + OTHER_CASE);
                    }
                } else if self.given[role]
                    && name.strip_prefix(key).is_some_and(|rest| rest[0] == b'.')
                {
                    hit.inside = Some(String::from_utf8_lossy(&name[..=key.len()]).into_owned());
                }
            }
        }
        hit
    }

    /// For each role the column that fits best, and how well. Of columns that fit alike, the last
    /// one counts; only those that `serves` says may have the role are looked at.
    #[cfg(any(feature = "csv", feature = "parquet"))]
    pub(crate) fn columns(
        &self,
        names: &[String],
        serves: impl Fn(usize, usize) -> bool,
    ) -> [Option<(usize, usize)>; 4] {
        let mut best: [Option<(usize, usize)>; 4] = [None; 4];
        for (column, name) in names.iter().enumerate() {
            for (role, rank) in self.fit("", name.trim().as_bytes()).ranks.into_iter().enumerate() {
                let Some(rank) = rank.filter(|_| serves(role, column)) else { continue };
                if best[role].is_none_or(|(_, known)| rank <= known) {
                    best[role] = Some((column, rank));
                }
            }
        }
        best
    }

    /// Why a table with these columns has no text, and what to do about it.
    #[cfg(any(feature = "csv", feature = "parquet"))]
    pub(super) fn no_text_column(&self, names: &[String]) -> String {
        let mut list: Vec<String> =
            names.iter().take(12).map(|n| n.chars().take(40).collect()).collect();
        if names.len() > 12 {
            list.push("…".into());
        }
        format!(
            "no column with a text (looked for {}; its columns are: {}); nothing was read: name \
             its column with --text-field NAME",
            self.text_names(),
            list.join(", ")
        )
    }

    /// What is looked for as the text, for a message.
    pub(super) fn text_names(&self) -> String {
        self.names[TEXT].join(", ")
    }
}

/// What a key of an object is good for.
pub(super) struct FieldMatch {
    pub(super) ranks: [Option<usize>; 4],
    /// The key and a dot.
    pub(super) inside: Option<String>,
}

/// What a field can be to a document (`text`, `id`, `source`, `date`), and the names that are tried
/// for each, best first; where none is there, the same in other letter case.
///
/// ```
/// let (role, names) = nearcopy::ingest::field_names()[1];
/// assert_eq!((role, names[0]), ("id", "id"));
/// ```
pub fn field_names() -> [(&'static str, &'static [&'static str]); 4] {
    std::array::from_fn(|role| (ROLES[role], GUESSES[role]))
}
