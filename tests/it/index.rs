//! What users of the index rely on: that it says what a scan says, keeps what it acknowledged, and
//! answers bad input clearly.

mod beside_scan;
mod refusals;
mod while_compacting;

use nearcopy::index::{Added, CheckOutcome, IndexOptions, SameId};
use nearcopy::{
    Corpus, Document, Documents, Error, Index, Recipe, Relation, RunOptions, Thresholds, scan,
};

const STORY: &str = "The harbour bridge will close for repairs on Monday, the port authority said, \
                     and reopen in the spring of next year. \
    Engineers found cracks in two of its pillars during the yearly survey, and the council voted \
    to spend four million on new steel.";

fn new_index() -> (tempfile::TempDir, Index) {
    let dir = tempfile::tempdir().unwrap();
    let index = Index::create(dir.path().join("index"), &Recipe::default()).unwrap();
    (dir, index)
}

/// One handle serves all threads.
#[expect(dead_code, reason = "it is checked by being compiled")]
fn shared(index: Index) -> impl Send + Sync {
    index
}

fn sound(index: &Index) {
    let v = index.verify().unwrap();
    assert_eq!(v.problems, Vec::<String>::new());
    assert_eq!(v.documents, index.stats().unwrap().documents);
}

#[test]
fn what_is_there_is_nobodys_new_copy() {
    let (_dir, index) = new_index();
    index.add_all([Document::new("a", STORY), Document::new("b", STORY)]).unwrap();
    let unless = [Relation::Equal, Relation::NearCopy];
    let ask = |id: &str, text: &str| {
        let checked =
            index.check_and_add(&Document::new(id, text), &Thresholds::default(), &unless).unwrap();
        (checked.outcome, checked.sightings.len())
    };
    assert_eq!(ask("b", STORY), (CheckOutcome::Known, 1));
    assert_eq!(ask("c", STORY), (CheckOutcome::Refused, 1));
    assert_eq!(
        ask("b", &STORY.replace("Monday", "Tuesday")),
        (CheckOutcome::Refused, 1),
        "its text has changed to another near-copy"
    );
}

#[test]
fn adds_sees_removes_and_keeps() {
    let (dir, index) = new_index();
    let t = Thresholds::default();
    assert_eq!(index.add(&Document::new("a", STORY)).unwrap(), Added::New);
    assert_eq!(index.add(&Document::new("a", STORY)).unwrap(), Added::Known);
    assert_eq!(index.add(&Document::new("b", STORY)).unwrap(), Added::Copy);
    let copy = Document::new("c", STORY.replace("Monday", "Tuesday"));
    let seen = index.seen(&copy, &t).unwrap();
    assert_eq!(seen.len(), 1);
    assert_eq!(
        (seen[0].info.id.as_str(), seen[0].copies, seen[0].relation),
        ("a", 2, Relation::NearCopy)
    );
    let (m, text) = (&seen[0].comparison.matches[0], seen[0].text.as_ref().unwrap());
    assert_eq!(text, STORY);
    assert!(
        copy.text[m.a.range()].starts_with("The harbour bridge")
            && text[m.b.range()].starts_with("The harbour bridge")
    );
    sound(&index);
    drop(index);

    let index = Index::open(dir.path().join("index"), &Recipe::default()).unwrap();
    assert_eq!(index.seen(&copy, &t).unwrap(), seen);
    assert_eq!(index.get("b").unwrap().unwrap().text, STORY);
    assert!(index.remove("a").unwrap());
    assert!(!index.remove("a").unwrap());
    assert_eq!(index.seen(&copy, &t).unwrap()[0].info.id, "b");
    sound(&index);
    assert!(index.remove("b").unwrap());
    assert_eq!(index.seen(&copy, &t).unwrap(), []);
    assert_eq!(index.get("b").unwrap(), None);
    sound(&index);
    assert_eq!(index.add(&Document::new("a", STORY)).unwrap(), Added::New);
    sound(&index);
}

/// Words that no two texts share by chance, drawn by a number.
fn words(seed: u64, count: usize) -> Vec<String> {
    let mut x = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x
    };
    (0..count).map(|_| format!("w{:x}", next() % 100_000)).collect()
}

