//! Owns: repeats as JSON. Never: whether a repeat counts.

use crate::model::detection::{Place, Repeat};
use crate::model::findings::Findings;
use crate::report::schema::numbers::{DocumentNumbers, Read};
use crate::report::schema::span::SpanJson;
use crate::report::texts::Texts;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io;

/// One place of a repeat.
#[derive(Serialize, Deserialize)]
pub struct PlaceJson<'a> {
    #[serde(borrow)]
    pub document: Cow<'a, str>,
    #[serde(flatten)]
    pub span: SpanJson,
}

/// A paragraph or passage that is in several places.
#[derive(Serialize, Deserialize)]
pub struct RepeatJson<'a> {
    #[serde(default)]
    pub text: String,
    pub count: u64,
    pub documents: u64,
    pub tokens: u32,
    pub paragraph: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<u32>,
    pub boilerplate: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub note: bool,
    #[serde(borrow)]
    pub places: Vec<PlaceJson<'a>>,
}

impl<'a> RepeatJson<'a> {
    pub fn new(
        findings: Findings<'a>,
        repeat: &Repeat,
        texts: &mut Texts<'a>,
    ) -> io::Result<RepeatJson<'a>> {
        let mut places = Vec::with_capacity(repeat.places.len());
        for place in &repeat.places {
            let text = texts.get(place.document)?;
            let document = findings.id(place.document);
            places.push(PlaceJson { document, span: SpanJson::new(place.span, &text, texts)? });
        }
        let &Repeat { tokens, count, documents, paragraph, boilerplate, note, period, .. } = repeat;
        let text =
            repeat.places.first().map_or(Ok(String::new()), |place| texts.first_words(place))?;
        Ok(RepeatJson {
            text,
            count,
            documents,
            tokens,
            paragraph,
            period,
            boilerplate,
            note,
            places,
        })
    }

    pub fn read(self, of: &mut DocumentNumbers) -> Read<Repeat> {
        let RepeatJson {
            tokens,
            count,
            documents,
            paragraph,
            boilerplate,
            note,
            period,
            places,
            ..
        } = self;
        let place = |p: &PlaceJson| {
            let document = of.of(&p.document)?;
            Ok(Place { document, span: of.span(document, &p.span)? })
        };
        let places = places.iter().map(place).collect::<Read<_>>()?;
        Ok(Repeat { tokens, count, documents, paragraph, boilerplate, note, period, places })
    }
}
