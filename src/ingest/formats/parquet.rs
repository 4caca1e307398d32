//! Owns: Parquet input: which columns are read, and rows to documents. Never: writes a file.

use crate::ingest::date;
use crate::ingest::field_names::{PerRole, TEXT, TITLE};
use crate::ingest::fields::{Fields, others, shown_names};
use crate::ingest::input::InputOptions;
use crate::ingest::open_file::{OpenFile, PartialRead};
use crate::ingest::problem::Reason;
use crate::ingest::read_result::ReadResult;
use crate::ingest::record::{Batch, Context};
use crate::ingest::shared_file::{ReadFrom, SharedFile};
use crate::ingest::temporary_copy::temporary_copy;
use ::parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::{ByteArray, DataType};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::metadata::RowGroupMetaData;
use ::parquet::file::reader::{ChunkReader, FileReader, Length, SerializedFileReader};
use ::parquet::record::Field;
use ::parquet::schema::types::{ColumnDescPtr, ColumnDescriptor};
use bytes::Bytes;
use rayon::prelude::*;
use std::cell::Cell;
use std::io::{self, BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

/// The first bytes of a Parquet file.
const MAGIC: &[u8] = b"PAR1";

/// The first bytes of a Parquet file with an encrypted footer.
const ENCRYPTED: &[u8] = b"PARE";

/// Rows that are read at a time.
const ROWS: usize = 1024;

/// A value of a column, and whether the decoder replaced something in it.
type Value = Option<(String, bool)>;

impl Length for SharedFile {
    fn len(&self) -> u64 {
        self.length()
    }
}

impl ChunkReader for SharedFile {
    type T = BufReader<ReadFrom>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(BufReader::with_capacity(64 << 10, self.reader(start)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        // A damaged footer may ask for any length; only what the file can hold is allocated.
        if start.checked_add(length as u64).is_none_or(|end| end > self.length()) {
            return Err(ParquetError::EOF(format!(
                "{length} bytes at {start} are beyond the end of the file"
            )));
        }
        let mut bytes = vec![0; length];
        self.reader(start).read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

thread_local! {
    /// Whether this thread is in [`guarded`].
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread would be caught and reported as a damaged Parquet file. For panic
/// hooks, which also run for caught panics.
pub fn panic_is_caught() -> bool {
    GUARDED.get()
}

/// Runs an operation on Parquet data and returns any error as a message. A panic counts as an
/// error, here and nowhere else: the crate intends damaged data to be an error too, but its
/// decoders still have places where a wrong length reaches a slice index.
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

/// The column of each role, and the rank of its name.
pub(crate) type Columns = PerRole<Option<(usize, usize)>>;

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

/// Whether the values of a column are text.
fn textual(column: &ColumnDescriptor) -> bool {
    let kind = matches!(
        column.converted_type(),
        ConvertedType::NONE | ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON
    );
    let logical = matches!(
        column.logical_type_ref(),
        None | Some(LogicalType::String | LogicalType::Enum | LogicalType::Json)
    );
    column.physical_type() == Type::BYTE_ARRAY && column.max_rep_level() == 0 && kind && logical
}

/// Whether a column may serve as the id, the source, the date or a title that the caller named.
fn simple(column: &ColumnDescriptor) -> bool {
    let kind = matches!(
        column.physical_type(),
        Type::INT32 | Type::INT64 | Type::INT96 | Type::FLOAT | Type::DOUBLE
    );
    textual(column) || (kind && column.max_rep_level() == 0)
}

/// The dotted paths of the columns.
fn column_names(reader: &SerializedFileReader<SharedFile>) -> Vec<String> {
    let schema = reader.metadata().file_metadata().schema_descr();
    schema.columns().iter().map(|c| c.path().string()).collect()
}

/// Finds the column of each role, by the dotted paths of the columns, with the rank of its name; or
/// the reason why there is no text.
pub(crate) fn columns(
    reader: &SerializedFileReader<SharedFile>,
    context: &Context,
) -> std::result::Result<Columns, (Reason, String)> {
    let leaves = reader.metadata().file_metadata().schema_descr().columns();
    let names = column_names(reader);
    let found = context.fields.columns(&names, |role, c| {
        let strings = role == TEXT || (role == TITLE && !context.fields.explicit[TITLE]);
        if strings { textual(&leaves[c]) } else { simple(&leaves[c]) }
    });
    if found[TEXT].is_some() {
        return Ok(found);
    }
    match context.fields.columns(&names, |role, _| role == TEXT)[TEXT] {
        None => Err((Reason::NoText, context.fields.no_text_column(&names))),
        Some((column, _)) => {
            let (name, kind) = (&names[column], leaves[column].physical_type());
            let list = if leaves[column].max_rep_level() > 0 { "a list" } else { "no string" };
            Err((
                Reason::TextNotString,
                format!(
                    "the column {name} is {list} ({kind}); nothing was read: make it a string, or \
                     name another with --text-field NAME"
                ),
            ))
        }
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
    let reader = match open(file) {
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
    let mut next = 1;
    let first_row = |group: &RowGroupMetaData| {
        next += rows(group);
        next - rows(group)
    };
    let groups: Vec<(usize, u64)> =
        reader.metadata().row_groups().iter().map(first_row).enumerate().collect();
    let side_by_side = if context.parallel { rayon::current_num_threads() } else { 1 };
    for groups in groups.chunks(side_by_side.max(1)) {
        let one = |&(index, first): &(usize, u64)| {
            let mut batch = Batch::default();
            let done =
                guarded(|| read_row_group(&reader, index, first, &columns, context, &mut batch));
            if let Err(why) = done {
                let kept = batch.intake.documents.len();
                batch.intake.skip(Reason::BadParquet, &context.path, None, || {
                    format!(
                        "row group {} cannot be read ({why}); {kept} of its records and the other \
                         row groups were kept: write the file again, with zstd or snappy",
                        index + 1
                    )
                });
            }
            batch
        };
        let parts: Vec<Batch> = if side_by_side > 1 {
            groups.par_iter().map(one).collect()
        } else {
            groups.iter().map(one).collect()
        };
        parts.into_iter().for_each(|part| context.merge_part(&mut batch, part));
        let read: i64 = groups
            .iter()
            .map(|(index, _)| compressed(reader.metadata().row_group(*index), &columns))
            .sum();
        if !on_read(read.max(0) as u64) {
            break;
        }
    }
    batch
}

/// The number of rows of a row group.
pub(crate) fn rows(group: &RowGroupMetaData) -> u64 {
    group.num_rows().max(0) as u64
}

fn compressed(group: &RowGroupMetaData, columns: &Columns) -> i64 {
    let chunks = columns.iter().flatten().filter_map(|(c, _)| group.columns().get(*c));
    chunks.fold(0, |sum, c| sum.saturating_add(c.compressed_size()))
}

/// Reads the rows of a row group; the rows before an error are kept.
fn read_row_group(
    reader: &SerializedFileReader<SharedFile>,
    index: usize,
    first: u64,
    columns: &Columns,
    context: &Context,
    batch: &mut Batch,
) -> Result<()> {
    let group = reader.get_row_group(index)?;
    let descriptors = reader.metadata().file_metadata().schema_descr();
    let mut readers = Vec::new();
    for &(column, rank) in columns.iter().flatten() {
        readers.push((descriptors.column(column), rank, group.get_column_reader(column)?));
    }
    let mut number = first;
    loop {
        let mut values: PerRole<Option<(usize, std::vec::IntoIter<Value>)>> = Default::default();
        let mut next = readers.iter_mut();
        let mut length = None;
        for (values, column) in values.iter_mut().zip(columns) {
            if column.is_some()
                && let Some((column, rank, reader)) = next.next()
            {
                let read = strings(reader, column)?;
                if length.replace(read.len()).is_some_and(|l| l != read.len()) {
                    return Err(ParquetError::General("its columns have different lengths".into()));
                }
                *values = Some((*rank, read.into_iter()));
            }
        }
        let length = length.unwrap_or(0);
        for _ in 0..length {
            let mut replaced = false;
            let mut value = |role: usize| {
                let (rank, values) = values[role].as_mut()?;
                let (value, bad): (String, bool) = values.next()??;
                replaced |= bad;
                Some((*rank, value))
            };
            let text = value(TEXT);
            let others = others(|role| value(role).filter(|(_, v)| !v.is_empty()));
            match text {
                Some(text) => context.document(text, others, Some(number), replaced, batch),
                None => batch.intake.skip(Reason::NoText, &context.path, Some(number), || {
                    "its text is null; the record was skipped: name another column with \
                     --text-field NAME if this one is wrong"
                        .into()
                }),
            }
            number += 1;
        }
        if length == 0 {
            return Ok(());
        }
    }
}

/// Reads the next values of a column as strings.
fn strings(reader: &mut ColumnReader, column: &ColumnDescPtr) -> Result<Vec<Value>> {
    let text = |v: ByteArray| match String::from_utf8(v.data().to_vec()) {
        Ok(text) => Some((text, false)),
        Err(e) => Some((String::from_utf8_lossy(e.as_bytes()).into_owned(), true)),
    };
    let float = |v: f64| serde_json::Number::from_f64(v).map(|n| (n.to_string(), false));
    match reader {
        ColumnReader::ByteArrayColumnReader(r) => batch(r, column, text),
        ColumnReader::Int32ColumnReader(r) => {
            batch(r, column, |v| whole(column, i64::from(v), || Field::convert_int32(column, v)))
        }
        ColumnReader::Int64ColumnReader(r) => {
            batch(r, column, |v| whole(column, v, || Field::convert_int64(column, v)))
        }
        ColumnReader::Int96ColumnReader(r) => {
            batch(r, column, |v| date::of_seconds(v.to_seconds()).map(|d| (d, false)))
        }
        ColumnReader::FloatColumnReader(r) => batch(r, column, |v| float(f64::from(v))),
        ColumnReader::DoubleColumnReader(r) => batch(r, column, float),
        _ => Err(ParquetError::General(format!("a column of type {}", column.physical_type()))),
    }
}

/// Formats an integer by the type of its column: a day, a time, a decimal, or the number itself.
fn whole(column: &ColumnDescriptor, value: i64, plain: impl FnOnce() -> Field) -> Value {
    let unit = match (column.logical_type_ref(), column.converted_type()) {
        (Some(LogicalType::Date), _) | (_, ConvertedType::DATE) => {
            return date::of_days(value).map(|d| (d, false));
        }
        (Some(LogicalType::Timestamp(stamp)), _) => match stamp.unit {
            TimeUnit::MILLIS => 1_000,
            TimeUnit::MICROS => 1_000_000,
            TimeUnit::NANOS => 1_000_000_000,
        },
        (_, ConvertedType::TIMESTAMP_MILLIS) => 1_000,
        (_, ConvertedType::TIMESTAMP_MICROS) => 1_000_000,
        // Unsigned numbers and decimals; any other type is the number itself.
        (
            _,
            ConvertedType::UINT_8
            | ConvertedType::UINT_16
            | ConvertedType::UINT_32
            | ConvertedType::UINT_64
            | ConvertedType::DECIMAL,
        ) => {
            return Some((plain().to_string(), false));
        }
        _ => return Some((value.to_string(), false)),
    };
    date::of_seconds(value.div_euclid(unit)).map(|d| (d, false))
}

/// Reads a batch of values; a null becomes `None`.
fn batch<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    column: &ColumnDescPtr,
    value: impl Fn(T::T) -> Value,
) -> Result<Vec<Value>> {
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    let (rows, _, _) = reader.read_records(ROWS, Some(&mut levels), None, &mut values)?;
    let most = column.max_def_level();
    let mut values = values.into_iter();
    if most == 0 {
        return Ok(values.map(value).collect());
    }
    Ok(levels
        .iter()
        .take(rows)
        .map(|&level| if level == most { values.next().and_then(&value) } else { None })
        .collect())
}

/// Reads records from bytes alone, under the path `-`. For fuzzing; `read` does so with files.
#[doc(hidden)]
pub fn records(bytes: &[u8], options: &InputOptions) -> ReadResult {
    let fields = Fields::new(options);
    let context = Context::new(&fields, "-");
    match temporary_copy(&mut &bytes[..]).and_then(|(file, _)| SharedFile::new(&file)) {
        Ok(shared) => rows_of(shared, &|_| true, &context).finish(&context),
        Err(_) => ReadResult::default(),
    }
}
