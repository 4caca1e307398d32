//! A persistent index: documents are added one by one, and a query takes about a millisecond.
//!
//! ```text
//! document -fingerprint-> keys -lookup-> candidates -compare (texts again)-> sightings
//!                          \-> a pending row -> a sorted run -> a larger run
//! ```

mod add;
mod against_index;
mod answer;
mod commit_queue;
mod compact;
mod get;
mod group_commit;
mod handle;
mod lookup;
mod memtable;
mod merge;
mod notes;
mod posting_list;
mod query;
mod rows;
mod snapshot;
mod store;
mod verify;
mod write;

pub use add::{AddedCounts, CheckOutcome, CheckedDocument};
pub use against_index::AgainstIndex;
pub use answer::{QueryAnswer, Sighting};
pub use handle::{Index, IndexOptions};
pub use verify::{IndexStats, Verification};
pub use write::{Added, SameId};
