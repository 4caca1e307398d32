//! Owns: the related pairs of a detection, as a list or where a scan keeps them. Never: knows where
//! that is.

use crate::error::Result;
use crate::model::comparison::Pair;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::ops::{Deref, DerefMut, Range};
use std::sync::{Arc, OnceLock};

/// Pairs that are kept in a written form, in memory or in a file, and read in parts.
pub trait PairRows: fmt::Debug + Send + Sync {
    /// The number of pairs.
    fn count(&self) -> usize;
    /// The documents of a pair.
    fn documents(&self, number: usize) -> (u32, u32);
    /// Some of the pairs.
    ///
    /// # Errors
    /// They can no longer be read.
    fn read(&self, numbers: Range<usize>) -> Result<Vec<Pair>>;
    /// All pairs, with all threads.
    ///
    /// # Errors
    /// As [`read`](PairRows::read).
    fn read_all(&self) -> Result<Vec<Pair>>;
}

/// The related pairs of a [`Detection`](crate::Detection), ordered by `a`, then `b`: a list that is
/// used like a slice.
///
/// After a scan with [`Scan::pairs_on_demand`](crate::Scan::pairs_on_demand) the pairs stay where
/// the scan keeps them, and [`part`](Pairs::part) reads some of them at a time, with an error where
/// that fails. Whoever uses them as a slice loads all of them at once.
///
/// ```
/// use nearcopy::{Corpus, Document, Scan};
/// let story = "The harbour bridge will close for repairs on Monday, the port authority said, \
///     and reopen in the spring.";
/// let corpus = Corpus::new([
///     Document::new("courier", story),
///     Document::new("ledger", story.replace("said", "told reporters")),
/// ])?;
/// let mut pairs = Scan::new().pairs_on_demand().run(&corpus)?.pairs;
/// assert_eq!(pairs.documents().collect::<Vec<_>>(), [(0, 1)]);
/// for pair in pairs.part(0..pairs.len())?.iter() {
///     assert_eq!(pair.comparison.matches[0].a.start, 0);
/// }
/// pairs.load()?;
/// assert_eq!(pairs[0].a, 0);
/// # Ok::<(), nearcopy::Error>(())
/// ```
///
/// # Panics
/// Use as a slice, and `==`, panic where the pairs can no longer be read; [`load`](Pairs::load)
/// gives the error instead. [`part`](Pairs::part) panics for numbers that are none of a pair.
#[derive(Default)]
pub struct Pairs {
    list: OnceLock<Vec<Pair>>,
    rows: Option<Arc<dyn PairRows>>,
}

impl Pairs {
    /// Pairs that are read when somebody asks for them.
    pub(crate) fn on_demand(rows: Arc<dyn PairRows>) -> Pairs {
        Pairs { list: OnceLock::new(), rows: Some(rows) }
    }

    /// The number of pairs.
    pub fn len(&self) -> usize {
        self.stored().map_or_else(|| self.listed().len(), |rows| rows.count())
    }

    /// Whether there is no pair.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers of the documents of each pair.
    pub fn documents(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0..self.len()).map(|number| match self.stored() {
            Some(rows) => rows.documents(number),
            None => (self.listed()[number].a, self.listed()[number].b),
        })
    }

    /// Some of the pairs.
    ///
    /// # Errors
    /// [`Error::Storage`](crate::Error::Storage) where they can no longer be read.
    pub fn part(&self, numbers: Range<usize>) -> Result<Cow<'_, [Pair]>> {
        match self.stored() {
            Some(rows) => rows.read(numbers).map(Cow::Owned),
            None => Ok(Cow::Borrowed(&self.listed()[numbers])),
        }
    }

    /// One of the pairs.
    ///
    /// # Errors
    /// As [`part`](Pairs::part).
    pub fn one(&self, number: usize) -> Result<Cow<'_, Pair>> {
        Ok(match self.part(number..number + 1)? {
            Cow::Borrowed(pairs) => Cow::Borrowed(&pairs[0]),
            Cow::Owned(mut pairs) => Cow::Owned(pairs.swap_remove(0)),
        })
    }

    /// The number of the pair of two documents, `a` before `b`. Cost: a search, which reads no
    /// pair.
    pub(crate) fn find(&self, documents: (u32, u32)) -> Option<usize> {
        let of = |number: usize| match self.stored() {
            Some(rows) => rows.documents(number),
            None => (self.listed()[number].a, self.listed()[number].b),
        };
        let (mut from, mut to) = (0, self.len());
        while from < to {
            let middle = from.midpoint(to);
            if of(middle) < documents {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        (from < self.len() && of(from) == documents).then_some(from)
    }

    /// Makes a list of the pairs, all of them in memory.
    ///
    /// # Errors
    /// As [`part`](Pairs::part).
    pub fn load(&mut self) -> Result<()> {
        if let Some(rows) = self.stored() {
            self.list = rows.read_all()?.into();
        }
        self.rows = None;
        Ok(())
    }

    /// The rows, where no list was made of them.
    fn stored(&self) -> Option<&dyn PairRows> {
        if self.list.get().is_some() { None } else { self.rows.as_deref() }
    }

    fn listed(&self) -> &Vec<Pair> {
        self.list.get_or_init(|| {
            let rows = self.rows.as_ref();
            let all = rows.map_or(Ok(Vec::new()), |rows| rows.read(0..rows.count()));
            all.unwrap_or_else(|error| panic!("the pairs of a scan: {error}"))
        })
    }
}

impl From<Vec<Pair>> for Pairs {
    fn from(list: Vec<Pair>) -> Pairs {
        Pairs { list: list.into(), rows: None }
    }
}

impl FromIterator<Pair> for Pairs {
    fn from_iter<I: IntoIterator<Item = Pair>>(pairs: I) -> Pairs {
        Vec::from_iter(pairs).into()
    }
}

impl Deref for Pairs {
    type Target = Vec<Pair>;
    fn deref(&self) -> &Vec<Pair> {
        self.listed()
    }
}

impl DerefMut for Pairs {
    fn deref_mut(&mut self) -> &mut Vec<Pair> {
        self.listed();
        self.rows = None;
        self.list.get_mut().expect("the list was made")
    }
}

impl<'p> IntoIterator for &'p Pairs {
    type Item = &'p Pair;
    type IntoIter = std::slice::Iter<'p, Pair>;
    fn into_iter(self) -> std::slice::Iter<'p, Pair> {
        self.iter()
    }
}

impl IntoIterator for Pairs {
    type Item = Pair;
    type IntoIter = std::vec::IntoIter<Pair>;
    fn into_iter(mut self) -> std::vec::IntoIter<Pair> {
        std::mem::take(&mut *self).into_iter()
    }
}

impl Clone for Pairs {
    fn clone(&self) -> Pairs {
        match self.stored() {
            Some(_) => Pairs { list: OnceLock::new(), rows: self.rows.clone() },
            None => self.listed().clone().into(),
        }
    }
}

impl fmt::Debug for Pairs {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.stored() {
            Some(rows) => rows.fmt(f),
            None => self.listed().fmt(f),
        }
    }
}

impl PartialEq for Pairs {
    fn eq(&self, other: &Pairs) -> bool {
        self.listed() == other.listed()
    }
}

impl Serialize for Pairs {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        self.part(0..self.len()).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Pairs, D::Error> {
        Vec::deserialize(from).map(Pairs::from)
    }
}
