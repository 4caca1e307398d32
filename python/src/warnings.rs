//! Owns: warnings of Python. Never: raises an error.

use nearcopy::Documents;
use pyo3::exceptions::PyUserWarning;
use pyo3::prelude::*;
use std::ffi::CString;

/// Warns about the number of renamed documents, if there are any.
pub fn say_renamed(py: Python, documents: &dyn Documents) -> PyResult<()> {
    let message = "documents share an id with another text; each is called ID@ and eight digits \
        (id_field names another field)";
    match documents.renamed() {
        0 => Ok(()),
        n => warn(py, &format!("{n} {message}")),
    }
}

/// Issues a Python warning.
pub fn warn(py: Python, message: &str) -> PyResult<()> {
    let message = CString::new(message.replace('\0', " ")).unwrap_or_default();
    PyErr::warn(py, &py.get_type::<PyUserWarning>(), &message, 2)
}
