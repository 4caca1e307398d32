//! Oracles of `compare`: each of its figures computed once more, the plain way, from the tokens and
//! the reported spans.

use crate::news::{self, Dice};
use nearcopy::detection::Match;
use nearcopy::text::{Tokens, tokenize};
use nearcopy::{Background, Comparison, Recipe, Relation, Span, Thresholds, compare};
use std::collections::HashSet;

fn plain(a: &str, b: &str) -> Comparison {
    compare(a, b, &Background::default(), &Recipe::default(), &Thresholds::default())
}

/// The token range of a span that begins and ends on tokens.
fn range(tokens: &Tokens, span: Span) -> std::ops::Range<usize> {
    let first =
        tokens.spans.binary_search_by_key(&span.start, |s| s.start).expect("begins on a token");
    let last = tokens.spans.binary_search_by_key(&span.end, |s| s.end).expect("ends on a token");
    assert!(first <= last, "{span:?}");
    first..last + 1
}

/// Pairs of articles related in many ways, and a few that are not.
fn news_pairs() -> Vec<(String, String)> {
    let mut out = Vec::new();
    for seed in 0..400 {
        let mut dice = Dice::new(seed);
        let article = news::article(&mut dice);
        let mut other = news::edited(&article, [0, 1, 4, 10, 25][seed as usize % 5], &mut dice);
        match seed % 6 {
            0 => dice.shuffle(&mut other),
            1 => other.extend(news::article(&mut dice)),
            2 => {
                other = [news::article(&mut dice), other[..1].to_vec(), news::article(&mut dice)]
                    .concat()
            }
            3 => other = [other.clone(), news::article(&mut dice), other].concat(),
            4 => other.truncate(1),
            _ => {}
        }
        out.push((article.join("\n\n"), other.join("\n\n")));
    }
    let tiny = [
        "",
        "One",
        "one two three four five",
        "one two three four five six",
        "...",
        "five six seven eight nine",
    ];
    out.extend(tiny.iter().flat_map(|a| tiny.iter().map(|b| ((*a).to_owned(), (*b).to_owned()))));
    out
}

/// Pairs of texts of few different words: seeds meet everywhere, and ties are the rule.
fn dull_pairs() -> Vec<(String, String)> {
    let pair = |seed| {
        let mut dice = Dice::new(seed);
        let few = dice.between(2, 12);
        let mut text = |count: usize| {
            (0..count).map(|_| news::word(dice.below(few))).collect::<Vec<_>>().join(" ")
        };
        let (x, y, z) = (text(30), text(20), text(25));
        (format!("{x} {y}\n\n{z}"), format!("{z}\n\n{x} {}", text(15)))
    };
    (0..400).map(pair).collect()
}

fn pairs() -> Vec<(String, String)> {
    [news_pairs(), dull_pairs()].concat()
}

#[test]
fn resemblance_and_containment_are_those_of_sets() {
    let set =
        |text: &str| tokenize(text).hashes.windows(5).map(<[u64]>::to_vec).collect::<HashSet<_>>();
    for (a, b) in pairs() {
        let (x, y, c) = (set(&a), set(&b), plain(&a, &b));
        let equal = !tokenize(&a).is_empty() && tokenize(&a).hashes == tokenize(&b).hashes;
        let shared = x.intersection(&y).count() as f64;
        let of = |whole: usize| {
            if whole > 0 { shared / whole as f64 } else { f64::from(u8::from(equal)) }
        };
        assert_eq!(c.resemblance, of(x.union(&y).count()), "{a:?} {b:?}");
        assert_eq!((c.containment_a, c.containment_b), (of(x.len()), of(y.len())), "{a:?} {b:?}");
        assert_eq!(c.relation == Some(Relation::Equal), equal, "{a:?} {b:?}");
    }
}

/// Blocks of one match as token ranges, after holding everything that a block promises.
fn blocks(m: &Match, a: &Tokens, b: &Tokens) -> usize {
    let (ra, rb) = (range(a, m.a), range(b, m.b));
    assert_eq!((m.tokens_a as usize, m.tokens_b as usize), (ra.len(), rb.len()));
    let (mut at_a, mut at_b, mut equal) = (ra.start, rb.start, 0);
    for (i, block) in m.blocks.iter().enumerate() {
        let (x, y) = (range(a, block.a), range(b, block.b));
        assert_eq!(a.hashes[x.clone()], b.hashes[y.clone()], "a block is equal");
        assert!(x.start >= at_a && y.start >= at_b, "blocks ascend on both sides");
        let touches = x.start == at_a && y.start == at_b;
        assert_eq!(
            touches,
            i == 0,
            "the first block opens the match; others stand behind something unequal"
        );
        equal += x.len();
        (at_a, at_b) = (x.end, y.end);
    }
    assert_eq!((at_a, at_b), (ra.end, rb.end), "the last block ends the match");
    equal
}

