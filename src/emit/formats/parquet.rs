//! Owns: the rewriting of Parquet, row group by row group: schema, writer settings, and the rows to
//! keep. Never: copies a value; `parquet_columns` does.

use crate::emit::change::{ANNOTATION, Change, RemovedPart};
use crate::emit::error::Error;
use crate::emit::formats::parquet_columns::{
    Plan, RemovedValue, annotate, copy_column, removed_values,
};
use crate::emit::reopen::{broken, stored_bytes};
use crate::emit::rewrite_input::{RewriteInput, Writer};
use crate::emit::sink::Sink;
use crate::ingest::ReadFile;
use crate::ingest::field_names::TEXT;
use crate::ingest::formats::parquet_fields::columns;
use crate::ingest::parquet::{guarded, open, rows};
use crate::ingest::record::Context;
use crate::ingest::shared_file::SharedFile;
use ::parquet::basic::{Compression, LogicalType, Repetition, Type};
use ::parquet::errors::Result as ParquetResult;
use ::parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::types::{Type as Schema, TypePtr};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// More rows than any row group can have: a page counts them in 31 bits.
const MOST: u64 = i32::MAX as u64;

/// The metadata key of the schema that Arrow adds.
const ARROW: &str = "ARROW:schema";

/// The output, which records its own error: the errors of the crate do not distinguish reading from
/// writing.
struct WatchedOutput<'w> {
    sink: Arc<Mutex<Option<Sink<'w>>>>,
    failed: Arc<Mutex<Option<io::Error>>>,
}

impl Write for WatchedOutput<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(sink) = sink.as_mut() else { return Err(io::Error::other("finished")) };
        sink.write(bytes).map_err(|e| {
            let copy = io::Error::new(e.kind(), e.to_string());
            *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(e);
            copy
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A Parquet file being written.
pub(super) struct Parquet<'w> {
    sink: Arc<Mutex<Option<Sink<'w>>>>,
    failed: Arc<Mutex<Option<io::Error>>>,
    /// The writer, and the schema of the inputs, once the first input was opened.
    writer: Option<(SerializedFileWriter<WatchedOutput<'w>>, Schema)>,
}

impl<'w> Parquet<'w> {
    pub(super) fn new(sink: Sink<'w>) -> Parquet<'w> {
        Parquet { sink: Arc::new(Mutex::new(Some(sink))), failed: Arc::default(), writer: None }
    }

    /// Creates the writer, or compares the schema with that of the writer.
    fn begin(
        &mut self,
        reader: &SerializedFileReader<SharedFile>,
        job: &RewriteInput,
    ) -> Result<(), Error> {
        let meta = reader.metadata();
        let root = meta.file_metadata().schema_descr().root_schema_ptr();
        if let Some((_, schema)) = &self.writer {
            let same = *schema == *root;
            return if same {
                Ok(())
            } else {
                Err(Error::incompatible_input(
                    job.file,
                    "its schema is not that of the files before it",
                ))
            };
        }
        if job.prefix.is_some() {
            job.check_names_free(|name| root.get_fields().iter().any(|f| f.name() == name))?;
        }
        let (out, failed) = (self.sink.clone(), self.failed.clone());
        let made = guarded(|| {
            let schema = if job.prefix.is_some() { wider(&root, job)? } else { root.clone() };
            SerializedFileWriter::new(
                WatchedOutput { sink: out, failed },
                schema,
                Arc::new(properties(meta, job)),
            )
        });
        let writer = made.map_err(|why| self.attribute_error(why, job.file))?;
        self.writer = Some((writer, root.as_ref().clone()));
        Ok(())
    }

    /// Writes the rows of a row group that are kept, and collects the removed ones.
    fn write_row_group(
        &mut self,
        reader: &SerializedFileReader<SharedFile>,
        index: usize,
        text: Option<usize>,
        plan: &Plan,
        job: &mut RewriteInput,
        removed: &mut BTreeMap<usize, RemovedValue>,
    ) -> Result<(), Error> {
        let Some((writer, _)) = &mut self.writer else { return Ok(()) };
        let mut left = plan.cuts.len() as u64;
        let done = guarded(|| {
            let group = reader.get_row_group(index)?;
            if plan.kept > 0 {
                let mut out = writer.next_row_group()?;
                for column in 0..group.num_columns() {
                    let cuts =
                        if text == Some(column) { Some((&plan.cuts, &mut *removed)) } else { None };
                    copy_column(group.as_ref(), column, &plan.keep, &mut out, cuts)?;
                }
                if job.prefix.is_some() {
                    annotate(&mut out, plan)?;
                }
                out.close()?;
            }
            left -= removed.len() as u64;
            if job.report_removals && plan.kept < plan.keep.len() {
                removed_values(reader, index, plan, removed)?;
            }
            Ok(())
        });
        job.written.left += left + if job.prefix.is_none() { plan.notes.len() as u64 } else { 0 };
        done.map_err(|why| {
            self.attribute_error(format!("row group {}: {why}", index + 1), job.file)
        })
    }

    /// Attributes an error: to the output if it failed, else to the input.
    fn attribute_error(&self, why: String, file: &ReadFile) -> Error {
        match self.failed.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(e) => Error::output(file, &e),
            None => Error::input(
                file,
                format!("it cannot be copied ({why})"),
                "write it again, with zstd or snappy",
            ),
        }
    }
}

impl Writer for Parquet<'_> {
    /// Writes the rows of an input, row group by row group.
    fn append(&mut self, job: &mut RewriteInput) -> Result<(), Error> {
        let file = job.file;
        let mut shared = stored_bytes(file)?;
        if file.compression.is_some() {
            shared = shared.unpacked().map_err(|e| broken(file, &e))?;
        }
        let mend = "fetch or write it again";
        let reader = open(shared).map_err(|why| {
            Error::input(file, format!("it cannot be read as Parquet ({why})"), mend)
        })?;
        let context = Context::new(&job.fields, "", job.limit());
        let text =
            columns(&reader, &context).ok().and_then(|found| found[TEXT]).map(|(column, _)| column);
        // A text of several columns has no place of its own.
        let text = text.filter(|_| !job.fields.joins());
        self.begin(&reader, job)?;
        let mut first = 1;
        for index in 0..reader.metadata().num_row_groups() {
            if rows(reader.metadata().row_group(index)) > MOST {
                return Err(Error::input(
                    file,
                    format!("row group {} says it has more rows than it can hold", index + 1),
                    mend,
                ));
            }
            let plan = plan(reader.metadata().row_group(index), first, job);
            let mut removed = BTreeMap::new();
            self.write_row_group(&reader, index, text, &plan, job, &mut removed)?;
            for (row, value) in removed {
                let number = Some(first + row as u64);
                match value {
                    RemovedValue::Row(row) => {
                        job.report_removed(number, RemovedPart::Record(row.as_bytes()))?
                    }
                    RemovedValue::Parts(parts) => job.report_cut(number, &parts)?,
                }
            }
            first += plan.keep.len() as u64;
        }
        Ok(())
    }

    /// Writes the footer and the end of the compressed data.
    fn finish(self: Box<Self>) -> io::Result<()> {
        if let Some((writer, _)) = self.writer {
            let closed = guarded(|| writer.close());
            if let Some(e) = self.failed.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return Err(e);
            }
            closed.map_err(io::Error::other)?;
        }
        let sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner).take();
        sink.map_or(Ok(()), Sink::finish)
    }
}

