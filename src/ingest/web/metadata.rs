//! Owns: the metadata of a page: title, date, URL, site, and an article's text in JSON-LD. Never:
//! reads the visible text.

use crate::ingest::address::host_of;
use crate::ingest::date;
use crate::ingest::title;
use crate::ingest::web::inline_or_block::elements;
use crate::ingest::web::product::{self, Product};
use dom_query::{Document, NodeRef};
use serde_json::Value;
use std::collections::HashMap;

/// Names of `meta` elements with the date of publication, best first.
const DATES: [&str; 17] = [
    "article:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "dcterms.issued",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "dcterms.date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "date",
    "weibo:article:create_at",
    "og:article:published_time",
    "article.published",
];

/// The length of a title in bytes at most; a longer one is ignored.
const TITLE: usize = 2000;

/// The metadata that a page declares.
#[derive(Debug, Default)]
pub(crate) struct PageMetadata {
    pub title: Option<String>,
    /// The date as [`date::normalise`] formats it.
    pub date: Option<String>,
    /// Whether the page has dates, but none can be parsed.
    pub bad_date: bool,
    /// The canonical URL of the page; absolute.
    pub url: Option<String>,
    pub site: Option<String>,
    /// The article's text in JSON-LD.
    pub body: Option<String>,
    /// The number of words that JSON-LD says the article has.
    pub words: Option<usize>,
    /// What the page says it is about, in a sentence or two.
    pub description: Option<String>,
    /// Whether the page declares that it is one article.
    pub article: bool,
    /// The product that the page declares to be about, on a page that is no article.
    pub(super) product: Option<Product>,
}

/// Reads the metadata from the head of a page and from its times and headings.
pub(super) fn read_metadata(page: &Document) -> PageMetadata {
    let metas = meta_elements(page);
    let values = json_ld(page);
    let posted = posted(&values);
    let product = product::declared(page, &values, &metas);
    let linked = values.into_iter().find_map(article);
    let text = |key: &str| {
        linked.as_ref().and_then(|article| one_line(&unescaped(article.get(key)?.as_str()?)))
    };
    let site = metas.get("og:site_name").cloned().or_else(|| {
        let publisher = linked.as_ref()?.get("publisher")?;
        one_line(
            publisher
                .get("name")
                .or_else(|| publisher.get(0)?.get("name"))
                .unwrap_or(publisher)
                .as_str()?,
        )
    });
    let canonical = page.select("link[rel~=canonical]").attr("href").map(|href| href.to_string());
    let named =
        canonical.or_else(|| metas.get("og:url").cloned()).or_else(|| text("url")).or_else(|| {
            let whole = linked.as_ref()?.get("mainEntityOfPage")?;
            Some(whole.get("@id").unwrap_or(whole).as_str()?.to_owned())
        });
    let url = named.map(|url| url.trim().to_owned()).filter(|url| host_of(url).is_some());
    let declared = metas.get("og:title").cloned().or_else(|| text("headline"));
    let title = declared
        .map(|title| without_site(&title, site.as_deref()))
        .or_else(|| title(page, site.as_deref()));
    let mut dates: Vec<String> = metas.get(DATES[0]).cloned().into_iter().collect();
    dates.extend(text("datePublished"));
    dates.extend(DATES[1..].iter().filter_map(|name| metas.get(*name).cloned()));
    dates.extend(times(page));
    let date = dates.iter().find_map(|d| date::normalise(d));
    let body = linked.as_ref().and_then(|article| article.get("articleBody")?.as_str());
    let body = body.map(unescaped).or(posted);
    let words = linked.as_ref().and_then(|article| {
        let count = article.get("wordCount")?;
        count.as_u64().or_else(|| count_in(count.as_str()?))
    });
    let description = ["og:description", "description", "twitter:description"];
    let kind = metas.get("og:type").is_some_and(|kind| kind.eq_ignore_ascii_case("article"));
    let one_article = linked.is_some() || kind || metas.contains_key(DATES[0]);
    let article = one_article || (product.is_none() && page.select("article h1").length() == 1);
    let title = title.filter(|title| title.len() <= TITLE);
    PageMetadata {
        title,
        product: product.filter(|_| !one_article),
        article,
        bad_date: date.is_none() && !dates.is_empty(),
        date,
        url,
        site,
        body,
        words: words.and_then(|count| usize::try_from(count).ok()),
        description: description.iter().find_map(|name| metas.get(*name).cloned()),
    }
}

/// The times in the text of a page that may be its date; times of changes and of other stories are
/// excluded.
fn times(page: &Document) -> Vec<String> {
    let declared = page.select("time[itemprop=datePublished], time[pubdate]");
    let any = page.select(
        "time[datetime]:not([class*=updated], [class*=modified], [itemprop=dateModified], aside \
         time, nav time, footer time)",
    );
    let all = declared.iter().chain(any.iter()).take(4);
    all.filter_map(|time| one_line(&time.attr("datetime")?)).collect()
}

