//! Owns: what documents say about a text besides its words: titles and days, and what follows from
//! those of two texts. Never: decides a relation.

use crate::model::document::DocumentFields;
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::pair::title::Title;
use crate::pair::title_counters::comes_again;

/// The number of titles of one text that are compared with those of another text, so that a text
/// printed under thousands of titles costs no more than others.
const MOST_TITLES: usize = 8;

/// What the documents with one text say about it. Equal texts have the metadata of all their
/// documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The titles, sorted and without duplicates, at most [`MOST_TITLES`].
    pub titles: Vec<Title>,
    /// The days of publication, sorted and without duplicates.
    days: Vec<i64>,
    /// Whether the text is a form, which an outlet prints under all kinds of titles.
    form: bool,
    /// Whether a document has no title, so that no title speaks for all of them.
    untitled: bool,
}

impl Metadata {
    /// The metadata of a text that these documents have.
    pub fn new<'d, D: Into<DocumentFields<'d>>>(
        documents: impl IntoIterator<Item = D>,
    ) -> Metadata {
        let mut out = Metadata::default();
        let mut titled = Vec::new();
        for document in documents {
            let DocumentFields { title, source, date, .. } = document.into();
            out.days.extend(date.as_deref().and_then(day));
            match title.filter(|title| !title.trim().is_empty()) {
                Some(title) => titled.push((title, source)),
                None => out.untitled = true,
            }
        }
        let mut titles: Vec<(&str, Option<&str>)> =
            titled.iter().map(|(title, source)| (title.trim(), source.as_deref())).collect();
        out.days.sort_unstable();
        out.days.dedup();
        titles.sort_unstable();
        titles.dedup_by_key(|t| t.0);
        out.titles = titles
            .iter()
            .take(MOST_TITLES)
            .map(|(title, source)| Title::new(title, *source))
            .collect();
        out
    }

    /// The same metadata of a text that is a form, or is none.
    #[must_use]
    pub fn of_form(self, form: bool) -> Metadata {
        Metadata { form, ..self }
    }

    /// Whether two texts are forms, so that their titles decide whenever they were printed.
    pub const fn are_forms(&self, other: &Metadata) -> bool {
        self.form && other.form
    }

    /// Whether every document has a title, so that the titles can tell two texts apart.
    pub fn is_titled(&self) -> bool {
        !self.untitled && !self.titles.is_empty()
    }

    /// The smallest number of days between a document of one text and one of the other; `None`
    /// where the dates of either are not known. Cost: a search for each day of the shorter list, as
    /// a text may be printed on thousands of days.
    pub fn days_apart(&self, other: &Metadata) -> Option<i64> {
        let (short, long) = if self.days.len() <= other.days.len() {
            (&self.days, &other.days)
        } else {
            (&other.days, &self.days)
        };
        let apart = |day: &i64| {
            let next = long.partition_point(|other| other < day);
            let near = &long[next.saturating_sub(1)..long.len().min(next + 1)];
            near.iter().map(|other| (day - other).abs()).min()
        };
        short.iter().filter_map(apart).min()
    }

    /// Whether a title is one under which different texts come again and again.
    pub fn is_of_series(&self, background: &Background) -> bool {
        self.titles.iter().any(|title| background.is_series(title.key()))
    }

    /// Whether a title of one text is one of the other text, but for numbers.
    pub fn shares_title(&self, other: &Metadata) -> bool {
        self.titles.iter().any(|x| other.titles.iter().any(|y| x.key() == y.key()))
    }

    /// Whether a title of both texts says that texts come under it again and again.
    pub fn shares_title_that_comes_again(&self, other: &Metadata) -> bool {
        let shared = |x: &&Title| other.titles.iter().any(|y| x.key() == y.key());
        self.titles.iter().filter(shared).any(comes_again)
    }

    /// Whether both texts are titled and each two of their titles differ in some way.
    pub fn every_title(&self, other: &Metadata, differ: impl Fn(&Title, &Title) -> bool) -> bool {
        self.is_titled()
            && other.is_titled()
            && self.titles.iter().all(|x| other.titles.iter().all(|y| differ(x, y)))
    }

    /// The first day, where one is known.
    pub fn first_day(&self) -> Option<i64> {
        self.days.first().copied()
    }

    /// Whether two texts are so far apart in time that they may be issues of a series.
    pub fn is_series_apart(&self, other: &Metadata, t: &Thresholds) -> bool {
        t.series_days > 0
            && self.days_apart(other).is_some_and(|days| days >= i64::from(t.series_days))
    }
}

/// The points of the informative words that two titles share, of the titles that share most.
pub fn points_of_titles(a: &Metadata, b: &Metadata, background: &Background) -> u32 {
    let points = a.titles.iter().flat_map(|x| b.titles.iter().map(|y| x.points(y, background)));
    points.max().unwrap_or_default()
}

/// The day of an ISO 8601 date or time, counted from 1970; `None` where it names no day. Time zones
/// are left aside.
pub fn day(date: &str) -> Option<i64> {
    let part = |range: std::ops::Range<usize>| {
        let digits = date.get(range)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<i64>().ok())?
    };
    let bytes = date.as_bytes();
    if bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return None;
    }
    let (year, month, day) = (part(0..4)?, part(5..7)?, part(8..10)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // The civil calendar with years that begin in March, so that a leap day is the last of its year
    // (Hinnant 2014, "chrono-compatible low-level date algorithms").
    let year = year - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    Some(era * 146_097 + of_era - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::document::DocumentInfo;

    fn of(dates: &[&str]) -> Metadata {
        let infos: Vec<DocumentInfo> = dates
            .iter()
            .map(|&d| DocumentInfo { date: Some(d.into()), ..DocumentInfo::default() })
            .collect();
        Metadata::new(&infos)
    }

    #[test]
    fn days_are_counted_over_months_and_leap_years() {
        assert_eq!(day("1970-01-01"), Some(0));
        assert_eq!(day("2000-03-01"), Some(11_017));
        assert_eq!(day("2024-03-01T10:00:00Z").unwrap() - day("2024-02-28").unwrap(), 2);
        assert_eq!(day("2023-03-01").unwrap() - day("2023-02-28").unwrap(), 1);
        for none in
            ["", "2024", "2024-05", "2024-13-01", "2024-01-32", "yesterday", "１９７０-01-01"]
        {
            assert_eq!(day(none), None, "{none}");
        }
    }

    #[test]
    fn the_gap_is_the_smallest_between_members() {
        let (a, b) = (of(&["2024-01-01", "2024-03-10"]), of(&["2024-02-01", "2024-03-01"]));
        assert_eq!(a.days_apart(&b), Some(9));
        assert_eq!(b.days_apart(&a), Some(9));
        assert_eq!(a.days_apart(&a), Some(0));
        assert_eq!(a.days_apart(&of(&["2024"])), None);
    }
}
