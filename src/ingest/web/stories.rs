//! Owns: other stories that stand in full below the one of a page. Never: their teasers.

use crate::ingest::web::inline_or_block::{Effort, elements, is};
use crate::ingest::web::metadata::PageMetadata;
use dom_query::{Document, NodeRef};

/// Removes the other stories of a page that declares itself an article: elements `article`, each
/// with a heading of the first rank, of which exactly one has the title of the page.
pub(super) fn clear_others(page: &Document, about: &PageMetadata) {
    let Some(title) = about.title.as_deref().map(letters) else { return };
    if !about.article || title.is_empty() {
        return;
    }
    let effort = Effort::of(page);
    let all = elements(page, &["article"]);
    let mut stories: Vec<(NodeRef, bool)> = Vec::new();
    for article in &all {
        if article.ancestors_it(None).any(|above| is(&above, &["article"])) {
            continue;
        }
        let mut heading = None;
        effort.any_below(article, false, |node| {
            heading = is(node, &["h1"]).then(|| letters(&node.text()));
            heading.is_some()
        });
        if let Some(heading) = heading.filter(|heading| !heading.is_empty()) {
            let own = title.contains(&heading) || heading.contains(&title);
            stories.push((*article, own));
        }
    }
    if stories.iter().filter(|(_, own)| *own).count() == 1 {
        let others = stories.iter().filter(|(_, own)| !own);
        others.for_each(|(story, _)| story.remove_from_parent());
    }
}

/// Quotes and spaces have more than one spelling, so only letters are compared.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
