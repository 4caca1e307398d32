//! A scan whose stages are carried out apart, as the engine of a cluster does: rows in any order,
//! texts only where they were asked for. It finds what a scan in one process finds.

use crate::news::{self, Dice};
use nearcopy::settings::SourceLimit;
use nearcopy::stages::{
    DistributedScan, DistributedStage, StageBlock, StageInput, StageOutput, read,
};
use nearcopy::{
    Corpus, Detection, Document, DocumentInfo, Documents, Recipe, RunOptions, Thresholds, scan,
};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Documents as they come: ids that several texts have are renamed later, with all at hand.
struct Batch<'d>(&'d [Document]);

impl Documents for Batch<'_> {
    fn count(&self) -> usize {
        self.0.len()
    }
    fn info(&self, number: usize) -> Cow<'_, DocumentInfo> {
        let Document { info, text } = &self.0[number];
        Cow::Owned(DocumentInfo { bytes: text.len() as u32, ..info.clone() })
    }
    fn text(&self, number: usize) -> nearcopy::Result<Cow<'_, str>> {
        Ok(Cow::Borrowed(&self.0[number].text))
    }
}

/// An engine: it has the blocks and the texts, and brings to each part what the part takes.
struct Engine {
    scan: DistributedScan,
    dice: Dice,
    blocks: Vec<StageBlock>,
    texts: HashMap<u128, String>,
    /// The texts that a part of the next stage is given.
    wanted: HashSet<(u32, u128)>,
    /// The most rounds of a part.
    rounds: u32,
    /// The stages whose parts were given texts, and how many each was given at least.
    given: HashMap<(DistributedStage, u32), usize>,
}

impl Engine {
    fn sketch(scan: &DistributedScan, batches: &[Vec<Document>]) -> Engine {
        let (mut blocks, mut texts) = (Vec::new(), HashMap::new());
        for batch in batches {
            let (of_batch, keys) = scan.sketch(&Batch(batch), &[]).unwrap();
            blocks.extend(of_batch);
            texts.extend(keys.into_iter().zip(batch.iter().map(|d| d.text.clone())));
        }
        let (scan, dice, wanted) = (scan.clone(), Dice::new(3), HashSet::new());
        Engine { scan, dice, blocks, texts, wanted, rounds: 0, given: HashMap::new() }
    }

    fn input(&mut self, stage: DistributedStage, part: u32, keys: &[u128]) -> StageInput {
        let takes = stage.takes();
        let fits = |block: &&StageBlock| {
            takes.all.contains(&block.kind.as_str())
                || takes.own.contains(&block.kind.as_str()) && block.part == part
        };
        let mut blocks: Vec<StageBlock> = self.blocks.iter().filter(fits).cloned().collect();
        self.dice.shuffle(&mut blocks);
        let texts = keys.iter().map(|key| (*key, self.texts[key].clone())).collect();
        StageInput { blocks, texts }
    }

    fn part(&mut self, stage: DistributedStage, part: u32) -> (Vec<StageBlock>, Vec<(u32, u128)>) {
        let of_part = self.wanted.iter().filter(|wanted| wanted.0 == part);
        let mut keys: Vec<u128> = of_part.map(|wanted| wanted.1).collect();
        for round in 1.. {
            self.rounds = self.rounds.max(round);
            let input = self.input(stage, part, &keys);
            self.given.insert((stage, part), keys.len());
            match self.scan.carry_out(stage, part, input).unwrap() {
                StageOutput::Done { blocks, wanted } => return (blocks, wanted),
                StageOutput::Again(more) => keys = more,
            }
        }
        unreachable!()
    }

    fn carry_out(&mut self) -> Detection {
        for stage in DistributedStage::ALL {
            let parts = if stage.has_parts() { self.scan.parts } else { 1 };
            let made: Vec<_> = (1..=parts).map(|part| self.part(stage, part)).collect();
            self.wanted = made.iter().flat_map(|(_, wanted)| wanted.iter().copied()).collect();
            self.blocks.extend(made.into_iter().flat_map(|(blocks, _)| blocks));
        }
        let detection = self.blocks.iter().find(|block| block.kind == "detection").unwrap();
        read(&detection.bytes, &self.scan.recipe.id(), "detection").unwrap()
    }
}

