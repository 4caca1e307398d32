//! Owns: a gate's verdict as JUnit XML, with bounds and findings as test cases. Never: a time or a
//! host, which the report does not know.

use crate::escape;
use crate::gate::verdict::{Finding, FindingState, Rule, Verdict};
use crate::report::formats::located_findings::{self, FileRegion, LocatedFinding, Locator};
use crate::report::input::GateReport;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io::{self, BufWriter, Write};

type Xml<W> = Writer<W>;

/// Writes a gate's verdict as JUnit XML.
///
/// The suite `nearcopy.policy` has a case for each bound, failed where it is violated. The suite
/// `nearcopy.findings` has a case for each finding, with the kind as its class: failed where it
/// counts, skipped where it is ignored. Known findings are only counted, among the properties.
///
/// # Errors
/// As [`json()`](crate::report::json()).
pub fn junit(checked: GateReport, out: &mut dyn Write) -> io::Result<()> {
    let verdict = checked.verdict;
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let mut xml = Writer::new_with_indent(&mut out, b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let violated = verdict.rules.iter().filter(|r| r.violated).count();
    let [new, _, ignored, part] = verdict.finding_counts().map(|n| n as usize);
    let tests = verdict.rules.len() + new + ignored;
    let root = xml.create_element("testsuites").with_attribute(("name", "nearcopy"));
    let root = root
        .with_attribute(("tests", &*tests.to_string()))
        .with_attribute(("failures", &*(violated + new).to_string()));
    root.with_attribute(("errors", "0")).write_inner_content(|xml| {
        suite(xml, "nearcopy.policy", [verdict.rules.len(), violated, 0], |xml| {
            properties(xml, verdict)?;
            verdict.rules.iter().try_for_each(|r| rule(xml, r))
        })?;
        suite(xml, "nearcopy.findings", [new + ignored + part, new, ignored + part], |xml| {
            let mut locator = Locator::new(checked);
            for found in verdict.findings.iter().filter(|f| f.state != FindingState::Known) {
                finding(xml, &locator.get(found, 1)?, verdict.reason(found))?;
            }
            Ok(())
        })
    })?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Writes a suite with its numbers of cases, of failed and of skipped ones.
fn suite<W: Write>(
    xml: &mut Xml<W>,
    name: &str,
    [tests, failures, skipped]: [usize; 3],
    inside: impl FnOnce(&mut Xml<W>) -> io::Result<()>,
) -> io::Result<()> {
    let suite = xml
        .create_element("testsuite")
        .with_attribute(("name", name))
        .with_attribute(("tests", &*tests.to_string()));
    let suite =
        suite.with_attribute(("failures", &*failures.to_string())).with_attribute(("errors", "0"));
    suite.with_attribute(("skipped", &*skipped.to_string())).write_inner_content(inside)?;
    Ok(())
}

fn properties<W: Write>(xml: &mut Xml<W>, verdict: &Verdict) -> io::Result<()> {
    let total = &verdict.total;
    let [_, known, _, part] = verdict.finding_counts();
    let amounts = [
        ("documents", total.documents),
        ("duplicate-documents", total.duplicate_documents),
        ("new-duplicate-documents", total.new_duplicate_documents),
        ("tokens", total.tokens),
        ("duplicate-tokens", total.duplicate_tokens),
        ("new-duplicate-tokens", total.new_duplicate_tokens),
        ("findings", verdict.findings.len() as u64),
        ("known-findings", known),
        ("findings-of-pages-read-in-part", part),
        ("stale-baseline-entries", verdict.stale.len() as u64),
        ("pairs-not-compared", verdict.not_compared),
    ];
    xml.create_element("properties").write_inner_content(|xml| {
        for (name, value) in amounts {
            let property = xml.create_element("property").with_attribute(("name", name));
            property.with_attribute(("value", &*value.to_string())).write_empty()?;
        }
        Ok(())
    })?;
    Ok(())
}

fn rule<W: Write>(xml: &mut Xml<W>, rule: &Rule) -> io::Result<()> {
    let (name, measured) = located_findings::rule(rule);
    let failure = rule.violated.then(|| (measured.as_str(), format!("{name}: {measured}")));
    case(
        xml,
        "policy",
        &name,
        failure.as_ref().map(|(short, long)| ("failure", *short, rule.name, long.as_str())),
    )
}

fn finding<W: Write>(
    xml: &mut Xml<W>,
    overlap: &LocatedFinding,
    ignored: Option<&str>,
) -> io::Result<()> {
    let Finding { kind, fingerprint, .. } = overlap.finding;
    let (here, there) = overlap.first();
    let at = |id: &str, region: FileRegion| match region {
        FileRegion::Exact { from, .. } => format!("{}:{}", located_findings::short(id), from[0]),
        _ => located_findings::short(id),
    };
    let (here, there) = (at(&overlap.here.id, here), at(&overlap.there.id, there));
    let name = format!("{here} and {there}");
    match ignored {
        Some(reason) => {
            case(xml, kind.name(), &name, Some(("skipped", &escape::name(reason), kind.name(), "")))
        }
        None => {
            let long = format!(
                "{}\n{here}\n{there}\nfingerprint {}",
                overlap.message(),
                escape::name(fingerprint)
            );
            case(
                xml,
                kind.name(),
                &name,
                Some(("failure", &overlap.sentence(located_findings::short), kind.name(), &long)),
            )
        }
    }
}

/// Writes a case with its outcome: element, message, type, text.
fn case<W: Write>(
    xml: &mut Xml<W>,
    class: &str,
    name: &str,
    outcome: Option<(&str, &str, &str, &str)>,
) -> io::Result<()> {
    let case = xml
        .create_element("testcase")
        .with_attribute(("classname", class))
        .with_attribute(("name", name));
    let Some((element, message, kind, text)) = outcome else {
        case.write_empty()?;
        return Ok(());
    };
    case.write_inner_content(|xml| {
        let inside = xml
            .create_element(element)
            .with_attribute(("message", message))
            .with_attribute(("type", kind));
        if text.is_empty() {
            inside.write_empty()?
        } else {
            inside.write_text_content(BytesText::new(text))?
        };
        Ok(())
    })?;
    Ok(())
}
