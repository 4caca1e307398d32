#!/usr/bin/env python3
"""Scans of data frames beside the command line: whether the reports are equal, and the time.

    NEARCOPY_PROGRAM=target/release/nearcopy benches/spark.py [--engine sail] ARTICLES.jsonl …
    NEARCOPY_PROGRAM=… benches/spark.py --engine 'local[2]' --hot 500000 --chain 20000

Each line of the table is one corpus. `direct` is the command line with two threads, `find` the data
frame up to the findings, `report` its JSON; `CPU` is the processor time of all processes, which
says more where others use the machine; `kept` are the bytes that one stage hands to the next, per
document, and `shuffled` those that Spark has shuffled (Sail does not say). With `--stages` each
stage is a line on standard error. It fails if a report differs.

The engine is Sail in this process (`sail`), Sail with two workers (`sail-workers`), or a master of
Spark (`local[2]`, `spark://…`), whichever pyspark the Python that runs this has. The articles are
JSON lines with `id`, `text`, and `title`, `source`, `date` where they have them. `--hot N` makes N
texts of one story, of which each has other words at its end; `--chain N` a story that is
told again N times, each time after the one before.
"""

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

FIELDS = ("id", "text", "title", "source", "date")
WORKERS = {
    "SAIL_MODE": "local-cluster",
    "SAIL_CLUSTER__WORKER_INITIAL_COUNT": "2",
    "SAIL_CLUSTER__WORKER_MAX_COUNT": "2",
}


def session(engine, memory):
    """A session, and the name and version of what carries it out."""
    warnings.simplefilter("ignore")
    if engine.startswith("sail"):
        if engine == "sail-workers":
            os.environ.update(WORKERS)
        import pysail
        from pysail.spark import SparkConnectServer
        from pyspark.sql import SparkSession

        server = SparkConnectServer(port=0)
        server.start(background=True)
        port = server.listening_address[1]
        spark = SparkSession.builder.remote(f"sc://localhost:{port}").getOrCreate()
        # The server ends with its session, so it has to be held.
        spark.nearcopy_server = server
        return spark, f"{engine} {pysail.__version__}"
    from pyspark.sql import SparkSession

    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": memory,
        "spark.executor.memory": memory,
        "spark.driver.maxResultSize": "0",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master(engine)
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark, f"Spark {spark.version} {engine}"


def processor_seconds():
    """What this process and those that it has started have used, those that have ended included."""
    fields, children = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        fields[int(folder.name)] = sum(map(int, stat[11:15]))
        children.setdefault(int(stat[1]), []).append(int(folder.name))
    ticks, tree = 0, [os.getpid()]
    while tree:
        process = tree.pop()
        ticks += fields.get(process, 0)
        tree += children.get(process, [])
    return ticks / os.sysconf("SC_CLK_TCK")


class Clock:
    """Seconds of wall and processor time since it was made."""

    def __init__(self):
        self.wall, self.work = time.monotonic(), processor_seconds()

    def read(self):
        return time.monotonic() - self.wall, processor_seconds() - self.work


# -- corpora


def articles(path):
    """The documents of a file, with the columns of documents as strings."""
    with open(path, encoding="utf-8") as lines:
        for n, line in enumerate(lines, 1):
            given = json.loads(line)
            row = {name: str(given[name]) for name in FIELDS if given.get(name) is not None}
            row.setdefault("id", f"line {n}")
            yield row


def words(dice, count):
    syllables = ("ba", "den", "fol", "gri", "hu", "jor", "kel", "la", "mon", "nes", "po", "ras")
    return [
        "".join(dice.choice(syllables) for _ in range(dice.randrange(2, 5))) for _ in range(count)
    ]


def hot(count):
    """Texts that share all of their words but the last ones: one bucket has them all."""
    dice = random.Random(7)
    story = " ".join(words(dice, 60))
    for n in range(count):
        yield {"id": f"hot-{n}", "text": f"{story} {' '.join(words(dice, 2))} {n}."}


def chain(count):
    """Texts of which each is like the one before it, and the first and the last have nothing in
    common."""
    dice = random.Random(8)
    told = words(dice, 60)
    for n in range(count):
        yield {"id": f"link-{n}", "text": " ".join(told) + "."}
        told = [word if dice.random() > 0.06 else words(dice, 1)[0] for word in told]


def written(rows, folder):
    """The documents as lines and as a table; their number and bytes."""
    names = FIELDS
    columns = {name: [] for name in names}
    size = 0
    with open(f"{folder}/articles.jsonl", "w", encoding="utf-8") as lines:
        for row in rows:
            lines.write(json.dumps(row) + "\n")
            size += len(row["text"].encode())
            for name in names:
                columns[name].append(row.get(name))
    arrays = {name: pa.array(column, pa.large_string()) for name, column in columns.items()}
    some = {name: a for name, a in arrays.items() if a.null_count < len(a) or name == "text"}
    table = pa.table({name: column.cast(pa.string()) for name, column in some.items()})
    pq.write_table(table, f"{folder}/articles.parquet", row_group_size=4096)
    return table.num_rows, size


