//! Owns: the conversion of a scan's result to single findings, each at the document that comes
//! later. Never: decides whether one counts.

use crate::error::Result;
use crate::gate::documents::DocumentTable;
use crate::gate::span_hashes::{self, PeriodicPart, SpanHashes, SpanQuery};
use crate::gate::verdict::{FindingKind, FindingPassage};
use crate::model::detection::{Cluster, Match, Pair, Relation, Repeat};
use crate::span::Span;
use std::collections::HashMap;

/// The part of the detection that a finding comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A member of this cluster.
    Member(u32),
    /// A pair outside clusters.
    Pair,
    /// A place of this repeat.
    Repeat(u32),
}

/// What findings are ordered by.
pub(super) type FindingOrder = (u32, Option<Span>, u32, FindingKind);

/// A finding that is not judged yet.
#[derive(Debug)]
pub(super) struct UnjudgedFinding {
    pub kind: FindingKind,
    pub document: u32,
    pub partner: u32,
    pub coverage: Option<(f64, f64)>,
    pub origin: Origin,
    /// Whether it says that one document is a copy of another, and cannot say so of the whole
    /// documents, because a page was read in part.
    pub in_part: bool,
    /// The hashes of each passage, at the document and at the partner.
    pub passages: Vec<[SpanHashes; 2]>,
}

impl UnjudgedFinding {
    /// The order of findings: by document, first passage, partner and kind.
    pub fn order(&self) -> FindingOrder {
        let first = self.passages.first().map(|p| p[0].span);
        (self.document, first, self.partner, self.kind)
    }

    /// Returns the passages as they are reported.
    pub fn reported(&self) -> Vec<FindingPassage> {
        self.passages
            .iter()
            .map(|[here, there]| FindingPassage { here: here.span, there: there.span })
            .collect()
    }
}

/// A finding that is not judged yet, with the queries for its passages' hashes.
struct PassageQuery {
    draft: UnjudgedFinding,
    slots: Vec<[SpanQuery; 2]>,
}

/// The spans that are looked up at once: some 20 MB with their hashes.
const BATCH: usize = 1 << 16;
/// The pairs that are read at once.
const PAIRS: usize = 256;

/// Hands over all findings, some at a time: those of one cluster or repeat `together`, if that is
/// asked for, however many they are. Each passage is searched for `texts`; see
/// [`SpanHashes::holds`]. Cost: for each batch, the documents that its passages are in are read
/// once more.
pub(super) fn each_batch(
    table: &DocumentTable,
    texts: &[Vec<u64>],
    together: bool,
    take: &mut dyn FnMut(Vec<UnjudgedFinding>) -> Result<()>,
) -> Result<()> {
    let found = table.findings.detection;
    let queries = Vec::new();
    let mut asked = Asked { table, texts, together, take, queries, spans: 0, known: 0 };
    for (n, cluster) in found.clusters.iter().enumerate() {
        members(table, n as u32, cluster, &mut asked)?;
        asked.answer_enough(BATCH)?;
    }
    for from in (0..found.pairs.len()).step_by(PAIRS) {
        let some = found.pairs.part(from..found.pairs.len().min(from + PAIRS))?;
        asked.queries.extend(some.iter().filter_map(|p| pair(table, p)));
        asked.answer_enough(BATCH)?;
    }
    for (n, repeat) in found.repeats.iter().enumerate().filter(|(_, r)| !r.boilerplate) {
        places(table, n as u32, repeat, &mut asked)?;
        asked.answer_enough(BATCH)?;
    }
    asked.answer_enough(0)
}

/// The queries of the findings that were not handed over yet.
struct Asked<'a> {
    table: &'a DocumentTable<'a>,
    texts: &'a [Vec<u64>],
    together: bool,
    take: &'a mut dyn FnMut(Vec<UnjudgedFinding>) -> Result<()>,
    queries: Vec<PassageQuery>,
    /// The number of spans in the first `known` queries.
    spans: usize,
    known: usize,
}

