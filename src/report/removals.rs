//! Owns: what a cleaning takes away, for a person: how much, from where, and the removals to look at first. Never: takes anything away.

use crate::clean::plan::{Cut, Gone, Why};
use crate::model::detection::{Place, Relation};
use crate::report::finding::{ReasonView, first_words, reasons};
use crate::report::human::{Human, Line};
use crate::report::words::{self, Style};
use crate::report::{Cleaned, HumanOptions, json};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// An output that was written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct WrittenFile {
    /// Its path.
    pub path: String,
    /// Records in it.
    pub kept: u64,
    /// Records left out of it.
    pub dropped: u64,
    /// Records of it that a passage was cut out of.
    pub cut: u64,
}

/// What an index had to do with a cleaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct IndexUse<'a> {
    /// Where it is.
    pub path: &'a str,
    /// Documents that go because of one that it holds.
    pub removed: u64,
    /// Those of them that it holds under their own ids, with the same text.
    pub known: u64,
    /// Documents added to it.
    pub added: u64,
    /// Those of them that took the place of another text of their id.
    pub replaced: u64,
}

#[derive(Serialize)]
struct LossView<'a> {
    source: Option<&'a str>,
    documents: u64,
    removed: u64,
}

#[derive(Serialize)]
struct CleanedView<'a> {
    schema: &'static str,
    planned: bool,
    documents: u64,
    tokens: u64,
    removed: u64,
    removed_tokens: u64,
    removed_as: &'a BTreeMap<&'static str, u64>,
    cut_passages: u64,
    cut_tokens: u64,
    skipped: Vec<ReasonView<'a>>,
    sources: Vec<LossView<'a>>,
    written: &'a [WrittenFile],
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<IndexUse<'a>>,
}

/// The counts as one JSON object on one line.
pub(super) fn object(cleaned: Cleaned, written: &[WrittenFile], out: &mut dyn Write) -> io::Result<()> {
    let tally = Tally::new(cleaned);
    let sources = tally.sources.iter();
    let view = CleanedView {
        schema: "nearcopy.dedupe/1",
        planned: cleaned.planned,
        documents: tally.documents.of,
        tokens: tally.tokens,
        removed: tally.documents.documents,
        removed_tokens: tally.gone_tokens,
        removed_as: &tally.kinds,
        cut_passages: cleaned.plan.cuts.len() as u64,
        cut_tokens: tally.cut_tokens,
        skipped: reasons(cleaned.findings.skipped),
        sources: sources
            .map(|(source, loss)| LossView { source: *source, documents: loss.of, removed: loss.documents })
            .collect(),
        written,
        index: cleaned.index,
    };
    let mut bytes = Vec::new();
    json::value(&mut bytes, &view)?;
    bytes.push(b'\n');
    out.write_all(&bytes)
}

/// How many removals are shown, those least like what stays first …
const LEAST_ALIKE: usize = 10;
/// … how many of another kind …
const OTHERS: usize = 5;
/// … and how many sources.
const SOURCES: usize = 10;

/// What a document lost or was lost with it.
#[derive(Default)]
struct Loss {
    documents: u64,
    of: u64,
}

/// Counts of a plan.
struct Tally<'a> {
    kinds: BTreeMap<&'static str, u64>,
    sources: BTreeMap<Option<&'a str>, Loss>,
    documents: Loss,
    gone_tokens: u64,
    cut_tokens: u64,
    tokens: u64,
}

pub(super) fn write(cleaned: Cleaned, options: HumanOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut human = Human::new(cleaned.findings, options, out);
    let tally = Tally::new(cleaned);
    human.lost(cleaned, &tally)?;
    human.sources(&tally)?;
    human.least_alike(cleaned)?;
    human.largest(cleaned)?;
    human.cuts(cleaned)?;
    human.out.flush()
}

