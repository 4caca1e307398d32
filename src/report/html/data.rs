//! Owns: the findings as JSON inside the page, for its scripts. Never: markup, or a character that HTML gives a meaning.
//!
//! Lists instead of objects, and documents by their place in the page's list: a page holds ten thousand pairs. Offsets are in UTF-16 code
//! units of the whole text, as JavaScript counts; `data.js` reads what stands here.

use crate::escape;
use crate::model::detection::{Match, Pair, Repeat};
use crate::report::finding::{first_words, rounded};
use crate::report::html::chosen::{Chosen, members, places, shared};
use crate::report::html::shown::{Cast, Gone, Shown, name, running};
use crate::report::json::{Escaped, in_parallel};
use crate::report::texts::{Text, Texts};
use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer as _};
use serde_json::json;
use serde_json::ser::Serializer;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

/// Passages of one pair that are shown at most, the longest.
const MATCHES: usize = 300;

/// Everything but the texts.
pub(super) fn lists(chosen: &Chosen, cast: &Cast, out: &mut dyn Write) -> io::Result<()> {
    let mut sources: Vec<&str> = cast.all.iter().filter_map(|s| source(cast, s)).collect();
    sources.sort_unstable();
    sources.dedup();
    let known: HashMap<&str, usize> = sources.iter().enumerate().map(|(i, s)| (*s, i)).collect();
    write!(out, "{{\"sources\":")?;
    value(out, &sources.iter().map(|s| name(s)).collect::<Vec<_>>())?;
    list(out, "documents", cast.all.iter().map(|s| document(cast, s, &known)))?;
    write!(out, ",\n\"pairs\":[")?;
    let mut first = true;
    in_parallel(
        chosen.findings,
        &chosen.pairs,
        |_, pair, texts, to| value(to, &self::pair(cast, pair, texts)?),
        |item| {
            out.write_all(if first { b"\n" } else { b",\n" })?;
            first = false;
            out.write_all(item)
        },
    )?;
    write!(out, "]")?;
    let equal = classes(chosen);
    list(
        out,
        "clusters",
        chosen.clusters.iter().map(|c| {
            let shown: Vec<(usize, Option<usize>)> =
                members(c).map(|n| (cast.place(n), equal.get(&n).map(|&first| cast.place(first)))).collect();
            json!([c.members.len(), short(c.weakest, 6), shown])
        }),
    )?;
    let mut texts = Texts::new(chosen.findings.documents);
    let repeats = chosen.repeats.iter().map(|r| repeat(cast, r, &mut texts)).collect::<io::Result<Vec<_>>>()?;
    list(out, "repeats", repeats.into_iter())?;
    write!(out, "}}")
}

/// The first document of the class of equal texts, for the others that are shown.
fn classes(chosen: &Chosen) -> BTreeMap<u32, u32> {
    let rest = chosen.findings.detection.equal.iter().flat_map(|class| class.iter().skip(1).map(|&n| (n, class[0])));
    rest.filter(|(n, first)| chosen.documents.contains_key(n) && chosen.documents.contains_key(first)).collect()
}

/// To three decimals, by way of those that the report as data has: so that a report read back gives the same page.
fn short(value: f64, decimals: i32) -> f64 {
    rounded(rounded(value, decimals), 3)
}

fn source<'a>(cast: &Cast<'a>, shown: &Shown) -> Option<&'a str> {
    cast.findings.documents.info(shown.number as usize).source.as_deref()
}

fn document(cast: &Cast, shown: &Shown, sources: &HashMap<&str, usize>) -> serde_json::Value {
    let info = cast.findings.documents.info(shown.number as usize);
    let tokens = cast.findings.detection.tokens.get(shown.number as usize).copied().unwrap_or(0);
    // A path that is the id, or the id without a record's number, tells nothing.
    let path = info.path.as_deref().filter(|p| !info.id.starts_with(*p));
    let path = path.map(|p| info.record.map_or_else(|| name(p), |record| format!("{}:{record}", name(p))));
    let source = source(cast, shown).and_then(|s| sources.get(s));
    let gone = shown.gone.map(|gone| if gone == Gone::Unread { 1 } else { 2 });
    json!([shown.name, shown.title, source, info.date.as_deref().map(name), path, tokens, gone])
}

fn pair(cast: &Cast, pair: &Pair, texts: &mut Texts) -> io::Result<serde_json::Value> {
    let c = &pair.comparison;
    let (a, b) = (cast.get(pair.a), cast.get(pair.b));
    let mut shown = Vec::new();
    if a.gone.is_none() && b.gone.is_none() && !c.matches.is_empty() {
        let (text_a, text_b) = (texts.get(pair.a)?, texts.get(pair.b)?);
        let mut longest: Vec<&Match> = c.matches.iter().collect();
        longest.sort_by_key(|m| (std::cmp::Reverse(m.tokens_a.max(m.tokens_b)), m.a, m.b));
        longest.truncate(MATCHES);
        longest.sort_by_key(|m| (m.a, m.b));
        shown = longest.into_iter().map(|m| passage(m, (a, &text_a), (b, &text_b))).collect();
    }
    let scores = [c.coverage_a, c.coverage_b, c.resemblance].map(|s| short(s, 6));
    let facts = [c.facts.agree, c.facts.compared];
    let places = [cast.place(pair.a), cast.place(pair.b)];
    Ok(json!([places, pair.relation.name(), shared(cast.findings, pair), scores, facts, c.matches.len(), shown]))
}

