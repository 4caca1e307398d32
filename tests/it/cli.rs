//! The command line without a corpus: help, settings, usage, generated pages.

use crate::program::{ok, run};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn here() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn refused(here: &Path, args: &[&str]) -> String {
    let (code, out, err) = run(here, args);
    assert_eq!((code, out.as_str()), (2, ""), "{args:?}: {err}");
    err
}

/// The settings in force with these arguments.
fn config(here: &Path, args: &[&str]) -> toml::Table {
    ok(here, &[&["scan", "--show-config"], args].concat()).parse().unwrap()
}

#[test]
fn every_setting_is_a_flag_of_each_command() {
    let dir = here();
    let names = |v: serde_json::Value| v.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let mut fields = names(serde_json::to_value(nearcopy::Recipe::default()).unwrap());
    fields.extend(names(serde_json::to_value(nearcopy::Thresholds::default()).unwrap()));
    assert!(fields.len() > 30);
    for subcommand in ["scan", "check", "compare", "explain"] {
        let help = ok(dir.path(), &[subcommand, "--help"]);
        for field in &fields {
            let flag = format!("--{field}");
            assert!(
                help.lines().any(|l| l
                    .trim_start()
                    .strip_prefix(&flag)
                    .is_some_and(|rest| rest.starts_with([' ', '[']))),
                "{subcommand} --help lacks {flag}"
            );
        }
    }
}

#[test]
fn help_tells_what_every_option_does_and_its_default() {
    let dir = here();
    let help = ok(dir.path(), &["scan", "--help"]);
    for part in [
        "Input:",
        "Output:",
        "Finding:",
        "Cluster:",
        "Repeats:",
        "Boilerplate:",
        "Limits:",
        "Recipe:",
        "Run:",
        "Examples:",
    ] {
        assert!(help.lines().any(|l| l == part), "{part}");
    }
    for own in [
        "--output",
        "--save-background",
        "--explain-recipe",
        "--show-config",
        "--config",
        "--no-config",
        "--quiet",
    ] {
        assert!(help.contains(own), "{own}");
    }
    assert!(
        help.contains("[default: 0.4]")
            && help.contains("[default: earliest, then longest, then smallest-id]")
    );
    // Settings have a default in words or figures, whatever the line breaks.
    let joined = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for setting in
        ["--text-field", "--preset", "--since", "--seed", "--threads", "--max-bad", "--hidden"]
    {
        let at = joined
            .find(&format!("{setting}["))
            .or_else(|| joined.find(&format!("{setting} <")))
            .unwrap();
        let own = &joined[at + 2..];
        let own = &own[..own.find(" --").unwrap_or(own.len())];
        assert!(own.contains("[default: "), "{setting}: {own}");
    }
    let short = ok(dir.path(), &["scan", "-h"]);
    assert!(short.len() < help.len() / 2 && !short.contains("--paragraph-lanes"));
    let compare = ok(dir.path(), &["compare", "--help"]);
    assert!(
        compare.contains("--pairs") && compare.contains("--in") && compare.contains("--background")
    );
    assert!(!ok(dir.path(), &["--help"]).contains("generate"));
}

#[test]
fn flags_win_over_the_file_over_the_preset_over_defaults() {
    let dir = here();
    let at = dir.path();
    assert_eq!(config(at, &[])["near-copy-smaller"].as_float(), Some(0.4));
    assert_eq!(config(at, &["--preset", "strict"])["near-copy-smaller"].as_float(), Some(0.8));
    fs::write(
        at.join("nearcopy.toml"),
        "preset = \"strict\"\nnear-copy-larger = 0.95\nmin-match = 20\nall-pairs = true\n",
    )
    .unwrap();
    let from_file = config(at, &[]);
    assert_eq!(from_file["near-copy-smaller"].as_float(), Some(0.8));
    assert_eq!(from_file["near-copy-larger"].as_float(), Some(0.95));
    assert_eq!(from_file["min-match"].as_integer(), Some(20));
    // A preset on the command line takes the place of the file's preset, not of its keys.
    let other = config(at, &["--preset", "ocr", "--min-match", "9", "--all-pairs=false"]);
    assert_eq!(other["min-identity"].as_float(), Some(0.3));
    assert_eq!(other["near-copy-larger"].as_float(), Some(0.95));
    assert_eq!(other["anchor"].as_integer(), Some(3));
    assert_eq!(other["min-match"].as_integer(), Some(9));
    assert_eq!(other["all-pairs"].as_bool(), Some(false));
    assert_eq!(config(at, &["--no-config"])["min-match"].as_integer(), Some(12));
    fs::write(at.join("other.toml"), "min-match = 31\n").unwrap();
    assert_eq!(config(at, &["--config", "other.toml"])["min-match"].as_integer(), Some(31));
}

