//! What is around the content of a page and of the same form as it: other stories, menus, dialogs,
//! other products.

use super::shapes::{HEAD, of, page, paragraphs, share, tagged};
use super::words;
use serde_json::json;

const ARTICLE: &str = "<meta property='og:type' content='article'>";

/// Asserts that a page has all paragraphs and none of some words.
fn reads_all_but(html: &str, without: &[&str]) {
    let document = of(html);
    assert!(share(&document, &paragraphs()) > 0.999, "{}", document.text);
    for word in without {
        assert!(!words(&document.text).contains_key(*word), "{word}: {}", document.text);
    }
}

#[test]
fn other_stories_in_full_are_other_stories() {
    let all = paragraphs();
    let story = |n: usize| {
        let text = format!("Story {n} is about a lighthouse that was sold {n} times in one year. ");
        format!(
            "<article><h1>A lighthouse is sold {n} times</h1><p>{}</p></article>",
            text.repeat(9)
        )
    };
    let own = format!("<article>{HEAD}{}</article>", tagged("p", &all));
    let others: String = (2..6).map(story).collect();
    reads_all_but(&page(ARTICLE, &format!("{own}{others}")), &["lighthouse"]);
    // On a page of several stories, none of which has its title, all of them are its text.
    let several = page(ARTICLE, &(2..6).map(story).collect::<String>());
    let text = of(&several).text;
    assert!((2..6).all(|n| text.contains(&format!("Story {n} is about"))), "{text}");
}

#[test]
fn a_menu_of_blocks_is_no_text() {
    let entry = |n: usize| {
        format!(
            "<div class=col><a href=/{n}><b>Department {n}</b></a><div class=blurb>Everything \
             about gardening in department {n} of this shop.</div></div>"
        )
    };
    let menu: String = (0..12).map(entry).collect();
    let html = page(
        ARTICLE,
        &format!(
            "<div class='mega-menu panel'>{menu}</div><main>{HEAD}{}</main>",
            tagged("p", &paragraphs())
        ),
    );
    reads_all_but(&html, &["department"]);
}

#[test]
fn a_dialog_that_asks_for_consent_is_known_by_its_words() {
    let ask = "We and our partners store cookies on your device and process what they say about \
        you. You can give or withdraw your consent for each of the purposes below. ";
    let body = format!("<main>{HEAD}{}</main>", tagged("p", &paragraphs()));
    for dialog in
        ["div role=dialog", "div role=alertdialog", "section aria-modal=true", "dialog open"]
    {
        let html = page(
            "",
            &format!("{body}<{dialog} class=x1>{}", tagged("p", &vec![ask.to_owned(); 40])),
        );
        reads_all_but(&html, &["consent", "partners"]);
    }
}

#[test]
fn the_steps_of_a_recipe_are_its_text() {
    let all = paragraphs();
    let lists = format!(
        "<ul class=ingredients><li>200 g of flour</li><li>3 eggs</li></ul><ol class=steps>{}</ol>",
        tagged("li", &all)
    );
    for body in [
        format!("<main>{HEAD}<p>A bread for the harbour.</p>{lists}</main>"),
        format!("<div class=recipe>{HEAD}{lists}</div>"),
    ] {
        reads_all_but(&page(ARTICLE, &body), &[]);
        assert!(of(&page("", &body)).text.contains("200 g of flour"));
    }
}

#[test]
fn the_page_of_a_product_is_about_the_product() {
    let all = paragraphs();
    let review = "<div class=review-text><p>I bought it for an uncle, and he likes it a lot, apart \
        from the lid that came loose in the first week.</p></div>";
    let product = |description: &str| {
        let json = json!({"@type": "Product", "name": "Bridge", "description": description});
        format!("<script type='application/ld+json'>{json}</script>")
    };
    let shown = format!(
        "<main>{HEAD}{}</main><section class=product-reviews>{}</section>",
        tagged("p", &all),
        review.repeat(80)
    );
    for head in [product(""), "<meta property='og:type' content='product'>".to_owned()] {
        reads_all_but(&page(&head, &shown), &["uncle"]);
    }
    // What the page says of the product without showing it is read, and once.
    let hidden =
        format!("<main>{HEAD}<p>In stock, and on its way to you within two days.</p></main>");
    let document = of(&page(&product(&all.join("\n")), &hidden));
    assert!(share(&document, &all) > 0.999, "{}", document.text);
    let document = of(&page(&product(&all.join("\n")), &shown));
    assert_eq!(words(&document.text)["orchard"], words(&all.join(" "))["orchard"]);
}

