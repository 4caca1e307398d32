//! Owns: one JSON record to a document: the role of each field, and how its value is read. Never:
//! decides where records begin and end.

use crate::ingest::field_names::{PARTS, PerRole, TEXT, TITLE};
use crate::ingest::fields::{FieldMatch, Fields, MOST_NAMES, others, shown_names};
use crate::ingest::flat_object;
use crate::ingest::non_numbers::{MASKED, masked};
use crate::ingest::problem::Reason;
use crate::ingest::record::{Batch, Context};
use serde::Deserializer as _;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

struct Key<'f>(&'f Fields, &'f str);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = FieldMatch;
    fn deserialize<D: serde::Deserializer<'de>>(self, d: D) -> Result<FieldMatch, D::Error> {
        d.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = FieldMatch;
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a key")
    }
    fn visit_bytes<E: serde::de::Error>(self, key: &[u8]) -> Result<FieldMatch, E> {
        // The parser accepts control characters in a key. Zeros are what a crash leaves, and the
        // end of a record and the beginning of the next one may be under them.
        if memchr::memchr(0, key).is_some() {
            return Err(E::custom("a key with a NUL"));
        }
        Ok(self.0.fit(self.1, key))
    }
    fn visit_str<E>(self, key: &str) -> Result<FieldMatch, E> {
        Ok(self.0.fit(self.1, key.as_bytes()))
    }
}

/// The raw JSON values of the wanted fields of one record.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct FieldValues<'de> {
    pub(crate) values: PerRole<Option<(usize, &'de str)>>,
    /// The roles for which a key was there, whatever its value.
    present: PerRole<bool>,
    /// Whether a text field has a value that is not a string.
    other_text: bool,
}

impl<'de> FieldValues<'de> {
    /// Stores the value of a key that is a name of some role.
    fn take(&mut self, fields: &Fields, hit: &FieldMatch, raw: &'de str) {
        for (role, rank) in hit.ranks.into_iter().enumerate() {
            // A number or a date in a field that is only guessed is no title.
            let guessed = role == TITLE && !fields.explicit[TITLE];
            self.present[role] |= rank.is_some();
            if let Some(rank) = rank.filter(|_| !guessed || raw.starts_with('"')) {
                self.offer(role, rank, raw);
            }
        }
    }

    /// Stores a value if it matches at least as well as the current one; of equal keys the last one
    /// counts, as elsewhere.
    fn offer(&mut self, role: usize, rank: usize, raw: &'de str) {
        if self.values[role].is_some_and(|(best, _)| best < rank) || matches!(raw, "null" | MASKED)
        {
            return;
        }
        let string = raw.starts_with('"');
        let number = raw.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        match role {
            _ if PARTS.contains(&role) && !string => {}
            _ if PARTS.contains(&role) => self.values[role] = Some((rank, raw)),
            TEXT if !string => self.other_text = true,
            TEXT => self.values[TEXT] = Some((rank, raw)),
            _ if (string && raw != "\"\"") || number => self.values[role] = Some((rank, raw)),
            _ => {}
        }
    }
}

/// Visits an object; `prefix` is the path to it, each key followed by a dot.
struct Walk<'f, 'o, 'de> {
    fields: &'f Fields,
    prefix: &'f str,
    found: &'o mut FieldValues<'de>,
}

impl<'de> Visitor<'de> for Walk<'_, '_, 'de> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(hit) = map.next_key_seed(Key(self.fields, self.prefix))? {
            if hit.inside.is_none() && hit.is_of_no_role() {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let raw = map.next_value::<&'de RawValue>()?.get();
            self.found.take(self.fields, &hit, raw);
            if let Some(key) = hit.inside.filter(|_| raw.starts_with('{')) {
                let prefix = format!("{}{key}", self.prefix);
                let inner = Walk { fields: self.fields, prefix: &prefix, found: &mut *self.found };
                serde_json::Deserializer::from_str(raw)
                    .deserialize_map(inner)
                    .map_err(serde::de::Error::custom)?;
            }
        }
        Ok(())
    }
}

/// Finds the wanted values of an object.
pub(crate) fn walk<'de>(
    fields: &Fields,
    record: &'de [u8],
) -> serde_json::Result<FieldValues<'de>> {
    match flat(fields, record) {
        Some(found) => Ok(found),
        None => parsed(fields, record),
    }
}

