//! The lines of removed documents, and what it costs to write them.

use super::plan;
use crate::news::{self, Dice};
use nearcopy::report::{CleaningReport, Findings, RemovedLines, StoredRecord};
use nearcopy::{Corpus, Document, DocumentInfo, Documents, Relation, Removal, Thresholds};
use serde_json::Value;
use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A corpus that counts the bytes of the texts that are read.
struct Counting<'a>(&'a Corpus, AtomicUsize);

impl Documents for Counting<'_> {
    fn count(&self) -> usize {
        self.0.count()
    }
    fn info(&self, number: usize) -> Cow<'_, DocumentInfo> {
        self.0.info(number)
    }
    fn text(&self, number: usize) -> nearcopy::Result<Cow<'_, str>> {
        let text = self.0.text(number)?;
        self.1.fetch_add(text.len(), Ordering::Relaxed);
        Ok(text)
    }
}

/// The pairs are those of the first spelling, the second one stays: its passages are found by a
/// look at both, once for all the parts of the book.
#[test]
fn a_book_is_read_a_few_times_however_many_of_its_parts_are_removed() {
    let parts: Vec<String> = (0..60).map(|i| news::words(&mut Dice::new(i), 40)).collect();
    let book = parts.join(".\n\n");
    let mut documents: Vec<Document> =
        (0..60).map(|i| Document::new(format!("part {i:02}"), parts[i].clone())).collect();
    documents.push(Document::new("book", book.clone()));
    let mut again = Document::new("book again", book.to_uppercase());
    again.info.reference = true;
    documents.push(again);
    let mut what = Removal::default();
    what.relations.push(Relation::ContainedIn);
    let (corpus, found, plan) = plan(documents, &Thresholds::default(), &what);
    let counting = Counting(&corpus, AtomicUsize::new(0));
    let findings = Findings { detection: &found, documents: &counting, skipped: &[] };
    let cleaned = CleaningReport { findings, plan: &plan, planned: false, index: None };
    let mut lines = RemovedLines::new(cleaned);
    let mut out = Vec::new();
    for removed in &plan.removed {
        lines.document(removed, StoredRecord::Text(""), &mut out).unwrap();
    }
    let lines = String::from_utf8(out).unwrap();
    let lines: Vec<Value> = lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let contained: Vec<&Value> = lines.iter().filter(|l| l["relation"] == "contained-in").collect();
    assert_eq!(contained.len(), 60);
    for line in contained {
        assert_eq!(line["partner"], "book again");
        let span = &line["matches"][0]["there"]["bytes"];
        let [from, to] = [0, 1].map(|i| span[i].as_u64().unwrap() as usize);
        let part = &parts[line["id"].as_str().unwrap()[5..].parse::<usize>().unwrap()];
        // A passage may end before the last words of the part.
        let shown = &book.to_uppercase()[from..to];
        assert!(part.to_uppercase().contains(shown) && 2 * shown.len() > part.len(), "{line}");
    }
    let read = counting.1.load(Ordering::Relaxed);
    assert!(read < 12 * book.len(), "{read} bytes for a book of {}", book.len());
}
