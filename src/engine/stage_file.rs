//! Owns: the byte format in which one stage passes data to the next, so that another process can
//! read it. Never: decides where the bytes are kept.
//!
//! ```text
//! header    one line of JSON: schema, kind, version, recipe
//! data      the value in postcard's format
//! checksum  8 bytes, of all bytes before it
//! ```
//!
//! A stage file belongs to one recipe. A file of another recipe, kind or version is refused with an
//! error that names it, and so is a damaged file.

use crate::engine::compare::Verified;
use crate::engine::stage_data::{StageData, decode, encode, header};
use crate::error::Result;
use crate::model::detection::{Comparison, Detection};
use crate::postings::checksum::{damaged, seal, unseal};
use crate::postings::run::Run;
use crate::sketch::fingerprint::Fingerprint;

impl StageData for Vec<Fingerprint> {
    const KIND: &'static str = "fingerprints";
    const VERSION: u32 = 3;
}

impl StageData for Run {
    const KIND: &'static str = "postings";
    const VERSION: u32 = 1;
}

impl StageData for Vec<Verified> {
    const KIND: &'static str = "verified-pairs";
    const VERSION: u32 = 3;
}

impl StageData for Comparison {
    const KIND: &'static str = "comparison";
    const VERSION: u32 = 3;
}

impl StageData for Detection {
    const KIND: &'static str = "detection";
    const VERSION: u32 = 5;
}

/// Writes a value as the bytes of a stage file.
pub fn write<T: StageData>(value: &T, recipe_id: &str) -> Vec<u8> {
    seal(encode(value, header::<T>(recipe_id).to_line()))
}

/// Reads a value from the bytes of a stage file; `what` names them in errors.
///
/// # Errors
/// [`Error::Malformed`](crate::Error::Malformed) if the bytes are no stage file or are damaged;
/// [`Error::Mixed`](crate::Error::Mixed) if they have another kind, version or recipe.
pub fn read<T: StageData>(bytes: &[u8], recipe_id: &str, what: &str) -> Result<T> {
    let end = bytes.iter().position(|&b| b == b'\n').unwrap_or(0);
    header::<T>(recipe_id).check(&bytes[..end], what)?;
    let whole = unseal(bytes, || what.into())?;
    decode(&whole[end + 1..]).ok_or_else(|| damaged(what.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::batch::scan;
    use crate::engine::corpus::Corpus;
    use crate::hash;
    use crate::model::document::Document;
    use crate::model::options::RunOptions;
    use crate::model::thresholds::Thresholds;
    use crate::postings::posting::Posting;
    use crate::sketch::fingerprint::Fingerprinter;
    use crate::sketch::recipe::Recipe;

    const STORY: &str = "The harbour bridge will close for repairs on Monday, the port authority \
        said on Friday, and \
        reopen in the spring of next year.\n\nFerries run every hour until then, said Ms Orley of \
        the port authority.";

    fn detection() -> Detection {
        let other = STORY.replace("said on Friday", "told reporters");
        let corpus = Corpus::new([
            Document::new("a", STORY),
            Document::new("b", other),
            Document::new("c", STORY),
        ]);
        let (recipe, t, options) =
            (Recipe::default(), Thresholds::default(), RunOptions::default());
        scan(&corpus.unwrap(), &recipe, &t, &options, &()).unwrap().0
    }

    fn fingerprints() -> Vec<Fingerprint> {
        vec![Fingerprinter::new(&Recipe::default()).fingerprint(STORY), Fingerprint::default()]
    }

    fn run() -> Run {
        Run::from_sorted(vec![Posting::new(3, 1), Posting::new(3, 7), Posting::new(u64::MAX, 0)])
    }

    /// The hash of the written form, with the name of what was written.
    fn comes_back<T: StageData + PartialEq + std::fmt::Debug>(value: &T) -> String {
        let bytes = write(value, "r");
        assert_eq!(&read::<T>(&bytes, "r", "file").unwrap(), value);
        for at in (0..bytes.len()).step_by(7) {
            let mut bad = bytes.clone();
            bad[at] ^= 4;
            assert!(read::<T>(&bad, "r", "file").is_err(), "{} at {at}", T::KIND);
            assert!(read::<T>(&bytes[..at], "r", "file").is_err(), "{} cut at {at}", T::KIND);
        }
        format!("{} {:016x}", T::KIND, hash::bytes(&bytes))
    }

    #[test]
    fn all_that_crosses_a_stage_comes_back_in_its_frozen_form() {
        let found = detection();
        let comparison = found.pairs[0].comparison.clone();
        let verified = vec![Verified { a: 1, b: 2, comparison: comparison.clone() }];
        let forms = [
            comes_back(&fingerprints()),
            comes_back(&run()),
            comes_back(&verified),
            comes_back(&comparison),
            comes_back(&found),
        ];
        let frozen = [
            "fingerprints 6b35657a377f3458",
            "postings 3654043c1634b12e",
            "verified-pairs 38663cb6454fc55a",
            "comparison 74577f38d74b1494",
            "detection d27604b276a65263",
        ];
        assert_eq!(forms, frozen, "for another form raise the version, then set the new hash");
    }

    #[test]
    fn what_something_else_made_is_refused_by_name() {
        let bytes = write(&run(), "one");
        let message = |e: Result<()>| e.unwrap_err().to_string();
        let recipe = message(read::<Run>(&bytes, "two", "keys.bin").map(drop));
        assert!(
            recipe.contains("keys.bin")
                && recipe.contains("recipe one")
                && recipe.contains("recipe two"),
            "{recipe}"
        );
        let kind = message(read::<Comparison>(&bytes, "one", "keys.bin").map(drop));
        assert!(kind.contains("postings") && kind.contains("comparison"), "{kind}");
        assert!(
            message(read::<Run>(b"text", "one", "keys.bin").map(drop))
                .contains("not a nearcopy.stage/1 file")
        );
    }
}
