//! Owns: the conversion of spans of one document's text to those of another document whose text is
//! equal but for case and punctuation. Never: decides which texts are equal.

use crate::model::document::Documents;
use crate::report::generations::Generations;
use crate::report::texts;
use crate::text::same_text::EqualTextSpans;
use std::io;
use std::rc::Rc;

/// Converts spans between documents of one class. A conversion is kept for the next finding: a book
/// may be the partner of thousands of short texts.
pub struct MovedSpans<'a> {
    documents: &'a dyn Documents,
    kept: Generations<(u32, u32), EqualTextSpans>,
}

impl<'a> MovedSpans<'a> {
    pub fn new(documents: &'a dyn Documents) -> MovedSpans<'a> {
        MovedSpans { documents, kept: Generations::new() }
    }

    /// The conversion from one document's text to another one's.
    ///
    /// # Errors
    /// A text that can no longer be read.
    pub fn between(&mut self, from: u32, to: u32) -> io::Result<Rc<EqualTextSpans>> {
        if from == to {
            return Ok(Rc::new(EqualTextSpans::unchanged()));
        }
        let documents = self.documents;
        let make = || {
            let texts = (texts::read(documents, from)?, texts::read(documents, to)?);
            Ok(EqualTextSpans::new(&texts.0, &texts.1))
        };
        self.kept.get((from, to), make, |spans| spans.memory() + 64)
    }
}