/// A corpus with everything that a scan treats apart: equal texts, stories printed often with a
/// word changed, a footer and a notice under many texts, quotations, chains of edits, short and
/// empty texts.
fn corpus(size: u64) -> Vec<Document> {
    let footer = words(1, 30).join(" ");
    let mut out = Vec::new();
    let mut put = |id: String, text: String, n: u64| {
        out.push(
            Document::new(id, text)
                .source(format!("outlet-{}", n % 7))
                .date(format!("2026-01-{:02}", 1 + n % 28)),
        );
    };
    for n in 0..size {
        let mut text = words(100 + n, 60 + (n % 90) as usize);
        if n % 3 == 0 {
            text.push(format!("\n\n{footer}"));
        }
        put(format!("own-{:03}", n * 7919 % 1000), text.join(" "), n);
        if n % 5 == 0 {
            put(format!("equal-{n}"), text.join("  "), n + 1);
        }
        if n % 4 == 1 {
            let mut quoting = words(5000 + n, 80);
            quoting.splice(30..30, text[10..40].iter().cloned());
            put(format!("quote-{n}"), quoting.join(" "), n + 2);
        }
        // One story in many outlets, a few words changed in each.
        let mut story = words(7, 120);
        for i in 0..4 {
            story[((n * 13 + i * 29) % 120) as usize] = format!("changed{n}x{i}");
        }
        put(format!("story-{n}"), story.join(" "), n + 3);
        // A chain: each text is the one before, less a piece and with another.
        let chain: Vec<String> = (0..8).flat_map(|i| words(9000 + n + i, 15)).collect();
        put(format!("chain-{n}"), chain.join(" "), n);
    }
    put("empty".into(), String::new(), 0);
    put("blank".into(), " \n ".into(), 0);
    put("dots".into(), "…".into(), 0);
    put("short".into(), "one two".into(), 0);
    out
}

type Told = (String, String, Relation, String);

#[test]
fn an_id_twice_is_known_replaced_or_refused() {
    let (dir, index) = new_index();
    let t = Thresholds::default();
    let (old, new) = (Document::new("page", STORY), Document::new("page", words(3, 60).join(" ")));
    index.add(&old).unwrap();
    assert_eq!(index.add(&new).unwrap(), Added::Replaced);
    assert_eq!(index.get("page").unwrap().unwrap().text, new.text);
    assert_eq!(index.seen(&Document::new("x", STORY), &t).unwrap(), []);
    assert_eq!(
        index.seen(&Document::new("x", new.text.clone()), &t).unwrap()[0].relation,
        Relation::Equal
    );
    // Twice in one batch is the same as one after the other.
    let counts = index
        .add_all([old.clone(), old.clone(), new.clone(), Document::new("y", STORY), old.clone()])
        .unwrap();
    assert_eq!((counts.replaced, counts.known, counts.new, counts.copies), (3, 1, 1, 0));
    sound(&index);
    drop(index);
    let options = IndexOptions::default().with(|s| s.same_id = SameId::Refuse);
    let index = options.open(dir.path().join("index")).unwrap();
    assert_eq!(index.add(&new), Err(Error::SameId { id: "page".into() }));
    let refused = index.add_all([Document::new("z", "never there"), new.clone()]);
    assert_eq!(refused, Err(Error::SameId { id: "page".into() }));
    assert_eq!(index.get("z").unwrap(), None);
    assert_eq!(index.add(&old).unwrap(), Added::Known);
    sound(&index);
}

