//! Owns: the findings as JSON inside the page, for its scripts. Never: markup, or a character that
//! has a meaning in HTML.
//!
//! The JSON has lists instead of objects, and documents by their place in the page's list, because
//! a page has up to ten thousand pairs. Offsets are in UTF-16 code units of the whole text, as
//! JavaScript counts; `data.js` reads this format.

use crate::escape;
use crate::model::detection::{Match, Pair, Repeat};
use crate::report::evidence::{self, title};
use crate::report::html::documents::{MissingText, PageDocument, PageDocuments, name, running};
use crate::report::html::selection::{
    Selection, group_members, groups, members, places, shared_words,
};
use crate::report::json::writer::in_parallel;
use crate::report::schema::pair::ScoresJson;
use crate::report::schema::rounding::{rounded, share};
use crate::report::texts::{Text, Texts};
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::sync::Arc;

/// Maximum number of passages of one pair that are shown; the longest are kept.
const MATCHES: usize = 300;

/// Writes everything but the texts.
pub(super) fn lists(
    selection: &Selection,
    listed: &PageDocuments,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut sources: Vec<Arc<str>> = listed.all.iter().filter_map(|s| source(listed, s)).collect();
    sources.sort_unstable();
    sources.dedup();
    let known: HashMap<&str, usize> = sources.iter().enumerate().map(|(i, s)| (&**s, i)).collect();
    write!(out, "{{\"sources\":")?;
    value(out, &sources.iter().map(|s| name(s)).collect::<Vec<_>>())?;
    list(out, "documents", listed.all.iter().map(|s| document(listed, s, &known)))?;
    write!(out, ",\n\"pairs\":[")?;
    let mut first = true;
    in_parallel(
        selection.findings,
        &selection.pairs,
        |_, pair, texts, to| value(to, &self::pair(listed, pair, texts)?),
        |item| {
            out.write_all(if first { b"\n" } else { b",\n" })?;
            first = false;
            out.write_all(item)
        },
    )?;
    write!(out, "]")?;
    let equal = classes(selection);
    list(
        out,
        "clusters",
        selection.clusters.iter().map(|c| {
            let shown: Vec<(usize, Option<usize>)> = members(c)
                .map(|n| (listed.place(n), equal.get(&n).map(|&first| listed.place(first))))
                .collect();
            json!([c.members.len(), rounded(share(c.weakest), 3), shown])
        }),
    )?;
    list(out, "titles", selection.titles.iter().map(|class| divided(listed, class)))?;
    let mut texts = Texts::new(selection.findings.documents);
    let repeats = selection
        .repeats
        .iter()
        .map(|r| repeat(listed, r, &mut texts))
        .collect::<io::Result<Vec<_>>>()?;
    list(out, "repeats", repeats.into_iter())?;
    write!(out, "}}")
}

/// Maps each shown document to the first document of its class of equal texts, where that one is
/// shown too.
fn classes(selection: &Selection) -> BTreeMap<u32, u32> {
    let rest = selection
        .findings
        .detection
        .equal
        .iter()
        .flat_map(|class| class.iter().skip(1).map(|&n| (n, class[0])));
    rest.filter(|(n, first)| {
        selection.documents.contains_key(n) && selection.documents.contains_key(first)
    })
    .collect()
}

fn source(listed: &PageDocuments, shown: &PageDocument) -> Option<Arc<str>> {
    listed.findings.documents.info(shown.number as usize).source.clone()
}

fn document(
    listed: &PageDocuments,
    document: &PageDocument,
    sources: &HashMap<&str, usize>,
) -> serde_json::Value {
    let info = listed.findings.documents.info(document.number as usize);
    let tokens = listed.findings.tokens(document.number);
    // A path that is the id, or the id without a record's number, has no information of its own.
    let path = info.path.as_deref().filter(|p| !info.id.starts_with(*p));
    let path =
        path.map(|p| info.record.map_or_else(|| name(p), |record| format!("{}:{record}", name(p))));
    let source = source(listed, document).and_then(|s| sources.get(&*s));
    let missing_text =
        document.missing_text.map(|why| if why == MissingText::Unread { 1 } else { 2 });
    json!([
        document.name,
        document.title,
        source,
        info.date.as_deref().map(name),
        path,
        tokens,
        missing_text,
        document.representative,
        info.title.is_some(),
        evidence::read_in_part(info.read)
    ])
}

/// The form is `[documents, groups, [[title, documents, [document, …]], …]]`: the numbers of all
/// documents and groups, then the groups that are shown.
fn divided(listed: &PageDocuments, class: &[Vec<u32>]) -> serde_json::Value {
    let documents: usize = class.iter().map(Vec::len).sum();
    let shown = groups(class).map(|group| {
        let title = group.first().and_then(|&n| title(listed.findings.documents, n));
        let places: Vec<usize> = group_members(group).map(|n| listed.place(n)).collect();
        json!([title, group.len(), places])
    });
    json!([documents, class.len(), shown.collect::<Vec<_>>()])
}

