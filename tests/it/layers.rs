//! The house: which floor may use which, and how long files and functions may be. ARCHITECTURE.md
//! has the table in words.
//!
//! The sources are read as text: comments and literals are blanked, then paths and words are looked
//! up.

#[path = "layers/circles.rs"]
mod circles;
#[path = "layers/source.rs"]
mod source;

use circles::{circles, module, resolved, types_of_a_mod};
use source::{Function, blank, functions, paths, shipped, words};
use std::fs;
use std::path::Path;

const GROUND: [&str; 6] = ["span", "hash", "error", "escape", "near_names", "macros"];
const FILE_LINES: usize = 420;
const FUNCTION_LINES: usize = 65;

/// The floors that a floor may use besides itself.
fn may_use(floor: &str) -> Option<&'static [&'static str]> {
    Some(match floor {
        "span" | "hash" | "error" | "escape" | "near_names" | "macros" => &[],
        "text" => &["span", "hash", "error"],
        "model" => &["text", "span", "hash", "error"],
        "sketch" | "align" => &["text", "model", "span", "hash", "error"],
        "postings" => &["sketch", "model", "span", "hash", "error"],
        "pair" => &["align", "sketch", "text", "model", "span", "hash", "error"],
        "engine" => {
            &["pair", "postings", "align", "sketch", "text", "model", "span", "hash", "error"]
        }
        "index" => &[
            "engine",
            "pair",
            "postings",
            "align",
            "sketch",
            "text",
            "model",
            "span",
            "hash",
            "error",
            "escape",
            "near_names",
        ],
        "clean" => &["engine", "pair", "sketch", "text", "model", "span", "hash", "error"],
        "gate" => &["pair", "text", "model", "span", "hash", "error", "escape"],
        "ingest" => &["text", "model", "span", "hash", "error", "escape", "near_names"],
        "emit" => &["ingest", "text", "model", "span", "hash", "error", "escape"],
        "report" => &["gate", "clean", "pair", "text", "model", "span", "hash", "error", "escape"],
        // The program is a crate of its own: it reaches the library through `nearcopy::` alone.
        "cli" | "main" => &["cli"],
        _ => return None,
    })
}

/// Paths that a floor must not name, as beginnings.
fn banned_paths(floor: &str) -> Vec<&'static str> {
    match floor {
        "text" | "model" | "sketch" | "align" | "postings" | "pair" | "span" | "hash" | "error"
        | "escape" | "macros" => {
            vec![
                "std::fs",
                "std::io",
                "std::net",
                "std::env",
                "std::process",
                "std::thread",
                "std::sync::mpsc",
                "std::path",
            ]
        }
        "report" => vec!["std::fs", "std::net", "std::env", "std::process", "std::thread"],
        _ => vec![],
    }
}

/// Words that a floor must not use.
fn banned_words(floor: &str) -> Vec<&'static str> {
    let mut banned = vec![];
    if !matches!(floor, "cli" | "main") {
        banned.extend([
            "print!",
            "println!",
            "eprint!",
            "eprintln!",
            "dbg!",
            "stdout",
            "stderr",
            "nearcopy",
        ]);
    }
    if matches!(
        floor,
        "text"
            | "model"
            | "sketch"
            | "align"
            | "postings"
            | "pair"
            | "span"
            | "hash"
            | "error"
            | "escape"
    ) {
        banned.extend(["rayon", "Instant", "SystemTime", "Mutex", "RwLock"]);
    }
    if floor == "text" {
        banned.push("Result");
    }
    if floor == "sketch" {
        // Their order of iteration differs from run to run; a sorted vector serves as well.
        banned.extend(["HashMap", "HashSet", "PathBuf"]);
    }
    banned
}

