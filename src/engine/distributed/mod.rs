//! The stages of a scan as functions from blocks of bytes to blocks of bytes, so that the engine of
//! a cluster can carry blocks and texts from one stage to the next. Never: carries them itself, or
//! finds anything that a scan in one process does not find.

pub mod block;
pub mod key_rows;
pub mod last_data;
mod last_plans;
mod last_stages;
mod pair_stages;
pub mod partial_corpus;
pub mod scan;
pub mod shared_corpus;
pub mod sorting;
pub mod stage;
pub mod stage_data;
pub mod stage_input;
mod work;