fn pair(listed: &PageDocuments, pair: &Pair, texts: &mut Texts) -> io::Result<serde_json::Value> {
    let c = &pair.comparison;
    let (a, b) = (listed.get(pair.a), listed.get(pair.b));
    let mut shown = Vec::new();
    if a.missing_text.is_none() && b.missing_text.is_none() && !c.matches.is_empty() {
        let (text_a, text_b) = (texts.get(pair.a)?, texts.get(pair.b)?);
        let mut longest: Vec<&Match> = c.matches.iter().collect();
        longest.sort_by_key(|m| (std::cmp::Reverse(m.tokens_a.max(m.tokens_b)), m.a, m.b));
        longest.truncate(MATCHES);
        longest.sort_by_key(|m| (m.a, m.b));
        shown = longest.into_iter().map(|m| passage(m, (a, &text_a), (b, &text_b))).collect();
    }
    let s = ScoresJson::new(c);
    // Scores are rounded to three decimals by way of those in the JSON report, so that a report
    // that is read back gives the same page.
    let scores = [s.coverage_a, s.coverage_b, s.resemblance].map(|s| rounded(s, 3));
    let facts = [s.facts.agree, s.facts.compared];
    let places = [listed.place(pair.a), listed.place(pair.b)];
    let earlier = evidence::earlier(listed.findings, pair).map(|n| listed.place(n));
    Ok(json!([
        places,
        pair.relation.name(),
        shared_words(listed.findings, pair),
        scores,
        facts,
        c.matches.len(),
        shown,
        evidence::phrases(listed.findings, pair),
        earlier
    ]))
}

/// The form is `[from_a, to_a, from_b, to_b, first_a, last_a, first_b, last_b, tokens_a, tokens_b,
/// identity, runs]` with the first and last lines of each side. Each equal run is `from, length` in
/// each text, counted from the passage's beginning.
fn passage(
    m: &Match,
    (a, text_a): (&PageDocument, &Text),
    (b, text_b): (&PageDocument, &Text),
) -> serde_json::Value {
    let in_a = |byte: u32| a.units.at(text_a.as_str(), byte as usize);
    let in_b = |byte: u32| b.units.at(text_b.as_str(), byte as usize);
    let (from_a, from_b) = (in_a(m.a.start), in_b(m.b.start));
    let mut runs: Vec<u32> = Vec::new();
    for block in m.blocks.iter().filter(|x| a.shows(x.a) || b.shows(x.b)) {
        let (start_a, start_b) = (in_a(block.a.start), in_b(block.b.start));
        let lengths =
            [in_a(block.a.end).saturating_sub(start_a), in_b(block.b.end).saturating_sub(start_b)];
        runs.extend([
            start_a.saturating_sub(from_a),
            lengths[0],
            start_b.saturating_sub(from_b),
            lengths[1],
        ]);
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
        rounded(rounded(m.identity, 4), 3),
        runs
    ])
}

fn repeat(
    listed: &PageDocuments,
    repeat: &Repeat,
    texts: &mut Texts,
) -> io::Result<serde_json::Value> {
    let mut words = String::new();
    let mut shown = Vec::new();
    for place in places(repeat) {
        let document = listed.get(place.document);
        if document.missing_text.is_some() {
            shown.push(json!([listed.place(place.document)]));
            continue;
        }
        let text = texts.get(place.document)?;
        let at = |byte: u32| document.units.at(text.as_str(), byte as usize);
        let [first, last] = text.lines(place.span);
        shown.push(json!([
            listed.place(place.document),
            at(place.span.start),
            at(place.span.end),
            first,
            last
        ]));
        if words.is_empty() {
            words = running(&texts.first_words(place)?);
        }
    }
    let kind = [repeat.paragraph, repeat.boilerplate, repeat.note];
    Ok(json!([words, repeat.count, repeat.documents, repeat.tokens, kind, repeat.period, shown]))
}

/// Writes the texts, in the order of the documents: `0` for none, a string for a whole text,
/// `[length, from, string, from, string, …]` for a cut one.
pub(super) fn texts(listed: &PageDocuments, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "[")?;
    for (i, shown) in listed.all.iter().enumerate() {
        out.write_all(if i == 0 { b"" } else { b"," })?;
        let text = listed.findings.documents.text(shown.number as usize);
        match (text, shown.stretches.as_slice()) {
            (Err(_), _) | (_, []) => value(out, &0)?,
            (Ok(text), [whole]) if whole.len() == text.len() => value(out, &*text)?,
            (Ok(text), stretches) => {
                let mut parts = vec![json!(shown.length)];
                for s in stretches {
                    parts.extend([json!(shown.units.at(&text, s.start)), json!(&text[s.clone()])]);
                }
                value(out, &parts)?;
            }
        }
    }
    write!(out, "]")
}

fn list<T: Serialize>(
    out: &mut dyn Write,
    name: &str,
    items: impl Iterator<Item = T>,
) -> io::Result<()> {
    write!(out, ",\n\"{name}\":[")?;
    for (i, item) in items.enumerate() {
        out.write_all(if i == 0 { b"\n" } else { b",\n" })?;
        value(out, &item)?;
    }
    write!(out, "]")
}

fn value<T: Serialize + ?Sized>(out: &mut (impl Write + ?Sized), value: &T) -> io::Result<()> {
    out.write_all(escape::script_json(&serde_json::to_string(value)?).as_bytes())
}
