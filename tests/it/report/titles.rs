//! The title of a document in the machine's reports, and read back from them.

use crate::sample::empty;
use nearcopy::{Corpus, Document, report};
use serde_json::Value;

#[test]
fn a_title_stands_with_its_document() {
    let title = "Storm hits \u{1b}[2J the coast";
    let text = "Storm Edda reached the coast late on Monday with gusts of 141 kilometres.";
    let titled = Document::new("a", text).title(title).source("Courier");
    let corpus = Corpus::new([titled, Document::new("b", text)]).unwrap();
    let mut detection = empty(&corpus);
    detection.equal = vec![vec![0, 1]];
    let findings = report::Findings { detection: &detection, documents: &corpus, skipped: &[] };
    let (mut object, mut by_lines) = (vec![], vec![]);
    report::json(findings, &mut object).unwrap();
    report::jsonl(findings, &mut by_lines).unwrap();
    let value: Value = serde_json::from_slice(&object).unwrap();
    assert!(String::from_utf8_lossy(&object).contains(r#"{"id":"a","title":"Storm hits"#));
    assert_eq!(value["documents"][0]["title"], title);
    assert_eq!(value["documents"][1].get("title"), None);
    assert!(!object.contains(&0x1b));
    for bytes in [object, by_lines] {
        let text = String::from_utf8(bytes).unwrap();
        let read = report::StoredReport::read(&text, "found").unwrap();
        let titles: Vec<_> = read.documents.iter().map(|d| d.title.as_deref()).collect();
        assert_eq!(titles, [Some(title), None]);
    }
}
