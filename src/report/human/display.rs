//! Owns: the formats of numbers, names and styles for a person. Never: a sentence.

use crate::escape;
use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Writes styles as ANSI escapes, or leaves them out.
#[derive(Debug, Clone, Copy)]
pub struct StyledWriter {
    pub color: bool,
}

/// The style of a piece of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    /// Names and headings.
    Strong,
    /// Less important text.
    Faint,
    /// A relation.
    Relation,
    /// Words that only the left text has.
    Left,
    /// Words that only the right text has.
    Right,
}

impl StyledWriter {
    pub fn paint(self, style: Style, text: &str) -> Cow<'_, str> {
        let code = match style {
            Style::Strong => "1",
            Style::Faint => "2",
            Style::Relation => "36",
            Style::Left => "1;31",
            Style::Right => "1;32",
            Style::Plain => return Cow::Borrowed(text),
        };
        if self.color && !text.is_empty() {
            Cow::Owned(format!("\x1b[{code}m{text}\x1b[0m"))
        } else {
            Cow::Borrowed(text)
        }
    }
}

/// Formats a number as `12,345`.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, d) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(d);
    }
    out
}

/// Formats a count with its noun: `1 pair`, `2 pairs`, `3 copies`, `4 entries`, `5 classes`.
pub fn count(n: u64, noun: &str) -> String {
    let plural = match noun {
        _ if n == 1 => noun.to_owned(),
        _ if noun.ends_with("py") || noun.ends_with("ry") => {
            format!("{}ies", &noun[..noun.len() - 1])
        }
        _ if noun.ends_with('s') => format!("{noun}es"),
        _ => format!("{noun}s"),
    };
    format!("{} {plural}", number(n))
}

/// Formats a share as `98%`; `0%` and `100%` are exact values only.
pub fn percent(share: f64) -> String {
    match (share * 100.0).round() {
        p if p >= 100.0 && share < 1.0 => "99%".into(),
        p if p < 1.0 && share > 0.0 => "<1%".into(),
        p => format!("{:.0}%", p.clamp(0.0, 100.0)),
    }
}

/// Formats a share as `0.71`; 0 and 1 are exact values only.
pub fn fraction(share: f64) -> String {
    match (share * 100.0).round() / 100.0 {
        f if f >= 1.0 && share < 1.0 => "0.99".into(),
        f if f <= 0.0 && share > 0.0 => "<0.01".into(),
        f => format!("{f:.2}"),
    }
}

/// Formats a size as `12 bytes`, `3.4 KB`, `1.2 GB`.
pub fn bytes(n: u64) -> String {
    let mut size = n as f64;
    if n < 1000 {
        return count(n, "byte");
    }
    for unit in ["KB", "MB", "GB"] {
        size /= 1000.0;
        if size < 999.95 {
            return format!("{size:.1} {unit}");
        }
    }
    format!("{:.1} TB", size / 1000.0)
}

/// Escapes a name for a terminal and shortens it to at most this many columns; a longer name loses
/// its middle.
pub fn fit(name: &str, columns: usize) -> String {
    // A hostile name may be very long: only its ends are read.
    let clean = match (name.char_indices().nth(4096), name.char_indices().nth_back(4096)) {
        (Some((end, _)), Some((start, _))) if start > end => {
            Cow::Owned(format!("{}{}", escape::name(&name[..end]), escape::name(&name[start..])))
        }
        _ => escape::name(name),
    };
    if clean.width() <= columns {
        return clean.into_owned();
    }
    let room = columns.saturating_sub(1);
    let mut head = String::new();
    for g in clean.graphemes(true) {
        if head.width() + g.width() > room / 2 {
            break;
        }
        head.push_str(g);
    }
    let mut tail = Vec::new();
    let mut left = room - head.width();
    for g in clean.graphemes(true).rev() {
        if g.width() > left {
            break;
        }
        left -= g.width();
        tail.push(g);
    }
    tail.reverse();
    format!("{head}…{}", tail.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        assert_eq!([0, 999, 1000, 1234567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [count(1, "copy"), count(2, "copy"), count(0, "pair"), count(3, "class")].join(" "),
            "1 copy 2 copies 0 pairs 3 classes"
        );
        assert_eq!([0.0, 0.001, 0.5, 0.999, 1.0].map(percent), ["0%", "<1%", "50%", "99%", "100%"]);
        assert_eq!(
            [0.0, 0.001, 0.5, 0.999, 1.0].map(fraction),
            ["0.00", "<0.01", "0.50", "0.99", "1.00"]
        );
        assert_eq!(
            [1, 999, 1000, 31_400, 999_999, 5_000_000_000].map(bytes),
            ["1 byte", "999 bytes", "1.0 KB", "31.4 KB", "1.0 MB", "5.0 GB"]
        );
    }

    #[test]
    fn names_keep_both_ends() {
        assert_eq!(fit("short.txt", 20), "short.txt");
        assert_eq!(fit("a-very-long-name.txt", 11), "a-ver…e.txt");
        assert_eq!(fit("中文中文中文", 7), "中…中文");
        for columns in 0..12 {
            assert!(fit("中文中文中文\x1b", columns).width() <= columns.max(1));
        }
        assert!(fit(&"x".repeat(1 << 20), 40).width() == 40);
    }
}
