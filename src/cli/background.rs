//! Owns: which background `compare` and `explain` use, the message that says so, and the reading of
//! texts that are boilerplate. Never: draws a background itself.

use super::exit::{Failure, Result};
use super::messages::{escaped_path, say};
use super::progress::Meter;
use super::read_corpus::{NamedFields, ReadTexts, inputs, take_in_with};
use super::settings::Settings;
use nearcopy::ingest::OnError;
use nearcopy::report::counted;
use nearcopy::{Background, SpillableTexts};
use std::ffi::OsString;
use std::path::PathBuf;

/// The flags that choose the background.
#[derive(Debug, clap::Args)]
pub struct BackgroundArgs {
    /// What a corpus tells about its texts, saved by `scan --save-background` [default: drawn from
    /// the corpus, where there is one]
    ///
    /// With --in or --pairs the default is the background that a scan of that corpus draws, so that
    /// a pair is judged as the scan judges it. Single files have no corpus and no background.
    #[arg(long, value_name = "FILE", help_heading = "Input", conflicts_with = "no_background")]
    background: Option<PathBuf>,

    /// Learn nothing from the corpus: no passage is boilerplate, and every word counts as rare
    /// [default: false]
    #[arg(long, help_heading = "Input")]
    no_background: bool,
}

/// The background that the flags name.
pub enum ChosenBackground {
    /// This one: that of a file, or the empty one.
    Given(Box<Background>),
    /// The one of the corpus, if there is a corpus.
    OfCorpus,
}

impl BackgroundArgs {
    /// Reads the file, before anything else is read.
    pub fn choose(&self, settings: &Settings) -> Result<ChosenBackground> {
        let Some(path) = &self.background else {
            return Ok(match self.no_background {
                true => ChosenBackground::Given(Box::default()),
                false => ChosenBackground::OfCorpus,
            });
        };
        let shown = escaped_path(path);
        let json = std::fs::read_to_string(path).map_err(|e| {
            Failure::Said(format!(
                "--background {shown}: {e}; make one with `nearcopy scan … --save-background \
                 {shown}`"
            ))
        })?;
        let background = Background::from_json(&json, &settings.recipe.id(), &shown)?;
        Ok(ChosenBackground::Given(Box::new(background)))
    }
}

impl ChosenBackground {
    /// Whether it is the one of the corpus, which single files do not have.
    pub fn is_of_corpus(&self) -> bool {
        matches!(self, ChosenBackground::OfCorpus)
    }

    /// The background in force; says which one it is where no flag did. `corpus` is `None` where
    /// single files were read.
    pub fn draw(
        self,
        corpus: Option<&ReadTexts>,
        boilerplate: &[String],
        settings: &Settings,
        meter: &Meter,
        quiet: bool,
    ) -> Result<Background> {
        if let ChosenBackground::Given(background) = self {
            return Ok(background.with_boilerplate(boilerplate, &settings.recipe));
        }
        let Some(corpus) = corpus else {
            if !quiet {
                say_no_background();
            }
            return Ok(Background::default().with_boilerplate(boilerplate, &settings.recipe));
        };
        let scan = settings.scan().boilerplate_from(boilerplate).progress(meter);
        let drawn = scan.background_of(corpus);
        meter.pause()?;
        let drawn = drawn?;
        if !quiet {
            say(&format!(
                "background from the corpus: {} (--no-background leaves it out)",
                counted(drawn.classes, "text")
            ));
        }
        Ok(drawn)
    }
}

/// Says that there is no background.
pub fn say_no_background() {
    say("no background: boilerplate and common words are judged without a corpus (--background \
         takes one)");
}

/// The texts of `--boilerplate-from`. What was named must be there and be read as a whole: where a
/// part is missing, what it holds would count as a relation.
pub fn boilerplate(settings: &Settings, meter: &Meter, quiet: bool) -> Result<Vec<String>> {
    let paths = settings.flags.boilerplate.boilerplate_from.as_deref().unwrap_or_default();
    let mut texts = Vec::new();
    for path in paths {
        let shown = escaped_path(path);
        let failed = |why: &str| Failure::Said(format!("--boilerplate-from {shown}: {why}"));
        if path.as_os_str() == "-" {
            return Err(failed("a file is wanted, because standard input is for the corpus"));
        }
        let named = [OsString::from(path)];
        let options = settings.flags.input.options().with(|o| o.on_error = OnError::Stop);
        let all = SpillableTexts::default();
        let taken =
            take_in_with(NamedFields::AsFound, &inputs(&named), &options, all, meter, quiet)
                .map_err(|e| match e {
                    Failure::Said(_) => failed("it could not be read"),
                    other => other,
                })?;
        if taken.bad > 0 {
            return Err(failed("not all of it could be read"));
        }
        if taken.infos.is_empty() {
            return Err(failed("it holds no document"));
        }
        texts.extend(taken.texts.into_texts()?);
    }
    Ok(texts)
}
