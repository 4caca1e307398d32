//! Owns: Parquet written again, column by column, without looking into nested values. Never: goes through rows, but to show
//! those that are removed.

use crate::emit::edit::{Cut, cut};
use crate::emit::sink::Sink;
use crate::emit::{ANNOTATION, Annotation, Change, Error, Job, Taken, again};
use crate::ingest::ReadFile;
use crate::ingest::fields::TEXT;
use crate::ingest::parquet::{columns, guarded, open, rows};
use crate::ingest::record::Context;
use crate::ingest::shared_file::SharedFile;
use crate::span::Span;
use ::parquet::basic::{Compression, LogicalType, Repetition, Type};
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::column::writer::ColumnWriter;
use ::parquet::column::writer::ColumnWriterImpl;
use ::parquet::data_type::{ByteArray, DataType};
use ::parquet::errors::{ParquetError, Result as Parquet};
use ::parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::types::{SchemaDescriptor, Type as Schema, TypePtr};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

/// Rows copied at a time.
const ROWS: usize = 1024;

/// More rows than any row group has: a page counts them in 31 bits.
const MOST: u64 = i32::MAX as u64;

/// The key under which Arrow writes a schema of its own.
const ARROW: &str = "ARROW:schema";

/// The output, with what it failed of: the crate's errors do not tell reading from writing.
struct Out<'w> {
    sink: Arc<Mutex<Option<Sink<'w>>>>,
    failed: Arc<Mutex<Option<io::Error>>>,
}

