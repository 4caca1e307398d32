//! Owns: the passages of a pair for any document of its two classes. Never: chooses the pair.

use crate::model::detection::{Match, Pair};
use crate::model::findings::Findings;
use crate::report::moved_spans::MovedSpans;
use crate::report::texts::Texts;
use crate::span::Span;
use std::io;

/// Maps the passages of pairs to any document of a class: a pair has spans of the first document's
/// text only.
pub struct ClassPassages<'a> {
    /// For each document, the first document with its body: pairs are listed under that one.
    pub first: Vec<u32>,
    moved: MovedSpans<'a>,
    pub texts: Texts<'a>,
}

impl<'a> ClassPassages<'a> {
    pub fn new(findings: Findings<'a>) -> ClassPassages<'a> {
        ClassPassages {
            first: findings.first_of_body(),
            moved: MovedSpans::new(findings.documents),
            texts: Texts::new(findings.documents),
        }
    }

    /// Returns the passages of `mine` and `theirs`; for equal texts, the whole of both.
    pub fn of(
        &mut self,
        mine: u32,
        theirs: u32,
        pair: Option<&Pair>,
    ) -> io::Result<Vec<(Span, Span)>> {
        let Some(pair) = pair else {
            let whole = |text: &str| Span::new(0, text.len() as u32);
            let (a, b) = (self.texts.get(mine)?, self.texts.get(theirs)?);
            return Ok(vec![(whole(a.as_str()), whole(b.as_str()))]);
        };
        let flipped = self.first[mine as usize] != pair.a;
        let (own, other) = if flipped { (pair.b, pair.a) } else { (pair.a, pair.b) };
        let (own, other) = (self.moved.between(own, mine)?, self.moved.between(other, theirs)?);
        let turn = |m: &Match| if flipped { (m.b, m.a) } else { (m.a, m.b) };
        let mut out: Vec<(Span, Span)> = pair.comparison.matches.iter().map(turn).collect();
        out.iter_mut().for_each(|p| *p = (own.span(p.0), other.span(p.1)));
        out.sort_unstable();
        Ok(out)
    }
}
