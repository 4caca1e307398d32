//! What is no index, is damaged, or may not be written to: refused in words, never answered from.

use super::*;

#[test]
fn what_is_no_index_or_another_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let words =
        |path: &std::path::Path| Index::open(path, &Recipe::default()).err().unwrap().to_string();
    assert!(words(&at("nowhere")).contains("no index is there: "));
    std::fs::create_dir(at("dir")).unwrap();
    assert!(words(&at("dir")).contains("not an index"));
    // Looking leaves nothing behind.
    assert_eq!(std::fs::read_dir(at("dir")).unwrap().count(), 0);
    std::fs::write(at("file"), "text").unwrap();
    assert!(words(&at("file")).contains("an index is a directory"));
    for (name, bytes) in [
        ("zero", vec![]),
        ("text", b"some text that is no index".repeat(1000)),
        ("nulls", vec![0; 1 << 16]),
    ] {
        std::fs::create_dir(at(name)).unwrap();
        std::fs::write(at(name).join("data.mdb"), bytes).unwrap();
        assert!(words(&at(name)).contains("not an index"), "{name}: {}", words(&at(name)));
    }
    let index = Index::create(at("index"), &Recipe::default()).unwrap();
    assert!(words(&at("index")).contains("open in this program already"));
    assert!(
        Index::create(at("index"), &Recipe::default())
            .err()
            .unwrap()
            .to_string()
            .contains("an index is there already")
    );
    assert!(Index::create(at("dir").join("sub/deep"), &Recipe::default()).is_ok());
    assert!(Index::create(at("file").join("x"), &Recipe::default()).is_err());
    assert!(Index::create(at("bad"), &Recipe::default().with(|s| s.lanes = 3)).is_err());
    drop(index);
    let other = Recipe::default().with(|s| s.seed = 2);
    let Err(Error::Mixed { wanted, found, .. }) = Index::open(at("index"), &other) else {
        panic!("opened")
    };
    assert!(wanted.contains(&other.id()) && found.contains(&Recipe::default().id()));
    // Without a wish for one, its own recipe serves.
    assert_eq!(IndexOptions::default().open(at("index")).unwrap().recipe(), &Recipe::default());
}

#[test]
fn a_reader_cannot_write_and_needs_no_right_to() {
    let (dir, index) = new_index();
    index.add(&Document::new("a", STORY)).unwrap();
    drop(index);
    let path = dir.path().join("index");
    let options = IndexOptions::default().with(|s| s.read_only = true);
    let index = options.open(&path).unwrap();
    assert_eq!(index.seen(&Document::new("b", STORY), &Thresholds::default()).unwrap().len(), 1);
    let refusals = [
        index.add(&Document::new("c", STORY)).map(drop),
        index.add_all([Document::new("c", STORY)]).map(drop),
        index.remove("a").map(drop),
        index.compact(&Thresholds::default(), &RunOptions::default(), &()),
    ];
    for refusal in refusals {
        assert!(refusal.err().unwrap().to_string().contains("open for reading only"));
    }
    sound(&index);
}

#[test]
fn damage_is_told_and_never_answered_from() {
    let (dir, index) = new_index();
    index.add_all(corpus(120)).unwrap();
    index.compact(&Thresholds::default(), &RunOptions::default(), &()).unwrap();
    drop(index);
    let path = dir.path().join("index");
    let data = path.join("data.mdb");
    let whole = std::fs::read(&data).unwrap();
    for cut in [whole.len() / 2, whole.len() - 4096, 8192, 4096, 100] {
        std::fs::write(&data, &whole[..cut]).unwrap();
        let error = Index::open(&path, &Recipe::default()).err().expect("it was cut").to_string();
        assert!(error.contains("cut short") || error.contains("not an index"), "{cut}: {error}");
    }
    // One byte of a text or of postings: found by a verification, and by whoever reads it.
    let at = |needle: &[u8]| whole.windows(needle.len()).rposition(|w| w == needle);
    let mut bad = whole.clone();
    let place = at(b"story-1").expect("an id in a row");
    bad[place] ^= 1;
    std::fs::write(&data, &bad).unwrap();
    let index = Index::open(&path, &Recipe::default()).unwrap();
    let found = index.verify().unwrap();
    assert!(found.wrong > 0 && found.problems[0].contains("damaged"), "{:?}", found.problems);
}