#[test]
fn a_footer_is_never_longer_than_a_page_with_a_main() {
    let all = paragraphs();
    let print = "<p>The offer of the lottery ends on the last day of the month and is for grown-up \
        residents only.</p>";
    let footer = format!("<footer>{}</footer>", print.repeat(80));
    for main in ["main", "div role=main", "main class=no-sidebar"] {
        let body = format!("<{main}>{HEAD}{}</{main}>{footer}", tagged("p", &all));
        reads_all_but(&page("", &body), &["lottery"]);
    }
    // A `main` of a sentence or two is a banner, and what is in a footer may be the page.
    let banner =
        "<main><p>Welcome to the site of the house, which has been here for long.</p></main>";
    let texts = tagged("p", &all);
    for body in [
        format!("{banner}{HEAD}<footer>{texts}</footer>"),
        format!("{banner}<div>{HEAD}{texts}</div>"),
        format!(
            "<main>{}</main><footer><article>{HEAD}{texts}</article></footer>",
            print.repeat(8)
        ),
    ] {
        reads_all_but(&page("", &body), &[]);
    }
}

#[test]
fn cards_and_links_in_the_content_of_a_page_are_its_text() {
    let opening = &paragraphs()[..1];
    let cards: String = (1..=9)
        .map(|n| {
            format!(
                "<div class=card><h3><a href=/c{n}>Course {n}</a></h3><p>A course on mooring ships \
                 of kind {n}, in twelve lessons.</p></div>"
            )
        })
        .collect();
    let links: String =
        (1..=40).map(|n| format!("<li><a href=/p{n}>Permits of kind {n} for ships</a>")).collect();
    let inside = format!("<main><article>{HEAD}{}{cards}</article></main>", tagged("p", opening));
    let text = of(&page(ARTICLE, &inside)).text;
    assert!((1..=9).all(|n| text.contains(&format!("ships of kind {n},"))), "{text}");
    let list = format!("<main>{HEAD}{}<ul>{links}</ul></main>", tagged("p", opening));
    let text = of(&page("", &list)).text;
    assert!((1..=40).all(|n| text.contains(&format!("Permits of kind {n} for"))), "{text}");
    // Beside the article, or before it, they lead to something else.
    let body = format!("<article>{HEAD}{}</article>", tagged("p", &paragraphs()));
    let related =
        body.replace("</article>", &format!("<div class=related>{cards}</div></article>"));
    for body in [
        format!("{body}<section>{cards}</section>"),
        related,
        format!("<main><ul>{}</ul>{body}</main>", links.repeat(3)),
    ] {
        reads_all_but(&page("", &body), &["lessons", "permits"]);
    }
}

#[test]
fn what_is_there_for_each_size_of_a_screen_is_read_once() {
    let all = paragraphs();
    let texts = tagged("p", &all);
    for (a, b) in
        [("desktop", "mobile"), ("ssr hidden-x1", "ssr hidden-x2"), ("mobile drawer", "x")]
    {
        let body = format!(
            "<main>{HEAD}<div class='{a}'>{texts}</div><div class='{b}'>{texts}</div></main>"
        );
        let document = of(&page("", &body));
        assert_eq!(
            words(&document.text),
            words(
                &of(&page("", &body.replacen(&format!("<div class='{a}'>{texts}</div>"), "", 1)))
                    .text
            ),
            "{a}: {}",
            document.text
        );
        assert!(share(&document, &all) > 0.999, "{}", document.text);
    }
    // A refrain is sung again, and a warning is given at each step.
    let refrain = "<div class='refrain show'><p>Row the boat across the bay, and come back on the \
        day that I say.</p></div>";
    let song: String = all.iter().map(|text| format!("<p>{text}</p>{refrain}{refrain}")).collect();
    assert_eq!(
        of(&page(ARTICLE, &format!("<article>{HEAD}{song}</article>")))
            .text
            .matches("Row the boat")
            .count(),
        16
    );
}

#[test]
fn a_dialog_about_the_cookies_of_a_site_is_no_text() {
    let texts = tagged("p", &paragraphs());
    let ask = "<p>Cookies remember what you chose on this website. Accept all cookies, or refuse \
        cookies that measure.</p>";
    let dialog = |inside: &str| format!("<div role=dialog class=x1>{inside}</div>");
    let body = format!("<div>{HEAD}{texts}</div>{}", dialog(&ask.repeat(20)));
    reads_all_but(&page("", &body), &["cookies"]);
    // It may be what the page is about, or be around it.
    for inside in
        [format!("{ask}<h2>The bridge</h2>{texts}"), format!("{ask}<main>{HEAD}{texts}</main>")]
    {
        reads_all_but(&page("", &dialog(&inside)), &[]);
    }
}
