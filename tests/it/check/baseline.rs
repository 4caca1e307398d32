//! What a baseline knows, from a file or from a commit, and what is new to it.

use super::*;

#[test]
fn a_baseline_lets_what_is_known_pass_and_nothing_else() {
    let here = corpus(&[("a.txt", STORY), ("b.txt", &near(STORY)), ("w.txt", WHEAT)]);
    let (code, _, err) = here.check(&["--baseline", "base.json"]);
    assert_eq!(code, 2);
    assert!(err.contains("--update-baseline"), "{err}");
    here.learn();
    let gate = here.passes("nothing changed");
    assert_eq!(gate["findings"].as_array().unwrap().len(), 1);
    assert_eq!(gate["stale"], json!([]));
    let before = fs::read(here.file("base.json")).unwrap();
    here.learn();
    assert_eq!(fs::read(here.file("base.json")).unwrap(), before, "written alike");
    here.write("corpus/c.txt", STORY);
    assert_eq!(here.fails("one more copy").len(), 1);
}

#[test]
fn one_more_member_is_one_finding_whoever_survives() {
    let record = |id: &str, date: &str, text: &str| {
        json!({"id": id, "date": date, "text": text}).to_string()
    };
    let known = [
        record("b", "2024-02-01", STORY),
        record("c", "2024-03-01", &near(STORY)),
        record("d", "2024-04-01", STORY),
    ];
    for (id, date) in [("a", "2024-01-01"), ("z", "2025-01-01"), ("m", "2024-02-15")] {
        let here = corpus(&[("all.jsonl", &known.join("\n"))]);
        here.learn();
        let more =
            [&known[..], &[record(id, date, &STORY.replace("four tons", "five tons"))]].concat();
        here.write("corpus/all.jsonl", more.join("\n"));
        let new = here.fails(id);
        let members: Vec<_> = new.iter().filter(|f| f.0 != "repeat").collect();
        assert_eq!(members.len(), 1, "{id}: {new:?}");
        assert!(members[0].1 == id || members[0].2 == id, "{id}: {new:?}");
    }
}

#[test]
fn lines_put_in_above_records_make_nothing_new() {
    let here = corpus(&[]);
    let quoting = format!("{QUOTE} {}", filler("q", 80));
    here.jsonl(&[STORY, STORY, WHEAT, &quoting]);
    here.learn();
    let fresh = filler("fresh", 60);
    here.jsonl(&[&fresh, STORY, WHEAT, &fresh.replace("word", "other"), STORY, &quoting]);
    here.passes("records stand on other lines");
    here.jsonl(&[STORY, STORY, WHEAT, &quoting, STORY]);
    assert_eq!(
        here.fails("two equal lines were known, three are one new"),
        of("equal", "corpus/all.jsonl:5", "corpus/all.jsonl:1")
    );
    here.jsonl(&[STORY, &near(STORY), WHEAT, &quoting]);
    here.passes("one of two equal records was edited");
    let second = format!("{} {QUOTE}", filler("other", 80));
    here.jsonl(&[STORY, STORY, WHEAT, &quoting, &second]);
    let new = here.fails("one more record quotes the passage");
    assert!(
        !new.is_empty() && new.iter().all(|f| [&f.1, &f.2].iter().any(|id| id.ends_with(":5"))),
        "{new:?}"
    );
}

#[test]
fn what_moves_drifts_or_is_renamed_stays_known() {
    let twice = format!("{}\n\n{QUOTE}\n\n{}\n\n{QUOTE}\n", filler("a", 40), filler("b", 40));
    let here =
        corpus(&[("a.txt", STORY), ("b.txt", STORY), ("twice.txt", &twice), ("w.txt", WHEAT)]);
    here.learn();
    here.write(
        "corpus/twice.txt",
        format!("{}\n\n{}\n\n{QUOTE}\n\n{QUOTE}\n", filler("a", 40), filler("b", 40)),
    );
    here.passes("a paragraph moved");
    here.write("corpus/b.txt", near(STORY));
    here.passes("an equal text became a near-copy");
    here.write("corpus/b.txt", STORY);
    fs::rename(here.file("corpus/b.txt"), here.file("corpus/0.txt")).unwrap();
    here.passes("a file was renamed");
    here.write("corpus/b.txt", STORY);
    assert_eq!(
        here.fails("the old name is back beside it").iter().filter(|f| f.0 == "equal").count(),
        1
    );
    here.remove("corpus/b.txt");
    here.write(
        "corpus/twice.txt",
        format!("{}\n\n{QUOTE}\n\n{QUOTE}\n\nMore.\n\n{QUOTE}\n", filler("a", 40)),
    );
    let new = here.fails("the paragraph stands a third time");
    assert!(
        new.contains(&("repeat".into(), "corpus/twice.txt".into(), "corpus/twice.txt".into())),
        "{new:?}"
    );
}