/// The schema with the columns of an annotation.
fn wider(root: &TypePtr, job: &RewriteInput) -> ParquetResult<TypePtr> {
    let mut fields = root.get_fields().to_vec();
    for field in ANNOTATION {
        let name = job.name(field);
        let number = field == "coverage";
        let kind = Schema::primitive_type_builder(
            &name,
            if number { Type::DOUBLE } else { Type::BYTE_ARRAY },
        );
        let kind = kind
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type((!number).then_some(LogicalType::String));
        fields.push(Arc::new(kind.build()?));
    }
    Ok(Arc::new(Schema::group_type_builder(root.name()).with_fields(fields).build()?))
}

/// The writer settings of the copy: those of the first row group of the original.
fn properties(meta: &ParquetMetaData, job: &RewriteInput) -> WriterProperties {
    let wider = job.prefix.is_some();
    let keys = meta.file_metadata().key_value_metadata().map(|keys| {
        // With more columns, Arrow's own schema would no longer be that of the file.
        keys.iter().filter(|k| !(wider && k.key == ARROW)).cloned().collect()
    });
    let mut builder = WriterProperties::builder().set_key_value_metadata(keys);
    let Some(group) = meta.row_groups().first() else { return builder.build() };
    if meta.row_groups().iter().all(|g| g.sorting_columns() == group.sorting_columns()) {
        builder = builder.set_sorting_columns(group.sorting_columns().cloned());
    }
    for column in group.columns() {
        let compression = match column.compression() {
            // The framing of the old LZ4 was never standardised; the new one is the same algorithm.
            Compression::LZ4 => Compression::LZ4_RAW,
            other => other,
        };
        let path = column.column_path().clone();
        builder = builder
            .set_column_bloom_filter_enabled(path.clone(), column.bloom_filter_offset().is_some());
        builder = builder.set_column_compression(path, compression);
    }
    if let Some(column) = group.columns().first() {
        builder = builder.set_compression(column.compression());
    }
    builder.build()
}

/// Asks for the change of each row of a row group.
fn plan(group: &RowGroupMetaData, first: u64, job: &mut RewriteInput) -> Plan {
    let mut plan =
        Plan { keep: Vec::new(), kept: 0, cuts: BTreeMap::new(), notes: BTreeMap::new() };
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
