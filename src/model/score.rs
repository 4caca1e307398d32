//! Owns: the number by which one document is preferred to another. Never: reads a field.

use std::cmp::Ordering;

/// The number in the field that [`Keep::Field`](crate::settings::Keep::Field) names. A higher one
/// is preferred, and a document without a number comes last.
///
/// ```
/// use nearcopy::Score;
/// assert!(Score::of_text(" 7.5 ") > Score::of_text("-3"));
/// assert!(Score::of_text("-3") > Score::of_text("n/a"));
/// assert_eq!(Score::of_text("NaN"), Score::default());
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Score(f64);

impl Score {
    /// The number that a value is; none where it is no finite number.
    pub fn of_text(value: &str) -> Score {
        let number = value.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        // The two zeros are one number.
        number.map_or_else(Score::default, |number| Score(number + 0.0))
    }

    /// The number as bits, to be written down.
    pub(crate) const fn to_bits(self) -> u64 {
        self.0.to_bits()
    }

    /// The number of these bits.
    pub(crate) const fn from_bits(bits: u64) -> Score {
        Score(f64::from_bits(bits))
    }
}

impl Default for Score {
    /// No number.
    fn default() -> Score {
        Score(f64::NEG_INFINITY)
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Score) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Score) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Score {
    fn eq(&self, other: &Score) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Score {}
