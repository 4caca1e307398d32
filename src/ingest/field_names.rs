//! Owns: the roles that a field can have in a document, and the names that are tried for each.
//! Never: reads a record.

/// The roles that a field can have in a document, in the order of every [`PerRole`].
pub(super) const ROLES: PerRole<&str> =
    ["text", "id", "source", "date", "title", "url", "read", "read_share", "read_raw"];
pub(crate) const TEXT: usize = 0;
pub(super) const ID: usize = 1;
pub(super) const SOURCE: usize = 2;
pub(super) const DATE: usize = 3;
pub(super) const TITLE: usize = 4;
/// The address of the document, of which only the host is used: it is the source of a record that
/// names none.
pub(super) const URL: usize = 5;
/// How much of its page the text has, as nearcopy writes it: `whole` or `part`. A field of another
/// content has another meaning, and is passed over.
pub(super) const READ: usize = 6;
/// The share of the page's prose that the text has, 0 to 1.
pub(super) const READ_SHARE: usize = 7;
/// The hash of the page's bytes, where it was read in part.
pub(super) const READ_RAW: usize = 8;

/// The number of roles that a caller may name or look up; the others are nearcopy's own fields.
const NAMED: usize = 6;

/// A value for each role.
pub(crate) type PerRole<T> = [T; 9];

/// The names that are tried for each role, best first.
pub(super) const GUESSES: PerRole<&[&str]> = [
    &["text", "content", "body", "article", "raw_content", "maintext"],
    &["id", "_id", "doc_id", "docid", "url", "uri", "link"],
    &["source", "outlet", "publisher", "site", "domain", "host", "newspaper", "group"],
    &[
        "date",
        "published",
        "publish_date",
        "date_published",
        "published_at",
        "timestamp",
        "created",
    ],
    &["title", "headline", "heading", "article_title", "page_title", "name"],
    &["url", "uri", "link"],
    &["read"],
    &["read_share"],
    &["read_raw"],
];

/// Whether a field of this name is tried for the text, without regard to letter case.
pub(super) fn is_text_name(name: &str) -> bool {
    GUESSES[TEXT].iter().any(|guess| guess.eq_ignore_ascii_case(name))
}

/// An offset larger than any list of names: it is added to the rank of a name that matches only
/// when letter case is ignored.
pub(super) const OTHER_CASE: usize = 8;

/// The roles that a field can have in a document (`text`, `id`, `source`, `date`, `title`, and
/// `url`, whose host is the source of a record that names none) and the names that are tried for
/// each, best first. Where no name matches exactly, they are tried again without regard to letter
/// case.
///
/// ```
/// let (role, names) = nearcopy::ingest::field_names()[1];
/// assert_eq!((role, names[0]), ("id", "id"));
/// ```
pub fn field_names() -> [(&'static str, &'static [&'static str]); NAMED] {
    std::array::from_fn(|role| (ROLES[role], GUESSES[role]))
}
