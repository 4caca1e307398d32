//! Owns: the content of a baseline, and its file, schema `nearcopy.baseline/1`. Never: decides
//! whether a finding of today is known.

use crate::error::{Error, Result};
use crate::escape;
use crate::gate::bottom_k;
use crate::gate::documents::DocumentTable;
use crate::gate::findings::{Origin, UnjudgedFinding, each_batch};
use crate::gate::ignores;
use crate::gate::policy::IgnoreRule;
use crate::hash;
use crate::model::findings::Findings;
use crate::span::Span;
use crate::text::first_words::first_words;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, Write};

/// The schema that every baseline names.
const SCHEMA: &str = "nearcopy.baseline/1";

/// The known findings, so that a gate counts new ones only.
///
/// A baseline records contents and their places, never lines or offsets: text that moves
/// inside its place stays known. A place is an id, or the path alone where the id consists of the
/// path and the number of a record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baseline {
    pub(super) clusters: Vec<ClusterEntry>,
    pub(super) pairs: Vec<PairEntry>,
    pub(super) repeats: Vec<RepeatEntry>,
    /// The upper 32 bits of the hash of every text in the corpus, and of every text with its place,
    /// sorted: of the two texts of a finding, they show which one is new.
    texts: Vec<u32>,
    /// For each kind, how many entries at the end are never stale, because they come from another
    /// baseline.
    pub(super) passing: [usize; 3],
}

/// The documents of one text at one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Member {
    pub place: String,
    pub hash: u64,
    pub count: u32,
}

/// The hash of a text at a place.
fn at_place(place: &str, hash: u64) -> u64 {
    hash::sequence([hash::bytes(place.as_bytes()), hash])
}

/// A cluster of the baseline.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClusterEntry {
    pub members: Vec<Member>,
    pub text: String,
}

/// A related pair of the baseline.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PairEntry {
    pub documents: [Member; 2],
    pub relation: String,
    pub passages: Vec<Hex>,
    pub text: String,
}

/// A repeat of the baseline.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RepeatEntry {
    pub places: Vec<Member>,
    pub exact: Hex,
    pub content: Hex,
    pub text: String,
}

/// Hashes in ascending order, written as hex digits with a space between.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hex(pub Vec<u64>);

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let digits: Vec<String> = self.0.iter().map(|h| format!("{h:016x}")).collect();
        serializer.serialize_str(&digits.join(" "))
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Hex, D::Error> {
        let text = String::deserialize(from)?;
        let hashes: Vec<u64> = text
            .split_whitespace()
            .map(hex)
            .collect::<Option<_>>()
            .ok_or_else(|| bad_hash(&text))?;
        match hashes.windows(2).all(|w| w[0] < w[1]) {
            true => Ok(Hex(hashes)),
            false => Err(bad_hash(&text)),
        }
    }
}

fn hex(digits: &str) -> Option<u64> {
    u64::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 16)
}

fn bad_hash<E: serde::de::Error>(text: &str) -> E {
    E::custom(format!("{text:?} is not sixteen hex digits, or several in order"))
}

/// Written as `["a.txt", "0123456789abcdef"]`, with a third element for the count where it is not
/// one.
impl Serialize for Member {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let hash = format!("{:016x}", self.hash);
        match self.count {
            1 => (&self.place, hash).serialize(serializer),
            n => (&self.place, hash, n).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Member, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a place, the hash of a text and perhaps a count")]
        enum Written {
            One(String, String),
            Many(String, String, u32),
        }
        let (place, hash, count) = match Written::deserialize(from)? {
            Written::One(place, hash) => (place, hash, 1),
            Written::Many(place, hash, count) => (place, hash, count),
        };
        Ok(Member { place, hash: hex(&hash).ok_or_else(|| bad_hash(&hash))?, count })
    }
}

#[derive(Deserialize)]
struct BaselineHeader {
    schema: String,
    recipe: String,
}

#[derive(Deserialize)]
struct BaselineFile {
    clusters: Vec<ClusterEntry>,
    pairs: Vec<PairEntry>,
    repeats: Vec<RepeatEntry>,
    texts: Vec<String>,
}

