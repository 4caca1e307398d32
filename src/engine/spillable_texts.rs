//! Owns: texts in memory, or in a scratch file from a stated size on. Never: reads an input.

use crate::engine::corpus::Texts;
use crate::engine::scratch::{ScratchFile, Stored};
use crate::engine::text_arena::TextArena;
use crate::error::{Error, Result};
use std::borrow::Cow;
use std::path::PathBuf;

/// Texts by number, in the order in which they are added. They are kept in memory until they have
/// more bytes than were allowed; then all of them move to a file without a name, from which each is
/// read when it is asked for.
///
/// A text in the file costs 16 bytes of memory, and one reading of the file each time. The file is
/// gone with the run, however that ends. A text that the file gives back changed is an error.
///
/// ```
/// use nearcopy::{SpillableTexts, Texts};
/// let mut texts = SpillableTexts::new(8, None);
/// # if !cfg!(feature = "spill") { return Ok(()) }
/// texts.push("one".into())?;
/// texts.push("more than eight bytes".into())?;
/// texts.finish()?;
/// assert!(texts.scratch_bytes() > 8);
/// assert_eq!(texts.text(0).unwrap(), "one");
/// # Ok::<(), nearcopy::Error>(())
/// ```
#[derive(Debug)]
pub struct SpillableTexts {
    most: u64,
    directory: Option<PathBuf>,
    in_memory: TextArena,
    bytes: u64,
    /// The file, and where each text is in it.
    spilled: Option<(ScratchFile, Vec<Stored>)>,
}

impl Default for SpillableTexts {
    fn default() -> SpillableTexts {
        SpillableTexts::new(u64::MAX, None)
    }
}

impl SpillableTexts {
    /// No text yet, and at most `most` bytes of texts in memory. The file is made in `directory`,
    /// or else in the system's for temporary files.
    pub fn new(most: u64, directory: Option<PathBuf>) -> SpillableTexts {
        SpillableTexts { most, directory, in_memory: TextArena::default(), bytes: 0, spilled: None }
    }

    /// Adds a text.
    ///
    /// # Errors
    /// [`Error::Storage`] where the file cannot be made or written, [`Error::TextTooLong`] for a
    /// text of 4 GiB or more that would go to the file.
    pub fn push(&mut self, text: String) -> Result<()> {
        self.bytes += text.len() as u64;
        if self.spilled.is_none() && self.bytes > self.most {
            self.spill_all()?;
        }
        if self.spilled.is_some() {
            self.spill(&text)?;
        } else {
            self.in_memory.push(text);
        }
        Ok(())
    }

    fn spill_all(&mut self) -> Result<()> {
        let mut file = ScratchFile::create(self.directory.as_deref())?;
        let stored = self.in_memory.iter().map(|text| file.append(text.as_bytes()));
        let stored = stored.collect::<Result<_>>()?;
        self.spilled = Some((file, stored));
        self.in_memory = TextArena::default();
        Ok(())
    }

    /// Whether a scratch file can be made, should one be needed.
    ///
    /// # Errors
    /// [`Error::Storage`] where it cannot.
    pub fn check_directory(&self) -> Result<()> {
        ScratchFile::create(self.directory.as_deref()).map(drop)
    }

    fn spill(&mut self, text: &str) -> Result<()> {
        if let Some((file, stored)) = &mut self.spilled {
            let bytes = text.len() as u64;
            if u32::try_from(bytes).is_err() {
                return Err(Error::TextTooLong { id: format!("text {}", stored.len() + 1), bytes });
            }
            stored.push(file.append(text.as_bytes())?);
        }
        Ok(())
    }

    /// To be called when all texts are added and before one is asked for.
    ///
    /// # Errors
    /// [`Error::Storage`] where the file cannot be written.
    pub fn finish(&mut self) -> Result<()> {
        self.spilled.as_mut().map_or(Ok(()), |(file, _)| file.flush())
    }

