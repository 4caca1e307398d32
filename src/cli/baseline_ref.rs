//! Owns: the checkout of files of a commit to a temporary directory. Never: touches the work tree,
//! or the user's git index.

use super::exit::{Failure, Result};
use super::interrupt::interrupted;
use super::messages::{clean, escaped_path};
use nearcopy::ingest::Input;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

/// Ignore files in any directory, which a walk obeys.
const IGNORES: [&str; 3] =
    [":(top,glob)**/.gitignore", ":(top,glob)**/.ignore", ":(top,glob)**/.nearcopyignore"];

/// The files of a commit in a temporary directory, which is deleted with this value.
pub struct Checkout {
    /// The paths in that directory, reported under their names in the work tree. A path that the
    /// commit lacks is left out.
    pub inputs: Vec<Input>,
    _directory: tempfile::TempDir,
}

/// Checks out the files of these paths as they are in a commit.
pub fn checkout(reference: &str, paths: &[OsString]) -> Result<Checkout> {
    if paths.iter().any(|p| p == "-") {
        return Err(failure("standard input has no history: name files or directories"));
    }
    let top = top()?;
    let commit = commit(reference, &top)?;
    let inside =
        paths.iter().map(|path| inside(Path::new(path), &top)).collect::<Result<Vec<PathBuf>>>()?;
    let directory = tempfile::Builder::new().prefix("nearcopy-").tempdir();
    let directory = directory.map_err(|e| failure(format!("no room for its files: {e}")))?;
    let (index, tree) = (directory.path().join("index"), directory.path().join("tree"));
    let git = || {
        let mut git = Command::new("git");
        git.current_dir(&top).env("GIT_INDEX_FILE", &index);
        git
    };
    run(git().args(["read-tree", &commit]), &[])?;
    let mut list = git();
    list.args(["ls-files", "-z", "--"]).args(IGNORES);
    for path in &inside {
        list.arg(pathspec(path));
    }
    let names = run(&mut list, &[])?;
    let mut prefix = OsString::from("--prefix=");
    prefix.push(&tree);
    prefix.push("/");
    run(git().args(["checkout-index", "-q", "-z", "--stdin"]).arg(prefix), &names)?;
    let there =
        paths.iter().zip(inside).map(|(path, inside)| (PathBuf::from(path), tree.join(inside)));
    let inputs = there
        .filter(|(_, at)| at.exists())
        .map(|(shown, at)| Input::Copy { at, display_path: shown })
        .collect();
    Ok(Checkout { inputs, _directory: directory })
}

fn failure(why: impl std::fmt::Display) -> Failure {
    Failure::Said(format!("--baseline-ref: {why}"))
}

/// The root of the repository of the current directory.
fn top() -> Result<PathBuf> {
    let answer = run(Command::new("git").args(["rev-parse", "--show-toplevel"]), &[]).map_err(
        |e| match e {
            Failure::Said(why) => Failure::Said(format!(
                "{why}; it works inside a git repository only (--baseline FILE works anywhere)"
            )),
            other => other,
        },
    )?;
    let path = path_of(answer.strip_suffix(b"\n").unwrap_or(&answer));
    Ok(std::fs::canonicalize(&path).unwrap_or(path))
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(&*String::from_utf8_lossy(bytes))
}

/// Resolves a name to a commit.
fn commit(reference: &str, top: &Path) -> Result<String> {
    let git = || {
        let mut git = Command::new("git");
        git.current_dir(top).arg("rev-parse");
        git
    };
    let shown = clean(reference);
    if !reference.is_empty() && !reference.starts_with('-') {
        let found =
            run(git().args(["--verify", "--quiet"]).arg(format!("{reference}^{{commit}}")), &[]);
        match found {
            Ok(answer) => return Ok(String::from_utf8_lossy(&answer).trim().to_owned()),
            Err(Failure::Cancelled) => return Err(Failure::Cancelled),
            Err(_) => {}
        }
    }
    let shallow = run(git().arg("--is-shallow-repository"), &[])
        .is_ok_and(|answer| answer.starts_with(b"true"));
    Err(failure(match shallow {
        true => format!(
            "{shown} is not in this shallow clone: fetch it first, with `git fetch --depth=1 \
             origin {shown}` and FETCH_HEAD as the \
             reference, or clone with all history (fetch-depth: 0)"
        ),
        false => format!(
            "{shown} is no commit, branch or tag of this repository: is it fetched, and spelt \
             right?"
        ),
    }))
}

/// A path relative to the root of the repository.
fn inside(path: &Path, top: &Path) -> Result<PathBuf> {
    let absolute = std::fs::canonicalize(path)
        .or_else(|_| std::env::current_dir().map(|here| plain(&here.join(path))));
    let absolute = absolute.map_err(|e| failure(format!("{}: {e}", escaped_path(path))))?;
    let outside = || {
        let (path, top) = (path.display().to_string(), top.display().to_string());
        failure(format!(
            "{} lies outside the repository {}: check it by itself, with --baseline FILE",
            clean(&path),
            clean(&top)
        ))
    };
    absolute.strip_prefix(top).map(Path::to_owned).map_err(|_| outside())
}

/// Resolves `.` and `..` in a path.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// A path as git accepts it, whatever characters it has.
fn pathspec(path: &Path) -> OsString {
    if path.as_os_str().is_empty() {
        return ":/".into();
    }
    let mut spec = OsString::from(":(top,literal)");
    for (n, part) in path.components().enumerate() {
        spec.push(if n > 0 { "/" } else { "" });
        spec.push(part);
    }
    spec
}

/// Runs git with `input` on its standard input; returns its standard output.
fn run(command: &mut Command, input: &[u8]) -> Result<Vec<u8>> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => {
            failure("git is not there: install it, or use --baseline FILE")
        }
        _ => failure(format!("git cannot be run: {e}")),
    })?;
    let mut stdin = child.stdin.take();
    let output = std::thread::scope(|scope| {
        // Another thread writes, so that neither process waits for the other to read. A git that
        // stops early reports the reason itself.
        scope.spawn(move || stdin.as_mut().map(|pipe| pipe.write_all(input)));
        child.wait_with_output()
    });
    let output = output.map_err(|e| failure(format!("git cannot be run: {e}")))?;
    if interrupted() {
        return Err(Failure::Cancelled);
    }
    if output.status.success() {
        return Ok(output.stdout);
    }
    let why = String::from_utf8_lossy(&output.stderr);
    let why = why.lines().next().unwrap_or("it failed");
    Err(failure(format!("git: {}", clean(why.trim_start_matches("fatal: ")))))
}
