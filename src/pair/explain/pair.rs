//! Owns: the trace of two texts through candidate search, alignment and facts. Never: shows which
//! bound decides; the verdict does that.

use crate::align::alignment::{chains, selected, shared_shingles, whole};
use crate::align::prepared::Prepared;
use crate::align::run::Chain;
use crate::align::seeds::least_run;
use crate::align::select::{equal_words, is_match};
use crate::align::steps::Steps;
use crate::model::detection::{Comparison, Facts, LeftOut, Relation};
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::pair::beginning::own_beginnings;
use crate::pair::compare::{BoilerplateRule, boilerplate_rule, compare_all, own_matches};
use crate::pair::decide;
use crate::pair::explain::budget::BudgetTrace;
use crate::pair::explain::document::{DocumentTrace, trace};
use crate::pair::explain::verdict::{Measured, RelationVerdict, verdict};
use crate::pair::facts;
use crate::pair::informativeness::{AGAINST, informativeness};
use crate::pair::masked::MaskedText;
use crate::pair::measured::{LateCounts, MeasuredPair};
use crate::pair::metadata::points_of_titles;
use crate::pair::quotation::measure;
use crate::sketch::fingerprint::{Fingerprint, Fingerprinter};
use crate::sketch::recipe::Recipe;
use crate::span::Span;
use crate::text::same_text::is_same_text;
use crate::text::shingle::intersection_size;
use serde::Serialize;

/// The keys that two texts share, and whether they are enough for a comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidacy {
    /// Whether the exact keys are equal: then the two texts are one class.
    pub equal: bool,
    /// The number of document bands that both texts share.
    pub bands: u32,
    /// The number of document bands that each text has.
    pub of_bands: u32,
    /// The probability that at least one band is shared at this resemblance.
    pub chance: f64,
    /// The number of paragraph band keys that both texts share.
    pub paragraph_bands: u32,
    /// The number of anchors that both texts share.
    pub anchors: u32,
    /// The number of shared anchors that make a candidate pair.
    pub min_anchors: u32,
    /// The keys by which a scan would compare the pair: `exact`, `document band`, `paragraph band`,
    /// `anchors`. If the list is empty, a scan does not compare it. Keys that occur in too many
    /// texts of a corpus are capped, which two texts alone cannot show.
    pub by: Vec<&'static str>,
}

/// A chain of the alignment: one passage of each text, with tokens counted from 0.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChainTrace {
    /// The tokens of the first text, half-open.
    pub tokens_a: [u32; 2],
    /// The tokens of the second text, half-open.
    pub tokens_b: [u32; 2],
    /// The bytes of the first text.
    pub a: Span,
    /// The bytes of the second text.
    pub b: Span,
    /// The number of equal tokens.
    pub equal: u32,
    /// The number of equal words, which `min-match` bounds.
    pub words: u32,
    /// The number of exactly equal runs.
    pub blocks: u32,
    /// The share of equal tokens, of the longer side.
    pub identity: f64,
    /// Whether the chain is long enough to be a match on its own.
    pub solid: bool,
}

/// The facts inside the matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactsTrace {
    /// The number of facts that agree.
    pub agree: u32,
    /// The number of facts that could be compared.
    pub compared: u32,
    /// The facts that agree, as the first text spells them.
    pub agreeing: Vec<String>,
    /// The facts that differ, as pairs of the first text's fact and the second text's.
    pub differing: Vec<[String; 2]>,
}

/// The trace of two texts through every stage, from [`explain_pair`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairTrace {
    /// The first text.
    pub a: DocumentTrace,
    /// The second text.
    pub b: DocumentTrace,
    /// The number of shingles that occur in both texts.
    pub shared_shingles: u32,
    /// The number of shingles that occur in either text.
    pub all_shingles: u32,
    /// The exact resemblance, 0 to 1.
    pub resemblance: f64,
    /// The estimate of the resemblance from the signatures: the share of equal lanes.
    pub estimate: f64,
    /// The share of the first text's shingles that the second contains.
    pub containment_a: f64,
    /// The share of the second text's shingles that the first contains.
    pub containment_b: f64,
    /// The keys that both texts share.
    pub candidacy: Candidacy,
    /// The budget of the comparison; `None` for two texts that are of no corpus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<BudgetTrace>,
    /// The least length of a run that shows anything, in tokens, where both texts have so few
    /// words that each window of three is in the other text by chance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least_run: Option<u32>,
    /// The number of different seeds (windows of three words) that occur in both texts.
    pub seeds: u32,
    /// The chains before selection, best first; they may overlap.
    pub chains: Vec<ChainTrace>,
    /// The number of chains that were selected, with those that are only boilerplate.
    pub selected: u32,
    /// The matches, in the order of the first text.
    pub matches: Vec<ChainTrace>,
    /// The share of the first text's tokens inside matches, without boilerplate where `masked`.
    pub coverage_a: f64,
    /// The share of the second text's tokens inside matches, likewise.
    pub coverage_b: f64,
    /// Whether boilerplate was left out.
    pub masked: bool,
    /// Whether boilerplate was counted after all, because too little was left of both texts without
    /// it.
    pub whole_text: bool,
    /// What bounds of the work left out.
    pub left_out: LeftOut,
    /// The agreement of facts inside the matches.
    pub facts: FactsTrace,
    /// The relation, and the bounds that decided it.
    pub verdict: RelationVerdict,
}

