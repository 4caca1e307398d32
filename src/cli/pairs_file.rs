//! Owns: the lookup of documents by id, and files of pairs of ids. Never: compares them.

use super::exit::{Failure, Result};
use super::messages::{clean, count, escaped_path, say};
use nearcopy::Documents;
use nearcopy::near_names::nearest;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// The number of bad lines of one kind that are reported.
const SHOWN: usize = 5;

/// The number of the first document with this id.
pub fn number(documents: &dyn Documents, id: &str) -> Option<u32> {
    let (mut low, mut high) = (0, documents.count());
    while low < high {
        let middle = low + (high - low) / 2;
        if documents.id(middle).as_bytes() < id.as_bytes() {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    (low < documents.count() && documents.id(low) == id).then_some(low as u32)
}

/// The number of the document with this id, or a message that helps to find it.
pub fn expect(documents: &dyn Documents, id: &str) -> Result<u32> {
    number(documents, id).ok_or_else(|| {
        let shown = clean(id);
        let ids = || (0..documents.count()).map(|n| documents.id(n));
        let renamed = format!("{id}@");
        let several: Vec<String> = ids()
            .filter(|other| other.starts_with(&renamed))
            .take(5)
            .map(|id| short(&id))
            .collect();
        if !several.is_empty() {
            return Failure::Said(format!(
                "id {shown} stands for several texts: name one of {}",
                several.join(", ")
            ));
        }
        let all = documents.count() as u64;
        Failure::Said(match nearest(id, ids()) {
            Some(other) => {
                format!("no document has the id {shown}: did you mean {}?", clean(&other))
            }
            None if all == 0 => format!("no document was read, so none has the id {shown}"),
            None => format!(
                "no document of {} has the id {shown}: {}",
                count(all, "document"),
                first_ids(documents)
            ),
        })
    })
}

/// The ids that there are, as far as a message may be long.
fn first_ids(documents: &dyn Documents) -> String {
    let some: Vec<String> =
        (0..documents.count().min(5)).map(|n| short(&documents.id(n))).collect();
    let more = if documents.count() > some.len() { ", …" } else { "" };
    match &some[..] {
        [one] => format!("its id is {one}"),
        _ => format!("their ids are {}{more}", some.join(", ")),
    }
}

/// An id for a list of several: the beginning of one that is long.
fn short(id: &str) -> String {
    match id.char_indices().nth(80) {
        Some((end, _)) => clean(&id[..end]) + "…",
        None => clean(id),
    }
}

/// The pairs that a file lists.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Pairs of document numbers, smaller first, in ascending order, without repetition.
    pub pairs: Vec<(u32, u32)>,
    /// The number of lines that are not empty.
    pub lines: u64,
    /// Lines without a valid pair, by fault: their number, and the first few.
    bad: BTreeMap<&'static str, (u64, Vec<String>)>,
}

#[derive(serde::Deserialize)]
struct PairLine {
    a: Id,
    b: Id,
}

/// A numeric id counts as its JSON text.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(serde_json::Number),
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Id::Text(text) => f.write_str(text),
            Id::Number(number) => number.fmt(f),
        }
    }
}

impl Wanted {
    /// Reads lines with "a" and "b"; `-` is standard input. Bad lines are counted and skipped.
    pub fn read(path: &Path, documents: &dyn Documents) -> Result<Wanted> {
        let shown = escaped_path(path);
        let failed = |e: std::io::Error| {
            Failure::Said(format!(
                "--pairs {shown}: {e}; it should hold lines such as {{\"a\": \"ID\", \"b\": \
                 \"ID\"}}"
            ))
        };
        let from: Box<dyn Read> = match path.to_str() {
            Some("-") => Box::new(std::io::stdin()),
            _ => Box::new(std::fs::File::open(path).map_err(failed)?),
        };
        let mut from = BufReader::with_capacity(1 << 16, from);
        let mut wanted = Wanted::default();
        let mut line = Vec::new();
        for at in 1.. {
            line.clear();
            if from.read_until(b'\n', &mut line).map_err(failed)? == 0 {
                break;
            }
            wanted.add(&line, &format!("{shown}:{at}"), documents);
        }
        wanted.pairs.sort_unstable();
        wanted.pairs.dedup();
        Ok(wanted)
    }

