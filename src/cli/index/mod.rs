//! `nearcopy index`: one file per subcommand or two, and what they share. Never: finds or stores
//! anything itself.

mod add;
mod amounts;
mod args;
mod batch_reader;
mod command;
mod create_compact;
mod export;
mod inspect;
mod open_index;
mod query;
mod remove;

pub use command::Index;
pub use open_index::incompatible_settings;
