//! Owns: the order of the stages of `nearcopy dedupe`: read, scan, decide, write, report. Never:
//! decides what is a copy, or writes a record.

use super::against::Against;
use super::args::Dedupe;
use super::write::Rewrite;
use super::written::WriteSummary;
use crate::cli::background::boilerplate;
use crate::cli::exit::{Exit, Failure, Result};
use crate::cli::flag_values::OutputFormat;
use crate::cli::messages::{clean, count, say};
use crate::cli::output::{Report, human_options, no_page, to_stdout, write_targets};
use crate::cli::output_layout::{OutputLayout, named_apart, output_layout};
use crate::cli::outputs::Outputs;
use crate::cli::piped_input::or_piped;
use crate::cli::progress::Meter;
use crate::cli::read_corpus::{
    NamedFields, ReadCorpus, ReadTexts, inputs, refuse_empty, say_renamed, take_in, take_in_with,
};
use crate::cli::removal_limit;
use crate::cli::settings::Settings;
use crate::cli::target::note_named_formats;
use nearcopy::clean::{Cleaning, Plan};
use nearcopy::index::AgainstIndex;
use nearcopy::ingest::{Format, ReadFile};
use nearcopy::report::{self, CleaningReport, Findings};
use nearcopy::{Detection, DocumentInfo, Documents, Removal, Scan};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The input that was read, and the layout of the output.
struct ReadInputs {
    taken: ReadCorpus,
    files: Vec<ReadFile>,
    /// `None` where nothing is to be written.
    layout: Option<OutputLayout>,
}

/// The findings, of the corpus alone or against an index.
enum DetectionIn {
    Alone(ReadTexts, Detection),
    Against(AgainstIndex),
}

impl DetectionIn {
    fn parts(&self) -> (&dyn Documents, &Detection) {
        match self {
            DetectionIn::Alone(corpus, detection) => (corpus, detection),
            DetectionIn::Against(found) => (&found.corpus, &found.detection),
        }
    }
}

impl Dedupe {
    pub fn run(mut self) -> Result<Exit> {
        let settings = self.settings.resolve()?;
        self.paths = or_piped(std::mem::take(&mut self.paths));
        let removal = self.removal(&settings)?;
        self.check_usage(&settings)?;
        note_named_formats("--report", &self.report, self.talk.quiet);
        no_page(&settings.flags.report, "--report FILE.html writes it beside the cleaning")?;
        let reads = self.index_read_only || self.dry_run || self.annotate.is_some();
        let index =
            self.index.as_deref().map(|dir| Against::open(dir, reads, &settings)).transpose()?;
        let scan = match &index {
            None => settings.kept(settings.scan())?,
            Some(_) => settings.scan(),
        };
        let meter = Meter::start(self.talk);
        meter.memory(settings.flags.run.memory());
        let boilerplate = boilerplate(&settings, &meter, self.talk.quiet)?;
        let scan = scan.boilerplate_from(&boilerplate).progress(&meter);
        let mut given = self.read(&settings, &removal, &meter)?;
        let (found, mut plan) =
            self.find(&settings, scan, &removal, index.as_ref(), &mut given.taken, &meter)?;
        if self.annotate.is_some() {
            plan = Plan::default();
        }
        let exit = self.carry_out(&settings, &given, &found, &plan, index.as_ref())?;
        if index.is_none() {
            settings.remove_kept();
        }
        // The process ends here and the system frees its memory, which is faster than freeing each
        // text and finding.
        std::mem::forget((found, plan, given));
        Ok(exit)
    }