/// Shows two texts at every stage of a scan, with the numbers of [`compare`](crate::compare) and
/// those that led to them.
///
/// ```
/// use nearcopy::{Background, Recipe, Relation, Thresholds};
/// use nearcopy::explain::explain_pair;
/// let a = "The harbour bridge will close for repairs on Monday, the port authority said, and \
///     reopen in the spring of next year.";
/// let b = "The harbour bridge will close for repairs on Monday, the port authority told us, and \
///     reopen in the spring of next year.";
/// let trace = explain_pair(a, b, &Background::default(), &Recipe::default(),
///     &Thresholds::default());
/// assert_eq!(trace.verdict.relation, Some(Relation::NearCopy));
/// assert_eq!(trace.shared_shingles, 12);
/// assert!(trace.candidacy.by.contains(&"anchors"));
/// ```
pub fn explain_pair(
    a: &str,
    b: &str,
    background: &Background,
    recipe: &Recipe,
    thresholds: &Thresholds,
) -> PairTrace {
    let read = |text| MaskedText::new(text, background, recipe);
    explain_texts(read(a), read(b), background, recipe, thresholds)
}

/// [`explain_pair`] for prepared texts, which have the metadata of their documents.
pub(crate) fn explain_texts(
    pa: MaskedText,
    pb: MaskedText,
    background: &Background,
    recipe: &Recipe,
    t: &Thresholds,
) -> PairTrace {
    let mut fingerprinter = Fingerprinter::new(recipe);
    let mut keys =
        |p: &MaskedText| (fingerprinter.signature(&p.text), fingerprinter.fingerprint(&p.text));
    let ((sign_a, keys_a), (sign_b, keys_b)) = (keys(&pa), keys(&pb));
    let c = compare_all(&pa, &pb, background, t, &Steps::to_the_end());
    let chains =
        if is_equal(&pa, &pb) { whole(&pa).into_iter().collect() } else { chains(&pa, &pb, t) };
    let (selected, weighing, matches) = matches(&chains, &pa, &pb, background, t);
    let shared_shingles = shared_shingles(&pa, &pb) as u32;
    let signed = !pa.set().is_empty() && !pb.set().is_empty();
    let lanes = |chain: &Chain| chain_trace(chain, &pa, &pb, t);
    PairTrace {
        shared_shingles,
        all_shingles: (pa.different_shingles() + pb.different_shingles()) as u32 - shared_shingles,
        resemblance: c.resemblance,
        estimate: if signed { estimate(&sign_a, &sign_b) } else { 0.0 },
        containment_a: c.containment_a,
        containment_b: c.containment_b,
        candidacy: candidacy(&keys_a, &keys_b, c.resemblance, recipe, t),
        budget: None,
        least_run: least_run(&pa, &pb),
        seeds: shared_seeds(&pa, &pb),
        chains: chains.iter().map(lanes).collect(),
        selected,
        matches: matches.iter().map(lanes).collect(),
        coverage_a: c.coverage_a,
        coverage_b: c.coverage_b,
        masked: weighing.masked,
        whole_text: c.whole_text,
        left_out: c.left_out,
        facts: facts_trace(&matches, &pa, &pb, background, c.facts),
        verdict: verdict(&measured(&c, &matches, weighing.masked, &pa, &pb, background, t), t),
        a: trace(&pa, &sign_a, &keys_a, background, recipe, t),
        b: trace(&pb, &sign_b, &keys_b, background, recipe, t),
    }
}

fn is_equal(a: &Prepared, b: &Prepared) -> bool {
    is_same_text(&a.tokens, &b.tokens)
}

/// The number of chains that were selected, how boilerplate counts, and the matches that count.
fn matches(
    chains: &[Chain],
    a: &MaskedText,
    b: &MaskedText,
    background: &Background,
    t: &Thresholds,
) -> (u32, BoilerplateRule, Vec<Chain>) {
    if is_equal(a, b) {
        let rule = BoilerplateRule { masked: false, whole_text: false };
        return (chains.len() as u32, rule, chains.to_vec());
    }
    let selected = selected(chains.to_vec(), a, b, t);
    let rule = boilerplate_rule(&selected, a, b, background, t);
    (selected.len() as u32, rule, own_matches(selected, rule.masked, a, b, t))
}

