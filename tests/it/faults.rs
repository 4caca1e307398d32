//! Faults: for every command, each system call on a file fails in turn, and what comes of it is
//! never half.
//!
//! The program runs under a tracer (`faults/tracer.rs`), so this is for Linux on x86-64. `cargo
//! test` tries a few calls of each kind. `FAULTS=all cargo test --test it faults:: -- --nocapture`
//! tries all of them; `FAULTS_CASE=words` those of the cases that have these words in their name;
//! `FAULTS_REPORT=file.md` writes what went wrong as a table; `NEARCOPY_PROGRAM=path` tries another
//! build of the program.

mod cases;
mod left;
mod tracer;

use cases::{CASES, Case, fill};
use left::{Held, Left, copy};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tracer::{
    EACCES, EIO, EMFILE, ENOLCK, ENOMEM, ENOSPC, EPERM, Errno, Fault, KINDS, Kind, Traced, run,
};

/// What the calls of a kind fail with; true where all later calls of the kind fail too.
const fn errors(kind: Kind) -> &'static [(Errno, bool)] {
    match kind {
        Kind::Open => &[(EACCES, false), (EMFILE, true)],
        Kind::Read | Kind::List | Kind::Sync | Kind::Status => &[(EIO, false)],
        Kind::Write => &[(ENOSPC, true), (ENOSPC, false), (EIO, false)],
        Kind::Space => &[(ENOSPC, true), (ENOSPC, false)],
        Kind::Rename => &[(EACCES, false), (ENOSPC, true)],
        Kind::Make => &[(ENOSPC, false)],
        Kind::Remove => &[(EACCES, false)],
        Kind::Map => &[(ENOMEM, true), (ENOMEM, false)],
        Kind::Lock => &[(ENOLCK, false)],
        Kind::Mode => &[(EPERM, false)],
    }
}

const fn name(errno: Errno) -> &'static str {
    match errno {
        EPERM => "EPERM",
        EIO => "EIO",
        ENOMEM => "ENOMEM",
        EACCES => "EACCES",
        EMFILE => "EMFILE",
        ENOSPC => "ENOSPC",
        _ => "ENOLCK",
    }
}

/// How long a run may take before it counts as hung.
const LIMIT: Duration = Duration::from_secs(10);
/// How many calls of each kind a usual test run lets fail, for each command and error.
const FEW: usize = 2;

/// The runs that a case is judged by: what was there before it, and what a run without faults left.
struct Plain<'c> {
    case: &'c Case,
    before: Left,
    after: Left,
    run: Traced,
}

