//! Owns: whether two short texts each begin with text of their own. Never: decides about relations.

use crate::model::thresholds::{AlignmentMethod, Thresholds};
use crate::pair::masked::MaskedText;
use crate::pair::measured::MeasuredPair;

/// The most tokens of a short text on average, in shortest matches: a brief or an item of a feed,
/// whose news is in its first sentence. A long text may be printed with another introduction.
const SHORT_IN_MATCHES: usize = 8;
/// The least tokens that are a beginning: fewer are an article or the name of an agency.
const FEWEST: u32 = 3;
/// The least share of two texts that is their beginnings, so that they are two reports on what they
/// share: where their titles differ, and elsewhere. Under one title or without titles two such
/// texts may also be abridgements of one.
const BEGINNINGS: f64 = 0.25;
const BEGINNINGS_ELSEWHERE: f64 = 0.4;

/// The share of two short texts that is before their first match and is no boilerplate, and the
/// least share of two reports, where each has such a beginning and they begin with other words;
/// `None` elsewhere. The news of a text is where it begins: two that begin otherwise and go on with
/// the same are reports on two events of one story, or on what two people say of it. Where words
/// are damaged, a beginning may match unseen. Cost: a look at the tokens before the first match.
pub fn own_beginnings(m: &MeasuredPair, t: &Thresholds) -> Option<[f64; 2]> {
    let whole = |p: &MaskedText| if m.masked { p.own_tokens() } else { p.tokens.len() };
    let all = whole(m.a) + whole(m.b);
    if t.alignment != AlignmentMethod::Runs || all > 2 * SHORT_IN_MATCHES * t.min_match as usize {
        return None;
    }
    let first = ..FEWEST as usize;
    if m.a.tokens.hashes.get(first) == m.b.tokens.hashes.get(first) {
        return None;
    }
    let before = |p: &MaskedText, first: Option<u32>| {
        let own = |&i: &u32| !(m.masked && p.is_boilerplate(i as usize));
        (0..first.unwrap_or_default()).filter(own).count() as u32
    };
    let a = before(m.a, m.matches.iter().map(|c| c.a().start).min());
    let b = before(m.b, m.matches.iter().map(|c| c.b().start).min());
    let other_titles = m.a.metadata().every_title(m.b.metadata(), |x, y| x.key() != y.key());
    let least = if other_titles { BEGINNINGS } else { BEGINNINGS_ELSEWHERE };
    (a.min(b) >= FEWEST).then(|| [f64::from(a + b) / all.max(1) as f64, least])
}
