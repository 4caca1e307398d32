//! Owns: Parquet input: rows to documents. Never: decides which column holds which field, or writes
//! a file.

use crate::ingest::field_names::{PARTS, PerRole, TEXT};
use crate::ingest::fields::{Fields, others, shown_names};
use crate::ingest::formats::parquet_fields::{self, Columns, column_names, columns};
use crate::ingest::formats::parquet_pages;
use crate::ingest::formats::parquet_values::{Value, strings};
use crate::ingest::input::InputOptions;
use crate::ingest::limits::{COLUMN_PAGE, DocumentLimit};
use crate::ingest::open_file::{OpenFile, PartialRead};
use crate::ingest::problem::Reason;
use crate::ingest::read_result::ReadResult;
use crate::ingest::record::{Batch, Context};
use crate::ingest::shared_file::SharedFile;
use crate::ingest::temporary_copy::temporary_copy;
use ::parquet::column::reader::ColumnReader;
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::metadata::{ParquetMetaDataReader, RowGroupMetaData};
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::schema::types::ColumnDescPtr;
use rayon::prelude::*;
use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

/// The first bytes of a Parquet file.
const MAGIC: &[u8] = b"PAR1";

/// The first bytes of a Parquet file with an encrypted footer.
const ENCRYPTED: &[u8] = b"PARE";

/// The bytes of text after which the documents of a row group are passed on.
const HANDED: usize = 32 << 20;

/// The bytes of text of a row group that is read beside others at most.
const BESIDE: usize = 4 * HANDED;

thread_local! {
    /// Whether this thread is in [`guarded`].
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread would be caught and reported as a damaged Parquet file. For panic
/// hooks, which also run for caught panics.
pub fn panic_is_caught() -> bool {
    GUARDED.get()
}

/// Runs an operation on Parquet data and returns any error as a message.
///
/// A panic counts as an error, here and nowhere else: the crate intends damaged data to be an error
/// too, but its decoders still have places where a wrong length reaches a slice index.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T>) -> std::result::Result<T, String> {
    let before = GUARDED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    match done {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(e)) => Err(e.to_string().trim_start_matches("Parquet error: ").to_owned()),
        Err(_) => Err("its data is damaged".into()),
    }
}

/// Opens a file by reading its footer.
pub(crate) fn open(
    file: SharedFile,
) -> std::result::Result<SerializedFileReader<SharedFile>, String> {
    let mut head = [0; 4];
    if file.length() < 12 || file.reader(0).read_exact(&mut head).is_err() {
        return Err("it is shorter than any Parquet file: fetch or write it again".into());
    }
    match &head {
        head if head == ENCRYPTED => {
            Err("it is encrypted: write it again without encryption".into())
        }
        head if head != MAGIC => {
            Err("it does not begin with PAR1: give it its right name, or say --input-format".into())
        }
        _ => guarded(|| SerializedFileReader::new(file))
            .map_err(|why| format!("{why}: fetch or write it again")),
    }
}

/// Reads the records of a file.
pub(super) fn read(open: OpenFile) -> PartialRead {
    let OpenFile { run, file, plain, stored, context, .. } = open;
    let direct = stored.filter(|_| plain.kind.is_none());
    let mut broken = plain.error;
    let shared = match direct {
        Some(stored) => SharedFile::new(stored),
        // Compressed input and pipes can only be read in order, and the footer is at the end.
        None => temporary_copy(&mut io::Cursor::new(plain.head).chain(plain.rest)).and_then(
            |(copy, late)| {
                broken = broken.take().or(late);
                SharedFile::new(&copy)
            },
        ),
    };
    let shared = match shared {
        Ok(shared) if broken.is_none() => shared,
        Ok(_) => return (ReadResult::default(), broken),
        Err(e) => return (ReadResult::default(), Some(e)),
    };
    let read = AtomicU64::new(0);
    let on_read = |bytes| {
        read.fetch_add(bytes, Ordering::Relaxed);
        // The bytes of a temporary copy were counted when it was made.
        direct.is_none() || run.read(bytes)
    };
    let mut intake = rows_of(shared, &on_read, &context).finish(&context);
    if direct.is_some() && file.path.is_some() {
        intake.bytes = read.into_inner();
    }
    (intake, None)
}

