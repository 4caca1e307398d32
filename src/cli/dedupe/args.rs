//! Owns: the arguments of `nearcopy dedupe`, and which of them can be combined. Never: carries them
//! out.

use crate::cli::amount::Amount;
use crate::cli::exit::{Result, usage};
use crate::cli::flag_values::OutputFormat;
use crate::cli::messages::clean;
use crate::cli::output::{probe, probe_target};
use crate::cli::paths::{apart, distinct};
use crate::cli::progress::TalkArgs;
use crate::cli::settings::{SettingArgs, Settings};
use crate::cli::target::Target;
use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use nearcopy::emit::Output;
use nearcopy::{Relation, Removal};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Removes copies from a corpus and writes what is left, byte for byte as it was
///
/// Of each cluster the document that --keep chooses stays. The rest passes through with all its
/// fields, in its order, in the format it came in.
#[derive(Debug, clap::Args)]
#[command(after_help = "--help describes every setting.", after_long_help = EXAMPLES)]
pub struct Dedupe {
    /// Files, directories and patterns; - is standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<OsString>,

    /// Where the cleaned corpus goes: a file, a directory, or - for standard output
    ///
    /// A directory gets the files of the input under their names. A file holds all records of
    /// inputs of one format; its name says how it is compressed; texts, and the articles of pages
    /// and archives, can go into one .jsonl file (on standard output several of them do). It is
    /// written beside its place and then renamed, so it is never half there.
    #[arg(short = 'o', long, value_name = "OUT", help_heading = "Output")]
    pub output: Option<PathBuf>,

    /// Also remove what stands in these files or directories, which are not changed; repeatable
    ///
    /// For evaluation sets, or for what was crawled before. Pairs of two references are not looked
    /// for.
    #[arg(long, value_name = "REFERENCE", help_heading = "Removal")]
    pub against: Vec<OsString>,

    /// Also remove what this index holds, and add what stays to it [default: none]
    ///
    /// Everything it holds is a reference. A document that it holds under its own id with the same
    /// text goes; with another text it is a new version: it is not compared with the old one, and
    /// replaces it in the index. What stays is added, with its whole text, when all outputs are in
    /// their places; --dry-run and --annotate add nothing. Once it was compacted, its background
    /// (common words, boilerplate) counts for the input too. `nearcopy index create` makes an
    /// index.
    #[arg(long, value_name = "DIR", help_heading = "Removal")]
    pub index: Option<PathBuf>,

    /// Add nothing to the index [default: false]
    #[arg(long, help_heading = "Removal", requires = "index")]
    pub index_read_only: bool,

    /// Remove only copies of a reference or of what the index holds, not those inside the corpus
    /// [default: false]
    #[arg(long, help_heading = "Removal")]
    pub against_only: bool,

