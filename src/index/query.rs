//! Owns: turning candidates into sightings: texts are read, compared and sorted; without texts,
//! scores are estimated. Never: finds candidates.

use crate::align::steps::Steps;
use crate::error::Result;
use crate::hash;
use crate::index::answer::{QueryAnswer, Sighting};
use crate::index::lookup::{Candidates, IndexState, SharedKeys};
use crate::index::notes::notes_among;
use crate::index::rows::{ClassRow, DocumentRow};
use crate::model::detection::{Comparison, Relation};
use crate::model::document::{Document, DocumentInfo};
use crate::model::thresholds::{SourceLimit, Thresholds};
use crate::pair::background::Background;
use crate::pair::compare::compare_all;
use crate::pair::hash_directory::SortedHashes;
use crate::pair::masked::MaskedText;
use crate::pair::metadata::Metadata;
use crate::pair::relation::containment;
use crate::pair::whole_evidence::same_bytes;
use crate::postings::budget::{keep_fitting, lookup_budget, lookup_steps};
use crate::postings::checksum::{damaged, unseal};
use crate::sketch::fingerprint::Fingerprint;
use crate::sketch::recipe::Recipe;
use std::cell::RefCell;
use std::cmp::{Ordering, Reverse};
use std::collections::BTreeSet;
use zstd::bulk::Decompressor;

/// How many of the oldest documents of a class are read where its first document is the very one
/// looked up, or is outside the limits.
const MAX_MEMBERS_READ: usize = 64;

/// A document that represents its class towards the queried document.
struct ClassPartner {
    class: u32,
    members: u32,
    number: u32,
    row: DocumentRow,
}

/// A candidate, with what its rank and its steps depend on.
struct Ranked {
    /// How many keys it shares, and the hash of its text.
    rank: (Reverse<u32>, u128),
    tokens: u32,
    partner: ClassPartner,
}

/// Everything that a query of one state of the index depends on.
pub struct QuerySettings<'e> {
    /// The state of the index.
    pub view: &'e IndexState<'e>,
    /// The background.
    pub background: &'e Background,
    /// The recipe.
    pub recipe: &'e Recipe,
    /// The bounds of relations, and the limits of what is shown.
    pub thresholds: &'e Thresholds,
    /// Whether the index keeps texts.
    pub texts: bool,
    /// Decompresses texts.
    pub unpacker: &'e RefCell<Decompressor<'static>>,
}