#[test]
fn of_two_copies_one_is_added() {
    let (_dir, index) = new_index();
    let t = Thresholds::default();
    let copies = [Relation::Equal, Relation::NearCopy];
    let added = std::thread::scope(|s| {
        let one = |n: usize| {
            let text = STORY.replace("Monday", &format!("day{n}"));
            index.check_and_add(&Document::new(format!("d{n}"), text), &t, &copies).unwrap()
        };
        let all: Vec<_> = (0..8).map(|n| s.spawn(move || one(n))).collect();
        all.into_iter().map(|h| h.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(added.iter().filter(|c| c.outcome.is_added()).count(), 1);
    assert!(added.iter().filter(|c| c.outcome.is_refused()).all(|c| c.sightings.len() == 1));
    assert_eq!(index.stats().unwrap().documents, 1);
    // What is no copy is added, and told.
    let quoting = Document::new("q", format!("{} {}", words(3, 200).join(" "), &STORY[..120]));
    let checked = index.check_and_add(&quoting, &t, &copies).unwrap();
    assert_eq!(
        (checked.outcome, checked.sightings[0].relation),
        (CheckOutcome::New, Relation::Quotes)
    );
    sound(&index);
}

#[test]
fn without_texts_it_keeps_keys_and_scores() {
    let dir = tempfile::tempdir().unwrap();
    let options = IndexOptions::default().with(|s| s.without_texts = true);
    let index = options.create(dir.path().join("i"), &Recipe::default()).unwrap();
    let t = Thresholds::default();
    let text = words(5, 300);
    index.add(&Document::new("a", text.join(" "))).unwrap();
    index.add_all(corpus(10)).unwrap();
    let mut edited = text.clone();
    edited[150] = "other".into();
    for round in 0..2 {
        let seen = index.seen(&Document::new("b", edited.join(" ")), &t).unwrap();
        assert_eq!(
            (seen[0].info.id.as_str(), seen[0].relation, seen[0].text.as_ref()),
            ("a", Relation::NearCopy, None)
        );
        assert!(
            (seen[0].comparison.resemblance - 0.967).abs() < 0.03,
            "{}",
            seen[0].comparison.resemblance
        );
        assert!(seen[0].comparison.matches.is_empty());
        let part = index.seen(&Document::new("c", text[..60].join(" ")), &t).unwrap();
        assert_eq!(part[0].relation, Relation::ContainedIn, "round {round}");
        assert_eq!(
            index.seen(&Document::new("d", text.join(" ")), &t).unwrap()[0].relation,
            Relation::Equal
        );
        assert_eq!(index.get("a").unwrap().unwrap().text, "");
        assert!(index.remove("chain-3").unwrap() || round == 1);
        index.compact(&t, &RunOptions::default(), &()).unwrap();
        sound(&index);
    }
}

#[test]
fn any_text_and_any_id() {
    let (_dir, index) = new_index();
    let t = Thresholds::default();
    let texts = [
        String::new(),
        "\u{0}\u{0}".into(),
        "a".repeat(3 << 20),
        "word ".repeat(200_000),
        "x\n\n".repeat(50_000),
        "\u{202e}\u{301}\u{fffd}".repeat(1000),
        "統一碼".repeat(2000),
        words(1, 30_000).join("\n\n"),
    ];
    for (n, text) in texts.iter().enumerate() {
        for id in
            [format!("{n}"), format!("{n}{}", "長".repeat(5000)), format!("{n}\u{0}\u{1b}[31m")]
        {
            let d = Document::new(id, text.clone());
            index.add(&d).unwrap();
            assert_eq!(index.get(&d.info.id).unwrap().unwrap().text, *text);
        }
        let seen = index.seen(&Document::new("asked", text.clone()), &t).unwrap();
        let found: Vec<_> = seen.iter().map(|s| (s.relation, s.copies)).collect();
        // A text without a token is a copy of nothing.
        let has_tokens = !nearcopy::text::tokenize(text).is_empty();
        assert_eq!(found.first(), has_tokens.then_some(&(Relation::Equal, 3)), "text {n}");
    }
    index.add(&Document::new("", "an empty id")).unwrap();
    assert_eq!(index.get("").unwrap().unwrap().text, "an empty id");
    sound(&index);
    index.compact(&t, &RunOptions::default(), &()).unwrap();
    sound(&index);
}

fn frozen(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frozen").join(name)
}

/// The rows of the first format have no titles.
#[test]
fn an_index_of_an_earlier_format_is_refused_in_words() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(frozen("index-1.mdb"), dir.path().join("data.mdb")).unwrap();
    let why = Index::open(dir.path(), &Recipe::default()).err().unwrap().to_string();
    for word in ["nearcopy.index/1", "nearcopy.index/2"] {
        assert!(why.contains(word), "{why}");
    }
}

/// An index as this format has it: `UPDATE=1` writes it again, and only a new format is a reason
/// to.
#[test]
fn an_index_of_the_frozen_format_is_understood() {
    let frozen = frozen("index-2.mdb");
    let (dir, index) = new_index();
    let t = Thresholds::default();
    let path = dir.path().join("index");
    if std::env::var_os("UPDATE").is_some() {
        let a = Document::new("a", STORY).source("Courier").date("2026-03-01");
        index.add(&a.title("Bridge closes")).unwrap();
        index.add(&Document::new("b", STORY)).unwrap();
        index.compact(&t, &RunOptions::default(), &()).unwrap();
        index.add(&Document::new("c", words(1, 40).join(" "))).unwrap();
        drop(index);
        std::fs::copy(path.join("data.mdb"), &frozen).unwrap();
    } else {
        drop(index);
    }
    std::fs::remove_dir_all(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    std::fs::copy(&frozen, path.join("data.mdb")).unwrap();
    let index = Index::open(&path, &Recipe::default()).unwrap();
    sound(&index);
    let seen = index.seen(&Document::new("x", STORY.replace("Monday", "Tuesday")), &t).unwrap();
    assert_eq!(
        (seen[0].info.id.as_str(), seen[0].copies, seen[0].relation),
        ("a", 2, Relation::NearCopy)
    );
    assert_eq!(
        (seen[0].info.source.as_deref(), seen[0].info.date.as_deref()),
        (Some("Courier"), Some("2026-03-01"))
    );
    assert_eq!(seen[0].info.title.as_deref(), Some("Bridge closes"));
    assert_eq!(
        index.seen(&Document::new("x", words(1, 40).join(" ")), &t).unwrap()[0].info.id,
        "c"
    );
    index.add(&Document::new("d", STORY)).unwrap();
    sound(&index);
}

#[test]
fn what_a_batch_took_and_gave_back_leaves_a_whole_file() {
    let (dir, index) = new_index();
    // Free pages, but no long row of them; then a long text that its correction replaces in the
    // same transaction.
    for n in 0..40 {
        index.add(&Document::new("page", words(n, 300).join(" "))).unwrap();
    }
    let long = Document::new("x", words(99, 60_000).join(" "));
    index.add_all([long, Document::new("x", "a short correction")]).unwrap();
    drop(index);
    let index = Index::open(dir.path().join("index"), &Recipe::default()).unwrap();
    assert_eq!(index.get("x").unwrap().unwrap().text, "a short correction");
    sound(&index);
}

#[test]
fn a_page_that_changes_often_is_still_found() {
    let (_dir, index) = new_index();
    let t = Thresholds::default();
    let mut page = words(4, 150);
    for n in 0..300 {
        page[n % 150] = format!("v{n}");
        index.add(&Document::new("live", page.join(" "))).unwrap();
    }
    let mut copy = page.clone();
    copy[75] = "copied".into();
    let copy = Document::new("copy", copy.join(" "));
    for _ in 0..2 {
        let seen = index.seen(&copy, &t).unwrap();
        assert_eq!(
            (seen.len(), seen[0].info.id.as_str(), seen[0].relation),
            (1, "live", Relation::NearCopy)
        );
        index.compact(&t, &RunOptions::default(), &()).unwrap();
    }
    sound(&index);
}

#[test]
fn threads_of_a_pool_may_add() {
    use rayon::prelude::*;
    let (_dir, index) = new_index();
    let documents: Vec<Document> =
        (0..9000).map(|n| Document::new(format!("{n}"), words(n, 60).join(" "))).collect();
    // Runs are sorted while others of the pool wait for their turn.
    documents
        .par_chunks(300)
        .for_each(|part| drop(index.add_all(part.iter().cloned()).map(|_| ())));
    documents.par_iter().step_by(30).for_each(|d| assert_eq!(index.add(d), Ok(Added::Known)));
    index.compact(&Thresholds::default(), &RunOptions::default(), &()).unwrap();
    sound(&index);
    assert_eq!(index.stats().unwrap().documents, 9000);
}
