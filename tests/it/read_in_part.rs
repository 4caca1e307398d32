//! A page that was read in part is removed only as an exact copy, and nothing else is removed
//! because of it: by no cleaning, no gate and no index.

use crate::news;
use crate::program::{ok, run};
use crate::scratch::{Here, STORY, lines, near, story};
use nearcopy::clean::{Plan, RemovalReason, clean};
use nearcopy::document::{Extent, PageRead};
use nearcopy::gate::{FindingKind, FindingState, Policy, judge};
use nearcopy::index::{CheckOutcome, IndexOptions};
use nearcopy::report::Findings;
use nearcopy::{
    Corpus, Document, DocumentInfo, Documents, Index, Recipe, Relation, Removal, RunOptions,
    Thresholds, scan,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A page of which a part was read; `page` stands for its bytes.
fn part(page: usize) -> PageRead {
    PageRead::part(12, format!("page {page}").as_bytes())
}

/// A record as nearcopy writes it.
fn record(id: &str, text: &str, read: Option<PageRead>) -> String {
    let mut fields = json!({"id": id, "text": text});
    if let Some(read) = read {
        fields["read"] = read.extent.name().into();
        fields["read_share"] = read.fraction().into();
        fields["read_raw"] = read.raw_hex().into();
    }
    fields.to_string() + "\n"
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The ids of a file of records.
fn ids(records: &str) -> Vec<String> {
    lines(records).iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect()
}

/// What the law allows: the text of a whole document that is equal, or equal bytes.
fn allowed(gone: &DocumentInfo, kept: &DocumentInfo, relation: Relation) -> bool {
    let raw = |info: &DocumentInfo| info.read.and_then(|read| read.raw);
    match (gone.is_part(), kept.is_part()) {
        (false, kept) => !kept,
        (true, false) => relation == Relation::Equal,
        (true, true) => raw(gone).is_some() && raw(gone) == raw(kept),
    }
}

fn check(corpus: &Corpus, plan: &Plan) -> Result<(), TestCaseError> {
    for gone in &plan.removed {
        let info = corpus.info(gone.document as usize);
        match gone.why {
            RemovalReason::Copy { partner, relation, .. } => {
                let kept = corpus.info(partner as usize);
                prop_assert!(allowed(&info, &kept, relation), "{info:?} for {kept:?}");
                prop_assert!(kept.reference || plan.removal_of(partner).is_none());
            }
            _ => prop_assert!(!info.is_part(), "{info:?} is too short"),
        }
    }
    for &stays in &plan.stay_in_part {
        prop_assert!(plan.removal_of(stays).is_none());
    }
    Ok(())
}

/// News, of which some texts stand in several documents, read as chance has it.
fn pages(seed: u64, references: usize) -> Vec<Document> {
    let mut dice = news::Dice::new(seed);
    let mut documents = news::documents(seed, 40);
    let copies: Vec<Document> = documents[..12].iter().chain(&documents[..4]).cloned().collect();
    let copy = |(n, d): (usize, Document)| Document::new(format!("copy{n:02}"), d.text);
    documents.extend(copies.into_iter().enumerate().map(copy));
    for d in &mut documents {
        d.info.read = match dice.below(6) {
            0 | 1 => None,
            2 => Some(PageRead::whole(95)),
            3 => Some(PageRead::new(Extent::Part)),
            // Two pages of the same bytes have the same text.
            4 => Some(PageRead::part(12, d.text.as_bytes())),
            _ => Some(part(dice.below(1_000_000))),
        };
    }
    dice.shuffle(&mut documents);
    documents.iter_mut().take(references).for_each(|d| d.info.reference = true);
    documents
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(24)
    })]

    #[test]
    fn a_cleaning_removes_a_part_only_as_an_exact_copy(
        seed in 0u64..1_000_000,
        contained: bool,
        references in 0usize..12,
        only: bool,
        passages: bool,
        equal_alone: bool,
    ) {
        let mut what = Removal::default().with(|s| {
            s.against_only = only;
            s.passages = passages;
            s.min_left = 40;
        });
        if contained {
            what.relations.extend([Relation::ContainedIn, Relation::Contains, Relation::Quotes]);
        }
        if equal_alone {
            what.relations.clear();
        }
        let corpus = Corpus::new(pages(seed, references)).unwrap();
        let (recipe, t) = (Recipe::default(), Thresholds::default());
        let cleaning = clean(&corpus, &recipe, &t, &what, &RunOptions::default(), &()).unwrap();
        check(&corpus, &cleaning.plan)?;
        // A representative is whole wherever a member of its cluster is.
        let is_part = |n: u32| corpus.info(n as usize).is_part();
        for cluster in &cleaning.detection.clusters {
            let reference = corpus.info(cluster.representative as usize).reference;
            if is_part(cluster.representative) && !reference {
                prop_assert!(cluster.members.iter().all(|&n| is_part(n)));
            }
        }
        // A gate that allows no copy counts none of them either.
        let kinds =
            [Relation::Equal, Relation::NearCopy, Relation::Contains].map(FindingKind::Pair);
        let policy = Policy::default().with(|policy| policy.fail_on = kinds.to_vec());
        let found = &cleaning.detection;
        let findings = Findings { detection: found, documents: &corpus, skipped: &[] };
        for finding in judge(findings, &policy, None, &[], "2027-01-31").unwrap().findings {
            let whole = finding.kind != FindingKind::Repeat
                && kinds.contains(&finding.kind.undirected());
            let [x, y] = [finding.document, finding.partner].map(|n| corpus.info(n as usize));
            let FindingKind::Pair(relation) = finding.kind else { continue };
            let copies = allowed(&x, &y, relation) || allowed(&y, &x, relation);
            prop_assert_eq!(finding.state == FindingState::Part, whole && !copies, "{:?}", finding);
        }
    }
}

