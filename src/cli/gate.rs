//! Owns: the policy and the ignore entries of a gate, as flags and as the table `[gate]` of
//! nearcopy.toml. Never: judges.

use super::amount::Amount;
use super::exit::{Failure, Result};
use super::messages::clean;
use nearcopy::Relation;
use nearcopy::gate::{Bound, FindingKind, IgnoreRule, Matcher, Policy, Scope};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

/// What a gate allows.
#[derive(Debug, Clone, Default, clap::Args, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct GateFlags {
    /// At most this many documents, or this share of them, that are copies of a document that
    /// survives [default: any]
    ///
    /// Of a source with SOURCE=, of each source by itself with *= (documents without a source count
    /// as one); repeatable. In nearcopy.toml: max-duplicate-documents = ["5%", "Courier=0"].
    #[arg(long, value_name = "[SOURCE=]N|P%", help_heading = "Gate")]
    #[serde(deserialize_with = "several")]
    pub max_duplicate_documents: Option<Vec<Allowed>>,
    /// At most this many tokens, or this share of all, that stand in an earlier place too [default:
    /// any]
    ///
    /// Each token counts once, however many places hold it. Templates are no copies. SOURCE= and *=
    /// as above.
    #[arg(long, value_name = "[SOURCE=]N|P%", help_heading = "Gate")]
    #[serde(deserialize_with = "several")]
    pub max_duplicate_text: Option<Vec<Allowed>>,
    /// At most this many documents in one cluster, those that the baseline holds apart [default:
    /// any]
    #[arg(long, value_name = "N", help_heading = "Gate")]
    pub max_cluster: Option<u64>,
    /// No finding of these kinds: equal, near-copy, contains, quotes, template, repeat [default:
    /// equal,near-copy where nothing else is limited]
    ///
    /// near-copy does not stand for equal; contains stands for both directions. Boilerplate is no
    /// repeat here: it is meant to be.
    #[arg(long, value_name = "LIST", help_heading = "Gate", value_delimiter = ',')]
    #[serde(deserialize_with = "several")]
    pub fail_on: Option<Vec<LimitedKind>>,
    /// Findings that are to be overlooked.
    #[arg(skip)]
    pub ignore: Vec<IgnoreEntry>,
}

/// A bound on findings: `5%`, `Courier=100`, `*=0`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Allowed(Bound);

/// A bound as nearcopy.toml writes it.
#[derive(Deserialize)]
#[serde(untagged, expecting = "an amount such as 100, \"5%\" or \"Courier=5%\"")]
enum Written {
    Text(String),
    Plain(Amount),
}

impl TryFrom<Written> for Allowed {
    type Error = String;
    fn try_from(written: Written) -> std::result::Result<Allowed, String> {
        match written {
            Written::Text(text) => text.parse(),
            Written::Plain(amount) => {
                Ok(Allowed(Bound { scope: Scope::Everything, limit: amount.into() }))
            }
        }
    }
}

impl std::str::FromStr for Allowed {
    type Err = String;
    fn from_str(s: &str) -> std::result::Result<Allowed, String> {
        // The name of a source may contain an equals sign, but an amount does not.
        let (scope, amount) = match s.rsplit_once('=') {
            None => (Scope::Everything, s),
            Some(("*", amount)) => (Scope::EverySource, amount),
            Some(("", _)) => return Err(format!("{s:?} names no source before the =")),
            Some((source, amount)) => (Scope::Source(source.to_owned()), amount),
        };
        amount.parse::<Amount>().map(|amount| Allowed(Bound { scope, limit: amount.into() }))
    }
}

const COPIES: [FindingKind; 2] =
    [FindingKind::Pair(Relation::Equal), FindingKind::Pair(Relation::NearCopy)];

/// A kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct LimitedKind(FindingKind);

impl std::str::FromStr for LimitedKind {
    type Err = String;
    fn from_str(s: &str) -> std::result::Result<LimitedKind, String> {
        s.trim().parse().map(LimitedKind)
    }
}

impl TryFrom<String> for LimitedKind {
    type Error = String;
    fn try_from(s: String) -> std::result::Result<LimitedKind, String> {
        s.parse()
    }
}

/// Reads one value, a list of values, or, for values that are words, one string with commas between
/// them.
fn several<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    from: D,
) -> std::result::Result<Option<Vec<T>>, D::Error> {
    let value = toml::Value::deserialize(from)?;
    let list = match value {
        toml::Value::Array(list) => list,
        toml::Value::String(text) => {
            text.split(',').map(|part| toml::Value::String(part.trim().to_owned())).collect()
        }
        other => vec![other],
    };
    let one = |value: toml::Value| {
        value.try_into().map_err(|e: toml::de::Error| serde::de::Error::custom(e.message()))
    };
    list.into_iter().map(one).collect::<std::result::Result<Vec<T>, _>>().map(Some)
}

/// An entry of `[[gate.ignore]]`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IgnoreEntry {
    documents: Vec<String>,
    kinds: Vec<LimitedKind>,
    text: Option<String>,
    reason: String,
    expires: Option<toml::Value>,
}

impl GateFlags {
    /// These settings; where one is not set, that of `other`.
    pub fn or(self, other: GateFlags) -> GateFlags {
        GateFlags {
            max_duplicate_documents: self.max_duplicate_documents.or(other.max_duplicate_documents),
            max_duplicate_text: self.max_duplicate_text.or(other.max_duplicate_text),
            max_cluster: self.max_cluster.or(other.max_cluster),
            fail_on: self.fail_on.or(other.fail_on),
            ignore: if self.ignore.is_empty() { other.ignore } else { self.ignore },
        }
    }

