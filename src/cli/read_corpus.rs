//! Owns: the reading of paths on the command line to a corpus, and the judgement whether the input
//! was good enough. Never: reads a file itself.

use super::amount::Amount;
use super::exit::{Exit, Failure, Result};
use super::flags::RunFlags;
use super::messages::{self, clean, count, say};
use super::progress::Meter;
use nearcopy::ingest::{
    self, Input, InputOptions, LOOKED_FOR, MissingField, OnError, ReadFile, ReadResult,
};
use nearcopy::settings::SourceLimit;
use nearcopy::{Corpus, Document, DocumentInfo, DocumentInfos, Documents, SpillableTexts};
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// The documents of a run, with their texts in memory or in a scratch file.
pub type ReadTexts = Corpus<SpillableTexts>;

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
    /// The documents without their texts; empty once they were moved to a corpus.
    pub infos: DocumentInfos,
    /// The texts of these documents.
    pub texts: SpillableTexts,
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
    /// Whether an input failed, and `--on-error` does not say to skip it.
    pub failed: bool,
}

/// Which of the fields that the user named must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedFields {
    /// All: this is what the user asked about.
    All,
    /// Only what was read: a reference may lack the title or the date of the corpus.
    AsFound,
}

/// Reads the inputs, and reports on standard error what could not be read; the texts are added to
/// `texts`. Fails where an input failed that must not, or a field that was named is in no record.
pub fn take_in(
    inputs: &[Input],
    options: &InputOptions,
    texts: SpillableTexts,
    meter: &Meter,
    quiet: bool,
) -> Result<ReadCorpus> {
    take_in_with(NamedFields::All, inputs, options, texts, meter, quiet)
}

/// The same, where it is said which named fields must be there.
pub fn take_in_with(
    fields: NamedFields,
    inputs: &[Input],
    options: &InputOptions,
    texts: SpillableTexts,
    meter: &Meter,
    quiet: bool,
) -> Result<ReadCorpus> {
    meter.reading();
    let side_by_side = texts.most_in_memory() / 4;
    let read = Mutex::new((DocumentInfos::default(), texts, Ok(())));
    let failed = AtomicBool::new(false);
    let each = |documents: Vec<Document>| {
        let (infos, texts, stored) = &mut *read.lock().unwrap_or_else(PoisonError::into_inner);
        for Document { info, text } in documents {
            if stored.is_ok() {
                *stored = texts.push(text);
            }
            infos.push(&info);
        }
        failed.fetch_or(stored.is_err(), Ordering::Relaxed);
    };
    // Where texts cannot be stored, reading ends.
    let progress = |bytes| meter.read(bytes) && !failed.load(Ordering::Relaxed);
    let intake = ingest::read_batches(inputs, options, side_by_side, &progress, &each);
    meter.pause()?;
    let (infos, mut texts, stored) = read.into_inner().unwrap_or_else(PoisonError::into_inner);
    stored?;
    texts.finish()?;
    meter.spilled(texts.scratch_bytes());
    let taken = ReadCorpus::of(intake, fields, options, infos.count() as u64, quiet)?;
    Ok(ReadCorpus { infos, texts, ..taken })
}

impl ReadCorpus {
    /// Summarises a result with this many documents, and reports on standard error what could not
    /// be read. Fails as [`take_in`] does.
    pub fn of(
        intake: ReadResult,
        fields: NamedFields,
        options: &InputOptions,
        documents: u64,
        quiet: bool,
    ) -> Result<ReadCorpus> {
        let skip = options.on_error == OnError::Skip;
        messages::tell(&intake, skip, quiet);
        if intake.stopped {
            return Err(Failure::Said(
                "an input could not be read, so the run ended: correct what is named above, or \
                 skip it (--on-error skip)"
                    .into(),
            ));
        }
        let missing = intake.missing_fields.iter().filter(|_| fields == NamedFields::All);
        let missing: Vec<_> = missing.filter(|_| documents + intake.bad_records() > 0).collect();
        missing.iter().for_each(|field| messages::say_missing_field(field));
        // Texts have no fields. On standard input the text field says that records were meant.
        let piped = intake.sources.iter().any(|file| file.path.is_none());
        let meant = |f: &&MissingField| !f.present.is_empty() || f.role == "text" && piped;
        if !skip && missing.into_iter().any(|field| meant(&field)) {
            return Err(Failure::Said(
                "a field that was named is not there, so the run ended".into(),
            ));
        }
        let (bad, failed) = (intake.bad_records(), intake.failed() && !skip);
        let ReadResult { skipped, sources, other_records, .. } = intake;
        Ok(ReadCorpus {
            infos: DocumentInfos::default(),
            texts: SpillableTexts::default(),
            sources,
            skipped: skipped.into_iter().map(|(reason, n)| (reason.name().to_owned(), n)).collect(),
            records: documents + bad,
            bad,
            others: other_records.values().sum(),
            failed,
        })
    }