impl Plain<'_> {
    /// What is wrong with a run that a fault hit, in words; nothing if all is well.
    fn problems(&self, run: &Traced, fault: Fault, left: &Left, err: &str) -> Vec<String> {
        let mut out = Vec::new();
        let done = run.code == self.run.code;
        if run.hung {
            return vec!["it hung".into()];
        } else if let Some(signal) = run.signal {
            out.push(format!("ended by signal {signal}"));
        } else if !done && run.code != Some(2) {
            out.push(format!("exit code {}", run.code.unwrap_or(-1)));
        }
        let mut old_and_new = (Vec::new(), Vec::new());
        let part = !done && self.rest_is_written(run);
        for output in self.case.outputs.iter().filter(|o| **o != "fresh") {
            let (is, was, will) =
                (left.output(output), self.before.output(output), self.after.output(output));
            if is == will {
                old_and_new.1.push(*output);
            } else if is == was {
                old_and_new.0.push(*output);
            } else if !part {
                out.push(format!("{output} is neither old nor new"));
            }
        }
        if done && !old_and_new.0.is_empty() {
            out.push(format!(
                "exit code {}, but {} is old",
                run.code.unwrap_or(-1),
                old_and_new.0.join(", ")
            ));
        }
        if !old_and_new.0.is_empty() && !old_and_new.1.is_empty() {
            out.push(format!("{} new, {} old", old_and_new.1.join(", "), old_and_new.0.join(", ")));
        }
        let printed = Path::new("stdout");
        if done && left.tree.get(printed) != self.after.tree.get(printed) {
            out.push(format!("exit code {}, but standard output differs", run.code.unwrap_or(-1)));
        }
        self.others(fault, left, &mut out);
        self.indexes(done, run.code == Some(2), left, &mut out);
        if !done && let Some((_, file)) = &run.hit {
            out.extend(self.message(file, fault.errno, err));
        }
        out
    }

    /// Where the case keeps stages, what is wrong with a second run, which no fault hits and which
    /// goes on behind the first one.
    fn goes_on(&self, at: &Path, errors_to: &Path) -> Option<String> {
        if !self.case.args.contains("--scratch run") {
            return None;
        }
        let again = run(&mut self.case.command(at, errors_to), at, None, LIMIT).unwrap();
        let err = fs::read_to_string(errors_to).unwrap();
        if again.code != self.run.code {
            return Some(format!("the second run fails: {err}"));
        }
        let is_after = Left::of(at, self.case).tree == self.after.tree;
        let emptied = fs::read_dir(at.join("run")).unwrap().next().is_none();
        (!is_after || !emptied).then(|| format!("the second run left other files ({emptied})"))
    }

    /// Whether a file that was met while a directory was walked could not be read: the rest is
    /// written then, and the exit code tells that it is not all.
    fn rest_is_written(&self, run: &Traced) -> bool {
        let walked = |dir: &str| self.case.args.split_whitespace().any(|word| word == dir);
        run.hit.as_ref().is_some_and(|(_, file)| {
            ["texts", "pages"].iter().any(|d| walked(d) && file.iter().any(|part| part == *d))
        })
    }

    /// Files that are no outputs are as they were, and nothing stands beside them.
    fn others(&self, fault: Fault, left: &Left, out: &mut Vec<String>) {
        let output = |file: &Path| {
            self.case.outputs.iter().any(|o| file.starts_with(o))
                || file == Path::new("stdout")
                || (self.case.writes_index && file.starts_with("seen"))
        };
        for (file, bytes) in left.tree.iter().filter(|(file, _)| !output(file)) {
            match self.before.tree.get(file) {
                Some(was) if was == bytes => {}
                Some(_) => out.push(format!("{} was changed", file.display())),
                // Where nothing can be removed, or no directory be opened, something is left.
                None if fault.kind == Kind::Remove || fault.errno == EMFILE => {}
                None => out.push(format!("left behind: {}", unnumbered(file))),
            }
        }
        for file in self.before.tree.keys().filter(|f| !output(f) && !left.tree.contains_key(*f)) {
            out.push(format!("{} is gone", file.display()));
        }
    }

    /// An index is sound and has what was acknowledged before. New documents are all there where
    /// the exit code says so; after an error, those whose file could be read.
    fn indexes(&self, done: bool, refused: bool, left: &Left, out: &mut Vec<String>) {
        match &left.seen {
            Err(e) => out.push(format!("the index is not sound: {e}")),
            seen if *seen == self.after.seen => {}
            seen if *seen == self.before.seen && !done => {}
            Ok(seen) => {
                let ids = |all: &Held| -> BTreeSet<String> {
                    all.iter().flatten().map(|d| d.0.clone()).collect()
                };
                let (before, after) = (ids(&self.before.seen), ids(&self.after.seen));
                let seen: BTreeSet<String> = seen.iter().map(|d| d.0.clone()).collect();
                if !seen.is_superset(&(&before & &after)) {
                    out.push("the index lost documents".into());
                } else if !refused || !seen.is_subset(&(&before | &after)) {
                    out.push("the index holds part of the new documents".into());
                }
            }
        }
        match (&left.fresh, &self.after.fresh) {
            (Some(Err(e)), _) => out.push(format!("the new index is not sound: {e}")),
            (None, Some(_)) if done => out.push("the new index is missing".into()),
            (Some(Ok(is)), Some(Ok(will))) if done && is != will => {
                out.push("the new index lacks documents".into())
            }
            _ => {}
        }
    }

    /// The message says which file it is, or at least what failed.
    fn message(&self, file: &Path, errno: Errno, err: &str) -> Option<String> {
        let shown = |name: &std::ffi::OsStr| err.contains(&*name.to_string_lossy());
        // A temporary file is told by the name of the file whose place it takes.
        let words = self.case.args.split_whitespace().flat_map(|word| word.split(['=', '/']));
        let named = file.iter().rev().take(2).any(shown)
            || words.filter(|w| w.len() > 3 && !w.starts_with('-')).any(|w| err.contains(w))
            || err.contains("standard output")
            || err.contains("standard input");
        if err.trim().is_empty() {
            return Some("no message".into());
        }
        let why = match errno {
            EPERM => "not permitted",
            EIO => "Input/output error|disk",
            ENOMEM => "memory",
            EACCES => "ermission",
            EMFILE => "many open files",
            ENOSPC => "full|No space",
            _ => "lock|disk",
        };
        let says_why = why.split('|').any(|w| err.contains(w));
        match (named, says_why) {
            (true, true) => None,
            (true, false) => Some("the message does not say what failed".into()),
            (false, true) => Some("the message names no file".into()),
            (false, false) => Some("the message names no file and no reason".into()),
        }
    }
}

/// A name without what is random or counted in it.
fn unnumbered(file: &Path) -> String {
    let name = file.display().to_string();
    match (name.find(".nearcopy-"), name.rfind(".tmp")) {
        (Some(from), Some(to)) if from < to => format!("{}….tmp", &name[..from + 10]),
        _ => name,
    }
}

/// The calls of a kind that are let fail: all, or some that are spread over them.
fn chosen(count: usize, all: bool, case: usize) -> Vec<usize> {
    if all || count <= FEW {
        return (1..=count).collect();
    }
    (0..FEW).map(|i| 1 + (i * count / FEW + case) % count).collect()
}