/// Reads all rows of a file, but only the columns that are needed; row groups in parallel where the
/// context allows it. `on_read` receives the number of bytes read and returns whether to continue.
fn rows_of(file: SharedFile, on_read: &(dyn Fn(u64) -> bool + Sync), context: &Context) -> Batch {
    let mut batch = Batch::default();
    let reader = match open(file.clone()) {
        Ok(reader) => reader,
        Err(why) => {
            batch.intake.skip(Reason::BadParquet, &context.path, None, || {
                format!("cannot be read as Parquet: {why}")
            });
            return batch;
        }
    };
    let columns = match columns(&reader, context) {
        Ok(columns) => columns,
        Err((reason, why)) => {
            batch.intake.skip(reason, &context.path, None, || why);
            return batch;
        }
    };
    let present = columns.map(|column| column.is_some());
    context.note_fields(&present, &mut batch, || shown_names(&column_names(&reader)));
    let mut first = 1;
    let groups = reader.metadata().row_groups().iter().enumerate();
    let groups: Vec<RowGroup> = groups
        .map(|(index, group)| {
            let start = first;
            first += rows(group);
            RowGroup { index, first: start, page: largest_page(&file, &reader, index, &columns) }
        })
        .collect();
    // Large pages are unpacked one after the other.
    let small = groups.iter().all(|g| g.page.as_ref().is_ok_and(|bytes| *bytes <= COLUMN_PAGE));
    let side_by_side = if context.parallel && small { rayon::current_num_threads() } else { 1 };
    let source = Source { reader, columns, context };
    for groups in groups.chunks(side_by_side.max(1)) {
        source.read(groups, &mut batch);
        let read: i64 = groups.iter().map(|group| source.compressed(group)).sum();
        if !on_read(read.max(0) as u64) {
            break;
        }
    }
    batch
}

/// A row group that is to be read.
struct RowGroup {
    index: usize,
    /// The number of its first record.
    first: u64,
    /// The size of its largest page, or why that cannot be known.
    page: std::result::Result<u64, String>,
}

/// An open file with the columns that are needed.
struct Source<'a> {
    reader: SerializedFileReader<SharedFile>,
    columns: Columns,
    context: &'a Context<'a>,
}

impl Source<'_> {
    /// Reads some row groups at the same time. One that has much text is read again alone, so that
    /// it can be passed on piece by piece.
    fn read(&self, groups: &[RowGroup], all: &mut Batch) {
        let beside = |group: &RowGroup| {
            let mut batch = Batch::default();
            self.one(group, &mut batch, &mut |_, bytes| bytes <= BESIDE).then_some(batch)
        };
        let parts: Vec<Option<Batch>> = match groups {
            [_] => vec![None],
            _ => groups.par_iter().map(beside).collect(),
        };
        for (group, part) in groups.iter().zip(parts) {
            let part = part.unwrap_or_else(|| {
                let mut part = Batch::default();
                self.one(group, &mut part, &mut |part, _| {
                    self.context.merge_part(part, Batch::default());
                    true
                });
                part
            });
            let handed = part.handed;
            self.context.merge_part(all, part);
            all.handed += handed;
        }
    }

    /// Reads a row group, and counts it if it cannot be read; returns whether it was read to its
    /// end.
    fn one(&self, group: &RowGroup, batch: &mut Batch, much: Much) -> bool {
        let (most, path) = (self.context.limit.column_page(), &self.context.path);
        let done = match &group.page {
            Err(why) => Err(why.clone()),
            Ok(bytes) if *bytes > most => {
                let why = || self.context.limit.page_message(group.index + 1, *bytes);
                batch.intake.skip(Reason::TooLong, path, None, why);
                Ok(true)
            }
            Ok(_) => guarded(|| self.rows(group, batch, much)),
        };
        done.unwrap_or_else(|why| {
            let kept = batch.handed + batch.intake.documents.len() as u64;
            batch.intake.skip(Reason::BadParquet, path, None, || {
                format!(
                    "row group {} cannot be read ({why}); {kept} of its records and the other row \
                     groups were kept: write the file again, with zstd or snappy",
                    group.index + 1
                )
            });
            true
        })
    }

    fn compressed(&self, group: &RowGroup) -> i64 {
        let columns = self.reader.metadata().row_group(group.index).columns();
        let needed = self.columns.iter().flatten().filter_map(|(c, _)| columns.get(*c));
        needed.fold(0, |sum, c| sum.saturating_add(c.compressed_size()))
    }

    /// Reads the rows of a row group; the rows before an error are kept.
    fn rows(&self, group: &RowGroup, batch: &mut Batch, much: Much) -> Result<bool> {
        let mut number = group.first;
        let group = self.reader.get_row_group(group.index)?;
        let descriptors = self.reader.metadata().file_metadata().schema_descr();
        let mut readers: PerRole<Option<OpenColumn>> = Default::default();
        for (open, column) in readers.iter_mut().zip(&self.columns) {
            if let &Some((column, rank)) = column {
                let reader = group.get_column_reader(column)?;
                *open = Some((descriptors.column(column), rank, reader));
            }
        }
        let (mut bytes, mut handed) = (0, 0);
        loop {
            let (mut values, length) = next_rows(&mut readers)?;
            if length == 0 {
                return Ok(true);
            }
            for _ in 0..length {
                bytes += record(&mut values, number, self.context, batch);
                number += 1;
                if bytes - handed >= HANDED {
                    handed = bytes;
                    if !much(batch, bytes) {
                        return Ok(false);
                    }
                }
            }
        }
    }
}

