//! Owns: the page as a whole: head, policy, counts, frame, data and scripts, in the order of the
//! file. Never: one finding's markup.

use crate::model::findings::Findings;
use crate::model::options::is_bound;
use crate::model::relation::Relation;
use crate::report::html::charts;
use crate::report::html::data;
use crate::report::html::documents::{MissingText, PageDocuments, name};
use crate::report::html::list;
use crate::report::html::options::HtmlOptions;
use crate::report::html::selection::{Selection, totals};
use crate::report::human::display::{bytes, count, number};
use crate::report::json::writer::BUFFER;
use crate::report::texts::Texts;
use base64::Engine as _;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use std::io::{self, BufWriter, Write};

const STYLE: &str = include_str!("assets/page.css");

/// The scripts, joined to one: a file may use what the files before it define.
const SCRIPTS: [&str; 5] = [
    include_str!("assets/data.js"),
    include_str!("assets/list.js"),
    include_str!("assets/pair.js"),
    include_str!("assets/others.js"),
    include_str!("assets/page.js"),
];

/// Writes the report as one self-contained page for a browser: counts, clusters, pairs with their
/// two texts side by side, repeats.
///
/// Whatever a text, an id or a path contains, the page runs nothing of it and loads nothing:
/// everything is escaped, and a content security policy allows the page's own script and style
/// alone. Without scripting the page is a list. The most important findings are shown up to the
/// limits of the options, long texts around their findings only, and the page reports what it
/// leaves out. A text that can no longer be read, or is not the one that was scanned, is left out
/// with a note.
///
/// ```
/// use nearcopy::report::{self, Findings, HtmlOptions};
/// use nearcopy::{Corpus, Document, Preset, RunOptions};
/// let story = "The ferry company cancelled all sailings on Monday after the swell rose to five \
///     metres off the northern coast.";
/// let corpus = Corpus::new([Document::new("a", story), Document::new("b",
///     format!("Update. {story}"))])?;
/// let (recipe, thresholds) = (Default::default(), Default::default());
/// let (detection, _) = nearcopy::scan(&corpus, &recipe, &thresholds, &RunOptions::default(),
///     &())?;
/// let findings = Findings { detection: &detection, documents: &corpus, skipped: &[] };
/// let mut page = Vec::new();
/// report::html(findings, HtmlOptions::default(), &mut page)?;
/// assert!(page.starts_with(b"<!DOCTYPE html>"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Errors of `out`.
pub fn html(findings: Findings, options: HtmlOptions, out: &mut dyn Write) -> io::Result<()> {
    let out = &mut BufWriter::with_capacity(BUFFER, out);
    let selection = Selection::new(findings, options.most_pairs, options.most_text);
    let listed = PageDocuments::new(&selection, options.most_text);
    let script = script();
    let documents = findings.detection.summary.documents;
    let title =
        options.title.map_or_else(|| format!("nearcopy: {}", count(documents, "document")), name);
    // The policy comes before everything that it applies to.
    write!(out, "{}", DOCTYPE.0)?;
    write!(out, "<html lang=\"en\"><head><meta charset=\"utf-8\">")?;
    markup(
        out,
        html! { meta http-equiv="Content-Security-Policy" content=(policy(STYLE, &script)); },
    )?;
    markup(
        out,
        html! {
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="referrer" content="no-referrer";
            meta name="color-scheme" content="light dark";
            title { (title) }
            style { (PreEscaped(STYLE)) }
        },
    )?;
    write!(out, "</head>\n<body>\n")?;
    markup(
        out,
        html! {
            a .skip href="#findings" { "Skip to the findings" }
            header { h1 { (title) } (summary_counts(findings)) (notes(&selection, &listed)) }
        },
    )?;
    writeln!(out, "<main>")?;
    markup(out, charts::all(findings))?;
    markup(out, frame())?;
    plain(&selection, &listed, out)?;
    write!(out, "</main>\n<script type=\"application/json\" id=\"lists\">")?;
    data::lists(&selection, &listed, out)?;
    write!(out, "</script>\n<script type=\"application/json\" id=\"texts\">")?;
    data::texts(&listed, out)?;
    write!(out, "</script>\n<script>{script}</script>\n</body></html>\n")?;
    out.flush()
}

fn markup(out: &mut dyn Write, markup: Markup) -> io::Result<()> {
    out.write_all(markup.0.as_bytes())?;
    out.write_all(b"\n")
}

