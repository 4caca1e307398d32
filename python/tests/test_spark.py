"""Scans of data frames: the bytes of the command line, whatever the partitions. On Sail, or on the
Spark that NEARCOPY_SPARK names as its master (``local[2]``).
"""

from __future__ import annotations

import datetime
import json
import os
import random
import re
import subprocess
import sys
import warnings

import pytest

import nearcopy

MASTER = os.environ.get("NEARCOPY_SPARK")
if not MASTER:
    pytest.importorskip("pysail", reason="pysail is not installed")
pytest.importorskip("pyspark", reason="pyspark-client is not installed")

import nearcopy.spark

SCHEMA = "id string, text string, title string, source string, date string"
FIELDS = ("id", "text", "title", "source", "date")
WORDS = [
    f"{a}{b}{c}"
    for a in ("bar", "den", "fol", "gri", "hum", "jor", "kel", "lam", "mon", "nes", "pol", "ras")
    for b in ("a", "e", "i", "o", "u")
    for c in ("ting", "per", "lock", "ward", "ses", "nd", "ry", "st")
]


@pytest.fixture(scope="module")
def spark():
    warnings.simplefilter("ignore")
    from pyspark.sql import SparkSession

    if MASTER:
        local = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        builder = SparkSession.builder.master(MASTER).config("spark.ui.enabled", "false")
        session = builder.config(map={**local, "spark.sql.shuffle.partitions": "4"}).getOrCreate()
        yield session
        session.stop()
        return
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer(port=0)
    server.start(background=True)
    _, port = server.listening_address
    session = SparkSession.builder.remote(f"sc://localhost:{port}").getOrCreate()
    yield session
    session.stop()
    server.stop()


def article(dice: random.Random) -> list[str]:
    """Some paragraphs of some sentences."""
    number = lambda: f" {dice.randrange(1, 900)}" if dice.random() < 0.3 else ""  # noqa: E731
    words = lambda: " ".join(dice.choice(WORDS) for _ in range(dice.randrange(6, 14)))  # noqa: E731
    sentence = lambda: f"{words().capitalize()}{number()}."  # noqa: E731
    return [
        " ".join(sentence() for _ in range(dice.randrange(2, 4)))
        for _ in range(dice.randrange(2, 6))
    ]


def edited(article: list[str], share: float, dice: random.Random) -> list[str]:
    def word(old: str) -> str:
        return dice.choice(WORDS) if dice.random() < share else old

    return [" ".join(word(w) for w in paragraph.split(" ")) for paragraph in article]


def title(n: int) -> str:
    return (
        f"{WORDS[11 * n % len(WORDS)]} {WORDS[17 * n % len(WORDS)]} of the {n % 9}th".capitalize()
    )