    /// Reads the documents to clean and those to compare them with.
    fn read(&self, settings: &Settings, removal: &Removal, meter: &Meter) -> Result<ReadInputs> {
        let mut options = settings.input_options();
        options.spool_stdin = !self.dry_run;
        let mut taken =
            take_in(&inputs(&self.paths), &options, settings.texts()?, meter, self.talk.quiet)?;
        let files = without_damaged(&mut taken);
        named_apart(&files)?;
        let directories: Vec<bool> =
            self.paths.iter().map(|p| Path::new(p).is_dir() || !Path::new(p).is_file()).collect();
        let layout = self
            .output
            .as_deref()
            .map(|out| output_layout(out, &files, &directories))
            .transpose()?;
        if removal.cuts() || self.annotate.is_some() {
            let flag = if removal.cuts() { "--remove" } else { "--annotate" };
            layout.iter().try_for_each(|layout| layout.uncut(&files, flag))?;
        }
        if taken.infos.is_empty() {
            refuse_empty(&self.paths, &taken, &settings.flags.run)?;
        }
        if !self.against.is_empty() {
            taken.add(self.references(&files, settings, meter)?)?;
        }
        Ok(ReadInputs { taken, files, layout: layout.filter(|_| !self.dry_run) })
    }

    /// Reads the inputs of --against.
    fn references(
        &self,
        files: &[ReadFile],
        settings: &Settings,
        meter: &Meter,
    ) -> Result<ReadCorpus> {
        let mut more = take_in_with(
            NamedFields::AsFound,
            &inputs(&self.against),
            &settings.input_options(),
            settings.texts()?,
            meter,
            self.talk.quiet,
        )?;
        if let Some(twice) = in_both(files, &more.sources) {
            return Err(Failure::Said(format!(
                "{} is both input and reference: name it once",
                clean(&twice.display_path)
            )));
        }
        more.infos.make_references();
        if more.infos.is_empty() {
            refuse_empty(&self.against, &more, &settings.flags.run)?;
        }
        Ok(more)
    }

    /// Scans, and decides what is removed.
    fn find(
        &self,
        settings: &Settings,
        scan: Scan,
        removal: &Removal,
        index: Option<&Against>,
        taken: &mut ReadCorpus,
        meter: &Meter,
    ) -> Result<(DetectionIn, Plan)> {
        // The same text may well be in the input and in a reference under one id.
        let quiet = self.talk.quiet || !self.against.is_empty();
        let run = settings.run_options();
        let found = match index {
            None => {
                let corpus = taken.corpus(quiet)?;
                scan.clean(&corpus, removal).map(|Cleaning { detection, plan, .. }| {
                    (DetectionIn::Alone(corpus, detection), plan)
                })
            }
            Some(Against { index, .. }) => {
                let documents = taken.documents()?;
                let scan = scan.thresholds(removal.thresholds(&settings.thresholds));
                scan.against(index, documents).and_then(|found| {
                    say_renamed(&found.corpus, quiet);
                    let (corpus, detection) = (&found.corpus, &found.detection);
                    let plan = nearcopy::clean::removal(corpus, detection, removal, &run, meter)?;
                    Ok((DetectionIn::Against(found), plan))
                })
            }
        };
        meter.pause()?;
        Ok(found?)
    }

