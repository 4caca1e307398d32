//! Owns: whether one document can stand for another one, where pages were read in part. Never:
//! decides which of two documents stays, or compares texts.

use crate::model::document::DocumentInfo;

/// Whether another document can be removed because one stays, as far as it depends on how much of
/// their pages was read. `equal` says whether the two texts are equal.
///
/// What was not read of a page may differ, so a page that was read in part is replaced only by an
/// exact copy: by a page of the same bytes, or by a document that is whole and has the same text.
/// It replaces nothing itself but a page of the same bytes.
pub fn replaces(kept: &DocumentInfo, other: &DocumentInfo, equal: bool) -> bool {
    match (kept.is_part(), other.is_part()) {
        (false, false) => true,
        (false, true) => equal,
        (true, false) => false,
        (true, true) => same_bytes(kept, other),
    }
}

/// Whether either of two documents can be removed because the other one stays.
pub fn are_copies(a: &DocumentInfo, b: &DocumentInfo, equal: bool) -> bool {
    replaces(a, b, equal) || replaces(b, a, equal)
}

/// Whether two pages that were read in part are known to have the same bytes.
pub fn same_bytes(a: &DocumentInfo, b: &DocumentInfo) -> bool {
    let raw = |info: &DocumentInfo| info.read.and_then(|read| read.raw);
    raw(a).is_some() && raw(a) == raw(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::page_read::{Extent, PageRead};

    fn page(read: Option<PageRead>) -> DocumentInfo {
        DocumentInfo { read, ..DocumentInfo::default() }
    }

    #[test]
    fn a_part_is_replaced_by_an_exact_copy_alone() {
        let (one, other) = (PageRead::part(9, b"one"), PageRead::part(9, b"other"));
        let unknown = PageRead::new(Extent::Part);
        let part = page(Some(one));
        for whole in [page(None), page(Some(PageRead::whole(90)))] {
            assert!(replaces(&whole, &part, true) && !replaces(&whole, &part, false));
            assert!(!replaces(&part, &whole, true) && !replaces(&part, &whole, false));
            assert!(replaces(&whole, &page(None), false));
            assert!(are_copies(&part, &whole, true) && !are_copies(&part, &whole, false));
        }
        for read in [other, unknown] {
            assert!(!are_copies(&part, &page(Some(read)), true));
        }
        assert!(!are_copies(&page(Some(unknown)), &page(Some(unknown)), true));
        assert!(replaces(&part, &part.clone(), false));
    }
}
