//! Owns: documents numbered by id, with their texts in memory or elsewhere. Never: reads a file.

use crate::engine::document_infos::DocumentInfos;
use crate::error::{Error, Result};
use crate::hash;
use crate::model::document::{Document, DocumentFields, DocumentInfo, Documents};
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
    /// The documents as they came.
    infos: DocumentInfos,
    /// For each document, as which it came.
    came: Vec<u32>,
    /// What the id of a renamed document has behind `@`, by the number as which it came.
    digits: HashMap<u32, u32>,
    texts: T,
}

impl Corpus {
    /// Makes a corpus of documents in any order. Cost: a sort of the ids.
    ///
    /// # Errors
    /// A text has 4 GiB or more, or there are more than 4,294,967,295 documents.
    pub fn new(documents: impl IntoIterator<Item = Document>) -> Result<Corpus> {
        let (mut infos, mut texts) = (DocumentInfos::default(), Vec::new());
        for Document { info, text } in documents {
            infos.push(&info);
            texts.push(text);
        }
        Corpus::from_columns(infos, texts)
    }
}

impl<T: Texts> Corpus<T> {
    /// Makes a corpus of documents whose texts are kept elsewhere, for example in a column of a
    /// table: the text of `infos[n]` is number n of `texts`. No text is copied; the `bytes` of each
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
    pub fn with_texts(infos: Vec<DocumentInfo>, texts: T) -> Result<Corpus<T>> {
        Corpus::from_columns(infos.into_iter().collect(), texts)
    }

    /// The same, of metadata that was collected in few bytes: so the documents of a large corpus
    /// are never in memory as structs. [`DocumentInfos`] has an example.
    ///
    /// # Errors
    /// As for [`with_texts`](Corpus::with_texts).
    pub fn from_columns(mut infos: DocumentInfos, texts: T) -> Result<Corpus<T>> {
        let count = infos.count();
        let end =
            u32::try_from(count).map_err(|_| Error::TooManyDocuments { count: count as u64 })?;
        for n in 0..count {
            let id = || infos.id(n).to_owned();
            let length = texts.length(n).map_err(|why| Error::TextGone { id: id(), why })?;
            let bytes = u32::try_from(length)
                .map_err(|_| Error::TextTooLong { id: id(), bytes: length as u64 })?;
            infos.set_bytes(n, bytes);
        }
        let (came, digits) = ((0..end).collect(), HashMap::new());
        let mut corpus = Corpus { infos, came, digits, texts };
        corpus.rename_ambiguous_ids(|corpus, n| {
            let gone = |why| Error::TextGone { id: corpus.infos.id(n).to_owned(), why };
            let text = corpus.texts.text(n).map_err(gone)?;
            Ok((hash::bytes(text.as_bytes()), hash::wide_bytes(text.as_bytes())))
        })?;
        Ok(corpus)
    }

    /// The position at which a document was passed in, counted from 0.
    pub fn arrival_position(&self, number: usize) -> usize {
        self.came[number] as usize
    }

    /// The metadata of the documents as they were passed in: in that order, and with the ids that
    /// they had then. With [`texts`](Corpus::texts) they make an equal corpus again, by
    /// [`from_columns`](Corpus::from_columns).
    pub fn infos(&self) -> &DocumentInfos {
        &self.infos
    }

    /// The texts in the order in which they were passed in.
    pub fn texts(&self) -> &T {
        &self.texts
    }

    /// The number of the first document of this id.
    pub fn find(&self, id: &str) -> Option<usize> {
        let own = |came: &u32| shown_id(&self.infos, &self.digits, *came);
        let number = self.came.partition_point(|came| own(came).as_ref() < id);
        self.came.get(number).filter(|came| own(came) == id).map(|_| number)
    }
}

/// What tells the texts of one id apart: a hash of 64 bits, whose upper half is shown, and one that
/// decides.
pub type TextHash = (u64, u128);

impl<T: Texts> Corpus<T> {
    /// Sorts the documents, and renames ids that have several texts. Cost: each text whose id
    /// another document has is read once.
    fn rename_ambiguous_ids(
        &mut self,
        hash: impl Fn(&Corpus<T>, usize) -> Result<TextHash>,
    ) -> Result<()> {
        self.sort(&HashMap::new());
        let infos = &self.infos;
        let one_id = |x: &u32, y: &u32| infos.id_bytes(*x as usize) == infos.id_bytes(*y as usize);
        let mut hashes: HashMap<u32, TextHash> = HashMap::new();
        for &n in self.came.chunk_by(one_id).filter(|group| group.len() > 1).flatten() {
            hashes.insert(n, hash(self, n as usize)?);
        }
        if hashes.is_empty() {
            return Ok(());
        }
        self.sort(&hashes);
        let infos = &self.infos;
        let one_id = |x: &u32, y: &u32| infos.id_bytes(*x as usize) == infos.id_bytes(*y as usize);
        for group in self.came.chunk_by(one_id) {
            let [first, .., last] = group else { continue };
            if hashes.get(first) != hashes.get(last) {
                let digits = |n| hashes.get(n).map_or(0, |hash| (hash.0 >> 32) as u32);
                self.digits.extend(group.iter().map(|n| (*n, digits(n))));
            }
        }
        if !self.digits.is_empty() {
            self.sort(&hashes);
        }
        Ok(())
    }

