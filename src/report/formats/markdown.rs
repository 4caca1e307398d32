//! Owns: a gate's report for a comment or a page that renders Markdown. Never: lets a text act as
//! Markdown or HTML.

use crate::escape;
use crate::gate::verdict::{Finding, FindingKind, Rule, SourceCounts, Verdict};
use crate::report::formats::located_findings::{self, FileRegion, LocatedFinding, Locator};
use crate::report::human::display;
use crate::report::input::GateReport;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Maximum number of rows of each table of rules, sources, stale entries and ignore entries.
const ROWS: usize = 50;
/// Bytes reserved for closing tags and for the note of what is left out.
const RESERVE: usize = 300;

/// Limits of a Markdown report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MarkdownOptions {
    /// At most this many bytes (2,000 at the least). GitHub accepts comments of 65,536 characters.
    pub most_bytes: usize,
}

impl_with!(MarkdownOptions);

impl Default for MarkdownOptions {
    fn default() -> Self {
        MarkdownOptions { most_bytes: 65_000 }
    }
}

/// Writes a gate's report in GitHub's Markdown: outcome, bounds, sources, and the findings that
/// count, by kind and folded.
///
/// The report is cut to the given size, and reports what is left out. Ids, paths and texts are put
/// in `<code>`, with every character that has a meaning in Markdown or HTML as a character
/// reference, so that they make no link, image, mention, heading or tag.
///
/// # Errors
/// As [`json()`](crate::report::json()).
pub fn markdown(
    checked: GateReport,
    options: MarkdownOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let verdict = checked.verdict;
    let mut page = Page { text: String::new(), most: options.most_bytes.max(2_000) - RESERVE };
    page.add(&opening(verdict));
    // Violated rules come first: a reader looks for them.
    let mut rules: Vec<&Rule> = verdict.rules.iter().collect();
    rules.sort_by_key(|r| !r.violated);
    page.table(&["rule", "for", "measured", "of", "allowed", ""], "rules", rules.len(), |n| {
        rule(rules[n])
    });
    if verdict.sources.iter().any(|s| s.source.is_some()) {
        page.fold("By source", |page| {
            let head = ["source", "documents", "duplicates", "new", "tokens", "duplicate", "new"];
            page.table(&head, "sources", verdict.sources.len(), |n| source(&verdict.sources[n]));
        });
    }
    findings(checked, &mut page)?;
    rest(verdict, &mut page);
    out.write_all(page.text.as_bytes())?;
    out.flush()
}

/// A text that grows up to a size.
struct Page {
    text: String,
    most: usize,
}

impl Page {
    /// Adds a part, or nothing of it; returns whether there was room.
    fn add(&mut self, part: &str) -> bool {
        let fits = self.text.len() + part.len() <= self.most;
        if fits {
            self.text.push_str(part);
        }
        fits
    }

    /// Adds a folded section.
    fn fold(&mut self, title: &str, inside: impl FnOnce(&mut Page)) {
        if self.add(&format!("<details><summary>{title}</summary>\n\n")) {
            inside(self);
            self.text.push_str("</details>\n\n");
        }
    }

    /// Adds a table, cut where there is no room; a note reports the rows that are left out.
    fn table(&mut self, head: &[&str], what: &str, rows: usize, row: impl Fn(usize) -> String) {
        let line = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
        if rows == 0 || !self.add(&(line(head.to_vec()) + &line(vec!["---"; head.len()]))) {
            return;
        }
        let shown = (0..rows.min(ROWS)).take_while(|&n| self.add(&row(n))).count();
        self.text.push('\n');
        if shown < rows {
            let _ = writeln!(
                self.text,
                "{} of {} {what} left out.\n",
                display::number((rows - shown) as u64),
                display::number(rows as u64)
            );
        }
    }
}

fn opening(verdict: &Verdict) -> String {
    let [new, known, ignored, _] = verdict.finding_counts().map(display::number);
    let in_part = located_findings::in_part(verdict);
    format!(
        "## nearcopy: {}\n\n{} of {} are copies, {} of them new. Findings: **{new} new**, {known} \
         known, {ignored} ignored{in_part}.\n\n",
        located_findings::outcome(verdict),
        display::number(verdict.total.duplicate_documents),
        display::count(verdict.total.documents, "document"),
        display::number(verdict.total.new_duplicate_documents),
    )
}

fn rule(rule: &Rule) -> String {
    let scope = rule.scope.as_deref().map_or("everything".into(), name);
    let (measured, of) = (display::number(rule.measured), display::number(rule.of));
    let mark = if rule.violated { "**violated**" } else { "" };
    format!(
        "| {} | {scope} | {measured} | {of} | {} | {mark} |\n",
        code(rule.name),
        code(&rule.limit)
    )
}

fn source(counts: &SourceCounts) -> String {
    let source = counts.source.as_deref().map_or("none".into(), name);
    let amounts = [
        counts.documents,
        counts.duplicate_documents,
        counts.new_duplicate_documents,
        counts.tokens,
        counts.duplicate_tokens,
        counts.new_duplicate_tokens,
    ];
    format!("| {source} | {} |\n", amounts.map(display::number).join(" | "))
}

