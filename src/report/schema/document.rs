//! Owns: documents and groups of documents (clusters, classes of equal texts) as JSON. Never: a
//! passage.

use crate::hash;
use crate::model::detection::Cluster;
use crate::model::document::{DocumentInfo, Documents};
use crate::model::findings::Findings;
use crate::model::page_read::{Extent, PageRead};
use crate::report::schema::numbers::{DocumentNumbers, Read};
use crate::report::schema::rounding::share;
use crate::report::texts;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::io;
use std::sync::Arc;

/// A document that the report mentions.
#[derive(Serialize, Deserialize)]
pub struct DocumentJson<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<Extent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_share: Option<f64>,
    pub tokens: u32,
    pub bytes: u32,
}

/// How much of a page the text of its document has, as the fields of an object that is only
/// written; none for what is no page.
#[derive(Clone, Copy, Serialize)]
pub struct ReadJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    read: Option<Extent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    read_share: Option<f64>,
}

impl ReadJson {
    pub fn new(read: Option<PageRead>) -> ReadJson {
        ReadJson { read: read.map(|r| r.extent), read_share: read.map(|r| r.fraction()) }
    }
}

impl<'a> DocumentJson<'a> {
    pub fn new(findings: Findings<'a>, number: u32) -> DocumentJson<'a> {
        let info = findings.documents.info(number as usize).into_owned();
        let own = |text: Option<Arc<str>>| text.map(|text| Cow::Owned(text.as_ref().to_owned()));
        DocumentJson {
            id: info.id.into(),
            title: own(info.title),
            path: own(info.path),
            record: info.record,
            source: own(info.source),
            date: own(info.date),
            read: info.read.map(|read| read.extent),
            read_share: info.read.map(|read| read.fraction()),
            tokens: findings.tokens(number),
            bytes: info.bytes,
        }
    }

    /// Returns the document and its number of tokens.
    pub fn read(self) -> (DocumentInfo, u32) {
        let shared = |text: Option<Cow<str>>| text.map(|text| text.into());
        let (title, path) = (shared(self.title), shared(self.path));
        let (source, date) = (shared(self.source), shared(self.date));
        let DocumentJson { record, bytes, tokens, .. } = self;
        let share = self.read_share.and_then(PageRead::percent_of);
        let read = self.read.map(PageRead::new);
        let read = read.map(|read| read.with_share(share.unwrap_or(read.share)));
        (
            DocumentInfo {
                id: self.id.into(),
                title,
                source,
                date,
                path,
                record,
                bytes,
                read,
                ..DocumentInfo::default()
            },
            tokens,
        )
    }
}

/// The record that a line is about: its id, its file, and its number in the file.
#[derive(Serialize)]
pub struct RecordJson<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<u64>,
}

impl<'a> RecordJson<'a> {
    pub fn new(info: &'a DocumentInfo) -> RecordJson<'a> {
        RecordJson { id: &info.id, path: info.path.as_deref(), record: info.record }
    }
}

/// Ids of documents; they are written one by one, because a class may have a million.
pub enum IdsJson<'a> {
    Of(&'a dyn Documents, &'a [u32]),
    Listed(Vec<String>),
}

impl Serialize for IdsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for IdsJson<'_> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Vec::deserialize(from).map(IdsJson::Listed)
    }
}

impl IdsJson<'_> {
    pub fn iter(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let (of, listed) = match self {
            IdsJson::Of(documents, numbers) => (Some((documents, numbers)), None),
            IdsJson::Listed(ids) => (None, Some(ids)),
        };
        let of = of
            .into_iter()
            .flat_map(|(documents, numbers)| numbers.iter().map(|&n| documents.id(n as usize)));
        of.chain(listed.into_iter().flatten().map(|id| Cow::Borrowed(id.as_str())))
    }

    pub fn read(&self, documents: &DocumentNumbers) -> Read<Vec<u32>> {
        match self {
            IdsJson::Of(_, numbers) => Ok(numbers.to_vec()),
            IdsJson::Listed(ids) => documents.all(ids),
        }
    }
}

/// A class of equal texts as an object of its own.
#[derive(Serialize, Deserialize)]
pub struct EqualJson<'a> {
    pub members: IdsJson<'a>,
}

/// A class of equal texts that titles divide, as its groups of documents.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub struct GroupsJson<'a>(Vec<IdsJson<'a>>);

/// Such a class as an object of its own.
#[derive(Serialize, Deserialize)]
pub struct TitlesJson<'a> {
    pub groups: GroupsJson<'a>,
}

impl<'a> GroupsJson<'a> {
    pub fn new(findings: Findings<'a>, groups: &'a [Vec<u32>]) -> GroupsJson<'a> {
        GroupsJson(groups.iter().map(|group| IdsJson::Of(findings.documents, group)).collect())
    }

    /// Reads the groups; two documents with one id may be in two groups.
    pub fn read(self, documents: &DocumentNumbers) -> Read<Vec<Vec<u32>>> {
        let listed = self.0.into_iter().map(|ids| match ids {
            IdsJson::Listed(ids) if !ids.is_empty() => Ok(ids),
            _ => Err("holds a class of titles with a group without a document".to_owned()),
        });
        let listed = listed.collect::<Read<Vec<Vec<String>>>>()?;
        let mut numbers = documents.all(&listed.concat())?.into_iter();
        Ok(listed.iter().map(|ids| numbers.by_ref().take(ids.len()).collect()).collect())
    }
}

/// A cluster as JSON.
#[derive(Serialize, Deserialize)]
pub struct ClusterJson<'a> {
    #[serde(default)]
    pub id: String,
    #[serde(borrow)]
    pub representative: Cow<'a, str>,
    pub members: IdsJson<'a>,
    pub weakest: f64,
}

impl<'a> ClusterJson<'a> {
    pub fn new(findings: Findings<'a>, cluster: &'a Cluster) -> io::Result<ClusterJson<'a>> {
        Ok(ClusterJson {
            id: cluster_id(findings, cluster)?,
            representative: findings.id(cluster.representative),
            members: IdsJson::Of(findings.documents, &cluster.members),
            weakest: share(cluster.weakest),
        })
    }

    pub fn read(self, documents: &DocumentNumbers) -> Read<Cluster> {
        let representative = documents.of(&self.representative)?;
        let members = self.members.read(documents)?;
        if !members.contains(&representative) {
            return Err(format!(
                "holds a cluster whose representative {:?} is no member",
                self.representative
            ));
        }
        Ok(Cluster { representative, members, weakest: self.weakest })
    }
}

/// Returns the id of a cluster in reports: a hash of its members' ids and texts. The members are in
/// the order of their ids, so that the same set has the same id in any run.
///
/// # Errors
/// A text that can no longer be read.
pub fn cluster_id(findings: Findings, cluster: &Cluster) -> io::Result<String> {
    let mut state = cluster.members.len() as u64;
    for &number in &cluster.members {
        state = hash::fold(state, hash::mix(hash::bytes(findings.id(number).as_bytes())));
        state = hash::fold(
            state,
            hash::mix(hash::bytes(texts::read(findings.documents, number)?.as_bytes())),
        );
    }
    Ok(format!("{:016x}", hash::mix(state)))
}
