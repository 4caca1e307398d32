//! Owns: `nearcopy index export`: documents back out as JSON Lines. Never: which documents there are.

use super::super::Failure;
use super::super::output::{failed, probe, to_file, to_stdout};
use super::super::problems::{clean, say};
use super::super::progress::{Meter, TalkArgs};
use super::super::staged::StagedFile;
use super::{Exit, Place, Result, counted};
use nearcopy::ingest::{Compression, by_name};
use nearcopy::report::json_line;
use nearcopy::{Document, Index};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The level of zstd: its own usual one.
const ZSTD: i32 = 3;

/// Writes all documents of an index as JSON Lines: id, source, date, path, record, text
///
/// In the order in which they were added, all of one moment. `nearcopy index add` reads them again. An index without texts gives the rest.
#[derive(Debug, clap::Args)]
pub struct Export {
    #[command(flatten)]
    place: Place,

    /// Where they go; compressed by its name (.gz, .zst, .bz2) [default: standard output]
    #[arg(short = 'o', long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,

    /// Write what the index tells about its texts (boilerplate, common words), for `compare --background`; without -o only that [default: none]
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    background: Option<PathBuf>,

    #[command(flatten)]
    talk: TalkArgs,
}

#[derive(serde::Serialize)]
struct Line<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

impl Export {
    pub fn run(self) -> Result<Exit> {
        let index = self.place.read()?;
        // For Ctrl-C: what is half written is taken away.
        let _meter = Meter::start(self.talk);
        for path in self.output.iter().chain(&self.background) {
            probe(path)?;
        }
        if let Some(path) = &self.background {
            self.background(&index, path)?;
        }
        match &self.output {
            Some(path) => self.file(&index, path)?,
            None if self.background.is_some() => {}
            None => self.stdout(&index)?,
        }
        if !index.has_texts() && !self.talk.quiet && (self.output.is_some() || self.background.is_none()) {
            say(&format!("{} keeps no texts: only ids, sources, dates and places were written", self.place.shown()));
        }
        Ok(Exit::Done)
    }

    fn background(&self, index: &Index, path: &Path) -> Result<()> {
        if index.stats()?.background == "none" {
            let shown = self.place.shown();
            return Err(Failure::Said(format!("{shown} has no background yet: run `nearcopy index compact {shown}` first")));
        }
        let json = index.background()?.to_json(&index.recipe().id());
        to_file(path, |out| out.write_all(json.as_bytes()))?;
        self.tell(&format!("{} written", clean(&path.display().to_string())))
    }

    fn file(&self, index: &Index, path: &Path) -> Result<()> {
        let staged = StagedFile::create(path)?;
        let mut out = Packed::new(staged.writer()?, by_name(path).1).map_err(|e| failed(staged.shown(), &e))?;
        let mut written = Written::default();
        written.all(index, &mut out)?;
        written.end(|| out.finish(), staged.shown())?;
        let line = format!("{} with {}", staged.shown(), counted(written.documents, "document"));
        staged.commit()?;
        self.tell(&line)
    }

    fn stdout(&self, index: &Index) -> Result<()> {
        let (mut written, mut done) = (Written::default(), Ok(()));
        to_stdout(|out| {
            done = written.all(index, out);
            written.failure.take().map_or(Ok(()), Err)
        })?;
        done
    }

    fn tell(&self, line: &str) -> Result<()> {
        if self.talk.quiet { Ok(()) } else { to_stdout(|out| writeln!(out, "{line}")) }
    }
}

/// How far it got.
#[derive(Default)]
struct Written {
    documents: u64,
    failure: Option<io::Error>,
}

impl Written {
    /// Writes every document, until one cannot be written.
    fn all(&mut self, index: &Index, out: &mut dyn Write) -> Result<()> {
        let texts = index.has_texts();
        Ok(index.for_each(|d| match json_line(&line(&d, texts), out) {
            Ok(()) => {
                self.documents += 1;
                true
            }
            Err(e) => {
                self.failure = Some(e);
                false
            }
        })?)
    }

    fn end(&mut self, finish: impl FnOnce() -> io::Result<()>, shown: &str) -> Result<()> {
        self.failure.take().map_or_else(finish, Err).map_err(|e| failed(shown, &e))
    }
}

fn line(d: &Document, texts: bool) -> Line<'_> {
    let text = texts.then_some(d.text.as_str());
    Line {
        id: &d.info.id,
        source: d.info.source.as_deref(),
        date: d.info.date.as_deref(),
        path: d.info.path.as_deref(),
        record: d.info.record,
        text,
    }
}

/// A compressed output, or a plain one.
enum Packed<W: Write> {
    Plain(BufWriter<W>),
    Gzip(flate2::write::GzEncoder<BufWriter<W>>),
    Zstd(zstd::stream::write::Encoder<'static, BufWriter<W>>),
    Bzip2(bzip2::write::BzEncoder<BufWriter<W>>),
}

impl<W: Write> Packed<W> {
    fn new(out: W, compression: Option<Compression>) -> io::Result<Packed<W>> {
        let out = BufWriter::with_capacity(1 << 18, out);
        Ok(match compression {
            None => Packed::Plain(out),
            Some(Compression::Gzip) => Packed::Gzip(flate2::write::GzEncoder::new(out, flate2::Compression::default())),
            Some(Compression::Zstd) => Packed::Zstd(zstd::stream::write::Encoder::new(out, ZSTD)?),
            Some(Compression::Bzip2) => Packed::Bzip2(bzip2::write::BzEncoder::new(out, bzip2::Compression::default())),
        })
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Packed::Plain(out) => Ok(out),
            Packed::Gzip(out) => out.finish(),
            Packed::Zstd(out) => out.finish(),
            Packed::Bzip2(out) => out.finish(),
        }?
        .flush()
    }
}

impl<W: Write> Write for Packed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Packed::Plain(out) => out.write(bytes),
            Packed::Gzip(out) => out.write(bytes),
            Packed::Zstd(out) => out.write(bytes),
            Packed::Bzip2(out) => out.write(bytes),
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Packed::Plain(out) => out.flush(),
            Packed::Gzip(out) => out.flush(),
            Packed::Zstd(out) => out.flush(),
            Packed::Bzip2(out) => out.flush(),
        }
    }
}
