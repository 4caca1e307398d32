//! Owns: the tables of a report, in order, and what their metadata says. Never: the columns of a
//! table, or a row.

use crate::model::findings::{Findings, TABLE_KEY};
use crate::report::json::report::mentioned;
use crate::report::json::writer::value;
use crate::report::parquet::columns::Rows;
use crate::report::parquet::rows::{clustered, document, matched, member, pair, repeat};
use crate::report::parquet::table::Table;
use crate::report::parts::in_parts;
use crate::report::schema::document::{ClusterJson, DocumentJson, IdsJson};
use crate::report::schema::pair::PairJson;
use crate::report::schema::repeat::RepeatJson;
use crate::report::schema::summary::{HeadJson, SummaryJson};
use ::parquet::file::metadata::KeyValue;
use serde::Serialize;
use std::io::{self, Write};

/// Writes the report as tables in Apache Parquet, with the content and the order of [`json()`]:
/// one file for each of [`PARQUET_TABLES`](crate::report::PARQUET_TABLES), also where it has no
/// rows.
///
/// `create` is asked for the place of each file by its name, such as `pairs.parquet`. Numbers of
/// pairs, repeats, clusters and classes count from 0. What the JSON report says beside its lists
/// (`schema`, `recipe`, `background`, `thresholds`, `summary`) is metadata of every file, as JSON
/// under keys such as `nearcopy.recipe`; `nearcopy.table` is the name of the table. Strings are as
/// they were read: whoever shows them to a terminal escapes them.
///
/// The bytes are the same for any number of threads. Besides the texts in use, some
/// thousand pairs with their matches are in memory, and a row group of each table, which has about
/// 65,536 rows or 32 MiB.
///
/// [`json()`]: crate::report::json()
///
/// ```
/// use nearcopy::report::{Findings, parquet};
/// use nearcopy::{Corpus, Document, Scan};
/// let corpus = Corpus::new([Document::new("a", "One text."), Document::new("b", "One text.")])?;
/// let detection = Scan::new().run(&corpus)?;
/// let findings = Findings { detection: &detection, documents: &corpus, skipped: &[] };
/// let folder = tempfile::tempdir()?;
/// parquet(findings, &mut |name| std::fs::File::create(folder.path().join(name)))?;
/// assert!(folder.path().join("pairs.parquet").exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Errors of `create` and of the files; a text that can no longer be read, or is not the one that
/// was scanned, is an error of kind `NotFound`.
pub fn parquet<W: Write + Send>(
    findings: Findings,
    create: &mut dyn FnMut(&str) -> io::Result<W>,
) -> io::Result<()> {
    Tables { metadata: head(findings)?, create }.write(findings)
}

/// Like [`parquet()`], with what the run took as `nearcopy.timings` in the metadata of every file:
/// an object of the caller, which no reader of a report needs.
///
/// # Errors
/// As [`parquet()`].
pub fn parquet_timed<W: Write + Send>(
    findings: Findings,
    timings: &impl Serialize,
    create: &mut dyn FnMut(&str) -> io::Result<W>,
) -> io::Result<()> {
    let mut metadata = head(findings)?;
    metadata.push(entry("nearcopy.timings", timings)?);
    Tables { metadata, create }.write(findings)
}

/// What every file says.
fn head(findings: Findings) -> io::Result<Vec<KeyValue>> {
    let head = HeadJson::new(findings);
    Ok(vec![
        entry("nearcopy.schema", &head.schema)?,
        entry("nearcopy.recipe", &head.recipe)?,
        entry("nearcopy.background", &head.background)?,
        entry("nearcopy.thresholds", &head.thresholds)?,
        entry("nearcopy.summary", &SummaryJson::new(findings))?,
    ])
}

fn entry(key: &str, content: &(impl Serialize + ?Sized)) -> io::Result<KeyValue> {
    let mut json = Vec::new();
    value(&mut json, content)?;
    Ok(KeyValue::new(key.to_owned(), String::from_utf8(json).map_err(io::Error::other)?))
}