/// The count at the beginning of a text such as `1,900 words`.
fn count_in(text: &str) -> Option<u64> {
    let number = text.trim().chars().take_while(|c| c.is_ascii_digit() || ",.' ".contains(*c));
    number.filter(char::is_ascii_digit).collect::<String>().parse().ok()
}

/// Maps the lower-case name of each `meta` element to its first content.
fn meta_elements(page: &Document) -> HashMap<String, String> {
    let mut metas: HashMap<String, String> = HashMap::new();
    for meta in elements(page, &["meta"]) {
        let name = ["property", "name", "itemprop"].into_iter().find_map(|a| meta.attr(a));
        let (Some(name), Some(content)) = (name, meta.attr("content").and_then(|c| one_line(&c)))
        else {
            continue;
        };
        metas.entry(name.trim().to_ascii_lowercase()).or_insert(content);
    }
    metas
}

/// The values of all JSON-LD in a page.
fn json_ld(page: &Document) -> Vec<Value> {
    let parse = |script: NodeRef| {
        if !script.attr_or("type", "").trim().eq_ignore_ascii_case("application/ld+json") {
            return None;
        }
        let text = script.text();
        let inner = text.trim().trim_start_matches("<![CDATA[").trim_end_matches("]]>");
        serde_json::from_str(inner).ok()
    };
    elements(page, &["script"]).into_iter().filter_map(parse).collect()
}

/// The texts of a thread in JSON-LD: what was posted first, and the answers.
fn posted(values: &[Value]) -> Option<String> {
    let mut texts = Vec::new();
    values.iter().for_each(|value| post_texts(value, false, &mut texts));
    (!texts.is_empty()).then(|| unescaped(&texts.join("\n\n")))
}

/// The JSON parser limits the depth of values, hence the recursion.
fn post_texts(value: &Value, inside: bool, texts: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| post_texts(item, inside, texts)),
        Value::Object(map) => {
            let kind = map.get("@type").and_then(Value::as_str).unwrap_or_default();
            let post = inside || matches!(kind, "DiscussionForumPosting" | "QAPage");
            let text = map.get("text").and_then(Value::as_str).filter(|_| post);
            texts.extend(text.map(str::to_owned));
            let below = ["@graph", "mainEntity", "acceptedAnswer", "suggestedAnswer", "comment"];
            for value in below.iter().filter_map(|name| map.get(*name)) {
                post_texts(value, post, texts);
            }
        }
        _ => {}
    }
}

/// Decodes character references in the text of JSON-LD; they should not be there, but often are.
fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    // In this element the parser decodes references. Without the sign that begins a tag the text
    // cannot leave it, in whatever letters.
    let page = Document::from(format!("<textarea>{}</textarea>", text.replace('<', "&lt;")));
    page.select("textarea").text().to_string()
}

/// The first article in JSON-LD, which may also describe lists of links or the publisher. The JSON
/// parser limits the depth of values, hence the recursion.
fn article(value: Value) -> Option<Value> {
    match value {
        Value::Array(items) => items.into_iter().find_map(article),
        Value::Object(mut map) => {
            let is = |kind: &Value| kind.as_str().is_some_and(is_article);
            let kind = map.get("@type");
            if kind.is_some_and(|k| is(k) || k.as_array().is_some_and(|all| all.iter().any(is))) {
                return Some(Value::Object(map));
            }
            article(map.remove("@graph").or_else(|| map.remove("mainEntity"))?)
        }
        _ => None,
    }
}

fn is_article(kind: &str) -> bool {
    kind.ends_with("Article")
        || matches!(
            kind,
            "BlogPosting" | "LiveBlogPosting" | "SocialMediaPosting" | "Report" | "Review"
        )
}

/// The heading that the title contains, else the title itself, which also carries the name of the
/// site.
fn title(page: &Document, site: Option<&str>) -> Option<String> {
    let whole = page.select("head title, title").iter().next().and_then(|t| one_line(&t.text()));
    let headings = elements(page, &["h1", "h2"]);
    let mut all = headings.iter().take(8).filter_map(|h| one_line(&h.text()));
    let Some(whole) = whole else { return all.next() };
    let enough = whole.chars().count() / 3;
    let heading = all.find(|h| h.chars().count() >= enough && whole.contains(h.as_str()));
    Some(heading.unwrap_or_else(|| without_site(&whole, site)))
}

