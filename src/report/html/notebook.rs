//! Owns: the fragment for notebooks. Never: a script, a style sheet, a link, or a colour that suits
//! light pages only.

use crate::model::detection::{Cluster, Pair};
use crate::model::findings::Findings;
use crate::report::evidence;
use crate::report::html::documents::{name, running};
use crate::report::html::list::{longest, related};
use crate::report::html::options::HtmlSummaryOptions;
use crate::report::html::selection::{clusters_by_size, pairs_by_importance, shared_words, totals};
use crate::report::human::display::{count, fraction, number, percent};
use crate::report::human::match_parts::{MatchPart, SidedMatch, SpanPair};
use crate::report::texts::Texts;
use maud::{Markup, html};
use std::io::{self, Write};

/// Maximum number of members of a cluster that are named.
const MEMBERS: usize = 5;

// Colours are mixed with those of the page around the fragment, so that they suit light and dark
// notebooks.
const BOX: &str =
    "max-width:72em;margin:.5em 0;font-family:system-ui,sans-serif;font-size:14px;line-height:1.45";
const TABLE: &str = "border-collapse:collapse;margin:.4em 0 1em;text-align:left";
const CELL: &str =
    "border:1px solid rgba(128,128,128,.45);padding:.3em .6em;text-align:left;vertical-align:top";
const WORDS: &str = "border:1px solid rgba(128,128,128,.45);padding:.3em \
    .6em;text-align:left;vertical-align:top;width:50%;\
                     white-space:pre-wrap;overflow-wrap:anywhere";
const HEAD: &str = "font-size:1.05em;font-weight:600;text-align:left;margin:.6em 0 .2em;padding:0";
const SAME: &str = "background:rgba(240,180,0,.28);color:inherit";
const FAINT: &str = "opacity:.75";

/// Writes a small fragment of HTML for a notebook: the counts, the largest clusters, and the first
/// pairs with the passage that they share.
///
/// The fragment has no script, no style sheet and no link: its elements have inline styles, which
/// take the colours of the page around them, light or dark. All outside text is escaped.
///
/// # Errors
/// Errors of `out`.
pub fn html_summary(
    findings: Findings,
    options: HtmlSummaryOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let clusters: Vec<&Cluster> =
        clusters_by_size(findings).into_iter().take(options.clusters).collect();
    let pairs: Vec<&Pair> = pairs_by_importance(findings).into_iter().take(options.pairs).collect();
    let mut texts = Texts::new(findings.documents);
    let fragment = html! {
        div style=(BOX) {
            (summary_counts(findings))
            @if !clusters.is_empty() { (cluster_table(findings, &clusters)) }
            @if !findings.detection.titles.is_empty() { (divided_texts(findings)) }
            @if !pairs.is_empty() { (pair_table(findings, &pairs, &mut texts)) }
        }
    };
    out.write_all(fragment.0.as_bytes())?;
    out.write_all(b"\n")
}

fn summary_counts(findings: Findings) -> Markup {
    let columns = totals(findings);
    html! {
        table style=(TABLE) {
            caption style=(HEAD) { "nearcopy" }
            tr { @for (name, _) in columns { th scope="col" style=(CELL) { (name) } } }
            tr { @for (_, n) in columns { td style=(CELL) { (number(n)) } } }
        }
    }
}

fn cluster_table(findings: Findings, clusters: &[&Cluster]) -> Markup {
    html! {
        table style=(TABLE) {
            caption style=(HEAD) { (listed_of("cluster", clusters.len(),
                findings.detection.clusters.len())) }
            tr { @for name in ["documents", "representative", "weakest",
                "others"] { th scope="col" style=(CELL) { (name) } } }
            @for c in clusters {
                tr {
                    td style=(CELL) { (number(c.members.len() as u64)) }
                    td style=(CELL) { bdi { (name(&findings.id(c.representative))) } }
                    td style=(CELL) { (fraction(c.weakest)) }
                    td style=(CELL) {
                        @let others = c.members.iter().filter(|&&n| n != c.representative);
                        @for (i, &n) in others.take(MEMBERS).enumerate() {
                            @if i > 0 { ", " }
                            bdi { (name(&findings.id(n))) }
                        }
                        @if c.members.len() > MEMBERS + 1 {
                            " and " (number((c.members.len() - MEMBERS - 1) as u64)) " more" }
                    }
                }
            }
        }
    }
}

