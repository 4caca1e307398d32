//! Owns: the bounds of the relations, checked one after the other, and which of them decided.
//! Never: measures anything.

use crate::model::detection::{Facts, Relation, TemplateReason};
use crate::model::thresholds::Thresholds;
use crate::pair::decide::{ALL_BUT_THE_SAME, Decision, least_same_words};
use crate::pair::quotation::QuotationMeasure;
use crate::pair::relation::{IN_MUCH_ELSE, NEARLY_WHOLE, containment};
use serde::Serialize;

/// The comparison of one value with one bound.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BoundCheck {
    /// The name of the measured value.
    pub what: &'static str,
    /// The measured value.
    pub value: f64,
    /// The operator by which the value must compare with the bound: `>=` or `<`.
    pub must: &'static str,
    /// The bound.
    pub bound: f64,
    /// The setting that defines the bound.
    pub setting: &'static str,
    /// Whether the value satisfies the bound.
    pub holds: bool,
}

/// One step of the decision about the relation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VerdictStep {
    /// The name of the step: `equal`, `match`, `near-copy`, `contains`, `titles` or
    /// `titles over time`, `verbatim`, `template`, `series`, `same words`, `copy`, `quotes` or
    /// `evidence`.
    pub name: &'static str,
    /// The checks of the step, all of which must hold. `equal`, `titles` and `verbatim` have none.
    pub checks: Vec<BoundCheck>,
    /// Whether the step holds.
    pub holds: bool,
}

/// The relation of a pair and the steps that led to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RelationVerdict {
    /// The relation, or `None` if the texts are not related.
    pub relation: Option<Relation>,
    /// The steps that were taken, in order.
    pub steps: Vec<VerdictStep>,
    /// The deciding step on one line:
    /// `smaller coverage 0.31 < near-copy-smaller 0.4; … -> contains`.
    pub decided: String,
}

/// The measurements that the verdict is based on.
pub(super) struct Measured {
    pub equal: bool,
    pub coverage: [f64; 2],
    pub facts: Facts,
    /// The number of equal words of the longest match.
    pub longest: u32,
    /// Whether some match can be reported on its own.
    pub solid: bool,
    /// Whether one can by the evidence of its words, not by its length.
    pub evident: bool,
    /// The informativeness of all matches against what counts against a quotation, and that bound;
    /// `None` where nothing does.
    pub against_quotation: Option<[u32; 2]>,
    /// The match that can be reported on its own and comes nearest to a quotation.
    pub quotation: QuotationMeasure,
    /// The share of the two texts, or of the contained one, that is in the same words, where that
    /// counts.
    pub same_words: Option<f64>,
    /// The informativeness of all matches, counted up to the bound, and the bound; `None` where no
    /// corpus shows which words are rare.
    pub informativeness_and_bound: Option<[u32; 2]>,
    /// The share of both texts that is beginnings of their own, and that of two reports, where both
    /// have one.
    pub beginnings: Option<[f64; 2]>,
    /// The resemblance.
    pub resemblance: f64,
    /// What was decided.
    pub decision: Decision,
    /// Whether one text stands word for word and in one piece in the other one.
    pub verbatim: bool,
    /// Why the titles make the two texts no copies, where they do.
    pub divided: Option<TemplateReason>,
    /// The days between the two texts, where their dates are known.
    pub days: Option<i64>,
    /// Whether they are issues of a series.
    pub series: bool,
}

fn least(what: &'static str, value: f64, bound: f64, setting: &'static str) -> BoundCheck {
    BoundCheck { what, value, must: ">=", bound, setting, holds: value >= bound }
}

fn below(what: &'static str, value: f64, bound: f64, setting: &'static str) -> BoundCheck {
    BoundCheck { what, value, must: "<", bound, setting, holds: value < bound }
}

/// The step about titles, by why they make the two texts no copies.
fn titles(divided: Option<TemplateReason>) -> VerdictStep {
    // Titles that have nothing in common count where time lies between the texts.
    let name = match divided {
        Some(TemplateReason::Series) => "titles over time",
        _ => "titles",
    };
    plain(name, divided.is_some())
}

/// A step without a bound.
fn plain(name: &'static str, holds: bool) -> VerdictStep {
    VerdictStep { name, checks: Vec::new(), holds }
}

fn step(name: &'static str, checks: Vec<BoundCheck>) -> VerdictStep {
    VerdictStep { name, holds: checks.iter().all(|c| c.holds), checks }
}

