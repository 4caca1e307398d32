//! Owns: which fields of a record are looked for, by name, and how well a name matches. Never:
//! reads the value of a field.

use crate::escape;
use crate::ingest::field_names::{
    DATE, GUESSES, ID, OTHER_CASE, PARTS, PerRole, ROLES, SCORE, SOURCE, TEXT, TITLE, URL, named,
};
use crate::ingest::input::InputOptions;
use crate::ingest::read_result::MissingField;
use crate::near_names::nearest;

/// The guessed names of the text that a message lists.
const SHOWN: usize = 8;

/// The names of a record that are looked at for one like a name that the caller gave.
pub(super) const MOST_NAMES: usize = 1000;

/// The name of a part that a text does not have; no key has it.
const NO_NAME: &str = "\0";

/// The field names to look for in each role.
#[derive(Debug)]
pub(crate) struct Fields {
    pub(super) names: PerRole<Vec<String>>,
    /// Whether the caller named the field.
    pub(super) explicit: PerRole<bool>,
    /// The names as role and rank, by their length.
    by_length: Vec<Vec<(usize, usize)>>,
    /// Whether a name is a path of keys with dots between them.
    nested: bool,
}

impl Fields {
    pub(crate) fn new(options: &InputOptions) -> Fields {
        let role = |list: &Option<String>, joins| list.as_deref().map(|list| named(list, joins));
        let mut given: PerRole<Option<Vec<Vec<String>>>> = Default::default();
        given[TEXT] = role(&options.text_field, true);
        given[ID] = role(&options.id_field, false);
        given[SOURCE] = role(&options.source_field, false);
        given[DATE] = role(&options.date_field, false);
        given[TITLE] = role(&options.title_field, false);
        given[SCORE] = role(&options.score_field, false);
        let all_given = || given.iter().flatten().flatten().flatten();
        let taken = |name: &str| all_given().any(|g| g.eq_ignore_ascii_case(name));
        let part = |role: usize| {
            let part = role - PARTS.start + 1;
            let name = |names: &Vec<String>| names.get(part).map_or(NO_NAME, String::as_str).into();
            given[TEXT].iter().flatten().map(name).collect::<Vec<String>>()
        };
        let names: PerRole<Vec<String>> = std::array::from_fn(|role| match &given[role] {
            // The text is no title of itself.
            Some(_) if role == TITLE && given[TEXT] == given[TITLE] => Vec::new(),
            Some(list) => list.iter().map(|names| names[0].clone()).collect(),
            None if PARTS.contains(&role) => part(role),
            // Where the caller says which field is the source, nothing else is.
            None if role == URL && given[SOURCE].is_some() => Vec::new(),
            None => GUESSES[role]
                .iter()
                // What the caller names as something else is not guessed to be the title.
                .filter(|name| role != TITLE || !taken(name))
                .map(|&name| name.into())
                .collect(),
        });
        let nested = all_given().any(|name| name.contains('.'));
        let explicit = std::array::from_fn(|role| match PARTS.contains(&role) {
            true => names[role].iter().any(|name| name != NO_NAME),
            false => given[role].is_some(),
        });
        Fields { by_length: by_length(&names), names, explicit, nested }
    }

    /// The names of the text that the caller gave.
    pub(super) fn given_text(&self) -> &[String] {
        if self.explicit[TEXT] { &self.names[TEXT] } else { &[] }
    }

    /// Whether several fields may be joined to one text.
    pub(crate) fn joins(&self) -> bool {
        self.explicit[PARTS.start]
    }

    /// Whether there is a field of the text among those that were found.
    pub(crate) fn has_text<T>(&self, found: &PerRole<Option<T>>) -> bool {
        found[TEXT].is_some() || PARTS.clone().any(|part| found[part].is_some())
    }

    /// The text of a record whose fields are joined: those of the best name that is there, with a
    /// blank line between. `others` has the parts behind the first one.
    pub(super) fn joined(
        &self,
        text: Option<(usize, String)>,
        others: &mut PerRole<Option<(usize, String)>>,
    ) -> Option<(usize, String)> {
        if !self.joins() {
            return text;
        }
        let parts = PARTS.filter_map(|part| others[part].take());
        let found: Vec<(usize, String)> = text.into_iter().chain(parts).collect();
        let best = found.iter().map(|(rank, _)| *rank).min()?;
        let parts = found.into_iter().filter(|(rank, part)| *rank == best && !part.is_empty());
        let parts: Vec<String> = parts.map(|(_, part)| part).collect();
        Some((best, parts.join("\n\n")))
    }

    /// Whether the source of a record that names none is the host of its address. Not so where the
    /// caller named the field of the source.
    pub(super) fn derives_source(&self) -> bool {
        !self.explicit[SOURCE]
    }