#[test]
fn values_as_people_write_them() {
    let dir = here();
    let set = config(
        dir.path(),
        &[
            "--keep",
            "source=a,b,c",
            "--keep",
            "longest",
            "--near-copy-larger",
            "70%",
            "--across-sources",
            "--max-bad",
            "5%",
        ],
    );
    let keep: Vec<_> =
        set["keep"].as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
    assert_eq!(keep, ["source=a,b,c", "longest"]);
    assert_eq!(set["near-copy-larger"].as_float(), Some(0.7));
    assert_eq!(set["sources"].as_str(), Some("across"));
    assert_eq!(set["max-bad"].as_float(), Some(0.05));
    assert_eq!(
        config(dir.path(), &["--within-source", "--since", "2024-05"])["sources"].as_str(),
        Some("within")
    );
    assert_eq!(config(dir.path(), &["--max-bad", "12"])["max-bad"].as_integer(), Some(12));
}

#[test]
fn shown_settings_can_be_read_back() {
    let dir = here();
    let args = [
        "--preset",
        "rewritten",
        "--since",
        "2024",
        "--keep",
        "source=x",
        "--text-field",
        "body \"q\"",
        "--threads",
        "3",
        "--hidden",
    ];
    let shown = ok(dir.path(), &[&["scan", "--show-config"], &args[..]].concat());
    fs::write(dir.path().join("again.toml"), &shown).unwrap();
    let again = ok(dir.path(), &["scan", "--show-config", "--config", "again.toml"]);
    let settings = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(settings(&shown), settings(&again));
    assert!(shown.contains("# until =") && shown.contains("since = \"2024\""));
}

#[test]
fn the_file_of_the_repository_counts_below_it() {
    let dir = here();
    let below = dir.path().join("a/b");
    fs::create_dir_all(&below).unwrap();
    fs::write(dir.path().join("nearcopy.toml"), "min-match = 40\n").unwrap();
    assert_eq!(
        config(&below, &[])["min-match"].as_integer(),
        Some(12),
        "no repository: only the file here"
    );
    fs::create_dir(dir.path().join(".git")).unwrap();
    assert_eq!(config(&below, &[])["min-match"].as_integer(), Some(40));
    fs::create_dir(dir.path().join("a/.git")).unwrap();
    assert_eq!(
        config(&below, &[])["min-match"].as_integer(),
        Some(12),
        "the root of the nearest repository ends the search"
    );
}

#[test]
fn mistakes_in_the_file_are_named_by_line() {
    let dir = here();
    let with = |text: &str| {
        fs::write(dir.path().join("nearcopy.toml"), text).unwrap();
        refused(dir.path(), &["scan", "--show-config"])
    };
    assert!(
        with("# first\nmin-mach = 3\n")
            .contains("nearcopy.toml:2: unknown key `min-mach`: did you mean `min-match`?")
    );
    assert!(with("near_copy_larger = 0.9").contains("did you mean `near-copy-larger`?"));
    assert!(with("\n\nlanes = true").contains("nearcopy.toml:3: "));
    assert!(with("keep = [\"newest\"]").contains("nearcopy.toml:1: "));
    assert!(with("preset = \"old\"").contains("nearcopy.toml:1: "));
    assert!(with("max-bad = 1.5").contains("nearcopy.toml:1: "));
    assert!(with("\nlanes = 5").contains("nearcopy.toml:2: lanes: 16 to 1024, not 5"));
    assert!(with("since = \"may\"").contains("nearcopy.toml:1: since: a date such as"));
    assert!(with("encoding = \"klingon\"").contains("nearcopy.toml:1: encoding: "));
    assert!(with("[recipe]\nlanes = 64").contains("top level"));
    assert!(with("\"\\u001b[31m\" = 1").contains("\\u{1b}[31m"));
    assert!(
        refused(dir.path(), &["scan", "--show-config", "--config", "none.toml"])
            .contains("none.toml")
    );
}

