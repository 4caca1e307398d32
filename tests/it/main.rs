//! The integration tests, one program: each module holds what one part of nearcopy must do.
//!
//! `cargo test --test it check::` runs the tests of one module. `layers.rs` also compiles alone:
//! `rustc --edition 2024 --test tests/it/layers.rs`.

mod alignment;
#[cfg(feature = "web")]
mod archives;
#[cfg(feature = "cli")]
mod blocks;
#[cfg(feature = "index")]
mod builder;
#[cfg(feature = "cli")]
mod cases;
#[cfg(feature = "cli")]
mod check;
#[cfg(feature = "cli")]
mod cli;
#[cfg(feature = "cli")]
mod cli_parquet;
#[cfg(feature = "cli")]
mod cli_report;
#[cfg(feature = "cli")]
mod cli_scan;
#[cfg(feature = "cli")]
mod console;
#[cfg(feature = "cli")]
mod dedupe;
#[cfg(feature = "ingest")]
mod dialect_files;
#[cfg(feature = "cli")]
mod distributed;
mod documents;
#[cfg(all(feature = "emit", feature = "csv", feature = "parquet"))]
mod emit;
#[cfg(feature = "cli")]
mod everyday;
#[cfg(feature = "cli")]
mod exit_codes;
#[cfg(all(feature = "cli", target_os = "linux", target_arch = "x86_64"))]
mod faults;
#[cfg(feature = "cli")]
mod flags;
#[cfg(feature = "cli")]
mod format_damage;
#[cfg(all(feature = "html", feature = "reports"))]
mod formats;
mod frozen;
#[cfg(all(
    feature = "csv",
    feature = "emit",
    feature = "index",
    feature = "parquet",
    feature = "web"
))]
mod fuzz_corpus;
mod gate;
mod growth;
#[cfg(feature = "cli")]
mod handed_out;
#[cfg(all(feature = "cli", unix))]
mod harmless;
#[cfg(feature = "index")]
mod index;
#[cfg(feature = "cli")]
mod index_cli;
#[cfg(feature = "cli")]
mod index_damage;
#[cfg(feature = "index")]
mod index_process;
#[cfg(feature = "ingest")]
mod ingest;
mod issues;
#[cfg(all(feature = "cli", feature = "index", unix))]
mod kills;
mod laws;
mod layers;
mod naive;
mod news;
mod notices;
mod oracle;
#[cfg(feature = "cli")]
mod pages;
#[cfg(feature = "cli")]
mod parquet_file;
#[cfg(feature = "cli")]
mod program;
#[cfg(any(feature = "index", feature = "cli"))]
mod random;
#[cfg(feature = "cli")]
mod read_in_part;
mod removal;
mod report;
#[cfg(feature = "parquet")]
mod report_tables;
mod reports;
mod sample;
#[cfg(feature = "cli")]
mod scratch;
#[cfg(feature = "ingest")]
mod seeds;
#[cfg(feature = "cli")]
mod stages;
#[cfg(feature = "cli")]
mod survivors;
#[cfg(all(feature = "csv", feature = "parquet"))]
mod tables;
#[cfg(feature = "cli")]
mod web;
#[cfg(feature = "cli")]
mod without_text;