/// Whether nothing makes a template of a pair that is a near-copy or a containment by coverage.
fn is_copy(m: &Measured, relation: Relation, t: &Thresholds, steps: &mut Vec<VerdictStep>) -> bool {
    steps.push(titles(m.divided));
    if m.divided.is_some() {
        return false;
    }
    steps.push(plain("verbatim", m.verbatim));
    if m.verbatim {
        return true;
    }
    steps.push(step("template", template(m.facts, t)));
    if steps.last().is_some_and(|s| s.holds) {
        return false;
    }
    if t.series_days > 0 && (m.series || m.days.is_some()) {
        let checks = |days: i64| {
            let (apart, wording) = ("days between the two", "resemblance");
            let same = "that of all but the same wording";
            vec![
                least(apart, days as f64, f64::from(t.series_days), "series-days"),
                below(wording, m.resemblance, ALL_BUT_THE_SAME, same),
            ]
        };
        let by_time = step("series", m.days.map(checks).unwrap_or_default());
        // Where the time does not make them a series, their titles or figures do.
        let shown = if m.series && !by_time.holds { plain("series", true) } else { by_time };
        steps.push(VerdictStep { holds: m.series, ..shown });
        if m.series {
            return false;
        }
    }
    if let Some(share) = m.same_words {
        let (what, setting) = match relation {
            Relation::NearCopy => ("mean share of both in the same words", "that of a near-copy"),
            _ => ("share of the contained text in the same words", "contains"),
        };
        let same_words = least(what, share, least_same_words(relation, t), setting);
        let too_few = !same_words.holds;
        steps.push(step("same words", vec![same_words]));
        if too_few {
            return false;
        }
    }
    if let Some([informativeness, needed]) = m.informativeness_and_bound {
        let what = "what the matches tell (counted to what they must)";
        steps.push(step(
            "copy",
            vec![least(what, f64::from(informativeness), f64::from(needed), "copy-telling")],
        ));
        return informativeness >= needed;
    }
    true
}

/// Checks the bounds in the order of the table of relations.
pub(super) fn verdict(m: &Measured, t: &Thresholds) -> RelationVerdict {
    let mut steps = vec![VerdictStep { name: "equal", checks: vec![], holds: m.equal }];
    let relation = decide(m, t, &mut steps);
    let decided = sentence(&steps, relation);
    RelationVerdict { relation, steps, decided }
}

fn decide(m: &Measured, t: &Thresholds, steps: &mut Vec<VerdictStep>) -> Option<Relation> {
    if m.equal {
        steps.extend(m.divided.map(|_| titles(m.divided)));
        return Some(m.divided.map_or(Relation::Equal, |_| Relation::Template));
    }
    steps.push(step("match", vec![longest(m, t)]));
    if !m.solid {
        return None;
    }
    let [a, b] = m.coverage;
    let (smaller, larger) = if a < b { (a, b) } else { (b, a) };
    let near = vec![
        least("smaller coverage", smaller, t.near_copy_smaller, "near-copy-smaller"),
        least("larger coverage", larger, t.near_copy_larger, "near-copy-larger"),
    ];
    let in_much_else = m.decision.by_coverage.is_some_and(|r| r != Relation::NearCopy)
        && smaller >= t.near_copy_smaller
        && larger >= t.contains;
    let contains = if in_much_else {
        let whole = "the share of a text that is contained all but whole";
        vec![
            least("larger coverage", larger, NEARLY_WHOLE.max(t.contains), whole),
            below("smaller coverage", smaller, IN_MUCH_ELSE, "the share of a text with much else"),
        ]
    } else {
        vec![
            least("larger coverage", larger, t.contains, "contains"),
            below("smaller coverage", smaller, t.near_copy_smaller, "near-copy-smaller"),
        ]
    };
    let near = step("near-copy", near);
    let near = VerdictStep { holds: near.holds && !in_much_else, ..near };
    let questions = [(near, Relation::NearCopy), (step("contains", contains), containment(a, b))];
    for (question, relation) in questions {
        let holds = question.holds;
        steps.push(question);
        if !holds {
            continue;
        }
        if !is_copy(m, relation, t, steps) {
            return Some(Relation::Template);
        }
        let Some([share, bound]) = m.beginnings.filter(|_| relation == Relation::NearCopy) else {
            return Some(relation);
        };
        let what = "share of both texts before their first match";
        steps.push(step("beginnings", vec![least(what, share, bound, "that of two reports")]));
        if share < bound {
            return Some(relation);
        }
        break;
    }
    is_quotation(m, t, steps).then_some(Relation::Quotes)
}

