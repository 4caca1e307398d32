#!/usr/bin/env python3
"""The report as tables, as pyarrow, polars and DuckDB read it: row for row the JSON report. The
queries of docs/formats.md find something in the seeds.

    tests/tables.py PROGRAM [CORPUS [OPTION ...]]

PROGRAM is the command line. Without CORPUS the seeds and a corpus with every optional field are
scanned, else that one with these options. Makes an environment of its own below the target folder
and fetches the three libraries from PyPI.
"""

import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

TOOLS = ["duckdb>=1", "polars>=1", "pyarrow>=15"]
HERE = Path(__file__).resolve()
ROOT = HERE.parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
TABLES = ["documents", "clusters", "equal", "titles", "pairs", "matches", "repeats"]


def environment():
    """An interpreter with the tools, made once."""
    folder = TARGET / "tables-venv"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = folder / "done"
    if not (done.is_file() and done.read_text() == "\n".join(TOOLS)):
        venv.create(folder, with_pip=True, clear=True)
        pip = [python, "-m", "pip", "--disable-pip-version-check", "-q", "install"]
        subprocess.run([*pip, *TOOLS], check=True)
        done.write_text("\n".join(TOOLS))
    return python


def read_pyarrow(path):
    import pyarrow.parquet

    return pyarrow.parquet.read_table(path).to_pylist()


def read_polars(path):
    import polars

    return polars.read_parquet(path).to_dicts()


def read_duckdb(path):
    import duckdb

    found = duckdb.connect().execute("select * from read_parquet(?)", [str(path)])
    names = [column[0] for column in found.description]
    return [dict(zip(names, row)) for row in found.fetchall()]


READERS = {"pyarrow": read_pyarrow, "polars": read_polars, "duckdb": read_duckdb}


def given(row, *without):
    """A row without what is null, and without these columns."""
    return {name: value for name, value in row.items() if value is not None and name not in without}


def grouped(rows, *numbers):
    """Rows by a number, which counts from 0."""
    for n, (number, group) in enumerate(itertools.groupby(rows, key=lambda row: row[numbers[0]])):
        assert n == number, (n, number)
        group = list(group)
        yield list(grouped(group, *numbers[1:])) if len(numbers) > 1 else group


def members(rows):
    return [row["member"] for row in rows]


def span(row, prefix=""):
    def pair(name, first, last):
        return [row[f"{prefix}{name}_{first}"], row[f"{prefix}{name}_{last}"]]

    made = {
        "bytes": pair("byte", "start", "end"),
        "chars": pair("char", "start", "end"),
        "lines": pair("line", "first", "last"),
    }
    if row[f"{prefix}file_line_first"] is not None:
        made["file_lines"] = pair("file_line", "first", "last")
    return made


def match(row):
    sides = ["a_byte_start", "a_byte_end", "b_byte_start", "b_byte_end"]
    return {
        "a": span(row, "a_"),
        "b": span(row, "b_"),
        "tokens": [row["a_tokens"], row["b_tokens"]],
        "identity": row["identity"],
        "blocks": [[block[side] for side in sides] for block in row["blocks"]],
    }


def as_json(tables):
    """The lists of the JSON report that has the content of the tables."""
    report = {"documents": [given(row) for row in tables["documents"]], "clusters": [], "pairs": []}
    for rows in grouped(tables["clusters"], "cluster"):
        cluster = {"id": rows[0]["cluster_id"], "members": members(rows)}
        same = ["representative", "weakest"]
        report["clusters"].append({**cluster, **{name: rows[0][name] for name in same}})
    report["equal"] = [members(rows) for rows in grouped(tables["equal"], "class")]
    divided = grouped(tables["titles"], "divided_class", "title_group")
    titles = [[members(rows) for rows in groups] for groups in divided]
    if titles:
        report["titles"] = titles
    matches = {}
    for row in tables["matches"]:
        of_pair = matches.setdefault(row["pair"], [])
        assert row["match"] == len(of_pair), row
        of_pair.append(match(row))
    for n, row in enumerate(tables["pairs"]):
        assert row["pair"] == n, row
        pair = given(row, "pair", "facts_agree", "facts_compared")
        if not pair["whole_text"]:
            del pair["whole_text"]
        pair["facts"] = {"agree": row["facts_agree"], "compared": row["facts_compared"]}
        report["pairs"].append({**pair, "matches": matches.pop(n, [])})
    assert not matches, "every match is of a pair"
    report["repeats"] = []
    for n, row in enumerate(tables["repeats"]):
        assert row["repeat"] == n, row
        places = [{"document": place["document"], **span(place)} for place in row["places"]]
        repeat = {**given(row, "repeat"), "places": places}
        if not repeat["note"]:
            del repeat["note"]
        report["repeats"].append(repeat)
    return report


def metadata(folder):
    """What every file says beside its rows."""
    import pyarrow.parquet

    said = {}
    for table in TABLES:
        entries = pyarrow.parquet.read_metadata(folder / f"{table}.parquet").metadata
        entries = {key.decode(): json.loads(value) for key, value in entries.items()}
        assert entries.pop("nearcopy.table") == table
        assert not said or said == entries
        said = entries
    return {key.removeprefix("nearcopy."): value for key, value in said.items()}


