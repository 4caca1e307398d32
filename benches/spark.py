#!/usr/bin/env python3
"""A scan of a data frame beside the command line: the time of each stage, the bytes that are kept
between stages, and whether the report has the same bytes.

Usage: benches/spark.py ARTICLES.jsonl [--parts 8] [--partitions 8] [--master local[2]]
NEARCOPY_PROGRAM names the command line. Without --master it runs on Sail, in this process.
"""

import argparse
import json
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

import nearcopy.spark
from nearcopy._spark_run import Run

FIELDS = ("id", "text", "title", "source", "date")


def session(master):
    if master is None:
        from pysail.spark import SparkConnectServer

        server = SparkConnectServer(port=0)
        server.start(background=True)
        port = server.listening_address[1]
        return SparkSession.builder.remote(f"sc://localhost:{port}").getOrCreate()
    builder = SparkSession.builder.master(master).config("spark.ui.enabled", "false")
    for name in ("host", "bindAddress"):
        builder = builder.config(f"spark.driver.{name}", "127.0.0.1")
    return builder.config("spark.driver.memory", "4g").getOrCreate()


def table(articles, path):
    """The articles as Parquet, with the columns of documents, as strings."""
    with open(articles, encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    names = [name for name in FIELDS if any(name in row for row in rows)]
    text = lambda value: None if value is None else str(value)  # noqa: E731
    columns = {name: [text(row.get(name)) for row in rows] for name in names}
    pq.write_table(pa.table(columns), path, row_group_size=4096)
    return len(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("articles")
    parser.add_argument("--parts", type=int, default=8)
    parser.add_argument("--partitions", type=int, default=8)
    parser.add_argument("--master")
    args = parser.parse_args()
    command = [os.environ["NEARCOPY_PROGRAM"], "scan", args.articles, "--format", "json", "-q"]
    began = time.monotonic()
    done = subprocess.run([*command, "--threads", "2"], check=True, capture_output=True)
    direct = time.monotonic() - began
    wanted = re.sub(r'"path":"[^"]*","record":\d+,', "", done.stdout.decode())
    keep = Run.keep

    def timed(self, frame, name):
        began = time.monotonic()
        folder = keep(self, frame, name)
        print(f"{name:20} {time.monotonic() - began:7.2f} s", flush=True)
        return folder

    Run.keep = timed
    with tempfile.TemporaryDirectory() as folder:
        spark = session(args.master)
        documents = table(args.articles, f"{folder}/articles.parquet")
        df = spark.read.parquet(f"file://{folder}/articles.parquet").repartition(args.partitions)
        df.count()
        began = time.monotonic()
        scratch = f"file://{folder}/kept"
        found = nearcopy.spark.find(df, parts=args.parts, scratch=scratch)
        scanned = time.monotonic() - began
        same = found.to_json() == wanted
        kept = sum(f.stat().st_size for f in Path(folder, "kept").rglob("*") if f.is_file())
    print(
        f"{documents} documents; direct {direct:.2f} s on two threads; data frame {scanned:.2f} s"
    )
    print(f"kept {kept} bytes; the same bytes: {same}")


main()
