//! Owns: the settings of how inputs are read, and those of a run, as flags and keys. Never: reads
//! an input.

use super::amount::{Amount, DocumentSize, Size};
use super::flag_macro::flags;
use super::flag_values::{
    delimiter, delimiter_of, encoding, encoding_parts, input_format, on_error, one_or_more,
    page_kind, pattern, quote, quote_of,
};
use super::machine_memory::machine_memory;
use nearcopy::ingest::{Format, InputOptions, OnError, PageKind};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

flags!(InputFlags {
    /// What every input holds, once decompressed [default: by file name, then by content]
    #[arg(value_name = "FORMAT", help_heading = "Input", value_parser = input_format())]
    input_format: Format,
    /// JSON field or column with the text; several by preference (articleBody,text), or joined
    /// (lead+body) [default: the first of text, content, body, article, … that is there]
    ///
    /// Joined fields are one text with blank lines between; one that a record lacks is left out. A
    /// name with a comma or plus sign has a backslash before it.
    #[arg(value_name = "NAME", help_heading = "Input")]
    text_field: String,
    /// JSON field or column with the id [default: the first of id, url, … that is there, else
    /// file:record]
    ///
    /// Several are tried by preference, as for the other fields: url,guid.
    ///
    /// A page is called by its path, in an archive by the address it was fetched from; `url`: by
    /// the address that it names itself, where it does.
    #[arg(value_name = "NAME", help_heading = "Input")]
    id_field: String,
    /// JSON field or column with the source, the outlet or site [default: guessed, like the others;
    /// where a record has none, the host of its address]
    ///
    /// The address is an id that is an http or https URL, or else the field url, uri or link. Where
    /// this option names the field, a record without it has no source.
    #[arg(value_name = "NAME", help_heading = "Input")]
    source_field: String,
    /// JSON field or column with the date [default: guessed, like the others]
    #[arg(value_name = "NAME", help_heading = "Input")]
    date_field: String,
    /// JSON field or column with the title [default: guessed, like the others: title, headline, …]
    ///
    /// The title is no part of the text: no passage is looked for in it.
    #[arg(value_name = "NAME", help_heading = "Input")]
    title_field: String,
    /// What separates the fields of CSV and TSV: a character, or comma, semicolon, pipe, tab or
    /// space [default: recognised for each table, by its header]
    #[arg(value_name = "CHARACTER", help_heading = "Input", hide_short_help = true,
        value_parser = delimiter)]
    delimiter: String,
    /// What is written around fields of CSV and TSV that hold a delimiter: a character, or none
    /// where a quote is an ordinary character [default: "]
    ///
    /// Doubled inside such a field it is meant. Blanks before it, and backslashes that escape it,
    /// are recognised.
    #[arg(value_name = "CHARACTER", help_heading = "Input", hide_short_help = true,
        value_parser = quote)]
    quote: String,
    /// Encoding of texts without a byte-order mark: windows-1252, gb18030, …; with PATTERN= of the
    /// files that fit, as in 'old/*.csv=windows-1251'; repeatable [default: declared or detected,
    /// for each file]
    ///
    /// A pattern without / is one of file names. Of several that fit the last one counts. In
    /// nearcopy.toml: encoding = "gb18030" or encoding = ["utf-8", "old/*.csv=windows-1251"].
    #[arg(value_name = "[PATTERN=]LABEL", help_heading = "Input", hide_short_help = true,
        value_parser = encoding)]
    #[serde(deserialize_with = "one_or_more")]
    encoding: Vec<String>,
    /// The longest text that is read, in bytes of UTF-8; a longer one is skipped as too-long
    /// [default: 256MiB]
    ///
    /// It also bounds what reading takes in memory: a record of JSON is held up to three times this
    /// size, a row of a table up to twice, and what is longer is passed over. At most 4294967295
    /// bytes.
    #[arg(value_name = "SIZE", help_heading = "Input", hide_short_help = true)]
    max_document: DocumentSize,
    /// What web pages are read as: auto, article, thread or all [default: auto]
    ///
    /// auto: what each page says and looks like. article: one article, without comments. thread:
    /// the posts of a discussion, in their order. all: all text but menus and banners.
    #[arg(value_name = "KIND", help_heading = "Input", value_parser = page_kind())]
    page: PageKind,
    /// Of directories, read only what fits this pattern, whatever its ending: '*.md', news, or
    /// 'a/**/b.txt'; repeatable [default: files with known endings]
    ///
    /// A pattern without / is one of names, of files and of the directories that they are in. Files
    /// that are named are read in any case, and ignore files count too (--no-ignore).
    #[arg(value_name = "PATTERN", help_heading = "Input", value_parser = pattern)]
    #[serde(deserialize_with = "one_or_more")]
    include: Vec<String>,
    /// Of directories, leave out the files and directories that fit this pattern; repeatable
    /// [default: what .gitignore, .ignore and .nearcopyignore name]
    #[arg(value_name = "PATTERN", help_heading = "Input", value_parser = pattern)]
    #[serde(deserialize_with = "one_or_more")]
    exclude: Vec<String>,
    /// Also walk hidden files and directories [default: false]
    #[arg(value_name = "BOOL", help_heading = "Input", num_args = 0..=1, require_equals = true,
        default_missing_value = "true", hide_possible_values = true)]
    hidden: bool,
    /// Do not obey .gitignore, .ignore and .nearcopyignore [default: false]
    #[arg(value_name = "BOOL", help_heading = "Input", num_args = 0..=1, require_equals = true,
        default_missing_value = "true", hide_possible_values = true)]
    no_ignore: bool,
    /// When an input fails (missing, unreadable, cut short): stop-if-named, stop or skip [default:
    /// stop-if-named]
    ///
    /// stop-if-named: one that was named ends the run without output; a file that was found in a
    /// directory lets it finish; both exit with 2. stop: each of them ends it. skip: failures are
    /// counted and named, what was read before one counts, and the exit code is not changed.
    #[arg(value_name = "WHAT", help_heading = "Input", value_parser = on_error())]
    on_error: OnError,
});

