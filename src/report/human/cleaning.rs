//! Owns: the report of a cleaning for a person: how much is removed, from which sources, and the
//! removals to check first. Never: removes anything.

use crate::clean::plan::{Cut, RemovalReason, RemovedDocument};
use crate::model::detection::{Place, Relation};
use crate::report::evidence;
use crate::report::human::display::{self, Style};
use crate::report::human::options::HumanOptions;
use crate::report::human::page::{Human, StyledText};
use crate::report::input::CleaningReport;
use crate::report::removal_counts::{RemovalCounts, RemovedTokens};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Maximum number of removals that are shown, those with the lowest coverage first …
const LEAST_ALIKE: usize = 10;
/// … items of the other lists …
const OTHERS: usize = 5;
/// … and sources.
const SOURCES: usize = 10;
/// The end of a note that items are left out: where to find all of them.
const ALL: &str = ": --removed FILE writes all of them";

/// Writes the report of a cleaning for a person: how much is removed, from which sources, and the
/// removals with the lowest coverage first.
///
/// # Errors
/// As [`json()`](crate::report::json()).
pub fn cleaned(
    cleaned: CleaningReport,
    options: HumanOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut human = Human::new(cleaned.findings, options, out);
    let tally = RemovalCounts::new(cleaned);
    human.lost(cleaned, &tally)?;
    human.sources(&tally)?;
    human.least_alike(cleaned)?;
    human.largest(cleaned)?;
    human.cuts(cleaned)?;
    human.out.flush()
}

fn share(part: u64, whole: u64) -> String {
    display::percent(if whole == 0 { 0.0 } else { part as f64 / whole as f64 })
}

