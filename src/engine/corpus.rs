//! Owns: documents numbered by id, with their texts in memory or elsewhere. Never: reads a file.

use crate::error::{Error, Result};
use crate::hash;
use crate::model::document::{Document, DocumentInfo, Documents};
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::HashMap;

/// Texts by number, wherever they are kept.
pub trait Texts: Sync {
    /// The text of this number. It must be the same text on each call.
    ///
    /// # Errors
    /// The text can no longer be read; the error says why, in words.
    fn text(&self, number: usize) -> std::result::Result<Cow<'_, str>, String>;

    /// The number of bytes of this text, where that is known without reading it.
    ///
    /// # Errors
    /// As [`text`](Texts::text).
    fn length(&self, number: usize) -> std::result::Result<usize, String> {
        self.text(number).map(|text| text.len())
    }
}

impl Texts for Vec<String> {
    fn text(&self, number: usize) -> std::result::Result<Cow<'_, str>, String> {
        let text =
            self.get(number).ok_or_else(|| format!("there are only {} texts", self.len()))?;
        Ok(Cow::Borrowed(text))
    }
}

/// Documents in the byte order of their ids, with their texts in memory or where the caller keeps
/// them.
///
/// Several documents with one id and one text are kept as equal documents. Documents with one id
/// and different texts are renamed: each becomes `ID@` and eight hex digits of the hash of its
/// text, so that nothing is lost and nothing depends on the order of arrival.
///
/// ```
/// use nearcopy::{Corpus, Document, Documents};
/// let corpus = Corpus::new([Document::new("b", "two"), Document::new("a", "one")]).unwrap();
/// assert_eq!(corpus.info(0).id, "a");
/// assert_eq!(corpus.renamed(), 0);
/// ```
#[derive(Debug, Default)]
pub struct Corpus<T = Vec<String>> {
    infos: Vec<DocumentInfo>,
    came: Vec<u32>,
    texts: T,
    renamed: u64,
}

impl Corpus {
    /// Makes a corpus of documents in any order. Cost: a sort of the ids.
    ///
    /// # Errors
    /// A text has 4 GiB or more, or there are more than 4,294,967,295 documents.
    pub fn new(documents: impl IntoIterator<Item = Document>) -> Result<Corpus> {
        let (infos, texts) = documents.into_iter().map(|d| (d.info, d.text)).unzip();
        Corpus::with_texts(infos, texts)
    }
}

impl<T: Texts> Corpus<T> {
    /// Makes a corpus of documents whose texts are kept elsewhere, for example in a column of a
    /// table: the text of `infos[n]` is number n of `texts`. Nothing is copied; the `bytes` of each
    /// info are set from its text.
    ///
    /// ```
    /// use nearcopy::{Corpus, DocumentInfo, Documents, Texts};
    /// use std::borrow::Cow;
    /// /// Strings end to end, and where each begins: a column of Apache Arrow.
    /// struct Column { values: String, offsets: Vec<usize> }
    /// impl Texts for Column {
    ///     fn text(&self, n: usize) -> Result<Cow<'_, str>, String> {
    ///         let text = self.values.get(self.offsets[n]..self.offsets[n + 1]);
    ///         text.map(Cow::Borrowed).ok_or_else(|| "the column is too short".into())
    ///     }
    /// }
    /// let column = Column { values: "twoone".into(), offsets: vec![0, 3, 6] };
    /// let named = |id: &str| DocumentInfo { id: id.into(), ..DocumentInfo::default() };
    /// let corpus = Corpus::with_texts(vec![named("b"), named("a")], column).unwrap();
    /// assert_eq!(corpus.text(0).unwrap(), "one");
    /// assert_eq!(corpus.arrival_position(0), 1);
    /// ```
    ///
    /// # Errors
    /// As for [`Corpus::new`], or a text cannot be read.
    pub fn with_texts(mut infos: Vec<DocumentInfo>, texts: T) -> Result<Corpus<T>> {
        if u32::try_from(infos.len()).is_err() {
            return Err(Error::TooManyDocuments { count: infos.len() as u64 });
        }
        for (n, info) in infos.iter_mut().enumerate() {
            let length =
                texts.length(n).map_err(|why| Error::TextGone { id: info.id.clone(), why })?;
            info.bytes = u32::try_from(length)
                .map_err(|_| Error::TextTooLong { id: info.id.clone(), bytes: length as u64 })?;
        }
        let (came, renamed) = number(&mut infos, |n, info| {
            let gone = |why| Error::TextGone { id: info.id.clone(), why };
            let text = texts.text(n).map_err(gone)?;
            Ok((hash::bytes(text.as_bytes()), hash::wide_bytes(text.as_bytes())))
        })?;
        Ok(Corpus { infos, came, texts, renamed })
    }

    /// The position at which a document was passed in, counted from 0.
    pub fn arrival_position(&self, number: usize) -> usize {
        self.came[number] as usize
    }

    /// The number of the first document of this id.
    pub fn find(&self, id: &str) -> Option<usize> {
        let number = self.infos.partition_point(|info| info.id.as_str() < id);
        self.infos.get(number).filter(|info| info.id == id).map(|_| number)
    }
}

/// What tells the texts of one id apart: a hash of 64 bits, whose upper half is shown, and one that
/// decides.
pub type TextHash = (u64, u128);

