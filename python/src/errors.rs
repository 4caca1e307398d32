//! Owns: the mapping of library errors to Python exceptions, with the same messages. Never: changes
//! a message.

use pyo3::exceptions::{PyException, PyKeyboardInterrupt};
use pyo3::{PyErr, Python, import_exception};

mod raised {
    #![allow(missing_docs)]
    use super::import_exception;
    import_exception!(nearcopy._errors, Error);
    import_exception!(nearcopy._errors, InputError);
    import_exception!(nearcopy._errors, SettingError);
    import_exception!(nearcopy._errors, MixedError);
    import_exception!(nearcopy._errors, MalformedError);
    import_exception!(nearcopy._errors, StorageError);
    import_exception!(nearcopy._errors, SameIdError);
    import_exception!(nearcopy._errors, ClosedError);
}

pub use raised::{ClosedError, InputError, SettingError};

/// The exception of an error.
pub fn raise(error: nearcopy::Error) -> PyErr {
    use nearcopy::Error as E;
    let message = error.to_string();
    match error {
        E::Cancelled => PyKeyboardInterrupt::new_err(()),
        E::Setting { name, .. } => {
            SettingError::new_err(message.replacen(name, &name.replace('-', "_"), 1))
        }
        E::Mixed { .. } => raised::MixedError::new_err(message),
        E::Storage { .. } => raised::StorageError::new_err(message),
        E::SameId { .. } => raised::SameIdError::new_err(message),
        E::Malformed { .. } => raised::MalformedError::new_err(message),
        E::TextTooLong { .. } | E::TooManyDocuments { .. } => InputError::new_err(message),
        _ => raised::Error::new_err(message),
    }
}

/// The exception of an invalid input.
pub fn bad(message: impl Into<String>) -> PyErr {
    InputError::new_err(message.into())
}

/// The exception of a value that could not be read, for what Python said of it. Ctrl-C, which can
/// come while Python's own code reads the value, stays Ctrl-C.
pub fn unread(py: Python, raised: PyErr, wrong: impl FnOnce(&str) -> PyErr) -> PyErr {
    if raised.is_instance_of::<PyException>(py) {
        wrong(&raised.value(py).to_string())
    } else {
        raised
    }
}

/// The exception of an error in writing a report.
pub fn io(error: std::io::Error) -> PyErr {
    match error.downcast::<nearcopy::Error>() {
        Ok(error) => raise(error),
        Err(error) => error.into(),
    }
}
