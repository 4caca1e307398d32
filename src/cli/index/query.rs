//! Owns: `nearcopy index query`. Never: finds or compares anything itself.

use super::super::exit::{Exit, Failure, Result, usage};
use super::super::flag_values::Color;
use super::super::flags::InputFlags;
use super::super::messages::{clean, say_limit};
use super::super::output::{WIDTH, colored, probe, to_file, to_stdout, width};
use super::super::paths::apart;
use super::super::progress::{Meter, TalkArgs};
use super::super::read_corpus::{ReadCorpus, inputs, refuse_empty};
use super::super::settings::{Settings, set_thread_count};
use super::amounts::{counted, grouped};
use super::args::CompareArgs;
use super::batch_reader::feed;
use super::open_index::IndexPath;
use clap::ValueEnum;
use nearcopy::index::IndexOptions;
use nearcopy::progress::Limit;
use nearcopy::report::{HumanOptions, OwnVersion, Partner, QueryReport};
use nearcopy::{Document, Index, Relation, Thresholds};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The number of documents that the human report shows.
const SHOWN: u64 = 50;
/// The answers that are in memory together while some of them are shown.
const AT_ONCE: usize = 64;

/// Asks what an index holds of documents: copies, texts that contain them, passages
///
/// Each document is compared, text against text, with what shares keys with it, and the passages
/// are shown in both. What stands under its own id is no partner of it, but said. Nothing is
/// changed, and others may add meanwhile.
#[derive(Debug, clap::Args)]
#[command(after_help = "--help describes every setting.")]
pub struct Query {
    #[command(flatten)]
    place: IndexPath,

    /// Files, directories and patterns; - is standard input
    #[arg(value_name = "PATH")]
    paths: Vec<OsString>,

    /// Ask about a document of the index itself, by its id; repeatable
    #[arg(long, value_name = "ID", help_heading = "Input")]
    id: Vec<String>,

    /// Show at most this many partners of each document, the nearest first [default: all]
    #[arg(long, value_name = "N", help_heading = "Output")]
    limit: Option<usize>,

    /// human: for a person; jsonl: one object for each document, a line each
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "human",
        help_heading = "Output",
        hide_possible_values = true
    )]
    format: Format,

    /// Human report: lists only, no passages [default: false]
    #[arg(long, help_heading = "Output")]
    brief: bool,

    /// Colours on standard output; auto: on a terminal, unless NO_COLOR is set [default: auto]
    #[arg(long, value_name = "WHEN", help_heading = "Output")]
    color: Option<Color>,

    /// Write it to a file instead of standard output [default: none]
    ///
    /// The file is written under another name beside its place and then renamed, so it is never
    /// half there.
    #[arg(short = 'o', long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,

    #[command(flatten)]
    input: InputFlags,

    #[command(flatten)]
    settings: CompareArgs,

    #[command(flatten)]
    talk: TalkArgs,
}

/// How answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a person
    Human,
    /// One JSON object for each document
    Jsonl,
}

/// The counts of the answers, for the last line.
#[derive(Default)]
struct AnswerCounts {
    asked: u64,
    related: BTreeMap<(u8, Reverse<Relation>), (&'static str, u64)>,
    own: u64,
    without_text: u64,
    listed: u64,
    hidden: u64,
    /// What bounds left out, by reason: the ids of the documents, each with its count.
    limited: BTreeMap<String, Vec<(String, u64)>>,
    /// Whether the query documents are those of the index itself.
    inside: bool,
}

impl Query {
    pub fn run(self) -> Result<Exit> {
        let settings = self.settings.clone().resolve(self.input.clone())?;
        self.check_usage()?;
        set_thread_count(settings.flags.run.threads);
        let options = IndexOptions::default().with(|s| s.read_only = true);
        let index = self.place.open(&settings, options, false, self.talk.quiet)?;
        let meter = Meter::start(self.talk);
        // Nothing, where a reader closed the pipe before all was read.
        let (mut taken, mut failure) = (None, None);
        let write = |out: &mut dyn Write| {
            self.answer(&index, &settings, &meter, &mut taken, out).map_err(|stop| match stop {
                QueryEnd::Written(e) => e,
                QueryEnd::Failed(f) => {
                    failure = Some(f);
                    // An incomplete output is not renamed into place.
                    io::Error::other("stopped")
                }
            })
        };
        let written = match self.file() {
            Some(path) => to_file(path, write),
            None => to_stdout(write),
        };
        meter.pause()?;
        failure.map_or(written, Err)?;
        let Some(taken) = taken else { return Ok(Exit::Done) };
        if taken.records == taken.bad {
            refuse_empty(&self.paths, &taken, &settings.flags.run)?;
        }
        Ok(taken.exit(settings.flags.run.max_bad))
    }