/// A teaser that three sites print in front of three stories, and what is copied of it.
fn teasers() -> String {
    let text = STORY;
    [
        record("a", text, Some(part(1))),
        record("b", text, Some(part(2))),
        record("c", &near(text), Some(part(3))),
        record("d", text, Some(part(2))),
    ]
    .concat()
}

#[test]
fn dedupe_keeps_the_parts_and_says_so() {
    let dir = Here::with(&[("c.jsonl", &teasers())]);
    let said = ok(dir.path(), &["dedupe", "c.jsonl", "-o", "clean.jsonl"]);
    assert_eq!(ids(&dir.read("clean.jsonl")), ["a", "b", "c"], "{said}");
    assert!(said.contains("4 read in part"), "{said}");
    assert!(said.contains("kept although alike: 2 documents"), "{said}");
    let json = parsed(&ok(dir.path(), &["dedupe", "c.jsonl", "--dry-run", "--format", "json"]));
    assert_eq!((&json["removed"], &json["parts"]), (&json!(1), &json!(4)));
    assert_eq!(json["stay_in_part"], 2);
}

#[test]
fn of_equal_texts_a_whole_one_stays_and_no_part_removes_it() {
    let text = STORY;
    let all = [
        record("a", text, Some(part(1))),
        record("b", text, None),
        record("c", &near(text), Some(part(2))),
        record("d", &near(text), Some(PageRead::whole(90))),
    ];
    let dir =
        Here::with(&[("c.jsonl", &all.concat()), ("parts.jsonl", &(all[0].clone() + &all[2]))]);
    ok(dir.path(), &["dedupe", "c.jsonl", "-o", "clean.jsonl", "--keep", "smallest-id"]);
    // The text of `c` is that of a whole document, which does not stay.
    assert_eq!(ids(&dir.read("clean.jsonl")), ["b", "c"]);
    dir.write("new.jsonl", record("new", text, None) + &record("also", text, Some(part(1))));
    let against = ["dedupe", "new.jsonl", "-o", "left.jsonl", "--against", "parts.jsonl"];
    ok(dir.path(), &against);
    assert_eq!(ids(&dir.read("left.jsonl")), ["new"]);
}

