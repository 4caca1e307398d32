//! Owns: the evidence about two related documents in words: why they follow one template, how many
//! of the covered words are equal, which of them is earlier. Never: measures anything, or claims a
//! direction that dates do not show.

use crate::model::detection::{Pair, TemplateReason};
use crate::model::document::{DocumentInfo, Documents};
use crate::model::findings::Findings;
use crate::model::page_read::{Extent, PageRead};
use crate::model::thresholds::is_date;
use crate::report::human::display;
use crate::report::schema::rounding::share;

/// The share by which coverage must exceed the equal words before a report tells both.
const FEW_POINTS: f64 = 0.05;
/// Columns of a title inside a sentence.
const TITLE: usize = 80;

/// Returns the number of the earlier document of a pair, where both dates are known and tell.
///
/// Dates are compared as ISO 8601 strings. One that is the beginning of the other, such as a day
/// and a time on that day, is not earlier; a date of another form says nothing. A pair stands for
/// two classes of equal texts, and only the two documents that it lists are compared.
pub fn earlier(findings: Findings, pair: &Pair) -> Option<u32> {
    earlier_of(findings.documents, pair.a, pair.b)
}

/// Returns the number of the earlier one of two documents, likewise.
pub(crate) fn earlier_of(documents: &dyn Documents, a: u32, b: u32) -> Option<u32> {
    let [x, y] = [a, b].map(|n| moment(&documents.info(n as usize)));
    let (x, y) = (x?, y?);
    if x.starts_with(&y) || y.starts_with(&x) {
        return None;
    }
    Some(if x < y { a } else { b })
}

/// Returns the date of a document in the form in which dates are compared: it holds digits and the
/// signs of a date only, whatever the document says.
fn moment(info: &DocumentInfo) -> Option<String> {
    let date = info.date.as_deref().filter(|d| is_date(d))?;
    let date = date.strip_suffix('Z').unwrap_or(date);
    let (day, time) = date.split_at(date.len().min(10));
    let time = time.replacen(' ', "T", 1);
    // An offset from UTC could turn the order of the strings around.
    let plain = time.chars().all(|c| c.is_ascii_digit() || matches!(c, 'T' | ':' | '.'));
    plain.then(|| format!("{day}{time}"))
}

/// Returns the words `earlier (2021-03-01)` for a document that [`earlier_of`] returned.
pub(crate) fn earlier_words(documents: &dyn Documents, number: u32) -> String {
    let date = moment(&documents.info(number as usize)).unwrap_or_default();
    format!("earlier ({})", date.replace('T', " "))
}

/// Returns the days between two documents, where the days of both are known.
fn days_apart(documents: &dyn Documents, a: u32, b: u32) -> Option<u64> {
    let [x, y] = [a, b].map(|n| day_number(&moment(&documents.info(n as usize))?));
    Some(x?.abs_diff(y?))
}

/// Returns the number of a day in the Gregorian calendar, by the algorithm of Hinnant
/// (`days_from_civil`).
fn day_number(date: &str) -> Option<i64> {
    let part = |range: std::ops::Range<usize>| date.get(range)?.parse::<i64>().ok();
    let (year, month, day) = (part(0..4)?, part(5..7)?, part(8..10)?);
    let year = year - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year)
}

/// Returns why two documents follow one template, in words of the program alone.
pub(crate) fn why(documents: &dyn Documents, [a, b]: [u32; 2], reason: TemplateReason) -> String {
    let words = reason.words();
    match days_apart(documents, a, b).filter(|_| reason == TemplateReason::Series) {
        Some(0) | None => words.to_owned(),
        Some(days) if days.is_multiple_of(7) => {
            format!("{words}, {} apart", display::count(days / 7, "week"))
        }
        Some(days) => format!("{words}, {} apart", display::count(days, "day")),
    }
}

/// Returns the same with both titles, escaped for a terminal, where the titles are the reason.
pub(crate) fn why_with_titles(
    documents: &dyn Documents,
    both: [u32; 2],
    reason: TemplateReason,
) -> String {
    let words = why(documents, both, reason);
    match both.map(|n| title(documents, n)) {
        [Some(a), Some(b)] if reason == TemplateReason::Titles => format!("{words}: {a} and {b}"),
        _ => words,
    }
}

/// Returns the title of a document in quotation marks, cut to a line and escaped for a terminal.
pub(crate) fn title(documents: &dyn Documents, number: u32) -> Option<String> {
    let info = documents.info(number as usize);
    let title = info.title.as_deref()?.trim();
    (!title.is_empty()).then(|| format!("“{}”", display::fit(title, TITLE)))
}

/// Returns that a document is a page which was read in part, in words of the program alone.
pub(crate) fn read_in_part(read: Option<PageRead>) -> Option<String> {
    let part = read.filter(|read| read.extent == Extent::Part)?;
    Some(match part.share {
        0 => "read in part".to_owned(),
        share => format!("read in part ({share}%)"),
    })
}