    /// What goes: documents, paragraphs, passages, boilerplate; several with commas
    ///
    /// documents: whole documents that are copies. paragraphs: repeated paragraphs from
    /// --min-paragraph tokens on, all but their first place. passages: repeated passages too, as
    /// far as they are whole sentences. boilerplate: in all its places. First is what --keep puts
    /// first. Where paragraphs or passages go, two texts make a repeat (--repeat-classes).
    #[arg(
        long,
        value_name = "WHAT",
        value_delimiter = ',',
        default_value = "documents",
        help_heading = "Removal"
    )]
    pub remove: Vec<RemovedPart>,

    /// Relations that make a document a copy; several with commas
    /// [default: equal,near-copy,abridged; with --against or --index also contained-in]
    ///
    /// equal and near-copy: the other members of a cluster. contained-in: it stands in a longer
    /// document that stays; abridged: only where nine tenths of it do, and the longer one begins
    /// or ends with it, has it spread over half of its length or is short, and holds no other
    /// story. So a text cut short goes (as contained-in), an item of a roundup stays. Towards a
    /// reference also contains, quotes and template.
    #[arg(
        long,
        value_name = "RELATIONS",
        value_delimiter = ',',
        value_parser = Dropped::values(),
        help_heading = "Removal"
    )]
    pub drop: Option<Vec<Dropped>>,

    /// A document of which less is left, in tokens, goes as a whole
    #[arg(long, value_name = "TOKENS", default_value_t = 10, help_heading = "Removal")]
    pub min_left: u32,

    /// Remove nothing; add fields cluster, relation, partner, coverage and spans to every record,
    /// with PREFIX before their names [default: none]
    #[arg(
        long,
        value_name = "PREFIX",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "",
        help_heading = "Output"
    )]
    pub annotate: Option<String>,

    /// With --annotate: the name of the field of the cluster, which gets no prefix [default:
    /// cluster]
    #[arg(long, value_name = "FIELD", requires = "annotate", help_heading = "Output")]
    pub group: Option<String>,

    /// Write everything removed to this file, as JSON Lines: id, partner, relation, scores, spans
    /// and the record itself
    ///
    /// With it the output gives the input back; not so where articles are written as .jsonl.
    #[arg(long, value_name = "FILE", help_heading = "Output", conflicts_with = "annotate")]
    pub removed: Option<PathBuf>,

    /// Write nothing; print what would go, the removals least like what stays first [default:
    /// false]
    #[arg(long, help_heading = "Output", conflicts_with_all = ["removed", "annotate"])]
    pub dry_run: bool,

    /// Write nothing if more than this would go, of everything or of a source with ten documents
    /// or more: a count or a share
    #[arg(long, value_name = "N|P%", default_value = "50%", help_heading = "Removal")]
    pub max_removed: Amount,

    /// Also write the findings of the scan to this path, in the format of its ending (.json, .html,
    /// .csv …; .parquet is a folder of tables), as -o of `scan` does; repeatable
    #[arg(long, value_name = "PATH", help_heading = "Output")]
    pub report: Vec<Target>,

    #[command(flatten)]
    pub settings: SettingArgs,

    #[command(flatten)]
    pub talk: TalkArgs,
}

/// What is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RemovedPart {
    /// Whole documents that are copies
    Documents,
    /// Repeated paragraphs, all but their first place
    Paragraphs,
    /// Repeated passages too, as far as they are whole sentences
    Passages,
    /// Boilerplate, in all its places
    Boilerplate,
}

/// A relation whose documents count as copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dropped {
    /// Any case of the relation.
    Relation(Relation),
    /// `contained-in` where the text is an abridged copy.
    Abridged,
}

const ABRIDGED: &str = "abridged";

impl Dropped {
    fn parse(name: String) -> std::result::Result<Dropped, String> {
        if name == ABRIDGED { Ok(Dropped::Abridged) } else { name.parse().map(Dropped::Relation) }
    }

    fn values() -> impl TypedValueParser<Value = Dropped> {
        let mut names = Relation::ALL.map(Relation::name).to_vec();
        names.push(ABRIDGED);
        PossibleValuesParser::new(names).try_map(Dropped::parse)
    }

