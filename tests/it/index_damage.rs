//! Damage: an index whose file was changed by something else never gives a wrong answer. Whatever
//! is done to its bytes, a command answers as if nothing had happened or ends with exit code 2.
//!
//! `DAMAGES=200 cargo test --test it index_damage -- --nocapture` tries more than a usual test run;
//! `DAMAGE_SEED=n` tries others; `NEARCOPY_PROGRAM=path` tries another build of the program.

use crate::random::{mix, setting};
use crate::scratch::{record, story};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const PAGE: usize = 4096;
/// How long a command may take before it counts as hung.
const LIMIT: Duration = Duration::from_secs(10);

/// Numbers that follow from a seed (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        let seed = self.0;
        self.0 = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(seed)
    }
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

/// What is asked of every damaged index: a name, the arguments, and the file that has the answer.
const ASKED: [(&str, &str, &str); 8] = [
    ("query", "index query seen asked.jsonl --format jsonl --threads 1", "stdout"),
    (
        "query by id",
        "index query seen --id old-3 --id old-31 --id new-142 --format jsonl",
        "stdout",
    ),
    ("verify", "index verify seen", "stdout"),
    ("export", "index export seen", "stdout"),
    (
        "dedupe",
        "dedupe asked.jsonl -o kept.jsonl --index seen --index-read-only --max-removed 100%",
        "kept.jsonl",
    ),
    ("add", "index add seen asked.jsonl -q", "seen"),
    ("remove", "index remove seen old-7 -q", "seen"),
    ("compact", "index compact seen -q", "seen"),
];

fn program() -> PathBuf {
    std::env::var_os("NEARCOPY_PROGRAM")
        .map_or_else(|| assert_cmd::cargo::cargo_bin!("nearcopy").to_owned(), Into::into)
}

