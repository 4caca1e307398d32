//! Owns: the result of an index query for a person. Never: queries an index.

use crate::model::detection::Pair;
use crate::report::evidence;
use crate::report::human::display::{self, Style};
use crate::report::human::options::HumanOptions;
use crate::report::human::page::{Human, StyledText};
use crate::report::index_query::{OwnVersion, QueryReport};
use std::io::{self, Write};

impl QueryReport {
    /// Writes the result for a person: the document, then each partner with its passages side by
    /// side.
    ///
    /// # Errors
    /// As [`QueryReport::json`].
    pub fn human(&self, options: HumanOptions, out: &mut dyn Write) -> io::Result<()> {
        let mut human = Human::new(self.findings(), options, out);
        let mut details = self.title(0);
        details.extend(human.details(0));
        details.extend(self.own.map(|own| {
            let own = match own {
                OwnVersion::Same => "there under this id, with this text",
                OwnVersion::Other => "there under this id, with another text",
                OwnVersion::There => "there under this id",
            };
            own.to_owned()
        }));
        if details.is_empty() {
            human.put(
                "● ",
                2,
                StyledText::default().name(Style::Strong, &self.documents.kept(0).id),
            )?;
        } else {
            human.entry("● ", 0, &details)?;
        }
        for (pair, &copies) in self.detection.pairs.iter().zip(&self.copies) {
            if !options.brief {
                human.blank()?;
            }
            human.entry("  ~ ", pair.b, &self.evidence(pair, copies, &human))?;
            human.passages_between(0, pair.b)?;
        }
        if self.more > 0 {
            let rest = display::count(self.more, "more document");
            human.put(
                "  ",
                0,
                StyledText::default()
                    .say(Style::Faint, &format!("… and {rest}: a larger --limit shows more.")),
            )?;
        }
        human.out.flush()
    }

    /// What is said of a partner beside its name.
    fn evidence(&self, pair: &Pair, copies: u64, human: &Human) -> Vec<String> {
        let c = &pair.comparison;
        let mut details = vec![pair.relation.name().to_owned()];
        let both = [pair.a, pair.b];
        details
            .extend(c.why.map(|reason| evidence::why_with_titles(&self.documents, both, reason)));
        details.push(format!(
            "{} of the document, {} of this one",
            display::percent(c.coverage_a),
            display::percent(c.coverage_b)
        ));
        details.extend(evidence::equal_words([c.coverage_a, c.coverage_b], c.equal_words()));
        details.push(format!("resemblance {}", display::fraction(c.resemblance)));
        if c.facts.agree < c.facts.compared {
            details.push(format!(
                "{} of {} agree",
                c.facts.agree,
                display::count(c.facts.compared.into(), "fact")
            ));
        }
        if copies > 1 {
            details.push(display::count(copies, "copy"));
        }
        details.extend(self.title(pair.b));
        let earlier = evidence::earlier_of(&self.documents, pair.a, pair.b);
        let word = earlier.map(|n| if n == pair.b { "earlier" } else { "later" });
        details.extend(word.map(|word| format!("{word} than the document")));
        details.extend(human.details(pair.b));
        details
    }

    /// The title of a document in quotes, if it has one.
    fn title(&self, number: u32) -> Vec<String> {
        let title = self.documents.kept(number).title.as_deref();
        title.map(|title| format!("“{}”", display::fit(title, 60))).into_iter().collect()
    }
}
