//! Measures the speed of each stage on generated text that resembles news. Run it with `cargo bench
//! --bench stages`; with `-- --test` each benchmark runs once.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use nearcopy::bench::Fingerprinter;
use nearcopy::text::tokenize;
use nearcopy::{
    Background, Corpus, Document, Documents, Recipe, RunOptions, Thresholds, compare, scan,
};
use std::hint::black_box;

/// Bytes of generated text in the larger benchmarks.
const BYTES: usize = 2_000_000;
/// Words per article.
const ARTICLE: usize = 350;

/// xorshift64*: a generator with the same numbers on every machine and in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize) % n
    }
    /// Returns small numbers often and large ones rarely, like word frequencies.
    fn skewed(&mut self, n: usize) -> usize {
        let within = self.below(n) + 1;
        let within = self.below(within) + 1;
        self.below(within)
    }
}

/// The script and encoding style of the text.
#[derive(Clone, Copy, PartialEq)]
enum Script {
    Ascii,
    Curly,
    Cyrillic,
    Chinese,
}

/// A vocabulary and the state for writing with it.
struct Writer {
    script: Script,
    words: Vec<String>,
    dice: Dice,
}

impl Writer {
    fn new(script: Script) -> Writer {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        let letters: Vec<char> = match script {
            Script::Ascii | Script::Curly => "etaoinshrdlucmfwypvbgk".chars().collect(),
            Script::Cyrillic => "оеаинтсрвлкмдпу\
             яыьгзбчйхжшюцщэф"
                .chars()
                .collect(),
            Script::Chinese => ('\u{4e00}'..='\u{5dff}').collect(),
        };
        let word = |_| {
            let length =
                if script == Script::Chinese { 1 + dice.below(2) } else { 2 + dice.below(8) };
            (0..length).map(|_| letters[dice.skewed(letters.len())]).collect()
        };
        let words = (0..8000).map(word).collect();
        Writer { script, words, dice }
    }

    fn sentence(&mut self, out: &mut String) -> usize {
        let length = 8 + self.dice.below(20);
        let quoted = self.dice.below(5) == 0;
        let (open, close, stop, comma, space) = match self.script {
            Script::Chinese => ("“", "”", "。", "，", ""),
            Script::Ascii => ("\"", "\"", ".", ",", " "),
            _ => ("“", "”", ".", ",", " "),
        };
        out.push_str(if quoted { open } else { "" });
        for n in 0..length {
            let word = match self.dice.below(40) {
                0 => self.dice.below(3000).to_string(),
                1 if self.script == Script::Ascii => "don't".into(),
                1 if self.script == Script::Curly => "don’t".into(),
                _ => self.words[self.dice.skewed(self.words.len())].clone(),
            };
            let capital = n == 0 || self.dice.below(15) == 0;
            let mut chars = word.chars();
            out.extend(chars.next().filter(|_| capital).into_iter().flat_map(char::to_uppercase));
            out.push_str(if capital { chars.as_str() } else { &word });
            if n + 1 < length {
                out.push_str(if self.dice.below(12) == 0 { comma } else { "" });
                out.push_str(space);
            }
        }
        out.push_str(stop);
        out.push_str(if quoted { close } else { "" });
        length
    }

    fn article(&mut self, words: usize) -> String {
        let mut out = String::new();
        let (mut written, mut sentences) = (0, 0);
        while written < words {
            written += self.sentence(&mut out);
            sentences += 1;
            out.push_str(if sentences % 4 == 0 { "\n\n" } else { " " });
        }
        out
    }

    fn text(&mut self, bytes: usize) -> String {
        let mut out = String::new();
        while out.len() < bytes {
            out.push_str(&self.article(ARTICLE));
        }
        out
    }
}