impl InputFlags {
    pub fn options(&self) -> InputOptions {
        InputOptions::default().with(|s| {
            s.format = self.input_format;
            s.text_field = self.text_field.clone();
            s.id_field = self.id_field.clone();
            s.source_field = self.source_field.clone();
            s.date_field = self.date_field.clone();
            s.title_field = self.title_field.clone();
            for (pattern, label) in self.encoding.iter().flatten().map(|rule| encoding_parts(rule))
            {
                match pattern {
                    Some(pattern) => s.encodings.push((pattern.to_owned(), label.to_owned())),
                    None => s.encoding = Some(label.to_owned()),
                }
            }
            s.table.delimiter = self.delimiter.as_deref().and_then(|d| delimiter_of(d).ok());
            s.table.quote = self.quote.as_deref().and_then(|q| quote_of(q).ok());
            s.max_document = self.max_document.map(u64::from);
            s.page = self.page.unwrap_or_default();
            s.include = self.include.clone().unwrap_or_default();
            s.exclude = self.exclude.clone().unwrap_or_default();
            s.hidden = self.hidden.unwrap_or(false);
            s.no_ignore = self.no_ignore.unwrap_or(false);
            s.spool_stdin = false;
            s.on_error = self.on_error.unwrap_or_default();
        })
    }
}

flags!(RunFlags {
    /// Threads; 0: as many as there are cores. Never changes a finding [default: 0]
    #[arg(value_name = "N", help_heading = "Run")]
    threads: usize,
    /// The memory that texts and keys may take; what they need beyond it goes to scratch files
    /// [default: half of the machine's memory, or of its control group; no limit where the system
    /// is not Linux]
    ///
    /// Texts keep to about a quarter of it, keys to half of it until they are sorted, and what
    /// follows from them to smaller parts. Beside them a scan holds some 150 bytes for each
    /// document, and what it finds; pairs with their matches stay in a file where all reports are
    /// JSON, JSON Lines or Parquet. It never changes a finding.
    #[arg(value_name = "SIZE", help_heading = "Run")]
    memory: Size,
    /// The folder of this run: what its stages have made is kept there, and the same command goes
    /// on after it was killed [default: nothing is kept; scratch files are in TMPDIR, or else in
    /// /var/tmp]
    ///
    /// This is for scan, check and dedupe (without --index). The folder is of one run alone, and is
    /// made if it is not there: one that holds anything else is refused. Its files are deleted when
    /// the outputs are written; they take 1.5 to 4 times the bytes of the texts. Scratch files
    /// without a name (--memory) are there, too: of other commands it is only their directory.
    #[arg(value_name = "DIR", help_heading = "Run", hide_short_help = true)]
    scratch: PathBuf,
    /// Exit with 2 if more records than this are bad: a count (100) or a share (5%, 0.05) [default:
    /// unlimited; for check 0]
    #[arg(value_name = "N|P%", help_heading = "Run")]
    max_bad: Amount,
    /// No document at all is no error: for feeds that may be empty [default: false]
    #[arg(value_name = "BOOL", help_heading = "Run", num_args = 0..=1, require_equals = true,
        default_missing_value = "true", hide_possible_values = true)]
    allow_empty: bool,
});

impl RunFlags {
    /// The directory of scratch files; `None` is the system's. Where nobody names one, it is not
    /// the one that many systems keep in memory.
    pub fn scratch(&self) -> Option<PathBuf> {
        let on_disk = || {
            let unnamed = cfg!(unix) && std::env::var_os("TMPDIR").is_none();
            Some(PathBuf::from("/var/tmp")).filter(|path| unnamed && path.is_dir())
        };
        self.scratch.clone().or_else(on_disk)
    }

    /// Whether the user has set a limit on memory.
    pub fn is_limited(&self) -> bool {
        self.memory.is_some()
    }

    /// The memory that the run may plan with; `None` where nothing is known of the machine.
    pub fn memory(&self) -> Option<u64> {
        self.memory.map(u64::from).or_else(|| machine_memory().map(|bytes| bytes / 2))
    }
}
