//! Owns: the metadata of many documents as a column of few bytes. Never: knows a text.

use crate::engine::info_row::{self, InfoRow, SharedStrings};
use crate::model::document::{DocumentFields, DocumentInfo};
use std::cmp::Ordering;

/// The bytes of a block of rows. Rows are added to the last block, so that no growth copies more
/// than one.
const BLOCK: usize = 1 << 20;

/// The metadata of documents by number, in the order in which they are added.
///
/// A document with a short id, a source and a date takes about 30 bytes, where a [`DocumentInfo`]
/// takes 176 and its strings: sources, dates and paths that many documents share are kept once, and
/// what a document does not have takes nothing. A [`Corpus`](crate::Corpus) keeps its documents so.
/// Cost: a document is put together each time it is asked for; its id and the length of its text
/// are not.
///
/// ```
/// use nearcopy::{Corpus, Document, DocumentInfos, Documents};
/// let mut infos = DocumentInfos::default();
/// let mut texts = Vec::new();
/// for document in [Document::new("b", "two").source("Courier"), Document::new("a", "one")] {
///     infos.push(&document.info);
///     texts.push(document.text);
/// }
/// assert_eq!(infos.get(0).unwrap().source.as_deref(), Some("Courier"));
/// let corpus = Corpus::from_columns(infos, texts)?;
/// assert_eq!(corpus.id(0), "a");
/// # Ok::<(), nearcopy::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct DocumentInfos {
    blocks: Vec<Block>,
    shared: SharedStrings,
}

/// Rows end to end.
#[derive(Debug, Clone, Default)]
struct Block {
    /// The number of its first row.
    first: usize,
    /// Where each row begins. Only the last row may end behind [`BLOCK`].
    starts: Vec<u32>,
    bytes: Vec<u8>,
}

impl Block {
    fn range(&self, row: usize) -> Option<std::ops::Range<usize>> {
        let start = *self.starts.get(row)? as usize;
        let end = self.starts.get(row + 1).map_or(self.bytes.len(), |&next| next as usize);
        Some(start..end)
    }

    fn row(&self, row: usize) -> Option<&[u8]> {
        self.bytes.get(self.range(row)?)
    }

    fn row_mut(&mut self, row: usize) -> Option<&mut [u8]> {
        let range = self.range(row)?;
        self.bytes.get_mut(range)
    }

    /// Leaves out rows; returns how many stay.
    fn retain(&mut self, mut keep: impl FnMut(usize) -> bool) -> usize {
        let (mut end, mut kept) = (0, Vec::new());
        for row in 0..self.starts.len() {
            let range = self.range(row).unwrap_or_default();
            if keep(self.first + row) {
                kept.push(end as u32);
                let length = range.len();
                self.bytes.copy_within(range, end);
                end += length;
            }
        }
        self.bytes.truncate(end);
        self.starts = kept;
        self.starts.len()
    }
}

impl DocumentInfos {
    /// Adds a document.
    pub fn push(&mut self, info: &DocumentInfo) {
        let most = info_row::most_bytes(info);
        let full = |block: &Block| block.bytes.len().saturating_add(most) > BLOCK;
        if self.blocks.last().is_none_or(full) {
            self.open_block();
        }
        let DocumentInfos { blocks, shared } = self;
        if let Some(Block { starts, bytes, .. }) = blocks.last_mut() {
            starts.push(bytes.len() as u32);
            info_row::write(info, shared, bytes);
        }
    }

    fn open_block(&mut self) {
        let first = self.count();
        if let Some(last) = self.blocks.last_mut() {
            last.starts.shrink_to_fit();
            last.bytes.shrink_to_fit();
        }
        // A few documents take no whole block.
        let capacity = if first > 0 { BLOCK } else { 0 };
        let bytes = Vec::with_capacity(capacity);
        self.blocks.push(Block { first, starts: Vec::new(), bytes });
    }

    /// Adds the documents of another column behind these.
    pub fn append(&mut self, other: DocumentInfos) {
        if self.is_empty() {
            *self = other;
            return;
        }
        let DocumentInfos { blocks, shared } = other;
        // Each block is freed when it has been copied.
        for block in blocks {
            let rows = (0..block.starts.len()).filter_map(|row| block.row(row));
            rows.for_each(|row| self.push(&InfoRow::read(row, &shared).to_info()));
        }
    }

