//! Owns: the keys of consecutive documents as columns, one for each kind of key. Never: makes a
//! key, or decides which documents' keys are kept.
//!
//! A column for many documents takes the place of a list for each, so that what one thread hands to
//! the next is a few blocks of memory.

use crate::engine::scan_job::KeyKinds;
use crate::engine::stage_blocks::{StageBlocks, StageBlocksWriter};
use crate::error::Result;
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
    /// The number of anchors.
    pub anchors: u32,
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
        let anchors = f.anchors.len() as u32;
        self.texts.push(TextKeys { exact, tokens, may_repeat, anchors });
        self.bands.push(&f.bands);
        self.paragraph_bands.push(&f.paragraph_bands);
        self.anchors.push(&f.anchors);
        self.edges.push(&f.edges);
        self.paragraphs.push(&f.paragraphs);
        self.words.push(&f.words);
        self.capitals.push(&f.capitals);
    }
}

/// The written form of the keys of consecutive documents: a block for the texts, then one for each
/// column, in the order of the fields. Numbers have their lowest byte first.
///
/// ```text
/// texts     for each document: flags, 1 byte (1: has a token, 2: may repeat something); identity,
///           16; number of tokens, 4; number of anchors, 4
/// column    number of documents, 4; the end of each document's list, 4 each; the keys, 8 each (4
///           for words and capitals)
/// ```
impl KeyColumns {
    /// Writes the keys of consecutive documents.
    pub fn write(batch: &[KeyColumns], out: &mut StageBlocksWriter) -> Result<()> {
        let mut bytes = Vec::new();
        for text in batch.iter().flat_map(|keys| &keys.texts) {
            let flags = u8::from(text.exact.is_some()) | u8::from(text.may_repeat) << 1;
            bytes.push(flags);
            bytes.extend_from_slice(&text.exact.unwrap_or_default().to_le_bytes());
            bytes.extend_from_slice(&text.tokens.to_le_bytes());
            bytes.extend_from_slice(&text.anchors.to_le_bytes());
        }
        out.block(&bytes)?;
        write_column(batch, |keys| &keys.bands, out)?;
        write_column(batch, |keys| &keys.paragraph_bands, out)?;
        write_column(batch, |keys| &keys.anchors, out)?;
        write_column(batch, |keys| &keys.edges, out)?;
        write_column(batch, |keys| &keys.paragraphs, out)?;
        write_column(batch, |keys| &keys.words, out)?;
        write_column(batch, |keys| &keys.capitals, out)
    }

    /// Reads them; the columns that are not wanted have empty lists.
    pub fn read(from: &mut StageBlocks, wanted: KeyKinds) -> Result<KeyColumns> {
        let bytes = from.next()?;
        let (texts, rest) = bytes.as_chunks();
        if !rest.is_empty() {
            return Err(from.damaged());
        }
        let texts: Vec<TextKeys> = texts.iter().map(text_keys).collect();
        let documents = texts.len();
        let KeyKinds { bands, paragraph_bands, anchors, edges_and_words, paragraphs } = wanted;
        Ok(KeyColumns {
            texts,
            bands: read_column(from, bands, documents)?,
            paragraph_bands: read_column(from, paragraph_bands, documents)?,
            anchors: read_column(from, anchors, documents)?,
            edges: read_column(from, edges_and_words, documents)?,
            paragraphs: read_column(from, paragraphs, documents)?,
            words: read_column(from, edges_and_words, documents)?,
            capitals: read_column(from, edges_and_words, documents)?,
        })
    }
}

fn text_keys(bytes: &[u8; 25]) -> TextKeys {
    let number = |from: usize| {
        u32::from_le_bytes([bytes[from], bytes[from + 1], bytes[from + 2], bytes[from + 3]])
    };
    let exact = (0..16).fold(0, |exact, n| exact | u128::from(bytes[1 + n]) << (8 * n));
    TextKeys {
        exact: (bytes[0] & 1 != 0).then_some(exact),
        may_repeat: bytes[0] & 2 != 0,
        tokens: number(17),
        anchors: number(21),
    }
}

/// A number of a column.
trait Number: Copy {
    /// Appends its bytes.
    fn put(self, to: &mut Vec<u8>);
    /// The numbers of these bytes; `None` if they end inside one.
    fn all(bytes: &[u8]) -> Option<Vec<Self>>;
}

