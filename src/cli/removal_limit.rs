//! Owns: the check that a cleaning does not remove too much. Never: decides what is removed.

use super::amount::Amount;
use super::messages::{clean, count};
use nearcopy::clean::RemovalReason;
use nearcopy::report::CleaningReport;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A source with fewer documents may lose them all: three reprints of an aggregator are no
/// accident.
const SMALL: u64 = 10;

/// The message about a removal that exceeds the limit; `None` where it does not. The removal of a
/// document whose id the index knew is no accident.
pub fn limit_message(
    cleaned: CleaningReport,
    most: Amount,
    known: &HashSet<String>,
) -> Option<String> {
    let documents = cleaned.findings.documents;
    let mut sources: HashMap<Option<Arc<str>>, (u64, u64)> = HashMap::new();
    let mut all = (0, 0);
    for info in (0..documents.count()).map(|n| documents.info(n)).filter(|info| !info.reference) {
        sources.entry(info.source.clone()).or_default().1 += 1;
        all.1 += 1;
    }
    let removed = cleaned.plan.removed.iter().map(|g| documents.info(g.document as usize));
    for info in removed.filter(|info| !known.contains(&info.id)) {
        sources.entry(info.source.clone()).or_default().0 += 1;
        all.0 += 1;
    }
    if most.exceeded(all.0, all.1) {
        return Some(message(cleaned, most, all, None));
    }
    let too_much = |(name, (removed, of)): (Option<Arc<str>>, (u64, u64))| {
        let name = name.filter(|_| of >= SMALL && most.exceeded(removed, of))?;
        Some((name.as_ref().to_owned(), (removed, of)))
    };
    let mut hit: Vec<(String, (u64, u64))> = sources.into_iter().filter_map(too_much).collect();
    hit.sort_by(|x, y| (y.1.0, &x.0).cmp(&(x.1.0, &y.0)));
    hit.first().map(|(name, counts)| message(cleaned, most, *counts, Some(name)))
}

fn message(
    cleaned: CleaningReport,
    most: Amount,
    (removed, of): (u64, u64),
    source: Option<&str>,
) -> String {
    let documents = cleaned.findings.documents;
    let scope = source.map(|s| format!(" of source {:?}", clean(s))).unwrap_or_default();
    let percent = removed as f64 / of.max(1) as f64 * 100.0;
    let mut text = format!(
        "{removed} of {}{scope} ({percent:.0}%) would be removed, more than --max-removed {most} \
         allows",
        count(of, "document")
    );
    let mut blame: HashMap<u32, Vec<u32>> = HashMap::new();
    for g in &cleaned.plan.removed {
        let here = documents.info(g.document as usize).source.clone();
        if let RemovalReason::Copy { partner, .. } = g.why
            && source.is_none_or(|s| here.as_deref() == Some(s))
        {
            blame.entry(partner).or_default().push(g.document);
        }
    }
    if let Some((&partner, copies)) =
        blame.iter().max_by_key(|(partner, copies)| (copies.len(), std::cmp::Reverse(**partner)))
    {
        let id = |n: u32| clean(&documents.id(n as usize));
        let some: Vec<String> = copies.iter().take(3).map(|&n| id(n)).collect();
        let more = if copies.len() > 3 {
            format!(" and {} more", copies.len() - 3)
        } else {
            String::new()
        };
        text.push_str(&format!(
            "\n  most of them because of {}, whose cluster loses {}: {}{more}",
            id(partner),
            copies.len(),
            some.join(", ")
        ));
    }
    text
}
