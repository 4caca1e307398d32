//! Where the outputs go: whole or not at all, never over an input or over each other.

use super::*;

#[test]
fn outputs_that_cannot_be() {
    let dir = TempDir::new().unwrap();
    fs::create_dir(dir.path().join("site")).unwrap();
    fs::write(dir.path().join("site/in.jsonl"), odd_lines().concat()).unwrap();
    fs::write(dir.path().join("b.csv"), "text\nx\n").unwrap();
    let says = |args: &[&str], word: &str| {
        let said = refused(dir.path(), args);
        assert!(said.contains(word), "{args:?}: {said}");
    };
    says(&["site/in.jsonl"], "--output");
    says(&["site/in.jsonl", "-o", "site/../site/in.jsonl"], "itself");
    says(&["site/in.jsonl", "-o", "x.jsonl", "--removed", "site/in.jsonl"], "itself");
    says(&["site", "-o", "site/clean"], "read the next time");
    says(&["site/in.jsonl", "-o", "x.csv"], "format");
    says(&["site/in.jsonl", "b.csv", "-o", "x.jsonl"], "name a directory");
    says(&["site/in.jsonl", "-o", "none/x.jsonl"], "there is no directory none");
    says(&["site/in.jsonl", "-o", "x.jsonl", "--removed", "x.jsonl"], "same file");
    says(&["site/in.jsonl", "-o", "x.jsonl", "--against", "none"], "does not exist");
    says(&["-", "-o", "out/"], "directory");
    #[cfg(target_os = "linux")]
    {
        says(&["site/in.jsonl", "-o", "/dev/full"], "cannot be written");
        says(&["site/in.jsonl", "-o", "x.jsonl", "--removed", "/dev/full"], "cannot be written");
    }
    assert!(!dir.path().join("x.jsonl").exists() && !dir.path().join("site/clean").exists());
}

#[test]
#[cfg(unix)]
fn an_interrupt_leaves_the_old_output_or_the_new() {
    let dir = TempDir::new().unwrap();
    let texts: String = (0..6000)
        .map(|n| format!("{{\"id\":\"{n}\",\"text\":\"{}\"}}\n", story(n / 2, 120)))
        .collect();
    fs::write(dir.path().join("in.jsonl"), texts).unwrap();
    run(dir.path(), &["in.jsonl", "-o", "whole.jsonl"]);
    let whole = fs::read(dir.path().join("whole.jsonl")).unwrap();
    let args =
        ["dedupe", "--no-config", "-q", "in.jsonl", "-o", "out.jsonl", "--removed", "gone.jsonl"];
    for (i, signal) in ["INT", "TERM", "INT", "TERM", "INT", "INT", "INT", "INT"].iter().enumerate()
    {
        let out = dir.path().join("out.jsonl");
        fs::write(&out, "old").unwrap();
        let mut child = process(dir.path(), &args)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(40 + 170 * i as u64));
        let kill = |signal: &str| {
            std::process::Command::new("kill")
                .args([&format!("-{signal}"), &child.id().to_string()])
                .status()
        };
        let _ = kill(signal);
        if i > 4 {
            let _ = kill(signal);
        }
        child.wait().unwrap();
        let now = fs::read(&out).unwrap();
        assert!(now == b"old" || now == whole, "{} bytes", now.len());
        let beside = fs::read_dir(dir.path())
            .unwrap()
            .filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().ends_with(".tmp"));
        assert_eq!(beside.count(), 0, "after {signal} {i}");
    }
}

#[cfg(unix)]
#[test]
fn names_that_are_no_unicode_stay_apart() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let dir = tempfile::tempdir().unwrap();
    let name = |byte: u8| OsStr::from_bytes(&[b'x', byte, b'.', b't', b'x', b't']).to_owned();
    fs::create_dir(dir.path().join("in")).unwrap();
    let (a, b) = (story(1, 60), story(2, 60));
    if fs::write(dir.path().join("in").join(name(0xfe)), &a).is_err() {
        return; // A file system that has no such names.
    }
    fs::write(dir.path().join("in").join(name(0xff)), &b).unwrap();
    fs::write(dir.path().join("in/a.txt"), &a).unwrap();
    run(dir.path(), &["in", "-o", "out", "--removed", "gone.jsonl"]);
    assert_eq!(fs::read_to_string(dir.path().join("out").join(name(0xff))).unwrap(), b);
    assert_eq!(fs::read_dir(dir.path().join("out")).unwrap().count(), 2);
    assert_eq!(lines(&dir.path().join("gone.jsonl"))[0]["path"], "in/x\\xFE.txt");
}

