//! Owns: what a title counts ("part two", "the third day", "12:40 GMT"), whether two titles count
//! differently, and whether a title says that it comes again. Never: looks at texts.

use crate::pair::number_words::{cardinal, ordinal};
use crate::pair::title::Title;

/// Words that count the parts of a whole: each row names one, in several languages.
const COUNTERS: [&[&str]; 17] = [
    &["part", "pt", "parte", "partie", "teil", "deel", "del"],
    &["episode", "ep", "épisode", "episodio", "episódio", "folge", "aflevering", "puntata"],
    &["chapter", "chapitre", "capítulo", "capitolo", "kapitel", "hoofdstuk"],
    &["volume", "vol", "band"],
    &["day", "jour", "día", "dia", "giorno", "tag", "dag"],
    &["night", "nuit", "noche", "noite", "notte", "nacht"],
    &["week", "semaine", "semana", "settimana", "woche"],
    &["round", "runde", "ronde"],
    &["stage", "étape", "etapa", "tappa", "etappe"],
    &["leg"],
    &["lesson", "leçon", "lección", "lezione", "lektion"],
    &["season", "saison", "temporada", "stagione", "staffel", "seizoen"],
    &["session"],
    &["issue"],
    &["edition"],
    &["game"],
    &["phase"],
];

/// Words behind the time of day in a title: the clock by which it is told.
const CLOCKS: [&str; 16] = [
    "gmt", "utc", "bst", "cet", "cest", "ist", "jst", "edt", "est", "cdt", "cst", "mdt", "mst",
    "pdt", "pst", "hrs",
];

/// Words that say that a title comes again.
const PERIODS: [&str; 7] =
    ["daily", "weekly", "fortnightly", "monthly", "today's", "tonight's", "tomorrow's"];
/// Endings of such phrases, behind "this" and behind "of the".
const BEHIND_THIS: [&str; 3] = ["week's", "weekend's", "month's"];
const BEHIND_OF_THE: [&str; 3] = ["day", "week", "month"];

/// A count in a title: the row of its word (the clock is the one behind the last), and its number.
type Count = (usize, u32);

/// Whether two titles count the same kind of thing and have no number of it in common: part one and
/// part two, the second and the third day, 10:40 and 10:50 by one clock. Each of these is another
/// text, on whatever day it was printed. Cost: a look at each word of both titles.
pub fn count_differently(a: &Title, b: &Title) -> bool {
    let x = counts(a);
    if x.is_empty() {
        return false;
    }
    let y = counts(b);
    x.iter().any(|&(kind, _)| {
        y.iter().any(|other| other.0 == kind)
            && !x.iter().any(|count| count.0 == kind && y.contains(count))
    })
}

/// Whether a title says that texts come under it again and again.
pub fn comes_again(title: &Title) -> bool {
    let words: Vec<String> =
        (0..title.len()).map(|i| title.word(i).to_lowercase().replace('’', "'")).collect();
    let has = |list: &[&str], word: &String| list.contains(&&**word);
    words.iter().any(|word| has(&PERIODS, word))
        || words.windows(2).any(|w| w[0] == "this" && has(&BEHIND_THIS, &w[1]))
        || words.windows(3).any(|w| w[0] == "of" && w[1] == "the" && has(&BEHIND_OF_THE, &w[2]))
}

fn counts(title: &Title) -> Vec<Count> {
    let words: Vec<&str> = (0..title.len()).map(|i| title.word(i)).collect();
    let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let mut out = Vec::new();
    for (i, word) in lower.iter().enumerate() {
        if CLOCKS.contains(&&**word) {
            out.extend(time_before(title, i).map(|time| (COUNTERS.len(), time)));
        } else if let Some(kind) = COUNTERS.iter().position(|row| row.contains(&&**word)) {
            let behind = words.get(i + 1).and_then(|next| cardinal(next, &lower[i + 1]));
            let number = behind.or_else(|| ordinal(&lower[i.checked_sub(1)?]));
            out.extend(number.map(|number| (kind, number)));
        }
    }
    out
}

/// The time of day before a clock: `1240`, or `12:40`, as one number.
fn time_before(title: &Title, clock: usize) -> Option<u32> {
    let number = |i: usize| title.word(i).parse::<u32>().ok();
    let last = number(clock.checked_sub(1)?)?;
    let hours = clock.checked_sub(2).filter(|_| title.between(clock - 1) == ":").and_then(number);
    Some(hours.unwrap_or_default().saturating_mul(100).saturating_add(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differ(a: &str, b: &str) -> bool {
        let (a, b) = (Title::new(a, None), Title::new(b, None));
        assert_eq!(count_differently(&a, &b), count_differently(&b, &a));
        count_differently(&a, &b)
    }

    #[test]
    fn counts_of_one_kind_divide() {
        assert!(differ("Watch part two of the talk", "The talk in full, part one"));
        assert!(differ("The harbour, Part II", "The harbour, part 3"));
        assert!(differ("Jury begins second day of talks", "Jury begins 3rd day of talks"));
        assert!(differ("Tour: Season 2, episode 4", "Tour: season 2, episode 5"));
        assert!(differ("HARBOUR RATES 12:40 EDT", "HARBOUR RATES 12:50 EDT"));
        assert!(differ("HARBOUR RATES 11:40 EDT", "HARBOUR RATES 12:40 EDT"));
        assert!(differ("RATES - 1000 HRS", "RATES - 1100 HRS"));
        assert!(differ("Das Tal, Teil 1", "Das Tal, Teil 2"));
    }

    #[test]
    fn other_numbers_do_not() {
        assert!(!differ("The harbour, Part II", "The harbour, part 2"));
        assert!(!differ("The harbour, part two", "The harbour"));
        assert!(!differ("Fire burns for two days", "Fire burns for three days"));
        assert!(!differ("One day at sea", "Day two at sea"));
        assert!(!differ("UPDATE 1-Part of the pier burns", "UPDATE 2-Part of the pier burns"));
        assert!(!differ("The part I played", "The part she played"));
        assert!(!differ("Part one and part two of the talk", "Part two of the talk"));
    }

    #[test]
    fn titles_that_come_again() {
        let again = |title| comes_again(&Title::new(title, None));
        assert!(again("Boat shop: this week's offers"));
        assert!(again("Today’s tides"));
        assert!(again("Word of the day"));
        assert!(again("HARBOUR WEEKLY"));
        assert!(!again("Harbour closed for a week"));
        assert!(!again("The day of the storm"));
    }
}
