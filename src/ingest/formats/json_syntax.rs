//! Owns: where a JSON value ends, and where it is wrong, byte by byte, without holding it. Never:
//! says what a value is.

/// The part of a value that comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A value.
    Value,
    /// The first element of an array, or its end.
    FirstElement,
    /// The first key of an object, or its end.
    FirstKey,
    /// A key.
    Key,
    /// The colon behind a key.
    Colon,
    /// A comma, or the end of the array or object.
    Behind,
    /// More of a string; `key`: it is one.
    Text { key: bool },
    /// The character behind a backslash.
    Escape { key: bool },
    /// Hexadecimal digits.
    Hex { key: bool, left: u8 },
    /// More of `true`, `false`, `null` or a word for what is no number.
    Word(&'static [u8]),
    /// The second letter of `null` or `nan`.
    SmallN,
    /// The end of `inf`, or more of `infinity`.
    Inf,
    /// The digit or word behind a minus sign.
    Minus,
    /// What may follow a zero in front.
    Zero,
    /// More digits of a number.
    Whole,
    /// The digit behind a decimal point.
    Point,
    /// More digits of a fraction.
    Fraction,
    /// A sign or digit of an exponent.
    Exponent,
    /// The digit behind the sign of an exponent.
    Sign,
    /// More digits of an exponent.
    Power,
}

/// The result of reading more bytes of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// All bytes belong to the value, and it may go on.
    More,
    /// The value ends before the byte at this offset.
    End(usize),
    /// The byte at this offset cannot follow.
    Wrong(usize),
}

/// Arrays and objects inside each other at most. Each takes a bit of memory, also in a value that
/// is too long to be held, so that without a bound memory would grow with the file.
pub(super) const DEPTH: usize = 1 << 24;

/// A value that is being read. It accepts what `serde_json` accepts as a raw value, down to
/// [`DEPTH`], and the words that [`non_numbers`](crate::ingest::non_numbers) replaces.
#[derive(Debug)]
pub(super) struct Value {
    state: State,
    /// The open arrays and objects, one bit each: set for an object.
    open: Vec<u64>,
    depth: usize,
}

impl Value {
    pub(super) fn new() -> Value {
        Value { state: State::Value, open: Vec::new(), depth: 0 }
    }

    /// Whether the value is complete where the bytes end: only a number has no end of its own.
    pub(super) fn ends_here(&self) -> bool {
        let whole = matches!(
            self.state,
            State::Inf | State::Zero | State::Whole | State::Fraction | State::Power
        );
        self.depth == 0 && whole
    }

    fn push(&mut self, object: bool) {
        let (word, bit) = (self.depth / 64, self.depth % 64);
        if word == self.open.len() {
            self.open.push(0);
        }
        self.open[word] = self.open[word] & !(1 << bit) | (u64::from(object) << bit);
        self.depth += 1;
    }

    fn in_object(&self) -> bool {
        let top = self.depth.wrapping_sub(1);
        self.open.get(top / 64).is_some_and(|word| word >> (top % 64) & 1 == 1)
    }

