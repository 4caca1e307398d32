//! Owns: the trace of a document or a pair as stages for a person. Never: measures anything.

use crate::escape;
use crate::model::page_read::PageRead;
use crate::pair::explain::document::{DocumentTrace, TokenTrace};
use crate::pair::explain::pair::{ChainTrace, PairTrace};
use crate::pair::explain::verdict::{BoundCheck, VerdictStep};
use crate::report::evidence;
use crate::report::human::display::{Style, StyledWriter, count, fit, fraction, number};
use crate::report::human::explain_budget::budget_lines;
use crate::report::human::explain_sentence::{verdict_sentence, wrapped};
use crate::report::human::options::HumanOptions;
use crate::report::input::{Explained, Traced};
use std::io::{self, Write};

/// Maximum number of rows of a list that are shown; the JSON form has them all.
const ROWS: usize = 12;

/// Writes the trace of a document or a pair for a person, stage by stage. Long lists are cut, and a
/// note gives the number of rows left out.
///
/// # Errors
/// Errors of `out`.
pub fn explain(e: Explained, options: HumanOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut page =
        Page { ink: StyledWriter { color: options.color }, width: options.width, stage: 0, out };
    match e.traced {
        Traced::Document(id, document) => {
            page.title("", id, e.read[0])?;
            page.documents(&[("", document)])?;
            page.repeats(document)?;
        }
        Traced::Pair(ids, pair) => {
            page.title("a  ", ids[0], e.read[0])?;
            page.title("b  ", ids[1], e.read[1])?;
            writeln!(page.out)?;
            for line in wrapped(&verdict_sentence(pair), page.width) {
                writeln!(page.out, "{}", page.ink.paint(Style::Strong, &line))?;
            }
            page.documents(&[("a  ", &pair.a), ("b  ", &pair.b)])?;
            page.candidacy(pair)?;
            page.alignment(pair)?;
            page.coverage(pair)?;
            page.facts(pair)?;
            page.verdict(pair)?;
        }
    }
    writeln!(page.out)?;
    page.line("recipe ", &format!("{}, background {}", e.recipe, escape::name(e.background)))
}

type Sides<'a> = [(&'a str, &'a DocumentTrace)];

struct Page<'a> {
    ink: StyledWriter,
    width: usize,
    stage: u32,
    out: &'a mut dyn Write,
}

