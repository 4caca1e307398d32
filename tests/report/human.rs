use crate::sample::*;
use nearcopy::report::{self, HumanOptions};

fn print(sample: &Sample, options: HumanOptions) -> String {
    let mut out = Vec::new();
    report::human(sample.findings(), options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

const WIDE: HumanOptions = HumanOptions { color: false, width: 100, brief: false };

#[test]
fn show() {
    let s = storm();
    println!("{}", print(&s, WIDE));
    println!("{}", print(&s, HumanOptions { width: 60, ..WIDE }));
    println!("{}", print(&s, HumanOptions { width: 40, ..WIDE }));
    println!("{}", print(&s, HumanOptions { brief: true, ..WIDE }));
}
