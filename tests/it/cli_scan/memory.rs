//! `--memory` and `--scratch`: what does not fit in memory goes to scratch files, and changes
//! nothing.

use crate::news::{self, Dice};
use crate::program::{nearcopy, run_with};
use crate::scratch::{Here, STORY, near, record};
use std::fs;

/// A corpus of several files and formats, with copies.
fn corpus() -> Here {
    let article = |n: u64| news::article(&mut Dice::new(n)).join("\n\n");
    let lines: String = (0..40)
        .map(|n| {
            record(&format!("r{n}"), &article(n % 25).replace("the", &format!("the{}", n / 25)))
        })
        .collect();
    let here =
        Here::with(&[("lines.jsonl", &lines), ("one.txt", STORY), ("two.txt", &near(STORY))]);
    here.write("three.md", format!("# {STORY}\n\n{}", article(3)));
    here
}

#[test]
fn the_memory_changes_no_byte() {
    let here = corpus();
    let commands: [&[&str]; 3] = [
        &["scan", ".", "--all-pairs", "--format", "json"],
        &["check", ".", "--format", "json"],
        &["dedupe", "lines.jsonl", "one.txt", "two.txt", "--max-removed", "100%", "--dry-run"],
    ];
    for command in commands {
        let of = |more: &[&str]| {
            let args = [command, &["--threads", "2"], more].concat();
            let (code, out, err) = run_with(here.path(), &args, "");
            (code, out, err)
        };
        let plain = of(&[]);
        assert!(plain.1.len() > 100, "{plain:?}");
        for memory in ["1", "20kB", "100kB", "1GiB", "99TiB"] {
            assert_eq!(of(&["--memory", memory, "--scratch", "scratch"]), plain, "{memory}");
        }
    }
    let left: Vec<_> = fs::read_dir(here.file("scratch")).unwrap().collect();
    assert_eq!(left.len(), 0, "nothing is left of the scratch files: {left:?}");
}

#[test]
fn standard_input_is_kept_too() {
    let here = corpus();
    let lines = here.read("lines.jsonl");
    let of = |more: &[&str]| {
        run_with(here.path(), &[&["scan", "-", "--format", "json"], more].concat(), &lines)
    };
    assert_eq!(of(&["--memory", "1"]), of(&[]));
}

#[test]
fn the_timings_name_the_memory_and_the_scratch_files() {
    let here = corpus();
    let of = |memory: &str| {
        let args = ["scan", ".", "--timings", "--memory", memory, "--format", "json"];
        let (_, out, err) = run_with(here.path(), &args, "");
        let report: serde_json::Value = serde_json::from_str(&out).unwrap();
        (report["timings"].clone(), err)
    };
    let (timings, table) = of("1MiB");
    assert_eq!(timings["memory_bytes"], 1 << 20);
    assert_eq!(timings["scratch_bytes"], 0);
    assert!(table.contains("memory to plan with: 1 MiB (--memory)"), "{table}");
    let (timings, _) = of("1kB");
    let texts = timings["bytes"].as_u64().unwrap();
    assert!(timings["scratch_bytes"].as_u64().unwrap() > texts, "texts and keys");
}

#[test]
fn a_directory_that_cannot_be_used_is_named() {
    let here = corpus();
    for command in ["scan", "check", "dedupe"] {
        let refused = nearcopy()
            .at(here.path())
            .args([command, "lines.jsonl", "--memory", "1", "--scratch", "one.txt/nowhere"])
            .args((command == "dedupe").then_some("--dry-run"))
            .refused();
        assert!(refused.contains("nowhere") && refused.contains("--scratch"), "{refused}");
    }
    let refused = nearcopy().at(here.path()).args(["scan", ".", "--memory", "0"]).refused();
    assert!(refused.contains("--memory") && refused.contains("more than 0"), "{refused}");
}