impl Asked<'_> {
    /// Adds the query of a finding of a cluster or repeat.
    fn push(&mut self, query: PassageQuery) -> Result<()> {
        self.queries.push(query);
        if self.together { Ok(()) } else { self.answer_enough(BATCH) }
    }

    /// Answers the queries if they have so many spans, and hands their findings over.
    fn answer_enough(&mut self, enough: usize) -> Result<()> {
        self.spans += self.queries[self.known..].iter().map(|q| 2 * q.slots.len()).sum::<usize>();
        self.known = self.queries.len();
        if self.spans < enough {
            return Ok(());
        }
        let asked = std::mem::take(&mut self.queries);
        (self.spans, self.known) = (0, 0);
        let slots: Vec<SpanQuery> =
            asked.iter().flat_map(|a| a.slots.iter().flatten().copied()).collect();
        let mut hashes = span_hashes::answer(self.table, &slots, self.texts)?.into_iter();
        let findings = asked.into_iter().map(|PassageQuery { mut draft, slots }| {
            draft.passages =
                slots.iter().filter_map(|_| Some([hashes.next()?, hashes.next()?])).collect();
            draft.passages.sort_by_key(|[here, there]| (here.span, there.span));
            draft
        });
        (self.take)(findings.collect())
    }
}

/// The first page of a cluster, in the order of the survivor policy, for each content of bytes
/// among those that were read in part.
struct SameBytes(HashMap<u128, u32>);

impl SameBytes {
    fn new(table: &DocumentTable, cluster: &Cluster) -> SameBytes {
        let mut first: HashMap<u128, u32> = HashMap::new();
        for &n in &cluster.members {
            let Some(raw) = table.raw(n) else { continue };
            let known = first.entry(raw).or_insert(n);
            if table.rank[n as usize] < table.rank[*known as usize] {
                *known = n;
            }
        }
        SameBytes(first)
    }

    /// The document that a member is a copy of: the representative, or where that is no copy of it
    /// because the member was read in part, an earlier page of the same bytes.
    fn partner(&self, table: &DocumentTable, document: u32, representative: u32) -> u32 {
        let first = table.raw(document).and_then(|raw| self.0.get(&raw)).copied();
        let text = |n: u32| table.hash[n as usize];
        first
            .filter(|&first| first != document && text(first) == text(document))
            .filter(|_| !table.are_copies(document, representative))
            .unwrap_or(representative)
    }
}

/// Adds a finding for each member of a cluster but its representative.
fn members(table: &DocumentTable, n: u32, cluster: &Cluster, out: &mut Asked) -> Result<()> {
    let same_bytes = SameBytes::new(table, cluster);
    for &document in cluster.members.iter().filter(|&&m| m != cluster.representative) {
        let partner = same_bytes.partner(table, document, cluster.representative);
        let (first, own) = (table.first[document as usize], table.first[partner as usize]);
        let found = table.findings.detection;
        let pair = found.pair_between(first, own).map(|at| found.pairs.one(at)).transpose()?;
        let equal = table.hash[document as usize] == table.hash[partner as usize];
        let (kind, coverage, slots) =
            match pair.as_ref().filter(|p| !equal && !p.comparison.matches.is_empty()) {
                Some(pair) => {
                    let turned = first != pair.a;
                    let slots = pair
                        .comparison
                        .matches
                        .iter()
                        .map(|m| sides(m, [document, partner], [first, own], turned, false))
                        .collect();
                    (Relation::NearCopy, Some(pair.seen_from(first).1), slots)
                }
                None => {
                    let slots = vec![[whole(table, document), whole(table, partner)]];
                    let (kind, coverage) = if equal {
                        (Relation::Equal, Some((1.0, 1.0)))
                    } else {
                        (Relation::NearCopy, None)
                    };
                    (kind, coverage, slots)
                }
            };
        let kind = FindingKind::Pair(kind);
        let draft = UnjudgedFinding {
            kind,
            document,
            partner,
            coverage,
            origin: Origin::Member(n),
            in_part: !table.are_copies(document, partner),
            passages: Vec::new(),
        };
        out.push(PassageQuery { draft, slots })?;
    }
    Ok(())
}

