//! The front matter of Markdown: its title and date are the document's, and it is no text.

use super::*;
use crate::dialect_files::POSTS;

const POST: &str = "---\nlayout: post\ntitle: \"Note 1\"\ndate: 2026-03-01 10:00:00\n\
    tags: [bridge, works]\nid: 7\nsource: Courier\n---\n\nThe bridge closes on Monday.\n";

#[test]
fn front_matter_is_metadata() {
    let toml = "+++\ntitle = 'Note 1'\ndate = 2026-03-01T10:00:00Z\n+++\nThe bridge closes.\n";
    let json = "{\n  \"title\": \"Note 1\",\n  \"date\": \"2026-03-01\"\n}\nThe bridge closes.\n";
    for (name, post) in [
        ("a.md", POST.to_owned()),
        ("a.markdown", POST.replace('\n', "\r\n")),
        ("a.md", format!("\u{feff}{POST}")),
        ("a.md", toml.to_owned()),
        ("a.md", json.to_owned()),
    ] {
        let intake = of(name, post.as_bytes());
        let Document { info, text } = &intake.documents[0];
        assert!(text.trim_start().starts_with("The bridge closes"), "{post}: {text}");
        assert_eq!(info.title.as_deref(), Some("Note 1"), "{post}");
        assert!(info.date.as_deref().is_some_and(|d| d.starts_with("2026-03-01")), "{post}");
        // Only what the caller names is an id or a source.
        assert!(info.id.ends_with(name) && info.source.is_none(), "{post}");
    }
    let info = &of("a.md", POST.as_bytes()).documents[0].info;
    assert_eq!((info.whole_file, info.lines_before), (true, 8));
    let packed = &of("a.md.gz", &pack(".gz", POST.as_bytes())).documents[0];
    assert!(!packed.info.whole_file && packed.text.starts_with("\nThe bridge"));
}

#[test]
fn front_matter_gives_what_is_named() {
    let options = InputOptions::default().with(|o| {
        o.id_field = Some("id".into());
        o.source_field = Some("source".into());
        o.title_field = Some("layout".into());
    });
    let dir = folder(&[("a.md", POST.as_bytes())]);
    let info = &read_with(dir.path(), &options).documents[0].info;
    assert_eq!(
        (&*info.id, info.source.as_deref(), info.title.as_deref()),
        ("7", Some("Courier"), Some("post"))
    );
}

#[test]
fn other_texts_are_as_they_were() {
    for (name, text) in [
        ("a.txt", POST),
        ("a.md", "---\nA rule above.\n---\nThe ferry.\n"),
        ("a.md", "Title: plain\n\nThe ferry.\n"),
        ("a.md", "---\ntitle: never closed\n\nThe ferry.\n"),
        ("a.md", "# Title\n\n---\ntitle: a\n---\n"),
    ] {
        let Document { info, text: read } = &of(name, text.as_bytes()).documents[0];
        assert_eq!((&**read, info.lines_before, &info.title), (text, 0, &None));
    }
    let only = &of("a.md", b"---\ntitle: a\n---\n").documents[0];
    assert_eq!((&*only.text, only.info.title.as_deref()), ("", Some("a")));
}

#[test]
fn posts_of_many_programs_have_their_titles_and_dates() {
    for post in POSTS {
        let bytes = format!("{}{}", post.head, post.text).into_bytes();
        let Document { info, text } = &of(post.name, &bytes).documents[0];
        assert_eq!(&**text, post.text, "{}", post.name);
        assert_eq!(
            (info.title.as_deref(), info.date.as_deref()),
            (Some(post.title), Some(post.date)),
            "{}",
            post.name
        );
        assert_eq!(info.lines_before as usize, post.head.lines().count(), "{}", post.name);
    }
}