/// Returns what the scan finds, and the engine of each number of parts.
fn same_as_in_one_process(
    documents: &[Document],
    recipe: Recipe,
    thresholds: Thresholds,
) -> (Detection, Vec<Engine>) {
    let corpus = Corpus::new(documents.to_vec()).unwrap();
    let options = RunOptions::default().with(|o| o.threads = 2);
    let (mut whole, background) = scan(&corpus, &recipe, &thresholds, &options, &()).unwrap();
    whole.background_id = background.id();
    let mut engines = Vec::new();
    for (parts, batches) in [(1, 1), (3, 4), (8, 9)] {
        let (recipe, thresholds, options) = (recipe.clone(), thresholds.clone(), options.clone());
        let distributed = DistributedScan { recipe, thresholds, options, parts };
        let mut shuffled = documents.to_vec();
        Dice::new(u64::from(parts)).shuffle(&mut shuffled);
        let size = shuffled.len().div_ceil(batches).max(1);
        let batches: Vec<Vec<Document>> = shuffled.chunks(size).map(<[_]>::to_vec).collect();
        let mut engine = Engine::sketch(&distributed, &batches);
        let found = engine.carry_out();
        assert_eq!(found, whole, "{parts} parts");
        assert!(engine.rounds < 9, "{} rounds", engine.rounds);
        let corpus_block: Vec<StageBlock> = engine.input(DistributedStage::Findings, 1, &[]).blocks;
        let input = StageInput { blocks: corpus_block, texts: Vec::new() };
        let of_blocks = distributed.corpus(input).unwrap();
        assert_eq!(of_blocks.renamed(), corpus.renamed());
        assert!((0..corpus.count()).all(|n| of_blocks.info(n) == corpus.info(n)));
        engines.push(engine);
    }
    (whole, engines)
}

/// News with copies, near-copies, notes, titles, dates, ids that are not unique, equal documents
/// and texts without a word.
fn documents(articles: u64, sources: bool) -> Vec<Document> {
    let mut dice = Dice::new(7);
    let mut all = Vec::new();
    for n in 0..articles {
        let article = news::article(&mut Dice::new(n % (articles / 2)));
        let percent = (n / (articles / 2) * 8) as usize;
        let text = news::edited(&article, percent, &mut dice).join("\n\n");
        let note = if n % 9 == 0 { "\n\nSign up for the evening letter of the paper." } else { "" };
        let own = Document::new(format!("r{}", n % (articles - 4)), text + note)
            .title(format!("Title {}", n % 11))
            .date(format!("2026-03-{:02}", 1 + n % (articles / 2) % 28));
        all.push(if sources { own.source(format!("s{}", n % 3)) } else { own });
    }
    let first: Vec<Document> = all[..3].to_vec();
    all.extend(first.iter().cloned());
    all.extend(first.into_iter().map(|d| d.title("Another title").date("2026-04-09")));
    all.extend([
        Document::new("empty", " "),
        Document::new("empty", ""),
        Document::new("x", "one"),
    ]);
    all
}

#[test]
fn stages_apart_find_what_a_scan_finds() {
    let all = Thresholds::default().with(|t| t.all_pairs = true);
    same_as_in_one_process(&documents(60, true), Recipe::default(), Thresholds::default());
    same_as_in_one_process(&documents(60, false), Recipe::default(), all);
    same_as_in_one_process(&[], Recipe::default(), Thresholds::default());
}

#[test]
fn limits_on_sources_divide_equal_texts() {
    for limit in [SourceLimit::Across, SourceLimit::Within] {
        for sources in [true, false] {
            let t = Thresholds::default().with(|t| t.sources = limit);
            same_as_in_one_process(&documents(30, sources), Recipe::default(), t);
        }
    }
}

#[test]
fn hot_buckets_and_frequent_passages() {
    let mut recipe = Recipe::default();
    (recipe.max_bucket, recipe.max_frequency) = (6, 5);
    let story = news::article(&mut Dice::new(1));
    let mut dice = Dice::new(2);
    let copies = (0..40)
        .map(|n| Document::new(format!("c{n}"), news::edited(&story, 3, &mut dice).join("\n\n")));
    let quoted = news::article(&mut Dice::new(3));
    let quoting = (0..20).map(|n| {
        let own = news::article(&mut Dice::new(100 + n)).join("\n\n");
        Document::new(format!("q{n}"), format!("{own}\n\n{}", quoted[0]))
    });
    let mut all: Vec<Document> = copies.chain(quoting).collect();
    // A chain of texts, each a near-copy of the one before it.
    let mut chained = news::article(&mut Dice::new(9));
    for n in 0..25 {
        all.push(Document::new(format!("k{n}"), chained.join("\n\n")));
        chained = news::edited(&chained, 12, &mut dice);
    }
    same_as_in_one_process(&all, recipe, Thresholds::default());
}

