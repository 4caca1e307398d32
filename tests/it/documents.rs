//! The Markdown pages that a reader meets: what commands print, where links lead, how wide lines
//! are.
//!
//! `UPDATE=1 cargo test --test it documents` writes what the commands print into the pages.

use crate::blocks::{blocks, difference, rewritten, update};
use crate::console::Console;
use crate::scratch::Here;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Folders and files whose lines are held under `COLUMNS`.
const HELD: &[&str] = &[
    "src",
    "tests",
    "benches",
    "examples",
    "fuzz",
    "python",
    "docs",
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "seeds/README.md",
];
/// Of the held ones, those that are not.
const EXEMPT: &[&str] = &[];
const COLUMNS: usize = 100;
/// Pages whose commands are not in a form that can be run yet.
const NOT_RUN: &[&str] = &[];

/// The files of a folder, and of its folders, that end so. Hidden ones, what is built and what is
/// installed there are none of the project's.
fn files(folder: &str, end: &str, found: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|e| e.unwrap().path()) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let shown = path.to_str().unwrap().replace('\\', "/");
        if name.starts_with('.') || ["target", "node_modules", "dist", "corpus"].contains(&name) {
            continue;
        }
        if path.is_dir() {
            files(&shown, end, found);
        } else if name.ends_with(end) {
            found.push(shown.trim_start_matches("./").to_owned());
        }
    }
}

/// Every Markdown page but the articles of the seeds, in order.
fn pages() -> Vec<String> {
    let mut found = vec![];
    files(".", ".md", &mut found);
    found.retain(|f| !f.starts_with("seeds/") || f == "seeds/README.md");
    found.sort();
    assert!(found.iter().any(|f| f == "README.md"), "run from the package root");
    found
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(|e| e.unwrap()) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to)
        } else {
            drop(fs::copy(entry.path(), to))
        }
    }
}

/// A page with what its commands print, and what can only be mended by hand.
fn printed(page: &str) -> (String, String) {
    let all = blocks(page);
    let consoles: Vec<_> = all.iter().filter(|b| b.kind() == "console").collect();
    if consoles.is_empty() {
        return (page.to_owned(), String::new());
    }
    let here = Here::new();
    copy(Path::new("seeds"), &here.file("seeds"));
    fs::create_dir(here.file("out")).unwrap();
    let mut console = Console::new(here.path());
    let (mut new, mut by_hand) = (vec![], String::new());
    for block in consoles {
        let (anew, wrong) = console.run(block.inside);
        new.push((block.at.clone(), anew));
        by_hand += &wrong;
    }
    (rewritten(page, &new), by_hand)
}

#[test]
fn commands_print_what_the_documents_say() {
    let is_read = |f: &String| f == "README.md" || f.starts_with("docs/");
    let shown = pages().into_iter().filter(|f| is_read(f) && !NOT_RUN.contains(&f.as_str()));
    let mut wrong = String::new();
    for file in shown {
        let page = fs::read_to_string(&file).unwrap();
        assert!(!page.contains(" ```console"), "{file}: an indented block is not read");
        let (anew, by_hand) = printed(&page);
        if update() && anew != page {
            fs::write(&file, &anew).unwrap();
        }
        if !by_hand.is_empty() || anew != page && !update() {
            wrong += &format!("\n== {file}\n{}{by_hand}", difference(&page, &anew));
        }
    }
    assert!(
        wrong.is_empty(),
        "the commands print:{wrong}\nif right: UPDATE=1 cargo test --test it documents"
    );
}

#[test]
fn a_command_that_prints_something_else_is_caught() {
    let page = "# T\n\n```console\n$ nearcopy scan seeds/ -o json=out/r.json -q\n…\n\
        $ nearcopy explain seeds/tiny.txt -q --format json\n…\n```\n\n```sh\n$ not read\n```\n";
    assert_eq!(printed(page), (page.to_owned(), String::new()));
    let (_, by_hand) = printed(&page.replace("-q\n…\n", "-q\n…\nno such line\n"));
    assert!(
        by_hand.starts_with("$ nearcopy scan seeds/ -o json=out/r.json -q\nprints:\n"),
        "{by_hand}"
    );
    let (anew, _) = printed(&page.replace("json\n…\n", "json\n{}\n"));
    assert!(anew.contains("--format json\n{\"schema\""), "{anew}");
}

