//! Titles as a field of records and pages, and the source that an address gives.

use super::*;

fn with(set: impl FnOnce(&mut InputOptions)) -> InputOptions {
    InputOptions::default().with(set)
}

fn titles(name: &str, bytes: &[u8], options: &InputOptions) -> Vec<Option<String>> {
    let dir = folder(&[(name, bytes)]);
    let intake = read_with(&dir.path().join(name), options);
    intake.documents.into_iter().map(|d| d.info.title.map(|t| t.to_string())).collect()
}

fn some(title: &str) -> Vec<Option<String>> {
    vec![Some(title.to_owned())]
}

#[test]
fn a_title_is_guessed_best_name_first() {
    let of = |record: &str| titles("x.jsonl", record.as_bytes(), &InputOptions::default());
    assert_eq!(of(r#"{"text":"a","name":"n","headline":"h","title":"t"}"#), some("t"));
    assert_eq!(of(r#"{"text":"a","name":"n","headline":"h"}"#), some("h"));
    assert_eq!(of(r#"{"text":"a","name":"n"}"#), some("n"));
    assert_eq!(of(r#"{"text":"a","Title":"T"}"#), some("T"));
    assert_eq!(of(r#"{"text":"a","title":null,"headline":"h"}"#), some("h"));
    // What is no string is no title that could be guessed.
    for name in ["7", "[\"n\"]", "{\"first\":\"n\"}", "true", "null", "\"\"", "\" \""] {
        assert_eq!(of(&format!(r#"{{"text":"a","name":{name}}}"#)), [None], "{name}");
    }
    assert_eq!(of(r#"{"text":"a"}"#), [None]);
    let read = of_options("x.jsonl", br#"{"text":"a","headline":"h"}"#, &InputOptions::default());
    assert_eq!(read.fields[&("title", "headline".to_owned())], 1);
}

fn of_options(name: &str, bytes: &[u8], options: &InputOptions) -> ReadResult {
    read_with(&folder(&[(name, bytes)]).path().join(name), options)
}

#[test]
fn a_title_is_named() {
    let record = br#"{"text":"a","title":"t","n":12,"meta":{"head":{"line":"deep"}}}"#;
    for (field, want) in [("meta.head.line", Some("deep")), ("n", Some("12")), ("none", None)] {
        let options = with(|s| s.title_field = Some(field.into()));
        for name in ["x.jsonl", "x.json"] {
            assert_eq!(titles(name, record, &options), [want.map(str::to_owned)], "{field}");
        }
    }
    let options = with(|s| s.title_field = Some("b".into()));
    assert_eq!(titles("x.csv", b"text,title,b\n1,2,3\n", &options), some("3"));
    assert_eq!(
        titles("x.tsv", b"text\tHeadline\n1\t2\n4\t\n", &with(|_| {})),
        [Some("2".to_owned()), None]
    );
}

#[test]
fn the_text_is_no_title_of_itself() {
    let record = r#"{"title":"t","headline":"h","content":"c"}"#;
    let read = |set: fn(&mut InputOptions)| {
        let (json, options) = (record.as_bytes(), with(set));
        let csv = b"title,headline,content\nt,h,c\n";
        let both = [("x.jsonl", json), ("x.csv", csv)].map(|(name, bytes)| {
            let d = of_options(name, bytes, &options).documents.remove(0);
            (d.text, d.info.title.map(|t| t.to_string()))
        });
        assert_eq!(both[0], both[1]);
        both[0].clone()
    };
    let pair = |text: &str, title: Option<&str>| (text.to_owned(), title.map(str::to_owned));
    assert_eq!(read(|s| s.text_field = Some("title".into())), pair("t", Some("h")));
    assert_eq!(read(|s| s.title_field = Some("content".into())), pair("c", None));
    assert_eq!(
        read(|s| {
            s.text_field = Some("title".into());
            s.title_field = Some("title".into());
        }),
        pair("t", None)
    );
    // Nor is what the caller calls the source, the id or the date.
    assert_eq!(read(|s| s.source_field = Some("Title".into())).1.as_deref(), Some("h"));
    // A title in the words of the text is one.
    assert_eq!(titles("x.jsonl", br#"{"text":"t","title":"t"}"#, &with(|_| {})), some("t"));
}

#[test]
fn a_title_is_one_line_of_bounded_length() {
    let record = r#"{"text":"a","title":" Bridge\r\n\t closes\u2028\u00a0today "}"#;
    assert_eq!(titles("x.jsonl", record.as_bytes(), &with(|_| {})), some("Bridge closes today"));
    let long = format!("text,title\na,{}\n", "é".repeat(100_000));
    assert_eq!(titles("x.csv", long.as_bytes(), &with(|_| {})), some(&"é".repeat(1000)));
}

#[test]
fn plain_texts_have_no_title() {
    assert_eq!(titles("x.md", b"# A heading\n\nAnd a text.", &with(|_| {})), [None]);
}

#[cfg(feature = "web")]
#[test]
fn the_title_of_a_page_is_the_one_it_declares() {
    let page = b"<title>Bridge closes | Courier</title><meta property=og:site_name \
        content=Courier><p>The bridge will close on Monday, the port authority said today.";
    let d = of_options("x.html", page, &with(|_| {})).documents.remove(0);
    assert_eq!(d.info.title.as_deref(), Some("Bridge closes"));
    assert!(d.text.starts_with("Bridge closes\n\nThe bridge"), "{}", d.text);
    assert_eq!(titles("x.html", b"<p>Only some words of a text.", &with(|_| {})), [None]);
}

fn sources(name: &str, bytes: &str, options: &InputOptions) -> Vec<Option<String>> {
    let intake = of_options(name, bytes.as_bytes(), options);
    intake.documents.into_iter().map(|d| d.info.source.map(|s| s.to_string())).collect()
}

#[test]
fn an_address_gives_the_source() {
    let of = |record: &str| sources("x.jsonl", record, &InputOptions::default()).remove(0);
    let courier = Some("courier.example".to_owned());
    for record in [
        r#"{"text":"a","id":"https://www.Courier.example:8080/x?y#z"}"#,
        r#"{"text":"a","url":"http://courier.example/x"}"#,
        r#"{"text":"a","id":7,"url":"http://courier.example/x"}"#,
        r#"{"text":"a","id":"x","Link":"http://courier.example"}"#,
        r#"{"text":"a","source":null,"uri":"HTTPS://user:secret@courier.example./x"}"#,
        r#"{"text":"a","source":"","id":"http://courier.example/","url":"http://other.example/"}"#,
    ] {
        assert_eq!(of(record), courier, "{record}");
    }
    assert_eq!(of(r#"{"text":"a","source":"S","url":"http://b.example/"}"#).unwrap(), "S");
    for record in [
        r#"{"text":"a","url":"/x/y"}"#,
        r#"{"text":"a","id":"courier.example/x"}"#,
        r#"{"text":"a","id":"ftp://courier.example/x"}"#,
        r#"{"text":"a","id":"urn:uuid:0","link":3}"#,
        r#"{"text":"a","address":"http://courier.example/"}"#,
    ] {
        assert_eq!(of(record), None, "{record}");
    }
    let table = "text,id,url,source\na,1,https://www.a.example/x,\nb,2,https://b.example/,B\n";
    assert_eq!(
        sources("x.csv", table, &with(|_| {})),
        [Some("a.example".to_owned()), Some("B".to_owned())]
    );
    let read = of_options("x.csv", table.as_bytes(), &with(|_| {}));
    assert_eq!(read.fields[&("url", "url".to_owned())], 1);
}

#[test]
fn where_the_field_of_the_source_is_named_no_address_gives_one() {
    let options = with(|s| s.source_field = Some("site".into()));
    let lines = "{\"text\":\"a\",\"site\":\"S\",\"url\":\"http://b.example/\"}\n\
                 {\"text\":\"a\",\"url\":\"http://b.example/\"}\n\
                 {\"text\":\"a\",\"id\":\"http://b.example/\"}\n";
    assert_eq!(sources("x.jsonl", lines, &options), [Some("S".to_owned()), None, None]);
    let table = "text,id,url\na,http://b.example/,http://b.example/\n";
    assert_eq!(sources("x.csv", table, &options), [None]);
}
