//! Owns: which columns of a Parquet file hold the fields of documents, and whether the file is a
//! table of a report instead. Never: reads a row.

use crate::ingest::field_names::{PARTS, PerRole, READ, READ_RAW, TEXT, TITLE};
use crate::ingest::problem::Reason;
use crate::ingest::record::Context;
use crate::ingest::shared_file::SharedFile;
use crate::model::findings::TABLE_KEY;
use ::parquet::basic::{ConvertedType, LogicalType, Type};
use ::parquet::file::metadata::ParquetMetaData;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::schema::types::ColumnDescriptor;

/// Why a table of a report has no documents, although `repeats` has a column of texts.
const REPORT: &str = "it is a table of a nearcopy report, which has findings and no documents; \
                      nothing was read: name its texts with --text-field NAME if they are meant";

/// The column of each role, and the rank of its name.
pub(crate) type Columns = PerRole<Option<(usize, usize)>>;

/// The name of the table of a report that a file holds, as the report wrote it.
pub(super) fn report_table(metadata: &ParquetMetaData) -> Option<&str> {
    let all = metadata.file_metadata().key_value_metadata()?;
    all.iter().find(|entry| entry.key == TABLE_KEY)?.value.as_deref()
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
pub(super) fn column_names(reader: &SerializedFileReader<SharedFile>) -> Vec<String> {
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
        let guessed_title = role == TITLE && !context.fields.explicit[TITLE];
        let text = role == TEXT || PARTS.contains(&role);
        let strings = text || matches!(role, READ | READ_RAW) || guessed_title;
        if strings { textual(&leaves[c]) } else { simple(&leaves[c]) }
    });
    if !context.fields.explicit[TEXT] && report_table(reader.metadata()).is_some() {
        return Err((Reason::NoText, REPORT.into()));
    }
    if context.fields.has_text(&found) {
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
