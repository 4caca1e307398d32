//! Owns: little Parquet files that several tests read. Never: tests one.

use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use std::sync::Arc;

/// A file with the columns `id`, `text` and `score`.
pub fn of(rows: &[(&str, &str, Option<i64>)]) -> Vec<u8> {
    let schema = "message m { required binary id (STRING); required binary text (STRING); \
                  optional int64 score; }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = Arc::new(WriterProperties::new());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, properties).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let string = |text: &str| ByteArray::from(text.as_bytes().to_vec());
    let ids: Vec<ByteArray> = rows.iter().map(|row| string(row.0)).collect();
    let texts: Vec<ByteArray> = rows.iter().map(|row| string(row.1)).collect();
    for strings in [ids, texts] {
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&strings, None, None).unwrap();
        column.close().unwrap();
    }
    let scores: Vec<i64> = rows.iter().filter_map(|row| row.2).collect();
    let levels: Vec<i16> = rows.iter().map(|row| row.2.is_some().into()).collect();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int64Type>().write_batch(&scores, Some(&levels), None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.into_inner().unwrap()
}
