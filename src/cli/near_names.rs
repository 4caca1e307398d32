//! Owns: which of some known names is probably meant by another. Never: decides what is an error.

/// How alike two names are at least, of which one may be meant by the other.
const ALIKE: f64 = 0.7;

/// Returns the known name that is most like a name, if one is like it. Letter case and the kind of
/// hyphen do not count.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |name: &str| name.to_lowercase().replace('_', "-");
    let name = plain(name);
    let how = |other: &str| strsim::normalized_damerau_levenshtein(&name, &plain(other));
    let near = known.map(|other| (how(other), other)).filter(|(how, _)| *how >= ALIKE);
    near.max_by(|x, y| x.0.total_cmp(&y.0)).map(|(_, other)| other)
}
