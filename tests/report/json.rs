use crate::sample::*;
use nearcopy::report;

#[test]
fn show() {
    let s = storm();
    let mut out = Vec::new();
    report::json(s.findings(), &mut out).unwrap();
    println!("{}", String::from_utf8(out).unwrap());
    let mut out = Vec::new();
    report::jsonl(s.findings(), &mut out).unwrap();
    println!("{}", String::from_utf8(out).unwrap());
}
