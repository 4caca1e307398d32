//! Owns: reading the tables of a report back, as the JSON report that has the same content. Never:
//! writes one.

use bytes::Bytes;
use nearcopy::report::PARQUET_TABLES;
use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The tables of one report, as they are in their files.
pub struct Tables(pub BTreeMap<String, SerializedFileReader<Bytes>>);

type Row = Map<String, Value>;

impl Tables {
    pub fn open(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Tables {
        let open = |(name, bytes): (String, Vec<u8>)| {
            let table = name.strip_suffix(".parquet").unwrap().to_owned();
            (table, SerializedFileReader::new(Bytes::from(bytes)).unwrap())
        };
        let tables = Tables(files.into_iter().map(open).collect());
        let mut wanted = PARQUET_TABLES;
        wanted.sort_unstable();
        assert!(tables.0.keys().eq(&wanted));
        tables
    }

    pub fn of_folder(folder: &Path) -> Tables {
        let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
        Tables::open(
            entries.map(|e| (e.file_name().into_string().unwrap(), fs::read(e.path()).unwrap())),
        )
    }

    /// The rows of a table, without what is null.
    pub fn rows(&self, table: &str) -> Vec<Row> {
        let rows = self.0[table].get_row_iter(None).unwrap();
        rows.map(|row| without_nulls(row.unwrap().to_json_value()).as_object().unwrap().clone())
            .collect()
    }

    /// What every file says beside its rows.
    pub fn metadata(&self) -> Row {
        let of = |table: &String| -> Row {
            let file = self.0[table].metadata().file_metadata();
            let entries = file.key_value_metadata().unwrap().iter();
            let mut all: Row = entries
                .map(|e| {
                    let key = e.key.strip_prefix("nearcopy.").unwrap().to_owned();
                    (key, serde_json::from_str(e.value.as_deref().unwrap()).unwrap())
                })
                .collect();
            assert_eq!(all.remove("table"), Some(json!(table)));
            assert_eq!(*table, file.schema().name());
            all
        };
        let all: Vec<Row> = self.0.keys().map(of).collect();
        assert!(all.iter().all(|one| *one == all[0]), "every file says the same");
        all[0].clone()
    }

    /// The JSON report that has the content of the tables.
    pub fn json(&self) -> Value {
        let mut report = self.metadata();
        report.insert("documents".into(), json!(self.rows("documents")));
        report.insert("clusters".into(), self.clusters());
        let equal = grouped(self.rows("equal"), "class");
        report.insert("equal".into(), equal.into_iter().map(members).collect());
        let divided = grouped(self.rows("titles"), "divided_class");
        if !divided.is_empty() {
            let groups = |class| -> Value {
                grouped(class, "title_group").into_iter().map(members).collect()
            };
            report.insert("titles".into(), divided.into_iter().map(groups).collect());
        }
        report.insert("pairs".into(), self.pairs());
        report.insert("repeats".into(), self.repeats());
        Value::Object(report)
    }

    fn clusters(&self) -> Value {
        let cluster = |rows: Vec<Row>| {
            let mut cluster = rows[0].clone();
            assert!(rows.iter().all(|row| {
                let same = ["cluster_id", "representative", "weakest"];
                same.iter().all(|&name| row[name] == cluster[name])
            }));
            cluster.remove("member");
            let id = cluster.remove("cluster_id").unwrap();
            cluster.insert("id".into(), id);
            cluster.insert("members".into(), members(rows));
            Value::Object(cluster)
        };
        grouped(self.rows("clusters"), "cluster").into_iter().map(cluster).collect()
    }

    fn pairs(&self) -> Value {
        let mut matches = self.rows("matches").into_iter().peekable();
        let pairs = (0..).zip(self.rows("pairs")).map(|(number, mut pair)| {
            assert_eq!(pair.remove("pair"), Some(json!(number)));
            without_false(&mut pair, "whole_text");
            let [agree, compared] =
                ["facts_agree", "facts_compared"].map(|name| pair.remove(name).unwrap());
            pair.insert("facts".into(), json!({"agree": agree, "compared": compared}));
            let mut of_pair = vec![];
            while let Some(mut found) = matches.next_if(|m| m["pair"] == json!(number)) {
                assert_eq!(found.remove("match"), Some(json!(of_pair.len())));
                assert_eq!((&found["a"], &found["b"]), (&pair["a"], &pair["b"]));
                of_pair.push(json!({
                    "a": span(&found, "a_"),
                    "b": span(&found, "b_"),
                    "tokens": [found["a_tokens"], found["b_tokens"]],
                    "identity": found["identity"],
                    "blocks": found["blocks"].as_array().unwrap().iter().map(block)
                        .collect::<Vec<_>>(),
                }));
            }
            pair.insert("matches".into(), Value::Array(of_pair));
            Value::Object(pair)
        });
        let pairs = pairs.collect();
        assert_eq!(matches.next(), None, "every match is of a pair");
        pairs
    }

    fn repeats(&self) -> Value {
        let repeats = (0..).zip(self.rows("repeats")).map(|(number, mut repeat)| {
            assert_eq!(repeat.remove("repeat"), Some(json!(number)));
            without_false(&mut repeat, "note");
            for place in repeat["places"].as_array_mut().unwrap() {
                let mut made = span(place.as_object().unwrap(), "");
                made["document"] = place["document"].take();
                *place = made;
            }
            Value::Object(repeat)
        });
        repeats.collect()
    }
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let there = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(there.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(all) => all.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

/// JSON leaves such a flag out where it is not set.
fn without_false(row: &mut Row, name: &str) {
    if !row[name].as_bool().unwrap() {
        row.remove(name);
    }
}

/// Rows by their number, which counts from 0 and is removed.
fn grouped(rows: Vec<Row>, number: &str) -> Vec<Vec<Row>> {
    let mut groups: Vec<Vec<Row>> = vec![];
    for mut row in rows {
        let of = row.remove(number).unwrap().as_u64().unwrap() as usize;
        if of == groups.len() {
            groups.push(vec![]);
        }
        assert_eq!(of + 1, groups.len(), "numbers count from 0, in order");
        groups[of].push(row);
    }
    groups
}

fn members(rows: Vec<Row>) -> Value {
    rows.into_iter().map(|mut row| row.remove("member").unwrap()).collect()
}

fn span(row: &Row, prefix: &str) -> Value {
    let range = |from: &str, to: &str| {
        let both = [from, to].map(|name| row.get(&format!("{prefix}{name}")).cloned());
        let [from, to] = both;
        Some(json!([from?, to?]))
    };
    let mut made = json!({
        "bytes": range("byte_start", "byte_end").unwrap(),
        "chars": range("char_start", "char_end").unwrap(),
        "lines": range("line_first", "line_last").unwrap(),
    });
    if let Some(lines) = range("file_line_first", "file_line_last") {
        made["file_lines"] = lines;
    }
    made
}

fn block(block: &Value) -> Value {
    ["a_byte_start", "a_byte_end", "b_byte_start", "b_byte_end"].map(|n| block[n].clone()).into()
}
