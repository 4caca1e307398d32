//! Owns: `nearcopy explain`, one document or pair through every stage with the actual numbers. Never: computes them.
//!
//! Not offered yet: once the library can explain, add `run` here and the variant in `mod.rs`.

use super::settings::SettingArgs;
use std::path::PathBuf;

/// Shows one document, or a pair, at every stage
#[derive(Debug, clap::Args)]
#[allow(dead_code)]
pub struct Explain {
    /// A file, or an id with --in
    #[arg(value_name = "DOC", allow_hyphen_values = false)]
    doc: String,

    /// A second one: the pair is explained
    #[arg(value_name = "DOC2")]
    other: Option<String>,

    /// The corpus that ids are looked up in
    #[arg(long = "in", value_name = "PATH", num_args = 1.., help_heading = "Input")]
    within: Vec<PathBuf>,

    #[command(flatten)]
    settings: SettingArgs,
}
