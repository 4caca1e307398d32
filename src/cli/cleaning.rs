//! Owns: a plan carried out: every file written again without what goes, and what went beside it. Never: decides what goes.

use super::layout::{Layout, Stream};
use super::output::{Stoppable, failed};
use super::problems::{clean, count};
use super::progress::interrupted;
use super::staged::{StagedDir, StagedFile};
use super::{Failure, Result};
use base64::Engine;
use nearcopy::Span;
use nearcopy::emit::{self, Annotation, Change, Output, Removed, Taken, Written};
use nearcopy::ingest::{Compression, Format, InputOptions, ReadFile};
use nearcopy::report::{Annotations, Cleaned, Raw, RemovedLines, WrittenFile};
use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// A plan, and the files it is about.
pub struct Cleaning<'a> {
    pub cleaned: Cleaned<'a>,
    pub files: &'a [ReadFile],
    pub options: &'a InputOptions,
    /// Add fields, with this before their names, and remove nothing.
    pub annotate: Option<&'a str>,
    /// Where what was removed goes.
    pub removed: Option<&'a Path>,
}

/// What was written.
#[derive(Debug, Default)]
pub struct Done {
    /// Each output.
    pub files: Vec<WrittenFile>,
    removed: Option<PathBuf>,
    /// Records that could not be cut or annotated, and stay as they were.
    left: u64,
    dropped: u64,
    revisits: u64,
    revisits_at: Vec<String>,
    /// Whether the reader of standard output went away before the end.
    pub unread: bool,
}

impl Done {
    fn add(&mut self, written: &Written, file: &mut WrittenFile) {
        file.kept += written.kept;
        file.dropped += written.dropped;
        file.cut += written.cut;
        self.dropped += written.dropped;
        self.left += written.left;
        self.revisits += written.revisits;
        self.revisits_at.extend(written.revisits_at.iter().take(5usize.saturating_sub(self.revisits_at.len())).cloned());
    }

    /// What is left over of what went, where something is.
    pub fn left_over(&self) -> Option<String> {
        let some: Vec<String> = self.revisits_at.iter().map(|at| clean(at)).collect();
        let more = if self.revisits > some.len() as u64 { ", …" } else { "" };
        let words = "which stay, refer to a record that was removed";
        (self.revisits > 0).then(|| format!("{}, {words}: {}{more}", count(self.revisits, "revisit"), some.join(", ")))
    }

    /// Where everything is, a line each.
    pub fn places(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        if let [one] = &self.files[..] {
            lines.push(format!("Written: {} with {}", clean(&one.path), count(one.kept, "record")));
        } else if let Some(first) = self.files.first() {
            let kept: u64 = self.files.iter().map(|f| f.kept).sum();
            let files = count(self.files.len() as u64, "file");
            lines.push(format!("Written: {files} with {}, from {} on", count(kept, "record"), clean(&first.path)));
        }
        if self.left > 0 {
            lines.push(format!(
                "Left as they were: {} that could not be changed (no valid record, or damaged)",
                count(self.left, "record")
            ));
        }
        lines.extend(self.removed.iter().map(|p| format!("What was removed: {}", clean(&p.display().to_string()))));
        lines.join("\n")
    }

    /// One line about everything.
    pub fn in_words(&self, cleaned: Cleaned) -> String {
        let kept: u64 = self.files.iter().map(|f| f.kept).sum();
        format!("{} removed, {} written", count(cleaned.plan.gone.len() as u64, "document"), count(kept, "record"))
    }
}

/// The documents of each file by record, and the changes to them.
struct Changes<'a> {
    cleaning: &'a Cleaning<'a>,
    at: HashMap<&'a str, Vec<(Option<u64>, u32)>>,
    annotations: Option<RefCell<Annotations<'a>>>,
    failure: RefCell<Option<io::Error>>,
}

