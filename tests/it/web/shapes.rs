//! The forms that the text of a page has: what is read of each, and what is said about it.

use super::words;
use crate::program::nearcopy;
use nearcopy::document::Extent;
use nearcopy::ingest::{Input, InputOptions, PageKind, read};
use nearcopy::{Document, DocumentInfo};
use std::fs;

/// Eight paragraphs, no two with a sentence in common.
pub(super) fn paragraphs() -> Vec<String> {
    let subjects =
        ["harbour", "council", "engineer", "ferry", "minister", "captain", "market", "orchard"];
    let sentence = |subject: &str, n: usize| {
        format!(
            "The {subject} report of week {n} says that the {subject} will need {n}0 more workers \
             before the {subject} can open in the spring, as was planned."
        )
    };
    let paragraph = |(at, subject): (usize, &&str)| {
        (1..4).map(|n| sentence(subject, at * 3 + n)).collect::<Vec<_>>().join(" ")
    };
    subjects.iter().enumerate().map(paragraph).collect()
}

pub(super) fn tagged(tag: &str, texts: &[String]) -> String {
    texts.iter().map(|text| format!("<{tag}>{text}</{tag}>")).collect()
}

pub(super) const HEAD: &str = "<h1>The bridge closes</h1>";

/// What a page shows before anything else.
const OFFER: &str = "<div class=offer><p>Get more from your subscription, and be the first to hear \
    of the news of the house.</p><p>Save up to twenty percent on selected plans until the end of \
    the month of May.</p></div>";

pub(super) fn page(head: &str, body: &str) -> String {
    let menu: String = (0..9).map(|n| format!("<li><a href=/{n}>Section {n}</a>")).collect();
    format!(
        "<!doctype html><html><head><meta charset=utf-8><title>The bridge closes</title>{head}\
         </head><body><nav><ul>{menu}</ul></nav>{body}<footer><p>Copyright 2026, all rights \
         reserved by the publisher of this page.</p></footer></body></html>"
    )
}

/// What is read of a page.
pub(super) fn read_as(html: &str, kind: PageKind) -> Option<Document> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    fs::write(&path, html).unwrap();
    let options = InputOptions::default().with(|s| s.page = kind);
    read(&[Input::Path(path)], &options, &|_| true).documents.pop()
}

pub(super) fn of(html: &str) -> Document {
    read_as(html, PageKind::Auto).expect("a document")
}

pub(super) fn is_part(info: &DocumentInfo) -> bool {
    info.read.expect("how a page was read").extent == Extent::Part
}

/// The share of the words of all paragraphs that a text has.
pub(super) fn share(document: &Document, texts: &[String]) -> f64 {
    super::shares(&texts.join(" "), &document.text).0
}