/// Adds the findings that count, a folded table for each kind, the most severe first.
fn findings(checked: GateReport, page: &mut Page) -> io::Result<()> {
    let found = located_findings::by_gravity(checked.verdict.new_findings());
    let mut locator = Locator::new(checked);
    let mut shown = 0;
    for kind in FindingKind::ALL {
        let some: Vec<&Finding> = found.iter().copied().filter(|f| f.kind == kind).collect();
        let coverage = if let FindingKind::Pair(_) = kind { " covered |" } else { "" };
        let (title, line) = (
            format!("{}: {} new", kind.name(), display::number(some.len() as u64)),
            coverage.replace(" covered ", " --- "),
        );
        let head = format!(
            "<details><summary>{title}</summary>\n\n| document | other |{coverage} begins |\n| --- \
             | --- |{line} --- |\n"
        );
        // A kind without findings gets no heading.
        let Some(first) = some.first() else { continue };
        if !page.add(&(head + &row(&locator.get(first, 1)?))) {
            break;
        }
        shown += 1;
        for finding in &some[1..] {
            if !page.add(&row(&locator.get(finding, 1)?)) {
                break;
            }
            shown += 1;
        }
        page.text.push_str("\n</details>\n\n");
    }
    if shown < found.len() {
        let (left_out, all) =
            (display::number((found.len() - shown) as u64), display::number(found.len() as u64));
        let _ = writeln!(
            page.text,
            "{left_out} of {all} new findings left out: the report was cut to its size.\n"
        );
    }
    Ok(())
}

fn row(overlap: &LocatedFinding) -> String {
    let place = |id: &str, region: FileRegion| match region {
        FileRegion::Exact { from: [first, _], to: [last, _] } if last > first => {
            format!("{}, lines {first}–{last}", name(id))
        }
        FileRegion::Exact { from: [line, _], .. } => format!("{}, line {line}", name(id)),
        _ => name(id),
    };
    let (here, there) = overlap.first();
    let (here, there) = (place(&overlap.here.id, here), place(&overlap.there.id, there));
    let more = match overlap.finding.passages.len() {
        0 | 1 => String::new(),
        n => format!(" and {}", display::count(n as u64 - 1, "further passage")),
    };
    let covered = match (overlap.finding.kind, overlap.finding.coverage) {
        (FindingKind::Repeat, _) => String::new(),
        (_, Some((a, b))) => {
            let evidence = &overlap.evidence;
            let more = evidence.equal_words.iter().chain(&evidence.why);
            let more: String = more
                .chain(&overlap.earlier())
                .chain(&overlap.in_part())
                .map(|words| format!("; {words}"))
                .collect();
            format!(" {}, other {}{more} |", display::percent(a), display::percent(b))
        }
        (_, None) => " |".into(),
    };
    format!("| {here} | {there} |{covered} {}{more} |\n", code(&escape::word(&overlap.words)))
}

/// Adds the ignore entries, and the entries of the baseline that nothing matches.
fn rest(verdict: &Verdict, page: &mut Page) {
    if !verdict.ignores.is_empty() {
        page.fold("Ignore entries", |page| {
            page.table(
                &["reason", "findings", "until"],
                "ignore entries",
                verdict.ignores.len(),
                |n| {
                    let ignore = &verdict.ignores[n];
                    let until = ignore.expires.as_deref().map_or(String::new(), code);
                    let expired = if ignore.expired { " **expired**" } else { "" };
                    format!(
                        "| {} | {} | {until}{expired} |\n",
                        name(&ignore.reason),
                        display::number(ignore.used)
                    )
                },
            );
        });
    }
    if !verdict.stale.is_empty() {
        page.fold("In the baseline, no longer found", |page| {
            page.table(&["kind", "documents", "begins"], "entries", verdict.stale.len(), |n| {
                let stale = &verdict.stale[n];
                let documents: Vec<String> =
                    stale.documents.iter().take(3).map(|d| name(d)).collect();
                let more = if stale.documents.len() > 3 { " …" } else { "" };
                format!(
                    "| {} | {}{more} | {} |\n",
                    code(&stale.kind),
                    documents.join(" "),
                    name(&stale.text)
                )
            });
        });
    }
}

/// Formats a name of any length.
fn name(text: &str) -> String {
    code(&located_findings::short(text))
}

/// Formats outside text in `<code>`, where GitHub makes no mention or link of it, without a
/// character that could end the element or has a meaning.
fn code(text: &str) -> String {
    let clean = escape::word(text);
    if clean.trim().is_empty() {
        return String::new();
    }
    // A dot has a meaning in `www.` only.
    let dots = clean.to_ascii_lowercase().contains("www");
    let mut out = String::with_capacity(clean.len() + 16);
    out.push_str("<code>");
    for c in clean.chars() {
        let means = c.is_ascii_punctuation()
            && !matches!(c, '-' | '/' | ',' | '.' | '(' | ')' | '?' | '%' | ';');
        if means || (c == '.' && dots) {
            let _ = write!(out, "&#{};", c as u32);
        } else {
            out.push(c);
        }
    }
    out.push_str("</code>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_is_a_reference() {
        assert_eq!(code("a/b-1.txt (x), 5%"), "<code>a/b-1.txt (x), 5%</code>");
        assert_eq!(code("<b>|`@x`"), "<code>&#60;b&#62;&#124;&#96;&#64;x&#96;</code>");
        assert_eq!(
            code("![x](http://www.y.z)"),
            "<code>&#33;&#91;x&#93;(http&#58;//www&#46;y&#46;z)</code>"
        );
        assert_eq!(code("\n#"), "<code>␊&#35;</code>");
        assert_eq!(code(" "), "");
    }
}
