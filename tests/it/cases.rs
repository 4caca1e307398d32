//! The behaviour pages of `tests/cases`: little articles, settings, and what is found in them.
//!
//! `UPDATE=1 cargo test --test it cases` writes what is found into the pages; a person then reads
//! them.

use crate::blocks::{blocks, document, quoted, rewritten, update};
use nearcopy::detection::{Match, Pair, Repeat};
use nearcopy::{
    Corpus, Detection, Document, Documents, Preset, Recipe, RunOptions, Span, Thresholds,
};
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// The names of both structs in one table, as in `nearcopy.toml`.
fn settings(toml: &str) -> (Recipe, Thresholds) {
    let names = toml::Table::try_from(Recipe::default()).unwrap();
    let mut given: toml::Table = toml.parse().unwrap_or_else(|e| panic!("{e}"));
    let (mut recipe, mut thresholds) = (Recipe::default(), Thresholds::default());
    if let Some(preset) = given.remove("preset") {
        preset
            .as_str()
            .expect("a name")
            .parse::<Preset>()
            .unwrap()
            .apply(&mut recipe, &mut thresholds);
    }
    // What the page sets wins over the preset.
    let mut tables =
        (toml::Table::try_from(recipe).unwrap(), toml::Table::try_from(thresholds).unwrap());
    given.into_iter().for_each(|(k, v)| {
        drop(if names.contains_key(&k) { tables.0.insert(k, v) } else { tables.1.insert(k, v) })
    });
    let (recipe, thresholds): (Recipe, Thresholds) =
        (tables.0.try_into().unwrap(), tables.1.try_into().unwrap());
    recipe.check().unwrap();
    thresholds.check().unwrap();
    (recipe, thresholds)
}

struct Page {
    corpus: Corpus,
    found: Detection,
}

impl Page {
    fn new(
        mut documents: Vec<Document>,
        recipe: &Recipe,
        thresholds: &Thresholds,
        threads: usize,
        reverse: bool,
    ) -> Page {
        if reverse {
            documents.reverse();
        }
        let corpus = Corpus::new(documents).unwrap();
        let (found, _) = nearcopy::scan(
            &corpus,
            recipe,
            thresholds,
            &RunOptions::default().with(|s| s.threads = threads),
            &(),
        )
        .unwrap();
        Page { corpus, found }
    }

