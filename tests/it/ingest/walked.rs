//! Which files of a directory are read: patterns, tracked files, several names of one file.

use super::*;
use std::process::Command;

fn read_some(dir: &TempDir, include: &[&str], exclude: &[&str]) -> ReadResult {
    let list = |patterns: &[&str]| patterns.iter().map(|p| p.to_string()).collect();
    let options =
        InputOptions::default().with(|o| (o.include, o.exclude) = (list(include), list(exclude)));
    read_with(dir.path(), &options)
}

#[test]
fn patterns_say_which_files_are_read() {
    let dir = folder(&[
        ("a.md", b"a"),
        ("b.txt", b"b"),
        ("drafts/c.md", b"c"),
        ("news/d.txt", b"d"),
        ("news/drafts/e.txt", b"e"),
        ("notes.log", b"f"),
        (".gitignore", b"g.md\n"),
        ("g.md", b"g"),
    ]);
    assert_eq!(names(&read_some(&dir, &[], &["drafts"])), ["a.md", "b.txt", "d.txt"]);
    assert_eq!(names(&read_some(&dir, &["*.md"], &[])), ["a.md", "c.md"]);
    assert_eq!(names(&read_some(&dir, &["*.md", "news"], &["drafts"])), ["a.md", "d.txt"]);
    assert_eq!(names(&read_some(&dir, &["news/*"], &[])), ["d.txt", "e.txt"]);
    assert_eq!(names(&read_some(&dir, &[], &["news/drafts", "*.md"])), ["b.txt", "d.txt"]);
    // What a pattern names is read whatever its ending is.
    let log = read_some(&dir, &["*.log"], &[]);
    assert_eq!((names(&log), skipped(&log)), (vec!["notes.log"], vec![]));
    let options = InputOptions::default().with(|o| o.exclude = vec!["[".into()]);
    assert!(read_with(dir.path(), &options).failed());
}

#[test]
fn tracked_files_are_read_although_they_are_ignored() {
    let dir = folder(&[
        (".gitignore", b"*.txt\nbuild/\n"),
        ("kept.txt", b"a"),
        ("other.txt", b"b"),
        ("build/kept.md", b"c"),
        ("build/other.md", b"d"),
        ("mine.txt", b"e"),
        (".nearcopyignore", b"mine.txt\n"),
        ("f.md", b"f"),
    ]);
    let git = |args: &[&str]| {
        let done = Command::new("git").args(args).current_dir(dir.path()).output();
        done.is_ok_and(|output| output.status.success())
    };
    if !git(&["init", "-q"]) {
        return;
    }
    assert!(git(&["add", "-f", "kept.txt", "build/kept.md", "mine.txt", "f.md"]));
    let found = |options: &InputOptions| {
        let intake = read_with(dir.path(), options);
        let mut found: Vec<&str> = names(&intake);
        found.sort();
        found.join(" ")
    };
    assert_eq!(found(&InputOptions::default()), "f.md kept.md kept.txt");
    let without = InputOptions::default().with(|o| o.exclude = vec!["build".into()]);
    assert_eq!(found(&without), "f.md kept.txt");
}

#[test]
#[cfg(unix)]
fn hard_links_are_one_file() {
    let dir = folder(&[("a.txt", b"a"), ("b.txt", b"b")]);
    fs::create_dir(dir.path().join("c")).unwrap();
    fs::hard_link(dir.path().join("a.txt"), dir.path().join("c/d.txt")).unwrap();
    let intake = read_one(dir.path());
    assert_eq!((names(&intake), intake.repeated_files), (vec!["a.txt", "b.txt"], 1));
    let named = [Input::Path(dir.path().join("c/d.txt")), Input::Path(dir.path().into())];
    let intake = read(&named, &InputOptions::default(), &|_| true);
    assert_eq!((names(&intake), intake.repeated_files), (vec!["d.txt", "b.txt"], 2));
}
