//! Owns: how much of a passage is set phrases. Never: finds set phrases or passages.

use crate::pair::background::Background;
use crate::pair::masked::MaskedText;
use std::ops::Range;

/// The least number of anchors in a passage that show a set phrase.
const ANCHORS: u32 = 2;

/// The percentage of the anchors of a passage that are of no set phrase; 100 where the others are
/// fewer than two. The words between its equal words count too: what fills a slot of a phrase in
/// one text fills it in others.
pub fn percent_of_no_phrase(
    text: &MaskedText,
    passage: Range<u32>,
    background: &Background,
) -> u32 {
    let (mut all, mut phrases) = (0u32, 0u32);
    for anchor in text.anchors(passage) {
        all += 1;
        phrases += u32::from(background.is_set_phrase(anchor));
    }
    if phrases < ANCHORS { 100 } else { 100 * (all - phrases) / all }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sketch::recipe::Recipe;

    #[test]
    fn the_share_is_that_of_the_anchors_in_the_passage() {
        // With a rate of 1 each window is an anchor.
        let recipe = Recipe::default().with(|r| r.anchor_rate = 1);
        let text = "one two three four five six seven eight nine ten eleven twelve";
        let a = MaskedText::new(text, &Background::default(), &recipe);
        let all: Vec<u64> = a.anchors(0..12).collect();
        assert_eq!(all.len(), 8);
        assert_eq!(a.anchors(3..7).count(), 0);
        let of = |known: &[u64], len| {
            let mut known = known.to_vec();
            known.sort_unstable();
            let background = Background::default().with_set_phrases(known);
            percent_of_no_phrase(&a, 0..len, &background)
        };
        assert_eq!(of(&[], 12), 100);
        assert_eq!(of(&all[..1], 12), 100, "one window is chance");
        assert_eq!(of(&all[..6], 12), 25);
        assert_eq!(of(&all[..6], 8), 0);
        assert_eq!(of(&all[6..], 8), 100);
    }
}
