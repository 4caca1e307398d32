//! Owns: what the rules of UAX #29 make of the letters and marks that most newspapers print. Never:
//! guesses; what is not listed is [`Class::Hard`], and unicode-segmentation decides on it.

/// The part that a character plays in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// It belongs to no word.
    Other,
    /// A letter that joins with letters and digits.
    Letter,
    /// An ASCII digit.
    Digit,
    /// A mark that joins two letters.
    JoinsLetters,
    /// A mark that joins two digits.
    JoinsDigits,
    /// A mark that joins two letters or two digits.
    JoinsBoth,
    /// A Han or hiragana character, which is a word, whatever stands beside it.
    Ideograph,
    /// A katakana character, which joins with others of them.
    Katakana,
    /// Anything else.
    Hard,
}

/// The part that a character plays in words.
#[inline]
pub fn class(c: char) -> Class {
    match c {
        'a'..='z' | 'A'..='Z' => Class::Letter,
        '0'..='9' => Class::Digit,
        '.' | '\'' | '‘' | '’' => Class::JoinsBoth,
        ':' | '·' => Class::JoinsLetters,
        ',' | ';' | '،' | '，' | '；' => Class::JoinsDigits,
        '_' => Class::Hard,
        '\0'..='\u{7f}' => Class::Other,
        // White space, signs and quotation marks.
        '\u{a0}'..='\u{a9}' | '«' | '¬' | '®'..='±' | '´' | '¶' | '»' | '¿' | '×' | '÷' => {
            Class::Other
        }
        'À'..='\u{24f}' => Class::Letter,
        'Ά' | 'Έ'..='Ί' | 'Ό' | 'Ύ'..='Ρ' | 'Σ'..='ώ' => Class::Letter,
        '\u{400}'..='\u{481}' | '\u{48a}'..='\u{52f}' => Class::Letter,
        '\u{620}'..='\u{64a}' | '\u{671}'..='\u{6d3}' => Class::Letter,
        '؛' | '؟' => Class::Other,
        '\u{1e00}'..='\u{1eff}' | '\u{ac00}'..='\u{d7a3}' => Class::Letter,
        '‐'..='―' | '‚' | '“'..='„' | '†'..='•' | '…' | '‹' | '›' | '€' => {
            Class::Other
        }
        '、' | '。' | '《'..='』' | '！' | '？' | '（' | '）' => Class::Other,
        '\u{3041}'..='\u{3096}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' => {
            Class::Ideograph
        }
        '\u{30a1}'..='\u{30fa}' | 'ー' => Class::Katakana,
        _ => Class::Hard,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_segmentation::UnicodeSegmentation;

    /// The words of a text, as places of their ends.
    fn words(text: String) -> Vec<(usize, usize)> {
        text.unicode_word_indices().map(|(at, w)| (at, at + w.len())).collect()
    }

    /// Each class is told by what stands around the character: it plays the same part there as the
    /// ASCII character of its class, or as a Han or katakana character.
    #[test]
    fn every_character_plays_the_part_of_its_class() {
        for c in '\0'..=char::MAX {
            let model = match class(c) {
                Class::Other => '%',
                Class::Letter => 'b',
                Class::Digit => '2',
                Class::JoinsLetters => ':',
                Class::JoinsDigits => ',',
                Class::JoinsBoth => '.',
                Class::Ideograph => '中',
                Class::Katakana => 'カ',
                Class::Hard => continue,
            };
            assert_eq!(c.is_numeric(), c.is_ascii_digit(), "{c:?}");
            assert_eq!(c.is_alphanumeric(), model.is_alphanumeric(), "{c:?}");
            let around =
                ["", "a", "1", ".", "a:", "中", ":", ",", "%", "ж", "a1", "カ", "a.", "1,", "1."];
            // Of the many Han and Hangul characters, fewer cases.
            let around = if c < '\u{3400}' { &around[..] } else { &around[..6] };
            for before in around {
                for after in around {
                    let found = [c, model].map(|c| {
                        // Places behind the character are counted as if it were one byte.
                        let near =
                            |at: usize| at - usize::from(at > before.len()) * (c.len_utf8() - 1);
                        let words = words(format!("{before}{c}{after}"));
                        words.iter().map(|&(from, to)| (near(from), near(to))).collect::<Vec<_>>()
                    });
                    assert_eq!(found[0], found[1], "{before}{c}{after}");
                }
            }
        }
    }
}
