//! Owns: the folder of --scratch as the place of what the stages of one run have made. Never: makes
//! or reads a stage.

use super::exit::{Failure, Result, usage};
use super::messages::escaped_path;
use super::messages::say;
use super::settings::Settings;
use nearcopy::Scan;
use nearcopy::ingest::InputOptions;
use nearcopy::progress::RunStage;
use nearcopy::stages::{check_folder, check_shared_folder, remove_run};
use std::sync::atomic::{AtomicBool, Ordering};

/// The subcommand of the stage that writes the report.
pub const LAST_STAGE: &str = "stage cluster";

/// The error where a stage has no inputs.
pub const NO_PATHS: &str = "nothing to read: name the paths of the run";

/// The error where no folder was named; `command` is the subcommand that was run.
pub fn no_scratch(command: &'static str) -> Failure {
    usage(command, "--scratch DIR names the folder that the stages of one run share")
}

/// Whether this process keeps what its stages make.
static KEEPS: AtomicBool = AtomicBool::new(false);

/// What is said where a signal has ended the run.
pub fn interrupted_message() -> &'static str {
    match KEEPS.load(Ordering::Relaxed) {
        true => "interrupted: the same command goes on behind the last finished part of a stage",
        false => "interrupted",
    }
}

impl Settings {
    /// How the inputs of a run are read: its own folder is none of them.
    pub fn input_options(&self) -> InputOptions {
        self.flags.options().with(|o| o.passed_over = self.flags.run.scratch.clone())
    }

    /// A scan that keeps what its stages make in the folder of --scratch, where one was named, so
    /// that the same command goes on after it was killed. A folder that cannot be used is an error,
    /// before anything is read.
    pub fn kept<'a>(&self, scan: Scan<'a>) -> Result<Scan<'a>> {
        let Some(folder) = &self.flags.run.scratch else { return Ok(scan) };
        check_folder(folder)?;
        KEEPS.store(true, Ordering::Relaxed);
        Ok(scan.options(self.run_options().with(|o| o.checkpoints = Some(folder.clone()))))
    }

    /// A scan over one part of a stage, which keeps what it makes in the folder of --scratch.
    pub fn shared<'a>(&self, scan: Scan<'a>, stage: RunStage) -> Result<Scan<'a>> {
        let folder = self.flags.run.scratch.clone();
        if let Some(folder) = &folder {
            check_shared_folder(folder, stage)?;
        }
        Ok(scan.options(self.run_options().with(|o| o.checkpoints = folder)))
    }

    /// Deletes what the stages of a run have made that has written its outputs.
    pub fn remove_kept(&self) {
        let Some(folder) = &self.flags.run.scratch else { return };
        // The outputs are complete, whatever becomes of these files.
        if let Err(error) = remove_run(folder) {
            say(&format!("warning: {}: files of the run are left: {error}", escaped_path(folder)));
        }
    }
}
