//! `nearcopy index`: one file a subcommand or two, and what they share. Never: finds or keeps
//! anything itself.

mod add;
mod amounts;
mod args;
mod command;
mod export;
mod feed;
mod look;
mod make;
mod place;
mod query;
mod remove;

pub use command::Index;
pub use place::mixed;
