//! The command line: one file per subcommand, and what they share. Uses the public API only; never
//! finds anything itself.

mod amount;
mod background;
mod baseline_ref;
mod beside;
mod check;
mod compare;
mod config;
mod counting_allocator;
mod dedupe;
mod exit;
mod explain;
mod flag_macro;
mod flag_values;
mod flags;
mod gate;
mod generate;
mod index;
mod init;
mod input_flags;
mod interrupt;
mod machine_memory;
mod messages;
mod named_documents;
mod output;
mod output_layout;
mod outputs;
mod pairs_file;
mod paths;
mod piped_input;
mod program;
mod progress;
mod read_corpus;
mod recipe;
mod removal_limit;
mod report;
mod scan;
mod settings;
mod staged_output;
mod table_folder;
mod target;
mod timings;
mod usage_hints;
mod version;

pub use counting_allocator::CountingAllocator;
pub use program::main;