/// The article as another outlet might print it: one word in twenty is replaced, one sentence in
/// ten removed.
fn near_copy(article: &str, dice: &mut Dice) -> String {
    let paragraph = |p: &str, dice: &mut Dice| {
        let kept: Vec<&str> = p.split_inclusive(". ").filter(|_| dice.below(10) > 0).collect();
        let words: Vec<&str> = kept.iter().flat_map(|s| s.split(' ')).collect();
        words
            .iter()
            .map(|w| if dice.below(20) == 0 { "elsewhere" } else { *w })
            .collect::<Vec<_>>()
            .join(" ")
    };
    article.split("\n\n").map(|p| paragraph(p, dice)).collect::<Vec<_>>().join("\n\n")
}

/// About `bytes` of articles; one in five also has a near-copy.
fn corpus(bytes: usize) -> Corpus {
    let mut writer = Writer::new(Script::Ascii);
    let mut dice = Dice(7);
    let (mut documents, mut size) = (Vec::new(), 0);
    while size < bytes {
        let text = writer.article(ARTICLE);
        if dice.below(5) == 0 {
            let copy = near_copy(&text, &mut dice);
            size += copy.len();
            documents.push(Document::new(format!("{:06}-copy", documents.len()), copy));
        }
        size += text.len();
        documents.push(Document::new(format!("{:06}", documents.len()), text));
    }
    Corpus::new(documents).expect("ids and texts are short")
}

fn tokens(c: &mut Criterion) {
    let mut group = c.benchmark_group("tokenize");
    group.sample_size(20);
    let scripts = [
        ("ascii", Script::Ascii),
        ("curly-quotes", Script::Curly),
        ("cyrillic", Script::Cyrillic),
        ("chinese", Script::Chinese),
    ];
    for (name, script) in scripts {
        let text = Writer::new(script).text(BYTES);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |b| b.iter(|| tokenize(black_box(&text))));
    }
    group.finish();
}

fn fingerprints(c: &mut Criterion) {
    let mut writer = Writer::new(Script::Ascii);
    let articles: Vec<String> = (0..BYTES / 2000).map(|_| writer.article(ARTICLE)).collect();
    let recipe = Recipe::default();
    let mut group = c.benchmark_group("fingerprint");
    group.sample_size(20);
    group.throughput(Throughput::Bytes(articles.iter().map(|a| a.len() as u64).sum()));
    group.bench_function("articles", |b| {
        let mut fingerprinter = Fingerprinter::new(&recipe);
        b.iter(|| {
            articles
                .iter()
                .map(|a| fingerprinter.fingerprint(black_box(a)).anchors.len())
                .sum::<usize>()
        });
    });
    group.finish();
}

fn comparisons(c: &mut Criterion) {
    let (recipe, thresholds, background) =
        (Recipe::default(), Thresholds::default(), Background::default());
    let mut writer = Writer::new(Script::Ascii);
    let (article, other, long) =
        (writer.article(ARTICLE), writer.article(ARTICLE), writer.article(40 * ARTICLE));
    let mut dice = Dice(11);
    let pairs = [
        ("near-copy", article.clone(), near_copy(&article, &mut dice)),
        ("unrelated", article, other),
        ("near-copy-long", long.clone(), near_copy(&long, &mut dice)),
    ];
    let mut group = c.benchmark_group("compare");
    for (name, a, b) in pairs {
        group.throughput(Throughput::Bytes((a.len() + b.len()) as u64));
        group.bench_function(name, |bench| {
            bench.iter(|| compare(black_box(&a), &b, &background, &recipe, &thresholds))
        });
    }
    group.finish();
}

fn whole(c: &mut Criterion) {
    let corpus = corpus(BYTES);
    let bytes = (0..corpus.count()).map(|n| u64::from(corpus.bytes(n))).sum();
    let (recipe, thresholds) = (Recipe::default(), Thresholds::default());
    let mut group = c.benchmark_group("scan");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(bytes));
    for (name, threads) in [("one-thread", 1), ("all-threads", 0)] {
        let options = RunOptions::default().with(|s| s.threads = threads);
        let run = |()| scan(&corpus, &recipe, &thresholds, &options, &()).expect("nothing to fail");
        group.bench_function(name, |b| b.iter_batched(|| (), run, BatchSize::PerIteration));
    }
    group.finish();
}

criterion_group!(benches, tokens, fingerprints, comparisons, whole);
criterion_main!(benches);