/// The parts of a stage that were given texts.
fn parts_with_texts(engine: &Engine, stage: DistributedStage) -> usize {
    engine.given.iter().filter(|(of, texts)| of.0 == stage && **texts > 0).count()
}

#[test]
fn clusters_of_several_parts_compare_more_pairs() {
    // Chains of texts, each a near-copy of the one before it: who is like a representative that is
    // no neighbour is seen from the texts alone. Their ends share a paragraph with the next chain.
    let mut all = Vec::new();
    for chain in 0..12u64 {
        let mut dice = Dice::new(50 + chain);
        let mut told = news::article(&mut Dice::new(chain));
        let quoted = news::article(&mut Dice::new(chain + 1))[0].clone();
        for n in 0..12 {
            let quote = if n % 6 == 0 { format!("\n\n{quoted}") } else { String::new() };
            all.push(Document::new(format!("{chain}-{n}"), told.join("\n\n") + &quote));
            told = news::edited(&told, 9, &mut dice);
        }
    }
    for limit in [SourceLimit::Any, SourceLimit::Across] {
        let t = Thresholds::default().with(|t| t.sources = limit);
        let documents: Vec<Document> =
            (0..).zip(&all).map(|(n, d)| d.clone().source(format!("outlet {}", n % 5))).collect();
        let (found, engines) = same_as_in_one_process(&documents, Recipe::default(), t);
        let sizes: Vec<usize> = found.clusters.iter().map(|c| c.members.len()).collect();
        assert!(sizes.len() > 12 && sizes.iter().max() > Some(&2), "{sizes:?}");
        // Both stages have work in several parts.
        assert!(parts_with_texts(&engines[1], DistributedStage::Clusters) > 1);
        assert!(parts_with_texts(&engines[2], DistributedStage::Clusters) > 3);
        assert!(parts_with_texts(&engines[2], DistributedStage::Reported) > 3);
    }
}

#[test]
fn repeats_of_several_parts_are_one() {
    let article = |n: u64| news::article(&mut Dice::new(n)).join("\n\n");
    let sentence = "The port authority said that the harbour bridge will close for repairs on \
        Monday, and that ferries run every hour until it opens again in the spring of next year";
    let paragraph = "Readers who know more are asked to call the desk of the evening paper.";
    let once = "Tickets for the concert in the old town hall are sold at the door.";
    let mut all: Vec<Document> = Vec::new();
    for n in 0..40 {
        // A sentence inside a paragraph, whole paragraphs, and both in one text several times.
        let mut text = article(n);
        if n % 4 == 0 {
            text += &format!("\n\nOn day {n} of the week {sentence}, as {n} people have heard.");
        }
        if n % 5 == 0 {
            text += &format!("\n\n{paragraph}\n\n{}\n\n{paragraph}", article(100 + n));
        }
        if n == 7 {
            text += &format!("\n\n{once}\n\nAnd then.\n\n{once}");
        }
        if n == 31 {
            text += &format!("\n\n{once}");
        }
        all.push(Document::new(format!("d{n}"), text));
    }
    // A text that is too short for keys, with a paragraph twice that two others have once.
    let short = "Closed on Sundays and holidays.";
    all.push(Document::new("short", format!("{short}\n\n{short}")));
    for n in 0..2 {
        let own = article(200 + n);
        all.push(Document::new(format!("long{n}"), format!("{own}\n\n{short}")));
    }
    let thresholds = [
        Thresholds::default(),
        Thresholds::default().with(|t| t.min_tokens = 20),
        Thresholds::default().with(|t| t.repeat_classes = 2),
    ];
    for t in thresholds {
        let (found, engines) = same_as_in_one_process(&all, Recipe::default(), t);
        let count = |words: &str| {
            let starts = |document: u32, start: u32| {
                let corpus = Corpus::new(all.clone()).unwrap();
                corpus.text(document as usize).unwrap()[start as usize..].starts_with(words)
            };
            let first = |r: &&nearcopy::detection::Repeat| {
                starts(r.places[0].document, r.places[0].span.start)
            };
            found.repeats.iter().find(first).map(|repeat| repeat.count)
        };
        assert_eq!(count("Readers who know"), Some(16));
        assert_eq!(count("Tickets for"), Some(3));
        assert_eq!(count("Closed on"), Some(4));
        let inside = |r: &&nearcopy::detection::Repeat| !r.paragraph && r.documents == 10;
        assert!(found.repeats.iter().any(|r| inside(&r)), "the sentence");
        assert!(parts_with_texts(&engines[2], DistributedStage::Clusters) > 3);
        assert!(parts_with_texts(&engines[2], DistributedStage::Reported) > 3);
    }
}

