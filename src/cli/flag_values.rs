//! Owns: the syntax of the values of flags and keys. Never: implements what a value does.

use clap::ValueEnum;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use nearcopy::Preset;
use nearcopy::ingest::{
    Format, OnError, PageKind, TableQuote, check_encoding, check_pattern, known_encoding,
};
use nearcopy::settings::{AlignmentMethod, SourceLimit};
use serde::{Deserialize, Deserializer, Serialize};

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutputFormat {
    /// For a person
    Human,
    /// One JSON object, schema nearcopy.report/1
    Json,
    /// The same as one object a line
    Jsonl,
    /// One offline page with the texts side by side; best as -o FILE.html
    Html,
    /// Tables, one Apache Parquet file for each, in a folder: --output parquet=FOLDER
    #[serde(skip_deserializing)]
    Parquet,
    /// SARIF 2.1.0, for code scanning and editors
    Sarif,
    /// JUnit XML, for the test reports of CI
    Junit,
    /// Annotations on GitHub, and the page of the run
    Github,
    /// A comment for a pull request
    Markdown,
    /// A row for each finding, for a spreadsheet
    Csv,
    /// Counts for Prometheus
    Openmetrics,
}

impl OutputFormat {
    /// Whether the report is a folder, which standard output cannot hold.
    pub const fn is_folder(self) -> bool {
        matches!(self, OutputFormat::Parquet)
    }

    /// Whether the report is written from some of the pairs at a time, so that they need not be in
    /// memory together.
    pub const fn reads_pairs_in_parts(self) -> bool {
        matches!(self, OutputFormat::Json | OutputFormat::Jsonl | OutputFormat::Parquet)
    }

    /// Whether the format shows a verdict, which only `check` has.
    pub const fn needs_verdict(self) -> bool {
        !matches!(
            self,
            OutputFormat::Human
                | OutputFormat::Json
                | OutputFormat::Jsonl
                | OutputFormat::Html
                | OutputFormat::Parquet
        )
    }
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// A parser for the format of an input.
pub fn input_format() -> impl TypedValueParser<Value = Format> {
    let offered = Format::all().map(|f| PossibleValue::new(f.name()).help(f.row().about));
    PossibleValuesParser::new(offered)
        .try_map(|name| Format::all().find(|f| f.name() == name).ok_or("no format has this name"))
}

/// A parser for what happens when an input fails.
pub fn on_error() -> impl TypedValueParser<Value = OnError> {
    PossibleValuesParser::new(["stop-if-named", "stop", "skip"]).map(|name| match name.as_str() {
        "stop" => OnError::Stop,
        "skip" => OnError::Skip,
        _ => OnError::StopIfNamed,
    })
}

/// A parser for what web pages are read as.
pub fn page_kind() -> impl TypedValueParser<Value = PageKind> {
    PossibleValuesParser::new(PageKind::ALL.map(PageKind::name))
        .try_map(|name| name.parse::<PageKind>())
}

/// A parser for the format of a report; without `checked`, for formats that need no verdict.
pub fn formats(checked: bool) -> impl TypedValueParser<Value = OutputFormat> {
    let offered =
        OutputFormat::value_variants().iter().filter(move |f| checked || !f.needs_verdict());
    // A folder is known as a value, so that the message can say where it goes.
    let value = |format: &OutputFormat| {
        format.to_possible_value().map(|value| value.hide(format.is_folder()))
    };
    PossibleValuesParser::new(offered.filter_map(value)).try_map(|name| {
        match OutputFormat::from_str(&name, false)? {
            format if format.is_folder() => Err(format!(
                "{name} is a folder of tables, which standard output cannot hold: say --output \
                 {name}=FOLDER"
            )),
            format => Ok(format),
        }
    })
}

pub fn preset() -> impl TypedValueParser<Value = Preset> {
    PossibleValuesParser::new(Preset::ALL.map(Preset::name)).try_map(|name| name.parse::<Preset>())
}

pub fn alignment() -> impl TypedValueParser<Value = AlignmentMethod> {
    PossibleValuesParser::new(["runs", "forms", "words"])
        .try_map(|name| name.parse::<AlignmentMethod>())
}

pub fn sources() -> impl TypedValueParser<Value = SourceLimit> {
    PossibleValuesParser::new(["any", "within", "across"]).map(|name| match name.as_str() {
        "within" => SourceLimit::Within,
        "across" => SourceLimit::Across,
        _ => SourceLimit::Any,
    })
}

/// A pattern, where there is one, and a label of an encoding.
pub fn encoding_parts(rule: &str) -> (Option<&str>, &str) {
    rule.rsplit_once('=').map_or((None, rule), |(pattern, label)| (Some(pattern), label))
}

pub fn encoding(rule: &str) -> Result<String, String> {
    let (pattern, label) = encoding_parts(rule);
    if !known_encoding(label) {
        return Err(format!(
            "no encoding has the label {label:?}; examples: utf-8, windows-1252, iso-8859-2, \
             gb18030, shift_jis"
        ));
    }
    check_encoding(pattern.unwrap_or("*"), label).map(|()| rule.to_owned())
}

/// The delimiter of a table: a character of ASCII, or its name.
pub fn delimiter_of(value: &str) -> Result<u8, String> {
    match value {
        "comma" => Ok(b','),
        "semicolon" => Ok(b';'),
        "pipe" => Ok(b'|'),
        "tab" | "\\t" => Ok(b'\t'),
        "space" => Ok(b' '),
        _ => ascii(value).ok_or_else(|| {
            "a delimiter is one character of ASCII that is no letter, digit or quote, or comma, \
             semicolon, pipe, tab or space"
                .into()
        }),
    }
}

pub fn delimiter(value: &str) -> Result<String, String> {
    delimiter_of(value).map(|_| value.to_owned())
}

/// The quote of a table: a character of ASCII, or none.
pub fn quote_of(value: &str) -> Result<TableQuote, String> {
    match value {
        "none" => Ok(TableQuote::None),
        "\"" => Ok(TableQuote::Character(b'"')),
        _ => ascii(value)
            .map(TableQuote::Character)
            .ok_or_else(|| "a quote is one character of ASCII that is no letter, or none".into()),
    }
}

pub fn quote(value: &str) -> Result<String, String> {
    quote_of(value).map(|_| value.to_owned())
}

/// The one character of a value that can separate or enclose fields.
fn ascii(value: &str) -> Option<u8> {
    match *value.as_bytes() {
        [byte] if byte.is_ascii_graphic() || byte == b'\t' || byte == 1 => {
            Some(byte).filter(|b| !b.is_ascii_alphanumeric() && *b != b'"')
        }
        _ => None,
    }
}

pub fn pattern(value: &str) -> Result<String, String> {
    check_pattern(value).map(|()| value.to_owned())
}

/// Reads a list of strings, or one string.
pub fn one_or_more<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a string or a list of strings")]
    enum Written {
        One(String),
        More(Vec<String>),
    }
    Ok(Some(match Written::deserialize(from)? {
        Written::One(one) => vec![one],
        Written::More(list) => list,
    }))
}

/// Reads a date with or without quotes, since TOML has dates of its own.
pub fn date<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a date such as 2024-05-31")]
    enum Written {
        Text(String),
        Date(toml::value::Datetime),
    }
    Ok(Some(match Written::deserialize(from)? {
        Written::Text(text) => text,
        Written::Date(date) => date.to_string(),
    }))
}
