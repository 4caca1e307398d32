//! Text that a page carries for its scripts or in frames, and what such a page is read as.

use super::shapes::{HEAD, is_part, of, page, paragraphs, share, tagged};
use serde_json::{Value, json};

fn island(value: &Value) -> String {
    let text = value.to_string().replace('<', "\\u003c");
    format!("<div id=__next></div><script type='application/json'>{text}</script>")
}

#[test]
fn the_text_of_a_page_that_shows_nothing_is_read_where_it_is_carried() {
    let all = paragraphs();
    let html = tagged("p", &all);
    let posts: Vec<Value> = all.iter().map(|p| json!({"id": 1, "cooked": p})).collect();
    let inner = json!({"post_stream": {"posts": posts}}).to_string();
    let frame = html.replace('\'', "&#39;");
    let shapes = [
        ("HTML in a value", island(&json!({"props": {"post": {"bodyHtml": html}}}))),
        ("plain text", island(&json!({"props": {"articleBody": all.join("\n\n")}}))),
        ("a list", island(&json!({"story": {"paragraphs": all, "menu": ["Home", "News"]}}))),
        ("a list of blocks", island(&json!({"data": {"topic_1": inner}}))),
        ("a frame", format!("<iframe srcdoc='{frame}'></iframe>")),
    ];
    for (shape, body) in shapes {
        let document = of(&page("", &body));
        assert!(share(&document, &all) > 0.999, "{shape}: {}", document.text);
        assert!(!is_part(&document.info), "{shape}");
    }
}

#[test]
fn what_a_page_shows_goes_before_what_it_carries() {
    let all = paragraphs();
    let other = json!({"body": "What a script would show, in as many words. ".repeat(60)});
    let shown = format!("<article>{HEAD}{}</article>{}", tagged("p", &all), island(&other));
    let document = of(&page("", &shown));
    assert!(share(&document, &all) > 0.999 && !document.text.contains("a script would show"));
    // A short notice is whole, whatever settings the page carries.
    let settings = island(&json!({"text": "Accept", "content": {"body": "a b c"}}));
    let document = of(&page("", &format!("{HEAD}<p>A short notice.</p>{settings}")));
    assert!(document.text.contains("A short notice."), "{}", document.text);
    assert!(!document.text.contains("Accept"), "{}", document.text);
    // Which of several texts is the page's is not known.
    let several = json!({"a": {"body": all[0]}, "b": {"body": all[1]}, "c": {"body": all[2]}});
    assert!(is_part(&of(&page("", &island(&several))).info));
}

#[test]
fn accelerated_pages_are_read_without_their_templates_and_notices() {
    let all = paragraphs();
    let half = |range: std::ops::Range<usize>| tagged("p", &all[range]);
    let body = format!(
        "<amp-sidebar><ul><li>Another section of the paper, with all of its stories.</ul>\
         </amp-sidebar><article>{HEAD}{}<amp-accordion><section><h2>More</h2><div>{}</div>\
         </section></amp-accordion></article><amp-list src=x><template type='amp-mustache'>\
         <p>{{{{headline}}}} was read by {{{{count}}}} people, of whom most were here before.</p>\
         </template></amp-list><amp-consent><p>We use cookies, with your consent, so that the \
         paper can be read at no cost.</p></amp-consent>",
        half(0..4),
        half(4..8)
    );
    let document = of(&page("", &body));
    assert!(share(&document, &all) > 0.999, "{}", document.text);
    for other in ["section of the paper", "{{", "consent"] {
        assert!(!document.text.contains(other), "{other}: {}", document.text);
    }
    let template =
        format!("<template>{}</template>", "<p>{{a}} and {{b}} of this text.</p>".repeat(99));
    let document = of(&page("", &format!("{HEAD}<p>A short notice.</p>{template}")));
    assert!(!document.text.contains("{{"), "{}", document.text);
}