/// The tables of one report.
struct Tables<'t, W> {
    metadata: Vec<KeyValue>,
    create: &'t mut dyn FnMut(&str) -> io::Result<W>,
}

impl<W: Write + Send> Tables<'_, W> {
    fn table(&mut self, name: &str) -> io::Result<Table<W>> {
        let mut metadata = vec![entry(TABLE_KEY, name)?];
        metadata.extend(self.metadata.iter().cloned());
        Table::new(name, metadata, (self.create)(&format!("{name}.parquet"))?)
    }

    fn write(mut self, findings: Findings) -> io::Result<()> {
        self.documents(findings)?;
        self.clusters(findings)?;
        self.groups(findings)?;
        self.pairs(findings)?;
        self.repeats(findings)
    }

    fn documents(&mut self, findings: Findings) -> io::Result<()> {
        let mut table = self.table("documents")?;
        for number in mentioned(findings) {
            table.push(|rows| document(&DocumentJson::new(findings, number), rows))?;
        }
        table.close()
    }

    fn clusters(&mut self, findings: Findings) -> io::Result<()> {
        let mut table = self.table("clusters")?;
        for (number, cluster) in (0..).zip(&findings.detection.clusters) {
            let cluster = ClusterJson::new(findings, cluster)?;
            for member in cluster.members.iter() {
                table.push(|rows| clustered(number, &cluster, &member, rows))?;
            }
        }
        table.close()
    }

    /// Classes of equal texts, and those that titles divide.
    fn groups(&mut self, findings: Findings) -> io::Result<()> {
        let mut table = self.table("equal")?;
        for (class, members) in (0..).zip(&findings.detection.equal) {
            for id in IdsJson::Of(findings.documents, members).iter() {
                table.push(|rows| member([class], &id, rows))?;
            }
        }
        table.close()?;
        let mut table = self.table("titles")?;
        for (class, groups) in (0..).zip(&findings.detection.titles) {
            for (group, members) in (0..).zip(groups) {
                for id in IdsJson::Of(findings.documents, members).iter() {
                    table.push(|rows| member([class, group], &id, rows))?;
                }
            }
        }
        table.close()
    }

    /// Pairs and their matches, for which each text is read once.
    fn pairs(&mut self, findings: Findings) -> io::Result<()> {
        let (mut pairs, mut matches) = (self.table("pairs")?, self.table("matches")?);
        let schemas = [pairs.schema.clone(), matches.schema.clone()];
        in_parts(
            findings.documents,
            &findings.detection.pairs,
            |first, part, texts| {
                let [mut of_pairs, mut of_matches] = schemas.each_ref().map(|s| Rows::new(s));
                for (number, one) in (first as u64..).zip(part) {
                    let one = PairJson::new(findings, one, texts)?;
                    pair(number, &one, &mut of_pairs);
                    for (n, found) in (0..).zip(&one.matches) {
                        matched((number, &one), (n, found), &mut of_matches);
                    }
                }
                Ok((of_pairs, of_matches))
            },
            |(of_pairs, of_matches)| {
                pairs.push(|rows| rows.append(of_pairs))?;
                matches.push(|rows| rows.append(of_matches))
            },
        )?;
        pairs.close()?;
        matches.close()
    }

    fn repeats(&mut self, findings: Findings) -> io::Result<()> {
        let mut table = self.table("repeats")?;
        let schema = table.schema.clone();
        in_parts(
            findings.documents,
            &findings.detection.repeats,
            |first, part, texts| {
                let mut rows = Rows::new(&schema);
                for (number, one) in (first as u64..).zip(part) {
                    repeat(number, &RepeatJson::new(findings, one, texts)?, &mut rows);
                }
                Ok(rows)
            },
            |more| table.push(|rows| rows.append(more)),
        )?;
        table.close()
    }
}
