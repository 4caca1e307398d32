//! Owns: which elements are around the content of a page by their names: menus, banners, dialogs of
//! consent, what customers say. Never: looks at texts beyond their amounts.

use crate::ingest::web::inline_or_block::{is, is_main, titles};
use crate::ingest::web::names;
use crate::ingest::web::text_amount::{INDEPENDENT_TEXT, TextAmount, TextAmounts};
use dom_query::{Document, NodeId, NodeRef};
use std::collections::HashSet;

/// Elements that are seldom a part of the text. The extraction library removes most of them too,
/// but not where it finds little text.
const ELEMENTS: [&str; 10] = [
    "nav",
    "aside",
    "footer",
    "button",
    "select",
    "dialog",
    "amp-sidebar",
    "amp-consent",
    "amp-user-notification",
    "amp-ad",
];

/// The same of other elements, as their attribute `role` says it.
const ROLES: [&str; 6] =
    ["navigation", "complementary", "contentinfo", "search", "dialog", "alertdialog"];

/// Parts of the names of banners.
const BANNERS: [&str; 3] = ["cookie-consent", "cookie-banner", "cookie-notice"];

/// The ids and classes of the dialogs of programs that ask for consent. These are the same on each
/// site that uses one, and often longer than the page.
const CONSENT: [&str; 38] = [
    "onetrust-consent-sdk",
    "onetrust-banner-sdk",
    "onetrust-pc-sdk",
    "CybotCookiebotDialog",
    "CookiebotWidget",
    "didomi-host",
    "didomi-popup-container",
    "qc-cmp2-container",
    "usercentrics-root",
    "truste-consent-track",
    "truste_box_overlay",
    "cmplz-cookiebanner-container",
    "cmplz-cookiebanner",
    "cookie-law-info-bar",
    "cli-modal",
    "fc-consent-root",
    "osano-cm-window",
    "iubenda-cs-banner",
    "evidon-banner",
    "cky-consent-container",
    "cky-modal",
    "moove_gdpr_cookie_info_bar",
    "moove_gdpr_cookie_modal",
    "BorlabsCookieBox",
    "tarteaucitronRoot",
    "klaro",
    "hs-eu-cookie-confirmation",
    "shopify-pc__banner",
    "shopify-pc__prefs",
    "axeptio_overlay",
    "transcend-consent-manager",
    "ketch-consent-banner",
    "ketch-preferences",
    "termly-styles-root",
    "consent_blackbar",
    "gdpr-cookie-consent-bar",
    "ppms_cm_popup_overlay",
    "cookiescript_injected",
];

/// Words of the texts that ask for consent; two of them are in each.
const CONSENT_WORDS: [&str; 6] =
    ["cookie", "consent", "gdpr", "our partners", "vendors", "legitimate interest"];
/// The nodes of a dialog that are looked at, and the bytes of its text, about: what asks for
/// consent says so at its beginning.
const CONSENT_NODES: usize = 512;
const CONSENT_BYTES: usize = 4096;

/// Whether an element asks for consent: it is the dialog of a known program, or a dialog that uses
/// the words.
pub(super) fn is_consent(node: &NodeRef) -> bool {
    let known = |name: &str| CONSENT.contains(&name) || name.starts_with("sp_message_container");
    if known(&node.attr_or("id", ""))
        || node.attr_or("class", "").split_ascii_whitespace().any(known)
    {
        return true;
    }
    let dialog = is(node, &["dialog"])
        || ["dialog", "alertdialog"].contains(&&*node.attr_or("role", ""))
        || &*node.attr_or("aria-modal", "") == "true";
    if !dialog {
        return false;
    }
    let mut text = String::new();
    for piece in node.descendants_it().take(CONSENT_NODES).filter(NodeRef::is_text) {
        let left = CONSENT_BYTES.saturating_sub(text.len());
        text.extend(piece.text().chars().take(left).map(|c| c.to_ascii_lowercase()));
        text.push(' ');
    }
    CONSENT_WORDS.iter().filter(|word| text.contains(**word)).count() >= 2
}