/// `[from_a, to_a, from_b, to_b, [first line, last line] of each, tokens of each, identity, equal runs]`; a run is `from, length` in each
/// text, counted from the passage's beginning.
fn passage(m: &Match, (a, text_a): (&Shown, &Text), (b, text_b): (&Shown, &Text)) -> serde_json::Value {
    let in_a = |byte: u32| a.units.at(text_a.as_str(), byte as usize);
    let in_b = |byte: u32| b.units.at(text_b.as_str(), byte as usize);
    let (from_a, from_b) = (in_a(m.a.start), in_b(m.b.start));
    let mut runs: Vec<u32> = Vec::new();
    for block in m.blocks.iter().filter(|x| a.shows(x.a) || b.shows(x.b)) {
        let (start_a, start_b) = (in_a(block.a.start), in_b(block.b.start));
        let lengths = [in_a(block.a.end).saturating_sub(start_a), in_b(block.b.end).saturating_sub(start_b)];
        runs.extend([start_a.saturating_sub(from_a), lengths[0], start_b.saturating_sub(from_b), lengths[1]]);
    }
    let [first_a, last_a] = text_a.lines(m.a);
    let [first_b, last_b] = text_b.lines(m.b);
    json!([
        from_a,
        in_a(m.a.end),
        from_b,
        in_b(m.b.end),
        first_a,
        last_a,
        first_b,
        last_b,
        m.tokens_a,
        m.tokens_b,
        short(m.identity, 4),
        runs
    ])
}

fn repeat(cast: &Cast, repeat: &Repeat, texts: &mut Texts) -> io::Result<serde_json::Value> {
    let mut words = String::new();
    let mut shown = Vec::new();
    for place in places(repeat) {
        let document = cast.get(place.document);
        if document.gone.is_some() {
            shown.push(json!([cast.place(place.document)]));
            continue;
        }
        let text = texts.get(place.document)?;
        let at = |byte: u32| document.units.at(text.as_str(), byte as usize);
        let [first, last] = text.lines(place.span);
        shown.push(json!([cast.place(place.document), at(place.span.start), at(place.span.end), first, last]));
        if words.is_empty() {
            words = running(&first_words(place, texts)?);
        }
    }
    let kind = [repeat.paragraph, repeat.boilerplate];
    Ok(json!([words, repeat.count, repeat.documents, repeat.tokens, kind, repeat.period, shown]))
}

/// The texts, in the order of the documents: `0` for none, a string for a whole text, `[length, from, string, from, string, …]` for a
/// cut one.
pub(super) fn texts(cast: &Cast, out: &mut dyn Write) -> io::Result<()> {
    let mut write = Serializer::with_formatter(&mut *out, Escaped(embedded));
    let mut list = write.serialize_seq(Some(cast.all.len()))?;
    for shown in &cast.all {
        let text = cast.findings.documents.text(shown.number as usize);
        match (text, shown.stretches.as_slice()) {
            (Err(_), _) | (_, []) => list.serialize_element(&0)?,
            (Ok(text), [whole]) if whole.len() == text.len() => list.serialize_element(&*text)?,
            (Ok(text), stretches) => {
                let mut parts = vec![json!(shown.length)];
                for s in stretches {
                    parts.extend([json!(shown.units.at(&text, s.start)), json!(&text[s.clone()])]);
                }
                list.serialize_element(&parts)?;
            }
        }
    }
    list.end()?;
    Ok(())
}

fn list<T: Serialize>(out: &mut dyn Write, name: &str, items: impl Iterator<Item = T>) -> io::Result<()> {
    write!(out, ",\n\"{name}\":[")?;
    for (i, item) in items.enumerate() {
        out.write_all(if i == 0 { b"\n" } else { b",\n" })?;
        value(out, &item)?;
    }
    write!(out, "]")
}

fn value<T: Serialize + ?Sized>(out: &mut (impl Write + ?Sized), value: &T) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Escaped(embedded))).map_err(io::Error::from)
}

/// JSON for the inside of a script element: `<`, `>` and `&`, which could end it, and what acts on a terminal or hides
/// in it (line separators among them) are written as `\uXXXX`.
fn embedded(c: char) -> bool {
    matches!(c, '<' | '>' | '&') || escape::acts(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        value(&mut out, text).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn nothing_ends_the_element() {
        let evil = "</script><!-- <script> ]]> & \u{2028}\u{2029} \u{202e}";
        let written = written(evil);
        assert!(!written.contains(['<', '>', '&', '\u{2028}', '\u{2029}', '\u{202e}']), "{written}");
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), evil);
    }

    proptest! {
        #[test]
        fn any_text_is_read_back(text in any::<String>()) {
            let written = written(&text);
            prop_assert!(!written.contains(['<', '>', '&']) && !written.chars().any(escape::acts));
            prop_assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        }
    }
}
