//! Owns: the values of a column of Parquet as text: strings, days, times, numbers. Never: decides
//! which column is read.

use crate::ingest::date;
use ::parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::{ByteArray, DataType};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::record::Field;
use ::parquet::schema::types::{ColumnDescPtr, ColumnDescriptor};

/// Rows that are read at a time.
const ROWS: usize = 1024;

/// A value of a column. A text stays where it is until its row is read: a dictionary repeats one
/// any number of times.
pub(super) enum ColumnValue {
    Text(ByteArray),
    Formatted(String),
}

pub(super) type Value = Option<ColumnValue>;

impl ColumnValue {
    /// The bytes of the value.
    pub(super) fn len(&self) -> usize {
        match self {
            ColumnValue::Text(bytes) => bytes.len(),
            ColumnValue::Formatted(text) => text.len(),
        }
    }

    /// The value, and whether something in it was replaced.
    pub(super) fn decoded(self) -> (String, bool) {
        match self {
            ColumnValue::Formatted(text) => (text, false),
            ColumnValue::Text(bytes) => match std::str::from_utf8(bytes.data()) {
                Ok(text) => (text.to_owned(), false),
                Err(_) => (String::from_utf8_lossy(bytes.data()).into_owned(), true),
            },
        }
    }
}

/// Reads the next values of a column as strings.
pub(super) fn strings(reader: &mut ColumnReader, column: &ColumnDescPtr) -> Result<Vec<Value>> {
    let text = |v: ByteArray| Some(ColumnValue::Text(v));
    let float =
        |v: f64| serde_json::Number::from_f64(v).map(|n| ColumnValue::Formatted(n.to_string()));
    match reader {
        ColumnReader::ByteArrayColumnReader(r) => batch(r, column, text),
        ColumnReader::Int32ColumnReader(r) => {
            batch(r, column, |v| whole(column, i64::from(v), || Field::convert_int32(column, v)))
        }
        ColumnReader::Int64ColumnReader(r) => {
            batch(r, column, |v| whole(column, v, || Field::convert_int64(column, v)))
        }
        ColumnReader::Int96ColumnReader(r) => {
            batch(r, column, |v| date::of_seconds(v.to_seconds()).map(ColumnValue::Formatted))
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
            return date::of_days(value).map(ColumnValue::Formatted);
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
            return Some(ColumnValue::Formatted(plain().to_string()));
        }
        _ => return Some(ColumnValue::Formatted(value.to_string())),
    };
    date::of_seconds(value.div_euclid(unit)).map(ColumnValue::Formatted)
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
