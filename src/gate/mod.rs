//! The judgement of a scan by a policy, from findings to verdict. Owns: the decisions of a gate.
//! Never: a file, a clock, a message for a person.
//!
//! ```text
//! Findings -documents, findings-> single findings -ignores, known_findings-> their states
//!          -measures-> Verdict
//! ```

mod baseline;
mod bottom_k;
mod documents;
mod findings;
mod ignores;
mod judge;
mod known_documents;
mod known_findings;
mod measures;
mod policy;
mod repeat_places;
mod span_hashes;
pub(crate) mod verdict;

pub use baseline::Baseline;
pub use judge::judge;
pub use policy::{Bound, IgnoreRule, Limit, Matcher, Policy, Scope};
pub use verdict::{
    Finding, FindingKind, FindingPassage, FindingState, Ignore, Rule, SourceCounts, Stale, Verdict,
};