    /// Merges the result of another reading.
    pub fn add(&mut self, other: ReadCorpus) -> Result<()> {
        self.infos.append(other.infos);
        self.texts.append(other.texts)?;
        for (reason, n) in other.skipped {
            match self.skipped.iter_mut().find(|(r, _)| *r == reason) {
                Some((_, sum)) => *sum += n,
                None => self.skipped.push((reason, n)),
            }
        }
        self.records += other.records;
        self.bad += other.bad;
        self.others += other.others;
        self.failed |= other.failed;
        Ok(())
    }

    /// Moves the documents to a corpus.
    pub fn corpus(&mut self, quiet: bool) -> Result<ReadTexts> {
        let infos = std::mem::take(&mut self.infos);
        let corpus = Corpus::from_columns(infos, std::mem::take(&mut self.texts))?;
        say_renamed(&corpus, quiet);
        Ok(corpus)
    }

    /// Moves the documents out, with their texts in memory.
    pub fn documents(&mut self) -> Result<Vec<Document>> {
        let (infos, texts) = (std::mem::take(&mut self.infos), std::mem::take(&mut self.texts));
        let texts = texts.into_texts()?;
        Ok(infos.iter().zip(texts).map(|(info, text)| Document { info, text }).collect())
    }

    /// Leaves out the documents that `keep` refuses.
    pub fn retain(&mut self, keep: impl Fn(&DocumentInfo) -> bool) {
        let kept: Vec<bool> = self.infos.iter().map(|info| keep(&info)).collect();
        self.texts.retain(|n| kept[n]);
        self.infos.retain(|n| kept[n]);
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
        if self.failed {
            say("error: not all of the input could be read; the output is complete without it \
                 (--on-error skip makes this no error)");
            return Exit::Incomplete;
        }
        Exit::Done
    }
}

/// Reports the number of renamed documents, if there are any.
pub fn say_renamed(corpus: &dyn Documents, quiet: bool) {
    if corpus.renamed() > 0 && !quiet {
        say(&format!(
            "{} share an id with another text; each is shown as ID@ and eight digits (--id-field \
             names another field)",
            count(corpus.renamed(), "document")
        ));
    }
}

/// Reports that a limit on sources leaves no pair, because no document has a source.
pub fn say_sourceless(corpus: &dyn Documents, limit: SourceLimit, quiet: bool) {
    let known = |n: usize| corpus.info(n).source.is_some();
    if !quiet && limit != SourceLimit::Any && !(0..corpus.count()).any(known) {
        say(&format!(
            "no document has a source, so --sources {} leaves no pair to compare (--source-field \
             names the field)",
            if limit == SourceLimit::Within { "within" } else { "across" }
        ));
    }
}

/// Refuses inputs without any document, unless `--allow-empty` was given; says what to do where no
/// other message explained it.
pub fn refuse_empty(paths: &[OsString], taken: &ReadCorpus, run: &RunFlags) -> Result<()> {
    let shown = |path: &OsString| match path.to_str() {
        Some("-") => "standard input".to_owned(),
        _ => clean(&path.to_string_lossy()),
    };
    let list: Vec<String> = paths.iter().take(3).map(shown).collect();
    let more =
        if paths.len() > 3 { format!(" and {} more", paths.len() - 3) } else { String::new() };
    let mut message = format!("no documents in {}{more}", list.join(", "));
    let explained = taken.failed || taken.bad > 0 || taken.others > 0;
    if !explained && paths.iter().any(|path| Path::new(path).is_dir()) {
        message.push_str(&format!(
            "\n  looked for {LOOKED_FOR}\n  \
             files with other names: name them one by one, or say --input-format\n  \
             hidden files and those in .gitignore, .ignore or .nearcopyignore are left out: \
             --hidden, --no-ignore"
        ));
    }
    if run.allow_empty.unwrap_or(false) {
        say(&message);
        return Ok(());
    }
    message.push_str("\n  where an input may be empty, --allow-empty makes this no error");
    Err(Failure::Said(message))
}