macro_rules! number {
    ($type:ty) => {
        impl Number for $type {
            fn put(self, to: &mut Vec<u8>) {
                to.extend_from_slice(&self.to_le_bytes());
            }
            fn all(bytes: &[u8]) -> Option<Vec<$type>> {
                let (numbers, rest) = bytes.as_chunks();
                let all = numbers.iter().map(|n| <$type>::from_le_bytes(*n)).collect();
                rest.is_empty().then_some(all)
            }
        }
    };
}
number!(u32);
number!(u64);

fn write_column<T: Number>(
    batch: &[KeyColumns],
    column: fn(&KeyColumns) -> &Column<T>,
    out: &mut StageBlocksWriter,
) -> Result<()> {
    let mut bytes = Vec::new();
    let documents: usize = batch.iter().map(|keys| column(keys).ends.len()).sum();
    (documents as u32).put(&mut bytes);
    let mut before = 0;
    for keys in batch.iter().map(column) {
        keys.ends.iter().for_each(|end| ((before + end) as u32).put(&mut bytes));
        before += keys.values.len();
    }
    batch.iter().flat_map(|keys| &column(keys).values).for_each(|value| value.put(&mut bytes));
    out.block(&bytes)
}

fn read_column<T: Number>(
    from: &mut StageBlocks,
    wanted: bool,
    documents: usize,
) -> Result<Column<T>> {
    if !wanted {
        from.skip()?;
        return Ok(Column { values: Vec::new(), ends: vec![0; documents] });
    }
    let bytes = from.next()?;
    let column = || {
        let (count, rest) = bytes.split_first_chunk()?;
        let (ends, values) = rest.split_at_checked(4 * documents)?;
        let ends: Vec<usize> = u32::all(ends)?.into_iter().map(|end| end as usize).collect();
        let values = T::all(values)?;
        let whole = u32::from_le_bytes(*count) as usize == documents
            && ends.is_sorted()
            && ends.last().is_none_or(|end| *end == values.len());
        whole.then_some(Column { values, ends })
    };
    column().ok_or_else(|| from.damaged())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::stage_header::StageHeader;
    use crate::sketch::fingerprint::Fingerprinter;
    use crate::sketch::recipe::Recipe;

    #[test]
    fn keys_come_back_by_the_kinds_that_are_wanted() {
        let texts = [
            "The harbour bridge will close for repairs on Monday, the port authority said.",
            "",
            "One paragraph of some words.\n\nOne paragraph of some words.\n\nAnd another one.",
        ];
        let mut fingerprinter = Fingerprinter::new(&Recipe::default());
        let batch: Vec<KeyColumns> = texts
            .chunks(2)
            .map(|part| {
                let mut keys = KeyColumns::default();
                part.iter().for_each(|text| keys.push(&fingerprinter.fingerprint(text)));
                keys
            })
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let (path, header) = (folder.path().join("keys"), StageHeader::new("sketch", 1, "r"));
        let mut out = StageBlocksWriter::create(path.clone(), &header).unwrap();
        KeyColumns::write(&batch, &mut out).unwrap();
        out.finish().unwrap();
        for wanted in [KeyKinds::ALL, KeyKinds { anchors: true, ..KeyKinds::NONE }] {
            let mut blocks = StageBlocks::open(&path, &header).unwrap().unwrap();
            let keys = KeyColumns::read(&mut blocks, wanted).unwrap();
            blocks.finish().unwrap();
            for (n, text) in texts.iter().enumerate() {
                let own = fingerprinter.fingerprint(text);
                let TextKeys { exact, tokens, may_repeat, anchors } = keys.texts[n];
                assert_eq!((exact, tokens, may_repeat), (own.exact, own.tokens, own.may_repeat));
                assert_eq!(anchors as usize, own.anchors.len());
                assert_eq!(keys.anchors.of(n), own.anchors);
                let all = wanted == KeyKinds::ALL;
                assert_eq!(keys.bands.of(n), if all { &own.bands[..] } else { &[] });
                assert_eq!(keys.paragraphs.of(n), if all { &own.paragraphs[..] } else { &[] });
                assert_eq!(keys.words.of(n), if all { &own.words[..] } else { &[] });
                assert_eq!(keys.capitals.of(n), if all { &own.capitals[..] } else { &[] });
                assert_eq!(keys.edges.of(n), if all { &own.edges[..] } else { &[] });
            }
        }
    }
}
