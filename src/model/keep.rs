//! Owns: the rules that choose the survivor of a cluster, by name. Never: compares two documents.

use serde::{Deserialize, Serialize};

/// One rule of the survivor policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Keep {
    /// Prefers the earliest date; undated documents come last.
    Earliest,
    /// Prefers the latest date; undated documents come last.
    Latest,
    /// Prefers the most tokens.
    Longest,
    /// Prefers the smallest id, compared as bytes.
    SmallestId,
    /// Prefers the source that is first in this list; other sources come last.
    Source(Vec<String>),
    /// Prefers the highest number in this field ([`DocumentInfo::score`](crate::DocumentInfo));
    /// documents without one come last.
    Field(String),
    /// Prefers none: a cleaning removes every document of a group of copies.
    Nothing,
}

impl std::fmt::Display for Keep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&String::from(self.clone()))
    }
}

impl std::str::FromStr for Keep {
    type Err = String;
    fn from_str(s: &str) -> std::result::Result<Keep, String> {
        match s {
            "earliest" => Ok(Keep::Earliest),
            "latest" => Ok(Keep::Latest),
            "longest" => Ok(Keep::Longest),
            "smallest-id" => Ok(Keep::SmallestId),
            "none" => Ok(Keep::Nothing),
            _ => match (s.strip_prefix("source="), s.strip_prefix("field:")) {
                (Some(list), _) if !list.is_empty() => {
                    Ok(Keep::Source(list.split(',').map(|x| x.trim().to_owned()).collect()))
                }
                (_, Some(name)) if !name.trim().is_empty() => {
                    Ok(Keep::Field(name.trim().to_owned()))
                }
                _ => Err(format!(
                    "{s:?} is not earliest, latest, longest, smallest-id, source=a,b,c, field:NAME \
                     or none"
                )),
            },
        }
    }
}

impl TryFrom<String> for Keep {
    type Error = String;
    fn try_from(s: String) -> std::result::Result<Keep, String> {
        s.parse()
    }
}

impl From<Keep> for String {
    fn from(k: Keep) -> String {
        match k {
            Keep::Earliest => "earliest".into(),
            Keep::Latest => "latest".into(),
            Keep::Longest => "longest".into(),
            Keep::SmallestId => "smallest-id".into(),
            Keep::Source(list) => format!("source={}", list.join(",")),
            Keep::Field(name) => format!("field:{name}"),
            Keep::Nothing => "none".into(),
        }
    }
}
