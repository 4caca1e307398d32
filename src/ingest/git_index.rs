//! Owns: the paths in an index of git, the list of the files that it tracks. Never: runs git, or
//! reads a file that the index names.

/// Bytes of an entry before its flags, with hashes of SHA-1.
const FIXED: usize = 60;

/// The paths of an index, relative to the root of its work tree, in their order; `None` for bytes
/// that are no index of a version that is known (2 to 4), or that are damaged.
pub fn paths(index: &[u8]) -> Option<Vec<Vec<u8>>> {
    let word = |at: usize| Some(u32::from_be_bytes(index.get(at..at + 4)?.try_into().ok()?));
    let version = word(4)?;
    if !index.starts_with(b"DIRC") || !(2..=4).contains(&version) {
        return None;
    }
    let (mut at, mut paths) = (12, Vec::new());
    let mut before: Vec<u8> = Vec::new();
    for _ in 0..word(8)? {
        let start = at;
        let flags = u16::from_be_bytes(index.get(at + FIXED..at + FIXED + 2)?.try_into().ok()?);
        at += FIXED + 2 + if version > 2 && flags & 0x4000 != 0 { 2 } else { 0 };
        let mut path = Vec::new();
        if version == 4 {
            let (strip, length) = variable(index.get(at..)?)?;
            at += length;
            path.extend_from_slice(before.get(..before.len().checked_sub(strip)?)?);
        }
        let rest = index.get(at..)?;
        let name = &rest[..memchr::memchr(0, rest)?];
        path.extend_from_slice(name);
        at += name.len() + 1;
        if version < 4 {
            // Entries are padded with NULs to a multiple of eight bytes.
            at = start + (at - start).next_multiple_of(8);
        }
        before.clone_from(&path);
        paths.push(path);
    }
    Some(paths)
}

/// A number of variable length as git writes it, and its bytes.
fn variable(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = usize::from(bytes.first()? & 0x7f);
    let mut length = 1;
    while bytes[length - 1] & 0x80 != 0 {
        let next = usize::from(*bytes.get(length)?);
        value = (value.checked_add(1)?.checked_mul(128)?).checked_add(next & 0x7f)?;
        length += 1;
    }
    Some((value, length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An index of version 2 of these paths.
    fn index(names: &[&str]) -> Vec<u8> {
        let mut out = [b"DIRC".as_slice(), &2u32.to_be_bytes()].concat();
        out.extend((names.len() as u32).to_be_bytes());
        for name in names {
            let start = out.len();
            out.extend([7; FIXED]);
            out.extend((name.len() as u16).to_be_bytes());
            out.extend(name.as_bytes());
            out.push(0);
            while (out.len() - start) % 8 > 0 {
                out.push(0);
            }
        }
        out
    }

    #[test]
    fn names_are_read() {
        let names = ["a.txt", "dir/b.txt", "dir/long-name-of-a-file.jsonl"];
        let found = paths(&index(&names)).unwrap();
        assert_eq!(found, names.map(|name| name.as_bytes().to_vec()));
        assert_eq!(paths(&index(&[])), Some(vec![]));
        assert_eq!(variable(&[0x7f]), Some((127, 1)));
        assert_eq!(variable(&[0x80, 0x00]), Some((128, 2)));
        assert_eq!(variable(&[0x80]), None);
    }

    #[test]
    fn a_later_version_leaves_out_what_names_share() {
        let mut four = [b"DIRC".as_slice(), &4u32.to_be_bytes(), &2u32.to_be_bytes()].concat();
        for (strip, rest) in [(0, "dir/a.txt"), (5, "b.md")] {
            four.extend([0; FIXED + 2]);
            four.push(strip);
            four.extend(rest.as_bytes());
            four.push(0);
        }
        assert_eq!(paths(&four), Some(vec![b"dir/a.txt".to_vec(), b"dir/b.md".to_vec()]));
    }

    proptest! {
        #[test]
        fn total(bytes: Vec<u8>, version in 0u32..6, cut in 0usize..200) {
            let head = [b"DIRC".as_slice(), &version.to_be_bytes(), &9u32.to_be_bytes()].concat();
            let _ = paths(&[head, bytes].concat());
            let whole = index(&["a", "b/c", "d"]);
            let _ = paths(&whole[..cut.min(whole.len())]);
        }
    }
}