/// [`walk`] for an object whose values hold no others, as most records are; `None` for any other
/// one, valid or not.
fn flat<'de>(fields: &Fields, record: &'de [u8]) -> Option<FieldValues<'de>> {
    let mut found = FieldValues::default();
    flat_object::fields(record, |key, raw| {
        let hit = fields.fit("", key);
        if hit.inside.is_some() {
            return None;
        }
        if !hit.is_of_no_role() {
            found.take(fields, &hit, std::str::from_utf8(raw).ok()?);
        }
        Some(())
    })?;
    Some(found)
}

/// [`walk`] for any record.
fn parsed<'de>(fields: &Fields, record: &'de [u8]) -> serde_json::Result<FieldValues<'de>> {
    let mut found = FieldValues::default();
    let mut d = serde_json::Deserializer::from_slice(record);
    d.deserialize_map(Walk { fields, prefix: "", found: &mut found })?;
    d.end()?;
    Ok(found)
}

/// The names of the first fields of an object.
struct FieldNames(Vec<String>);

impl<'de> Visitor<'de> for FieldNames {
    type Value = Vec<String>;
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Vec<String>, A::Error> {
        while let Some(key) = map.next_key::<Cow<str>>()? {
            map.next_value::<IgnoredAny>()?;
            if self.0.len() < MOST_NAMES {
                self.0.push(key.into_owned());
            }
        }
        Ok(self.0)
    }
}

/// The names of the first fields of an object.
fn field_names(record: &[u8]) -> Vec<String> {
    let lossy = String::from_utf8_lossy(record);
    serde_json::Deserializer::from_slice(&masked(lossy.as_bytes()))
        .deserialize_map(FieldNames(Vec::new()))
        .unwrap_or_default()
}

/// Decodes a JSON string. Unpaired surrogates become U+FFFD; the flag in the result is set if there
/// were any.
pub(crate) fn string(raw: &str) -> Option<(String, bool)> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Some((inner.to_owned(), false));
    }
    if let Some(text) = unescaped(inner) {
        return Some((text, false));
    }
    let mut bytes = serde_json::Deserializer::from_str(raw).deserialize_bytes(Bytes).ok()?;
    for at in 0..bytes.len().saturating_sub(2) {
        if bytes[at] == 0xed && bytes[at + 1] >= 0xa0 {
            bytes[at..at + 3].copy_from_slice("\u{fffd}".as_bytes());
        }
    }
    Some((String::from_utf8_lossy(&bytes).into_owned(), true))
}

/// Decodes the escapes of a JSON string that the parser has accepted; `None` where a surrogate has
/// no partner. The parser would do the same in a buffer of its own, which grows by doubling and is
/// then copied.
fn unescaped(inner: &str) -> Option<String> {
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let (c, length) = match escape.as_bytes().first()? {
            b'n' => ('\n', 1),
            b'u' => code_point(&escape[1..]).map(|(c, length)| (c, length + 1))?,
            b't' => ('\t', 1),
            b'r' => ('\r', 1),
            b'b' => ('\u{8}', 1),
            b'f' => ('\u{c}', 1),
            &same @ (b'"' | b'\\' | b'/') => (char::from(same), 1),
            _ => return None,
        };
        out.push(c);
        rest = &escape[length..];
    }
    out.push_str(rest);
    // Six bytes of an escape are two or three of a text.
    if out.capacity() - out.len() > out.len() / 8 {
        out.shrink_to_fit();
    }
    Some(out)
}

/// The character of one or two escapes from behind the first `\u` on, and their length.
fn code_point(digits: &str) -> Option<(char, usize)> {
    let unit = |digits: &str| {
        let four = digits.as_bytes().get(..4)?;
        four.iter().try_fold(0, |unit, &digit| Some(unit << 4 | char::from(digit).to_digit(16)?))
    };
    let first = unit(digits)?;
    if !(0xd800..0xdc00).contains(&first) {
        return Some((char::from_u32(first)?, 4));
    }
    let second = unit(digits[4..].strip_prefix("\\u")?)?;
    let low = (0xdc00..0xe000).contains(&second).then(|| second - 0xdc00)?;
    Some((char::from_u32(0x10000 + ((first - 0xd800) << 10) + low)?, 10))
}

