//! Owns: what a gate's report says in the formats of other programs, on verdicts made by hand. Never: runs a scan or a gate.

mod gate;
mod hostile;
mod places;
#[path = "../report/sample.rs"]
#[allow(dead_code)]
mod sample;
mod says;
