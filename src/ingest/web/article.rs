//! Owns: the text of a page, which is the posts of a thread, an article, or all that is not
//! boilerplate, and how much of the page's prose this is. Never: decodes a page, or reads its
//! metadata.

use crate::ingest::page_kind::PageKind;
use crate::ingest::web::around;
use crate::ingest::web::boilerplate;
use crate::ingest::web::carried;
use crate::ingest::web::concealed;
use crate::ingest::web::inline_or_block::is;
use crate::ingest::web::metadata::PageMetadata;
use crate::ingest::web::paragraphs::paragraphs;
use crate::ingest::web::product;
use crate::ingest::web::proportion::{Kept, Prose, common_ancestor, lowest_above};
use crate::ingest::web::stories;
use crate::ingest::web::teasers;
use crate::ingest::web::text_amount::{INDEPENDENT_TEXT, TextAmounts};
use crate::ingest::web::thread;
use crate::ingest::web::tree;
use dom_query::{Document, NodeRef};
use dom_smoothie::{Config, Readability, TextMode};

/// The text of a page.
#[derive(Debug, Default)]
pub(super) struct Extracted {
    pub text: String,
    /// How much of the page's visible prose the text has, in percent.
    pub share: u8,
}

impl Extracted {
    fn whole(text: String) -> Extracted {
        Extracted { text, share: 100 }
    }

    /// A text that has so many bytes of this prose.
    fn part_of(prose: &Prose, kept: usize, text: String) -> Extracted {
        let total = prose.total();
        let share = if total == 0 { 100 } else { (kept * 100).div_ceil(total).min(100) };
        Extracted { text, share: share as u8 }
    }
}

/// Extracts the text of a page. `parsed` is the tree of `html`.
pub(super) fn extract(
    parsed: Document,
    html: &str,
    about: &PageMetadata,
    kind: PageKind,
) -> Extracted {
    concealed::reveal(&parsed);
    around::clear(&parsed);
    if kind != PageKind::All {
        stories::clear_others(&parsed, about);
    }
    let thread = match kind {
        PageKind::Auto | PageKind::Thread => thread(&parsed, about, kind == PageKind::Thread),
        PageKind::Article | PageKind::All => None,
    };
    let found = match (thread, kind) {
        (Some(thread), _) => thread,
        (None, PageKind::All) => all(&parsed, about),
        (None, PageKind::Auto) if about.product.is_some() => of_product(&parsed, about),
        (None, _) => one_text(parsed, html, about, kind == PageKind::Article),
    };
    let found = if found.text.len() < SHORT { carried_instead(found, html) } else { found };
    if found.text.is_empty() { fallback(html, about) } else { declared(found, html, about) }
}

/// The page once more: an extraction changes its tree.
fn parsed_again(html: &str) -> Option<Document> {
    let parsed = tree::parse(html).ok()?;
    concealed::reveal(&parsed);
    Some(parsed)
}

/// The posts of a thread, where the page is one, with a blank line between them.
fn thread(parsed: &Document, about: &PageMetadata, asked: bool) -> Option<Extracted> {
    let posts = thread::posts(parsed, about, asked)?;
    posts.iter().for_each(thread::clear_signatures);
    let prose = Prose::of(parsed);
    tree::remove_scripts(parsed);
    let texts = posts.iter().map(|post| paragraphs(&post.formatted_text()));
    let texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    let text = texts.join("\n\n");
    (!texts.is_empty()).then(|| Extracted::part_of(&prose, prose.kept_in(&text).bytes, text))
}

/// All text that is neither a menu nor a banner, nor something else around the content.
fn all(parsed: &Document, about: &PageMetadata) -> Extracted {
    boilerplate::clear(parsed, about);
    let prose = Prose::of(parsed);
    around::clear_named(parsed, about.article);
    let text = paragraphs(&tree::text(parsed));
    Extracted::part_of(&prose, prose.kept_in(&text).bytes, text)
}

/// What a page says of its product: its text without customers, shop and other products, and the
/// description in JSON-LD where the text has it not.
fn of_product(parsed: &Document, about: &PageMetadata) -> Extracted {
    boilerplate::clear(parsed, about);
    product::clear(parsed);
    teasers::clear(parsed, false);
    let prose = Prose::of(parsed);
    around::clear_named(parsed, false);
    let text = paragraphs(&tree::text(parsed));
    let kept = prose.kept_in(&text).bytes;
    let description = about.product.as_ref().and_then(|product| product.description.as_deref());
    let described = linked(description.unwrap_or_default());
    let own = Prose::of_text(&described);
    if own.kept_in(&text).bytes * 2 >= own.total() {
        return Extracted::part_of(&prose, kept, text);
    }
    Extracted::part_of(&prose, kept, format!("{described}\n\n{text}"))
}

