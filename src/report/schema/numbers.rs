//! Owns: the document table of a report that is read back, which maps ids to numbers, and the check
//! of spans. Never: a finding.

use crate::model::document::DocumentInfo;
use crate::report::schema::span::SpanJson;
use crate::span::Span;
use std::collections::HashMap;

/// The result of reading; the error message does not name the report.
pub type Read<T> = Result<T, String>;

/// The documents, with an index by id. Several equal documents may have the same id.
pub struct DocumentNumbers {
    numbers: HashMap<String, Vec<u32>>,
    pub documents: Vec<DocumentInfo>,
    pub tokens: Vec<u32>,
}

/// Checks that a span does not end before it begins.
pub fn span([from, to]: [u32; 2]) -> Read<Span> {
    if from <= to {
        Ok(Span::new(from, to))
    } else {
        Err(format!("holds a span from {from} to {to}"))
    }
}

impl DocumentNumbers {
    /// Makes the table from documents in the order of a report, each with its number of tokens.
    pub fn new(listed: impl Iterator<Item = (DocumentInfo, u32)>) -> DocumentNumbers {
        let (documents, tokens): (Vec<DocumentInfo>, Vec<u32>) = listed.unzip();
        let mut numbers: HashMap<String, Vec<u32>> = HashMap::with_capacity(documents.len());
        for (n, info) in (0..).zip(&documents) {
            numbers.entry(info.id.clone()).or_default().push(n);
        }
        DocumentNumbers { numbers, documents, tokens }
    }

    pub fn of(&self, id: &str) -> Read<u32> {
        self.nth(id, 0)
    }

    fn nth(&self, id: &str, n: usize) -> Read<u32> {
        let found = self.numbers.get(id).and_then(|all| all.get(n).or(all.last()));
        found.copied().ok_or_else(|| format!("names the document {id:?}, which it does not list"))
    }

    /// Returns the numbers of these ids. Each further occurrence of an id is the next document of
    /// that id.
    pub fn all(&self, ids: &[String]) -> Read<Vec<u32>> {
        let mut seen: HashMap<&str, usize> = HashMap::new();
        let next = |id: &'_ String, n: &mut usize| {
            *n += 1;
            self.nth(id, *n - 1)
        };
        ids.iter().map(|id| next(id, seen.entry(id).or_default())).collect()
    }

    /// Reads a span of a document. Only spans record whether lines of the text are lines of its
    /// file.
    pub fn span(&mut self, document: u32, s: &SpanJson) -> Read<Span> {
        if let Some([first, _]) = s.file_lines {
            let info = &mut self.documents[document as usize];
            let before = first.saturating_sub(s.lines[0]);
            info.whole_file = true;
            info.lines_before = u16::try_from(before).unwrap_or(u16::MAX);
        }
        span(s.bytes)
    }
}
