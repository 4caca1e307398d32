//! Owns: running the program as its users do, and what came of it. Never: looks at the answer.

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin;
use std::ffi::OsStr;
use std::fs::File;
use std::path::Path;

/// The program, about to be run: of the environment it sees a terminal of 100 columns and nothing
/// that steers colours or the pages of a continuous integration.
pub struct Program(Command);

/// What a run of the program came to.
pub struct Ended {
    pub code: i32,
    pub bytes: Vec<u8>,
    pub err: String,
}

/// The program without arguments, in the current directory of the tests: the root of the package.
pub fn nearcopy() -> Program {
    let mut command = Command::new(cargo_bin!("nearcopy"));
    command.env("COLUMNS", "100").env_remove("NO_COLOR").env_remove("GITHUB_STEP_SUMMARY");
    Program(command)
}

impl Program {
    pub fn at(mut self, here: &Path) -> Program {
        self.0.current_dir(here);
        self
    }

    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Program {
        self.0.arg(arg);
        self
    }

    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Program {
        self.0.args(args);
        self
    }

    pub fn stdin(mut self, input: impl Into<Vec<u8>>) -> Program {
        self.0.write_stdin(input);
        self
    }

    pub fn run(mut self) -> Ended {
        let output = self.0.output().unwrap();
        let code = output.status.code().expect("an exit code, not a signal");
        Ended { code, bytes: output.stdout, err: String::from_utf8(output.stderr).unwrap() }
    }

    /// Runs what has to work.
    #[track_caller]
    pub fn done(self) -> Ended {
        let shown = format!("{:?}", self.0);
        let ended = self.run();
        assert_eq!(ended.code, 0, "{shown}: {}{}", ended.out(), ended.err);
        ended
    }

    /// Runs what has to be refused, and answers with standard error.
    #[track_caller]
    pub fn refused(self) -> String {
        let shown = format!("{:?}", self.0);
        let ended = self.run();
        assert_eq!(ended.code, 2, "{shown}: {}{}", ended.out(), ended.err);
        ended.err
    }
}

impl Ended {
    pub fn out(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }
}

/// Exit code, standard output, standard error.
pub fn run(here: &Path, args: &[&str]) -> (i32, String, String) {
    run_with(here, args, "")
}

/// The same with something on standard input.
pub fn run_with(here: &Path, args: &[&str], stdin: &str) -> (i32, String, String) {
    let ended = nearcopy().at(here).args(args).stdin(stdin).run();
    (ended.code, ended.out(), ended.err)
}

/// Standard output of what has to work.
#[track_caller]
pub fn ok(here: &Path, args: &[&str]) -> String {
    nearcopy().at(here).args(args).done().out()
}

/// Standard error of what has to be refused.
#[track_caller]
pub fn refused(here: &Path, args: &[&str]) -> String {
    nearcopy().at(here).args(args).refused()
}

/// The program for what a plain run cannot show: signals, closed pipes, one file for both streams.
pub fn process(here: &Path, args: &[&str]) -> std::process::Command {
    let mut command = std::process::Command::new(cargo_bin!("nearcopy"));
    command.current_dir(here).args(args).env("COLUMNS", "100");
    command.env_remove("NO_COLOR").env_remove("GITHUB_STEP_SUMMARY");
    command
}

/// Exit code, and both streams in the order in which they were written.
pub fn transcript(here: &Path, args: &[&str]) -> (i32, String) {
    let file = tempfile::NamedTempFile::new().unwrap();
    let stream = || File::options().append(true).open(file.path()).unwrap();
    let mut command = process(here, args);
    command.stdin(std::process::Stdio::null()).stdout(stream()).stderr(stream());
    let code = command.status().unwrap().code().expect("an exit code, not a signal");
    (code, std::fs::read_to_string(file.path()).unwrap())
}
