//! Owns: the front matter of a Markdown file: where it ends, and the values of its fields. Never:
//! decides what a field is for.

/// The bytes of front matter at most; a longer one is text. So its lines are fewer than 65,536.
const LONGEST: usize = 64 << 10;

/// The head of a file that describes it, in YAML, TOML or JSON.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FrontMatter {
    /// The offset of the text behind it.
    pub(crate) end: usize,
    /// The fields of its outermost level that have one value, in order.
    pub(super) fields: Vec<(String, String)>,
}

/// Whether a file of this name may have front matter.
pub(crate) fn is_markdown(path: &str) -> bool {
    let mut name = path.to_ascii_lowercase();
    for ending in [".gz", ".zst", ".bz2", ".xz", ".lz4"] {
        name.truncate(name.strip_suffix(ending).map_or(name.len(), str::len));
    }
    [".md", ".markdown"].iter().any(|ending| name.ends_with(ending))
}

/// Finds the front matter of a text; `None` where its first lines are text.
pub(crate) fn split(text: &str) -> Option<FrontMatter> {
    let first = text.split_inclusive('\n').next()?;
    let closings: &[&str] = match first.trim_end() {
        "---" => &["---", "..."],
        "+++" => &["+++"],
        "{" => &["}"],
        _ => return None,
    };
    let (mut end, mut lines) = (first.len(), Vec::new());
    for line in text[first.len()..].split_inclusive('\n') {
        end += line.len();
        if end > LONGEST {
            return None;
        }
        if closings.contains(&line.trim_end()) {
            let fields = match closings[0] {
                "---" => yaml(&lines)?,
                "+++" => toml(&lines)?,
                _ => json(&text[..end])?,
            };
            return Some(FrontMatter { end, fields });
        }
        lines.push(line.trim_end_matches(['\n', '\r']));
    }
    None
}

/// Where the text behind front matter begins. For fuzzing.
#[doc(hidden)]
pub fn text_start(text: &str) -> Option<usize> {
    split(text).map(|found| found.end)
}

/// The fields of YAML with one value; `None` for lines that are no mapping, such as those between
/// two rules of a text.
fn yaml(lines: &[&str]) -> Option<Vec<(String, String)>> {
    let (mut fields, mut at) = (Vec::new(), 0);
    while let Some(line) = lines.get(at) {
        at += 1;
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = key_of(line, ':')?;
        let behind = &lines[at..];
        let list = |line: &&&str| line.starts_with("- ") || **line == "-";
        let inside =
            |line: &&&str| line.starts_with([' ', '\t']) || line.trim().is_empty() || list(line);
        let nested = &behind[..behind.iter().take_while(inside).count()];
        at += nested.len();
        if let Some(value) = yaml_value(value, nested) {
            fields.push((key, value));
        }
    }
    (!fields.is_empty() || lines.iter().any(|line| key_of(line, ':').is_some())).then_some(fields)
}

/// The value of a key, with the lines that belong to it; `None` for lists, mappings and aliases.
fn yaml_value(value: &str, nested: &[&str]) -> Option<String> {
    let value = value.trim();
    let lines = || nested.iter().map(|line| line.trim());
    match value.chars().next() {
        Some('[' | '{' | '&' | '*' | '!') => None,
        Some('|' | '>') if value.len() <= 3 => {
            let parts: Vec<&str> = lines().filter(|line| !line.is_empty()).collect();
            (!parts.is_empty()).then(|| parts.join(" "))
        }
        Some(quote @ ('"' | '\'')) => {
            let all = [value].into_iter().chain(lines()).collect::<Vec<_>>().join(" ");
            quoted(&all, quote)
        }
        None if nested.iter().any(|l| key_of(l.trim_start(), ':').is_some()) => None,
        _ => {
            let mut parts: Vec<&str> = Vec::new();
            for line in [value].into_iter().chain(lines()).filter(|line| !line.is_empty()) {
                if line.starts_with("- ") || line == "-" {
                    return None;
                }
                let plain = line.find(" #").map_or(line, |at| &line[..at]);
                parts.push(plain.trim_end());
            }
            (!parts.is_empty()).then(|| parts.join(" "))
        }
    }
}

/// The fields of TOML with one value, before its first table.
fn toml(lines: &[&str]) -> Option<Vec<(String, String)>> {
    let (mut fields, mut mapping, mut outer) = (Vec::new(), false, true);
    for line in lines {
        let line = line.trim();
        if line.starts_with('[') {
            (mapping, outer) = (true, false);
        }
        let Some((key, value)) = key_of(line, '=').filter(|_| outer) else { continue };
        mapping = true;
        let value = value.trim();
        let one = match value.chars().next() {
            Some('[' | '{') | None => None,
            Some(_) if value.starts_with("\"\"\"") || value.starts_with("'''") => {
                let inner = value.trim_matches(['"', '\'']).trim();
                (!inner.is_empty()).then(|| inner.to_owned())
            }
            Some('\'') => value[1..].split('\'').next().map(str::to_owned),
            Some('"') => quoted(value, '"'),
            Some(_) => value.split(" #").next().map(|plain| plain.trim().to_owned()),
        };
        fields.extend(one.map(|value| (key, value)));
    }
    mapping.then_some(fields)
}