#[test]
fn passages_are_cut_and_the_part_stays() {
    let shared = format!("{}.", story(9, 30));
    let all = [
        record("a", &format!("{shared}\n\n{}.", story(1, 60)), None),
        record("b", &shared.replace("bridge9", "bridge8"), Some(part(1))),
        record("c", &format!("{shared}\n\nAnd so on."), Some(part(2))),
    ];
    let dir = Here::with(&[("c.jsonl", &all.concat())]);
    let remove = ["--remove", "paragraphs,passages", "--min-left", "20"];
    ok(dir.path(), &[&["dedupe", "c.jsonl", "-o", "clean.jsonl"], &remove[..]].concat());
    assert_eq!(ids(&dir.read("clean.jsonl")), ["a", "b", "c"]);
    // The place in the part is no reason to remove what is whole.
    dir.write("c.jsonl", record("a", &format!("{shared}\n\nAnd so on."), None) + &all[2]);
    ok(dir.path(), &[&["dedupe", "c.jsonl", "-o", "clean.jsonl"], &remove[..]].concat());
    assert_eq!(ids(&dir.read("clean.jsonl")), ["a", "c"]);
}

#[test]
fn check_does_not_count_what_was_read_in_part() {
    let dir = Here::with(&[("c.jsonl", &teasers())]);
    let args = ["check", "c.jsonl", "--fail-on", "equal,near-copy"];
    let (code, out, err) = run(dir.path(), &args);
    // The two pages of the same bytes count.
    assert_eq!(code, 1, "{out}{err}");
    assert!(out.contains("d (c.jsonl:4) and b (c.jsonl:2) are the same text"), "{out}");
    assert!(out.contains("2 findings: a page was read in part"), "{out}");
    let once: String = teasers().lines().take(3).map(|line| format!("{line}\n")).collect();
    dir.write("c.jsonl", once);
    let bounds = ["--max-duplicate-documents", "0", "--max-duplicate-text", "0"];
    let (code, out, err) = run(dir.path(), &[&args[..], &bounds, &["--format", "json"]].concat());
    assert_eq!(code, 0, "{out}{err}");
    let found = parsed(&out);
    let findings = found["gate"]["findings"].as_array().unwrap();
    let copies: Vec<&Value> = findings.iter().filter(|f| f["kind"] != "repeat").collect();
    assert_eq!(copies.len(), 2);
    assert!(copies.iter().all(|f| f["state"] == "part" && f["reason"].is_string()), "{copies:?}");
    assert_eq!(found["gate"]["total"]["duplicate_documents"], 0);
    for format in ["csv", "sarif", "junit", "markdown", "github", "openmetrics"] {
        let out = ok(dir.path(), &[&args[..], &["--format", format]].concat());
        let words = match format {
            "csv" => "part,near-copy",
            "sarif" => "one of the two pages was read in part",
            "openmetrics" => "state=\"part\"} 2",
            "junit" => "findings-of-pages-read-in-part",
            _ => "2 of pages read in part",
        };
        assert!(out.replace("\"part\",\"near-copy\"", "part,near-copy").contains(words), "{out}");
    }
}