    /// Whether the caller named this field as the id.
    #[cfg(feature = "web")]
    pub(super) fn id_is(&self, name: &str) -> bool {
        self.explicit[ID] && self.names[ID].iter().any(|n| n == name)
    }

    /// Whether the caller named the field of a role.
    pub(super) fn is_explicit(&self, role: usize) -> bool {
        self.explicit[role]
    }

    /// Whether the caller named any field.
    pub(super) fn any_explicit(&self) -> bool {
        self.explicit.contains(&true)
    }

    /// The fields that the caller named and that are not among those present.
    pub(super) fn missing(
        &self,
        present: &PerRole<bool>,
        first_fields: Option<&[String]>,
    ) -> Vec<MissingField> {
        // Of several names for the text one is enough; of a single one, all fields to join.
        let several = self.names[TEXT].len() > 1;
        let text = PARTS.chain([TEXT]).any(|role| present[role]);
        let there = |role: usize| match role {
            TEXT if several => text,
            _ if PARTS.contains(&role) => several || present[role],
            _ => present[role],
        };
        (0..ROLES.len())
            .filter(|&role| self.explicit[role] && !there(role) && !self.names[role].is_empty())
            .map(|role| MissingField {
                role: ROLES[role],
                name: self.names[role].join(","),
                present: first_fields.unwrap_or_default().to_vec(),
            })
            .collect()
    }

    /// Ranks how well a key matches each role (0 is best), and returns its prefix where a wanted
    /// field may be nested inside it.
    pub(super) fn fit(&self, prefix: &str, key: &[u8]) -> FieldMatch {
        if self.nested || !prefix.is_empty() {
            return self.fit_nested(prefix, key);
        }
        // This runs for each key of each record, so length and first letter must exclude most
        // names.
        let first = |name: &[u8]| name.first().map(u8::to_ascii_lowercase);
        let mut hit = FieldMatch { ranks: [None; ROLES.len()], inside: None };
        for &(role, rank) in self.by_length.get(key.len()).into_iter().flatten() {
            let (name, best) = (self.names[role][rank].as_bytes(), &mut hit.ranks[role]);
            if first(name) != first(key) || best.is_some_and(|best| best < OTHER_CASE) {
                continue;
            } else if name == key {
                *best = Some(rank);
            } else if best.is_none() && !self.explicit[role] && name.eq_ignore_ascii_case(key) {
                *best = Some(rank + OTHER_CASE);
            }
        }
        hit
    }

    /// [`Fields::fit`] where names may be paths of keys: the definition.
    fn fit_nested(&self, prefix: &str, key: &[u8]) -> FieldMatch {
        let mut hit = FieldMatch { ranks: [None; ROLES.len()], inside: None };
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
    ) -> PerRole<Option<(usize, usize)>> {
        let mut best: PerRole<Option<(usize, usize)>> = [None; ROLES.len()];
        for (column, name) in names.iter().enumerate() {
            for (role, rank) in self.fit("", name.trim().as_bytes()).ranks.into_iter().enumerate() {
                let Some(rank) = rank.filter(|_| serves(role, column)) else { continue };
                if best[role].is_none_or(|(_, known)| rank <= known) {
                    best[role] = Some((column, rank));
                }
            }
        }
        let same =
            |a: usize, b: usize| best[a].is_some_and(|(c, _)| best[b].is_some_and(|b| b.0 == c));
        // The text is no title of itself, and the id is looked at for an address anyway.
        let (title, url) = (same(TITLE, TEXT), same(URL, ID));
        best[TITLE] = best[TITLE].filter(|_| !title);
        best[URL] = best[URL].filter(|_| !url);
        best
    }

    /// The message that explains why a table with these columns has no text, and what to do about
    /// it.
    #[cfg(any(feature = "csv", feature = "parquet"))]
    pub(super) fn no_text_column(&self, names: &[String]) -> String {
        let next = self
            .meant_text(names)
            .unwrap_or_else(|| "name its column with --text-field NAME".into());
        format!(
            "no column with a text (looked for {}; its columns are: {}); nothing was read: {next}",
            self.text_names(),
            shown_names(names).join(", ")
        )
    }

    /// Whether some key of this JSON, valid or not, is a name of the text and has a string: with
    /// double quotes, single ones or none. Letter case is ignored.
    pub(super) fn names_a_text(&self, json: &[u8]) -> bool {
        let quote = |b: Option<&u8>| matches!(b, Some(b'"' | b'\''));
        memchr::memchr_iter(b':', json).any(|at| {
            let value = json[at + 1..].trim_ascii_start();
            let before = json[..at].trim_ascii_end();
            let key = if quote(before.last()) { &before[..before.len() - 1] } else { before };
            (value.is_empty() || quote(value.first())) && self.ends_with_text_name(key)
        })
    }

