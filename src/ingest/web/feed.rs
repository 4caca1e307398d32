//! Owns: the items of a feed, RSS or Atom, out of its XML. Never: makes a document of one.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// An item of a feed, each value as text without markup of XML.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// Its title, which may hold HTML.
    pub title: Option<String>,
    /// Its address.
    pub link: Option<String>,
    /// Its id.
    pub id: Option<String>,
    /// When it was published, else when it was changed.
    pub date: Option<String>,
    /// Its content, else its summary; HTML or plain text.
    pub content: Option<String>,
}

/// What an element inside an item is for, with its rank among those for the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Title,
    Link,
    Id,
    Date(u8),
    Content(u8),
}

/// The parts by the names that feeds give them. Other vocabularies, such as `media:title`, are
/// passed over.
fn part(name: &str) -> Option<Part> {
    Some(match name.strip_prefix("atom:").unwrap_or(name) {
        "title" | "dc:title" => Part::Title,
        "link" => Part::Link,
        "guid" | "id" => Part::Id,
        "pubDate" | "published" | "issued" => Part::Date(0),
        "dc:date" | "dcterms:created" => Part::Date(1),
        "updated" | "modified" => Part::Date(2),
        "content:encoded" | "content" => Part::Content(0),
        "description" => Part::Content(1),
        "summary" => Part::Content(2),
        _ => return None,
    })
}

/// An item that is being read.
#[derive(Default)]
struct Open {
    item: Item,
    /// The ranks of the date and of the content so far.
    ranks: [u8; 2],
    /// The element that is being read, and what it holds so far.
    element: Option<(Part, String)>,
    /// The elements inside it.
    inside: u32,
}

impl Open {
    fn start(&mut self, name: &str, element: &BytesStart, empty: bool) {
        if let Some((_, text)) = &mut self.element {
            // Content in XHTML keeps its elements.
            text.push_str(&format!("<{name}>"));
            self.inside += u32::from(!empty);
            return;
        }
        let Some(part) = part(name) else {
            // Whatever it holds is of no use.
            self.element = (!empty).then(|| (Part::Content(u8::MAX), String::new()));
            return;
        };
        let attribute = |name: &str| {
            let found = element.try_get_attribute(name).ok()??;
            Some(found.value.replace("&amp;", "&"))
        };
        let other = attribute("rel").is_some_and(|rel| rel != "alternate");
        match attribute("href").filter(|_| part == Part::Link) {
            Some(href) if !other => self.item.link = self.item.link.take().or(Some(href)),
            _ => {}
        }
        self.element = (!empty).then(|| (part, String::new()));
    }

    fn end(&mut self, name: &str) {
        if self.inside > 0 {
            self.inside -= 1;
            if let Some((_, text)) = &mut self.element {
                text.push_str(&format!("</{name}>"));
            }
            return;
        }
        let Some((part, text)) = self.element.take() else { return };
        let value = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let Item { title, link, id, date, content } = &mut self.item;
        let better = |rank: u8, known: &mut u8, there: bool| {
            let better = !there || rank < *known;
            *known = if better { rank } else { *known };
            better
        };
        match (part, value) {
            (_, None) | (Part::Content(u8::MAX), _) => {}
            (Part::Title, value) => *title = title.take().or(value),
            (Part::Link, value) => *link = link.take().or(value),
            (Part::Id, value) => *id = id.take().or(value),
            (Part::Date(rank), value) => {
                if better(rank, &mut self.ranks[0], date.is_some()) {
                    *date = value;
                }
            }
            (Part::Content(rank), value) => {
                if better(rank, &mut self.ranks[1], content.is_some()) {
                    *content = value;
                }
            }
        }
    }

    fn text(&mut self, more: &str) {
        let inside = self.inside > 0;
        if let Some((_, text)) = &mut self.element {
            match inside {
                true => text.push_str(&more.replace('&', "&amp;").replace('<', "&lt;")),
                false => text.push_str(more),
            }
        }
    }
}

