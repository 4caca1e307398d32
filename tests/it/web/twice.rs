//! What a page has twice, and what stands beside its text: who wrote it, what its pictures show,
//! what the site says of itself.

use super::shapes::{HEAD, of, page, paragraphs, share, tagged};
use super::words;
use serde_json::json;

const ARTICLE: &str = "<meta property='og:type' content='article'>";
const PRODUCT: &str = "<meta property='og:type' content='product'>";

/// How often a page has a word.
fn count(html: &str, word: &str) -> u64 {
    words(&of(html).text).get(word).copied().unwrap_or_default()
}

#[test]
fn what_stands_there_for_each_size_of_the_screen_is_read_once() {
    let all = paragraphs();
    let wanted = words(&all.join(" "))["orchard"];
    let text = format!("<div class=copy>{}</div>", tagged("p", &all));
    let sizes = format!(
        "<main>{HEAD}<div class=x1>{text}</div><div class=x2><div>{text}</div></div>\
         <div class=x3>{text}</div></main>"
    );
    for head in ["", ARTICLE, PRODUCT] {
        assert_eq!(count(&page(head, &sizes), "orchard"), wanted, "{head}");
    }
    // The first copy is in a menu, or is not shown.
    for first in ["div class=mobile-menu", "div style='display:none'"] {
        let html = page("", &format!("<{first}>{text}</div><main>{HEAD}{text}</main>"));
        assert!(share(&of(&html), &all) > 0.999, "{first}: {}", of(&html).text);
    }
}

#[test]
fn what_is_said_twice_is_read_twice() {
    let chorus = "<p>The river runs below the bridge, the bridge is closed to all of us, and we \
        will wait until the spring.</p>";
    let verse = |n: usize| format!("<p>{}</p>{chorus}", paragraphs()[n]);
    let song: String = (0..4).map(verse).collect();
    assert_eq!(count(&page("", &format!("<main>{HEAD}{song}</main>")), "river"), 4);
    let rows = "<tr><td>A seat in the first row</td><td>of the upper deck of the ferry</td></tr>"
        .repeat(3);
    let plan = |n: usize| format!("<h2>Plan {n}</h2><table>{rows}</table>");
    let plans: String = (0..2).map(plan).collect();
    let text = tagged("p", &paragraphs());
    assert_eq!(count(&page("", &format!("<main>{HEAD}{text}{plans}</main>")), "deck"), 6);
}

#[test]
fn a_quotation_of_a_post_above_is_no_text_of_its_own() {
    let all = paragraphs();
    let post = |n: usize| {
        let quoted = match n {
            0 => String::new(),
            _ => format!("<blockquote><div>{}</div></blockquote>", all[n - 1]),
        };
        format!(
            "<article class=post><div class=author>ann</div><time>May {n}</time>\
             <div class=post-content>{quoted}<p>{}</p></div></article>",
            all[n]
        )
    };
    let posts: String = (0..4).map(post).collect();
    let html = page("", &format!("<div class='forum topic'>{HEAD}{posts}</div>"));
    let document = of(&html);
    for (n, word) in ["harbour", "council", "engineer", "ferry"].iter().enumerate() {
        assert_eq!(words(&document.text)[*word], words(&all[n])[*word], "{}", document.text);
    }
}