impl<'a> Human<'a, '_> {
    fn lost(&mut self, cleaned: CleaningReport, tally: &RemovalCounts) -> io::Result<()> {
        let verb = if cleaned.planned { "would go" } else { "removed" };
        let RemovedTokens { documents, of } = tally.documents;
        let mut amounts = vec![
            format!(
                "{} of {} {verb} ({})",
                display::number(documents),
                display::count(of, "document"),
                share(documents, of)
            ),
            format!(
                "{} of {}",
                share(tally.removed_tokens + tally.cut_tokens, tally.tokens),
                display::count(tally.tokens, "token")
            ),
        ];
        if tally.without_text > 0 {
            amounts.push(format!("{} without text", display::number(tally.without_text)));
        }
        if tally.parts > 0 {
            amounts.push(format!("{} read in part", display::number(tally.parts)));
        }
        self.put(
            "",
            2,
            StyledText::default().say(Style::Strong, "nearcopy ").list(Style::Plain, &amounts),
        )?;
        let kinds: Vec<String> =
            tally.kinds.iter().map(|(kind, n)| format!("{} {kind}", display::number(*n))).collect();
        if !kinds.is_empty() {
            self.put(
                "  ",
                2,
                StyledText::default().say(Style::Plain, "documents: ").list(Style::Plain, &kinds),
            )?;
        }
        self.beside(cleaned)?;
        let plan = cleaned.plan;
        if !plan.cuts.is_empty() {
            let mut documents: Vec<u32> = plan.cuts.iter().map(|c| c.document).collect();
            documents.dedup();
            let passages = display::count(plan.cuts.len() as u64, "passage");
            let tokens = display::count(tally.cut_tokens, "token");
            let of = display::count(documents.len() as u64, "document");
            self.put(
                "  ",
                2,
                StyledText::default()
                    .say(Style::Plain, &format!("cut: {passages} of {tokens} from {of}")),
            )?;
        }
        Ok(())
    }

    /// Writes what stays although it repeats something, and what the index took part in.
    fn beside(&mut self, cleaned: CleaningReport) -> io::Result<()> {
        let stay = cleaned.plan.stay_in_part.len() as u64;
        if stay > 0 {
            let documents = display::count(stay, "document");
            let line = format!("kept although alike: {documents}, because a page was read in part");
            self.put("  ", 2, StyledText::default().say(Style::Plain, &line))?;
        }
        if let Some(index) = cleaned.index {
            let because = display::count(index.removed, "document");
            let line = format!(
                "because of the index: {because}, {} of them in it under their own ids",
                display::number(index.known)
            );
            self.put("  ", 2, StyledText::default().say(Style::Plain, &line))?;
        }
        Ok(())
    }

    /// Writes the sources that lose most documents.
    fn sources(&mut self, tally: &RemovalCounts) -> io::Result<()> {
        let mut hit: Vec<_> = tally.sources.iter().filter(|(_, loss)| loss.documents > 0).collect();
        if hit.is_empty() || tally.sources.len() < 2 {
            return Ok(());
        }
        hit.sort_by_key(|(_, loss)| Reverse(loss.documents));
        self.heading("By source")?;
        for (source, loss) in hit.iter().take(SOURCES) {
            let name = source.as_deref().map_or("(none)".into(), |s| display::fit(s, 60));
            let amounts = format!(
                "{} of {} ({})",
                display::number(loss.documents),
                display::number(loss.of),
                share(loss.documents, loss.of)
            );
            self.put(
                "  ",
                4,
                StyledText::default()
                    .say(Style::Strong, &name)
                    .say(Style::Plain, &format!("  {amounts}")),
            )?;
        }
        self.rest("  ", hit.len().saturating_sub(SOURCES) as u64, "source", "")
    }

    /// Writes the removed documents of which the smallest share is in the one that stays: a mistake
    /// is most likely there.
    fn least_alike(&mut self, cleaned: CleaningReport<'a>) -> io::Result<()> {
        let mut order: Vec<(&RemovedDocument, u32, Relation, (f64, f64))> = Vec::new();
        for g in &cleaned.plan.removed {
            if let RemovalReason::Copy { partner, relation, coverage, .. } = g.why
                && relation != Relation::Equal
            {
                order.push((g, partner, relation, coverage));
            }
        }
        if order.is_empty() {
            return Ok(());
        }
        order.sort_by(|x, y| x.3.0.total_cmp(&y.3.0).then(x.0.document.cmp(&y.0.document)));
        let goes = |partner: u32| cleaned.plan.removal_of(partner).is_some();
        let none_stays = order.iter().all(|(_, partner, ..)| goes(*partner));
        let what = if none_stays { "their partners, which go too" } else { "what stays" };
        self.heading(&format!("To look at first: the removals least like {what}"))?;
        for (removed, partner, relation, coverage) in order.iter().take(LEAST_ALIKE) {
            if !self.brief {
                self.blank()?;
            }
            // The removal says which one stays, and not which one is the copy.
            let (verb, other) = match goes(*partner) {
                true => ("goes too", "the other"),
                false => ("stays", "what stays"),
            };
            let of = coverage_in_words(*coverage, other);
            let kept = format!("{} {verb}", display::fit(&self.findings.id(*partner), 240));
            let mut details = vec![relation.name().to_owned(), kept, of];
            let earlier = evidence::earlier_of(self.findings.documents, removed.document, *partner);
            if earlier == Some(removed.document) {
                details.push(format!("earlier than {other}"));
            }
            details.extend(self.details(removed.document));
            self.entry("  − ", removed.document, &details)?;
            self.passages_between(removed.document, *partner)?;
        }
        self.rest("  ", order.len().saturating_sub(LEAST_ALIKE) as u64, "removal", ALL)
    }

    /// Writes the documents that most copies were removed of.
    fn largest(&mut self, cleaned: CleaningReport<'a>) -> io::Result<()> {
        let mut by_partner: BTreeMap<u32, u64> = BTreeMap::new();
        for g in &cleaned.plan.removed {
            if let RemovalReason::Copy { partner, .. } = g.why {
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
            let mut details = vec![display::count(n, "copy")];
            details.extend(self.details(partner));
            if self.findings.documents.info(partner as usize).reference {
                details.push("reference".into());
            }
            if cleaned.plan.removal_of(partner).is_some() {
                details.push("goes too".into());
            }
            self.entry("  ● ", partner, &details)?;
        }
        self.rest("  ", order.len().saturating_sub(OTHERS) as u64, "document", ALL)
    }

    /// Writes the longest passages that are cut.
    fn cuts(&mut self, cleaned: CleaningReport<'a>) -> io::Result<()> {
        let mut order: Vec<&Cut> = cleaned.plan.cuts.iter().collect();
        if order.is_empty() {
            return Ok(());
        }
        order.sort_by_key(|c| (Reverse(c.tokens), c.document, c.span));
        self.heading("The longest passages cut")?;
        for cut in order.iter().take(OTHERS) {
            let place = Place { document: cut.document, span: cut.span };
            let quoted = format!("“{}”", self.texts.first_words(&place)?);
            self.put("  − ", 2, StyledText::default().say(Style::Strong, &quoted))?;
            let kept_place = cut.causes.iter().find_map(|c| c.kept_place);
            let why = match kept_place {
                Some(place) => {
                    format!("stays in {}", display::fit(&self.findings.id(place.document), 240))
                }
                None => "boilerplate".into(),
            };
            let from = format!("from {}", display::fit(&self.findings.id(cut.document), 240));
            let details = [display::count(cut.tokens.into(), "token"), from, why];
            self.put("      ", 0, StyledText::default().list(Style::Plain, &details))?;
        }
        self.rest("  ", order.len().saturating_sub(OTHERS) as u64, "passage", ALL)
    }
}

fn coverage_in_words(coverage: (f64, f64), other: &str) -> String {
    format!("{} of it, {} of {other}", display::percent(coverage.0), display::percent(coverage.1))
}