def check(program, corpus, options, at):
    """Scans a corpus into both forms, and compares them. Returns the folder of the tables."""
    folder, wanted = at / "out/found", at / "out/found.json"
    wanted.parent.mkdir(exist_ok=True)
    command = [program, "scan", corpus, "-q", "--brief", "--format", "human", *options]
    outputs = ["-o", f"json={wanted}", "-o", f"parquet={folder}"]
    subprocess.run([*command, *outputs], check=True, stdout=subprocess.DEVNULL)
    report = json.loads(wanted.read_text("utf-8"))
    sizes = [wanted.stat().st_size, sum(path.stat().st_size for path in folder.iterdir())]
    head = {key: report.pop(key) for key in list(report) if not isinstance(report[key], list)}
    assert metadata(folder) == head
    for name, read in READERS.items():
        begun = time.monotonic()
        tables = {table: read(folder / f"{table}.parquet") for table in TABLES}
        took = time.monotonic() - begun
        found = as_json(tables)
        assert found.keys() == report.keys(), name
        for part in report:
            assert found[part] == report[part], f"{name}: {part} differs"
        rows = sum(map(len, tables.values()))
        print(f"{Path(corpus).name} {' '.join(options)}: {name}: {rows} rows, {took:.2f} s")
    print(f"  JSON {sizes[0]:,} bytes, tables {sizes[1]:,}")
    return folder


def queries(folder):
    """The queries of the documents, about the tables in `out/found`."""
    import duckdb

    text = (ROOT / "docs/formats.md").read_text("utf-8")
    asked = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    assert len(asked) >= 3, asked
    os.chdir(folder.parent.parent)
    for query in filter(str.strip, ";".join(asked).split(";")):
        rows = duckdb.connect().execute(query).fetchall()
        assert rows, f"nothing is found by {query}"
    print(f"  {len(asked)} queries of docs/formats.md")


def every_field():
    """A corpus whose report has every optional field."""
    story = (
        "The harbour master of Larkwick said on Tuesday that the old lighthouse would be lit again"
        " in spring, after {} in the dark. Volunteers had carried four tons of glass up the spiral"
        " stairs, and a clockmaker repaired the turning gear for nothing but a seat at the lighting"
        "."
    )
    filed = (
        "The company has filed its annual report with the exchange. The report is to be had from"
        " its pages, and a printed copy is sent on request to whoever asks for it in writing."
    )
    part = {"read": "part", "read_share": 0.4, "text": "Wheat prices fell as rain came. " * 9}
    note = "This item first appeared in the Morning Letter, which goes out at six."
    return [
        {
            "id": "one\u001b[2J",
            "text": story.format("eleven years"),
            "source": "Courier",
            "date": "2026-03-01",
            "title": "Licht über Larkwick 🦀",
        },
        {
            "id": "größe",
            "text": "🦀 Größe\n\n" + story.format("a dozen years"),
            "source": "Post",
            "date": "2026-03-02",
        },
        {"id": "acme", "text": filed, "title": "Acme Tools: annual report"},
        {"id": "bolt", "text": filed, "title": "Bolt Freight: annual report"},
        {"id": "part", **part},
        {"id": "part", **part},
        {"id": "again", "text": "one two three four five six seven eight. " * 30},
        *(
            {
                "id": f"letter-{own}",
                "source": "Letter",
                "text": " ".join(f"{own}{n}" for n in range(60)) + f".\n\n{note}",
            }
            for own in ["river", "market", "school", "bridge"]
        ),
    ]


def main():
    if os.environ.get("NEARCOPY_TABLES") is None:
        environ = {**os.environ, "NEARCOPY_TABLES": "1"}
        sys.exit(subprocess.run([environment(), HERE, *sys.argv[1:]], env=environ).returncode)
    program, given_corpus = os.path.abspath(sys.argv[1]), sys.argv[2:3]
    with tempfile.TemporaryDirectory() as at:
        at = Path(at)
        for corpus in given_corpus:
            check(program, os.path.abspath(corpus), sys.argv[3:], at)
            return
        fields = at / "fields.jsonl"
        fields.write_text("".join(json.dumps(record) + "\n" for record in every_field()), "utf-8")
        check(program, fields, [], at)
        said = (at / "out/found.json").read_text("utf-8")
        names = [
            "title",
            "source",
            "date",
            "read_share",
            "record",
            "titles",
            "period",
            "note",
            "earlier",
            "equal_words_a",
        ]
        missing = [name for name in names if f'"{name}":' not in said]
        assert not missing, f"the corpus has no {missing}"
        os.chdir(ROOT)
        for options in [["--all-pairs"], []]:
            folder = check(program, ROOT / "seeds", options, at)
        # The ids of the documents' examples are those of a scan of `seeds`.
        command = [program, "scan", "seeds", "-q", "--brief", "-o", f"parquet={folder}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        queries(folder)


if __name__ == "__main__":
    main()
