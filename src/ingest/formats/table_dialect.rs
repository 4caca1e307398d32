//! Owns: the dialects of tables: the delimiter, the quote, what escapes one, and how they are
//! recognised. Never: reads the rows of a file.

use crate::ingest::format::Format;
use crate::ingest::input::TableQuote;
use crate::ingest::record::Context;
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// Bytes from which a dialect is recognised. Both reading and writing have as many at hand.
const SAMPLE: usize = 32 << 10;

/// How the fields of a table are separated and quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) delimiter: u8,
    /// The quote; `None` where nothing is quoted.
    pub(crate) quote: Option<u8>,
    /// Whether a backslash in a quoted field makes the next character an ordinary one.
    pub(crate) backslash: bool,
    /// Whether blanks may precede a quote.
    pub(crate) spaced: bool,
}

impl Dialect {
    /// A plain dialect, RFC 4180 but for the delimiter.
    pub(crate) fn plain(delimiter: u8) -> Dialect {
        Dialect { delimiter, quote: Some(b'"'), backslash: false, spaced: false }
    }

    /// The dialect of a file with this beginning: what the caller set, and else what the beginning
    /// shows. `context` decodes names and knows those of the text.
    pub(crate) fn of(format: Format, head: &[u8], context: &Context) -> Dialect {
        let head = head.trim_ascii_start();
        let head = &head[..head.len().min(SAMPLE)];
        let mut dialect = Dialect::plain(b',');
        match context.table.quote {
            Some(TableQuote::None) => dialect.quote = None,
            Some(TableQuote::Character(quote)) => dialect.quote = Some(quote),
            None if dialect.is_single_quoted(format, head, context) => {
                dialect.quote = Some(b'\'');
            }
            None => {}
        }
        dialect.delimiter =
            context.table.delimiter.unwrap_or_else(|| dialect.delimiter_of(format, head, context));
        dialect.backslash = dialect.quote != Some(b'\\') && dialect.has_backslashes(head);
        dialect.spaced = dialect.has_spaces(head);
        dialect
    }

    /// A parser of this dialect.
    pub(crate) fn reader(&self) -> Reader {
        let mut builder = ReaderBuilder::new();
        builder.delimiter(self.delimiter).quoting(self.quote.is_some());
        builder.quote(self.quote.unwrap_or(b'"')).escape(self.backslash.then_some(b'\\'));
        builder.build()
    }

    /// The number of bytes before the quote of a field that begins with these bytes, where they are
    /// no part of the field; `None` where more bytes are needed to know.
    pub(crate) fn blank_before_quote(&self, field: &[u8]) -> Option<usize> {
        if !self.spaced {
            return Some(0);
        }
        let blank = field.iter().take_while(|b| self.is_blank(**b)).count();
        let quote = *field.get(blank)?;
        Some(if Some(quote) == self.quote { blank } else { 0 })
    }

    fn is_blank(&self, byte: u8) -> bool {
        byte != self.delimiter && matches!(byte, b' ' | b'\t')
    }

    /// The delimiter that the header shows: the first that gives a column of the text, else the
    /// first that is there outside of quotes.
    fn delimiter_of(&self, format: Format, head: &[u8], context: &Context) -> u8 {
        let order = if format == Format::Tsv { b"\t,;|" } else { b",;|\t" };
        let header = self.first_line(head);
        let outside = |delimiter: &&u8| self.pieces(header, **delimiter).len() > 1;
        let shows_text = |delimiter: &&u8| {
            let names: Vec<String> = self
                .pieces(header, **delimiter)
                .into_iter()
                .map(|name| self.unquoted(&context.value(name).0))
                .collect();
            let fields = context.fields;
            names.len() > 1 && fields.has_text(&fields.columns(&names, |_, _| true))
        };
        let shown = order.iter().find(shows_text).or_else(|| order.iter().find(outside));
        *shown.unwrap_or(&order[0])
    }