impl<'a> Cleaning<'a> {
    /// Writes everything, and puts it in its place when it is complete.
    pub fn write(&self, layout: &Layout) -> Result<Done> {
        let changes = Changes::new(self).map_err(lost)?;
        let staged = self.removed.map(StagedFile::create).transpose()?;
        let out = staged.as_ref().map(StagedFile::writer).transpose()?;
        let shown = staged.as_ref().map_or("", StagedFile::shown).to_owned();
        let mut sink = Sink { cleaned: self.cleaned, lines: RemovedLines::new(self.cleaned), out, shown, failure: None };
        let mut done = Done { removed: self.removed.map(Path::to_owned), ..Done::default() };
        match layout {
            Layout::Stdout(stream) => {
                let left = AtomicBool::new(false);
                let out = Box::new(BufWriter::with_capacity(1 << 18, Stoppable(Pipe(io::stdout(), &left))));
                self.stream(*stream, out, "standard output", &changes, &mut sink, &mut done)?;
                done.unread = left.into_inner();
                self.finish(sink, staged, done, || Ok(()))
            }
            Layout::File(path, stream) => {
                let file = StagedFile::create(path)?;
                self.stream(*stream, file.writer()?, file.shown(), &changes, &mut sink, &mut done)?;
                self.finish(sink, staged, done, || file.commit())
            }
            Layout::Tree(path, paths) => {
                let directory = StagedDir::create(path)?;
                self.tree((path, paths), &directory, &changes, &mut sink, &mut done)?;
                self.finish(sink, staged, done, || directory.commit())
            }
        }
    }

    /// What went is put in its place before the output: so nothing is ever lost between the two.
    fn finish(&self, sink: Sink, removed: Option<StagedFile>, done: Done, output: impl FnOnce() -> Result<()>) -> Result<Done> {
        sink.finish()?;
        if interrupted() {
            return Err(Failure::Cancelled);
        }
        let planned = self.cleaned.plan.gone.len() as u64;
        if done.dropped != planned {
            return Err(Failure::Said(format!(
                "{planned} documents were to go and {} went; nothing was written: please report this",
                done.dropped
            )));
        }
        removed.map_or(Ok(()), StagedFile::commit)?;
        output()?;
        Ok(done)
    }

    fn output<'w>(&self, out: Box<dyn Write + Send + 'w>, format: Format, compression: Option<Compression>) -> Output<'w> {
        let output = Output::new(out, format, compression, self.annotate);
        if self.removed.is_some() { output } else { output.silent() }
    }

    /// All files into one output.
    fn stream(
        &self,
        stream: Stream,
        out: Box<dyn Write + Send + '_>,
        shown: &str,
        changes: &Changes,
        sink: &mut Sink,
        done: &mut Done,
    ) -> Result<()> {
        let mut output = self.output(out, stream.format, stream.compression);
        let mut all = WrittenFile { path: shown.to_owned(), ..WrittenFile::default() };
        for file in self.files {
            let written = changes.append(&mut output, file, sink)?;
            done.add(&written, &mut all);
        }
        output.finish().map_err(emitted)?;
        done.files.push(all);
        Ok(())
    }

    /// Each file into one of its own; a text that goes leaves none.
    fn tree(
        &self,
        (root, paths): (&Path, &[PathBuf]),
        directory: &StagedDir,
        changes: &Changes,
        sink: &mut Sink,
        done: &mut Done,
    ) -> Result<()> {
        for (file, relative) in self.files.iter().zip(paths) {
            let whole = matches!(file.format, Format::Text | Format::Html) && changes.drops(file);
            let out: Box<dyn Write + Send> = if whole { Box::new(io::sink()) } else { directory.file(relative)? };
            let mut output = self.output(out, file.format, file.compression);
            let written = changes.append(&mut output, file, sink)?;
            output.finish().map_err(emitted)?;
            let mut one = WrittenFile { path: root.join(relative).display().to_string(), ..WrittenFile::default() };
            done.add(&written, &mut one);
            if !whole {
                done.files.push(one);
            }
        }
        Ok(())
    }
}

