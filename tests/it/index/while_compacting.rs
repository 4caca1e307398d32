//! Writers go on while an index is compacted.

use super::beside_scan::{by_index, by_scan};
use super::*;
use nearcopy::index::IndexStats;
use nearcopy::progress::{Progress, Stage};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// Stops the compaction when it begins to compare, until the writer is done.
struct Pause(Mutex<Option<(Sender<()>, Receiver<()>)>>);

impl Progress for Pause {
    fn begin(&self, stage: Stage, _: u64) {
        if stage != Stage::Compare {
            return;
        }
        if let Some((reached, written)) = self.0.lock().unwrap().take() {
            reached.send(()).unwrap();
            // A writer that waits for the compaction would wait for ever.
            written.recv_timeout(Duration::from_secs(120)).expect("the writer goes on");
        }
    }
}

/// Compacts, and calls `write` while it does.
fn compact_and(index: &Index, t: &Thresholds, write: impl FnOnce() + Send) {
    let ((reached, is_reached), (written, is_written)) = (channel(), channel());
    let pause = Pause(Mutex::new(Some((reached, is_written))));
    std::thread::scope(|scope| {
        scope.spawn(move || {
            is_reached.recv().unwrap();
            write();
            written.send(()).unwrap();
        });
        index.compact(t, &RunOptions::default(), &pause).unwrap();
    });
}

/// Documents with so many keys together that they become a run at once.
fn large() -> Vec<Document> {
    let word = |n: u64| format!("w{:x} ", hashed(n) % 50_000);
    let text = |n: u64| (0..25_000).map(|k| word(100_000 * n + k)).collect::<String>();
    (0..110).map(|n| Document::new(format!("large-{n:03}"), text(n))).collect()
}

fn hashed(n: u64) -> u64 {
    (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

#[test]
fn what_is_written_meanwhile_is_as_if_written_afterwards() {
    let t = Thresholds::default().with(|s| s.all_pairs = true);
    let documents = corpus(40);
    let (copied, removed, replaced) = (&documents[3], &documents[11], &documents[17]);
    let copy = Document::new("copy-meanwhile", format!("{} And more.", copied.text));
    let other = Document::new(replaced.info.id.clone(), format!("Otherwise: {}", copied.text));
    let large = large();
    let write = |index: &Index| {
        index.add(&copy).unwrap();
        assert!(index.remove(&removed.info.id).unwrap());
        index.add(&other).unwrap();
        index.add_all(large.iter().cloned()).unwrap();
        sound(index);
    };
    let dir = tempfile::tempdir().unwrap();
    let made = |name: &str| {
        let index = Index::create(dir.path().join(name), &Recipe::default()).unwrap();
        index.add_all(documents.iter().cloned()).unwrap();
        index
    };
    let (meanwhile, afterwards) = (made("meanwhile"), made("afterwards"));
    compact_and(&meanwhile, &t, || write(&meanwhile));
    afterwards.compact(&t, &RunOptions::default(), &()).unwrap();
    write(&afterwards);
    sound(&meanwhile);

    let [one, two] = [&meanwhile, &afterwards].map(|index| index.stats().unwrap());
    let counts = |s: &IndexStats| (s.documents, s.classes, s.changes, s.compacted);
    assert_eq!(counts(&one), counts(&two));
    assert!(one.changes > 110);
    let mut now: Vec<Document> = documents.clone();
    now.retain(|d| ![&removed.info.id, &replaced.info.id].contains(&&d.info.id));
    now.extend([copy.clone(), other.clone()]);
    let told = by_index(&meanwhile, &now, &[], &t);
    assert!(told.iter().any(|(a, b, ..)| *a == copied.info.id && *b == "copy-meanwhile"));
    assert!(!told.iter().any(|(_, b, ..)| *b == removed.info.id));
    assert_eq!(told, by_index(&afterwards, &now, &[], &t));

    // The next compaction takes in what came meanwhile.
    meanwhile.compact(&t, &RunOptions::default(), &()).unwrap();
    sound(&meanwhile);
    assert_eq!(meanwhile.stats().unwrap().runs, 1);
    meanwhile.remove_all(large.iter().map(|d| d.info.id.as_str())).unwrap();
    meanwhile.compact(&t, &RunOptions::default(), &()).unwrap();
    let (pairs, others, background) = by_scan(&now, &Recipe::default(), &t);
    assert_eq!(meanwhile.background().unwrap().id(), background);
    assert_eq!(by_index(&meanwhile, &now, &others, &t), pairs);
}

#[test]
fn two_compactions_follow_each_other() {
    let t = Thresholds::default();
    let dir = tempfile::tempdir().unwrap();
    let index = Index::create(dir.path().join("i"), &Recipe::default()).unwrap();
    index.add_all(corpus(20)).unwrap();
    std::thread::scope(|scope| {
        compact_and(&index, &t, || {
            let second = scope.spawn(|| index.compact(&t, &RunOptions::default(), &()).unwrap());
            index.add(&Document::new("meanwhile", "Rain is expected over the weekend.")).unwrap();
            std::thread::sleep(Duration::from_millis(50));
            assert!(!second.is_finished(), "it waits for the first one");
        });
    });
    assert_eq!(index.stats().unwrap().changes, 0, "the second one took in what came meanwhile");
    sound(&index);
}
