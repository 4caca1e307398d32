//! Owns: the encoding of values as JSON: escaped characters, one item a line, many items in
//! parallel. Never: the meaning of a field.

use crate::escape;
use crate::model::findings::Findings;
use crate::report::parts::{Items, in_parts};
use crate::report::texts::Texts;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

/// Size of the write buffer in bytes.
pub const BUFFER: usize = 1 << 16;

/// Encodes items in parallel and passes them to `write`.
pub fn in_parallel<'a, I: Items + ?Sized>(
    findings: Findings<'a>,
    items: &I,
    make: impl Fn(Findings<'a>, &I::Item, &mut Texts<'a>, &mut Vec<u8>) -> io::Result<()> + Sync,
    mut write: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let encode = |_, part: &[I::Item], texts: &mut Texts<'a>| {
        let (mut bytes, mut ends) = (Vec::new(), Vec::with_capacity(part.len()));
        for item in part {
            make(findings, item, texts, &mut bytes)?;
            ends.push(bytes.len());
        }
        Ok((bytes, ends))
    };
    in_parts(findings.documents, items, encode, |(bytes, ends)| {
        let mut from = 0;
        for to in ends {
            write(&bytes[from..to])?;
            from = to;
        }
        Ok(())
    })
}

/// Writes a named list with one item a line.
pub struct ListWriter<'w, W: Write> {
    pub out: &'w mut W,
    pub first: bool,
}

impl<W: Write> ListWriter<'_, W> {
    pub fn open(&mut self, name: &str) -> io::Result<()> {
        self.first = true;
        write!(self.out, ",\n\"{name}\":[")
    }
    pub fn item(&mut self, item: &[u8]) -> io::Result<()> {
        self.out.write_all(if self.first { b"\n" } else { b",\n" })?;
        self.first = false;
        self.out.write_all(item)
    }
    pub fn close(&mut self) -> io::Result<()> {
        self.out.write_all(if self.first { b"]" } else { b"\n]" })
    }
}

/// An object with its type as the first field.
#[derive(Serialize)]
struct TypedItem<'a, T: Serialize> {
    r#type: &'static str,
    #[serde(flatten)]
    value: &'a T,
}

pub fn line<T: Serialize>(out: &mut impl Write, kind: &'static str, object: &T) -> io::Result<()> {
    json_line(&TypedItem { r#type: kind, value: object }, out)
}

/// Writes a named list.
pub fn list<T: Serialize>(
    out: &mut impl Write,
    name: &str,
    items: impl Iterator<Item = io::Result<T>>,
) -> io::Result<()> {
    let mut write = ListWriter { out, first: true };
    write.open(name)?;
    let mut bytes = Vec::new();
    for item in items {
        bytes.clear();
        value(&mut bytes, &item?)?;
        write.item(&bytes)?;
    }
    write.close()
}

pub fn value<T: Serialize + ?Sized>(out: &mut (impl Write + ?Sized), value: &T) -> io::Result<()> {
    out.write_all(text(value)?.as_bytes())
}

/// Writes a value as one line of JSON. Characters that would act on a terminal are written as
/// `\uXXXX`.
///
/// # Errors
/// Errors of `out`.
pub fn json_line(value: &impl Serialize, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    out.write_all((text(value)? + "\n").as_bytes())
}

/// The bytes that are reserved for a value: most pairs take no more.
const VALUE: usize = 1024;

fn text<T: Serialize + ?Sized>(value: &T) -> io::Result<String> {
    let mut bytes = Vec::with_capacity(VALUE);
    serde_json::to_writer(&mut bytes, value)?;
    let mut text = String::from_utf8(bytes).map_err(io::Error::other)?;
    if let Cow::Owned(escaped) = escape::json(&text) {
        text = escaped;
    }
    Ok(text)
}
