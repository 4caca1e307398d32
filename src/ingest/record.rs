//! Owns: how the values of a record become a document, and the merged results of a file's records.
//! Never: parses the syntax of a record.

use crate::ingest::address::host_of;
use crate::ingest::date;
use crate::ingest::field_names::{
    DATE, ID, OTHER_CASE, PerRole, READ, READ_RAW, READ_SHARE, ROLES, SCORE, SOURCE, TEXT, TITLE,
    URL,
};
use crate::ingest::fields::Fields;
use crate::ingest::input::TableOptions;
use crate::ingest::limits::DocumentLimit;
use crate::ingest::page_kind::PageKind;
use crate::ingest::problem::{Problem, Reason};
use crate::ingest::read_result::ReadResult;
use crate::ingest::title;
use crate::model::document::{Document, DocumentInfo};
use crate::model::page_read::PageRead;
use crate::model::score::Score;
use encoding_rs::Encoding;
use std::collections::HashSet;
use std::sync::Arc;

/// The state that all records of a file share.
pub(crate) struct Context<'a> {
    pub fields: &'a Fields,
    /// The encoding of single records, where it is neither UTF-8 nor UTF-16.
    pub encoding: Option<&'static Encoding>,
    /// What the caller set for tables.
    #[cfg_attr(not(feature = "csv"), expect(dead_code, reason = "no format has rows"))]
    pub table: TableOptions,
    /// What web pages are read as.
    #[cfg_attr(not(feature = "web"), expect(dead_code, reason = "no format has pages"))]
    pub page: PageKind,
    pub path: Arc<str>,
    /// The limit on one document.
    pub limit: DocumentLimit,
    /// Whether to use all threads.
    pub parallel: bool,
    /// Receives documents as they are read, where they are not collected.
    pub sink: Option<DocumentSink<'a>>,
}

/// A callback that receives documents as they are read.
pub(crate) type DocumentSink<'a> = &'a (dyn Fn(Vec<Document>) + Sync);

