//! Owns: the columns of each table of a report, and their types. Never: their values.
//!
//! Columns have the names of the JSON report's fields; what is a path or a range there is one name
//! here, such as `a_byte_start` of `a.bytes[0]`. Numbers have signs: differences of unsigned ones
//! overflow in SQL.

use ::parquet::errors::Result;
use ::parquet::schema::parser::parse_message_type;
use ::parquet::schema::types::TypePtr;
use std::sync::Arc;

/// The names of the tables of a report, each a file with the ending `.parquet`, in the order in
/// which [`parquet()`](crate::report::parquet()) creates them.
pub const PARQUET_TABLES: [&str; 7] =
    ["documents", "clusters", "equal", "titles", "pairs", "matches", "repeats"];

const DOCUMENTS: &str = "
    required binary id (STRING);
    optional binary title (STRING);
    optional binary path (STRING);
    optional int64 record;
    optional binary source (STRING);
    optional binary date (STRING);
    optional binary read (STRING);
    optional double read_share;
    required int64 tokens;
    required int64 bytes;";

/// A row is a member, so its cluster's id is not called `id`: that is what a join with documents
/// would take.
const CLUSTERS: &str = "
    required int64 cluster;
    required binary cluster_id (STRING);
    required binary representative (STRING);
    required binary member (STRING);
    required double weakest;";

/// A row is a member.
const EQUAL: &str = "
    required int64 class;
    required binary member (STRING);";

/// A row is a member.
const TITLES: &str = "
    required int64 divided_class;
    required int64 title_group;
    required binary member (STRING);";

const PAIRS: &str = "
    required int64 pair;
    required binary a (STRING);
    required binary b (STRING);
    required binary relation (STRING);
    optional binary earlier (STRING);
    required double resemblance;
    required double containment_a;
    required double containment_b;
    required double coverage_a;
    required double coverage_b;
    optional double equal_words_a;
    optional double equal_words_b;
    required boolean whole_text;
    required int64 facts_agree;
    required int64 facts_compared;
    optional binary why (STRING);";

const MATCHES: &str = "
    required int64 pair;
    required int64 match;
    required binary a (STRING);
    required binary b (STRING);
    SPAN_OF a_
    required int64 a_tokens;
    SPAN_OF b_
    required int64 b_tokens;
    required double identity;
    required group blocks (LIST) { repeated group list { required group element {
        required int64 a_byte_start;
        required int64 a_byte_end;
        required int64 b_byte_start;
        required int64 b_byte_end;
    } } }";

const REPEATS: &str = "
    required int64 repeat;
    required binary text (STRING);
    required int64 count;
    required int64 documents;
    required int64 tokens;
    required boolean paragraph;
    optional int64 period;
    required boolean boilerplate;
    required boolean note;
    required group places (LIST) { repeated group list { required group element {
        required binary document (STRING);
        SPAN_OF
    } } }";

/// Stands for the columns of a span, after which comes the beginning of their names.
const SPAN_OF: &str = "SPAN_OF";

fn span(prefix: &str) -> String {
    let of = |kind: &str, name: &str| format!("{kind} int64 {prefix}{name};\n");
    let ranges = ["byte_start", "byte_end", "char_start", "char_end", "line_first", "line_last"];
    let required: String = ranges.iter().map(|name| of("required", name)).collect();
    required + &of("optional", "file_line_first") + &of("optional", "file_line_last")
}

/// The schema of a table.
pub fn schema(table: &str) -> Result<TypePtr> {
    let columns = match table {
        "documents" => DOCUMENTS,
        "clusters" => CLUSTERS,
        "equal" => EQUAL,
        "titles" => TITLES,
        "pairs" => PAIRS,
        "matches" => MATCHES,
        _ => REPEATS,
    };
    let mut message = format!("message {table} {{");
    for line in columns.lines() {
        match line.trim().strip_prefix(SPAN_OF) {
            Some(prefix) => message += &span(prefix.trim()),
            None => message += line,
        }
    }
    parse_message_type(&(message + "}")).map(Arc::new)
}