impl QuerySettings<'_> {
    /// Returns all sightings of a document; `f` is its fingerprint. Classes whose newest document
    /// is older than `from` take no part.
    pub fn answer(&self, d: &Document, f: &Fingerprint, from: u32) -> Result<QueryAnswer> {
        let mut out = QueryAnswer::default();
        let own = self.view.by_text(f.exact)?;
        let mut partners = Vec::new();
        if let Some((class, row)) = own.as_ref().filter(|o| o.1.last >= from)
            && let Some((number, partner)) = self.partner(d, *class, row)?
        {
            if self.texts {
                partners.push((row.members, number, partner));
            } else {
                let equal = estimate(1.0, 1.0, f64::from(u8::from(f.tokens > 0)));
                let seen = self.sighting(partner, Relation::Equal, equal);
                out.sightings.push(Sighting { copies: u64::from(row.members), ..seen });
            }
        }
        if f.tokens >= self.thresholds.min_tokens {
            let own = own.as_ref().map(|o| o.0);
            let candidates = self.view.candidates(f, own, self.recipe, self.texts)?;
            if self.texts {
                let chosen = self.within_budget(d, f, &candidates, from, &mut out)?;
                partners.extend(chosen.into_iter().map(|p| (p.members, p.number, p.row)));
            } else {
                self.estimate_all(d, f, &candidates, from, &mut out.sightings)?;
            }
        }
        let compacted = own.is_some_and(|o| o.0 < self.view.state.compacted);
        self.compare_all(d, partners, compacted, &mut out)?;
        out.sightings.sort_by(nearest);
        Ok(out)
    }

    /// Chooses the candidates that are compared, in the order of their classes, and counts the
    /// others. Which these are depends on the texts of the index, and not on when they were added.
    fn within_budget(
        &self,
        d: &Document,
        f: &Fingerprint,
        candidates: &Candidates,
        from: u32,
        out: &mut QueryAnswer,
    ) -> Result<Vec<ClassPartner>> {
        let budget = lookup_budget(f.tokens, self.thresholds);
        let steps = |c: &Ranked| lookup_steps(f.tokens, c.tokens);
        let (mut chosen, mut left_out) = (Vec::new(), BTreeSet::new());
        for list in [&candidates.by_documents, &candidates.by_passages] {
            let known: BTreeSet<u32> = chosen.iter().map(|p: &ClassPartner| p.class).collect();
            let mut ranked = Vec::new();
            for &(class, shared) in list.iter().filter(|c| !known.contains(&c.0)) {
                ranked.extend(self.ranked(d, (class, shared), from)?);
            }
            if ranked.iter().map(steps).sum::<u64>() > budget {
                ranked.sort_unstable_by_key(|c| c.rank);
                let others = keep_fitting(&mut ranked, steps, budget);
                left_out.extend(others.map(|c| c.partner.class));
            }
            out.steps += ranked.iter().map(steps).sum::<u64>();
            chosen.extend(ranked.into_iter().map(|c| c.partner));
        }
        for partner in &chosen {
            left_out.remove(&partner.class);
        }
        out.left_out = left_out.len() as u64;
        chosen.sort_unstable_by_key(|p| p.class);
        Ok(chosen)
    }

    /// Reads the rows of a candidate; `None` where the limits leave it out.
    fn ranked(
        &self,
        d: &Document,
        (class, shared): SharedKeys,
        from: u32,
    ) -> Result<Option<Ranked>> {
        let Some(row) = self.class_within(class, from)? else { return Ok(None) };
        let Some((number, partner)) = self.partner(d, class, &row)? else { return Ok(None) };
        let partner = ClassPartner { class, members: row.members, number, row: partner };
        Ok(Some(Ranked { rank: (Reverse(shared), row.exact), tokens: row.tokens, partner }))
    }

    /// Reads the row of a class, unless it is too old or too short.
    fn class_within(&self, class: u32, from: u32) -> Result<Option<ClassRow>> {
        let row = self.view.class(class)?;
        Ok(row.filter(|r| r.last >= from && r.tokens >= self.thresholds.min_tokens))
    }

    /// Estimates the scores of all candidates, for an index without texts.
    fn estimate_all(
        &self,
        d: &Document,
        f: &Fingerprint,
        candidates: &Candidates,
        from: u32,
        out: &mut Vec<Sighting>,
    ) -> Result<()> {
        let all = candidates.by_documents.iter().chain(&candidates.by_passages);
        let classes: BTreeSet<u32> = all.map(|c| c.0).collect();
        let classes: Vec<u32> = classes.into_iter().collect();
        let shared = self.view.shared_anchors(f, &classes)?;
        for (class, shared) in classes.into_iter().zip(shared) {
            let Some(row) = self.class_within(class, from)? else { continue };
            let Some((_, partner)) = self.partner(d, class, &row)? else { continue };
            let seen = self.estimated(f, shared, &row, partner);
            out.extend(seen.map(|s| Sighting { copies: u64::from(row.members), ..s }));
        }
        Ok(())
    }

    /// Compares a document with its partners, each given with the size of its class and its number.
    /// What a document of the last compaction shares with others was looked at there.
    fn compare_all(
        &self,
        d: &Document,
        partners: Vec<(u32, u32, DocumentRow)>,
        compacted: bool,
        out: &mut QueryAnswer,
    ) -> Result<()> {
        // Most documents of a crawl are related to nothing: the masked text is made only when there
        // is something to compare with.
        if partners.is_empty() {
            return Ok(());
        }
        let texts: Vec<String> = partners
            .iter()
            .map(|(_, number, partner)| self.view.text(*number, partner, self.unpacker))
            .collect::<Result<_>>()?;
        let mut notes = Vec::new();
        if !compacted && partners.len() as u32 + 1 >= self.thresholds.note_classes {
            let mut held = vec![(d.text.as_str(), d.info.source.as_deref())];
            held.extend(
                texts
                    .iter()
                    .zip(&partners)
                    .map(|(text, p)| (text.as_str(), p.2.info.source.as_deref())),
            );
            let found = notes_among(&held, self.background, self.recipe, self.thresholds);
            (notes, out.notes_left_out) = (found.windows, found.left_out);
        }
        notes.sort_unstable();
        notes.dedup();
        let notes = SortedHashes::new(notes);
        let asked = self.masked(&d.text, &d.info, &notes);
        for ((members, _, partner), text) in partners.into_iter().zip(texts) {
            let seen = self.compared(d, &asked, partner, text, &notes);
            out.sightings.extend(seen.map(|s| Sighting { copies: u64::from(members), ..s }));
        }
        Ok(())
    }

    /// Returns the document that represents a class towards this one: the one of the smallest id
    /// that is not this document itself and is within the limits. Where that one was read in part,
    /// a page of the same bytes or a whole document comes before it.
    fn partner(
        &self,
        d: &Document,
        class: u32,
        row: &ClassRow,
    ) -> Result<Option<(u32, DocumentRow)>> {
        let first = self
            .view
            .document(row.first)?
            .ok_or_else(|| damaged(self.view.store.place("documents", row.first)))?;
        let shown = self.may_show(d, &first);
        // A page read in part replaces nothing, so another one of its class may say more.
        if shown && (row.members == 1 || !first.info.is_part()) {
            return Ok(Some((row.first, first)));
        }
        if row.members == 1 {
            return Ok(None);
        }
        let members = self.of_class(d, class)?;
        let best = |(_, m): &(u32, DocumentRow)| {
            (!same_bytes(&m.info, &d.info), m.info.is_part(), m.info.id.clone())
        };
        Ok(members.into_iter().min_by_key(best).or(shown.then_some((row.first, first))))
    }

    /// Returns those of the oldest documents of a class that may be shown.
    fn of_class(&self, d: &Document, class: u32) -> Result<Vec<(u32, DocumentRow)>> {
        let mut members = self.view.members(class, MAX_MEMBERS_READ)?;
        members.retain(|m| self.may_show(d, &m.1));
        Ok(members)
    }

    fn may_show(&self, d: &Document, row: &DocumentRow) -> bool {
        let same = d.info.source.is_some() && d.info.source == row.info.source;
        let source = match self.thresholds.sources {
            SourceLimit::Any => true,
            SourceLimit::Within => same,
            SourceLimit::Across => !same,
        };
        row.info.id != d.info.id && source && self.thresholds.in_window(row.info.date.as_deref())
    }

    fn compared(
        &self,
        d: &Document,
        asked: &MaskedText,
        partner: DocumentRow,
        text: String,
        notes: &SortedHashes,
    ) -> Option<Sighting> {
        let there = self.masked(&text, &partner.info, notes);
        let background = self.background;
        let steps = Steps::to_the_end();
        // The pair is compared as in a scan, with the smaller id first.
        let comparison = if d.info.id <= partner.info.id {
            compare_all(asked, &there, background, self.thresholds, &steps)
        } else {
            compare_all(&there, asked, background, self.thresholds, &steps).flipped()
        };
        drop(there);
        comparison.relation.map(|relation| Sighting {
            text: Some(text),
            ..self.sighting(partner, relation, comparison)
        })
    }

    fn masked<'t>(
        &self,
        text: &'t str,
        info: &DocumentInfo,
        notes: &SortedHashes,
    ) -> MaskedText<'t> {
        let text = MaskedText::with_notes(text, self.background, self.recipe, notes);
        text.with_metadata(Metadata::new([info]))
    }

    /// Estimates the scores by the share of common anchors, which are a sample of the shingles
    /// (FracMinHash; Irber et al. 2022).
    fn estimated(
        &self,
        f: &Fingerprint,
        shared: u32,
        row: &ClassRow,
        partner: DocumentRow,
    ) -> Option<Sighting> {
        let shared = f64::from(shared);
        let (a, b) = (f.anchors.len() as f64, f64::from(row.anchors));
        let share = |of: f64| if of > 0.0 { (shared / of).min(1.0) } else { 0.0 };
        let comparison = estimate(share(a), share(b), share(a + b - shared));
        let (smaller, larger) = (share(a.max(b)), share(a.min(b)));
        let t = self.thresholds;
        let relation = if smaller >= t.near_copy_smaller && larger >= t.near_copy_larger {
            Relation::NearCopy
        } else if larger >= t.contains {
            containment(share(a), share(b))
        } else if shared >= f64::from(self.recipe.min_anchors) {
            Relation::Quotes
        } else {
            return None;
        };
        Some(self.sighting(partner, relation, comparison))
    }

    fn sighting(
        &self,
        partner: DocumentRow,
        relation: Relation,
        comparison: Comparison,
    ) -> Sighting {
        let comparison = Comparison { relation: Some(relation), ..comparison };
        Sighting { info: partner.info(), copies: 1, relation, comparison, text: None }
    }
}

