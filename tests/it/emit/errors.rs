//! What a writer cannot do, and whom it tells.

use super::*;

#[test]
fn what_fails_is_told() {
    let many: String = (0..200_000).map(|n| format!("{{\"text\":\"{n}\"}}\n")).collect();
    for how in [None, Some(Compression::Gzip), Some(Compression::Zstd)] {
        let job = Job { room: 10_000, compression: how, ..USUAL() };
        let error = job.run(&[("a.jsonl", many.as_bytes())], &|_| Change::Keep).unwrap_err();
        assert!(error.side == ErrorSide::Output && error.remedy.contains("make room"), "{error}");
    }
    let error = Job { room: 100, ..USUAL() }
        .run(&[("a.parquet", &nested::file())], &|_| Change::Keep)
        .unwrap_err();
    assert_eq!(error.side, ErrorSide::Output, "{error}");
    let (dir, intake) = USUAL().read(&[("a.jsonl", b"{\"text\":\"a\"}\n")]);
    fs::write(dir.path().join("a.jsonl"), b"{\"text\":\"other\"}\n").unwrap();
    let error = USUAL().write(&intake, &|_, _| Change::Keep).unwrap_err();
    assert!(error.what.contains("changed") && error.side == ErrorSide::Input, "{error}");
    fs::remove_file(dir.path().join("a.jsonl")).unwrap();
    assert!(
        USUAL()
            .write(&intake, &|_, _| Change::Keep)
            .unwrap_err()
            .what
            .contains("cannot be read again")
    );
    let packed = zstd::stream::encode_all(many.as_bytes(), 1).unwrap();
    let cut = &packed[..packed.len() / 2];
    let (_dir, mut intake) = USUAL().read(&[("a.jsonl.zst", cut)]);
    let error = |intake| USUAL().write(intake, &|_, _| Change::Keep).map(drop);
    // What was read of a file that ends early is written.
    let (_, _, written) = USUAL().write(&intake, &|_, _| Change::Keep).unwrap();
    assert!(written.kept >= intake.documents.len() as u64 && written.kept > 0);
    intake.sources[0].ended_early = false;
    assert!(error(&intake).unwrap_err().what.contains("broken zstd data"));
}

#[test]
fn a_copy_of_standard_input_is_written_again() {
    for (name, bytes) in [("a.jsonl", LINES.to_vec()), ("a.parquet", nested::file())] {
        let (dir, mut intake) = USUAL().read(&[(name, &bytes)]);
        let spool = fs::File::open(dir.path().join(name)).unwrap();
        let file = &mut intake.sources[0];
        (file.path, file.modified, file.spool) = (None, None, Some(Arc::new(spool)));
        for _ in 0..2 {
            let (out, _, written) = USUAL().write(&intake, &|_, _| Change::Keep).unwrap();
            assert!(
                written.kept > 0 && (out == bytes || nested::rows(&out) == nested::rows(&bytes)),
                "{name}"
            );
        }
        intake.sources[0].spool = None;
        assert!(
            USUAL().write(&intake, &|_, _| Change::Keep).unwrap_err().what.contains("only once")
        );
    }
}

#[test]
fn nobody_is_told_where_nobody_listens() {
    for (name, bytes) in [("a.jsonl", LINES.to_vec()), ("a.parquet", nested::file())] {
        let (_dir, intake) = USUAL().read(&[(name, &bytes)]);
        let mut output =
            Output::new(Box::new(io::sink()), intake.sources[0].format, None, None).silent();
        let mut hear = |_: Removed| -> io::Result<()> { panic!("told") };
        let written =
            output.append(&intake.sources[0], &InputOptions::default(), &even, &mut hear).unwrap();
        assert!(written.dropped > 0);
        output.finish().unwrap();
    }
}