    /// The file that gets the answers; `-` is standard output.
    fn file(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| *path != Path::new("-"))
    }

    fn check_usage(&self) -> Result<()> {
        if self.paths.is_empty() == self.id.is_empty() {
            let why = if self.id.is_empty() {
                "nothing to ask about: name files or directories, `-` for standard input, or a \
                 document of the index with --id"
            } else {
                "name either files or, with --id, documents of the index"
            };
            return Err(usage("index query", why));
        }
        let Some(path) = self.file() else { return Ok(()) };
        let inputs: Vec<(&OsStr, &str)> =
            self.paths.iter().map(|p| (p.as_os_str(), "input")).collect();
        apart("--output", path, &inputs)?;
        probe(path)
    }

    fn answer(
        &self,
        index: &Index,
        settings: &Settings,
        meter: &Meter,
        taken: &mut Option<ReadCorpus>,
        out: &mut dyn Write,
    ) -> std::result::Result<(), QueryEnd> {
        let mut tally = AnswerCounts { inside: !self.id.is_empty(), ..AnswerCounts::default() };
        let t = &settings.thresholds;
        if !self.id.is_empty() {
            let documents = self.of_index(index)?;
            self.some(index, t, documents, &mut tally, out)?;
        } else {
            let (fed, done) = feed(
                &inputs(&self.paths),
                &settings.flags.input.options(),
                meter,
                self.talk.quiet,
                |all| {
                    for some in all {
                        self.some(index, t, some, &mut tally, out)?;
                    }
                    Ok::<(), QueryEnd>(())
                },
            )?;
            done?;
            meter.pause()?;
            *taken = Some(fed.taken?);
        }
        let limits = tally.limited.iter().filter_map(|(reason, of)| Limit::of_lookups(reason, of));
        for limit in limits.filter(|_| !self.talk.quiet) {
            meter.hide();
            say_limit(&limit);
        }
        if self.format == Format::Human { Ok(tally.write(out)?) } else { Ok(()) }
    }

    /// The documents of the index that are queried.
    fn of_index(&self, index: &Index) -> Result<Vec<Document>> {
        if !index.has_texts() {
            return Err(Failure::Said(format!(
                "{} keeps no texts, so it cannot be asked about its own documents: name files",
                self.place.display_name()
            )));
        }
        let get = |id: &String| match index.get(id)? {
            Some(document) => Ok(document),
            None => Err(Failure::Said(format!(
                "{} holds no document with the id {}",
                self.place.display_name(),
                clean(id)
            ))),
        };
        self.id.iter().map(get).collect()
    }

    /// Queries some documents with all threads, and writes the answers in their order.
    fn some(
        &self,
        index: &Index,
        t: &Thresholds,
        mut documents: Vec<Document>,
        tally: &mut AnswerCounts,
        out: &mut dyn Write,
    ) -> std::result::Result<(), QueryEnd> {
        let is_shown = self.format == Format::Human;
        while is_shown && tally.listed < SHOWN && documents.len() > AT_ONCE {
            let others = documents.split_off(AT_ONCE);
            self.part(index, t, std::mem::replace(&mut documents, others), tally, out)?;
        }
        self.part(index, t, documents, tally, out)
    }

    /// [`some`](Query::some), for as many documents as may be in memory with their partners.
    fn part(
        &self,
        index: &Index,
        t: &Thresholds,
        documents: Vec<Document>,
        tally: &mut AnswerCounts,
        out: &mut dyn Write,
    ) -> std::result::Result<(), QueryEnd> {
        let is_shown = self.format == Format::Human && tally.listed < SHOWN;
        let answers = documents.into_par_iter().map(|d| -> Result<(QueryReport, bool, Vec<u8>)> {
            let without_text = nearcopy::text::tokenize(&d.text).is_empty();
            let seen = self.query_document(index, t, d)?;
            let mut bytes = Vec::new();
            if self.format == Format::Jsonl {
                seen.json(&mut bytes).map_err(|e| Failure::Said(clean(&e.to_string())))?;
            }
            Ok((if is_shown { seen } else { seen.without_texts() }, without_text, bytes))
        });
        for (seen, without_text, bytes) in answers.collect::<Result<Vec<_>>>()? {
            tally.count(&seen);
            tally.without_text += u64::from(without_text);
            if self.format == Format::Jsonl {
                out.write_all(&bytes)?;
            } else if seen.nearest().is_some() || seen.own().is_some() {
                if tally.listed < SHOWN {
                    out.write_all(if tally.listed > 0 { b"\n" } else { b"" })?;
                    seen.human(self.human(), out)?;
                    tally.listed += 1;
                } else {
                    tally.hidden += 1;
                }
            }
        }
        Ok(())
    }

