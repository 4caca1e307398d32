//! Owns: which fields of a record are looked for, and how their values become a document. Never: how a record is written.

use crate::ingest::{InputOptions, Intake, Reason, date, file};
use crate::model::document::{Document, DocumentInfo};
use encoding_rs::Encoding;
use std::collections::HashSet;
use std::sync::Arc;

/// What a field can be to a document; the order of every array below.
pub(super) const ROLES: [&str; 4] = ["text", "id", "source", "date"];
pub(crate) const TEXT: usize = 0;
pub(super) const ID: usize = 1;
pub(super) const SOURCE: usize = 2;
pub(super) const DATE: usize = 3;

/// The names that are tried, best first.
pub(super) const GUESSES: [&[&str]; 4] = [
    &["text", "content", "body", "article", "raw_content", "maintext"],
    &["id", "_id", "doc_id", "docid", "url", "uri", "link"],
    &["source", "outlet", "publisher", "site", "domain", "host", "newspaper", "group"],
    &["date", "published", "publish_date", "date_published", "published_at", "timestamp", "created"],
];

/// More than the names in any list: added to the rank of a name that fits but for its case.
pub(super) const OTHER_CASE: usize = 8;

/// The fields that are looked for.
#[derive(Debug)]
pub(crate) struct Fields {
    pub(super) names: [Vec<String>; 4],
    pub(super) given: [bool; 4],
}

impl Fields {
    pub(crate) fn new(options: &InputOptions) -> Fields {
        let given = [&options.text_field, &options.id_field, &options.source_field, &options.date_field];
        let names = std::array::from_fn(|role| match given[role] {
            Some(name) => vec![name.clone()],
            None => GUESSES[role].iter().map(|&name| name.into()).collect(),
        });
        Fields { names, given: given.map(Option::is_some) }
    }

    /// Whether the id was asked for under this name.
    #[cfg(feature = "web")]
    pub(super) fn id_is(&self, name: &str) -> bool {
        self.given[ID] && self.names[ID].iter().any(|n| n == name)
    }

    /// For each role the column that fits best, and how well. Of columns that fit alike, the last one counts; only those
    /// that `serves` says may have the role are looked at.
    #[cfg(any(feature = "csv", feature = "parquet"))]
    pub(crate) fn columns(&self, names: &[String], serves: impl Fn(usize, usize) -> bool) -> [Option<(usize, usize)>; 4] {
        let mut best: [Option<(usize, usize)>; 4] = [None; 4];
        for (column, name) in names.iter().enumerate() {
            for (role, rank) in self.fit("", name.trim().as_bytes()).ranks.into_iter().enumerate() {
                let Some(rank) = rank.filter(|_| serves(role, column)) else { continue };
                if best[role].is_none_or(|(_, known)| rank <= known) {
                    best[role] = Some((column, rank));
                }
            }
        }
        best
    }

    /// Why a table with these columns has no text, and what to do about it.
    #[cfg(any(feature = "csv", feature = "parquet"))]
    pub(super) fn no_text_column(&self, names: &[String]) -> String {
        let mut list: Vec<String> = names.iter().take(12).map(|n| n.chars().take(40).collect()).collect();
        if names.len() > 12 {
            list.push("…".into());
        }
        format!(
            "no column with a text (looked for {}; its columns are: {}); nothing was read: name its column with --text-field NAME",
            self.text_names(),
            list.join(", ")
        )
    }

    /// What is looked for as the text, for a message.
    pub(super) fn text_names(&self) -> String {
        self.names[TEXT].join(", ")
    }
}

/// What all records of a file share.
pub(crate) struct Context<'a> {
    pub fields: &'a Fields,
    /// The encoding of single records, where it is neither UTF-8 nor UTF-16.
    pub encoding: Option<&'static Encoding>,
    pub path: Arc<str>,
    /// Whether to use all threads.
    pub parallel: bool,
    /// Takes documents as they are read, where they are not to be gathered.
    pub tap: Option<Tap<'a>>,
}

