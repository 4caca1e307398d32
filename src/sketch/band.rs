//! Owns: the conversion of signatures to band keys. Never: counts how often a key occurs.

use crate::hash;
use crate::sketch::recipe::Banding;

/// The kind of text that a band key is made from. It is part of the key, so that keys of two kinds
/// stay apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// A whole document.
    Document = 1,
    /// One paragraph.
    Paragraph = 2,
}

/// Appends the key of each band of the signature: a hash of its rows, of the number of the band and
/// of the level.
pub fn bands(signature: &[u32], banding: Banding, level: Level, out: &mut Vec<u64>) {
    let rows = signature.chunks_exact(banding.rows as usize).take(banding.bands as usize);
    out.extend(rows.enumerate().map(|(band, rows)| {
        let place = (level as u64) << 32 | band as u64;
        hash::sequence(std::iter::once(place).chain(rows.iter().map(|&r| u64::from(r))))
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_meet_only_in_one_band_of_one_level() {
        let banding = Banding { bands: 3, rows: 2 };
        let (mut x, mut y, mut z) = (vec![], vec![], vec![]);
        bands(&[1, 2, 1, 2, 5, 6], banding, Level::Document, &mut x);
        bands(&[1, 2, 1, 2, 5, 6], banding, Level::Paragraph, &mut y);
        bands(&[1, 2, 1, 3, 5, 6], banding, Level::Document, &mut z);
        assert_eq!(x.len(), 3);
        assert_ne!(x[0], x[1]);
        assert!(x.iter().all(|k| !y.contains(k)));
        assert_eq!((x[0] == z[0], x[1] == z[1], x[2] == z[2]), (true, false, true));
    }
}
