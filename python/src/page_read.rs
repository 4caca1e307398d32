//! Owns: how much of a page was read, from arguments and in pickles. Never: what follows from it.

use crate::errors::bad;
use nearcopy::document::{Extent, PageRead};
use pyo3::prelude::*;

/// How much of a page was read, as a pickle has it: its extent, its share, the hash of its bytes.
pub type Written = Option<(String, f64, Option<String>)>;

/// What a pickle has of how a page was read.
pub fn written(page: Option<PageRead>) -> Written {
    page.map(|read| (read.extent.name().to_owned(), read.fraction(), read.raw_hex()))
}

/// How much of a page was read, as a pickle has it.
pub fn unwritten(page: Written) -> PyResult<Option<PageRead>> {
    let Some((read, share, raw)) = page else { return Ok(None) };
    page_read(Some(&read), Some(share), raw.as_deref())
}

/// Reads the arguments that say how much of its page a text has.
pub fn page_read(
    read: Option<&str>,
    share: Option<f64>,
    raw: Option<&str>,
) -> PyResult<Option<PageRead>> {
    let Some(read) = read else {
        return match (share, raw) {
            (None, None) => Ok(None),
            _ => Err(bad("read_share and read_raw say more of read, which is not given")),
        };
    };
    let extent: Extent = read.parse().map_err(|why: String| bad(format!("read: {why}")))?;
    let mut page = PageRead::new(extent);
    if let Some(share) = share {
        let percent = PageRead::percent_of(share);
        page = page.with_share(percent.ok_or_else(|| bad("read_share: a number from 0 to 1"))?);
    }
    if let Some(digits) = raw {
        let hash = PageRead::raw_of_hex(digits);
        page = page.with_raw(Some(hash.ok_or_else(|| bad("read_raw: 32 hex digits"))?));
    }
    Ok(Some(page))
}
