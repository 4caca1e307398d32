//! Owns: what decides which findings are reported. Never: anything that changes a key (that is the
//! recipe).

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// The bounds of relations, clusters and repeats. Changing one needs no key made again.
///
/// Shares run from 0 to 1; lengths are in tokens.
///
/// ```
/// let strict = nearcopy::Thresholds { near_copy_smaller: 0.8, near_copy_larger: 0.9,
///     ..Default::default() };
/// assert!(strict.check().is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Thresholds {
    /// A near-copy covers at least this share of the less covered text.
    pub near_copy_smaller: f64,
    /// A near-copy covers at least this share of the more covered text.
    pub near_copy_larger: f64,
    /// A contained text is covered at least this much; its container less than `near_copy_smaller`.
    pub contains: f64,
    /// The shortest passage that counts, in tokens.
    pub min_match: u32,
    /// A whole paragraph counts from this many tokens on, though shorter than `min_match`.
    pub min_paragraph: u32,
    /// How much a passage must tell to be a quotation: a word that few texts of the corpus hold
    /// counts nine, one that more hold one, and so do each three equal words.
    pub min_telling: u32,
    /// How much all passages of a near-copy or containment must tell together. What tells less is a
    /// template.
    pub copy_telling: u32,
    /// How passages are aligned.
    pub alignment: AlignmentMethod,
    /// The least evidence of a passage aligned by [`AlignmentMethod::Words`], in bits.
    pub min_evidence: u32,
    /// Share of a match's tokens that must be equal in order.
    pub min_identity: f64,
    /// The longest stretch of unequal tokens inside one match.
    pub max_gap: u32,
    /// Facts needed before a pair can be a template.
    pub template_facts: u32,
    /// A template agrees in less than this share of its facts.
    pub template_agreement: f64,
    /// Let templates join clusters as if they were near-copies.
    pub templates_are_copies: bool,
    /// Documents with fewer tokens are compared for equality only.
    pub min_tokens: u32,
    /// Repeats: a whole paragraph counts from this many tokens on.
    pub repeat_paragraph: u32,
    /// Repeats: any other passage counts from this many tokens on.
    pub repeat_passage: u32,
    /// Repeats: in how many different texts a passage must stand, unless it stands twice in one.
    pub repeat_classes: u32,
    /// How many places of a repeat are listed (the count is never cut).
    pub max_places: u32,
    /// Boilerplate stands in at least this many different texts (of one source, where sources are
    /// known).
    pub boilerplate_classes: u32,
    /// Where sources are not known, boilerplate stands in more than this share of the different
    /// texts.
    pub boilerplate_share: f64,
    /// Boilerplate is left out of coverage only where at least this many tokens remain …
    pub boilerplate_left_tokens: u32,
    /// … and at least this share of the text.
    pub boilerplate_left_share: f64,
    /// Which pairs may be reported.
    pub sources: SourceLimit,
    /// Leave out documents dated earlier (ISO 8601, inclusive), or undated.
    pub since: Option<String>,
    /// Leave out documents dated later (inclusive; a prefix such as a day includes all of it), or
    /// undated.
    pub until: Option<String>,
    /// Which member of a cluster survives: the first rule that tells two apart decides, then the
    /// smallest id.
    pub keep: Vec<Keep>,
    /// Report every verified pair, not only those with and between representatives.
    pub all_pairs: bool,
}

impl_with!(Thresholds);

/// How the passages of two texts are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum AlignmentMethod {
    /// By runs of equal words, in order.
    #[default]
    Runs,
    /// By runs in which a damaged or inflected form counts as the word: read errors, plurals.
    Forms,
    /// By words that correspond in any order, damaged and inflected forms included, wherever they
    /// tell enough; and by runs elsewhere.
    Words,
}

impl std::str::FromStr for AlignmentMethod {
    type Err = String;
    fn from_str(s: &str) -> std::result::Result<AlignmentMethod, String> {
        match s {
            "runs" => Ok(AlignmentMethod::Runs),
            "forms" => Ok(AlignmentMethod::Forms),
            "words" => Ok(AlignmentMethod::Words),
            _ => Err(format!("{s:?} is not runs, forms or words")),
        }
    }
}

/// Which pairs a scan looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SourceLimit {
    /// All.
    #[default]
    Any,
    /// Only pairs inside one source.
    Within,
    /// Only pairs of two sources (an unknown source differs from every other).
    Across,
}

/// A rule of the survivor policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Keep {
    /// The earliest date; undated last.
    Earliest,
    /// The most tokens.
    Longest,
    /// The smallest id, by bytes.
    SmallestId,
    /// The source that stands first in this list; others last.
    Source(Vec<String>),
}

