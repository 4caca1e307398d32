//! Owns: the execution of a plan: every file is rewritten without the removed content, which is
//! written to a file of its own. Never: decides what is removed.

use super::changes::{Changes, Sink, emitted, lost};
use super::written::WriteSummary;
use crate::cli::exit::{Failure, Result};
use crate::cli::interrupt::{Stoppable, interrupted};
use crate::cli::messages::{clean, say};
use crate::cli::output_layout::{OutputLayout, Stream};
use crate::cli::outputs::Outputs;
use crate::cli::staged_output::{StagedDir, StagedFile};
use nearcopy::emit::Output;
use nearcopy::ingest::{Compression, Format, InputOptions, ReadFile};
use nearcopy::report::{CleaningReport, WrittenFile};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// A plan, and the files that it changes.
pub struct Rewrite<'a> {
    pub cleaned: CleaningReport<'a>,
    pub files: &'a [ReadFile],
    pub options: &'a InputOptions,
    /// Annotate records with fields of this prefix, and remove nothing.
    pub annotate: Option<&'a str>,
    /// The name of the field of the cluster, if it is not the usual one.
    pub group: Option<&'a str>,
    /// The file that receives removed content.
    pub removed: Option<&'a Path>,
}

impl Rewrite<'_> {
    /// Writes all outputs, which are renamed into place with the other outputs of the run.
    pub fn write(&self, layout: &OutputLayout, outputs: &mut Outputs) -> Result<WriteSummary> {
        let changes =
            Changes::new(self.cleaned, self.options, self.annotate.is_some()).map_err(lost)?;
        let staged = self.removed.map(StagedFile::create).transpose()?;
        let out = staged.as_ref().map(StagedFile::writer).transpose()?;
        let shown = staged.as_ref().map_or("", StagedFile::display_name).to_owned();
        let mut sink = Sink::new(self.cleaned, out, shown);
        let mut done = WriteSummary::new(self.removed);
        match layout {
            OutputLayout::Stdout(stream) => {
                let left = AtomicBool::new(false);
                let out = Box::new(BufWriter::with_capacity(
                    1 << 18,
                    Stoppable(TolerantStdout(io::stdout(), &left)),
                ));
                self.stream(*stream, out, "standard output", &changes, &mut sink, &mut done)?;
                done.unread = left.into_inner();
                self.finish(sink, &done)?;
                staged.into_iter().for_each(|removed| outputs.add(removed));
            }
            OutputLayout::File(path, stream) => {
                let file = StagedFile::create(path)?;
                self.stream(
                    *stream,
                    file.writer()?,
                    file.display_name(),
                    &changes,
                    &mut sink,
                    &mut done,
                )?;
                self.finish(sink, &done)?;
                staged.into_iter().for_each(|removed| outputs.add(removed));
                outputs.add(file);
            }
            OutputLayout::Tree(path, paths) => {
                let directory = StagedDir::create(path)?;
                self.tree((path, paths), &directory, &changes, &mut sink, &mut done)?;
                self.finish(sink, &done)?;
                staged.into_iter().for_each(|removed| outputs.add(removed));
                outputs.add_directory(directory);
            }
        }
        Ok(done)
    }

    /// Completes the removed content, and checks that everything planned was done. That file is
    /// renamed into place before the output, so that a failure between the two loses nothing.
    fn finish(&self, sink: Sink, done: &WriteSummary) -> Result<()> {
        sink.finish()?;
        if interrupted() {
            return Err(Failure::Cancelled);
        }
        let planned = self.cleaned.plan.removed.len() as u64;
        if done.dropped != planned {
            return Err(Failure::Said(format!(
                "{planned} documents were to go and {} went; nothing was written: please report \
                 this",
                done.dropped
            )));
        }
        Ok(())
    }

    fn output<'w>(
        &self,
        out: Box<dyn Write + Send + 'w>,
        format: Format,
        compression: Option<Compression>,
    ) -> Output<'w> {
        let output = Output::new(out, format, compression, self.annotate).group(self.group);
        if self.removed.is_some() { output } else { output.silent() }
    }

    /// Writes all files to one output.
    fn stream(
        &self,
        stream: Stream,
        out: Box<dyn Write + Send + '_>,
        display_path: &str,
        changes: &Changes,
        sink: &mut Sink,
        done: &mut WriteSummary,
    ) -> Result<()> {
        let mut output = self.output(out, stream.format, stream.compression);
        let mut all = WrittenFile { path: display_path.to_owned(), ..WrittenFile::default() };
        for (number, file) in self.files.iter().enumerate() {
            let followed = number + 1 < self.files.len();
            output.followed(followed);
            if followed && file.ended_early {
                say(&format!(
                    "{}: what is behind its last record is left out of the output",
                    clean(&file.display_path)
                ));
            }
            let written = changes.append(&mut output, file, sink, display_path)?;
            done.add(&written, &mut all);
        }
        output.finish().map_err(|e| emitted(e, display_path))?;
        done.files.push(all);
        Ok(())
    }

    /// Writes each file to one of its own; a removed text leaves no file.
    fn tree(
        &self,
        (root, paths): (&Path, &[PathBuf]),
        directory: &StagedDir,
        changes: &Changes,
        sink: &mut Sink,
        done: &mut WriteSummary,
    ) -> Result<()> {
        for (file, relative) in self.files.iter().zip(paths) {
            let whole = file.format.row().single_document.is_some() && changes.drops(file);
            let out: Box<dyn Write + Send> =
                if whole { Box::new(io::sink()) } else { directory.file(relative)? };
            let mut output = self.output(out, file.format, file.compression);
            let path = root.join(relative).display().to_string();
            let written = changes.append(&mut output, file, sink, &path)?;
            output.finish().map_err(|e| emitted(e, &path))?;
            let mut one = WrittenFile { path, ..WrittenFile::default() };
            done.add(&written, &mut one);
            if !whole {
                done.files.push(one);
            }
        }
        Ok(())
    }
}

/// Standard output. A closed pipe is no error: `nearcopy dedupe … | head` ends quietly, and the
/// removed content is still written.
struct TolerantStdout<'a>(io::Stdout, &'a AtomicBool);

impl Write for TolerantStdout<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {
                self.1.store(true, Ordering::Relaxed);
                Ok(bytes.len())
            }
            other => other,
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {
                self.1.store(true, Ordering::Relaxed);
                Ok(())
            }
            other => other,
        }
    }
}
