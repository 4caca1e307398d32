//! Replays the fuzz corpora through the checks of the fuzz targets.

#[path = "../../fuzz/checks.rs"]
mod checks;

use std::fs;

fn replay(target: &str, check: fn(&[u8])) {
    let folder = format!("fuzz/corpus/{target}");
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 10, "{folder} holds {} files", files.len());
    for file in files {
        let data = fs::read(&file).unwrap();
        if let Err(why) = std::panic::catch_unwind(|| check(&data)) {
            eprintln!("{}", file.display());
            std::panic::resume_unwind(why);
        }
    }
}

#[test]
fn tokenize() {
    replay("tokenize", checks::tokenize);
}

#[test]
fn jsonl() {
    replay("jsonl", checks::jsonl);
}

#[test]
fn tables() {
    replay("tables", checks::tables);
}

#[test]
fn web() {
    replay("web", checks::web);
}

#[test]
fn arc() {
    replay("arc", checks::arc);
}

#[test]
fn heads() {
    replay("heads", checks::heads);
}

#[test]
fn decode() {
    replay("decode", checks::decode);
}

#[test]
fn compare() {
    replay("compare", checks::compare);
}

#[test]
fn index() {
    replay("index", checks::index);
}

#[test]
fn dedupe() {
    replay("dedupe", checks::dedupe);
}