/// Is called with the documents of a row group so far, and with the bytes of all their texts,
/// whenever there is much of these; returns whether to read on.
type Much<'m> = &'m mut dyn FnMut(&mut Batch, usize) -> bool;

/// A column with the rank of its name, and its reader.
type OpenColumn = (ColumnDescPtr, usize, ColumnReader);

/// The next values of each role, with the rank of the name.
type Values = PerRole<Option<(usize, std::vec::IntoIter<Value>)>>;

/// The values of the next rows, and the number of these.
fn next_rows(readers: &mut PerRole<Option<OpenColumn>>) -> Result<(Values, usize)> {
    let (mut values, mut length) = (Values::default(), None);
    for (values, open) in values.iter_mut().zip(readers) {
        let Some((column, rank, reader)) = open else { continue };
        let read = strings(reader, column)?;
        if length.replace(read.len()).is_some_and(|l| l != read.len()) {
            return Err(ParquetError::General("its columns have different lengths".into()));
        }
        *values = Some((*rank, read.into_iter()));
    }
    Ok((values, length.unwrap_or(0)))
}

/// Reads the record of the next values; returns the bytes of its text.
fn record(values: &mut Values, number: u64, context: &Context, batch: &mut Batch) -> usize {
    let mut replaced = false;
    let mut value = |role: usize| {
        let (rank, values) = values[role].as_mut()?;
        let found = values.next()??;
        if !context.limit.admits(found.len()) {
            return Some((*rank, None));
        }
        let (value, bad) = found.decoded();
        replaced |= bad;
        Some((*rank, Some(value)))
    };
    let text = value(TEXT);
    let mut long = matches!(text, Some((_, None)));
    let mut others = others(|role| {
        let (rank, value) = value(role)?;
        long |= value.is_none() && PARTS.contains(&role);
        value.filter(|v| !v.is_empty()).map(|v| (rank, v))
    });
    let text = text.and_then(|(rank, text)| Some((rank, text?)));
    match context.fields.joined(text, &mut others) {
        _ if long => batch.intake.too_long(&context.path, Some(number), context.limit),
        Some((rank, text)) => {
            let bytes = text.len();
            context.document((rank, text), others, Some(number), replaced, batch);
            return bytes;
        }
        None => batch.intake.skip(Reason::NoText, &context.path, Some(number), || {
            "its text is null; the record was skipped: name another column with --text-field NAME \
             if this one is wrong"
                .into()
        }),
    }
    0
}

/// The size of the largest page that is needed of a row group.
fn largest_page(
    file: &SharedFile,
    reader: &SerializedFileReader<SharedFile>,
    index: usize,
    columns: &Columns,
) -> std::result::Result<u64, String> {
    let group = reader.metadata().row_group(index);
    let needed = columns.iter().flatten().filter_map(|(c, _)| group.columns().get(*c));
    needed
        .map(|c| guarded(|| parquet_pages::largest_page(file, c)))
        .try_fold(0, |largest, found| found.map(|bytes| bytes.max(largest)))
}

/// The name of the table of a report that a file holds, as JSON; `None` for any other file.
///
/// # Errors
/// The end of the file cannot be read.
pub fn report_table(file: &mut (impl Read + Seek)) -> io::Result<Option<String>> {
    // The footer comes last, then its length in four bytes, then the four of the format.
    let length = file.seek(SeekFrom::End(0))?;
    let mut end = [0; 8];
    if length < 12 {
        return Ok(None);
    }
    file.seek(SeekFrom::End(-8))?;
    file.read_exact(&mut end)?;
    let size = i64::from(u32::from_le_bytes([end[0], end[1], end[2], end[3]]));
    if end[4..] != *MAGIC || size as u64 > length - 12 {
        return Ok(None);
    }
    file.seek(SeekFrom::End(-8 - size))?;
    let mut footer = vec![0; size as usize];
    file.read_exact(&mut footer)?;
    let decoded = guarded(|| ParquetMetaDataReader::decode_metadata(&footer));
    Ok(decoded.ok().and_then(|all| parquet_fields::report_table(&all).map(str::to_owned)))
}

/// The number of rows of a row group.
pub(crate) fn rows(group: &RowGroupMetaData) -> u64 {
    group.num_rows().max(0) as u64
}

/// Reads records from bytes alone, under the path `-`. For fuzzing; `read` does so with files.
#[doc(hidden)]
pub fn records(bytes: &[u8], options: &InputOptions) -> ReadResult {
    let fields = Fields::new(options);
    let context = Context::new(&fields, "-", DocumentLimit::of(options));
    match temporary_copy(&mut &bytes[..]).and_then(|(file, _)| SharedFile::new(&file)) {
        Ok(shared) => rows_of(shared, &|_| true, &context).finish(&context),
        Err(_) => ReadResult::default(),
    }
}
