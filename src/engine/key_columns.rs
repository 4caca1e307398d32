//! Owns: the keys of consecutive documents as columns, one for each kind of key. Never: makes a
//! key, or decides which documents' keys are kept.
//!
//! A column for many documents takes the place of a list for each, so that what one thread hands to
//! the next is a few blocks of memory.

use crate::sketch::fingerprint::Fingerprint;

/// What is kept of the fingerprints of consecutive documents.
#[derive(Debug, Default)]
pub struct KeyColumns {
    /// The identity and the number of tokens of each text, and whether it may repeat something.
    pub texts: Vec<TextKeys>,
    /// The keys of document bands.
    pub bands: Column<u64>,
    /// The keys of paragraph bands.
    pub paragraph_bands: Column<u64>,
    /// The anchors.
    pub anchors: Column<u64>,
    /// The anchors at the edges.
    pub edges: Column<u64>,
    /// The exact keys of paragraphs.
    pub paragraphs: Column<u64>,
    /// The slots of the words.
    pub words: Column<u32>,
    /// The slots of the words with a capital only.
    pub capitals: Column<u32>,
}

/// What a fingerprint says of a text as a whole; the fields are those of [`Fingerprint`].
#[derive(Debug, Clone, Copy)]
pub struct TextKeys {
    pub exact: Option<u128>,
    pub tokens: u32,
    pub may_repeat: bool,
}

/// The lists of consecutive documents, one behind the other.
#[derive(Debug)]
pub struct Column<T> {
    values: Vec<T>,
    /// The end of each document's list.
    ends: Vec<usize>,
}

impl<T> Default for Column<T> {
    fn default() -> Column<T> {
        Column { values: Vec::new(), ends: Vec::new() }
    }
}

impl<T: Copy> Column<T> {
    fn push(&mut self, list: &[T]) {
        self.values.extend_from_slice(list);
        self.ends.push(self.values.len());
    }

    /// The length of all lists.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// The list of a document, by its place among these documents.
    pub fn of(&self, document: usize) -> &[T] {
        let start = document.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.values[start..self.ends[document]]
    }
}

impl KeyColumns {
    /// Appends the keys of the next document.
    pub fn push(&mut self, f: &Fingerprint) {
        let Fingerprint { exact, tokens, may_repeat, .. } = *f;
        self.texts.push(TextKeys { exact, tokens, may_repeat });
        self.bands.push(&f.bands);
        self.paragraph_bands.push(&f.paragraph_bands);
        self.anchors.push(&f.anchors);
        self.edges.push(&f.edges);
        self.paragraphs.push(&f.paragraphs);
        self.words.push(&f.words);
        self.capitals.push(&f.capitals);
    }
}