/// Where the links of a page lead, each with its line, and the anchors that its headings and `id`s
/// make.
fn links(page: &str) -> (Vec<(usize, String)>, BTreeSet<String>) {
    let (mut links, mut anchors) = (vec![], BTreeSet::new());
    let mut heading: Option<String> = None;
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let all = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES;
    for (event, at) in Parser::new_ext(page, all).into_offset_iter() {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                links.push((page[..at.start].matches('\n').count() + 1, dest_url.into_string()));
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    *heading += &text;
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let slug = slug(&heading.take().unwrap());
                let again = seen.entry(slug.clone()).or_default();
                anchors.insert(if *again == 0 { slug } else { format!("{slug}-{again}") });
                *again += 1;
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                for part in html.split(" id=\"").skip(1) {
                    anchors.insert(part.split('"').next().unwrap().to_owned());
                }
            }
            _ => {}
        }
    }
    (links, anchors)
}

/// The anchor that a heading gets where the pages are shown.
fn slug(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || [' ', '-', '_'].contains(c);
    heading.to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// A path without `.` and `..`, below the root; none where it leads out.
fn inside(path: &Path) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => out.pop().then_some(())?,
            Component::CurDir => {}
            Component::Normal(name) => out.push(name),
            _ => return None,
        }
    }
    Some(out)
}

/// Whether an address outside is one at all; nothing is fetched.
fn well_formed(address: &str) -> bool {
    let host =
        address.strip_prefix("https://").map(|rest| rest.split(['/', '?', '#']).next().unwrap());
    let label = |l: &str| !l.is_empty() && l.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let plain = !address.contains(|c: char| c.is_whitespace() || "<>\"{}|\\^`".contains(c));
    plain && host.is_some_and(|h| h.contains('.') && h.split('.').all(label))
}

/// What is wrong with a link of a page: nothing, or the complaint.
fn broken(
    file: &str,
    link: &str,
    anchors: &BTreeMap<String, BTreeSet<String>>,
) -> Option<&'static str> {
    if link.contains(':') {
        return (!well_formed(link)).then_some("is no address that begins with https://");
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let there = match path {
        "" => PathBuf::from(file),
        path => match inside(&Path::new(file).parent().unwrap().join(path)) {
            Some(there) => there,
            None => return Some("leads out of the repository"),
        },
    };
    if !there.exists() {
        return Some("leads to no file");
    }
    let shown = there.to_str().unwrap().replace('\\', "/");
    match anchors.get(&shown) {
        _ if anchor.is_empty() => None,
        Some(anchors) if anchors.contains(anchor) => None,
        _ => Some("leads to no heading"),
    }
}

