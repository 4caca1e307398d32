//! Owns: the settings that decide which findings are reported. Never: holds anything that changes a
//! key (the recipe has those settings).

use crate::error::{Error, Result};
use crate::model::keep::Keep;
use serde::{Deserialize, Serialize};

/// The bounds of relations, clusters and repeats. A change of one does not require new keys.
///
/// Shares run from 0 to 1; lengths are in tokens.
///
/// ```
/// let strict = nearcopy::Thresholds::default().with(|t| {
///     t.near_copy_smaller = 0.8;
///     t.near_copy_larger = 0.9;
/// });
/// assert!(strict.check().is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Thresholds {
    /// The least share of the less covered text that a near-copy covers.
    pub near_copy_smaller: f64,
    /// The least share of the more covered text that a near-copy covers.
    pub near_copy_larger: f64,
    /// The least coverage of a contained text, and the least share of it that is in the same words
    /// (with [`AlignmentMethod::Runs`]); the coverage of its container is less than
    /// `near_copy_smaller`.
    pub contains: f64,
    /// The length of the shortest passage that counts, in tokens.
    pub min_match: u32,
    /// The length of the shortest whole paragraph that counts although it is shorter than
    /// `min_match`, in tokens.
    pub min_paragraph: u32,
    /// The least informativeness of a quotation, in points: a word that occurs in few texts of the
    /// corpus counts nine, a more frequent one counts one, and so do each three equal words.
    pub min_telling: u32,
    /// The least informativeness of all passages of a near-copy or containment together, in points.
    /// A pair with less is a template.
    pub copy_telling: u32,
    /// The method by which passages are aligned.
    pub alignment: AlignmentMethod,
    /// The least evidence of a passage that [`AlignmentMethod::Words`] aligns, in bits.
    pub min_evidence: u32,
    /// The least share of a match's tokens that are equal in order.
    pub min_identity: f64,
    /// The longest stretch of unequal tokens inside one match, in tokens.
    pub max_gap: u32,
    /// The number of facts that a pair needs before it can be a template.
    pub template_facts: u32,
    /// The share of agreeing facts below which a pair is a template.
    pub template_agreement: f64,
    /// The number of days between two texts in one wording from which on they are issues of a
    /// series and no copies, unless all but nothing was changed; 0 leaves dates aside. A weekly
    /// series has 7.
    pub series_days: u32,
    /// Whether templates join clusters as if they were near-copies.
    pub templates_are_copies: bool,
    /// The number of tokens below which documents are compared for equality only.
    pub min_tokens: u32,
    /// The length of the shortest whole paragraph that counts as a repeat, in tokens.
    pub repeat_paragraph: u32,
    /// The length of the shortest other passage that counts as a repeat, in tokens.
    pub repeat_passage: u32,
    /// The number of different texts in which a repeat must occur, unless it occurs twice in one.
    pub repeat_classes: u32,
    /// The most places of a repeat that are listed (the count is never cut).
    pub max_places: u32,
    /// The number of different texts in which boilerplate occurs at least (texts of one source,
    /// where sources are known).
    pub boilerplate_classes: u32,
    /// The share of the different texts that boilerplate exceeds where sources are not known.
    pub boilerplate_share: f64,
    /// The number of different texts of one source (where sources are not known, of any) in which a
    /// note occurs at least.
    pub note_classes: u32,
    /// The number of tokens that must remain without boilerplate in at least one of two texts;
    /// otherwise boilerplate is not left out of their coverage.
    pub boilerplate_left_tokens: u32,
    /// The share of that text that must remain without boilerplate.
    pub boilerplate_left_share: f64,
    /// Which pairs may be reported.
    pub sources: SourceLimit,
    /// The earliest date (ISO 8601, inclusive): documents dated earlier, and undated ones, are left
    /// out.
    pub since: Option<String>,
    /// The latest date (inclusive; a prefix such as a day includes all of it): documents dated
    /// later, and undated ones, are left out.
    pub until: Option<String>,
    /// The rules that choose the survivor of a cluster: the first rule that distinguishes two
    /// members decides, and after all rules the smallest id.
    pub keep: Vec<Keep>,
    /// Whether to report every verified pair, not only those with and between representatives.
    pub all_pairs: bool,
    /// The steps of comparison for each token of the corpus that the candidates by whole texts may
    /// take, and those by passages. A comparison counts as many steps as the shorter text has
    /// tokens, and 32 more. Beyond the budget, each text is compared with the candidates that share
    /// most keys with it, and with one at least. A corpus of fewer than 131,072 tokens counts as
    /// one of so many.
    pub compare_budget: u32,
    /// The number of documents from which on a repeat is listed for the pairs that share nothing
    /// but such repeats; `u32::MAX` lists each pair. With `all_pairs` every pair is listed.
    pub pairs_as_repeats: u32,
    /// The bytes of listed pairs and repeats, for each byte of the corpus, from which on the less
    /// important ones are counted and not listed; `u32::MAX` lists all. A list of less than a
    /// mebibyte is never cut. With `all_pairs` all are listed.
    pub report_budget: u32,
}

