//! Owns: `nearcopy compare`: named pairs only, without a search. Never: compares anything itself.

use super::background::{BackgroundArgs, boilerplate, say_no_background};
use super::exit::{Exit, Failure, Result, usage};
use super::messages::clean;
use super::named_documents::{NamedDocuments, read_named};
use super::output::{OutputArgs, Report};
use super::outputs::Outputs;
use super::pairs_file::Wanted;
use super::progress::{Meter, TalkArgs};
use super::read_corpus::{ReadCorpus, ReadTexts, inputs, refuse_empty, take_in};
use super::settings::{SettingArgs, Settings};
use nearcopy::detection::Pair;
use nearcopy::report::Findings;
use nearcopy::{Comparison, Detection, Documents, Relation, Thresholds};
use std::ffi::OsString;
use std::path::PathBuf;

/// Compares two texts, or the pairs of a list, and shows every passage they share
///
/// The comparison is the one of `scan`, without the search for candidates. What a corpus tells
/// about its texts (boilerplate, common words) is drawn from the corpus of --in or --pairs.
#[derive(Debug, clap::Args)]
#[command(override_usage = USAGE, after_help = "--help describes every \
    setting.", after_long_help = EXAMPLES)]
pub struct Compare {
    /// Two files; with --in two ids; with --pairs the files and directories of the corpus
    #[arg(value_name = "A B")]
    items: Vec<OsString>,

    /// The corpus in which the two ids are looked up
    #[arg(
        long = "in",
        value_name = "PATH",
        num_args = 1..,
        help_heading = "Input",
        conflicts_with = "pairs"
    )]
    within: Vec<OsString>,

    /// Compare the pairs of this file: JSON Lines with the ids "a" and "b"; - is standard input
    #[arg(long, value_name = "PAIRS.jsonl", help_heading = "Input")]
    pairs: Option<PathBuf>,

    #[command(flatten)]
    background: BackgroundArgs,

    #[command(flatten)]
    settings: SettingArgs,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    talk: TalkArgs,
}

const USAGE: &str = "nearcopy compare [OPTIONS] A B
       nearcopy compare [OPTIONS] ID_A ID_B --in PATH…
       nearcopy compare [OPTIONS] --pairs PAIRS.jsonl PATH…";

const EXAMPLES: &str = "\
Examples:
  nearcopy compare morning.txt evening.txt
      Two files, passage by passage.
  nearcopy compare 1041 2077 --in corpus.jsonl
      Two documents of a corpus, by their ids.
  nearcopy compare --pairs suspects.jsonl corpus.jsonl --format jsonl
      Only these pairs, all matches, as data.
  nearcopy scan corpus.jsonl --save-background corpus.background -q > /dev/null
  nearcopy compare a.txt b.txt --background corpus.background
      Two files as the scan of that corpus would compare them: its boilerplate left out, its common
      words common. Documents of a corpus are compared so without the flag.

Lengths are in tokens (words; characters in scripts without spaces), shares run from 0 to 1 or 0%
to 100%. Settings come from the command line, then nearcopy.toml, then --preset, then the
defaults.

Exit codes: 0 compared, whatever the answer; 2 error, bad usage, an input that failed, or more bad
records than --max-bad; 129, 130, 143 a signal.";

/// The documents and pairs to compare.
struct Comparisons {
    corpus: ReadTexts,
    pairs: Vec<(u32, u32)>,
    taken: ReadCorpus,
}

impl Compare {
    pub fn run(self) -> Result<Exit> {
        let settings = self.settings.resolve()?;
        self.check_usage()?;
        self.output.probe(&settings.flags.report, false, None)?;
        self.output.note(self.talk.quiet);
        let background = self.background.choose(&settings)?;
        let meter = Meter::start(self.talk);
        let boilerplate = boilerplate(&settings, &meter, self.talk.quiet)?;
        let task = self.task(&settings, &meter)?;
        let in_corpus = self.pairs.is_some() || !self.within.is_empty();
        let corpus = in_corpus.then_some(&task.corpus);
        // Of two files it is said after the comparison, where it can matter.
        let (quiet, missing) =
            (self.talk.quiet || !in_corpus, !in_corpus && background.is_of_corpus());
        let background = background.draw(corpus, &boilerplate, &settings, &meter, quiet)?;

        let compare = |thresholds: &Thresholds| {
            let options = settings.run_options();
            let found = nearcopy::compare_pairs(
                &task.corpus,
                &task.pairs,
                &background,
                &settings.recipe,
                thresholds,
                &options,
                &meter,
            );
            meter.pause()?;
            Ok::<Detection, Failure>(found?)
        };
        let mut detection = compare(&settings.thresholds)?;
        detection.summary.renamed = task.corpus.renamed();
        let judged = |p: &Pair| p.relation != Relation::Equal;
        let mut shared = detection.pairs.iter().any(judged);
        let none = detection.pairs.is_empty() && detection.equal.is_empty();
        let instead = if self.pairs.is_none() && none {
            let measured = compare(&unbounded(&settings.thresholds))?;
            let measured = measured.pairs.first().map(|p| &p.comparison);
            shared = measured.is_some_and(|c| !c.matches.is_empty());
            Some(unrelated(&task, measured, &settings.thresholds))
        } else {
            None
        };
        // A background tells which shared words and passages count. Equal texts are equal whatever
        // it is, and texts that share none have nothing to judge.
        if missing && shared && !self.talk.quiet {
            say_no_background();
        }
        let findings = Findings {
            detection: &detection,
            documents: &task.corpus,
            skipped: &task.taken.skipped,
        };
        let report = Report { findings, instead, verdict: None, timings: None };
        self.output.write(Outputs::default(), &settings.flags.report, &report)?;
        Ok(task.taken.exit(settings.flags.run.max_bad))
    }

