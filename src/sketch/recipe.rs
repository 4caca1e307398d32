//! Owns: everything that changes a key, and the id that stored keys carry. Never: decides what is
//! reported (the thresholds do that).

use crate::error::{Error, Result};
use crate::hash;
use serde::{Deserialize, Serialize};

/// The version of the key formats. Any change of a key, for any text, raises it.
pub const FORMAT: u32 = 2;

/// The settings that keys are made with. Two key sets can be mixed only if their recipes have one
/// [`id`](Recipe::id).
///
/// The banding follows from a target: it has the most rows for which documents of resemblance
/// `target_resemblance` share a band with a probability of at least `target_chance` (Broder 1997;
/// Leskovec, Rajaraman, Ullman, *Mining of Massive Datasets*, 3.4).
///
/// ```
/// let recipe = nearcopy::Recipe::default();
/// assert!(recipe.chance(0.7) > 0.999);
/// assert!(recipe.chance(0.1) < 0.01);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Recipe {
    /// The length of a shingle in words; it has more tokens where a script is cut per character.
    pub shingle: u32,
    /// The number of MinHash values in a signature: 16 to 1024.
    pub lanes: u32,
    /// The resemblance at which two documents should share a band.
    pub target_resemblance: f64,
    /// The least probability that they do.
    pub target_chance: f64,
    /// The resemblance at which two paragraphs should share a band.
    pub paragraph_resemblance: f64,
    /// The least probability that they do.
    pub paragraph_chance: f64,
    /// The number of lanes that paragraph bands are cut from: paragraphs are many, so they get
    /// fewer. With 0 there are no paragraph bands.
    pub paragraph_lanes: u32,
    /// The number of shingles below which a paragraph gets no bands.
    pub paragraph_shingles: u32,
    /// The length of an anchor in words.
    pub anchor: u32,
    /// One shingle in this many is kept as an anchor (its hash decides, so every text keeps the
    /// same ones). With 0 there are no anchors.
    pub anchor_rate: u32,
    /// The number of shared anchors that make two texts a candidate pair.
    pub min_anchors: u32,
    /// The most texts of a document band that are expanded to all pairs; a larger band is split and
    /// linked.
    pub max_bucket: u32,
    /// The most different texts of an anchor or paragraph band that are expanded to all pairs; a
    /// larger one is expanded by one text of each family of near-copies, or not at all.
    pub max_frequency: u32,
    /// The seed of all hash functions of the signature.
    pub seed: u64,
}

impl_with!(Recipe);

impl Default for Recipe {
    fn default() -> Recipe {
        Recipe {
            shingle: 5,
            lanes: 128,
            target_resemblance: 0.55,
            target_chance: 0.9,
            paragraph_resemblance: 0.6,
            paragraph_chance: 0.8,
            paragraph_lanes: 32,
            paragraph_shingles: 16,
            anchor: 5,
            anchor_rate: 3,
            min_anchors: 2,
            max_bucket: 32,
            max_frequency: 24,
            seed: 1,
        }
    }
}

/// The number of bands, and of lanes that form the key of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Banding {
    /// The number of keys that a signature is cut into.
    pub bands: u32,
    /// The number of lanes in each band.
    pub rows: u32,
}

impl Banding {
    /// The banding with the most rows for which `chance(resemblance) >= chance`; one row where even
    /// that does not reach it.
    pub fn for_target(lanes: u32, resemblance: f64, chance: f64) -> Banding {
        (1..=lanes.clamp(1, 16))
            .rev()
            .map(|rows| Banding { bands: lanes / rows, rows })
            .find(|b| b.chance(resemblance) >= chance)
            .unwrap_or(Banding { bands: lanes, rows: 1 })
    }

    /// The probability that two sets of this resemblance share at least one band: 1 − (1 −
    /// s^rows)^bands.
    pub fn chance(self, resemblance: f64) -> f64 {
        1.0 - (1.0 - resemblance.powi(self.rows as i32)).powi(self.bands as i32)
    }
}

impl Recipe {
    /// The id that stored keys carry: 16 hex digits over the format version and every field.
    pub fn id(&self) -> String {
        let fields = serde_json::to_string(self).expect("numbers only");
        format!("{:016x}", hash::bytes(format!("nearcopy {FORMAT} {fields}").as_bytes()))
    }

    /// The banding of document signatures.
    pub fn banding(&self) -> Banding {
        Banding::for_target(self.lanes, self.target_resemblance, self.target_chance)
    }

    /// The banding of paragraph signatures.
    pub fn paragraph_banding(&self) -> Banding {
        Banding::for_target(self.paragraph_lanes, self.paragraph_resemblance, self.paragraph_chance)
    }

    /// The probability that two documents of this resemblance become candidates through document
    /// bands alone.
    pub fn chance(&self, resemblance: f64) -> f64 {
        self.banding().chance(resemblance)
    }

    /// Checks that every value is in its range; the error names the first that is not.
    pub fn check(&self) -> Result<()> {
        let bad = |name, why: String| Err(Error::Setting { name, why });
        if !(1..=64).contains(&self.shingle) {
            return bad("shingle", format!("1 to 64 words, not {}", self.shingle));
        }
        if !(1..=64).contains(&self.anchor) {
            return bad("anchor", format!("1 to 64 words, not {}", self.anchor));
        }
        if !(16..=1024).contains(&self.lanes) {
            return bad("lanes", format!("16 to 1024, not {}", self.lanes));
        }
        if self.paragraph_lanes > self.lanes {
            return bad(
                "paragraph-lanes",
                format!("at most lanes ({}), not {}", self.lanes, self.paragraph_lanes),
            );
        }
        for (name, v) in [
            ("target-resemblance", self.target_resemblance),
            ("target-chance", self.target_chance),
            ("paragraph-resemblance", self.paragraph_resemblance),
            ("paragraph-chance", self.paragraph_chance),
        ] {
            if !(v > 0.0 && v < 1.0) {
                return bad(name, format!("between 0 and 1, not {v}"));
            }
        }
        for (name, v) in [
            ("min-anchors", self.min_anchors),
            ("max-bucket", self.max_bucket),
            ("max-frequency", self.max_frequency),
        ] {
            if v < 1 {
                return bad(name, format!("at least 1, not {v}"));
            }
        }
        Ok(())
    }
}