impl_with!(Thresholds);

/// How the matching passages of two texts are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum AlignmentMethod {
    /// Passages are chains of runs of equal words, in order.
    #[default]
    Runs,
    /// Like `Runs`, but a damaged or inflected form counts as the word (OCR errors, plurals).
    Forms,
    /// Passages consist of words that correspond in any order, damaged and inflected forms
    /// included, wherever their evidence suffices; elsewhere of runs.
    Words,
}

impl AlignmentMethod {
    /// The name, as on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            AlignmentMethod::Runs => "runs",
            AlignmentMethod::Forms => "forms",
            AlignmentMethod::Words => "words",
        }
    }
}

impl_display!(AlignmentMethod, SourceLimit);

impl std::str::FromStr for AlignmentMethod {
    type Err = String;
    fn from_str(s: &str) -> std::result::Result<AlignmentMethod, String> {
        let all = [AlignmentMethod::Runs, AlignmentMethod::Forms, AlignmentMethod::Words];
        let known = all.into_iter().find(|method| method.name() == s);
        known.ok_or_else(|| format!("{s:?} is not runs, forms or words"))
    }
}

/// The pairs that a scan looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SourceLimit {
    /// All pairs.
    #[default]
    Any,
    /// Only pairs inside one source.
    Within,
    /// Only pairs of two different sources (an unknown source differs from every other).
    Across,
}

impl SourceLimit {
    /// The name, as in `nearcopy.toml`.
    pub const fn name(self) -> &'static str {
        match self {
            SourceLimit::Any => "any",
            SourceLimit::Within => "within",
            SourceLimit::Across => "across",
        }
    }
}

impl std::str::FromStr for SourceLimit {
    type Err = String;
    fn from_str(s: &str) -> std::result::Result<SourceLimit, String> {
        let all = [SourceLimit::Any, SourceLimit::Within, SourceLimit::Across];
        let known = all.into_iter().find(|limit| limit.name() == s);
        known.ok_or_else(|| format!("{s:?} is not any, within or across"))
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
            series_days: 7,
            templates_are_copies: false,
            min_tokens: 0,
            repeat_paragraph: 5,
            repeat_passage: 12,
            repeat_classes: 3,
            max_places: 100,
            compare_budget: 5,
            pairs_as_repeats: 10,
            report_budget: 5,
            boilerplate_classes: 10,
            boilerplate_share: 0.01,
            note_classes: 3,
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

/// Whether the string has the form of the beginning of an ISO 8601 date or time.
pub(crate) fn is_date(s: &str) -> bool {
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
    /// Whether a document of this date lies between `since` and `until`. ISO 8601 dates sort as
    /// their bytes do; a prefix such as a day includes all of that day.
    pub fn in_window(&self, date: Option<&str>) -> bool {
        let since = |d: &str| self.since.as_deref().is_none_or(|s| d >= s || s.starts_with(d));
        let until = |d: &str| self.until.as_deref().is_none_or(|u| d <= u || d.starts_with(u));
        date.map_or(self.since.is_none() && self.until.is_none(), |d| since(d) && until(d))
    }
    /// Checks that every value is in its range; the error names the first that is not.
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
            ("note-classes", self.note_classes),
        ];
        let fields = self.keep.iter().filter(|rule| matches!(rule, Keep::Field(_)));
        if fields.count() > 1 {
            return Err(Error::Setting { name: "keep", why: "one field:NAME at most".into() });
        }
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