    /// The number of documents.
    pub fn count(&self) -> usize {
        self.blocks.last().map_or(0, |block| block.first + block.starts.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// The metadata of a document; `None` where there are not so many.
    pub fn get(&self, number: usize) -> Option<DocumentInfo> {
        Some(InfoRow::read(self.row(number)?, &self.shared).to_info())
    }

    /// The fields of a document by which a scan decides, not copied.
    pub(crate) fn fields(&self, number: usize) -> DocumentFields<'_> {
        let row = self.row(number).unwrap_or_default();
        InfoRow::read(row, &self.shared).fields()
    }

    /// All documents in their order.
    pub fn iter(&self) -> impl Iterator<Item = DocumentInfo> {
        (0..self.count()).filter_map(|number| self.get(number))
    }

    /// The id of a document, which is not copied; empty where there are not so many documents.
    pub fn id(&self, number: usize) -> &str {
        std::str::from_utf8(self.id_bytes(number)).unwrap_or_default()
    }

    /// The length of a document's text in bytes ([`DocumentInfo::bytes`]); 0 where there are not so
    /// many documents.
    pub fn bytes(&self, number: usize) -> u32 {
        self.row(number).map_or(0, info_row::text_length)
    }

    /// Makes all documents [reference](DocumentInfo::reference) documents.
    pub fn make_references(&mut self) {
        for block in &mut self.blocks {
            for row in 0..block.starts.len() {
                block.row_mut(row).into_iter().for_each(info_row::set_reference);
            }
        }
    }

    /// Leaves out the documents whose numbers `keep` refuses. The others keep their order.
    pub fn retain(&mut self, mut keep: impl FnMut(usize) -> bool) {
        let mut count = 0;
        for block in &mut self.blocks {
            let stay = block.retain(&mut keep);
            block.first = count;
            count += stay;
        }
        self.blocks.retain(|block| !block.starts.is_empty());
    }

    /// Sets the length of a document's text.
    pub(crate) fn set_bytes(&mut self, number: usize, bytes: u32) {
        let Some(at) = self.block_of(number) else { return };
        let block = &mut self.blocks[at];
        let row = block.row_mut(number - block.first);
        row.into_iter().for_each(|row| info_row::set_text_length(row, bytes));
    }

    /// The bytes of an id, in whose order documents are.
    pub(crate) fn id_bytes(&self, number: usize) -> &[u8] {
        self.row(number).map(info_row::id_bytes).unwrap_or_default()
    }

    /// The order of two documents with one id and one text: every field that can differ takes part
    /// in it.
    pub(crate) fn cmp_besides(&self, x: usize, y: usize) -> Ordering {
        let [x, y] =
            [x, y].map(|number| InfoRow::read(self.row(number).unwrap_or_default(), &self.shared));
        x.cmp_besides(&y)
    }

    fn block_of(&self, number: usize) -> Option<usize> {
        self.blocks.partition_point(|block| block.first <= number).checked_sub(1)
    }

    fn row(&self, number: usize) -> Option<&[u8]> {
        let block = self.blocks.get(self.block_of(number)?)?;
        block.row(number - block.first)
    }
}

impl FromIterator<DocumentInfo> for DocumentInfos {
    fn from_iter<I: IntoIterator<Item = DocumentInfo>>(infos: I) -> DocumentInfos {
        let mut all = DocumentInfos::default();
        infos.into_iter().for_each(|info| all.push(&info));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::page_read::{Extent, PageRead};
    use crate::model::score::Score;
    use proptest::prelude::*;
    use std::sync::Arc;

    /// Any document; few different strings, so that some are shared.
    fn any_info() -> impl Strategy<Value = DocumentInfo> {
        let string = || prop::option::of("[ab漢]{0,3}|.{0,300}");
        let read =
            (any::<bool>(), any::<u8>(), any::<Option<u128>>()).prop_map(|(part, share, raw)| {
                let extent = if part { Extent::Part } else { Extent::Whole };
                PageRead { share, raw, ..PageRead::new(extent) }
            });
        let strings = (".{0,9}", string(), string(), string(), string(), any::<bool>());
        let numbers = (any::<Option<u64>>(), any::<bool>(), any::<u16>(), any::<u32>());
        let rest = (prop::option::of(read), any::<bool>(), any::<Option<f64>>());
        (strings, numbers, rest).prop_map(|(strings, numbers, rest)| {
            let (id, title, source, date, path, path_is_id) = strings;
            let (record, whole_file, lines_before, bytes) = numbers;
            let (read, reference, score) = rest;
            let [title, source, date, path] =
                [title, source, date, path].map(|string| string.map(Arc::from));
            let path = if path_is_id { Some(id.as_str().into()) } else { path };
            let score = score.map_or(Score::default(), |n| Score::of_text(&n.to_string()));
            DocumentInfo {
                id,
                title,
                source,
                date,
                path,
                record,
                whole_file,
                lines_before,
                read,
                reference,
                score,
                bytes,
            }
        })
    }

    fn column(infos: &[DocumentInfo]) -> DocumentInfos {
        infos.iter().cloned().collect()
    }

    /// Holds a column against the plain list of its documents.
    fn check(kept: &DocumentInfos, plain: &[DocumentInfo]) {
        assert_eq!((kept.count(), kept.is_empty()), (plain.len(), plain.is_empty()));
        assert_eq!(kept.iter().collect::<Vec<_>>(), plain);
        for (n, info) in plain.iter().enumerate() {
            assert_eq!(kept.get(n).as_ref(), Some(info));
            assert_eq!(kept.fields(n), info.into());
            assert_eq!((kept.id(n), kept.bytes(n)), (info.id.as_str(), info.bytes));
            assert_eq!(kept.id_bytes(n), info.id.as_bytes());
        }
        let beyond = plain.len();
        assert_eq!((kept.get(beyond), kept.id(beyond), kept.bytes(beyond)), (None, "", 0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(80))]
        #[test]
        fn a_column_gives_back_what_was_added(
            infos in prop::collection::vec(any_info(), 0..40), stay in any::<[bool; 40]>(),
            middle in 0usize..40,
        ) {
            check(&column(&infos), &infos);
            let (head, tail) = infos.split_at(middle.min(infos.len()));
            let mut kept = column(head);
            kept.append(column(tail));
            check(&kept, &infos);
            let mut plain = infos;
            for (n, info) in plain.iter_mut().enumerate() {
                info.bytes = n as u32;
                kept.set_bytes(n, info.bytes);
            }
            check(&kept, &plain);
            kept.make_references();
            plain.iter_mut().for_each(|info| info.reference = true);
            check(&kept, &plain);
            let mut asked = Vec::new();
            kept.retain(|n| {
                asked.push(n);
                stay[n]
            });
            prop_assert_eq!(asked, (0..plain.len()).collect::<Vec<_>>());
            let mut at = stay.iter();
            plain.retain(|_| *at.next().unwrap());
            check(&kept, &plain);
            kept.push(&DocumentInfo::default());
            plain.push(DocumentInfo::default());
            check(&kept, &plain);
        }

        #[test]
        fn two_rows_are_ordered_as_their_documents(x in any_info(), y in any_info()) {
            let rest = |d: &DocumentInfo| {
                let strings = (d.title.clone(), d.source.clone(), d.date.clone(), d.path.clone());
                (strings, d.record, d.reference, d.read)
            };
            let kept = column(&[x.clone(), y.clone()]);
            prop_assert_eq!(kept.cmp_besides(0, 1), rest(&x).cmp(&rest(&y)));
            prop_assert!(kept.cmp_besides(0, 0).is_eq());
        }

        #[test]
        fn no_bytes_are_refused(row in prop::collection::vec(any::<u8>(), 0..60)) {
            let shared = SharedStrings::default();
            let info = InfoRow::read(&row, &shared).to_info();
            info_row::write(&info, &mut shared.clone(), &mut Vec::new());
            info_row::id_bytes(&row);
            info_row::set_text_length(&mut row.clone(), 1);
            info_row::set_reference(&mut row.clone());
        }
    }

    /// More strings than a table holds, and rows that fill blocks or are longer than one.
    #[test]
    fn blocks_and_tables_may_be_full() {
        let named = |n: usize| {
            let long = if n % 9000 == 4 { BLOCK + n } else { n % 90 };
            let source = Some(format!("source {n}").into());
            DocumentInfo { id: format!("{n}{}", "x".repeat(long)), source, ..Default::default() }
        };
        let infos: Vec<DocumentInfo> = (0..40_000).map(named).collect();
        let mut kept = column(&infos);
        check(&kept, &infos);
        assert!(kept.blocks.len() > 8 && kept.blocks[1..].iter().all(|block| block.first > 0));
        let stays = |n: usize| n.is_multiple_of(5) && !(9_000..20_000).contains(&n);
        kept.retain(stays);
        let wanted = |(n, info): (usize, DocumentInfo)| stays(n).then_some(info);
        check(&kept, &infos.into_iter().enumerate().filter_map(wanted).collect::<Vec<_>>());
    }

    /// The claim of [`DocumentInfos`].
    #[test]
    fn a_short_document_takes_few_bytes() {
        let document = |n: u32| DocumentInfo {
            id: format!("0-{n}"),
            source: Some(format!("outlet-{}", n % 50).into()),
            date: Some(format!("2026-{:02}-{:02}", n % 12 + 1, n % 28 + 1).into()),
            path: Some("corpus.jsonl".into()),
            record: Some(n.into()),
            bytes: 1500,
            ..DocumentInfo::default()
        };
        let kept: DocumentInfos = (0..300_000).map(document).collect();
        let block = |block: &Block| block.bytes.capacity() + 4 * block.starts.capacity();
        let bytes: usize = kept.blocks.iter().map(block).sum();
        assert!(bytes < 30 * kept.count(), "{bytes}");
    }
}
