//! Owns: when the titles of two texts name different things. Never: compares the texts.
//!
//! Most titles of one text are rewordings of each other, so a difference counts only where each
//! title names something (a firm, a place, a number) in the other's place.

use crate::align::prepared::Prepared;
use crate::pair::background::Background;
use crate::pair::title::{
    FRAME_SHARE, FRAME_WORDS, HALF_THE_SAME, KNOWS_CASE, MOST_TOKENS, Title, gaps, is_framed,
};
use std::cell::Cell;
use std::ops::Range;

/// The share of the longer title from which on one name is enough, see [`HALF_THE_SAME`].
const MOSTLY_THE_SAME: f64 = 0.6;

/// Two titles and their texts, the first one 0 and the second one 1, and which words of a title the
/// other title and the texts hold. Each word is looked for once, as a text may have thousands that
/// could be a form of it.
struct TitlePair<'p> {
    titles: [&'p Title; 2],
    texts: [&'p Prepared<'p>; 2],
    in_title: [Answers; 2],
    in_text: [[Answers; 2]; 2],
}

impl<'p> TitlePair<'p> {
    fn new(titles: [&'p Title; 2], texts: [&'p Prepared<'p>; 2]) -> TitlePair<'p> {
        TitlePair { titles, texts, in_title: Default::default(), in_text: Default::default() }
    }

    /// Whether a token of a title or a form of it is in the other title.
    fn is_in_title(&self, of: usize, i: usize) -> bool {
        self.in_title[of].of(i, || self.titles[of].is_in_title(i, self.titles[1 - of]))
    }

    /// Whether a token of a title or a form of it is in a text.
    fn is_in_text(&self, of: usize, i: usize, text: usize) -> bool {
        let text = if std::ptr::eq(self.texts[0], self.texts[1]) { 0 } else { text };
        self.in_text[of][text].of(i, || self.titles[of].is_in_text(i, self.texts[text]))
    }
}

/// Answers about the tokens of a title, each asked for once.
#[derive(Default)]
struct Answers {
    asked: Cell<u64>,
    yes: Cell<u64>,
}

impl Answers {
    fn of(&self, i: usize, answer: impl FnOnce() -> bool) -> bool {
        const _: () = assert!(MOST_TOKENS <= u64::BITS as usize);
        let bit = 1 << i;
        if self.asked.get() & bit == 0 {
            self.asked.set(self.asked.get() | bit);
            self.yes.set(self.yes.get() | if answer() { bit } else { 0 });
        }
        self.yes.get() & bit != 0
    }
}

/// Whether the titles of two texts name different things: the texts are then two notices in one
/// wording, and no copies. `of_one_day` says that they are. Cost: the square of the titles'
/// lengths, and for each name a look at both texts.
pub fn name_different_things(
    (a, text_a): (&Title, &Prepared),
    (b, text_b): (&Title, &Prepared),
    background: &Background,
    of_one_day: bool,
) -> bool {
    let pair = TitlePair::new([a, b], [text_a, text_b]);
    let new = |x: usize| -> Vec<bool> {
        let title = pair.titles[x];
        let is_new = |i| title.names(i, background, of_one_day) && !pair.is_in_title(x, i);
        (0..title.len()).map(is_new).collect()
    };
    if text_a.tokens.hashes != text_b.tokens.hashes
        && have_other_subjects(&pair, background, of_one_day)
    {
        return true;
    }
    if !of_one_day && name_other_variants(a, b) {
        return true;
    }
    let (new_a, new_b) = (new(0), new(1));
    if !new_a.contains(&true) || !new_b.contains(&true) {
        return false;
    }
    let is_held = |x: usize, i: usize| pair.is_in_text(x, i, 0) || pair.is_in_text(x, i, 1);
    let absent = |x: usize, new: &[bool]| -> Vec<bool> {
        new.iter().enumerate().map(|(i, &new)| new && !is_held(x, i)).collect()
    };
    let gaps = gaps(a, b);
    let (own_a, own_b) = (absent(0, &new_a), absent(1, &new_b));
    let facing = |x: &[bool], y: &[bool]| {
        gaps.iter().any(|(ra, rb)| x[ra.clone()].contains(&true) && y[rb.clone()].contains(&true))
    };
    let framed = is_framed(a, b, &gaps);
    if own_a.contains(&true) && own_b.contains(&true) {
        // A common word is in many texts, whatever their subject.
        let names_what_is_held = |x: usize| {
            let title = pair.titles[x];
            (0..title.len()).any(|i| {
                title.names(i, background, of_one_day)
                    && title.is_informative(i, background)
                    && is_held(x, i)
            })
        };
        return framed && facing(&own_a, &own_b)
            || background.classes >= KNOWS_CASE
                && !names_what_is_held(0)
                && !names_what_is_held(1);
    }
    false
}

/// Whether two titles agree but for the size or the model of a thing. A page about one of them
/// mentions the others too, so it does not count what the texts hold.
fn name_other_variants(a: &Title, b: &Title) -> bool {
    let variants = |x: &Title, range: Range<usize>| -> Vec<String> {
        range.filter(|&i| i >= x.prefix()).filter_map(|i| x.variant(i)).collect()
    };
    let (of_a, of_b) = (variants(a, 0..a.len()), variants(b, 0..b.len()));
    if of_a.is_empty() || of_b.is_empty() {
        return false;
    }
    let gaps = gaps(a, b);
    let new = |own: Vec<String>, others: &[String]| own.iter().any(|own| !others.contains(own));
    let equal = (gaps.len() - 1) as f64;
    equal >= HALF_THE_SAME * a.len().max(b.len()) as f64
        && gaps
            .into_iter()
            .any(|(ra, rb)| new(variants(a, ra), &of_b) && new(variants(b, rb), &of_a))
}

/// Whether two titles agree but for words that take each other's place and that the other document
/// has nowhere, title and text: the subjects of two notices in one wording.
///
/// The less the titles agree, the more is asked of these words: that each is a name that its own
/// text holds, then that its own text holds it, then that one is a name.
fn have_other_subjects(pair: &TitlePair, background: &Background, of_one_day: bool) -> bool {
    let [a, b] = pair.titles;
    let gaps = gaps(a, b);
    let equal = (gaps.len() - 1) as f64;
    let (shorter, longer) = (a.len().min(b.len()) as f64, a.len().max(b.len()) as f64);
    let new = |x: usize, i: usize| i >= pair.titles[x].prefix() && !pair.is_in_title(x, i);
    let foreign = |x: usize, r: &Range<usize>| -> Vec<usize> {
        r.clone().filter(|&i| new(x, i) && !pair.is_in_text(x, i, 1 - x)).collect()
    };
    let subjects = |(ra, rb): &(Range<usize>, Range<usize>)| {
        let (x, y) = (foreign(0, ra), foreign(1, rb));
        let name = |x: usize, i: usize| pair.titles[x].names(i, background, of_one_day);
        let held = |x: usize, of: &[usize], wanted: bool| {
            of.iter().any(|&i| pair.is_in_text(x, i, x) && (!wanted || name(x, i)))
        };
        let both = |wanted| held(0, &x, wanted) && held(1, &y, wanted);
        let one = x.iter().any(|&i| name(0, i)) && rb.clone().any(|i| new(1, i))
            || y.iter().any(|&i| name(1, i)) && ra.clone().any(|i| new(0, i));
        both(true)
            || both(false) && equal >= HALF_THE_SAME * longer
            || one && equal >= MOSTLY_THE_SAME * longer
    };
    equal >= FRAME_WORDS as f64 && equal >= FRAME_SHARE * shorter && gaps.iter().any(subjects)
}

/// Whether each title has a word of its own that is not common and that neither text holds.
pub fn differ_in_rare_words(
    a: &Title,
    b: &Title,
    texts: [&Prepared; 2],
    background: &Background,
) -> bool {
    let own = |x: &Title, y: &Title| {
        (x.prefix()..x.len()).any(|i| {
            x.is_informative(i, background)
                && !x.is_in_title(i, y)
                && !texts.iter().any(|text| x.is_in_text(i, text))
        })
    };
    own(a, b) && own(b, a)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn different(a: (&str, &str), b: (&str, &str)) -> bool {
        let (x, y) = (Title::new(a.0, None), Title::new(b.0, None));
        let (text_a, text_b) = (Prepared::new(a.1, 5), Prepared::new(b.1, 5));
        let background = Background::default();
        let result = name_different_things((&x, &text_a), (&y, &text_b), &background, false);
        assert_eq!(result, name_different_things((&y, &text_b), (&x, &text_a), &background, false));
        result
    }

    #[test]
    fn another_firm_in_the_same_place() {
        let body = "Qtly div 20 cts vs 20 cts previously. Pay April 15. Record March 23.";
        let of = |a, b| different((a, body), (b, body));
        assert!(of(
            "QUAKER OATS CO <OAT> REGULAR DIVIDEND",
            "UNIBANCORP INC <UBCP> REGULAR DIVIDEND SET"
        ));
        assert!(of("Acme Steel sets payout", "Brighton Gas sets payout"));
        assert!(!of("Steel sets payout", "Gas sets payout"), "the first word of a title");
        assert!(of("ACME 5 SETS PAYOUT", "ACME 7 SETS PAYOUT"));
        assert!(!of("ACME <ACM> SETS PAYOUT", "ACME SETS PAYOUT"));
        assert!(!of(
            "SVEECO INSTRUMENTS <VEE> SETS QUARTERLY",
            "VEECO INSTRUMENTS <VEE> SETS QUARTERLY"
        ));
        assert!(!of("UPDATE 1-ACME SETS PAYOUT", "UPDATE 2-ACME SETS PAYOUT"));
        assert!(!of("ACME SETS PAYOUT | Daily Courier", "ACME SETS PAYOUT | Metro Wire"));
    }

    #[test]
    fn another_size_or_model_is_another_thing() {
        let of = |a: &str, b: &str| {
            let body = format!("Take {a} or {b} with you: both keep what is in them warm.");
            different((a, &body), (b, &body))
        };
        assert!(of("Rambler 20 oz Tumbler with Lid", "Rambler 30 oz Tumbler With Lid"));
        assert!(of("Steel mug 350ml", "Steel mug 500ml"));
        assert!(of("XK-200 blender", "XK-300 blender"));
        assert!(of("The A320 in service", "The A321 in service"));
        assert!(!of("Fire kills 20 in port", "Fire kills 30 in port"));
        assert!(!of("The 1st of May", "The 2nd of May"));
        assert!(!of("Steel mug 350ml", "Steel mug 350 ml"));
        assert!(!of("A 20 oz tumbler", "Other words about a 30 oz cup of steel"));
    }

    #[test]
    fn a_rewording_names_what_the_text_names() {
        let body = "Egypt and the Soviet Union are expected to sign an agreement in Moscow.";
        let of = |a, b| different((a, body), (b, body));
        assert!(!of(
            "EGYPT, SOVIET UNION TO RENEGOTIATE ARMS DEBT",
            "MOSCOW, CAIRO TO RENEGOTIATE ARMS DEBT"
        ));
    }
}
