//! Owns: a gate's findings as a table with a row for each, which a spreadsheet shows and does not
//! run. Never: a total.

use crate::escape;
use crate::model::detection::TemplateReason;
use crate::model::document::DocumentInfo;
use crate::report::formats::located_findings::{LocatedFinding, Locator};
use crate::report::input::GateReport;
use crate::report::schema::rounding;
use csv::{QuoteStyle, WriterBuilder};
use std::borrow::Cow;
use std::io::{self, Write};

const HEAD: [&str; 24] = [
    "state",
    "kind",
    "document",
    "path",
    "record",
    "line",
    "source",
    "date",
    "partner",
    "partner_path",
    "partner_line",
    "coverage",
    "partner_coverage",
    "passages",
    "first_words",
    "fingerprint",
    "why",
    "equal_words",
    "partner_equal_words",
    "earlier",
    "read",
    "read_share",
    "partner_read",
    "partner_read_share",
];

/// Writes a gate's findings as comma-separated values: a header, then a row for each finding. The
/// columns are state, kind, document, path, record, line, source, date, partner, its path and line,
/// both coverages (shares from 0 to 1), number of passages, first words of the first passage,
/// fingerprint, why a template is one, the shares of equal words of both, id of the earlier
/// document, and for pages how both were read (`whole` or `part`) and which share of them.
///
/// Lines are lines of the file; an unknown value is empty. A cell that a spreadsheet would take for
/// a formula begins with an apostrophe, and characters that would act on a terminal are written as
/// escapes.
///
/// # Errors
/// As [`json()`](crate::report::json()).
pub fn csv(checked: GateReport, out: &mut dyn Write) -> io::Result<()> {
    // Cells are quoted also where only another reader's separator, such as a semicolon, would
    // require it.
    let mut table = WriterBuilder::new()
        .quote_style(QuoteStyle::NonNumeric)
        .buffer_capacity(1 << 16)
        .from_writer(out);
    table.write_record(HEAD)?;
    let mut locator = Locator::new(checked);
    for finding in &checked.verdict.findings {
        table.write_record(row(&locator.get(finding, 1)?).iter().map(|cell| cell.as_bytes()))?;
    }
    table.flush()
}

fn row<'a>(overlap: &'a LocatedFinding) -> [Cow<'a, str>; 24] {
    let LocatedFinding { finding, here, there, evidence, .. } = overlap;
    let earlier =
        evidence.earlier.as_ref().map(|&(n, _)| if n == finding.document { here } else { there });
    let (place, other) = overlap.first();
    let number = |n: Option<u64>| n.map_or(Cow::Borrowed(""), |n| n.to_string().into());
    let share = |share: Option<f64>| {
        share.map_or(Cow::Borrowed(""), |s| rounding::share(s).to_string().into())
    };
    let extent = |info: &DocumentInfo| info.read.map_or("", |read| read.extent.name()).into();
    let text = |text: Option<&'a str>| inert(escape::name(text.unwrap_or_default()));
    [
        finding.state.name().into(),
        finding.kind.name().into(),
        text(Some(&here.id)),
        text(here.path.as_deref()),
        number(here.record),
        number(place.line()),
        text(here.source.as_deref()),
        text(here.date.as_deref()),
        text(Some(&there.id)),
        text(there.path.as_deref()),
        number(other.line()),
        share(finding.coverage.map(|c| c.0)),
        share(finding.coverage.map(|c| c.1)),
        number(Some(finding.passages.len() as u64)),
        inert(escape::word(&overlap.words)),
        text(Some(&finding.fingerprint)),
        evidence.reason.map_or("", TemplateReason::name).into(),
        share(evidence.shares.map(|both| both[0])),
        share(evidence.shares.map(|both| both[1])),
        text(earlier.map(|info| info.id.as_str())),
        extent(here),
        share(here.read.map(|read| read.fraction())),
        extent(there),
        share(there.read.map(|read| read.fraction())),
    ]
}

/// Whether a spreadsheet takes the text for a formula: this depends on the first character,
/// full-width forms and the minus sign included (OWASP, CSV injection).
fn begins_formula(text: &str) -> bool {
    let beyond = text.trim_start_matches(|c: char| {
        c.is_whitespace() && c != '\t' && c != '\r' && c != '\n' || c == '"'
    });
    beyond.starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '−', '﹢', '﹣', '﹦', '﹫',
    ])
}

/// Puts an apostrophe before a formula. Where a spreadsheet takes the semicolon for the separator,
/// a formula may begin after one.
fn inert(cell: Cow<str>) -> Cow<str> {
    let inside = cell.match_indices(';').any(|(at, _)| begins_formula(&cell[at + 1..]));
    if !inside && !begins_formula(&cell) {
        return cell;
    }
    let mut out = String::with_capacity(cell.len() + 4);
    for (n, part) in cell.split(';').enumerate() {
        out.push_str(if n > 0 { ";" } else { "" });
        out.push_str(if begins_formula(part) { "'" } else { "" });
        out.push_str(part);
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_get_an_apostrophe() {
        let inert = |text: &'static str| inert(Cow::Borrowed(text));
        assert_eq!(inert("=cmd()"), "'=cmd()");
        assert_eq!(inert("  ＝1+1"), "'  ＝1+1");
        assert_eq!(inert("\tx"), "'\tx");
        assert_eq!(inert("a; =b;c;\"-d"), "a;' =b;c;'\"-d");
        for harmless in ["", "a=b", "a-b; c", "'x", "1;2"] {
            assert_eq!(inert(harmless), harmless);
        }
    }
}