struct Bytes;

impl Visitor<'_> for Bytes {
    type Value = Vec<u8>;
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a string")
    }
    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }
}

impl Context<'_> {
    /// Reads one record. `number` counts from 1; `None`: the whole file is this record. `damaged`:
    /// whether the decoder replaced something in the file before. `last`: nothing follows the
    /// record, so that one which lacks its end was cut short.
    pub(super) fn record(
        &self,
        bytes: &[u8],
        number: Option<u64>,
        mut damaged: bool,
        last: bool,
        batch: &mut Batch,
    ) {
        let bytes = match self.encoding {
            Some(encoding) => {
                let (text, errors) = encoding.decode_without_bom_handling(bytes);
                damaged |= errors;
                Cow::Owned(text.into_owned().into_bytes())
            }
            None => Cow::Borrowed(bytes),
        };
        let parsed = walk(self.fields, &bytes);
        let (lossy, without);
        let parsed = match parsed {
            // What is no number is no value, and its record is read all the same.
            Err(e) => {
                without = masked(&bytes);
                if matches!(without, Cow::Owned(_)) { walk(self.fields, &without) } else { Err(e) }
            }
            found => found,
        };
        let parsed = match parsed {
            Err(_) if std::str::from_utf8(&bytes).is_err() => {
                damaged = true;
                lossy = masked(String::from_utf8_lossy(&bytes).as_bytes()).into_owned();
                walk(self.fields, &lossy)
            }
            other => other,
        };
        match parsed {
            Ok(found) => {
                self.note_fields(&found.present, batch, || shown_names(&field_names(&bytes)));
                self.take(&bytes, found, number, damaged, batch);
            }
            Err(e) if e.is_eof() && last => {
                batch.intake.skip(Reason::CutShort, &self.path, number, || {
                    "the file ends inside this record: fetch it again".into()
                });
            }
            Err(e) => self.refuse(&bytes, &e, number, batch),
        }
    }

    fn refuse(
        &self,
        bytes: &[u8],
        error: &serde_json::Error,
        number: Option<u64>,
        batch: &mut Batch,
    ) {
        let value = !bytes.starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(bytes).is_ok();
        if value {
            batch.intake.skip(Reason::NotAnObject, &self.path, number, || {
                "a JSON value that is not an object; each record must be an object with a text \
                 field"
                    .into()
            });
        } else {
            let why = error.to_string();
            let why = why.split(" at line ").next().unwrap_or_default().to_owned();
            let column = error.column();
            batch.intake.skip(Reason::BadJson, &self.path, number, || {
                format!(
                    "not valid JSON ({why}, at byte {column}); the record was skipped: mend \
                     it, or remove it"
                )
            });
        }
    }

    fn take(
        &self,
        bytes: &[u8],
        found: FieldValues,
        number: Option<u64>,
        damaged: bool,
        batch: &mut Batch,
    ) {
        if !self.fields.has_text(&found.values) {
            return self.without_text(bytes, &found, number, batch);
        }
        let text_raw = found.values[TEXT].map_or("", |(_, raw)| raw);
        let text = found.values[TEXT].and_then(|(rank, raw)| Some((rank, string(raw)?)));
        let mut replaced = text.as_ref().is_some_and(|(_, (_, lone))| *lone);
        let text = text.map(|(rank, (text, _))| (rank, text));
        let plain = |role: usize| {
            let (rank, raw) = found.values[role]?;
            // The text is no title of itself.
            if role == TITLE && std::ptr::eq(raw, text_raw) {
                return None;
            }
            let (value, lone) =
                if raw.starts_with('"') { string(raw)? } else { (raw.to_owned(), false) };
            replaced |= lone || (damaged && value.contains('\u{fffd}'));
            Some((rank, value))
        };
        let mut others = others(plain);
        let Some(text) = self.fields.joined(text, &mut others) else { return };
        replaced |= damaged && text.1.contains('\u{fffd}');
        self.document(text, others, number, replaced, batch);
    }

    fn without_text(
        &self,
        bytes: &[u8],
        found: &FieldValues,
        number: Option<u64>,
        batch: &mut Batch,
    ) {
        if found.other_text {
            let names = self.fields.text_names();
            batch.intake.skip(Reason::TextNotString, &self.path, number, || {
                format!(
                    "the text field ({names}) is not a string; the record was skipped: make it \
                     one, or name another with --text-field NAME"
                )
            });
            return;
        }
        let Batch { intake, textless, .. } = batch;
        let mut alone = None;
        intake.skip(Reason::NoText, &self.path, number, || {
            let names = field_names(bytes);
            let meant = self.fields.meant_text(&names);
            let shown = shown_names(&names).join(", ");
            let shown = if names.is_empty() { "none".into() } else { shown };
            let why = format!("looked for {}; its fields are: {shown}", self.fields.text_names());
            let (next, and) = match meant {
                Some(meant) => (meant, ';'),
                None => ("name the field with --text-field NAME".into(), ','),
            };
            alone = Some(format!(
                "no text in its one record ({why}): {next}{and} or leave the file out if it is no \
                 document"
            ));
            let message = format!("no text ({why}); the record was skipped: {next}");
            textless.get_or_insert(why);
            message
        });
        intake.textless_alone = intake.textless_alone.take().or(alone);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::InputOptions;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn escapes_are_decoded_as_the_parser_does(
            inner in concat!(
                r#"([a-z漢é]|\\[nrtbf"/\\]|\\u00[0-9a-f]{2}|"#,
                r"\\u[dD][89a-fA-F][0-9a-f]{2}|\\u[a-c0-9][0-9A-F]{3}){0,12}",
            ),
        ) {
            let raw = format!("\"{inner}\"");
            let parsed: Option<Box<RawValue>> = serde_json::from_str(&raw).ok();
            prop_assert!(parsed.is_some());
            prop_assert_eq!(unescaped(&inner), serde_json::from_str::<String>(&raw).ok());
        }
    }

    proptest! {
        #[test]
        fn flat_objects_are_read_as_the_parser_does(
            record in concat!(
                r#"[ \t]?[{]( ?"(text|id|[a-e]{1,3}|te\\u0078t|\x01)" ?[: ] ?("#,
                r#""([a-z漢é ]|\\[nrtbf"/\\]|\\u00[0-9a-f]{2}|\\[xu]|[\x00-\x1f]){0,4}"|"#,
                r#"-?[0-9]{1,3}([.][0-9])?|true|null|nul|[\[\]{}]|[{]"a":"b"[}]) ?(,|,?[}])){0,4}"#,
                r"[}]?[ \r]?x?",
            ),
            cut in 0usize..200, byte in 0u8..=255, at in 0usize..200,
        ) {
            let options = InputOptions::default();
            let fields = Fields::new(&options);
            let mut bytes = record.into_bytes();
            bytes.truncate(cut.max(1));
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
            if let Some(found) = flat(&fields, &bytes) {
                prop_assert_eq!(Some(found), parsed(&fields, &bytes).ok());
            }
        }

        #[test]
        fn records_are_flat_objects(
            text in r#"([a-z漢é ]|\\[nrtbf"/\\]|\\u00[0-9a-f]{2}){0,12}"#, number in 0u32..200,
        ) {
            let record = format!("{{\"text\": \"{text}\", \"id\": {number}, \"x\":null}}");
            let fields = Fields::new(&InputOptions::default());
            let found = flat(&fields, record.as_bytes());
            prop_assert!(found.is_some());
            prop_assert_eq!(found, parsed(&fields, record.as_bytes()).ok());
        }
    }

    #[test]
    fn pairs_of_surrogates_are_one_character() {
        assert_eq!(unescaped(r"\ud83d\uDE80 \u00e9\/").as_deref(), Some("🚀 é/"));
        for lone in [r"\ud83d", r"\ude80", r"\ud83dx", r"\ud83d\n", r"\ud83d\ud83d", r"\ud83d\u00"]
        {
            assert_eq!(unescaped(lone), None, "{lone}");
        }
        // What the parser does not accept is no panic.
        for cut in [r"\", r"\u", r"\u12", r"\u+123", r"\ué12", r"\x"] {
            assert_eq!(unescaped(cut), None, "{cut}");
        }
    }
}
