//! Owns: the copying of rows of one row group, column by column, without parsing nested values.
//! Never: decides which rows are kept.

use crate::emit::change::{ANNOTATION, Annotation};
use crate::emit::edit::{EditedText, remove_spans};
use crate::ingest::shared_file::SharedFile;
use crate::span::Span;
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::column::writer::{ColumnWriter, ColumnWriterImpl};
use ::parquet::data_type::{ByteArray, DataType};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::types::SchemaDescriptor;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

/// Rows that are copied at a time.
const ROWS: usize = 1024;

/// The changes of the rows of one row group.
pub(super) struct Plan {
    pub(super) keep: Vec<bool>,
    pub(super) kept: usize,
    pub(super) cuts: BTreeMap<usize, Vec<Span>>,
    pub(super) notes: BTreeMap<usize, Annotation>,
}

/// The content that was removed from a row.
pub(super) enum RemovedValue {
    Row(String),
    Parts(Vec<(Span, String)>),
}

/// The cuts to be made in a column, and a map that receives the removed parts.
pub(super) type Cuts<'c> =
    Option<(&'c BTreeMap<usize, Vec<Span>>, &'c mut BTreeMap<usize, RemovedValue>)>;

/// Copies the rows of one column that are kept.
pub(super) fn copy_column<W: Write + Send>(
    group: &dyn RowGroupReader,
    column: usize,
    keep: &[bool],
    out: &mut SerializedRowGroupWriter<'_, W>,
    cuts: Cuts,
) -> Result<()> {
    let levels = group.metadata().column(column).column_descr();
    let most = (levels.max_def_level(), levels.max_rep_level());
    let Some(mut writer) = out.next_column()? else {
        return Err(ParquetError::General("a column more than its schema has".into()));
    };
    let done = match (group.get_column_reader(column)?, writer.untyped()) {
        (ColumnReader::ByteArrayColumnReader(r), ColumnWriter::ByteArrayColumnWriter(w)) => {
            match cuts {
                Some((spans, removed)) => {
                    copy_values(r, w, most, keep, |row, value: &mut ByteArray| {
                        let Some(spans) = spans.get(&row) else { return };
                        let Some(EditedText { kept, removed_parts: parts }) =
                            std::str::from_utf8(value.data())
                                .ok()
                                .and_then(|t| remove_spans(t, spans))
                        else {
                            return;
                        };
                        *value = ByteArray::from(kept.into_bytes());
                        removed.insert(row, RemovedValue::Parts(parts));
                    })
                }
                None => copy_values(r, w, most, keep, |_, _| {}),
            }
        }
        (ColumnReader::BoolColumnReader(r), ColumnWriter::BoolColumnWriter(w)) => {
            copy_values(r, w, most, keep, |_, _| {})
        }
        (ColumnReader::Int32ColumnReader(r), ColumnWriter::Int32ColumnWriter(w)) => {
            copy_values(r, w, most, keep, |_, _| {})
        }
        (ColumnReader::Int64ColumnReader(r), ColumnWriter::Int64ColumnWriter(w)) => {
            copy_values(r, w, most, keep, |_, _| {})
        }
        (ColumnReader::Int96ColumnReader(r), ColumnWriter::Int96ColumnWriter(w)) => {
            copy_values(r, w, most, keep, |_, _| {})
        }
        (ColumnReader::FloatColumnReader(r), ColumnWriter::FloatColumnWriter(w)) => {
            copy_values(r, w, most, keep, |_, _| {})
        }
        (ColumnReader::DoubleColumnReader(r), ColumnWriter::DoubleColumnWriter(w)) => {
            copy_values(r, w, most, keep, |_, _| {})
        }
        (
            ColumnReader::FixedLenByteArrayColumnReader(r),
            ColumnWriter::FixedLenByteArrayColumnWriter(w),
        ) => copy_values(r, w, most, keep, |_, _| {}),
        _ => Err(ParquetError::General("a column of another type than its schema has".into())),
    };
    done.and_then(|()| writer.close())
}

/// Copies values with their definition and repetition levels; `each` may change a value that is
/// kept.
fn copy_values<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    writer: &mut ColumnWriterImpl<'_, T>,
    (most, repeated): (i16, i16),
    keep: &[bool],
    mut each: impl FnMut(usize, &mut T::T),
) -> Result<()> {
    let (mut values, mut defined, mut nested) = (Vec::new(), Vec::new(), Vec::new());
    let mut row = 0;
    loop {
        values.clear();
        defined.clear();
        nested.clear();
        let (read, _, levels) =
            reader.read_records(ROWS, Some(&mut defined), Some(&mut nested), &mut values)?;
        if levels == 0 && read == 0 {
            break;
        }
        let (mut new, mut new_defined, mut new_nested) =
            (Vec::with_capacity(values.len()), Vec::new(), Vec::new());
        let mut value = values.drain(..);
        let start = row;
        for level in 0..levels {
            let begins = repeated == 0 || nested[level] == 0;
            row += usize::from(begins);
            let at = row.saturating_sub(1);
            let Some(&kept) = keep.get(at) else {
                return Err(ParquetError::General(
                    "a column with more rows than its row group".into(),
                ));
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
            return Err(ParquetError::General(
                "records that do not begin where they should".into(),
            ));
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
pub(super) fn annotate<W: Write + Send>(
    out: &mut SerializedRowGroupWriter<'_, W>,
    plan: &Plan,
) -> Result<()> {
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
            let values: Vec<ByteArray> =
                values.into_iter().flatten().map(|v| ByteArray::from(v.into_bytes())).collect();
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

/// The removed rows of a row group as JSON: they are copied to a Parquet file in memory, which is
/// then read by rows.
pub(super) fn removed_values(
    reader: &SerializedFileReader<SharedFile>,
    index: usize,
    plan: &Plan,
    removed_values: &mut BTreeMap<usize, RemovedValue>,
) -> Result<()> {
    let schema: &SchemaDescriptor = reader.metadata().file_metadata().schema_descr();
    let keep: Vec<bool> = plan.keep.iter().map(|keep| !keep).collect();
    let group = reader.get_row_group(index)?;
    let mut writer =
        SerializedFileWriter::new(Vec::new(), schema.root_schema_ptr(), Arc::default())?;
    let mut out = writer.next_row_group()?;
    for column in 0..group.num_columns() {
        copy_column(group.as_ref(), column, &keep, &mut out, None)?;
    }
    out.close()?;
    let bytes = Bytes::from(writer.into_inner()?);
    let copy = SerializedFileReader::new(bytes)?;
    let numbers = (0..keep.len()).filter(|&row| keep[row]);
    for (number, row) in numbers.zip(copy.get_row_iter(None)?) {
        removed_values.insert(number, RemovedValue::Row(row?.to_json_value().to_string()));
    }
    Ok(())
}