/// Words in the names of what is concealed until somebody asks for it.
const ASKED_FOR: [&str; 6] = ["terms", "legal", "privacy", "policy", "gdpr", "disclaimer"];

/// Whether an element has the name of something around the content.
pub(super) fn has_around_name(node: &NodeRef) -> bool {
    let words = names::words(node, &["class", "id"]);
    names::any(&words, &AROUND_WORDS) || names::any(&words, &ASKED_FOR)
}

/// Classes of texts that only programs see that read a page aloud: "opens in a new window".
const UNSEEN: [&str; 6] = [
    "sr-only",
    "is-sr-only",
    "visually-hidden",
    "visuallyhidden",
    "screen-reader-text",
    "a-offscreen",
];

/// Whether a text is read aloud and not shown.
fn is_unseen(node: &NodeRef) -> bool {
    !is(node, &["h1"])
        && node
            .attr("class")
            .is_some_and(|class| class.split_ascii_whitespace().any(|name| UNSEEN.contains(&name)))
}

/// Whether an element is the label of a box to tick: a filter of a list, a setting.
fn is_choice(node: &NodeRef) -> bool {
    let ticked = |node: &NodeRef| is(node, &["input"]) && &*node.attr_or("type", "") == "checkbox";
    is(node, &["label"]) && node.descendants_it().take(16).any(|below| ticked(&below))
}

/// Whether the name of an element is that of a menu, a banner or the like.
pub(super) fn is_around(node: &NodeRef) -> bool {
    is(node, &ELEMENTS)
        || is_unseen(node)
        || is_choice(node)
        || ROLES.contains(&&*node.attr_or("role", ""))
        || ["class", "id"].iter().any(|attribute| {
            let names = node.attr_or(attribute, "");
            names.contains("cookie-") && BANNERS.iter().any(|banner| names.contains(banner))
        })
}

/// Whether an element is the footer of a page or of a section.
pub(super) fn is_footer(node: &NodeRef) -> bool {
    is(node, &["footer"]) || &*node.attr_or("role", "") == "contentinfo"
}

/// The number of links from which an element may be a menu.
const MENU: usize = 8;

/// Whether an element is a menu, however much it says about each of its links.
fn is_menu(node: &NodeRef, amount: TextAmount) -> bool {
    is(node, &["nav", "footer"]) && amount.links >= MENU && amount.linked * 3 >= amount.text
}

/// The least text in bytes beside a footer, on a page that is more than its footer.
const BESIDE_FOOTER: usize = 4 * INDEPENDENT_TEXT;

/// Removes elements around the text. An element that holds most of the text of the page is no menu,
/// whatever its name.
pub(super) fn clear(page: &Document) {
    let Some(body) = page.body() else { return };
    let all: Vec<NodeRef> =
        body.descendants_it().filter(|node| node.is_element() && is_around(node)).collect();
    if all.is_empty() {
        return;
    }
    let amounts = TextAmounts::of(page);
    let (whole, text) = (amounts.get(&body).prose, amounts.get(&body).text);
    // Small print can be most of the prose of a page that is a list.
    let below = |node: &NodeRef, amount: TextAmount| {
        let left = text - amount.text.min(text);
        is_footer(node) && left >= amount.text && left >= BESIDE_FOOTER
    };
    let ids: HashSet<NodeId> = all.iter().map(|node| node.id).collect();
    let inside = |node: &NodeRef| node.ancestors_it(None).any(|above| ids.contains(&above.id));
    let small = |node: &&NodeRef| {
        let amount = amounts.get(node);
        amount.prose * 2 <= whole && !is_menu(node, amount) && !below(node, amount)
    };
    let outermost = all.iter().filter(|node| !inside(node)).filter(small);
    let sum: usize = outermost.map(|node| amounts.get(node).prose).sum();
    let most = largest(sum * 2 > whole, whole);
    for node in &all {
        let amount = amounts.get(node);
        if is(node, &["button"]) && node.ancestors_it(Some(4)).any(|above| titles(&above)) {
            // The heading introduces the content below it.
            node.rename("span");
        } else if amount.prose <= most || is_menu(node, amount) || below(node, amount) {
            node.remove_from_parent();
        }
    }
}