    fn ends_with_text_name(&self, key: &[u8]) -> bool {
        let parts = PARTS.flat_map(|part| &self.names[part]);
        self.names[TEXT].iter().chain(parts).any(|name| {
            // The last part of a dotted name is the key.
            let name = name.rsplit('.').next().unwrap_or(name).as_bytes();
            let Some(start) = key.len().checked_sub(name.len()) else { return false };
            let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
            key[start..].eq_ignore_ascii_case(name) && !key[..start].last().is_some_and(word)
        })
    }

    /// Proposes a field whose name is like one that the caller gave for the text. The names are
    /// whole: one that was cut for a message would be no field.
    pub(super) fn meant_text(&self, present: &[String]) -> Option<String> {
        if !self.explicit[TEXT] {
            return None;
        }
        // A comma or a plus sign in a name would be read as a list or as parts.
        let some = || present.iter().take(MOST_NAMES).map(|name| name.trim());
        let plain = || some().filter(|name| !name.contains([',', '+']));
        let near = self.names[TEXT].iter().find_map(|name| nearest(name, plain()))?;
        let flag = escape::argument(near).map(|name| format!(" --text-field {name};"));
        Some(format!(
            "did you mean {}?{} upper and lower case count",
            escape::message(near),
            flag.unwrap_or_default()
        ))
    }

    /// The names that are tried for the text, for a message.
    pub(super) fn text_names(&self) -> String {
        let parts = |rank: usize| {
            let part = |role: usize| self.names[role].get(rank).filter(|name| *name != NO_NAME);
            let names = [TEXT].into_iter().chain(PARTS).filter_map(part);
            names.map(String::as_str).collect::<Vec<_>>().join("+")
        };
        let shown = if self.explicit[TEXT] { usize::MAX } else { SHOWN };
        let mut list: Vec<String> = (0..self.names[TEXT].len()).take(shown).map(parts).collect();
        if list.len() < self.names[TEXT].len() {
            list.push("…".into());
        }
        list.join(", ")
    }
}

/// The names as role and rank, by their length and in this order.
fn by_length(names: &PerRole<Vec<String>>) -> Vec<Vec<(usize, usize)>> {
    let mut out = Vec::new();
    for (role, names) in names.iter().enumerate() {
        for (rank, name) in names.iter().enumerate().filter(|(_, name)| *name != NO_NAME) {
            out.resize(out.len().max(name.len() + 1), Vec::new());
            out[name.len()].push((role, rank));
        }
    }
    out
}

/// The names of the fields of a record or table, for a message: the first, of which one that is
/// long is cut and ends with `…`.
pub(super) fn shown_names(names: &[String]) -> Vec<String> {
    let short = |name: &String| match name.char_indices().nth(40) {
        Some((end, _)) => escape::message(&name[..end]) + "…",
        None => escape::message(name),
    };
    let mut list: Vec<String> = names.iter().take(12).map(short).collect();
    if names.len() > 12 {
        list.push("…".into());
    }
    list
}

/// How a key of an object matches the roles.
pub(super) struct FieldMatch {
    pub(super) ranks: PerRole<Option<usize>>,
    /// The key followed by a dot.
    pub(super) inside: Option<String>,
}

impl FieldMatch {
    /// Whether the key is no name of any role.
    pub(super) fn is_of_no_role(&self) -> bool {
        self.ranks.iter().all(Option::is_none)
    }
}

/// Calls `value` for each role but the text, in their order.
pub(crate) fn others<T>(mut value: impl FnMut(usize) -> Option<T>) -> PerRole<Option<T>> {
    std::array::from_fn(|role| if role == TEXT { None } else { value(role) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_key_fits_by_its_length_as_by_all_names(
            key in "[a-c]{0,3}|(?i)(text|body|id|url|source|group|date|title|name|read|published)",
            given in "[a-cA-C]{1,3}|text|Text", role in 0usize..3,
        ) {
            let given = Some(given);
            let options = match role {
                0 => InputOptions { text_field: given, ..InputOptions::default() },
                1 => InputOptions { title_field: given, ..InputOptions::default() },
                _ => InputOptions::default(),
            };
            let fields = Fields::new(&options);
            let (fast, plain) =
                (fields.fit("", key.as_bytes()), fields.fit_nested("", key.as_bytes()));
            prop_assert_eq!(fast.ranks, plain.ranks);
            prop_assert_eq!(fast.inside, plain.inside);
        }
    }
}
