//! Owns: which characters of outside text are harmful where it is shown, and how they are escaped.
//! Never: writes anything.
//!
//! Every writer uses this one table: reports, pages, annotations, tables, and messages on standard
//! error. Characters that have a meaning in one format only (a formula, a tag, a link) are escaped
//! by the writer of that format.

use std::borrow::Cow;
use std::fmt::Write;
use unicode_script::{Script, UnicodeScript};
use unicode_width::UnicodeWidthChar;

/// Marks on one letter beyond this number are escaped, because they would climb over other lines.
const MARKS: usize = 6;

/// Whether a character acts on a terminal or cannot be seen: controls, bidi controls, tags,
/// fillers, blank letters and other zero-width characters, line separators, private use,
/// unassigned.
///
/// The joiners that orthographies and emoji need do not count, nor do the spaces: running text
/// keeps them, and a name does not.
///
/// ```
/// use nearcopy::escape::acts;
/// assert!(acts('\u{1b}') && acts('\u{202e}') && acts('\u{2800}'));
/// assert!(!acts('é') && !acts(' '));
/// ```
pub fn acts(c: char) -> bool {
    match c {
        ' '..='~' => false,
        '\0'..='\u{9f}' | '\u{ad}' => true,
        '\u{a0}'..='\u{24f}' => false,
        // Most of what running text has beside letters of Latin: Cyrillic, quotes and dashes, Han,
        // Hangul. The table of scripts says the same, and takes longer.
        '\u{400}'..='\u{52f}' | '\u{2010}'..='\u{2027}' => false,
        '\u{4e00}'..='\u{9fef}' | '\u{ac00}'..='\u{d7a3}' => false,
        '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' => true,
        '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' => true,
        '\u{3164}'
        | '\u{fe00}'..='\u{fe0d}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' => true,
        '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}' => true,
        // The Braille pattern without a dot, and the note without a head.
        '\u{2800}' | '\u{1d159}' => true,
        _ if joins(c) => false,
        _ => c.script() == Script::Unknown,
    }
}

/// Whether a byte is a printable character of ASCII, which nearly all are: none of these acts.
const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// Whether it is a zero-width joiner or non-joiner, a text or emoji style selector, or a control
/// that places hieroglyphs.
fn joins(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' | '\u{13430}'..='\u{1343f}')
}

/// Whether it is a format character that is visible: a sign over or around the digits that follow
/// it.
fn encloses(c: char) -> bool {
    matches!(
        c,
        '\u{600}'
            ..='\u{605}'
                | '\u{6dd}'
                | '\u{70f}'
                | '\u{890}'
                | '\u{891}'
                | '\u{8e2}'
                | '\u{110bd}'
                | '\u{110cd}'
    )
}

/// An id, path or name on one line: spaces are kept, and every other character that cannot be seen
/// is escaped.
pub fn name(text: &str) -> Cow<'_, str> {
    clean(text, false, picture)
}

/// Running text, to be called word by word: like [`name`], but joiners are kept between characters
/// that may need them.
pub fn word(text: &str) -> Cow<'_, str> {
    clean(text, true, picture)
}

/// A name, or a whole message, for one line of standard error: like [`name`], but with the escapes
/// of Rust and JavaScript.
///
/// ```
/// assert_eq!(nearcopy::escape::message("a\u{1b}[2J\u{feff}\n.txt"),
///     "a\\u{1b}[2J\\u{feff}\\n.txt");
/// ```
pub fn message(text: &str) -> String {
    clean(text, false, |c, out| out.extend(c.escape_default())).into_owned()
}

/// A name as one word of a proposed command line that any usual shell takes as it is; in double
/// quotes where it needs them. `None`: it has characters that some shell reads as something else,
/// or it would be an option.
///
/// ```
/// use nearcopy::escape::argument;
/// assert_eq!(argument("a/b.txt").unwrap(), "a/b.txt");
/// assert_eq!(argument("full text").unwrap(), "\"full text\"");
/// assert!(argument("$HOME").is_none() && argument("-o").is_none() && argument("a\"b").is_none());
/// ```
pub fn argument(name: &str) -> Option<Cow<'_, str>> {
    let plain = |c: char| c.is_alphanumeric() || "-_./".contains(c);
    let quoted = |c: char| plain(c) || " ,;:+=@#&~'()[]{}".contains(c);
    match name {
        "" => None,
        _ if name.starts_with('-') || message(name) != name => None,
        _ if name.chars().all(plain) => Some(Cow::Borrowed(name)),
        _ if name.chars().all(quoted) => Some(Cow::Owned(format!("\"{name}\""))),
        _ => None,
    }
}

/// Compact JSON in which harmful characters, which can occur in strings only, are written as
/// `\uXXXX`. A JSON reader gets the same strings.
///
/// ```
/// assert_eq!(nearcopy::escape::json("[\"a\u{202e}b\"]"), r#"["a\u202eb"]"#);
/// ```
pub fn json(json: &str) -> Cow<'_, str> {
    without(json, |_| false)
}

