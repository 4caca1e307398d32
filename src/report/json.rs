//! Owns: the report as one JSON object and as JSON Lines, written as it is made. Never: what a field means.

use super::Findings;
use super::sanitise;
use super::texts::Texts;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use std::io::{self, BufWriter, Write};

const BUFFER: usize = 1 << 16;

/// One object; each document, cluster, class, pair and repeat on a line of its own.
pub(super) fn object(findings: Findings, out: &mut dyn Write) -> io::Result<()> {
    let out = &mut BufWriter::with_capacity(BUFFER, out);
    let found = findings.detection;
    let mut texts = Texts::new(findings.documents);
    let head = findings.head();
    write!(out, "{{\"schema\":")?;
    value(out, head.schema)?;
    for (name, id) in [("recipe", &head.recipe), ("background", &head.background)] {
        write!(out, ",\n\"{name}\":")?;
        value(out, id)?;
    }
    write!(out, ",\n\"thresholds\":")?;
    value(out, head.thresholds)?;
    write!(out, ",\n\"summary\":")?;
    value(out, &findings.summary())?;
    list(out, "documents", findings.mentioned().map(|n| Ok(findings.document(n))))?;
    list(out, "clusters", found.clusters.iter().map(|c| findings.cluster(c)))?;
    list(out, "equal", found.equal.iter().map(|e| Ok(findings.ids(e))))?;
    list(out, "pairs", found.pairs.iter().map(|p| findings.pair(p, &mut texts)))?;
    list(out, "repeats", found.repeats.iter().map(|r| findings.repeat(r, &mut texts)))?;
    out.write_all(b"}\n")?;
    out.flush()
}

/// A line each: the summary, then documents, clusters, classes, pairs, repeats.
pub(super) fn lines(findings: Findings, out: &mut dyn Write) -> io::Result<()> {
    let out = &mut BufWriter::with_capacity(BUFFER, out);
    let found = findings.detection;
    let mut texts = Texts::new(findings.documents);
    line(out, "summary", &Opening { head: findings.head(), counts: findings.summary() })?;
    for number in findings.mentioned() {
        line(out, "document", &findings.document(number))?;
    }
    for cluster in &found.clusters {
        line(out, "cluster", &findings.cluster(cluster)?)?;
    }
    for class in &found.equal {
        line(out, "equal", &super::finding::EqualView { members: findings.ids(class) })?;
    }
    for pair in &found.pairs {
        line(out, "pair", &findings.pair(pair, &mut texts)?)?;
    }
    for repeat in &found.repeats {
        line(out, "repeat", &findings.repeat(repeat, &mut texts)?)?;
    }
    out.flush()
}

/// The first line of JSON Lines.
#[derive(Serialize)]
struct Opening<'a> {
    #[serde(flatten)]
    head: super::finding::HeadView<'a>,
    #[serde(flatten)]
    counts: super::finding::SummaryView<'a>,
}

/// An object with its type in front.
#[derive(Serialize)]
struct Typed<'a, T: Serialize> {
    r#type: &'static str,
    #[serde(flatten)]
    value: &'a T,
}

fn line<T: Serialize>(out: &mut impl Write, kind: &'static str, object: &T) -> io::Result<()> {
    value(out, &Typed { r#type: kind, value: object })?;
    out.write_all(b"\n")
}

fn list<T: Serialize>(out: &mut impl Write, name: &str, items: impl Iterator<Item = io::Result<T>>) -> io::Result<()> {
    write!(out, ",\n\"{name}\":[")?;
    let mut separator = "\n";
    for item in items {
        out.write_all(separator.as_bytes())?;
        value(out, &item?)?;
        separator = ",\n";
    }
    out.write_all(if separator == "\n" { b"]" } else { b"\n]" })
}

pub(super) fn value<T: Serialize + ?Sized>(out: &mut impl Write, value: &T) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Visible)).map_err(io::Error::from)
}

/// Compact JSON in which characters that would act on a terminal, or hide in it, are written as `\uXXXX`. A reader of
/// JSON gets the same strings.
struct Visible;

impl Formatter for Visible {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut done = 0;
        if !fragment.bytes().all(|b| (0x20..0x7f).contains(&b)) {
            for (at, c) in fragment.char_indices().filter(|&(_, c)| sanitise::acts(c)) {
                out.write_all(&fragment.as_bytes()[done..at])?;
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
                done = at + c.len_utf8();
            }
        }
        out.write_all(&fragment.as_bytes()[done..])
    }
}
