//! Owns: the reading of texts again by their classes, in parallel, and the tokens that are kept
//! between two readings. Never: looks for anything in a text.

use crate::engine::compare::Verifier;
use crate::error::{Error, Result};
use crate::span::Span;
use crate::text::paragraph::token_ranges;
use crate::text::text_tokens::{LARGE, TextTokens};
use crate::text::token::{TokenValues, Tokens, tokenize};
use rayon::prelude::*;
use std::ops::Range;

/// The most tokens that are kept: about 35 MB, as much as two threads keep of prepared texts while
/// pairs are compared.
const KEPT: usize = 2_000_000;
/// What a token that is kept takes, about.
const BYTES_FOR_EACH_TOKEN: usize = 17;

/// The tokens of a text and its paragraphs, without the text.
pub struct KeptTokens {
    tokens: Tokens,
    paragraphs: Vec<Range<u32>>,
}

/// The tokens of a text and its paragraphs, made a moment ago or kept.
pub enum ClassTokens<'t> {
    /// They were made from the text.
    Read(TextTokens<'t>),
    /// They were kept.
    Kept(&'t KeptTokens),
}

impl ClassTokens<'_> {
    /// The tokens without their spans.
    pub fn values(&self) -> TokenValues<'_> {
        match self {
            ClassTokens::Read(text) => text.values(),
            ClassTokens::Kept(kept) => kept.tokens.values(),
        }
    }

    /// The token ranges of the paragraphs.
    pub fn paragraphs(&self) -> &[Range<u32>] {
        match self {
            ClassTokens::Read(text) => &text.paragraphs,
            ClassTokens::Kept(kept) => &kept.paragraphs,
        }
    }

    /// The span of each of these token ranges, none of which is empty.
    pub fn spans(&self, ranges: &[Range<u32>]) -> Vec<Span> {
        match self {
            ClassTokens::Read(text) => text.spans(ranges),
            ClassTokens::Kept(kept) => {
                ranges.iter().map(|r| kept.tokens.span(r.start as usize..r.end as usize)).collect()
            }
        }
    }
}

/// Reads the first documents of classes.
pub struct ClassReader<'a> {
    from: &'a Verifier<'a>,
    /// The tokens that were kept, in the order of their classes.
    kept: Vec<(u32, KeptTokens)>,
    /// The number of tokens that may still be kept.
    left: usize,
}

impl<'a> ClassReader<'a> {
    /// A reader that has kept nothing yet.
    pub fn new(from: &'a Verifier<'a>) -> ClassReader<'a> {
        let most = from.options.part_of_memory(16) / BYTES_FOR_EACH_TOKEN;
        ClassReader { from, kept: Vec::new(), left: KEPT.min(most) }
    }

    /// Calls `f` with the tokens of each class, in parallel, and returns the results in order.
    pub fn map<T: Send>(
        &self,
        classes: &[u32],
        f: impl Fn(u32, &ClassTokens) -> T + Sync,
    ) -> Result<Vec<T>> {
        let one = |&class: &u32| match self.kept.binary_search_by_key(&class, |kept| kept.0) {
            Ok(at) => self.step(|| Ok(f(class, &ClassTokens::Kept(&self.kept[at].1)))),
            Err(_) => self.read(class, |text| f(class, &ClassTokens::Read(TextTokens::new(text)))),
        };
        classes.par_iter().map(one).collect()
    }

    /// [`ClassReader::map`] for classes behind all those that came before, in order. Keeps the
    /// tokens of as many as may be kept.
    pub fn map_and_keep<T: Send>(
        &mut self,
        classes: &[u32],
        f: impl Fn(u32, &ClassTokens) -> T + Sync,
    ) -> Result<Vec<T>> {
        let within = classes.iter().take_while(|&&class| {
            self.left = self.left.saturating_sub(self.from.tokens[class as usize] as usize);
            self.left > 0
        });
        let within = within.count();
        let keep = |&class: &u32| {
            self.read(class, |text| {
                if text.len() >= LARGE {
                    return (f(class, &ClassTokens::Read(TextTokens::new(text))), None);
                }
                let tokens = tokenize(text);
                let kept = KeptTokens { paragraphs: token_ranges(text, &tokens), tokens };
                (f(class, &ClassTokens::Kept(&kept)), Some((class, kept)))
            })
        };
        let (first, others) = classes.split_at(within);
        let first: Vec<_> = first.par_iter().map(keep).collect::<Result<_>>()?;
        let others = self.map(others, f)?;
        let (mut out, kept): (Vec<T>, Vec<_>) = first.into_iter().unzip();
        self.kept.extend(kept.into_iter().flatten());
        out.extend(others);
        Ok(out)
    }

    fn read<T>(&self, class: u32, f: impl FnOnce(&str) -> T) -> Result<T> {
        let n = self.from.first[class as usize] as usize;
        self.step(|| {
            let text = self.from.documents.text(n)?;
            self.from.progress.tokenized(text.len() as u64);
            Ok(f(&text))
        })
    }

    fn step<T>(&self, f: impl FnOnce() -> Result<T>) -> Result<T> {
        if self.from.progress.cancelled() {
            return Err(Error::Cancelled);
        }
        let out = f();
        self.from.progress.advance(1);
        out
    }
}