#[test]
fn blocks_identity_and_coverage_follow_from_the_spans() {
    let mut seen = 0;
    for (x, y) in pairs() {
        let (a, b, c) = (tokenize(&x), tokenize(&y), plain(&x, &y));
        let (mut in_a, mut in_b) = (vec![false; a.len()], vec![false; b.len()]);
        for m in &c.matches {
            let equal = blocks(m, &a, &b);
            assert_eq!(m.identity, equal as f64 / f64::from(m.tokens_a.max(m.tokens_b)));
            assert!(m.identity >= Thresholds::default().min_identity || m.blocks.len() == 1);
            in_a[range(&a, m.a)].fill(true);
            in_b[range(&b, m.b)].fill(true);
            seen += 1;
        }
        let share =
            |side: &[bool]| side.iter().filter(|&&s| s).count() as f64 / side.len().max(1) as f64;
        if !a.is_empty() && !b.is_empty() {
            assert_eq!((c.coverage_a, c.coverage_b), (share(&in_a), share(&in_b)));
        }
        assert!(c.matches.is_sorted_by_key(|m| (m.a.start, m.b.start)), "{:?}", c.matches);
    }
    assert!(seen > 60, "{seen} matches");
}

/// Length of the longest common subsequence, by the table.
fn longest_common(a: &[u64], b: &[u64]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut corner = 0;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if x == y { corner + 1 } else { above.max(row[j]) };
            corner = above;
        }
    }
    row[b.len()]
}

#[test]
fn no_match_beats_the_longest_common_subsequence_and_most_come_near() {
    let (mut found, mut best) = (0, 0);
    for (x, y) in pairs() {
        let (a, b, c) = (tokenize(&x), tokenize(&y), plain(&x, &y));
        let whole = longest_common(&a.hashes, &b.hashes);
        for m in &c.matches {
            let equal = blocks(m, &a, &b);
            let inside = longest_common(&a.hashes[range(&a, m.a)], &b.hashes[range(&b, m.b)]);
            assert!(equal <= inside && inside <= whole);
            found += equal;
            best += inside;
        }
    }
    assert!(found * 100 >= best * 98, "{found} of {best} tokens that could be aligned");
}

#[test]
fn a_word_changed_anywhere_leaves_all_else_matched() {
    for seed in 0..4 {
        let text =
            if seed == 0 { news::distinct(0, 40) } else { news::words(&mut Dice::new(seed), 40) };
        let words: Vec<&str> = text.split(' ').collect();
        for at in 1..words.len() - 1 {
            let (before, behind) = (words[..at].join(" "), words[at + 1..].join(" "));
            let deleted = format!("{before} {behind}");
            let inserted = format!("{before} unheard {} {behind}", words[at]);
            let replaced = format!("{before} unheard {behind}");
            for (changed, equal) in [(deleted, 39), (inserted, 40), (replaced, 39)] {
                let c = plain(&text, &changed);
                assert_eq!(
                    (c.coverage_a, c.coverage_b, c.matches.len()),
                    (1.0, 1.0, 1),
                    "{text:?} {changed:?}"
                );
                assert_eq!(
                    blocks(&c.matches[0], &tokenize(&text), &tokenize(&changed)),
                    equal,
                    "{text:?} {changed:?}"
                );
                assert_eq!(c.relation, Some(Relation::NearCopy));
            }
        }
    }
}

/// How far two comparisons of one pair, once from each side, are apart: whether the matches are the
/// same, and the relation, and by how much the coverage differs.
fn apart(a: &str, b: &str) -> (bool, bool, f64) {
    let (c, d) = (plain(a, b), plain(b, a));
    assert_eq!(
        (c.resemblance, c.containment_a, c.containment_b),
        (d.resemblance, d.containment_b, d.containment_a)
    );
    assert_eq!(c.relation == Some(Relation::Equal), d.relation == Some(Relation::Equal));
    let spans = |c: &Comparison, swap: bool| {
        let span = |m: &Match| if swap { (m.b, m.a) } else { (m.a, m.b) };
        c.matches.iter().map(span).collect::<HashSet<_>>()
    };
    let coverage = (c.coverage_a - d.coverage_b).abs().max((c.coverage_b - d.coverage_a).abs());
    (spans(&c, false) == spans(&d, true), c.relation.map(Relation::flipped) == d.relation, coverage)
}

