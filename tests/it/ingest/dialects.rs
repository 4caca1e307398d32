//! The dialects of files that programs write: words that are no numbers, delimiters, quotes,
//! encodings.

use super::*;

#[test]
fn what_is_no_number_costs_no_record() {
    let lines = "{\"id\":\"a\",\"score\":NaN,\"text\":\"one\"}\n\
        {\"id\":\"b\",\"score\": -Infinity , \"text\":\"two\", \"x\":[Infinity,{\"y\":nan}]}\n\
        {\"id\":\"c\",\"text\":\"NaN and \\\"Infinity\\\"\",\"z\":-inf}\n\
        {\"id\":NaN,\"text\":\"four\",\"title\":NaN,\"date\":-NaN}\n\
        {\"id\":\"e\",\"text\":NaN,\"body\":\"five\"}\n";
    let want = [("a", "one"), ("b", "two"), ("c", "NaN and \"Infinity\""), ("e", "five")];
    let intake = of("x.jsonl", lines.as_bytes());
    assert!(intake.problems.is_empty(), "{:?}", intake.problems);
    let found = pairs(&intake);
    assert_eq!([found[0], found[1], found[2], found[4]], want);
    assert!(found[3].0.ends_with("x.jsonl:4") && found[3].1 == "four", "{found:?}");
    assert_eq!((&intake.documents[3].info.title, &intake.documents[3].info.date), (&None, &None));
    assert_eq!(intake.bad_dates, 0);
    // The same as an array, as an object over several lines, and in bytes that are no UTF-8.
    let array = format!("[{}]", lines.trim_end().replace('\n', ",\n"));
    assert_eq!(pairs(&of("x.json", array.as_bytes())).len(), 5);
    assert_eq!(
        pairs(&of("x.json", b"{\"n\": NaN,\n\"id\": \"a\", \"text\": \"b\"}")),
        [("a", "b")]
    );
    assert_eq!(pairs(&of("x.jsonl", b"{\"n\":NaN,\"id\":\"a\",\"text\":\"b\xff\"}")).len(), 1);
    // A record without a text has none, and what is cut short was cut short.
    assert_eq!(skipped(&of("x.jsonl", b"{\"text\":\"a\"}\n{\"text\":NaN}")), [("no-text", 1)]);
    let cut = of("x.jsonl", b"{\"text\":\"a\"}\n{\"n\":NaN,\"text\":\"b");
    assert_eq!(skipped(&cut), [("cut-short", 1)]);
    let bad = of("x.jsonl", b"{\"text\":\"a\"}\n{\"n\":NaNs,\"text\":\"b\"}");
    assert_eq!(skipped(&bad), [("bad-json", 1)]);
}
