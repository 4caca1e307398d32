//! Owns: the syntax of amounts, shares and sizes. Never: knows what they limit.

use nearcopy::gate::Limit;
use nearcopy::ingest::LARGEST_DOCUMENT;
use serde::{Deserialize, Serialize};

/// A count or a share: `100`, `5%`, `0.05`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged, try_from = "Written")]
pub enum Amount {
    /// An absolute count.
    Count(u64),
    /// A share of the whole, from 0 to 1.
    Share(f64),
}

/// An amount as nearcopy.toml writes it.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a count such as 100 or a share such as \"5%\" or 0.05")]
enum Written {
    Whole(u64),
    Part(f64),
    Text(String),
}

impl TryFrom<Written> for Amount {
    type Error = String;
    fn try_from(written: Written) -> Result<Amount, String> {
        match written {
            Written::Whole(count) => Ok(Amount::Count(count)),
            Written::Part(share) => within(share, &share.to_string()).map(Amount::Share),
            Written::Text(text) => text.parse(),
        }
    }
}

impl std::str::FromStr for Amount {
    type Err = String;
    fn from_str(s: &str) -> Result<Amount, String> {
        match s.parse::<u64>() {
            Ok(count) => Ok(Amount::Count(count)),
            Err(_) => share(s).map(Amount::Share).map_err(|_| {
                format!("{s:?} is neither a count (100) nor a share (5%, 0.05), 100% at most")
            }),
        }
    }
}

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Limit::from(*self).fmt(f)
    }
}

impl From<Amount> for Limit {
    fn from(amount: Amount) -> Limit {
        match amount {
            Amount::Count(count) => Limit::Count(count),
            Amount::Share(share) => Limit::Share(share),
        }
    }
}

impl Amount {
    /// Whether `part` of `whole` exceeds this amount.
    pub fn exceeded(self, part: u64, whole: u64) -> bool {
        Limit::from(self).exceeded(part, whole)
    }
}

/// A number of bytes: `4096`, `10MB`, `256MiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u64", try_from = "WrittenSize")]
pub struct Size(pub u64);

/// A [`Size`] that a text can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u64", try_from = "WrittenSize")]
pub struct DocumentSize(pub u64);

/// A size as nearcopy.toml writes it.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a number of bytes, or a size such as \"256MiB\"")]
enum WrittenSize {
    Bytes(u64),
    Text(String),
}

impl TryFrom<WrittenSize> for Size {
    type Error = String;
    fn try_from(written: WrittenSize) -> Result<Size, String> {
        match written {
            WrittenSize::Bytes(bytes) => bytes.to_string().parse(),
            WrittenSize::Text(text) => text.parse(),
        }
    }
}

impl From<Size> for u64 {
    fn from(size: Size) -> u64 {
        size.0
    }
}

impl TryFrom<WrittenSize> for DocumentSize {
    type Error = String;
    fn try_from(written: WrittenSize) -> Result<DocumentSize, String> {
        match written {
            WrittenSize::Bytes(bytes) => bytes.to_string().parse(),
            WrittenSize::Text(text) => text.parse(),
        }
    }
}

impl From<DocumentSize> for u64 {
    fn from(size: DocumentSize) -> u64 {
        size.0
    }
}

impl std::str::FromStr for DocumentSize {
    type Err = String;
    fn from_str(s: &str) -> Result<DocumentSize, String> {
        let Size(bytes) = s.parse()?;
        if bytes > LARGEST_DOCUMENT {
            return Err(format!(
                "{s} is more than a text can have: at most {LARGEST_DOCUMENT} bytes"
            ));
        }
        Ok(DocumentSize(bytes))
    }
}

/// The units of a size, in lower case.
const UNITS: [(&str, u64); 9] = [
    ("", 1),
    ("b", 1),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
];

