//! `--scratch`: a run that was killed goes on behind its last finished stage. `nearcopy stage`: one
//! stage over one part. Both find the same bytes as a run in one go, and refuse any other folder.

use crate::news::{self, Dice};
use crate::program::{nearcopy, ok, process, run};
use crate::scratch::{Here, STORY, near, record};
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// News with copies, near-copies, quotations, a note, titles and a text without a word.
fn corpus(articles: u64) -> Here {
    let mut dice = Dice::new(7);
    let mut lines = String::new();
    for n in 0..articles {
        let article = news::article(&mut Dice::new(n % (articles / 2)));
        let percent = (n / (articles / 2) * 8) as usize;
        let text = news::edited(&article, percent, &mut dice).join("\n\n");
        let note = if n % 9 == 0 { "\n\nSign up for the evening letter of the paper." } else { "" };
        let date = format!("2026-03-{:02}", 1 + n % (articles / 2) % 28);
        lines += &(serde_json::json!({
            "id": format!("r{n}"), "text": text + note, "source": format!("s{}", n % 3),
            "title": format!("Title {}", n % 11), "date": date,
        })
        .to_string()
            + "\n");
    }
    lines += &record("story", STORY);
    lines += &record("near", &near(STORY));
    lines += &record("same", STORY);
    let quoted = STORY.split_inclusive(". ").next().unwrap();
    let article = news::article(&mut Dice::new(999)).join("\n\n");
    lines += &record("quoting", &format!("{article}\n\n{quoted}"));
    lines += &record("empty", " ");
    Here::with(&[("corpus.jsonl", &lines)])
}

const SCAN: [&str; 5] = ["scan", "corpus.jsonl", "--all-pairs", "--format", "json"];
const STAGES: [&[&str]; 6] = [
    &["sketch"],
    &["background"],
    &["pairs", "--by", "documents"],
    &["compare", "--by", "documents"],
    &["pairs", "--by", "passages"],
    &["compare", "--by", "passages"],
];

/// The arguments of each part of a stage.
fn parts_of(stage: &[&str], parts: u32) -> Vec<Vec<String>> {
    let shared = ["corpus.jsonl", "--all-pairs", "--scratch", "run"];
    let args = |part: Option<String>| {
        let part = part.iter().flat_map(|part| ["--part".to_owned(), part.clone()]);
        let all = ["stage"].iter().chain(stage).chain(&shared).map(|arg| (*arg).to_owned());
        all.chain(part).collect::<Vec<String>>()
    };
    match stage {
        ["background"] => vec![args(None)],
        _ => (1..=parts).map(|part| args(Some(format!("{part}/{parts}")))).collect(),
    }
}

fn carry_out(here: &Here, stages: &[&[&str]], parts: u32) {
    for part in stages.iter().flat_map(|stage| parts_of(stage, parts)) {
        nearcopy().at(here.path()).args(part).arg("-q").done();
    }
}

