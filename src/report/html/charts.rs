//! Owns: the charts of a corpus: relations, cluster sizes, sources. Never: a chart without its
//! numbers.
//!
//! Charts count all findings, also those that the page does not list.

use crate::model::detection::Relation;
use crate::model::findings::Findings;
use crate::report::html::documents::name;
use crate::report::html::selection::shared_words;
use crate::report::human::display::{count, number};
use maud::{Markup, html};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Sources with a row of their own; the others are summed up.
const SOURCES: usize = 12;
/// Shades of the heat map.
const SHADES: f64 = 8.0;

// Lengths in the charts, in units of the SVG view box.
const ROW: usize = 26;
const LABEL: usize = 150;
const BAR: usize = 190;
const WIDTH: usize = 420;

/// Returns all charts for which the findings have data.
pub(super) fn all(findings: Findings) -> Markup {
    let (relations, sizes) = (relations(findings), sizes(findings));
    html! {
        section #picture aria-label="Picture of the corpus" {
            @if !relations.is_empty() { (bars("relations", "Related texts", &relations, "pair")) }
            @if !sizes.is_empty() { (bars("sizes", "Clusters by their size", &sizes, "cluster")) }
            (heat_map(findings))
        }
    }
}

/// Counts the pairs of each relation, and the copies of equal texts.
fn relations(findings: Findings) -> Vec<(String, u64)> {
    let found = findings.detection;
    let copies: u64 = found.equal.iter().map(|class| class.len() as u64 - 1).sum();
    let name = |relation: Relation| relation.row().words.chart;
    let mut counts: Vec<(String, u64)> = Relation::ALL.map(|r| (name(r).to_owned(), 0)).into();
    counts.dedup();
    let mut add =
        |relation, n| counts.iter_mut().filter(|c| c.0 == name(relation)).for_each(|c| c.1 += n);
    add(Relation::Equal, copies);
    found.pairs.iter().for_each(|p| add(p.relation, 1));
    counts.retain(|c| c.1 > 0);
    counts
}

/// Counts the clusters in each range of sizes.
fn sizes(findings: Findings) -> Vec<(String, u64)> {
    const ENDS: [usize; 9] = [2, 3, 5, 10, 20, 50, 100, 1000, usize::MAX];
    let mut counts = [0; ENDS.len()];
    for cluster in &findings.detection.clusters {
        counts[ENDS.iter().position(|&end| cluster.members.len() <= end).unwrap_or(0)] += 1;
    }
    let label = |i: usize| match (i.checked_sub(1).map(|before| ENDS[before] + 1), ENDS[i]) {
        (None, end) => format!("{end} documents"),
        (Some(from), usize::MAX) => format!("{from} and more"),
        (Some(from), end) if from == end => format!("{end}"),
        (Some(from), end) => format!("{from} to {end}"),
    };
    let last = counts.iter().rposition(|&n| n > 0).map_or(0, |i| i + 1);
    (0..last).map(|i| (label(i), counts[i])).collect()
}

/// Draws a bar for each count, with its name before it and its number after it.
fn bars(id: &str, title: &str, counts: &[(String, u64)], noun: &str) -> Markup {
    let most = counts.iter().map(|c| c.1).max().unwrap_or(1).max(1);
    // A count above zero gets a visible bar.
    let length =
        |n: u64| if n == 0 { 0 } else { ((n as f64 / most as f64 * BAR as f64) as usize).max(2) };
    let details: Vec<String> =
        counts.iter().map(|(name, n)| format!("{name}: {}", count(*n, noun))).collect();
    let height = ROW * counts.len();
    html! {
        figure {
            figcaption { h2 { (title) } }
            svg role="img" aria-labelledby=(format!("{id}-said")) viewBox=(format!("0 0 {WIDTH} \
                {height}")) {
                title id=(format!("{id}-said")) { (title) ". " (details.join("; ")) "." }
                @for (i, (name, n)) in counts.iter().enumerate() {
                    text x=(LABEL - 10) y=(i * ROW + 18) text-anchor="end" { (name) }
                    rect x=(LABEL) y=(i * ROW + 4) width=(length(*n)) height=(ROW - 8) rx="2" {}
                    text x=(LABEL + length(*n) + 8) y=(i * ROW + 18) { (number(*n)) }
                }
            }
        }
    }
}

