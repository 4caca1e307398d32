#!/usr/bin/env python3
"""What `nearcopy dedupe` costs beside `nearcopy scan`, and whether it keeps its word: on JSON
Lines,
the same as .jsonl.zst and as Parquet.

    benches/cleaning.py CORPUS.jsonl [--truth CORPUS.jsonl.truth] [--nearcopy PROGRAM] [--runs 1]

CORPUS has an "id" and a "text" a line; the truth "copy<TAB>original" a line. For each format scan
and dedupe run in turn, after one run that is not counted. Then what was kept and what was removed
is put together and compared with the input: by its hash, of Parquet schema, metadata and values.
Needs pyarrow and zstandard, which are installed from the Python Package Index into an environment
of their own.
"""

import argparse, hashlib, io, json, os, statistics, subprocess, sys, venv

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "quality"))
from program import Failed, run  # noqa: E402

ROOT = os.path.dirname(HERE)


def arguments():
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("corpus")
    p.add_argument("--truth")
    p.add_argument("--nearcopy", default=os.path.join(ROOT, "target", "release", "nearcopy"))
    p.add_argument("--runs", type=int, default=1)
    p.add_argument("--work", default=os.path.join(ROOT, "target", "cleaning"))
    return p.parse_args()


def in_environment(work):
    """Starts this script again where pyarrow and zstandard are."""
    python = os.path.join(work, "venv", "bin", "python")
    if os.path.abspath(sys.prefix) == os.path.abspath(os.path.join(work, "venv")):
        return
    if not os.path.exists(python):
        venv.create(os.path.join(work, "venv"), with_pip=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "pyarrow", "zstandard"], check=True
        )
    os.execv(python, [python, *sys.argv])


def packed(corpus, path):
    import zstandard

    with open(corpus, "rb") as raw, open(path, "wb") as out:
        zstandard.ZstdCompressor(level=3).copy_stream(raw, out)


def parquet(corpus, path):
    """With what real tables have besides: a dictionary, a list of structs, a map, nulls, metadata
    of the schema and of a column.
    """
    import pyarrow as pa, pyarrow.parquet as pq

    tags = pa.list_(pa.struct([("a", pa.string()), ("b", pa.float64())]))
    schema = pa.schema(
        [
            pa.field("id", pa.string(), metadata={b"k": b"v"}),
            ("source", pa.dictionary(pa.int32(), pa.string())),
            ("date", pa.string()),
            ("text", pa.string()),
            ("meta", pa.struct([("n", pa.int64()), ("tags", tags)])),
            ("m", pa.map_(pa.string(), pa.int32())),
        ],
        metadata={b"made by": "é".encode()},
    )
    rows = []
    with (
        pq.ParquetWriter(path, schema, compression="zstd") as out,
        open(corpus, encoding="utf-8") as lines,
    ):

        def flush():
            out.write_table(pa.Table.from_pylist(rows, schema=schema))
            rows.clear()

        for n, line in enumerate(lines):
            row = {
                k: v for k, v in json.loads(line).items() if k in ("id", "source", "date", "text")
            }
            row["meta"] = (
                None
                if n % 7 == 0
                else {"n": n, "tags": [{"a": str(k), "b": k / 3} for k in range(n % 3)]}
            )
            row["m"] = [("x", n % 5)] if n % 2 else None
            rows.append(row)
            if len(rows) == 20000:
                flush()
        if rows:
            flush()


def lines(path):
    if path.endswith(".zst"):
        import zstandard

        return io.BufferedReader(
            zstandard.ZstdDecompressor().stream_reader(open(path, "rb")), 1 << 20
        )
    return open(path, "rb")


def whole(corpus, kept, removed):
    """Whether kept and removed lines, each in its place, are the input, by hash."""
    gone = {}
    with open(removed, encoding="utf-8") as records:
        for line in records:
            record = json.loads(line)
            gone[record["record"]] = record["raw"].encode()
    both, number, left = hashlib.sha256(), 1, lines(kept)
    while True:
        line = gone.pop(number) if number in gone else left.readline()
        if not line:
            break
        both.update(line)
        number += 1
    given = hashlib.sha256()
    for line in lines(corpus):
        given.update(line)
    return not gone and both.digest() == given.digest()


