//! Owns: the files of a commit, put where they can be read. Never: the work tree, or the user's
//! index.

use super::exit::{Failure, Result};
use super::interrupt::interrupted;
use super::messages::{clean, escaped_path};
use nearcopy::ingest::Input;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

/// Files that say what a walk leaves out, wherever they stand.
const IGNORES: [&str; 3] =
    [":(top,glob)**/.gitignore", ":(top,glob)**/.ignore", ":(top,glob)**/.nearcopyignore"];

/// Files of a commit in a directory of their own, which goes with this.
pub struct Checkout {
    /// What the paths hold there, called as they are here. A path that the commit does not have is
    /// left out.
    pub inputs: Vec<Input>,
    _directory: tempfile::TempDir,
}

/// Takes the files of these paths as a commit has them.
pub fn checkout(reference: &str, paths: &[OsString]) -> Result<Checkout> {
    if paths.iter().any(|p| p == "-") {
        return Err(said("standard input has no history: name files or directories"));
    }
    let top = top()?;
    let commit = commit(reference, &top)?;
    let inside =
        paths.iter().map(|path| inside(Path::new(path), &top)).collect::<Result<Vec<PathBuf>>>()?;
    let directory = tempfile::Builder::new().prefix("nearcopy-").tempdir();
    let directory = directory.map_err(|e| said(format!("no room for its files: {e}")))?;
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
    let inputs =
        there.filter(|(_, at)| at.exists()).map(|(shown, at)| Input::Copy { at, shown }).collect();
    Ok(Checkout { inputs, _directory: directory })
}

fn said(why: impl std::fmt::Display) -> Failure {
    Failure::Said(format!("--baseline-ref: {why}"))
}

/// The root of the repository around this directory.
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

/// The commit that a name stands for.
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
    Err(said(match shallow {
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

/// A path seen from the root of the repository.
fn inside(path: &Path, top: &Path) -> Result<PathBuf> {
    let absolute = std::fs::canonicalize(path)
        .or_else(|_| std::env::current_dir().map(|here| plain(&here.join(path))));
    let absolute = absolute.map_err(|e| said(format!("{}: {e}", escaped_path(path))))?;
    let outside = || {
        let (path, top) = (path.display().to_string(), top.display().to_string());
        said(format!(
            "{} lies outside the repository {}: check it by itself, with --baseline FILE",
            clean(&path),
            clean(&top)
        ))
    };
    absolute.strip_prefix(top).map(Path::to_owned).map_err(|_| outside())
}

/// Without `.` and `..`.
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

/// A path as git takes it, whatever characters it has.
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

/// Runs git with this on its standard input; answers its standard output.
fn run(command: &mut Command, input: &[u8]) -> Result<Vec<u8>> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => {
            said("git is not there: install it, or use --baseline FILE")
        }
        _ => said(format!("git cannot be run: {e}")),
    })?;
    let mut stdin = child.stdin.take();
    let output = std::thread::scope(|scope| {
        // By another thread, so that neither waits for the other to read. A git that stops early
        // says why itself.
        scope.spawn(move || stdin.as_mut().map(|pipe| pipe.write_all(input)));
        child.wait_with_output()
    });
    let output = output.map_err(|e| said(format!("git cannot be run: {e}")))?;
    if interrupted() {
        return Err(Failure::Cancelled);
    }
    if output.status.success() {
        return Ok(output.stdout);
    }
    let why = String::from_utf8_lossy(&output.stderr);
    let why = why.lines().next().unwrap_or("it failed");
    Err(said(format!("git: {}", clean(why.trim_start_matches("fatal: ")))))
}