#[test]
fn one_file_is_no_two_outputs() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("in.jsonl"), odd_lines().concat()).unwrap();
    for args in [
        ["-o", "x.jsonl", "--removed", "./x.jsonl", "--report", "json=y"],
        ["-o", "x.jsonl", "--removed", "y", "--report", "json=./y"],
        ["-o", "x.jsonl", "--report", "json=z", "--report", "human=./z"],
        ["-o", "x.jsonl", "--removed", "y", "--report", "json=x.jsonl"],
        ["-o", "out/", "--removed", "out/y", "--report", "json=z"],
        ["-o", "./out", "--removed", "y", "--report", "json=out/z"],
    ] {
        let all = [&["in.jsonl"], &args[..]].concat();
        fs::create_dir_all(dir.path().join("out")).unwrap();
        let said = refused(dir.path(), &all);
        assert!(
            said.contains("name the same file") || said.contains("lies in"),
            "{args:?}: {said}"
        );
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "{args:?}");
    }
    #[cfg(unix)]
    run(dir.path(), &["in.jsonl", "-o", "/dev/null", "--removed", "/dev/null"]);
}

#[cfg(target_os = "linux")]
#[test]
fn outputs_appear_together() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("in.jsonl"), odd_lines().concat()).unwrap();
    let ended =
        dedupe(dir.path(), &["in.jsonl", "-o", "out.jsonl", "--report", "json=/dev/full"]).run();
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("/dev/full cannot be written"));
    assert!(!ended.out().contains("Written") && !dir.path().join("out.jsonl").exists());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_complete_is_said_where_standard_output_is_full() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("in.jsonl"), odd_lines().concat()).unwrap();
    let args = ["dedupe", "in.jsonl", "-o", "out.jsonl", "--max-removed", "100%"];
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ended = crate::program::process(dir.path(), &args).stdout(full).output().unwrap();
    let err = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(2), "{err}");
    assert!(err.contains("complete: do not run the command again"), "{err}");
    assert!(dir.path().join("out.jsonl").exists());
}

#[test]
fn without_an_input_nothing_is_written() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("in.jsonl"), odd_lines().concat()).unwrap();
    fs::write(dir.path().join("out.jsonl"), "of yesterday").unwrap();
    for inputs in [&["im.jsonl"][..], &["in.jsonl", "im.jsonl"]] {
        let said = refused(
            dir.path(),
            &[inputs, &["-o", "out.jsonl", "--removed", "gone.jsonl"]].concat(),
        );
        assert!(said.contains("im.jsonl") && said.contains("the run ended"), "{said}");
        assert_eq!(fs::read_to_string(dir.path().join("out.jsonl")).unwrap(), "of yesterday");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }
}

#[test]
fn a_table_from_a_pipe_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let table = |text: &str| format!("id,{text}\na,{0}\nb,{0}\n", story(1, 60));
    let piped = |text: &str, args: &[&str]| {
        dedupe(dir.path(), &["-", "-o", "out.csv"]).args(args).stdin(table(text))
    };
    let said = piped("lead", &[]).refused();
    assert!(
        said.contains("standard input looks like text; if it is CSV, say so with --input-format")
    );
    // A header with a name that is tried for the text is recognised.
    let told = ["--input-format", "csv", "--text-field", "lead"];
    for piped in [piped("lead", &told), piped("text", &[])] {
        piped.done();
        assert_eq!(fs::read_to_string(dir.path().join("out.csv")).unwrap().lines().count(), 2);
    }
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("in.jsonl"), odd_lines().concat()).unwrap();
    fs::create_dir(dir.path().join("disk")).unwrap();
    std::os::unix::fs::symlink("disk/out.jsonl", dir.path().join("out.jsonl")).unwrap();
    std::os::unix::fs::symlink("disk/report.json", dir.path().join("report.json")).unwrap();
    // What they point at is not there yet, then it is.
    for _ in 0..2 {
        run(dir.path(), &["in.jsonl", "-o", "out.jsonl", "--report", "json=report.json"]);
        for (link, file) in [("out.jsonl", "disk/out.jsonl"), ("report.json", "disk/report.json")] {
            assert!(fs::symlink_metadata(dir.path().join(link)).unwrap().is_symlink(), "{link}");
            assert!(fs::metadata(dir.path().join(file)).unwrap().is_file(), "{file}");
        }
    }
}

#[test]
fn files_that_get_in_each_others_way_lie_behind_their_directories() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("x")).unwrap();
    fs::create_dir_all(dir.path().join("y/a.txt")).unwrap();
    fs::write(dir.path().join("x/a.txt"), story(1, 60)).unwrap();
    fs::write(dir.path().join("y/a.txt/b.txt"), story(2, 60)).unwrap();
    run(dir.path(), &["x", "y", "-o", "out"]);
    assert!(
        dir.path().join("out/x/a.txt").is_file() && dir.path().join("out/y/a.txt/b.txt").is_file()
    );
}

#[test]
fn a_file_called_as_the_pipe_is_not_mixed_with_it() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("-"), odd_lines().concat()).unwrap();
    let args = ["-", "./-", "-o", "out.jsonl", "--input-format", "jsonl"];
    let said = dedupe(dir.path(), &args).stdin(odd_lines().concat()).refused();
    assert!(said.contains("two inputs are called -"));
}
