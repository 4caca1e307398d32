//! Owns: one Parquet file of a report: its metadata, and its row groups, which are written as they
//! fill. Never: the content of a row.

use crate::report::parquet::columns::{Column, Rows, Values};
use crate::report::parquet::schemas::schema;
use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int64Type};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use ::parquet::schema::types::SchemaDescriptor;
use bytes::Bytes;
use std::io::{self, Write};
use std::sync::Arc;

/// How many rows a row group has, unless they take so many bytes before: a reader can skip and
/// divide the file by row groups, and the writer holds one.
const ROWS: usize = 1 << 16;
const BYTES: usize = 32 << 20;

/// A Parquet file being written.
pub struct Table<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    /// The columns of its rows.
    pub schema: Arc<SchemaDescriptor>,
    rows: Rows,
}

impl<W: Write + Send> Table<W> {
    pub fn new(name: &str, metadata: Vec<KeyValue>, out: W) -> io::Result<Table<W>> {
        let make = || {
            let root = schema(name)?;
            let properties = WriterProperties::builder()
                .set_compression(Compression::ZSTD(ZstdLevel::default()))
                .set_key_value_metadata(Some(metadata))
                .build();
            let schema = Arc::new(SchemaDescriptor::new(root.clone()));
            let rows = Rows::new(&schema);
            let writer = SerializedFileWriter::new(out, root, Arc::new(properties))?;
            Ok(Table { writer, schema, rows })
        };
        make().map_err(error)
    }

    /// Adds the rows that `push` adds to those of the row group that is being filled.
    pub fn push(&mut self, push: impl FnOnce(&mut Rows)) -> io::Result<()> {
        push(&mut self.rows);
        if self.rows.count >= ROWS || self.rows.bytes() >= BYTES { self.write() } else { Ok(()) }
    }

    /// Writes the rows as a row group.
    fn write(&mut self) -> io::Result<()> {
        let rows = std::mem::replace(&mut self.rows, Rows::new(&self.schema));
        let write = || {
            let mut group = self.writer.next_row_group()?;
            for column in rows.columns {
                if let Some(mut writer) = group.next_column()? {
                    write_column(column, &mut writer)?;
                    writer.close()?;
                }
            }
            group.close().map(drop)
        };
        write().map_err(error)
    }

    /// Writes the rest, and the footer.
    pub fn close(mut self) -> io::Result<()> {
        if self.rows.count > 0 {
            self.write()?;
        }
        self.writer.close().map(drop).map_err(error)
    }
}

fn write_column(column: Column, to: &mut SerializedColumnWriter) -> Result<()> {
    let Column { values, definition, repetition, .. } = column;
    let given = |levels: &'_ [i16]| !levels.is_empty();
    let definition = given(&definition).then_some(&definition[..]);
    let repetition = given(&repetition).then_some(&repetition[..]);
    match values {
        Values::Flags(all) => to.typed::<BoolType>().write_batch(&all, definition, repetition),
        Values::Numbers(all) => to.typed::<Int64Type>().write_batch(&all, definition, repetition),
        Values::Shares(all) => to.typed::<DoubleType>().write_batch(&all, definition, repetition),
        Values::Texts(bytes, ends) => {
            let (bytes, mut from) = (Bytes::from(bytes), 0);
            let one = |end| ByteArray::from(bytes.slice(std::mem::replace(&mut from, end)..end));
            let all: Vec<ByteArray> = ends.into_iter().map(one).collect();
            to.typed::<ByteArrayType>().write_batch(&all, definition, repetition)
        }
    }
    .map(drop)
}

/// The error of the output where there was one, as it was.
fn error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(error) => io::Error::other(error),
        },
        other => io::Error::other(other),
    }
}