def whole_table(corpus, kept, removed):
    """The same of Parquet: kept rows are equal, removed ones are what is written of them; schema
    and metadata too.
    """
    import pyarrow.parquet as pq

    given, left = pq.ParquetFile(corpus), pq.ParquetFile(kept)
    same = (
        given.schema_arrow.equals(left.schema_arrow, check_metadata=True)
        and given.metadata.metadata == left.metadata.metadata
    )
    with open(removed, encoding="utf-8") as records:
        gone = {r["record"]: json.loads(r["raw"]) for r in map(json.loads, records)}
    given, left = given.read(), left.read()
    stays = [n for n in range(given.num_rows) if n + 1 not in gone]
    for name in given.column_names:
        column = given.column(name)
        same = same and column.take(stays).to_pylist() == left.column(name).to_pylist()
    for name in ("id", "text"):
        column = given.column(name).to_pylist()
        same = same and all(row[name] == column[n - 1] for n, row in gone.items())
    return same


def planted(kept, removed, truth):
    ids = {json.loads(line)["id"] for line in lines(kept)}
    with open(truth, encoding="utf-8") as pairs:
        pairs = [line.split() for line in pairs]
    both = sum(a in ids and b in ids for a, b in pairs)
    print(
        f"planted copies: {len(pairs)}, of which the copy or its original went: "
        f"{1 - both / len(pairs):.4f}"
    )
    with open(removed, encoding="utf-8") as records:
        records = [json.loads(line) for line in records]
    print(
        f"removed: {len(records)}, without a partner that stays: "
        f"{sum(r['partner'] not in ids for r in records)}"
    )


def main():
    o = arguments()
    os.makedirs(o.work, exist_ok=True)
    in_environment(o.work)
    at = lambda name: os.path.join(o.work, name)  # noqa: E731
    corpora = {
        ".jsonl": o.corpus,
        ".jsonl.zst": at("corpus.jsonl.zst"),
        ".parquet": at("corpus.parquet"),
    }
    packed(o.corpus, corpora[".jsonl.zst"])
    parquet(o.corpus, corpora[".parquet"])
    print(
        f"{os.path.getsize(o.corpus) / 1e6:.0f} MB, {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f} at the start"
    )
    for kind, corpus in corpora.items():
        out, removed = at("kept" + kind), at("removed.jsonl")
        scan = [o.nearcopy, "scan", "--no-config", "-q", "--brief", corpus]
        dedupe = [
            o.nearcopy,
            "dedupe",
            "--no-config",
            "-q",
            corpus,
            "-o",
            out,
            "--removed",
            removed,
        ]
        runs = [(run(scan), run(dedupe)) for _ in range(o.runs + 1)][1:]
        of = lambda which: [
            statistics.median(r[which][what] for r in runs)
            for what in ("seconds", "cpu", "peak_mib")
        ]  # noqa: E731
        (wall_a, cpu_a, peak_a), (wall_b, cpu_b, peak_b) = of(0), of(1)
        print(
            f"{kind:11} scan {wall_a:.1f} s, {cpu_a:.1f} s of CPU, {peak_a:.0f} MiB; dedupe "
            f"{wall_b:.1f} s, {cpu_b:.1f} s of CPU, "
            f"{peak_b:.0f} MiB; ratio {wall_b / wall_a:.2f} wall, {cpu_b / cpu_a:.2f} CPU"
        )
        same = (whole_table if kind == ".parquet" else whole)(corpus, out, removed)
        print(f"{kind:11} kept and removed are the input: {'yes' if same else 'NO'}")
        if o.truth and kind == ".jsonl":
            planted(out, removed, o.truth)


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(f"error: {failure}")
