//! The naive twin: what a scan finds through keys, caps and components is what all pairs through
//! the same `compare` give.

mod keys;
mod twin;

use crate::news;
use nearcopy::{Background, Corpus, Detection, Recipe, RunOptions, Thresholds, scan};
use std::collections::BTreeSet;
use twin::{Group, Twin, is_copy};

/// Seeds and sizes of the generated corpora.
const CORPORA: [(u64, usize); 5] = [(1, 60), (2, 90), (3, 90), (4, 120), (5, 180)];

struct Both {
    corpus: Corpus,
    found: Detection,
    background: Background,
    twin: Twin,
    thresholds: Thresholds,
}

fn both(seed: u64, count: usize, thresholds: Thresholds) -> Both {
    let (corpus, recipe) = (news::corpus(seed, count), Recipe::default());
    let (found, background) =
        scan(&corpus, &recipe, &thresholds, &RunOptions::default(), &()).unwrap();
    let twin = Twin::new(&corpus, &background, &recipe, &thresholds);
    Both { corpus, found, background, twin, thresholds }
}

fn all_pairs() -> Thresholds {
    Thresholds::default().with(|s| s.all_pairs = true)
}

/// What was found, as the twin has it.
fn groups(found: &Detection) -> Vec<Group> {
    let group = |c: &nearcopy::detection::Cluster| Group {
        representative: c.representative,
        members: c.members.clone(),
        weakest: c.weakest,
    };
    found.clusters.iter().map(group).collect()
}

impl Both {
    /// Every reported pair is, in all fields, what `compare` says of the two texts.
    fn scores_are_those_of_compare(&self) {
        for p in &self.found.pairs {
            let naive = self
                .twin
                .pairs
                .get(&(p.a, p.b))
                .unwrap_or_else(|| panic!("({}, {}) are no first documents", p.a, p.b));
            assert_eq!(&p.comparison, naive, "({}, {})", p.a, p.b);
            assert_eq!(Some(p.relation), naive.relation, "({}, {})", p.a, p.b);
        }
        assert!(self.found.pairs.is_sorted_by_key(|p| (p.a, p.b)));
    }

    fn classes_are_equal_texts(&self) {
        let several: Vec<Vec<u32>> =
            self.twin.classes.iter().filter(|c| c.len() > 1).cloned().collect();
        assert_eq!(self.found.equal, several);
        assert_eq!(self.found.summary.classes, self.twin.classes.len() as u64);
    }

    /// The shares of related pairs, and of related pairs of resemblance .7 or more, that were
    /// reported.
    fn recall(&self) -> (f64, f64) {
        let reported: BTreeSet<(u32, u32)> = self.found.pairs.iter().map(|p| (p.a, p.b)).collect();
        let share = |least: f64| {
            let wanted: Vec<_> =
                self.twin.related().filter(|p| p.1.resemblance >= least).map(|p| p.0).collect();
            assert!(wanted.len() > 5, "{} pairs over {least}", wanted.len());
            wanted.iter().filter(|p| reported.contains(*p)).count() as f64 / wanted.len() as f64
        };
        (share(0.0), share(0.7))
    }

    /// Whether keys led to every pair of near-copies. A short and much edited one may share no two
    /// anchors with its original.
    fn copies_are_all_reported(&self) -> bool {
        let reported: BTreeSet<(u32, u32)> = self.found.pairs.iter().map(|p| (p.a, p.b)).collect();
        self.twin
            .related()
            .filter(|p| is_copy(p.1, &self.thresholds))
            .all(|p| reported.contains(&p.0))
    }

    fn members_are_verified(&self) {
        for c in &self.found.clusters {
            let class = |n: u32| {
                self.twin
                    .classes
                    .iter()
                    .find(|k| k.contains(&n))
                    .map(|k| k[0])
                    .expect("every document has a class")
            };
            let to = class(c.representative);
            assert!(c.members.contains(&c.representative));
            for m in c.members.iter().map(|&m| class(m)).filter(|&m| m != to) {
                let pair = &self.twin.pairs[&(m.min(to), m.max(to))];
                assert!(is_copy(pair, &self.thresholds), "{m} of {to}: {:?}", pair.relation);
            }
        }
        let mut all: Vec<u32> =
            self.found.clusters.iter().flat_map(|c| c.members.clone()).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count, "a document in two clusters");
    }
}

#[test]
fn a_scan_finds_what_all_pairs_find() {
    let (mut of_all, mut related, mut complete) = (0.0, 0, 0);
    for (seed, count) in CORPORA {
        let b = both(seed, count, all_pairs());
        b.scores_are_those_of_compare();
        b.classes_are_equal_texts();
        b.members_are_verified();
        let (all, alike) = b.recall();
        assert_eq!(alike, 1.0, "seed {seed}: pairs of resemblance .7 and more");
        if b.copies_are_all_reported() {
            assert_eq!(groups(&b.found), b.twin.clusters(&b.corpus, &b.thresholds), "seed {seed}");
            complete += 1;
        }
        let n = b.twin.related().count();
        println!(
            "seed {seed}: {n} related pairs, {all:.3} of them reported, {} clusters, {} \
             boilerplate keys",
            b.found.clusters.len(),
            b.background.paragraphs.len() + b.background.anchors.len()
        );
        of_all += all * n as f64;
        related += n;
    }
    // Anchors are a sample: a passage of twelve words shows two of them in four cases of five.
    assert!(
        complete >= CORPORA.len() - 1,
        "near-copies without a common key in {} corpora",
        CORPORA.len() - complete
    );
    assert!(of_all / related as f64 > 0.9, "{} of {related}", of_all);
}

