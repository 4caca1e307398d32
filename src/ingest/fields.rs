//! Owns: which fields of a record are looked for, by name, and how well a name matches. Never:
//! reads the value of a field.

use crate::ingest::input::InputOptions;

/// The roles that a field can have in a document, in the order of every array below.
pub(super) const ROLES: [&str; 4] = ["text", "id", "source", "date"];
pub(crate) const TEXT: usize = 0;
pub(super) const ID: usize = 1;
pub(super) const SOURCE: usize = 2;
pub(super) const DATE: usize = 3;

/// The names that are tried for each role, best first.
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

/// An offset larger than any list of names: it is added to the rank of a name that matches only
/// when letter case is ignored.
pub(super) const OTHER_CASE: usize = 8;

/// The field names to look for in each role.
#[derive(Debug)]
pub(crate) struct Fields {
    pub(super) names: [Vec<String>; 4],
    pub(super) explicit: [bool; 4],
}

impl Fields {
    pub(crate) fn new(options: &InputOptions) -> Fields {
        let given =
            [&options.text_field, &options.id_field, &options.source_field, &options.date_field];
        let names = std::array::from_fn(|role| match given[role] {
            Some(name) => vec![name.clone()],
            None => GUESSES[role].iter().map(|&name| name.into()).collect(),
        });
        Fields { names, explicit: given.map(Option::is_some) }
    }

    /// Whether the caller named this field as the id.
    #[cfg(feature = "web")]
    pub(super) fn id_is(&self, name: &str) -> bool {
        self.explicit[ID] && self.names[ID].iter().any(|n| n == name)
    }

    /// Ranks how well a key matches each role (0 is best), and returns its prefix where a wanted
    /// field may be nested inside it.
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
                // This runs for each key of each record, so length and first letter must exclude
                // most names.
                if name.len() == key.len() {
                    let near = name.first().map(u8::to_ascii_lowercase)
                        == key.first().map(u8::to_ascii_lowercase);
                    if !near || !name.eq_ignore_ascii_case(key) {
                        continue;
                    } else if name == key {
                        hit.ranks[role] = Some(rank);
                        break;
                    } else if !self.explicit[role] && hit.ranks[role].is_none() {
                        hit.ranks[role] = Some(rank + OTHER_CASE);
                    }
                } else if self.explicit[role]
                    && name.strip_prefix(key).is_some_and(|rest| rest[0] == b'.')
                {
                    hit.inside = Some(String::from_utf8_lossy(&name[..=key.len()]).into_owned());
                }
            }
        }
        hit
    }

    /// Returns the best matching column of each role, with its rank. Of columns that match equally
    /// well the last one counts; only columns that `serves` admits for the role are considered.
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

    /// The message that explains why a table with these columns has no text, and what to do about
    /// it.
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

    /// The names that are tried for the text, for a message.
    pub(super) fn text_names(&self) -> String {
        self.names[TEXT].join(", ")
    }
}

/// How a key of an object matches the roles.
pub(super) struct FieldMatch {
    pub(super) ranks: [Option<usize>; 4],
    /// The key followed by a dot.
    pub(super) inside: Option<String>,
}

/// The roles that a field can have in a document (`text`, `id`, `source`, `date`) and the names
/// that are tried for each, best first. Where no name matches exactly, they are tried again without
/// regard to letter case.
///
/// ```
/// let (role, names) = nearcopy::ingest::field_names()[1];
/// assert_eq!((role, names[0]), ("id", "id"));
/// ```
pub fn field_names() -> [(&'static str, &'static [&'static str]); 4] {
    std::array::from_fn(|role| (ROLES[role], GUESSES[role]))
}
