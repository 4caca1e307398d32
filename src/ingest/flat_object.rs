//! Owns: a fast way through the keys and values of a JSON object without objects or arrays inside.
//! Never: decides what is valid: whatever it does not take at once is left to the parser.

/// Calls `take` with each key and the JSON of its value, in order; `None` where the parser must
/// read the record instead: it is no such object, or a key or number is of a rare kind, or there is
/// an error. Some fields may then have been taken.
///
/// What is taken is what `serde_json` accepts. Like its parser, it does not look whether strings
/// are UTF-8.
pub(super) fn fields<'r>(
    record: &'r [u8],
    mut take: impl FnMut(&'r [u8], &'r [u8]) -> Option<()>,
) -> Option<()> {
    let mut at = spaces(record, 0);
    if *record.get(at)? != b'{' {
        return None;
    }
    at = spaces(record, at + 1);
    if *record.get(at)? == b'}' {
        return (spaces(record, at + 1) == record.len()).then_some(());
    }
    loop {
        let key = at + 1..key_end(record, at)?;
        at = spaces(record, key.end + 1);
        if *record.get(at)? != b':' {
            return None;
        }
        at = spaces(record, at + 1);
        let value = at..value_end(record, at)?;
        at = spaces(record, value.end);
        take(&record[key], &record[value])?;
        match *record.get(at)? {
            b',' => at = spaces(record, at + 1),
            b'}' => return (spaces(record, at + 1) == record.len()).then_some(()),
            _ => return None,
        }
    }
}

/// The first byte from here on that is no white space.
fn spaces(record: &[u8], mut at: usize) -> usize {
    while matches!(record.get(at), Some(b' ' | b'\n' | b'\t' | b'\r')) {
        at += 1;
    }
    at
}

/// The closing quote of a key without escapes and control characters.
fn key_end(record: &[u8], at: usize) -> Option<usize> {
    if *record.get(at)? != b'"' {
        return None;
    }
    let mut end = at + 1;
    loop {
        match *record.get(end)? {
            b'"' => return Some(end),
            b'\\' | 0..0x20 => return None,
            _ => end += 1,
        }
    }
}

/// The end of a string, a whole number, `true`, `false` or `null`.
fn value_end(record: &[u8], at: usize) -> Option<usize> {
    let literal = |word: &[u8]| record[at..].starts_with(word).then(|| at + word.len());
    match *record.get(at)? {
        b'"' => string_end(record, at + 1),
        b't' => literal(b"true"),
        b'f' => literal(b"false"),
        b'n' => literal(b"null"),
        b'-' => whole_number_end(record, at + 1),
        _ => whole_number_end(record, at),
    }
}

/// The end of digits that nothing else of a number follows, and that no zero begins but one alone.
fn whole_number_end(record: &[u8], at: usize) -> Option<usize> {
    let digits = record[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    let valid = digits == 1 || (digits > 1 && record[at] != b'0');
    let ends = !matches!(record.get(at + digits), Some(b'.' | b'e' | b'E'));
    (valid && ends).then_some(at + digits)
}

/// The end of a string, behind its closing quote, from its first character on.
fn string_end(record: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let next = at + memchr::memchr2(b'"', b'\\', &record[at..])?;
        // All bytes are looked at, in a shape that the compiler makes vectors of.
        if record[at..next].iter().fold(false, |found, &b| found | (b < 0x20)) {
            return None;
        }
        if record[next] == b'"' {
            return Some(next + 1);
        }
        at = next
            + match *record.get(next + 1)? {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 2,
                b'u' if record.get(next + 2..next + 6)?.iter().all(u8::is_ascii_hexdigit) => 6,
                _ => return None,
            };
    }
}
