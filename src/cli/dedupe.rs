//! Owns: `nearcopy dedupe`: its arguments, and the order of its work. Never: decides what is a copy, or writes a record.

use super::alarm;
use super::amount::Amount;
use super::before::Before;
use super::cleaning::{Cleaning, Done};
use super::flags::OutputFormat;
use super::intake::{Taken, input, say_empty, take_in};
use super::layout::{Layout, apart, distinct, layout, named_apart};
use super::output::{Report, Target, human_options, no_page, probe, to_stdout, write_targets};
use super::problems::{clean, count, say};
use super::progress::{Meter, TalkArgs};
use super::settings::{SettingArgs, Settings};
use super::{Exit, Failure, Result, usage};
use clap::ValueEnum;
use nearcopy::ingest::{Input, ReadFile};
use nearcopy::report::{self, Cleaned, Findings};
use nearcopy::{Corpus, Detection, Plan, Relation, Removal, RunOptions, Thresholds};
use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Removes copies from a corpus and writes what is left, byte for byte as it was
///
/// Of each cluster the document that --keep chooses stays. The rest passes through with all its fields, in its order, in the format it came in.
#[derive(Debug, clap::Args)]
#[command(after_help = "--help describes every setting.", after_long_help = EXAMPLES)]
pub struct Dedupe {
    /// Files, directories and patterns; - is standard input
    #[arg(value_name = "PATH")]
    paths: Vec<OsString>,

    /// Where the cleaned corpus goes: a file, a directory, or - for standard output
    ///
    /// A directory gets the files of the input under their names. A file holds all records of inputs of one format; its name says how it is
    /// compressed; texts, and the articles of pages and archives, can go into one .jsonl file (on standard output several of them do). It is written beside its place and then renamed, so it is never half there.
    #[arg(short = 'o', long, value_name = "OUT", help_heading = "Output")]
    output: Option<PathBuf>,

    /// Also remove what stands in these files or directories, which are not changed; repeatable
    ///
    /// For evaluation sets, or for what was crawled before. Pairs of two references are not looked for.
    #[arg(long, value_name = "REFERENCE", help_heading = "Removal")]
    against: Vec<OsString>,

    /// Also remove what this index holds, and add what stays to it [default: none]
    ///
    /// Everything it holds is a reference. A document that it holds under its own id with the same text goes; with another text it is a new
    /// version: it is not compared with the old one, and replaces it in the index. What stays is added, with its whole text, when all outputs are in
    /// their places; --dry-run and --annotate add nothing. Once it was compacted, its background (common words, boilerplate) counts for the input too. `nearcopy index create` makes an index.
    #[arg(long, value_name = "DIR", help_heading = "Removal")]
    index: Option<PathBuf>,

    /// Add nothing to the index [default: false]
    #[arg(long, help_heading = "Removal", requires = "index")]
    index_read_only: bool,

    /// Remove only copies of a reference or of what the index holds, not those inside the corpus [default: false]
    #[arg(long, help_heading = "Removal")]
    against_only: bool,

    /// What goes: documents, paragraphs, passages, boilerplate; several with commas
    ///
    /// documents: whole documents that are copies. paragraphs: repeated paragraphs from --min-paragraph tokens on, all but their first place.
    /// passages: repeated passages too, as far as they are whole sentences. boilerplate: in all its places. First is what --keep puts first. Where paragraphs or passages go,
    /// two texts make a repeat (--repeat-classes).
    #[arg(long, value_name = "WHAT", value_delimiter = ',', default_value = "documents", help_heading = "Removal")]
    remove: Vec<What>,

    /// Relations that make a document a copy; several with commas
    /// [default: equal,near-copy,abridged; with --against or --index also contained-in]
    ///
    /// equal and near-copy: the other members of a cluster. contained-in: it stands in a longer document that stays; abridged: only where nine
    /// tenths of it do, and the longer one begins or ends with it, has it spread over half of its length or is short, and holds no other story. So
    /// a text cut short goes (as contained-in), an item of a roundup stays. Towards a reference also contains, quotes and template.
    #[arg(long, value_name = "RELATIONS", value_delimiter = ',', help_heading = "Removal")]
    drop: Option<Vec<Dropped>>,

    /// A document of which less is left, in tokens, goes as a whole
    #[arg(long, value_name = "TOKENS", default_value_t = 10, help_heading = "Removal")]
    min_left: u32,

    /// Remove nothing; add fields cluster, relation, partner, coverage and spans to every record, with PREFIX before their names [default: none]
    #[arg(long, value_name = "PREFIX", num_args = 0..=1, require_equals = true, default_missing_value = "", help_heading = "Output")]
    annotate: Option<String>,

