//! Owns: `nearcopy check`: a scan and the verdict on it. Never: finds or judges anything itself.

use super::amount::Amount;
use super::background::boilerplate;
use super::baseline_ref::checkout;
use super::exit::{Exit, Failure, Result, usage};
use super::gate::{GateFlags, today};
use super::messages::{clean, count, escaped_path, say};
use super::output::{OutputArgs, Report, probe};
use super::outputs::Outputs;
use super::piped_input::or_piped;
use super::progress::{Meter, TalkArgs};
use super::read_corpus::{
    NamedFields, ReadCorpus, inputs, refuse_empty, say_sourceless, take_in, take_in_with,
};
use super::settings::{SettingArgs, Settings};
use nearcopy::gate::{Baseline, IgnoreRule, judge};
use nearcopy::ingest::OnError;
use nearcopy::report::Findings;
use nearcopy::{Detection, Documents, Scan};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Scans a corpus and fails where it holds more copies than allowed: for continuous integration
///
/// The scan is that of `scan`. With a baseline only what is new counts.
#[derive(Debug, clap::Args)]
#[command(after_help = "--help describes every setting.", after_long_help = EXAMPLES)]
pub struct Check {
    /// Files and directories; - is standard input
    #[arg(value_name = "PATH")]
    paths: Vec<OsString>,

    #[command(flatten)]
    gate: GateFlags,

    /// Findings that are known and do not count [default: none]
    ///
    /// It knows a finding by what is shared and by where it stands (the id of a document, or its
    /// file), not by lines: text that moves, a record put in above, a renamed file and a copy that
    /// is edited make nothing new. One more copy does.
    #[arg(long, value_name = "FILE", help_heading = "Baseline")]
    baseline: Option<PathBuf>,

    /// Write what is found now to the file of --baseline, and pass [default: false]
    ///
    /// What an entry of [[gate.ignore]] covers stays out of it, so that it comes up again when the
    /// entry expires.
    #[arg(long, help_heading = "Baseline", requires = "baseline")]
    update_baseline: bool,

    /// What the same paths held at this commit, branch or tag does not count [default: none]
    ///
    /// The files are taken from git; nothing in the work tree is touched. Together with --baseline
    /// both count.
    #[arg(
        long,
        value_name = "GITREF",
        help_heading = "Baseline",
        conflicts_with = "update_baseline"
    )]
    baseline_ref: Option<String>,

    #[command(flatten)]
    settings: SettingArgs,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    talk: TalkArgs,
}

const EXAMPLES: &str = "\
Examples:
  nearcopy check articles/
      Fails if two texts are equal or near-copies.
  nearcopy check corpus.jsonl --max-duplicate-documents 5% --fail-on equal \\
      --max-duplicate-text '*=10%'
      Fails if over 5% of the documents are copies, if over 10% of any source's text stands in an
      earlier place, or if two are equal.
  nearcopy check articles/ --baseline nearcopy.baseline --update-baseline
  nearcopy check articles/ --baseline nearcopy.baseline
      Writes down what there is, once; then fails for what is new only.
  nearcopy check articles/ --baseline-ref origin/main --fail-on equal,near-copy,contains,quotes
      Fails for what a branch adds.
  nearcopy check articles/ --format github -o nearcopy.sarif -o nearcopy.xml
      Annotations on GitHub, and files for code scanning and test reports.

