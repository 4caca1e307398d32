//! Owns: named sets of values for common kinds of corpora. Never: lists a value that a preset does
//! not change.

use crate::model::thresholds::{AlignmentMethod, Thresholds};
use crate::sketch::recipe::Recipe;
use serde::{Deserialize, Serialize};

/// A named set of values that replaces some values of a recipe and of thresholds, and no others.
///
/// ```
/// use nearcopy::{Preset, Recipe, Thresholds};
/// let (mut recipe, mut thresholds) = (Recipe::default(), Thresholds::default());
/// "strict".parse::<Preset>().unwrap().apply(&mut recipe, &mut thresholds);
/// assert_eq!(thresholds.near_copy_larger, 0.9);
/// assert_eq!(recipe, Recipe::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Preset {
    /// Articles of news sites and agencies: the defaults.
    News,
    /// Text from OCR, with many small errors inside every passage.
    Ocr,
    /// Only texts that are almost identical.
    Strict,
    /// Passages that are rewritten in other order and with other words, from 25 words on; at least
    /// ten times slower.
    Rewritten,
}

impl Preset {
    /// All presets.
    pub const ALL: [Preset; 4] = [Preset::News, Preset::Ocr, Preset::Strict, Preset::Rewritten];

    /// The name of the preset on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Preset::News => "news",
            Preset::Ocr => "ocr",
            Preset::Strict => "strict",
            Preset::Rewritten => "rewritten",
        }
    }

    /// Sets the values of the preset and leaves all others unchanged.
    pub fn apply(self, recipe: &mut Recipe, thresholds: &mut Thresholds) {
        match self {
            Preset::News => {}
            Preset::Ocr => {
                recipe.anchor = 3;
                recipe.anchor_rate = 2;
                thresholds.alignment = AlignmentMethod::Forms;
                thresholds.near_copy_larger = 0.45;
                thresholds.copy_telling = 12;
                thresholds.min_identity = 0.3;
                thresholds.max_gap = 24;
                thresholds.compare_budget = 32;
            }
            Preset::Strict => {
                thresholds.near_copy_smaller = 0.8;
                thresholds.near_copy_larger = 0.9;
                thresholds.min_identity = 0.8;
                thresholds.max_gap = 4;
            }
            Preset::Rewritten => {
                recipe.anchor = 3;
                recipe.anchor_rate = 2;
                thresholds.alignment = AlignmentMethod::Words;
                thresholds.max_gap = 40;
                thresholds.min_match = 25;
                thresholds.compare_budget = 32;
            }
        }
    }
}

impl_display!(Preset);

impl std::str::FromStr for Preset {
    type Err = String;
    fn from_str(s: &str) -> Result<Preset, String> {
        Preset::ALL
            .into_iter()
            .find(|p| p.name() == s)
            .ok_or_else(|| format!("{s:?} is not {}", Preset::ALL.map(Preset::name).join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_can_be_used() {
        for preset in Preset::ALL {
            let (mut recipe, mut thresholds) = (Recipe::default(), Thresholds::default());
            preset.apply(&mut recipe, &mut thresholds);
            recipe.check().unwrap();
            thresholds.check().unwrap();
            assert_eq!(preset.name().parse(), Ok(preset));
        }
        assert!("newz".parse::<Preset>().is_err());
    }
}
