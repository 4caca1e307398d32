//! Owns: how each part of a JSON report becomes a row of a table, value by value in the order of
//! its columns. Never: how a value is measured, or written.

use crate::report::parquet::columns::{Row, Rows};
use crate::report::schema::document::{ClusterJson, DocumentJson};
use crate::report::schema::pair::{MatchJson, PairJson};
use crate::report::schema::repeat::RepeatJson;
use crate::report::schema::span::SpanJson;

pub fn document(document: &DocumentJson, to: &mut Rows) {
    to.push(|row| {
        row.text(&document.id);
        row.text_or_none(document.title.as_deref());
        row.text_or_none(document.path.as_deref());
        row.number_or_none(document.record);
        row.text_or_none(document.source.as_deref());
        row.text_or_none(document.date.as_deref());
        row.text_or_none(document.read.map(|read| read.name()));
        row.share_or_none(document.read_share);
        row.number(document.tokens);
        row.number(document.bytes);
    });
}

pub fn clustered(number: u64, cluster: &ClusterJson, member: &str, to: &mut Rows) {
    to.push(|row| {
        row.number(number);
        row.text(&cluster.id);
        row.text(&cluster.representative);
        row.text(member);
        row.share(cluster.weakest);
    });
}

/// A member of a group that has these numbers.
pub fn member<const N: usize>(numbers: [u64; N], member: &str, to: &mut Rows) {
    to.push(|row| {
        numbers.into_iter().for_each(|number| row.number(number));
        row.text(member);
    });
}

pub fn pair(number: u64, pair: &PairJson, to: &mut Rows) {
    let scores = &pair.scores;
    to.push(|row| {
        row.number(number);
        row.text(&pair.a);
        row.text(&pair.b);
        row.text(pair.relation.name());
        row.text_or_none(pair.earlier.as_deref());
        row.share(scores.resemblance);
        row.share(scores.containment_a);
        row.share(scores.containment_b);
        row.share(scores.coverage_a);
        row.share(scores.coverage_b);
        row.share_or_none(scores.equal_words_a);
        row.share_or_none(scores.equal_words_b);
        row.flag(scores.whole_text);
        row.number(scores.facts.agree);
        row.number(scores.facts.compared);
        row.text_or_none(scores.why.map(|why| why.name()));
    });
}

/// A match of a pair, each with its number.
pub fn matched(
    (pair_number, pair): (u64, &PairJson),
    (number, found): (u64, &MatchJson),
    to: &mut Rows,
) {
    let [tokens_a, tokens_b] = found.tokens;
    to.push(|row| {
        row.number(pair_number);
        row.number(number);
        row.text(&pair.a);
        row.text(&pair.b);
        span(row, &found.a);
        row.number(tokens_a);
        span(row, &found.b);
        row.number(tokens_b);
        row.share(found.identity);
        row.list(&found.blocks, |row, block| block.iter().for_each(|&byte| row.number(byte)));
    });
}

pub fn repeat(number: u64, repeat: &RepeatJson, to: &mut Rows) {
    to.push(|row| {
        row.number(number);
        row.text(&repeat.text);
        row.number(repeat.count);
        row.number(repeat.documents);
        row.number(repeat.tokens);
        row.flag(repeat.paragraph);
        row.number_or_none(repeat.period);
        row.flag(repeat.boilerplate);
        row.flag(repeat.note);
        row.list(&repeat.places, |row, place| {
            row.text(&place.document);
            span(row, &place.span);
        });
    });
}

fn span(row: &mut Row, span: &SpanJson) {
    let SpanJson { bytes, chars, lines, file_lines } = span;
    for &edge in [bytes, chars, lines].into_iter().flatten() {
        row.number(edge);
    }
    for line in 0..2 {
        row.number_or_none(file_lines.map(|lines| lines[line]));
    }
}