/// Runs a command; `None` where it did not end in time.
fn run(at: &Path, args: &str) -> Option<(std::process::ExitStatus, Vec<u8>, String)> {
    let mut child = Command::new(program())
        .args(args.split_whitespace())
        .current_dir(at)
        .stdin(Stdio::null())
        .stdout(File::create(at.join("stdout")).unwrap())
        .stderr(File::create(at.join("stderr")).unwrap())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > LIMIT {
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let err = String::from_utf8_lossy(&fs::read(at.join("stderr")).unwrap()).into_owned();
    Some((status, fs::read(at.join("stdout")).unwrap(), err))
}

/// The files of an index in order, and where a mended one is asked.
fn index_file(at: &Path) -> PathBuf {
    at.join("seen/data.mdb")
}

/// Changes the bytes of a file in one of the ways that disks, copies and programs do, and says how.
fn damage(bytes: &mut Vec<u8>, older: &[u8], random: &mut Random) -> String {
    let pages = bytes.len() / PAGE;
    let page = random.below(pages);
    let at = page * PAGE..(page + 1) * PAGE;
    match random.below(8) {
        0 | 1 => {
            let many = (1 + random.below(3)).min(pages - page);
            bytes[page * PAGE..(page + many) * PAGE].fill(0);
            format!("{many} pages of zeros from {page} on")
        }
        2 => {
            let bits = 1 + random.below(4);
            let flip = |_| {
                let (byte, bit) = (at.start + random.below(PAGE), random.below(8));
                bytes[byte] ^= 1 << bit;
                format!("{}.{bit}", byte - at.start)
            };
            let flipped: Vec<String> = (0..bits).map(flip).collect();
            format!("bits {} of page {page}", flipped.join(" "))
        }
        3 => {
            // In what LMDB itself reads: the head of a page and its list of places.
            let (byte, bit) = (random.below(48), random.below(8));
            bytes[at.start + byte] ^= 1 << bit;
            format!("bit {byte}.{bit} of page {page}")
        }
        4 => {
            let other = random.below(pages);
            let (one, two) = (bytes[at.clone()].to_vec(), bytes[other * PAGE..][..PAGE].to_vec());
            bytes[at].copy_from_slice(&two);
            bytes[other * PAGE..][..PAGE].copy_from_slice(&one);
            format!("pages {page} and {other} swapped")
        }
        5 => {
            let length = if random.below(2) == 0 { page * PAGE } else { random.below(bytes.len()) };
            bytes.truncate(length);
            format!("cut to {length} bytes")
        }
        6 => {
            let old = page % (older.len() / PAGE);
            bytes[old * PAGE..][..PAGE].copy_from_slice(&older[old * PAGE..][..PAGE]);
            format!("page {old} of an older copy")
        }
        _ => {
            let from = random.below(PAGE);
            bytes[at][from..].iter_mut().for_each(|b| *b = random.next() as u8);
            format!("page {page} from byte {from} on is noise")
        }
    }
}

/// The sound index that is damaged, a copy of it from before its last changes, and what is answered
/// of it.
struct Sound {
    dir: tempfile::TempDir,
    older: Vec<u8>,
    answers: BTreeMap<&'static str, Vec<u8>>,
}

impl Sound {
    fn new() -> Sound {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path();
        let write = |name: &str, records: &mut dyn Iterator<Item = (String, String)>| {
            let all: String = records.map(|(id, text)| record(&id, &text)).collect();
            fs::write(at.join(name), all).unwrap();
        };
        // Long texts lie on pages of their own, short ones together with others.
        let text = |n: usize| story(n - n % 3, if n % 10 == 9 { 1500 } else { 60 + n % 40 });
        write("first.jsonl", &mut (0..150).map(|n| (format!("old-{n}"), text(n))));
        write("then.jsonl", &mut (140..180).map(|n| (format!("new-{n}"), text(n))));
        write("asked.jsonl", &mut (100..400).step_by(9).map(|n| (format!("asked-{n}"), text(n))));
        fs::write(at.join("gone"), "old-20\nold-21\nold-22\nold-90\n").unwrap();
        let mut older = Vec::new();
        for args in [
            "index add seen first.jsonl --create --compact -q",
            "index remove seen --ids gone -q",
            "index add seen then.jsonl -q",
        ] {
            older = fs::read(index_file(at)).unwrap_or_default();
            assert_eq!(run(at, args).unwrap().0.code(), Some(0), "{args}");
        }
        let _ = fs::remove_file(at.join("seen/lock.mdb"));
        let mut sound = Sound { dir, older, answers: BTreeMap::new() };
        for (name, args, file) in ASKED {
            let to = tempfile::tempdir().unwrap();
            sound.copy(to.path(), None);
            let (status, _, err) = run(to.path(), args).unwrap();
            assert_eq!(status.code(), Some(0), "{name}: {err}");
            sound.answers.insert(name, answer(to.path(), file).unwrap());
        }
        sound
    }

    fn copy(&self, to: &Path, data: Option<&[u8]>) {
        let _ = fs::remove_dir_all(to.join("seen"));
        fs::create_dir(to.join("seen")).unwrap();
        let own = fs::read(index_file(self.dir.path())).unwrap();
        fs::write(index_file(to), data.unwrap_or(&own)).unwrap();
        fs::write(to.join("seen/writer.lock"), "").unwrap();
        fs::copy(self.dir.path().join("asked.jsonl"), to.join("asked.jsonl")).unwrap();
        let _ = fs::remove_file(to.join("kept.jsonl"));
    }

    /// Asks a damaged index everything, and returns what is wrong with the answers. The second
    /// number counts refusals.
    fn ask(&self, at: &Path, data: &[u8]) -> (Vec<String>, u64) {
        let (mut wrong, mut refused) = (Vec::new(), 0);
        for (name, args, file) in ASKED {
            self.copy(at, Some(data));
            let Some((status, out, err)) = run(at, args) else {
                wrong.push(format!("{name}: hung"));
                continue;
            };
            match status.code() {
                Some(0) => {
                    // An index that can no longer be read after it was written to is no answer.
                    let is = answer(at, file);
                    if is.is_some_and(|is| is != self.answers[name]) {
                        wrong.push(format!("{name}: exit code 0 and a wrong answer"));
                    }
                }
                Some(2) if !err.trim().is_empty() || name == "verify" && !out.is_empty() => {
                    refused += 1
                }
                Some(code) => wrong.push(format!("{name}: exit code {code}: {err}")),
                None => wrong.push(format!("{name}: {status}: {}", err.trim())),
            }
        }
        (wrong, refused)
    }
}

/// What a command answered: a file, or the documents of the index that it wrote to.
fn answer(at: &Path, file: &str) -> Option<Vec<u8>> {
    if file != "seen" {
        return Some(fs::read(at.join(file)).unwrap_or_default());
    }
    let (status, out, _) = run(at, "index export seen")?;
    (status.code() == Some(0)).then_some(out)
}

#[test]
fn a_damaged_index_gives_no_wrong_answer() {
    let sound = Sound::new();
    let good = fs::read(index_file(sound.dir.path())).unwrap();
    let (damages, seed) = (setting("DAMAGES", 12), setting("DAMAGE_SEED", 1));
    let (next, refusals) = (AtomicU64::new(0), AtomicU64::new(0));
    let all_wrong = Mutex::new(Vec::new());
    std::thread::scope(|s| {
        for _ in 0..std::thread::available_parallelism().map_or(2, |n| n.get()).min(4) {
            s.spawn(|| {
                let scratch = tempfile::tempdir().unwrap();
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= damages {
                        break;
                    }
                    let mut bytes = good.clone();
                    let mut random = Random(seed * 1_000_000 + n);
                    let how = damage(&mut bytes, &sound.older, &mut random);
                    let (wrong, refused) = sound.ask(scratch.path(), &bytes);
                    refusals.fetch_add(refused, Ordering::Relaxed);
                    if !wrong.is_empty() {
                        let line = format!("damage {n}, {how}: {}", wrong.join("; "));
                        all_wrong.lock().unwrap().push(line);
                    }
                }
            });
        }
    });
    let wrong = all_wrong.into_inner().unwrap();
    println!(
        "{damages} damages of an index of {} pages, {} commands, {} refused, {} damages went wrong",
        good.len() / PAGE,
        damages as usize * ASKED.len(),
        refusals.into_inner(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