    fn add(&mut self, line: &[u8], place: &str, documents: &dyn Documents) {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii();
        if line.is_empty() {
            return;
        }
        self.lines += 1;
        let PairLine { a, b } = match serde_json::from_slice(line) {
            Ok(pair) => pair,
            Err(e) => {
                let why = e.to_string();
                // The place already includes the line.
                let why = why.split(" at line ").next().unwrap_or_default();
                let why = format!("{place}: {}, at byte {}", clean(why), e.column());
                return self.bad("without a pair {\"a\": ID, \"b\": ID}", why);
            }
        };
        let (a, b) = (a.to_string(), b.to_string());
        match (number(documents, &a), number(documents, &b)) {
            (Some(x), Some(y)) if x != y => self.pairs.push((x.min(y), x.max(y))),
            (Some(_), Some(_)) => {
                self.bad("naming one document twice", format!("{place}: {}", clean(&a)))
            }
            (known, _) => {
                let id = if known.is_none() { &a } else { &b };
                self.bad("with an id that no document has", format!("{place}: {}", clean(id)));
            }
        }
    }

    fn bad(&mut self, what: &'static str, named: String) {
        let (total, shown) = self.bad.entry(what).or_default();
        *total += 1;
        if shown.len() < SHOWN {
            shown.push(named);
        }
    }

    /// The number of bad lines.
    pub fn bad_lines(&self) -> u64 {
        self.bad.values().map(|(n, _)| n).sum()
    }

    /// Reports the bad lines.
    pub fn tell(&self) {
        for (what, (total, shown)) in &self.bad {
            let mut message = format!("skipped {} {what}", count(*total, "line"));
            for named in shown {
                message.push_str(&format!("\n  {named}"));
            }
            if *total > shown.len() as u64 {
                message.push_str(&format!("\n  … and {} more", total - shown.len() as u64));
            }
            say(&message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nearcopy::{Corpus, Document};

    #[test]
    fn ids_are_found_and_bad_lines_counted() {
        let corpus = Corpus::new(["a", "b", "7", "zz"].map(|id| Document::new(id, id))).unwrap();
        assert_eq!(number(&corpus, "7"), Some(0));
        assert_eq!(number(&corpus, "zz"), Some(3));
        assert_eq!(number(&corpus, "c"), None);
        let mut wanted = Wanted::default();
        for line in [
            "{\"a\": 7, \"b\": \"b\"}",
            "",
            "{\"a\":\"b\",\"b\":\"b\"}",
            "{\"a\":\"q\",\"b\":\"b\"}",
            "[]",
            "{\"a\":\"b\"}",
            "\u{feff}{\"b\":\"a\",\"a\":\"zz\"}",
        ] {
            wanted.add(line.as_bytes(), "p:1", &corpus);
        }
        assert_eq!(wanted.pairs, [(0, 2), (1, 3)]);
        assert_eq!((wanted.lines, wanted.bad_lines()), (6, 4));
    }

    #[test]
    fn an_unknown_id_is_answered_with_help() {
        let corpus = Corpus::new([
            Document::new("articles/one.txt", "x"),
            Document::new("d", "1"),
            Document::new("d", "2"),
        ])
        .unwrap();
        let message_for = |id| match expect(&corpus, id) {
            Err(Failure::Said(message)) => message,
            other => panic!("{other:?}"),
        };
        assert!(message_for("articles/on.txt").contains("did you mean articles/one.txt?"));
        assert!(message_for("d").contains("several texts: name one of d@"));
        let said = |corpus: &Corpus| match expect(corpus, "q") {
            Err(Failure::Said(message)) => message,
            other => panic!("{other:?}"),
        };
        let long = Corpus::new([Document::new("é".repeat(90), "x")]).unwrap();
        assert!(said(&long).ends_with(&format!("its id is {}…", "é".repeat(80))));
        assert!(said(&Corpus::new([]).unwrap()).starts_with("no document was read"));
    }
}
