//! Owns: `nearcopy index export`: the documents of an index as JSON Lines. Never: decides which
//! documents there are.

use super::super::exit::{Exit, Failure, Result};
use super::super::interrupt::failed;
use super::super::messages::{escaped_path, say};
use super::super::output::{probe, to_stdout};
use super::super::outputs::Outputs;
use super::super::paths::distinct;
use super::super::progress::{Meter, TalkArgs};
use super::super::staged_output::StagedFile;
use super::amounts::counted;
use super::open_index::IndexPath;
use nearcopy::emit::{Compressor, DocumentLine};
use nearcopy::ingest::by_name;
use nearcopy::report::json_line;
use nearcopy::{Document, Index};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes all documents of an index as JSON Lines: id, title, source, date, path, record, text
///
/// In the order in which they were added, all of one moment. `nearcopy index add` reads them again.
/// An index without texts gives the rest.
#[derive(Debug, clap::Args)]
pub struct Export {
    #[command(flatten)]
    place: IndexPath,

    /// Where they go; compressed by its name (.gz, .zst, .bz2, .xz, .lz4) [default: standard
    /// output]
    #[arg(short = 'o', long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,

    /// Write what the index tells about its texts (boilerplate, common words), for `compare
    /// --background`; without -o only that [default: none]
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    background: Option<PathBuf>,

    #[command(flatten)]
    talk: TalkArgs,
}

impl Export {
    pub fn run(self) -> Result<Exit> {
        let index = self.place.read()?;
        // The meter handles Ctrl-C, which deletes incomplete outputs.
        let _meter = Meter::start(self.talk);
        let output = self.output.as_deref().filter(|path| *path != Path::new("-"));
        let on_stdout = self.output.is_some() != output.is_some()
            || self.output.is_none() && self.background.is_none();
        let outputs: Vec<(&str, &Path)> = output
            .map(|path| ("--output", path))
            .into_iter()
            .chain(self.background.as_deref().map(|path| ("--background", path)))
            .collect();
        distinct(&outputs)?;
        outputs.iter().try_for_each(|(_, path)| probe(path))?;
        let (mut outputs, mut lines) = (Outputs::default(), Vec::new());
        if let Some(path) = &self.background {
            lines.push(self.background(&index, path, &mut outputs)?);
        }
        if let Some(path) = output {
            lines.push(file(&index, path, &mut outputs)?);
        }
        if on_stdout {
            stdout(&index)?;
        }
        outputs.commit()?;
        for line in lines.iter().filter(|_| !self.talk.quiet) {
            if on_stdout {
                say(line);
            } else {
                to_stdout(|out| writeln!(out, "{line}"))?;
            }
        }
        if !index.has_texts()
            && !self.talk.quiet
            && (self.output.is_some() || self.background.is_none())
        {
            say(&format!(
                "{} keeps no texts: only ids, titles, sources, dates and places were written",
                self.place.display_name()
            ));
        }
        Ok(Exit::Done)
    }

    fn background(&self, index: &Index, path: &Path, outputs: &mut Outputs) -> Result<String> {
        if index.stats()?.background == "none" {
            let shown = self.place.display_name();
            return Err(Failure::Said(format!(
                "{shown} has no background yet: run `nearcopy index compact {shown}` first"
            )));
        }
        let json = index.background()?.to_json(&index.recipe().id());
        outputs.write(path, |out| out.write_all(json.as_bytes()))?;
        Ok(format!("{} written", escaped_path(path)))
    }
}

/// Writes the documents to a file, and returns the line about it.
fn file(index: &Index, path: &Path, outputs: &mut Outputs) -> Result<String> {
    let staged = StagedFile::create(path)?;
    let out = BufWriter::with_capacity(1 << 18, staged.writer()?);
    let mut out =
        Compressor::new(out, by_name(path).1, 0).map_err(|e| failed(staged.display_name(), &e))?;
    let mut written = ExportCounts::default();
    written.all(index, &mut out)?;
    written.end(|| out.finish()?.flush(), staged.display_name())?;
    let line = format!("{} with {}", staged.display_name(), counted(written.documents, "document"));
    outputs.add(staged);
    Ok(line)
}

/// Writes the documents to standard output.
fn stdout(index: &Index) -> Result<()> {
    let (mut written, mut done) = (ExportCounts::default(), Ok(()));
    to_stdout(|out| {
        done = written.all(index, out);
        written.failure.take().map_or(Ok(()), Err)
    })?;
    done
}

/// The counts of the export so far.
#[derive(Default)]
struct ExportCounts {
    documents: u64,
    failure: Option<io::Error>,
}

impl ExportCounts {
    /// Writes every document, up to the first that cannot be written.
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

fn line(d: &Document, texts: bool) -> DocumentLine<'_> {
    let text = texts.then_some(d.text.as_str());
    DocumentLine {
        path: d.info.path.as_deref(),
        record: d.info.record,
        ..DocumentLine::new(&d.info, text)
    }
}