/// Removes the name of the site from the end or the beginning of a title.
fn without_site(title: &str, site: Option<&str>) -> String {
    let Some(site) = site.filter(|s| !s.is_empty()) else { return title.to_owned() };
    let same = |part: Option<&str>| part.is_some_and(|part| part.eq_ignore_ascii_case(site));
    let mark = |c: char| "|-–—·•:»«_".contains(c);
    let marks = |c: char| c.is_whitespace() || mark(c);
    // More than a space must separate the two: "Time to go" on the site Time does not become "to
    // go".
    let apart = |rest: &str, whole: &str| !whole.is_empty() && rest.contains(mark);
    let (end, start) = (title.len().checked_sub(site.len()), site.len());
    if let Some(end) = end.filter(|end| same(title.get(*end..))) {
        let left = title[..end].trim_end_matches(marks);
        if apart(&title[left.len()..end], left) {
            return left.to_owned();
        }
    }
    if same(title.get(..start)) {
        let left = title[start..].trim_start_matches(marks);
        if apart(&title[start..title.len() - left.len()], left) {
            return left.to_owned();
        }
    }
    title.to_owned()
}

/// Collapses white space; `None` for a text of white space alone.
fn one_line(text: &str) -> Option<String> {
    title::one_line(text, usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(html: &str) -> PageMetadata {
        read_metadata(&Document::from(html))
    }

    #[test]
    fn references_are_decoded_and_tags_are_text() {
        for (text, want) in [
            ("Tom &amp; Jerry&#8217;s <b>", "Tom & Jerry\u{2019}s <b>"),
            ("a &lt;b> </TEXTAREA><p id=i>&amp;", "a <b> </TEXTAREA><p id=i>&"),
            ("</textarea ><script>&amp;", "</textarea ><script>&"),
            ("no reference <i>", "no reference <i>"),
        ] {
            assert_eq!(unescaped(text), want);
        }
        // Tags that the parser nests take the square of their number; here they are text.
        let many = format!("&amp;</TextArea>{}", "<p><b id=i>".repeat(20_000));
        assert_eq!(unescaped(&many).len(), many.len() - "amp;".len());
    }

    #[test]
    fn titles() {
        for (html, want) in [
            (
                "<title>A cat — The Post</title><meta property=og:site_name content='The Post'>",
                "A cat",
            ),
            (
                "<title>The Post: A cat</title><meta property=og:site_name content='The Post'>",
                "A cat",
            ),
            (
                "<title>A cat sat down | Post</title><h1>News</h1><h2>A cat\n sat down</h2>",
                "A cat sat down",
            ),
            ("<meta property=og:title content='A &amp; B'><title>x</title>", "A & B"),
            ("<title>Time to go</title><meta property=og:site_name content=Time>", "Time to go"),
            (
                "<title>A cat - BBC NEWS</title><meta property=og:site_name content='BBC News'>",
                "A cat",
            ),
            (
                "<script type='application/ld+json'>{\"@type\":\"Article\",\"headline\":\"Tom \
                 &amp; Jerry&#8217;s <b>\"}</script>",
                "Tom & Jerry’s <b>",
            ),
            ("<h1>Only this</h1>", "Only this"),
        ] {
            assert_eq!(of(html).title.as_deref(), Some(want), "{html}");
        }
        assert_eq!(of("<p>none").title, None);
    }

    #[test]
    fn dates() {
        for (html, want) in [
            (
                "<meta property='article:published_time' content='2026-01-31T10:15:00+01:00'>",
                "2026-01-31T09:15:00Z",
            ),
            (
                "<meta name=date content=nonsense><meta name=DC.date content=2026-01-31>",
                "2026-01-31",
            ),
            (
                "<script type='application/ld+json'>[{\"@type\":[\"X\",\"NewsArticle\"],\
                 \"datePublished\":\"2026-01-31\"}]</script>",
                "2026-01-31",
            ),
            (
                "<time datetime=2025-01-01></time><time itemprop=datePublished \
                 datetime=2026-01-31>",
                "2026-01-31",
            ),
        ] {
            assert_eq!(of(html).date.as_deref(), Some(want), "{html}");
        }
        let others = "<time class=updated datetime=2026-03-01></time><aside><time \
            datetime=2020-01-01></time></aside>";
        assert_eq!(
            of(&format!("{others}<time datetime=2026-01-31>")).date.as_deref(),
            Some("2026-01-31")
        );
        let bad = of("<meta name=date content=yesterday>");
        assert!(bad.bad_date && bad.date.is_none());
        assert!(!of("<p>").bad_date);
    }

    #[test]
    fn addresses() {
        assert_eq!(
            of("<link rel='x canonical' href='https://a.example/x'>").url.as_deref(),
            Some("https://a.example/x")
        );
        assert_eq!(of("<link rel=canonical href='/x'>").url, None);
    }
}