impl<'a> Context<'a> {
    /// A context for records in UTF-8 that one thread reads and collects.
    pub fn new(fields: &'a Fields, path: &str, limit: DocumentLimit) -> Context<'a> {
        Context {
            fields,
            encoding: None,
            table: TableOptions::default(),
            page: PageKind::Auto,
            path: path.into(),
            limit,
            parallel: false,
            sink: None,
        }
    }

    /// Runs `work` on each piece, in parallel if the context allows it, and merges the results in
    /// order.
    pub(super) fn each<T: Sync>(
        &self,
        pieces: &[T],
        work: impl Fn(&T, &mut Batch) + Sync,
    ) -> Batch {
        use rayon::prelude::*;
        let one = |piece: &T| {
            let mut batch = Batch::default();
            work(piece, &mut batch);
            batch
        };
        let mut all = Batch::default();
        if self.parallel {
            let parts: Vec<Batch> = pieces.par_iter().map(one).collect();
            parts.into_iter().for_each(|part| all.absorb(part));
        } else {
            pieces.iter().for_each(|piece| all.absorb(one(piece)));
        }
        all
    }

    /// Merges the result of a part of a file, and passes its documents to the sink if there is one.
    pub(super) fn merge_part(&self, all: &mut Batch, part: Batch) {
        all.absorb(part);
        if let Some(tap) = self.sink.filter(|_| !all.intake.documents.is_empty()) {
            all.handed += all.intake.documents.len() as u64;
            tap(std::mem::take(&mut all.intake.documents));
        }
    }

    /// Notes which roles have their field in a record, where the caller named any; `names` lists
    /// the fields of the record for a message.
    pub(super) fn note_fields(
        &self,
        present: &PerRole<bool>,
        batch: &mut Batch,
        names: impl FnOnce() -> Vec<String>,
    ) {
        if self.fields.any_explicit() {
            let intake = &mut batch.intake;
            intake.present.iter_mut().zip(present).for_each(|(known, here)| *known |= here);
            intake.first_fields.get_or_insert_with(names);
        }
    }

    /// Builds the document of a record from its text with the rank of the field's name, and the
    /// values of the other roles likewise.
    pub(super) fn document(
        &self,
        (rank, text): (usize, String),
        mut others: PerRole<Option<(usize, String)>>,
        number: Option<u64>,
        replaced: bool,
        batch: &mut Batch,
    ) {
        if !self.limit.admits(text.len()) {
            return batch.intake.too_long(&self.path, number, self.limit);
        }
        let mut hit = |role: usize, read: fn(String) -> Option<String>| {
            let (rank, value) = others[role].take()?;
            let value = read(value)?;
            batch.hits[role][rank % OTHER_CASE] += 1;
            Some(value)
        };
        let (id, date) = (hit(ID, Some), hit(DATE, Some));
        let title = hit(TITLE, |value| title::normalise(&value)).map(Arc::from);
        let score = hit(SCORE, Some).map(|value| Score::of_text(&value)).unwrap_or_default();
        let source = hit(SOURCE, Some).or_else(|| {
            let named = id.as_deref().filter(|_| self.fields.derives_source());
            named.and_then(host_of).or_else(|| hit(URL, |value| host_of(&value)))
        });
        batch.hits[TEXT][rank % OTHER_CASE] += 1;
        let id = id.unwrap_or_else(|| match number {
            Some(number) => format!("{}:{number}", self.path),
            None => self.path.to_string(),
        });
        let source = source.map(|name| batch.shared_source(name));
        let understood = date.as_deref().and_then(date::normalise);
        let blank = date.as_deref().is_none_or(|d| d.trim().is_empty());
        batch.intake.bad_dates += u64::from(understood.is_none() && !blank);
        batch.intake.replaced += u64::from(replaced);
        let date = understood.map(Arc::from);
        let path = Some(self.path.clone());
        let info = DocumentInfo {
            id,
            title,
            source,
            date,
            path,
            record: number,
            score,
            read: page_read(&others),
            ..DocumentInfo::default()
        };
        batch.intake.documents.push(info.with_text(text));
    }
}

/// How the page of a record was read, by the fields that nearcopy writes.
fn page_read(fields: &PerRole<Option<(usize, String)>>) -> Option<PageRead> {
    let value = |role: usize| fields[role].as_ref().map(|(_, value)| value.as_str());
    PageRead::of_fields(value(READ)?, value(READ_SHARE), value(READ_RAW))
}

/// The result of some records of one file.
#[derive(Default)]
pub(crate) struct Batch {
    pub intake: ReadResult,
    /// The number of uses of each field name in each role.
    hits: PerRole<[u64; OTHER_CASE]>,
    /// The reason why the first record without a text has none.
    pub(super) textless: Option<String>,
    sources: HashSet<Arc<str>>,
    /// The number of documents that were passed to the sink.
    pub(super) handed: u64,
}

impl Batch {
    /// Returns one shared allocation for all documents of a source.
    pub(super) fn shared_source(&mut self, name: String) -> Arc<str> {
        if let Some(known) = self.sources.get(name.as_str()) {
            return known.clone();
        }
        let name: Arc<str> = name.into();
        self.sources.insert(name.clone());
        name
    }

    pub(super) fn absorb(&mut self, other: Batch) {
        self.intake.absorb(other.intake);
        for (mine, its) in self.hits.iter_mut().flatten().zip(other.hits.into_iter().flatten()) {
            *mine += its;
        }
        self.textless = self.textless.take().or(other.textless);
    }

    /// Finishes a file: turns the counts into the result of reading.
    pub(super) fn finish(mut self, context: &Context) -> ReadResult {
        self.intake.passed_on += self.handed;
        for (role, hits) in self.hits.iter().enumerate() {
            for (rank, &count) in hits.iter().enumerate().filter(|(_, count)| **count > 0) {
                self.intake
                    .fields
                    .insert((ROLES[role], context.fields.names[role][rank].clone()), count);
            }
        }
        let none = self.intake.skipped.get(&Reason::NoText).copied().unwrap_or_default();
        if let Some(why) = self
            .textless
            .filter(|_| self.handed == 0 && self.intake.documents.is_empty() && none > 1)
        {
            self.intake.problems.retain(|p| p.reason != Reason::NoText);
            let message = format!(
                "none of its {none} records has a text ({why}): name its field with --text-field \
                 NAME"
            );
            let path = context.path.to_string();
            self.intake.problems.push(Problem {
                reason: Reason::NoText,
                path,
                record: None,
                message,
            });
        }
        self.intake
    }
}