impl std::str::FromStr for Size {
    type Err = String;
    fn from_str(s: &str) -> Result<Size, String> {
        let wrong = || format!("{s:?} is not a size such as 256MiB, 10MB or 4096");
        let unit = s.trim_start_matches(|c: char| c.is_ascii_digit());
        let number: u64 = s[..s.len() - unit.len()].parse().map_err(|_| wrong())?;
        let unit = unit.trim().to_ascii_lowercase();
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
        match number.checked_mul(*factor) {
            Some(0) => Err("a size is more than 0: with none, nothing can be read".into()),
            Some(bytes) => Ok(Size(bytes)),
            None => Err(format!("{s} is more than any machine has")),
        }
    }
}

/// Parses a share: `0.4` or `40%`.
pub fn share(s: &str) -> Result<f64, String> {
    let parsed = match s.strip_suffix('%') {
        Some(percent) => percent.trim_end().parse::<f64>().map(|p| p / 100.0),
        None => s.parse::<f64>(),
    };
    parsed
        .map_err(|_| format!("{s:?} is not a share such as 0.4 or 40%"))
        .and_then(|v| within(v, s))
}

fn within(share: f64, written: &str) -> Result<f64, String> {
    if (0.0..=1.0).contains(&share) {
        Ok(share)
    } else {
        Err(format!("a share runs from 0 to 1 (0% to 100%), not {written}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_count_and_others_are_shares() {
        assert_eq!("3".parse(), Ok(Amount::Count(3)));
        assert_eq!("5%".parse(), Ok(Amount::Share(0.05)));
        assert_eq!("0.05".parse(), Ok(Amount::Share(0.05)));
        assert_eq!("1.0".parse(), Ok(Amount::Share(1.0)));
        for bad in ["", "-1", "x", "120%", "NaN", "1.5", "inf", "%"] {
            assert!(bad.parse::<Amount>().is_err(), "{bad}");
        }
        assert_eq!(share("40%"), Ok(0.4));
        assert!(share("40").is_err());
    }

    #[test]
    fn exceeded_means_more_than() {
        assert!(!Amount::Count(2).exceeded(2, 10));
        assert!(Amount::Count(2).exceeded(3, 10));
        assert!(!Amount::Share(0.1).exceeded(1, 10));
        assert!(Amount::Share(0.1).exceeded(2, 10));
        assert!(!Amount::Share(0.0).exceeded(0, 0));
    }

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in [
            ("1", 1),
            ("4096", 4096),
            ("10MB", 10_000_000),
            ("10 mb", 10_000_000),
            ("256MiB", 256 << 20),
            ("3GiB", 3 << 30),
            ("4294967295", u64::from(u32::MAX)),
        ] {
            assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
        }
        for bad in ["", "0", "0MiB", "-1", "1.5GiB", "MiB", "1 k", "99999999999999999999"] {
            assert!(bad.parse::<Size>().is_err(), "{bad}");
            assert!(bad.parse::<DocumentSize>().is_err(), "{bad}");
        }
        assert_eq!("4GiB".parse(), Ok(Size(4 << 30)));
        assert!("4GiB".parse::<DocumentSize>().is_err());
        assert_eq!("1KiB".parse(), Ok(DocumentSize(1024)));
        #[derive(Serialize, Deserialize, PartialEq, Debug)]
        struct Holder {
            x: Size,
        }
        assert_eq!(toml::from_str::<Holder>("x = \"1KiB\"").unwrap().x, Size(1024));
        let text = toml::to_string(&Holder { x: Size(7) }).unwrap();
        assert_eq!(
            (text.as_str(), toml::from_str(&text).unwrap()),
            ("x = 7\n", Holder { x: Size(7) })
        );
        assert!(toml::from_str::<Holder>("x = 0").is_err());
    }

    #[test]
    fn amounts_survive_toml() {
        #[derive(Serialize, Deserialize, PartialEq, Debug)]
        struct Holder {
            x: Amount,
        }
        for amount in [Amount::Count(7), Amount::Share(0.25), Amount::Share(1.0)] {
            let text = toml::to_string(&Holder { x: amount }).unwrap();
            assert_eq!(toml::from_str::<Holder>(&text).unwrap().x, amount, "{text}");
        }
        assert_eq!(toml::from_str::<Holder>("x = \"5%\"").unwrap().x, Amount::Share(0.05));
        assert!(toml::from_str::<Holder>("x = -1").is_err());
    }
}
