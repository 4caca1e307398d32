//! Owns: how much of a web page the text of its document has. Never: decides what follows from it.

use crate::hash;
use serde::{Deserialize, Serialize};

/// How much of a page's prose its text has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Extent {
    /// All of it, boilerplate apart: the text is the whole evidence of what the page says.
    Whole,
    /// A part: most of the visible prose was left out, so two such texts may be equal although the
    /// pages are not.
    Part,
}

impl Extent {
    /// All extents.
    pub const ALL: [Extent; 2] = [Extent::Whole, Extent::Part];

    /// The name in reports and in the field `read` of a record: `whole` or `part`.
    pub const fn name(self) -> &'static str {
        match self {
            Extent::Whole => "whole",
            Extent::Part => "part",
        }
    }
}

impl_display!(Extent);

/// Parses the name of an extent.
impl std::str::FromStr for Extent {
    type Err = String;
    fn from_str(s: &str) -> Result<Extent, String> {
        let known = Extent::ALL.into_iter().find(|extent| extent.name() == s);
        known.ok_or_else(|| format!("{s:?} is no extent: whole or part"))
    }
}

/// How a page was read: what its text has of it.
///
/// ```
/// use nearcopy::document::{Extent, PageRead};
/// let read = PageRead::part(12, b"<html>").with_share(11);
/// assert_eq!((read.extent, read.share), (Extent::Part, 11));
/// assert_eq!(read.raw_hex().as_deref().and_then(PageRead::raw_of_hex), read.raw);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PageRead {
    /// Whether the text is the whole page or a part of it.
    pub extent: Extent,
    /// The share of the page's visible prose that the text has, in percent: 0 to 100.
    pub share: u8,
    /// The xxh3 hash of 128 bits of the bytes of the page, where it was read in part: two such
    /// pages are known to be copies only where their bytes are equal.
    pub raw: Option<u128>,
}

impl PageRead {
    /// A page of whose text this extent was read; the share is that of all or nothing.
    pub const fn new(extent: Extent) -> PageRead {
        let share = match extent {
            Extent::Whole => 100,
            Extent::Part => 0,
        };
        PageRead { extent, share, raw: None }
    }

    /// How a page was read by the fields of a record: `read`, `read_share` and `read_raw`. `None`
    /// where `read` is something else; a share or a hash that is none is passed over.
    ///
    /// ```
    /// use nearcopy::document::PageRead;
    /// let read = PageRead::of_fields("part", Some("0.12"), None).unwrap();
    /// assert_eq!((read.share, read.raw), (12, None));
    /// assert_eq!(PageRead::of_fields("yes", None, None), None);
    /// ```
    pub fn of_fields(read: &str, share: Option<&str>, raw: Option<&str>) -> Option<PageRead> {
        let read = PageRead::new(read.parse().ok()?);
        let share = share.and_then(|share| PageRead::percent_of(share.trim().parse().ok()?));
        let raw = raw.and_then(PageRead::raw_of_hex);
        Some(read.with_share(share.unwrap_or(read.share)).with_raw(raw))
    }

    /// A page that was read as a whole.
    pub const fn whole(share: u8) -> PageRead {
        PageRead::new(Extent::Whole).with_share(share)
    }

    /// A page of these bytes that was read in part.
    pub fn part(share: u8, page: &[u8]) -> PageRead {
        PageRead::new(Extent::Part).with_share(share).with_raw(Some(hash::wide_bytes(page)))
    }

    /// The same with this hash of the page's bytes; none of a page that was read as a whole.
    pub const fn with_raw(self, raw: Option<u128>) -> PageRead {
        match self.extent {
            Extent::Whole => self,
            Extent::Part => PageRead { raw, ..self },
        }
    }

    /// The same with this share in percent, at most 100.
    pub const fn with_share(self, share: u8) -> PageRead {
        PageRead { share: if share < 100 { share } else { 100 }, ..self }
    }

    /// The share as a number from 0 to 1, as reports and records have it.
    pub fn fraction(&self) -> f64 {
        f64::from(self.share) / 100.0
    }

    /// The hash of the page's bytes as 32 hex digits, as records have it.
    pub fn raw_hex(&self) -> Option<String> {
        self.raw.map(|hash| format!("{hash:032x}"))
    }

    /// The hash of 32 hex digits.
    pub fn raw_of_hex(digits: &str) -> Option<u128> {
        let hex = digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        u128::from_str_radix(digits, 16).ok().filter(|_| hex)
    }

    /// A share as [`fraction`](PageRead::fraction) gives it, in percent.
    pub fn percent_of(fraction: f64) -> Option<u8> {
        (0.0..=1.0).contains(&fraction).then(|| (fraction * 100.0).round() as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_record_writes_is_read_back() {
        for extent in Extent::ALL {
            assert_eq!(extent.name().parse(), Ok(extent));
        }
        for share in 0..=100 {
            let read = PageRead::whole(share);
            assert_eq!(PageRead::percent_of(read.fraction()), Some(share));
        }
        let read = PageRead::part(3, b"a page");
        assert_eq!(PageRead::raw_of_hex(&read.raw_hex().unwrap()), read.raw);
        assert_ne!(PageRead::part(3, b"a Page").raw, read.raw);
        for bad in [1.5, -0.1, f64::NAN] {
            assert_eq!(PageRead::percent_of(bad), None, "{bad}");
        }
        let wrong_letter = format!("{}g", "a".repeat(31));
        for bad in ["", "12", &"+".repeat(32), &format!("+{}", "1".repeat(31)), &wrong_letter] {
            assert_eq!(PageRead::raw_of_hex(bad), None, "{bad}");
        }
    }
}
