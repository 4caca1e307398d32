//! The loop of a crawler: pages come through a bounded channel, and several threads query the index
//! for each and add the new ones.
//!
//! `cargo run --release --example crawler --no-default-features --features index -- INDEX <
//! PAGES.jsonl` reads one page per line with `id` and `text` (`title`, `source` and `date` if
//! known). For each page that was seen before it prints the id of the original. In a second run,
//! every page is known.

use nearcopy::index::CheckOutcome;
use nearcopy::{Document, Index, Recipe, Relation, Thresholds};
use std::io::{BufRead, Write, stdout};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

/// Pages that may wait in the channel: when it is full, fetching waits for the index.
const WAITING: usize = 64;
const THREADS: usize = 4;
/// A page with one of these relations to an older one is not added.
const COPY: [Relation; 3] = [Relation::Equal, Relation::NearCopy, Relation::ContainedIn];

fn next(pages: &Mutex<Receiver<Document>>) -> Option<Document> {
    pages.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// The loop of each thread: it handles one page after the other until the channel closes.
fn work(
    pages: &Mutex<Receiver<Document>>,
    index: &Index,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let thresholds = Thresholds::default();
    while let Some(page) = next(pages) {
        let checked = index.check_and_add(&page, &thresholds, &COPY)?;
        match (checked.outcome, checked.sightings.first()) {
            (CheckOutcome::Known, _) => {
                writeln!(stdout(), "{}: fetched before, unchanged", page.info.id)?
            }
            (CheckOutcome::Refused, Some(seen)) => {
                let (passage, share) =
                    (seen.comparison.matches.first(), 100.0 * seen.comparison.coverage_a);
                let text = passage.and_then(|m| page.text.get(m.a.range())).unwrap_or_default();
                let begin: String = text.chars().take(40).collect();
                let relation = seen.relation.name();
                writeln!(
                    stdout(),
                    "{}: {relation} of {}, {share:.0} % of it, from {begin:?} on",
                    page.info.id,
                    seen.info.id
                )?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: crawler INDEX < PAGES.jsonl")?;
    let index = Index::open_or_create(&path, &Recipe::default())?;
    let (send, receive) = sync_channel(WAITING);
    // The threads share the receiver; when the last of them ends, sending fails instead of blocking
    // forever.
    let pages = Arc::new(Mutex::new(receive));
    std::thread::scope(|s| -> Result<(), Box<dyn std::error::Error>> {
        let index = &index;
        let thread = |pages: Arc<Mutex<Receiver<Document>>>| s.spawn(move || work(&pages, index));
        let threads: Vec<_> = (0..THREADS).map(|_| thread(pages.clone())).collect();
        drop(pages);
        for line in std::io::stdin().lock().lines() {
            let page: serde_json::Value = serde_json::from_str(&line?)?;
            let field = |name: &str| page[name].as_str().map(str::to_owned);
            let mut document = Document::new(
                field("id").ok_or("a page without id")?,
                field("text").ok_or("a page without text")?,
            );
            document.info.title = field("title").map(Into::into);
            document.info.source = field("source").map(Into::into);
            document.info.date = field("date").map(Into::into);
            // Blocks while all threads are busy and the channel is full.
            if send.send(document).is_err() {
                break;
            }
        }
        drop(send);
        for thread in threads {
            thread.join().map_err(|_| "a thread panicked")?.map_err(|e| e.to_string())?;
        }
        Ok(())
    })?;
    let stats = index.stats()?;
    eprintln!("{} pages, {} different texts", stats.documents, stats.classes);
    // To run every night: it recomputes the common words and the boilerplate.
    // index.compact(&Thresholds::default(), &RunOptions::default(), &())?;
    Ok(())
}