impl Baseline {
    /// Makes a baseline of findings. Findings that an ignore entry covers on this day (such as
    /// `2027-01-31`) are left out: they are to be reported again when the entry expires.
    /// Boilerplate repeats are no findings.
    ///
    /// # Errors
    /// A text that can no longer be read.
    pub fn new(findings: Findings, rules: &[IgnoreRule], today: &str) -> Result<Baseline> {
        let table = DocumentTable::new(findings)?;
        let mut out = Baseline::default();
        let mut ignored: HashSet<(u32, u32)> = HashSet::new();
        each_batch(&table, &ignores::texts(rules), true, &mut |mut drafts| {
            drafts.sort_by_key(UnjudgedFinding::order);
            let mut repeats: HashMap<u32, Vec<&UnjudgedFinding>> = HashMap::new();
            for draft in &drafts {
                let covered = ignores::covering(&table, draft, rules, today).is_some();
                match draft.origin {
                    Origin::Member(cluster) if covered => {
                        ignored.insert((cluster, draft.document));
                    }
                    Origin::Pair if !covered => out.pairs.push(pair(&table, draft)?),
                    Origin::Repeat(repeat) if !covered => {
                        repeats.entry(repeat).or_default().push(draft)
                    }
                    _ => {}
                }
            }
            for drafts in repeats.into_values() {
                out.repeats.push(repeat(&table, &drafts)?);
            }
            Ok(())
        })?;
        for (n, cluster) in findings.detection.clusters.iter().enumerate() {
            let kept: Vec<u32> = cluster
                .members
                .iter()
                .copied()
                .filter(|&m| !ignored.contains(&(n as u32, m)))
                .collect();
            if kept.len() > 1 {
                let text = hint(&table, cluster.representative, None)?;
                out.clusters
                    .push(ClusterEntry { members: members(&table, kept.into_iter()), text });
            }
        }
        out.clusters.sort_unstable();
        out.pairs.sort_unstable();
        out.repeats.sort_unstable();
        let places = (0..table.hash.len() as u32).map(|n| {
            let (place, _) = table.place(n);
            at_place(&place, table.hash[n as usize])
        });
        out.texts = table.hash.iter().copied().chain(places).map(|h| (h >> 32) as u32).collect();
        out.texts.sort_unstable();
        out.texts.dedup();
        Ok(out)
    }

    /// Whether the baseline has a text of this hash. A new text is taken for an old one with a
    /// probability of the number of texts in four billion.
    pub(super) fn has_text(&self, hash: u64) -> bool {
        self.texts.binary_search(&((hash >> 32) as u32)).is_ok()
    }

    /// Whether the baseline has this text at this place. That of an earlier version never has.
    pub(super) fn has_document(&self, place: &str, hash: u64) -> bool {
        self.has_text(at_place(place, hash))
    }

    /// Returns the number of clusters, pairs and repeats.
    pub fn entry_counts(&self) -> [usize; 3] {
        [self.clusters.len(), self.pairs.len(), self.repeats.len()]
    }

    /// Adds the entries of another baseline. Those are never reported as stale.
    pub fn with(mut self, other: Baseline) -> Baseline {
        self.passing.iter_mut().zip(other.entry_counts()).for_each(|(n, more)| *n += more);
        self.clusters.extend(other.clusters);
        self.pairs.extend(other.pairs);
        self.repeats.extend(other.repeats);
        self.texts.extend(other.texts);
        self.texts.sort_unstable();
        self
    }

    /// Reads a baseline; `what` names it in errors.
    ///
    /// # Errors
    /// [`Error::Malformed`] for a file that is no baseline, with its line; [`Error::Mixed`] for
    /// another version or recipe.
    pub fn from_json(json: &str, recipe_id: &str, what: &str) -> Result<Baseline> {
        let malformed = |e: serde_json::Error| match json.contains(SCHEMA) {
            true => Error::Malformed {
                what: format!("{what}:{}", e.line()),
                why: format!(
                    "a damaged baseline ({e}): bring it back, or name a new file and add \
                     --update-baseline"
                ),
            },
            false => Error::Malformed {
                what: what.into(),
                why: format!(
                    "this is no baseline (a file of {SCHEMA}): name one, or make one under a new \
                     name: --baseline FILE --update-baseline"
                ),
            },
        };
        let head: BaselineHeader = serde_json::from_str(json).map_err(malformed)?;
        if head.schema != SCHEMA || head.recipe != recipe_id {
            return Err(Error::Mixed {
                what: what.into(),
                wanted: format!("{SCHEMA}, recipe {recipe_id}"),
                found: format!("{}, recipe {}", head.schema, head.recipe),
            });
        }
        let BaselineFile { clusters, pairs, repeats, texts } =
            serde_json::from_str(json).map_err(malformed)?;
        let hashes = texts.iter().flat_map(|line| line.split_whitespace());
        let hash =
            |digits: &str| u32::from_str_radix(digits, 16).map_err(|_| malformed(bad_hash(digits)));
        let mut texts = hashes.map(hash).collect::<Result<Vec<u32>>>()?;
        texts.sort_unstable();
        Ok(Baseline { clusters, pairs, repeats, texts, passing: [0; 3] })
    }

