//! Owns: the annotation of each record where nothing is removed. Never: a record itself, or how it
//! is written.

use crate::model::detection::Relation;
use crate::model::findings::Findings;
use crate::report::class_passages::ClassPassages;
use crate::report::schema::document::cluster_id;
use crate::report::schema::rounding::share;
use std::io;

/// The annotation of one record.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Annotated {
    /// The id of the record's cluster.
    pub cluster: Option<String>,
    /// The relation of the record to its partner.
    pub relation: Option<Relation>,
    /// The id of the representative of its cluster, or else of the document that it shares most
    /// with.
    pub partner: Option<String>,
    /// The share of its tokens that is in the partner.
    pub coverage: Option<f64>,
    /// The shared passages, in characters of its text.
    pub spans: Vec<[u32; 2]>,
}

/// The annotations of all records.
pub struct Annotations<'a> {
    findings: Findings<'a>,
    passages: ClassPassages<'a>,
    /// The cluster of each document, and the ids of the clusters.
    cluster: Vec<Option<u32>>,
    ids: Vec<String>,
    /// For the first document of each class, the pair that describes it best.
    best: Vec<Option<u32>>,
}

impl<'a> Annotations<'a> {
    /// Reads the findings once. Cost: the texts of all clusters are read, for the clusters' ids.
    ///
    /// # Errors
    /// A text that can no longer be read.
    pub fn new(findings: Findings<'a>) -> io::Result<Annotations<'a>> {
        let found = findings.detection;
        let ids =
            found.clusters.iter().map(|c| cluster_id(findings, c)).collect::<io::Result<_>>()?;
        let mut best: Vec<Option<u32>> = vec![None; findings.documents.count()];
        let worth = |i: u32, n: u32| {
            let (relation, coverage) = found.pairs[i as usize].seen_from(n);
            // That a document is contained in another text is more informative than that it
            // contains one.
            (relation.rank(), !relation.is_contained(), -coverage.0)
        };
        for (i, p) in (0..).zip(&found.pairs) {
            for n in [p.a, p.b] {
                let held = &mut best[n as usize];
                if held.is_none_or(|h| worth(i, n) < worth(h, n)) {
                    *held = Some(i);
                }
            }
        }
        Ok(Annotations {
            findings,
            cluster: findings.cluster_of(),
            passages: ClassPassages::new(findings),
            ids,
            best,
        })
    }

    /// Returns the annotation of the document of this number.
    ///
    /// # Errors
    /// A text that can no longer be read.
    pub fn of(&mut self, n: u32) -> io::Result<Annotated> {
        let found = self.findings.detection;
        let mut out = Annotated::default();
        let first = self.passages.first[n as usize];
        let mut partner = None;
        if let Some(c) = self.cluster[n as usize] {
            out.cluster = Some(self.ids[c as usize].clone());
            let representative = found.clusters[c as usize].representative;
            let theirs = self.passages.first[representative as usize];
            partner = (representative != n)
                .then_some((representative, self.findings.detection.pair_between(first, theirs)));
        } else if let Some(i) = self.best[first as usize] {
            let p = &found.pairs[i as usize];
            partner = Some((if p.a == first { p.b } else { p.a }, Some(i as usize)));
        }
        let Some((partner, pair)) = partner else { return Ok(out) };
        let pair = pair.map(|i| &found.pairs[i]);
        let (relation, coverage) =
            pair.map_or((Relation::Equal, (1.0, 1.0)), |p| p.seen_from(first));
        out.relation = Some(relation);
        out.coverage = Some(share(coverage.0));
        out.partner = Some(self.findings.id(partner).into_owned());
        let passages = self.passages.of(n, partner, pair)?;
        let text = self.passages.texts.get(n)?;
        out.spans = passages.iter().map(|p| text.chars(p.0)).collect();
        Ok(out)
    }
}
