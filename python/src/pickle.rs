//! Owns: the state of an object in a pickle, and the function that restores it. Never: restores
//! it (that is `unpickle`).

use nearcopy::Span as Range;
use nearcopy::detection::Match;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// The byte range of a span of the first text, and of one of the second.
pub type SpanPair = (u32, u32, u32, u32);
/// A match.
pub type Matched = (SpanPair, u32, u32, f64, Vec<SpanPair>);
/// The scores of a comparison.
pub type Scores =
    (Option<String>, f64, f64, f64, f64, f64, (f64, f64), Option<String>, bool, u32, u32);
/// A comparison: both texts, the scores, the matches.
pub type State = (String, String, Scores, Vec<Matched>);

/// The result of `__reduce__`: the function that restores the object, and its arguments.
pub type Reduced<'py> = PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)>;

/// The call of a function of `unpickle` that restores an object.
pub fn call<'py, A>(py: Python<'py>, name: &str, arguments: A) -> Reduced<'py>
where
    A: IntoPyObject<'py, Target = PyTuple, Output = Bound<'py, PyTuple>, Error = PyErr>,
{
    Ok((
        py.import("nearcopy._nearcopy")?.getattr(format!("_{name}"))?,
        arguments.into_pyobject(py)?,
    ))
}

/// The state of a comparison with its texts.
pub fn state<'py>(
    py: Python<'py>,
    c: &nearcopy::Comparison,
    a: &str,
    b: &str,
) -> PyResult<Bound<'py, PyTuple>> {
    let four = |a: Range, b: Range| (a.start, a.end, b.start, b.end);
    let matched = |m: &Match| -> Matched {
        (
            four(m.a, m.b),
            m.tokens_a,
            m.tokens_b,
            m.identity,
            m.blocks.iter().map(|x| four(x.a, x.b)).collect(),
        )
    };
    let scores: Scores = (
        c.relation.map(|r| r.name().to_owned()),
        c.resemblance,
        c.containment_a,
        c.containment_b,
        c.coverage_a,
        c.coverage_b,
        (c.equal_words_a, c.equal_words_b),
        c.why.map(|reason| reason.name().to_owned()),
        c.whole_text,
        c.facts.agree,
        c.facts.compared,
    );
    (a, b, scores, c.matches.iter().map(matched).collect::<Vec<_>>()).into_pyobject(py)
}
