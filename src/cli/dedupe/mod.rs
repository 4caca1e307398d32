//! `nearcopy dedupe`: its arguments, the order of its stages, and what it writes.

mod against;
mod args;
mod changes;
mod run;
mod write;
mod written;

pub use args::Dedupe;