#[test]
fn an_article_is_read_whole_in_whatever_form_it_is() {
    let all = paragraphs();
    let p = |range: std::ops::Range<usize>| tagged("p", &all[range]);
    let each =
        |form: &dyn Fn(&str) -> String| all.iter().map(|text| form(text)).collect::<String>();
    let json = serde_json::json!({"@context": "https://schema.org", "@type": "NewsArticle",
        "headline": "The bridge closes", "articleBody": all.join("\n\n")});
    let linked = format!("<script type='application/ld+json'>{json}</script>");
    let shapes = [
        (
            "blocks deep",
            page(
                "",
                &format!(
                    "<main>{HEAD}{}</main>",
                    each(&|t| format!("<div><div><div><div><p>{t}</p></div></div></div></div>"))
                ),
            ),
        ),
        (
            "blocks of other depths",
            page(
                "",
                &format!(
                    "<div>{HEAD}{}</div>",
                    all.iter()
                        .enumerate()
                        .map(|(n, t)| format!(
                            "<section>{}<p>{t}</p>{}</section>",
                            "<div>".repeat(n % 4),
                            "</div>".repeat(n % 4)
                        ))
                        .collect::<String>()
                ),
            ),
        ),
        (
            "columns",
            page(
                "",
                &format!(
                    "<div>{HEAD}<div class=a>{}</div><div class=a>{}</div></div>",
                    p(0..4),
                    p(4..8)
                ),
            ),
        ),
        (
            "an introduction apart",
            page(
                "",
                &format!(
                    "<header>{HEAD}{}</header><div><div><div>{}\
            </div></div></div>",
                    p(0..2),
                    p(2..8)
                ),
            ),
        ),
        ("lines", page("", &format!("<div>{HEAD}<div>{}</div></div>", all.join("<br><br>")))),
        (
            "spans",
            page(
                "",
                &format!(
                    "<div>{HEAD}{}</div>",
                    each(&|t| format!("<div><span><span>{t}</span></span></div>"))
                ),
            ),
        ),
        (
            "a table",
            page(
                "",
                &format!(
                    "<table><tr><td>{HEAD}{}</table>",
                    each(&|t| format!("<tr><td><table><tr><td>{t}</table>"))
                ),
            ),
        ),
        (
            "definitions",
            page(
                "",
                &format!("<div>{HEAD}<dl>{}</dl></div>", each(&|t| format!("<dt>Term<dd>{t}"))),
            ),
        ),
        (
            "asides",
            page("", &format!("<div>{HEAD}{}</div>", each(&|t| format!("<aside>{t}</aside>")))),
        ),
        (
            "details",
            page(
                "",
                &format!(
                    "<main>{HEAD}{}</main>",
                    each(&|t| format!("<details><summary>Part</summary><p>{t}</p></details>"))
                ),
            ),
        ),
        ("a form", page("", &format!("<form><div>{HEAD}{}<input></div></form>", p(0..8)))),
        (
            "a class on the root",
            page("", &format!("<main>{HEAD}{}</main>", p(0..8)))
                .replace("<html>", "<html class='x-cookie-consent-on comments'>")
                .replace("<body>", "<body class='comments sidebar cookie-banner'>"),
        ),
        (
            "a class around all",
            page(
                "",
                &format!(
                    "<div id=cookie-banner-page><div class=comments>\
            {HEAD}{}</div></div>",
                    p(0..8)
                ),
            ),
        ),
        (
            "a consent class around all",
            page(
                "",
                &format!(
                    "<div class=klaro><main>{HEAD}{}</main>\
            </div>",
                    p(0..8)
                ),
            ),
        ),
        (
            "hidden",
            page(
                "",
                &format!(
                    "<div><p>Subscribe to our letters, and be the first to hear \
            of the news of the house and of our offers.</div><div hidden>{HEAD}{}</div>",
                    p(0..8)
                ),
            ),
        ),
        ("not displayed", page("", &format!("<div style='display: none'>{HEAD}{}</div>", p(0..8)))),
        (
            "noscript",
            page("", &format!("<div id=root></div><noscript>{HEAD}{}</noscript>", p(0..8))),
        ),
        ("a template", page("", &format!("<template><main>{HEAD}{}</main></template>", p(0..8)))),
        (
            "a shadow tree",
            page(
                "",
                &format!(
                    "<x-a><template shadowrootmode=open>{HEAD}{}</template>\
            </x-a>",
                    p(0..8)
                ),
            ),
        ),
        (
            "hidden twice",
            page(
                "",
                &format!(
                    "{OFFER}<div hidden><div style='display:none'>{HEAD}{}</div></div>",
                    p(0..8)
                ),
            ),
        ),
        (
            "hidden under the name of a header",
            page(
                "",
                &format!(
                    "{OFFER}<main hidden class='header-fixed has-sidebar'>{HEAD}{}</main>",
                    p(0..8)
                ),
            ),
        ),
        ("JSON-LD", page(&linked, "<div id=root></div>")),
        (
            "XHTML",
            format!(
                "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><head>\
            <title>The bridge closes</title><script src='a.js'/></head><body><a name='x'/>{HEAD}{}\
            </body></html>",
                p(0..8)
            ),
        ),
    ];
    for (shape, html) in shapes {
        let document = of(&html);
        assert!(share(&document, &all) > 0.999, "{shape}: {}", document.text);
        assert!(!is_part(&document.info), "{shape}");
        // Nothing is read twice.
        let once = words(&document.text)["orchard"];
        assert_eq!(once, words(&all.join(" "))["orchard"], "{shape}: {}", document.text);
    }
}

#[test]
fn what_is_around_an_article_is_left_out() {
    let all = paragraphs();
    let comment = |n: usize| {
        format!(
            "<li class=comment><b class=author>Reader {n}</b><time>May {n}</time><div \
             class=comment-content><p>Opinion {n} of somebody who has read it, and who is of \
             another one, at some length.</p></div></li>"
        )
    };
    let comments: String = (0..40).map(comment).collect();
    let consent = format!(
        "<div id=onetrust-consent-sdk>{}</div>",
        tagged(
            "p",
            &vec![
                "We and our partners store information on your device, such as unique \
            identifiers in cookies, and ask for your consent."
                    .to_owned();
                30
            ]
        )
    );
    for around in [
        format!("<div id=comments><ol>{comments}</ol></div>"),
        format!("<ol class=discussion>{comments}</ol>"),
        consent.clone(),
        consent.replace("<div id", "<div style='display:none' id"),
    ] {
        let head = "<meta property='og:type' content='article'>";
        let html = page(head, &format!("<article>{HEAD}{}</article>{around}", tagged("p", &all)));
        let document = of(&html);
        assert!(share(&document, &all) > 0.999, "{}", document.text);
        for word in ["opinion", "partners"] {
            assert!(!words(&document.text).contains_key(word), "{}", document.text);
        }
    }
}

