//! Owns: the two layouts of archives of the web, WARC and ARC: how a record begins, and what the
//! messages call its parts. Never: decides where a record ends.

use crate::ingest::format::Format;
use crate::ingest::problem::Reason;
use crate::ingest::web::record_header::Header;
use crate::ingest::web::{arc_header, warc_header};

/// How the records of an archive are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// A first line with the version, then fields up to an empty line.
    Warc,
    /// One line for each record, in version 1 or 2.
    Arc,
}

impl Layout {
    /// The layout of a format; `None` where it is that of no archive.
    pub(crate) fn of(format: Format) -> Option<Layout> {
        match format {
            Format::Warc => Some(Layout::Warc),
            Format::Arc => Some(Layout::Arc),
            _ => None,
        }
    }

    /// The format of archives in this layout.
    pub(crate) fn format(self) -> Format {
        match self {
            Layout::Warc => Format::Warc,
            Layout::Arc => Format::Arc,
        }
    }

    /// Whether a record begins with the first of these bytes; `None` where they are too few to
    /// tell.
    pub(super) fn begins(self, bytes: &[u8]) -> Option<bool> {
        match self {
            Layout::Warc => warc_header::begins(bytes),
            Layout::Arc => arc_header::begins(bytes),
        }
    }

    /// Whether a body ends before so many line breaks, although no record begins behind them: a
    /// record of WARC has two, and one of ARC one, behind which a line begins as that of a record
    /// does, but for a fault of its own.
    pub(super) fn ends_before(self, breaks: usize, next: &[u8]) -> bool {
        match self {
            Layout::Warc => breaks > 1,
            Layout::Arc => breaks > 0 && arc_header::begins_with_scheme(next) == Some(true),
        }
    }

    /// Finds the first beginning of a record.
    pub(super) fn find(self, bytes: &[u8]) -> Option<usize> {
        match self {
            Layout::Warc => warc_header::find(bytes),
            Layout::Arc => arc_header::find(bytes),
        }
    }

    /// Parses the header of a record.
    pub(super) fn header(self, bytes: &[u8]) -> Header {
        match self {
            Layout::Warc => warc_header::header(bytes),
            Layout::Arc => arc_header::header(bytes),
        }
    }

    /// Whether the header of a record is its first line alone.
    pub(super) fn has_one_line(self) -> bool {
        self == Layout::Arc
    }

    /// The length in bytes of a record's first line at most.
    pub(super) fn longest_line(self) -> usize {
        match self {
            Layout::Warc => warc_header::LINE,
            Layout::Arc => arc_header::LINE,
        }
    }

    /// The bytes after a record that are searched for the next one.
    pub(super) fn lookahead(self) -> usize {
        match self {
            Layout::Warc => 64,
            Layout::Arc => arc_header::LINE + 64,
        }
    }

    /// What the header calls the length of a record.
    pub(super) fn length_name(self) -> &'static str {
        match self {
            Layout::Warc => "Content-Length",
            Layout::Arc => "length",
        }
    }

    /// The reason why a record is not read.
    pub(super) fn bad_reason(self) -> Reason {
        match self {
            Layout::Warc => Reason::BadWarc,
            Layout::Arc => Reason::BadArc,
        }
    }
}
