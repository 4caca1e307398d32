//! Owns: findings as plain markup, which a reader without scripting sees. Never: a style or a
//! script.

use crate::model::detection::{Match, Pair, Relation};
use crate::report::evidence;
use crate::report::html::documents::{PageDocuments, running};
use crate::report::html::selection::{
    Selection, group_members, groups, members, places, shared_words,
};
use crate::report::human::display::{count, fraction, number, percent};
use crate::report::texts::Texts;
use crate::text::first_words::first_words;
use maud::{Markup, html};

/// Returns the longest passage of a pair.
pub(super) fn longest(pair: &Pair) -> Option<&Match> {
    pair.comparison.matches.iter().min_by_key(|m| (std::cmp::Reverse(m.tokens_a), m.a))
}

/// Returns the first words of the longest passage; `None` where the text is missing.
fn beginning(listed: &PageDocuments, pair: &Pair, texts: &mut Texts) -> Option<String> {
    let m = longest(pair)?;
    if listed.get(pair.a).missing_text.is_some() {
        return None;
    }
    let text = texts.get(pair.a).ok()?;
    Some(running(&first_words(texts.passage(&text, m.a).ok()?)))
}

/// Returns two names and their relation, which claims no direction that was not measured.
pub(super) fn related([a, b]: [&str; 2], relation: Relation) -> Markup {
    let [between, behind] = relation.row().words.both;
    html! { bdi { (a) } (between) bdi { (b) } (behind) }
}

/// Returns a pair as an item of a list.
pub(super) fn pair(listed: &PageDocuments, pair: &Pair, texts: &mut Texts) -> Markup {
    let c = &pair.comparison;
    html! {
           li {
    (related([pair.a, pair.b].map(|n| listed.get(n).name.as_str()), pair.relation))
               ": " (count(shared_words(listed.findings, pair), "word"))
                   " shared, " (percent(c.coverage_a)) " of the first and "
               (percent(c.coverage_b)) " of the second"
               @for words in evidence::phrases(listed.findings, pair) { "; " bdi { (words) } }
               @for n in [pair.a, pair.b] {
                   @if let Some(part) = part(listed, n) {
                       "; " bdi { (listed.get(n).name) } " was " (part)
                   }
               }
               @if let Some(words) = beginning(listed, pair, texts) { br; q dir="auto" { (words) } }
           }
       }
}

/// Returns that a document is a page that was read in part.
fn part(listed: &PageDocuments, number: u32) -> Option<String> {
    evidence::read_in_part(listed.findings.documents.info(number as usize).read)
}

/// Returns the clusters, each with its members.
pub(super) fn clusters(selection: &Selection, listed: &PageDocuments) -> Markup {
    html! {
        ol {
            @for cluster in &selection.clusters {
                li {
                    (count(cluster.members.len() as u64, "document"))
                        ", weakest " (fraction(cluster.weakest)) ": "
                    @for (i, n) in members(cluster).enumerate() {
                        @if i > 0 { ", " }
                        bdi { (listed.get(n).name) }
                        @if n == cluster.representative { " (representative)" }
                        @if let Some(part) = part(listed, n) { " (" (part) ")" }
                    }
                    @let more = cluster.members.len() - members(cluster).count();
                    @if more > 0 { " and " (number(more as u64)) " more" }
                }
            }
        }
    }
}

/// Returns the classes of equal texts that titles divide, each with its groups.
pub(super) fn divided_texts(selection: &Selection, listed: &PageDocuments) -> Markup {
    html! {
        ol {
            @for class in &selection.titles {
                li {
                    (evidence::divided(class))
                    ul {
                        @for group in groups(class) {
                            li {
                                @let title = group.first()
                                    .and_then(|&n| evidence::title(listed.findings.documents, n));
                                @if let Some(title) = title { bdi { (title) } ": " }
                                @for (i, n) in group_members(group).enumerate() {
                                    @if i > 0 { ", " }
                                    bdi { (listed.get(n).name) }
                                }
                                @let more = group.len() - group_members(group).count();
                                @if more > 0 { " and " (number(more as u64)) " more" }
                            }
                        }
                        @let more = class.len() - groups(class).count();
                        @if more > 0 { li { "and " (count(more as u64, "more group")) } }
                    }
                }
            }
        }
    }
}

/// Returns the repeats, each with its places.
pub(super) fn repeats(selection: &Selection, listed: &PageDocuments, texts: &mut Texts) -> Markup {
    html! {
        ol {
            @for repeat in &selection.repeats {
                li {
                    @let first = repeat.places.first().filter(|p| listed.get(p.document)
                        .missing_text.is_none());
                    @if let Some(words) = first.and_then(|p| texts.first_words(p).ok()) {
                        q dir="auto" { (running(&words)) } " "
                    }
                    (count(repeat.count, "time")) " in " (count(repeat.documents, "document"))
                    @if repeat.boilerplate { ", boilerplate" }
                    @if repeat.note { ", a note" }
                    ": "
                    @for (i, place) in places(repeat).iter().enumerate() {
                        @if i > 0 { ", " }
                        bdi { (listed.get(place.document).name) }
                    }
                    @let more = repeat.count.saturating_sub(places(repeat).len() as u64);
                    @if more > 0 { " and " (number(more)) " more" }
                }
            }
        }
    }
}