#[test]
fn reports_mark_the_documents() {
    let dir = Here::with(&[("c.jsonl", &teasers())]);
    let at = dir.path();
    let found = parsed(&ok(at, &["scan", "c.jsonl", "--format", "json"]));
    assert_eq!(found["summary"]["parts"], 4);
    assert_eq!(found["summary"]["duplicates"], 3);
    let first = &found["documents"][0];
    assert_eq!((&first["read"], &first["read_share"]), (&json!("part"), &json!(0.12)));
    let human = ok(at, &["scan", "c.jsonl"]);
    assert!(human.contains("4 pages were read in part"), "{human}");
    assert!(human.contains("read in part (12%)"), "{human}");
    assert!(human.contains("same text: "), "{human}");
    assert_eq!(human.matches("(read in part (12%))").count(), 2, "{human}");
    let page = ok(at, &["scan", "c.jsonl", "--format", "html"]);
    assert!(page.contains("4 pages read in part"), "{page}");
    assert!(page.contains("\"read in part (12%)\""), "{page}");
    // A report that was written is read with it.
    ok(at, &["scan", "c.jsonl", "-q", "-o", "json=found.json", "--brief"]);
    assert!(ok(at, &["report", "found.json"]).contains("4 pages read in part"));
    let told = ok(at, &["explain", "a", "c", "--in", "c.jsonl", "-q"]);
    assert!(told.contains("a  a  read in part (12%)"), "{told}");
    let told = ok(at, &["explain", "a", "c", "--in", "c.jsonl", "-q", "--format", "json"]);
    assert_eq!(parsed(&told)["read"][1], json!({"read": "part", "read_share": 0.12}));
}

#[test]
fn records_say_how_they_were_read_and_other_fields_of_the_name_are_passed_over() {
    let rows = [
        ("read", json!("part"), 1),
        ("read", json!("whole"), 0),
        ("read", json!(true), 0),
        ("read", json!(7), 0),
        ("read", json!("yes"), 0),
        ("other", json!("part"), 0),
    ];
    let dir = Here::new();
    for (name, value, parts) in rows {
        let line = json!({"id": "a", "text": story(1, 30), name: value}).to_string();
        dir.write("c.jsonl", line + "\n");
        let found = parsed(&ok(dir.path(), &["scan", "c.jsonl", "--format", "json"]));
        let counted = found["summary"]["parts"].as_u64().unwrap_or_default();
        assert_eq!(counted, parts, "{name} {value}");
    }
    let (text, read) = (story(1, 30), part(1));
    let raw = read.raw_hex().unwrap();
    let table =
        format!("id,text,read,read_share,read_raw\na,{text},part,0.12,{raw}\nb,{text},,,\n");
    dir.write("c.csv", table);
    let found = parsed(&ok(dir.path(), &["scan", "c.csv", "--format", "json"]));
    assert_eq!(found["summary"]["parts"], 1);
    assert_eq!(found["documents"][0]["read_share"], 0.12);
    assert_eq!(found["documents"][1]["read"], Value::Null);
}

#[test]
fn what_dedupe_writes_of_pages_is_read_back() {
    let page = |words: &str| format!("<title>T</title><p>{words}.</p>");
    let dir = Here::with(&[("p/a.html", &page(&story(1, 60))), ("p/b.html", &page(&story(2, 60)))]);
    ok(dir.path(), &["dedupe", "p", "-o", "x.jsonl", "--annotate"]);
    let written = lines(&dir.read("x.jsonl"));
    assert_eq!((&written[0]["read"], &written[0]["read_share"]), (&json!("whole"), &json!(1.0)));
    dir.write("y.jsonl", dir.read("x.jsonl").replace("\"whole\"", "\"part\""));
    let found = parsed(&ok(dir.path(), &["dedupe", "y.jsonl", "--dry-run", "--format", "json"]));
    assert_eq!(found["parts"], 2);
}