/// Returns how many words of two texts are equal, where that is less than what passages cover by
/// more than a few points: passages of two notices may cover all of both, although a third of their
/// words differs.
pub(crate) fn equal_words(coverage: [f64; 2], equal: Option<[f64; 2]>) -> Option<String> {
    // Rounded as in the report as data, so that a report that is read back says the same.
    let (coverage, equal) = (coverage.map(share), equal?.map(share));
    if !(0..2).any(|side| share(coverage[side] - equal[side]) > FEW_POINTS) {
        return None;
    }
    Some(match equal.map(display::percent) {
        [a, b] if a == b => format!("{a} of the words equal"),
        [a, b] => format!("{a} and {b} of their words equal"),
    })
}

/// Returns the evidence about a pair besides its scores, for a person, escaped for a terminal.
#[cfg_attr(not(feature = "html"), allow(dead_code))]
pub(crate) fn phrases(findings: Findings, pair: &Pair) -> Vec<String> {
    let (c, documents) = (&pair.comparison, findings.documents);
    let why = c.why.map(|reason| why_with_titles(documents, [pair.a, pair.b], reason));
    let equal = equal_words([c.coverage_a, c.coverage_b], c.equal_words());
    let earlier = earlier(findings, pair).map(|n| {
        format!("{} is {}", display::fit(&findings.id(n), 80), earlier_words(documents, n))
    });
    [why, equal, earlier].into_iter().flatten().collect()
}

/// Returns the size of a class of equal texts that titles divide: `5 documents in 2 groups`.
pub(crate) fn divided(groups: &[Vec<u32>]) -> String {
    let documents: usize = groups.iter().map(Vec::len).sum();
    format!(
        "{} in {}",
        display::count(documents as u64, "document"),
        display::count(groups.len() as u64, "group")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::corpus::Corpus;
    use crate::model::document::Document;

    fn dated(a: &str, b: &str) -> Corpus {
        Corpus::new([Document::new("a", "x").date(a), Document::new("b", "y").date(b)]).unwrap()
    }

    #[test]
    fn a_date_is_earlier_only_where_it_tells() {
        let earlier = |a: &str, b: &str| earlier_of(&dated(a, b), 0, 1);
        assert_eq!(earlier("2021-03-01", "2021-03-02"), Some(0));
        assert_eq!(earlier("2021-03-02T10:00:00Z", "2021-03-02T09:59:59Z"), Some(1));
        assert_eq!(earlier("2021-03-02 10:00", "2021-03-02T09:00"), Some(1));
        for (a, b) in [
            ("2021-03-01", "2021-03-01"),
            ("2021-03-01", "2021-03-01T10:00:00Z"),
            ("2021-03", "2021-03-31"),
            ("2021-03-01T10:00:00Z", "2021-03-01T10:00:00.5Z"),
            ("2021-03-01T10:00:00+09:00", "2021-03-01T02:00:00Z"),
            ("March", "2021-03-01"),
            ("2021-03-01T](http://x)", "2021-03-02"),
        ] {
            assert_eq!(earlier(a, b), None, "{a} {b}");
        }
        let corpus = Corpus::new([Document::new("a", "x").date("2021"), Document::new("b", "y")]);
        assert_eq!(earlier_of(&corpus.unwrap(), 0, 1), None);
    }

    #[test]
    fn issues_of_a_series_are_days_or_weeks_apart() {
        let why = |a: &str, b: &str| why(&dated(a, b), [0, 1], TemplateReason::Series);
        let words = TemplateReason::Series.words();
        assert_eq!(why("2021-03-01", "2021-03-15"), format!("{words}, 2 weeks apart"));
        assert_eq!(why("2020-03-01T23:00:00Z", "2020-02-22"), format!("{words}, 8 days apart"));
        assert_eq!(why("2021-03", "2021-05-01"), words);
    }

    #[test]
    fn days_follow_the_calendar() {
        let since = |date: &str| day_number(date).unwrap() - day_number("1970-01-01").unwrap();
        assert_eq!(["1970-01-02", "2000-03-01", "2024-02-29"].map(since), [1, 11_017, 19_782]);
        assert_eq!(day_number("2024"), None);
    }

    #[test]
    fn equal_words_are_told_where_they_differ_from_coverage() {
        assert_eq!(equal_words([1.0, 1.0], None), None);
        assert_eq!(equal_words([1.0, 0.9], Some([0.97, 0.88])), None);
        assert_eq!(
            equal_words([1.0, 1.0], Some([0.71, 0.71])).as_deref(),
            Some("71% of the words equal")
        );
        assert_eq!(
            equal_words([1.0, 0.5], Some([0.71, 0.4])).as_deref(),
            Some("71% and 40% of their words equal")
        );
    }
}