/// Maximum number of texts that titles divide, and of titles of each.
const DIVIDED: usize = 3;
const TITLES: usize = 4;

fn divided_texts(findings: Findings) -> Markup {
    let classes = &findings.detection.titles;
    html! {
        table style=(TABLE) {
            caption style=(HEAD) { "One text under titles that name different things: "
                (count(classes.len() as u64, "text")) }
            @for class in classes.iter().take(DIVIDED) {
                tr {
                    td style=(CELL) { (evidence::divided(class)) }
                    td style=(CELL) {
                        @for (i, group) in class.iter().take(TITLES).enumerate() {
                            @if i > 0 { " · " }
                            @let first = group.first().copied().unwrap_or_default();
                            @if let Some(title) = evidence::title(findings.documents, first) {
                                bdi { (title) } " "
                            }
                            bdi { (name(&findings.id(first))) }
                        }
                    }
                }
            }
        }
    }
}

fn pair_table(findings: Findings, pairs: &[&Pair], texts: &mut Texts) -> Markup {
    html! {
        table style=(TABLE) {
            caption style=(HEAD) { (listed_of("pair", pairs.len(),
                findings.detection.pairs.len())) }
            @for p in pairs {
                tr {
                    th colspan="2" scope="rowgroup" style=(CELL) {
                        (related([p.a, p.b].map(|n| name(&findings.id(n))).each_ref()
                            .map(String::as_str), p.relation))
                        span style=(FAINT) {
                            ": " (count(shared_words(findings, p), "word"))
                                " shared, " (percent(p.comparison.coverage_a)) " of the first and "
                            (percent(p.comparison.coverage_b)) " of the second"
                            @for words in evidence::phrases(findings, p) { "; " bdi { (words) } }
                        }
                    }
                }
                @match passage(p, texts) {
                    Some([left, right]) => tr {
                        td style=(WORDS) dir="auto" { (left) }
                        td style=(WORDS) dir="auto" { (right) }
                    },
                    None => tr { td colspan="2" style=(CELL) { span style=(FAINT) { "The text is \
                        not to be had." } } },
                }
            }
        }
    }
}

fn listed_of(what: &str, n: usize, of: usize) -> String {
    if n < of {
        format!("{} of {}", number(n as u64), count(of as u64, what))
    } else {
        count(n as u64, what)
    }
}

/// Returns both sides of the longest passage of a pair, with equal parts marked.
fn passage(pair: &Pair, texts: &mut Texts) -> Option<[Markup; 2]> {
    let m = longest(pair)?;
    let (left, right) = (texts.get(pair.a).ok()?, texts.get(pair.b).ok()?);
    texts.passage(&left, m.a).and(texts.passage(&right, m.b)).ok()?;
    let blocks = m.blocks.iter().map(|b| SpanPair { left: b.a, right: b.b }).collect();
    let passage = SidedMatch {
        left: &left,
        right: &right,
        spans: SpanPair { left: m.a, right: m.b },
        blocks,
    };
    let pieces = passage.parts();
    let side = |of: fn(&SidedMatch, SpanPair) -> String| {
        html! {
            @for piece in &pieces {
                @match piece {
                    MatchPart::Same(both) => mark style=(SAME) { (of(&passage, *both)) },
                    MatchPart::Edit(both) => (of(&passage, *both)),
                    MatchPart::Cut(..) => " … ",
                    MatchPart::Break => {},
                }
            }
        }
    };
    Some([side(|p, both| running(p.left_of(both))), side(|p, both| running(p.right_of(both)))])
}