    /// Write everything removed to this file, as JSON Lines: id, partner, relation, scores, spans and the record itself
    ///
    /// With it the output gives the input back; not so where articles are written as .jsonl.
    #[arg(long, value_name = "FILE", help_heading = "Output", conflicts_with = "annotate")]
    removed: Option<PathBuf>,

    /// Write nothing; print what would go, the removals least like what stays first [default: false]
    #[arg(long, help_heading = "Output", conflicts_with_all = ["removed", "annotate"])]
    dry_run: bool,

    /// Write nothing if more than this would go, of everything or of a source with ten documents or more: a count or a share
    #[arg(long, value_name = "N|P%", default_value = "50%", help_heading = "Removal")]
    max_removed: Amount,

    /// Also write the findings of the scan to a file: json=report.json, jsonl=…, human=…; repeatable
    #[arg(long, value_name = "FORMAT=FILE", help_heading = "Output")]
    report: Vec<Target>,

    #[command(flatten)]
    settings: SettingArgs,

    #[command(flatten)]
    talk: TalkArgs,
}

/// What is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Whole documents that are copies
    Documents,
    /// Repeated paragraphs, all but their first place
    Paragraphs,
    /// Repeated passages too, as far as they are whole sentences
    Passages,
    /// Boilerplate, in all its places
    Boilerplate,
}

/// A relation that makes a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Dropped {
    Equal,
    NearCopy,
    Abridged,
    ContainedIn,
    Contains,
    Quotes,
    Template,
}

impl Dropped {
    fn relation(self) -> Option<Relation> {
        Some(match self {
            Dropped::Equal => Relation::Equal,
            Dropped::NearCopy => Relation::NearCopy,
            Dropped::Abridged => return None,
            Dropped::ContainedIn => Relation::ContainedIn,
            Dropped::Contains => Relation::Contains,
            Dropped::Quotes => Relation::Quotes,
            Dropped::Template => Relation::Template,
        })
    }
}

const EXAMPLES: &str = "\
Examples:
  nearcopy dedupe corpus.jsonl.zst --dry-run
      What would go, for a person: how much, of which sources, the doubtful removals first.
  nearcopy dedupe corpus.jsonl.zst -o clean.jsonl.zst --removed removed.jsonl
      Without copies; with removed.jsonl the input can be put together again.
  nearcopy dedupe today.parquet -o new.parquet --against yesterday.parquet --against archive/
      What was not there before.
  nearcopy dedupe today.jsonl -o new.jsonl --index seen.index
      The same day by day: what is new goes into new.jsonl, and into the index for tomorrow.
  nearcopy dedupe train/ -o train-clean/ --against eval.jsonl --drop equal,near-copy,contained-in,contains,quotes
      Nothing that shares a passage with the evaluation set.
  nearcopy dedupe articles/ -o clean/ --remove documents,paragraphs,boilerplate
      Each paragraph once, footers nowhere.
  nearcopy dedupe corpus.csv -o marked.csv --annotate
      All records, with what each is a copy of.

Settings come from the command line, then nearcopy.toml, then --preset, then the defaults.

Exit codes: 0 done; 2 error, bad usage, an input or a reference that was not there (then nothing is written), more bad records than
--max-bad, or more to remove than --max-removed; 130 interrupted. Where it is not 0 and no output is named in the summary, none was written.";

/// What was read, and what was found in it.
struct Found {
    corpus: Corpus,
    detection: Detection,
    plan: Plan,
    files: Vec<ReadFile>,
    /// Nothing where nothing is to be written.
    layout: Option<Layout>,
    taken: Taken,
}

