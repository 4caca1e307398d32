//! Feeds, RSS and Atom: each item is a document.

use super::*;

const RSS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- a feed -->\n\
    <rss version=\"2.0\"><channel><title>Courier</title><link>https://www.courier.example/</link>\n\
    <item><title>Bridge &amp; ferry</title><link>https://www.courier.example/1</link>\
    <guid>g1</guid><pubDate>Sun, 01 Mar 2026 08:00:00 GMT</pubDate>\
    <description>Short.</description>\
    <content:encoded><![CDATA[<p>The bridge closes.</p><p>The ferry sails.</p>]]></content:encoded>\
    </item>\n<item><link>https://www.courier.example/2</link>\
    <description>Rain &lt;b&gt;falls&lt;/b&gt;.</description></item>\n\
    <item><title>Only a title</title></item></channel></rss>\n";

const ATOM: &str = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Ledger</title>\
    <entry><id>urn:1</id><title type=\"html\">One &lt;i&gt;two&lt;/i&gt;</title>\
    <link href=\"https://ledger.example/1\"/><updated>2026-03-02T10:00:00Z</updated>\
    <summary>Plain summary &lt; 5</summary></entry></feed>";

#[test]
fn items_are_documents() {
    for name in ["feed.rss", "feed.xml", "data", "feed.rss.gz"] {
        let bytes = if name.ends_with(".gz") { pack(".gz", RSS.as_bytes()) } else { RSS.into() };
        let intake = of(name, &bytes);
        assert!(intake.problems.is_empty(), "{name}: {:?}", intake.problems);
        let [one, two, three] = &intake.documents[..] else { panic!("{name}") };
        assert_eq!((&*one.info.id, one.info.title.as_deref()), ("g1", Some("Bridge & ferry")));
        assert_eq!(one.info.source.as_deref(), Some("courier.example"));
        assert_eq!(
            (one.info.date.as_deref(), one.info.record),
            (Some("2026-03-01T08:00:00Z"), Some(1))
        );
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(&one.text), "The bridge closes. The ferry sails.");
        assert_eq!(
            (&*two.info.id, &*words(&two.text)),
            ("https://www.courier.example/2", "Rain falls.")
        );
        assert!(three.info.id.ends_with(":3") && three.text.is_empty());
    }
    let intake = of("feed.atom", ATOM.as_bytes());
    let one = &intake.documents[0];
    assert_eq!((&*one.info.id, &*one.text), ("urn:1", "Plain summary < 5"));
    assert_eq!(one.info.title.as_deref(), Some("One two"));
    assert_eq!(one.info.source.as_deref(), Some("ledger.example"));
}

#[test]
fn a_feed_that_is_cut_is_a_failure_and_its_items_count() {
    let cut = &RSS[..RSS.find("<item><title>Only").unwrap() + 20];
    let intake = of("feed.rss", cut.as_bytes());
    assert_eq!((intake.documents.len(), skipped(&intake)), (2, vec![("cut-short", 1)]));
    let declared = RSS.replace("UTF-8", "windows-1251").replace("Rain", "Дождь");
    let bytes = encoding_rs::WINDOWS_1251.encode(&declared).0.into_owned();
    let intake = of("feed.rss", &bytes);
    assert!(intake.documents[1].text.starts_with("Дождь"), "{:?}", intake.documents[1]);
    assert_eq!(intake.encodings["windows-1251"], 3);
    // Other XML is still refused by name where it is named.
    let other = of("x.xml", b"<?xml version='1.0'?><urlset></urlset>");
    assert!(other.problems[0].message.starts_with("XML"), "{:?}", other.problems);
}

#[test]
fn xml_in_a_directory_is_read_where_it_is_a_feed_or_a_page_and_named_otherwise() {
    let wide: Vec<u8> =
        format!("\u{feff}{ATOM}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let page = b"<?xml version='1.0'?><html><body><p>Some words of a page.</p></body></html>";
    let dir = folder(&[
        ("a/feed.xml", RSS.as_bytes()),
        ("b/index.XML", &wide),
        ("c/packed.xml.gz", &pack(".gz", RSS.as_bytes())),
        ("page.xml", page),
        ("pom.xml", b"<?xml version='1.0'?><project><name>x</name></project>"),
        ("bare.xml", b"<urlset><url>http://a.example/</url></urlset>"),
        ("other.xml.gz", &pack(".gz", b"<?xml version='1.0'?><urlset/>")),
        ("empty.xml", b""),
    ]);
    let intake = read_with(dir.path(), &InputOptions::default());
    assert_eq!((intake.documents.len(), intake.failed()), (8, false), "{:?}", intake.problems);
    assert_eq!(skipped(&intake), [("no-article", 4)]);
    let said: Vec<&str> = intake.problems.iter().map(|p| &*p.path).collect();
    for name in ["pom.xml", "bare.xml", "other.xml.gz", "empty.xml"] {
        assert!(said.iter().any(|path| path.ends_with(name)), "{name}: {said:?}");
    }
    // A feed that is cut is a failure here too, and so is one that cannot be unpacked.
    let packed = pack(".gz", RSS.as_bytes());
    for (name, bytes) in [("f.xml", &RSS.as_bytes()[..400]), ("g.xml.gz", &packed[..12])] {
        let dir = folder(&[(name, bytes), ("a.txt", b"a")]);
        let intake = read_with(dir.path(), &InputOptions::default());
        assert!(intake.failed(), "{name}: {:?}", intake.problems);
    }
    // A format that is given makes no text of it.
    for format in [Format::Text, Format::Jsonl, Format::Warc, Format::Arc] {
        let options = InputOptions::default().with(|o| o.format = Some(format));
        let intake = read_with(dir.path(), &options);
        assert_eq!(skipped(&intake), [("no-article", 4)], "{format:?}");
        assert_eq!(intake.documents.len(), 8, "{format:?}");
    }
}