/// The bytes of prose in an element that is removed, at most. What is around the content is not
/// most of a page: neither one element of it, nor all of them together.
fn largest(together_most: bool, whole: usize) -> usize {
    if together_most { 0 } else { whole / 2 }
}

/// Words in the names of what is around the content of a page that is more than one text.
const AROUND_WORDS: [&str; 67] = [
    "related",
    "recommended",
    "recommendation",
    "recommendations",
    "upsell",
    "upsells",
    "crosssell",
    "crosssells",
    "cross",
    "recent",
    "popular",
    "trending",
    "similar",
    "newsletter",
    "subscribe",
    "signup",
    "social",
    "share",
    "sharing",
    "breadcrumb",
    "breadcrumbs",
    "cookie",
    "cookies",
    "consent",
    "popup",
    "modal",
    "overlay",
    "drawer",
    "cart",
    "minicart",
    "menu",
    "navbar",
    "nav",
    "navigation",
    "pagination",
    "pager",
    "login",
    "signin",
    "search",
    "toolbar",
    "banner",
    "promo",
    "promotion",
    "ad",
    "ads",
    "advert",
    "advertisement",
    "sponsor",
    "sponsored",
    "footer",
    "header",
    "topbar",
    "masthead",
    "sidebar",
    "rail",
    "skip",
    "toast",
    "tooltip",
    "dialog",
    "loader",
    "spinner",
    "account",
    "register",
    "registration",
    "checkout",
    "testimonial",
    "testimonials",
];

/// Words in the names of what customers say about the content of a page.
const REVIEW_WORDS: [&str; 6] = ["review", "reviews", "rating", "ratings", "comment", "comments"];

/// Whether a form is one to sign in or to open an account.
fn asks_password(form: &NodeRef) -> bool {
    let password = |node: &NodeRef| {
        is(node, &["input"]) && node.attr_or("type", "").eq_ignore_ascii_case("password")
    };
    form.descendants_it().any(|node| password(&node))
}

/// Removes elements whose names are those of something around the content, and, except on an
/// article, what customers say of it. An element that holds most of the prose stays.
pub(super) fn clear_named(page: &Document, article: bool) {
    let Some(body) = page.body() else { return };
    let amounts = TextAmounts::of(page);
    let whole = amounts.get(&body);
    // A list of links beside an article is none of its text, however long it is.
    let links = |amount: TextAmount| {
        article
            && amount.linked * 3 >= amount.text * 2
            && whole.prose - amount.prose.min(whole.prose) >= INDEPENDENT_TEXT
    };
    let small = |amount: TextAmount| {
        amount.prose * 2 <= whole.prose && (amount.text * 2 <= whole.text || links(amount))
    };
    let mut found: Vec<NodeRef> = Vec::new();
    let mut open: Vec<NodeRef> = body.children_it(false).collect();
    while let Some(node) = open.pop() {
        let words = names::words(&node, &["class", "id"]);
        let named = names::any(&words, &AROUND_WORDS)
            || (!article && names::any(&words, &REVIEW_WORDS))
            || (is(&node, &["form"]) && asks_password(&node));
        if named && !is(&node, &["article"]) && !is_main(&node) && small(amounts.get(&node)) {
            found.push(node);
        } else {
            open.extend(node.children_it(false).filter(NodeRef::is_element));
        }
    }
    let sum: usize = found.iter().map(|node| amounts.get(node).prose).sum();
    // On the page of a shop, most of the prose is around the product; but not nearly all of it.
    let most = largest(sum * 10 > whole.prose * 9, whole.prose);
    let removed = found.iter().filter(|node| amounts.get(node).prose <= most);
    removed.for_each(NodeRef::remove_from_parent);
}