impl<'a> Tally<'a> {
    fn new(cleaned: Cleaned<'a>) -> Tally<'a> {
        let Cleaned { findings, plan, .. } = cleaned;
        let tokens = |n: u32| u64::from(findings.detection.tokens.get(n as usize).copied().unwrap_or(0));
        let mut out = Tally {
            kinds: BTreeMap::new(),
            sources: BTreeMap::new(),
            documents: Loss::default(),
            gone_tokens: plan.gone.iter().map(|g| tokens(g.document)).sum(),
            cut_tokens: plan.cuts.iter().map(|c| u64::from(c.tokens)).sum(),
            tokens: 0,
        };
        for n in (0..findings.documents.count() as u32).filter(|&n| !findings.documents.info(n as usize).reference) {
            out.tokens += tokens(n);
            out.documents.of += 1;
            out.sources.entry(findings.documents.info(n as usize).source.as_deref()).or_default().of += 1;
        }
        for g in &plan.gone {
            *out.kinds.entry(kind(g)).or_default() += 1;
            out.documents.documents += 1;
            out.sources.entry(findings.documents.info(g.document as usize).source.as_deref()).or_default().documents += 1;
        }
        out
    }
}

/// The name of what a document was removed as.
pub(super) const fn kind(gone: &Gone) -> &'static str {
    match gone.why {
        Why::Copy { relation, .. } => relation.name(),
        Why::Short { .. } => "too-short",
    }
}

fn share(part: u64, whole: u64) -> String {
    words::percent(if whole == 0 { 0.0 } else { part as f64 / whole as f64 })
}

