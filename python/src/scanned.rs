//! Owns: a corpus and the findings of a scan, which a report, its lists and its tables share.
//! Never: defines the Python interface of a report.

use crate::documents::Kept;
use crate::errors::io;
use crate::findings::{Comparison, Located, Pair, Sides};
use crate::groups::{Cluster, Place, Removed, Repeat};
use nearcopy::clean::{Plan, RemovalReason};
use nearcopy::report::{self, Findings};
use nearcopy::{Corpus, Detection, Documents, Progress, Recipe, Removal, RunOptions, Texts};
use pyo3::prelude::*;
use std::sync::{Arc, OnceLock};

/// A corpus and its findings.
pub struct Scanned {
    /// The documents.
    pub corpus: Arc<Corpus<Kept>>,
    /// The findings of the scan.
    pub detection: Detection,
    /// The findings with all pairs, once a removal has needed them.
    pub all_pairs: OnceLock<Detection>,
    /// The options of the run.
    pub options: RunOptions,
    /// The recipe of the scan.
    pub recipe: Recipe,
    /// The background of the scan.
    pub background: nearcopy::Background,
    /// The reasons for which rows were left out, with counts.
    pub skipped: Vec<(String, u64)>,
    /// The number of rows of the input, documents or not.
    pub rows: usize,
    /// Whether the documents were read from files.
    pub files: bool,
}

impl Scanned {
    /// The findings in the form that the library's reports take.
    pub fn findings(&self) -> Findings<'_> {
        Findings { detection: &self.detection, documents: &*self.corpus, skipped: &self.skipped }
    }
    /// The id of a document.
    pub fn id(&self, number: u32) -> String {
        self.corpus.id(number as usize).into_owned()
    }
    /// The row of a document in the input, including rows that were left out.
    pub fn row(&self, number: u32) -> usize {
        row(&self.corpus, self.files, number)
    }
    /// The text of a document.
    pub fn text(&self, number: u32) -> std::borrow::Cow<'_, str> {
        self.corpus.text(number as usize).unwrap_or_default()
    }

    /// The plan of a removal. Where the findings are not sufficient to decide it, another scan
    /// runs, once.
    pub fn plan(&self, removal: &Removal, progress: &dyn Progress) -> nearcopy::Result<Plan> {
        let needed = removal.thresholds(&self.detection.thresholds);
        let mut found = &self.detection;
        if needed != found.thresholds {
            if self.all_pairs.get().is_none() {
                let Scanned { corpus, background, recipe, options, .. } = self;
                let again =
                    nearcopy::scan_with(&**corpus, background, recipe, &needed, options, progress)?;
                let _ = self.all_pairs.set(again);
            }
            found = self.all_pairs.get().unwrap_or(found);
        }
        nearcopy::clean::removal(&*self.corpus, found, removal, &self.options, progress)
    }

    /// A cluster as a Python object.
    pub fn cluster(&self, n: usize) -> PyResult<Cluster> {
        let cluster = &self.detection.clusters[n];
        Ok(Cluster {
            id: report::cluster_id(self.findings(), cluster).map_err(io)?,
            representative: self.id(cluster.representative),
            members: cluster.members.iter().map(|&m| self.id(m)).collect(),
            rows: cluster.members.iter().map(|&m| self.row(m)).collect(),
            weakest: cluster.weakest,
        })
    }

    /// The id of the earlier document of a pair, where dates tell.
    pub fn earlier(&self, pair: &nearcopy::detection::Pair) -> Option<String> {
        report::earlier(self.findings(), pair).map(|number| self.id(number))
    }

    /// A pair as a Python object.
    pub fn pair(self: &Arc<Self>, n: usize) -> PyClassInitializer<Pair> {
        let pair = &self.detection.pairs[n];
        let (a, b) = (pair.a, pair.b);
        let comparison =
            nearcopy::Comparison { relation: Some(pair.relation), ..pair.comparison.clone() };
        let comparison = Comparison::new(comparison, Arc::new(Two(self.clone(), a, b)));
        let own = Pair {
            a: self.id(a),
            b: self.id(b),
            row_a: self.row(a),
            row_b: self.row(b),
            earlier: self.earlier(pair),
        };
        PyClassInitializer::from(comparison).add_subclass(own)
    }

    /// A repeat as a Python object.
    pub fn repeat(&self, py: Python, n: usize) -> PyResult<Repeat> {
        let repeat = &self.detection.repeats[n];
        let place = |p: &nearcopy::detection::Place| {
            let text = self.text(p.document);
            let span = Located::new(&text).span(p.span);
            let own = Place { document: self.id(p.document), row: self.row(p.document) };
            Py::new(py, PyClassInitializer::from(span).add_subclass(own))
        };
        let places = repeat.places.iter().map(place).collect::<PyResult<Vec<_>>>()?;
        let first = repeat
            .places
            .first()
            .map(|p| self.text(p.document).get(p.span.range()).map(nearcopy::text::first_words));
        Ok(Repeat {
            text: first.flatten().unwrap_or_default(),
            count: repeat.count,
            documents: repeat.documents,
            tokens: repeat.tokens,
            paragraph: repeat.paragraph,
            period: repeat.period,
            boilerplate: repeat.boilerplate,
            note: repeat.note,
            places,
        })
    }
}

struct Two(Arc<Scanned>, u32, u32);

impl Sides for Two {
    fn with(&self, f: &mut dyn FnMut(&str, &str)) {
        f(&self.0.text(self.1), &self.0.text(self.2));
    }
}

fn row(corpus: &Corpus<impl Texts>, files: bool, number: u32) -> usize {
    if files {
        return corpus.arrival_position(number as usize);
    }
    corpus.info(number as usize).record.map_or(0, |r| r as usize - 1)
}

/// The documents that are removed as copies.
pub fn removed(documents: &Corpus<impl Texts>, files: bool, plan: &Plan) -> Vec<Removed> {
    let id = |n: u32| documents.id(n as usize).into_owned();
    let copies = plan.removed.iter().filter_map(|g| match g.why {
        RemovalReason::Copy { partner, relation, coverage, .. } => Some(Removed {
            id: id(g.document),
            row: row(documents, files, g.document),
            partner: id(partner),
            relation: relation.name(),
            coverage: coverage.0,
        }),
        _ => None,
    });
    copies.collect()
}

/// For each of `rows` rows whether it is kept.
pub fn kept(rows: usize, removed: &[Removed]) -> Vec<bool> {
    let mut keep = vec![true; rows];
    removed.iter().for_each(|r| keep[r.row] = false);
    keep
}
