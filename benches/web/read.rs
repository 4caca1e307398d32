//! Reads files as a scan does and discards the documents: it measures reading and the extraction of
//! articles from pages.
//!
//! `cargo run --release --example read_pages -- PATH [JSONL]` prints seconds and amounts as JSON;
//! with a second path it writes the documents there.

use nearcopy::ingest::{Input, InputOptions, read_each};
use std::io::{BufWriter, Write};
use std::sync::Mutex;
use std::time::Instant;

fn main() {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let Some(path) = paths.first() else { panic!("name a file to read") };
    let lines = paths
        .get(1)
        .map(|to| Mutex::new(BufWriter::new(std::fs::File::create(to).expect("a place to write"))));
    let amounts = Mutex::new((0_u64, 0_u64));
    let begun = Instant::now();
    let intake =
        read_each(&[Input::Path(path.into())], &InputOptions::default(), &|_| true, &|documents| {
            let mut amounts = amounts.lock().unwrap();
            for document in documents {
                amounts.0 += 1;
                amounts.1 += document.text.len() as u64;
                if let Some(lines) = &lines {
                    let line = serde_json::json!({"id": document.info.id,
                        "title": document.info.title, "source": document.info.source,
                        "date": document.info.date, "text": document.text});
                    writeln!(lines.lock().unwrap(), "{line}").expect("a place to write");
                }
            }
        });
    let seconds = begun.elapsed().as_secs_f64();
    let (documents, bytes) = *amounts.lock().unwrap();
    let skipped: u64 = intake.skipped.values().sum();
    println!(
        "{}",
        serde_json::json!({"seconds": seconds, "documents": documents, "text_bytes": bytes,
            "skipped": skipped})
    );
}