/// The fields of a JSON object that are strings or numbers.
fn json(text: &str) -> Option<Vec<(String, String)>> {
    let all: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    let one = |(key, value): (String, serde_json::Value)| match value {
        serde_json::Value::String(text) => Some((key, text)),
        serde_json::Value::Number(number) => Some((key, number.to_string())),
        _ => None,
    };
    Some(all.into_iter().filter_map(one).collect())
}

/// The key at the beginning of a line, and what follows its sign.
fn key_of(line: &str, sign: char) -> Option<(String, &str)> {
    let (key, value) = line.split_once(sign)?;
    let spaced = sign != ':' || value.is_empty() || value.starts_with([' ', '\t']);
    let key = key.trim_end().trim_matches(['"', '\'']);
    let letter = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '@' | '$' | ' ');
    let named = !key.is_empty() && key.len() <= 80 && key.chars().all(letter);
    (spaced && named && !key.starts_with(['-', ' '])).then(|| (key.to_owned(), value))
}

/// The content of a quoted value at the beginning of a line, with its escapes undone.
fn quoted(value: &str, quote: char) -> Option<String> {
    let (mut out, mut rest) = (String::new(), value.strip_prefix(quote)?.chars());
    while let Some(c) = rest.next() {
        if c == quote {
            if quote == '"' || !rest.as_str().starts_with(quote) {
                return Some(out);
            }
            rest.next();
        } else if c == '\\' && quote == '"' {
            match rest.next()? {
                'n' | 't' | 'r' => out.push(' '),
                letter @ ('u' | 'U' | 'x') => {
                    let length = [('u', 4), ('U', 8), ('x', 2)].iter().find(|(l, _)| *l == letter);
                    let digits = rest.as_str().get(..length?.1)?;
                    out.push(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
                    rest = rest.as_str()[digits.len()..].chars();
                    continue;
                }
                other => out.push(other),
            }
            continue;
        }
        out.push(c);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Option<(String, Vec<(String, String)>)> {
        split(text).map(|found| (text[found.end..].to_owned(), found.fields))
    }

    #[test]
    fn fields_have_their_values() {
        for (head, title) in [
            ("---\ntitle: Note 1\n---\n", "Note 1"),
            ("---\r\ntitle: \"Say \\\"x\\\": \\u00e9\" # c\r\n---\r\n", "Say \"x\": é"),
            ("---\n# c\n\ntitle: 'It''s'\ntags: [a, b]\n...\n", "It's"),
            ("---\nauthors:\n  - name: A\n    title: no\ntitle: a # b\n---\n", "a"),
            ("---\ntags:\n- a\n- b\ntitle: >-\n  two\n  lines\n---\n", "two lines"),
            ("---\ntitle: two\n  lines\n---\n", "two lines"),
            ("+++\ntitle = \"Note \\\"1\\\"\" # c\n[x]\ntitle = \"no\"\n+++\n", "Note \"1\""),
            ("+++\ntags = [\n  \"a\",\n]\ntitle = 'a\\b'\n+++\n", "a\\b"),
            ("{\n \"title\": \"Note\",\n \"x\": {}\n}\n", "Note"),
        ] {
            let (text, fields) = of(&format!("{head}The text.\n")).expect(head);
            assert_eq!(text, "The text.\n", "{head}");
            let found: Vec<&str> =
                fields.iter().filter(|(k, _)| k == "title").map(|(_, v)| &**v).collect();
            assert_eq!(found, [title], "{head}");
        }
        assert_eq!(of("---\ndate: 2026-03-01 10:00:00 +0000\n---").unwrap().1[0].1.len(), 25);
        assert_eq!(of("---\nlayout: post\n---\n").unwrap().0, "");
    }

    #[test]
    fn text_between_rules_is_text() {
        for text in [
            "---\nThe ferry stays in port.\n---\nMore.\n",
            "---\n\n---\nThe ferry.\n",
            "---\ntitle: never closed\n",
            "----\ntitle: a\n----\n",
            "Text.\n---\ntitle: a\n---\n",
            "+++\nplain\n+++\n",
            "{\nnot json\n}\n",
            "---",
            "",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn names_show_markdown() {
        assert!(is_markdown("a/B.MD") && is_markdown("a.markdown.gz"));
        assert!(!is_markdown("a.txt") && !is_markdown("md") && !is_markdown("-"));
    }

    proptest! {
        #[test]
        fn total(
            text in concat!(
                "(---|[+]{3}|[{])\n([a-c: \"'\\\\#|>=\\[\\-\u{e9}]{0,9}\n){0,6}",
                "(---|[+]{3}|[}])\n?x?",
            ),
        ) {
            if let Some(found) = split(&text) {
                prop_assert!(text.is_char_boundary(found.end) && found.end <= text.len());
            }
        }
    }
}
