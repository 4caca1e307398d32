//! Owns: the documents as a gate sees them: where each stands, which survives, what its words hash to. Never: a finding.

use crate::error::Result;
use crate::hash;
use crate::model::document::Documents;
use crate::pair::cluster::survivor;
use crate::report::Findings;
use crate::text::token::{Tokens, tokenize};
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// No cluster.
pub(super) const NONE: u32 = u32::MAX;

/// All documents.
pub(super) struct Survey<'a> {
    pub findings: Findings<'a>,
    /// Place of each document in the order of the survivor policy.
    pub rank: Vec<u32>,
    /// Hash of each document's normalised tokens.
    pub hash: Vec<u64>,
    /// The first document of its class of equal texts, by number.
    pub first: Vec<u32>,
    /// The cluster that holds it, or [`NONE`].
    pub cluster: Vec<u32>,
    /// Every place.
    pub places: HashSet<&'a str>,
    /// How many records of a text stand at a place that several share.
    pub records: HashMap<(&'a str, u64), u32>,
}

/// The text of a document.
pub(super) fn text(documents: &dyn Documents, number: u32) -> Result<Cow<'_, str>> {
    documents.text(number as usize)
}

/// What its words hash to; a text without words hashes to its bytes.
pub(super) fn text_hash(text: &str, tokens: &Tokens) -> u64 {
    match tokens.is_empty() {
        true => hash::mix(hash::bytes(text.as_bytes())),
        false => hash::wide(tokens.hashes.iter().copied()) as u64,
    }
}

impl<'a> Survey<'a> {
    /// Reads every text once. Cost: that, and a sort of the documents.
    pub fn new(findings: Findings<'a>) -> Result<Survey<'a>> {
        let (documents, found) = (findings.documents, findings.detection);
        let count = documents.count() as u32;
        let hash = (0..count)
            .into_par_iter()
            .map(|n| text(documents, n).map(|text| text_hash(&text, &tokenize(&text))))
            .collect::<Result<Vec<u64>>>()?;
        let tokens = |n: u32| found.tokens.get(n as usize).copied().unwrap_or(0);
        let view = |n: u32| (documents.info(n as usize), tokens(n), n);
        let mut order: Vec<u32> = (0..count).collect();
        order.par_sort_by(|&x, &y| {
            let (a, b) = (view(x), view(y));
            b.0.reference.cmp(&a.0.reference).then_with(|| survivor(&found.thresholds.keep, a, b))
        });
        let mut rank = vec![0; count as usize];
        order.iter().zip(0..).for_each(|(&n, place)| rank[n as usize] = place);
        let mut first: Vec<u32> = (0..count).collect();
        for class in &found.equal {
            class.iter().for_each(|&n| first[n as usize] = class[0]);
        }
        let mut cluster = vec![NONE; count as usize];
        for (n, c) in found.clusters.iter().enumerate() {
            c.members.iter().for_each(|&m| cluster[m as usize] = n as u32);
        }
        let mut survey = Survey { findings, rank, hash, first, cluster, places: HashSet::new(), records: HashMap::new() };
        survey.places = (0..count).map(|n| survey.place(n).0).collect();
        for n in 0..count {
            let (place, shared) = survey.place(n);
            if shared {
                *survey.records.entry((place, survey.hash[n as usize])).or_default() += 1;
            }
        }
        Ok(survey)
    }

    /// Where a document stands: its id; its path, where the id is only the path and the number of the record. Then others stand there too,
    /// which is the second answer.
    pub fn place(&self, number: u32) -> (&'a str, bool) {
        let info = self.findings.documents.info(number as usize);
        let implicit = |path: &&str| {
            let rest = info.id.strip_prefix(*path).and_then(|rest| rest.strip_prefix(':'));
            rest.zip(info.record).is_some_and(|(digits, record)| digits == record.to_string())
        };
        match info.path.as_deref().filter(implicit) {
            Some(path) => (path, true),
            None => (&info.id, false),
        }
    }

    /// The id of a document.
    pub fn id(&self, number: u32) -> &'a str {
        &self.findings.documents.info(number as usize).id
    }

    /// What hangs together with a document: its cluster, or itself.
    pub fn kin(&self, number: u32) -> &[u32] {
        match self.cluster[number as usize] {
            NONE => std::slice::from_ref(&self.first[number as usize]),
            cluster => &self.findings.detection.clusters[cluster as usize].members,
        }
    }

    /// The documents of the same text, this one among them.
    pub fn class(&self, number: u32) -> &[u32] {
        let (equal, first) = (&self.findings.detection.equal, &self.first[number as usize]);
        match equal.binary_search_by_key(first, |class| class[0]) {
            Ok(at) => &equal[at],
            Err(_) => std::slice::from_ref(first),
        }
    }
}