impl<'a> Changes<'a> {
    fn new(cleaning: &'a Cleaning<'a>) -> io::Result<Changes<'a>> {
        let findings = cleaning.cleaned.findings;
        let mut at: HashMap<&str, Vec<(Option<u64>, u32)>> = HashMap::new();
        for n in 0..findings.documents.count() {
            let info = findings.documents.info(n);
            if let Some(path) = info.path.as_deref().filter(|_| !info.reference) {
                at.entry(path).or_default().push((info.record, n as u32));
            }
        }
        at.values_mut().for_each(|of| of.sort_unstable());
        let annotations = cleaning.annotate.map(|_| Annotations::new(findings)).transpose()?.map(RefCell::new);
        Ok(Changes { cleaning, at, annotations, failure: RefCell::new(None) })
    }

    fn document(&self, file: &ReadFile, record: Option<u64>) -> Option<u32> {
        let of = self.at.get(file.shown.as_str())?;
        of.binary_search_by_key(&record, |d| d.0).ok().map(|i| of[i].1)
    }

    /// Whether the one document of a file goes.
    fn drops(&self, file: &ReadFile) -> bool {
        self.document(file, None).is_some_and(|n| matches!(self.change(n), Change::Drop))
    }

    fn change(&self, n: u32) -> Change {
        if let Some(annotations) = &self.annotations {
            return match annotations.borrow_mut().of(n) {
                Ok(a) => Change::Annotate(Annotation {
                    cluster: a.cluster,
                    relation: a.relation.map(nearcopy::Relation::name),
                    partner: a.partner,
                    coverage: a.coverage,
                    spans: a.spans,
                }),
                Err(e) => {
                    *self.failure.borrow_mut() = Some(e);
                    Change::Keep
                }
            };
        }
        let plan = self.cleaning.cleaned.plan;
        if plan.gone.binary_search_by_key(&n, |g| g.document).is_ok() {
            return Change::Drop;
        }
        let from = plan.cuts.partition_point(|c| c.document < n);
        let spans: Vec<Span> = plan.cuts[from..].iter().take_while(|c| c.document == n).map(|c| c.span).collect();
        if spans.is_empty() { Change::Keep } else { Change::Cut(spans) }
    }

    fn append(&self, output: &mut Output, file: &ReadFile, sink: &mut Sink) -> Result<Written> {
        let change = |record| match self.document(file, record) {
            // A record that is not annotated gets the fields all the same.
            None if self.annotations.is_some() => Change::Annotate(Annotation::default()),
            None => Change::Keep,
            Some(n) => self.change(n),
        };
        let mut removed = |r: Removed| match self.document(file, r.record) {
            Some(n) => sink.take(n, &r.what),
            None => Ok(()),
        };
        let written = output.append(file, self.cleaning.options, &change, &mut removed);
        if let Some(e) = self.failure.borrow_mut().take() {
            return Err(lost(e));
        }
        if let Some(e) = sink.failure.take() {
            return Err(failed(&sink.shown, &e));
        }
        written.map_err(emitted)
    }
}

/// Standard output. A reader that has gone is no error: `nearcopy dedupe … | head` ends quietly, and what goes is written all the same.
struct Pipe<'a>(io::Stdout, &'a AtomicBool);

impl Write for Pipe<'_> {
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

/// Where what is removed goes.
struct Sink<'a> {
    cleaned: Cleaned<'a>,
    lines: RemovedLines<'a>,
    out: Option<Box<dyn Write + Send>>,
    shown: String,
    failure: Option<io::Error>,
}

impl Sink<'_> {
    fn take(&mut self, n: u32, what: &Taken) -> io::Result<()> {
        let result = self.write(n, what);
        result.map_err(|e| {
            let kind = e.kind();
            self.failure = Some(e);
            kind.into()
        })
    }

    fn write(&mut self, n: u32, what: &Taken) -> io::Result<()> {
        let Some(out) = &mut self.out else { return Ok(()) };
        let plan = self.cleaned.plan;
        match what {
            Taken::Record(raw) => {
                let Ok(i) = plan.gone.binary_search_by_key(&n, |g| g.document) else { return Ok(()) };
                match std::str::from_utf8(raw) {
                    Ok(text) => self.lines.document(&plan.gone[i], Raw::Text(text), out),
                    Err(_) => {
                        let text = base64::engine::general_purpose::STANDARD.encode(raw);
                        self.lines.document(&plan.gone[i], Raw::Base64(&text), out)
                    }
                }
            }
            Taken::Text(span, _) => {
                let Ok(i) = plan.cuts.binary_search_by_key(&(n, *span), |c| (c.document, c.span)) else { return Ok(()) };
                self.lines.passage(&plan.cuts[i], out)
            }
        }
    }

    fn finish(self) -> Result<()> {
        let Some(mut out) = self.out else { return Ok(()) };
        out.flush().map_err(|e| failed(&self.shown, &e))
    }
}

fn lost(error: io::Error) -> Failure {
    Failure::Said(clean(&error.to_string()))
}

fn emitted(error: emit::Error) -> Failure {
    if interrupted() { Failure::Cancelled } else { Failure::Said(format!("{error}; nothing was written")) }
}
