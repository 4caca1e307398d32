//! Owns: the reading of paths on the command line to a corpus, and the judgement whether the input
//! was good enough. Never: reads a file itself.

use super::amount::Amount;
use super::exit::{Exit, Result};
use super::messages::{self, clean, count, say};
use super::progress::Meter;
use nearcopy::ingest::{self, Input, InputOptions, LOOKED_FOR, ReadFile, ReadResult};
use nearcopy::{Corpus, Document, Documents};
use std::ffi::{OsStr, OsString};

/// The input that a path on the command line names: `-` is standard input.
pub fn input(path: &OsStr) -> Input {
    if path == "-" { Input::Stdin } else { Input::Path(path.into()) }
}

/// The inputs that several paths name.
pub fn inputs(paths: &[OsString]) -> Vec<Input> {
    paths.iter().map(|path| input(path)).collect()
}

/// The documents that were read, with the counts of bad records.
#[derive(Debug, Default)]
pub struct ReadCorpus {
    /// The documents; empty once they were moved to a corpus.
    pub documents: Vec<Document>,
    /// The files that were read.
    pub sources: Vec<ReadFile>,
    /// The reasons and counts of skipped input, for the report.
    pub skipped: Vec<(String, u64)>,
    /// The number of records, good and bad.
    pub records: u64,
    /// The number of bad records.
    pub bad: u64,
    /// The number of records of archives that are no pages.
    pub others: u64,
    /// Whether a named input was missing.
    pub input_missing: bool,
}

/// Reads the inputs, and reports on standard error what could not be read.
pub fn take_in(
    inputs: &[Input],
    options: &InputOptions,
    meter: &Meter,
    quiet: bool,
) -> Result<ReadCorpus> {
    meter.reading();
    let mut intake = ingest::read(inputs, options, &|bytes| meter.read(bytes));
    meter.pause()?;
    let documents = std::mem::take(&mut intake.documents);
    let taken = ReadCorpus::of(intake, inputs, documents.len() as u64, quiet);
    Ok(ReadCorpus { documents, ..taken })
}

impl ReadCorpus {
    /// Summarises a result with this many documents; reports on standard error what could not be
    /// read.
    pub fn of(intake: ReadResult, inputs: &[Input], documents: u64, quiet: bool) -> ReadCorpus {
        messages::tell(&intake, quiet);
        let (bad, lost) = (messages::bad_records(&intake), messages::input_lost(&intake, inputs));
        let ReadResult { skipped, sources, other_records, .. } = intake;
        ReadCorpus {
            documents: Vec::new(),
            sources,
            skipped: skipped.into_iter().map(|(reason, n)| (reason.name().to_owned(), n)).collect(),
            records: documents + bad,
            bad,
            others: other_records.values().sum(),
            input_missing: lost,
        }
    }

    /// Merges the result of another reading.
    pub fn add(&mut self, other: ReadCorpus) {
        self.documents.extend(other.documents);
        for (reason, n) in other.skipped {
            match self.skipped.iter_mut().find(|(r, _)| *r == reason) {
                Some((_, sum)) => *sum += n,
                None => self.skipped.push((reason, n)),
            }
        }
        self.records += other.records;
        self.bad += other.bad;
        self.others += other.others;
        self.input_missing |= other.input_missing;
    }

    /// Moves the documents to a corpus.
    pub fn corpus(&mut self, quiet: bool) -> Result<Corpus> {
        let corpus = Corpus::new(std::mem::take(&mut self.documents))?;
        say_renamed(&corpus, quiet);
        Ok(corpus)
    }

    /// The exit code of the run, as far as the input decides it.
    pub fn exit(&self, max_bad: Option<Amount>) -> Exit {
        if let Some(most) = max_bad.filter(|most| most.exceeded(self.bad, self.records)) {
            say(&format!(
                "error: {} of {} bad, more than --max-bad {most} allows",
                self.bad,
                count(self.records, "record")
            ));
            return Exit::Incomplete;
        }
        if self.input_missing { Exit::Incomplete } else { Exit::Done }
    }
}

/// Reports the number of renamed documents, if there are any.
pub fn say_renamed(corpus: &Corpus, quiet: bool) {
    if corpus.renamed() > 0 && !quiet {
        say(&format!(
            "{} share an id with another text; each is shown as ID@ and eight digits (--id-field \
             names another field)",
            count(corpus.renamed(), "document")
        ));
    }
}

/// Reports that no document was found, and what to do where no other message explained it.
pub fn say_empty(paths: &[OsString], taken: &ReadCorpus) {
    let list: Vec<String> = paths.iter().take(3).map(|p| clean(&p.to_string_lossy())).collect();
    let more =
        if paths.len() > 3 { format!(" and {} more", paths.len() - 3) } else { String::new() };
    if taken.input_missing || taken.bad > 0 || taken.others > 0 {
        say(&format!("no documents in {}{more}", list.join(", ")));
        return;
    }
    say(&format!(
        "no documents in {}{more}\n  looked for {LOOKED_FOR}\n  \
         files with other names: name them one by one, or say --input-format\n  \
         hidden files and those in .gitignore, .ignore or .nearcopyignore are left out: --hidden, \
         --no-ignore",
        list.join(", ")
    ));
}