    fn query_document(
        &self,
        index: &Index,
        t: &Thresholds,
        document: Document,
    ) -> Result<QueryReport> {
        let own = if self.id.is_empty() { index.get(&document.info.id)? } else { None };
        let own = own.map(|there| match there.text == document.text {
            _ if !index.has_texts() => OwnVersion::There,
            true => OwnVersion::Same,
            false => OwnVersion::Other,
        });
        let answer = index.query(&document, t)?;
        let limited = answer.limited();
        let mut sightings = answer.sightings;
        let more = sightings.len().saturating_sub(self.limit.unwrap_or(usize::MAX)) as u64;
        sightings.truncate(sightings.len() - more as usize);
        let partners = sightings.into_iter().map(|s| Partner {
            info: s.info,
            text: s.text,
            copies: s.copies,
            relation: s.relation,
            comparison: s.comparison,
        });
        let report = QueryReport::new(document, own, partners.collect(), more);
        Ok(report.with_limited(limited))
    }

    fn human(&self) -> HumanOptions {
        match self.file() {
            Some(_) => HumanOptions::default().with(|s| {
                s.color = false;
                s.width = WIDTH;
                s.brief = self.brief;
            }),
            None => HumanOptions::default().with(|s| {
                s.color = colored(self.color.unwrap_or(Color::Auto));
                s.width = width();
                s.brief = self.brief;
            }),
        }
    }
}

/// The reason why the answers end early.
enum QueryEnd {
    /// An answer could not be written.
    Written(io::Error),
    /// A query failed.
    Failed(Failure),
}

impl From<io::Error> for QueryEnd {
    fn from(error: io::Error) -> QueryEnd {
        QueryEnd::Written(error)
    }
}

impl From<Failure> for QueryEnd {
    fn from(failure: Failure) -> QueryEnd {
        QueryEnd::Failed(failure)
    }
}

impl AnswerCounts {
    fn count(&mut self, seen: &QueryReport) {
        self.asked += 1;
        for (reason, count) in seen.limited() {
            self.limited.entry(reason.clone()).or_default().push((seen.id().to_owned(), *count));
        }
        if let Some(relation) = seen.nearest() {
            self.related
                .entry((relation.rank(), Reverse(relation)))
                .or_insert((relation.name(), 0))
                .1 += 1;
        } else if seen.own() == Some(OwnVersion::Same) {
            self.own += 1;
        }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.hidden > 0 {
            writeln!(
                out,
                "\n… and {} seen before: --format jsonl has all of them.",
                counted(self.hidden, "more document")
            )?;
        }
        let related: u64 = self.related.values().map(|s| s.1).sum();
        let seen = related + self.own;
        let mut kinds: Vec<String> =
            self.related.values().map(|(name, n)| format!("{} {name}", grouped(*n))).collect();
        if self.own > 0 {
            kinds.push(format!("{} only under their own ids", grouped(self.own)));
        }
        let kinds =
            if kinds.is_empty() { String::new() } else { format!(" ({})", kinds.join(", ")) };
        let blank = if self.listed > 0 { "\n" } else { "" };
        let asked = counted(self.asked, "document");
        let (seen, other) = (grouped(seen), grouped(self.asked - seen));
        let without = match self.without_text {
            0 => String::new(),
            n => format!(" {} without text: related to nothing.", counted(n, "document")),
        };
        if self.inside {
            return writeln!(
                out,
                "{blank}Asked about {asked} of the index: {seen} related to others{kinds}, {other} \
                 to none.{without}"
            );
        }
        writeln!(
            out,
            "{blank}Asked about {asked}: {seen} seen before{kinds}, {other} new.{without}"
        )
    }
}