/// Sorts the documents and renames ids that have several texts. Returns the place at which each
/// document was before, and the number of renamed documents. `hash` is that of the text of the
/// document at a place; it is asked for each document whose id another one has.
pub fn number(
    infos: &mut [DocumentInfo],
    hash: impl Fn(usize, &DocumentInfo) -> Result<TextHash>,
) -> Result<(Vec<u32>, u64)> {
    let mut came = (0..infos.len() as u32).collect();
    let renamed = rename_ambiguous_ids(infos, &mut came, hash)?;
    Ok((came, renamed))
}

fn rename_ambiguous_ids(
    infos: &mut [DocumentInfo],
    came: &mut Vec<u32>,
    hash: impl Fn(usize, &DocumentInfo) -> Result<TextHash>,
) -> Result<u64> {
    sort(infos, came, &HashMap::new());
    let mut hashes: HashMap<u32, TextHash> = HashMap::new();
    let mut start = 0;
    for group in infos.chunk_by(|x, y| x.id == y.id) {
        let numbers = &came[start..start + group.len()];
        start += group.len();
        for (info, &n) in group.iter().zip(numbers).filter(|_| group.len() > 1) {
            hashes.insert(n, hash(n as usize, info)?);
        }
    }
    if hashes.is_empty() {
        return Ok(0);
    }
    sort(infos, came, &hashes);
    let (mut renamed, mut start) = (0, 0);
    for group in infos.chunk_by_mut(|x, y| x.id == y.id) {
        let numbers = &came[start..start + group.len()];
        start += group.len();
        let [first, .., last] = numbers else { continue };
        if hashes.get(first) != hashes.get(last) {
            for (info, n) in group.iter_mut().zip(numbers) {
                let hash = hashes.get(n).map_or(0, |hash| hash.0);
                info.id.push_str(&format!("@{:08x}", hash >> 32));
                renamed += 1;
            }
        }
    }
    if renamed > 0 {
        sort(infos, came, &hashes);
    }
    Ok(renamed)
}

/// Sorts the documents by id. The order must not depend on arrival, so every field that can differ
/// takes part in it.
fn sort(infos: &mut [DocumentInfo], came: &mut Vec<u32>, hashes: &HashMap<u32, TextHash>) {
    let rest = |d: &DocumentInfo| {
        let fields = (d.title.clone(), d.source.clone(), d.date.clone(), d.path.clone());
        (fields, d.record, d.reference, d.read)
    };
    let mut order: Vec<u32> = (0..infos.len() as u32).collect();
    order.par_sort_unstable_by(|&m, &n| {
        let (x, y) = (&infos[m as usize], &infos[n as usize]);
        let hash = |n: u32| hashes.get(&came[n as usize]);
        x.id.cmp(&y.id).then_with(|| hash(m).cmp(&hash(n))).then_with(|| rest(x).cmp(&rest(y)))
    });
    // Documents change places along the cycles of the order: a second list would take as much
    // memory as the first.
    let mut done = vec![false; infos.len()];
    for first in 0..infos.len() {
        let (mut at, mut held) = (first, None);
        while !done[at] {
            done[at] = true;
            let from = order[at] as usize;
            let held = held.get_or_insert_with(|| std::mem::take(&mut infos[first]));
            infos[at] = std::mem::take(if from == first { held } else { &mut infos[from] });
            at = from;
        }
    }
    *came = order.into_iter().map(|n| came[n as usize]).collect();
}

impl<T: Texts> Documents for Corpus<T> {
    fn count(&self) -> usize {
        self.infos.len()
    }
    fn info(&self, number: usize) -> &DocumentInfo {
        &self.infos[number]
    }
    fn text(&self, number: usize) -> Result<Cow<'_, str>> {
        let error = |why| Error::TextGone { id: self.infos[number].id.clone(), why };
        self.texts.text(self.came[number] as usize).map_err(error)
    }
    fn renamed(&self) -> u64 {
        self.renamed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn documents_keep_their_texts(ids in prop::collection::vec((0u8..9, 0u8..3), 0..40)) {
            let text = |&(id, text): &(u8, u8)| format!("{id} {text}");
            let documents = ids.iter().enumerate().map(|(n, own)| {
                Document::new(own.0.to_string(), text(own)).title(n.to_string())
            });
            let corpus = Corpus::new(documents).unwrap();
            let mut plain: Vec<String> = Vec::new();
            for n in 0..corpus.count() {
                let (info, own) = (corpus.info(n), &ids[corpus.arrival_position(n)]);
                let several = ids.iter().any(|other| other.0 == own.0 && other.1 != own.1);
                prop_assert_eq!(&corpus.text(n).unwrap(), &text(own));
                prop_assert_eq!(info.title.as_deref().unwrap(),
                    corpus.arrival_position(n).to_string());
                prop_assert_eq!(info.id.split('@').next().unwrap(), own.0.to_string());
                prop_assert_eq!(info.id.contains('@'), several);
                plain.push(info.id.clone());
            }
            prop_assert!(plain.is_sorted());
            let renamed = plain.iter().filter(|id| id.contains('@')).count();
            prop_assert_eq!(corpus.renamed(), renamed as u64);
        }
    }
}
