//! Owns: how large the pages of a column of Parquet are once they are unpacked, from their headers
//! alone. Never: unpacks one.

use crate::ingest::shared_file::SharedFile;
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::metadata::ColumnChunkMetaData;
use std::io::{self, BufReader, Read};

/// How deep the values in a header are nested at most.
const DEPTH: usize = 8;

/// The size of the largest page of a column chunk once it is unpacked.
pub(super) fn largest_page(file: &SharedFile, column: &ColumnChunkMetaData) -> Result<u64> {
    let (mut at, length) = column.byte_range();
    let end = at.saturating_add(length).min(file.length());
    let (mut largest, mut values) = (0, 0);
    // The last pages of some files are followed by padding, so pages are read up to the last value.
    while at < end && values < column.num_values() {
        let mut bytes = Bytes { inner: BufReader::new(file.reader(at)), read: 0, left: end - at };
        let header = header(&mut bytes).map_err(|e| ParquetError::EOF(e.to_string()))?;
        if header == Header::default() {
            return Err(ParquetError::EOF("a page without a header".into()));
        }
        largest = largest.max(header.unpacked);
        values = values.saturating_add(header.values.max(0));
        at = at.saturating_add(bytes.read).saturating_add(header.packed);
    }
    Ok(largest)
}

/// What the header of a page says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Header {
    unpacked: u64,
    packed: u64,
    /// The values in it; none in a dictionary.
    values: i64,
}

/// The bytes of a header.
struct Bytes<R> {
    inner: R,
    read: u64,
    left: u64,
}

impl<R: Read> Bytes<R> {
    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.left = self.left.checked_sub(1).ok_or(io::ErrorKind::UnexpectedEof)?;
        self.inner.read_exact(&mut byte)?;
        self.read += 1;
        Ok(byte[0])
    }

    fn pass(&mut self, count: u64) -> io::Result<()> {
        self.left = self.left.checked_sub(count).ok_or(io::ErrorKind::UnexpectedEof)?;
        let passed = io::copy(&mut (&mut self.inner).take(count), &mut io::sink())?;
        self.read += passed;
        if passed == count { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    fn varint(&mut self) -> io::Result<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(io::ErrorKind::InvalidData.into())
    }

    fn integer(&mut self) -> io::Result<i64> {
        let value = self.varint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// The number and type of the next field of a struct; `None` at its end.
    fn field(&mut self, last: i64) -> io::Result<Option<(i64, u8)>> {
        let byte = self.byte()?;
        if byte == 0 {
            return Ok(None);
        }
        let next = last.saturating_add(i64::from(byte >> 4));
        let number = if byte >> 4 == 0 { self.integer()? } else { next };
        Ok(Some((number, byte & 0x0f)))
    }

    /// Passes over a value of a type of Thrift's compact protocol.
    fn skip(&mut self, kind: u8, depth: usize) -> io::Result<()> {
        if depth > DEPTH {
            return Err(io::ErrorKind::InvalidData.into());
        }
        match kind {
            1 | 2 => Ok(()),
            3 => self.pass(1),
            4..=6 => self.varint().map(drop),
            7 => self.pass(8),
            8 => self.varint().and_then(|length| self.pass(length)),
            9 | 10 => {
                let byte = self.byte()?;
                let count = if byte >> 4 == 15 { self.varint()? } else { u64::from(byte >> 4) };
                (0..count).try_for_each(|_| match byte & 0x0f {
                    // In a list, each of them takes a byte.
                    1 | 2 => self.pass(1),
                    kind => self.skip(kind, depth + 1),
                })
            }
            12 => {
                let mut last = 0;
                while let Some((number, kind)) = self.field(last)? {
                    self.skip(kind, depth + 1)?;
                    last = number;
                }
                Ok(())
            }
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

fn header(bytes: &mut Bytes<impl Read>) -> io::Result<Header> {
    let (mut header, mut last) = (Header::default(), 0);
    while let Some((number, kind)) = bytes.field(last)? {
        match (number, kind) {
            (2, 5) => header.unpacked = bytes.integer()?.max(0) as u64,
            (3, 5) => header.packed = bytes.integer()?.max(0) as u64,
            // The headers of data pages of both versions begin with the number of values.
            (5 | 8, 12) => {
                let mut last = 0;
                while let Some((number, kind)) = bytes.field(last)? {
                    match (number, kind) {
                        (1, 5) => header.values = bytes.integer()?.max(0),
                        _ => bytes.skip(kind, 1)?,
                    }
                    last = number;
                }
            }
            _ => bytes.skip(kind, 0)?,
        }
        last = number;
    }
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(bytes: &[u8]) -> io::Result<(Header, u64)> {
        let mut bytes = Bytes { inner: bytes, read: 0, left: bytes.len() as u64 };
        header(&mut bytes).map(|header| (header, bytes.read))
    }

    #[test]
    fn sizes_are_those_of_the_header() {
        // type 0, unpacked 300, packed 21, a data page of 7 values with three encodings.
        let page =
            [0x15, 0, 0x15, 0xd8, 4, 0x15, 42, 0x2c, 0x15, 14, 0x15, 0, 0x15, 6, 0x15, 6, 0, 0];
        let want = Header { unpacked: 300, packed: 21, values: 7 };
        assert_eq!(of(&page).unwrap(), (want, page.len() as u64));
        assert!(of(&page[..page.len() - 1]).is_err());
        assert!(of(&[0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f]).is_err());
    }

    proptest! {
        #[test]
        fn total(bytes: Vec<u8>) {
            let _ = of(&bytes);
        }
    }
}
