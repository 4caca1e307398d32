//! Owns: the lists of the human report whose items have relations: clusters, equal texts, pairs.
//! Never: how a passage is shown.

use crate::model::detection::{Cluster, Match, Pair, Relation, TemplateReason};
use crate::report::evidence;
use crate::report::human::display::{self, Style};
use crate::report::human::match_parts::SpanPair;
use crate::report::human::page::{Human, StyledText};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::io::{self, Write};

/// Maximum number of clusters, classes and pairs that are shown …
const ITEMS: usize = 50;
/// … members of a cluster …
const MEMBERS: usize = 10;
/// … copies of one text …
const COPIES: usize = 5;
/// … and passages of a pair.
const PASSAGES: usize = 3;

/// A pair seen from one of its sides.
#[derive(Clone, Copy)]
struct SidedPair<'d> {
    pair: &'d Pair,
    flipped: bool,
}

impl SidedPair<'_> {
    fn relation(self) -> Relation {
        self.pair.seen_from(self.documents()[0]).0
    }
    fn documents(self) -> [u32; 2] {
        if self.flipped { [self.pair.b, self.pair.a] } else { [self.pair.a, self.pair.b] }
    }
    fn coverage(self) -> [f64; 2] {
        self.pair.seen_from(self.documents()[0]).1.into()
    }
    /// Returns the scores besides coverage.
    fn scores(self) -> Vec<String> {
        let c = &self.pair.comparison;
        let turn = |[a, b]: [f64; 2]| if self.flipped { [b, a] } else { [a, b] };
        let equal = evidence::equal_words(self.coverage(), c.equal_words().map(turn));
        let mut out: Vec<String> = equal.into_iter().collect();
        out.push(format!("resemblance {}", display::fraction(c.resemblance)));
        let facts = c.facts;
        if facts.compared > 0
            && (!self.pair.relation.row().same_text || facts.agree < facts.compared)
        {
            out.push(format!(
                "{} of {} agree",
                facts.agree,
                display::count(facts.compared.into(), "fact")
            ));
        }
        if c.whole_text {
            out.push("boilerplate counted in".into());
        }
        out
    }
}