/// Returns the page's script. The words for relations come from the table that all reports use.
fn script() -> String {
    let word = |r: Relation| format!("  \"{}\": {:?},\n", r.name(), r.row().words.both);
    let relations = format!("{{\n{}}}", Relation::ALL.map(word).concat());
    let body = SCRIPTS.concat().replace("RELATIONS", &relations);
    format!("(() => {{\n\"use strict\";\n{body}}})();\n")
}

/// Returns the content security policy: the page may run its own script and use its own style, and
/// nothing else. Even the script cannot turn a string into markup or code.
fn policy(style: &str, script: &str) -> String {
    let hash = |text: &str| {
        base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text.as_bytes()))
    };
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; \
         form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        hash(script),
        hash(style)
    )
}

/// Returns the counts of the scan.
fn summary_counts(findings: Findings) -> Markup {
    let s = &findings.detection.summary;
    html! {
        dl .counts {
            @for (name, n) in totals(findings) { div { dt { (name) } dd { (number(n)) } } }
        }
        p .faint {
            (bytes(s.bytes)) " of text, recipe " (findings.detection.recipe_id)
                ", background " (findings.detection.background_id)
            @if s.without_text > 0 { ", " (count(s.without_text, "document")) " without text" }
            @if s.parts > 0 { ", " (count(s.parts, "page")) " read in part" }
        }
    }
}

/// Returns notes about documents that were not read, findings that are not shown, and where those
/// are.
fn notes(selection: &Selection, listed: &PageDocuments) -> Markup {
    let summary = &selection.findings.detection.summary;
    let missing =
        |why: MissingText| listed.all.iter().filter(|s| s.missing_text == Some(why)).count() as u64;
    let (unread, changed) = (missing(MissingText::Unread), missing(MissingText::Changed));
    let part = |(kind, shown, all): (&str, usize, usize)| {
        format!("{} of {}", number(shown as u64), count(all as u64, kind))
    };
    let left_out: Vec<String> = selection.left_out().into_iter().map(part).collect();
    let set_aside = selection.findings.skipped.iter().map(|x| ("skipped", x)).chain(
        summary.limited.iter().map(|x| match is_bound(&x.0) {
            true => ("bounded", x),
            false => ("set aside", x),
        }),
    );
    html! {
        ul .notes {
            @if !left_out.is_empty() {
                li {
                    "Shown are the most important: " (left_out.join(", "))
                    ". All of them are in the report as data: " code { "nearcopy scan … --format \
                     json" } "."
                }
            }
            @if unread > 0 { li { "The texts of " (count(unread, "document")) " could not be read: \
                they are left out." } }
            @if changed > 0 {
                li { "The texts of " (count(changed, "document")) " are not those that were \
                    scanned: they are left out." }
            }
            @for (what, (reason, n)) in set_aside { li { (number(*n)) " " (what)
                ": " (name(reason)) } }
            @if summary.capped_keys > 0 {
                li { (count(summary.capped_keys, "key")) " stood in too many texts to be followed \
                    everywhere." }
            }
        }
    }
}

/// The elements that the scripts fill with the lists and the texts; without scripting they stay
/// hidden.
fn frame() -> Markup {
    html! {
        section #findings hidden tabindex="-1" aria-label="Findings" {
            div #bar role="tablist" aria-label="Kind of finding" {}
            form #filter role="search" aria-label="Filter" {}
            p #told role="status" {}
            div #split {
                div #results role="tabpanel" tabindex="-1" {}
                section #detail tabindex="-1" aria-label="Finding" hidden {}
            }
        }
    }
}

/// Writes the lists for readers without scripting: a browser that runs scripts does not parse them.
fn plain(selection: &Selection, listed: &PageDocuments, out: &mut dyn Write) -> io::Result<()> {
    let mut texts = Texts::new(selection.findings.documents);
    writeln!(out, "<noscript>")?;
    markup(out, html! { h2 { "Clusters" } })?;
    markup(out, list::clusters(selection, listed))?;
    markup(out, html! { h2 { "Pairs" } })?;
    writeln!(out, "<ol>")?;
    for pair in &selection.pairs {
        markup(out, list::pair(listed, pair, &mut texts))?;
    }
    writeln!(out, "</ol>")?;
    if !selection.titles.is_empty() {
        markup(out, html! { h2 { "One text under titles that name different things" } })?;
        markup(out, list::divided_texts(selection, listed))?;
    }
    markup(out, html! { h2 { "Repeats" } })?;
    markup(out, list::repeats(selection, listed, &mut texts))?;
    writeln!(out, "</noscript>")
}
