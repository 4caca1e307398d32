//! Owns: the syntax of amounts and shares. Never: knows what they limit.

use nearcopy::gate::Limit;
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
            Err(_) => share(s)
                .map(Amount::Share)
                .map_err(|_| format!("{s:?} is neither a count (100) nor a share (5%, 0.05)")),
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
