//! Owns: all inputs of a call to documents, with several files in parallel. Never: lists the files,
//! or interprets one.

#[cfg(doc)]
use crate::ingest::decode::known_encoding;
use crate::ingest::input::{Input, InputOptions};
use crate::ingest::input_file::InputFile;
use crate::ingest::open_file::Run;
use crate::ingest::problem::Reason;
use crate::ingest::read_file::read_file;
use crate::ingest::read_result::ReadResult;
use crate::ingest::record::DocumentSink;
use crate::ingest::walk::list;
use crate::model::document::Document;
use rayon::prelude::*;

/// Smaller files are read several at a time, larger ones one after the other, each by all threads.
const HEAVY: u64 = 8 << 20;

/// How many times its size a compressed text has, about.
const UNPACKED: u64 = 8;

/// Files that are read before their results are merged.
const GROUP: usize = 1024;

/// Reads all inputs. `progress` is called with the number of bytes as they are read; when it
/// returns `false`, reading stops early.
///
/// The result depends on the inputs alone, never on the number of threads. A file that is reached
/// twice, also by a link or under another name, is read once, under the first name. Inside a
/// directory, files are read in the order of their names. An unknown
/// [`encoding`](InputOptions::encoding) prevents all reading and is a problem of each input; see
/// [`known_encoding`].
///
/// Where an input fails, [`InputOptions::on_error`] decides whether the reading ends there; then
/// [`ReadResult::stopped`] is set.
///
/// Cost: the texts, and about 8 MiB for each file being read (a JSON array is in memory as a whole
/// while it is read, and so is one page of each needed column of Parquet).
pub fn read(
    inputs: &[Input],
    options: &InputOptions,
    progress: &(dyn Fn(u64) -> bool + Sync),
) -> ReadResult {
    let mut intake = ReadResult::default();
    let Some((run, files)) = begin(inputs, options, progress, None, &mut intake) else {
        return intake;
    };
    if run.stopped() {
        return intake;
    }
    let heavy = heavy(&files);
    for alike in files.chunk_by(|x, y| heavy(x) == heavy(y)) {
        for group in alike.chunks(if heavy(&alike[0]) { 1 } else { GROUP }) {
            side_by_side(&run, group).into_iter().for_each(|part| intake.absorb(part));
        }
        if run.stopped() {
            break;
        }
    }
    finish(&run, &mut intake);
    intake
}

/// Reads all inputs without keeping the documents: `each` receives them in batches, in the order of
/// [`read`]. The result is that of [`read`] without documents.
///
/// The calling thread calls `each`, one call after the other. The callback may block, on a channel
/// for example: reading pauses meanwhile.
///
/// Cost: about 32 MiB of texts, or the size of one JSON array, one text or one row group of
/// Parquet.
pub fn read_each(
    inputs: &[Input],
    options: &InputOptions,
    progress: &(dyn Fn(u64) -> bool + Sync),
    each: &(dyn Fn(Vec<Document>) + Sync),
) -> ReadResult {
    read_batches(inputs, options, 4 * HEAVY, progress, each)
}

/// The same, with about `most` bytes of texts in memory: so many files are read side by side. A
/// compressed file counts as eight times its size, which is an estimate.
pub fn read_batches(
    inputs: &[Input],
    options: &InputOptions,
    most: u64,
    progress: &(dyn Fn(u64) -> bool + Sync),
    each: &(dyn Fn(Vec<Document>) + Sync),
) -> ReadResult {
    let mut intake = ReadResult::default();
    let Some((run, files)) = begin(inputs, options, progress, Some(each), &mut intake) else {
        return intake;
    };
    let mut rest = &files[..];
    let heavy = heavy(&files);
    while !rest.is_empty() && !run.stopped() {
        let mut bytes = 0u64;
        let light = |f: &&InputFile| {
            let packed = if f.packed { UNPACKED } else { 1 };
            bytes = bytes.saturating_add(f.size.saturating_mul(packed));
            !heavy(f) && bytes <= most
        };
        let (group, behind) =
            rest.split_at(rest.iter().take(GROUP).take_while(light).count().max(1));
        // The calling thread reads a single file itself, so that `each` may block without holding
        // up the others.
        let parts = match group {
            [file] => vec![read_file(&run, file, true)],
            _ => side_by_side(&run, group),
        };
        for mut part in parts {
            let documents = std::mem::take(&mut part.documents);
            if !documents.is_empty() {
                each(documents);
            }
            intake.absorb(part);
        }
        rest = behind;
    }
    finish(&run, &mut intake);
    intake
}

/// Whether a file is read by all threads alone. One thread decompresses a file, so many large
/// compressed files are better read side by side.
fn heavy(files: &[InputFile]) -> impl Fn(&InputFile) -> bool + use<> {
    let packed = files.iter().filter(|f| f.packed && f.size >= HEAVY).count();
    let side_by_side = packed >= rayon::current_num_threads();
    move |f| f.size >= HEAVY && !(f.packed && side_by_side)
}

/// Names the fields that the caller asked for and that no record has. After reading that ended
/// early nothing is known about that.
fn finish(run: &Run, intake: &mut ReadResult) {
    if !run.stopped() {
        intake.missing_fields =
            run.fields().missing(&intake.present, intake.first_fields.as_deref());
    }
}

fn side_by_side(run: &Run, group: &[InputFile]) -> Vec<ReadResult> {
    let alone = group.len() == 1;
    group.par_iter().with_max_len(1).map(|file| read_file(run, file, alone)).collect()
}

/// Builds the shared state and lists the files; where the options make reading impossible, each
/// input gets a problem.
fn begin<'a>(
    inputs: &[Input],
    options: &InputOptions,
    progress: &'a (dyn Fn(u64) -> bool + Sync),
    tap: Option<DocumentSink<'a>>,
    intake: &mut ReadResult,
) -> Option<(Run<'a>, Vec<InputFile>)> {
    let files = list(inputs, options, intake);
    match Run::new(options, progress, tap) {
        Ok(run) => {
            intake.stopped = run.stops_at(intake);
            Some((run, files))
        }
        Err(why) => {
            files.iter().for_each(|f| {
                intake.skip(Reason::Unreadable, &f.display_path, None, || why.clone())
            });
            intake.failed_named += files.len() as u64;
            None
        }
    }
}