/// Calls `each` with every item, in order. The error says where the XML is wrong or ends early;
/// the items before it were passed on.
pub fn items(xml: &str, mut each: impl FnMut(Item)) -> Result<(), String> {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    let mut open: Option<Open> = None;
    let mut root = 0u32;
    loop {
        let event = reader.read_event();
        match event {
            Err(e) => return Err(format!("{e} at byte {}", reader.error_position())),
            Ok(Event::Eof) => {
                let cut = open.is_some() || root > 0;
                return if cut { Err("it ends inside an element".into()) } else { Ok(()) };
            }
            Ok(Event::Start(element)) => {
                let name = element.name().as_ref().to_owned();
                match &mut open {
                    Some(open) => open.start(&name, &element, false),
                    None if is_item(&name) => open = Some(Open::default()),
                    None => root += 1,
                }
            }
            Ok(Event::Empty(element)) => {
                let name = element.name().as_ref().to_owned();
                if let Some(open) = &mut open {
                    open.start(&name, &element, true);
                }
            }
            Ok(Event::End(element)) => {
                let name = element.name().as_ref().to_owned();
                match &mut open {
                    Some(inner) if inner.element.is_some() => inner.end(&name),
                    Some(_) => open.take().into_iter().for_each(|open| each(open.item)),
                    None => root = root.saturating_sub(1),
                }
            }
            Ok(Event::Text(text)) => {
                open.iter_mut().for_each(|open| open.text(&text.xml10_content()));
            }
            Ok(Event::CData(text)) => {
                open.iter_mut().for_each(|open| open.text(&text.xml10_content()));
            }
            Ok(Event::GeneralRef(entity)) => {
                open.iter_mut().for_each(|open| open.text(&resolved(&entity)));
            }
            Ok(_) => {}
        }
    }
}

fn is_item(name: &str) -> bool {
    matches!(name.strip_prefix("atom:").unwrap_or(name), "item" | "entry")
}

/// The character of a reference; one that XML does not know is left for HTML.
fn resolved(entity: &BytesRef) -> String {
    if let Ok(Some(c)) = entity.resolve_char_ref() {
        return c.to_string();
    }
    let name = entity.xml10_content();
    match &*name {
        "amp" => "&".into(),
        "lt" => "<".into(),
        "gt" => ">".into(),
        "quot" => "\"".into(),
        "apos" => "'".into(),
        _ => format!("&{name};"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(xml: &str) -> (Vec<Item>, Option<String>) {
        let mut found = Vec::new();
        let error = items(xml, |item| found.push(item)).err();
        (found, error)
    }

    fn item(values: [&str; 5]) -> Item {
        let [title, link, id, date, content] =
            values.map(|v| (!v.is_empty()).then(|| v.to_owned()));
        Item { title, link, id, date, content }
    }

    #[test]
    fn rss_and_atom_have_the_same_items() {
        let rss = "<?xml version='1.0'?><rss><channel><title>Feed</title><item><title>One</title>\
            <link>http://a/1</link><guid>g</guid><pubDate>Sun, 01 Mar 2026 08:00:00 GMT</pubDate>\
            <media:title>no</media:title><description>short</description>\
            <content:encoded><![CDATA[<p>The text &amp; more.</p>]]></content:encoded>\
            </item><item><description>a &lt;b&gt;c&lt;/b&gt; &#233;&nbsp;</description></item>\
            </channel></rss>";
        let date = "Sun, 01 Mar 2026 08:00:00 GMT";
        assert_eq!(
            all(rss),
            (
                vec![
                    item(["One", "http://a/1", "g", date, "<p>The text &amp; more.</p>"]),
                    item(["", "", "", "", "a <b>c</b> é&nbsp;"]),
                ],
                None
            )
        );
        let atom = "<feed xmlns='x'><title>Feed</title><entry><id>g</id><title>One</title>\
            <link rel='self' href='http://a/s'/><link href='http://a/1?x&amp;y'/>\
            <updated>2026-03-02</updated><published>2026-03-01</published>\
            <summary>short</summary><content type='xhtml'><div><p>The &lt; text.</p><br/></div>\
            </content></entry></feed>";
        let content = "<div><p>The &lt; text.</p><br></div>";
        let one = item(["One", "http://a/1?x&y", "g", "2026-03-01", content]);
        assert_eq!(all(atom), (vec![one], None));
    }

    #[test]
    fn a_feed_that_breaks_keeps_what_came_before() {
        let good = "<rss><channel><item><title>One</title></item>";
        for (rest, items) in [("", 1), ("<item><title>Tw", 1), ("<item><title a=<</title>", 1)] {
            let (found, error) = all(&format!("{good}{rest}"));
            assert_eq!((found.len(), error.is_some()), (items, true), "{rest}");
        }
        assert!(all(&format!("{good}</channel></rss>")).1.is_none());
    }

    proptest! {
        #[test]
        fn total(
            xml in concat!(
                "(<[/]?(item|entry|title|link|a b='c'|content)[/]?>|",
                "&amp;|&x;|&#1;|[a<&é]){0,16}",
            ),
        ) {
            all(&xml);
        }
    }
}