    fn check_usage(&self) -> Result<()> {
        if self.pairs.is_some() {
            if self.items.is_empty() {
                return Err(usage(
                    "compare",
                    "--pairs needs the corpus too: name its files or directories, or - for \
                     standard input",
                ));
            }
            if self.pairs.as_deref() == Some("-".as_ref()) && self.items.iter().any(|p| p == "-") {
                return Err(usage(
                    "compare",
                    "standard input can be the pairs or the corpus, not both",
                ));
            }
            return Ok(());
        }
        match (self.items.len(), self.within.is_empty()) {
            (2, _) => Ok(()),
            (n, true) => Err(usage(
                "compare",
                format!(
                    "two files are compared, not {n}; for ids name their corpus with --in, for a \
                     list of pairs use --pairs"
                ),
            )),
            (n, false) => Err(usage(
                "compare",
                format!("two ids are compared, not {n}; what follows --in is the corpus"),
            )),
        }
    }

    fn task(&self, settings: &Settings, meter: &Meter) -> Result<Comparisons> {
        let quiet = self.talk.quiet;
        if let Some(path) = &self.pairs {
            let mut taken = take_in(
                &inputs(&self.items),
                &settings.flags.input.options(),
                settings.texts()?,
                meter,
                quiet,
            )?;
            let corpus = taken.corpus(quiet)?;
            if corpus.count() == 0 {
                refuse_empty(&self.items, &taken, &settings.flags.run)?;
            }
            let wanted = Wanted::read(path, &corpus)?;
            if !quiet {
                wanted.tell();
            }
            taken.bad += wanted.bad_lines();
            taken.records += wanted.lines;
            if wanted.bad_lines() > 0 {
                taken.skipped.push(("bad-pair".into(), wanted.bad_lines()));
            }
            return Ok(Comparisons { corpus, pairs: wanted.pairs, taken });
        }
        let NamedDocuments { corpus, numbers, taken } =
            read_named(&self.items, &self.within, settings, meter, quiet)?;
        Ok(Comparisons { corpus, pairs: vec![(numbers[0], numbers[1])], taken })
    }
}

/// The same alignment with every bound of a relation at zero, so that even an unrelated pair is
/// reported with its numbers.
fn unbounded(thresholds: &Thresholds) -> Thresholds {
    thresholds.clone().with(|s| {
        s.near_copy_smaller = 0.0;
        s.near_copy_larger = 0.0;
        s.contains = 0.0;
        s.all_pairs = true;
    })
}

/// The message about two unrelated texts, with their measured numbers.
fn unrelated(task: &Comparisons, measured: Option<&Comparison>, bounds: &Thresholds) -> String {
    let id = |n: usize| clean(&task.corpus.id(n));
    let (a, b) = task.pairs.first().map_or((0, 1), |&(a, b)| (a as usize, b as usize));
    let mut text = format!("{} and {}: not related\n", id(a), id(b));
    match measured {
        Some(c) => {
            text.push_str(&format!("  resemblance {:.3}\n", c.resemblance));
            text.push_str(&format!(
                "  containment {:.3} of the first, {:.3} of the second\n",
                c.containment_a, c.containment_b
            ));
            text.push_str(&format!(
                "  coverage    {:.3} of the first, {:.3} of the second\n",
                c.coverage_a, c.coverage_b
            ));
            text.push_str(&format!(
                "  facts       {} of {} agree\n",
                c.facts.agree, c.facts.compared
            ));
        }
        None => text.push_str("  no shared passage\n"),
    }
    text.push_str(&format!(
        "  a near-copy needs coverage {} and {}, a contained text {}, a quote a passage of {} \
         tokens\n",
        bounds.near_copy_smaller, bounds.near_copy_larger, bounds.contains, bounds.min_match
    ));
    text
}
