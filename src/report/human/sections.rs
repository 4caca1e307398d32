//! Owns: the lists of the human report: clusters, equal texts, relations, repeats. Never: how a
//! passage is shown.

use crate::model::detection::{Cluster, Match, Pair, Relation, Repeat};
use crate::report::human::display::{self, Style};
use crate::report::human::match_parts::SpanPair;
use crate::report::human::page::{Human, StyledText};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::io::{self, Write};

/// Maximum number of clusters, pairs and repeats that are shown …
const ITEMS: usize = 50;
/// … members of a cluster …
const MEMBERS: usize = 10;
/// … copies of one text …
const COPIES: usize = 5;
/// … passages of a pair …
const PASSAGES: usize = 3;
/// … and places of a repeat.
const PLACES: usize = 10;

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
        let mut out = vec![format!("resemblance {}", display::fraction(c.resemblance))];
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
            self.member(own, *first, all)?;
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

    /// Writes a text that is not the representative's; pairs have it under `first`.
    fn member(&mut self, representative: u32, first: u32, all: &[u32]) -> io::Result<()> {
        let shown = all[0];
        let seen = self.look_up(representative, first);
        let mut details = Vec::new();
        match seen {
            Some(seen) => {
                let [theirs, own] = seen.coverage().map(display::percent);
                details.push(seen.relation().name().to_owned());
                details.push(format!("{own} of it, {theirs} of the representative"));
                details.extend(seen.scores());
            }
            None => details.push(Relation::NearCopy.name().to_owned()),
        }
        details.extend(self.details(shown));
        self.entry("  ~ ", shown, &details)?;
        self.copies(all, shown)?;
        match seen {
            Some(seen) => self.write_passages(seen),
            None => Ok(()),
        }
    }

    fn look_up(&self, left: u32, right: u32) -> Option<SidedPair<'a>> {
        let at = self.findings.detection.pair_between(left, right)?;
        Some(SidedPair { pair: &self.findings.detection.pairs[at], flipped: left > right })
    }

    /// Writes the passages of two documents, where their classes have a listed pair.
    pub fn passages_between(&mut self, left: u32, right: u32) -> io::Result<()> {
        let first = |n: u32| self.first[n as usize];
        match self.look_up(first(left), first(right)) {
            Some(seen) => self.write_passages(seen),
            None => Ok(()),
        }
    }

    /// Returns the length, source and date of a document, as far as they are known.
    pub fn details(&self, number: u32) -> Vec<String> {
        let info = self.findings.documents.info(number as usize);
        let tokens = self.findings.detection.tokens.get(number as usize);
        let mut out: Vec<String> =
            tokens.iter().map(|&&t| display::count(t.into(), "token")).collect();
        out.extend([&info.source, &info.date].into_iter().flatten().map(|x| display::fit(x, 60)));
        out
    }

    /// Writes a document and its details, on one row where they fit.
    pub fn entry(&mut self, marker: &str, number: u32, details: &[String]) -> io::Result<()> {
        use unicode_width::UnicodeWidthStr;
        let id = display::fit(self.findings.id(number), 240);
        let said = details.join(" · ");
        if marker.width() + id.width() + 2 + said.width() <= self.width {
            let (marker, id) =
                (self.ink.paint(Style::Relation, marker), self.ink.paint(Style::Strong, &id));
            return writeln!(self.out, "{marker}{id}  {said}");
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
                    .name(Style::Plain, self.findings.id(number));
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
        let [left, right] = seen.documents().map(|n| display::fit(self.findings.id(n), 240));
        let [between, behind] = seen.relation().row().words.both;
        let line = StyledText::default().say(Style::Strong, &left).say(Style::Relation, between);
        self.put("  ", 2, line.say(Style::Strong, &right).say(Style::Relation, behind))?;
        let [of_left, of_right] = seen.coverage().map(display::percent);
        let halves = format!("{of_left} of the first text, {of_right} of the second");
        let mut details = match seen.relation() {
            relation if relation.is_containing() => {
                vec![format!(
                    "{of_right} of {}, {of_left} of {}",
                    display::fit(&right, 60),
                    display::fit(&left, 60)
                )]
            }
            Relation::Quotes => vec![Relation::Quotes.name().to_owned(), halves],
            _ => vec![halves],
        };
        details.extend(seen.scores());
        self.put("    ", 0, StyledText::default().list(Style::Plain, &details))?;
        self.write_passages(seen)
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

    /// Writes the repeats, those with the most repeated text first.
    pub fn repeats(&mut self) -> io::Result<()> {
        let repeats = &self.findings.detection.repeats;
        if repeats.is_empty() {
            return Ok(());
        }
        let mut order: Vec<&Repeat> = repeats.iter().collect();
        order.sort_by_key(|r| Reverse(r.count.saturating_mul(r.tokens.into())));
        self.heading("Repeats")?;
        for repeat in order.into_iter().take(ITEMS) {
            self.repeat(repeat)?;
        }
        if repeats.len() > ITEMS {
            self.blank()?;
        }
        self.more("  ", ITEMS, repeats.len() as u64, "repeat")
    }

    fn repeat(&mut self, repeat: &Repeat) -> io::Result<()> {
        let Some(place) = repeat.places.first() else { return Ok(()) };
        if !self.brief {
            self.blank()?;
        }
        let quoted = format!("“{}”", self.texts.first_words(place)?);
        self.put("  ", 2, StyledText::default().say(Style::Strong, &quoted))?;
        let tokens = display::count(repeat.tokens.into(), "token");
        let what = match repeat.period {
            Some(_) => format!("{tokens} over and over"),
            None if repeat.paragraph => format!("paragraph of {tokens}"),
            None => format!("passage of {tokens}"),
        };
        let (times, documents) =
            (display::count(repeat.count, "time"), display::count(repeat.documents, "document"));
        let mut details = vec![what, format!("{times} in {documents}")];
        if repeat.boilerplate {
            details.push("boilerplate".into());
        }
        self.put("    ", 0, StyledText::default().list(Style::Plain, &details))?;
        let line = self.places(repeat)?;
        self.put("    ", 2, line)
    }

    /// Formats the places as `a.txt:2, 4; b.txt:7`, or `ID line 2` where the text is not the whole
    /// file.
    fn places(&mut self, repeat: &Repeat) -> io::Result<StyledText> {
        let mut line = StyledText::default();
        let shown = &repeat.places[..repeat.places.len().min(PLACES)];
        for (n, group) in shown.chunk_by(|x, y| x.document == y.document).enumerate() {
            let text = self.texts.get(group[0].document)?;
            let mut lines: Vec<String> = Vec::new();
            for place in group {
                self.texts.passage(&text, place.span)?;
                lines.push(text.line_at(place.span.start).to_string());
            }
            lines.dedup();
            let noun = match (text.whole_file, lines.len()) {
                (true, _) => ":",
                (false, 1) => " line ",
                _ => " lines ",
            };
            let opening = if n > 0 { "; " } else { "" };
            line = line
                .say(Style::Plain, opening)
                .name(Style::Plain, self.findings.id(group[0].document));
            line = line.say(Style::Plain, &format!("{noun}{}", lines.join(", ")));
        }
        let all = if repeat.period.is_some() { repeat.places.len() as u64 } else { repeat.count };
        if all > shown.len() as u64 {
            line = line.say(
                Style::Faint,
                &format!(" and {}", display::count(all - shown.len() as u64, "more place")),
            );
        }
        Ok(line)
    }
}
