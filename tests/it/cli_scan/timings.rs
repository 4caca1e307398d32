//! What a run took, `--timings`: a table for a person, and in a report for programs.

use super::corpus;
use crate::program::run_with;
use serde_json::{Value, json};

#[test]
fn what_a_run_took_is_shown_where_it_is_asked_for() {
    let dir = corpus();
    let scan = ["scan", ".", "--format", "json"];
    let (_, plain, err) = run_with(dir.path(), &scan, "");
    assert!(err.is_empty(), "{err}");
    let plain: Value = serde_json::from_str(&plain).unwrap();
    assert_eq!(plain["timings"], Value::Null);
    let timed = |format| {
        let (code, out, table) =
            run_with(dir.path(), &["scan", ".", "--timings", "--format", format], "");
        assert_eq!(code, 0);
        // The table comes on top of what a run says, whatever the format.
        for word in ["stage", "read", "fingerprint", "compare", "report", "all", "MB/s"] {
            assert!(table.contains(word), "{word}: {table}");
        }
        out
    };
    let mut report: Value = serde_json::from_str(&timed("json")).unwrap();
    let timings = report["timings"].take();
    report.as_object_mut().unwrap().remove("timings");
    assert_eq!(report, plain, "nothing else changes");
    assert_eq!(timings["bytes"], plain["summary"]["bytes"]);
    let stages = timings["stages"].as_array().unwrap();
    let read = stages.iter().find(|stage| stage["stage"] == "fingerprint").unwrap();
    assert_eq!(read["tokenized_bytes"], timings["bytes"], "each text is read once for its keys");
    assert!(read["seconds"].as_f64().unwrap() >= 0.0 && read["allocations"].as_u64().unwrap() > 0);
    let lines = timed("jsonl");
    let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert_eq!((&last["type"], &last["bytes"]), (&json!("timings"), &timings["bytes"]));
}
