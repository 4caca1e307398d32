//! Owns: columns of Python or Arrow to documents, and the faults of cells without a text. Never:
//! finds columns (that is `_input.py`).

use crate::arrow::{Strings, Table};
use crate::errors::{bad, raise, unread};
use crate::warnings::{say_renamed, warn};
use nearcopy::document::PageRead;
use nearcopy::ingest::{Reason, host_of, normalise_date, normalise_title};
use nearcopy::{Corpus, Document, DocumentInfo, DocumentInfos, Score, Texts};
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyInt, PyList, PySet, PyString, PyTuple};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// The number of rows between two checks for Ctrl-C.
const LOOK: usize = 4096;

/// The storage of texts: copied from Python's strings, or in the buffers of an Arrow table.
pub enum Kept {
    /// Owned strings.
    Own(Vec<String>),
    /// A column, and the rows of it that are documents.
    Arrow(Strings, Vec<u32>),
}

impl Texts for Kept {
    fn text(&self, number: usize) -> Result<Cow<'_, str>, String> {
        match self {
            Kept::Own(texts) => texts.text(number),
            Kept::Arrow(strings, rows) => {
                let text = rows.get(number).and_then(|&row| strings.get(row as usize));
                text.map(Cow::Borrowed).ok_or_else(|| "the Arrow column has no such row".into())
            }
        }
    }
}

/// The documents of the input.
pub struct Rows {
    /// The metadata of the documents; `record` is the row, counted from 1.
    pub infos: DocumentInfos,
    /// Their texts.
    pub texts: Kept,
    /// The number of rows, documents or not.
    pub count: usize,
    /// The reasons for which rows were left out, with counts.
    pub skipped: Vec<(String, u64)>,
    /// Whether they were read from files: then `record` is the record in the file.
    pub files: bool,
}

/// A column.
enum Column<'py> {
    Absent,
    List(Bound<'py, PyList>),
    Arrow(Strings),
}

