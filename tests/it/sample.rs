//! Owns: a small detection made by hand, with every kind of finding. Never: what the scan would say
//! of it.

pub mod evidence;

use nearcopy::detection::*;
use nearcopy::report::Findings;
use nearcopy::*;

/// Texts, findings and what was skipped.
pub struct Sample {
    pub corpus: Corpus,
    pub detection: Detection,
    pub skipped: Vec<(String, u64)>,
}

impl Sample {
    pub fn findings(&self) -> Findings<'_> {
        Findings { detection: &self.detection, documents: &self.corpus, skipped: &self.skipped }
    }
}

/// A text kept as a file.
pub fn file(id: &str, text: &str) -> Document {
    DocumentInfo {
        id: id.into(),
        whole_file: true,
        path: Some(id.into()),
        ..DocumentInfo::default()
    }
    .with_text(text)
}

/// The number of a document.
pub fn number(corpus: &Corpus, id: &str) -> u32 {
    (0..corpus.count()).find(|&n| corpus.info(n).id == id).unwrap_or_else(|| panic!("no {id}"))
        as u32
}

/// The first, or the `n`th, place of a passage in a document.
pub fn place(corpus: &Corpus, id: &str, passage: &str, n: usize) -> Place {
    let document = number(corpus, id);
    let text = corpus.text(document as usize).unwrap();
    let (at, _) = text
        .match_indices(passage)
        .nth(n)
        .unwrap_or_else(|| panic!("{passage:?} stands not in {id}"));
    Place { document, span: Span::new(at as u32, (at + passage.len()) as u32) }
}

fn words(text: &str, span: Span) -> Vec<(Span, String)> {
    let mut out = Vec::new();
    let mut start = None;
    for (at, c) in text[span.range()].char_indices().chain([(span.len(), ' ')]) {
        match (c.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                let s = Span::new(span.start + from as u32, span.start + at as u32);
                out.push((s, text[s.range()].to_lowercase()));
                start = None;
            }
            _ => {}
        }
    }
    out
}