#[test]
fn an_index_keeps_it_and_refuses_only_an_exact_copy() {
    let text = STORY;
    let document = |id: &str, text: &str, read| Document {
        info: DocumentInfo { id: id.into(), read, ..DocumentInfo::default() },
        text: text.into(),
    };
    for without_texts in [false, true] {
        let dir = Here::new();
        let options = IndexOptions::default().with(|s| s.without_texts = without_texts);
        let index: Index = options.create(dir.file("seen"), &Recipe::default()).unwrap();
        let t = Thresholds::default();
        let add = |id: &str, text: &str, read| {
            let unless = [Relation::Equal, Relation::NearCopy, Relation::Contains];
            index.check_and_add(&document(id, text, read), &t, &unless).unwrap().outcome
        };
        assert_eq!(add("a", text, Some(part(1))), CheckOutcome::New);
        // Equal texts of other bytes, and bytes that are not known.
        assert_eq!(add("b", text, Some(part(2))), CheckOutcome::Copy);
        assert_eq!(add("c", text, Some(PageRead::new(Extent::Part))), CheckOutcome::Copy);
        assert_eq!(add("d", text, Some(part(2))), CheckOutcome::Refused);
        // What is whole is no copy of a part, and a part is one of what is whole.
        assert_eq!(add("e", text, None), CheckOutcome::Copy);
        assert_eq!(add("f", text, Some(part(9))), CheckOutcome::Refused);
        assert_eq!(add("g", text, None), CheckOutcome::Refused);
        assert_eq!(add("h", &near(text), Some(part(8))).name(), "new");
        let seen = index.seen(&document("x", &near(text), Some(part(8))), &t).unwrap();
        assert!(seen[0].info.is_part() && seen[0].info.id == "h");
        assert_eq!(index.get("b").unwrap().unwrap().info.read, Some(part(2)));
        assert_eq!(index.get("e").unwrap().unwrap().info.read, None);
        assert_eq!(index.verify().unwrap().problems, Vec::<String>::new());
        index.compact(&t, &RunOptions::default(), &()).unwrap();
        assert_eq!(index.get("b").unwrap().unwrap().info.read, Some(part(2)));
    }
}

#[test]
fn dedupe_against_an_index_keeps_the_parts() {
    let text = STORY;
    let dir = Here::with(&[("seen.jsonl", &record("old", text, Some(part(1))))]);
    let at = dir.path();
    ok(at, &["index", "add", "seen", "seen.jsonl", "--create"]);
    let new = [
        record("a", text, None),
        record("b", text, Some(part(2))),
        record("c", text, Some(part(1))),
    ];
    dir.write("new.jsonl", new.concat());
    let args =
        ["dedupe", "new.jsonl", "-o", "left.jsonl", "--index", "seen", "--max-removed", "100%"];
    ok(at, &args);
    // The text of `b` is that of `a`, which is whole.
    assert_eq!(ids(&dir.read("left.jsonl")), ["a"]);
    dir.write("new.jsonl", record("later", &near(text), Some(part(3))));
    ok(at, &args);
    assert_eq!(ids(&dir.read("left.jsonl")), ["later"]);
    let line = ok(at, &["index", "query", "seen", "new.jsonl", "--format", "jsonl"]);
    let line = parsed(line.lines().next().unwrap());
    assert_eq!((&line["read"], &line["read_share"]), (&json!("part"), &json!(0.12)));
    assert_eq!(line["seen"][0]["read"], Value::Null, "{line}");
    let exported = lines(&ok(at, &["index", "export", "seen"]));
    assert_eq!(exported[0]["read_raw"], part(1).raw_hex().unwrap());
    assert_eq!((&exported[0]["read"], &exported[0]["read_share"]), (&json!("part"), &json!(0.12)));
}

#[test]
fn many_equal_parts_are_decided_on_in_linear_time() {
    let document = |n: usize| {
        Document::new(format!("d{n:05}"), "A teaser of a story that only subscribers may read.")
            .read(part(n))
    };
    let corpus = Corpus::new((0..20_000).map(document)).unwrap();
    let (recipe, t) = (Recipe::default(), Thresholds::default());
    let (what, options) = (Removal::default(), RunOptions::default());
    let (found, _) = scan(&corpus, &recipe, &what.thresholds(&t), &options, &()).unwrap();
    let plan = nearcopy::clean::removal(&corpus, &found, &what, &options, &()).unwrap();
    assert_eq!((plan.removed.len(), plan.stay_in_part.len()), (0, 19_999));
}
