//! Owns: the fenced blocks of a Markdown page: where they stand, and the article that one holds.
//! Never: looks for anything in the articles.

use nearcopy::Document;
use nearcopy::document::PageRead;
use std::ops::Range;

/// A fenced block: what stands behind the backticks, the lines inside, and where these stand in the
/// page.
pub struct Block<'p> {
    pub info: &'p str,
    pub inside: &'p str,
    pub at: Range<usize>,
}

impl<'p> Block<'p> {
    /// The first word behind the backticks.
    pub fn kind(&self) -> &'p str {
        self.info.split_whitespace().next().unwrap_or("")
    }

    /// `name=value` or `name="some words"` behind the backticks, for each of them.
    pub fn fields(&self) -> impl Iterator<Item = (&'p str, &'p str)> {
        let mut rest = self.info.trim_start_matches(|c: char| !c.is_whitespace()).trim_start();
        std::iter::from_fn(move || {
            let (name, value) =
                (!rest.is_empty()).then(|| rest.split_once('=').expect("name=value"))?;
            let (value, after) = match value.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').expect("a closing quote"),
                None => value.split_once(char::is_whitespace).unwrap_or((value, "")),
            };
            rest = after.trim_start();
            Some((name, value))
        })
    }
}

/// The blocks of a page. One ends with a line of as many backticks as it began with, or more.
pub fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut found = vec![];
    let mut open: Option<(usize, &str, usize)> = None;
    let mut at = 0;
    for line in page.split_inclusive('\n') {
        let rest = line.trim_start_matches('`');
        let ticks = line.len() - rest.len();
        match open {
            None if ticks >= 3 => open = Some((ticks, rest.trim(), at + line.len())),
            Some((first, info, from)) if ticks >= first && rest.trim().is_empty() => {
                found.push(Block { info, inside: &page[from..at], at: from..at });
                open = None;
            }
            _ => {}
        }
        at += line.len();
    }
    assert!(open.is_none(), "a block is not closed");
    found
}

/// ```` ```text id=a.txt source=Courier date=2026-01-31 title="Bridge closes" ````
pub fn document(block: &Block) -> Document {
    let text = block.inside.strip_suffix('\n').unwrap_or(block.inside);
    let mut document = Document::new("", text);
    for (name, value) in block.fields() {
        document = match name {
            "id" => {
                document.info.id = value.into();
                document
            }
            "source" => document.source(value),
            "date" => document.date(value),
            "title" => document.title(value),
            "read" => document.read(PageRead::new(value.parse().expect("whole or part"))),
            "file" => document,
            _ => panic!("{name} is not id, title, source, date, read or file"),
        };
    }
    assert!(!document.info.id.is_empty(), "an article without an id");
    document
}

/// First and last words of a passage, on one line.
pub fn quoted(passage: &str) -> String {
    let line = passage.split_whitespace().collect::<Vec<_>>().join(" ");
    let chars: Vec<char> = line.chars().collect();
    if chars.len() <= 64 {
        return format!("“{line}”");
    }
    let head: String = chars[..28].iter().collect();
    let tail: String = chars[chars.len() - 28..].iter().collect();
    let head = head.rsplit_once(' ').map_or(head.as_str(), |(words, _)| words);
    let tail = tail.split_once(' ').map_or(tail.as_str(), |(_, words)| words);
    format!("“{head} … {tail}”")
}

/// The page with other lines inside its blocks; `new` has one entry for each block that changes.
pub fn rewritten(page: &str, new: &[(Range<usize>, String)]) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for (range, inside) in new {
        out += &page[at..range.start];
        out += inside;
        at = range.end;
    }
    out + &page[at..]
}

/// The lines that only the one page has, and those that only the other one has.
pub fn difference(old: &str, new: &str) -> String {
    let only = |sign: char, of: &str, other: &str| {
        let lines: Vec<&str> = other.lines().collect();
        of.lines()
            .filter(|l| !lines.contains(l))
            .map(|l| format!("{sign} {l}\n"))
            .collect::<String>()
    };
    only('-', old, new) + &only('+', new, old)
}

/// Whether `UPDATE=1` asks for pages to be written anew.
pub fn update() -> bool {
    std::env::var_os("UPDATE").is_some_and(|v| v == "1")
}

#[test]
fn a_block_ends_with_as_many_backticks_as_it_began_with() {
    let page = "````text id=a\n```\ninside\n````\n\n```\nlast\n```\n";
    let blocks = blocks(page);
    let told: Vec<_> = blocks.iter().map(|b| (b.info, b.inside)).collect();
    assert_eq!(told, [("text id=a", "```\ninside\n"), ("", "last\n")]);
    assert_eq!(&page[blocks[1].at.clone()], "last\n");
    assert_eq!(rewritten("abcdef", &[(1..2, "XY".into()), (4..4, "-".into())]), "aXYcd-ef");
    assert_eq!(difference("a\nb\nc\n", "a\nx\nc\n"), "- b\n+ x\n");
}
