//! Owns: a cache of the texts that a report uses, each with its line index. Never: a finding.

use crate::error::Error;
use crate::model::detection::Place;
use crate::model::document::Documents;
use crate::report::generations::Generations;
use crate::span::Span;
use crate::text::first_words::first_words;
use crate::text::lines::LineIndex;
use std::borrow::Cow;
use std::io;
use std::rc::Rc;

/// A text and its line index.
pub struct Text<'a> {
    text: Cow<'a, str>,
    lines: LineIndex,
    number: u32,
    /// The lines of its file before the text, where lines of the text are lines of the file.
    lines_before: Option<u32>,
}

impl<'a> Text<'a> {
    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
    /// The characters of a span, half-open.
    pub fn chars(&self, span: Span) -> [u32; 2] {
        self.lines.chars(&self.text, span.start, span.end)
    }
    /// The lines of a span, counted from 1, the last included.
    pub fn lines(&self, span: Span) -> [u32; 2] {
        self.lines.lines(&self.text, span.start, span.end)
    }
    /// The same lines in the file, where the text is the file.
    pub fn file_lines(&self, span: Span) -> Option<[u32; 2]> {
        self.lines_before.map(|before| self.lines(span).map(|line| line.saturating_add(before)))
    }
    /// The line of a byte in the file, where the text is the file.
    pub fn file_line_at(&self, byte: u32) -> Option<u32> {
        self.lines_before.map(|before| self.line_at(byte).saturating_add(before))
    }
    /// The line of a byte.
    pub fn line_at(&self, byte: u32) -> u32 {
        self.lines.line_at(&self.text, byte)
    }
    /// The column of a byte: characters from the start of its line, counted from 1.
    #[cfg(feature = "reports")]
    pub fn column_at(&self, byte: u32) -> u32 {
        self.lines.column_at(&self.text, byte)
    }
    fn memory(&self) -> usize {
        let owned = if let Cow::Owned(text) = &self.text { text.len() } else { 0 };
        owned + self.lines.memory() + 64
    }
}

/// Texts by document number.
pub struct Texts<'a> {
    documents: &'a dyn Documents,
    kept: Generations<u32, Text<'a>>,
}

impl<'a> Texts<'a> {
    pub fn new(documents: &'a dyn Documents) -> Texts<'a> {
        Texts { documents, kept: Generations::new() }
    }

    /// Returns the text of a document.
    pub fn get(&mut self, number: u32) -> io::Result<Rc<Text<'a>>> {
        let documents = self.documents;
        let make = || {
            let text = read(documents, number)?;
            let lines = LineIndex::new(&text);
            let info = documents.info(number as usize);
            let lines_before = info.whole_file.then_some(info.lines_before.into());
            Ok(Text { text, lines, number, lines_before })
        };
        self.kept.get(number, make, Text::memory)
    }

    /// Returns the passage of a span.
    ///
    /// # Errors
    /// A span outside the text: then the text is not the one that was scanned.
    pub fn passage<'t>(&self, text: &'t Text<'a>, span: Span) -> io::Result<&'t str> {
        text.as_str().get(span.range()).ok_or_else(|| missing_text(self.documents, text.number))
    }

    /// Returns the first words of a place, on one line; ` …` at the end means that there is more.
    pub fn first_words(&mut self, place: &Place) -> io::Result<String> {
        let text = self.get(place.document)?;
        Ok(first_words(self.passage(&text, place.span)?))
    }
}

/// Reads the text of a document without a line index and without the cache.
pub fn read(documents: &dyn Documents, number: u32) -> io::Result<Cow<'_, str>> {
    documents.text(number as usize).map_err(|e| io::Error::new(io::ErrorKind::NotFound, e))
}

fn missing_text(documents: &dyn Documents, number: u32) -> io::Error {
    let id = documents.id(number as usize).into_owned();
    io::Error::new(io::ErrorKind::NotFound, Error::TextGone { id, why: Error::CHANGED.into() })
}
