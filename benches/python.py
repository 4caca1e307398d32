#!/usr/bin/env python3
"""What Python costs: scans from lists and data frames beside the command line, an index asked by
threads, and how soon Ctrl-C is obeyed.

    benches/python.py CORPUS.jsonl [--nearcopy PROGRAM] [--runs 5] [--documents 100000] [--interrupt
    BIG.jsonl]

CORPUS has an "id" and a "text" a line. Run it with a Python in which nearcopy, pandas, polars and
pyarrow are installed. Each scan takes documents that are in memory already to a report as JSON; the
command line reads the file, scans, and writes the same JSON to a pipe, so its time holds more. They
run in turn, `--runs` times; the medians are shown. `--documents` are brought to a new index by 1,
2, 4 and 8 threads calling check_and_add, each call synced to disk; texts are those of the corpus,
cut into pieces of some 200 words where it has too few. `--interrupt` scans a large corpus in a
process of its own and interrupts it at ten moments.
"""

import argparse
import json
import os
import platform
import queue
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import nearcopy

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def arguments():
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("corpus")
    p.add_argument("--nearcopy", default=os.path.join(ROOT, "target", "release", "nearcopy"))
    p.add_argument("--runs", type=int, default=5)
    p.add_argument("--documents", type=int, default=100_000)
    p.add_argument("--interrupt")
    return p.parse_args()


def read(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def scans(args, rows):
    import pandas, polars, pyarrow

    inputs = {
        "list of dicts": rows,
        f"pandas {pandas.__version__}": pandas.DataFrame(rows),
        f"polars {polars.__version__}": polars.DataFrame(rows),
        f"pyarrow {pyarrow.__version__}": pyarrow.Table.from_pylist(rows),
    }
    times = {name: [] for name in ["command line", *inputs]}
    for turn in range(args.runs + 1):
        begin = time.perf_counter()
        command = [args.nearcopy, "scan", args.corpus, "--format", "json", "--quiet"]
        wanted = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.decode()
        times["command line"].append(time.perf_counter() - begin)
        for name, given in inputs.items():
            begin = time.perf_counter()
            found = nearcopy.scan(given, path=args.corpus).to_json()
            times[name].append(time.perf_counter() - begin)
            assert found == wanted, f"{name}: another report than the command line's"
    usual = statistics.median(times["command line"][1:])
    print(
        f"\n| {len(rows)} documents | seconds | of the command line's | report |\n|---|---|---|---|"
    )
    for name, each in times.items():
        middle = statistics.median(each[1:])
        print(
            f"| {name} | {middle:.2f} | {middle / usual:.2f} | "
            f"{'the same bytes' if name in inputs else ''} |"
        )


def texts(rows, count):
    """As many different texts as are wanted: those of the corpus, then pieces of them put together
    by chance.
    """
    given = [row["text"] for row in rows]
    pieces = [piece for text in given for piece in text.split("\n\n") if len(piece) > 200]
    chance = random.Random(1)
    while len(given) < count:
        given.append("\n\n".join(chance.sample(pieces, 3)))
    return given[:count]


def index(given, threads):
    with (
        tempfile.TemporaryDirectory() as folder,
        nearcopy.Index(os.path.join(folder, "seen")) as index,
    ):
        waiting = queue.SimpleQueue()
        for item in enumerate(given):
            waiting.put(item)
        added = []

        def work():
            kept = 0
            while True:
                try:
                    number, text = waiting.get_nowait()
                except queue.Empty:
                    added.append(kept)
                    return
                kept += index.check_and_add(number, text).added is not None

        workers = [threading.Thread(target=work) for _ in range(threads)]
        begin = time.perf_counter()
        [w.start() for w in workers]
        [w.join() for w in workers]
        seconds = time.perf_counter() - begin
        assert sum(added) == len(index) and index.verify()["wrong"] == 0
        return seconds, sum(added)


CHILD = """
import json, signal, sys, time, nearcopy
# Started in the background of a shell, a process ignores it.
signal.signal(signal.SIGINT, signal.default_int_handler)
texts = [json.loads(line)["text"] for line in open(sys.argv[1], encoding="utf-8")]
said = []
def progress(*now):
    if not said: said.append(print("at work", flush=True))
try:
    nearcopy.scan(texts, progress=progress)
    print("done", time.time(), flush=True)
except KeyboardInterrupt:
    print("interrupted", time.time(), flush=True)
"""


def interrupt(path, after):
    child = subprocess.Popen([sys.executable, "-c", CHILD, path], stdout=subprocess.PIPE, text=True)
    child.stdout.readline()
    time.sleep(after)
    sent = time.time()
    child.send_signal(signal.SIGINT)
    word, when = child.stdout.readline().split()
    child.wait()
    return word, float(when) - sent


def main():
    args = arguments()
    rows = read(args.corpus)
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"nearcopy {nearcopy.__version__}; {args.corpus}"
    )
    scans(args, rows)
    if args.documents:
        given = texts(rows, args.documents)
        print(
            f"\n| check_and_add of {len(given)} documents | seconds | a second | kept "
            f"|\n|---|---|---|---|"
        )
        for threads in (1, 2, 4, 8):
            seconds, kept = index(given, threads)
            print(
                f"| {threads} thread{'s' * (threads > 1)} | {seconds:.1f} | "
                f"{len(given) / seconds:.0f} | {kept} |",
                flush=True,
            )
    if args.interrupt:
        print("\n| interrupted after | ended after |\n|---|---|")
        for after in (0.2, 1, 2, 4, 8, 12, 16, 20, 25, 30):
            word, seconds = interrupt(args.interrupt, after)
            print(f"| {after} s | {seconds:.2f} s, {word} |", flush=True)


if __name__ == "__main__":
    main()