#[test]
fn the_author_and_the_captions_stand_beside_an_article() {
    let all = paragraphs();
    let beside = "<div class=author-bio><p>Ann Miller has written about lighthouses for thirty \
        years and lives in one of them.</p></div>";
    let caption = "<figure><img src=a.png><figcaption class=image-caption>A lighthouse in \
        the evening light, as it was \
        seen from the ferry that goes to the islands.</figcaption></figure>";
    let body =
        |beside: &str| format!("<article>{HEAD}{caption}{}{beside}</article>", tagged("p", &all));
    let document = of(&page(ARTICLE, &body(beside)));
    assert!(share(&document, &all) > 0.999, "{}", document.text);
    let text = words(&document.text);
    assert!(
        !text.contains_key("lighthouse") && !text.contains_key("lighthouses"),
        "{}",
        document.text
    );
    // A story in pictures is told by the captions.
    let pictures: String = all
        .iter()
        .map(|text| {
            let caption = format!("<figcaption class=image-caption>{text}</figcaption>");
            format!("<figure><img src=a.png>{caption}</figure>")
        })
        .collect();
    let document = of(&page(ARTICLE, &format!("<article>{HEAD}{pictures}</article>")));
    assert!(share(&document, &all) > 0.999, "{}", document.text);
    // A page about a person is no note on an author.
    let person = format!("<article class=author-bio>{HEAD}{}</article>", tagged("p", &all));
    assert!(share(&of(&page(ARTICLE, &person)), &all) > 0.999);
}

#[test]
fn a_footer_is_no_content_however_long_it_is() {
    let all = paragraphs();
    let print = "<p>The offer holds for customers of the insurer in all counties but two.</p>";
    let html = page(
        "",
        &format!("<div>{HEAD}{}</div><footer>{}</footer>", tagged("p", &all), print.repeat(200)),
    );
    let document = of(&html);
    assert!(share(&document, &all) > 0.999, "{}", document.text);
    assert!(!words(&document.text).contains_key("insurer"), "{}", document.text);
}

#[test]
fn a_box_that_asks_for_consent_needs_no_name() {
    let all = paragraphs();
    let ask = "<p>We use cookies and similar means to measure how our advertising does, and share \
        personal data with the firms that place it.</p>";
    let list = "<li>Necessary cookies keep the basket while you shop with us.</li>".repeat(60);
    let asks = format!(
        "<div class=q7><div class=q8>{}<ul>{list}</ul><button>Accept all</button>\
         <button>Reject all</button></div></div>",
        ask.repeat(20)
    );
    for head in ["", ARTICLE] {
        let html = page(head, &format!("<main>{HEAD}{}</main>{asks}", tagged("p", &all)));
        let document = of(&html);
        assert!(share(&document, &all) > 0.999, "{}", document.text);
        assert!(!words(&document.text).contains_key("basket"), "{}", document.text);
    }
    // An article about such boxes is an article.
    let about = format!("<main>{HEAD}{}{}</main>", tagged("p", &all), ask.repeat(3));
    assert!(words(&of(&page(ARTICLE, &about)).text).contains_key("advertising"));
}

#[test]
fn other_products_are_no_part_of_a_product() {
    let all = paragraphs();
    let card = |n: usize| {
        format!(
            "<li class=c{n}><a href=/p/{n}><img src={n}.png><span>Lantern number {n} in brass, \
             with a handle of oak and a wick for thirty hours</span></a><span>{n}9 euros</span>\
             </li>"
        )
    };
    let cards: String = (1..12).map(card).collect();
    let json = json!({"@type": "Product", "name": "The bridge closes"});
    let head = format!("<script type='application/ld+json'>{json}</script>");
    let body = format!(
        "<div>{HEAD}{}<div class=z1><h2>You may like</h2><ul class=z2>{cards}</ul></div></div>",
        tagged("p", &all)
    );
    let document = of(&page(&head, &body));
    assert!(share(&document, &all) > 0.999, "{}", document.text);
    assert!(!words(&document.text).contains_key("lantern"), "{}", document.text);
}

#[test]
fn a_list_of_names_in_the_main_content_is_content() {
    let names: String = (0..60)
        .map(|n| format!("<li><a href=/c/{n}>A course on lanterns in {n} lessons</a></li>"))
        .collect();
    let body =
        format!("<main>{HEAD}<p>{}</p><ul class=courses>{names}</ul></main>", paragraphs()[0]);
    assert_eq!(count(&page("", &body), "lanterns"), 60);
}