fn names(here: &Here) -> Vec<String> {
    let entries = fs::read_dir(here.file("run")).unwrap();
    let mut names: Vec<String> =
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn stages_by_themselves_find_what_a_scan_finds() {
    let here = corpus(60);
    let plain = ok(here.path(), &SCAN);
    assert!(plain.contains("near-copy") && plain.contains("quotes"));
    for parts in [1, 3] {
        carry_out(&here, &STAGES, parts);
        let kept = names(&here);
        assert_eq!(kept.len() as u32, 5 * parts + 3, "{kept:?}");
        let last = ["corpus.jsonl", "--all-pairs", "--format", "json", "--scratch", "run"];
        let found = ok(here.path(), &[&["stage", "cluster"], &last[..]].concat());
        assert!(found == plain, "{parts} parts");
        assert_eq!(names(&here), [""; 0], "the files of a run that has ended are deleted");
    }
}

#[test]
fn a_scan_goes_on_behind_any_stage() {
    let here = corpus(40);
    let plain = run(here.path(), &SCAN);
    for done in 0..=STAGES.len() {
        carry_out(&here, &STAGES[..done], 2);
        let (code, out, err) = run(here.path(), &[&SCAN[..], &["--scratch", "run"]].concat());
        assert!((code, &out) == (0, &plain.1), "behind {done} stages: {code} {err}");
        assert_eq!(err.contains("goes on with the stages"), done > 0, "{err}");
        assert_eq!(names(&here), [""; 0]);
    }
}

#[test]
fn check_and_dedupe_go_on_too() {
    let here = corpus(40);
    let commands: [&[&str]; 2] = [
        &["check", "corpus.jsonl", "--format", "json"],
        &["dedupe", "corpus.jsonl", "--max-removed", "100%", "-o", "-", "-q"],
    ];
    for command in commands {
        let plain = run(here.path(), command);
        assert!(plain.1.len() > 100, "{plain:?}");
        let kept = [command, &["--scratch", "run"]].concat();
        assert!(run(here.path(), &kept) == plain, "{command:?}");
        assert_eq!(names(&here), [""; 0]);
    }
}

/// The folder may lie in the directory that is scanned.
#[test]
fn the_folder_is_no_input() {
    let here = corpus(10);
    here.write("one.txt", STORY);
    let plain = run(here.path(), &["scan", ".", "--format", "json"]);
    // Nor is it where nothing is left out.
    let all = ["scan", ".", "--format", "json", "--no-ignore", "--hidden"];
    let with = [&all[..], &["--scratch", "other"]].concat();
    here.write("other/nearcopy.lock", "");
    assert!(run(here.path(), &with) == run(here.path(), &all));
    fs::remove_dir(here.file("other")).unwrap();
    for stage in [&STAGES[0], &STAGES[1]] {
        for mut part in parts_of(stage, 2) {
            part.iter_mut().filter(|arg| *arg == "corpus.jsonl").for_each(|arg| *arg = ".".into());
            part.retain(|arg| arg != "--all-pairs");
            nearcopy().at(here.path()).args(part).done();
        }
    }
    let (code, out, err) = run(here.path(), &["scan", ".", "--format", "json", "--scratch", "run"]);
    assert!((code, &out) == (0, &plain.1), "{err}");
    assert!(err.contains("goes on with the stages"), "{err}");
}

/// Whatever the moment at which a run is killed, the next one finds the same.
#[cfg(unix)]
#[test]
fn killed_runs_go_on() {
    let here = corpus(300);
    let args = ["-o", "json=found.json", "-q"];
    let began = Instant::now();
    ok(here.path(), &["scan", "corpus.jsonl", "-o", "json=plain.json", "-q"]);
    let whole = began.elapsed().as_millis() as usize;
    let mut dice = Dice::new(3);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let command = [&["scan", "corpus.jsonl", "--scratch", "run"], &args[..]].concat();
        let mut child =
            process(here.path(), &command).stderr(Stdio::null()).stdout(Stdio::null()).spawn();
        let child = child.as_mut().unwrap();
        std::thread::sleep(Duration::from_millis(dice.below(whole) as u64));
        child.kill().unwrap();
        if child.wait().unwrap().success() {
            assert!(here.read("found.json") == here.read("plain.json"));
            here.remove("found.json");
        } else if here.file("run").exists() {
            seen.insert(names(&here).iter().filter(|name| name.ends_with(".stage")).count());
        }
    }
    ok(here.path(), &[&["scan", "corpus.jsonl", "--scratch", "run"], &args[..]].concat());
    assert!(here.read("found.json") == here.read("plain.json"));
    assert_eq!(names(&here), [""; 0]);
    assert!(seen.iter().any(|files| *files > 0), "no run was killed between two stages: {seen:?}");
}

/// What the folder of another run, or of nobody, is answered.
fn refused(here: &Here, more: &[&str]) -> String {
    let args = [&["scan", "corpus.jsonl", "--all-pairs", "--scratch", "run"], more].concat();
    nearcopy().at(here.path()).args(args).refused()
}

