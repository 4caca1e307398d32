//! Owns: the precision of the numbers in a report. Never: which numbers it has.

/// Rounds to this many decimals; a value that is not finite becomes 0.
pub fn rounded(value: f64, decimals: i32) -> f64 {
    let unit = 10f64.powi(decimals);
    let rounded = (value * unit).round() / unit;
    if rounded.is_finite() { rounded + 0.0 } else { 0.0 }
}

/// Rounds a share as in reports: to six decimals.
pub fn share(value: f64) -> f64 {
    rounded(value, 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_never_gives_what_json_cannot_say() {
        assert_eq!(share(2.0 / 3.0), 0.666667);
        assert_eq!(rounded(2.0 / 3.0, 4), 0.6667);
        assert_eq!(share(f64::NAN), 0.0);
        assert_eq!(share(-0.0).to_string(), "0");
    }
}
