//! Owns: the formatting of numbers and sizes. Never: counts.

pub use nearcopy::report::{counted, grouped};

/// Formats a size, such as `1.5 MB`.
pub fn sized(bytes: u64) -> String {
    let units = ["bytes", "KB", "MB", "GB", "TB"];
    let (mut value, mut unit) = (bytes as f64, 0);
    while value >= 999.5 && unit + 1 < units.len() {
        (value, unit) = (value / 1000.0, unit + 1);
    }
    if unit == 0 || value >= 99.5 {
        format!("{value:.0} {}", units[unit])
    } else {
        format!("{value:.1} {}", units[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        assert_eq!(
            (counted(1, "copy"), counted(2, "copy"), counted(0, "document")),
            ("1 copy".into(), "2 copies".into(), "0 documents".into())
        );
        assert_eq!(
            (sized(999), sized(1_500_000), sized(999_999)),
            ("999 bytes".into(), "1.5 MB".into(), "1.0 MB".into())
        );
    }
}