impl Write for Out<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut sink = self.sink.lock().unwrap_or_else(|e| e.into_inner());
        let Some(sink) = sink.as_mut() else { return Err(io::Error::other("finished")) };
        sink.write(bytes).map_err(|e| {
            let copy = io::Error::new(e.kind(), e.to_string());
            *self.failed.lock().unwrap_or_else(|e| e.into_inner()) = Some(e);
            copy
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A Parquet file being written.
pub(super) struct Tables<'w> {
    sink: Arc<Mutex<Option<Sink<'w>>>>,
    failed: Arc<Mutex<Option<io::Error>>>,
    /// The writer, and the schema of the inputs, once there is one.
    writer: Option<(SerializedFileWriter<Out<'w>>, Schema)>,
}

/// What becomes of the rows of one row group.
struct Plan {
    keep: Vec<bool>,
    kept: usize,
    cuts: BTreeMap<usize, Vec<Span>>,
    notes: BTreeMap<usize, Annotation>,
}

/// What was removed from a row.
enum Gone {
    Row(String),
    Parts(Vec<(Span, String)>),
}

impl<'w> Tables<'w> {
    pub(super) fn new(sink: Sink<'w>) -> Tables<'w> {
        Tables { sink: Arc::new(Mutex::new(Some(sink))), failed: Arc::default(), writer: None }
    }

    /// Writes the rows of an input, row group by row group.
    pub(super) fn copy(&mut self, job: &mut Job) -> Result<(), Error> {
        let file = job.file;
        let mut shared = again::stored(file)?;
        if file.compression.is_some() {
            shared = shared.unpacked().map_err(|e| again::broken(file, &e))?;
        }
        let mend = "fetch or write it again";
        let reader = open(shared).map_err(|why| Error::input(file, format!("it cannot be read as Parquet ({why})"), mend))?;
        let context = Context::new(&job.fields, "");
        let text = columns(&reader, &context).ok().and_then(|found| found[TEXT]).map(|(column, _)| column);
        self.begin(&reader, job)?;
        let mut first = 1;
        for index in 0..reader.metadata().num_row_groups() {
            if rows(reader.metadata().row_group(index)) > MOST {
                return Err(Error::input(file, format!("row group {} says it has more rows than it can hold", index + 1), mend));
            }
            let plan = plan(reader.metadata().row_group(index), first, job);
            let mut gone = BTreeMap::new();
            self.group(&reader, index, text, &plan, job, &mut gone)?;
            for (row, gone) in gone {
                let number = Some(first + row as u64);
                match gone {
                    Gone::Row(row) => job.tell(number, Taken::Record(row.as_bytes()))?,
                    Gone::Parts(parts) => job.tell_cut(number, &parts)?,
                }
            }
            first += plan.keep.len() as u64;
        }
        Ok(())
    }

    /// Makes the writer, or holds the schema against the one it has.
    fn begin(&mut self, reader: &SerializedFileReader<SharedFile>, job: &Job) -> Result<(), Error> {
        let meta = reader.metadata();
        let root = meta.file_metadata().schema_descr().root_schema_ptr();
        if let Some((_, schema)) = &self.writer {
            let same = *schema == *root;
            return if same { Ok(()) } else { Err(Error::misfit(job.file, "its schema is not that of the files before it")) };
        }
        if let Some(name) = ANNOTATION.iter().map(|f| job.name(f)).find(|name| has(&root, name)).filter(|_| job.prefix.is_some())
        {
            return Err(job.taken(&name));
        }
        let (out, failed) = (self.sink.clone(), self.failed.clone());
        let made = guarded(|| {
            let schema = if job.prefix.is_some() { wider(&root, job)? } else { root.clone() };
            SerializedFileWriter::new(Out { sink: out, failed }, schema, Arc::new(properties(meta, job)))
        });
        let writer = made.map_err(|why| self.blame(why, job.file))?;
        self.writer = Some((writer, root.as_ref().clone()));
        Ok(())
    }

    /// Writes what is kept of a row group, and gathers what is removed.
    fn group(
        &mut self,
        reader: &SerializedFileReader<SharedFile>,
        index: usize,
        text: Option<usize>,
        plan: &Plan,
        job: &mut Job,
        gone: &mut BTreeMap<usize, Gone>,
    ) -> Result<(), Error> {
        let Some((writer, _)) = &mut self.writer else { return Ok(()) };
        let mut left = plan.cuts.len() as u64;
        let done = guarded(|| {
            let group = reader.get_row_group(index)?;
            if plan.kept > 0 {
                let mut out = writer.next_row_group()?;
                for column in 0..group.num_columns() {
                    let cuts = if text == Some(column) { Some((&plan.cuts, &mut *gone)) } else { None };
                    copy_column(group.as_ref(), column, &plan.keep, &mut out, cuts)?;
                }
                if job.prefix.is_some() {
                    annotate(&mut out, plan)?;
                }
                out.close()?;
            }
            left -= gone.len() as u64;
            if job.told && plan.kept < plan.keep.len() {
                removed(reader, index, plan, gone)?;
            }
            Ok(())
        });
        job.written.left += left + if job.prefix.is_none() { plan.notes.len() as u64 } else { 0 };
        done.map_err(|why| self.blame(format!("row group {}: {why}", index + 1), job.file))
    }

    /// Whose fault an error is: the output's, if it failed.
    fn blame(&self, why: String, file: &ReadFile) -> Error {
        match self.failed.lock().unwrap_or_else(|e| e.into_inner()).take() {
            Some(e) => Error::output(file, &e),
            None => Error::input(file, format!("it cannot be copied ({why})"), "write it again, with zstd or snappy"),
        }
    }

    /// Writes the footer and the end of the compression.
    pub(super) fn finish(self) -> io::Result<()> {
        if let Some((writer, _)) = self.writer {
            let closed = guarded(|| writer.close());
            if let Some(e) = self.failed.lock().unwrap_or_else(|e| e.into_inner()).take() {
                return Err(e);
            }
            closed.map_err(io::Error::other)?;
        }
        let sink = self.sink.lock().unwrap_or_else(|e| e.into_inner()).take();
        sink.map_or(Ok(()), Sink::finish)
    }
}

/// Whether a schema has a column of this name at its top.
fn has(root: &Schema, name: &str) -> bool {
    root.get_fields().iter().any(|f| f.name() == name)
}

/// A schema with the columns of an annotation.
fn wider(root: &TypePtr, job: &Job) -> Parquet<TypePtr> {
    let mut fields = root.get_fields().to_vec();
    for field in ANNOTATION {
        let name = job.name(field);
        let number = field == "coverage";
        let kind = Schema::primitive_type_builder(&name, if number { Type::DOUBLE } else { Type::BYTE_ARRAY });
        let kind = kind.with_repetition(Repetition::OPTIONAL).with_logical_type((!number).then_some(LogicalType::String));
        fields.push(Arc::new(kind.build()?));
    }
    Ok(Arc::new(Schema::group_type_builder(root.name()).with_fields(fields).build()?))
}

/// How the copy is to be written: as the first row group of the original is.
fn properties(meta: &ParquetMetaData, job: &Job) -> WriterProperties {
    let wider = job.prefix.is_some();
    let keys = meta.file_metadata().key_value_metadata().map(|keys| {
        // With more columns Arrow's own schema would no longer be that of the file.
        keys.iter().filter(|k| !(wider && k.key == ARROW)).cloned().collect()
    });
    let mut builder = WriterProperties::builder().set_key_value_metadata(keys);
    let Some(group) = meta.row_groups().first() else { return builder.build() };
    if meta.row_groups().iter().all(|g| g.sorting_columns() == group.sorting_columns()) {
        builder = builder.set_sorting_columns(group.sorting_columns().cloned());
    }
    for column in group.columns() {
        let compression = match column.compression() {
            // The framing of the old one was never settled; the new one is the same algorithm.
            Compression::LZ4 => Compression::LZ4_RAW,
            other => other,
        };
        let path = column.column_path().clone();
        builder = builder.set_column_bloom_filter_enabled(path.clone(), column.bloom_filter_offset().is_some());
        builder = builder.set_column_compression(path, compression);
    }
    if let Some(column) = group.columns().first() {
        builder = builder.set_compression(column.compression());
    }
    builder.build()
}

/// Asks what becomes of each row of a row group.
fn plan(group: &RowGroupMetaData, first: u64, job: &mut Job) -> Plan {
    let mut plan = Plan { keep: Vec::new(), kept: 0, cuts: BTreeMap::new(), notes: BTreeMap::new() };
    for row in 0..rows(group) as usize {
        let change = (job.change)(Some(first + row as u64));
        plan.keep.push(change != Change::Drop);
        plan.kept += usize::from(change != Change::Drop);
        match change {
            Change::Cut(spans) => drop(plan.cuts.insert(row, spans)),
            Change::Annotate(note) => drop(plan.notes.insert(row, note)),
            _ => {}
        }
    }
    let seen = plan.keep.len();
    job.written.records += seen as u64;
    job.written.kept += plan.kept as u64;
    job.written.dropped += (seen - plan.kept) as u64;
    plan
}

/// The cuts to be made in a column, and what they take away.
type Cuts<'c> = Option<(&'c BTreeMap<usize, Vec<Span>>, &'c mut BTreeMap<usize, Gone>)>;

/// Copies the rows of one column that are kept.
fn copy_column<W: Write + Send>(
    group: &dyn RowGroupReader,
    column: usize,
    keep: &[bool],
    out: &mut SerializedRowGroupWriter<'_, W>,
    cuts: Cuts,
) -> Parquet<()> {
    let levels = group.metadata().column(column).column_descr();
    let most = (levels.max_def_level(), levels.max_rep_level());
    let Some(mut writer) = out.next_column()? else {
        return Err(ParquetError::General("a column more than its schema has".into()));
    };
    let done = match (group.get_column_reader(column)?, writer.untyped()) {
        (ColumnReader::ByteArrayColumnReader(r), ColumnWriter::ByteArrayColumnWriter(w)) => match cuts {
            Some((spans, gone)) => copy_values(r, w, most, keep, |row, value: &mut ByteArray| {
                let Some(spans) = spans.get(&row) else { return };
                let Some(Cut { kept, gone: parts }) = std::str::from_utf8(value.data()).ok().and_then(|t| cut(t, spans)) else {
                    return;
                };
                *value = ByteArray::from(kept.into_bytes());
                gone.insert(row, Gone::Parts(parts));
            }),
            None => copy_values(r, w, most, keep, |_, _| {}),
        },
        (ColumnReader::BoolColumnReader(r), ColumnWriter::BoolColumnWriter(w)) => copy_values(r, w, most, keep, |_, _| {}),
        (ColumnReader::Int32ColumnReader(r), ColumnWriter::Int32ColumnWriter(w)) => copy_values(r, w, most, keep, |_, _| {}),
        (ColumnReader::Int64ColumnReader(r), ColumnWriter::Int64ColumnWriter(w)) => copy_values(r, w, most, keep, |_, _| {}),
        (ColumnReader::Int96ColumnReader(r), ColumnWriter::Int96ColumnWriter(w)) => copy_values(r, w, most, keep, |_, _| {}),
        (ColumnReader::FloatColumnReader(r), ColumnWriter::FloatColumnWriter(w)) => copy_values(r, w, most, keep, |_, _| {}),
        (ColumnReader::DoubleColumnReader(r), ColumnWriter::DoubleColumnWriter(w)) => copy_values(r, w, most, keep, |_, _| {}),
        (ColumnReader::FixedLenByteArrayColumnReader(r), ColumnWriter::FixedLenByteArrayColumnWriter(w)) => {
            copy_values(r, w, most, keep, |_, _| {})
        }
        _ => Err(ParquetError::General("a column of another type than its schema has".into())),
    };
    done.and_then(|()| writer.close())
}

/// Copies values with the levels that say where in their records they stand; `each` may change a value that is kept.
fn copy_values<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    writer: &mut ColumnWriterImpl<'_, T>,
    (most, repeated): (i16, i16),
    keep: &[bool],
    mut each: impl FnMut(usize, &mut T::T),
) -> Parquet<()> {
    let (mut values, mut defined, mut nested) = (Vec::new(), Vec::new(), Vec::new());
    let mut row = 0;
    loop {
        values.clear();
        defined.clear();
        nested.clear();
        let (read, _, levels) = reader.read_records(ROWS, Some(&mut defined), Some(&mut nested), &mut values)?;
        if levels == 0 && read == 0 {
            break;
        }
        let (mut new, mut new_defined, mut new_nested) = (Vec::with_capacity(values.len()), Vec::new(), Vec::new());
        let mut value = values.drain(..);
        let start = row;
        for level in 0..levels {
            let begins = repeated == 0 || nested[level] == 0;
            row += usize::from(begins);
            let at = row.saturating_sub(1);
            let Some(&kept) = keep.get(at) else {
                return Err(ParquetError::General("a column with more rows than its row group".into()));
            };
            let value = if most == 0 || defined[level] == most { value.next() } else { None };
            if !kept {
                continue;
            }
            if most > 0 {
                new_defined.push(defined[level]);
            }
            if repeated > 0 {
                new_nested.push(nested[level]);
            }
            if let Some(mut value) = value {
                each(at, &mut value);
                new.push(value);
            }
        }
        if row - start != read {
            return Err(ParquetError::General("records that do not begin where they should".into()));
        }
        let defined = (most > 0).then_some(&new_defined[..]);
        writer.write_batch(&new, defined, (repeated > 0).then_some(&new_nested[..]))?;
    }
    if row != keep.len() {
        return Err(ParquetError::General("a column with fewer rows than its row group".into()));
    }
    Ok(())
}

/// Writes the columns of the annotations.
fn annotate<W: Write + Send>(out: &mut SerializedRowGroupWriter<'_, W>, plan: &Plan) -> Parquet<()> {
    let rows: Vec<usize> = (0..plan.keep.len()).filter(|&row| plan.keep[row]).collect();
    for field in ANNOTATION {
        let levels: Vec<i16>;
        let Some(mut writer) = out.next_column()? else { break };
        let notes = rows.iter().map(|row| plan.notes.get(row));
        if let ColumnWriter::DoubleColumnWriter(w) = writer.untyped() {
            let values: Vec<Option<f64>> = notes.map(|note| note?.coverage).collect();
            levels = values.iter().map(|v| i16::from(v.is_some())).collect();
            w.write_batch(&values.into_iter().flatten().collect::<Vec<_>>(), Some(&levels), None)?;
        } else if let ColumnWriter::ByteArrayColumnWriter(w) = writer.untyped() {
            let values: Vec<Option<String>> = notes.map(|note| text_of(note?, field)).collect();
            levels = values.iter().map(|v| i16::from(v.is_some())).collect();
            let values: Vec<ByteArray> = values.into_iter().flatten().map(|v| ByteArray::from(v.into_bytes())).collect();
            w.write_batch(&values, Some(&levels), None)?;
        }
        writer.close()?;
    }
    Ok(())
}

fn text_of(note: &Annotation, field: &str) -> Option<String> {
    match field {
        "cluster" => note.cluster.clone(),
        "relation" => note.relation.map(Into::into),
        "partner" => note.partner.clone(),
        _ => note.spans_json(),
    }
}

/// The rows of a row group that go, as JSON: they are copied into a file of their own in memory, and that is read by rows.
fn removed(
    reader: &SerializedFileReader<SharedFile>,
    index: usize,
    plan: &Plan,
    gone: &mut BTreeMap<usize, Gone>,
) -> Parquet<()> {
    let schema: &SchemaDescriptor = reader.metadata().file_metadata().schema_descr();
    let keep: Vec<bool> = plan.keep.iter().map(|keep| !keep).collect();
    let group = reader.get_row_group(index)?;
    let mut writer = SerializedFileWriter::new(Vec::new(), schema.root_schema_ptr(), Arc::default())?;
    let mut out = writer.next_row_group()?;
    for column in 0..group.num_columns() {
        copy_column(group.as_ref(), column, &keep, &mut out, None)?;
    }
    out.close()?;
    let bytes = Bytes::from(writer.into_inner()?);
    let copy = SerializedFileReader::new(bytes)?;
    let numbers = (0..keep.len()).filter(|&row| keep[row]);
    for (number, row) in numbers.zip(copy.get_row_iter(None)?) {
        gone.insert(number, Gone::Row(row?.to_json_value().to_string()));
    }
    Ok(())
}