    /// Adds the texts of another list behind these.
    ///
    /// # Errors
    /// As [`push`](SpillableTexts::push), and where a text can no longer be read.
    pub fn append(&mut self, other: SpillableTexts) -> Result<()> {
        if self.count() == 0 && other.most == self.most {
            *self = other;
            return Ok(());
        }
        for n in 0..other.count() {
            self.push(other.text_or_error(n)?.into_owned())?;
        }
        self.finish()
    }

    /// All texts in memory.
    ///
    /// # Errors
    /// A text can no longer be read.
    pub fn into_texts(self) -> Result<Vec<String>> {
        if self.spilled.is_none() {
            return Ok(self.in_memory.into_texts());
        }
        (0..self.count()).map(|n| self.text_or_error(n).map(Cow::into_owned)).collect()
    }

    fn text_or_error(&self, n: usize) -> Result<Cow<'_, str>> {
        let gone = |why| Error::TextGone { id: format!("text {}", n + 1), why };
        self.text(n).map_err(gone)
    }

    /// The bytes of texts that may be in memory.
    pub fn most_in_memory(&self) -> u64 {
        self.most
    }

    /// The number of texts.
    pub fn count(&self) -> usize {
        self.spilled.as_ref().map_or(self.in_memory.len(), |(_, stored)| stored.len())
    }

    /// The bytes in the scratch file; 0 where all texts are in memory.
    pub fn scratch_bytes(&self) -> u64 {
        self.spilled.as_ref().map_or(0, |(file, _)| file.len())
    }

    /// Leaves out the texts whose numbers `keep` refuses. The others keep their order.
    pub fn retain(&mut self, mut keep: impl FnMut(usize) -> bool) {
        let mut number = 0;
        let mut next = || {
            number += 1;
            keep(number - 1)
        };
        match &mut self.spilled {
            Some((_, stored)) => stored.retain(|_| next()),
            None => self.in_memory.retain(next),
        }
    }
}

impl Texts for SpillableTexts {
    fn text(&self, number: usize) -> std::result::Result<Cow<'_, str>, String> {
        let gone = || format!("there are only {} texts", self.count());
        let Some((file, stored)) = &self.spilled else {
            return self.in_memory.get(number).map(Cow::Borrowed).ok_or_else(gone);
        };
        let stored = stored.get(number).ok_or_else(gone)?;
        let bytes = file.read(stored).map_err(|e| e.to_string())?;
        String::from_utf8(bytes).map(Cow::Owned).map_err(|e| e.to_string())
    }

    fn length(&self, number: usize) -> std::result::Result<usize, String> {
        match &self.spilled {
            Some((_, stored)) if number < stored.len() => Ok(stored[number].len()),
            _ => self.text(number).map(|text| text.len()),
        }
    }
}

#[cfg(all(test, feature = "spill"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn texts_are_the_same_wherever_they_are(
            texts in prop::collection::vec("[a-z漢 é]{0,40}", 0..30), most in 0u64..900,
            left_out in prop::collection::vec(any::<bool>(), 30),
        ) {
            let mut kept = SpillableTexts::new(most, None);
            texts.iter().for_each(|text| kept.push(text.clone()).unwrap());
            kept.finish().unwrap();
            let bytes: u64 = texts.iter().map(|text| text.len() as u64).sum();
            prop_assert_eq!(kept.scratch_bytes(), if bytes > most { bytes } else { 0 });
            kept.retain(|n| !left_out[n]);
            let plain: Vec<&String> =
                texts.iter().zip(&left_out).filter(|(_, out)| !**out).map(|(t, _)| t).collect();
            prop_assert_eq!(kept.count(), plain.len());
            for (n, text) in plain.into_iter().enumerate() {
                prop_assert_eq!(&kept.text(n).unwrap(), text);
                prop_assert_eq!(kept.length(n).unwrap(), text.len());
            }
            prop_assert!(kept.text(kept.count()).is_err());
        }
    }
}
