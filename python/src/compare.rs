//! Owns: `compare`, and the background that it scores with. Never: measures anything.

use crate::arguments::{text, texts};
use crate::errors::raise;
use crate::findings::Comparison;
use crate::run::run;
use crate::settings::Settings;
use nearcopy::Recipe;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

/// The bytes of two texts from which on Ctrl-C is listened to while they are compared.
const LONG: usize = 1 << 18;

/// Compares two texts; see the docs of `nearcopy.compare`.
///
/// >>> import nearcopy
/// >>> a = "The harbour bridge will close for repairs on Monday, the port authority said."
/// >>> b = "It was rumoured. " + a.replace("said", "told us")
/// >>> found = nearcopy.compare(a, b)
/// >>> found.relation, found.matches[0].b.text
/// ('near-copy', 'The harbour bridge will close for repairs on Monday, the port authority')
#[pyfunction]
#[pyo3(signature = (a, b, *, background=None, boilerplate_from=None, **settings))]
pub fn compare(
    a: &Bound<PyAny>,
    b: &Bound<PyAny>,
    background: Option<Py<Background>>,
    boilerplate_from: Option<&Bound<PyAny>>,
    settings: Option<&Bound<PyDict>>,
) -> PyResult<Comparison> {
    let py = a.py();
    let (a, b): (Arc<str>, Arc<str>) = (text(a, "a")?.into(), text(b, "b")?.into());
    let Settings { recipe, thresholds, .. } = Settings::new(settings)?;
    if let Some(drawn) = &background {
        drawn.get().fits(&recipe)?;
    }
    let boilerplate = texts(boilerplate_from, "boilerplate_from")?;
    let usual = nearcopy::Background::default();
    let (x, y) = (a.clone(), b.clone());
    let compare = move |progress: &dyn nearcopy::Progress| {
        let background = background.as_ref().map_or(&usual, |b| &b.get().inner);
        let compare = nearcopy::Compare::new().recipe(recipe).thresholds(thresholds);
        let compare = compare.background(background).boilerplate_from(&boilerplate);
        compare.run_with(&x, &y, progress)
    };
    let compared = if a.len() + b.len() < LONG {
        py.detach(|| compare(&())).map_err(raise)?
    } else {
        run(py, None, move |meter| compare(meter))?
    };
    Ok(Comparison::new(compared, Arc::new((a, b))))
}

/// Statistics of a corpus that scores depend on: which passages are boilerplate, and which words
/// are common.
#[pyclass(frozen, module = "nearcopy")]
pub struct Background {
    /// The background itself.
    pub inner: nearcopy::Background,
    /// The id of the recipe that it was computed with.
    pub recipe_id: String,
}

impl Background {
    /// Checks that it can be used with this recipe.
    pub fn fits(&self, recipe: &Recipe) -> PyResult<()> {
        let wanted = recipe.id();
        if self.recipe_id == wanted {
            return Ok(());
        }
        let (what, wanted, found) = (
            "the background".into(),
            format!("recipe {wanted}"),
            format!("recipe {}", self.recipe_id),
        );
        Err(raise(nearcopy::Error::Mixed { what, wanted, found }))
    }
}

#[pymethods]
impl Background {
    /// The id of the background: equal backgrounds have equal ids.
    #[getter]
    fn id(&self) -> String {
        self.inner.id()
    }
    /// The background as JSON, in the form that ``nearcopy scan --save-background`` writes.
    fn to_json(&self) -> String {
        self.inner.to_json(&self.recipe_id)
    }
    /// Reads a background that ``to_json`` or ``nearcopy scan --save-background`` wrote.
    #[staticmethod]
    fn from_json(json: &str) -> PyResult<Background> {
        let recipe_id: Option<String> = serde_json::from_str::<serde_json::Value>(json)
            .ok()
            .and_then(|v| Some(v.get("recipe")?.as_str()?.to_owned()));
        let recipe_id = recipe_id.unwrap_or_default();
        let inner =
            nearcopy::Background::from_json(json, &recipe_id, "the background").map_err(raise)?;
        Ok(Background { inner, recipe_id })
    }
    fn __eq__(&self, other: &Background) -> bool {
        self.inner.id() == other.inner.id() && self.recipe_id == other.recipe_id
    }
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((slf.get_type().getattr("from_json")?, (slf.get().to_json(),)))
    }
    fn __repr__(&self) -> String {
        format!("<nearcopy.Background {}>", self.inner.id())
    }
}