fn measured(
    c: &Comparison,
    matches: &[Chain],
    masked: bool,
    a: &MaskedText,
    b: &MaskedText,
    background: &Background,
    t: &Thresholds,
) -> Measured {
    let steps = Steps::to_the_end();
    let evidence = facts::evidence(matches, a, b, background, &steps);
    let counted = || evidence;
    let in_equal_words = || [c.equal_words_a, c.equal_words_b];
    let counted = LateCounts { evidence: &counted, equal_words: &in_equal_words };
    let inputs = MeasuredPair::new([a, b], (matches, masked), counted, c);
    let solid: Vec<&Chain> = matches.iter().filter(|m| is_match(m, a, b, t)).collect();
    let decision = decide::decide(&inputs, background, t, &steps);
    let by_coverage = decision.by_coverage.unwrap_or(Relation::NearCopy);
    let needed = decide::points_needed(&inputs, by_coverage, t);
    let titles = points_of_titles(a.metadata(), b.metadata(), background);
    let informativeness_and_bound = background.knows_words().then(|| {
        let points =
            titles + informativeness(matches, a, b, background, needed.saturating_sub(titles));
        [points, needed]
    });
    let outweighed = AGAINST.saturating_mul(evidence.against);
    let against_quotation = (background.knows_words() && outweighed > 0)
        .then(|| [informativeness(matches, a, b, background, outweighed), outweighed]);
    // This is the match that comes nearest to a quotation.
    let measures = solid.iter().map(|m| measure(m, &inputs, background, t));
    let quotation = measures.max_by_key(|q| (q.holds(), q.points[0] >= q.points[1], q.wording[0]));
    Measured {
        equal: is_equal(a, b),
        coverage: [c.coverage_a, c.coverage_b],
        facts: c.facts,
        longest: matches.iter().map(|m| equal_words(m, a)).max().unwrap_or(0),
        solid: !solid.is_empty(),
        evident: solid.iter().any(|m| m.region.is_some()),
        against_quotation,
        quotation: quotation.unwrap_or_default(),
        same_words: decide::same_words(&inputs, by_coverage, t),
        informativeness_and_bound,
        beginnings: own_beginnings(&inputs, t),
        resemblance: c.resemblance,
        decision,
        verbatim: decide::is_verbatim(&inputs, t),
        divided: decide::titles_divide(a, b, background, t),
        days: a.metadata().days_apart(b.metadata()),
        series: decide::is_series(&inputs, background, t),
    }
}

fn candidacy(
    a: &Fingerprint,
    b: &Fingerprint,
    resemblance: f64,
    recipe: &Recipe,
    t: &Thresholds,
) -> Candidacy {
    let bands = a.bands.iter().zip(&b.bands).filter(|(x, y)| x == y).count() as u32;
    let paragraph_bands = intersection_size(&a.paragraph_bands, &b.paragraph_bands) as u32;
    let anchors = intersection_size(&a.anchors, &b.anchors) as u32;
    let equal = a.exact.is_some() && a.exact == b.exact;
    // Texts under `min-tokens` have no key but the exact one.
    let searched = a.tokens.min(b.tokens) >= t.min_tokens;
    let ways = [
        ("exact", equal),
        ("document band", searched && bands > 0),
        ("paragraph band", searched && paragraph_bands > 0),
        ("anchors", searched && anchors >= recipe.min_anchors),
    ];
    let by = ways.into_iter().filter(|w| w.1).map(|w| w.0).collect();
    let chance = recipe.chance(resemblance);
    let (of_bands, min_anchors) = (recipe.banding().bands, recipe.min_anchors);
    Candidacy { equal, bands, of_bands, chance, paragraph_bands, anchors, min_anchors, by }
}

fn estimate(a: &[u32], b: &[u32]) -> f64 {
    a.iter().zip(b).filter(|(x, y)| x == y).count() as f64 / a.len().max(1) as f64
}

fn shared_seeds(a: &Prepared, b: &Prepared) -> u32 {
    let different = |p: &Prepared| {
        let mut seeds: Vec<u64> = p.seeds().iter().map(|s| s >> 32).collect();
        seeds.dedup();
        seeds
    };
    intersection_size(&different(a), &different(b)) as u32
}

fn chain_trace(c: &Chain, a: &Prepared, b: &Prepared, t: &Thresholds) -> ChainTrace {
    let (ra, rb) = (c.a(), c.b());
    ChainTrace {
        tokens_a: [ra.start, ra.end],
        tokens_b: [rb.start, rb.end],
        a: a.tokens.span(ra.start as usize..ra.end as usize),
        b: b.tokens.span(rb.start as usize..rb.end as usize),
        equal: c.equal(),
        words: equal_words(c, a),
        blocks: c.runs.len() as u32,
        identity: c.identity(),
        solid: is_match(c, a, b, t),
    }
}

fn facts_trace(
    matches: &[Chain],
    a: &Prepared,
    b: &Prepared,
    background: &Background,
    counted: Facts,
) -> FactsTrace {
    let list = facts::list(matches, a, b, background);
    let word = |p: &Prepared, i: usize| p.text[p.tokens.spans[i].range()].to_owned();
    FactsTrace {
        agree: counted.agree,
        compared: counted.compared,
        agreeing: list.agree.iter().map(|&i| word(a, i)).collect(),
        differing: list.differ.iter().map(|&(i, j)| [word(a, i), word(b, j)]).collect(),
    }
}
