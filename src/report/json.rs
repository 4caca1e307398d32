//! Owns: the report as one JSON object and as JSON Lines, written as it is made. Never: what a field means.

use crate::escape;
use crate::report::Findings;
use crate::report::texts::Texts;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use std::io::{self, BufWriter, Write};

pub(super) const BUFFER: usize = 1 << 16;

/// One object; each document, cluster, class, pair and repeat on a line of its own.
pub(super) fn object(findings: Findings, out: &mut dyn Write) -> io::Result<()> {
    let out = &mut BufWriter::with_capacity(BUFFER, out);
    body(findings, out)?;
    out.write_all(b"}\n")?;
    out.flush()
}

/// The object without its last brace.
pub(super) fn body(findings: Findings, out: &mut impl Write) -> io::Result<()> {
    let found = findings.detection;
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
    let mut write = Separated { out, first: true };
    write.open("pairs")?;
    in_parallel(findings, &found.pairs, |f, p, texts, to| value(to, &f.pair(p, texts)?), |item| write.item(item))?;
    write.close()?;
    write.open("repeats")?;
    in_parallel(findings, &found.repeats, |f, r, texts, to| value(to, &f.repeat(r, texts)?), |item| write.item(item))?;
    write.close()
}

/// A line each: the summary, then documents, clusters, classes, pairs, repeats.
pub(super) fn lines(findings: Findings, out: &mut dyn Write) -> io::Result<()> {
    let out = &mut BufWriter::with_capacity(BUFFER, out);
    body_lines(findings, out)?;
    out.flush()
}

/// All lines.
pub(super) fn body_lines(findings: Findings, out: &mut impl Write) -> io::Result<()> {
    let found = findings.detection;
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
    let mut write = |item: &[u8]| out.write_all(item);
    in_parallel(findings, &found.pairs, |f, p, texts, to| line(to, "pair", &f.pair(p, texts)?), &mut write)?;
    in_parallel(findings, &found.repeats, |f, r, texts, to| line(to, "repeat", &f.repeat(r, texts)?), &mut write)
}

/// Items that one thread writes with one cache of texts; and how many such parts are in memory at once.
const PART: usize = 512;
const PARTS: usize = 16;

/// Makes items in parallel and hands them on in order. Spans become characters and lines here, which costs more than writing.
pub(super) fn in_parallel<'a, T: Sync>(
    findings: Findings<'a>,
    items: &'a [T],
    make: impl Fn(Findings<'a>, &'a T, &mut Texts<'a>, &mut Vec<u8>) -> io::Result<()> + Sync,
    mut write: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    for some in items.chunks(PART * PARTS) {
        let parts = some.par_chunks(PART).map(|part| {
            let mut texts = Texts::new(findings.documents);
            let (mut bytes, mut ends) = (Vec::new(), Vec::with_capacity(part.len()));
            for item in part {
                make(findings, item, &mut texts, &mut bytes)?;
                ends.push(bytes.len());
            }
            Ok((bytes, ends))
        });
        for (bytes, ends) in parts.collect::<io::Result<Vec<_>>>()? {
            let mut from = 0;
            for to in ends {
                write(&bytes[from..to])?;
                from = to;
            }
        }
    }
    Ok(())
}

/// Writes a named list with an item a line.
pub(super) struct Separated<'w, W: Write> {
    pub out: &'w mut W,
    pub first: bool,
}

impl<W: Write> Separated<'_, W> {
    pub fn open(&mut self, name: &str) -> io::Result<()> {
        self.first = true;
        write!(self.out, ",\n\"{name}\":[")
    }
    pub fn item(&mut self, item: &[u8]) -> io::Result<()> {
        self.out.write_all(if self.first { b"\n" } else { b",\n" })?;
        self.first = false;
        self.out.write_all(item)
    }
    pub fn close(&mut self) -> io::Result<()> {
        self.out.write_all(if self.first { b"]" } else { b"\n]" })
    }
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

pub(super) fn line<T: Serialize>(out: &mut impl Write, kind: &'static str, object: &T) -> io::Result<()> {
    value(out, &Typed { r#type: kind, value: object })?;
    out.write_all(b"\n")
}

fn list<T: Serialize>(out: &mut impl Write, name: &str, items: impl Iterator<Item = io::Result<T>>) -> io::Result<()> {
    let mut write = Separated { out, first: true };
    write.open(name)?;
    let mut bytes = Vec::new();
    for item in items {
        bytes.clear();
        value(&mut bytes, &item?)?;
        write.item(&bytes)?;
    }
    write.close()
}

pub fn value<T: Serialize + ?Sized>(out: &mut impl Write, value: &T) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Escaped(escape::acts))).map_err(io::Error::from)
}

/// Compact JSON in which certain characters, such as those that would act on a terminal or hide in it, are written as
/// `\uXXXX`. A reader of JSON gets the same strings.
pub(super) struct Escaped<F: Fn(char) -> bool>(pub F);

impl<F: Fn(char) -> bool> Formatter for Escaped<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut done = 0;
        if !fragment.bytes().all(|b| b.is_ascii() && !(self.0)(b.into())) {
            for (at, c) in fragment.char_indices().filter(|&(_, c)| (self.0)(c)) {
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
