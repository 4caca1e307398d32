//! Owns: numbers and sizes in words. Never: what is counted.

/// `12,345`.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 document`, `12,345 documents`, `2 copies`.
pub fn counted(n: u64, noun: &str) -> String {
    match noun.strip_suffix('y') {
        _ if n == 1 => format!("1 {noun}"),
        Some(stem) if noun == "copy" => format!("{} {stem}ies", grouped(n)),
        _ => format!("{} {noun}s", grouped(n)),
    }
}

/// `1.5 MB`.
pub fn sized(bytes: u64) -> String {
    let units = ["bytes", "KB", "MB", "GB", "TB"];
    let (mut value, mut unit) = (bytes as f64, 0);
    while value >= 999.5 && unit + 1 < units.len() {
        (value, unit) = (value / 1000.0, unit + 1);
    }
    if unit == 0 || value >= 99.5 { format!("{value:.0} {}", units[unit]) } else { format!("{value:.1} {}", units[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        assert_eq!((grouped(999), grouped(1000), grouped(1234567)), ("999".into(), "1,000".into(), "1,234,567".into()));
        assert_eq!(
            (counted(1, "copy"), counted(2, "copy"), counted(0, "document")),
            ("1 copy".into(), "2 copies".into(), "0 documents".into())
        );
        assert_eq!((sized(999), sized(1_500_000), sized(999_999)), ("999 bytes".into(), "1.5 MB".into(), "1.0 MB".into()));
    }
}