#[test]
fn a_finding_is_reported_at_the_text_that_is_new_though_it_would_survive() {
    let here = corpus(&[("a.txt", STORY), ("m.txt", WHEAT)]);
    here.learn();
    // Longer than what it copies, and so first by the survivor policy.
    here.write(
        "corpus/z.txt",
        format!("{}\n\n{} {}", filler("head", 40), near(STORY), filler("tail", 10)),
    );
    here.write("corpus/n.txt", format!("{}\n\n{}\n", filler("other", 90), WHEAT));
    let (code, gate) = here.judged(&[]);
    assert_eq!(code, 1);
    for finding in gate["findings"].as_array().unwrap() {
        let (new, old) =
            (finding["document"].as_str().unwrap(), finding["partner"].as_str().unwrap());
        assert!(
            ["corpus/n.txt", "corpus/z.txt"].contains(&new)
                && ["corpus/a.txt", "corpus/m.txt"].contains(&old),
            "{finding}"
        );
        assert_eq!(finding["passages"][0]["here"]["lines"][0], 3, "{finding}");
    }
    let (_, notes, _) = here.check(&[
        "--baseline",
        "base.json",
        "--fail-on",
        "near-copy,contains",
        "--format",
        "github",
    ]);
    assert!(
        notes.contains("file=corpus/z.txt,line=3") && notes.contains("file=corpus/n.txt,line=3"),
        "{notes}"
    );
    assert!(
        !notes.contains("file=corpus/a.txt") && !notes.contains("file=corpus/m.txt"),
        "{notes}"
    );
}

#[test]
fn a_quotation_that_grows_into_a_copy_is_new_and_the_reverse_is_not() {
    let quoting = format!("{} {QUOTE} {}", filler("x", 60), filler("y", 60));
    let here = corpus(&[("a.txt", STORY), ("b.txt", &quoting), ("w.txt", WHEAT)]);
    here.learn();
    here.passes("as it was");
    here.write("corpus/b.txt", near(STORY));
    assert_eq!(here.fails("a quotation became a near-copy").len(), 1);
    here.learn();
    here.write("corpus/b.txt", &quoting);
    here.passes("a near-copy became a quotation");
    here.learn();
    let more = format!(
        "{quoting} The council will vote on the running costs in March, and the ferry company has \
         already promised to pay."
    );
    here.write("corpus/b.txt", more);
    let (_, gate) = here.judged(&[]);
    let passages: Vec<_> =
        gate["findings"].as_array().unwrap().iter().filter(|f| f["state"] == "new").collect();
    assert_eq!(passages.len(), 1, "{gate:#}");
    assert_eq!(passages[0]["passages"].as_array().unwrap().len(), 1, "just the new passage");
}

#[test]
fn entries_in_vain_are_told_and_dropped() {
    let here = corpus(&[("a.txt", STORY), ("b.txt", STORY), ("w.txt", WHEAT)]);
    here.learn();
    here.write("corpus/b.txt", filler("b", 50));
    let gate = here.passes("a copy is gone");
    assert_eq!(gate["stale"][0]["documents"], json!(["corpus/a.txt", "corpus/b.txt"]), "{gate:#}");
    assert_eq!(gate["stale"][0]["kind"], "cluster");
    assert!(gate["stale"][0]["text"].as_str().unwrap().starts_with("The harbour master"));
    let (_, out, _) = here.check(&["--baseline", "base.json"]);
    assert!(out.contains("1 stale entry") && out.contains("--update-baseline"), "{out}");
    here.learn();
    assert_eq!(here.passes("learnt anew")["stale"], json!([]));
}

#[test]
fn a_baseline_that_does_not_fit_is_refused_in_words() {
    let here = corpus(&[("a.txt", STORY), ("b.txt", STORY)]);
    here.learn();
    let text = here.read("base.json");
    let refused = |args: &[&str]| {
        let (code, _, err) = here.check(&[&["--baseline", "base.json"], args].concat());
        assert_eq!(code, 2);
        err
    };
    let err = refused(&["--lanes", "64"]);
    let id = |lanes| nearcopy::Recipe::default().with(|s| s.lanes = lanes).id();
    assert!(err.contains(&id(64)) && err.contains(&id(nearcopy::Recipe::default().lanes)), "{err}");
    here.write("base.json", text.replace("nearcopy.baseline/1", "nearcopy.baseline/9"));
    assert!(refused(&[]).contains("nearcopy.baseline/9"));
    here.write("base.json", text.replace("\"members\"", "\"member\""));
    let err = refused(&[]);
    assert!(err.contains("base.json:4: ") && err.contains("--update-baseline"), "{err}");
    here.write("base.json", "");
    let err = refused(&[]);
    assert!(err.contains("base.json: this is no baseline") && err.contains("--update-baseline"));
}

