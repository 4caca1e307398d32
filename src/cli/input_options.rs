//! Owns: the flags about inputs as the library takes them. Never: reads an input.

use super::flags::InputFlags;
use nearcopy::ingest::InputOptions;

impl InputFlags {
    /// The options for reading.
    pub fn options(&self) -> InputOptions {
        InputOptions::default().with(|s| {
            s.format = self.input_format;
            s.text_field = self.text_field.clone();
            s.id_field = self.id_field.clone();
            s.source_field = self.source_field.clone();
            s.date_field = self.date_field.clone();
            s.title_field = self.title_field.clone();
            s.encoding = self.encoding.clone();
            s.max_document = self.max_document.map(u64::from);
            s.hidden = self.hidden.unwrap_or(false);
            s.no_ignore = self.no_ignore.unwrap_or(false);
            s.spool_stdin = false;
        })
    }
}
