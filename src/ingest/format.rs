//! Owns: the table of input formats: names, extensions, first bytes, and properties of each. Never:
//! reads a file; `formats` has the readers.

use crate::ingest::compress::Compression;
use crate::ingest::sniff::{FirstBytes, is_feed, is_page};
use encoding_rs::Encoding;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The format of a file once it is decompressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Format {
    /// One document, plain text or Markdown.
    Text,
    /// One JSON object, or an array of them.
    Json,
    /// JSON Lines: one object per line.
    Jsonl,
    /// A table with commas, semicolons, bars or tabs, as its header shows: one record per row after
    /// a header. Needs the feature `csv`.
    Csv,
    /// The same with tabs. Needs the feature `csv`.
    Tsv,
    /// Apache Parquet: one record per row. Needs the feature `parquet`.
    Parquet,
    /// One web page: the document is its article. Needs the feature `web`.
    Html,
    /// A web archive, WARC or WET: the documents are the articles of its pages, and its texts.
    /// Needs the feature `web`.
    Warc,
    /// A feed, RSS or Atom: one record per item. Needs the feature `web`.
    Feed,
    /// A web archive in the older format ARC, version 1 or 2. Needs the feature `web`.
    Arc,
}

/// Whether the first bytes of a file are those of a format.
type Recognise = fn(&FirstBytes) -> bool;

/// The properties of a format.
#[derive(Debug)]
#[non_exhaustive]
pub struct FormatRow {
    /// The format that the row is about.
    pub format: Format,
    /// Its name, as `--input-format` takes it.
    pub name: &'static str,
    /// Its name in a sentence.
    pub title: &'static str,
    /// One line about it, for a list of formats.
    pub about: &'static str,
    /// The extensions of its files, in lower case and without the dot.
    pub endings: &'static [&'static str],
    /// The noun for several such files, where one file is one document.
    pub single_document: Option<&'static str>,
    /// Whether its records have fields, which are looked up by name. Documents of a format without
    /// fields can be written as JSON Lines, one document per line.
    pub has_fields: bool,
    /// Whether a document is written whole or not at all, never cut or annotated.
    pub kept_whole: bool,
    /// Whether concatenated files are a valid file of the format although its records have no
    /// fields.
    pub joinable: bool,
    /// Whether it is an archive of the web, with records that are pages and others that are not.
    pub archive: bool,
    /// The Cargo feature that its reader needs, besides `ingest`.
    pub(super) feature: Option<&'static str>,
    /// Recognises the format by the first bytes, for a file whose name shows no format.
    begins: Recognise,
    /// Recognises content of another format in a file with an extension of this one, and names it.
    unless: Option<(Recognise, Format)>,
}

/// Plain text; the other rows state only how they differ from it.
const TEXT: FormatRow = FormatRow {
    format: Format::Text,
    name: "text",
    title: "text",
    about: "One document: plain text or Markdown",
    endings: &["txt", "text", "md", "markdown"],
    single_document: Some("texts"),
    has_fields: false,
    kept_whole: false,
    joinable: false,
    archive: false,
    feature: None,
    begins: |_| false,
    unless: None,
};

/// Records with fields; the rows of such formats state only how they differ from it.
const RECORDS: FormatRow = FormatRow { single_document: None, has_fields: true, ..TEXT };

/// All formats, in the order of [`Format`].
static ROWS: [FormatRow; 10] = [
    TEXT,
    FormatRow {
        format: Format::Json,
        name: "json",
        title: "JSON",
        about: "One JSON object, or an array of them",
        endings: &["json"],
        begins: |start| start.is_json() && !start.is_json_lines(),
        unless: Some((|start| start.is_json_lines(), Format::Jsonl)),
        ..RECORDS
    },
    FormatRow {
        format: Format::Jsonl,
        name: "jsonl",
        title: "JSON Lines",
        about: "One JSON object a line",
        endings: &["jsonl", "ndjson"],
        begins: |start| start.is_json() && start.is_json_lines(),
        unless: Some((|start| start.is_whole_json(), Format::Json)),
        ..RECORDS
    },
    FormatRow {
        format: Format::Csv,
        name: "csv",
        title: "CSV",
        about: "A table with a header; commas, semicolons or | between fields",
        endings: &["csv"],
        feature: Some("csv"),
        begins: |start| start.is_table(b",;|"),
        ..RECORDS
    },
    FormatRow {
        format: Format::Tsv,
        name: "tsv",
        title: "TSV",
        about: "The same with tabs",
        endings: &["tsv", "tab"],
        feature: Some("csv"),
        begins: |start| start.is_table(b"\t"),
        ..RECORDS
    },
    FormatRow {
        format: Format::Parquet,
        name: "parquet",
        title: "Parquet",
        about: "Apache Parquet",
        endings: &["parquet", "pq"],
        feature: Some("parquet"),
        begins: |start| start.raw.starts_with(b"PAR1"),
        ..RECORDS
    },
    FormatRow {
        format: Format::Html,
        name: "html",
        title: "HTML",
        about: "A page of the web; the text is the article on it",
        endings: &["html", "htm", "xhtml", "xht"],
        single_document: Some("pages"),
        kept_whole: true,
        feature: Some("web"),
        begins: |start| is_page(start.text()),
        ..TEXT
    },
    FormatRow {
        format: Format::Warc,
        name: "warc",
        title: "WARC",
        about: "An archive of the web, WARC or WET",
        endings: &["warc", "wet"],
        single_document: None,
        kept_whole: true,
        joinable: true,
        archive: true,
        feature: Some("web"),
        begins: |start| start.text().starts_with(b"WARC/"),
        ..TEXT
    },
    FormatRow {
        format: Format::Feed,
        name: "feed",
        title: "feed",
        about: "A feed, RSS or Atom; each item is a document",
        endings: &["rss", "atom"],
        single_document: None,
        kept_whole: true,
        feature: Some("web"),
        begins: |start| is_feed(start.text()),
        ..TEXT
    },
    FormatRow {
        format: Format::Arc,
        name: "arc",
        title: "ARC",
        about: "An archive of the web in the older format ARC",
        endings: &["arc"],
        single_document: None,
        kept_whole: true,
        joinable: true,
        archive: true,
        feature: Some("web"),
        begins: |start| start.text().starts_with(b"filedesc://"),
        ..TEXT
    },
];