fn git(here: &Here, args: &[&str]) -> bool {
    let mut git = std::process::Command::new("git");
    for (name, value) in [("NAME", "tester"), ("EMAIL", "tester@example.org")] {
        git.env(format!("GIT_AUTHOR_{name}"), value).env(format!("GIT_COMMITTER_{name}"), value);
    }
    let git =
        git.current_dir(here.path()).env("GIT_CONFIG_GLOBAL", "/dev/null").args(args).output();
    git.is_ok_and(|output| output.status.success())
}

#[test]
fn a_commit_can_be_the_baseline() {
    let here = corpus(&[("a.txt", STORY), ("b.txt", &near(STORY)), ("with [brackets].txt", WHEAT)]);
    if !git(&here, &["init", "-q"]) {
        eprintln!("skipped: git is not there");
        return;
    }
    let code = |args: &[&str]| here.check(&[&["--baseline-ref", "HEAD"], args].concat());
    let (exit, _, err) = code(&[]);
    assert!(exit == 2 && err.contains("HEAD is no commit"), "{err}");
    here.write(".gitignore", "hidden.txt\n");
    assert!(
        git(&here, &["add", "."])
            && git(&here, &["commit", "-qm", "one"])
            && git(&here, &["tag", "start"])
    );
    assert_eq!(code(&[]).0, 0, "{}", code(&[]).1);
    here.write("corpus/c.txt", STORY.replace("four tons", "five tons"));
    let (exit, out, err) = code(&["--format", "json"]);
    assert_eq!(exit, 1, "{err}");
    let gate = &serde_json::from_str::<Value>(&out).unwrap()["gate"];
    assert_eq!(new(gate).iter().filter(|f| f.0 == "near-copy").count(), 1);
    assert_eq!(gate["stale"], json!([]));
    here.learn();
    here.write("corpus/d.txt", WHEAT);
    assert_eq!(code(&["--baseline", "base.json", "--format", "json"]).0, 1);
    assert!(git(&here, &["add", "."]) && git(&here, &["commit", "-qm", "two"]));
    assert_eq!(code(&["--baseline", "base.json"]).0, 0, "both count");
    assert_eq!(here.check(&["--baseline-ref", "start"]).0, 1);
    let inside = |args: &[&str]| run(&here.file("corpus"), args).0;
    assert_eq!(
        inside(&["check", ".", "--baseline-ref", "HEAD"]),
        0,
        "ids are those of the paths as given"
    );
    assert_eq!(
        inside(&["check", here.file("corpus").to_str().unwrap(), "--baseline-ref", "HEAD"]),
        0
    );
    let refused = |args: &[&str]| {
        let (code, _, err) = here.run(&[&["check"], args].concat());
        assert_eq!(code, 2, "{err}");
        err
    };
    assert!(refused(&["corpus", "--baseline-ref", "nowhere"]).contains("nowhere is no commit"));
    assert!(refused(&["corpus", "--baseline-ref=--all"]).contains("is no commit"));
    assert!(refused(&["-", "--baseline-ref", "HEAD"]).contains("standard input has no history"));
    assert!(refused(&["/", "--baseline-ref", "HEAD"]).contains("outside the repository"));
    let shallow = Here::new();
    let from = format!("file://{}", here.path().display());
    assert!(git(&shallow, &["clone", "-q", "--depth=1", &from, "copy"]));
    let (_, _, err) = run(&shallow.file("copy"), &["check", "corpus", "--baseline-ref", "start"]);
    assert!(err.contains("shallow clone"), "{err}");
    let elsewhere = corpus(&[("a.txt", STORY)]);
    let (exit, _, err) = elsewhere.check(&["--baseline-ref", "HEAD"]);
    assert!(exit == 2 && err.contains("git repository"), "{err}");
}

#[test]
fn a_finding_is_at_the_new_text_wherever_it_sorts() {
    for (new, text) in [
        ("0.txt", STORY.to_owned()),
        ("z.txt", STORY.to_owned()),
        ("0.txt", near(STORY)),
        ("z.txt", near(STORY)),
    ] {
        let here = corpus(&[("m.txt", STORY), ("w.txt", WHEAT)]);
        here.learn();
        here.write(&format!("corpus/{new}"), &text);
        let found = here.fails(new);
        assert_eq!(found.len(), 1, "{new}: {found:?}");
        assert_eq!(found[0].1, format!("corpus/{new}"), "{found:?}");
    }
}

#[test]
fn patterns_of_ignore_entries_are_from_here_or_from_the_root() {
    let here = corpus(&[("a.txt", STORY), ("b.txt", STORY)]);
    let root = here.path().canonicalize().unwrap();
    let absolute = root.join("corpus/*").display().to_string();
    for pattern in ["corpus/*", &absolute] {
        here.write(
            "nearcopy.toml",
            format!("[[gate.ignore]]\ndocuments = [\"{pattern}\"]\nreason = \"meant\"\n"),
        );
        for paths in ["corpus", &root.join("corpus").display().to_string()] {
            let (code, out, err) = here.run(&["check", paths]);
            assert_eq!(code, 0, "{pattern} {paths}: {out}{err}");
        }
    }
}
