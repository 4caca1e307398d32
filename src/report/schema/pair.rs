//! Owns: pairs of related documents, their scores and their matches, as JSON. Never: how they are
//! measured.

use crate::model::detection::{Block, Comparison, Facts, Match, Pair, Relation, TemplateReason};
use crate::model::findings::Findings;
use crate::report::evidence;
use crate::report::schema::numbers::{DocumentNumbers, Read, span};
use crate::report::schema::rounding::{rounded, share};
use crate::report::schema::span::SpanJson;
use crate::report::texts::Texts;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io;

/// The scores of a pair.
#[derive(Serialize, Deserialize, Clone, Copy)]
pub struct ScoresJson {
    pub resemblance: f64,
    pub containment_a: f64,
    pub containment_b: f64,
    pub coverage_a: f64,
    pub coverage_b: f64,
    /// The shares of equal words; absent where they were not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equal_words_a: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equal_words_b: Option<f64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole_text: bool,
    pub facts: Facts,
    /// Why the pair is a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<TemplateReason>,
}

/// One match of a pair.
#[derive(Serialize, Deserialize)]
pub struct MatchJson {
    pub a: SpanJson,
    pub b: SpanJson,
    pub tokens: [u32; 2],
    pub identity: f64,
    pub blocks: Vec<[u32; 4]>,
}

/// A pair of related documents.
#[derive(Serialize, Deserialize)]
pub struct PairJson<'a> {
    #[serde(borrow)]
    pub a: Cow<'a, str>,
    #[serde(borrow)]
    pub b: Cow<'a, str>,
    pub relation: Relation,
    /// The id of the earlier document, where dates tell. It follows from the documents, so that it
    /// is not read.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<Cow<'a, str>>,
    #[serde(flatten)]
    pub scores: ScoresJson,
    pub matches: Vec<MatchJson>,
}

impl ScoresJson {
    pub fn new(c: &Comparison) -> ScoresJson {
        let equal_words = c.equal_words().map(|both| both.map(share));
        ScoresJson {
            resemblance: share(c.resemblance),
            containment_a: share(c.containment_a),
            containment_b: share(c.containment_b),
            coverage_a: share(c.coverage_a),
            coverage_b: share(c.coverage_b),
            equal_words_a: equal_words.map(|both| both[0]),
            equal_words_b: equal_words.map(|both| both[1]),
            whole_text: c.whole_text,
            facts: c.facts,
            why: c.why,
        }
    }

    fn read(self, relation: Relation, matches: Vec<Match>) -> Comparison {
        let ScoresJson {
            resemblance,
            containment_a,
            containment_b,
            coverage_a,
            coverage_b,
            equal_words_a,
            equal_words_b,
            whole_text,
            facts,
            why,
        } = self;
        let relation = Some(relation);
        Comparison {
            relation,
            resemblance,
            containment_a,
            containment_b,
            coverage_a,
            coverage_b,
            equal_words_a: equal_words_a.unwrap_or(0.0),
            equal_words_b: equal_words_b.unwrap_or(0.0),
            why,
            whole_text,
            facts,
            matches,
            ..Comparison::default()
        }
    }
}

impl MatchJson {
    /// Converts the matches of a pair.
    pub fn all(pair: &Pair, texts: &mut Texts) -> io::Result<Vec<MatchJson>> {
        let matches = &pair.comparison.matches;
        if matches.is_empty() {
            return Ok(Vec::new());
        }
        let (a, b) = (texts.get(pair.a)?, texts.get(pair.b)?);
        let one = |m: &Match| {
            Ok(MatchJson {
                a: SpanJson::new(m.a, &a, texts)?,
                b: SpanJson::new(m.b, &b, texts)?,
                tokens: [m.tokens_a, m.tokens_b],
                identity: rounded(m.identity, 4),
                blocks: m.blocks.iter().map(|x| [x.a.start, x.a.end, x.b.start, x.b.end]).collect(),
            })
        };
        matches.iter().map(one).collect()
    }

    fn read(&self, (a, b): (u32, u32), documents: &mut DocumentNumbers) -> Read<Match> {
        let block = |x: &[u32; 4]| Ok(Block { a: span([x[0], x[1]])?, b: span([x[2], x[3]])? });
        let blocks = self.blocks.iter().map(block).collect::<Read<_>>()?;
        let (in_a, in_b) = (documents.span(a, &self.a)?, documents.span(b, &self.b)?);
        let [tokens_a, tokens_b] = self.tokens;
        Ok(Match { a: in_a, b: in_b, tokens_a, tokens_b, identity: self.identity, blocks })
    }
}

impl<'a> PairJson<'a> {
    pub fn new(
        findings: Findings<'a>,
        pair: &Pair,
        texts: &mut Texts<'a>,
    ) -> io::Result<PairJson<'a>> {
        Ok(PairJson {
            a: findings.id(pair.a),
            b: findings.id(pair.b),
            relation: pair.relation,
            earlier: evidence::earlier(findings, pair).map(|n| findings.id(n)),
            scores: ScoresJson::new(&pair.comparison),
            matches: MatchJson::all(pair, texts)?,
        })
    }

    pub fn read(self, documents: &mut DocumentNumbers) -> Read<Pair> {
        let (a, b) = (documents.of(&self.a)?, documents.of(&self.b)?);
        let matches =
            self.matches.iter().map(|m| m.read((a, b), documents)).collect::<Read<_>>()?;
        Ok(Pair {
            a,
            b,
            relation: self.relation,
            comparison: self.scores.read(self.relation, matches),
        })
    }
}