    /// Whether single quotes are the quotes: each name of the header stands in them, one is that of
    /// the text, and with them no more rows are ragged. Without them such a header has no text, so
    /// no table is read otherwise that could be read before.
    fn is_single_quoted(&self, format: Format, head: &[u8], context: &Context) -> bool {
        if !head.starts_with(b"'") {
            return false;
        }
        let of = |quote: u8| {
            let mut dialect = Dialect { quote: Some(quote), ..*self };
            let delimiter = context.table.delimiter;
            dialect.delimiter =
                delimiter.unwrap_or_else(|| dialect.delimiter_of(format, head, context));
            dialect
        };
        let (single, double) = (of(b'\''), of(b'"'));
        let names = single.pieces(single.first_line(head), single.delimiter);
        let stands_in_quotes = |name: &&[u8]| {
            let name = name.trim_ascii();
            name.len() > 2 && name.starts_with(b"'") && name.ends_with(b"'")
        };
        if !names.iter().all(stands_in_quotes) {
            return false;
        }
        let names: Vec<String> =
            names.into_iter().map(|name| single.unquoted(&context.value(name).0)).collect();
        context.fields.has_text(&context.fields.columns(&names, |_, _| true))
            && single.ragged(head) <= double.ragged(head)
    }

    fn first_line<'h>(&self, head: &'h [u8]) -> &'h [u8] {
        let mut quoted = false;
        let end = head.iter().position(|&byte| {
            quoted ^= Some(byte) == self.quote;
            !quoted && matches!(byte, b'\n' | b'\r')
        });
        &head[..end.unwrap_or(head.len())]
    }

    /// A line cut at the delimiters outside of quotes.
    fn pieces<'h>(&self, line: &'h [u8], delimiter: u8) -> Vec<&'h [u8]> {
        let mut quoted = false;
        line.split(|&byte| {
            quoted ^= Some(byte) == self.quote;
            !quoted && byte == delimiter
        })
        .collect()
    }

    fn unquoted(&self, name: &str) -> String {
        let quote = self.quote.map_or('"', char::from);
        name.trim().trim_matches(quote).trim().to_owned()
    }

    /// Whether backslashes escape quotes: some do where a quote of RFC 4180 can neither end a field
    /// nor be doubled, and with them no more rows are ragged.
    fn has_backslashes(&self, head: &[u8]) -> bool {
        let Some(quote) = self.quote else { return false };
        let ends = |b: Option<&u8>| match b {
            None | Some(b'\n' | b'\r') => true,
            Some(&b) => b == self.delimiter || b == quote || self.is_blank(b),
        };
        let escaped = memchr::memchr_iter(b'\\', head)
            .filter(|at| head.get(at + 1) == Some(&quote))
            .any(|at| !ends(head.get(at + 2)));
        let with = Dialect { backslash: true, spaced: true, ..*self };
        let without = Dialect { spaced: true, ..*self };
        let rows = memchr::memmem::find(head, &[b'\\', quote])
            .is_some()
            .then(|| (with.ragged(head), without.ragged(head)));
        rows.is_some_and(|(with, without)| with < without || escaped && with == without)
    }

    /// Whether blanks precede quotes: some field begins so, and each that does has its closing
    /// quote before a delimiter or the end of the row.
    fn has_spaces(&self, head: &[u8]) -> bool {
        let Some(quote) = self.quote else { return false };
        let Dialect { delimiter, .. } = *self;
        let (mut at, mut start, mut found) = (0, true, false);
        while at < head.len() {
            let blank = head[at..].iter().take_while(|b| self.is_blank(**b)).count();
            if start && head.get(at + blank) == Some(&quote) {
                let Some(end) = self.closing(head, at + blank + 1) else { return found };
                let behind = head[end..].iter().position(|b| !self.is_blank(*b));
                let next = behind.map(|n| head[end + n]);
                let closed = next.is_none_or(|b| b == delimiter || matches!(b, b'\n' | b'\r'));
                if blank > 0 && !closed {
                    return false;
                }
                found |= blank > 0;
                at = end;
            }
            // The next field, or the end of the beginning that is looked at.
            let more =
                head[at..].iter().position(|b| *b == delimiter || matches!(b, b'\n' | b'\r'));
            let Some(more) = more else { return found };
            (at, start) = (at + more + 1, true);
        }
        found
    }

    /// One past the quote that closes a field, from its first character on.
    fn closing(&self, head: &[u8], mut at: usize) -> Option<usize> {
        loop {
            match *head.get(at)? {
                b'\\' if self.backslash => at += 1,
                byte if Some(byte) == self.quote => {
                    if head.get(at + 1) != Some(&byte) {
                        return Some(at + 1);
                    }
                    at += 1;
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// The number of rows with more or fewer fields than the first one; the last row, which the
    /// beginning of a file may cut, is left out.
    fn ragged(&self, head: &[u8]) -> usize {
        let (mut core, mut values, mut ends) = (self.reader(), [0; 1024], [0; 64]);
        let (mut widths, mut width, mut at, mut first) = (Vec::new(), 0, 0, true);
        while at < head.len() {
            if first {
                at += self.blank_before_quote(&head[at..]).unwrap_or(0);
            }
            let stop =
                head[at..].iter().position(|b| *b == self.delimiter || matches!(b, b'\n' | b'\r'));
            let end = stop.map_or(head.len(), |n| at + n + 1);
            let (result, read, _, fields) =
                core.read_record(&head[at..end], &mut values, &mut ends);
            (at, width, first) = (at + read, width + fields, fields > 0);
            if result == ReadRecordResult::Record {
                widths.push(std::mem::take(&mut width));
            }
        }
        widths.iter().filter(|n| **n != widths[0]).count() + usize::from(widths.len() < 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::InputOptions;
    use crate::ingest::fields::Fields;
    use crate::ingest::limits::DocumentLimit;
    use proptest::prelude::*;

    fn of(format: Format, head: &str) -> Dialect {
        let fields = Fields::new(&InputOptions::default());
        let limit = DocumentLimit::of(&InputOptions::default());
        Dialect::of(format, head.as_bytes(), &Context::new(&fields, "-", limit))
    }

    #[test]
    fn delimiters_are_those_of_the_header() {
        for (head, csv, tsv) in [
            ("a,b;c\n", ',', ','),
            ("a;b\n1,2", ';', ';'),
            ("\"a,b\";c\n", ';', ';'),
            ("a\tb", '\t', '\t'),
            ("", ',', '\t'),
            ("id|text\n1|a, b; c", '|', '|'),
            ("id,note|text\n", '|', '|'),
            ("text\n", ',', '\t'),
            ("id, \"text\"\n", ',', ','),
            ("id\ttext, long\tbody\n", '\t', '\t'),
            ("\"first;\nline\",text", ',', ','),
        ] {
            assert_eq!(char::from(of(Format::Csv, head).delimiter), csv, "{head}");
            assert_eq!(char::from(of(Format::Tsv, head).delimiter), tsv, "{head}");
        }
    }

    #[test]
    fn single_quotes_are_those_of_the_whole_header() {
        for (head, quote) in [
            ("'id','text'\n'1','a, b'\n", '\''),
            ("'id';'text'\n'1';'it''s; here'\n2;plain\n", '\''),
            ("'text'\n'one, two'\n", '\''),
            ("'id', 'text'\n'1', 'a, b'\n", '\''),
            ("id,text\n1,'tis the season'\n2,'twas\n", '"'),
            ("id,text\n'1','a, b'\n", '"'),
            ("'id',text\n'1','a, b'\n", '"'),
            ("'id','note'\n'1','a'\n", '"'),
            ("\"id\",\"text\"\n'1','a'\n", '"'),
        ] {
            assert_eq!(of(Format::Csv, head).quote.map(char::from), Some(quote), "{head}");
        }
    }

    #[test]
    fn blanks_and_backslashes_are_recognised_where_all_rows_agree() {
        for (rows, spaced, backslash) in [
            ("1, \"a, b\"\n", true, false),
            ("1, \"a \"\"b\"\", c\" \n2,x\n", true, false),
            ("1, \"Yes\" he said\n", false, false),
            ("1,\"a\", \"b\n", false, false),
            ("1,\"he said \\\"yes, or no\\\" twice\"\n", false, true),
            ("1,\"he said \\\"yes\\\" twice\"\n", false, true),
            ("1, \"he said \\\"yes, or\\\" no\"\n", true, true),
            ("1,\"C:\\dir\\\"\n2,\"D:\\\"\n", false, false),
            ("1,C:\\dir\n", false, false),
            ("1,\"plain\"\n", false, false),
        ] {
            let dialect = of(Format::Csv, &format!("id,text\n{rows}"));
            assert_eq!((dialect.spaced, dialect.backslash), (spaced, backslash), "{rows}");
        }
    }

    proptest! {
        #[test]
        fn any_beginning_has_a_dialect(head in "[abtext,;|\\\\ \"'\r\n]{0,60}") {
            of(Format::Csv, &head);
            of(Format::Tsv, &head);
        }
    }
}