impl std::str::FromStr for Keep {
    type Err = String;
    fn from_str(s: &str) -> std::result::Result<Keep, String> {
        match s {
            "earliest" => Ok(Keep::Earliest),
            "longest" => Ok(Keep::Longest),
            "smallest-id" => Ok(Keep::SmallestId),
            _ => match s.strip_prefix("source=") {
                Some(list) if !list.is_empty() => {
                    Ok(Keep::Source(list.split(',').map(|x| x.trim().to_owned()).collect()))
                }
                _ => Err(format!("{s:?} is not earliest, longest, smallest-id or source=a,b,c")),
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
            Keep::Longest => "longest".into(),
            Keep::SmallestId => "smallest-id".into(),
            Keep::Source(list) => format!("source={}", list.join(",")),
        }
    }
}

impl Default for Thresholds {
    fn default() -> Thresholds {
        Thresholds {
            near_copy_smaller: 0.40,
            near_copy_larger: 0.50,
            contains: 0.70,
            min_match: 12,
            min_paragraph: 10,
            min_telling: 8,
            copy_telling: 22,
            alignment: AlignmentMethod::Runs,
            min_evidence: 60,
            min_identity: 0.5,
            max_gap: 16,
            template_facts: 4,
            template_agreement: 0.5,
            templates_are_copies: false,
            min_tokens: 0,
            repeat_paragraph: 5,
            repeat_passage: 12,
            repeat_classes: 3,
            max_places: 100,
            boilerplate_classes: 10,
            boilerplate_share: 0.01,
            boilerplate_left_tokens: 20,
            boilerplate_left_share: 0.10,
            sources: SourceLimit::Any,
            since: None,
            until: None,
            keep: vec![Keep::Earliest, Keep::Longest, Keep::SmallestId],
            all_pairs: false,
        }
    }
}

/// Whether it reads like the beginning of an ISO 8601 date or time.
fn is_date(s: &str) -> bool {
    let shape = b"dddd-dd-ddT";
    let day = s.get(..s.len().min(shape.len())).unwrap_or("");
    let fits = day.bytes().zip(shape).all(|(c, want)| match want {
        b'd' => c.is_ascii_digit(),
        b'T' => c == b'T' || c == b' ',
        other => c == *other,
    });
    let within = |range: std::ops::Range<usize>, most: u32| {
        s.get(range)
            .is_none_or(|digits| digits.parse::<u32>().is_ok_and(|n| (1..=most).contains(&n)))
    };
    s.is_ascii()
        && fits
        && [4, 7, 10].contains(&s.len().min(10))
        && within(5..7, 12)
        && within(8..10, 31)
}

impl Thresholds {
    /// Whether a document of this date lies between `since` and `until`. Dates are ISO 8601, so
    /// their order is that of their bytes; a prefix such as a day stands for all of it.
    pub fn in_window(&self, date: Option<&str>) -> bool {
        let since = |d: &str| self.since.as_deref().is_none_or(|s| d >= s || s.starts_with(d));
        let until = |d: &str| self.until.as_deref().is_none_or(|u| d <= u || d.starts_with(u));
        date.map_or(self.since.is_none() && self.until.is_none(), |d| since(d) && until(d))
    }
    /// Whether every value can mean something; the error names the first that cannot.
    pub fn check(&self) -> Result<()> {
        let shares = [
            ("near-copy-smaller", self.near_copy_smaller),
            ("near-copy-larger", self.near_copy_larger),
            ("contains", self.contains),
            ("min-identity", self.min_identity),
            ("template-agreement", self.template_agreement),
            ("boilerplate-share", self.boilerplate_share),
            ("boilerplate-left-share", self.boilerplate_left_share),
        ];
        for (name, value) in shares {
            if !(0.0..=1.0).contains(&value) {
                return Err(Error::Setting {
                    name,
                    why: format!("a share from 0 to 1, not {value}"),
                });
            }
        }
        if self.near_copy_smaller > self.near_copy_larger {
            return Err(Error::Setting {
                name: "near-copy-smaller",
                why: format!(
                    "{} is over near-copy-larger ({})",
                    self.near_copy_smaller, self.near_copy_larger
                ),
            });
        }
        let lengths = [
            ("min-match", self.min_match),
            ("min-paragraph", self.min_paragraph),
            ("repeat-paragraph", self.repeat_paragraph),
            ("repeat-passage", self.repeat_passage),
            ("repeat-classes", self.repeat_classes),
            ("boilerplate-classes", self.boilerplate_classes),
        ];
        for (name, value) in lengths {
            if value < 2 {
                return Err(Error::Setting { name, why: format!("at least 2, not {value}") });
            }
        }
        let (since, until) = (self.since.as_deref(), self.until.as_deref());
        for (name, date) in [("since", since), ("until", until)] {
            if let Some(date) = date.filter(|d| !is_date(d)) {
                return Err(Error::Setting {
                    name,
                    why: format!("a date such as 2024, 2024-05 or 2024-05-31, not {date:?}"),
                });
            }
        }
        if let (Some(since), Some(until)) = (since, until)
            && since > until
            && !since.starts_with(until)
        {
            return Err(Error::Setting {
                name: "since",
                why: format!("{since} is after until ({until})"),
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for good in ["2024", "2024-05", "2024-05-31", "2024-05-31T10:00", "2024-05-31 10:00:00Z"] {
            assert!(is_date(good), "{good}");
        }
        for bad in [
            "",
            "24",
            "20245",
            "2024-5",
            "2024-13",
            "2024-05-32",
            "31.05.2024",
            "yesterday",
            "2024-05-31x",
            "２０２４",
            "2024-00",
        ] {
            assert!(!is_date(bad), "{bad}");
        }
    }
}