impl Page<'_> {
    fn title(&mut self, side: &str, id: &str, read: Option<PageRead>) -> io::Result<()> {
        let id = fit(id, self.width.saturating_sub(side.len()));
        let part = evidence::read_in_part(read).map_or(String::new(), |words| format!("  {words}"));
        writeln!(self.out, "{side}{}{part}", self.ink.paint(Style::Strong, &id))
    }

    fn begin(&mut self, name: &str) -> io::Result<()> {
        self.stage += 1;
        let heading = format!("{} {name}", self.stage);
        writeln!(self.out, "\n{}", self.ink.paint(Style::Strong, &heading))
    }

    fn line(&mut self, side: &str, text: &str) -> io::Result<()> {
        writeln!(self.out, "  {side}{text}")
    }

    fn faint(&mut self, text: &str) -> io::Result<()> {
        let text = self.ink.paint(Style::Faint, text).into_owned();
        self.line("", &text)
    }

    fn more(&mut self, all: usize) -> io::Result<()> {
        if all > ROWS {
            self.faint(&format!("… and {} more", number((all - ROWS) as u64)))
        } else {
            Ok(())
        }
    }

    fn each(&mut self, sides: &Sides, text: impl Fn(&DocumentTrace) -> String) -> io::Result<()> {
        sides.iter().try_for_each(|(side, d)| self.line(side, &text(d)))
    }

    /// Writes the stages that need one text only.
    fn documents(&mut self, sides: &Sides) -> io::Result<()> {
        self.begin("Text")?;
        self.each(sides, |d| count(d.bytes, "byte"))?;
        self.begin("Tokens")?;
        self.each(sides, |d| {
            let words = if d.words == d.tokens {
                String::new()
            } else {
                format!(", as long as {}", count(d.words.into(), "word"))
            };
            format!("{}{words}", count(d.tokens.into(), "token"))
        })?;
        if let [(_, only)] = sides {
            self.tokens(only)?;
        }
        self.begin("Paragraphs")?;
        self.each(sides, paragraphs)?;
        if let [(_, only)] = sides {
            self.paragraphs(only)?;
        }
        self.begin("Shingles")?;
        self.each(sides, |d| {
            format!(
                "{}, {} different",
                count(d.shingles.into(), "shingle"),
                number(d.distinct_shingles.into())
            )
        })?;
        self.begin("Signature and keys")?;
        for (side, d) in sides {
            self.keys(side, d)?;
        }
        self.begin("Boilerplate")?;
        self.each(sides, |d| {
            format!(
                "{} of {} by the background",
                count(d.boilerplate.into(), "token"),
                number(d.tokens.into())
            )
        })
    }

    fn tokens(&mut self, d: &DocumentTrace) -> io::Result<()> {
        if d.tokens > 0 {
            self.faint(&format!("{:>13}  {:16}  {:>6}  token", "bytes", "hash", "weight"))?;
        }
        for t in d.first_tokens.iter().take(ROWS) {
            let at = format!("{}..{}", t.span.start, t.span.end);
            let flags = flags(t);
            let text =
                format!("{at:>13}  {}  {:>6}  {}{flags}", t.hash, t.weight, fit(&t.text, 30));
            self.line("", &text)?;
        }
        self.more(d.tokens as usize)
    }

    fn paragraphs(&mut self, d: &DocumentTrace) -> io::Result<()> {
        if !d.paragraphs.is_empty() {
            self.faint(&format!(
                "{:>13}  {:>6}  {:>8}  {:5}  exact key",
                "bytes", "tokens", "shingles", "bands"
            ))?;
        }
        for p in d.paragraphs.iter().take(ROWS) {
            let at = format!("{}..{}", p.span.start, p.span.end);
            let key = p.key.as_deref().unwrap_or("none");
            let own = if p.boilerplate > 0 {
                format!("  {} boilerplate", number(p.boilerplate.into()))
            } else {
                String::new()
            };
            let bands = if p.banded { "yes" } else { "no" };
            self.line(
                "",
                &format!("{at:>13}  {:>6}  {:>8}  {bands:5}  {key}{own}", p.tokens, p.shingles),
            )?;
        }
        self.more(d.paragraphs.len())
    }

    fn keys(&mut self, side: &str, d: &DocumentTrace) -> io::Result<()> {
        let blank = " ".repeat(side.len());
        let exact = if d.tokens > 0 { &d.exact_key } else { "none: no token" };
        self.line(side, &format!("exact key        {exact}"))?;
        let first: Vec<String> = d.first_lanes.iter().take(5).map(|l| format!("{l:08x}")).collect();
        let first =
            if first.is_empty() { "empty: no shingle".into() } else { first.join(" ") + " …" };
        self.line(&blank, &format!("signature        {} lanes: {first}", d.lanes))?;
        let banding = |[bands, rows]: [u32; 2]| format!("{bands} x {rows}");
        self.line(&blank, &format!("document bands   {} ({})", d.bands, banding(d.banding)))?;
        self.line(
            &blank,
            &format!(
                "paragraph bands  {} ({} a paragraph)",
                d.paragraph_bands,
                banding(d.paragraph_banding)
            ),
        )?;
        self.line(&blank, &format!("anchors          {}", number(d.anchors.into())))?;
        if d.searched {
            Ok(())
        } else {
            self.line(&blank, "shorter than min-tokens: a scan uses the exact key only")
        }
    }

    fn repeats(&mut self, d: &DocumentTrace) -> io::Result<()> {
        self.begin("Repeats inside")?;
        if d.repeats.is_empty() {
            return self.line("", "none");
        }
        for r in d.repeats.iter().take(ROWS) {
            let kind = match r.period {
                Some(period) => format!("a run with a period of {}", count(period.into(), "token")),
                None if r.paragraph => {
                    format!("a paragraph of {}", count(r.tokens.into(), "token"))
                }
                None => format!("a passage of {}", count(r.tokens.into(), "token")),
            };
            let places: Vec<String> =
                r.places.iter().take(4).map(|s| format!("{}..{}", s.start, s.end)).collect();
            let cut = if r.places.len() > 4 { " …" } else { "" };
            self.line(
                "",
                &format!(
                    "{kind}, {} times: bytes {}{cut}",
                    number(r.count.into()),
                    places.join(", ")
                ),
            )?;
        }
        self.more(d.repeats.len())
    }

    fn candidacy(&mut self, p: &PairTrace) -> io::Result<()> {
        let c = &p.candidacy;
        self.begin("Resemblance and candidacy")?;
        self.line(
            "",
            &format!(
                "shared shingles         {} of {}",
                number(p.shared_shingles.into()),
                number(p.all_shingles.into())
            ),
        )?;
        self.line(
            "",
            &format!(
                "resemblance             {:.4}, by the signatures {:.4}",
                p.resemblance, p.estimate
            ),
        )?;
        self.line(
            "",
            &format!(
                "containment             {:.4} of a, {:.4} of b",
                p.containment_a, p.containment_b
            ),
        )?;
        let equal = if c.equal { "equal: one class" } else { "different" };
        self.line("", &format!("exact keys              {equal}"))?;
        let chance = format!("chance of one at this resemblance: {:.4}", c.chance);
        self.line(
            "",
            &format!("shared document bands   {} of {} ({chance})", c.bands, c.of_bands),
        )?;
        self.line("", &format!("shared paragraph bands  {}", c.paragraph_bands))?;
        self.line(
            "",
            &format!(
                "shared anchors          {}, {} make a candidate",
                number(c.anchors.into()),
                c.min_anchors
            ),
        )?;
        let by = match c.by.as_slice() {
            [] => "no: a scan would not compare the two".into(),
            by => format!("by {}", by.join(", ")),
        };
        self.line("", &format!("candidate               {by}"))?;
        let Some(budget) = &p.budget else { return Ok(()) };
        self.begin("Budget")?;
        budget_lines(budget).iter().try_for_each(|line| self.line("", line))
    }

    fn alignment(&mut self, p: &PairTrace) -> io::Result<()> {
        self.begin("Chains")?;
        let chains = count(p.chains.len() as u64, "chain");
        self.line(
            "",
            &format!(
                "{} of three words shared, {chains} before selection",
                count(p.seeds.into(), "seed")
            ),
        )?;
        if let Some(least) = p.least_run {
            let why = "both texts have few words, so that shorter runs are there by chance";
            self.line("", &format!("runs of {} at least: {why}", count(least.into(), "token")))?;
        }
        self.chains(&p.chains)?;
        self.begin("Matches")?;
        let boilerplate = p.selected as usize - p.matches.len();
        let left = if boilerplate > 0 {
            format!(", {boilerplate} of boilerplate left out")
        } else {
            String::new()
        };
        self.line("", &format!("{} selected{left}", count(p.selected.into(), "chain")))?;
        self.chains(&p.matches)
    }

    fn chains(&mut self, chains: &[ChainTrace]) -> io::Result<()> {
        if !chains.is_empty() {
            let head = format!(
                "{:>13}  {:>13}  {:>6}  {:>6}  {:>8}",
                "tokens of a", "tokens of b", "equal", "blocks", "identity"
            );
            self.faint(&head)?;
        }
        for c in chains.iter().take(ROWS) {
            let range = |[from, to]: [u32; 2]| format!("{from}..{to}");
            let (a, b) = (range(c.tokens_a), range(c.tokens_b));
            let short = if c.solid { "" } else { "  too short to stand alone" };
            self.line(
                "",
                &format!(
                    "{a:>13}  {b:>13}  {:>6}  {:>6}  {:>8.2}{short}",
                    c.equal, c.blocks, c.identity
                ),
            )?;
        }
        self.more(chains.len())
    }

    fn coverage(&mut self, p: &PairTrace) -> io::Result<()> {
        self.begin("Coverage")?;
        let how = match (p.masked, p.whole_text) {
            (true, _) => ", boilerplate left out",
            (_, true) => ", boilerplate counted in: too little else is left",
            _ => "",
        };
        self.line(
            "",
            &format!("{} of a, {} of b{how}", fraction(p.coverage_a), fraction(p.coverage_b)),
        )?;
        let mut bounds = p.left_out.words();
        bounds.try_for_each(|why| self.line("", &format!("compared in part: {why}")))
    }

    fn facts(&mut self, p: &PairTrace) -> io::Result<()> {
        self.begin("Facts")?;
        self.line(
            "",
            &format!(
                "{} of {} agree",
                number(p.facts.agree.into()),
                number(p.facts.compared.into())
            ),
        )?;
        let listed = |all: Vec<String>| {
            let cut = if all.len() > ROWS { ", …" } else { "" };
            all[..all.len().min(ROWS)].join(", ") + cut
        };
        if !p.facts.agreeing.is_empty() {
            let agreeing = p.facts.agreeing.iter().map(|f| fit(f, 30)).collect();
            self.line("", &format!("agree   {}", listed(agreeing)))?;
        }
        if !p.facts.differing.is_empty() {
            let differing = p
                .facts
                .differing
                .iter()
                .map(|[x, y]| format!("{} / {}", fit(x, 30), fit(y, 30)))
                .collect();
            self.line("", &format!("differ  {}", listed(differing)))?;
        }
        Ok(())
    }

    fn verdict(&mut self, p: &PairTrace) -> io::Result<()> {
        self.begin("Relation")?;
        for step in &p.verdict.steps {
            let answer = if step.holds { "yes" } else { "no" };
            let text = format!("{:10} {answer:3}  {}", format!("{}?", step.name), bounds(step));
            self.line("", text.trim_end())?;
        }
        let relation = p.verdict.relation.map_or("not related", |r| r.name());
        let relation = self.ink.paint(Style::Relation, relation).into_owned();
        let why = p.verdict.decided.rsplit_once(" -> ").map_or("", |(why, _)| why);
        for part in why.split("; ") {
            self.line("", part)?;
        }
        self.line("", &format!("-> {relation}"))
    }
}

fn paragraphs(d: &DocumentTrace) -> String {
    let banded = d.paragraphs.iter().filter(|p| p.banded).count();
    format!("{}, {banded} long enough for bands", count(d.paragraphs.len() as u64, "paragraph"))
}

fn flags(t: &TokenTrace) -> String {
    let all = [
        (t.number, "number"),
        (t.capital, "capital"),
        (t.opens, "opens"),
        (t.common, "common"),
        (t.boilerplate, "boilerplate"),
    ];
    let names: Vec<&str> = all.into_iter().filter(|f| f.0).map(|f| f.1).collect();
    if names.is_empty() { String::new() } else { format!("  ({})", names.join(", ")) }
}

fn bounds(step: &VerdictStep) -> String {
    let one = |c: &BoundCheck| {
        let value =
            if c.value.fract() == 0.0 { format!("{}", c.value) } else { format!("{:.4}", c.value) };
        let sign = if c.holds { "" } else { "not " };
        format!("{} {value} is {sign}{} {} {}", c.what, c.must, c.setting, c.bound)
    };
    // A second bound is written below the first.
    step.checks.iter().map(one).collect::<Vec<_>>().join("\n                  ")
}
