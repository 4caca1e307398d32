//! Owns: the place of a passage as JSON. Never: the text of the passage.

use crate::report::texts::{Text, Texts};
use crate::span::Span;
use serde::{Deserialize, Serialize};
use std::io;

/// The place of a passage: `[start, end)` in bytes and characters, and lines from 1, the last
/// included.
#[derive(Serialize, Deserialize)]
pub struct SpanJson {
    pub bytes: [u32; 2],
    #[serde(default)]
    pub chars: [u32; 2],
    #[serde(default)]
    pub lines: [u32; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_lines: Option<[u32; 2]>,
}

/// A passage of one document and its place in another.
#[derive(Serialize)]
pub struct PassageJson {
    here: SpanJson,
    there: SpanJson,
}

impl SpanJson {
    pub fn new<'a>(span: Span, text: &Text<'a>, texts: &Texts<'a>) -> io::Result<SpanJson> {
        texts.passage(text, span)?;
        let (bytes, lines) = ([span.start, span.end], text.lines(span));
        Ok(SpanJson { bytes, chars: text.chars(span), lines, file_lines: text.file_lines(span) })
    }
}

impl PassageJson {
    /// Converts the passages of two documents from pairs of spans.
    pub fn all(
        [document, partner]: [u32; 2],
        spans: impl Iterator<Item = (Span, Span)>,
        texts: &mut Texts,
    ) -> io::Result<Vec<PassageJson>> {
        let (here, there) = (texts.get(document)?, texts.get(partner)?);
        let passage = |(x, y)| {
            Ok(PassageJson {
                here: SpanJson::new(x, &here, texts)?,
                there: SpanJson::new(y, &there, texts)?,
            })
        };
        spans.map(passage).collect()
    }
}