/// A match with its exact blocks, by the longest common subsequence of words.
pub fn matched(corpus: &Corpus, a: Place, b: Place) -> Match {
    let (ta, tb) =
        (corpus.text(a.document as usize).unwrap(), corpus.text(b.document as usize).unwrap());
    let (wa, wb) = (words(&ta, a.span), words(&tb, b.span));
    let mut best = vec![vec![0u32; wb.len() + 1]; wa.len() + 1];
    for i in (0..wa.len()).rev() {
        for j in (0..wb.len()).rev() {
            best[i][j] = if wa[i].1 == wb[j].1 {
                best[i + 1][j + 1] + 1
            } else {
                best[i + 1][j].max(best[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut blocks: Vec<Block> = Vec::new();
    let mut next = None;
    while i < wa.len() && j < wb.len() {
        if wa[i].1 == wb[j].1 {
            match blocks.last_mut() {
                Some(last) if next == Some((i, j)) => {
                    (last.a.end, last.b.end) = (wa[i].0.end, wb[j].0.end)
                }
                _ => blocks.push(Block { a: wa[i].0, b: wb[j].0 }),
            }
            (i, j) = (i + 1, j + 1);
            next = Some((i, j));
        } else if best[i + 1][j] >= best[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    let longer = wa.len().max(wb.len()).max(1);
    Match {
        a: a.span,
        b: b.span,
        tokens_a: wa.len() as u32,
        tokens_b: wb.len() as u32,
        identity: f64::from(best[0][0]) / longer as f64,
        blocks,
    }
}

/// A pair with the passages given as texts of `a` and of `b`.
pub fn pair(
    corpus: &Corpus,
    a: &str,
    b: &str,
    relation: Relation,
    coverage: [f64; 2],
    passages: &[(&str, &str)],
) -> Pair {
    let matches: Vec<Match> = passages
        .iter()
        .map(|(x, y)| matched(corpus, place(corpus, a, x, 0), place(corpus, b, y, 0)))
        .collect();
    let comparison = Comparison {
        relation: Some(relation),
        resemblance: coverage[0] * coverage[1] * 2.0 / 3.0,
        containment_a: coverage[0] * 0.9,
        containment_b: coverage[1] * 0.9,
        coverage_a: coverage[0],
        coverage_b: coverage[1],
        whole_text: false,
        facts: Facts { agree: 7, compared: 9 },
        matches,
        ..Comparison::default()
    };
    Pair { a: number(corpus, a), b: number(corpus, b), relation, comparison }
}

/// A detection without findings.
pub fn empty(corpus: &Corpus) -> Detection {
    let bytes = (0..corpus.count()).map(|n| u64::from(corpus.bytes(n))).sum();
    Detection {
        recipe_id: "00112233445566aa".into(),
        background_id: "none".into(),
        thresholds: Thresholds::default(),
        summary: Summary {
            documents: corpus.count() as u64,
            bytes,
            classes: corpus.count() as u64,
            ..Summary::default()
        },
        tokens: (0..corpus.count())
            .map(|n| corpus.text(n).unwrap().split_whitespace().count() as u32)
            .collect(),
        clusters: vec![],
        equal: vec![],
        titles: vec![],
        pairs: Vec::new().into(),
        repeats: vec![],
    }
}

const STORM: &str = "Storm Edda hits the coast\n\nStorm Edda reached the coast late on Monday with \
                     gusts of 141 kilometres an hour, the weather service said. Some 41,000 homes \
                     lost power and ferries to the islands were cancelled until Wednesday.\n\n\"We \
                     ask everybody to stay at home,\" said the regional governor, Ana Ruiz. The \
                     railway stopped all trains north of the river after a tree fell on the line \
                     near Castro, and two schools that serve as shelters took in 310 people from \
                     the harbour quarter, where the water stood a metre deep by midnight. Fire \
                     crews from three provinces were sent to help with pumps and boats, and the \
                     army flew in sandbags. The port authority said that it would not reopen \
                     before the swell had fallen below four metres.\n\nThe storm is expected to \
                     weaken by Tuesday evening.\n\nSign up for our newsletter and never miss a \
                     story.\n";

const COPY: &str = "Storm Edda batters coast, 45,000 homes dark\n\nStorm Edda reached the coast on \
                    Monday night with gusts of 141 kilometres an hour, the weather service said. \
                    Some 45,000 homes lost power and ferries to the islands were cancelled until \
                    Wednesday.\n\n\"We ask everybody to stay at home,\" said the regional \
                    governor, Ana Ruiz. The railway stopped all trains north of the river after a \
                    tree fell on the line near Castro, and two schools that serve as shelters took \
                    in 310 people from the harbour quarter, where the water stood a metre deep by \
                    midnight. Fire crews from three provinces were sent to help with pumps and \
                    boats, and the army flew in sandbags. The port authority said that it would \
                    not reopen before the swell had fallen below four metres.\n\nSign up for our \
                    newsletter and never miss a story.\n";

const ROUNDUP: &str = "The week in brief\n\nParliament passed the budget on Thursday after a night \
                       of talks.\n\nStorm Edda reached the coast late on Monday with gusts of 141 \
                       kilometres an hour, the weather service said. Some 41,000 homes lost power \
                       and ferries to the islands were cancelled until Wednesday.\n\nThe national \
                       team lost its opening match.\n\nSign up for our newsletter and never miss a \
                       story.\n";

const NOTE: &str = "Storm Edda reached the coast late on Monday with gusts of 141 kilometres an \
                    hour, the weather service said. Some 41,000 homes lost power.\n";

const SIGN: &str = "Sign up for our newsletter and never miss a story.";

/// The sample that most tests use.
pub fn storm() -> Sample {
    let corpus = Corpus::new([
        file("wire/storm.txt", STORM).source("Daily Courier").date("2026-01-31"),
        file("mirror/storm.txt", STORM).source("Mirror"),
        file("post/edda.txt", COPY).source("Evening Post").date("2026-02-01"),
        file("week/roundup.txt", ROUNDUP),
        DocumentInfo {
            id: "notes.jsonl:7".into(),
            record: Some(7),
            path: Some("notes.jsonl".into()),
            ..DocumentInfo::default()
        }
        .with_text(NOTE),
    ])
    .unwrap();
    let n = |id| number(&corpus, id);
    let mut detection = empty(&corpus);
    let whole = |text: &'static str, from: &str, to: &str| {
        let (start, end) = (text.find(from).unwrap(), text.find(to).unwrap() + to.len());
        &text[start..end]
    };
    let lead = whole(ROUNDUP, "Storm Edda reached", "until Wednesday");
    let note = NOTE.trim_end().trim_end_matches('.');
    *detection.pairs = vec![
        pair(
            &corpus,
            "mirror/storm.txt",
            "post/edda.txt",
            Relation::NearCopy,
            [0.912, 0.951],
            &[(
                whole(STORM, "Storm Edda reached", "four metres"),
                whole(COPY, "Storm Edda reached", "four metres"),
            )],
        ),
        pair(
            &corpus,
            "mirror/storm.txt",
            "week/roundup.txt",
            Relation::Quotes,
            [0.21, 0.38],
            &[(lead, lead)],
        ),
        pair(
            &corpus,
            "notes.jsonl:7",
            "week/roundup.txt",
            Relation::ContainedIn,
            [1.0, 0.29],
            &[(note, note)],
        ),
    ];
    detection.pairs.sort_by_key(|p| (p.a, p.b));
    detection.clusters = vec![Cluster {
        representative: n("wire/storm.txt"),
        members: vec![n("mirror/storm.txt"), n("post/edda.txt"), n("wire/storm.txt")],
        weakest: 0.912,
    }];
    detection.equal = vec![vec![n("mirror/storm.txt"), n("wire/storm.txt")]];
    detection.repeats = vec![Repeat {
        tokens: 10,
        count: 4,
        documents: 4,
        paragraph: true,
        boilerplate: true,
        note: false,
        period: None,
        places: ["mirror/storm.txt", "post/edda.txt", "week/roundup.txt", "wire/storm.txt"]
            .map(|id| place(&corpus, id, SIGN, 0))
            .to_vec(),
    }];
    detection.summary = Summary {
        classes: 4,
        clusters: 1,
        duplicates: 2,
        pairs: 3,
        repeats: 1,
        candidates: 4,
        verified: 3,
        capped_keys: 1,
        ..detection.summary
    };
    Sample { corpus, detection, skipped: vec![("bad-json".into(), 2), ("binary".into(), 1)] }
}

/// Chinese, Arabic, emoji, combining marks, tabs, every kind of line break.
pub fn scripts() -> Sample {
    let chinese = "周一晚间，风暴“埃达”登陆海岸，阵风时速达141公里。\
        气象部门表示，约四万一千户家庭停电，前往各岛的渡轮停航至周三。";
    let chinese_late = "周一深夜，风暴“埃达”登陆海岸，阵风时速达141公里。\
        气象部门表示，约四万五千户家庭停电，前往各岛的渡轮停航至周三。";
    let arabic = "وصلت العاصفة إيدا إلى الساحل في وقت متأخر من يوم الاثنين وبلغت سرعة الرياح 141 \
                  كيلومترا في الساعة، حسبما ذكرت الأرصاد.";
    let arabic_late = "وصلت العاصفة إيدا إلى الشاطئ في وقت متأخر من يوم الاثنين وبلغت سرعة الرياح \
                       145 كيلومترا في الساعة، حسبما ذكرت الأرصاد.";
    let mixed = "Cafe\u{301} owners 👩\u{200d}🍳 on the coast\tsay ☕\u{fe0f}\r\nthey lost\rpower \
                 🦀🦀\nall night long.";
    let corpus = Corpus::new([
        file("zh/a.txt", &format!("标题\r\n\r\n{chinese}\r\n")),
        file("zh/b.txt", &format!("{chinese_late}\n")),
        file("ar/a.txt", &format!("عنوان\n{arabic}\n")),
        file("ar/b.txt", &format!("{arabic_late}\r\r")),
        file("mixed/a.txt", &format!("🦀 Title\r\n{mixed}\r\n")),
        Document::new("mixed/b.txt", format!("é\u{2028}{mixed}")),
    ])
    .unwrap();
    let mut detection = empty(&corpus);
    let near = |a, b, x, y| pair(&corpus, a, b, Relation::NearCopy, [0.95, 0.97], &[(x, y)]);
    *detection.pairs = vec![
        near("ar/a.txt", "ar/b.txt", arabic, arabic_late),
        near("mixed/a.txt", "mixed/b.txt", mixed, mixed),
        near("zh/a.txt", "zh/b.txt", chinese, chinese_late),
    ];
    let zh = &mut detection.pairs[2].comparison.matches[0];
    // Words of the sample's own making are whole clauses here; these are the characters that
    // differ.
    zh.blocks = characters(chinese, zh.a, chinese_late, zh.b);
    detection.repeats = vec![Repeat {
        tokens: 12,
        count: 2,
        documents: 2,
        paragraph: false,
        boilerplate: false,
        note: false,
        period: None,
        places: ["mixed/a.txt", "mixed/b.txt"].map(|id| place(&corpus, id, mixed, 0)).to_vec(),
    }];
    detection.summary.pairs = 3;
    detection.summary.repeats = 1;
    Sample { corpus, detection, skipped: vec![] }
}

/// Equal runs of two passages with the same number of characters.
fn characters(a: &str, in_a: Span, b: &str, in_b: Span) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for ((at, x), (bt, y)) in a.char_indices().zip(b.char_indices()) {
        let (ea, eb) =
            (in_a.start + (at + x.len_utf8()) as u32, in_b.start + (bt + y.len_utf8()) as u32);
        match blocks.last_mut() {
            Some(last) if open && x == y => (last.a.end, last.b.end) = (ea, eb),
            _ if x == y => {
                blocks.push(Block {
                    a: Span::new(in_a.start + at as u32, ea),
                    b: Span::new(in_b.start + bt as u32, eb),
                });
            }
            _ => {}
        }
        open = x == y;
    }
    blocks
}
