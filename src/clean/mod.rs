//! The decision of what is removed, from findings: whole documents, and passages as far as they are
//! whole sentences.

mod abridged;
pub(crate) mod decide;
pub(crate) mod documents;
mod partners;
pub(crate) mod plan;
pub(crate) mod removal;
mod repeat_cuts;

pub use decide::{Cleaning, clean, removal};
pub use plan::{Cut, CutCause, Plan, RemovalReason, RemovedDocument};
pub use removal::Removal;