/// The number of words shared between each two sources; the matrix is symmetric.
struct SourceMatrix {
    names: Vec<String>,
    cells: BTreeMap<(usize, usize), u64>,
}

impl SourceMatrix {
    /// Returns `None` where no shared text has a source.
    fn new(findings: Findings) -> Option<SourceMatrix> {
        let source = |n: u32| findings.documents.info(n as usize).source.clone();
        let mut sums: HashMap<[Option<Arc<str>>; 2], u64> = HashMap::new();
        let mut add = |a: u32, b: u32, words: u64| {
            let (x, y) = (source(a).min(source(b)), source(a).max(source(b)));
            *sums.entry([x, y]).or_default() += words;
        };
        // A template is no copy: its words are not counted.
        for pair in findings.detection.pairs.iter().filter(|p| p.relation.row().same_text) {
            add(pair.a, pair.b, shared_words(findings, pair));
        }
        for class in &findings.detection.equal {
            let words = findings.tokens(class[0]);
            class[1..].iter().for_each(|&n| add(class[0], n, u64::from(words)));
        }
        let mut totals: BTreeMap<Option<&str>, u64> = BTreeMap::new();
        for ([x, y], &words) in &sums {
            *totals.entry(x.as_deref()).or_default() += words;
            if x != y {
                *totals.entry(y.as_deref()).or_default() += words;
            }
        }
        if !totals.keys().any(Option::is_some) {
            return None;
        }
        let mut order: Vec<_> = totals.into_iter().collect();
        order.sort_by_key(|&(source, words)| (Reverse(words), source));
        let rest = order.len() > SOURCES + 1;
        let own = if rest { SOURCES } else { order.len() };
        let at: HashMap<_, _> =
            order.iter().enumerate().map(|(i, &(source, _))| (source, i.min(own))).collect();
        let mut cells = BTreeMap::new();
        for (both, &words) in &sums {
            let [x, y] = both.each_ref().map(Option::as_deref);
            let (i, j) = (at[&x].min(at[&y]), at[&x].max(at[&y]));
            *cells.entry((i, j)).or_default() += words;
        }
        let mut names: Vec<String> = order[..own]
            .iter()
            .map(|(source, _)| source.map_or_else(|| "(no source)".to_owned(), name))
            .collect();
        if rest {
            names.push(format!("{} others", number((order.len() - own) as u64)));
        }
        Some(SourceMatrix { names, cells })
    }

    fn shared_words(&self, i: usize, j: usize) -> u64 {
        self.cells.get(&(i.min(j), i.max(j))).copied().unwrap_or(0)
    }
}