/// A run that went wrong: what was let fail, and what was wrong with it.
struct Wrong {
    case: &'static str,
    fault: Fault,
    call: String,
    problem: String,
    message: String,
}

/// Everything that the threads of a test share.
struct Trials {
    all: bool,
    next: AtomicUsize,
    tried: AtomicUsize,
    calls: AtomicUsize,
    wrong: Mutex<Vec<Wrong>>,
}

impl Trials {
    fn of_case(&self, number: usize, filled: &Path, scratch: &Path) {
        let case = &CASES[number];
        let (at, errors_to) = (scratch.join("at"), scratch.join("errors"));
        let fresh = || {
            let _ = fs::remove_dir_all(&at);
            copy(filled, &at);
        };
        fresh();
        fs::File::create(at.join("stdout")).unwrap();
        let before = Left::of(&at, case);
        fresh();
        let plain = run(&mut case.command(&at, &errors_to), &at, None, LIMIT).unwrap();
        let err = fs::read_to_string(&errors_to).unwrap();
        let wanted = if case.name == "check that fails" { 1 } else { 0 };
        assert_eq!(plain.code, Some(wanted), "{}: {err}", case.name);
        let plain = Plain { case, before, after: Left::of(&at, case), run: plain };
        assert!(plain.after.seen.is_ok(), "{}: {:?}", case.name, plain.after.seen);
        self.calls.fetch_add(plain.run.calls.len(), Ordering::Relaxed);
        for kind in KINDS {
            for (which, &(errno, lasting)) in errors(kind).iter().enumerate() {
                for nth in chosen(plain.run.count(kind), self.all, number + which) {
                    let fault = Fault { kind, nth, errno, lasting };
                    fresh();
                    let run =
                        run(&mut case.command(&at, &errors_to), &at, Some(fault), LIMIT).unwrap();
                    let Some((call, file)) = &run.hit else { continue };
                    self.tried.fetch_add(1, Ordering::Relaxed);
                    let mut err = fs::read_to_string(&errors_to).unwrap();
                    // What a verification finds is its answer.
                    if case.args.contains("verify") {
                        err += &fs::read_to_string(at.join("stdout")).unwrap();
                    }
                    let below = file.strip_prefix(&at).unwrap_or(file);
                    let call = format!("{call} {}", unnumbered(below));
                    let left = Left::of(&at, case);
                    let mut problems = plain.problems(&run, fault, &left, &err);
                    problems.extend(plain.goes_on(&at, &errors_to));
                    for problem in problems {
                        let (call, message) = (call.clone(), err.trim().replace('\n', " / "));
                        let wrong = Wrong { case: case.name, fault, call, problem, message };
                        self.wrong.lock().unwrap().push(wrong);
                    }
                }
            }
        }
    }
}

#[test]
fn a_call_that_fails_leaves_nothing_half() {
    let all = std::env::var("FAULTS").is_ok_and(|v| v == "all");
    let words = std::env::var("FAULTS_CASE").unwrap_or_default();
    let filled = tempfile::tempdir().unwrap();
    fill(filled.path());
    let trials = Trials {
        all,
        next: AtomicUsize::new(0),
        tried: AtomicUsize::new(0),
        calls: AtomicUsize::new(0),
        wrong: Mutex::default(),
    };
    std::thread::scope(|s| {
        for _ in 0..std::thread::available_parallelism().map_or(2, |n| n.get()).min(4) {
            s.spawn(|| {
                let scratch = tempfile::tempdir().unwrap();
                loop {
                    let number = trials.next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = CASES.get(number) else { break };
                    if case.name.contains(&words) {
                        trials.of_case(number, filled.path(), scratch.path());
                    }
                }
            });
        }
    });
    let mut wrong = trials.wrong.into_inner().unwrap();
    wrong.sort_by_key(|w| (w.case, w.problem.clone(), w.fault.kind, w.fault.nth));
    println!(
        "{} calls on files in {} commands; {} trials, {} problems",
        trials.calls.into_inner(),
        CASES.len(),
        trials.tried.into_inner(),
        wrong.len()
    );
    let shown = table(&wrong);
    if let Ok(report) = std::env::var("FAULTS_REPORT") {
        fs::write(report, &shown).unwrap();
    }
    assert!(wrong.is_empty(), "{shown}");
}

fn table(wrong: &[Wrong]) -> String {
    let mut out =
        "| command | fault | call | what happened | message |\n|---|---|---|---|---|\n".to_owned();
    for w in wrong {
        let Fault { kind, nth, errno, lasting } = w.fault;
        let lasting = if lasting { " from then on" } else { "" };
        out += &format!(
            "| {} | {kind:?} {nth} {}{lasting} | {} | {} | {} |\n",
            w.case,
            name(errno),
            w.call,
            w.problem,
            w.message.chars().take(160).collect::<String>()
        );
    }
    out
}
