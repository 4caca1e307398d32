//! Owns: findings as plain markup: what a reader without scripting sees. Never: a style or a script.

use crate::model::detection::{Match, Pair, Relation};
use crate::report::finding::beginning;
use crate::report::html::chosen::{Chosen, members, places, shared};
use crate::report::html::shown::{Cast, running};
use crate::report::texts::Texts;
use crate::report::words::{count, fraction, number, percent};
use maud::{Markup, html};

/// A relation in words, as the page calls it.
pub(super) fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Equal => "the same words as",
        Relation::NearCopy => "near-copy of",
        Relation::Contains => "contains most of",
        Relation::ContainedIn => "stands for the most part in",
        Relation::Quotes => "shares a passage with",
        Relation::Template => "has the wording, with other facts, of",
    }
}

/// The longest passage of a pair.
pub(super) fn longest(pair: &Pair) -> Option<&Match> {
    pair.comparison.matches.iter().min_by_key(|m| (std::cmp::Reverse(m.tokens_a), m.a))
}

/// The first words of the longest passage; nothing where the text is not to be had.
pub(super) fn first_words(cast: &Cast, pair: &Pair, texts: &mut Texts) -> Option<String> {
    let m = longest(pair)?;
    if cast.get(pair.a).gone.is_some() {
        return None;
    }
    let text = texts.get(pair.a).ok()?;
    Some(running(&beginning(texts.passage(&text, m.a).ok()?)))
}

/// A pair as an item of a list.
pub(super) fn pair(cast: &Cast, pair: &Pair, texts: &mut Texts) -> Markup {
    let c = &pair.comparison;
    html! {
        li {
            bdi { (cast.get(pair.a).name) } " " (relation(pair.relation)) " " bdi { (cast.get(pair.b).name) }
            ": " (count(shared(cast.findings, pair), "word")) " shared, " (percent(c.coverage_a)) " of the first and "
            (percent(c.coverage_b)) " of the second"
            @if let Some(words) = first_words(cast, pair, texts) { br; q dir="auto" { (words) } }
        }
    }
}

/// The clusters, each with its members.
pub(super) fn clusters(chosen: &Chosen, cast: &Cast) -> Markup {
    html! {
        ol {
            @for cluster in &chosen.clusters {
                li {
                    (count(cluster.members.len() as u64, "document")) ", weakest " (fraction(cluster.weakest)) ": "
                    @for (i, n) in members(cluster).enumerate() {
                        @if i > 0 { ", " }
                        bdi { (cast.get(n).name) }
                    }
                    @let more = cluster.members.len() - members(cluster).count();
                    @if more > 0 { " and " (number(more as u64)) " more" }
                }
            }
        }
    }
}

/// The repeats, each with its places.
pub(super) fn repeats(chosen: &Chosen, cast: &Cast, texts: &mut Texts) -> Markup {
    html! {
        ol {
            @for repeat in &chosen.repeats {
                li {
                    @let first = repeat.places.first().filter(|p| cast.get(p.document).gone.is_none());
                    @if let Some(words) = first.and_then(|p| super::super::finding::first_words(p, texts).ok()) {
                        q dir="auto" { (running(&words)) } " "
                    }
                    (count(repeat.count, "time")) " in " (count(repeat.documents, "document"))
                    @if repeat.boilerplate { ", boilerplate" }
                    ": "
                    @for (i, place) in places(repeat).iter().enumerate() {
                        @if i > 0 { ", " }
                        bdi { (cast.get(place.document).name) }
                    }
                    @let more = repeat.count.saturating_sub(places(repeat).len() as u64);
                    @if more > 0 { " and " (number(more)) " more" }
                }
            }
        }
    }
}