impl<'a> Human<'a, '_> {
    /// Writes the clusters, the largest first: the representative, then every other text with its
    /// relation to the representative.
    pub fn clusters(&mut self) -> io::Result<()> {
        let clusters = &self.findings.detection.clusters;
        if clusters.is_empty() {
            return Ok(());
        }
        let mut order: Vec<&Cluster> = clusters.iter().collect();
        order.sort_by_key(|c| Reverse(c.members.len()));
        for (n, cluster) in order.into_iter().take(ITEMS).enumerate() {
            self.cluster(n + 1, cluster)?;
        }
        if clusters.len() > ITEMS {
            self.blank()?;
        }
        self.more("  ", ITEMS, clusters.len() as u64, "cluster")
    }

    fn cluster(&mut self, n: usize, cluster: &'a Cluster) -> io::Result<()> {
        self.heading(&format!(
            "Cluster {n}: {}",
            display::count(cluster.members.len() as u64, "document")
        ))?;
        let representative = cluster.representative;
        let mut details = vec!["representative".to_owned()];
        details.extend(self.details(representative));
        self.entry("  ● ", representative, &details)?;
        let own = self.first[representative as usize];
        let texts = self.by_text(cluster);
        let copies: Vec<u32> = texts
            .iter()
            .find(|(first, _)| *first == own)
            .map_or(Vec::new(), |(_, all)| all.clone());
        self.copies(&copies, representative)?;
        let others: Vec<_> = texts.into_iter().filter(|(first, _)| *first != own).collect();
        for (first, all) in others.iter().take(MEMBERS) {
            if !self.brief {
                self.blank()?;
            }
            self.member([representative, own], *first, all)?;
        }
        if others.len() > MEMBERS && !self.brief {
            self.blank()?;
        }
        self.more("  ", MEMBERS, others.len() as u64, "text")
    }

    /// Groups the members by text, in order.
    fn by_text(&self, cluster: &Cluster) -> Vec<(u32, Vec<u32>)> {
        let mut at: HashMap<u32, usize> = HashMap::new();
        let mut texts: Vec<(u32, Vec<u32>)> = Vec::new();
        for &number in &cluster.members {
            let first = self.first[number as usize];
            let n = *at.entry(first).or_insert_with(|| {
                texts.push((first, Vec::new()));
                texts.len() - 1
            });
            texts[n].1.push(number);
        }
        texts
    }

    /// Writes a text that is not that of the representative `kept`; the texts' first documents are
    /// `representative` and `first`.
    fn member(
        &mut self,
        [kept, representative]: [u32; 2],
        first: u32,
        all: &[u32],
    ) -> io::Result<()> {
        let shown = all[0];
        let seen = self.look_up(representative, first);
        let mut details = Vec::new();
        match seen {
            Some(seen) => {
                let [theirs, own] = seen.coverage().map(display::percent);
                details.push(seen.relation().name().to_owned());
                details.extend(self.why(seen));
                details.push(format!("{own} of it, {theirs} of the representative"));
                details.extend(seen.scores());
            }
            None if self.body[first as usize] == self.body[representative as usize] => {
                details.push(Relation::Template.name().to_owned());
                details.push(TemplateReason::Titles.words().to_owned());
            }
            None => details.push(Relation::NearCopy.name().to_owned()),
        }
        // The dates of both are shown; a reader expects the representative to be the earlier one.
        if self.earlier([kept, shown]) == Some(shown) {
            details.push("earlier than the representative".into());
        }
        details.extend(self.details(shown));
        self.entry("  ~ ", shown, &details)?;
        self.copies(all, shown)?;
        match seen {
            Some(seen) => self.write_passages(seen),
            None => Ok(()),
        }
    }

    /// Returns the earlier one of two documents, where dates tell.
    fn earlier(&self, [a, b]: [u32; 2]) -> Option<u32> {
        evidence::earlier_of(self.findings.documents, a, b)
    }

    /// Returns why a pair is a template, with the titles where these are the reason.
    fn why(&self, seen: SidedPair) -> Option<String> {
        let reason = seen.pair.comparison.why?;
        Some(evidence::why_with_titles(self.findings.documents, seen.documents(), reason))
    }

    /// Returns the pair that is listed for the texts of two documents.
    fn look_up(&self, left: u32, right: u32) -> Option<SidedPair<'a>> {
        let [left, right] = [left, right].map(|n| self.body[n as usize]);
        let at = self.findings.detection.pair_between(left, right)?;
        Some(SidedPair { pair: &self.findings.detection.pairs[at], flipped: left > right })
    }

    /// Writes the passages of two documents, where their classes have a listed pair.
    pub fn passages_between(&mut self, left: u32, right: u32) -> io::Result<()> {
        match self.look_up(left, right) {
            Some(seen) => self.write_passages(seen),
            None => Ok(()),
        }
    }

    /// Returns the length, source and date of a document, as far as they are known, and whether it
    /// is a page that was read in part.
    pub fn details(&self, number: u32) -> Vec<String> {
        let info = self.findings.documents.info(number as usize);
        let tokens = self.findings.detection.tokens.get(number as usize);
        let mut out: Vec<String> =
            tokens.iter().map(|&&t| display::count(t.into(), "token")).collect();
        out.extend([&info.source, &info.date].into_iter().flatten().map(|x| display::fit(x, 60)));
        out.extend(self.read_in_part(number));
        out
    }

    /// Writes a document and its details, on one row where they fit.
    pub fn entry(&mut self, marker: &str, number: u32, details: &[String]) -> io::Result<()> {
        use unicode_width::UnicodeWidthStr;
        let id = display::fit(&self.findings.id(number), 240);
        let joined = details.join(" · ");
        if marker.width() + id.width() + 2 + joined.width() <= self.width {
            let (marker, id) =
                (self.ink.paint(Style::Relation, marker), self.ink.paint(Style::Strong, &id));
            return writeln!(self.out, "{marker}{id}  {joined}");
        }
        self.put(marker, 2, StyledText::default().say(Style::Strong, &id))?;
        self.put("      ", 0, StyledText::default().list(Style::Plain, details))
    }

    /// Writes the documents with the same text as `shown`, in one paragraph.
    fn copies(&mut self, all: &[u32], shown: u32) -> io::Result<()> {
        let mut others = all.len();
        let mut line = StyledText::default().say(Style::Faint, "same text: ");
        let mut listed = 0;
        let mut passed = false;
        for &number in all {
            if number == shown && !passed {
                (passed, others) = (true, others - 1);
            } else if listed < COPIES {
                line = line
                    .say(Style::Plain, if listed > 0 { ", " } else { "" })
                    .name(Style::Plain, &self.findings.id(number));
                if let Some(words) = self.read_in_part(number) {
                    line = line.say(Style::Plain, &format!(" ({words})"));
                }
                listed += 1;
            }
        }
        if others == 0 {
            return Ok(());
        }
        if others > listed {
            line = line.say(
                Style::Plain,
                &format!(" and {} more", display::number((others - listed) as u64)),
            );
        }
        self.put("    = ", 2, line)
    }

    /// Writes the classes of equal texts that are in no cluster.
    pub fn classes(&mut self) -> io::Result<()> {
        let equal = &self.findings.detection.equal;
        let alone: Vec<&Vec<u32>> =
            equal.iter().filter(|c| self.cluster[c[0] as usize].is_none()).collect();
        if alone.is_empty() {
            return Ok(());
        }
        self.heading("Equal texts")?;
        for class in alone.iter().take(ITEMS) {
            self.blank()?;
            self.entry("  ● ", class[0], &self.details(class[0]))?;
            self.copies(class, class[0])?;
        }
        self.more("  ", ITEMS, alone.len() as u64, "class")
    }

    /// Writes the pairs that no cluster shows, by the rank of their relation.
    pub fn relations(&mut self) -> io::Result<()> {
        let shared =
            |p: &Pair| p.comparison.matches.iter().map(|m| u64::from(m.tokens_a)).sum::<u64>();
        let mut pairs: Vec<&Pair> =
            self.findings.detection.pairs.iter().filter(|p| !self.in_cluster(p)).collect();
        if pairs.is_empty() {
            return Ok(());
        }
        pairs.sort_by_cached_key(|p| (p.relation.rank(), Reverse(shared(p))));
        self.heading(if self.findings.detection.clusters.is_empty() {
            "Relations"
        } else {
            "Other relations"
        })?;
        for pair in pairs.iter().take(ITEMS) {
            if !self.brief {
                self.blank()?;
            }
            self.relation(SidedPair { pair, flipped: pair.relation.is_contained() })?;
        }
        if pairs.len() > ITEMS {
            self.blank()?;
        }
        self.more("  ", ITEMS, pairs.len() as u64, "pair")
    }

    /// Whether a pair is shown with its cluster: it has the representative's text and another text
    /// of the same cluster.
    fn in_cluster(&self, pair: &Pair) -> bool {
        let Some(cluster) = self.cluster[pair.a as usize] else { return false };
        if self.cluster[pair.b as usize] != Some(cluster) {
            return false;
        }
        let representative = self.findings.detection.clusters[cluster as usize].representative;
        [pair.a, pair.b].contains(&self.first[representative as usize]) && pair.a != pair.b
    }

    fn relation(&mut self, seen: SidedPair<'a>) -> io::Result<()> {
        let [left, right] = seen.documents().map(|n| display::fit(&self.findings.id(n), 240));
        let [between, behind] = seen.relation().row().words.both;
        let line = StyledText::default().say(Style::Strong, &left).say(Style::Relation, between);
        self.put("  ", 2, line.say(Style::Strong, &right).say(Style::Relation, behind))?;
        let [of_left, of_right] = seen.coverage().map(display::percent);
        let halves = format!("{of_left} of the first text, {of_right} of the second");
        let mut details: Vec<String> = self.why(seen).into_iter().collect();
        match seen.relation() {
            relation if relation.is_containing() => {
                details.push(format!(
                    "{of_right} of {}, {of_left} of {}",
                    display::fit(&right, 60),
                    display::fit(&left, 60)
                ));
            }
            Relation::Quotes => details.extend([Relation::Quotes.name().to_owned(), halves]),
            _ => details.push(halves),
        }
        details.extend(seen.scores());
        if let Some(earlier) = self.earlier(seen.documents()) {
            let id = display::fit(&self.findings.id(earlier), 60);
            let words = evidence::earlier_words(self.findings.documents, earlier);
            details.push(format!("{id} is {words}"));
        }
        for number in seen.documents() {
            let id = display::fit(&self.findings.id(number), 60);
            details.extend(self.read_in_part(number).map(|words| format!("{id} was {words}")));
        }
        self.put("    ", 0, StyledText::default().list(Style::Plain, &details))?;
        self.write_passages(seen)
    }

    /// Returns that a document is a page that was read in part.
    fn read_in_part(&self, number: u32) -> Option<String> {
        evidence::read_in_part(self.findings.documents.info(number as usize).read)
    }

    /// Writes the longest passages of a pair, side by side, in the order of the first text.
    fn write_passages(&mut self, seen: SidedPair<'a>) -> io::Result<()> {
        let matches = &seen.pair.comparison.matches;
        if self.brief || matches.is_empty() {
            return Ok(());
        }
        let mut longest: Vec<usize> = (0..matches.len()).collect();
        longest.sort_by_key(|&i| (Reverse(matches[i].tokens_a.max(matches[i].tokens_b)), i));
        longest.truncate(PASSAGES);
        longest.sort_unstable();
        let turn = |a, b| {
            if seen.flipped {
                SpanPair { left: b, right: a }
            } else {
                SpanPair { left: a, right: b }
            }
        };
        let both = |m: &Match| (turn(m.a, m.b), m.blocks.iter().map(|x| turn(x.a, x.b)).collect());
        let shown = longest.into_iter().map(|i| both(&matches[i])).collect();
        self.side_by_side(seen.documents(), shown, matches.len())
    }
}
