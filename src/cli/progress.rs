//! Owns: the progress bar on standard error. Never: changes a finding.

use super::exit::{Failure, Result};
use super::interrupt::{interrupted, listen};
use super::messages;
use super::timings::{Timings, TimingsJson};
use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use nearcopy::progress::{Limit, RunStage, Stage};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How much is told.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct TalkArgs {
    /// Nothing on standard error but errors [default: false]
    #[arg(short, long, help_heading = "Run")]
    pub quiet: bool,
    /// No progress bar [default: shown where standard error is a terminal]
    #[arg(long, help_heading = "Run")]
    no_progress: bool,
    /// At the end, how long each stage took and what it used, on standard error [default: false]
    #[arg(long, help_heading = "Run", hide_short_help = true)]
    timings: bool,
}

/// The progress bar of a run, which also hears of signals.
pub struct Meter {
    bar: ProgressBar,
    quiet: bool,
    /// Whether it was said that stages are not carried out again.
    goes_on: AtomicBool,
    limits: Mutex<Vec<Limit>>,
    timings: Option<Timings>,
}

impl Meter {
    /// Starts a bar, hidden where standard error is no terminal. From now on a signal asks the run
    /// to end.
    pub fn start(talk: TalkArgs) -> Meter {
        listen();
        let seen = !talk.quiet && !talk.no_progress && std::io::stderr().is_terminal();
        let bar = if seen {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        let timings = talk.timings.then(Timings::start);
        Meter {
            bar,
            quiet: talk.quiet,
            goes_on: AtomicBool::default(),
            limits: Mutex::default(),
            timings,
        }
    }

    /// Whether the stages before this one were carried out by other processes, which nobody need be
    /// told.
    pub fn shares_stages(&self, shares: bool) {
        self.goes_on.store(shares, Ordering::Relaxed);
    }

    /// Shows that reading begins.
    pub fn reading(&self) {
        self.time(|timings| timings.begin("read"));
        self.show(
            "reading",
            "{spinner} {msg:12} {binary_bytes}  {binary_bytes_per_sec}  {elapsed}",
        );
    }

    /// Adds bytes that were read; returns whether to continue.
    pub fn read(&self, bytes: u64) -> bool {
        self.bar.inc(bytes);
        !interrupted()
    }

    /// Shows that the report is being written.
    pub fn writing(&self) {
        self.time(|timings| timings.begin("report"));
    }

    /// The run plans with so many bytes of memory.
    pub fn memory(&self, bytes: Option<u64>) {
        self.time(|timings| timings.memory(bytes));
    }

    /// So many bytes of texts went to a scratch file.
    pub fn spilled(&self, bytes: u64) {
        self.time(|timings| timings.spilled(bytes));
    }

    /// What the stages so far took, where it is asked for.
    pub fn timings(&self) -> Option<TimingsJson> {
        self.timings.as_ref().map(Timings::json)
    }

    fn time(&self, measure: impl Fn(&Timings)) {
        self.timings.iter().for_each(measure);
    }

    /// Removes the bar.
    pub fn hide(&self) {
        self.time(Timings::end);
        self.bar.disable_steady_tick();
        self.bar.finish_and_clear();
    }

    /// Removes the bar. An interruption ends the run here.
    pub fn pause(&self) -> Result<()> {
        self.hide();
        let limits =
            std::mem::take(&mut *self.limits.lock().unwrap_or_else(PoisonError::into_inner));
        if !self.quiet {
            limits.iter().for_each(messages::say_limit);
        }
        if interrupted() { Err(Failure::Cancelled) } else { Ok(()) }
    }

    fn show(&self, name: &'static str, template: &str) {
        if self.bar.is_hidden() {
            return;
        }
        self.bar.reset();
        self.bar.set_style(
            ProgressStyle::with_template(template)
                .expect("a template")
                .with_key("left", time_left)
                .progress_chars("━╸─"),
        );
        self.bar.set_message(name);
        self.bar.enable_steady_tick(Duration::from_millis(120));
    }
}

/// Writes the time that is left at the mean speed so far. Work is counted in steps of about the
/// same cost, so the mean foretells better than the speed of the last seconds.
fn time_left(state: &ProgressState, out: &mut dyn std::fmt::Write) {
    let (done, all) = (state.pos() as f64, state.len().unwrap_or_default() as f64);
    let left = state.elapsed().as_secs_f64() * (all - done).max(0.0) / done;
    // Before anything is done, nothing is known.
    let _ = match Duration::try_from_secs_f64(left) {
        Ok(left) => write!(out, "{:#}", HumanDuration(left)),
        Err(_) => write!(out, "?"),
    };
}

impl nearcopy::Progress for Meter {
    fn begin(&self, stage: Stage, total: u64) {
        self.time(|timings| {
            timings.begin(stage.name());
            if stage == Stage::Fingerprint {
                timings.texts(total);
            }
        });
        self.bar.set_length(total);
        self.show(
            stage.name(),
            match stage {
                Stage::Fingerprint => {
                    "{spinner} {msg:12} {bar:30} {binary_bytes}/{binary_total_bytes}  \
                     {binary_bytes_per_sec}  {left} left"
                }
                _ => "{spinner} {msg:12} {bar:30} {human_pos}/{human_len}  {per_sec}  {left} left",
            },
        );
    }

    fn advance(&self, done: u64) {
        self.bar.inc(done);
    }

    fn tokenized(&self, bytes: u64) {
        self.time(|timings| timings.tokenized(bytes));
    }

    fn spilled(&self, bytes: u64) {
        Meter::spilled(self, bytes);
    }

    fn kept(&self, _: RunStage, _: u32) {
        if !self.quiet && !self.goes_on.swap(true, Ordering::Relaxed) {
            self.bar.suspend(|| messages::say("goes on with the stages that --scratch has kept"));
        }
    }

    fn limited(&self, limit: &Limit) {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner).push(limit.clone());
    }

    fn cancelled(&self) -> bool {
        interrupted()
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.time(|timings| {
            timings.end();
            messages::write(&timings.table());
        });
    }
}
