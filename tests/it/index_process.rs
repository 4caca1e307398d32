//! The index among processes and threads: killed at any moment it keeps what it acknowledged; many
//! read while one writes; several take turns.
//!
//! `KILLS=200 SECONDS=60 cargo test --release --test it index_process` does it for longer.

mod families;

use crate::random::{mix, setting};
use families::{Told, bring_families};
use nearcopy::index::{Added, CheckOutcome};
use nearcopy::{Document, Index, Recipe, Relation, RunOptions, Thresholds};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Article number n: every fifth is a copy of the one before with a word changed, every eleventh is
/// equal to it.
fn article(n: u64) -> Document {
    let base = if n % 5 == 4 || n % 11 == 10 { n - 1 } else { n };
    let mut words: Vec<String> =
        (0..80).map(|i| format!("w{}", mix(base * 1000 + i) % 50_000)).collect();
    if n % 5 == 4 {
        words[40] = "changed".into();
    }
    Document::new(format!("article-{n}"), words.join(" "))
}

/// This test program again, as a child that does `task` in `dir`.
fn child(task: &str, dir: &Path, from: u64) -> Child {
    let this = std::env::current_exe().unwrap();
    let mut command = Command::new(this);
    command.args([
        "--exact",
        "index_process::a_child",
        "--ignored",
        "--nocapture",
        "--test-threads=1",
    ]);
    command.env("TASK", task).env("DIR", dir).env("FROM", from.to_string());
    command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap()
}

fn say(line: String) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\nACK {line}").unwrap();
    out.flush().unwrap();
}

/// Adds in every way there is, and says what it was told is done. Runs only as a child of the other
/// tests.
#[test]
#[ignore = "the other tests start it"]
fn a_child() {
    let Ok(task) = std::env::var("TASK") else { return };
    let index = Index::open(std::env::var("DIR").unwrap(), &Recipe::default()).unwrap();
    let from = setting("FROM", 0);
    let t = Thresholds::default();
    if task == "families" {
        for told in bring_families(&index, from, 4) {
            say(match told {
                Told::Added(family, id) => format!("added {family} {id}"),
                Told::Refused(family, partner) => format!("refused {family} {partner}"),
            });
        }
        return;
    }
    if task == "share" {
        for n in 0..300 {
            let checked = index
                .check_and_add(&article(n), &t, &[Relation::Equal, Relation::NearCopy])
                .unwrap();
            if checked.outcome == CheckOutcome::New {
                say(format!("added {n}"));
            }
        }
        return;
    }
    let mut n = from;
    for round in 0.. {
        let (begin, what) = (n, mix(from + round) % 16);
        if what < 9 {
            index.add(&article(n)).unwrap();
            n += 1;
        } else if what < 14 {
            let many = 100 + mix(round) % 1500;
            index.add_all((n..n + many).map(article)).unwrap();
            n += many;
        } else if what == 14 {
            // Said before: from here on it may be there or not.
            let gone = from + mix(round) % (n - from + 1);
            say(format!("removing {gone}"));
            index.remove(&article(gone).info.id).unwrap();
            say(format!("removed {gone}"));
        } else if n - from > 500 {
            index.compact(&t, &RunOptions::default(), &()).unwrap();
            say("compacted".into());
        }
        if begin < n {
            say(format!("added {begin} {n}"));
        }
    }
}

#[test]
fn killed_at_any_moment_it_keeps_what_it_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let mut path = dir.path().join("index");
    let (mut next, mut there, mut compactions, mut all) =
        (0, std::collections::BTreeSet::new(), 0, 0);
    let kills = setting("KILLS", 8);
    for kill in 0..kills {
        // Everything is looked at after each kill, so an index must not become large.
        if kill % 16 == 0 {
            path = dir.path().join(format!("index-{kill}"));
            drop(Index::create(&path, &Recipe::default()).unwrap());
            all += there.len();
            (next, there) = (0, std::collections::BTreeSet::new());
        }
        let mut child = child("fill", &path, next);
        let out = BufReader::new(child.stdout.take().unwrap());
        // The moment is counted in time, so that it falls anywhere: in transactions, merges,
        // compactions.
        let wait = Duration::from_millis(30 + mix(kill) % 1500);
        let pid = child.id();
        let killer = std::thread::spawn(move || {
            std::thread::sleep(wait);
            child.kill().unwrap();
            child.wait().unwrap();
        });
        let mut unsure = None;
        for line in out.lines().map_while(Result::ok) {
            let Some(ack) = line.strip_prefix("ACK ") else { continue };
            let parts: Vec<&str> = ack.split(' ').collect();
            let number = |i: usize| parts[i].parse::<u64>().unwrap();
            match parts[0] {
                "added" if parts.len() == 3 => {
                    there.extend(number(1)..number(2));
                    next = number(2);
                }
                "removing" => unsure = Some(number(1)),
                "removed" => {
                    there.remove(&number(1));
                    unsure = None;
                }
                "compacted" => compactions += 1,
                _ => {}
            }
        }
        killer.join().unwrap();
        if let Some(n) = unsure {
            there.remove(&n);
        }
        let index = Index::open(&path, &Recipe::default())
            .unwrap_or_else(|e| panic!("kill {kill} of {pid}: {e}"));
        let found = index.verify().unwrap();
        assert_eq!(found.problems, Vec::<String>::new(), "kill {kill}");
        for &n in &there {
            let d = index
                .get(&article(n).info.id)
                .unwrap()
                .unwrap_or_else(|| panic!("kill {kill}: article {n} of {next} was lost"));
            assert_eq!(d.text, article(n).text);
        }
        // Some that were added without an answer may be there too; the next child brings other
        // ones.
        next += 100_000;
        println!(
            "kill {kill} after {wait:?}: {} acknowledged, {} there",
            there.len(),
            found.documents
        );
    }
    println!(
        "{kills} kills, {} documents acknowledged, {compactions} compactions done",
        all + there.len()
    );
}