In nearcopy.toml:
  [gate]
  max-duplicate-documents = [\"5%\", \"Courier=0\"]
  fail-on = [\"equal\"]

  [[gate.ignore]]
  documents = [\"archive/*\"]   # one glob: of either document's id; several: each id fits one. * \
      also stands for /
  kinds = [\"quotes\"]          # of these kinds only
  text = \"all rights reserved\"  # every shared passage holds these words
  reason = \"the archive quotes\"  # needed
  expires = 2027-01-31         # the last day it counts

A finding is reported at the text that the baseline has not seen, else at the document that --keep
would drop. All pairs, and all places of a repeat, are seen, whatever --max-places,
--pairs-as-repeats and --report-budget say. Bad records fail the check unless --max-bad allows
them. Settings come from the command line, then nearcopy.toml, then --preset, then the defaults.

Exit codes: 0 passed, or the baseline was written; 1 more than allowed; 2 error, bad usage,
nothing to check (--allow-empty), an input that failed (--on-error), or more bad records than
--max-bad (also if more than allowed was found); 129, 130, 143 a signal.";

impl Check {
    pub fn run(mut self) -> Result<Exit> {
        let mut settings = self.settings.resolve()?;
        let t = &mut settings.thresholds;
        // The gate judges every finding, and the report shows what it allows.
        (t.max_places, t.pairs_as_repeats, t.report_budget) = (u32::MAX, u32::MAX, u32::MAX);
        let (gate, ignores) =
            (std::mem::take(&mut self.gate).or(settings.gate.clone()), settings.ignores()?);
        self.paths = or_piped(std::mem::take(&mut self.paths));
        if self.paths.is_empty() {
            return Err(usage(
                "check",
                "nothing to check: name files or directories, `.` for this one, `-` for standard \
                 input",
            ));
        }
        let renewed = self.renewed().map(|path| ("--baseline", path));
        self.output.probe(&settings.flags.report, true, renewed)?;
        self.output.note(self.talk.quiet);
        let stored = self.read_baseline(&settings)?;
        let today = today();
        let kept = settings.kept(settings.scan())?;
        let meter = Meter::start(self.talk);
        meter.memory(settings.flags.run.memory());
        let boilerplate = boilerplate(&settings, &meter, self.talk.quiet)?;
        let scan = settings.scan().boilerplate_from(&boilerplate).progress(&meter);
        let scan = scan.pairs_on_demand();
        let known = self.known_findings(stored, &settings, &scan, &ignores, &today, &meter)?;

        let mut taken = take_in(
            &inputs(&self.paths),
            &settings.input_options(),
            settings.texts()?,
            &meter,
            self.talk.quiet,
        )?;
        self.output.apart(self.renewed(), &taken.sources)?;
        let corpus = taken.corpus(self.talk.quiet)?;
        if corpus.count() == 0 {
            refuse_empty(&self.paths, &taken, &settings.flags.run)?;
        }
        say_sourceless(&corpus, settings.thresholds.sources, self.talk.quiet);
        let kept = kept.boilerplate_from(&boilerplate).progress(&meter).pairs_on_demand();
        let detection = found(&corpus, &kept, &meter)?;
        let findings =
            Findings { detection: &detection, documents: &corpus, skipped: &taken.skipped };
        let read = taken.exit(Some(settings.flags.run.max_bad.unwrap_or(Amount::Count(0))));
        let mut outputs = Outputs::default();
        let known = match &self.baseline {
            Some(path) if self.update_baseline => {
                Some(self.update(path, findings, &ignores, &today, read, &mut outputs)?)
            }
            _ => known,
        };
        let verdict = judge(findings, &gate.policy(), known.as_ref(), &ignores, &today)?;
        let report = Report { findings, instead: None, verdict: Some(&verdict), timings: None };
        meter.writing();
        self.output.write(outputs, &settings.flags.report, &report)?;
        self.say_renewed(known.as_ref());
        settings.remove_kept();
        let exit = self.exit(read, verdict.passed());
        // The process ends here and the system frees its memory, which is faster than freeing each
        // text and finding.
        std::mem::forget((corpus, detection));
        Ok(exit)
    }

    /// The exit code of the run, by what the input says of it and by whether the gate passed.
    fn exit(&self, read: Exit, passed: bool) -> Exit {
        if read != Exit::Done && passed {
            say("error: what could be read passes, but not everything could be read: exit code 2");
        }
        match read {
            Exit::Done if !passed && !self.update_baseline => Exit::Violated,
            other => other,
        }
    }

    /// The baseline file, where it is an output.
    fn renewed(&self) -> Option<&Path> {
        self.baseline.as_deref().filter(|_| self.update_baseline)
    }

    /// Reads the file of --baseline; `None` where it is to be written.
    fn read_baseline(&self, settings: &Settings) -> Result<Option<Baseline>> {
        let Some(path) = &self.baseline else { return Ok(None) };
        if self.update_baseline {
            return probe(path).map(|()| None);
        }
        let shown = escaped_path(path);
        let json = std::fs::read_to_string(path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => Failure::Said(format!(
                "--baseline {shown}: there is no such file; write it first, with --baseline \
                 {shown} --update-baseline"
            )),
            _ => Failure::Said(format!("--baseline {shown}: {e}")),
        })?;
        Ok(Some(Baseline::from_json(&json, &settings.recipe.id(), &shown)?))
    }

    /// The findings of the baseline file, and those at the commit of --baseline-ref.
    fn known_findings(
        &self,
        stored: Option<Baseline>,
        settings: &Settings,
        scan: &Scan,
        ignores: &[IgnoreRule],
        today: &str,
        meter: &Meter,
    ) -> Result<Option<Baseline>> {
        let Some(reference) = &self.baseline_ref else { return Ok(stored) };
        let there = checkout(reference, &self.paths)?;
        if there.inputs.is_empty() && !self.talk.quiet {
            say(&format!("{} has none of these paths: everything is new", clean(reference)));
        }
        // What cannot be read there makes more findings new, so going on hides nothing.
        let options = settings.input_options().with(|o| o.on_error = OnError::Skip);
        let texts = settings.texts()?;
        let mut taken: ReadCorpus =
            take_in_with(NamedFields::AsFound, &there.inputs, &options, texts, meter, true)?;
        let corpus = taken.corpus(true)?;
        let detection = found(&corpus, scan, meter)?;
        let findings =
            Findings { detection: &detection, documents: &corpus, skipped: &taken.skipped };
        let then = Baseline::new(findings, ignores, today)?;
        Ok(Some(stored.unwrap_or_default().with(then)))
    }

    /// Writes the baseline, unless some input could not be read: then the baseline would lose its
    /// findings.
    fn update(
        &self,
        path: &Path,
        findings: Findings,
        ignores: &[IgnoreRule],
        today: &str,
        read: Exit,
        outputs: &mut Outputs,
    ) -> Result<Baseline> {
        let shown = escaped_path(path);
        if read != Exit::Done {
            return Err(Failure::Said(format!(
                "{shown} was not written, because not everything could be read"
            )));
        }
        let baseline = Baseline::new(findings, ignores, today)?;
        outputs.write(path, |out| baseline.to_json(&findings.detection.recipe_id, out))?;
        Ok(baseline)
    }

    /// Says what the new baseline holds, where one was written.
    fn say_renewed(&self, written: Option<&Baseline>) {
        if let Some((path, written)) = self.renewed().zip(written).filter(|_| !self.talk.quiet) {
            let [clusters, pairs, repeats] = written.entry_counts().map(|n| n as u64);
            let parts =
                [count(clusters, "cluster"), count(pairs, "pair"), count(repeats, "repeat")];
            let shown = escaped_path(path);
            say(&format!("{shown} written, with {}: they no longer count", parts.join(", ")));
        }
    }
}

fn found(corpus: &dyn Documents, scan: &Scan, meter: &Meter) -> Result<Detection> {
    let found = scan.run(corpus);
    meter.pause()?;
    Ok(found?)
}
