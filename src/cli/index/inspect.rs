//! Owns: `nearcopy index stats` and `verify`. Never: measures or checks anything itself.

use super::super::exit::{Exit, Result};
use super::super::messages::clean;
use super::super::output::to_stdout;
use super::amounts::{counted, grouped, sized};
use super::args::SummaryFormat;
use super::open_index::{IndexPath, hint, stale};
use nearcopy::index::{IndexStats, Verification};
use nearcopy::report::json_line;
use serde::Serialize;

/// Says how large an index is, and what it was made with
#[derive(Debug, clap::Args)]
pub struct Stats {
    #[command(flatten)]
    place: IndexPath,

    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "human", help_heading = "Output")]
    format: SummaryFormat,
}

/// Looks at every row and key of an index: exit code 0 where it is sound
///
/// It reads the whole file and makes all keys again. Nothing is changed; others may ask and add
/// meanwhile.
#[derive(Debug, clap::Args)]
pub struct Verify {
    #[command(flatten)]
    place: IndexPath,

    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "human", help_heading = "Output")]
    format: SummaryFormat,
}

/// An answer preceded by its schema and its index.
#[derive(Serialize)]
struct IndexAnswer<'a, T: Serialize> {
    schema: &'static str,
    index: &'a str,
    #[serde(flatten)]
    answer: &'a T,
}

impl Stats {
    pub fn run(self) -> Result<Exit> {
        let stats = self.place.read()?.stats()?;
        let index = &self.place.display_name();
        if self.format == SummaryFormat::Json {
            to_stdout(|out| {
                json_line(
                    &IndexAnswer { schema: "nearcopy.index-stats/1", index, answer: &stats },
                    out,
                )
            })?;
            return Ok(Exit::Done);
        }
        let mut text = format!("{index}\n");
        for (name, value) in self.rows(&stats) {
            text.push_str(&format!("  {name:<14}{value}\n"));
        }
        if stale(stats.changes, stats.documents) {
            text.push_str(&format!("\n{}.\n", sentence(&hint(&self.place))));
        }
        to_stdout(|out| out.write_all(text.as_bytes()))?;
        Ok(Exit::Done)
    }

    fn rows(&self, s: &IndexStats) -> [(&'static str, String); 7] {
        let background = match s.background.as_str() {
            "none" => "none yet".to_owned(),
            id if s.compacted => clean(id),
            id => format!("{}: common words; boilerplate is told by a compaction", clean(id)),
        };
        let since = counted(s.changes, "document");
        let compacted = if s.compacted {
            format!("{since} came or went since then")
        } else {
            "never".to_owned()
        };
        let texts = if s.texts {
            format!("kept, {} packed", sized(s.text_bytes))
        } else {
            "not kept".to_owned()
        };
        let disk = format!(
            "{} in use of {}: {} keys, {} texts, {} rows",
            sized(s.used_bytes),
            sized(s.file_bytes),
            sized(s.key_bytes),
            sized(s.text_bytes),
            sized(s.row_bytes)
        );
        let runs = counted(s.runs, "sorted run");
        [
            (
                "documents",
                format!(
                    "{} with {}, {}",
                    grouped(s.documents),
                    counted(s.classes, "different text"),
                    sized(s.bytes)
                ),
            ),
            ("texts", texts),
            ("recipe", clean(&s.recipe)),
            ("background", background),
            ("compacted", compacted),
            (
                "keys",
                format!(
                    "{} in {runs}, {} not sorted yet",
                    grouped(s.postings),
                    grouped(s.pending_keys)
                ),
            ),
            ("disk", disk),
        ]
    }
}

/// Capitalises the first letter.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

impl Verify {
    pub fn run(self) -> Result<Exit> {
        let index = self.place.read()?;
        let mut found = index.verify()?;
        found.problems.iter_mut().for_each(|p| *p = clean(p));
        let shown = &self.place.display_name();
        if self.format == SummaryFormat::Json {
            to_stdout(|out| {
                json_line(
                    &IndexAnswer {
                        schema: "nearcopy.index-verify/1",
                        index: shown,
                        answer: &found,
                    },
                    out,
                )
            })?;
        } else {
            to_stdout(|out| out.write_all(in_words(shown, &found).as_bytes()))?;
        }
        Ok(if found.wrong == 0 { Exit::Done } else { Exit::Incomplete })
    }
}

fn in_words(shown: &str, v: &Verification) -> String {
    let looked = format!(
        "{}, {} and {} looked at",
        counted(v.documents, "document"),
        counted(v.classes, "different text"),
        counted(v.postings, "key")
    );
    if v.wrong == 0 {
        return format!("{shown} is sound: {looked}\n");
    }
    let mut text = format!("{shown} is damaged: {}; {looked}\n", counted(v.wrong, "problem"));
    v.problems.iter().for_each(|p| text.push_str(&format!("  {p}\n")));
    if v.wrong > v.problems.len() as u64 {
        text.push_str(&format!("  … and {} more\n", grouped(v.wrong - v.problems.len() as u64)));
    }
    text.push_str("Bring it back from a copy, or export what can be read and fill a new index.\n");
    text
}
