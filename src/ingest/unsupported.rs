//! Owns: the kinds of files that are recognised and not read, and the messages that say what to do
//! about one. Never: reads a file, or decides what follows.

use crate::ingest::format::{Format, by_name as format_by_name};
use std::path::Path;

/// A kind of file.
struct UnreadFormat {
    name: &'static str,
    /// Recognises it by its first bytes.
    begins: fn(&[u8]) -> bool,
    /// Its extensions behind that of a format that is read, as in `a.jsonl.lz`.
    packed_endings: &'static [&'static str],
    /// Whether only a file of unknown format is looked at: its first bytes could be text.
    textual: bool,
    remedy: &'static str,
}

const UNPACK: &str = "unpack it first, or compress it with gzip, zstd, bzip2, xz or lz4";

const EXPORT: &str = "export its texts as JSON Lines, CSV or Parquet";

/// A compression or an archive of files; the other rows state only how they differ.
const PACKED: UnreadFormat = UnreadFormat {
    name: "",
    begins: |_| false,
    packed_endings: &[],
    textual: false,
    remedy: UNPACK,
};

static UNREAD: [UnreadFormat; 18] = [
    UnreadFormat {
        name: "UTF-32",
        begins: is_utf32,
        remedy: "convert it to UTF-8, with iconv -f UTF-32 -t UTF-8 for example",
        ..PACKED
    },
    UnreadFormat {
        name: "LZMA",
        begins: |b| b.starts_with(b"\x5d\0\0") && b.get(12).is_some_and(|b| *b == 0 || *b == 0xff),
        packed_endings: &["lzma"],
        ..PACKED
    },
    UnreadFormat {
        name: "lzip",
        begins: |b| b.starts_with(b"LZIP\x01"),
        packed_endings: &["lz"],
        ..PACKED
    },
    UnreadFormat {
        name: "compress (.Z)",
        begins: |b| b.starts_with(b"\x1f\x9d"),
        packed_endings: &["z"],
        ..PACKED
    },
    UnreadFormat {
        name: "Snappy",
        begins: |b| b.starts_with(b"\xff\x06\0\0sNaPpY"),
        packed_endings: &["sz", "snappy"],
        ..PACKED
    },
    UnreadFormat { name: "Brotli", packed_endings: &["br"], ..PACKED },
    UnreadFormat {
        name: "ZIP",
        begins: |b| b.starts_with(b"PK\x03\x04") || b.starts_with(b"PK\x05\x06"),
        packed_endings: &["zip"],
        remedy: "unpack it first; of an office document or an e-book, save the text",
        ..PACKED
    },
    UnreadFormat {
        name: "7z",
        begins: |b| b.starts_with(b"7z\xbc\xaf\x27\x1c"),
        packed_endings: &["7z"],
        ..PACKED
    },
    UnreadFormat {
        name: "RAR",
        begins: |b| b.starts_with(b"Rar!\x1a\x07"),
        packed_endings: &["rar"],
        ..PACKED
    },
    UnreadFormat {
        name: "tar",
        begins: |b| b.get(257..262).is_some_and(|magic| magic == b"ustar"),
        packed_endings: &["tar"],
        remedy: "unpack it first, and name the directory",
        ..PACKED
    },
    UnreadFormat {
        name: "PDF",
        begins: |b| b.starts_with(b"%PDF-"),
        remedy: "take its text out first, with pdftotext for example",
        ..PACKED
    },
    UnreadFormat {
        name: "an old office document",
        begins: |b| b.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        remedy: "save it as text",
        ..PACKED
    },
    UnreadFormat { name: "Avro", begins: |b| b.starts_with(b"Obj\x01"), remedy: EXPORT, ..PACKED },
    UnreadFormat {
        name: "Arrow IPC (Feather)",
        begins: |b| b.starts_with(b"ARROW1\0\0"),
        remedy: EXPORT,
        ..PACKED
    },
    UnreadFormat {
        name: "ORC",
        begins: |b| b.starts_with(b"ORC") && b.get(3).is_some_and(|b| *b < 0x20),
        remedy: EXPORT,
        ..PACKED
    },
    UnreadFormat {
        name: "SQLite",
        begins: |b| b.starts_with(b"SQLite format 3\0"),
        remedy: EXPORT,
        ..PACKED
    },
    UnreadFormat {
        name: "XML that is neither a feed nor a page",
        begins: |b| b.starts_with(b"<?xml"),
        textual: true,
        remedy: "take its texts out first, or say --input-format text to read it with its tags",
        ..PACKED
    },
    UnreadFormat {
        name: "RTF",
        begins: |b| b.starts_with(b"{\\rtf"),
        textual: true,
        remedy: "save it as text",
        ..PACKED
    },
];

