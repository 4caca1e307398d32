//! Owns: what a title is made of: one line of bounded length. Never: finds a title in a record or a
//! page.

/// The length of a title in characters at most; the rest is cut off.
const LONGEST: usize = 1000;

/// Makes a title of a value: white space and line breaks become single spaces, and what exceeds
/// 1,000 characters is cut off; `None` for white space alone.
///
/// ```
/// use nearcopy::ingest::normalise_title;
/// assert_eq!(normalise_title(" Bridge\n closes ").as_deref(), Some("Bridge closes"));
/// assert_eq!(normalise_title("\t"), None);
/// ```
pub fn normalise(value: &str) -> Option<String> {
    one_line(value, LONGEST)
}

/// Collapses white space, up to a number of characters; `None` for a text of white space alone.
pub(super) fn one_line(text: &str, longest: usize) -> Option<String> {
    if text.len() <= longest && is_one_line(text.as_bytes()) {
        return (!text.is_empty()).then(|| text.to_owned());
    }
    let (mut line, mut room) = (String::new(), longest);
    for word in text.split_whitespace() {
        if !line.is_empty() {
            if room < 2 {
                break;
            }
            line.push(' ');
            room -= 1;
        }
        // The end of a word that does not fit is not looked for: it may be megabytes away.
        let before = line.len();
        line.extend(word.chars().take(room));
        room -= line[before..].chars().count();
        if room == 0 {
            break;
        }
    }
    (!line.is_empty()).then_some(line)
}

/// Whether a text is printable ASCII with single spaces inside, which most titles are.
fn is_one_line(text: &[u8]) -> bool {
    let ends = [text.first(), text.last()];
    !ends.contains(&Some(&b' '))
        && text.iter().all(|b| matches!(b, b' '..=b'~'))
        && text.windows(2).all(|two| two != b"  ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn one_line_is_its_words(text in "[ a-z\t\u{a0}é~\u{7f}]{0,12}") {
            let words: Vec<&str> = text.split_whitespace().collect();
            let plain = words.join(" ");
            prop_assert_eq!(one_line(&text, 40), (!plain.is_empty()).then_some(plain));
        }
    }

    #[test]
    fn one_line_of_bounded_length() {
        for (value, want) in [
            ("", None),
            (" \u{a0}\u{2028}\r\n", None),
            (" A\tcat \r\n\u{3000}sat ", Some("A cat sat")),
        ] {
            assert_eq!(normalise(value).as_deref(), want, "{value:?}");
        }
        assert_eq!(normalise(&"é".repeat(5000)), Some("é".repeat(1000)));
        let words = normalise(&"wörd ".repeat(5000)).unwrap();
        assert!(words.chars().count() <= 1000 && words.ends_with("wörd"), "{words}");
        assert_eq!(one_line("a b", 2).as_deref(), Some("a"));
        assert_eq!(one_line("a b", 3).as_deref(), Some("a b"));
    }
}