/// Whether some match is a quotation.
fn is_quotation(m: &Measured, t: &Thresholds, steps: &mut Vec<VerdictStep>) -> bool {
    let of = |what, [value, bound]: [u32; 2], setting| {
        least(what, f64::from(value), f64::from(bound), setting)
    };
    let q = &m.quotation;
    let mut quotes = vec![of("what a match tells (counted to the bound)", q.points, "min-telling")];
    let others = [
        ("equal words of a match less the others in it", q.wording, "min-paragraph"),
        ("words of it that are neither names nor figures", q.plain_words, "that of a sentence"),
        (
            "equal words of it, weeks apart, in a series or on other subjects (0 with other facts)",
            q.words,
            "twice min-match",
        ),
        (
            "the percentage that it is of the sentences it touches",
            q.of_sentences,
            "most of a sentence",
        ),
        ("the percentage of its anchors that are of no set phrase", q.of_no_phrase, "most of it"),
    ];
    // A bound of 0 is none.
    let asked = others.into_iter().filter(|(_, [_, bound], _)| *bound > 0);
    quotes.extend(asked.map(|(what, value, setting)| of(what, value, setting)));
    steps.push(step("quotes", quotes));
    if steps.last().is_some_and(|s| !s.holds) {
        return false;
    }
    // A set phrase with other figures in it is no quotation.
    steps.push(step("template", template(m.facts, t)));
    if steps.last().is_some_and(|s| s.holds) {
        return false;
    }
    if let Some(outweighed) = m.against_quotation {
        let what = "what the matches tell (counted to what they must)";
        let setting = "five times what counts against it";
        steps.push(step("evidence", vec![of(what, outweighed, setting)]));
    }
    steps.last().is_some_and(|s| s.holds || s.name == "template")
}

fn longest(m: &Measured, t: &Thresholds) -> BoundCheck {
    if m.evident {
        let bound = f64::from(t.min_evidence);
        return BoundCheck {
            holds: true,
            ..least(
                "evidence of a passage aligned by words, in bits (counted to the bound)",
                bound,
                bound,
                "min-evidence",
            )
        };
    }
    // A whole paragraph needs fewer words.
    let (bound, setting) = if m.solid && m.longest < t.min_match {
        (t.min_paragraph, "min-paragraph")
    } else {
        (t.min_match, "min-match")
    };
    let check =
        least("equal words in the longest match", f64::from(m.longest), f64::from(bound), setting);
    BoundCheck { holds: m.solid, ..check }
}

fn template(f: Facts, t: &Thresholds) -> Vec<BoundCheck> {
    let (agree, compared) = (f64::from(f.agree), f64::from(f.compared));
    let share = below(
        "share of facts that agree",
        agree / compared.max(1.0),
        t.template_agreement,
        "template-agreement",
    );
    vec![
        least("facts compared", compared, f64::from(t.template_facts), "template-facts"),
        BoundCheck { holds: agree < t.template_agreement * compared, ..share },
    ]
}

/// The steps that decided, on one line.
fn sentence(steps: &[VerdictStep], relation: Option<Relation>) -> String {
    let name = relation.map_or("not related", Relation::name);
    let part = |c: &BoundCheck| {
        let must = match (c.must, c.holds) {
            (">=", false) => "<",
            ("<", false) => ">=",
            (must, _) => must,
        };
        let bound = (c.bound * 1e4).round() / 1e4;
        format!("{} {} {must} {} {bound}", c.what, figure(c.value, c.bound), c.setting)
    };
    let of = |step: &VerdictStep, all: bool| {
        let rendered = step.checks.iter().filter(|c| all || !c.holds).map(part);
        rendered.collect::<Vec<_>>().join("; ")
    };
    let find = |name: &str| steps.iter().find(|s| s.name == name);
    let parts: Vec<String> = match (relation, steps.last()) {
        (Some(Relation::Equal), _) => vec!["the same normalised tokens".into()],
        (Some(Relation::NearCopy), _) => {
            find("near-copy").map(|s| of(s, true)).into_iter().collect()
        }
        (Some(Relation::Template), Some(last)) if last.checks.is_empty() => {
            vec![match last.name {
                "titles over time" => {
                    "time lies between texts whose titles have nothing in common".into()
                }
                "series" => "their titles or figures are those of a series".into(),
                _ => "the titles name different things".into(),
            }]
        }
        (Some(Relation::Template), last) => last.map(|s| of(s, true)).into_iter().collect(),
        (Some(Relation::Quotes), _) => {
            let failing = |name: &str| find(name).and_then(|s| s.checks.iter().find(|c| !c.holds));
            let near = failing("near-copy");
            // A text could have been a container only if its smaller coverage was too small for a
            // near-copy.
            let contains =
                near.filter(|c| c.setting == "near-copy-smaller").and_then(|_| failing("contains"));
            let matched = find("match").into_iter().flat_map(|s| &s.checks);
            let own = find("beginnings").into_iter().flat_map(|s| &s.checks);
            near.into_iter().chain(contains).chain(own).chain(matched).map(part).collect()
        }
        (Some(_), _) => find("contains").map(|s| of(s, true)).into_iter().collect(),
        (None, last) => last.map(|s| of(s, s.name == "template")).into_iter().collect(),
    };
    format!("{} -> {name}", parts.join("; "))
}

/// The value with as few digits as distinguish it from the bound.
fn figure(value: f64, bound: f64) -> String {
    if value.fract() == 0.0 && bound.fract() == 0.0 {
        return format!("{value}");
    }
    let short = format!("{value:.2}");
    let tells = short.parse::<f64>().is_ok_and(|s| (s < bound) == (value < bound));
    if tells { short } else { format!("{value:.4}") }
}
