//! Owns: documents that the command line names, as files or by the ids of a corpus. Never: decides
//! what is done with them.

use super::exit::{Failure, Result};
use super::messages::{clean, count};
use super::pairs_file::expect;
use super::progress::Meter;
use super::read_corpus::{ReadCorpus, ReadTexts, input, inputs, take_in};
use super::settings::Settings;
use std::ffi::{OsStr, OsString};

/// Named documents in their corpus.
pub struct NamedDocuments {
    /// The corpus; where the documents are files, it has no others.
    pub corpus: ReadTexts,
    /// The numbers of the documents, in the order of the command line.
    pub numbers: Vec<u32>,
    /// The result of reading.
    pub taken: ReadCorpus,
}

/// Reads the named documents: files of one document each, or ids of the corpus where `within` has
/// paths.
pub fn read_named(
    items: &[OsString],
    within: &[OsString],
    settings: &Settings,
    meter: &Meter,
    quiet: bool,
) -> Result<NamedDocuments> {
    if within.is_empty() {
        let mut taken = ReadCorpus::default();
        for path in items {
            taken.add(single(path, settings, meter, quiet)?)?;
        }
        let corpus = taken.corpus(quiet)?;
        return Ok(NamedDocuments { corpus, numbers: (0..items.len() as u32).collect(), taken });
    }
    let mut taken =
        take_in(&inputs(within), &settings.flags.input.options(), settings.texts()?, meter, quiet)?;
    let corpus = taken.corpus(quiet)?;
    let mut numbers = items
        .iter()
        .map(|id| expect(&corpus, &id.to_string_lossy()))
        .collect::<Result<Vec<u32>>>()?;
    numbers.sort_unstable();
    if numbers.windows(2).any(|w| w[0] == w[1]) {
        return Err(Failure::Said("both ids name one document: name two".into()));
    }
    Ok(NamedDocuments { corpus, numbers, taken })
}

/// Reads a file that should have one document.
fn single(path: &OsStr, settings: &Settings, meter: &Meter, quiet: bool) -> Result<ReadCorpus> {
    let shown = clean(&path.to_string_lossy());
    let options = settings.flags.input.options();
    let taken = take_in(&[input(path)], &options, settings.texts()?, meter, quiet).map_err(
        |e| match e {
            Failure::Said(why) if !std::path::Path::new(path).exists() => {
                Failure::Said(format!("{why}\n  is {shown} an id? Ids need --in PATH"))
            }
            other => other,
        },
    )?;
    match taken.infos.count() {
        1 => Ok(taken),
        0 => Err(Failure::Said(format!(
            "{shown} holds no document; --input-format and --text-field say how to read it"
        ))),
        n => Err(Failure::Said(format!(
            "{shown} holds {}: name them by their ids, with --in {shown}",
            count(n as u64, "document")
        ))),
    }
}
