//! Rust source as the layer test needs it: without comments and literals, cut into paths, words and
//! functions.

use std::collections::BTreeSet;

/// The source with the inside of comments and literals turned into blanks; lines stay lines.
pub fn blank(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut out = String::with_capacity(source.len());
    let mut i = 0;
    while i < chars.len() {
        let end = literal_end(&chars, i);
        if end == i {
            out.push(chars[i]);
            i += 1;
        } else {
            out.extend(chars[i..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
            i = end;
        }
    }
    out
}

fn is_ident(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// One past the comment or literal that begins at `i`; `i` itself if none does.
fn literal_end(chars: &[char], i: usize) -> usize {
    let at = |j: usize| chars.get(j).copied().unwrap_or('\0');
    let until = |from: usize, wanted: &str| {
        let wanted: Vec<char> = wanted.chars().collect();
        let hit = (from..chars.len()).find(|&j| chars[j..].starts_with(&wanted));
        hit.map_or(chars.len(), |j| j + wanted.len())
    };
    match (at(i), at(i + 1)) {
        ('/', '/') => (i..chars.len()).find(|&j| chars[j] == '\n').unwrap_or(chars.len()),
        ('/', '*') => comment_end(chars, i),
        ('"', _) => string_end(chars, i),
        ('r', '"' | '#') if i == 0 || !is_ident(at(i - 1)) || at(i - 1) == 'b' => {
            let hashes = (i + 1..chars.len()).take_while(|&j| chars[j] == '#').count();
            if at(i + 1 + hashes) == '"' {
                until(i + 2 + hashes, &format!("\"{}", "#".repeat(hashes)))
            } else {
                i
            }
        }
        ('\'', '\\') => until(i + 3, "'"),
        ('\'', _) if at(i + 2) == '\'' => i + 3,
        _ => i,
    }
}

fn comment_end(chars: &[char], start: usize) -> usize {
    let (mut depth, mut i) = (0, start);
    while i < chars.len() {
        if chars[i..].starts_with(&['/', '*']) {
            depth += 1;
            i += 2;
        } else if chars[i..].starts_with(&['*', '/']) {
            depth -= 1;
            i += 2;
            if depth == 0 {
                return i;
            }
        } else {
            i += 1;
        }
    }
    i
}

fn string_end(chars: &[char], start: usize) -> usize {
    let mut i = start + 1;
    while i < chars.len() && chars[i] != '"' {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    (i + 1).min(chars.len())
}

/// What stands before the module of unit tests (blanked source in, blanked source out).
pub fn shipped(code: &str) -> &str {
    let is_module = |at: usize| {
        let after = code[at..].trim_start_matches("#[cfg(test)]").trim_start();
        let head = &after[..after.find(['{', ';']).unwrap_or(after.len())];
        head.starts_with("mod ") && after[head.len()..].starts_with('{')
    };
    code.match_indices("#[cfg(test)]")
        .map(|(at, _)| at)
        .find(|&at| is_module(at))
        .map_or(code, |at| &code[..at])
}

/// Every path of the code: those of `use` lines with their groups spelled out, and those inside the
/// code.
pub fn paths(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut rest = code;
    while let Some(at) = rest.find("use ") {
        let begins = !rest[..at].ends_with(is_ident);
        let after = &rest[at + 4..];
        let end = after.find(';').unwrap_or(after.len());
        if begins {
            let tree: String = after[..end].replace(" as ", "@").split_whitespace().collect();
            expand("", &tree, &mut found);
        }
        rest = &after[if begins { end } else { 0 }..];
    }
    let is_path = |c: char| is_ident(c) || c == ':';
    found.extend(
        code.split(|c| !is_path(c))
            .filter(|p| p.contains("::"))
            .map(|p| p.trim_matches(':').to_owned()),
    );
    found
}

/// One use tree: `a::{b, c::{self, d}}` is `a::b`, `a::c` and `a::c::d`.
fn expand(prefix: &str, tree: &str, found: &mut BTreeSet<String>) {
    let Some(open) = tree.find('{') else {
        let name = tree.split('@').next().unwrap_or(tree);
        let whole = format!("{prefix}{name}");
        found.insert(
            whole.strip_suffix("::self").unwrap_or(&whole).trim_start_matches("::").to_owned(),
        );
        return;
    };
    let prefix = format!("{prefix}{}", &tree[..open]);
    let inside = &tree[open + 1..tree.rfind('}').unwrap_or(tree.len())];
    let (mut depth, mut start) = (0, 0);
    for (i, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expand(&prefix, &inside[start..i], found);
                start = i + 1;
            }
            _ => {}
        }
    }
    if start < inside.len() {
        expand(&prefix, &inside[start..], found);
    }
}

/// The identifiers of the code; macros with their exclamation mark.
pub fn words(code: &str) -> BTreeSet<&str> {
    let whole = code.split(|c| !is_ident(c) && c != '!').map(|w| w.trim_start_matches('!'));
    whole.flat_map(|w| [w, w.trim_end_matches('!')]).collect()
}

/// A function: its name, how many lines it takes, and its first line, counted from 1.
pub struct Function<'a> {
    pub name: &'a str,
    pub lines: usize,
    pub at: usize,
}

/// The functions of the code that have a body, nested ones too.
pub fn functions(code: &str) -> Vec<Function<'_>> {
    let mut found = vec![];
    for (at, _) in code.match_indices("fn ") {
        let begins = !code[..at].ends_with(is_ident);
        let name = code[at + 3..].split(|c| !is_ident(c)).next().unwrap_or("");
        let body = body(&code[at..]);
        let (true, false, Some(body)) = (begins, name.is_empty(), body) else { continue };
        let end = closing(&code[at + body..]).map_or(code.len(), |e| at + body + e);
        let lines = code[at..end].lines().count();
        found.push(Function { name, lines, at: code[..at].matches('\n').count() + 1 });
    }
    found
}

/// Where the body begins: the first brace that stands in no bracket, unless a semicolon comes
/// first.
fn body(code: &str) -> Option<usize> {
    let mut depth = 0;
    for (i, c) in code.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '{' if depth == 0 => return Some(i),
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// One past the brace that closes the one the code begins with.
fn closing(code: &str) -> Option<usize> {
    let mut depth = 0;
    for (i, c) in code.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(i + 1);
        }
    }
    None
}

/// The names of the types, traits, functions and constants that the code defines.
pub fn definitions(code: &str) -> BTreeSet<&str> {
    let mut words = code.split(|c| !is_ident(c)).filter(|w| !w.is_empty()).peekable();
    let mut found = BTreeSet::new();
    while let Some(word) = words.next() {
        if matches!(
            word,
            "struct" | "enum" | "trait" | "type" | "fn" | "const" | "static" | "union"
        ) && let Some(name) = words.peek()
        {
            found.insert(*name);
        }
    }
    found
}
