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
fn a_dialog_with_the_main_content_in_it_stays() {
    let ask = "<p>This site uses cookies, with your consent.</p>";
    for main in ["main", "div role=main"] {
        let content = format!("<{main}><h2>Bridge</h2>{}", tagged("p", &paragraphs()));
        reads_all_but(&page("", &format!("<div role=dialog>{ask}{content}")), &[]);
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