    /// Writes the kept documents, adds them to the index, and reports.
    fn carry_out(
        &self,
        settings: &Settings,
        given: &ReadInputs,
        found: &DetectionIn,
        plan: &Plan,
        index: Option<&Against>,
    ) -> Result<Exit> {
        let (corpus, detection) = found.parts();
        let against = match found {
            DetectionIn::Against(found) => index.map(|index| (index, found)),
            DetectionIn::Alone(..) => None,
        };
        let findings = Findings { detection, documents: corpus, skipped: &given.taken.skipped };
        let part = against.map(|(index, found)| index.index_use(found, plan));
        let mut cleaned = CleaningReport { findings, plan, planned: self.dry_run, index: part };
        let known = against.map(|(_, found)| found.known.clone()).unwrap_or_default();
        let alarm = removal_limit::limit_message(cleaned, self.max_removed, &known)
            .filter(|_| self.annotate.is_none());
        let exit = || given.taken.exit(settings.flags.run.max_bad);
        let Some(layout) = &given.layout else {
            self.tell(cleaned, &WriteSummary::default(), None, settings)?;
            if let Some(alarm) = alarm {
                say(&format!("this would be refused: {alarm}"));
            }
            return Ok(exit());
        };
        if let Some(alarm) = alarm {
            return Err(Failure::Said(format!(
                "{alarm}\n  nothing was written; look at it with --dry-run, or raise --max-removed"
            )));
        }
        let rewrite = Rewrite {
            cleaned,
            files: &given.files,
            options: &settings.flags.options(),
            annotate: self.annotate.as_deref(),
            group: self.group.as_deref(),
            removed: self.removed.as_deref(),
        };
        let mut outputs = Outputs::default();
        let done = rewrite.write(layout, &mut outputs)?;
        let report = Report { findings, instead: None, verdict: None, timings: None };
        write_targets(&self.report, &settings.flags.report, &report, &mut outputs)?;
        outputs.commit()?;
        if done.unread && index.is_some() {
            return Err(Failure::Said(
                "the reader of standard output went away, so nothing was added to the index".into(),
            ));
        }
        if let (Some((index, found)), Some(part)) = (against, &mut cleaned.index) {
            index.add(found, plan, part)?;
        }
        let indexed = index.zip(cleaned.index).map(|(index, part)| index.in_words(&part));
        // A second run would take the documents for ones that the index has seen.
        self.tell(cleaned, &done, indexed.as_deref(), settings).map_err(
            |failure| match failure {
                Failure::Said(why) => Failure::Said(format!(
                    "{why}\n  all outputs and the index are complete: do not run the command again"
                )),
                other => other,
            },
        )?;
        Ok(exit())
    }

    /// Reports what was done: on standard output, or on standard error where standard output has
    /// the corpus.
    fn tell(
        &self,
        cleaned: CleaningReport,
        done: &WriteSummary,
        indexed: Option<&str>,
        settings: &Settings,
    ) -> Result<()> {
        done.left_over().filter(|_| !self.talk.quiet).iter().for_each(|line| say(line));
        let indexed = indexed.map(|line| format!("\n{line}")).unwrap_or_default();
        let to_data = self.output.as_deref() == Some(Path::new("-")) && !self.dry_run;
        if to_data {
            if !self.talk.quiet {
                say(&format!("{}{indexed}", done.in_words(cleaned)));
            }
            return Ok(());
        }
        let format = settings.flags.report.format.unwrap_or(OutputFormat::Human);
        if format != OutputFormat::Human {
            return to_stdout(|out| report::cleaned_json(cleaned, &done.files, out));
        }
        if self.annotate.is_some() {
            let documents = count(cleaned.findings.documents.count() as u64, "document");
            return to_stdout(|out| {
                writeln!(out, "{documents} annotated\n{}{indexed}", done.places())
            });
        }
        to_stdout(|out| {
            report::cleaned(cleaned, human_options(&settings.flags.report), out)?;
            if self.dry_run {
                writeln!(out, "\nNothing was written.")
            } else {
                writeln!(out, "\n{}{indexed}", done.places())
            }
        })
    }
}

/// The files that were read. A damaged Parquet file cannot be written again in part, so it is left
/// out with all its documents: none of them keeps another one from the output.
fn without_damaged(taken: &mut ReadCorpus) -> Vec<ReadFile> {
    let files = std::mem::take(&mut taken.sources);
    let (damaged, files): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|f| f.ended_early && f.format == Format::Parquet);
    let names: HashSet<&str> = damaged.iter().map(|file| file.display_path.as_str()).collect();
    for name in &names {
        say(&format!("{} is damaged, and left out of the output", clean(name)));
    }
    if !names.is_empty() {
        let its = |info: &DocumentInfo| info.path.as_deref().is_some_and(|p| names.contains(p));
        taken.retain(|info| !its(info));
    }
    files
}

/// Finds a reference that is an input too.
fn in_both<'f>(files: &[ReadFile], references: &'f [ReadFile]) -> Option<&'f ReadFile> {
    let place = |f: &ReadFile| f.path.as_ref().and_then(|p| p.canonicalize().ok());
    let places: HashSet<PathBuf> = files.iter().filter_map(place).collect();
    references.iter().find(|f| place(f).is_some_and(|p| places.contains(&p)))
}