/// An article; or where none predominates, all text that is no boilerplate.
fn one_text(parsed: Document, html: &str, about: &PageMetadata, asked: bool) -> Extracted {
    boilerplate::clear(&parsed, about);
    let before = parsed.clone();
    if teasers::clear(&parsed, about.article) || !tree::writable(&parsed) {
        // A list of teasers, or a page that would take too long.
        return Extracted::whole(paragraphs(&tree::text(&parsed)));
    }
    let prose = Prose::of(&parsed);
    let amount = parsed.body().map_or(0, |body| TextAmounts::of(&parsed).get(&body).text);
    // The text in JSON-LD was read before.
    let config =
        Config { text_mode: TextMode::Formatted, disable_json_ld: true, ..Config::default() };
    let found =
        Readability::with_document(parsed, None, Some(config)).and_then(|mut page| page.parse());
    let mut text = found.map_or_else(|_| String::new(), |found| paragraphs(&found.text_content));
    if let Some(linked) = linked_instead(&text, about) {
        return Extracted::whole(linked);
    }
    let article = asked || (about.article && prose.total() >= INDEPENDENT_TEXT);
    let mut kept = prose.kept_in(&text);
    let mut more = None;
    if !enough(kept.bytes, prose.total(), article) || (!article && text.len() * 2 < amount) {
        more = Some(widened(&before, article, &text));
    } else if article {
        more = joined(&before, about, (&prose, &kept), &text);
    }
    if more.as_ref().unwrap_or(&text).len() < INDEPENDENT_TEXT {
        more = Some(unless_almost_empty(html, more.unwrap_or_else(|| text.clone())));
    }
    if let Some(more) = more {
        kept = prose.kept_in(&more);
        text = more;
    }
    Extracted::part_of(&prose, kept.bytes, text)
}

/// Whether an extracted text has enough of the prose of its page. An article is one text among
/// others, such as the beginnings of other stories; a page that is no article is all of its texts.
fn enough(kept: usize, total: usize, article: bool) -> bool {
    if article { kept * 2 >= total } else { kept * 5 >= total * 4 }
}

/// The text that a page carries for its scripts or in a frame, where it shows next to nothing else.
fn carried_instead(found: Extracted, html: &str) -> Extracted {
    if !carried::may_be_in(html) {
        return found;
    }
    let Some(more) = tree::parse(html).ok().and_then(|page| carried::text(&page)) else {
        return found;
    };
    let pieces: Vec<String> = more.pieces.iter().map(|piece| linked(piece)).collect();
    let text = pieces.join("\n\n");
    if text.len() > 3 * found.text.len() + INDEPENDENT_TEXT {
        Extracted { text, share: more.share }
    } else {
        found
    }
}

/// The text in JSON-LD, where the article is less than a third of it: then the page shows only its
/// beginning, and loads the rest with a script.
fn linked_instead(text: &str, about: &PageMetadata) -> Option<String> {
    let linked = linked(about.body.as_deref()?);
    (linked.len() / 3 > text.len()).then_some(linked)
}

/// The text of JSON-LD, which may contain elements.
fn linked(body: &str) -> String {
    if body.contains("</") || body.contains("<br") || body.contains("<p>") {
        return tree::parse(body)
            .map_or_else(|_| String::new(), |parsed| paragraphs(&tree::text(&parsed)));
    }
    paragraphs(body)
}

/// The text with more of the page: what is below the lowest element that has most of the prose, or
/// on a page that is no article all text but boilerplate.
fn widened(parsed: &Document, is_article: bool, article: &str) -> String {
    around::clear_named(parsed, is_article);
    let mut text = String::new();
    if is_article {
        let amounts = TextAmounts::of(parsed);
        tree::remove_scripts(parsed);
        if let Some(node) = common_ancestor(parsed, |node| amounts.get(node).prose) {
            text = paragraphs(&node.formatted_text());
        }
    }
    let found = Prose::of_text(article);
    if !is_article || found.kept_in(&text).bytes * 2 < found.total() {
        text = paragraphs(&tree::text(parsed));
    }
    if text.len() > article.len() || (!is_article && !text.is_empty()) {
        text
    } else {
        article.to_owned()
    }
}

