//! Owns: keyword arguments to a recipe and thresholds: the preset first, then the named settings.
//! Never: implements a setting.

use crate::errors::{SettingError, raise};
use nearcopy::{Preset, Recipe, Thresholds};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyString};
use serde_json::{Map, Value};

/// The settings that the caller asked for.
#[derive(Clone, Default)]
pub struct Settings {
    /// The settings that change keys.
    pub recipe: Recipe,
    /// The settings that change what is reported.
    pub thresholds: Thresholds,
    /// Whether the caller set any field of the recipe.
    pub recipe_given: bool,
}

impl Settings {
    /// Reads keyword arguments.
    pub fn new(given: Option<&Bound<PyDict>>) -> PyResult<Settings> {
        Settings::default().with(given)
    }

    /// The same settings, changed by keyword arguments.
    pub fn with(&self, given: Option<&Bound<PyDict>>) -> PyResult<Settings> {
        let Some(given) = given.filter(|g| !g.is_empty()) else { return Ok(self.clone()) };
        let mut settings = self.clone();
        let mut given: Vec<(String, Bound<PyAny>)> = given
            .iter()
            .map(|(k, v)| Ok((k.extract::<String>()?.replace('_', "-"), v)))
            .collect::<PyResult<_>>()?;
        if let Some(at) = given.iter().position(|(name, _)| name == "preset") {
            let (_, preset) = given.swap_remove(at);
            if !preset.is_none() {
                let name: String =
                    preset.extract().map_err(|_| wrong("preset", &preset, "a string"))?;
                let preset: Preset =
                    name.parse().map_err(|e| SettingError::new_err(format!("preset: {e}")))?;
                preset.apply(&mut settings.recipe, &mut settings.thresholds);
                settings.recipe_given = true;
            }
        }
        let (mut recipe, mut thresholds) = (fields(&settings.recipe), fields(&settings.thresholds));
        for (name, value) in given {
            let shown = name.replace('-', "_");
            if let Some(field) = recipe.get_mut(&name) {
                *field = json(&shown, &value)?;
                settings.recipe_given = true;
            } else if let Some(field) = thresholds.get_mut(&name) {
                *field = json(&shown, &value)?;
            } else {
                return Err(unknown(value.py(), &shown, recipe.keys().chain(thresholds.keys())));
            }
        }
        settings.recipe = read(recipe, &Recipe::default())?;
        settings.thresholds = read(thresholds, &Thresholds::default())?;
        settings.recipe.check().map_err(raise)?;
        settings.thresholds.check().map_err(raise)?;
        Ok(settings)
    }
}

/// The thresholds as a Python dict, with the names of the keyword arguments.
pub fn thresholds_dict<'py>(
    py: Python<'py>,
    thresholds: &Thresholds,
) -> PyResult<Bound<'py, PyDict>> {
    let out = PyDict::new(py);
    for (name, value) in fields(thresholds) {
        out.set_item(name.replace('-', "_"), python(py, &value)?)?;
    }
    Ok(out)
}

fn fields(value: &impl serde::Serialize) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

/// Reads all fields; an error names the first field whose value is wrong by itself.
fn read<T: serde::de::DeserializeOwned + serde::Serialize>(
    given: Map<String, Value>,
    usual: &T,
) -> PyResult<T> {
    let whole = serde_json::from_value(Value::Object(given.clone()));
    whole.map_err(|all: serde_json::Error| {
        for (name, value) in given {
            let mut one = fields(usual);
            one.insert(name.clone(), value);
            if let Err(e) = serde_json::from_value::<T>(Value::Object(one)) {
                return SettingError::new_err(format!(
                    "{}: {}",
                    name.replace('-', "_"),
                    setting_message(&e.to_string())
                ));
            }
        }
        SettingError::new_err(all.to_string())
    })
}

/// Rewords a message of serde for readers who do not know Rust.
fn setting_message(message: &str) -> String {
    [
        ("u32", "a whole number from 0"),
        ("u64", "a whole number from 0"),
        ("f64", "a number"),
        ("a boolean", "True or False"),
    ]
    .into_iter()
    .fold(message.to_owned(), |message, (rust, plain)| {
        message.replace(&format!("expected {rust}"), &format!("expected {plain}"))
    })
}

fn json(name: &str, value: &Bound<PyAny>) -> PyResult<Value> {
    if value.is_none() {
        return Ok(Value::Null);
    }
    if value.is_instance_of::<PyBool>() {
        return Ok(Value::Bool(value.extract()?));
    }
    if let Ok(text) = value.cast::<PyString>() {
        let text = text.to_cow()?.into_owned();
        return Ok(if name == "keep" {
            Value::Array(vec![Value::String(text)])
        } else {
            Value::String(text)
        });
    }
    if value.is_instance_of::<PyInt>() {
        let whole: Result<i64, _> = value.extract();
        return whole.map(Value::from).map_err(|_| wrong(name, value, "a smaller number"));
    }
    if value.is_instance_of::<PyFloat>() {
        let number: f64 = value.extract()?;
        return serde_json::Number::from_f64(number)
            .map(Value::Number)
            .ok_or_else(|| wrong(name, value, "a finite number"));
    }
    if value.hasattr("__index__")? {
        return json(name, &value.call_method0("__index__")?);
    }
    if value.hasattr("__float__")? {
        return json(name, &value.call_method0("__float__")?);
    }
    if value.hasattr("isoformat")? {
        return Ok(Value::String(value.call_method0("isoformat")?.extract()?));
    }
    let list: PyResult<Vec<String>> = value.extract();
    list.map(Value::from).map_err(|_| {
        wrong(name, value, "a number, a string, True, False, None or a list of strings")
    })
}

fn wrong(name: &str, value: &Bound<PyAny>, wanted: &str) -> PyErr {
    let got = value.repr().map_or_else(|_| String::from("something else"), |r| r.to_string());
    SettingError::new_err(format!("{name}: {wanted}, not {got}"))
}

/// The error of Python about an unexpected keyword argument, with the most similar known name.
fn unknown<'a>(py: Python, name: &str, known: impl Iterator<Item = &'a String>) -> PyErr {
    let known: Vec<String> = known.map(|k| k.replace('-', "_")).chain(["preset".into()]).collect();
    let near = |known: &Vec<String>| -> PyResult<Vec<String>> {
        py.import("difflib")?.call_method1("get_close_matches", (name, known.clone(), 1))?.extract()
    };
    let near = near(&known).unwrap_or_default();
    let help = near.first().map_or_else(
        || format!("settings are {}", known.join(", ")),
        |n| format!("did you mean {n:?}?"),
    );
    PyTypeError::new_err(format!("no setting is called {name:?}: {help}"))
}

/// A JSON value as a Python object.
pub fn python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Null => py.None().into_bound(py),
        Value::Bool(b) => PyBool::new(py, *b).to_owned().into_any(),
        Value::Number(n) => match n.as_i64() {
            Some(whole) => whole.into_pyobject(py)?.into_any(),
            None => n.as_f64().into_pyobject(py)?.into_any(),
        },
        Value::String(s) => s.into_pyobject(py)?.into_any(),
        Value::Array(list) => {
            let list: PyResult<Vec<_>> = list.iter().map(|v| python(py, v)).collect();
            list?.into_pyobject(py)?
        }
        Value::Object(map) => {
            let out = PyDict::new(py);
            for (name, value) in map {
                out.set_item(name, python(py, value)?)?;
            }
            out.into_any()
        }
    })
}