/// The content of a cell.
enum Cell<'c, 'py> {
    Missing,
    Text(Cow<'c, str>),
    Other(Bound<'py, PyAny>),
}

impl<'py> Column<'py> {
    /// Reads `None`, a list, or the number of a column of the table.
    fn new(given: Bound<'py, PyAny>, table: Option<&Table>) -> PyResult<Column<'py>> {
        if given.is_none() {
            return Ok(Column::Absent);
        }
        if let Ok(list) = given.cast::<PyList>() {
            return Ok(Column::List(list.clone()));
        }
        let number: usize = given.extract()?;
        table.map_or_else(
            || Err(bad("a column of no table")),
            |t| Ok(Column::Arrow(t.strings(number)?)),
        )
    }

    fn len(&self) -> usize {
        match self {
            Column::Absent => 0,
            Column::List(list) => list.len(),
            Column::Arrow(strings) => strings.len(),
        }
    }

    fn cell(&self, row: usize) -> PyResult<Cell<'_, 'py>> {
        Ok(match self {
            Column::Absent => Cell::Missing,
            Column::Arrow(strings) => {
                strings.get(row).map_or(Cell::Missing, |s| Cell::Text(Cow::Borrowed(s)))
            }
            Column::List(list) => {
                let value = list.get_item(row)?;
                match value.cast::<PyString>() {
                    Ok(text) => Cell::Text(Cow::Owned(text.to_cow()?.into_owned())),
                    Err(_) if missing(&value) => Cell::Missing,
                    Err(_) => Cell::Other(value),
                }
            }
        })
    }
}

/// Whether a value marks a missing cell in tables: `None`, NaN, NaT, `pandas.NA`.
fn missing(value: &Bound<PyAny>) -> bool {
    value.is_none()
        // NaN and NaT are unequal to themselves; NA does not say whether it is, and neither does
        // an array.
        || (!value.is_instance_of::<PyInt>() && value.eq(value).map_or_else(|_| kind(value) ==
            "NAType", |same| !same))
}

struct Reader<'py> {
    py: Python<'py>,
    /// Texts, ids, sources, dates, titles, addresses, and how pages were read: the extent, the
    /// share, the hash of the bytes; the number by which documents are preferred.
    columns: [Column<'py>; 10],
    first: usize,
    path: Option<Arc<str>>,
    skip: bool,
    /// Whether each document must have an id of its own.
    named: bool,
    /// Whether the host of its address is the source of a document that has none.
    derive_source: bool,
    /// Whether a title may be something else than a string.
    title_given: bool,
    sources: HashSet<Arc<str>>,
    skipped: BTreeMap<&'static str, u64>,
    bad_dates: u64,
}

impl Rows {
    /// Reads the rows of an `_input.Columns`.
    pub fn read(columns: &Bound<PyAny>) -> PyResult<Rows> {
        let py = columns.py();
        let table = columns.getattr("table")?;
        let table = if table.is_none() { None } else { Some(Table::new(&table)?) };
        let column = |name: &str| Column::new(columns.getattr(name)?, table.as_ref());
        let path: Option<String> = columns.getattr("path")?.extract()?;
        let mut reader = Reader {
            py,
            columns: [
                column("text")?,
                column("id")?,
                column("source")?,
                column("date")?,
                column("title")?,
                column("url")?,
                column("read")?,
                column("read_share")?,
                column("read_raw")?,
                column("score")?,
            ],
            first: columns.getattr("first")?.extract()?,
            path: path.map(Arc::from),
            skip: columns.getattr("skip")?.extract()?,
            named: columns.getattr("named")?.extract()?,
            derive_source: columns.getattr("derive_source")?.extract()?,
            title_given: columns.getattr("title_given")?.extract()?,
            sources: HashSet::new(),
            skipped: BTreeMap::new(),
            bad_dates: 0,
        };
        let count = reader.columns[0].len();
        if let Some(other) =
            reader.columns[1..].iter().find(|c| !matches!(c, Column::Absent) && c.len() != count)
        {
            return Err(bad(format!(
                "the columns are of different lengths: {count} texts, {} of another",
                other.len()
            )));
        }
        let (infos, texts) = reader.all(count)?;
        let skipped =
            reader.skipped.into_iter().map(|(reason, n)| (reason.to_owned(), n)).collect();
        if reader.bad_dates > 0 {
            let n = reader.bad_dates;
            warn(
                py,
                &format!(
                    "{n} dates could not be understood; their documents are taken without a date"
                ),
            )?;
        }
        Ok(Rows { infos, texts, count, skipped, files: false })
    }

    /// A corpus of the documents that leaves the texts in place. Warns about renamed documents.
    pub fn corpus(self, py: Python) -> PyResult<Corpus<Kept>> {
        let corpus = py.detach(|| Corpus::from_columns(self.infos, self.texts)).map_err(raise)?;
        say_renamed(py, &corpus)?;
        Ok(corpus)
    }

    /// The documents with owned texts.
    pub fn documents(self) -> Vec<Document> {
        let Rows { infos, texts, .. } = self;
        let whole =
            |(n, info): (usize, DocumentInfo)| info.with_text(texts.text(n).unwrap_or_default());
        infos.iter().enumerate().map(whole).collect()
    }
}

impl<'py> Reader<'py> {
    fn all(&mut self, count: usize) -> PyResult<(DocumentInfos, Kept)> {
        let (mut infos, mut rows, mut own) = (DocumentInfos::default(), Vec::new(), Vec::new());
        let arrow = matches!(self.columns[0], Column::Arrow(_));
        for row in 0..count {
            if row % LOOK == 0 {
                self.py.check_signals()?;
            }
            match self.text(row) {
                Ok(text) => {
                    if arrow {
                        rows.push(
                            u32::try_from(row).map_err(|_| {
                                bad("more than 4294967295 rows: give them in parts")
                            })?,
                        );
                    } else {
                        own.extend(text);
                    }
                    infos.push(&self.info(row)?);
                }
                Err((reason, _)) if self.skip => *self.skipped.entry(reason).or_default() += 1,
                Err((_, why)) => return Err(self.field_error(row, "text", &why)),
            }
        }
        let texts = match std::mem::replace(&mut self.columns[0], Column::Absent) {
            Column::Arrow(strings) => Kept::Arrow(strings, rows),
            _ => Kept::Own(own),
        };
        Ok((infos, texts))
    }

    /// The text of a row, unless it is stored elsewhere; or the kind of its fault, and a message.
    fn text(&self, row: usize) -> Result<Option<String>, (&'static str, String)> {
        match self.columns[0].cell(row) {
            Ok(Cell::Text(Cow::Owned(text))) => Ok(Some(text)),
            Ok(Cell::Text(Cow::Borrowed(_))) => Ok(None),
            Ok(Cell::Missing) => {
                Err((Reason::NoText.name(), "is missing (None or NaN), not a string".into()))
            }
            Ok(Cell::Other(value)) => Err((Reason::TextNotString.name(), not_text(&value))),
            Err(e) => Err(("bad-unicode", unencodable(self.py, &e))),
        }
    }

    /// A value of another column as a string.
    fn value(&self, row: usize, column: usize, name: &str) -> PyResult<Option<String>> {
        match self.columns[column].cell(row) {
            Ok(Cell::Missing) => Ok(None),
            Ok(Cell::Text(text)) => Ok(Some(text.into_owned())),
            Ok(Cell::Other(value)) => plain(&value)
                .map(Some)
                .map_err(|e| unread(self.py, e, |why| self.field_error(row, name, why))),
            Err(e) => Err(self.field_error(row, name, &unencodable(self.py, &e))),
        }
    }

    /// A value of another column where it is a string.
    fn string(&self, row: usize, column: usize) -> Option<String> {
        match self.columns[column].cell(row) {
            Ok(Cell::Text(text)) => Some(text.into_owned()),
            _ => None,
        }
    }

    /// How much of its page the text of a row has, as far as its fields say so. They are only
    /// guessed, so that what is something else is no fault.
    fn page_read(&self, row: usize) -> PyResult<Option<PageRead>> {
        let share = match self.columns[7].cell(row) {
            Ok(Cell::Text(text)) => Some(text.into_owned()),
            Ok(Cell::Other(value)) => guessed(self.py, plain(&value))?,
            _ => None,
        };
        let (read, raw) = (self.string(row, 6), self.string(row, 8));
        Ok(read.and_then(|read| PageRead::of_fields(&read, share.as_deref(), raw.as_deref())))
    }

    /// The number by which the document of a row is preferred. What is no number is none, and no
    /// fault.
    fn score(&self, row: usize) -> PyResult<Score> {
        Ok(match self.columns[9].cell(row) {
            Ok(Cell::Text(text)) => Score::of_text(&text),
            Ok(Cell::Other(value)) if !value.is_instance_of::<PyBool>() => {
                guessed(self.py, plain(&value))?.map_or_else(Score::default, |s| Score::of_text(&s))
            }
            _ => Score::default(),
        })
    }

    fn info(&mut self, row: usize) -> PyResult<DocumentInfo> {
        let named = self.value(row, 1, "id")?;
        let host = named.as_deref().and_then(host_of);
        let id = match named {
            Some(id) => id,
            None if self.named && self.path.is_none() => {
                let help = "an index needs ids that stay the same: name the field with id_field, \
                    or give (id, text)";
                return Err(bad(format!("document {} has no id; {help}", self.first + row)));
            }
            None => self.usual_id(row),
        };
        let source = match self.value(row, 2, "source")? {
            // The address was not asked for, so it is no fault if it is none.
            None if self.derive_source => host.or_else(|| host_of(&self.string(row, 5)?)),
            given => given,
        };
        let source = source.map(|name| self.shared_source(name));
        let title =
            if self.title_given { self.value(row, 4, "title")? } else { self.string(row, 4) };
        let date = self.value(row, 3, "date")?;
        let understood = date.as_deref().and_then(normalise_date);
        let blank = date.as_deref().is_none_or(|d| d.trim().is_empty());
        self.bad_dates += u64::from(understood.is_none() && !blank);
        let record = Some((self.first + row) as u64 + 1);
        Ok(DocumentInfo {
            id,
            title: title.and_then(|title| normalise_title(&title)).map(Arc::from),
            source,
            date: understood.map(Arc::from),
            path: self.path.clone(),
            record,
            read: self.page_read(row)?,
            score: self.score(row)?,
            ..DocumentInfo::default()
        })
    }

    fn usual_id(&self, row: usize) -> String {
        let row = self.first + row;
        self.path.as_ref().map_or_else(|| row.to_string(), |path| format!("{path}:{}", row + 1))
    }

    /// Returns one shared allocation for all documents of a source.
    fn shared_source(&mut self, name: String) -> Arc<str> {
        if let Some(known) = self.sources.get(name.as_str()) {
            return known.clone();
        }
        let name: Arc<str> = name.into();
        self.sources.insert(name.clone());
        name
    }

    fn field_error(&self, row: usize, field: &str, why: &str) -> PyErr {
        let id = self.value_for_message(row).map(|id| format!(" (id {id:?})")).unwrap_or_default();
        let skip = if field == "text" { "; on_bad=\"skip\" leaves such documents out" } else { "" };
        bad(format!("document {}{id}: its {field} {why}{skip}", self.first + row))
    }

    fn value_for_message(&self, row: usize) -> Option<String> {
        match self.columns[1].cell(row) {
            Ok(Cell::Text(id)) => Some(id.into_owned()),
            Ok(Cell::Other(id)) => plain(&id).ok(),
            _ => None,
        }
    }
}

/// A value that may be something else: that is no fault, while Ctrl-C during its reading is Ctrl-C.
fn guessed(py: Python, value: PyResult<String>) -> PyResult<Option<String>> {
    match value {
        Err(raised) if !raised.is_instance_of::<PyException>(py) => Err(raised),
        value => Ok(value.ok()),
    }
}

/// Formats a number, date or other single value: a number as its JSON text, a date as ISO 8601,
/// anything else as `str()` does.
pub fn plain(value: &Bound<PyAny>) -> PyResult<String> {
    let holds_others = value.is_instance_of::<PyList>()
        || value.is_instance_of::<PyDict>()
        || value.is_instance_of::<PyTuple>()
        || value.is_instance_of::<PySet>();
    if holds_others || value.is_instance_of::<PyBytes>() {
        return Err(bad(format!("is {}, not a string or a number", kind(value))));
    }
    if value.hasattr("isoformat")? {
        return value.call_method0("isoformat")?.extract();
    }
    // An object whose default representation shows only its address identifies nothing.
    let object = value.py().get_type::<PyAny>();
    let says =
        |name: &str| Ok::<_, PyErr>(!value.get_type().getattr(name)?.is(&object.getattr(name)?));
    if missing(value) || !(says("__str__")? || says("__repr__")?) {
        return Err(bad(format!("is {}, not a string or a number", kind(value))));
    }
    let text = value.str()?;
    text.to_cow().map(Cow::into_owned).map_err(|e| bad(unencodable(value.py(), &e)))
}

fn kind(value: &Bound<PyAny>) -> String {
    value.get_type().name().map_or_else(|_| "something else".into(), |n| n.to_string())
}

fn not_text(value: &Bound<PyAny>) -> String {
    let help = if value.is_instance_of::<PyBytes>() { ": decode it first" } else { "" };
    format!("is {}, not a string{help}", kind(value))
}

/// The message about a string that is not Unicode text: an unpaired surrogate, and its position.
pub fn unencodable(py: Python, error: &PyErr) -> String {
    let place = error.value(py).getattr("start").and_then(|s| s.extract::<usize>());
    match place {
        Ok(at) => {
            format!(
                "holds a lone surrogate at character {at}: decode its bytes with \
                 errors=\"replace\", or take surrogates out"
            )
        }
        Err(_) => error.to_string(),
    }
}
