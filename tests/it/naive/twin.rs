//! The naive twin of a scan: classes by comparing token lists, relations by comparing all pairs,
//! clusters by the rule itself. Never: keys, candidates, caps.

use nearcopy::text::tokenize;
use nearcopy::{
    Background, Comparison, Corpus, Documents, Recipe, Relation, RunOptions, Thresholds, compare,
    compare_pairs,
};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// Everything about a corpus that can be had by trying everything.
pub struct Twin {
    /// Documents of each class, both in the order of the numbers.
    pub classes: Vec<Vec<u32>>,
    /// What `compare` says of each pair of first documents, whether related or not.
    pub pairs: BTreeMap<(u32, u32), Comparison>,
    tokens: Vec<u32>,
}

/// A cluster as [`nearcopy::detection::Cluster`] has it.
#[derive(Debug, PartialEq)]
pub struct Group {
    pub representative: u32,
    pub members: Vec<u32>,
    pub weakest: f64,
}

impl Twin {
    pub fn new(corpus: &Corpus, background: &Background, recipe: &Recipe, t: &Thresholds) -> Twin {
        let text = |n: u32| corpus.text(n as usize).expect("in memory");
        let mut classes: Vec<Vec<u32>> = Vec::new();
        let mut class_of: HashMap<(Vec<u64>, Option<u32>), usize> = HashMap::new();
        let mut tokens = Vec::new();
        for n in 0..corpus.count() as u32 {
            let hashes = tokenize(&text(n)).hashes;
            tokens.push(hashes.len() as u32);
            // A text without a token is the same text as no other.
            let own = hashes.is_empty().then_some(n);
            let class = *class_of.entry((hashes, own)).or_insert(classes.len());
            classes.resize(classes.len().max(class + 1), Vec::new());
            classes[class].push(n);
        }
        let firsts: Vec<u32> = classes.iter().map(|c| c[0]).collect();
        let all: Vec<(u32, u32)> = (0..firsts.len())
            .flat_map(|i| firsts[i + 1..].iter().map(move |&b| (i, b)))
            .map(|(i, b)| (firsts[i], b))
            .collect();
        // With the titles and dates of the documents, unlike the bare texts.
        let options = RunOptions::default();
        let related =
            compare_pairs(corpus, &all, background, recipe, t, &options, &()).expect("in memory");
        let related: HashMap<(u32, u32), Comparison> =
            related.pairs.into_iter().map(|p| ((p.a, p.b), p.comparison)).collect();
        let with = |i: usize| {
            let a = firsts[i];
            let of = |&b: &u32| {
                let bare = || Comparison {
                    relation: None,
                    ..compare(&text(a), &text(b), background, recipe, t)
                };
                ((a, b), related.get(&(a, b)).cloned().unwrap_or_else(bare))
            };
            firsts[i + 1..].iter().map(of).collect::<Vec<_>>()
        };
        let pairs = (0..firsts.len())
            .into_par_iter()
            .flat_map_iter(with)
            .collect::<Vec<_>>()
            .into_iter()
            .collect();
        Twin { classes, pairs, tokens }
    }

    /// Pairs that show a relation.
    pub fn related(&self) -> impl Iterator<Item = ((u32, u32), &Comparison)> {
        self.pairs.iter().filter(|p| p.1.relation.is_some()).map(|p| (*p.0, p.1))
    }

    /// The rule of clusters: in the order of the survivors, the first class without a cluster takes
    /// all its near-copies that have none.
    pub fn clusters(&self, corpus: &Corpus, t: &Thresholds) -> Vec<Group> {
        assert_eq!(t.keep, Thresholds::default().keep, "the twin knows the default policy alone");
        let rank = |n: u32| {
            let date = corpus.info(n as usize).date.clone();
            (date.is_none(), date, std::cmp::Reverse(self.tokens[n as usize]), n)
        };
        let head = |class: &Vec<u32>| {
            *class.iter().min_by_key(|&&n| rank(n)).expect("a class holds a document")
        };
        let mut order: Vec<&Vec<u32>> = self.classes.iter().collect();
        order.sort_by_key(|c| rank(head(c)));
        let mut free = vec![true; corpus.count()];
        let mut out = Vec::new();
        for class in order.iter().copied() {
            if !std::mem::replace(&mut free[class[0] as usize], false) {
                continue;
            }
            let mut group =
                Group { representative: head(class), members: class.clone(), weakest: 1.0 };
            for other in &self.classes {
                let pair = (class[0].min(other[0]), class[0].max(other[0]));
                let is_taken = !free[other[0] as usize] || self.tokens[other[0] as usize] == 0;
                let Some(c) = self.pairs.get(&pair).filter(|c| !is_taken && is_copy(c, t)) else {
                    continue;
                };
                free[other[0] as usize] = false;
                group.members.extend(other);
                group.weakest = group.weakest.min(c.coverage_a.min(c.coverage_b));
            }
            group.members.sort_unstable();
            if group.members.len() > 1 {
                out.push(group);
            }
        }
        out.sort_unstable_by_key(|g| g.representative);
        out
    }
}

/// Whether a comparison may join two classes in a cluster.
pub fn is_copy(c: &Comparison, t: &Thresholds) -> bool {
    match c.relation {
        Some(Relation::Equal | Relation::NearCopy) => true,
        Some(Relation::Template) => {
            t.templates_are_copies && c.coverage_a.min(c.coverage_b) >= t.near_copy_smaller
        }
        _ => false,
    }
}