#[test]
fn each_block_that_is_lost_is_named() {
    let (recipe, thresholds) = (Recipe::default(), Thresholds::default());
    let options = RunOptions::default();
    let scan = DistributedScan { recipe, thresholds, options, parts: 3 };
    let mut engine = Engine::sketch(&scan, &[documents(30, true)]);
    engine.carry_out();
    for (stage, kind) in [
        (DistributedStage::PlanClusters, "related-documents"),
        (DistributedStage::PlanClusters, "frequent-anchors"),
        (DistributedStage::Clusters, "cluster-plan"),
        (DistributedStage::PairsByDocuments, "run-bands"),
        (DistributedStage::PairsByPassages, "run-anchors"),
        (DistributedStage::CompareByDocuments, "metadata-documents"),
        (DistributedStage::Clusters, "metadata-clusters"),
        (DistributedStage::SharedWindows, "run-paragraphs"),
        (DistributedStage::SharedWindows, "windows"),
        (DistributedStage::SharedWindows, "twice"),
        (DistributedStage::PlanReported, "clustered"),
        (DistributedStage::PlanReported, "holders"),
        (DistributedStage::Reported, "report-plan"),
        (DistributedStage::Reported, "shared-passages"),
        (DistributedStage::Findings, "clustered"),
        (DistributedStage::Findings, "pairs-between"),
        (DistributedStage::Findings, "occurrences"),
        (DistributedStage::Findings, "occurrences-inside"),
    ] {
        let of_kind = |block: &StageBlock| block.kind == kind && block.part == 2;
        let at = engine.blocks.iter().position(of_kind).unwrap();
        let lost = engine.blocks.remove(at);
        let input = engine.input(stage, 2, &[]);
        let said = scan.carry_out(stage, 2, input).unwrap_err().to_string();
        assert!(said.contains("lost or doubled rows") && said.contains(kind), "{said}");
        engine.blocks.push(lost);
    }
}

#[test]
fn lost_doubled_and_mixed_blocks_are_named() {
    let (recipe, thresholds) = (Recipe::default(), Thresholds::default());
    let options = RunOptions::default();
    let scan = DistributedScan { recipe, thresholds, options, parts: 2 };
    let batches = [documents(12, true)];
    let mut engine = Engine::sketch(&scan, &batches);
    let classes = engine.part(DistributedStage::Classes, 1).0;
    engine.blocks.extend(classes.clone());
    let said = |engine: &mut Engine, scan: &DistributedScan, stage| {
        let input = engine.input(stage, 1, &[]);
        scan.carry_out(stage, 1, input).unwrap_err().to_string()
    };
    let mut other = scan.clone();
    other.recipe.anchor_rate += 1;
    let mixed = said(&mut engine, &other, DistributedStage::Sort);
    assert!(mixed.contains(&scan.recipe.id()) && mixed.contains(&other.recipe.id()), "{mixed}");
    let keys = engine.blocks.iter().position(|b| b.kind == "keys" && b.part == 1).unwrap();
    let lost = engine.blocks.remove(keys);
    assert!(said(&mut engine, &scan, DistributedStage::Sort).contains("lost or doubled rows"));
    engine.blocks.extend([lost.clone(), lost]);
    assert!(said(&mut engine, &scan, DistributedStage::Sort).contains("lost or doubled rows"));
    assert!(said(&mut engine, &scan, DistributedStage::PlanByDocuments).contains("0 of 2"));
    engine.blocks.extend(classes);
    assert!(said(&mut engine, &scan, DistributedStage::Sort).contains("2 of 1"));
}
