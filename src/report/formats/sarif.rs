//! Owns: a gate's findings as SARIF 2.1.0, result by result. Never: more results than the options
//! allow, or results left out without a notification.

use crate::gate::verdict::{Finding, FindingKind, FindingState};
use crate::model::document::DocumentInfo;
use crate::report::formats::located_findings::{self, FileRegion, LocatedFinding, Locator};
use crate::report::formats::sarif_rules::{Descriptor, level};
use crate::report::human::display;
use crate::report::input::GateReport;
use crate::report::json::writer::value;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use std::io::{self, BufWriter, Write};

/// Maximum number of passages of one result; GitHub accepts 1,000 locations for a result and shows
/// 100.
const PASSAGES: usize = 20;

/// Options of a SARIF report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SarifOptions {
    /// At most this many results, the most severe kinds first; a notification reports how many are
    /// left out. GitHub refuses a run with more than 25,000.
    pub most: usize,
    /// Whether known findings are written too, as `unchanged` notes.
    pub known: bool,
}

impl_with!(SarifOptions);

impl Default for SarifOptions {
    fn default() -> SarifOptions {
        SarifOptions { most: 25_000, known: false }
    }
}

/// Writes a gate's findings as one SARIF 2.1.0 log with one run.
///
/// The first passage of a finding is its location. The partner's passages and the document's
/// further ones, twenty of each at most, are related locations; the message links to the partner's
/// first. A location has lines and columns where the text is the whole file, the line of its record
/// in JSON Lines, else the file alone. Ignored findings are suppressed results.
///
/// # Errors
/// Errors of `out`; a text that can no longer be read, or is not the one that was checked, is an
/// error of kind `NotFound`.
pub fn sarif(checked: GateReport, options: SarifOptions, out: &mut dyn Write) -> io::Result<()> {
    let out = &mut BufWriter::with_capacity(1 << 16, out);
    let wanted = |f: &&Finding| options.known || f.state != FindingState::Known;
    let mut chosen: Vec<(usize, &Finding)> =
        checked.verdict.findings.iter().filter(wanted).enumerate().collect();
    let left_out = chosen.len().saturating_sub(options.most);
    if left_out > 0 {
        // Findings that count come before ignored and known ones.
        chosen.sort_by_key(|(_, f)| (f.state != FindingState::New, located_findings::rank(f.kind)));
        chosen.truncate(options.most);
        chosen.sort_by_key(|&(at, _)| at);
    }
    write!(
        out,
        "{{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\n\
         \"version\":\"2.1.0\",\n\"runs\":[{{\"tool\":"
    )?;
    let version = env!("CARGO_PKG_VERSION");
    let driver = Driver {
        name: "nearcopy",
        version,
        semantic_version: version,
        rules: FindingKind::ALL.map(Descriptor::new),
    };
    value(out, &Tool { driver })?;
    // A lone carriage return ends a line of a text too.
    write!(
        out,
        ",\n\"columnKind\":\"unicodeCodePoints\",\
         \"newlineSequences\":[\"\\r\\n\",\"\\n\",\"\\r\"],\n\"invocations\":["
    )?;
    let exit_code = u8::from(!checked.verdict.passed());
    let mut tool_execution_notifications = Vec::new();
    if left_out > 0 {
        let [left_out, most] = [left_out, options.most].map(|n| display::count(n as u64, "result"));
        let text = format!("{left_out} left out: this log holds at most {most}.");
        tool_execution_notifications.push(Notification::new(text));
    }
    if let Some(pairs) = located_findings::not_compared(checked.verdict) {
        let text = format!("{pairs} not compared: over the budget of the scan (--compare-budget).");
        tool_execution_notifications.push(Notification::new(text));
    }
    value(
        out,
        &Invocation { execution_successful: true, exit_code, tool_execution_notifications },
    )?;
    write!(out, "],\n\"results\":[")?;
    let mut locator = Locator::new(checked);
    for (n, (_, finding)) in chosen.into_iter().enumerate() {
        out.write_all(if n == 0 { b"\n" } else { b",\n" })?;
        let located = locator.get(finding, PASSAGES)?;
        value(out, &ResultJson::new(&located, checked.verdict.reason(finding)))?;
    }
    out.write_all(b"\n]}]}\n")?;
    out.flush()
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    rules: [Descriptor; FindingKind::ALL.len()],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    exit_code: u8,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
}