/// Takes documents as they are read.
pub(crate) type Tap<'a> = &'a (dyn Fn(Vec<Document>) + Sync);

impl Context<'_> {
    /// Runs work on each piece, side by side if that is wanted, and gathers it in order.
    pub(super) fn each<T: Sync>(&self, pieces: &[T], work: impl Fn(&T, &mut Batch) + Sync) -> Batch {
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

    /// Adds what came of a part of a file; documents go on to whom they are for.
    pub(super) fn gather(&self, all: &mut Batch, part: Batch) {
        all.absorb(part);
        if let Some(tap) = self.tap.filter(|_| !all.intake.documents.is_empty()) {
            all.handed += all.intake.documents.len() as u64;
            tap(std::mem::take(&mut all.intake.documents));
        }
    }

    /// Makes the document of a record: its text with the rank of the field's name, then id, source and date likewise.
    pub(super) fn document(
        &self,
        (rank, text): (usize, String),
        [id, source, date]: [Option<(usize, String)>; 3],
        number: Option<u64>,
        replaced: bool,
        batch: &mut Batch,
    ) {
        if u32::try_from(text.len()).is_err() {
            batch.intake.skip(Reason::TooLong, &self.path, number, || file::TOO_LONG.into());
            return;
        }
        let mut hit = |role: usize, value: Option<(usize, String)>| {
            let (rank, value) = value?;
            batch.hits[role][rank % OTHER_CASE] += 1;
            Some(value)
        };
        let (id, source, date) = (hit(ID, id), hit(SOURCE, source), hit(DATE, date));
        batch.hits[TEXT][rank % OTHER_CASE] += 1;
        let id = id.unwrap_or_else(|| match number {
            Some(number) => format!("{}:{number}", self.path),
            None => self.path.to_string(),
        });
        let source = source.map(|name| batch.shared(name));
        let understood = date.as_deref().and_then(date::normalise);
        let blank = date.as_deref().is_none_or(|d| d.trim().is_empty());
        batch.intake.bad_dates += u64::from(understood.is_none() && !blank);
        batch.intake.replaced += u64::from(replaced);
        let date = understood.map(Arc::from);
        let path = Some(self.path.clone());
        batch
            .intake
            .documents
            .push(DocumentInfo { id, source, date, path, record: number, ..DocumentInfo::default() }.with_text(text));
    }
}

/// What came of some records of one file.
#[derive(Default)]
pub(crate) struct Batch {
    pub intake: Intake,
    /// How often each field name served each role.
    hits: [[u64; OTHER_CASE]; 4],
    /// Why the first record without text has none.
    pub(super) textless: Option<String>,
    sources: HashSet<Arc<str>>,
    /// Documents that were handed on.
    pub(super) handed: u64,
}

impl Batch {
    /// One allocation for all documents of a source.
    pub(super) fn shared(&mut self, name: String) -> Arc<str> {
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

    /// The end of a file.
    pub(super) fn finish(mut self, context: &Context) -> Intake {
        for (role, hits) in self.hits.iter().enumerate() {
            for (rank, &count) in hits.iter().enumerate().filter(|(_, count)| **count > 0) {
                self.intake.fields.insert((ROLES[role], context.fields.names[role][rank].clone()), count);
            }
        }
        let none = self.intake.skipped.get(&Reason::NoText).copied().unwrap_or_default();
        if let Some(why) = self.textless.filter(|_| self.handed == 0 && self.intake.documents.is_empty() && none > 1) {
            self.intake.problems.retain(|p| p.reason != Reason::NoText);
            let message = format!("none of its {none} records has a text ({why}): name its field with --text-field NAME");
            let path = context.path.to_string();
            self.intake.problems.push(super::Problem { reason: Reason::NoText, path, record: None, message });
        }
        self.intake
    }
}

#[cfg(not(feature = "csv"))]
impl From<Intake> for Batch {
    fn from(intake: Intake) -> Batch {
        Batch { intake, ..Batch::default() }
    }
}