/// The compiler checks that each row is at the index of its format.
const _: () = {
    let mut at = 0;
    while at < ROWS.len() {
        assert!(ROWS[at].format as usize == at);
        at += 1;
    }
};

/// The files that are read in a directory, for the help of a command.
#[doc(hidden)]
pub const WALKED: &str = "text and Markdown files, pages (.html, .htm, .xhtml), archives of \
    pages (.warc, .wet, .arc), feeds (.rss, .atom, .xml), \
    .json, .jsonl, .ndjson, .csv and .tsv, each also compressed (.gz, .zst, .bz2, .xz, .lz4), and \
    .parquet";

/// The same list for the message about a directory that has no such file.
#[doc(hidden)]
pub const LOOKED_FOR: &str = "text and Markdown files, .html, .htm, .xhtml, .warc, .wet, .arc, \
    .rss, .atom, .xml of feeds, .json, .jsonl, .ndjson, \
    .csv and .tsv, each also as .gz, .zst, .bz2, .xz or .lz4, and .parquet";

/// The same list with all extensions, for the message about a file that has none of them.
pub(super) const READ: &str = ".txt, .text, .md, .markdown, .html, .htm, .xhtml, .warc, .wet, \
    .arc, .rss, .atom, .xml of feeds, .json, .jsonl, \
    .ndjson, .csv, .tsv, .tab (also .gz, .zst, .bz2, .xz, .lz4), .parquet and .pq";

impl Format {
    /// All formats, in the order of the enum.
    pub fn all() -> impl Iterator<Item = Format> {
        ROWS.iter().map(|row| row.format)
    }

    /// The properties of the format.
    pub const fn row(self) -> &'static FormatRow {
        &ROWS[self as usize]
    }

    /// The name, as `--input-format` takes it.
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// Decides the format of a decompressed file by its first bytes. The content is not examined
    /// where the name shows a format that cannot be another one. `text_names`: the names of the
    /// text that the caller gave.
    pub(super) fn of(
        named: Option<Format>,
        head: &[u8],
        encoding: Option<&'static Encoding>,
        text_names: &[String],
    ) -> Format {
        match named.map(|format| (format, format.row().unless)) {
            Some((format, None)) => format,
            Some((format, Some((is_other, other)))) => {
                if is_other(&FirstBytes::new(head, encoding, text_names)) { other } else { format }
            }
            None => {
                let start = FirstBytes::new(head, encoding, text_names);
                ROWS.iter().find(|row| (row.begins)(&start)).map_or(Format::Text, |row| row.format)
            }
        }
    }
}

impl_display!(Format);

/// The format and the compression that the name of a file shows.
///
/// ```
/// use nearcopy::ingest::{Compression, Format, by_name};
/// assert_eq!(by_name("a/b.jsonl.zst".as_ref()), (Some(Format::Jsonl), Some(Compression::Zstd)));
/// ```
pub fn by_name(path: &Path) -> (Option<Format>, Option<Compression>) {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let split = name.rsplit_once('.').unwrap_or_default();
    let packed = Compression::ALL.into_iter().find(|kind| kind.ending() == split.1);
    let bare = if packed.is_some() { split.0 } else { &name };
    let ending = bare.rsplit_once('.').map(|(_, ending)| ending);
    let row = ending.and_then(|ending| ROWS.iter().find(|row| row.endings.contains(&ending)));
    (row.map(|row| row.format), packed)
}

/// Whether the name of a file is that of XML, also compressed: it may be a feed or a page, and is
/// mostly something else.
pub(super) fn is_xml(path: &Path) -> bool {
    let unpacked = by_name(path).1.map_or_else(|| path.to_owned(), |_| path.with_extension(""));
    unpacked.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let by_name = |name: &str| by_name(Path::new(name));
        assert_eq!(by_name("x/A.TXT"), (Some(Format::Text), None));
        assert_eq!(by_name("x/a.jsonl.zst"), (Some(Format::Jsonl), Some(Compression::Zstd)));
        assert_eq!(by_name("a.CSV.bz2"), (Some(Format::Csv), Some(Compression::Bzip2)));
        assert_eq!(
            (by_name("a.tab").0, by_name("a.pq").0),
            (Some(Format::Tsv), Some(Format::Parquet))
        );
        assert_eq!(by_name("a.ndjson"), (Some(Format::Jsonl), None));
        assert_eq!(by_name("a.json.gz.gz"), (None, Some(Compression::Gzip)));
        assert_eq!(by_name("README"), (None, None));
        assert_eq!(by_name("x.txt/README"), (None, None));
    }

    #[test]
    fn what_is_read_is_said() {
        for row in ROWS.iter().filter(|row| row.format != Format::Text) {
            let ending = format!(".{}", row.endings[0]);
            for list in [WALKED, LOOKED_FOR, READ] {
                assert!(list.contains(&ending), "{ending} is not in {list:?}");
            }
        }
    }
}
