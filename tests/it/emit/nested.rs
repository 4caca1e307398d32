//! A Parquet file with everything that must stay: nested values, odd types, nulls, metadata,
//! several row groups.

use parquet::basic::Compression;
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DoubleType, FixedLenByteArray, FixedLenByteArrayType,
    FloatType, Int32Type, Int64Type, Int96, Int96Type,
};
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;
use std::sync::Arc;

const SCHEMA: &str = "message corpus {
    required int64 id = 7;
    optional binary text (STRING) = 8;
    required int96 old;
    optional fixed_len_byte_array(5) price (DECIMAL(9,2));
    optional int32 small (DECIMAL(5,1));
    optional boolean flag;
    optional float f;
    optional double d;
    optional group list (LIST) { repeated group list {
        optional group element { optional binary name (STRING); required int32 n; } } }
    optional group map (MAP) { repeated group key_value {
        required binary key (STRING); optional int64 value; } }
    required group deep { optional group er { optional int64 stamp (TIMESTAMP(MILLIS,true)); } }
}";

/// Three row groups of three rows each.
pub fn file() -> Vec<u8> {
    let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
    let key = |name: &str, value: &str| KeyValue::new(name.to_owned(), Some(value.to_owned()));
    let properties = WriterProperties::builder()
        .set_key_value_metadata(Some(vec![key("corpus", "x"), key("ARROW:schema", "AAAA")]))
        .set_sorting_columns(Some(vec![SortingColumn {
            column_idx: 0,
            descending: false,
            nulls_first: true,
        }]))
        .set_compression(Compression::SNAPPY)
        .set_column_compression(ColumnPath::from("text"), Compression::ZSTD(Default::default()))
        .build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
    for group in 0..3i64 {
        let mut out = writer.next_row_group().unwrap();
        let n = [1, 2, 3].map(|n| n + 3 * group);
        let string = |text: String| ByteArray::from(text.into_bytes());
        let mut number = 0;
        while let Some(mut c) = out.next_column().unwrap() {
            let levels: Option<&[i16]> = Some(&[1, 0, 1]);
            let two = [n[0], n[2]];
            match number {
                0 => c.typed::<Int64Type>().write_batch(&n, None, None),
                1 => c.typed::<ByteArrayType>().write_batch(
                    &n.map(|n| string(format!("text {n}"))),
                    Some(&[1, 1, 1]),
                    None,
                ),
                2 => c.typed::<Int96Type>().write_batch(
                    &n.map(|n| Int96::from(vec![n as u32, 0, 2_458_880])),
                    None,
                    None,
                ),
                3 => {
                    let values = two.map(|n| FixedLenByteArray::from(vec![0, 0, 0, 1, n as u8]));
                    c.typed::<FixedLenByteArrayType>().write_batch(&values, levels, None)
                }
                4 => c.typed::<Int32Type>().write_batch(&two.map(|n| n as i32 * 11), levels, None),
                5 => c.typed::<BoolType>().write_batch(&two.map(|n| n % 2 == 0), levels, None),
                6 => c.typed::<FloatType>().write_batch(&two.map(|n| n as f32 / 4.0), levels, None),
                7 => {
                    c.typed::<DoubleType>().write_batch(&two.map(|n| n as f64 / 8.0), levels, None)
                }
                // Lists of two structs, of none, and no list at all.
                8 => c.typed::<ByteArrayType>().write_batch(
                    &[string(format!("name {group}"))],
                    Some(&[4, 3, 1, 0]),
                    Some(&[0, 1, 0, 0]),
                ),
                9 => c.typed::<Int32Type>().write_batch(
                    &[5, 6],
                    Some(&[3, 3, 1, 0]),
                    Some(&[0, 1, 0, 0]),
                ),
                10 => {
                    let keys = ["a", "b", "c"].map(|k| string(k.into()));
                    c.typed::<ByteArrayType>().write_batch(
                        &keys,
                        Some(&[2, 2, 0, 2]),
                        Some(&[0, 1, 0, 0]),
                    )
                }
                11 => c.typed::<Int64Type>().write_batch(
                    &[1, 3],
                    Some(&[3, 2, 0, 3]),
                    Some(&[0, 1, 0, 0]),
                ),
                _ => c.typed::<Int64Type>().write_batch(&[n[0] * 1000], Some(&[2, 0, 1]), None),
            }
            .unwrap();
            c.close().unwrap();
            number += 1;
        }
        out.close().unwrap();
    }
    writer.into_inner().unwrap()
}

fn open(bytes: &[u8]) -> SerializedFileReader<bytes::Bytes> {
    SerializedFileReader::new(bytes::Bytes::copy_from_slice(bytes)).unwrap()
}

/// All rows as JSON.
pub fn rows(bytes: &[u8]) -> Vec<String> {
    open(bytes)
        .get_row_iter(None)
        .unwrap()
        .map(|row| row.unwrap().to_json_value().to_string())
        .collect()
}

/// The keys of the file's metadata.
pub fn keys(bytes: &[u8]) -> Vec<String> {
    open(bytes)
        .metadata()
        .file_metadata()
        .key_value_metadata()
        .unwrap()
        .iter()
        .map(|k| k.key.clone())
        .collect()
}

/// Panics where two files differ in anything but their rows and statistics.
pub fn same_but_rows(a: &[u8], b: &[u8]) {
    let (a, b) = (open(a), open(b));
    let (x, y) = (a.metadata(), b.metadata());
    assert_eq!(x.file_metadata().schema(), y.file_metadata().schema());
    assert_eq!(x.file_metadata().key_value_metadata(), y.file_metadata().key_value_metadata());
    for (g, h) in x.row_groups().iter().zip(y.row_groups()) {
        assert_eq!(g.sorting_columns(), h.sorting_columns());
        for (c, d) in g.columns().iter().zip(h.columns()) {
            assert_eq!((c.compression(), c.column_path()), (d.compression(), d.column_path()));
            assert_eq!(c.statistics().is_some(), d.statistics().is_some());
        }
    }
}
