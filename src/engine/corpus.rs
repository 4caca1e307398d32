//! Owns: documents in memory, numbered by id. Never: reads a file.

use crate::error::{Error, Result};
use crate::hash;
use crate::text::document::{Document, DocumentInfo, Documents};
use std::borrow::Cow;

/// Documents kept in memory, in the byte order of their ids.
///
/// One id with one text several times is several equal documents. One id with several texts is renamed: each becomes
/// `ID@` and eight hex digits of its text's hash, so that nothing is lost and nothing depends on the order of arrival.
///
/// ```
/// use nearcopy::{Corpus, Document, Documents};
/// let corpus = Corpus::new([Document::new("b", "two"), Document::new("a", "one")]).unwrap();
/// assert_eq!(corpus.info(0).id, "a");
/// assert_eq!(corpus.renamed(), 0);
/// ```
#[derive(Debug, Default)]
pub struct Corpus {
    infos: Vec<DocumentInfo>,
    texts: Vec<String>,
    renamed: u64,
}

impl Corpus {
    /// Takes documents in any order. Cost: a sort of the ids.
    ///
    /// # Errors
    /// A text of 4 GiB or more, or more than 4,294,967,295 documents.
    pub fn new(documents: impl IntoIterator<Item = Document>) -> Result<Corpus> {
        let mut documents: Vec<Document> = documents.into_iter().collect();
        if let Some(d) = documents.iter().find(|d| u32::try_from(d.text.len()).is_err()) {
            return Err(Error::TextTooLong { id: d.id.clone(), bytes: d.text.len() as u64 });
        }
        if u32::try_from(documents.len()).is_err() {
            return Err(Error::TooManyDocuments { count: documents.len() as u64 });
        }
        let renamed = tell_apart(&mut documents);
        let (infos, texts) = documents
            .into_iter()
            .map(|d| {
                let bytes = d.text.len() as u32;
                let info = DocumentInfo {
                    id: d.id,
                    source: d.source,
                    date: d.date,
                    path: d.path,
                    record: d.record,
                    whole_file: d.whole_file,
                    reference: d.reference,
                    bytes,
                };
                (info, d.text)
            })
            .unzip();
        Ok(Corpus { infos, texts, renamed })
    }
}

/// Sorts, and renames ids that stand for several texts.
fn tell_apart(documents: &mut [Document]) -> u64 {
    // The order must not depend on arrival, so everything that can differ decides in the end.
    let order = |x: &Document, y: &Document| {
        let rest = |d: &Document| (d.source.clone(), d.date.clone(), d.path.clone(), d.record, d.reference);
        (&x.id, &x.text).cmp(&(&y.id, &y.text)).then_with(|| rest(x).cmp(&rest(y)))
    };
    documents.sort_unstable_by(order);
    let mut renamed = 0;
    for group in documents.chunk_by_mut(|x, y| x.id == y.id) {
        if group[0].text == group[group.len() - 1].text {
            continue;
        }
        for d in group {
            let digits = format!("@{:08x}", hash::bytes(d.text.as_bytes()) >> 32);
            d.id.push_str(&digits);
            renamed += 1;
        }
    }
    if renamed > 0 {
        documents.sort_unstable_by(order);
    }
    renamed
}

impl Documents for Corpus {
    fn count(&self) -> usize {
        self.infos.len()
    }
    fn info(&self, number: usize) -> &DocumentInfo {
        &self.infos[number]
    }
    fn text(&self, number: usize) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(&self.texts[number]))
    }
    fn renamed(&self) -> u64 {
        self.renamed
    }
}
