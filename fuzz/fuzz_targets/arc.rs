//! See `checks.rs`, which `cargo test` replays the corpus through as well.
#![no_main]

#[path = "../checks.rs"]
#[allow(dead_code)]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::arc(data));
