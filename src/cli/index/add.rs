//! Owns: `nearcopy index add`. Never: stores or finds anything itself.

use super::super::exit::{Exit, Failure, Result, usage};
use super::super::flags::{Flags, InputFlags, RunFlags};
use super::super::messages::{escaped_path, say};
use super::super::output::to_stdout;
use super::super::progress::{Meter, TalkArgs};
use super::super::read_corpus::{ReadCorpus, inputs, refuse_empty};
use super::super::settings::{SettingArgs, Settings, set_thread_count};
use super::amounts::{counted, grouped};
use super::args::{BaseArgs, SummaryFormat, Texts};
use super::batch_reader::{BatchReadSummary, feed};
use super::open_index::{IndexPath, hint, stale};
use clap::ValueEnum;
use nearcopy::Index;
use nearcopy::index::{AddedCounts, IndexOptions, IndexStats, SameId};
use nearcopy::ingest::{OnError, is_pattern};
use nearcopy::report::json_line;
use std::ffi::OsString;
use std::time::Instant;

/// Adds documents to an index
///
/// They are on disk in batches of some thousands, in order. Memory does not grow with the input.
/// What is there already under its id with the same text is left alone, so adding again after an
/// interruption is safe.
#[derive(Debug, clap::Args)]
#[command(after_help = "--help describes every setting.")]
pub struct Add {
    #[command(flatten)]
    place: IndexPath,

    /// Files, directories and patterns; - is standard input
    #[arg(value_name = "PATH")]
    paths: Vec<OsString>,

    /// What an id means that is there with another text
    #[arg(long, value_name = "WHAT", default_value = "replace", help_heading = "Index")]
    same_id: SameIdFlag,

    /// Make the index where it is not there yet [default: false]
    #[arg(long, help_heading = "Index")]
    create: bool,

    /// With --create: whether it keeps the texts [default: stored]
    #[arg(long, value_name = "WHICH", help_heading = "Index", requires = "create")]
    texts: Option<Texts>,

    /// Compact it afterwards, as `nearcopy index compact` does [default: false]
    #[arg(long, help_heading = "Index")]
    compact: bool,

    /// How the summary is written
    #[arg(long, value_name = "FORMAT", default_value = "human", help_heading = "Output")]
    format: SummaryFormat,

    #[command(flatten)]
    flags: InputFlags,

    #[command(flatten)]
    run: RunFlags,

    #[command(flatten)]
    base: BaseArgs,

    #[command(flatten)]
    talk: TalkArgs,
}

/// What was read: [`BatchReadSummary`] after an orderly end.
struct Fed {
    taken: ReadCorpus,
    documents: u64,
    nameless: u64,
}

/// What an id means that is added again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SameIdFlag {
    /// The new text takes the place of the old one
    Replace,
    /// An error: nothing from there on is added
    Refuse,
}

#[derive(serde::Serialize)]
struct Summary<'a> {
    schema: &'static str,
    index: &'a str,
    read: u64,
    new: u64,
    copies: u64,
    replaced: u64,
    known: u64,
    #[serde(skip_serializing_if = "is_zero")]
    without_text: u64,
    skipped: Vec<Skipped<'a>>,
    documents: u64,
    changes: u64,
    seconds: f64,
}

