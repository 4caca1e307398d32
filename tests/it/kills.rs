//! Signals: whatever a command does, it ends soon after the first INT, TERM, HUP or KILL, and
//! leaves every output as it was or complete, nothing beside it, and a sound index.
//!
//! `KILLS=60 cargo test --test it kills:: -- --nocapture` does it more often than a usual test run;
//! `KILLS_REPORT=file.md` writes what went wrong; `NEARCOPY_PROGRAM=path` tries another build.

use crate::random::{mix, setting};
use crate::scratch::{record, story};
use nearcopy::index::IndexOptions;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How soon a command ends after the first signal. It is .5 s on a machine that has nothing else to
/// do.
const SOON: Duration = Duration::from_millis(1500);
const PATIENCE: Duration = Duration::from_secs(4);

/// A signal: its name, its number, and the exit code that tells of it.
const SIGNALS: [(&str, i32, i32); 4] =
    [("INT", 2, 130), ("TERM", 15, 143), ("HUP", 1, 129), ("KILL", 9, 137)];

/// Whether these tests ignore a signal, as under `nohup`: then the program does, too.
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.map_or(0, |mask| u64::from_str_radix(mask.trim(), 16).unwrap_or(0));
    mask >> (signal - 1) & 1 == 1
}

/// A command that is killed, its outputs, and whether it writes into the index `seen`.
const KILLED: [(&str, &str, &[&str], bool); 6] = [
    (
        "scan",
        "scan corpus.jsonl -o json=old.json -o html=new.html",
        &["old.json", "new.html"],
        false,
    ),
    (
        "scan, tables",
        "scan corpus.jsonl -o json=old.json -o parquet=tables",
        &["old.json", "tables"],
        false,
    ),
    (
        "dedupe",
        "dedupe corpus.jsonl -o old.jsonl --removed new.removed --report json=old.json",
        &["old.jsonl", "new.removed", "old.json"],
        false,
    ),
    ("dedupe, tree", "dedupe texts -o tree", &["tree"], false),
    ("index add", "index add seen corpus.jsonl -q", &[], true),
    ("index compact", "index compact seen -q", &[], true),
];

/// Commands that read what never ends.
const ENDLESS: [&str; 4] = [
    "scan - --input-format jsonl",
    "dedupe - -o new.jsonl --input-format jsonl",
    "check - --input-format jsonl",
    "index add seen - --input-format jsonl -q",
];

fn program() -> PathBuf {
    std::env::var_os("NEARCOPY_PROGRAM")
        .map_or_else(|| assert_cmd::cargo::cargo_bin!("nearcopy").to_owned(), Into::into)
}

