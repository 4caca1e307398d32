//! Owns: the parsing of dates as people and programs write them, and the one form they are
//! converted to, whose byte order is the order of time. Never: applies a local time zone.

use jiff::civil::{Date, DateTime};
use jiff::fmt::{rfc2822, strtime::BrokenDownTime};
use jiff::{Timestamp, tz::TimeZone};
use std::ops::Range;

/// Formats of days besides ISO 8601.
const DAYS: [&str; 10] = [
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%B %d, %Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%A, %B %d, %Y",
    "%A, %d %B %Y",
];

/// Formats of times besides ISO 8601 and RFC 2822.
const TIMES: [&str; 8] = [
    "%Y%m%d%H%M%S",
    "%Y/%m/%d %H:%M:%S",
    "%d-%b-%Y %H:%M:%S%.f",
    "%Y/%m/%d %H:%M",
    "%B %d, %Y %I:%M %p",
    "%b %d, %Y %I:%M %p",
    "%B %d, %Y at %I:%M %p",
    "%b %d, %Y at %I:%M %p",
];

/// Formats of times with an offset from UTC at the end.
const ZONED: [&str; 4] = [
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%d %H:%M:%S %:z",
    "%Y-%m-%dT%H:%M:%S %z",
    "%Y-%m-%dT%H:%M:%S %:z",
];

/// Converts a date as people and programs write it to `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SSZ`, whose
/// byte order is that of time. Returns `None` for a date that it cannot parse.
///
/// A time without a zone is read as UTC, a year or month alone as its first day, a number as
/// seconds or milliseconds since 1970, or as `YYYYMMDD`. A year before 1000 is no date, since
/// programs write such years where they have none. A date that different countries read differently
/// (`01/02/2020`) is not parsed.
///
/// ```
/// use nearcopy::ingest::normalise_date;
/// assert_eq!(normalise_date("May 3, 2024").as_deref(), Some("2024-05-03"));
/// assert_eq!(normalise_date("01/02/2020"), None);
/// ```
pub fn normalise(date: &str) -> Option<String> {
    let date = date.trim();
    iso(date).or_else(|| parsed(date))
}

/// A day, or a day and a time to the second, as ISO 8601 writes them: most dates are like this, and
/// every other format need not be tried. `None` for anything else, valid or not.
fn iso(date: &str) -> Option<String> {
    let number = |range: Range<usize>| {
        let digits = date.as_bytes().get(range)?;
        digits.iter().try_fold(0, |value, &digit| {
            digit.is_ascii_digit().then(|| 10 * value + i16::from(digit - b'0'))
        })
    };
    let has = |at: usize, sign: u8| date.as_bytes().get(at) == Some(&sign);
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    // The last days that the calendar knows are too late for some time zones.
    if !(1000..9999).contains(&year) || !has(4, b'-') || !has(7, b'-') {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    if date.len() == 10 {
        return Some(date.to_owned());
    }
    let zulu = date.len() == 20 && has(19, b'Z');
    let signs = (has(10, b'T') || has(10, b' ')) && has(13, b':') && has(16, b':');
    let valid = number(11..13)? < 24 && number(14..16)? < 60 && number(17..19)? < 60;
    let is_time = signs && valid && (date.len() == 19 || zulu);
    is_time.then(|| format!("{}T{}Z", &date[..10], &date[11..19]))
}

/// [`normalise`] for a date in any form.
fn parsed(date: &str) -> Option<String> {
    let out = match date
        .strip_prefix('-')
        .unwrap_or(date)
        .bytes()
        .all(|b| b.is_ascii_digit() || b == b'.')
    {
        true => number(date).or_else(|| day(date)),
        false => day(date).or_else(|| time(date)),
    };
    out.filter(|text| text.as_bytes().first().is_some_and(|b| matches!(b, b'1'..=b'9')))
}

/// Formats a day, counted in days since 1970, as [`normalise`] does.
#[cfg(feature = "parquet")]
pub(super) fn of_days(days: i64) -> Option<String> {
    let day = of_seconds(days.checked_mul(86_400)?)?;
    Some(day.split('T').next()?.to_owned())
}

/// Formats a time, counted in seconds since 1970, as [`normalise`] does.
#[cfg(feature = "parquet")]
pub(super) fn of_seconds(seconds: i64) -> Option<String> {
    stamp(Timestamp::from_second(seconds).ok()?)
        .filter(|text| text.as_bytes().first().is_some_and(|b| matches!(b, b'1'..=b'9')))
}

/// Parses a number: a compact date by its length, else seconds or milliseconds.
fn number(text: &str) -> Option<String> {
    match text.len() {
        4 => return day(&format!("{text}-01-01")),
        8 if let Ok(tm) = BrokenDownTime::parse("%Y%m%d", text) => {
            return Some(tm.to_date().ok()?.to_string());
        }
        // As a number, fourteen digits would be a time of the year 2286 or later.
        14 if text.bytes().all(|b| b.is_ascii_digit()) => {
            let tm = BrokenDownTime::parse("%Y%m%d%H%M%S", text).ok()?;
            return utc(tm.to_datetime().ok()?);
        }
        _ => {}
    }
    let whole = text
        .split_once('.')
        .map_or(text, |(whole, fraction)| if fraction.contains('.') { "" } else { whole });
    let value: i64 = whole.parse().ok()?;
    // Eleven digits of seconds reach the year 5138, so a longer number counts milliseconds or
    // smaller units.
    let seconds = match value.unsigned_abs() {
        0..100_000_000_000 => value,
        100_000_000_000..100_000_000_000_000 => value.div_euclid(1_000),
        100_000_000_000_000..100_000_000_000_000_000 => value.div_euclid(1_000_000),
        _ => value.div_euclid(1_000_000_000),
    };
    stamp(Timestamp::from_second(seconds).ok()?)
}

fn day(text: &str) -> Option<String> {
    if text.len() == 7 && text.as_bytes()[4] == b'-' {
        return Some(format!("{text}-01").parse::<Date>().ok()?.to_string());
    }
    if text.len() == 10 && text.as_bytes()[4] == b'-' {
        return Some(text.parse::<Date>().ok()?.to_string());
    }
    let tm = DAYS.iter().find_map(|format| BrokenDownTime::parse(format, text).ok())?;
    Some(tm.to_date().ok()?.to_string())
}

fn time(text: &str) -> Option<String> {
    let zulu = text.strip_suffix(" UTC").or_else(|| {
        text.strip_suffix(" GMT").filter(|t| t.starts_with(|c: char| c.is_ascii_digit()))
    });
    let text = zulu.unwrap_or(text);
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return stamp(timestamp);
    }
    if let Ok(local) = text.parse::<DateTime>() {
        return utc(local);
    }
    if let Ok(zoned) = rfc2822::parse(text) {
        return stamp(zoned.timestamp());
    }
    if let Some(tm) = ZONED.iter().find_map(|format| BrokenDownTime::parse(format, text).ok()) {
        return stamp(tm.to_timestamp().ok()?);
    }
    let tm = TIMES.iter().find_map(|format| BrokenDownTime::parse(format, text).ok())?;
    utc(tm.to_datetime().ok()?)
}