impl Notification {
    fn new(text: String) -> Notification {
        Notification { level: "warning", message: Message { text } }
    }
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultJson<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    baseline_state: &'static str,
    message: Message,
    locations: [Location<'a>; 1],
    related_locations: Vec<Location<'a>>,
    partial_fingerprints: Fingerprint<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<[Suppression<'a>; 1]>,
}

#[derive(Serialize)]
struct Fingerprint<'a> {
    #[serde(rename = "nearcopy/v1")]
    v1: &'a str,
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    justification: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<Physical>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_locations: Option<[Logical<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<RegionLines>,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical<'a> {
    fully_qualified_name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RegionLines {
    start_line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

impl RegionLines {
    fn new(region: FileRegion) -> Option<RegionLines> {
        match region {
            FileRegion::Exact { from, to } => Some(RegionLines {
                start_line: u64::from(from[0]),
                start_column: Some(from[1]),
                end_line: Some(to[0]),
                end_column: Some(to[1]),
            }),
            FileRegion::Line(start_line) => Some(RegionLines {
                start_line,
                start_column: None,
                end_line: None,
                end_column: None,
            }),
            FileRegion::Unknown => None,
        }
    }
}

impl<'a> Location<'a> {
    fn new(info: &'a DocumentInfo, region: FileRegion) -> Location<'a> {
        let physical_location =
            info.path.as_deref().filter(|path| !path.is_empty()).map(|path| Physical {
                artifact_location: Artifact { uri: uri(path) },
                region: RegionLines::new(region),
            });
        // For a file that is one document, the path names the document.
        let named = physical_location.is_some() && info.path.as_deref() == Some(&*info.id);
        let logical_locations = (!named).then_some([Logical { fully_qualified_name: &info.id }]);
        Location { id: None, physical_location, logical_locations, message: None }
    }
    fn related(
        info: &'a DocumentInfo,
        region: FileRegion,
        id: usize,
        text: String,
    ) -> Location<'a> {
        Location { id: Some(id), message: Some(Message { text }), ..Location::new(info, region) }
    }
}

impl<'a> ResultJson<'a> {
    fn new(overlap: &'a LocatedFinding, ignored: Option<&'a str>) -> ResultJson<'a> {
        let LocatedFinding { finding, here, there, .. } = overlap;
        let known = finding.state == FindingState::Known;
        let (first, partner) = overlap.first();
        // The only link is to related location 1; unescaped brackets in a name would end it early.
        let name = |name: &str| format!("[{}](1)", link(&located_findings::short(name)));
        let mut text = overlap.sentence(name);
        text.push_str(&plain(&overlap.quoted()));
        text.push('.');
        let mut related = vec![Location::related(
            there,
            partner,
            1,
            "The same passage in the other text.".into(),
        )];
        for (n, &(inside, beside)) in overlap.places.iter().enumerate().skip(1) {
            // Without lines, further locations would repeat the first.
            for (info, region, whose) in [(here, inside, "this"), (there, beside, "the other")] {
                if let FileRegion::Exact { .. } = region {
                    related.push(Location::related(
                        info,
                        region,
                        related.len() + 1,
                        format!("Passage {} in {whose} text.", n + 1),
                    ));
                }
            }
        }
        let shown = overlap.places.len().max(1);
        if finding.passages.len() > shown {
            text.push_str(&format!(
                " {} further passages are not listed.",
                display::number((finding.passages.len() - shown) as u64)
            ));
        }
        ResultJson {
            rule_id: finding.kind.name(),
            rule_index: located_findings::rank(finding.kind),
            level: if known { "note" } else { level(finding.kind) },
            baseline_state: if known { "unchanged" } else { "new" },
            message: Message { text },
            locations: [Location::new(here, first)],
            related_locations: related,
            partial_fingerprints: Fingerprint { v1: &finding.fingerprint },
            suppressions: ignored
                .map(|justification| [Suppression { kind: "external", justification }]),
        }
    }
}

/// Escapes outside text in a message: braces are doubled, as the standard demands (section 3.11.5),
/// and `](`, which would make a link, is separated.
fn plain(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}").replace("](", "] (")
}

/// Escapes outside text for the text of a link (section 3.11.6).
fn link(text: &str) -> String {
    plain(text).replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

/// The characters of a path that are not escaped: the unreserved ones of RFC 3986. A colon is
/// escaped, because it could look like the end of a scheme.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Returns a path as a relative reference, or as a `file` URI where it is absolute.
fn uri(path: &str) -> String {
    let escaped = |path: &str| utf8_percent_encode(path, PATH).to_string();
    match path.as_bytes() {
        // Leading slashes are reduced to one, so that no part of a path is taken for a host.
        [b'/', ..] => format!("file:///{}", escaped(path.trim_start_matches('/'))),
        [drive, b':', b'/', ..] if drive.is_ascii_alphabetic() => {
            format!("file:///{}:{}", *drive as char, escaped(&path[2..]))
        }
        _ => escaped(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_addresses() {
        assert_eq!(uri("a/b.txt"), "a/b.txt");
        assert_eq!(uri("../ä b.txt"), "../%C3%A4%20b.txt");
        assert_eq!(uri("http://x/?q#f"), "http%3A//x/%3Fq%23f");
        assert_eq!(uri("/srv/a%20b"), "file:///srv/a%2520b");
        assert_eq!(uri("//host/share"), "file:///host/share");
        assert_eq!(uri("C:/a b"), "file:///C:/a%20b");
        assert_eq!(uri("c\\\n\u{202e}"), "c%5C%0A%E2%80%AE");
    }
}