#[test]
fn many_read_while_one_writes() {
    let dir = tempfile::tempdir().unwrap();
    let index = Index::create(dir.path().join("index"), &Recipe::default()).unwrap();
    let t = Thresholds::default();
    let (written, done, asked) = (AtomicU64::new(0), AtomicBool::new(false), AtomicU64::new(0));
    let end = Instant::now() + Duration::from_secs(setting("SECONDS", 3));
    std::thread::scope(|s| {
        for reader in 0..8u64 {
            let (index, written, done, asked, t) = (&index, &written, &done, &asked, &t);
            s.spawn(move || {
                let mut x = reader;
                while !done.load(Ordering::Acquire) {
                    x = mix(x + 1);
                    let sure = written.load(Ordering::Acquire);
                    if sure == 0 {
                        continue;
                    }
                    // What was written before the question is in the answer.
                    let n = x % sure;
                    let asked_for = Document::new("asked", article(n).text);
                    let seen = index.seen(&asked_for, t).unwrap();
                    assert!(
                        seen.iter().any(|s| s.relation == Relation::Equal),
                        "article {n} of {sure}"
                    );
                    assert_eq!(
                        index.get(&article(n).info.id).unwrap().unwrap().text,
                        asked_for.text
                    );
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let mut n = 0;
        while Instant::now() < end {
            let many = if n % 3 == 0 { 1 } else { 1 + mix(n) % 700 };
            index.add_all((n..n + many).map(article)).unwrap();
            n += many;
            written.store(n, Ordering::Release);
            if mix(n).is_multiple_of(40) {
                index.compact(&t, &RunOptions::default(), &()).unwrap();
            }
        }
        done.store(true, Ordering::Release);
    });
    let n = written.load(Ordering::Acquire);
    println!("{n} documents written, {} questions", asked.load(Ordering::Relaxed));
    assert_eq!(index.verify().unwrap().problems, Vec::<String>::new());
    // The same as from one thread, document for document.
    let serial = Index::create(dir.path().join("serial"), &Recipe::default()).unwrap();
    serial.add_all((0..n).map(article)).unwrap();
    for i in [&index, &serial] {
        i.compact(&t, &RunOptions::default(), &()).unwrap();
    }
    assert_eq!(index.background().unwrap().id(), serial.background().unwrap().id());
    for i in (0..n).step_by(1 + n as usize / 2000) {
        let seen = index.seen(&article(i), &t).unwrap();
        assert_eq!(seen, serial.seen(&article(i), &t).unwrap(), "article {i}");
    }
}

#[test]
fn processes_take_turns() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("index");
    let index = Index::create(&path, &Recipe::default()).unwrap();
    let t = Thresholds::default();
    let mut children: Vec<Child> = (0..2).map(|_| child("share", &path, 0)).collect();
    let mut own = Vec::new();
    for n in 0..300 {
        if index
            .check_and_add(&article(n), &t, &[Relation::Equal, Relation::NearCopy])
            .unwrap()
            .outcome
            == CheckOutcome::New
        {
            own.push(n);
        }
    }
    let mut added = own;
    for child in &mut children {
        let out = BufReader::new(child.stdout.take().unwrap());
        let lines = out.lines().map_while(Result::ok);
        added.extend(
            lines.filter_map(|l| l.strip_prefix("ACK added ").map(|n| n.parse::<u64>().unwrap())),
        );
        assert!(child.wait().unwrap().success());
    }
    // Each article was added once, by whoever came first; copies of one that was there never.
    added.sort_unstable();
    let wanted = |n: &u64| !(n % 5 == 4 || n % 11 == 10);
    let firsts: Vec<u64> = added.iter().copied().filter(wanted).collect();
    assert_eq!(firsts.len(), firsts.iter().collect::<std::collections::BTreeSet<_>>().len());
    assert_eq!(index.stats().unwrap().documents, added.len() as u64);
    assert_eq!(index.verify().unwrap().problems, Vec::<String>::new());
    for n in 0..300 {
        let seen = index.seen(&Document::new("asked", article(n).text), &t).unwrap();
        let copies: u64 = seen
            .iter()
            .filter(|s| matches!(s.relation, Relation::Equal | Relation::NearCopy))
            .map(|s| s.copies)
            .sum();
        assert_eq!(copies, 1, "article {n}");
    }
}

/// Opens an index whose lock file is missing, sparse or empty, on a disk that is full to the last
/// byte.
fn a_disk_without_room_for_readers(disk: &Path, path: &Path) {
    let reading = nearcopy::index::IndexOptions::default().with(|s| s.read_only = true);
    let lock = path.join("lock.mdb");
    let filler = disk.join("filler");
    for length in [None, Some(0), Some(4096), Some(65536)] {
        std::fs::remove_file(&lock).unwrap();
        if let Some(length) = length {
            std::fs::File::create(&lock).unwrap().set_len(length).unwrap();
        }
        let mut file = std::fs::File::create(&filler).unwrap();
        while file.write_all(&[1; 4096]).is_ok() {}
        drop(file);
        for index in [reading.open(path), Index::open(path, &Recipe::default())] {
            let refused = index.err().expect("there is no room").to_string();
            assert!(refused.contains("lock.mdb") && refused.contains("full"), "{refused}");
        }
        std::fs::remove_file(&filler).unwrap();
        let index = reading.open(path).unwrap();
        assert!(index.stats().unwrap().documents > 0);
    }
}

/// `tests/all.sh` mounts a small disk, where it may, and names it.
#[test]
fn a_full_disk_is_told_and_loses_nothing() {
    let Some(disk) = std::env::var_os("SMALL_DISK") else { return };
    let path = Path::new(&disk).join("index");
    let _ = std::fs::remove_dir_all(&path);
    let index = Index::create(&path, &Recipe::default()).unwrap();
    let t = Thresholds::default();
    let mut there = 0;
    let error = loop {
        let many = if there % 2 == 0 { 1 } else { 1 + mix(there) % 500 };
        match index.add_all((there..there + many).map(article)) {
            Ok(_) => there += many,
            Err(e) => break e,
        }
        assert!(there < 1_000_000, "the disk is not small");
    };
    assert!(error.to_string().contains("disk"), "{error}");
    assert!(index.compact(&t, &RunOptions::default(), &()).is_err());
    // Without room for the table of readers, opening is refused; the process is not ended.
    drop(index);
    a_disk_without_room_for_readers(Path::new(&disk), &path);
    let index = Index::open(&path, &Recipe::default()).unwrap();
    let whole = |index: &Index| {
        assert_eq!(index.verify().unwrap().problems, Vec::<String>::new());
        for n in 0..there {
            assert_eq!(
                index.get(&article(n).info.id).unwrap().expect("acknowledged").text,
                article(n).text
            );
        }
    };
    whole(&index);
    drop(index);
    let index = Index::open(&path, &Recipe::default()).unwrap();
    whole(&index);
    // With room again, it goes on.
    println!("{there} documents fitted; then: {error}");
    let out = Command::new("mount").args(["-o", "remount,size=200m"]).arg(&disk).status().unwrap();
    assert!(out.success());
    index.add_all((there..there + 3000).map(article)).unwrap();
    index.compact(&t, &RunOptions::default(), &()).unwrap();
    assert_eq!(index.verify().unwrap().problems, Vec::<String>::new());
    drop(index);
    // Of a disk that nothing can be written to, it can be asked.
    assert!(
        Command::new("mount").args(["-o", "remount,ro"]).arg(&disk).status().unwrap().success()
    );
    let refused =
        Index::open(&path, &Recipe::default()).err().expect("it cannot be written").to_string();
    assert!(refused.contains("open it for reading"), "{refused}");
    let options = nearcopy::index::IndexOptions::default().with(|s| s.read_only = true);
    let index = options.open(&path).unwrap();
    assert_eq!(
        index.seen(&Document::new("asked", article(0).text), &t).unwrap()[0].relation,
        Relation::Equal
    );
}
