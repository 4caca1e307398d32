//! Owns: the document table of a gate: the place, the survivor rank and the text hash of each
//! document. Never: a finding.

use crate::error::Result;
use crate::model::findings::Findings;
use crate::pair::cluster::{SurvivorKey, in_survivor_order};
use crate::pair::whole_evidence::are_copies;
use crate::text::same_text::identity;
use crate::text::token::tokenize;
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

/// The documents of a scan.
pub(super) struct DocumentTable<'a> {
    pub findings: Findings<'a>,
    /// The rank of each document in the order of the survivor policy.
    pub rank: Vec<u32>,
    /// The lower 64 bits of each text's [`identity`]; 0 where it has none.
    pub hash: Vec<u64>,
    /// For each document, the first document of its class of equal texts, by number.
    pub first: Vec<u32>,
    /// The cluster of each document.
    pub cluster: Vec<Option<u32>>,
    /// The places, which only a baseline asks for.
    places: OnceLock<Places>,
}

/// The places of all documents.
#[derive(Default)]
struct Places {
    all: HashSet<String>,
    /// For places that several documents share, the number of records of each text.
    records: HashMap<String, HashMap<u64, u32>>,
}

impl<'a> DocumentTable<'a> {
    /// Reads every text once. Cost: that, and a sort of the documents.
    pub fn new(findings: Findings<'a>) -> Result<DocumentTable<'a>> {
        let documents = findings.documents;
        let count = documents.count() as u32;
        let hash = |n: u32| {
            // A text without an identity is part of no finding.
            let of = |text: &str| identity(&tokenize(text)).map_or(0, |hash| hash as u64);
            documents.text(n as usize).map(|text| of(&text))
        };
        let hash = (0..count).into_par_iter().map(hash).collect::<Result<Vec<u64>>>()?;
        let key = |n: u32| SurvivorKey::new(&documents.info(n as usize), findings.tokens(n), n);
        let keys = (0..count).into_par_iter().map(key).collect();
        let order = in_survivor_order(&findings.detection.thresholds.keep, keys);
        let mut rank = vec![0; count as usize];
        order.iter().zip(0..).for_each(|(&n, place)| rank[n as usize] = place);
        let (first, cluster) = (findings.first_of_class(), findings.cluster_of());
        Ok(DocumentTable { findings, rank, hash, first, cluster, places: OnceLock::new() })
    }

    fn places(&self) -> &Places {
        self.places.get_or_init(|| {
            let mut places = Places::default();
            for (n, hash) in (0..).zip(&self.hash) {
                let (place, shared) = self.place(n);
                if shared {
                    let texts = places.records.entry(place.clone().into_owned()).or_default();
                    *texts.entry(*hash).or_default() += 1;
                }
                places.all.insert(place.into_owned());
            }
            places
        })
    }

    /// Whether some document has this place.
    pub fn has_place(&self, place: &str) -> bool {
        self.places().all.contains(place)
    }

    /// Whether either of two documents can be removed because the other one stays, by how much of
    /// their pages was read.
    pub fn are_copies(&self, a: u32, b: u32) -> bool {
        let [x, y] = [a, b].map(|n| self.findings.documents.info(n as usize));
        are_copies(&x, &y, self.hash[a as usize] == self.hash[b as usize])
    }

    /// The document at which a finding of a class is reported, by the first of the class: that one,
    /// or where it is a page that was read in part, the first one that is whole.
    pub fn reported_of_class(&self, first: u32) -> u32 {
        let is_part = |n: u32| self.findings.documents.info(n as usize).is_part();
        if !is_part(first) {
            return first;
        }
        let classes = &self.findings.detection.equal;
        let class = classes.binary_search_by_key(&first, |c| c[0]).map_or(&[][..], |c| &classes[c]);
        let whole = class.iter().copied().filter(|&n| !is_part(n));
        whole.min_by_key(|&n| self.rank[n as usize]).unwrap_or(first)
    }

    /// The hash of the bytes of a page that was read in part.
    pub fn raw(&self, n: u32) -> Option<u128> {
        self.findings.documents.info(n as usize).read.and_then(|read| read.raw)
    }

    /// Returns the place of a document: its id; or its path, where the id is only the path and the
    /// number of the record. In the second case several documents may share the place, which the
    /// second value reports.
    pub fn place(&self, number: u32) -> (Cow<'a, str>, bool) {
        let info = self.findings.documents.info(number as usize).into_owned();
        let implicit = |path: &&str| {
            let rest = info.id.strip_prefix(*path).and_then(|rest| rest.strip_prefix(':'));
            rest.zip(info.record).is_some_and(|(digits, record)| digits == record.to_string())
        };
        match info.path.as_deref().filter(implicit) {
            Some(path) => (path.to_owned().into(), true),
            None => (info.id.into(), false),
        }
    }

    /// Returns the number of records of a text at a place that several documents share.
    pub fn records(&self, place: &str, hash: u64) -> u32 {
        self.places().records.get(place).and_then(|texts| texts.get(&hash)).copied().unwrap_or(0)
    }

    /// Returns the members of a document's cluster; without one, the first document of its class.
    pub fn cluster_members(&self, number: u32) -> &[u32] {
        match self.cluster[number as usize] {
            None => std::slice::from_ref(&self.first[number as usize]),
            Some(cluster) => &self.findings.detection.clusters[cluster as usize].members,
        }
    }

    /// Returns the documents of the same text, this one included.
    pub fn class(&self, number: u32) -> &[u32] {
        let (equal, first) = (&self.findings.detection.equal, &self.first[number as usize]);
        match equal.binary_search_by_key(first, |class| class[0]) {
            Ok(at) => &equal[at],
            Err(_) => std::slice::from_ref(first),
        }
    }
}