/// Everything in a source file that the house does not allow.
fn violations(file: &str, source: &str) -> Vec<String> {
    let module = module(file);
    let floor = module[0];
    let mut wrong = vec![];
    let mut say = |what: String| wrong.push(format!("{file}: {what}"));
    if !source.starts_with("//!") {
        say("does not open with //!".into());
    }
    let blanked = blank(source);
    let code = shipped(&blanked);
    let lines = code.lines().count();
    if lines > FILE_LINES {
        say(format!("{lines} lines, at most {FILE_LINES}"));
    }
    for Function { name, lines, at } in functions(code) {
        if lines > FUNCTION_LINES {
            say(format!("fn {name} in line {at} has {lines} lines, at most {FUNCTION_LINES}"));
        }
    }
    // The Python package is a crate of its own: it reaches the library through `nearcopy::` alone.
    if floor == "lib" || file.starts_with("python/") {
        return wrong;
    }
    let Some(below) = may_use(floor) else {
        say(format!("{floor} is not a floor of the house"));
        return wrong;
    };
    for path in paths(code).iter().map(|p| resolved(p, &module)) {
        if let Some(inner) = path.strip_prefix("crate::") {
            let used = inner.split("::").next().unwrap_or(inner);
            if used != floor && !below.contains(&used) {
                say(format!("{floor} may not use {path}"));
            }
        }
        for banned in banned_paths(floor) {
            // A setting may name a directory, which is data as long as nobody opens it.
            let named = floor == "model" && path == "std::path::PathBuf";
            if !named && (path == banned || path.starts_with(&format!("{banned}::"))) {
                say(format!("{floor} may not use {path}"));
            }
        }
    }
    let words = words(code);
    if words.contains("heed") && !file.starts_with("src/index/store/") {
        say("LMDB is called in src/index/store alone".into());
    }
    for banned in banned_words(floor) {
        if words.contains(banned) {
            say(format!("{floor} may not say {banned}"));
        }
    }
    wrong
}

/// Every file below a folder, with `/` between.
fn files(folder: &Path, found: &mut Vec<String>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path.to_str().unwrap().replace('\\', "/"));
        }
    }
}

