//! Owns: verdicts made by hand, and every format of them as text. Never: what a gate would decide.

use crate::sample::{empty, file, number, place};
use nearcopy::gate::*;
use nearcopy::report::*;
use nearcopy::{Corpus, Detection, Document, DocumentInfo, Documents, Relation, Span};

/// Documents and what was decided about them.
pub struct Gate {
    pub corpus: Corpus,
    pub detection: Detection,
    pub verdict: Verdict,
}

impl Gate {
    pub fn new(documents: Vec<Document>) -> Gate {
        let corpus = Corpus::new(documents).unwrap();
        let detection = empty(&corpus);
        let total = SourceCounts {
            documents: corpus.count() as u64,
            tokens: 1000,
            ..SourceCounts::default()
        };
        Gate { corpus, detection, verdict: Verdict { total, ..Verdict::default() } }
    }
    pub fn checked(&self) -> GateReport<'_> {
        let findings =
            Findings { detection: &self.detection, documents: &self.corpus, skipped: &[] };
        GateReport { findings, verdict: &self.verdict }
    }
    /// Adds a finding with passages that stand in both texts, and answers with it.
    pub fn find(
        &mut self,
        kind: FindingKind,
        here: &str,
        there: &str,
        passages: &[&str],
    ) -> &mut Finding {
        let spans = passages.iter().map(|p| {
            let (a, b) = (place(&self.corpus, here, p, 0), place(&self.corpus, there, p, 0));
            nearcopy::gate::FindingPassage { here: a.span, there: b.span }
        });
        let coverage = if kind == FindingKind::Repeat { None } else { Some((0.912345, 0.5)) };
        let finding = Finding {
            kind,
            state: FindingState::New,
            document: number(&self.corpus, here),
            partner: number(&self.corpus, there),
            coverage,
            passages: spans.collect(),
            fingerprint: format!("{:016x}", 0xabc + self.verdict.findings.len()),
        };
        self.verdict.findings.push(finding);
        self.verdict.findings.last_mut().unwrap()
    }
    pub fn rule(&mut self, name: &'static str, scope: Option<&str>, limit: &str, violated: bool) {
        let scope = scope.map(str::to_owned);
        self.verdict.rules.push(Rule {
            name,
            scope,
            limit: limit.into(),
            measured: 3,
            of: 1000,
            violated,
        });
    }
    pub fn source(&mut self, name: Option<&str>) {
        let counts = SourceCounts {
            source: name.map(str::to_owned),
            documents: 2,
            tokens: 50,
            ..SourceCounts::default()
        };
        self.verdict.sources.push(counts);
    }

    pub fn sarif(&self) -> String {
        self.sarif_with(SarifOptions::default())
    }
    pub fn sarif_with(&self, options: SarifOptions) -> String {
        written(|out| sarif(self.checked(), options, out))
    }
    pub fn junit(&self) -> String {
        written(|out| junit(self.checked(), out))
    }
    pub fn github(&self) -> String {
        written(|out| github(self.checked(), GithubOptions::default(), out))
    }
    pub fn markdown(&self, most_bytes: usize) -> String {
        written(|out| {
            markdown(
                self.checked(),
                MarkdownOptions::default().with(|s| s.most_bytes = most_bytes),
                out,
            )
        })
    }
    pub fn csv(&self) -> String {
        written(|out| csv(self.checked(), out))
    }
    pub fn openmetrics(&self) -> String {
        written(|out| openmetrics(self.checked(), out))
    }
    /// Every format, by its name.
    pub fn all(&self) -> [(&'static str, String); 6] {
        [
            ("sarif", self.sarif_with(SarifOptions::default().with(|s| s.known = true))),
            ("junit", self.junit()),
            ("github", self.github()),
            ("markdown", self.markdown(65_000)),
            ("csv", self.csv()),
            ("openmetrics", self.openmetrics()),
        ]
    }
}

fn written(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// A kind by its relation.
pub const fn pair(relation: Relation) -> FindingKind {
    FindingKind::Pair(relation)
}

pub const NEWS: &str =
    "The ferry company cancelled all sailings on Monday after the swell rose to five metres";
pub const WEATHER: &str = "Rain is expected over the weekend in most of the valley";

/// A finding of each kind and each state, and every other part of a verdict.
pub fn news() -> Gate {
    let mut gate = Gate::new(vec![
        file("a/ferry.txt", &format!("Ferries\n\n{NEWS}.\n\n{WEATHER}.\n"))
            .source("Courier")
            .date("2026-01-31"),
        file("b/ferry copy.txt", &format!("{NEWS}.\n{WEATHER}.\n")).source("Mirror"),
        DocumentInfo {
            id: "wire-7".into(),
            record: Some(7),
            path: Some("c/wire.jsonl".into()),
            ..DocumentInfo::default()
        }
        .with_text(format!("{NEWS}, {WEATHER}.")),
        DocumentInfo {
            id: "all-2".into(),
            record: Some(2),
            path: Some("c/all.json".into()),
            ..DocumentInfo::default()
        }
        .with_text(NEWS),
        Document::new("loose", format!("{NEWS}. {WEATHER}. {NEWS}.")),
    ]);
    gate.find(pair(Relation::NearCopy), "b/ferry copy.txt", "a/ferry.txt", &[NEWS, WEATHER]);
    gate.find(pair(Relation::Equal), "wire-7", "a/ferry.txt", &[NEWS, WEATHER]);
    gate.find(pair(Relation::Contains), "loose", "all-2", &[NEWS]);
    gate.find(pair(Relation::ContainedIn), "all-2", "a/ferry.txt", &[NEWS]);
    gate.find(pair(Relation::Quotes), "wire-7", "loose", &[WEATHER]);
    gate.find(pair(Relation::Template), "wire-7", "b/ferry copy.txt", &[WEATHER]);
    let twice = gate.find(FindingKind::Repeat, "loose", "loose", &[NEWS]);
    let length = twice.passages[0].here.len() as u32;
    let again = (NEWS.len() + WEATHER.len() + 4) as u32;
    twice.passages[0].here = Span::new(again, again + length);
    gate.find(pair(Relation::Quotes), "a/ferry.txt", "loose", &[NEWS]).state = FindingState::Known;
    gate.find(FindingKind::Repeat, "a/ferry.txt", "wire-7", &[WEATHER]).state =
        FindingState::Ignored(0);
    gate.verdict.ignores.push(Ignore {
        reason: "agreed".into(),
        expires: Some("2027-01-31".into()),
        expired: false,
        used: 1,
    });
    gate.verdict.ignores.push(Ignore {
        reason: "old".into(),
        expires: Some("2025-01-31".into()),
        expired: true,
        used: 0,
    });
    gate.verdict.stale.push(Stale {
        kind: "quotes".into(),
        documents: vec!["x.txt".into(), "y.txt".into()],
        text: "gone".into(),
    });
    gate.rule("max-duplicate-documents", Some("Courier"), "5%", true);
    gate.rule("max-cluster", None, "100", false);
    gate.source(Some("Courier"));
    gate.source(None);
    gate
}
