//! The builders give what the functions behind them give, and `open_or_create` makes one index.

use nearcopy::clean::clean;
use nearcopy::{
    Compare, Corpus, Document, Error, Index, Preset, Recipe, Removal, RunOptions, Scan, Thresholds,
    compare, scan, scan_with,
};

const STORY: &str = "The harbour bridge will close for repairs on Monday, the port authority said, \
                     and reopen in the spring of next year.";

fn corpus(day: usize) -> Corpus {
    let texts = [STORY.to_owned(), STORY.replace("said", "told us"), format!("Day {day}. {STORY}")];
    Corpus::new((0..).zip(texts).map(|(n, text)| Document::new(format!("d{n}"), text))).unwrap()
}

#[test]
fn a_scan_is_the_function_with_its_settings() {
    let (mut recipe, mut thresholds) = (Recipe::default(), Thresholds::default());
    Preset::Strict.apply(&mut recipe, &mut thresholds);
    let options = RunOptions::default().with(|o| o.threads = 2);
    let (found, background) = scan(&corpus(1), &recipe, &thresholds, &options, &()).unwrap();
    let builder = Scan::new().preset(Preset::Strict).threads(2);
    assert_eq!(builder.run(&corpus(1)).unwrap(), found);
    assert_eq!(builder.run_with_background(&corpus(1)).unwrap(), (found, background.clone()));

    let under = scan_with(&corpus(2), &background, &recipe, &thresholds, &options, &()).unwrap();
    let builder = builder.background(&background);
    assert_eq!(builder.run_with_background(&corpus(2)).unwrap(), (under, background.clone()));

    let removal = Removal::default();
    let expected = clean(&corpus(1), &recipe, &thresholds, &removal, &options, &()).unwrap();
    let builder = Scan::new().recipe(recipe).thresholds(thresholds);
    assert_eq!(builder.clean(&corpus(1), &removal).unwrap(), expected);
    let other = builder.background(&background).clean(&corpus(2), &removal).unwrap();
    assert_eq!(other.background.id(), background.id());
}

#[test]
fn pairs_on_demand_are_the_pairs_of_the_list() {
    let texts = (0..60).map(|n| (n, format!("{STORY} {}", n % 7)));
    let corpus =
        Corpus::new(texts.map(|(n, text)| Document::new(format!("d{n}"), text + STORY))).unwrap();
    let whole = Scan::new()
        .thresholds(Thresholds::default().with(|t| t.all_pairs = true))
        .run(&corpus)
        .unwrap()
        .pairs;
    assert!(whole.len() > 5, "{}", whole.len());
    let memory = cfg!(feature = "spill").then_some(1);
    let options = RunOptions::default().with(|o| o.memory = memory);
    let on_demand = Scan::new()
        .thresholds(Thresholds::default().with(|t| t.all_pairs = true))
        .options(options)
        .pairs_on_demand();
    let mut pairs = on_demand.run(&corpus).unwrap().pairs;
    assert!(pairs.documents().eq(whole.iter().map(|p| (p.a, p.b))));
    for (n, pair) in whole.iter().enumerate() {
        assert_eq!(*pairs.part(n..n + 1).unwrap(), *std::slice::from_ref(pair));
    }
    assert_eq!((pairs.len(), pairs.clone()), (whole.len(), whole.clone()));
    pairs.load().unwrap();
    assert_eq!((&pairs[0], pairs.iter().len()), (&whole[0], whole.len()));
    assert!(pairs.into_iter().eq(whole));
}

#[test]
fn a_comparison_is_the_function_with_its_settings() {
    let other = STORY.replace("will", "vvill");
    let (mut recipe, mut thresholds) = (Recipe::default(), Thresholds::default());
    Preset::Ocr.apply(&mut recipe, &mut thresholds);
    let expected = compare(STORY, &other, &Default::default(), &recipe, &thresholds);
    assert_eq!(Compare::new().preset(Preset::Ocr).run(STORY, &other), expected);
    let pairs = Compare::new().pairs(&corpus(1), &[(0, 1), (1, 2)]).unwrap();
    assert_eq!(pairs.pairs.len(), 2);
}

#[test]
fn an_index_is_created_once_and_then_opened() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("seen");
    for n in 0..3u64 {
        let index = Index::open_or_create(&path, &Recipe::default()).unwrap();
        assert_eq!(index.stats().unwrap().documents, n);
        index.add(&Document::new(n.to_string(), STORY)).unwrap();
    }
    let other = Recipe::default().with(|r| r.seed = 7);
    assert!(matches!(Index::open_or_create(&path, &other), Err(Error::Mixed { .. })));
    // An empty directory is as good as none; one with other files is not touched.
    let empty = dir.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    Index::open_or_create(&empty, &Recipe::default()).unwrap();
    let full = dir.path().join("full");
    std::fs::create_dir(&full).unwrap();
    std::fs::write(full.join("letter.txt"), STORY).unwrap();
    assert!(Index::open_or_create(&full, &Recipe::default()).is_err());
    assert_eq!(std::fs::read_dir(&full).unwrap().count(), 1);
}
