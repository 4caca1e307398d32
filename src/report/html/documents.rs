//! Owns: the documents of a page, with the shown parts of their texts. Never: how a page looks.

use crate::escape;
use crate::model::document::Documents;
use crate::model::findings::Findings;
use crate::report::html::excerpt::{Units, stretches};
use crate::report::html::selection::{Role, Selection, places};
use crate::report::human::display;
use crate::span::Span;
use crate::text::first_words::first_words;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// Maximum number of bytes of one text, even where there is more room: a browser lays out all of it
/// at once.
const MOST_OF_ONE: usize = 400 << 10;
/// Maximum number of bytes of a text that is shown only for the places of repeats.
const OF_PLACES: usize = 1200;
/// Columns of a name.
const NAME: usize = 160;

/// Why a text is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MissingText {
    /// The text cannot be read.
    Unread,
    /// The spans of the findings do not fit the text.
    Changed,
}

/// A document as the page shows it.
pub(super) struct PageDocument {
    /// Its number in the corpus.
    pub number: u32,
    /// Its id, escaped for a page.
    pub name: String,
    /// Its title, or else the first words of its text.
    pub title: String,
    /// Whether it is the representative of a cluster, which is kept.
    pub representative: bool,
    /// The byte ranges of its text that are shown; empty where the document is only named.
    pub stretches: Vec<Range<usize>>,
    /// Converts byte offsets to UTF-16 code units.
    pub units: Units,
    /// Length of the text in UTF-16 code units.
    pub length: u32,
    /// Why its text is missing, if it is.
    pub missing_text: Option<MissingText>,
}

/// The documents of a page, in the order of their numbers.
pub(super) struct PageDocuments<'a> {
    pub findings: Findings<'a>,
    pub all: Vec<PageDocument>,
    at: HashMap<u32, usize>,
}

/// Escapes an outside name for a page: characters that are invisible or reorder a line become
/// escapes.
pub(super) fn name(text: &str) -> String {
    display::fit(text, NAME)
}

/// Escapes running text for a page: line breaks and tabs stay white space, soft hyphens and
/// zero-width spaces are removed, and other invisible characters become escapes.
pub(super) fn running(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (i, line) in text
        .replace("\r\n", "\n")
        .replace(['\u{ad}', '\u{200b}'], "")
        .split(['\n', '\r'])
        .enumerate()
    {
        if i > 0 {
            out.push('\n');
        }
        out.push_str(&escape::word(&line.replace('\t', " ")));
    }
    out
}

impl<'a> PageDocuments<'a> {
    pub fn new(selection: &Selection<'a>, most_text: usize) -> PageDocuments<'a> {
        let findings = selection.findings;
        let mut spans: HashMap<u32, Vec<Span>> = HashMap::new();
        for pair in &selection.pairs {
            for m in &pair.comparison.matches {
                spans.entry(pair.a).or_default().push(m.a);
                spans.entry(pair.b).or_default().push(m.b);
            }
        }
        for place in selection.repeats.iter().flat_map(|r| places(r)) {
            spans.entry(place.document).or_default().push(place.span);
        }
        let (of_places, most) = room(findings.documents, &selection.documents, most_text);
        let mut all: Vec<PageDocument> = selection
            .documents
            .iter()
            .map(|(&number, &role)| {
                let most = match role {
                    Role::Named => 0,
                    Role::Place => of_places,
                    Role::Text => most,
                };
                PageDocument::new(
                    findings,
                    number,
                    role,
                    spans.get(&number).map_or(&[], Vec::as_slice),
                    most,
                )
            })
            .collect();
        for cluster in &findings.detection.clusters {
            let at = all.binary_search_by_key(&cluster.representative, |shown| shown.number);
            at.into_iter().for_each(|at| all[at].representative = true);
        }
        let at = all.iter().enumerate().map(|(i, shown)| (shown.number, i)).collect();
        PageDocuments { findings, all, at }
    }

    /// Returns the place of a document in the page's list.
    pub fn place(&self, number: u32) -> usize {
        self.at.get(&number).copied().unwrap_or(0)
    }

    pub fn get(&self, number: u32) -> &PageDocument {
        &self.all[self.place(number)]
    }
}

/// Returns how many bytes of each text are shown, so that all texts together have at most
/// `most_text`: first for texts that are shown only for places of repeats, then for the others,
/// which share the rest.
fn room(
    documents: &dyn Documents,
    roles: &BTreeMap<u32, Role>,
    most_text: usize,
) -> (usize, usize) {
    let lengths = |role: Role| {
        let of_role = roles.iter().filter(move |(_, r)| **r == role);
        of_role.map(|(&n, _)| documents.bytes(n as usize) as usize).collect::<Vec<_>>()
    };
    let places = lengths(Role::Place);
    let of_places = share(places.clone(), most_text / 4).min(OF_PLACES);
    let taken: usize = places.iter().map(|length| length.min(&of_places)).sum();
    (of_places, share(lengths(Role::Text), most_text.saturating_sub(taken)).min(MOST_OF_ONE))
}

/// Returns the greatest length such that texts cut to it have at most `most` bytes together.
fn share(mut lengths: Vec<usize>, most: usize) -> usize {
    lengths.sort_unstable();
    let mut left = most;
    for (i, &length) in lengths.iter().enumerate() {
        let share = left / (lengths.len() - i);
        if length > share {
            return share;
        }
        left -= length;
    }
    usize::MAX
}

impl PageDocument {
    fn new(
        findings: Findings,
        number: u32,
        role: Role,
        spans: &[Span],
        most: usize,
    ) -> PageDocument {
        let info = findings.documents.info(number as usize);
        let text = findings.documents.text(number as usize);
        let mut shown = PageDocument {
            number,
            name: name(&info.id),
            title: info.title.as_deref().map_or(String::new(), |title| name(title.trim())),
            representative: false,
            stretches: vec![],
            units: Units::new(""),
            length: 0,
            missing_text: None,
        };
        let Ok(text) = text else {
            shown.missing_text = Some(MissingText::Unread);
            return shown;
        };
        if text.len() != info.bytes as usize
            || spans.iter().any(|s| s.start > s.end || text.get(s.range()).is_none())
        {
            shown.missing_text = Some(MissingText::Changed);
            return shown;
        }
        if shown.title.is_empty() {
            shown.title = running(&first_words(text.trim_start()));
        }
        if role > Role::Named {
            shown.units = Units::new(&text);
            shown.length = shown.units.at(&text, text.len());
            shown.stretches = stretches(&text, spans, most);
        }
        shown
    }

    /// Whether any of these bytes is shown.
    pub fn shows(&self, span: Span) -> bool {
        let range = span.range();
        self.stretches.iter().any(|s| s.start < range.end && range.start < s.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_share_the_room() {
        assert_eq!(share(vec![10, 20, 30], 60), usize::MAX);
        assert_eq!(share(vec![30, 10, 20], 50), 20);
        assert_eq!(share(vec![100, 100], 7), 3);
        assert_eq!(share(vec![], 0), usize::MAX);
    }

    #[test]
    fn running_text_keeps_its_lines() {
        assert_eq!(running("a\r\nb\rc\td\u{ad}\u{202e}"), "a\nb\nc d\\u{202e}");
    }
}
