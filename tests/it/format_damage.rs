//! Damaged inputs of every format: no crash, no hang, and nothing lost in silence. A run that ends
//! with exit code 0 has read every record, or counts those that it has not.
//!
//! `DAMAGES=500 cargo test --test it format_damage -- --nocapture` tries more of each format.

use crate::program::{nearcopy, run};
use crate::random::{mix, setting};
use crate::scratch::{Here, story};
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::io::Write;

/// The records of each input.
const RECORDS: usize = 12;

/// The inputs: their names, and their bytes.
fn inputs() -> Vec<(String, Vec<u8>)> {
    let record = |n: usize| json!({"id": n.to_string(), "title": "t", "text": story(n, 40)});
    let lines: String = (0..RECORDS).map(|n| record(n).to_string() + "\n").collect();
    let array = Value::Array((0..RECORDS).map(record).collect()).to_string();
    let table = |separator: &str| {
        let row = |n: usize| format!("{n}{separator}\"{}\"\n", story(n, 40));
        format!("id{separator}text\n") + &(0..RECORDS).map(row).collect::<String>()
    };
    let page = |n: usize| {
        let text = story(n, 120);
        format!("<!doctype html><html><head><title>{n}</title></head><body><p>{text}</p></body>")
    };
    let response = |n: usize| {
        let body = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{}", page(n));
        format!(
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/{n}\r\n\
             WARC-Date: 2026-01-01T00:00:00Z\r\nContent-Type: application/http\r\n\
             Content-Length: {}\r\n\r\n{body}\r\n\r\n",
            body.len()
        )
    };
    let old = |n: usize| {
        let body = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{}", page(n));
        let line = format!("http://a.example/{n} 10.0.0.1 20260101000000 text/html {}", body.len());
        format!("{line}\n{body}\n")
    };
    let gzip = |bytes: &[u8]| {
        let mut packed = GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    };
    let zstd = |bytes: &[u8]| {
        let mut packed = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
        packed.include_checksum(true).unwrap();
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    };
    let archive: String = (0..RECORDS).map(response).collect();
    let members: Vec<u8> = (0..RECORDS).flat_map(|n| gzip(response(n).as_bytes())).collect();
    let olds: String = (0..RECORDS).map(old).collect();
    let old_members: Vec<u8> = (0..RECORDS).flat_map(|n| gzip(old(n).as_bytes())).collect();
    let wide: Vec<u8> =
        format!("\u{feff}{lines}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let named = |name: &str, bytes: Vec<u8>| (name.to_owned(), bytes);
    vec![
        named("a.txt", story(1, 400).into_bytes()),
        named("a.txt.gz", gzip(story(1, 400).as_bytes())),
        named("a.jsonl", lines.clone().into_bytes()),
        named("a.jsonl.gz", gzip(lines.as_bytes())),
        named("a.jsonl.zst", zstd(lines.as_bytes())),
        named("wide.jsonl", wide),
        named("a.json", array.clone().into_bytes()),
        named("a.json.gz", gzip(array.as_bytes())),
        named("a.csv", table(",").into_bytes()),
        named("a.tsv", table("\t").into_bytes()),
        named("a.csv.zst", zstd(table(",").as_bytes())),
        named("a.html", page(1).into_bytes()),
        named("a.warc", archive.into_bytes()),
        named("a.warc.gz", members),
        named("a.arc", olds.into_bytes()),
        named("a.arc.gz", old_members),
    ]
}

/// Damages bytes in one of six ways, as a seed says.
fn damage(bytes: &[u8], seed: u64) -> Vec<u8> {
    let mut bad = bytes.to_vec();
    let at = mix(seed) as usize % bad.len();
    let length = 1 + mix(seed + 1) as usize % 64.min(bad.len() - at);
    match mix(seed + 2) % 6 {
        0 => bad.truncate(at),
        1 => bad[at] ^= 1 << (mix(seed + 3) % 8),
        2 => bad[at..at + length].fill(0),
        3 => drop(bad.drain(at..at + length)),
        4 => {
            let again = bad[at..at + length].to_vec();
            bad.splice(at..at, again);
        }
        _ => bad[at..at + length].iter_mut().zip(0..).for_each(|(b, i)| *b = mix(seed + i) as u8),
    }
    bad
}

#[test]
fn damage_is_never_lost_in_silence() {
    let damages = setting("DAMAGES", 12);
    let here = Here::new();
    let mut tried = 0;
    let mut whole = 0;
    for (number, (name, bytes)) in inputs().into_iter().enumerate() {
        here.write(&name, &bytes);
        let scan = || {
            let scan = nearcopy().at(here.path()).args(["scan", &name, "--format", "json"]);
            scan.run()
        };
        let good = scan();
        assert_eq!(good.code, 0, "{name}: {}", good.err);
        let documents = |out: &[u8]| -> u64 {
            let report: Value = serde_json::from_slice(out).unwrap();
            let skipped = report["summary"]["skipped"].as_array().unwrap();
            let skipped: u64 = skipped.iter().map(|s| s["count"].as_u64().unwrap()).sum();
            // A record that is broken in two is counted as two, and two that became one as one.
            if skipped > 0 { u64::MAX } else { report["summary"]["documents"].as_u64().unwrap() }
        };
        let all = documents(&good.bytes);
        for n in 0..damages {
            let seed = mix(number as u64 * 1_000_003 + n);
            let bad = damage(&bytes, seed);
            here.write(&name, &bad);
            let ended = scan();
            tried += 1;
            let said = format!("{name}, seed {seed}: exit {}: {}", ended.code, ended.err);
            match ended.code {
                0 => {
                    whole += 1;
                    // Without a checksum, bytes that are gone between two lines, or between two
                    // texts, leave a valid file.
                    let plain = !name.ends_with("gz") && !name.ends_with("zst");
                    let cut = bad.len() < bytes.len();
                    // In a table without checksum a lost quote can make one valid row of two.
                    let table = plain && (name.ends_with("csv") || name.ends_with("tsv"));
                    // In UTF-16 nearly all bytes are characters, also in the place of a line break.
                    let unseen = plain && cut || table || name.starts_with("wide");
                    // A record whose kind is damaged is counted among those that are no pages.
                    let counted = ended.err.contains("passed over as no pages");
                    assert!(documents(&ended.bytes) >= all || unseen || counted, "{said}");
                    if !plain && !name.contains("arc.") {
                        assert!(ended.bytes == good.bytes, "checksums guard it: {said}");
                    }
                }
                2 => {
                    assert!(ended.err.contains("error:"), "{said}");
                    assert!(ended.err.contains(&name), "it names the file: {said}");
                }
                _ => panic!("{said}"),
            }
        }
        here.remove(&name);
    }
    println!("{tried} damages of 16 inputs, {whole} of them read as whole");
}

/// A Parquet file of two texts whose pages have checksums, which the `parquet` crate does not
/// write; pyarrow has made it.
const CHECKSUMS: &str = "\
    504152311500152015201598d2a8b2031c15041500150615061c000000020000000401010000006101000000\
    62150015a60215a60215d78eb9f4081c15041500150615061c0000000200000004014d000000546865206861\
    72626f7572206272696467652077696c6c20636c6f736520666f722072657061697273206f6e204d6f6e6461\
    792c2074686520706f727420617574686f7269747920736169642e380000005261696e206973206578706563\
    746564206f76657220746865207765656b656e6420696e206d6f7374206f66207468652076616c6c65792e15\
    04193c35001806736368656d61150400150c25021802696425004c1c000000150c250218047465787425004c\
    1c0000001604191c192c26001c150c19250600191802696415001604165216522608491c150015001502003c\
    160419061926000400000026001c150c19250600191804746578741500160416dc0216dc02265a491c150015\
    001502003c168a0219061926000400000016ae031604260816ae03002820706172717565742d6370702d6172\
    726f772076657273696f6e2032362e302e31192c1c00001c000000cc00000050415231";

#[test]
fn a_parquet_page_that_its_checksum_denies_is_damaged() {
    let digits = CHECKSUMS.as_bytes().chunks(2).map(|two| str::from_utf8(two).unwrap());
    let mut bytes: Vec<u8> = digits.map(|two| u8::from_str_radix(two, 16).unwrap()).collect();
    let here = Here::with(&[]);
    let scan = |bytes: &[u8]| {
        here.write("texts.parquet", bytes);
        run(here.path(), &["scan", "texts.parquet", "-q", "--format", "json"])
    };
    let (code, out, err) = scan(&bytes);
    assert_eq!(code, 0, "{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["summary"]["documents"], 2);
    let at = bytes.windows(7).position(|seven| seven == b"harbour").unwrap();
    bytes[at] ^= 1;
    let (code, _, err) = scan(&bytes);
    assert!(code != 0 && err.contains("texts.parquet") && err.contains("checksum"), "{code} {err}");
}