/// Draws the heat map: a table of the words that sources share, where more words give a darker
/// cell.
fn heat_map(findings: Findings) -> Markup {
    let Some(heat) = SourceMatrix::new(findings) else { return html! {} };
    let most = heat.cells.values().copied().max().unwrap_or(1).max(1);
    // The shade depends on the square root: else one cell would be dark and all others pale.
    let shade =
        |n: u64| if n == 0 { 0 } else { ((n as f64 / most as f64).sqrt() * SHADES).ceil() as u64 };
    html! {
        figure .wide {
            figcaption { h2 { "Words that sources share" } p .faint { "In pairs and equal texts, \
                templates left out." } }
            div .scroll tabindex="0" role="region" aria-label="Table of words that sources share" {
                table #heat {
                    thead {
                        tr {
                            td {}
                            @for name in &heat.names { th scope="col" { bdi { (name) } } }
                        }
                    }
                    tbody {
                        @for (i, name) in heat.names.iter().enumerate() {
                            tr {
                                th scope="row" { bdi { (name) } }
                                @for j in 0..heat.names.len() {
                                    @let n = heat.shared_words(i, j);
                                    td class=(format!("h{}",
                                        shade(n))) { @if n > 0 { (number(n)) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::corpus::Corpus;
    use crate::model::detection::{Cluster, Comparison, Detection, Pair, Summary};
    use crate::model::document::Document;

    /// A detection with these pairs of documents, each with half of the first text's words in
    /// common.
    fn detection(tokens: Vec<u32>, pairs: &[(u32, u32)]) -> Detection {
        let comparison = Comparison {
            relation: Some(Relation::Quotes),
            coverage_a: 0.5,
            ..Comparison::default()
        };
        Detection {
            recipe_id: String::new(),
            background_id: String::new(),
            thresholds: Default::default(),
            summary: Summary::default(),
            tokens,
            clusters: vec![],
            equal: vec![],
            titles: vec![],
            pairs: pairs
                .iter()
                .map(|&(a, b)| Pair {
                    a,
                    b,
                    relation: Relation::Quotes,
                    comparison: comparison.clone(),
                })
                .collect(),
            repeats: vec![],
        }
    }

    fn heat_of(
        sources: &[Option<&str>],
        pairs: &[(u32, u32)],
        equal: Vec<Vec<u32>>,
    ) -> Option<SourceMatrix> {
        let document = |(n, source): (usize, &Option<&str>)| {
            let d = Document::new(format!("{n:03}"), "text");
            source.map_or(d.clone(), |s| d.source(s))
        };
        let corpus = Corpus::new(sources.iter().enumerate().map(document)).unwrap();
        let found = Detection { equal, ..detection(vec![10; sources.len()], pairs) };
        SourceMatrix::new(Findings { detection: &found, documents: &corpus, skipped: &[] })
    }

    #[test]
    fn sources_share_words_both_ways() {
        let heat = heat_of(
            &[Some("x"), Some("y"), Some("x"), None],
            &[(0, 1), (1, 2), (0, 3)],
            vec![vec![0, 2]],
        )
        .unwrap();
        assert_eq!(heat.names, ["x", "y", "(no source)"]);
        assert_eq!(
            [
                heat.shared_words(0, 1),
                heat.shared_words(1, 0),
                heat.shared_words(0, 0),
                heat.shared_words(2, 0),
                heat.shared_words(1, 1)
            ],
            [10, 10, 10, 5, 0]
        );
    }

    #[test]
    fn without_sources_there_is_no_map() {
        assert!(heat_of(&[None, None], &[(0, 1)], vec![]).is_none());
        assert!(heat_of(&[Some("x"), Some("y")], &[], vec![]).is_none());
    }

    #[test]
    fn many_sources_are_summed_up() {
        let names: Vec<String> = (0..40).map(|n| format!("s{n:02}")).collect();
        let sources: Vec<Option<&str>> = names.iter().map(|n| Some(n.as_str())).collect();
        let pairs: Vec<(u32, u32)> = (1..40).map(|n| (0, n)).collect();
        let heat = heat_of(&sources, &pairs, vec![]).unwrap();
        assert_eq!(
            (heat.names.len(), heat.names[0].as_str(), heat.names[12].as_str()),
            (13, "s00", "28 others")
        );
        assert_eq!((heat.shared_words(0, 12), heat.shared_words(0, 1)), (28 * 5, 5));
        assert_eq!(heat.cells.values().sum::<u64>(), 39 * 5);
    }

    #[test]
    fn clusters_stand_by_their_size() {
        let corpus = Corpus::new([]).unwrap();
        let cluster =
            |n: u32| Cluster { representative: 0, members: (0..n).collect(), weakest: 1.0 };
        let found = Detection {
            clusters: [2, 2, 3, 4, 5, 7, 1001].map(cluster).to_vec(),
            ..detection(vec![], &[])
        };
        let sizes = sizes(Findings { detection: &found, documents: &corpus, skipped: &[] });
        let expected =
            [("2 documents", 2), ("3", 1), ("4 to 5", 2), ("6 to 10", 1), ("11 to 20", 0)];
        assert_eq!(
            sizes[..5].iter().map(|(name, n)| (name.as_str(), *n)).collect::<Vec<_>>(),
            expected
        );
        assert_eq!(sizes.last().unwrap(), &("1001 and more".to_owned(), 1));
    }
}