    /// Writes the baseline, one entry a line, in an order that depends on its content alone.
    ///
    /// # Errors
    /// Errors of `out`.
    pub fn to_json(&self, recipe_id: &str, out: &mut dyn Write) -> io::Result<()> {
        let mut out = io::BufWriter::with_capacity(1 << 16, out);
        write!(out, "{{\"schema\":\"{SCHEMA}\",\n\"recipe\":")?;
        value(&mut out, recipe_id)?;
        list(&mut out, "clusters", &self.clusters)?;
        list(&mut out, "pairs", &self.pairs)?;
        list(&mut out, "repeats", &self.repeats)?;
        let line = |hashes: &[u32]| {
            hashes.iter().map(|h| format!("{h:08x}")).collect::<Vec<_>>().join(" ")
        };
        // Hashes with the same first byte share a line, so that one text more changes one line.
        list(
            &mut out,
            "texts",
            &self.texts.chunk_by(|x, y| x >> 24 == y >> 24).map(line).collect::<Vec<_>>(),
        )?;
        out.write_all(b"}\n")?;
        out.flush()
    }
}

fn value<T: Serialize + ?Sized>(out: &mut impl Write, value: &T) -> io::Result<()> {
    out.write_all(escape::json(&serde_json::to_string(value)?).as_bytes())
}

fn list<T: Serialize>(out: &mut impl Write, name: &str, items: &[T]) -> io::Result<()> {
    write!(out, ",\n\"{name}\":[")?;
    for (n, item) in items.iter().enumerate() {
        out.write_all(if n == 0 { b"\n" } else { b",\n" })?;
        value(out, item)?;
    }
    out.write_all(if items.is_empty() { b"]" } else { b"\n]" })
}

fn members(table: &DocumentTable, documents: impl Iterator<Item = u32>) -> Vec<Member> {
    let mut counts: BTreeMap<(Cow<str>, u64), u32> = BTreeMap::new();
    for n in documents {
        *counts.entry((table.place(n).0, table.hash[n as usize])).or_default() += 1;
    }
    counts
        .into_iter()
        .map(|((place, hash), count)| Member { place: place.into_owned(), hash, count })
        .collect()
}

fn pair(table: &DocumentTable, draft: &UnjudgedFinding) -> Result<PairEntry> {
    let member =
        |n| Member { place: table.place(n).0.into_owned(), hash: table.hash[n as usize], count: 1 };
    let mut documents = [draft.document, draft.partner].map(member);
    documents.sort_unstable();
    let mut passages: Vec<Hex> = draft
        .passages
        .iter()
        .map(|[a, b]| Hex(bottom_k::join(&a.content, &b.content)))
        .filter(|p| !p.0.is_empty())
        .collect();
    passages.sort_unstable();
    passages.dedup();
    let text = hint(table, draft.document, draft.passages.first().map(|p| p[0].span))?;
    Ok(PairEntry { documents, relation: draft.kind.undirected().name().to_owned(), passages, text })
}

fn repeat(table: &DocumentTable, drafts: &[&UnjudgedFinding]) -> Result<RepeatEntry> {
    let first = drafts[0];
    let there = &first.passages[0][1];
    let places = drafts.iter().map(|d| d.document).chain([first.partner]);
    let text = hint(table, first.partner, Some(there.span))?;
    let (exact, content) = (Hex(vec![there.exact]), Hex(there.content.clone()));
    Ok(RepeatEntry { places: members(table, places), exact, content, text })
}

/// Returns the first words of a text, or of a passage of it, so that a reader knows what an entry
/// is about.
fn hint(table: &DocumentTable, document: u32, passage: Option<Span>) -> Result<String> {
    let text = table.findings.documents.text(document as usize)?;
    let id = || table.findings.id(document).into_owned();
    let words = passage.map_or(Some(&*text), |span| text.get(span.range()));
    words.map(first_words).ok_or_else(|| Error::TextGone { id: id(), why: Error::CHANGED.into() })
}
