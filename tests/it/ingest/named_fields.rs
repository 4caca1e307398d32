//! Fields by several names, joined fields, and the names that are guessed.

use super::*;

fn with_text_field(name: &str, bytes: &[u8], field: &str) -> ReadResult {
    let options = InputOptions::default().with(|o| o.text_field = Some(field.into()));
    read_with(&folder(&[(name, bytes)]).path().join(name), &options)
}

fn texts(intake: &ReadResult) -> Vec<&str> {
    intake.documents.iter().map(|d| d.text.as_str()).collect()
}

const LINES: &[u8] = b"{\"articleBody\":\"a\",\"text\":\"menu\"}\n{\"text\":\"b\"}\n\
    {\"articleBody\":null,\"text\":\"c\"}\n{\"lead\":\"d\"}\n";

#[test]
fn names_are_tried_in_their_order() {
    assert_eq!(texts(&with_text_field("x.jsonl", LINES, "articleBody,text")), ["a", "b", "c"]);
    assert_eq!(texts(&with_text_field("x.jsonl", LINES, "text, articleBody")), ["menu", "b", "c"]);
    assert_eq!(
        texts(&with_text_field("x.csv", b"text,articleBody\na,b\n", "articleBody,text")),
        ["b"]
    );
    let options = InputOptions::default().with(|o| {
        o.id_field = Some("guid,url".into());
        o.text_field = Some("none,text".into());
    });
    let dir = folder(&[(
        "x.jsonl",
        b"{\"url\":\"u\",\"guid\":\"g\",\"text\":\"a\"}\n{\"url\":\"v\",\"text\":\"b\"}",
    )]);
    let intake = read_with(dir.path(), &options);
    assert_eq!(pairs(&intake), [("g", "a"), ("v", "b")]);
    assert!(intake.missing_fields.is_empty());
    let options = options.with(|o| {
        o.text_field = Some("none,neither".into());
        o.on_error = OnError::Skip;
    });
    let none = read_with(dir.path(), &options);
    assert_eq!(none.missing_fields[0].name, "none,neither");
}

#[test]
fn fields_are_joined_to_one_text() {
    let lines =
        b"{\"lead\":\"a\",\"body\":\"b\"}\n{\"body\":\"c\"}\n{\"lead\":\"d\",\"body\":\"\"}\n\
        {\"text\":\"e\",\"x\":1}\n{\"body\":7}\n";
    let intake = with_text_field("x.jsonl", lines, "lead+body,text");
    assert_eq!(texts(&intake), ["a\n\nb", "c", "d", "e"]);
    assert_eq!(skipped(&intake), [("no-text", 1)]);
    let table = with_text_field("x.csv", b"id,body,lead\n1,b,a\n2,,c\n3,d,\n", "lead+body");
    assert_eq!(texts(&table), ["a\n\nb", "c", "d"]);
    // A field that is joined is no title, and a name may hold the signs.
    let titled = with_text_field("x.jsonl", b"{\"title\":\"t\",\"body\":\"b\"}", "title+body");
    assert_eq!((texts(&titled), &titled.documents[0].info.title), (vec!["t\n\nb"], &None));
    let odd = with_text_field("x.jsonl", b"{\"a+b,c\":\"odd\"}", "a\\+b\\,c");
    assert_eq!(texts(&odd), ["odd"]);
    let nested = with_text_field("x.jsonl", b"{\"d\":{\"a\":\"1\",\"b\":\"2\"}}", "d.a+d.b");
    assert_eq!(texts(&nested), ["1\n\n2"]);
    // One field that no record has is missing.
    let missing = with_text_field("x.jsonl", b"{\"lead\":\"a\"}", "lead+body");
    assert_eq!(missing.missing_fields[0].name, "body");
}

#[test]
fn usual_names_are_guessed() {
    for record in [
        r#"{"articleBody":"t","@id":"i","headline":"h","datePublished":"2026-03-01T08:00:00Z"}"#,
        r#"{"content":"t","guid":"i","title":"h","pubDate":"Sun, 01 Mar 2026 08:00:00 GMT"}"#,
        r#"{"content_text":"t","id":"i","title":"h","published_at":"2026-03-01"}"#,
        r#"{"maintext":"t","article_id":"i","title":"h","date_publish":"2026-03-01 08:00:00"}"#,
        r#"{"Full_Text":"t","uuid":"i","title":"h","publishedAt":"2026-03-01"}"#,
    ] {
        let intake = of("x.jsonl", record.as_bytes());
        let Document { info, text } = &intake.documents[0];
        assert_eq!((&*info.id, &**text, info.title.as_deref()), ("i", "t", Some("h")), "{record}");
        assert!(info.date.as_deref().is_some_and(|d| d.starts_with("2026-03-01")), "{record}");
    }
}

#[test]
fn a_table_is_recognised_by_a_name_that_was_given() {
    let intake = with_text_field("data", b"id;story\n1;a\n2;b\n", "story");
    assert_eq!(texts(&intake), ["a", "b"]);
}