#[test]
fn without_all_pairs_the_pairs_are_those_of_representatives() {
    for (seed, count) in [(11, 90), (12, 120)] {
        // A pair that shares nothing but repeats may be shown as these.
        let listed = Thresholds::default().with(|t| t.pairs_as_repeats = u32::MAX);
        let b = both(seed, count, listed);
        b.scores_are_those_of_compare();
        b.members_are_verified();
        let mut around: Vec<u32> = (0..count as u32).collect();
        for k in &b.twin.classes {
            k.iter().for_each(|&n| around[n as usize] = k[0]);
        }
        let class = around.clone();
        for c in &b.found.clusters {
            c.members.iter().for_each(|&m| around[m as usize] = class[c.representative as usize]);
        }
        let mut between = BTreeSet::new();
        for p in &b.found.pairs {
            let (x, y) = (around[p.a as usize], around[p.b as usize]);
            if x == y {
                assert!(p.a == x || p.b == x, "({}, {}) inside the cluster of {x}", p.a, p.b);
            } else {
                assert!(between.insert((x.min(y), x.max(y))), "two pairs between {x} and {y}");
            }
        }
        let reported: BTreeSet<(u32, u32)> = b.found.pairs.iter().map(|p| (p.a, p.b)).collect();
        for c in &b.found.clusters {
            let to = class[c.representative as usize];
            let others: BTreeSet<u32> =
                c.members.iter().map(|&m| class[m as usize]).filter(|&m| m != to).collect();
            assert!(
                others.iter().all(|&m| reported.contains(&(m.min(to), m.max(to)))),
                "a member without its pair"
            );
        }
        let (all, _) =
            scan(&b.corpus, &Recipe::default(), &all_pairs(), &RunOptions::default(), &()).unwrap();
        assert_eq!(all.clusters, b.found.clusters, "the pairs that are shown decide no cluster");
        for p in &all.pairs {
            let (x, y) = (around[p.a as usize], around[p.b as usize]);
            assert!(
                x == y || between.contains(&(x.min(y), x.max(y))),
                "({}, {}) related, {x} and {y} not",
                p.a,
                p.b
            );
        }
    }
}

#[test]
fn templates_as_copies_cluster_by_the_same_rule() {
    let b = both(21, 90, all_pairs().with(|s| s.templates_are_copies = true));
    b.scores_are_those_of_compare();
    b.members_are_verified();
    assert_eq!(groups(&b.found), b.twin.clusters(&b.corpus, &b.thresholds));
}

/// Without caps, candidates are the pairs that share keys: counted one by one here.
#[test]
fn without_caps_candidates_are_shared_keys() {
    let recipe = Recipe::default().with(|s| {
        s.max_bucket = 1 << 20;
        s.max_frequency = 1 << 20;
    });
    for (seed, count) in [(31, 80), (32, 140)] {
        let (corpus, t) = (news::corpus(seed, count), all_pairs());
        let (found, background) = scan(&corpus, &recipe, &t, &RunOptions::default(), &()).unwrap();
        assert_eq!(found.summary.capped_keys, 0);
        let twin = Twin::new(&corpus, &background, &recipe, &t);
        let candidates = keys::candidates(&corpus, &twin.classes, &recipe);
        assert_eq!(found.summary.candidates, candidates.len() as u64, "seed {seed}");
        // Clustering may compare pairs that share no key; all others come from candidates.
        let reported: BTreeSet<(u32, u32)> = found.pairs.iter().map(|p| (p.a, p.b)).collect();
        let related: BTreeSet<(u32, u32)> =
            twin.related().map(|p| p.0).filter(|p| candidates.contains(p)).collect();
        assert!(
            related.is_subset(&reported),
            "seed {seed}: {:?}",
            related.difference(&reported).collect::<Vec<_>>()
        );
        let besides: Vec<_> = reported.difference(&related).collect();
        assert!(besides.iter().all(|p| twin.pairs.contains_key(p)));
        assert!(besides.len() * 20 <= related.len(), "seed {seed}: {besides:?}");
    }
}

/// Caps cost candidates, never truth.
#[test]
fn with_the_smallest_caps_what_is_found_is_still_true() {
    let (recipe, t) = (
        Recipe::default().with(|s| {
            s.max_bucket = 1;
            s.max_frequency = 1;
        }),
        all_pairs(),
    );
    for seed in [41, 42] {
        let corpus = news::corpus(seed, 90);
        let (found, background) = scan(&corpus, &recipe, &t, &RunOptions::default(), &()).unwrap();
        assert!(found.summary.capped_keys > 0);
        let twin = Twin::new(&corpus, &background, &recipe, &t);
        let b = Both { corpus, found, background, twin, thresholds: t.clone() };
        b.scores_are_those_of_compare();
        b.classes_are_equal_texts();
        b.members_are_verified();
        // Hot bands are linked, not dropped: what is most alike still hangs together.
        let (_, alike) = b.recall();
        assert!(alike > 0.9, "seed {seed}: {alike}");
    }
}
