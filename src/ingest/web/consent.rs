//! Owns: what asks a reader for consent: dialogs of known programs, dialogs that use the words, and
//! boxes without a name around a control that gives it. Never: removes anything.

use crate::ingest::web::inline_or_block::{Effort, elements, is};
use dom_query::{Document, NodeRef};

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
const CONSENT_WORDS: [&str; 10] = [
    "cookie",
    "consent",
    "gdpr",
    "our partners",
    "vendors",
    "legitimate interest",
    "tracking",
    "technologies",
    "advertis",
    "analytics",
];
/// The nodes of a dialog that are looked at, and the bytes of its text, about: what asks for
/// consent says so at its beginning.
const CONSENT_NODES: usize = 512;
const CONSENT_BYTES: usize = 4096;

/// Whether an element asks for consent: it is the dialog of a known program, or a dialog that uses
/// the words.
pub(super) fn is_dialog(node: &NodeRef) -> bool {
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

/// Words with which the text on a control begins that gives consent or denies it.
const ANSWERS: [&str; 14] = [
    "accept",
    "agree",
    "i agree",
    "i accept",
    "allow",
    "reject",
    "decline",
    "got it",
    "ok",
    "akzeptieren",
    "alle akzeptieren",
    "accepter",
    "aceptar",
    "accetta",
];
/// The bytes of such a text at most.
const ANSWER: usize = 40;

/// Words of which a text is full that asks for consent.
const SIGNS: [&str; 9] = [
    "cookie",
    "consent",
    "gdpr",
    "partners",
    "vendors",
    "legitimate interest",
    "privacy",
    "personal data",
    "advertis",
];
/// The bytes of such a text for each of the words at most.
const EACH: usize = 250;
/// The levels above a control that are looked at, and the bytes of a text that may be more than
/// the controls.
const ABOVE: usize = 12;
const TEXT: usize = 600;
/// The controls that are looked at, and the bytes of the text around each.
const CONTROLS: usize = 32;
const LONGEST: usize = 64 << 10;

/// The boxes that ask for consent and that no name tells: around a control that gives it, as far up
/// as the text is full of the words, and without the content of a page.
pub(super) fn unnamed(page: &Document) -> Vec<NodeRef<'_>> {
    let effort = Effort::of(page);
    let answers = |control: &NodeRef| {
        let text = if is(control, &["input"]) {
            control.attr_or("value", "").to_lowercase()
        } else if effort.small(control, ANSWER) {
            control.text().to_lowercase()
        } else {
            return false;
        };
        ANSWERS.iter().any(|word| text.trim().starts_with(word))
    };
    let controls = elements(page, &["button", "a", "input"]);
    let answers = controls.iter().filter(|node| answers(node)).take(CONTROLS);
    answers.filter_map(|node| box_of(node, &effort)).collect()
}

/// The highest element around a control that does nothing but ask for consent.
fn box_of<'a>(control: &NodeRef<'a>, effort: &Effort) -> Option<NodeRef<'a>> {
    let content = |node: &NodeRef| is(node, &["h1", "main", "article"]);
    let mut found = None;
    for above in control.ancestors_it(Some(ABOVE)) {
        if is(&above, &["body", "html"])
            || content(&above)
            || effort.any_below(&above, true, content)
        {
            break;
        }
        let Some(text) = text_of(&above, effort) else { break };
        let signs: usize = SIGNS.iter().map(|sign| text.matches(sign).count()).sum();
        let kinds = SIGNS.iter().filter(|sign| text.contains(**sign)).count();
        if kinds >= 2 && text.contains("cookie") && signs * EACH >= text.len() {
            found = Some(above);
        } else if text.len() >= TEXT {
            break;
        }
    }
    found
}

/// The text below an element in lower case, as far as there are looks left; none if it is too long
/// to ask for something.
fn text_of(node: &NodeRef, effort: &Effort) -> Option<String> {
    let mut text = String::new();
    for piece in node.descendants_it().take_while(|_| effort.look()).filter(NodeRef::is_text) {
        if !piece.parent().is_some_and(|parent| is(&parent, &["script", "style"])) {
            text.push_str(piece.text().trim());
            text.push(' ');
        }
        if text.len() > LONGEST {
            return None;
        }
    }
    Some(text.to_lowercase())
}
