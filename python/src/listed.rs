//! Owns: lists of findings whose items are created on access. Never: a finding.

use crate::pickle::{Reduced, call};
use crate::scanned::Scanned;
use crate::stored::scan_state;
use pyo3::prelude::*;
use pyo3::types::PyList;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The kind of findings.
#[derive(Clone, Copy)]
pub enum What {
    /// Clusters.
    Clusters,
    /// Pairs.
    Pairs,
    /// Repeats.
    Repeats,
}

impl What {
    /// All kinds.
    pub const ALL: [What; 3] = [What::Clusters, What::Pairs, What::Repeats];

    /// The name of the list in a report.
    pub fn name(self) -> &'static str {
        match self {
            What::Clusters => "clusters",
            What::Pairs => "pairs",
            What::Repeats => "repeats",
        }
    }
}

/// A list whose items are created on access.
#[pyclass(frozen, sequence, module = "nearcopy", name = "Findings")]
pub struct Listed {
    found: Arc<Scanned>,
    what: What,
}

impl Listed {
    /// The list of one kind.
    pub fn new(found: Arc<Scanned>, what: What) -> Listed {
        Listed { found, what }
    }
    fn item<'py>(&self, py: Python<'py>, n: usize) -> PyResult<Bound<'py, PyAny>> {
        Ok(match self.what {
            What::Clusters => Bound::new(py, self.found.cluster(n)?)?.into_any(),
            What::Pairs => Bound::new(py, self.found.pair(n))?.into_any(),
            What::Repeats => Bound::new(py, self.found.repeat(py, n)?)?.into_any(),
        })
    }
}

#[pymethods]
impl Listed {
    fn __len__(&self) -> usize {
        let found = &self.found.detection;
        match self.what {
            What::Clusters => found.clusters.len(),
            What::Pairs => found.pairs.len(),
            What::Repeats => found.repeats.len(),
        }
    }
    fn __getitem__<'py>(
        &self,
        py: Python<'py>,
        at: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let length = self.__len__();
        if let Ok(slice) = at.cast::<pyo3::types::PySlice>() {
            let range = slice.indices(length as isize)?;
            let items = (0..range.slicelength as isize)
                .map(|i| self.item(py, (range.start + i * range.step) as usize));
            return Ok(PyList::new(py, items.collect::<PyResult<Vec<_>>>()?)?.into_any());
        }
        let at: isize = at.extract()?;
        let place = if at < 0 { at + length as isize } else { at };
        if place < 0 || place >= length as isize {
            return Err(pyo3::exceptions::PyIndexError::new_err(format!("{at} of {length}")));
        }
        self.item(py, place as usize)
    }
    fn __iter__(slf: Py<Self>) -> ListedIter {
        ListedIter { listed: slf, at: AtomicUsize::new(0) }
    }
    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }
    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<PyAny>) -> Py<Self> {
        slf
    }
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> Reduced<'py> {
        let Listed { found, what } = slf.get();
        call(slf.py(), "findings", (what.name(), scan_state(slf.py(), found)?))
    }
    fn __repr__<'py>(&self, py: Python<'py>) -> PyResult<String> {
        let length = self.__len__();
        let first: Vec<_> = (0..length.min(5))
            .map(|n| Ok(self.item(py, n)?.repr()?.to_string()))
            .collect::<PyResult<_>>()?;
        let more = if length > 5 { format!(", … {} in all", length) } else { String::new() };
        Ok(format!("[{}{more}]", first.join(", ")))
    }
}

/// An iterator over a list of findings.
#[pyclass(frozen, module = "nearcopy._nearcopy")]
pub struct ListedIter {
    listed: Py<Listed>,
    at: AtomicUsize,
}

#[pymethods]
impl ListedIter {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }
    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let (at, listed) = (self.at.fetch_add(1, Relaxed), self.listed.get());
        if at < listed.__len__() { listed.item(py, at).map(Some) } else { Ok(None) }
    }
}