#[test]
fn the_house_stands() {
    let mut found = vec![];
    files(Path::new("src"), &mut found);
    files(Path::new("python/src"), &mut found);
    assert!(found.len() > 15, "run from the package root");
    let is_test = |f: &String| f.ends_with("/tests.rs") || f.contains("/tests/");
    let read = |f: &String| (f.clone(), fs::read_to_string(f).unwrap());
    let sources: Vec<(String, String)> = found.iter().filter(|f| !is_test(f)).map(read).collect();
    let mut wrong: Vec<String> =
        sources.iter().flat_map(|(file, source)| violations(file, source)).collect();
    for root in ["src/", "python/src/"] {
        let of = sources.iter().filter(|(file, _)| file.starts_with(root));
        let code: Vec<(String, String)> =
            of.map(|(f, s)| (f.clone(), shipped(&blank(s)).to_owned())).collect();
        wrong.extend(circles(root, &code));
        wrong.extend(types_of_a_mod(root, &code));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What the house asks of a file of the integration tests.
fn violations_of_a_test(file: &str, source: &str) -> Vec<String> {
    let lines = source.lines().count();
    let heading = (!source.starts_with("//!")).then(|| format!("{file}: does not open with //!"));
    let long = (lines > FILE_LINES).then(|| format!("{file}: {lines} lines, at most {FILE_LINES}"));
    heading.into_iter().chain(long).collect()
}

#[test]
fn files_of_tests_open_with_a_heading_and_are_short() {
    let mut found = vec![];
    files(Path::new("tests/it"), &mut found);
    assert!(found.len() > 30, "run from the package root");
    let wrong: Vec<String> = found
        .iter()
        .flat_map(|file| violations_of_a_test(file, &fs::read_to_string(file).unwrap()))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let long = format!("use a;\n{}", "mod a;\n".repeat(FILE_LINES));
    assert_eq!(violations_of_a_test("tests/it/a.rs", &long).len(), 2);
}

/// Files, what is in them, and what the complaint must contain (nothing: it is allowed).
const HOUSES: [(&[(&str, &str)], &str); 7] = [
    (
        &[
            ("src/a/mod.rs", "mod x; mod y;"),
            ("src/a/x.rs", "use super::y::Y;"),
            ("src/a/y.rs", "use std::fmt;"),
        ],
        "",
    ),
    (
        &[
            ("src/a/mod.rs", "mod x; mod y;"),
            ("src/a/x.rs", "use super::y::Y;"),
            ("src/a/y.rs", "use crate::a::x::{X, Z};"),
        ],
        "circle: src/a/x.rs, src/a/y.rs",
    ),
    (
        &[("src/a.rs", "fn f() { crate::b::g() }"), ("src/b.rs", "use crate::a;")],
        "circle: src/a.rs, src/b.rs",
    ),
    // A re-export by the folder's list, and a child that asks the list for its neighbour's type.
    (
        &[
            ("src/a/mod.rs", "mod x; mod y; pub use y::Y;"),
            ("src/a/x.rs", "use super::Y;"),
            ("src/a/y.rs", ""),
        ],
        "",
    ),
    (&[("src/a/mod.rs", "mod x; pub use x::X;"), ("src/a/x.rs", "use super::X;")], ""),
    (
        &[("src/a/mod.rs", "mod x; pub struct A;"), ("src/a/x.rs", "use super::A;")],
        "src/a/mod.rs: holds A, which src/a/x.rs imports",
    ),
    (
        &[("src/a/mod.rs", "mod x; fn g() { x::h() }"), ("src/a/x.rs", "fn h() { super::g() }")],
        "src/a/mod.rs: holds g",
    ),
];

#[test]
fn a_circle_and_a_type_in_a_list_of_rooms_are_caught() {
    for (files, wanted) in HOUSES {
        let code: Vec<(String, String)> =
            files.iter().map(|(f, s)| ((*f).to_owned(), (*s).to_owned())).collect();
        let said = [circles("src/", &code), types_of_a_mod("src/", &code)].concat().join("\n");
        let right = if wanted.is_empty() { said.is_empty() } else { said.contains(wanted) };
        assert!(right, "{files:?}\nsaid: {said:?}\nwanted: {wanted:?}");
    }
}

#[test]
fn ground_modules_stand_alone() {
    for one in GROUND {
        for other in GROUND.into_iter().filter(|o| *o != one) {
            let source = format!("//! Fake.\nuse crate::{other}::Thing;\n");
            assert!(
                !violations(&format!("src/{one}.rs"), &source).is_empty(),
                "{one} uses {other}"
            );
        }
    }
}

/// A file, what is in it after the opening line, and what the complaint must contain (nothing: it
/// is allowed).
const FAKES: [(&str, &str, &str); 39] = [
    ("src/index/merge.rs", "use crate::near_names::beside;", ""),
    (
        "src/report/mod.rs",
        "use crate::near_names::nearest;",
        "report may not use crate::near_names",
    ),
    ("src/index/merge.rs", "use heed::RoTxn;", "LMDB is called"),
    ("src/index/store/tables.rs", "use heed::RoTxn;", ""),
    ("src/text/token.rs", "use crate::span::Span;", ""),
    ("src/text/token.rs", "use crate::sketch::recipe::Recipe;", "text may not use crate::sketch"),
    ("src/text/token.rs", "fn f() -> Result<(), ()> { Ok(()) }", "may not say Result"),
    ("src/text/token.rs", "use std::{borrow::Cow, fs::File};", "std::fs::File"),
    ("src/text/token.rs", "// print!(1) and rayon\nconst S: &str = \"std::fs println!\";", ""),
    (
        "src/text/token.rs",
        "/* crate::engine /* nested */ */ const C: char = '\"'; const D: &str = \
         r#\"crate::pair\"#;",
        "",
    ),
    (
        "src/sketch/band.rs",
        "use crate::{hash, pair::{facts, compare}};",
        "sketch may not use crate::pair::facts",
    ),
    ("src/sketch/band.rs", "use std::collections::HashMap;", "may not say HashMap"),
    ("src/sketch/band.rs", "fn f(p: &std::path::Path) {}", "std::path::Path"),
    ("src/model/options.rs", "use std::path::PathBuf;", ""),
    ("src/sketch/band.rs", "use std::path::PathBuf;", "may not use std::path::PathBuf"),
    (
        "src/pair/facts.rs",
        "use crate::sketch::recipe::Recipe; use crate::model::detection::Match;",
        "",
    ),
    (
        "src/pair/facts.rs",
        "use super::super::engine::batch;",
        "pair may not use crate::engine::batch",
    ),
    (
        "src/pair/facts.rs",
        "fn f() { crate::engine::batch::scan() }",
        "pair may not use crate::engine",
    ),
    ("src/pair/facts.rs", "use std::io;", "pair may not use std::io"),
    ("src/pair/facts.rs", "use std::{\n    io::{self, Write},\n};", "pair may not use std::io"),
    ("src/pair/facts.rs", "use rayon::prelude::*;", "may not say rayon"),
    ("src/pair/facts.rs", "fn f() { let t = std::time::Instant::now(); }", "may not say Instant"),
    ("src/pair/facts.rs", "fn f() { println!(\"x\"); }", "may not say println!"),
    ("src/pair/facts.rs", "use crate::Thresholds;", "pair may not use crate::Thresholds"),
    ("src/pair/facts.rs", "#[cfg(test)]\nmod tests {\n    use crate::engine::batch;\n}", ""),
    (
        "src/pair/facts.rs",
        "#[cfg(test)]\nmod oracle;\nuse crate::engine::batch;",
        "crate::engine::batch",
    ),
    ("src/pair/mod.rs", "use super::engine::batch;", "pair may not use crate::engine"),
    (
        "src/engine/preset.rs",
        "use crate::model::thresholds::Thresholds; use crate::sketch::recipe::Recipe;",
        "",
    ),
    ("src/engine/batch.rs", "use crate::report::json;", "engine may not use crate::report"),
    ("src/engine/batch.rs", "use crate::ingest::read;", "engine may not use crate::ingest"),
    ("src/engine/batch.rs", "fn f() { eprintln!(\"x\") }", "may not say eprintln!"),
    ("src/ingest/json_record.rs", "use crate::sketch::band;", "ingest may not use crate::sketch"),
    (
        "src/report/human/report.rs",
        "use crate::engine::corpus::Corpus;",
        "report may not use crate::engine",
    ),
    ("src/report/human/report.rs", "fn f() { std::io::stdout(); }", "may not say stdout"),
    (
        "src/cli/scan.rs",
        "use crate::cli::args; use super::output; use nearcopy::{Corpus, scan};\nfn f() { \
         println!() }",
        "",
    ),
    ("src/cli/scan.rs", "use crate::engine::corpus::Corpus;", "cli may not use crate::engine"),
    ("src/main.rs", "mod cli;\nfn main() { crate::cli::run() }", ""),
    ("src/lib.rs", "pub use engine::batch::scan;", ""),
    ("src/attic/old.rs", "", "not a floor"),
];

#[test]
fn a_wrong_use_is_caught() {
    for (file, body, wanted) in FAKES {
        let said = violations(file, &format!("//! Fake.\n{body}\n")).join("\n");
        let right = if wanted.is_empty() { said.is_empty() } else { said.contains(wanted) };
        assert!(right, "{file}: {body:?}\nsaid: {said:?}\nwanted: {wanted:?}");
    }
}

#[test]
fn a_file_without_a_heading_or_too_long_is_caught() {
    assert!(violations("src/span.rs", "use std::ops::Range;\n")[0].contains("//!"));
    let long = format!("//! Fake.\n{}", "const A: u8 = 1;\n".repeat(FILE_LINES));
    assert!(violations("src/span.rs", &long)[0].contains("421 lines"));
    let tests = format!(
        "//! Fake.\n#[cfg(test)]\nmod tests {{\n{}}}\n",
        "const A: u8 = 1;\n".repeat(FILE_LINES)
    );
    assert!(violations("src/span.rs", &tests).is_empty());
}

#[test]
fn a_long_function_is_caught() {
    let function = |lines: usize| {
        let body = "    if x { y('{', \"}\", '\\'') }\n".repeat(lines - 2);
        format!(
            "//! Fake.\nfn short(f: impl Fn(u8) -> u8) {{}}\nfn long<'a>(x: &'a str) -> [u8; 4] \
             {{\n{body}}}\ntrait T {{ fn f(&self); }}\n"
        )
    };
    assert_eq!(violations("src/span.rs", &function(FUNCTION_LINES)), [""; 0]);
    let said = violations("src/span.rs", &function(FUNCTION_LINES + 1));
    assert_eq!(said, ["src/span.rs: fn long in line 3 has 66 lines, at most 65"]);
}