# -- one line of the table


def of_command_line(folder, flags):
    """The report of the command line, without what a row of a table has not, and its time."""
    program = os.environ["NEARCOPY_PROGRAM"]
    command = [program, "scan", f"{folder}/articles.jsonl", "--format", "json", "-q"]
    report, clock = f"{folder}/direct.json", Clock()
    with open(report, "wb") as out:
        subprocess.run([*command, "--threads", "2", *flags], check=True, stdout=out)
    seconds = clock.read()
    text = Path(report).read_text(encoding="utf-8")
    return re.sub(r'"path":"[^"]*","record":\d+,', "", text), seconds


def timed_stages():
    """Each stage of a run is a line on standard error."""
    from nearcopy._spark_run import Run

    keep = Run.keep

    def timed(self, frame, name):
        clock = Clock()
        folder = keep(self, frame, name)
        wall, work = clock.read()
        size = bytes_in(folder.removeprefix("file://"))
        times = f"{wall:7.2f} s, CPU {work:7.2f} s"
        print(f"  {name:20} {times} {size:12} bytes", file=sys.stderr, flush=True)
        return folder

    Run.keep = timed


def bytes_in(folder):
    return sum(f.stat().st_size for f in Path(folder).rglob("*") if f.is_file())


def shuffled(spark):
    """The bytes that Spark has written for its shuffles so far."""
    context = getattr(spark, "_sc", None)
    if context is None:
        return None
    executors = context._jsc.sc().statusStore().executorList(False)
    return sum(executors.apply(n).totalShuffleWrite() for n in range(executors.size()))


def line(spark, rows, args, flags):
    """One corpus: the columns of its line, and whether the bytes are the same."""
    import nearcopy.spark

    with tempfile.TemporaryDirectory(dir=args.scratch) as folder:
        documents, size = written(rows, folder)
        wanted, direct = of_command_line(folder, flags)
        df = spark.read.parquet(f"file://{folder}/articles.parquet").repartition(args.partitions)
        before = shuffled(spark)
        kept, clock = f"{folder}/kept", Clock()
        settings = {"max_bucket": args.max_bucket} if args.max_bucket else {}
        found = nearcopy.spark.find(df, parts=args.parts, scratch=f"file://{kept}", **settings)
        find = clock.read()
        moved = None if before is None else (shuffled(spark) - before) / max(1, documents)
        report = f"{folder}/found.json"
        found.to_json(report)
        whole = clock.read()
        got = Path(report).read_text(encoding="utf-8")
        if got != wanted and args.differing:
            shutil.copy(report, f"{args.differing}.data-frame.json")
            Path(f"{args.differing}.direct.json").write_text(wanted, encoding="utf-8")
        per_document = bytes_in(kept) / max(1, documents)
    load = os.getloadavg()[0]
    cells = [f"{documents:,}", f"{size / 1e6:.1f}"]
    cells += [f"{seconds:.1f}" for seconds in (*direct, *find, whole[0] - find[0])]
    cells += [f"{per_document:.0f}", "–" if moved is None else f"{moved:.0f}", f"{load:.1f}"]
    return cells, got == wanted


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("articles", nargs="*")
    parser.add_argument("--engine", default="sail", help="sail, sail-workers or a master of Spark")
    parser.add_argument("--parts", type=int, default=8)
    parser.add_argument("--partitions", type=int, default=8)
    parser.add_argument("--hot", type=int, default=0, metavar="N")
    parser.add_argument("--chain", type=int, default=0, metavar="N")
    parser.add_argument("--max-bucket", type=int)
    parser.add_argument("--memory", default="6g", help="of Spark's processes")
    parser.add_argument("--stages", action="store_true", help="the time of each job")
    parser.add_argument("--scratch", help="a folder for what is kept")
    parser.add_argument("--differing", metavar="PATH", help="where reports that differ go")
    args = parser.parse_args()
    flags = ["--max-bucket", str(args.max_bucket)] if args.max_bucket else []
    corpora = [(Path(path).stem, articles(path)) for path in args.articles]
    corpora += [(f"hot bucket {args.hot}", hot(args.hot))] if args.hot else []
    corpora += [(f"chain {args.chain}", chain(args.chain))] if args.chain else []
    if args.stages:
        timed_stages()
    spark, engine = session(args.engine, args.memory)
    head = "corpus|engine|documents|MB|direct s|its CPU s|find s|its CPU s|report s"
    head += "|kept|shuffled|load|bytes"
    print(f"| {' | '.join(head.split('|'))} |\n|{'---|' * len(head.split('|'))}", flush=True)
    failed = False
    for name, rows in corpora:
        cells, same = line(spark, rows, args, flags)
        failed |= not same
        cells = [name, engine, *cells, "equal" if same else "NOT EQUAL"]
        print(f"| {' | '.join(cells)} |", flush=True)
    spark.stop()
    sys.exit(failed)


if __name__ == "__main__":
    main()