/// Whether bytes are text in UTF-32: its byte-order mark, or characters of ASCII alone.
fn is_utf32(bytes: &[u8]) -> bool {
    let (marks, head) =
        ([[0xff, 0xfe, 0, 0], [0, 0, 0xfe, 0xff]], &bytes[..bytes.len().min(256) & !3]);
    let text = |b: u8| matches!(b, b' '..=b'~' | b'\n' | b'\r' | b'\t');
    let little = |c: &[u8]| text(c[0]) && c[1..] == [0; 3];
    let big = |c: &[u8]| text(c[3]) && c[..3] == [0; 3];
    let all = |of: &dyn Fn(&[u8]) -> bool| head.len() >= 8 && head.chunks(4).all(of);
    marks.iter().any(|mark| head.starts_with(mark)) || all(&little) || all(&big)
}

/// The message about a file that was found in a directory, where its name shows a kind that is
/// recognised and not read. Other unknown names are no evidence of articles.
pub(super) fn by_name(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let (inner, ending) = name.rsplit_once('.')?;
    let packed = |kind: &&UnreadFormat| {
        kind.packed_endings.contains(&ending) && format_by_name(Path::new(inner)).0.is_some()
    };
    UNREAD.iter().find(packed).map(message)
}

/// The message about a file whose first decompressed bytes show a kind that is recognised and not
/// read.
/// `named`: the format that its name or the caller shows.
pub(super) fn by_content(head: &[u8], named: Option<Format>) -> Option<String> {
    let start = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let page = matches!(Format::of(None, head, None, &[]), Format::Html | Format::Feed);
    UNREAD
        .iter()
        .filter(|kind| !kind.textual || named.is_none() && !page)
        .find(|kind| (kind.begins)(if kind.textual { start } else { head }))
        .map(message)
}

fn message(kind: &UnreadFormat) -> String {
    format!("{} is recognised and not read: {}", kind.name, kind.remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_show_what_is_not_read() {
        for name in ["a.jsonl.lz", "b.txt.LZMA", "c.csv.zip"] {
            assert!(by_name(Path::new(name)).is_some(), "{name}");
        }
        for name in ["linux.tar.xz", "a.txt", "pom.xml", "feed.rss", "a.zip", "xz", "a.gz"] {
            assert!(by_name(Path::new(name)).is_none(), "{name}");
        }
    }

    #[test]
    fn first_bytes_show_what_is_not_read() {
        let feed = b"\xef\xbb\xbf <?xml version='1.0'?>\n<!-- c --><rss version='2.0'>";
        assert_eq!(by_content(feed, None), None);
        assert_eq!(by_content(b"<feed xmlns='x'>", None), None);
        assert!(by_content(b"<?xml version='1.0'?><urlset>", None).unwrap().starts_with("XML"));
        // A page may be XML, and what is named as text is text.
        assert_eq!(by_content(b"<?xml version='1.0'?><html><p>x", None), None);
        assert_eq!(by_content(feed, Some(Format::Text)), None);
        for text in [&b"ORCHESTRA"[..], b"LZIPPED", b"Object", b"feed the cat", b"", b"<p>x"] {
            assert_eq!(by_content(text, None), None, "{text:?}");
        }
        assert!(by_content(b"LZIP\x01\0\0\x04", Some(Format::Jsonl)).is_some());
    }
}
