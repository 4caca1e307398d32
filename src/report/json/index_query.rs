//! Owns: the result of an index query for one document as a line of JSON. Never: queries an index.

use crate::model::detection::Relation;
use crate::report::evidence;
use crate::report::index_query::{OwnVersion, QueryReport};
use crate::report::json::writer::json_line;
use crate::report::schema::document::{ReadJson, RecordJson};
use crate::report::schema::pair::{MatchJson, ScoresJson};
use crate::report::schema::summary::{ReasonJson, is_zero, reasons};
use crate::report::texts::Texts;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

#[derive(Serialize)]
struct PartnerView<'a> {
    id: &'a str,
    relation: Relation,
    copies: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<&'a str>,
    #[serde(flatten)]
    read: ReadJson,
    /// The id of the earlier one of the queried document and this one, where dates tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    earlier: Option<Cow<'a, str>>,
    #[serde(flatten)]
    scores: ScoresJson,
    matches: Vec<MatchJson>,
}

#[derive(Serialize)]
struct SeenView<'a> {
    #[serde(flatten)]
    record: RecordJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(flatten)]
    read: ReadJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    own: Option<OwnVersion>,
    seen: Vec<PartnerView<'a>>,
    #[serde(skip_serializing_if = "is_zero")]
    more: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    limited: Vec<ReasonJson<'a>>,
}

impl QueryReport {
    /// Writes one line of JSON: the id, and each partner with its scores and passages, whose fields
    /// are named as in [`json()`](crate::report::json()).
    ///
    /// # Errors
    /// Errors of `out`.
    pub fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut texts = Texts::new(&self.documents);
        let mut seen = Vec::with_capacity(self.copies.len());
        for (pair, &copies) in self.detection.pairs.iter().zip(&self.copies) {
            let info = self.documents.kept(pair.b);
            seen.push(PartnerView {
                id: &info.id,
                relation: pair.relation,
                copies,
                title: info.title.as_deref(),
                source: info.source.as_deref(),
                date: info.date.as_deref(),
                read: ReadJson::new(info.read),
                earlier: evidence::earlier(self.findings(), pair).map(|n| self.findings().id(n)),
                scores: ScoresJson::new(&pair.comparison),
                matches: MatchJson::all(pair, &mut texts)?,
            });
        }
        let asked = self.documents.kept(0);
        let (record, title) = (RecordJson::new(asked), asked.title.as_deref());
        let (read, own, more) = (ReadJson::new(asked.read), self.own, self.more);
        let limited = reasons(&self.limited);
        json_line(&SeenView { record, title, read, own, seen, more, limited }, out)
    }
}
