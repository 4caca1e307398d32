//! Owns: `nearcopy explain`: one document or pair through every stage with the actual numbers.
//! Never: computes them.

use super::background::{BackgroundArgs, boilerplate};
use super::exit::{Exit, Failure, Result, usage};
use super::flag_values::OutputFormat;
use super::named_documents::{NamedDocuments, read_named};
use super::output::{human_options, no_page, to_stdout};
use super::progress::{Meter, TalkArgs};
use super::settings::SettingArgs;
use nearcopy::Documents;
use nearcopy::explain::{explain_document, explain_documents, scan_candidacy};
use nearcopy::report::{self, Explained, Traced};
use std::borrow::Cow;
use std::ffi::OsString;

/// Shows one document, or a pair, at every stage of a scan, with the numbers
///
/// One document: its tokens, paragraphs, shingles, signature, keys and repeats. A pair also: the
/// keys it shares and whether they make it a candidate, the steps of its comparison and the budget
/// of its texts, its alignment, coverage and facts, and the bounds that decided its relation. With
/// --in also whether the scan of that corpus compares it.
#[derive(Debug, clap::Args)]
#[command(override_usage = USAGE, after_help = "--help describes every \
    setting.", after_long_help = EXAMPLES)]
pub struct Explain {
    /// One file or two; with --in one id or two; - is standard input
    #[arg(value_name = "DOC")]
    items: Vec<OsString>,

    /// The corpus in which the ids are looked up
    #[arg(long = "in", value_name = "PATH", num_args = 1.., help_heading = "Input")]
    within: Vec<OsString>,

    #[command(flatten)]
    background: BackgroundArgs,

    #[command(flatten)]
    settings: SettingArgs,

    #[command(flatten)]
    talk: TalkArgs,
}

const USAGE: &str = "nearcopy explain [OPTIONS] DOC [DOC2]
       nearcopy explain [OPTIONS] ID [ID2] --in PATH…";

const EXAMPLES: &str = "\
Examples:
  nearcopy explain morning.txt
      One text: what its keys are made of.
  nearcopy explain morning.txt evening.txt
      Two texts: why they are a near-copy, or why not.
  nearcopy explain 1041 2077 --in corpus.jsonl --near-copy-smaller 0.5
      Two documents of a corpus, by their ids, under another bound.
  nearcopy explain today.txt other.txt --background corpus.background
      Two files as a scan of that corpus would judge them; `scan --save-background` writes the file.
  nearcopy explain morning.txt evening.txt --format json
      The same as data, lists in full, schema nearcopy.explain/1.

What a scan does with keys that stand in very many texts (--max-frequency), and with candidates
over its budget (--compare-budget), depends on the corpus. With --in the outcome is shown of a
pair, for which the candidates of the whole corpus are searched; without it, it is not. Settings
come from the command line, then nearcopy.toml, then --preset, then the defaults.

Exit codes: 0 explained; 2 error, bad usage, or an input that failed; 129, 130, 143 a signal.";

impl Explain {
    pub fn run(self) -> Result<Exit> {
        let settings = self.settings.resolve()?;
        self.check_usage()?;
        no_page(&settings.flags.report, "explain writes human and json")?;
        let background = self.background.choose(&settings)?;
        let meter = Meter::start(self.talk);
        let boilerplate = boilerplate(&settings, &meter, self.talk.quiet)?;
        let NamedDocuments { corpus, numbers, taken } =
            read_named(&self.items, &self.within, &settings, &meter, self.talk.quiet)?;
        let in_corpus = Some(&corpus).filter(|_| !self.within.is_empty());
        let background =
            background.draw(in_corpus, &boilerplate, &settings, &meter, self.talk.quiet)?;
        let (recipe, thresholds) = (&settings.recipe, &settings.thresholds);
        let (recipe_id, background_id) = (recipe.id(), background.id());
        let id = |n: u32| corpus.id(n as usize);
        let text = |n: u32| -> Result<Cow<str>> { corpus.text(n as usize).map_err(Failure::from) };
        let tell = |traced: Traced| {
            let read = [0, 1].map(|side| corpus.info(*numbers.get(side)? as usize).read);
            let (recipe, background) = (&recipe_id, &background_id);
            let explained = Explained { traced, read, recipe, background };
            to_stdout(|out| match settings.flags.report.format.unwrap_or(OutputFormat::Human) {
                OutputFormat::Human => {
                    report::explain(explained, human_options(&settings.flags.report), out)
                }
                _ => report::explain_json(explained, out),
            })
        };
        match numbers[..] {
            [a, b] => {
                let mut pair = explain_documents(&corpus, [a, b], &background, recipe, thresholds)?;
                if let Some(budget) = pair.budget.as_mut().filter(|_| in_corpus.is_some()) {
                    let (options, pair) = (settings.run_options(), [a, b]);
                    let found = scan_candidacy(
                        &corpus,
                        pair,
                        &background,
                        recipe,
                        thresholds,
                        &options,
                        &meter,
                    );
                    meter.pause()?;
                    budget.in_scan = Some(found?);
                }
                tell(Traced::Pair([&id(a), &id(b)], &pair))?;
            }
            _ => {
                let document =
                    explain_document(&text(numbers[0])?, &background, recipe, thresholds);
                tell(Traced::Document(&id(numbers[0]), &document))?;
            }
        }
        Ok(taken.exit(settings.flags.run.max_bad))
    }

    fn check_usage(&self) -> Result<()> {
        match (self.items.len(), self.within.is_empty()) {
            (1 | 2, _) => Ok(()),
            (n, true) => Err(usage(
                "explain",
                format!(
                    "one file or two are explained, not {n}; for ids name their corpus with --in"
                ),
            )),
            (n, false) => Err(usage(
                "explain",
                format!("one id or two are explained, not {n}; what follows --in is the corpus"),
            )),
        }
    }
}