    /// Reads more bytes. After an end or an error, this value is of no more use.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Step {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if matches!(self.state, State::Text { .. }) {
                // Most of the bytes are inside strings.
                let plain = |b: &u8| *b >= b' ' && *b != b'"' && *b != b'\\';
                let length = bytes[at..].iter().take_while(|b| plain(b)).count();
                if length > 0 {
                    at += length;
                    continue;
                }
            }
            match self.next(byte) {
                Next::State(state) => self.state = state,
                Next::Last => return Step::End(at + 1),
                Next::Wrong => return Step::Wrong(at),
                Next::Behind if self.depth == 0 => return Step::End(at),
                // The byte is not a part of the number, and is looked at again.
                Next::Behind => {
                    self.state = State::Behind;
                    continue;
                }
            }
            at += 1;
        }
        Step::More
    }

    fn next(&mut self, byte: u8) -> Next {
        match self.state {
            State::Text { .. }
            | State::Escape { .. }
            | State::Hex { .. }
            | State::Word(_)
            | State::SmallN => self.in_word(byte),
            State::Inf
            | State::Minus
            | State::Zero
            | State::Whole
            | State::Point
            | State::Fraction
            | State::Exponent
            | State::Sign
            | State::Power => self.in_number(byte),
            _ if matches!(byte, b' ' | b'\n' | b'\t' | b'\r') => Next::State(self.state),
            _ => self.between(byte),
        }
    }

    /// Inside a string, `true`, `false` or `null`.
    fn in_word(&self, byte: u8) -> Next {
        Next::State(match (self.state, byte) {
            (State::Text { key: true }, b'"') => State::Colon,
            (State::Text { .. }, b'"') => return self.behind(),
            (State::Text { key }, b'\\') => State::Escape { key },
            (State::Escape { key }, b'u') => State::Hex { key, left: 4 },
            (State::Escape { key }, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                State::Text { key }
            }
            (State::Hex { key, left: 1 }, _) if byte.is_ascii_hexdigit() => State::Text { key },
            (State::Hex { key, left }, _) if byte.is_ascii_hexdigit() => {
                State::Hex { key, left: left - 1 }
            }
            (State::SmallN, b'u') => State::Word(b"ll"),
            (State::SmallN, b'a') => State::Word(b"n"),
            (State::Word(b"f"), b'f') => State::Inf,
            (State::Word([last]), _) if byte == *last => return self.behind(),
            (State::Word([first, rest @ ..]), _) if byte == *first => State::Word(rest),
            _ => return Next::Wrong,
        })
    }

    fn in_number(&self, byte: u8) -> Next {
        let digit = byte.is_ascii_digit();
        Next::State(match self.state {
            State::Inf if byte == b'i' => State::Word(b"nity"),
            State::Inf => return Next::Behind,
            State::Minus if byte == b'n' => State::Word(b"an"),
            State::Minus if byte == b'N' => State::Word(b"aN"),
            State::Minus if matches!(byte, b'i' | b'I') => State::Word(b"nf"),
            State::Minus if byte == b'0' => State::Zero,
            State::Minus | State::Whole if digit => State::Whole,
            State::Point | State::Fraction if digit => State::Fraction,
            State::Exponent if matches!(byte, b'+' | b'-') => State::Sign,
            State::Exponent | State::Sign | State::Power if digit => State::Power,
            State::Zero | State::Whole if byte == b'.' => State::Point,
            State::Zero | State::Whole | State::Fraction if matches!(byte, b'e' | b'E') => {
                State::Exponent
            }
            State::Zero if digit => return Next::Wrong,
            State::Zero | State::Whole | State::Fraction | State::Power => return Next::Behind,
            _ => return Next::Wrong,
        })
    }

    /// Between strings, numbers and words.
    fn between(&mut self, byte: u8) -> Next {
        let closing = if self.in_object() { b'}' } else { b']' };
        Next::State(match (self.state, byte) {
            (State::FirstElement | State::FirstKey | State::Behind, _) if byte == closing => {
                self.depth -= 1;
                return self.behind();
            }
            (State::Value | State::FirstElement, b'{' | b'[') if self.depth == DEPTH => {
                return Next::Wrong;
            }
            (State::Value | State::FirstElement, b'{') => {
                self.push(true);
                State::FirstKey
            }
            (State::Value | State::FirstElement, b'[') => {
                self.push(false);
                State::FirstElement
            }
            (State::Value | State::FirstElement, b'"') => State::Text { key: false },
            (State::Value | State::FirstElement, b't') => State::Word(b"rue"),
            (State::Value | State::FirstElement, b'f') => State::Word(b"alse"),
            (State::Value | State::FirstElement, b'n') => State::SmallN,
            (State::Value | State::FirstElement, b'N') => State::Word(b"aN"),
            (State::Value | State::FirstElement, b'i' | b'I') => State::Word(b"nf"),
            (State::Value | State::FirstElement, b'-') => State::Minus,
            (State::Value | State::FirstElement, b'0') => State::Zero,
            (State::Value | State::FirstElement, b'1'..=b'9') => State::Whole,
            (State::FirstKey | State::Key, b'"') => State::Text { key: true },
            (State::Colon, b':') => State::Value,
            (State::Behind, b',') if self.in_object() => State::Key,
            (State::Behind, b',') => State::Value,
            _ => return Next::Wrong,
        })
    }

    /// Behind a string, a word, an array or an object.
    fn behind(&self) -> Next {
        if self.depth == 0 { Next::Last } else { Next::State(State::Behind) }
    }
}

