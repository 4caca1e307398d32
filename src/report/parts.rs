//! Owns: the conversion of many findings in parallel, part by part, in order and in bounded memory.
//! Never: what a finding is converted to.

use crate::model::document::Documents;
use crate::report::texts::Texts;
use rayon::prelude::*;
use std::io;

/// Findings that one thread converts with one cache of texts, and how many such parts are in memory
/// at once. The parts are the same for any number of threads.
const PART: usize = 512;
const PARTS: usize = 16;

/// Converts parts of `items` in parallel and passes the results to `write` in order. `make` gets
/// the number of the first item of its part. The conversion of spans to characters and lines takes
/// place here; it costs more than writing.
pub fn in_parts<'a, T: Sync, R: Send>(
    documents: &'a dyn Documents,
    items: &'a [T],
    make: impl Fn(usize, &'a [T], &mut Texts<'a>) -> io::Result<R> + Sync,
    mut write: impl FnMut(R) -> io::Result<()>,
) -> io::Result<()> {
    for (number, some) in items.chunks(PART * PARTS).enumerate() {
        let parts = some.par_chunks(PART).enumerate().map(|(part, items)| {
            make((number * PARTS + part) * PART, items, &mut Texts::new(documents))
        });
        for done in parts.collect::<io::Result<Vec<R>>>()? {
            write(done)?;
        }
    }
    Ok(())
}
