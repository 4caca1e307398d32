//! The Python package: bindings of the library's public interface, without logic of its own.

mod arguments;
mod arrow;
mod compare;
mod dedupe;
mod document;
mod documents;
mod errors;
mod files;
mod findings;
mod groups;
mod handles;
mod index;
mod listed;
mod page_read;
mod pickle;
mod report;
mod run;
mod scanned;
mod settings;
mod spark;
mod stored;
mod tables;
mod unpickle;
mod warnings;

use pyo3::prelude::*;

/// The native part of the package nearcopy, where it is documented.
#[pymodule]
mod _nearcopy {
    #[pymodule_export]
    use super::compare::{Background, compare};
    #[pymodule_export]
    use super::dedupe::{Deduped, dedupe};
    #[pymodule_export]
    use super::document::{Checked, Document, host};
    #[pymodule_export]
    use super::files::{Files, run_command};
    #[pymodule_export]
    use super::findings::{Comparison, Facts, Match, Pair, Sighting, Span};
    #[pymodule_export]
    use super::groups::{Cluster, Place, Removed, Repeat};
    #[pymodule_export]
    use super::index::Index;
    #[pymodule_export]
    use super::listed::Listed;
    #[pymodule_export]
    use super::report::{Report, scan};
    #[pymodule_export]
    use super::spark::{
        spark_empty_tables, spark_keys, spark_removal, spark_removal_settings, spark_report,
        spark_sketch, spark_stage, spark_stages,
    };
    #[pymodule_export]
    use super::unpickle::{
        checked, cluster, comparison, deduped, document, facts, findings, matched, pair, place,
        removed, repeat, report, sighting, span,
    };

    use super::PyModuleMethods;
    use pyo3::types::PyModule;
    use pyo3::{Bound, PyResult};

    #[pymodule_init]
    fn init(module: &Bound<PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add(
            "FIELD_NAMES",
            nearcopy::ingest::field_names().map(|(role, names)| (role, names.to_vec())).to_vec(),
        )
    }
}
