//! An index that was compacted says what a scan says.

use super::*;

pub fn by_scan(
    documents: &[Document],
    recipe: &Recipe,
    t: &Thresholds,
) -> (Vec<Told>, Vec<String>, String) {
    let corpus = Corpus::new(documents.to_vec()).unwrap();
    let (found, background) = scan(&corpus, recipe, t, &RunOptions::default(), &()).unwrap();
    let id = |n: u32| corpus.info(n as usize).id.clone();
    let mut pairs: Vec<Told> = Vec::new();
    for p in &found.pairs {
        pairs.push((id(p.a), id(p.b), p.relation, format!("{:?}", p.comparison)));
        let flipped = p.comparison.clone().flipped();
        pairs.push((id(p.b), id(p.a), flipped.relation.unwrap(), format!("{flipped:?}")));
    }
    pairs.sort();
    let others: Vec<String> =
        found.equal.iter().flat_map(|class| class[1..].iter().map(|&n| id(n))).collect();
    (pairs, others, background.id())
}

pub fn by_index(
    index: &Index,
    documents: &[Document],
    others: &[String],
    t: &Thresholds,
) -> Vec<Told> {
    let mut pairs: Vec<Told> = Vec::new();
    for d in documents.iter().filter(|d| !others.contains(&d.info.id)) {
        let seen = index.seen(d, t).unwrap();
        pairs.extend(seen.iter().filter(|s| s.relation != Relation::Equal).map(|s| {
            (d.info.id.clone(), s.info.id.clone(), s.relation, format!("{:?}", s.comparison))
        }));
    }
    pairs.sort();
    pairs
}

#[test]
fn after_a_compaction_it_says_what_a_scan_says() {
    let t = Thresholds::default().with(|s| s.all_pairs = true);
    // With caps as low as these, everything frequent is hot, linked, stood for or capped.
    let tight = Recipe::default().with(|s| {
        s.max_bucket = 4;
        s.max_frequency = 3;
    });
    for (recipe, size) in [(Recipe::default(), 60), (tight, 25)] {
        let documents = corpus(size);
        let (pairs, others, background) = by_scan(&documents, &recipe, &t);
        assert!(pairs.len() > 2 * size as usize, "{}", pairs.len());
        let dir = tempfile::tempdir().unwrap();
        let index = Index::create(dir.path().join("i"), &recipe).unwrap();
        // Half one by one, half in a batch, some removed and brought again, all in an order of
        // their own.
        let (one, many) = documents.split_at(documents.len() / 2);
        for d in many.iter().rev() {
            index.add(d).unwrap();
        }
        let gone = &many[many.len() / 2].info.id;
        assert!(index.remove(gone).unwrap() && !index.remove(gone).unwrap());
        index.add_all(one.iter().rev().cloned()).unwrap();
        index.add_all(documents.iter().cloned()).unwrap();
        sound(&index);
        index.compact(&t, &RunOptions::default(), &()).unwrap();
        sound(&index);
        assert_eq!(index.background().unwrap().id(), background);
        assert_eq!(by_index(&index, &documents, &others, &t), pairs);
        // Another compaction changes nothing, nor does opening it again.
        index.compact(&t, &RunOptions::default(), &()).unwrap();
        drop(index);
        let index = Index::open(dir.path().join("i"), &recipe).unwrap();
        assert_eq!(by_index(&index, &documents, &others, &t), pairs);
    }
}