def corpus(count: int, seed: int = 1, sources: bool = True) -> list[dict]:
    """News with copies, near-copies, quotations, notes, titles, dates, equal texts, ids that are
    there twice, texts without a word and null texts.
    """
    dice = random.Random(seed)
    half = count // 2
    rows = []
    for n in range(count):
        own = article(random.Random(1000 + n % half))
        text = "\n\n".join(edited(own, 0.06 * (n // half), dice))
        if n % 7 == 0:
            text += "\n\nSign up for the evening letter of the paper and its friends."
        if n % 5 == 0:
            text += "\n\n" + article(random.Random(1000 + (n + 3) % half))[0]
        rows.append(
            {
                "id": f"d{n % (count - 3)}",
                "text": text,
                "title": title(n % half) if n % 4 else None,
                "source": f"outlet {n % 3}" if sources else None,
                "date": f"2026-03-{1 + n % half % 28:02}" if n % 6 else None,
            }
        )
    rows += [dict(row) for row in rows[:2]]
    firms = ("Acme Steel", "Brighton Gas", "Corvin Rail")
    for n, firm in enumerate(firms):
        notice = "Quarterly dividend 12 cts a share, as before. Payable on April 30 to holders."
        rows.append(dict(rows[5], id=f"f{n}", title=f"{firm} sets payout", text=notice))
    rows += [dict(row, id=f"e{n}") for n, row in enumerate(rows[:4])]
    rows += [dict(rows[0], id="null", text=None), dict(rows[0], id="blank", text=" ")]
    return rows


def frame(spark, rows, partitions=None, seed=0):
    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)
    df = spark.createDataFrame([tuple(row[f] for f in FIELDS) for row in shuffled], SCHEMA)
    return df if partitions is None else df.repartition(partitions)


def of_command_line(rows, tmp_path, *flags) -> str:
    program = os.environ.get("NEARCOPY_PROGRAM")
    if not program:
        pytest.skip("NEARCOPY_PROGRAM names no program")
    file = tmp_path / "corpus.jsonl"
    given = ({k: v for k, v in row.items() if v is not None or k == "text"} for row in rows)
    file.write_text("".join(json.dumps(row) + "\n" for row in given), encoding="utf-8")
    command = [program, "scan", str(file), "--format", "json", "-q", *flags]
    found = subprocess.run(command, check=True, capture_output=True).stdout.decode()
    return re.sub(r'"path":"[^"]*","record":\d+,', "", found)


def first_difference(a: str, b: str) -> str:
    for left, right in zip(a.split("\n"), b.split("\n")):
        if left != right:
            return f"{left[:600]}\n{right[:600]}"
    return f"{len(a)} and {len(b)} bytes"


def same(found, wanted: str) -> None:
    got = found.to_json()
    assert got == wanted, first_difference(got, wanted)


@pytest.mark.parametrize("partitions, parts", [(1, 1), (3, 3), (8, 8), (8, 3)])
def test_the_bytes_are_the_command_lines(spark, tmp_path, partitions, parts):
    rows = corpus(60)
    wanted = of_command_line(rows, tmp_path)
    assert wanted.count('"relation":"near-copy"') > 20
    df = frame(spark, rows, partitions, seed=partitions)
    with nearcopy.spark.find(df, parts=parts) as found:
        same(found, wanted)


def test_settings_and_documents_without_a_source(spark, tmp_path):
    rows = corpus(60, sources=False)
    flags = ("--all-pairs", "--preset", "ocr", "--max-bucket", "4", "--max-frequency", "3")
    wanted = of_command_line(rows, tmp_path, *flags)
    settings = {"all_pairs": True, "preset": "ocr", "max_bucket": 4, "max_frequency": 3}
    with nearcopy.spark.find(frame(spark, rows, 4), parts=3, **settings) as found:
        same(found, wanted)


def test_a_hot_bucket_and_a_chain(spark, tmp_path):
    dice = random.Random(5)
    story, chained = article(dice), article(dice) + article(dice)
    rows = []
    for n in range(300):
        text = "\n\n".join(edited(story, 0.02, dice))
        rows.append(dict.fromkeys(FIELDS) | {"id": f"hot{n}", "text": text})
    for n in range(60):
        rows.append(dict.fromkeys(FIELDS) | {"id": f"link{n}", "text": "\n\n".join(chained)})
        chained = edited(chained, 0.09, dice)
    wanted = of_command_line(rows, tmp_path, "--max-bucket", "20")
    with nearcopy.spark.find(frame(spark, rows, 3), parts=5, max_bucket=20) as found:
        same(found, wanted)


def test_keys_with_the_highest_bit(spark, tmp_path):
    import pyarrow as pa

    from nearcopy import _input, _nearcopy

    dice = random.Random(9)
    rows = []
    for n in range(200):
        text = article(dice) + article(dice)
        for copy, share in (("a", 0), ("b", 0), ("c", 0.05)):
            told = "\n\n".join(edited(text, share, dice))
            rows.append(dict.fromkeys(FIELDS) | {"id": f"{n}{copy}", "text": told})
    table = pa.Table.from_pylist([{name: row[name] for name in ("id", "text")} for row in rows])
    keys, _ = _nearcopy.spark_keys(_input.columns(table))
    # The keys of documents are columns of the engine, and half of all keys of texts are as large:
    # of 2^63 and more, which Sail would make null as numbers without a sign.
    high = [row for row, key in zip(rows, keys) if key[0] >= 0x80]
    assert 200 < len(high) < 400
    wanted = of_command_line(high, tmp_path)
    assert wanted.count('"relation":"near-copy"') > 40
    with nearcopy.spark.find(frame(spark, high, 3), parts=3) as found:
        same(found, wanted)
        assert len(json.loads(wanted)["equal"]) > 20


@pytest.mark.parametrize("parts", [1, 3, 8])
def test_clusters_and_repeats_of_several_parts(spark, tmp_path, parts):
    dice = random.Random(11)
    rows = []
    # Chains of texts, each like the one before it, with a sentence and a paragraph that others have.
    sentence = " ".join(dice.choice(WORDS) for _ in range(25))
    for chain in range(10):
        told, quoted = article(random.Random(chain)), article(random.Random(chain + 1))[0]
        for n in range(8):
            text = "\n\n".join(told)
            text += f"\n\n{quoted}" if n % 4 == 0 else ""
            text += f"\n\nOn day {chain} of {n} {sentence}, he said." if n % 5 == 1 else ""
            rows.append(dict.fromkeys(FIELDS) | {"id": f"{chain}-{n}", "text": text})
            told = edited(told, 0.09, dice)
    # A paragraph that is in one text twice, and in another one once; one in a text too short for
    # keys of its own.
    paragraph, short = " ".join(article(dice)), "Closed on Sundays and on holidays."
    rows[3]["text"] += f"\n\n{paragraph}\n\n{article(dice)[0]}\n\n{paragraph}"
    rows[73]["text"] += f"\n\n{paragraph}\n\n{short}"
    rows[41]["text"] += f"\n\n{short}"
    rows.append(dict.fromkeys(FIELDS) | {"id": "short", "text": f"{short}\n\n{short}"})
    wanted = of_command_line(rows, tmp_path)
    scratch = tmp_path / "scratch"
    with nearcopy.spark.find(
        frame(spark, rows, 3), parts=parts, scratch=f"file://{scratch}"
    ) as found:
        same(found, wanted)
    report = json.loads(wanted)
    assert max(len(cluster["members"]) for cluster in report["clusters"]) > 2
    begin = [repeat["text"][:30] for repeat in report["repeats"]]
    assert short[:30] in begin and paragraph[:30] in begin
    # A plan says which texts a part needs, so that few parts are carried out a second time.
    for stage in ("shared-windows", "reported", "findings"):
        assert len(list(scratch.glob(f"*/0*[0-9]-{stage}"))) == 1, stage
    assert len(list(scratch.glob("*/0*[0-9]-clusters"))) <= 3


def test_empty_partitions_and_few_documents(spark, tmp_path):
    rows = corpus(60)[:2]
    wanted = of_command_line(rows, tmp_path)
    with nearcopy.spark.find(frame(spark, rows, 7), parts=4) as found:
        same(found, wanted)
        assert found.pairs.count() == 0
    none = frame(spark, rows).where("id = 'nobody'")
    with nearcopy.spark.find(none, parts=2) as found:
        assert json.loads(found.to_json())["summary"]["documents"] == 0
    with pytest.raises(nearcopy.Error, match="findings are closed"):
        found.pairs


def test_a_long_report_is_fetched_some_pieces_at_a_time(spark, tmp_path, monkeypatch):
    rows = corpus(60)
    wanted = of_command_line(rows, tmp_path)
    # Where tasks run in processes of their own they make one piece of it.
    monkeypatch.setattr(nearcopy._spark_tasks, "PIECE", 1000)
    with nearcopy.spark.find(frame(spark, rows, 2), parts=2) as found:
        same(found, wanted)
        report = tmp_path / "report.json"
        assert found.to_json(str(report)) is None
        assert report.read_text(encoding="utf-8") == wanted
        assert not list(tmp_path.glob("*.partial"))
        rows = found._run.read("json", found._json)
        lost = rows.where("number != 1")
        if rows.count() > 1:
            with pytest.raises(nearcopy.Error, match="pieces of the report are missing"):
                list(found._data(lost))


def test_the_frames_are_the_parquet_report(spark, tmp_path):
    program = os.environ.get("NEARCOPY_PROGRAM")
    rows = corpus(40)
    of_command_line(rows, tmp_path)
    command = [program, "scan", "corpus.jsonl", "-o", "parquet=tables", "-q"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    import pyarrow.parquet as pq

    with nearcopy.spark.find(frame(spark, rows, 3), parts=3) as found:
        for name in nearcopy.spark.TABLES:
            wanted = pq.read_table(tmp_path / "tables" / f"{name}.parquet").to_pylist()
            for row in wanted:
                row.update((field, None) for field in ("path", "record") if field in row)
            got = [row.asDict(recursive=True) for row in getattr(found, name).collect()]
            assert got == wanted, name
            assert name in ("titles",) or wanted
        assert found.summary == json.loads(found.to_json())["summary"]
        assert found.summary["skipped"] == [{"reason": "no-text", "count": 1}]


def test_columns_of_other_names_and_types(spark, tmp_path):
    rows = corpus(40)[:40]
    for n, row in enumerate(rows):
        row["id"] = n
        row["date"] = datetime.datetime(2026, 3, 1 + n % 20, n % 24, 5)
    schema = "nr bigint, body string, head string, outlet string, came timestamp"
    values = [tuple(row[f] for f in FIELDS) for row in rows]
    df = spark.createDataFrame(values, schema)
    for row in rows:
        row["id"], row["date"] = str(row["id"]), row["date"].isoformat()
    wanted = of_command_line(rows, tmp_path)
    names = {"id": "nr", "text": "body", "title": "head", "source": "outlet", "date": "came"}
    with nearcopy.spark.find(df, parts=2, **names) as found:
        same(found, wanted)


def test_what_dedupe_leaves(spark, tmp_path):
    program = os.environ.get("NEARCOPY_PROGRAM")
    rows = corpus(60)
    of_command_line(rows, tmp_path)
    command = [program, "dedupe", "corpus.jsonl", "-o", "clean.jsonl", "--max-removed", "100%"]
    subprocess.run([*command, "-q"], cwd=tmp_path, check=True, capture_output=True)

    def texts(lines) -> list[tuple]:
        return sorted((row["id"], row["text"] or "") for row in lines if row["text"])

    left = [json.loads(line) for line in (tmp_path / "clean.jsonl").read_text().splitlines()]
    got = nearcopy.spark.dedupe(frame(spark, rows, 3), parts=3)
    assert got.columns == list(FIELDS)
    got = [row.asDict() for row in got.collect()]
    assert texts(got) == texts(left)
    assert len(texts(left)) < 50
    assert sum(row["text"] is None for row in got) == 1


def test_against_a_reference(spark):
    rows = corpus(60, sources=False)[:60]
    known = [dict(row, id=f"r{n}") for n, row in enumerate(rows[:10])]
    got = nearcopy.spark.against(frame(spark, rows, 2), frame(spark, known), parts=2)
    left = {row.text for row in got.collect()}
    assert not left & {row["text"] for row in known}
    # Those of which there is no copy, and one of each two that are copies of each other.
    assert 15 <= len(left) <= 25


def bad(spark, df, **names) -> str:
    with pytest.raises(nearcopy.Error) as raised:
        nearcopy.spark.find(df, parts=2, **names).to_json()
    return str(raised.value)


def test_what_is_wrong_is_named(spark, monkeypatch):
    df = frame(spark, corpus(40)[:5])
    assert "no column 'body' (text=...)" in bad(spark, df, text="body")
    assert "no column with a text: name it (text=...)" in bad(spark, df.select("id"))
    assert "list of builtins" in bad(spark, [{"id": "1", "text": "one"}])
    assert "rename '__nearcopy_key'" in bad(spark, df.selectExpr("*", "1 as __nearcopy_key"))
    assert "no column with an id" in bad(spark, df.drop("id"))
    assert "'text' (text) is of type int" in bad(spark, df.selectExpr("id", "1 as text"))
    assert "array" in bad(spark, df.selectExpr("array(id) as id", "text"))
    nulls = df.selectExpr("text", "if(id = 'd1', null, id) as id")
    assert "have no id (null)" in bad(spark, nulls)
    assert "threads: a number from 1" in bad(spark, df, threads=0)
    with pytest.raises(Exception, match="/proc/nowhere"):
        nearcopy.spark.find(df, scratch="file:///proc/nowhere")
    with pytest.raises(TypeError, match="near_copy_larger"):
        nearcopy.spark.find(df, near_copy_larg=0.4)
    with pytest.raises(nearcopy.SettingError, match="no stage of a cluster carries"):
        nearcopy.spark.dedupe(df, keep="field:score")
    with pytest.raises(nearcopy.SettingError):
        nearcopy.spark.find(df, near_copy_larger=4.0)
    null_text = frame(spark, [dict(corpus(40)[0], text=None)])
    with pytest.raises(nearcopy.InputError, match="text is missing"):
        nearcopy.spark.find(null_text, on_bad="raise", parts=1)


def test_what_an_engine_loses_is_named(spark, monkeypatch):
    from nearcopy._spark_run import Run

    df = frame(spark, corpus(40)[:20])
    spread = Run.spread
    lost = lambda run, rows, tasks: spread(run, rows.where("kind != 'task'"), tasks)  # noqa: E731
    monkeypatch.setattr(Run, "spread", lost)
    assert "classes was begun for 1 tasks, and 0 have ended" in bad(spark, df)
    # The rows of a task here and there, and each of them called.
    twice = lambda run, rows, tasks: rows.union(run._calls([1])).repartition(2)  # noqa: E731
    monkeypatch.setattr(Run, "spread", twice)
    assert "run it again" in bad(spark, df)


@pytest.mark.parametrize("stage", ["clusters", "shared-windows", "reported"])
def test_a_lost_task_of_the_last_stages_is_named(spark, monkeypatch, stage):
    from nearcopy._spark_run import Run

    spread, carry_out = Run.spread, Run.carry_out

    def losing(run, name, *rest):
        if name == stage:
            lost = "kind != 'task' or task != 2"
            monkeypatch.setattr(
                Run, "spread", lambda run, rows, tasks: spread(run, rows.where(lost), tasks)
            )
        return carry_out(run, name, *rest)

    monkeypatch.setattr(Run, "carry_out", losing)
    said = bad(spark, frame(spark, corpus(40)[:20]))
    assert f"the stage {stage} was begun for 2 tasks, and 1 have ended" in said


@pytest.mark.skipif(not MASTER, reason="the tasks of Sail are threads of this process")
def test_a_task_that_dies_is_named(spark):
    df = frame(spark, corpus(40)[:5])

    def dying(batches):
        for batch in batches:
            if "d3" in batch.column(0).to_pylist():
                os._exit(9)
            yield batch

    said = bad(spark, df.mapInArrow(dying, df.schema))
    assert "take more parts" in said and "Python worker" in said


def test_the_reason_is_the_last_cause_that_says_one():
    from nearcopy._spark_run import _reason

    trace = ["An error occurred while calling o7.parquet.", ": org.apache.Failed: Job aborted"]
    assert _reason("\n".join(trace)) == "org.apache.Failed: Job aborted"
    trace += ["\tat org.apache.run(Task.scala:147)", "Caused by: org.apache.Died: Python worker"]
    trace += ["\tat org.apache.read(Run.scala:1)", "Caused by: java.io.EOFException"]
    assert _reason("\n".join(trace)) == "Caused by: org.apache.Died: Python worker"


def test_another_version_is_refused(spark, monkeypatch):
    df = frame(spark, corpus(40)[:5])
    monkeypatch.setattr(nearcopy.spark, "VERSION", "0.0.1")
    assert "install the same wheel" in bad(spark, df)


def test_nothing_is_imported_before_a_call():
    code = "import sys, nearcopy.spark; print('pyspark' in sys.modules, 'pyarrow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert done.stdout.split() == [b"False", b"False"]
