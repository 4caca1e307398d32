#!/usr/bin/env python3
"""Scores what nearcopy and trafilatura read of labelled web pages, in one run, as a Markdown table.

usage: extraction.py READ_PAGES PAGES TRUTH.jsonl

READ_PAGES  the program target/release/examples/read_pages
            (cargo build --release --example read_pages)
PAGES       a folder of pages, ID.html
TRUTH       {"id", "type", "text"} a line: the wanted text of each page. A corpus of this form is
            WCXB (Murrough Foley, CC BY 4.0), whose development half has 1,497 pages.

trafilatura is installed from PyPI into a virtual environment of its own. For each type of page:
the mean F1 of the words (as multisets, in lower case), the pages of which less than half was read
(recall below .5), and those of which most is something else (precision below .5).
"""
import collections
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import venv

TRAFILATURA = """
import json, os, sys, trafilatura
folder, out = sys.argv[1:]
with open(out, "w") as lines:
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as page:
            try:
                text = trafilatura.extract(page.read()) or ""
            except Exception:
                text = ""
        lines.write(json.dumps({"id": name, "text": text}) + "\\n")
print(trafilatura.__version__)
"""


def words(text):
    return collections.Counter(re.findall(r"\w+", text.lower()))


def scores(read, wanted):
    """Precision, recall and F1 of the words."""
    got, want = words(read), words(wanted)
    both, n, m = sum((got & want).values()), sum(got.values()), sum(want.values())
    precision = both / n if n else float(not m)
    recall = both / m if m else float(not n)
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total else 0.0


def texts(path):
    """The texts of a file of records, by the names of their pages without folder and ending."""
    with open(path, encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    return {re.split(r"[/\\]", r["id"])[-1].split(".")[0]: r.get("text") or "" for r in records}


def with_trafilatura(scratch, folder, out):
    """Reads the pages with trafilatura; returns its version."""
    home = os.path.join(scratch, "venv")
    venv.create(home, with_pip=True)
    python = os.path.join(home, "bin", "python")
    packages = ["trafilatura", "lxml_html_clean"]
    subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    run = [python, "-c", TRAFILATURA, folder, out]
    return subprocess.run(run, check=True, capture_output=True, text=True).stdout.strip()


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    program, folder, truth = sys.argv[1:]
    with open(truth, encoding="utf-8") as lines:
        wanted = [json.loads(line) for line in lines]
    with tempfile.TemporaryDirectory() as scratch:
        ours, theirs = (os.path.join(scratch, name) for name in ("ours.jsonl", "theirs.jsonl"))
        begun = time.monotonic()
        subprocess.run([program, folder, ours], check=True, stdout=subprocess.DEVNULL)
        seconds = [time.monotonic() - begun]
        version = with_trafilatura(scratch, folder, theirs)
        found = [texts(ours), texts(theirs)]
    kinds = sorted({page["type"] for page in wanted}) + ["all"]
    print(f"nearcopy (all cores, {seconds[0]:.1f} s) / trafilatura {version}\n")
    print("| pages | F1 | under half | mostly other |\n|---|---:|---:|---:|")
    for kind in kinds:
        pages = [page for page in wanted if kind in (page["type"], "all")]
        rows = [[scores(read.get(p["id"], ""), p["text"]) for p in pages] for read in found]
        mean = " / ".join(f"{sum(s[2] for s in row) / len(row):.3f}" for row in rows)
        under = " / ".join(str(sum(s[1] < 0.5 for s in row)) for row in rows)
        other = " / ".join(str(sum(s[0] < 0.5 for s in row)) for row in rows)
        print(f"| {kind} ({len(pages):,}) | {mean} | {under} | {other} |")


if __name__ == "__main__":
    main()
