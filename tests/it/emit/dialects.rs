//! The dialects of tables, and encodings that nothing declares, written again.

use super::*;
use crate::dialect_files::{POSTS, delimiters, encodings, non_numbers};

fn in_1251(text: &str) -> Vec<u8> {
    encoding_rs::WINDOWS_1251.encode(text).0.into_owned()
}

const RUSSIAN: &str = "Городской совет принял решение закрыть мост на ремонт до конца месяца.";

/// Files of three records in dialects that are recognised.
fn dialects() -> Vec<(&'static str, Vec<u8>)> {
    let table = |text: &str| format!("id,text\r\n1,\"{text}\"\r\n2,\"b\"\r\n3,{text}\r\n");
    let lines =
        format!("{{\"text\":\"{RUSSIAN}\",\"n\":NaN}}\n{{\"text\":\"b\"}}\n{{\"text\":\"c\"}}");
    let wide: Vec<u8> = lines.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let shift = encoding_rs::SHIFT_JIS.encode(
        "id,text\n1,\"日本の新聞は、昨日の地震について大きく報道した。表示\"\n2,\"気象庁\"\n3,c\n",
    );
    vec![
        ("a.csv", b"id|text\n1|a, b\n2|\"b|c\"\n3|c".to_vec()),
        ("b.csv", b"id, text\n1, \"a, b\"\n2,  \"b \"\"c\"\"\" \n3, c\n".to_vec()),
        ("c.csv", b"id,text\n1,\"a \\\"x, y\\\"\"\n2,\"b \\\\ \\\"c\\\"\"\n3,c\n".to_vec()),
        ("d.csv", in_1251(&table(RUSSIAN))),
        ("e.csv.gz", {
            let mut w = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            w.write_all(&in_1251(&table(RUSSIAN))).unwrap();
            w.finish().unwrap()
        }),
        ("f.jsonl", wide),
        ("g.jsonl", in_1251(&lines)),
        ("h.csv", shift.0.into_owned()),
        ("i.csv", "id;text\n1;a\n2;b\n3;c\n".encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ("j.json", format!("[{}]", lines.replace('\n', " ,\n")).into_bytes()),
        ("k.tsv", b"id\ttext\n1\ta, b\n2\t\"b\tc\"\n3\tc\n".to_vec()),
    ]
}

#[test]
fn dialects_are_kept_byte_for_byte() {
    for (name, bytes) in dialects() {
        let (_dir, intake) = USUAL().read(&[(name, &bytes)]);
        assert_eq!((intake.documents.len(), intake.replaced), (3, 0), "{name}");
        let (out, gone, written) = USUAL().write(&intake, &|_, _| Change::Keep).unwrap();
        let plain = if name.ends_with(".gz") { unpacked(&bytes, Compression::Gzip) } else { bytes };
        assert_eq!(out, plain, "{name}");
        assert!(gone.is_empty() && written.left == 0, "{name}");
        // What is removed and what is kept are the file together.
        let last = intake.documents[1].info.record;
        let drop = |_, n: Option<u64>| if n == last { Change::Drop } else { Change::Keep };
        let (out, gone, written) = USUAL().write(&intake, &drop).unwrap();
        assert_eq!((written.kept, written.dropped, gone.len()), (2, 1, 1), "{name}");
        let again =
            USUAL().run(&[(name.trim_end_matches(".gz"), &out)], &|_| Change::Keep).unwrap();
        assert_eq!(again.0, out, "{name}");
        let at = plain.windows(gone[0].2.len()).position(|part| part == gone[0].2);
        if !name.starts_with("j.") && !name.starts_with("f.") && !name.starts_with("i.") {
            let at = at.unwrap();
            assert_eq!([&plain[..at], &plain[at + gone[0].2.len()..]].concat(), out, "{name}");
        }
    }
}

#[test]
fn dialects_are_cut_in_their_own_quotes() {
    for (name, bytes, number, span, want) in [
        ("a.csv", "id|text\n1|abc\n", 1, (1, 2), "id|text\n1|ac\n"),
        ("a.csv", "id|text\n1|\"a|bc\"\n", 1, (2, 3), "id|text\n1|\"a|c\"\n"),
        ("b.csv", "id, text\n1,  \"a, bc\", \n", 1, (3, 4), ""),
        ("b.csv", "id, text\n1,  \"a, bc\" \n", 1, (3, 4), "id, text\n1,  \"a, c \"\n"),
        ("b.csv", "id, text\n1,  \"a, bc\"\n", 1, (3, 4), "id, text\n1,  \"a, c\"\n"),
        (
            "c.csv",
            "id,text\n1,\"a \\\"x, y\\\" b\"\n",
            1,
            (0, 2),
            "id,text\n1,\"\\\"x, y\\\" b\"\n",
        ),
    ] {
        let change = |n| if n == Some(number) { cut(span.0, span.1) } else { Change::Keep };
        let (out, gone, written) = changed(name, bytes.as_bytes(), change);
        if want.is_empty() {
            assert_eq!((written.cut, &*out), (0, bytes), "{name}");
            continue;
        }
        assert_eq!((&*out, gone.len(), written.cut), (want, 1, 1), "{name}");
    }
    // An escape that the text does not show is not written again, so nothing is cut.
    let odd = "id,text\n1,\"a \\\"x, y\\\" \\n b\"\n";
    let (out, _, written) = changed("c.csv", odd.as_bytes(), |_| cut(0, 2));
    assert_eq!((&*out, written.left), (odd, 1));
}

#[test]
fn tables_of_two_dialects_are_not_one_table() {
    let one = b"id,text\n1,\"a \\\"x, y\\\"\"\n";
    let other = b"id,text\n1,\"a\"\n";
    let error = USUAL().run(&[("a.csv", one), ("b.csv", other)], &|_| Change::Keep).unwrap_err();
    assert!(error.to_string().contains("quotes"), "{error}");
}

#[test]
fn front_matter_stays_and_the_text_is_cut() {
    let post = "\u{feff}---\r\ntitle: é\r\n---\r\nThe bridge closes. And more.\r\n";
    let (out, gone, written) = changed("a.md", post.as_bytes(), |_| cut(0, 19));
    assert_eq!(out, "\u{feff}---\r\ntitle: é\r\n---\r\nAnd more.\r\n");
    assert_eq!((&gone[0].2[..], written.cut), (&b"The bridge closes. "[..], 1));
    let (out, ..) = changed("a.md", post.as_bytes(), |_| Change::Keep);
    assert_eq!(out, post);
}

#[test]
fn what_programs_write_is_kept_byte_for_byte_and_parted_where_records_end() {
    for file in [delimiters(), non_numbers(), encodings()].concat() {
        let (name, bytes) = (file.name, &file.bytes);
        let (_dir, intake) = USUAL().read(&[(name, bytes)]);
        assert_eq!(intake.documents.len(), 3, "{name}");
        let (out, gone, written) = USUAL().write(&intake, &|_, _| Change::Keep).unwrap();
        assert!(out == *bytes && gone.is_empty() && written.left == 0, "{name}");
        for left_out in 0..3 {
            let number = intake.documents[left_out].info.record;
            let drop = |_, n: Option<u64>| if n == number { Change::Drop } else { Change::Keep };
            let (out, gone, written) = USUAL().write(&intake, &drop).unwrap();
            assert_eq!((written.kept, written.dropped, gone.len()), (2, 1, 1), "{name}");
            // The rest is read as it was, and is written as it is.
            let (_dir, again) = USUAL().read(&[(name, &out)]);
            let read: Vec<&str> = again.documents.iter().map(|d| d.text.trim()).collect();
            let mut want = file.texts.clone();
            want.remove(left_out);
            assert_eq!(read, want, "{name} without {left_out}");
            let (twice, ..) = USUAL().write(&again, &|_, _| Change::Keep).unwrap();
            assert!(twice == out, "{name} again");
            // No byte of what is kept is another one: what went is one piece of the file, but for
            // the comma of an array.
            if !name.ends_with(".json") {
                let before = bytes.iter().zip(&out).take_while(|(a, b)| a == b).count();
                let rest = bytes.len() - out.len();
                assert_eq!(bytes[before + rest..], out[before..], "{name} without {left_out}");
            }
        }
    }
}

#[test]
fn posts_stay_and_are_cut_below_their_head() {
    for post in POSTS {
        let all = format!("{}{}", post.head, post.text);
        let (out, ..) = changed(post.name, all.as_bytes(), |_| Change::Keep);
        assert_eq!(out, all, "{}", post.name);
        let word = post.text.trim_start().split(' ').next().unwrap();
        let start = post.text.find(word).unwrap() as u32;
        let end = start + word.len() as u32 + 1;
        let (out, gone, written) = changed(post.name, all.as_bytes(), |_| cut(start, end));
        let left = [&post.text[..start as usize], &post.text[end as usize..]].concat();
        assert_eq!(out, format!("{}{left}", post.head), "{}", post.name);
        assert_eq!((gone.len(), written.cut), (1, 1), "{}", post.name);
    }
}