    /// Sorts the documents by id. The order must not depend on arrival, so every field that can
    /// differ takes part in it.
    fn sort(&mut self, hashes: &HashMap<u32, TextHash>) {
        let Corpus { infos, came, digits, .. } = self;
        came.par_sort_unstable_by(|&x, &y| {
            let [at, to] = [x, y].map(|n| n as usize);
            let by_id = if digits.is_empty() {
                infos.id_bytes(at).cmp(infos.id_bytes(to))
            } else {
                shown_id(infos, digits, x).cmp(&shown_id(infos, digits, y))
            };
            by_id
                .then_with(|| hashes.get(&x).cmp(&hashes.get(&y)))
                .then_with(|| infos.cmp_besides(at, to))
        });
    }
}

/// The id of the document that came as this number.
fn shown_id<'a>(infos: &'a DocumentInfos, digits: &HashMap<u32, u32>, came: u32) -> Cow<'a, str> {
    let own = infos.id(came as usize);
    digits.get(&came).map_or(Cow::Borrowed(own), |digits| Cow::Owned(format!("{own}@{digits:08x}")))
}

/// The texts of documents that are numbered without them.
#[cfg(feature = "stages")]
#[derive(Debug)]
pub struct NoTexts;

#[cfg(feature = "stages")]
impl Texts for NoTexts {
    fn text(&self, _: usize) -> std::result::Result<Cow<'_, str>, String> {
        Err("the texts are elsewhere".into())
    }
}

#[cfg(feature = "stages")]
impl Corpus<NoTexts> {
    /// Numbers documents by the hashes of their texts, which are elsewhere.
    pub fn of_hashes(infos: DocumentInfos, hashes: &[TextHash]) -> Result<Corpus<NoTexts>> {
        let count = infos.count();
        let end =
            u32::try_from(count).map_err(|_| Error::TooManyDocuments { count: count as u64 })?;
        let (came, digits) = ((0..end).collect(), HashMap::new());
        let mut corpus = Corpus { infos, came, digits, texts: NoTexts };
        corpus.rename_ambiguous_ids(|_, n| Ok(hashes[n]))?;
        Ok(corpus)
    }
}

impl<T: Texts> Documents for Corpus<T> {
    fn count(&self) -> usize {
        self.came.len()
    }
    fn info(&self, number: usize) -> Cow<'_, DocumentInfo> {
        let came = self.came[number];
        let mut info = self.infos.get(came as usize).unwrap_or_default();
        if self.digits.contains_key(&came) {
            info.id = shown_id(&self.infos, &self.digits, came).into_owned();
        }
        Cow::Owned(info)
    }
    fn id(&self, number: usize) -> Cow<'_, str> {
        shown_id(&self.infos, &self.digits, self.came[number])
    }
    fn bytes(&self, number: usize) -> u32 {
        self.infos.bytes(self.arrival_position(number))
    }
    fn fields(&self, number: usize) -> DocumentFields<'_> {
        self.infos.fields(self.arrival_position(number))
    }
    fn text(&self, number: usize) -> Result<Cow<'_, str>> {
        let error = |why| Error::TextGone { id: self.id(number).into_owned(), why };
        self.texts.text(self.arrival_position(number)).map_err(error)
    }
    fn renamed(&self) -> u64 {
        self.digits.len() as u64
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
            let again = (corpus.infos().clone(), corpus.texts().clone());
            let again = Corpus::from_columns(again.0, again.1).unwrap();
            prop_assert_eq!(again.renamed(), corpus.renamed());
            for n in 0..corpus.count() {
                prop_assert_eq!(again.info(n), corpus.info(n));
                prop_assert_eq!(again.arrival_position(n), corpus.arrival_position(n));
            }
        }

        /// The order and the names are those of structs that are renamed and sorted.
        #[test]
        fn the_column_is_in_the_order_of_the_documents(
            of in prop::collection::vec((0u8..5, 0u8..3, 0u8..3, 0u8..3, any::<bool>()), 0..30),
        ) {
            let document = |&(id, text, source, record, reference): &(u8, u8, u8, u8, bool)| {
                let mut document = Document::new(id.to_string(), text.to_string());
                document.info.source = (source > 0).then(|| source.to_string().into());
                document.info.record = (record > 0).then_some(record.into());
                document.info.reference = reference;
                document
            };
            let mut plain: Vec<Document> = of.iter().map(document).collect();
            let corpus = Corpus::new(plain.clone()).unwrap();
            let hash = |text: &str| {
                (hash::bytes(text.as_bytes()), hash::wide_bytes(text.as_bytes()))
            };
            let own = plain.clone();
            for document in &mut plain {
                let (id, text) = (document.info.id.clone(), document.text.as_str());
                if own.iter().any(|other| other.info.id == id && other.text != text) {
                    document.info.id = format!("{id}@{:08x}", hash(text).0 >> 32);
                }
            }
            plain.sort_by_key(|Document { info: d, text }| {
                (d.id.clone(), hash(text), d.source.clone(), d.record, d.reference)
            });
            prop_assert_eq!(corpus.count(), plain.len());
            for (n, Document { info, text }) in plain.iter().enumerate() {
                prop_assert_eq!(&*corpus.info(n), info);
                prop_assert_eq!((&*corpus.id(n), corpus.bytes(n)), (&*info.id, info.bytes));
                prop_assert_eq!(&*corpus.text(n).unwrap(), text);
                let first = plain.iter().position(|other| other.info.id == info.id);
                prop_assert_eq!(corpus.find(&info.id), first);
            }
            prop_assert_eq!(corpus.find("5"), None);
        }
    }
}
