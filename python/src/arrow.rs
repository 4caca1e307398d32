//! Owns: string columns of Apache Arrow, read in place. Never: copies a text, or decides what a
//! null means.

use crate::errors::bad;
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{
    Array, ArrayRef, LargeStringArray, RecordBatch, RecordBatchReader, StringArray, StringViewArray,
};
use arrow_schema::DataType;
use pyo3::ffi::c_str;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

/// A table that was received through the Arrow PyCapsule interface.
pub struct Table {
    batches: Vec<RecordBatch>,
    names: Vec<String>,
}

impl Table {
    /// Reads the stream of a table: any object with `__arrow_c_stream__`.
    pub fn new(table: &Bound<PyAny>) -> PyResult<Table> {
        let capsule = table.call_method0("__arrow_c_stream__")?;
        let capsule = capsule.cast::<PyCapsule>()?;
        let stream = capsule
            .pointer_checked(Some(c_str!("arrow_array_stream")))?
            .cast::<FFI_ArrowArrayStream>();
        // SAFETY: the name of the capsule guarantees its type; taking the stream leaves an empty
        // one behind, as the interface demands.
        let reader = unsafe { RecordBatchStreamReader::from_raw(stream.as_ptr()) }
            .map_err(|e| bad(e.to_string()))?;
        let names = reader.schema().fields().iter().map(|f| f.name().clone()).collect();
        let batches = reader.collect::<Result<Vec<_>, _>>().map_err(|e| bad(e.to_string()))?;
        Ok(Table { batches, names })
    }

    /// Returns a column of strings.
    pub fn strings(&self, column: usize) -> PyResult<Strings> {
        let mut strings = Strings::default();
        let name = self.names.get(column).map_or("", String::as_str);
        for batch in &self.batches {
            let array = batch
                .columns()
                .get(column)
                .ok_or_else(|| bad(format!("the table has no column {column}")))?;
            strings.push(array, name)?;
        }
        Ok(strings)
    }
}

enum Part {
    Short(StringArray),
    Long(LargeStringArray),
    View(StringViewArray),
}

/// A column of strings in chunks, as its producer made them.
#[derive(Default)]
pub struct Strings {
    parts: Vec<Part>,
    /// The index of the first row after each part.
    ends: Vec<usize>,
}

impl Strings {
    fn push(&mut self, array: &ArrayRef, name: &str) -> PyResult<()> {
        let data = array.to_data();
        // The producer may have put anything there: offsets and UTF-8 are validated once, and then
        // relied on.
        data.validate_full().map_err(|e| {
            bad(format!("column {name:?} is no valid Arrow column of strings: {e}"))
        })?;
        let part = match array.data_type() {
            DataType::Utf8 => Part::Short(data.into()),
            DataType::LargeUtf8 => Part::Long(data.into()),
            DataType::Utf8View => Part::View(data.into()),
            other => {
                return Err(bad(format!("column {name:?} is of type {other}, not of strings")));
            }
        };
        self.ends.push(self.len() + array.len());
        self.parts.push(part);
        Ok(())
    }
    /// The number of rows.
    pub fn len(&self) -> usize {
        self.ends.last().copied().unwrap_or_default()
    }
    /// The string of a row; `None` where it is null.
    pub fn get(&self, row: usize) -> Option<&str> {
        let part = self.ends.partition_point(|&end| end <= row);
        let row = row - part.checked_sub(1).map_or(0, |before| self.ends[before]);
        match self.parts.get(part)? {
            Part::Short(a) => (!a.is_null(row)).then(|| a.value(row)),
            Part::Long(a) => (!a.is_null(row)).then(|| a.value(row)),
            Part::View(a) => (!a.is_null(row)).then(|| a.value(row)),
        }
    }
}
