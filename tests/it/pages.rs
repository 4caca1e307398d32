//! The behaviour pages of `tests/cases/dedupe`, `check` and `index`: little articles, commands, and
//! what these answer.
//!
//! Articles are records of `news.jsonl`, or of the file that they name; a `jsonl` block holds lines
//! of a file as they are, and a `toml` block is `nearcopy.toml`. Commands stand in `console` blocks
//! and run in the order of the page. A `left` block says what `clean.jsonl` holds, with the text of
//! each article that was cut; a `removed` block what `removed.jsonl` says of each article that went
//! (how it relates to the one that stays, the share of its words that match, the share of the
//! other's) and of each passage that was cut. `UPDATE=1 cargo test --test it pages` writes the
//! answers into the pages; a person then reads them.

use crate::blocks::{Block, blocks, difference, document, quoted, rewritten, update};
use crate::console::Console;
use crate::scratch::{Here, lines};
use nearcopy::Document;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

/// Writes the articles and settings of a page.
fn written(blocks: &[Block]) -> (Here, Vec<Document>) {
    let (here, mut documents) = (Here::new(), vec![]);
    let mut files: BTreeMap<&str, String> = BTreeMap::new();
    for block in blocks.iter().filter(|b| b.kind() == "text") {
        let document = document(block);
        let file = block.fields().find(|f| f.0 == "file").map_or("news.jsonl", |f| f.1);
        let mut record = json!({"id": document.info.id, "text": document.text});
        let info = &document.info;
        for (name, value) in
            [("title", &info.title), ("source", &info.source), ("date", &info.date)]
        {
            if let Some(value) = value {
                record[name] = json!(value);
            }
        }
        if let Some(read) = info.read {
            record["read"] = json!(read.extent.name());
        }
        *files.entry(file).or_default() += &format!("{record}\n");
        documents.push(document);
    }
    for block in blocks.iter().filter(|b| b.kind() == "jsonl") {
        let (_, file) = block.fields().find(|f| f.0 == "file").expect("file=NAME");
        *files.entry(file).or_default() += block.inside;
    }
    files.iter().for_each(|(name, records)| here.write(name, records));
    if let Some(settings) = blocks.iter().find(|b| b.kind() == "toml") {
        here.write("nearcopy.toml", settings.inside);
    }
    (here, documents)
}

/// The documents that stay, and what is left of those that were cut.
fn left(here: &Here, documents: &[Document]) -> String {
    let mut out = String::new();
    for record in lines(&here.read("clean.jsonl")) {
        let (id, text) = (record["id"].as_str().unwrap(), record["text"].as_str().unwrap());
        let _ = writeln!(out, "{id}");
        if !documents.iter().any(|d| &*d.info.id == id && d.text == text) {
            out.extend(text.lines().map(|line| format!("  {line}").trim_end().to_owned() + "\n"));
        }
    }
    out
}

/// What went, and because of what.
fn removed(here: &Here) -> String {
    let mut out = String::new();
    for gone in lines(&here.read("removed.jsonl")) {
        let field = |name: &str| gone[name].as_str().unwrap_or("nothing");
        let (id, partner) = (field("id"), field("partner"));
        let _ = match field("kind") {
            "document" => {
                let share =
                    |name: &str| gone[name].as_f64().map_or("?".into(), |s| format!("{s:.2}"));
                let (of_it, of_the_other) = (share("coverage"), share("partner_coverage"));
                writeln!(out, "{id} {} {partner} {of_it} {of_the_other}", field("relation"))
            }
            kind => {
                let bytes = |n: usize| gone["bytes"][n].as_u64().unwrap();
                let passage = quoted(field("text"));
                let stays = if gone["partner"] == Value::Null {
                    String::new()
                } else {
                    format!(", stays in {partner}")
                };
                writeln!(out, "{id} {}..{} {kind} {passage}{stays}", bytes(0), bytes(1))
            }
        };
    }
    if out.is_empty() { "nothing\n".into() } else { out }
}

/// The page as it should be, and what can only be mended by hand.
fn run(page: &str) -> (String, String) {
    let blocks = blocks(page);
    let (here, documents) = written(&blocks);
    let mut console = Console::new(here.path());
    let (mut new, mut by_hand) = (vec![], String::new());
    for block in &blocks {
        let inside = match block.kind() {
            "text" | "jsonl" | "toml" => continue,
            "console" => {
                let (anew, wrong) = console.run(block.inside);
                by_hand += &wrong;
                anew
            }
            "left" if here.file("clean.jsonl").exists() => left(&here, &documents),
            "removed" if here.file("removed.jsonl").exists() => removed(&here),
            "left" | "removed" => "not written\n".into(),
            kind => panic!("{kind} is not text, jsonl, toml, console, left or removed"),
        };
        new.push((block.at.clone(), inside));
    }
    (rewritten(page, &new), by_hand)
}

fn every_page_of(folder: &str) {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 5, "pages of {folder} are missing");
    let mut wrong = String::new();
    for file in files {
        let page = fs::read_to_string(&file).unwrap();
        let (anew, by_hand) = run(&page);
        if update() && anew != page {
            fs::write(&file, &anew).unwrap();
        }
        if !by_hand.is_empty() || anew != page && !update() {
            let _ = write!(wrong, "\n== {}\n{}{by_hand}", file.display(), difference(&page, &anew));
        }
    }
    let advice = "if this is right: UPDATE=1 cargo test --test it pages, and read the pages";
    assert!(wrong.is_empty(), "these pages should say:{wrong}\n{advice}");
}

#[test]
fn the_pages_of_dedupe_say_what_goes_and_why() {
    every_page_of("tests/cases/dedupe");
}

#[test]
fn the_pages_of_check_say_the_verdict_and_its_findings() {
    every_page_of("tests/cases/check");
}

#[test]
fn the_pages_of_index_say_what_it_answers() {
    every_page_of("tests/cases/index");
}

#[test]
fn a_wrong_answer_on_a_page_is_caught() {
    let page = "```text id=a\nOne two three four five six seven eight nine ten.\n```\n\n\
        ```console\n$ nearcopy dedupe news.jsonl -o clean.jsonl --removed removed.jsonl \
        -q\n…\n```\n\n\
        ```removed\nnothing\n```\n\n```left\na\n```\n";
    assert_eq!(run(page), (page.to_owned(), String::new()));
    let wrong =
        page.replace("left\na\n", "left\nb\n").replace("removed\nnothing\n", "removed\na\n");
    assert_eq!(run(&wrong).0, page);
    assert!(run(&page.replace("-q\n…\n", "-q\n…\nno such line\n")).1.contains("prints:"));
}