#[test]
fn bad_usage_says_what_to_do() {
    let dir = here();
    let said = |args: &[&str]| refused(dir.path(), args);
    assert!(said(&["scan"]).contains("standard input"));
    assert!(said(&["scan", "--lanes", "3", "."]).contains("--lanes: 16 to 1024, not 3"));
    assert!(
        said(&["scan", "--near-copy-smaller", "0.9", "--near-copy-larger", "0.5", "."])
            .contains("--near-copy-smaller: ")
    );
    assert!(said(&["scan", "--contains", "70", "."]).contains("a share runs from 0 to 1"));
    assert!(said(&["scan", "--contians", ".7", "."]).contains("--contains"));
    assert!(said(&["scan", "--keep", "newest", "."]).contains("smallest-id"));
    assert!(said(&["scan", "--since", "yesterday", "."]).contains("--since: a date such as 2024"));
    assert!(
        said(&["scan", "--since", "2025", "--until", "2024-05", "."]).contains("is after until")
    );
    assert!(said(&["scan", "--encoding", "klingon", "."]).contains("windows-1252"));
    assert!(said(&["scan", "--max-bad", "many", "."]).contains("a share (5%, 0.05)"));
    assert!(
        said(&["scan", "--within-source", "--across-sources", "."]).contains("cannot be used with")
    );
    assert!(said(&["compare", "a"]).contains("two files are compared, not 1"));
    assert!(said(&["compare", "a", "--in", "x"]).contains("two ids are compared, not 1"));
    assert!(said(&["explain"]).contains("one file or two are explained, not 0"));
    assert!(
        said(&["explain", "a", "b", "c", "--in", "x"])
            .contains("one id or two are explained, not 3")
    );
    assert!(said(&["compare", "--pairs", "p.jsonl"]).contains("--pairs needs the corpus too"));
    assert!(said(&["compare", "--pairs", "-", "-"]).contains("not both"));
    assert!(said(&["compare", "a", "b", "--background", "none"]).contains("--save-background"));
}

#[test]
fn reports_that_cannot_be_written_are_refused_before_the_work() {
    let dir = here();
    let at = dir.path();
    fs::create_dir(at.join("sub")).unwrap();
    assert!(refused(at, &["scan", ".", "-o", "report.doc"]).contains(".json"));
    assert!(refused(at, &["scan", ".", "-o", "json=-"]).contains("--format"));
    assert!(
        refused(at, &["scan", ".", "-o", "json=none/r.json"]).contains("there is no directory no")
    );
    assert!(refused(at, &["scan", ".", "-o", "json=sub"]).contains("is a directory"));
    assert!(
        refused(at, &["scan", ".", "-o", "json=r", "-o", "human=r"])
            .contains("two --output name the same file, r")
    );
    assert!(
        refused(at, &["scan", ".", "--save-background", "none/b"])
            .contains("there is no directory no")
    );
    assert_eq!(fs::read_dir(at).unwrap().count(), 1, "nothing is left behind");
}

#[test]
fn the_recipe_is_explained_in_figures() {
    let dir = here();
    let out = ok(dir.path(), &["scan", "--explain-recipe"]);
    let recipe = nearcopy::Recipe::default();
    assert!(out.contains(&recipe.id()));
    let row = |out: &str, name: &str| out.lines().find(|l| l.starts_with(name)).unwrap().to_owned();
    for (name, banding) in
        [("documents", recipe.banding()), ("paragraphs", recipe.paragraph_banding())]
    {
        let line = row(&out, name);
        assert!(line.contains(&format!("{} x {}", banding.bands, banding.rows)), "{line}");
        for s in [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] {
            assert!(line.contains(&format!("{:.4}", banding.chance(s))), "{line}");
        }
    }
    let other = ok(
        dir.path(),
        &["scan", "--explain-recipe", "--target-resemblance", "0.8", "--paragraph-lanes", "0"],
    );
    assert_ne!(row(&other, "documents"), row(&out, "documents"));
    assert!(row(&other, "paragraphs").ends_with("none"));
}

#[test]
fn completions_and_man_pages_are_generated() {
    let dir = here();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(
            ok(dir.path(), &["generate", "completions", shell]).contains("near-copy-smaller"),
            "{shell}"
        );
    }
    assert!(ok(dir.path(), &["generate", "man"]).contains(".TH nearcopy"));
    ok(dir.path(), &["generate", "man", "pages/man1"]);
    let page = fs::read_to_string(dir.path().join("pages/man1/nearcopy-scan.1")).unwrap();
    assert!(page.contains("near\\-copy\\-smaller") && page.contains("Examples"));
    assert!(dir.path().join("pages/man1/nearcopy-compare.1").exists());
    assert!(!dir.path().join("pages/man1/nearcopy-generate.1").exists());
}
