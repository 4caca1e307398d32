//! A gate that did not compare everything says so in each of its reports.

use super::corpus;
use crate::scratch::story;
use serde_json::Value;

#[test]
fn a_verdict_says_what_was_not_compared() {
    let page = |n: usize| format!("{} Edition {n} of page {n}.", story(1, 80));
    let pages: Vec<String> = (0..40).map(page).collect();
    let here = corpus(&[]);
    here.jsonl(&pages.iter().map(String::as_str).collect::<Vec<_>>());
    let args = ["--fail-on", "equal", "--compare-budget", "0"];
    let (code, said, err) = here.check(&args);
    assert_eq!(code, 0, "{said}");
    let (_, report, _) = here.check(&[&args[..], &["--format", "json"]].concat());
    let report: Value = serde_json::from_str(&report).unwrap();
    let count = report["gate"]["not_compared"].as_u64().unwrap();
    assert_eq!(report["summary"]["limited"][0]["count"], count);
    assert!(said.contains(&format!("PASSED; {count} candidate pairs not compared")), "{said}");
    assert!(err.contains(&format!("not compared: {count} candidate pairs")), "{err}");
    for (format, part) in [
        ("markdown", "## nearcopy: passed, "),
        ("sarif", " not compared: over the budget"),
        ("openmetrics", &*format!("nearcopy_pairs_not_compared {count}\n")),
        ("junit", &*format!("<property name=\"pairs-not-compared\" value=\"{count}\"/>")),
        ("github", " candidate pairs not compared::"),
    ] {
        let out = here.check(&[&args[..], &["--format", format]].concat()).1;
        assert!(out.contains(part), "{format}: {out}");
    }
    let (_, whole, _) = here.check(&["--fail-on", "equal", "--compare-budget", "900"]);
    assert!(!whole.contains("not compared"), "{whole}");
}