#[test]
fn links_lead_somewhere() {
    let pages: Vec<(String, String)> =
        pages().into_iter().map(|file| (file.clone(), fs::read_to_string(file).unwrap())).collect();
    let anchors: BTreeMap<String, BTreeSet<String>> =
        pages.iter().map(|(file, page)| (file.clone(), links(page).1)).collect();
    let (mut wrong, mut followed) = (vec![], 0);
    for (file, page) in &pages {
        for (line, link) in links(page).0 {
            followed += 1;
            if let Some(why) = broken(file, &link, &anchors) {
                wrong.push(format!("{file}:{line}: {link} {why}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(followed > 10, "{followed} links");
}

#[test]
fn a_link_that_leads_nowhere_is_caught() {
    let page = "# One `two`: three\n\n# One two, three\n\n<a id=\"own\"></a>\n\n\
        [a](README.md#x) ![b](https://a.example/b) [c][r]\n\n```\n[no](link)\n```\n\n[r]: \
        docs/c.md\n";
    let (links, of_page) = links(page);
    let wanted = [(7, "README.md#x"), (7, "https://a.example/b"), (7, "docs/c.md")];
    assert_eq!(links, wanted.map(|(line, link)| (line, link.to_owned())));
    assert_eq!(of_page.iter().collect::<Vec<_>>(), ["one-two-three", "one-two-three-1", "own"]);
    let anchors = BTreeMap::from([("README.md".to_owned(), of_page)]);
    for (file, link, wanted) in [
        ("README.md", "#own", None),
        ("README.md", "#one-two-three-1", None),
        ("README.md", "#four", Some("leads to no heading")),
        ("docs/x.md", "../README.md#own", None),
        ("docs/x.md", "../README.md#owner", Some("leads to no heading")),
        ("docs/x.md", "MISSING.md", Some("leads to no file")),
        ("README.md", "../README.md", Some("leads out of the repository")),
        ("README.md", "src/lib.rs", None),
        ("README.md", "src", None),
        ("README.md", "https://www.example.org/a#b", None),
        ("README.md", "http://www.example.org", Some("is no address that begins with https://")),
        ("README.md", "https://example", Some("is no address that begins with https://")),
        ("README.md", "https://a..org/", Some("is no address that begins with https://")),
        ("README.md", "https://a.org/b c", Some("is no address that begins with https://")),
    ] {
        assert_eq!(broken(file, link, &anchors), wanted, "{file}: {link}");
    }
}

/// Whether lines of a file are held, by the lists.
fn held(file: &str) -> bool {
    let below =
        |list: &[&str]| list.iter().any(|f| file == *f || file.starts_with(&format!("{f}/")));
    below(HELD) && !below(EXEMPT)
}

/// A line of prose without what cannot be broken: the targets of links, and addresses.
fn breakable(line: &str) -> String {
    let mut parts = line.split("](");
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        out += "]";
        out += part.split_once(')').map_or(part, |(_, rest)| rest);
    }
    out.split(' ').filter(|word| !word.contains("https://")).collect::<Vec<_>>().join(" ")
}

/// The lines that are too wide, of a page those of prose: no table, no block of code.
fn too_wide(file: &str, text: &str) -> Vec<usize> {
    let code: Vec<_> = if file.ends_with(".md") { blocks(text) } else { vec![] };
    let (mut wide, mut at) = (vec![], 0);
    for (n, line) in text.split_inclusive('\n').enumerate() {
        let shown = line.trim_end_matches(['\n', '\r']);
        let prose = !code.iter().any(|b| b.at.contains(&at)) && !shown.starts_with(['|', '`']);
        at += line.len();
        let width = match file.ends_with(".md") {
            true if !prose => 0,
            true => breakable(shown).chars().count(),
            false => shown.chars().count(),
        };
        if width > COLUMNS {
            wide.push(n + 1);
        }
    }
    wide
}

#[test]
fn lines_are_no_wider_than_the_page() {
    let mut all = pages();
    for folder in ["src", "tests", "benches", "examples", "fuzz", "python/src"] {
        files(folder, ".rs", &mut all);
    }
    all.retain(|file| held(file));
    all.sort();
    assert!(all.len() > 40, "{} files", all.len());
    let mut wrong = vec![];
    for file in all {
        let lines = too_wide(&file, &fs::read_to_string(&file).unwrap());
        wrong.extend(lines.iter().map(|line| format!("{file}:{line}")));
    }
    assert!(wrong.is_empty(), "over {COLUMNS} columns:\n{}", wrong.join("\n"));
}

#[test]
fn a_line_that_is_too_wide_is_caught() {
    let (fits, wide) = ("é".repeat(COLUMNS), "é".repeat(COLUMNS + 1));
    let lines = format!("{fits}\n{wide}\r\n{fits}\n// {fits}");
    assert_eq!(too_wide("src/a.rs", &lines), [2, 4]);
    let page =
        format!("{wide}\n\n| {wide} |\n\n```\n{wide}\n```\n{fits}\n[a]({wide}) b\n[{wide}](b)\n");
    assert_eq!(too_wide("docs/a.md", &page), [1, 10]);
    assert_eq!(
        too_wide("docs/a.md", &format!("See https://a.example/{wide} and so on.\n")),
        [0; 0]
    );
    assert!(held("tests/it/main.rs") && !held("testsuite/main.rs") && held("src/lib.rs"));
}

/// The tests that the table of laws names: each a file and a function in it.
fn guards(page: &str) -> Vec<(String, String)> {
    let table = page.split("\n## Laws\n").nth(1).unwrap_or_default();
    let table = table.split("\n## ").next().unwrap_or_default();
    let (mut file, mut found) = (String::new(), vec![]);
    for row in table.lines().filter(|line| line.starts_with('|')) {
        for code in row.split('`').skip(1).step_by(2) {
            if code.ends_with(".rs") || code.ends_with(".py") {
                code.clone_into(&mut file);
            } else if code.contains('_') && code.chars().all(|c| c.is_ascii_lowercase() || c == '_')
            {
                found.push((file.clone(), code.to_owned()));
            }
        }
    }
    found
}

#[test]
fn every_test_that_guards_a_law_is_there() {
    let guards = guards(&fs::read_to_string("ARCHITECTURE.md").unwrap());
    assert!(guards.len() > 20, "{guards:?}");
    let missing = guards.iter().filter(|(file, function)| {
        let source =
            fs::read_to_string(file).or_else(|_| fs::read_to_string(format!("src/{file}")));
        let source = source.unwrap_or_default();
        !source.contains(&format!("fn {function}("))
            && !source.contains(&format!("def {function}("))
    });
    assert_eq!(missing.collect::<Vec<_>>(), Vec::<&(String, String)>::new());
}