impl<'a> Human<'a, '_> {
    fn lost(&mut self, cleaned: Cleaned, tally: &Tally) -> io::Result<()> {
        let verb = if cleaned.planned { "would go" } else { "removed" };
        let Loss { documents, of } = tally.documents;
        let amounts = [
            format!("{} of {} {verb} ({})", words::number(documents), words::count(of, "document"), share(documents, of)),
            format!("{} of {}", share(tally.gone_tokens + tally.cut_tokens, tally.tokens), words::count(tally.tokens, "token")),
        ];
        self.put("", 2, Line::default().say(Style::Strong, "nearcopy ").list(Style::Plain, &amounts))?;
        let kinds: Vec<String> = tally.kinds.iter().map(|(kind, n)| format!("{} {kind}", words::number(*n))).collect();
        if !kinds.is_empty() {
            self.put("  ", 2, Line::default().say(Style::Plain, "documents: ").list(Style::Plain, &kinds))?;
        }
        if let Some(index) = cleaned.index {
            let because = words::count(index.removed, "document");
            let line =
                format!("because of the index: {because}, {} of them in it under their own ids", words::number(index.known));
            self.put("  ", 2, Line::default().say(Style::Plain, &line))?;
        }
        let plan = cleaned.plan;
        if !plan.cuts.is_empty() {
            let mut documents: Vec<u32> = plan.cuts.iter().map(|c| c.document).collect();
            documents.dedup();
            let passages = words::count(plan.cuts.len() as u64, "passage");
            let tokens = words::count(tally.cut_tokens, "token");
            let of = words::count(documents.len() as u64, "document");
            self.put("  ", 2, Line::default().say(Style::Plain, &format!("cut: {passages} of {tokens} from {of}")))?;
        }
        Ok(())
    }

    /// The sources that lose most.
    fn sources(&mut self, tally: &Tally) -> io::Result<()> {
        let mut hit: Vec<_> = tally.sources.iter().filter(|(_, loss)| loss.documents > 0).collect();
        if hit.is_empty() || tally.sources.len() < 2 {
            return Ok(());
        }
        hit.sort_by_key(|(_, loss)| Reverse(loss.documents));
        self.heading("By source")?;
        for (source, loss) in hit.iter().take(SOURCES) {
            let name = source.map_or("(none)".into(), |s| words::fit(s, 60));
            let amounts =
                format!("{} of {} ({})", words::number(loss.documents), words::number(loss.of), share(loss.documents, loss.of));
            self.put("  ", 4, Line::default().say(Style::Strong, &name).say(Style::Plain, &format!("  {amounts}")))?;
        }
        match hit.len().saturating_sub(SOURCES) {
            0 => Ok(()),
            n => {
                self.put("  ", 0, Line::default().say(Style::Faint, &format!("… and {}.", words::count(n as u64, "more source"))))
            }
        }
    }

    /// Removed documents that share least with the one that stays: where a mistake would be.
    fn least_alike(&mut self, cleaned: Cleaned<'a>) -> io::Result<()> {
        let mut order: Vec<(&Gone, u32, Relation, (f64, f64))> = Vec::new();
        for g in &cleaned.plan.gone {
            if let Why::Copy { partner, relation, coverage, .. } = g.why
                && relation != Relation::Equal
            {
                order.push((g, partner, relation, coverage));
            }
        }
        if order.is_empty() {
            return Ok(());
        }
        order.sort_by(|x, y| x.3.0.total_cmp(&y.3.0).then(x.0.document.cmp(&y.0.document)));
        self.heading("To look at first: the removals least like what stays")?;
        for (gone, partner, relation, coverage) in order.iter().take(LEAST_ALIKE) {
            if !self.brief {
                self.blank()?;
            }
            let of = coverage_in_words(*coverage);
            let mut details = vec![format!("{} of {}", relation.name(), words::fit(self.findings.id(*partner), 240)), of];
            details.extend(self.details(gone.document));
            self.entry("  − ", gone.document, &details)?;
            self.passages_between(gone.document, *partner)?;
        }
        self.rest(order.len(), LEAST_ALIKE, "removal")
    }

    /// The clusters that lose most.
    fn largest(&mut self, cleaned: Cleaned<'a>) -> io::Result<()> {
        let mut by_partner: BTreeMap<u32, u64> = BTreeMap::new();
        for g in &cleaned.plan.gone {
            if let Why::Copy { partner, .. } = g.why {
                *by_partner.entry(partner).or_default() += 1;
            }
        }
        let mut order: Vec<(u32, u64)> = by_partner.into_iter().collect();
        if order.is_empty() {
            return Ok(());
        }
        order.sort_by_key(|&(partner, n)| (Reverse(n), partner));
        self.heading("What most copies were removed of")?;
        for &(partner, n) in order.iter().take(OTHERS) {
            let mut details = vec![words::count(n, "copy")];
            details.extend(self.details(partner));
            if self.findings.documents.info(partner as usize).reference {
                details.push("reference".into());
            }
            self.entry("  ● ", partner, &details)?;
        }
        self.rest(order.len(), OTHERS, "document")
    }

    /// The longest passages that are cut.
    fn cuts(&mut self, cleaned: Cleaned<'a>) -> io::Result<()> {
        let mut order: Vec<&Cut> = cleaned.plan.cuts.iter().collect();
        if order.is_empty() {
            return Ok(());
        }
        order.sort_by_key(|c| (Reverse(c.tokens), c.document, c.span));
        self.heading("The longest passages cut")?;
        for cut in order.iter().take(OTHERS) {
            let place = Place { document: cut.document, span: cut.span };
            let quoted = format!("“{}”", first_words(&place, &mut self.texts)?);
            self.put("  − ", 2, Line::default().say(Style::Strong, &quoted))?;
            let stays = cut.causes.iter().find_map(|c| c.stays);
            let why = match stays {
                Some(place) => format!("stays in {}", words::fit(self.findings.id(place.document), 240)),
                None => "boilerplate".into(),
            };
            let from = format!("from {}", words::fit(self.findings.id(cut.document), 240));
            let details = [words::count(cut.tokens.into(), "token"), from, why];
            self.put("      ", 0, Line::default().list(Style::Plain, &details))?;
        }
        self.rest(order.len(), OTHERS, "passage")
    }

    fn rest(&mut self, all: usize, shown: usize, noun: &str) -> io::Result<()> {
        if all <= shown {
            return Ok(());
        }
        let rest = words::count((all - shown) as u64, &format!("more {noun}"));
        self.put("  ", 0, Line::default().say(Style::Faint, &format!("… and {rest}: --removed FILE writes all of them.")))
    }
}

fn coverage_in_words(coverage: (f64, f64)) -> String {
    format!("{} of it, {} of what stays", words::percent(coverage.0), words::percent(coverage.1))
}