/// Like [`json`], for the inside of a script element: `<`, `>` and `&`, which could end it, are
/// escaped too.
pub fn script_json(json: &str) -> Cow<'_, str> {
    without(json, |byte| matches!(byte, b'<' | b'>' | b'&'))
}

/// Writes the harmful characters, and those of ASCII that `also` names, as `\uXXXX`. What stays is
/// copied in runs.
fn without(json: &str, also: impl Fn(u8) -> bool) -> Cow<'_, str> {
    let bytes = json.as_bytes();
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    loop {
        at += plain_run(&bytes[at..], |byte| is_plain(byte) & !also(byte));
        let Some(c) = json[at..].chars().next() else { break };
        if acts(c) || c.is_ascii() {
            out.reserve(json.len() - copied + 32);
            out.push_str(&json[copied..at]);
            c.encode_utf16(&mut [0; 2])
                .iter()
                .for_each(|unit| write!(out, "\\u{unit:04x}").unwrap_or(()));
            copied = at + c.len_utf8();
        }
        at += c.len_utf8();
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    out.push_str(&json[copied..]);
    Cow::Owned(out)
}

/// The number of bytes at the beginning that are `plain`.
fn plain_run(bytes: &[u8], plain: impl Fn(u8) -> bool) -> usize {
    // Whole chunks are looked at without a branch for each byte.
    let is_plain_chunk = |chunk: &&[u8]| chunk.iter().fold(true, |all, &byte| all & plain(byte));
    let at = 16 * bytes.chunks_exact(16).take_while(is_plain_chunk).count();
    at + bytes[at..].iter().take_while(|&&byte| plain(byte)).count()
}

fn clean(text: &str, running: bool, spell: fn(char, &mut String)) -> Cow<'_, str> {
    let plain = plain_run(text.as_bytes(), is_plain);
    if plain == text.len() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    out.push_str(&text[..plain]);
    let mut before = out.chars().next_back();
    let mut marks = 0;
    let mut walk = text[plain..].chars().peekable();
    while let Some(c) = walk.next() {
        if matches!(c, ' '..='~') {
            out.push(c);
            (before, marks) = (Some(c), 0);
            continue;
        }
        let format = joins(c) || encloses(c);
        let wanted =
            running && (encloses(c) || joins(c) && may_join(c, before, walk.peek().copied()));
        marks = if c.width() == Some(0) { marks + 1 } else { 0 };
        let blank = c != ' ' && c.is_whitespace();
        if acts(c) || blank || (format && !wanted) || (marks > MARKS && !wanted) {
            spell(c, &mut out);
            before = None;
        } else {
            out.push(c);
            before = Some(c);
        }
    }
    Cow::Owned(out)
}

/// Whether a joiner is between two letters or emoji outside ASCII, or a style selector follows a
/// visible character.
fn may_join(joiner: char, before: Option<char>, after: Option<char>) -> bool {
    let seen = |c: char| !acts(c) && !c.is_whitespace();
    match joiner {
        '\u{fe0e}' | '\u{fe0f}' => before.is_some_and(|c| seen(c) && c.width() != Some(0)),
        _ => {
            let outside =
                |c: char| !c.is_ascii() && seen(c) && !matches!(c, '\u{200c}' | '\u{200d}');
            before.is_some_and(outside) && after.is_some_and(outside)
        }
    }
}