    /// The policy of the gate; without any bound it allows neither equal texts nor near-copies.
    pub fn policy(&self) -> Policy {
        let bounds = |list: &Option<Vec<Allowed>>| {
            list.iter().flatten().map(|a| a.0.clone()).collect::<Vec<_>>()
        };
        let mut policy = Policy::default().with(|s| {
            s.max_duplicate_documents = bounds(&self.max_duplicate_documents);
            s.max_duplicate_text = bounds(&self.max_duplicate_text);
            s.max_cluster = self.max_cluster;
            s.fail_on = Vec::new();
        });
        for kind in self.fail_on.iter().flatten().map(|kind| kind.0) {
            if !policy.fail_on.contains(&kind) {
                policy.fail_on.push(kind);
            }
        }
        if policy == Policy::default() {
            policy.fail_on = COPIES.to_vec();
        }
        policy
    }

    /// The ignore rules; `lines` are those of the entries, for messages.
    pub fn ignores(&self, path: &str, lines: &[usize]) -> Result<Vec<IgnoreRule>> {
        let rule = |(n, entry): (usize, &IgnoreEntry)| {
            let line = lines.get(n).map_or(String::new(), |line| format!(":{line}"));
            entry.rule().map_err(|why| {
                Failure::Said(format!("{path}{line}: [[gate.ignore]]: {}", clean(&why)))
            })
        };
        self.ignore.iter().enumerate().map(rule).collect()
    }
}

impl IgnoreEntry {
    fn rule(&self) -> std::result::Result<IgnoreRule, String> {
        if self.reason.trim().is_empty() {
            return Err("an entry needs a reason = \"…\", so that others know why".into());
        }
        if self.documents.is_empty() && self.kinds.is_empty() && self.text.is_none() {
            return Err(
                "an entry needs documents, kinds or text: this one would overlook everything"
                    .into(),
            );
        }
        if let Some(text) =
            self.text.as_ref().filter(|text| nearcopy::text::tokenize(text).is_empty())
        {
            return Err(format!("text = {text:?} holds no word"));
        }
        let glob = |pattern: &String| {
            let glob = globset::Glob::new(pattern)
                .map_err(|e| format!("documents: {e}"))?
                .compile_matcher();
            let here = std::env::current_dir().unwrap_or_default();
            let from_root = pattern.starts_with('/');
            let fits = move |id: &str| {
                // A path may be given from the root or from here, and so may a pattern.
                let other = match (from_root, std::path::Path::new(id).strip_prefix(&here)) {
                    (true, _) => glob.is_match(here.join(id)),
                    (false, below) => below.is_ok_and(|path| glob.is_match(path)),
                };
                other || glob.is_match(id)
            };
            Ok::<Matcher, String>(Box::new(fits))
        };
        Ok(IgnoreRule {
            documents: self.documents.iter().map(glob).collect::<std::result::Result<_, _>>()?,
            kinds: self.kinds.iter().map(|kind| kind.0).collect(),
            text: self.text.clone(),
            reason: self.reason.clone(),
            expires: self.expires.as_ref().map(day).transpose()?,
        })
    }
}

/// Reads a day, with or without quotes.
fn day(value: &toml::Value) -> std::result::Result<String, String> {
    let text = match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.parse::<jiff::civil::Date>() {
        Ok(date) if date.to_string() == text => Ok(text),
        _ => Err(format!("expires = {text}: a day such as 2027-01-31 is wanted")),
    }
}

/// Today, in UTC.
pub fn today() -> String {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nearcopy::gate::Limit;

    #[test]
    fn bounds_as_people_write_them() {
        let bound = |s: &str| s.parse::<Allowed>().unwrap().0;
        assert_eq!(bound("5%"), Bound { scope: Scope::Everything, limit: Limit::Share(0.05) });
        assert_eq!(bound("*=3"), Bound { scope: Scope::EverySource, limit: Limit::Count(3) });
        assert_eq!(
            bound("a=b=0"),
            Bound { scope: Scope::Source("a=b".into()), limit: Limit::Count(0) }
        );
        for bad in ["=3", "Courier=", "many", "x=-1"] {
            assert!(bad.parse::<Allowed>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_table_takes_one_or_several() {
        let gate: GateFlags = toml::from_str(
            "max-duplicate-documents = \"5%\"\nmax-duplicate-text = [10, \
             \"*=1%\"]\nfail-on = \"equal, quotes\"",
        )
        .unwrap();
        let policy = gate.policy();
        assert_eq!(policy.max_duplicate_documents.len(), 1);
        assert_eq!(policy.max_duplicate_text[1].scope, Scope::EverySource);
        assert_eq!(
            policy.fail_on,
            [FindingKind::Pair(Relation::Equal), FindingKind::Pair(Relation::Quotes)]
        );
        assert_eq!(GateFlags::default().policy().fail_on, COPIES);
    }

    #[test]
    fn entries_without_a_reason_or_an_aim_are_refused() {
        let rule = |text: &str| toml::from_str::<IgnoreEntry>(text).unwrap().rule();
        assert!(rule("documents = [\"a*\"]").unwrap_err().contains("reason"));
        assert!(rule("reason = \"x\"").unwrap_err().contains("everything"));
        assert!(rule("reason = \"x\"\ntext = \"…\"").unwrap_err().contains("no word"));
        assert!(rule("reason = \"x\"\ndocuments = [\"[\"]").unwrap_err().contains("documents: "));
        let good = rule("reason = \"x\"\nkinds = [\"quotes\"]\nexpires = 2027-01-31").unwrap();
        assert_eq!(good.expires.as_deref(), Some("2027-01-31"));
        assert!(
            rule("reason = \"x\"\nkinds = [\"quotes\"]\nexpires = \"soon\"")
                .unwrap_err()
                .contains("2027-01-31")
        );
    }
}
