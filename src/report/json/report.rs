//! Owns: the order of a report as one JSON object and as JSON Lines. Never: the meaning of a field,
//! or its encoding.

use crate::model::findings::Findings;
use crate::report::json::writer::{BUFFER, ListWriter, in_parallel, line, list, value};
use crate::report::schema::document::{
    ClusterJson, DocumentJson, EqualJson, GroupsJson, IdsJson, TitlesJson,
};
use crate::report::schema::pair::PairJson;
use crate::report::schema::repeat::RepeatJson;
use crate::report::schema::summary::{HeadJson, OpeningJson, SummaryJson};
use serde::Serialize;
use std::io::{self, BufWriter, Write};

/// Writes the report as one JSON object, schema `nearcopy.report/1`.
///
/// Each document, cluster, class of equal texts, class that titles divide, pair and repeat is on a
/// line of its own, so that two reports can be compared line by line. Only the texts in use are
/// held in memory. Characters that would act on a terminal are written as `\uXXXX`.
///
/// # Errors
/// Errors of `out`; a text that can no longer be read, or is not the one that was scanned, is an
/// error of kind `NotFound`.
pub fn json(findings: Findings, out: &mut dyn Write) -> io::Result<()> {
    let out = &mut BufWriter::with_capacity(BUFFER, out);
    body(findings, out)?;
    out.write_all(b"}\n")?;
    out.flush()
}

/// Like [`json()`], with what the run took as the last field, `timings`: an object of the caller,
/// which no reader of a report needs.
///
/// # Errors
/// As [`json()`].
pub fn json_timed(
    findings: Findings,
    timings: &impl Serialize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let out = &mut BufWriter::with_capacity(BUFFER, out);
    body(findings, out)?;
    write!(out, ",\n\"timings\":")?;
    value(out, timings)?;
    out.write_all(b"}\n")?;
    out.flush()
}

/// Writes the object without its last brace.
pub fn body(findings: Findings, out: &mut impl Write) -> io::Result<()> {
    let found = findings.detection;
    let head = HeadJson::new(findings);
    write!(out, "{{\"schema\":")?;
    value(out, &head.schema)?;
    for (name, id) in [("recipe", &head.recipe), ("background", &head.background)] {
        write!(out, ",\n\"{name}\":")?;
        value(out, id)?;
    }
    write!(out, ",\n\"thresholds\":")?;
    value(out, &head.thresholds)?;
    write!(out, ",\n\"summary\":")?;
    value(out, &SummaryJson::new(findings))?;
    list(out, "documents", mentioned(findings).map(|n| Ok(DocumentJson::new(findings, n))))?;
    list(out, "clusters", found.clusters.iter().map(|c| ClusterJson::new(findings, c)))?;
    list(out, "equal", found.equal.iter().map(|e| Ok(IdsJson::Of(findings.documents, e))))?;
    if !found.titles.is_empty() {
        list(out, "titles", found.titles.iter().map(|g| Ok(GroupsJson::new(findings, g))))?;
    }
    let mut write = ListWriter { out, first: true };
    write.open("pairs")?;
    in_parallel(
        findings,
        &found.pairs,
        |f, p, texts, to| value(to, &PairJson::new(f, p, texts)?),
        |item| write.item(item),
    )?;
    write.close()?;
    write.open("repeats")?;
    in_parallel(
        findings,
        &found.repeats,
        |f, r, texts, to| value(to, &RepeatJson::new(f, r, texts)?),
        |item| write.item(item),
    )?;
    write.close()
}

/// Writes the report as JSON Lines: summary, documents, clusters, equal, titles,
/// pairs, repeats.
///
/// # Errors
/// As [`json()`].
pub fn jsonl(findings: Findings, out: &mut dyn Write) -> io::Result<()> {
    let out = &mut BufWriter::with_capacity(BUFFER, out);
    body_lines(findings, out)?;
    out.flush()
}

/// Like [`jsonl()`], with what the run took as the last line, of the type `timings`.
///
/// # Errors
/// As [`json()`].
pub fn jsonl_timed(
    findings: Findings,
    timings: &impl Serialize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let out = &mut BufWriter::with_capacity(BUFFER, out);
    body_lines(findings, out)?;
    line(out, "timings", timings)?;
    out.flush()
}

/// Writes all lines of the report, without flushing.
pub fn body_lines(findings: Findings, out: &mut impl Write) -> io::Result<()> {
    let found = findings.detection;
    line(
        out,
        "summary",
        &OpeningJson { head: HeadJson::new(findings), summary: SummaryJson::new(findings) },
    )?;
    for number in mentioned(findings) {
        line(out, "document", &DocumentJson::new(findings, number))?;
    }
    for cluster in &found.clusters {
        line(out, "cluster", &ClusterJson::new(findings, cluster)?)?;
    }
    for class in &found.equal {
        line(out, "equal", &EqualJson { members: IdsJson::Of(findings.documents, class) })?;
    }
    for groups in &found.titles {
        line(out, "titles", &TitlesJson { groups: GroupsJson::new(findings, groups) })?;
    }
    let mut write = |item: &[u8]| out.write_all(item);
    in_parallel(
        findings,
        &found.pairs,
        |f, p, texts, to| line(to, "pair", &PairJson::new(f, p, texts)?),
        &mut write,
    )?;
    in_parallel(
        findings,
        &found.repeats,
        |f, r, texts, to| line(to, "repeat", &RepeatJson::new(f, r, texts)?),
        &mut write,
    )
}

/// Returns the numbers of the documents that the report mentions, in order.
pub fn mentioned(findings: Findings) -> impl Iterator<Item = u32> + use<> {
    let found = findings.detection;
    let mut seen = vec![false; findings.documents.count()];
    let clusters =
        found.clusters.iter().flat_map(|c| c.members.iter().chain([&c.representative]).copied());
    let equal = found.equal.iter().flatten().copied();
    let titles = found.titles.iter().flatten().flatten().copied();
    let pairs = found.pairs.documents().flat_map(|(a, b)| [a, b]);
    let repeats = found.repeats.iter().flat_map(|r| r.places.iter().map(|p| p.document));
    for number in clusters.chain(equal).chain(titles).chain(pairs).chain(repeats) {
        seen[number as usize] = true;
    }
    seen.into_iter().enumerate().filter_map(|(number, seen)| seen.then_some(number as u32))
}