    fn id(&self, number: u32) -> std::borrow::Cow<'_, str> {
        self.corpus.id(number as usize)
    }

    fn ids(&self, numbers: &[u32]) -> String {
        numbers.iter().map(|&n| self.id(n)).collect::<Vec<_>>().join(" ")
    }

    fn passage(&self, number: u32, span: Span) -> String {
        quoted(&self.corpus.text(number as usize).unwrap()[span.range()])
    }

    /// The findings as the page shows them.
    fn findings(&self) -> String {
        let mut out = String::new();
        for d in 0..self.corpus.count() as u32 {
            if self.id(d).contains('@') {
                let _ = writeln!(out, "renamed {}", self.id(d));
            }
        }
        for (why, count) in &self.found.summary.limited {
            let _ = writeln!(out, "left out {count}: {why}");
        }
        for c in &self.found.clusters {
            let members = self.ids(&c.members);
            let _ = writeln!(
                out,
                "cluster {}: {members} (weakest {:.2})",
                self.id(c.representative),
                c.weakest
            );
        }
        for class in &self.found.equal {
            let _ = writeln!(out, "equal: {}", self.ids(class));
        }
        for groups in &self.found.titles {
            let groups: Vec<String> = groups.iter().map(|g| self.ids(g)).collect();
            let _ = writeln!(out, "titles: {}", groups.join(" | "));
        }
        self.found.pairs.iter().for_each(|p| self.pair(p, &mut out));
        self.found.repeats.iter().for_each(|r| self.repeat(r, &mut out));
        if out.is_empty() { "nothing\n".into() } else { out }
    }

    fn pair(&self, p: &Pair, out: &mut String) {
        let c = &p.comparison;
        let (a, b, relation) = (self.id(p.a), self.id(p.b), p.relation.name());
        let _ = write!(out, "pair {a} {b} {relation} {:.2} {:.2}", c.coverage_a, c.coverage_b);
        let _ = writeln!(
            out,
            "{} facts {}/{}{}",
            c.why.map_or(String::new(), |why| format!(" because of {why}")),
            c.facts.agree,
            c.facts.compared,
            if c.whole_text { " whole text" } else { "" }
        );
        for Match { a, b, identity, .. } in &c.matches {
            let (here, there) = (self.passage(p.a, *a), self.passage(p.b, *b));
            let both = if here == there { here } else { format!("{here} | {there}") };
            let _ = writeln!(
                out,
                "  {}..{} {}..{} identity {identity:.2} {both}",
                a.start, a.end, b.start, b.end
            );
        }
    }

    fn repeat(&self, r: &Repeat, out: &mut String) {
        let first = &r.places[0];
        let kind = if r.paragraph { "paragraph" } else { "passage" };
        let period = r.period.map_or(String::new(), |p| format!(" period {p}"));
        let boilerplate = if r.boilerplate { " boilerplate" } else { "" };
        let boilerplate = if r.note { " note" } else { boilerplate };
        let _ = write!(
            out,
            "repeat x{} {kind}{period}{boilerplate} {}",
            r.count,
            self.passage(first.document, first.span)
        );
        for p in &r.places {
            let _ = write!(out, " {}[{}..{}]", self.id(p.document), p.span.start, p.span.end);
        }
        out.push('\n');
    }
}

/// What is found on a page, and where the page says it.
fn run(page: &str) -> (String, std::ops::Range<usize>) {
    let blocks = blocks(page);
    let documents: Vec<Document> =
        blocks.iter().filter(|b| b.info.starts_with("text")).map(document).collect();
    let toml = blocks.iter().find(|b| b.info == "toml").map_or("", |b| b.inside);
    let said = blocks.iter().find(|b| b.info == "findings").expect("a findings block");
    let (recipe, thresholds) = settings(toml);
    let found = Page::new(documents.clone(), &recipe, &thresholds, 1, false).findings();
    let again = Page::new(documents, &recipe, &thresholds, 3, true).findings();
    assert_eq!(found, again, "other threads and order, other findings");
    (found, said.at.clone())
}

#[test]
fn every_page_says_what_is_found() {
    let mut files: Vec<_> =
        fs::read_dir(Path::new("tests/cases")).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "md"));
    files.sort();
    assert!(files.len() >= 20, "pages are missing");
    let mut wrong = String::new();
    for file in files {
        let page = fs::read_to_string(&file).unwrap();
        let (found, at) = run(&page);
        if page[at.clone()] == found {
            continue;
        }
        if update() {
            fs::write(&file, rewritten(&page, &[(at, found)])).unwrap();
        } else {
            let _ = write!(wrong, "\n{}\nsays:\n{}finds:\n{found}", file.display(), &page[at]);
        }
    }
    assert!(
        wrong.is_empty(),
        "{wrong}\nif that is right: UPDATE=1 cargo test --test it cases, and read the pages"
    );
}

#[test]
fn a_page_is_read_as_written() {
    let page = "# T\n\n```text id=a source=S date=2026\nOne\n\ntwo\n```\n\n```text \
                id=b\n```\n\n```toml\nmin-match = 8\nshingle = 3\n```\n";
    let blocks = blocks(page);
    assert_eq!(document(&blocks[0]), Document::new("a", "One\n\ntwo").source("S").date("2026"));
    assert_eq!(document(&blocks[1]), Document::new("b", ""));
    let (recipe, thresholds) = settings(blocks[2].inside);
    assert_eq!((recipe.shingle, thresholds.min_match), (3, 8));
}