/// A thread of a forum, each post with its author and its date.
fn thread(class: &str) -> String {
    let post = |text: &String| {
        format!(
            "<div class='{class}'><div class=username>Somebody</div><time>May 1</time><div \
             class='message-body'><p>{text}</p></div><div class=actions>Quote Report</div></div>"
        )
    };
    page(
        "",
        &format!(
            "{HEAD}<div class=thread>{}</div>",
            paragraphs().iter().map(post).collect::<String>()
        ),
    )
}

#[test]
fn a_thread_gives_its_posts_in_their_order() {
    let all = paragraphs();
    let text = of(&thread("message")).text;
    assert_eq!(text, format!("The bridge closes\n\n{}", all.join("\n\n")));
    // Repeated blocks without an author are no posts, and nothing but them is lost.
    let cards = all.iter().map(|text| format!("<div class=card-body><p>{text}</p></div>"));
    let html = page(
        "",
        &format!(
            "<main>{HEAD}<p>An introduction that belongs to the page as much \
        as all the cards below do.</p>{}</main>",
            cards.collect::<String>()
        ),
    );
    let document = of(&html);
    assert!(document.text.contains("An introduction") && share(&document, &all) > 0.999);
    // The first post has another form than the answers.
    let answers = all[1..].iter().map(|text| {
        format!(
            "<div class=answer><span class=user>Ann</span><div class=post-text><p>{text}</p></div>\
             </div>"
        )
    });
    let html = page(
        "",
        &format!(
            "{HEAD}<div class=forum><div class=question-lead><p>{}</p></div>{}\
        </div>",
            all[0],
            answers.collect::<String>()
        ),
    );
    assert!(share(&of(&html), &all) > 0.999, "{}", of(&html).text);
}

#[test]
fn a_page_can_be_read_as_something_else() {
    let html = thread("message");
    for kind in [PageKind::Thread, PageKind::Article, PageKind::All] {
        let document = read_as(&html, kind).unwrap();
        assert!(share(&document, &paragraphs()) > 0.999, "{kind}: {}", document.text);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.html");
    fs::write(&path, &html).unwrap();
    let run = |kind: &str| nearcopy().arg("scan").arg(&path).args(["--page", kind]).run();
    assert_eq!(run("thread").code, 0);
    let wrong = run("book");
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("article, thread, all"));
}

#[test]
fn a_page_of_which_a_part_is_read_says_so() {
    let all = paragraphs();
    let declared = |count: usize| {
        let json = serde_json::json!({"@type": "NewsArticle", "headline": "x", "wordCount": count});
        format!("<script type='application/ld+json'>{json}</script>")
    };
    let article = format!("<article>{HEAD}{}</article>", tagged("p", &all[..3]));
    assert!(!is_part(&of(&page(&declared(200), &article)).info));
    assert!(is_part(&of(&page(&declared(2000), &article)).info));
    let in_words = declared(2000).replace("2000", "\"2,000 words\"");
    assert!(is_part(&of(&page(&in_words, &article)).info));
    // What is around the content by its names is not most of a page, and what is left out counts.
    let named = |text: &String| format!("<section class=share-box><p>{text}</p></section>");
    let sections: String = all.iter().map(named).collect();
    assert!(share(&of(&page("", &format!("<main>{HEAD}{sections}</main>"))), &all) > 0.999);
    // Two posts of a thread, and much more that is none.
    let (post, more) = (thread("message"), tagged("p", &vec![all.join(" "); 4]));
    let document = of(&post.replace("</div><footer>", &format!("</div>{more}<footer>")));
    assert!(is_part(&document.info) || share(&document, &all) > 0.999, "{}", document.text);
    let shell = "<div id=root></div><noscript>Please enable JavaScript.</noscript><p>Loading</p>";
    assert!(is_part(&of(&page("", shell)).info));
    // The same terms on each page, and the text nowhere to be seen.
    let terms = format!("<p>{}</p><div id=app> </div>", all[0]);
    assert!(is_part(&of(&page("", &terms)).info));
    let challenge = format!("<p>{}</p><script>window._cf_chl_opt = {{}}</script>", all[1]);
    assert!(is_part(&of(&page("", &challenge)).info));
    assert!(!is_part(&of(&page("", &format!("<p>{}</p>", all[0]))).info));
    assert!(is_part(&of(&page("", &format!("{HEAD}<iframe src=/text></iframe>"))).info));
    assert!(!is_part(&of(&page("", &format!("{HEAD}<p>A short notice.</p>"))).info));
    // A page that shows nothing is what it says of itself.
    let head = format!("<meta name=description content='{}'>", all[0]);
    let document = of(&page(&head, "<div id=root></div>").replace("<footer>", "<template>"));
    assert!(is_part(&document.info) && document.text.contains("harbour"), "{}", document.text);
}