#[test]
fn another_folder_is_refused_by_name() {
    let here = corpus(20);
    here.write("run/mine.txt", "keep me");
    let foreign = refused(&here, &[]);
    assert!(foreign.contains("run") && foreign.contains("mine.txt"), "{foreign}");
    assert_eq!(here.read("run/mine.txt"), "keep me");
    here.remove("run/mine.txt");
    carry_out(&here, &STAGES[..2], 2);

    let settings = refused(&here, &["--min-tokens", "9"]);
    assert!(settings.contains("run: holds") && settings.contains("other settings"), "{settings}");
    let recipe = refused(&here, &["--shingle", "7"]);
    assert!(recipe.contains("other settings"), "{recipe}");
    let args = ["stage", "sketch", "--part", "1/5", "corpus.jsonl", "--all-pairs"];
    let parts = nearcopy().at(here.path()).args(args).args(["--scratch", "run"]).refused();
    assert!(parts.contains("divided into 2, not into 5"), "{parts}");

    let before = here.read("corpus.jsonl");
    here.write("corpus.jsonl", before.replacen("harbour", "harbor", 1));
    let changed = refused(&here, &[]);
    assert!(changed.contains("an input has changed"), "{changed}");
    here.write("corpus.jsonl", &before);
    let manifest = here.read("run/nearcopy.run");
    here.write("run/nearcopy.run", manifest.replace("\"program\": \"", "\"program\": \"9"));
    let version = refused(&here, &[]);
    assert!(version.contains("another version"), "{version}");
    here.write("run/nearcopy.run", "{}");
    assert!(refused(&here, &[]).contains("nearcopy.run"));
    here.remove("run/nearcopy.run");
    assert!(refused(&here, &[]).contains("nearcopy.run"));
    here.write("run/nearcopy.run", manifest);
    ok(here.path(), &[&SCAN[..], &["--scratch", "run"]].concat());
}

#[test]
fn a_folder_serves_one_run_at_a_time() {
    let here = corpus(20);
    carry_out(&here, &STAGES[..1], 2);
    let lock = fs::File::open(here.file("run/nearcopy.lock")).unwrap();
    lock.lock_shared().unwrap();
    let busy = refused(&here, &[]);
    assert!(busy.contains("another run works in this folder"), "{busy}");
    carry_out(&here, &STAGES[1..2], 2);
    lock.unlock().unwrap();
    lock.lock().unwrap();
    let args = parts_of(STAGES[2], 2).remove(0);
    assert!(nearcopy().at(here.path()).args(args).refused().contains("another run"));
}

#[test]
fn a_flipped_bit_is_named() {
    let here = corpus(20);
    carry_out(&here, &STAGES, 1);
    let plain = ok(here.path(), &SCAN);
    for name in names(&here).iter().filter(|name| name.ends_with(".stage")) {
        let path = here.file("run").join(name);
        let good = fs::read(&path).unwrap();
        for share in [0.0, 0.2, 0.5, 0.8, 0.999] {
            let mut bad = good.clone();
            bad[(good.len() as f64 * share) as usize] ^= 1;
            fs::write(&path, bad).unwrap();
            let error = refused(&here, &[]);
            assert!(error.contains(name.as_str()), "{name} at {share}: {error}");
        }
        fs::write(&path, &good[..good.len() / 2]).unwrap();
        assert!(refused(&here, &[]).contains("is damaged"), "{name}");
        fs::write(&path, good).unwrap();
    }
    assert!(ok(here.path(), &[&SCAN[..], &["--scratch", "run"]].concat()) == plain);
}

#[test]
fn a_flipped_bit_in_what_the_run_is_is_named() {
    let here = corpus(20);
    carry_out(&here, &STAGES[..1], 8);
    let good = fs::read(here.file("run/nearcopy.run")).unwrap();
    for at in (0..good.len()).step_by(5).chain([good.len() - 3]) {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 6);
        here.write("run/nearcopy.run", &bad);
        let same = serde_json::from_slice::<serde_json::Value>(&bad).ok()
            == serde_json::from_slice::<serde_json::Value>(&good).ok();
        if !same {
            assert!(refused(&here, &[]).contains("nearcopy.run"), "at {at}");
        }
    }
    let none = String::from_utf8(good).unwrap().replace("\"parts\": 8", "\"parts\": 0");
    here.write("run/nearcopy.run", none);
    assert!(refused(&here, &[]).contains("nearcopy.run"));
}