/// Writes control characters as control pictures where Unicode has them, and all others as code
/// points.
fn picture(c: char, out: &mut String) {
    match c {
        '\0'..='\x1f' => out.push(char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}')),
        '\x7f' => out.push('␡'),
        _ => write!(out, "\\u{{{:x}}}", c as u32).unwrap_or(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escape_sequences_are_shown() {
        assert_eq!(name("\x1b[31mred\x1b[0m\x07"), "␛[31mred␛[0m␇");
        assert_eq!(word("a\u{9b}2Jb\x7f\0"), "a\\u{9b}2Jb␡␀");
        assert_eq!(name("a\tb\r\nc"), "a␉b␍␊c");
        assert_eq!(name("two words"), "two words");
        assert_eq!(name("a\u{a0}b\u{3000}c\u{85}"), "a\\u{a0}b\\u{3000}c\\u{85}");
    }

    #[test]
    fn what_reorders_or_hides_is_shown() {
        assert_eq!(name("evil\u{202e}txt.exe"), "evil\\u{202e}txt.exe");
        assert_eq!(name("\u{2066}x\u{2069}\u{200f}"), "\\u{2066}x\\u{2069}\\u{200f}");
        assert_eq!(word("a\u{200b}b\u{feff}c\u{ad}d"), "a\\u{200b}b\\u{feff}c\\u{ad}d");
        assert_eq!(
            word("\u{e0041}\u{3164}\u{e000}\u{10ffff}\u{378}"),
            "\\u{e0041}\\u{3164}\\u{e000}\\u{10ffff}\\u{378}"
        );
    }

    #[test]
    fn joiners_stay_where_a_script_needs_them() {
        assert_eq!(word("می\u{200c}خواهم"), "می\u{200c}خواهم");
        assert_eq!(word("👩\u{200d}👧 ❤\u{fe0f}"), "👩\u{200d}👧 ❤\u{fe0f}");
        assert_eq!(word("pass\u{200d}word"), "pass\\u{200d}word");
        assert_eq!(word("\u{200c}ب\u{200d}"), "\\u{200c}ب\\u{200d}");
        assert_eq!(name("می\u{200c}خواهم"), "می\\u{200c}خواهم");
        let text = "क्‍ष e\u{301} 中文 العربية";
        assert_eq!(word(text), text);
    }

    #[test]
    fn towers_of_marks_are_cut_short() {
        let tower = format!("Z{}", "\u{300}".repeat(20));
        assert_eq!(word(&tower).matches("\\u{300}").count(), 14);
    }

    #[test]
    fn messages_are_spelt_in_ascii() {
        assert_eq!(message("a\u{1b}[31mb\nc\u{202e}d\u{9b}"), "a\\u{1b}[31mb\\nc\\u{202e}d\\u{9b}");
        assert_eq!(message("Zürich 東京 e\u{301}"), "Zürich 東京 e\u{301}");
        assert_eq!(message("a\u{a0}b\u{200d}c"), "a\\u{a0}b\\u{200d}c");
    }

    #[test]
    fn signs_around_digits_stay_in_running_text_alone() {
        assert_eq!(word("آية \u{6dd}12"), "آية \u{6dd}12");
        assert_eq!(name("\u{6dd}12"), "\\u{6dd}12");
        let group = "\u{13000}\u{13430}\u{13001}";
        assert_eq!((word(group).as_ref(), word("a\u{13430}b").as_ref()), (group, "a\\u{13430}b"));
    }

    #[test]
    fn nothing_ends_the_script_element() {
        let evil = "</script><!-- <script> ]]> & \u{2028}\u{2029} \u{202e}\u{e0041}\u{7f}";
        let written = serde_json::to_string(evil).unwrap();
        let written = script_json(&written);
        assert!(
            !written.contains(['<', '>', '&', '\u{2028}', '\u{2029}', '\u{202e}']),
            "{written}"
        );
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), evil);
    }

    #[test]
    fn what_takes_a_short_way_is_harmless_by_the_definition() {
        for c in ' '..='~' {
            assert!(is_plain(c as u8) && !acts(c) && !joins(c) && !encloses(c), "{c:?}");
            assert!(c.width() == Some(1) && (c == ' ' || !c.is_whitespace()), "{c:?}");
        }
        let ranges = [
            '\u{400}'..='\u{52f}',
            '\u{2010}'..='\u{2027}',
            '\u{4e00}'..='\u{9fef}',
            '\u{ac00}'..='\u{d7a3}',
        ];
        for c in ranges.into_iter().flatten() {
            assert!(!acts(c) && c.script() != Script::Unknown, "{c:?}");
        }
    }

    /// The definition of [`without`]: each character by itself.
    fn plain_without(json: &str, also: &[char]) -> String {
        let mut out = String::new();
        for c in json.chars() {
            if acts(c) || also.contains(&c) {
                c.encode_utf16(&mut [0; 2])
                    .iter()
                    .for_each(|unit| write!(out, "\\u{unit:04x}").unwrap());
            } else {
                out.push(c);
            }
        }
        out
    }

    proptest! {
        #[test]
        fn runs_are_copied_as_their_characters(
            text in concat!("([a-z<&>\"]{0,40}|\\PC|\\p{Cf}|", "[\0-\x20\x7f]|é|漢|“){0,9}"),
        ) {
            let scripted = plain_without(&text, &['<', '>', '&']);
            for (written, plain) in
                [(json(&text), plain_without(&text, &[])), (script_json(&text), scripted)] {
                prop_assert_eq!(matches!(written, Cow::Borrowed(_)), plain == text);
                prop_assert_eq!(written, plain);
            }
        }

        #[test]
        fn any_text_in_json_is_read_back(text in any::<String>()) {
            let plain = serde_json::to_string(&text).unwrap();
            for written in [json(&plain), script_json(&plain)] {
                prop_assert!(!written.chars().any(acts));
                prop_assert_eq!(&serde_json::from_str::<String>(&written).unwrap(), &text);
            }
            prop_assert!(!script_json(&plain).contains(['<', '>', '&']));
        }

        #[test]
        fn nothing_that_acts_gets_through(text in any::<String>()) {
            for clean in [name(&text), word(&text), message(&text).into()] {
                prop_assert!(!clean.chars().any(acts), "{clean:?}");
            }
            prop_assert_eq!(message(&message(&text)), message(&text));
        }
    }
}