#[test]
fn swapping_the_texts_swaps_the_findings() {
    // The aligner breaks ties by the first text (a scan always takes the smaller document first),
    // so that a match may begin or end a few tokens apart; where texts have few different words,
    // ties are the rule.
    for (pairs, matches, relation) in [(news_pairs(), 0.97, 1.0), (dull_pairs(), 0.7, 0.95)] {
        let all: Vec<(bool, bool, f64)> = pairs.iter().map(|(a, b)| apart(a, b)).collect();
        let share = |is: &dyn Fn(&(bool, bool, f64)) -> bool| {
            all.iter().filter(|x| is(x)).count() as f64 / all.len() as f64
        };
        let (same_matches, same_relation) = (share(&|x| x.0), share(&|x| x.1));
        let widest = all.iter().map(|x| x.2).fold(0.0, f64::max);
        println!(
            "from both sides: matches {same_matches:.3}, relation {same_relation:.3}, coverage at \
             most {widest:.3} apart"
        );
        assert!(same_matches >= matches && same_relation >= relation);
    }
}

/// A passage `times` times, each between words that stand nowhere else.
fn times(passage: &str, times: usize, from: usize) -> String {
    (0..times).map(|i| format!("{}\n\n{passage}\n\n", news::distinct(from + i * 30, 30))).collect()
}

#[test]
fn a_passage_k_times_here_and_m_times_there_gives_at_most_k_and_m_matches() {
    for (seed, length) in [(1, 12), (2, 25), (3, 60)] {
        let passage = news::words(&mut Dice::new(seed), length);
        for (k, m) in [(1, 1), (1, 5), (5, 1), (2, 3), (4, 4), (7, 2), (12, 12)] {
            let (a, b) = (times(&passage, k, 10_000), times(&passage, m, 20_000));
            let c = plain(&a, &b);
            assert!(
                c.matches.len() <= k + m && c.matches.len() >= k.max(m),
                "{k} {m}: {}",
                c.matches.len()
            );
            let every = |text: &str, side: &dyn Fn(&Match) -> Span| {
                text.match_indices(&passage).all(|(at, _)| {
                    let wanted = at as u32..(at + passage.len()) as u32;
                    c.matches
                        .iter()
                        .map(side)
                        .any(|s| s.start <= wanted.start && wanted.end <= s.end)
                })
            };
            assert!(
                every(&a, &|m| m.a) && every(&b, &|m| m.b),
                "{k} {m}: an occurrence without a match"
            );
        }
    }
}

#[test]
fn scripts_without_spaces_keep_the_same_promises() {
    let chinese = "港务局周一表示，港口大桥将于下月关闭维修，预计明年春天重新开放，\
    届时渡轮将增加班次以缓解交通压力。";
    let edited = chinese.replace("周一", "星期二").replace("下月", "本月");
    let thai = concat!(
        "การท่าเรือแถลงเมื่อวันจันทร์ว่าสะพานท่าเรือจะปิดซ่อม",
        "ในเดือนหน้าและคาดว่าจะเปิดอีกครั้งในฤดูใบไม้ผลิปีหน้า"
    );
    let on_tuesday = thai.replace("จันทร์", "อังคาร");
    for (x, y) in [(chinese.to_owned(), edited), (thai.to_owned(), on_tuesday)] {
        let (a, b, c) = (tokenize(&x), tokenize(&y), plain(&x, &y));
        assert_eq!(c.relation, Some(Relation::NearCopy), "{c:?}");
        for m in &c.matches {
            let equal = blocks(m, &a, &b);
            assert!(equal <= longest_common(&a.hashes, &b.hashes));
        }
        assert!(c.coverage_a > 0.8 && c.coverage_b > 0.8);
    }
}

#[test]
fn a_match_ends_at_the_nearer_of_two_equal_words() {
    let common = news::distinct(0, 20);
    let (a, b) =
        (format!("{common} mill on red on blue wind"), format!("{common} far mill past on"));
    let (c, d) = (plain(&a, &b), plain(&b, &a));
    assert_eq!(c.matches[0].a, d.matches[0].b);
    assert!(a[c.matches[0].a.range()].ends_with("mill on"), "{:?}", &a[c.matches[0].a.range()]);
}

#[test]
fn texts_without_a_token_are_related_to_nothing() {
    for (a, b) in [("", ""), ("…", "…"), ("…", "***"), (" ", "one word")] {
        let corpus = nearcopy::Corpus::new([
            nearcopy::Document::new("a", a),
            nearcopy::Document::new("b", b),
        ])
        .unwrap();
        let options = nearcopy::RunOptions::default();
        let (found, _) =
            nearcopy::scan(&corpus, &Recipe::default(), &Thresholds::default(), &options, &())
                .unwrap();
        assert_eq!(plain(a, b).relation, None);
        assert!(found.equal.is_empty() && found.pairs.is_empty() && found.clusters.is_empty());
        assert_eq!(found.summary.classes, 2);
    }
}