#[test]
fn a_file_in_the_wrong_place_is_named() {
    let here = corpus(20);
    carry_out(&here, &STAGES, 2);
    for (from, to) in [
        ("sketch-1-of-2", "sketch-2-of-2"),
        ("pairs-documents-1-of-2", "pairs-documents-2-of-2"),
        ("compare-documents-1-of-2", "compare-documents-2-of-2"),
        ("compare-documents-1-of-2", "compare-passages-1-of-2"),
    ] {
        let [from, to] = [from, to].map(|name| here.file("run").join(format!("{name}.stage")));
        let good = fs::read(&to).unwrap();
        fs::copy(from, &to).unwrap();
        let error = refused(&here, &[]);
        assert!(error.contains("is another file") && error.contains("delete it"), "{error}");
        fs::write(to, good).unwrap();
    }
    ok(here.path(), &[&SCAN[..], &["--scratch", "run"]].concat());
}

#[test]
fn what_is_not_of_the_run_stays() {
    let here = corpus(20);
    carry_out(&here, &STAGES[..1], 2);
    let others =
        ["sketchbook.stage", "background-music.stage", "sketch-1-of-2.stage.old", "a.part"];
    others.iter().for_each(|name| here.write(&format!("run/{name}"), "mine"));
    ok(here.path(), &[&SCAN[..], &["--scratch", "run"]].concat());
    assert_eq!(names(&here).len(), others.len());
    others.iter().for_each(|name| assert_eq!(here.read(&format!("run/{name}")), "mine"));
    assert!(refused(&here, &[]).contains("which is no file of a run"));
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_link_in_the_folder_is_named() {
    let here = corpus(20);
    fs::create_dir(here.file("run")).unwrap();
    std::os::unix::fs::symlink("elsewhere", here.file("run/nearcopy.lock")).unwrap();
    assert!(refused(&here, &[]).contains("nearcopy.lock"));
    here.remove("run/nearcopy.lock");
    assert!(!here.file("run/elsewhere").exists());
    carry_out(&here, &STAGES[..1], 2);
    here.remove("run/sketch-1-of-2.stage");
    let fifo = here.file("run/sketch-1-of-2.stage");
    let fifo = std::process::Command::new("mkfifo").arg(fifo).status();
    if fifo.is_ok_and(|made| made.success()) {
        assert!(refused(&here, &[]).contains("sketch-1-of-2.stage: is no file of a run"));
    }
}

#[test]
fn only_the_first_stage_begins_a_run() {
    let here = corpus(20);
    for stage in &STAGES[1..] {
        let args = parts_of(stage, 4).remove(0);
        let early = nearcopy().at(here.path()).args(args).refused();
        assert!(early.contains("`nearcopy stage sketch --part I/N` begins one"), "{early}");
    }
    carry_out(&here, &STAGES[..1], 4);
}

#[test]
fn a_stage_says_what_it_waits_for() {
    let here = corpus(20);
    carry_out(&here, &STAGES[..1], 2);
    here.remove("run/sketch-2-of-2.stage");
    let args = parts_of(STAGES[1], 2).remove(0);
    let missing = nearcopy().at(here.path()).args(args).refused();
    assert!(missing.contains("`nearcopy stage sketch --part 2/2` makes it"), "{missing}");
    let args = parts_of(STAGES[3], 2).remove(1);
    assert!(nearcopy().at(here.path()).args(args).refused().contains("stage sketch --part 2/2"));
    let usage = |args: &[&str]| nearcopy().at(here.path()).args(args).refused();
    assert!(usage(&["stage", "sketch", "--part", "1/2", "corpus.jsonl"]).contains("--scratch DIR"));
    assert!(usage(&["stage", "cluster", "corpus.jsonl"]).contains("--scratch DIR"));
    for part in ["0/2", "3/2", "x", "1/0", "1/99999999"] {
        let args = ["stage", "sketch", "--part", part, "corpus.jsonl", "--scratch", "run"];
        assert!(usage(&args).contains("a part is I/N"), "{part}");
    }
}
