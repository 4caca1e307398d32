//! Owns: clusters, repeats and removed documents as Python objects. Never: finds or removes
//! anything.

use crate::found::Span;
use pyo3::prelude::*;

/// Near-copies of one document.
#[pyclass(frozen, module = "nearcopy", get_all)]
pub struct Cluster {
    /// A hash of its members.
    pub id: String,
    /// The member that survives.
    pub representative: String,
    /// All members by id, the representative among them.
    pub members: Vec<String>,
    /// Where the members came in the input.
    pub rows: Vec<usize>,
    /// The smallest coverage between a member and the representative.
    pub weakest: f64,
}

#[pymethods]
impl Cluster {
    fn __len__(&self) -> usize {
        self.members.len()
    }
    fn __repr__(&self) -> String {
        format!(
            "Cluster({:?}, {} members, weakest={:.2})",
            self.representative,
            self.members.len(),
            self.weakest
        )
    }
}

/// Where a repeat stands.
#[pyclass(frozen, module = "nearcopy", extends = Span)]
pub struct Place {
    /// Id of the document.
    #[pyo3(get)]
    pub document: String,
    /// Where the document came in the input.
    #[pyo3(get)]
    pub row: usize,
}

#[pymethods]
impl Place {
    fn __repr__(slf: PyRef<Self>) -> String {
        let span = slf.as_super();
        format!("Place({:?}, {}, {})", slf.document, span.start, span.end)
    }
}

/// A paragraph or passage that stands in several places, word for word.
#[pyclass(frozen, module = "nearcopy", get_all)]
pub struct Repeat {
    /// Its first words.
    pub text: String,
    /// How often it stands in the corpus; never cut.
    pub count: u64,
    /// In how many documents; never cut.
    pub documents: u64,
    /// Its length in tokens.
    pub tokens: u32,
    /// Whether it is a whole paragraph.
    pub paragraph: bool,
    /// The period in tokens, of a run that repeats itself.
    pub period: Option<u32>,
    /// Whether it is boilerplate.
    pub boilerplate: bool,
    /// Where it stands: the first ``max_places`` of them.
    pub places: Vec<Py<Place>>,
}

#[pymethods]
impl Repeat {
    fn __repr__(&self) -> String {
        format!("Repeat({:?}, count={}, documents={})", self.text, self.count, self.documents)
    }
}

/// A document that goes because another one stays.
#[pyclass(frozen, module = "nearcopy", get_all)]
#[derive(Clone)]
pub struct Removed {
    /// Its id.
    pub id: String,
    /// Where it came in the input.
    pub row: usize,
    /// Id of the one that stays.
    pub partner: String,
    /// What it is to the one that stays.
    pub relation: &'static str,
    /// Its share that stands in the other.
    pub coverage: f64,
}

#[pymethods]
impl Removed {
    fn __repr__(&self) -> String {
        format!("Removed({:?}, {} of {:?})", self.id, self.relation, self.partner)
    }
}