    fn relation(self) -> Option<Relation> {
        match self {
            Dropped::Relation(relation) => Some(relation),
            Dropped::Abridged => None,
        }
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
  nearcopy dedupe train/ -o train-clean/ --against eval.jsonl \\
      --drop equal,near-copy,contained-in,contains,quotes
      Nothing that shares a passage with the evaluation set.
  nearcopy dedupe articles/ -o clean/ --remove documents,paragraphs,boilerplate
      Each paragraph once, footers nowhere.
  nearcopy dedupe corpus.csv -o marked.csv --annotate
      All records, with what each is a copy of.

Settings come from the command line, then nearcopy.toml, then --preset, then the defaults.

Exit codes: 0 done; 2 error, bad usage, an input or a reference that failed (where it was named,
nothing is written; --on-error), no document at all (--allow-empty), more bad records than
--max-bad, or more to remove than --max-removed; 129, 130, 143 a signal. Where it is not 0 and
no output is named in the summary, none was written.";

impl Dedupe {
    /// The removal that the arguments ask for.
    pub fn removal(&self, settings: &Settings) -> Result<Removal> {
        let has = |what| self.remove.contains(&what);
        let referring = !self.against.is_empty() || self.index.is_some();
        if self.against_only && !referring {
            return Err(usage(
                "dedupe",
                "--against-only needs references: name them with --against or --index",
            ));
        }
        let drop = self.drop.as_deref().unwrap_or_default();
        let only_towards = |r: &Relation| !r.is_copy() && !r.is_contained();
        if let Some(name) =
            drop.iter().filter_map(|d| d.relation()).find(only_towards).filter(|_| !referring)
        {
            let only = "has a meaning only towards a reference: name one with --against or --index";
            return Err(usage("dedupe", format!("--drop {name} {only}")));
        }
        let mut removal =
            if referring { Removal::against_references() } else { Removal::default() };
        if self.drop.is_some() {
            removal.relations = drop.iter().filter_map(|d| d.relation()).collect();
            removal.abridged = drop.contains(&Dropped::Abridged);
        }
        removal.documents = has(RemovedPart::Documents);
        removal.against_only = self.against_only;
        removal.paragraphs = has(RemovedPart::Paragraphs);
        removal.passages = has(RemovedPart::Passages);
        removal.boilerplate = has(RemovedPart::Boilerplate);
        if let Some(least) = settings.flags.thresholds.repeat_classes {
            removal.repeat_classes = least;
        }
        removal.min_left = self.min_left;
        Ok(removal)
    }

    /// Checks that the fields of an annotation have names of their own.
    fn check_names(&self) -> Result<()> {
        let names =
            Output::field_names(self.annotate.as_deref().unwrap_or(""), self.group.as_deref());
        let [group, others @ ..] = &names[..] else { return Ok(()) };
        let why = match group.as_str() {
            "" => "--group needs the name of a field".into(),
            name if others.contains(group) => {
                format!("--group {}: another added field has this name", clean(name))
            }
            _ => return Ok(()),
        };
        Err(usage("dedupe", why))
    }

    /// Checks that inputs and outputs can be combined.
    pub fn check_usage(&self, settings: &Settings) -> Result<()> {
        self.check_names()?;
        if self.paths.is_empty() {
            return Err(usage(
                "dedupe",
                "nothing to clean: name files or directories, `.` for this one, `-` for standard \
                 input",
            ));
        }
        let stdin = self.paths.iter().chain(&self.against).filter(|p| *p == "-").count();
        if stdin > 1 {
            return Err(usage("dedupe", "standard input can be read once only"));
        }
        let inputs = self.paths.iter().map(|p| (p.as_os_str(), "input"));
        let references = self.against.iter().map(|p| (p.as_os_str(), "reference"));
        let boilerplate = settings.flags.boilerplate.boilerplate_from.iter().flatten();
        let all: Vec<(&OsStr, &str)> = inputs
            .chain(references)
            .chain(boilerplate.map(|p| (p.as_os_str(), "boilerplate")))
            .collect();
        match &self.output {
            _ if self.dry_run => {}
            None => {
                return Err(usage(
                    "dedupe",
                    "where should the cleaned corpus go? Name it with --output, or look first with \
                     --dry-run",
                ));
            }
            Some(out) if out == Path::new("-") => {}
            Some(out) => apart("--output", out, &all)?,
        }
        let removed = self.removed.iter().map(|p| ("--removed", p.as_path()));
        let beside: Vec<(&str, &Path)> =
            removed.chain(self.report.iter().map(|t| ("--report", t.path()))).collect();
        let corpus = self.output.as_deref().filter(|out| *out != Path::new("-") && !self.dry_run);
        distinct(
            &corpus
                .map(|out| ("--output", out))
                .into_iter()
                .chain(beside.iter().copied())
                .collect::<Vec<_>>(),
        )?;
        if let Some(path) = &self.removed {
            apart("--removed", path, &all)?;
            probe(path)?;
        }
        for target in &self.report {
            apart("--report", target.path(), &all)?;
            probe_target(target, &settings.flags.report)?;
        }
        let data = matches!(settings.flags.report.format, Some(f) if f != OutputFormat::Human);
        if data && self.output.as_deref() == Some(Path::new("-")) {
            return Err(usage(
                "dedupe",
                "standard output holds the corpus; --format is for what is said about it",
            ));
        }
        Ok(())
    }
}