/// What a byte leads to.
enum Next {
    /// More of the value.
    State(State),
    /// The end of the value, of which the byte is a part.
    Last,
    /// The end of a number, of which the byte is no part.
    Behind,
    Wrong,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    /// The end of the first value of a text in pieces, or the place of the error.
    fn first(text: &[u8], step: usize) -> Step {
        let (mut value, mut from) = (Value::new(), 0);
        for piece in text.chunks(step) {
            match value.read(piece) {
                Step::More => from += piece.len(),
                Step::End(at) => return Step::End(from + at),
                Step::Wrong(at) => return Step::Wrong(from + at),
            }
        }
        if value.ends_here() { Step::End(from) } else { Step::More }
    }

    #[test]
    fn what_is_no_number_is_a_value() {
        for text in ["NaN", "-NaN", "nan", "Infinity", "-Infinity", "inf", "-inf"] {
            for step in 1..4 {
                let list = format!("[{text}, {text}]x");
                assert_eq!(first(list.as_bytes(), step), Step::End(list.len() - 1), "{list}");
            }
        }
        for text in ["[Na]", "[nul]", "[infi]", "[-null]", "[nanx]"] {
            assert!(matches!(first(text.as_bytes(), 2), Step::Wrong(_)), "{text}");
        }
    }

    #[test]
    fn memory_does_not_grow_with_the_depth() {
        let deep = vec![b'['; DEPTH + 1];
        let mut value = Value::new();
        assert_eq!(value.read(&deep[..DEPTH]), Step::More);
        assert_eq!(value.read(&deep[DEPTH..]), Step::Wrong(0));
        assert!(value.open.len() <= DEPTH / 64);
        assert_eq!(
            first(&[&deep[..DEPTH], &vec![b']'; DEPTH]].concat(), DEPTH),
            Step::End(2 * DEPTH)
        );
    }

    proptest! {
        #[test]
        fn values_are_those_of_serde(
            text in prop_oneof![
                "[\\[\\]{}\",:\\\\u0-9a-f.eE+\\- \ntruefalsn]{0,24}",
                "([\\[{}\\],:]|\"a\"|\"\\\\\\\\\"|\"\\\\u12ab\"|-?(0|12)(\\.5)?(e-?1)?\
                    |true|null| ){0,16}",
            ],
            step in 1usize..5,
        ) {
            // Words for what is no number are values here, and errors there.
            prop_assume!(!["na", "-n"].iter().any(|word| text.contains(word)));
            let mut values = serde_json::Deserializer::from_str(&text).into_iter::<&RawValue>();
            let found = first(text.as_bytes(), step);
            match values.next() {
                Some(Ok(raw)) => {
                    let start = raw.get().as_ptr() as usize - text.as_ptr() as usize;
                    prop_assert_eq!(found, Step::End(start + raw.get().len()), "{}", text);
                }
                None => prop_assert_eq!(found, Step::More),
                // A number that lacks a digit is an error of its own kind, also where it is cut.
                Some(Err(e)) if e.is_eof() || found == Step::More => {
                    if let Step::Wrong(at) = found {
                        // serde looks at the digits of an escape only where four bytes are
                        // left.
                        let escape = text[..at].rfind("\\u");
                        prop_assert!(escape.is_some_and(|u| text.len() < u + 6), "{}", text);
                        return Ok(());
                    }
                    prop_assert_eq!(found, Step::More, "{}", text);
                    prop_assert!(e.is_eof() || e.to_string().starts_with("invalid number"));
                }
                // A number or a word with something behind it is two values here.
                Some(Err(e)) if e.to_string().starts_with("trailing") => {
                    prop_assert!(matches!(found, Step::End(_)));
                }
                Some(Err(e)) => {
                    let Step::Wrong(at) = found else { panic!("{found:?} {e} {text:?}") };
                    // The bytes before the wrong one are the beginning of a value, or a number that
                    // the wrong one cannot follow (`00`).
                    let cut = serde_json::Deserializer::from_str(&text[..at])
                        .into_iter::<&RawValue>()
                        .next();
                    let more = |e: serde_json::Error| {
                        e.is_eof() || e.to_string().starts_with("invalid number")
                    };
                    let number = |raw: &RawValue| raw.get().ends_with(|c: char| c.is_ascii_digit());
                    let begins = |cut: Result<_, _>| cut.map_or_else(more, number);
                    prop_assert!(cut.is_none_or(begins), "{}", text);
                }
            }
        }
    }
}