/// The text with the pieces of prose that are in places like those of what it has, if these are
/// a tenth of it.
fn joined(
    parsed: &Document,
    about: &PageMetadata,
    (prose, kept): (&Prose, &Kept),
    article: &str,
) -> Option<String> {
    let (alike, missing) = prose.alike(kept);
    if missing * 10 < kept.bytes {
        return None;
    }
    let node = lowest_above(parsed, &alike)?;
    let count =
        |name: &str| node.descendants_it().filter(|below| is(below, &[name])).take(2).count();
    if count("article") > 1 || count("h1") > 1 {
        // Another story has the same form.
        return None;
    }
    teasers::clear(parsed, about.article);
    around::clear_named(parsed, true);
    tree::remove_scripts(parsed);
    let text = paragraphs(&node.formatted_text());
    (text.len() > article.len()).then_some(text)
}

/// All text that is no menu, where the article is almost empty and the page has much more text:
/// then the extraction missed the article, or took it for something else.
fn unless_almost_empty(html: &str, article: String) -> String {
    let Some(parsed) = parsed_again(html) else { return article };
    around::clear(&parsed);
    let plain = parsed.body().map_or(0, |body| TextAmounts::of(&parsed).get(&body).plain());
    if article.is_empty() || plain > 3 * article.len() + INDEPENDENT_TEXT {
        paragraphs(&tree::text(&parsed))
    } else {
        article
    }
}

/// The text of a page of which all has the name of a menu or a banner, as far as there is prose;
/// else what the page says of itself, which is no more than a part.
fn fallback(html: &str, about: &PageMetadata) -> Extracted {
    if let Some(parsed) = parsed_again(html)
        && Prose::of(&parsed).total() >= INDEPENDENT_TEXT
    {
        return declared(Extracted::whole(paragraphs(&tree::text(&parsed))), html, about);
    }
    let description = about.description.as_ref().filter(|text| text.len() >= INDEPENDENT_TEXT);
    Extracted { text: description.cloned().unwrap_or_default(), share: 0 }
}

/// Corrects the share by what the page says about its length, and by the signs of a page that shows
/// its text only once a script has run.
fn declared(mut found: Extracted, html: &str, about: &PageMetadata) -> Extracted {
    let linked = about.body.as_deref().map_or(0, words);
    let wanted = about.words.unwrap_or(0).max(linked);
    let own = if wanted == 0 { 0 } else { words(&found.text) };
    if wanted > 2 * own {
        found.share = found.share.min((own * 100 / wanted) as u8);
    }
    if found.text.len() < SHORT && shows_more_elsewhere(html, found.text.len()) {
        found.share = 0;
    }
    found
}

/// The length in bytes below which a text may be all that a page shows without its scripts.
const SHORT: usize = 1200;

/// The elements in which scripts build a page, by their ids.
const MOUNTS: [&str; 9] =
    ["root", "app", "__next", "__nuxt", "___gatsby", "main-app", "svelte", "ember-app", "q-app"];

/// What only pages have that ask whether the reader is a person.
const CHALLENGES: [&str; 4] =
    ["_cf_chl_opt", "/cdn-cgi/challenge-platform", "_Incapsula_Resource", "captcha-delivery.com"];

/// Whether a page of little text is likely to show its text otherwise: an element in which scripts
/// build it is empty, or it is a challenge; of a page with next to no text also, a `noscript` asks
/// for scripts, or the content is a frame. `length`: that of its text.
fn shows_more_elsewhere(html: &str, length: usize) -> bool {
    let Ok(page) = tree::parse(html) else { return false };
    let amounts = TextAmounts::of(&page);
    let asks = |node: &NodeRef| {
        node.text().as_bytes().windows(10).any(|word| word.eq_ignore_ascii_case(b"javascript"))
    };
    let mount = |node: &NodeRef| {
        let id = node.attr_or("id", "");
        (MOUNTS.contains(&&*id) || is(node, &["app-root"])) && amounts.get(node).text == 0
    };
    let frame = |node: &NodeRef| {
        is(node, &["iframe", "object", "embed"])
            && !node.ancestors_it(None).any(|above| is(&above, &["noscript"]))
    };
    let empty = length < INDEPENDENT_TEXT;
    let sign = |node: &NodeRef| {
        mount(node) || (empty && (frame(node) || (is(node, &["noscript"]) && asks(node))))
    };
    let challenge = CHALLENGES
        .iter()
        .any(|sign| memchr::memmem::find(html.as_bytes(), sign.as_bytes()).is_some());
    challenge || page.root().descendants_it().filter(NodeRef::is_element).any(|node| sign(&node))
}

/// The words of a text; each character of a script without spaces is one.
fn words(text: &str) -> usize {
    crate::text::tokenize(text).len()
}