/// Returns the finding for a pair whose two documents are not in one cluster.
fn pair(table: &DocumentTable, pair: &Pair) -> Option<PassageQuery> {
    if table.cluster[pair.a as usize].is_some_and(|c| table.cluster[pair.b as usize] == Some(c)) {
        return None;
    }
    let [a, b] = [pair.a, pair.b].map(|first| table.reported_of_class(first));
    let turned = table.rank[a as usize] < table.rank[b as usize];
    let matches = &pair.comparison.matches;
    let turn = |[a, b]: [u32; 2]| if turned { [b, a] } else { [a, b] };
    let (both, texts) = (turn([a, b]), turn([pair.a, pair.b]));
    let (relation, coverage) = pair.seen_from(texts[0]);
    let slots = match matches.is_empty() {
        true => vec![both.map(|n| SpanQuery { content: true, ..whole(table, n) })],
        false => matches.iter().map(|m| sides(m, both, texts, turned, true)).collect(),
    };
    let ([document, partner], kind) = (both, FindingKind::Pair(relation));
    let of_whole_texts = relation.is_copy() || relation.is_contained() || relation.is_containing();
    let draft = UnjudgedFinding {
        kind,
        document,
        partner,
        coverage: Some(coverage),
        origin: Origin::Pair,
        in_part: of_whole_texts && !table.are_copies(document, partner),
        passages: Vec::new(),
    };
    Some(PassageQuery { draft, slots })
}

fn sides(
    m: &Match,
    [document, partner]: [u32; 2],
    [own, other]: [u32; 2],
    turned: bool,
    content: bool,
) -> [SpanQuery; 2] {
    let (here, there) = if turned { (m.b, m.a) } else { (m.a, m.b) };
    let slot =
        |document, text, span| SpanQuery { document, text, span, cut: PeriodicPart::None, content };
    [slot(document, own, here), slot(partner, other, there)]
}

fn whole(table: &DocumentTable, document: u32) -> SpanQuery {
    let span = Span::new(0, table.findings.documents.bytes(document as usize));
    SpanQuery { document, text: document, span, cut: PeriodicPart::None, content: false }
}

/// Adds a finding for each place of a repeat but the first. A periodic run has one at its first
/// place too, for all but its first period.
fn places(table: &DocumentTable, n: u32, repeat: &Repeat, out: &mut Asked) -> Result<()> {
    let mut places = repeat.places.clone();
    places.sort_by_key(|p| (table.rank[p.document as usize], p.span));
    let Some(&first) = places.first() else { return Ok(()) };
    let skipped = usize::from(repeat.period.is_none());
    for (i, place) in places.iter().enumerate().skip(skipped) {
        let slot =
            |document, span, cut| SpanQuery { document, text: document, span, cut, content: true };
        let round = repeat.period.map_or(PeriodicPart::None, PeriodicPart::Round);
        let here = match repeat.period {
            Some(period) if i == 0 => slot(place.document, place.span, PeriodicPart::Rest(period)),
            _ => slot(place.document, place.span, PeriodicPart::None),
        };
        let slots = vec![[here, slot(first.document, first.span, round)]];
        let (document, partner) = (place.document, first.document);
        let kind = FindingKind::Repeat;
        out.push(PassageQuery {
            draft: UnjudgedFinding {
                kind,
                document,
                partner,
                coverage: None,
                origin: Origin::Repeat(n),
                in_part: false,
                passages: Vec::new(),
            },
            slots,
        })?;
    }
    Ok(())
}