fn estimate(containment_a: f64, containment_b: f64, resemblance: f64) -> Comparison {
    Comparison {
        resemblance,
        containment_a,
        containment_b,
        coverage_a: containment_a,
        coverage_b: containment_b,
        whole_text: true,
        ..Comparison::default()
    }
}

/// Orders sightings: by relation, then by the coverage of both texts, then by id.
fn nearest(x: &Sighting, y: &Sighting) -> Ordering {
    let cover = |s: &Sighting| s.comparison.coverage_a + s.comparison.coverage_b;
    x.relation
        .rank()
        .cmp(&y.relation.rank())
        .then(cover(y).total_cmp(&cover(x)))
        .then_with(|| x.info.id.cmp(&y.info.id))
}

impl IndexState<'_> {
    /// Reads the text of a document.
    pub fn text(
        &self,
        number: u32,
        row: &DocumentRow,
        unpacker: &RefCell<Decompressor>,
    ) -> Result<String> {
        let place = || self.store.place("texts", number);
        let bytes = self
            .store
            .get(self.txn, &self.store.texts, row.text)?
            .ok_or_else(|| damaged(place()))?;
        let text = unpacker
            .borrow_mut()
            .decompress(unseal(bytes, place)?, row.bytes as usize)
            .map_err(|_| damaged(place()))?;
        String::from_utf8(text)
            .ok()
            .filter(|t| t.len() == row.bytes as usize && hash::bytes(t.as_bytes()) == row.hash)
            .ok_or_else(|| damaged(place()))
    }
}