impl Dedupe {
    pub fn run(self) -> Result<Exit> {
        let settings = self.settings.resolve()?;
        let removal = self.removal()?;
        self.check_usage(&settings)?;
        no_page(&settings.flags.report, "--report html=FILE writes it beside the cleaning")?;
        let reads = self.index_read_only || self.dry_run || self.annotate.is_some();
        let mut before = self.index.as_deref().map(|dir| Before::open(dir, reads, &settings)).transpose()?;
        let meter = Meter::start(self.talk);
        let found = self.find(&settings, &removal, before.as_mut(), &meter)?;
        let before = before.as_ref();
        let findings = Findings { detection: &found.detection, documents: &found.corpus, skipped: &found.taken.skipped };
        let index = before.map(|b| b.part(&found.corpus, &found.plan));
        let mut cleaned = Cleaned { findings, plan: &found.plan, planned: self.dry_run, index };
        let known = before.map(|b| b.known().clone()).unwrap_or_default();
        let alarm = alarm::raised(cleaned, self.max_removed, &known).filter(|_| self.annotate.is_none());
        let layout = found.layout.as_ref().filter(|_| !self.dry_run);
        let Some(layout) = layout else {
            self.tell(cleaned, &Done::default(), None, &settings)?;
            if let Some(alarm) = alarm {
                say(&format!("this would be refused: {alarm}"));
            }
            return Ok(found.taken.exit(settings.flags.run.max_bad));
        };
        if let Some(alarm) = alarm {
            return Err(Failure::Said(format!(
                "{alarm}\n  nothing was written; look at it with --dry-run, or raise --max-removed"
            )));
        }
        let cleaning = Cleaning {
            cleaned,
            files: &found.files,
            options: &settings.flags.input.options(),
            annotate: self.annotate.as_deref(),
            removed: self.removed.as_deref(),
        };
        let done = cleaning.write(layout)?;
        if done.unread && before.is_some() {
            return Err(Failure::Said("the reader of standard output went away, so nothing was added to the index".into()));
        }
        before.map_or(Ok(()), |b| b.add(&found.corpus, &mut cleaned))?;
        let reported = write_targets(&self.report, &settings.flags.report, &Report { findings, instead: None, verdict: None });
        // The output stands, so it is named, whatever became of the report.
        let indexed = before.zip(cleaned.index).map(|(b, part)| b.in_words(&part));
        self.tell(cleaned, &done, indexed.as_deref(), &settings)?;
        reported?;
        let exit = found.taken.exit(settings.flags.run.max_bad);
        // The process ends here, and with it its memory: freeing each text and finding by itself takes longer.
        std::mem::forget(found);
        Ok(exit)
    }

    fn removal(&self) -> Result<Removal> {
        let has = |what| self.remove.contains(&what);
        let referring = !self.against.is_empty() || self.index.is_some();
        if self.against_only && !referring {
            return Err(usage("dedupe", "--against-only needs references: name them with --against or --index"));
        }
        let default = || -> Vec<Dropped> {
            let inside = Some(Dropped::ContainedIn).filter(|_| referring);
            [Dropped::Equal, Dropped::NearCopy, Dropped::Abridged].into_iter().chain(inside).collect()
        };
        let drop = self.drop.clone().unwrap_or_else(default);
        let towards = |d: &&Dropped| matches!(d, Dropped::Contains | Dropped::Quotes | Dropped::Template);
        if let Some(other) = drop.iter().find(towards).filter(|_| !referring) {
            let name = other.relation().map_or("", Relation::name);
            return Err(usage(
                "dedupe",
                format!("--drop {name} has a meaning only towards a reference: name one with --against or --index"),
            ));
        }
        Ok(Removal {
            documents: has(What::Documents),
            abridged: drop.contains(&Dropped::Abridged),
            relations: drop.into_iter().filter_map(Dropped::relation).collect(),
            against_only: self.against_only,
            paragraphs: has(What::Paragraphs),
            passages: has(What::Passages),
            boilerplate: has(What::Boilerplate),
            min_left: self.min_left,
        })
    }

    fn check_usage(&self, settings: &Settings) -> Result<()> {
        if self.paths.is_empty() {
            return Err(usage("dedupe", "nothing to clean: name files or directories, `.` for this one, `-` for standard input"));
        }
        let stdin = self.paths.iter().chain(&self.against).filter(|p| *p == "-").count();
        if stdin > 1 {
            return Err(usage("dedupe", "standard input can be read once only"));
        }
        let inputs = self.paths.iter().map(|p| (p.as_os_str(), "input"));
        let all: Vec<(&OsStr, &str)> = inputs.chain(self.against.iter().map(|p| (p.as_os_str(), "reference"))).collect();
        match &self.output {
            _ if self.dry_run => {}
            None => {
                return Err(usage(
                    "dedupe",
                    "where should the cleaned corpus go? Name it with --output, or look first with --dry-run",
                ));
            }
            Some(out) if out == Path::new("-") => {}
            Some(out) => apart("--output", out, &all)?,
        }
        let removed = self.removed.iter().map(|p| ("--removed", p.as_path()));
        let beside: Vec<(&str, &Path)> = removed.chain(self.report.iter().map(|t| ("--report", t.path()))).collect();
        let corpus = self.output.as_deref().filter(|out| *out != Path::new("-") && !self.dry_run);
        distinct(&corpus.map(|out| ("--output", out)).into_iter().chain(beside.iter().copied()).collect::<Vec<_>>())?;
        for (flag, path) in beside {
            apart(flag, path, &all)?;
            probe(path)?;
        }
        let data = matches!(settings.flags.report.format, Some(f) if f != OutputFormat::Human);
        if data && self.output.as_deref() == Some(Path::new("-")) {
            return Err(usage("dedupe", "standard output holds the corpus; --format is for what is said about it"));
        }
        Ok(())
    }