fn start(at: &Path, args: &str, stdin: Stdio) -> Child {
    Command::new(program())
        .args(args.split_whitespace())
        .current_dir(at)
        .env("TMPDIR", at.join("tmp"))
        .stdin(stdin)
        .stdout(Stdio::null())
        .stderr(File::create(at.join("errors")).unwrap())
        .spawn()
        .unwrap()
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Waits for the end; `None` where it does not come.
fn ended(child: &mut Child) -> Option<(ExitStatus, Duration)> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait().unwrap() {
            return Some((status, begun.elapsed()));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    None
}

type Tree = BTreeMap<PathBuf, Vec<u8>>;

fn tree(at: &Path) -> Tree {
    fn walk(at: &Path, below: &Path, out: &mut Tree) {
        for entry in fs::read_dir(at.join(below)).unwrap() {
            let name = below.join(entry.unwrap().file_name());
            if name == Path::new("seen") || name == Path::new("errors") {
                continue;
            } else if at.join(&name).is_dir() {
                walk(at, &name, out);
            } else {
                out.insert(name.clone(), fs::read(at.join(&name)).unwrap());
            }
        }
    }
    let mut out = Tree::new();
    walk(at, Path::new(""), &mut out);
    out
}

fn article(n: usize) -> String {
    // Every fourth is a copy of another with words changed, every ninth an equal one.
    let own = story(n - n % 4, 150).replace("harbour7x", "changed");
    let text = story(n - n % 4, 150);
    if n % 4 == 3 || n % 9 == 8 { if n % 9 == 8 { text } else { own } } else { story(n, 150) }
}

fn fill(at: &Path) {
    fs::create_dir_all(at.join("tmp")).unwrap();
    let corpus: String = (0..2000).map(|n| record(&format!("new-{n}"), &article(n))).collect();
    fs::write(at.join("corpus.jsonl"), corpus).unwrap();
    let before: String = (1500..1900).map(|n| record(&format!("old-{n}"), &article(n))).collect();
    fs::write(at.join("before.jsonl"), before).unwrap();
    for n in 0..400 {
        fs::create_dir_all(at.join(format!("texts/{}", n % 7))).unwrap();
        fs::write(at.join(format!("texts/{}/{n}.txt", n % 7)), article(n)).unwrap();
    }
    for args in ["index add seen before.jsonl --create", "scan before.jsonl -o parquet=tables"] {
        assert!(start(at, args, Stdio::null()).wait().unwrap().success(), "{args}");
    }
    fs::remove_file(at.join("seen/lock.mdb")).unwrap();
}

/// Puts everything back as it was before a command.
fn reset(at: &Path, filled: &Path) {
    for name in ["old.json", "old.jsonl"] {
        fs::write(at.join(name), "what was there before\n").unwrap();
    }
    for name in ["new.html", "new.removed", "new.jsonl"] {
        let _ = fs::remove_file(at.join(name));
    }
    let _ = fs::remove_dir_all(at.join("tree"));
    for folder in ["seen", "tables"] {
        let _ = fs::remove_dir_all(at.join(folder));
        fs::create_dir(at.join(folder)).unwrap();
        for entry in fs::read_dir(filled.join(folder)).unwrap().map(Result::unwrap) {
            fs::copy(entry.path(), at.join(folder).join(entry.file_name())).unwrap();
        }
    }
    for entry in fs::read_dir(at).unwrap().map(Result::unwrap) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(".nearcopy-") {
            let _ = fs::remove_file(entry.path());
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Opens the index, verifies it, and returns what it holds.
fn held(at: &Path) -> Result<BTreeSet<String>, String> {
    let options = IndexOptions::default().with(|s| s.read_only = true);
    let index = options.open(at.join("seen")).map_err(|e| e.to_string())?;
    let found = index.verify().map_err(|e| e.to_string())?;
    match found.problems.first() {
        Some(problem) => Err(problem.clone()),
        None => index.ids().map(|ids| ids.into_iter().collect()).map_err(|e| e.to_string()),
    }
}

/// A command that is killed, what is there before and after it, and how long it takes.
struct Killed {
    name: &'static str,
    args: &'static str,
    outputs: &'static [&'static str],
    index: bool,
    before: Tree,
    after: Tree,
    takes: Duration,
}

impl Killed {
    fn new(at: &Path, filled: &Path, which: usize) -> Killed {
        let (name, args, outputs, index) = KILLED[which];
        reset(at, filled);
        let before = tree(at);
        let begun = Instant::now();
        let status = start(at, args, Stdio::null()).wait().unwrap();
        let takes = begun.elapsed();
        let err = fs::read_to_string(at.join("errors")).unwrap();
        assert!(status.success(), "{name}: {err}");
        Killed { name, args, outputs, index, before, after: tree(at), takes }
    }

    /// Kills it once, and returns what is wrong then, and how soon it ended.
    fn kill(
        &self,
        at: &Path,
        filled: &Path,
        which: usize,
        seed: u64,
    ) -> (Vec<String>, Option<Duration>) {
        let (signal_name, number, code) = SIGNALS[which];
        reset(at, filled);
        let mut child = start(at, self.args, Stdio::null());
        let most = self.takes.as_micros() as u64 * 11 / 10;
        std::thread::sleep(Duration::from_micros(mix(seed) % most));
        if child.try_wait().unwrap().is_some() {
            return (self.left(at, false), None);
        }
        signal(&child, signal_name);
        let Some((status, after)) = ended(&mut child) else {
            return (vec!["it did not end".into()], None);
        };
        let mut wrong = self.left(at, number == 9);
        if after > SOON {
            wrong.push(format!("it ended after {after:?}"));
        }
        // It may have been done already.
        let told =
            status.signal() == Some(number) || status.code() == Some(code) || status.success();
        if !told {
            wrong.push(format!("it ended with {status}"));
        }
        (wrong, Some(after))
    }

    /// What is wrong with the files that it left. What was killed cannot clean up.
    fn left(&self, at: &Path, killed: bool) -> Vec<String> {
        let (is, mut wrong) = (tree(at), Vec::new());
        let below = |tree: &Tree, output: &str| -> Tree {
            tree.iter()
                .filter(|f| f.0.starts_with(output))
                .map(|(n, b)| (n.clone(), b.clone()))
                .collect()
        };
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for output in self.outputs {
            let there = below(&is, output);
            if there == below(&self.after, output) {
                new.push(*output);
            } else if there == below(&self.before, output) {
                old.push(*output);
            } else {
                wrong.push(format!("{output} is half"));
            }
        }
        if !killed && !old.is_empty() && !new.is_empty() {
            wrong.push(format!("{} new, {} old", new.join(", "), old.join(", ")));
        }
        for (name, bytes) in is.iter().filter(|f| !self.outputs.iter().any(|o| f.0.starts_with(o)))
        {
            match self.before.get(name) {
                Some(was) if was == bytes => {}
                Some(_) => wrong.push(format!("{} was changed", name.display())),
                None if killed => {}
                None => wrong.push(format!("left behind: {}", name.display())),
            }
        }
        if self.index {
            match held(at) {
                Err(e) => wrong.push(format!("the index is not sound: {e}")),
                Ok(ids) if (1500..1900).any(|n| !ids.contains(&format!("old-{n}"))) => {
                    wrong.push("the index lost documents".into());
                }
                Ok(_) => {}
            }
        }
        wrong
    }
}

/// What all threads of a test found.
#[derive(Default)]
struct Found {
    wrong: Mutex<Vec<String>>,
    took: Mutex<Vec<Duration>>,
    done: AtomicUsize,
}

impl Found {
    fn say(&self, what: &str, signal: usize, (wrong, took): (Vec<String>, Option<Duration>)) {
        let name = SIGNALS[signal].0;
        let mut all = self.wrong.lock().unwrap();
        all.extend(wrong.into_iter().map(|w| format!("- {what}, {name}: {w}")));
        self.took.lock().unwrap().extend(took);
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    #[track_caller]
    fn end(self, what: &str) {
        let mut took = self.took.into_inner().unwrap();
        took.sort_unstable();
        let at = |share: usize| took.get((took.len() * share / 100).min(took.len().max(1) - 1));
        let mut wrong = self.wrong.into_inner().unwrap();
        wrong.sort();
        println!(
            "{what}: {} times, {} of them in time; ended after {:?} (median), {:?} (nine of ten), \
             {:?} (all); {} after .5 s; {} problems",
            self.done.into_inner(),
            took.len(),
            at(50).unwrap_or(&Duration::ZERO),
            at(90).unwrap_or(&Duration::ZERO),
            took.last().unwrap_or(&Duration::ZERO),
            took.iter().filter(|t| t.as_millis() > 500).count(),
            wrong.len()
        );
        if let Ok(report) = std::env::var("KILLS_REPORT") {
            let mut file = File::options().append(true).create(true).open(report).unwrap();
            writeln!(file, "## {what}\n\n{}\n", wrong.join("\n")).unwrap();
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
fn a_signal_at_any_moment_leaves_nothing_half() {
    let filled = tempfile::tempdir().unwrap();
    fill(filled.path());
    let (found, next) = (Found::default(), AtomicUsize::new(0));
    let kills = setting("KILLS", 1) as usize;
    std::thread::scope(|s| {
        for _ in 0..2 {
            s.spawn(|| {
                let scratch = tempfile::tempdir().unwrap();
                let at = scratch.path();
                fill(at);
                loop {
                    let which = next.fetch_add(1, Ordering::Relaxed);
                    if which >= KILLED.len() {
                        break;
                    }
                    let killed = Killed::new(at, filled.path(), which);
                    for n in 0..kills * SIGNALS.len() {
                        let seed = (which * 10_000 + n) as u64;
                        let signal = n % SIGNALS.len();
                        found.say(
                            killed.name,
                            signal,
                            killed.kill(at, filled.path(), signal, seed),
                        );
                    }
                }
            });
        }
    });
    found.end("signals while working");
}

/// Reads what never ends: a pipe that nothing comes through, and one that is never empty.
#[test]
fn a_signal_ends_waiting_for_input() {
    let scratch = tempfile::tempdir().unwrap();
    let at = scratch.path();
    fill(at);
    let found = Found::default();
    for n in 0..setting("KILLS", 1) as usize {
        for (which, args) in ENDLESS.iter().enumerate() {
            let heard = SIGNALS[..3].iter().filter(|signal| !is_ignored(signal.1));
            for (which_signal, &(name, number, code)) in heard.enumerate() {
                for full in [false, true] {
                    let mut child = start(at, args, Stdio::piped());
                    let mut pipe = child.stdin.take().unwrap();
                    let writer = std::thread::spawn(move || {
                        for number in (0..).take_while(|_| full) {
                            let line = record(&format!("endless-{number}"), &story(number, 60));
                            if pipe.write_all(line.as_bytes()).is_err() {
                                break;
                            }
                        }
                        pipe
                    });
                    let seed = (n * 100 + which * 10 + which_signal) as u64;
                    std::thread::sleep(Duration::from_millis(30 + mix(seed) % 300));
                    signal(&child, name);
                    let answer = match ended(&mut child) {
                        None => (vec!["it did not end".into()], None),
                        Some((status, after)) => {
                            let mut wrong = Vec::new();
                            if after > SOON {
                                wrong.push(format!("it ended after {after:?}"));
                            }
                            if status.code() != Some(code) && status.signal() != Some(number) {
                                wrong.push(format!("it ended with {status}"));
                            }
                            (wrong, Some(after))
                        }
                    };
                    drop(writer.join());
                    let what = if full { "an endless pipe" } else { "an empty pipe" };
                    found.say(&format!("{args}, {what}"), which_signal, answer);
                }
            }
        }
    }
    let left: Vec<String> = fs::read_dir(at)
        .unwrap()
        .chain(fs::read_dir(at.join("tmp")).unwrap())
        .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with('.') || name.ends_with(".tmp") || name == "new.jsonl")
        .collect();
    found.say("what is left", 0, (left, None));
    assert!(held(at).is_ok_and(|ids| ids.contains("old-1500")));
    found.end("signals while waiting");
}
