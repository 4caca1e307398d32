//! Owns: clusters, repeats and removed documents as Python objects. Never: finds or removes
//! anything.

use crate::findings::Span;
use crate::pickle::{Reduced, call};
use pyo3::prelude::*;

/// Near-copies of one document.
#[pyclass(frozen, module = "nearcopy", get_all)]
pub struct Cluster {
    /// A hash of its members.
    pub id: String,
    /// The member that is kept.
    pub representative: String,
    /// All members by id, the representative among them.
    pub members: Vec<String>,
    /// The rows of the members in the input.
    pub rows: Vec<usize>,
    /// The smallest coverage between a member and the representative.
    pub weakest: f64,
}

#[pymethods]
impl Cluster {
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> Reduced<'py> {
        let Cluster { id, representative, members, rows, weakest } = slf.get();
        call(slf.py(), "cluster", (id, representative, members, rows, *weakest))
    }
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

/// One occurrence of a repeat.
#[pyclass(frozen, module = "nearcopy", extends = Span)]
pub struct Place {
    /// Id of the document.
    #[pyo3(get)]
    pub document: String,
    /// The row of the document in the input.
    #[pyo3(get)]
    pub row: usize,
}

#[pymethods]
impl Place {
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> Reduced<'py> {
        let (Span { start, end, bytes, lines, text }, own) = (slf.as_super().get(), slf.get());
        let span = (*start, *end, *bytes, *lines, text);
        call(slf.py(), "place", (span, &own.document, own.row))
    }
    fn __repr__(slf: PyRef<Self>) -> String {
        let span = slf.as_super();
        format!("Place({:?}, {}, {})", slf.document, span.start, span.end)
    }
}

/// A paragraph or passage that occurs in several places, word for word.
#[pyclass(frozen, module = "nearcopy", get_all)]
pub struct Repeat {
    /// The first words of the repeat.
    pub text: String,
    /// The number of occurrences in the corpus; never truncated.
    pub count: u64,
    /// The number of documents that contain it; never truncated.
    pub documents: u64,
    /// Its length in tokens.
    pub tokens: u32,
    /// Whether it is a whole paragraph.
    pub paragraph: bool,
    /// The period in tokens, where the text is a run that repeats itself.
    pub period: Option<u32>,
    /// Whether it is boilerplate.
    pub boilerplate: bool,
    /// Whether it is a note: a passage that an outlet puts under texts that share nothing else.
    pub note: bool,
    /// The first ``max_places`` occurrences.
    pub places: Vec<Py<Place>>,
}

#[pymethods]
impl Repeat {
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> Reduced<'py> {
        let own = slf.get();
        let places: Vec<_> = own.places.iter().map(|place| place.clone_ref(slf.py())).collect();
        let counts = (own.count, own.documents, own.tokens, own.period);
        let kinds = (own.paragraph, own.boilerplate, own.note);
        call(slf.py(), "repeat", (&own.text, counts, kinds, places))
    }
    fn __repr__(&self) -> String {
        format!("Repeat({:?}, count={}, documents={})", self.text, self.count, self.documents)
    }
}

/// A document that is removed because another one is kept.
#[pyclass(frozen, module = "nearcopy", get_all)]
#[derive(Clone)]
pub struct Removed {
    /// Its id.
    pub id: String,
    /// The row of the document in the input.
    pub row: usize,
    /// Id of the document that is kept.
    pub partner: String,
    /// The relation to the document that is kept.
    pub relation: &'static str,
    /// The share of its tokens that the other covers.
    pub coverage: f64,
}

#[pymethods]
impl Removed {
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> Reduced<'py> {
        let Removed { id, row, partner, relation, coverage } = slf.get();
        call(slf.py(), "removed", (id, *row, partner, *relation, *coverage))
    }
    fn __repr__(&self) -> String {
        format!("Removed({:?}, {} of {:?})", self.id, self.relation, self.partner)
    }
}