    fn find(&self, settings: &Settings, removal: &Removal, before: Option<&mut Before>, meter: &Meter) -> Result<Found> {
        let quiet = self.talk.quiet;
        let inputs: Vec<Input> = self.paths.iter().map(|p| input(p)).collect();
        let mut options = settings.flags.input.options();
        options.spool_stdin = !self.dry_run;
        let mut taken = take_in(&inputs, &options, meter, quiet)?;
        let files = std::mem::take(&mut taken.sources);
        named_apart(&files)?;
        let directories: Vec<bool> = self.paths.iter().map(|p| Path::new(p).is_dir() || !Path::new(p).is_file()).collect();
        let layout = self.output.as_deref().map(|out| layout(out, &files, &directories)).transpose()?;
        if removal.cuts() || self.annotate.is_some() {
            let flag = if removal.cuts() { "--remove" } else { "--annotate" };
            layout.iter().try_for_each(|layout| layout.uncut(&files, flag))?;
        }
        if taken.lost && !self.dry_run {
            return Err(Failure::Said("an input could not be read; nothing was written".into()));
        }
        if taken.documents.is_empty() {
            say_empty(&self.paths, &taken);
        }
        let thresholds = thresholds(settings, removal);
        let background = before.as_ref().and_then(|b| b.background());
        let held = before.map_or(Ok(Vec::new()), |b| b.references(&taken.documents, &thresholds, meter))?;
        if !self.against.is_empty() {
            taken.add(self.references(&files, settings, meter)?);
        }
        taken.documents.extend(held);
        // One text may well stand in the input and in a reference under one id.
        let corpus = taken.corpus(quiet || !self.against.is_empty())?;
        let run = RunOptions { threads: settings.flags.run.threads.unwrap_or(0) };
        let (recipe, t) = (&settings.recipe, &thresholds);
        let scanned = match &background {
            Some(background) => nearcopy::scan_with(&corpus, background, recipe, t, &run, meter),
            None => nearcopy::scan(&corpus, recipe, t, &run, meter).map(|found| found.0),
        };
        meter.pause()?;
        let detection = scanned?;
        let nothing = Removal { documents: false, paragraphs: false, passages: false, boilerplate: false, ..removal.clone() };
        let removal = if self.annotate.is_some() { &nothing } else { removal };
        let plan = nearcopy::removal(&corpus, &detection, removal, &run, meter);
        meter.pause()?;
        Ok(Found { corpus, detection, plan: plan?, files, layout, taken })
    }

    /// What --against names, read.
    fn references(&self, files: &[ReadFile], settings: &Settings, meter: &Meter) -> Result<Taken> {
        let references: Vec<Input> = self.against.iter().map(|p| input(p)).collect();
        let mut more = take_in(&references, &settings.flags.input.options(), meter, self.talk.quiet)?;
        if let Some(twice) = in_both(files, &more.sources) {
            return Err(Failure::Said(format!("{} is both input and reference: name it once", clean(&twice.shown))));
        }
        if more.lost {
            return Err(Failure::Said("a reference could not be read; nothing was written".into()));
        }
        more.documents.iter_mut().for_each(|d| d.info.reference = true);
        if more.documents.is_empty() {
            say_empty(&self.against, &more);
        }
        Ok(more)
    }

    /// Says what was done: on standard output, or on standard error where that holds the corpus.
    fn tell(&self, cleaned: Cleaned, done: &Done, indexed: Option<&str>, settings: &Settings) -> Result<()> {
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
            return to_stdout(|out| writeln!(out, "{documents} annotated\n{}{indexed}", done.places()));
        }
        to_stdout(|out| {
            report::cleaned(cleaned, human_options(&settings.flags.report), out)?;
            if self.dry_run { writeln!(out, "\nNothing was written.") } else { writeln!(out, "\n{}{indexed}", done.places()) }
        })
    }
}

/// A reference that is an input too.
fn in_both<'f>(files: &[ReadFile], references: &'f [ReadFile]) -> Option<&'f ReadFile> {
    let place = |f: &ReadFile| f.path.as_ref().and_then(|p| p.canonicalize().ok());
    let places: HashSet<PathBuf> = files.iter().filter_map(place).collect();
    references.iter().find(|f| place(f).is_some_and(|p| places.contains(&p)))
}

/// The bounds in force, and what the removal needs besides.
fn thresholds(settings: &Settings, removal: &Removal) -> Thresholds {
    let mut t = settings.thresholds.clone();
    let beyond = |r: &Relation| !matches!(r, Relation::Equal | Relation::NearCopy);
    t.all_pairs |= removal.documents && (removal.abridged || removal.relations.iter().any(beyond));
    if removal.cuts() {
        t.max_places = u32::MAX;
        if settings.flags.thresholds.repeat_classes.is_none() {
            t.repeat_classes = t.repeat_classes.min(2);
        }
    }
    t
}
