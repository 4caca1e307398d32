//! Owns: the first words of a passage on one line, by which a person recognises it. Never: knows
//! the position of the passage.

use unicode_segmentation::UnicodeSegmentation;

/// The most words that are shown.
const WORDS: usize = 12;
/// The most characters that are shown.
const CHARS: usize = 80;

/// The first words of a passage as reports show them: on one line, with ` …` at the end where the
/// passage is longer.
///
/// They are at most twelve words and eighty characters, cut between words, or between grapheme
/// clusters where the first word alone is too long.
///
/// ```
/// assert_eq!(nearcopy::text::first_words("Sign up\n  here."), "Sign up here.");
/// ```
pub fn first_words(passage: &str) -> String {
    let mut out = String::new();
    let mut chars = 0;
    // A passage may be one word of many megabytes, so only its first characters are looked at.
    let window = passage.char_indices().nth(8 * CHARS).map_or(passage, |(end, _)| &passage[..end]);
    let mut whole = window.len() == passage.len();
    for (n, word) in window.split_whitespace().enumerate() {
        let space = usize::from(n > 0);
        let length = word.chars().count();
        if n == WORDS || chars + space + length > CHARS {
            whole = false;
            if n == 0 {
                for grapheme in word.graphemes(true) {
                    chars += grapheme.chars().count();
                    if chars > CHARS {
                        break;
                    }
                    out.push_str(grapheme);
                }
            }
            break;
        }
        out.push_str(&" "[..space]);
        out.push_str(word);
        chars += space + length;
    }
    if !whole {
        out.push_str(" …");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_words_are_cut_between_words() {
        assert_eq!(first_words("Sign up\n  here."), "Sign up here.");
        assert_eq!(first_words("a b c d e f g h i j k l m"), "a b c d e f g h i j k l …");
        let long = format!("{} end", "word ".repeat(3) + &"x".repeat(90));
        assert_eq!(first_words(&long), "word word word …");
    }

    #[test]
    fn first_words_of_one_long_word_are_cut_between_graphemes() {
        let chinese = "中".repeat(200);
        assert_eq!(first_words(&chinese), format!("{} …", "中".repeat(80)));
        let family = "👩‍👩‍👧".repeat(30);
        assert_eq!(first_words(&family), format!("{} …", "👩‍👩‍👧".repeat(16)));
        assert_eq!(first_words(""), "");
        assert_eq!(first_words(&"x".repeat(80)), "x".repeat(80));
    }
}
