//! Owns: the words for what is no number (`NaN`, `Infinity`), which many programs write into JSON
//! although its grammar lacks them. Never: parses a record.

use std::borrow::Cow;

/// The words, without a sign.
const WORDS: [&[u8]; 6] = [b"NaN", b"nan", b"Infinity", b"infinity", b"Inf", b"inf"];

/// The number that takes the place of a word of three letters, for which `null` is too long. No
/// program writes it, and it is read as `null` is.
pub(super) const MASKED: &str = "0e0";

/// JSON in which such words, outside of strings, are replaced by a value without content. Every
/// byte keeps its place, so that what is found in the result is found in the original.
pub(crate) fn masked(json: &[u8]) -> Cow<'_, [u8]> {
    let mut out = Cow::Borrowed(json);
    let (mut at, mut text) = (0, false);
    while let Some(&byte) = json.get(at) {
        match byte {
            b'\\' if text => at += 1,
            b'"' => text = !text,
            _ if text || !is_word(byte) => {}
            _ => {
                let length = json[at..].iter().take_while(|b| is_word(**b)).count();
                let word = &json[at..at + length];
                if WORDS.contains(&word.strip_prefix(b"-").unwrap_or(word)) {
                    let value = if length == 3 { MASKED } else { "null" };
                    let place = &mut out.to_mut()[at..at + length];
                    place.fill(b' ');
                    place[..value.len()].copy_from_slice(value.as_bytes());
                }
                at += length - 1;
            }
        }
        at += 1;
    }
    out
}

/// Whether a byte is part of a word or a number.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    #[test]
    fn words_that_are_no_numbers_are_replaced_in_place() {
        for (json, want) in [
            (r#"{"a":NaN,"b":-Infinity}"#, r#"{"a":0e0,"b":null     }"#),
            (r#"[nan, -inf,Infinity ,-NaN]"#, r#"[0e0, null,null     ,null]"#),
            (r#"{"a":"NaN \" NaN","NaN":1e5}"#, r#"{"a":"NaN \" NaN","NaN":1e5}"#),
            (r#"{"a":NaNs,"b":true,"c":-1.5E+3}"#, r#"{"a":NaNs,"b":true,"c":-1.5E+3}"#),
            (r#"{"a":"\"#, r#"{"a":"\"#),
        ] {
            assert_eq!(masked(json.as_bytes()), want.as_bytes(), "{json}");
        }
    }

    proptest! {
        #[test]
        fn valid_json_is_left_as_it_is(
            json in r#"[{]"a":("[a-zN\\]{0,3}"|-?[0-9]{1,2}(e[0-9])?|true|null|[\[{]|NaN|inf)[}]"#,
        ) {
            let new = masked(json.as_bytes());
            prop_assert_eq!(new.len(), json.len());
            if serde_json::from_str::<IgnoredAny>(&json).is_ok() {
                prop_assert_eq!(&*new, json.as_bytes());
            }
            let twice = masked(&new).into_owned();
            prop_assert_eq!(&*new, twice);
        }
    }
}