fn utc(local: DateTime) -> Option<String> {
    stamp(local.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

fn stamp(timestamp: Timestamp) -> Option<String> {
    Some(Timestamp::from_second(timestamp.as_second()).ok()?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn forms() {
        let day = "2020-01-31";
        let time = "2020-01-31T09:15:00Z";
        for (given, want) in [
            ("2020-01-31", day),
            (" 2020-01-31 ", day),
            ("20200131", day),
            ("2020/01/31", day),
            ("January 31, 2020", day),
            ("Jan 31, 2020", day),
            ("31 January 2020", day),
            ("2020-01", "2020-01-01"),
            ("2020", "2020-01-01"),
            ("2020-01-31T09:15:00Z", time),
            ("2020-01-31T10:15:00+01:00", time),
            ("2020-01-31T10:15:00.123+0100", time),
            ("2020-01-31 09:15:00", time),
            ("2020-01-31T09:15", time),
            ("2020-01-31 09:15:00 UTC", time),
            ("Fri, 31 Jan 2020 10:15:00 +0100", time),
            ("Fri, 31 Jan 2020 09:15:00 GMT", time),
            ("2020-1-31", day),
            ("2020-01-31 10:15:00 +0100", time),
            ("2020-01-31 10:15:00 +01:00", time),
            ("2020-01-31T10:15:00 +0100", time),
            ("January 31, 2020 9:15 AM", time),
            ("Jan 31, 2020 at 9:15 am", time),
            ("20200131T091500Z", time),
            ("20200131091500", time),
            ("1580462100", time),
            ("1580462100.75", time),
            ("1580462100000", time),
            ("26-FEB-1987 15:01:01.79", "1987-02-26T15:01:01Z"),
            ("0", "1970-01-01T00:00:00Z"),
        ] {
            assert_eq!(normalise(given).as_deref(), Some(want), "{given}");
        }
    }

    proptest! {
        #[test]
        fn iso_dates_are_read_as_any_dates(
            date in concat!(
                "[0129][0-9]{3}[-/]([01][0-9]|2)-[0-3][0-9]",
                "([T t][0-2][0-9]:[0-6][0-9](:[0-6][0-9](Z|z|é|[+]01:00|[.]5)?)?)?",
            ),
        ) {
            if let Some(fast) = iso(&date) {
                prop_assert_eq!(Some(fast), parsed(&date));
            }
        }
    }

    #[test]
    fn what_is_not_understood() {
        for given in [
            "",
            "yesterday",
            "01/02/2020",
            "2020-13-01",
            "00000000000000",
            "20149931000000",
            "2020-02-30",
            ".",
            "1.2.3",
            "0001-01-01T00:00:00Z",
            "99999999999999999999",
            "-009999-01-01",
        ] {
            assert_eq!(normalise(given), None, "{given}");
        }
    }

    proptest! {
        #[test]
        fn total(text: String) {
            normalise(&text);
        }

        #[test]
        fn byte_order_is_time_order(a in 0i64..200_000_000_000, b in 0i64..200_000_000_000) {
            let of = |s| stamp(Timestamp::from_second(s).unwrap()).unwrap();
            prop_assert_eq!(a.cmp(&b), of(a).cmp(&of(b)));
        }
    }
}
