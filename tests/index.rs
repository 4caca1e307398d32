//! What users of the index rely on: that it says what a scan says, keeps what it acknowledged, and answers bad input clearly.
#![cfg(feature = "index")]

use nearcopy::{Added, Corpus, Document, Error, Index, IndexOptions, Recipe, Relation, RunOptions, SameId, Thresholds, scan};

const STORY: &str = "The harbour bridge will close for repairs on Monday, the port authority said, and reopen in the spring of next year. \
    Engineers found cracks in two of its pillars during the yearly survey, and the council voted to spend four million on new steel.";

fn new_index() -> (tempfile::TempDir, Index) {
    let dir = tempfile::tempdir().unwrap();
    let index = Index::create(dir.path().join("index"), &Recipe::default()).unwrap();
    (dir, index)
}

fn sound(index: &Index) {
    let v = index.verify().unwrap();
    assert_eq!(v.problems, Vec::<String>::new());
    assert_eq!(v.documents, index.stats().unwrap().documents);
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
    assert_eq!((seen[0].info.id.as_str(), seen[0].copies, seen[0].relation), ("a", 2, Relation::NearCopy));
    let (m, text) = (&seen[0].comparison.matches[0], seen[0].text.as_ref().unwrap());
    assert_eq!(text, STORY);
    assert!(copy.text[m.a.range()].starts_with("The harbour bridge") && text[m.b.range()].starts_with("The harbour bridge"));
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
