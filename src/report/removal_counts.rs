//! Owns: the counts of a cleaning: by kind, by source, in tokens. Never: removes anything.

use crate::clean::plan::{RemovalReason, RemovedDocument};
use crate::report::input::CleaningReport;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The removed documents of a source, or of the corpus, and the total that they are a part of.
#[derive(Default)]
pub struct RemovedTokens {
    pub documents: u64,
    pub of: u64,
}

/// The counts of a plan.
pub struct RemovalCounts {
    pub kinds: BTreeMap<&'static str, u64>,
    pub sources: BTreeMap<Option<Arc<str>>, RemovedTokens>,
    pub documents: RemovedTokens,
    pub removed_tokens: u64,
    pub cut_tokens: u64,
    pub tokens: u64,
    /// The number of documents without a token.
    pub without_text: u64,
    /// The number of pages that were read in part.
    pub parts: u64,
}

impl RemovalCounts {
    pub fn new(cleaned: CleaningReport) -> RemovalCounts {
        let CleaningReport { findings, plan, .. } = cleaned;
        let tokens = |n: u32| u64::from(findings.tokens(n));
        let mut out = RemovalCounts {
            kinds: BTreeMap::new(),
            sources: BTreeMap::new(),
            documents: RemovedTokens::default(),
            removed_tokens: plan.removed.iter().map(|g| tokens(g.document)).sum(),
            cut_tokens: plan.cuts.iter().map(|c| u64::from(c.tokens)).sum(),
            tokens: 0,
            without_text: 0,
            parts: 0,
        };
        for n in 0..findings.documents.count() as u32 {
            let info = findings.documents.info(n as usize);
            if info.reference {
                continue;
            }
            out.tokens += tokens(n);
            out.without_text += u64::from(tokens(n) == 0);
            out.parts += u64::from(info.is_part());
            out.documents.of += 1;
            out.sources.entry(info.source.clone()).or_default().of += 1;
        }
        for g in &plan.removed {
            *out.kinds.entry(kind(g)).or_default() += 1;
            out.documents.documents += 1;
            let source = findings.documents.info(g.document as usize).source.clone();
            out.sources.entry(source).or_default().documents += 1;
        }
        out
    }
}

/// Returns the name of the kind of a removal.
pub const fn kind(removed: &RemovedDocument) -> &'static str {
    match removed.why {
        RemovalReason::Copy { relation, .. } => relation.name(),
        RemovalReason::Short { .. } => "too-short",
    }
}