#[derive(serde::Serialize)]
struct Skipped<'a> {
    reason: &'a str,
    count: u64,
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl Add {
    pub fn run(self) -> Result<Exit> {
        if self.paths.is_empty() {
            return Err(usage(
                "index add",
                "nothing to add: name files or directories, `.` for this one, `-` for standard \
                 input",
            ));
        }
        let flags = Flags {
            input: self.flags.clone(),
            run: self.run.clone(),
            preset: self.base.preset.clone(),
            ..Flags::default()
        };
        let settings = SettingArgs::of(flags, self.base.config.clone()).resolve()?;
        set_thread_count(settings.flags.run.threads);
        self.check_inputs(&settings)?;
        let index = self.index(&settings)?;
        let meter = Meter::start(self.talk);
        let begun = Instant::now();
        let options = settings.flags.input.options();
        let (BatchReadSummary { taken, documents, nameless }, added) =
            feed(&inputs(&self.paths), &options, &meter, self.talk.quiet, |some| {
                index.add_all(some.flatten())
            })?;
        let counts = added.map_err(|e| self.stopped(&index, e))?;
        if let Err(failure) = meter.pause() {
            say(&format!(
                "{} added before the interruption; to add all again is safe",
                counted(fresh(counts), "document")
            ));
            return Err(failure);
        }
        let seconds = begun.elapsed().as_secs_f64();
        let taken = taken.map_err(|failure| self.unread(failure, fresh(counts)))?;
        if documents == 0 {
            refuse_empty(&self.paths, &taken, &settings.flags.run)?;
        }
        let fed = Fed { taken, documents, nameless };
        if self.compact {
            let done = index.compact(&settings.thresholds, &settings.run_options(), &meter);
            meter.pause()?;
            done?;
        }
        self.tell(&fed, counts, &index.stats()?, seconds)?;
        Ok(fed.taken.exit(settings.flags.run.max_bad))
    }

    /// Refuses a missing input before an index is created for it.
    fn check_inputs(&self, settings: &Settings) -> Result<()> {
        let skip = settings.flags.input.on_error == Some(OnError::Skip);
        for path in self.paths.iter().filter(|_| self.create && !skip) {
            if let Err(e) = std::fs::metadata(path)
                && path != "-"
                && !is_pattern(path.as_ref())
            {
                let shown = escaped_path(path.as_ref());
                return Err(Failure::Said(format!(
                    "{shown} cannot be read ({e}): check the path; no index was created"
                )));
            }
        }
        Ok(())
    }

    fn index(&self, settings: &Settings) -> Result<Index> {
        let same_id =
            if self.same_id == SameIdFlag::Refuse { SameId::Refuse } else { SameId::Replace };
        let options = IndexOptions::default().with(|s| {
            s.same_id = same_id;
            s.without_texts = self.texts == Some(Texts::None);
        });
        let index = self.place.open(settings, options, self.create, self.talk.quiet)?;
        let wanted = self.texts.map(|t| t == Texts::Stored);
        if let Some(wanted) = wanted.filter(|w| *w != index.has_texts()) {
            let (is, want) = if wanted { ("without", "with") } else { ("with", "without") };
            return Err(Failure::Said(format!(
                "{} was made {is} texts, --texts wants one {want}: name another place",
                self.place.display_name()
            )));
        }
        Ok(index)
    }

    /// The error that stopped the command, with a summary of what was added before.
    fn stopped(&self, index: &Index, error: nearcopy::Error) -> Failure {
        if matches!(error, nearcopy::Error::Cancelled) {
            return Failure::Cancelled;
        }
        let stats = index.stats().ok().filter(|stats| stats.documents > 0);
        let holds = stats.map_or(String::new(), |s| {
            format!(
                "\n  earlier batches were added: {} holds {} now",
                self.place.display_name(),
                counted(s.documents, "document")
            )
        });
        let mend = if matches!(error, nearcopy::Error::SameId { .. }) {
            " (--same-id replace)"
        } else {
            ""
        };
        Failure::Said(format!("{error}{mend}{holds}"))
    }

    /// The error that ended the reading, with the number of documents that were added before.
    fn unread(&self, failure: Failure, added: u64) -> Failure {
        match failure {
            Failure::Said(why) if added > 0 => Failure::Said(format!(
                "{why}\n  added before that, and kept: {}; adding everything again is safe",
                counted(added, "document")
            )),
            other => other,
        }
    }

    fn tell(&self, fed: &Fed, counts: AddedCounts, stats: &IndexStats, seconds: f64) -> Result<()> {
        let shown = self.place.display_name();
        let skipped: Vec<Skipped> = fed
            .taken
            .skipped
            .iter()
            .map(|(reason, count)| Skipped { reason, count: *count })
            .collect();
        let AddedCounts { new, copies, replaced, known, without_text } = counts;
        if self.format == SummaryFormat::Json {
            let (read, documents, changes) = (fed.documents, stats.documents, stats.changes);
            let seconds = (seconds * 1000.0).round() / 1000.0;
            let schema = "nearcopy.added/1";
            let view = Summary {
                schema,
                index: &shown,
                read,
                new,
                copies,
                replaced,
                known,
                without_text,
                skipped,
                documents,
                changes,
                seconds,
            };
            to_stdout(|out| json_line(&view, out))?;
        } else if !self.talk.quiet {
            let mut line = format!(
                "{} read: {} new, {}, {} replaced, {} known",
                counted(fed.documents, "document"),
                grouped(new),
                counted(copies, "copy"),
                grouped(replaced),
                grouped(known)
            );
            if without_text > 0 {
                line.push_str(&format!("; {} without text", grouped(without_text)));
            }
            let all: u64 = skipped.iter().map(|s| s.count).sum();
            if all > 0 {
                let each: Vec<String> =
                    skipped.iter().map(|s| format!("{} {}", grouped(s.count), s.reason)).collect();
                line.push_str(&format!("; {} skipped ({})", grouped(all), each.join(", ")));
            }
            let rate = fed.documents as f64 / seconds.max(0.001);
            let now = format!(
                "{shown} holds {}; {seconds:.1} s, {} a second",
                counted(stats.documents, "document"),
                grouped(rate as u64)
            );
            to_stdout(|out| writeln!(out, "{line}\n{now}"))?;
        }
        if !self.talk.quiet {
            self.advise(fed, stats);
        }
        Ok(())
    }

    /// Prints advice about the documents that were added.
    fn advise(&self, fed: &Fed, stats: &IndexStats) {
        if fed.nameless > 0 {
            say(&format!(
                "{} without an id: each is known as FILE:RECORD, and another file of that name \
                 would replace it (--id-field names a field)",
                counted(fed.nameless, "record")
            ));
        }
        if stale(stats.changes, stats.documents) {
            say(&hint(&self.place));
        }
    }
}

/// The number of documents that were not in the index before.
fn fresh(counts: AddedCounts) -> u64 {
    counts.new + counts.copies + counts.replaced
}
