//! Owns: the roles that a field can have in a document, and the names that are tried for each.
//! Never: reads a record.

/// The roles that a field can have in a document, in the order of every [`PerRole`].
pub(super) const ROLES: PerRole<&str> = [
    "text",
    "id",
    "source",
    "date",
    "title",
    "url",
    "read",
    "read_share",
    "read_raw",
    "text",
    "text",
    "text",
    "score",
];
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

/// The roles of the fields that are joined to the text behind its first one, in their order.
pub(super) const PARTS: std::ops::Range<usize> = 9..12;

/// The number by which the survivor of a cluster is chosen; only where the caller names it.
pub(super) const SCORE: usize = 12;

/// The number of roles that a caller may name or look up; the others are nearcopy's own fields.
const NAMED: usize = 6;

/// A value for each role.
pub(crate) type PerRole<T> = [T; 13];

/// The names that are tried for each role, best first.
pub(super) const GUESSES: PerRole<&[&str]> = [
    &[
        "text",
        "content",
        "body",
        "article",
        "raw_content",
        "maintext",
        "articleBody",
        "article_body",
        "article_text",
        "full_text",
        "fulltext",
        "content_text",
        "body_text",
        "plain_text",
        "clean_text",
        "page_content",
        "selftext",
    ],
    &[
        "id",
        "_id",
        "doc_id",
        "docid",
        "url",
        "uri",
        "link",
        "guid",
        "article_id",
        "document_id",
        "identifier",
        "uuid",
        "permalink",
        "canonical_url",
        "@id",
    ],
    &[
        "source",
        "outlet",
        "publisher",
        "site",
        "domain",
        "host",
        "newspaper",
        "group",
        "source_domain",
        "source_name",
        "site_name",
        "publication",
        "feed",
    ],
    &[
        "date",
        "published",
        "publish_date",
        "date_published",
        "published_at",
        "timestamp",
        "created",
        "datePublished",
        "pubDate",
        "pub_date",
        "publishedAt",
        "published_date",
        "publication_date",
        "date_publish",
        "created_at",
        "createdAt",
        "published_on",
        "dc_date",
    ],
    &[
        "title",
        "headline",
        "heading",
        "article_title",
        "page_title",
        "name",
        "articleTitle",
        "article_headline",
    ],
    &["url", "uri", "link", "permalink", "canonical_url"],
    &["read"],
    &["read_share"],
    &["read_raw"],
    &[],
    &[],
    &[],
    &[],
];

/// Whether a field of this name is tried for the text, without regard to letter case.
pub(super) fn is_text_name(name: &str) -> bool {
    GUESSES[TEXT].iter().any(|guess| guess.eq_ignore_ascii_case(name))
}

/// The names that a caller gives for a role, best first: separated by commas and, for the text,
/// with the names of joined fields between plus signs. A backslash makes either an ordinary
/// character.
pub(crate) fn named(list: &str, joins: bool) -> Vec<Vec<String>> {
    let (mut all, mut characters) = (vec![vec![String::new()]], list.chars());
    while let Some(c) = characters.next() {
        match c {
            ',' => all.push(vec![String::new()]),
            '+' if joins => all.last_mut().expect("never empty").push(String::new()),
            _ => {
                let literal = |next: &char| matches!(next, ',' | '+' | '\\');
                let escaped = (c == '\\').then(|| characters.as_str().chars().next()).flatten();
                let c = escaped.filter(literal).map_or(c, |_| characters.next().unwrap_or(c));
                all.last_mut().and_then(|names| names.last_mut()).expect("never empty").push(c);
            }
        }
    }
    for names in &mut all {
        names.iter_mut().for_each(|name| *name = name.trim().to_owned());
    }
    all
}

/// What is wrong in such a list.
///
/// ```
/// use nearcopy::ingest::check_field_names;
/// assert!(check_field_names("lead+body,text", true).is_ok());
/// assert!(check_field_names("lead+,text", true).is_err());
/// ```
pub fn check_field_names(list: &str, joins: bool) -> Result<(), String> {
    let all = named(list, joins);
    let most = PARTS.len() + 1;
    if all.iter().flatten().any(String::is_empty) {
        return Err(format!("{list:?} has an empty name: give names such as body,text"));
    } else if all.len() > MOST_NAMES {
        return Err(format!("{} names, and at most {MOST_NAMES} are tried", all.len()));
    } else if let Some(joined) = all.iter().find(|names| names.len() > most) {
        return Err(format!("{} fields to join, and at most {most} are", joined.len()));
    }
    Ok(())
}

/// An offset larger than any list of names: it is added to the rank of a name that matches only
/// when letter case is ignored.
pub(super) const OTHER_CASE: usize = 32;

/// The names that a caller may give for one role at most.
pub(super) const MOST_NAMES: usize = OTHER_CASE;

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
