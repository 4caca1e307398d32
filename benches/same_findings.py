#!/usr/bin/env python3
"""Whether two nearcopy programs answer the same, byte for byte. Standard library only.

    python3 benches/same_findings.py OLD_PROGRAM NEW_PROGRAM CORPUS... [options]

    --quick        only scan, all pairs, dedupe, check and index query; for frequent use
    --allow REGEX  comparisons whose line fits may differ: shown, but no failure; repeatable
    --keep DIR     what differs is copied to DIR/CORPUS/COMPARISON/, for each program

For use before and after a change that should change nothing. A CORPUS is a .jsonl file with "id"
and "text" a line, or a folder of files. OLD and NEW run at the same time, with the same arguments,
each in a folder of its own. Both folders hold the same copies of the corpus and of what is made
from it: two halves, a first part of 1 MB, a changed corpus, 200 documents to ask an index about,
some articles in other file formats. Compared are standard output, exit code and every file that is
written. Standard error is compared too, but told apart, as its words may be meant to change. Times
are left out of it, and of what the commands of an index say.

Besides, NEW with one thread is held against NEW with two; NEW reads and changes an index that OLD
wrote, and OLD reads one of NEW. The file of an index is compared by its answers only.

Each comparison is a line that says "same" or "DIFFERENT", with the exit code where that is not 0.
At the end stands a total. Exit code 0: all the same; 1: something differs; 2: bad usage.
"""

import argparse
import bz2
import csv
import dataclasses
import gzip
import io
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SMALL_BYTES = 3_000_000  # up to here the whole corpus is scanned with the slow preset too
PART_BYTES = 1_000_000
FORMS_BYTES = 200_000
ASKED_DOCUMENTS = 200
TODAY_DOCUMENTS = 2000  # that are cleaned of what an index holds
LISTED_PAIRS = 200
MOST_SECONDS = 3600

DATA_FORMATS = ["human", "json", "jsonl", "html"]
GATE_FORMATS = ["sarif", "junit", "github", "markdown", "csv", "openmetrics"]
PRESETS = ["news", "strict", "ocr", "rewritten"]
KINDS = "equal,near-copy,contains,quotes,template,repeat"
SUBCOMMANDS = [
    "",
    "scan",
    "dedupe",
    "check",
    "compare",
    "explain",
    "report",
    "generate",
    "generate completions",
    "generate man",
    "index",
    "index create",
    "index add",
    "index query",
    "index remove",
    "index compact",
    "index stats",
    "index verify",
    "index export",
]

TIMES = re.compile(rb"\d[\d,.]* (?:s|ms|min)\b|[\d,]+ a second|\"seconds\": ?[\d.e-]+")


# ---------------------------------------------------------------- two runs, compared


@dataclasses.dataclass
class Side:
    """A program with a folder to work in."""

    name: str
    program: str
    work: str
    standing: dict = dataclasses.field(default_factory=dict)

    def path(self, name):
        return os.path.join(self.work, name)

    def files(self):
        """{path in the folder: (size, time)} of everything but indexes."""
        found = {}
        for folder, below, names in os.walk(self.work):
            below[:] = [d for d in below if not d.endswith(".index") and d != ".git"]
            for name in names:
                path = os.path.join(folder, name)
                status = os.stat(path)
                found[os.path.relpath(path, self.work)] = (status.st_size, status.st_mtime_ns)
        return found

    def written(self):
        """Files that are new or changed since the last look."""
        return sorted(p for p, status in self.files().items() if self.standing.get(p) != status)

    def tidy(self, keeps):
        """Takes away what is new, unless it is kept; then looks at what stands."""
        for path in self.written():
            if path not in keeps and path not in self.standing:
                os.remove(self.path(path))
                self.prune(os.path.dirname(path))
        self.standing = self.files()

    def prune(self, folder):
        """Removes a folder that is empty now, and those above it."""
        while folder and not os.listdir(self.path(folder)):
            os.rmdir(self.path(folder))
            folder = os.path.dirname(folder)


class Run:
    """A program at work on a command line."""

    def __init__(self, side, arguments, stdin, environment, below):
        self.side = side
        outside = os.path.dirname(side.work)
        self.stdout_path = os.path.join(outside, "stdout")
        self.stderr_path = os.path.join(outside, "stderr")
        fixed = {
            "PATH": os.environ["PATH"],
            "HOME": outside,
            "NO_COLOR": "1",
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
            "RUST_BACKTRACE": "0",
        }
        source = open(side.path(stdin) if stdin else os.devnull, "rb")
        out, err = open(self.stdout_path, "wb"), open(self.stderr_path, "wb")
        with source, out, err:
            self.process = subprocess.Popen(
                [side.program, *arguments],
                cwd=side.path(below),
                env={**fixed, **environment},
                stdin=source,
                stdout=out,
                stderr=err,
            )

    def end(self, deadline):
        """Waits; a program that takes too long is ended, which counts as another exit code."""
        try:
            self.code = self.process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            self.code = f"none after {MOST_SECONDS} s from {self.side.name}"
        self.written = self.side.written()

    def stdout(self, timed):
        said = read(self.stdout_path)
        return TIMES.sub(b"<time>", said) if timed else said

    def stderr(self):
        said = read(self.stderr_path).replace(self.side.work.encode(), b"<work>")
        return TIMES.sub(b"<time>", said)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def excerpt(text, at):
    """What stands around a byte, within its line."""
    begin = max(text.rfind(b"\n", 0, at) + 1, at - 50)
    end = text.find(b"\n", at)
    end = min(len(text) if end < 0 else end, at + 70)
    shown = text[begin:end].decode("utf-8", "backslashreplace")
    shown = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in shown)
    return shown if at < len(text) else f"{shown}<end>"


def first_difference(name, old, new):
    """Where two byte strings part, with both lines; nothing where they are equal."""
    if old == new:
        return None
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[:middle] == new[:middle]:
            low = middle
        else:
            high = middle - 1
    line = old.count(b"\n", 0, low) + 1
    shown = [f"\n        {excerpt(text, low)}" for text in (old, new)]
    return f"{name}, line {line}, byte {low}:{''.join(shown)}"


def differences(one, other, timed):
    """What differs between two runs, standard error apart, in words."""
    found = []
    if one.code != other.code:
        found.append(f"exit code: {one.code} and {other.code}")
    found.append(first_difference("standard output", one.stdout(timed), other.stdout(timed)))
    for name in sorted({*one.written, *other.written}):
        by = [run.side.name for run in (one, other) if name in run.written]
        if len(by) == 1:
            found.append(f"{name}: written by {by[0]} only")
        else:
            pair = [read(run.side.path(name)) for run in (one, other)]
            found.append(first_difference(name, *pair))
    return [words for words in found if words]


class Tally:
    """Says and counts what was compared."""

    def __init__(self, allowed, keep):
        self.allowed = [re.compile(pattern) for pattern in allowed]
        self.keep = keep
        self.counts = {"same": 0, "DIFFERENT": 0, "allowed": 0}
        self.failed = 0
        self.other_words = 0

    def add(self, name, runs, timed):
        one, other = runs
        found = differences(one, other, timed)
        words = first_difference("standard error", one.stderr(), other.stderr())
        line, verdict = name, "same"
        if words and not found:
            self.other_words += 1
            line += " (standard error only)"
        if one.code and one.code == other.code:
            self.failed += 1
            line += f" (exit code {one.code})"
        if found or words:
            fits = any(pattern.search(line) for pattern in self.allowed)
            verdict = "allowed" if fits else "DIFFERENT"
            self.keep_both(name, runs)
        self.counts[verdict] += 1
        print(f"{verdict:<10} {line}")
        for words in found + [words] * bool(words):
            print(f"    {words}")
        sys.stdout.flush()

    def keep_both(self, name, runs):
        """Copies what both programs wrote to where it is to be kept."""
        if not self.keep:
            return
        corpus, _, comparison = name.partition(": ")
        parts = [re.sub(r"[^\w.-]+", "_", part)[:120] for part in (corpus, comparison)]
        for run in runs:
            to = os.path.join(self.keep, *parts, run.side.name)
            shutil.rmtree(to, ignore_errors=True)
            os.makedirs(to)
            shutil.copy(run.stdout_path, to)
            shutil.copy(run.stderr_path, to)
            for path in run.written:
                os.makedirs(os.path.dirname(os.path.join(to, path)), exist_ok=True)
                shutil.copy(run.side.path(path), os.path.join(to, path))

    def total(self, seconds):
        """The last line; the exit code."""
        n = self.counts
        words = f"{sum(n.values())} comparisons in {seconds:.0f} s: {n['same']} the same"
        words += f", {n['DIFFERENT']} different, {n['allowed']} different and allowed"
        words += f" (in {self.other_words} of these standard error only)"
        print(f"{words}; in {self.failed} both ended with an exit code other than 0")
        return 1 if n["DIFFERENT"] else 0


class Trial:
    """
    Two programs, a folder for each with the same files, and a third folder for NEW once more.

    A command is written as in a shell, with {names} in it for paths and other words; a name can
    stand for several words.
    """

    def __init__(self, title, folder, programs, stock, names, tally):
        self.title, self.tally = title, tally
        self.names = {**names, "kinds": KINDS}
        self.names["as_data"] = to_files(DATA_FORMATS)
        self.names["as_all"] = to_files(DATA_FORMATS + GATE_FORMATS)
        old, new = programs
        self.old = self.side("old", folder, "1", old, stock)
        self.new = self.side("new", folder, "2", new, stock)
        self.again = self.side("new-again", folder, "3", new, stock)

    @staticmethod
    def side(name, folder, number, program, stock):
        """The folders' names are equally long, so that a path that is printed wraps alike."""
        own = os.path.join(folder, number)
        os.makedirs(own)
        # Under one name, which stands in what they say about their usage.
        called = os.path.join(own, "nearcopy")
        os.symlink(program, called)
        work = os.path.join(own, "work")
        shutil.copytree(stock, work)
        side = Side(name, called, work)
        side.standing = side.files()
        return side

    def words(self, command):
        """The arguments that a command stands for."""
        out = []
        for word in shlex.split(command):
            value = self.names.get(word[1:-1]) if word.startswith("{") else None
            out += value if isinstance(value, list) else [word.format_map(self.names)]
        return out

    def same(self, command, about="", **how):
        """OLD and NEW with the same arguments."""
        words = self.words(command)
        self.compare(plain(command) + about, (self.old, words), (self.new, words), **how)

    def same_by_threads(self, command, **how):
        """NEW with one thread and NEW with two."""
        one, two = ([*self.words(command), "--threads", n] for n in "12")
        name = f"{plain(command)}, by 1 thread and by 2"
        self.compare(name, (self.new, one), (self.again, two), **how)

    def compare(
        self,
        name,
        *tasks,
        stdin=None,
        environment=None,
        below="",
        timed=False,
        keeps=(),
        saves=None,
    ):
        """
        Runs both and compares. `keeps` are written files that later commands need, `saves` is a
        file that gets the standard output, `below` the folder in the work folder where both run.
        """
        deadline = time.monotonic() + MOST_SECONDS
        runs = [Run(side, words, stdin, environment or {}, below) for side, words in tasks]
        for run in runs:
            run.end(deadline)
        self.tally.add(f"{self.title}: {name}", runs, timed)
        for run in runs:
            if saves:
                shutil.copy(run.stdout_path, run.side.path(saves))
            run.side.tidy({*keeps, saves})

    def place(self, name, content):
        """Puts a file into all folders."""
        for side in (self.old, self.new, self.again):
            with open(side.path(name), "wb") as file:
                file.write(content.encode("utf-8", "replace"))
            side.standing = side.files()


def plain(command):
    return command.replace("{", "").replace("}", "") or "nothing"


def to_files(formats):
    """Arguments that write a report in each of these formats to a file."""
    return [word for form in formats for word in ("-o", f"{form}=report.{form}")]


# ---------------------------------------------------------------- corpora


def edited(text):
    """The text without every seventh of its words, from the fourth on."""
    return " ".join(word for n, word in enumerate(text.split(" ")) if n % 7 != 3)


class Lines:
    """A corpus of JSON Lines; an item is a line."""

    suffix = ".jsonl"

    def __init__(self, path):
        self.items = read(path).splitlines(keepends=True)

    size = staticmethod(len)

    @staticmethod
    def key(item):
        """What may stand once only."""
        return item

    @staticmethod
    def write(items, place):
        with open(place + Lines.suffix, "wb") as out:
            out.writelines(items)

    @staticmethod
    def record(item):
        """The object of a line, and the field that holds its text; nothing where there is none."""
        try:
            record = json.loads(item)
        except ValueError:
            return None, None
        fields = ("text", "content", "body", "article") if isinstance(record, dict) else ()
        return record, next((f for f in fields if isinstance(record.get(f), str)), None)

    @staticmethod
    def changed(item, renamed):
        """The same with an edited text; renamed, it has another id."""
        record, field = Lines.record(item)
        if not field:
            return item
        record[field] = edited(record[field])
        if renamed:
            record["id"] = f"{record.get('id')}-again"
        return json.dumps(record, ensure_ascii=False).encode() + b"\n"

    @staticmethod
    def article(item):
        """{"id", "source", "date", "text"}, or nothing."""
        record, field = Lines.record(item)
        if not field:
            return None
        article = {name: str(record.get(name) or "") for name in ("id", "source", "date")}
        return {**article, "text": record[field]}


class Files:
    """A corpus of files in a folder; an item is a path with its content."""

    suffix = ""

    def __init__(self, path):
        self.items, self.ignores = [], []
        for folder, below, names in os.walk(path):
            below.sort()
            for name in sorted(names):
                place = os.path.join(folder, name)
                ignores = name in (".gitignore", ".ignore", ".nearcopyignore")
                items = self.ignores if ignores else self.items
                items.append((os.path.relpath(place, path), read(place)))

    @staticmethod
    def size(item):
        return len(item[1])

    @staticmethod
    def key(item):
        return item[0]

    def write(self, items, place):
        """What says which files to leave out stands in every folder."""
        for path, content in items + self.ignores:
            save(os.path.join(place, path), content)

    @staticmethod
    def changed(item, renamed):
        path, content = item
        if renamed:
            stem, ending = os.path.splitext(path)
            path = f"{stem}-again{ending}"
        return path, edited(content.decode("latin-1")).encode("latin-1")

    @staticmethod
    def article(item):
        path, content = item
        if not path.endswith((".txt", ".md")):
            return None
        return {"id": path, "source": "", "date": "", "text": content.decode("utf-8", "replace")}


def save(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as out:
        out.write(content.encode() if isinstance(content, str) else content)


def spread(items, most):
    """At most so many of them, evenly."""
    step = max(1, len(items) / most)
    return [items[int(n * step)] for n in range(min(most, len(items)))]


def first(items, size, most_bytes):
    """As many as hold so many bytes together, but at least ten."""
    chosen, total = [], 0
    for item in items:
        total += size(item)
        if total > most_bytes and len(chosen) >= 10:
            break
        chosen.append(item)
    return chosen


class Corpus:
    """A corpus, and what is made from it, in one folder."""

    def __init__(self, path, stock, quick):
        self.is_folder = os.path.isdir(path)
        self.kind = Files(path) if self.is_folder else Lines(path)
        self.stock, items = stock, self.kind.items
        self.small = sum(map(self.kind.size, items)) <= SMALL_BYTES
        os.makedirs(stock)
        changed = self.change(items)
        asked = spread(items, ASKED_DOCUMENTS // 2)
        asked_keys = set(map(self.kind.key, asked))
        more = spread(changed, ASKED_DOCUMENTS // 2)
        asked += [item for item in more if self.kind.key(item) not in asked_keys]
        self.names = {"clean": "clean" + self.kind.suffix}
        self.write("whole", items)
        self.write("asked", asked)
        if quick:
            return
        self.write("half", items[::2])
        self.write("other", items[1::2])
        self.write("changed", changed)
        self.write("today", spread(changed, TODAY_DOCUMENTS))
        part = first(items, self.kind.size, PART_BYTES)
        self.write("part", part)
        self.has_history = shutil.which("git") is not None
        if self.has_history:
            self.write_history(part)
        self.forms = self.write_forms(first(items, self.kind.size, FORMS_BYTES))

    def write(self, name, items):
        self.names[name] = name + self.kind.suffix
        self.kind.write(items, os.path.join(self.stock, name))

    def change(self, items):
        """Of ten one is gone, one is edited, one has an edited copy; the last come first."""
        cut = len(items) - len(items) // 10
        out = []
        for n, item in enumerate(items[cut:] + items[:cut]):
            if n % 10 != 3:
                out.append(self.kind.changed(item, False) if n % 10 == 5 else item)
            if n % 10 == 7:
                out.append(self.kind.changed(item, True))
        return out

    def write_history(self, items):
        """A folder under git where these were committed, and were changed since then."""
        folder = os.path.join(self.stock, "repository")
        place = os.path.join(folder, "whole")
        os.makedirs(folder)
        self.kind.write(items, place)
        somebody = ["-c", "user.name=somebody", "-c", "user.email=somebody@localhost"]
        for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "before"]):
            subprocess.run(["git", *somebody, *command], cwd=folder, check=True)
        if self.is_folder:
            shutil.rmtree(place)
        self.kind.write(self.change(items), place)

    def write_forms(self, items):
        """The same articles in other formats; the names of the files, and of a folder."""
        articles = [article for article in map(self.kind.article, items) if article]
        lines = "".join(json.dumps(a, ensure_ascii=False) + "\n" for a in articles)
        records = [as_warc(n, article) for n, article in enumerate(articles)]
        forms = {
            "form.csv": as_table(articles, ","),
            "form.tsv": as_table(articles, "\t"),
            "form.json": json.dumps(articles, ensure_ascii=False, indent=1),
            "form.ndjson": lines,
            "form.jsonl.gz": gzip.compress(lines.encode(), mtime=0),
            "form.jsonl.bz2": bz2.compress(lines.encode()),
            "form.warc": b"".join(records),
            "form.warc.gz": b"".join(gzip.compress(record, mtime=0) for record in records),
        }
        for name, content in forms.items():
            save(os.path.join(self.stock, name), content)
        for n, article in enumerate(articles):
            save(os.path.join(self.stock, "pages", f"{n}.html"), as_page(article["text"]))
        return [*forms, "pages"] if articles else []


def as_table(articles, delimiter):
    out = io.StringIO()
    table = csv.DictWriter(out, ["id", "source", "date", "text"], delimiter=delimiter)
    table.writeheader()
    table.writerows(articles)
    return out.getvalue()


def as_page(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    paragraphs = "".join(f"<p>{p}</p>\n" for p in escaped.split("\n\n"))
    menu = "".join(f'<li><a href="/{n}">Section {n}</a></li>' for n in range(12))
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>Page of a paper</title></head>\n'
        f"<body><nav><ul>{menu}</ul></nav>\n<article>\n{paragraphs}</article>\n"
        "<footer>All rights reserved. Terms, privacy, contact.</footer></body></html>\n"
    )


def as_warc(number, article):
    """A record of a web archive; each tenth is a request."""
    kind, start, page = "response", "HTTP/1.1 200 OK", as_page(article["text"]).encode()
    if number % 10 == 9:
        kind, start, page = "request", "GET / HTTP/1.1", b""
    body = f"{start}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n".encode() + page
    head = [
        "WARC/1.0",
        f"WARC-Type: {kind}",
        f"WARC-Target-URI: https://paper{number % 3}.example/{number}",
        f"WARC-Date: 2024-01-{number % 28 + 1:02d}T00:00:00Z",
        f"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{number:012d}>",
        f"Content-Type: application/http; msgtype={kind}",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body + b"\r\n\r\n"


# ---------------------------------------------------------------- what is compared of a corpus


def quick(trial, corpus):
    trial.same("scan {whole} --format json")
    trial.same("scan {whole} --format json --all-pairs")
    trial.same("dedupe {whole} -o {clean} --removed gone.jsonl")
    trial.same("check {whole} --format json")
    trial.same("index add seen.index {whole} --create", timed=True)
    trial.same("index query seen.index {asked} --format jsonl")


def full(trial, corpus):
    scans(trial, corpus)
    settings(trial)
    pairs(trial, corpus)
    cleanings(trial, corpus)
    checks(trial, corpus)
    reports(trial)
    indexes(trial)
    other_indexes(trial)
    forms(trial, corpus)


def scans(trial, corpus):
    for form in DATA_FORMATS:
        trial.same(f"scan {{whole}} --format {form}")
    trial.same(
        "scan {whole} -o json=found.json -o jsonl=found.jsonl --save-background corpus.background",
        keeps=["found.json", "found.jsonl", "corpus.background"],
    )
    trial.same("scan {whole} --format json --all-pairs", saves="all.json")
    for preset in PRESETS:
        if preset != "rewritten" or corpus.small:
            trial.same(f"scan {{whole}} --preset {preset} {{as_data}}")
        trial.same(f"scan {{part}} --preset {preset} --all-pairs {{as_data}}")
        background = f"{preset}.background"
        trial.same(
            f"scan {{part}} --preset {preset} --format json --save-background {background}",
            keeps=[background],
        )
    trial.same("scan {half} {other} --format json")
    if not corpus.is_folder:
        trial.same("scan - --format json", stdin=corpus.names["whole"])
    trial.same_by_threads("scan {whole} {as_data}")
    trial.same_by_threads("scan {whole} --format json --all-pairs")
    for preset in PRESETS[1:]:
        trial.same_by_threads(f"scan {{part}} --preset {preset} {{as_data}}")


def settings(trial):
    """Settings one by one, on a part of the corpus."""
    for setting in [
        "--across-sources",
        "--within-source",
        "--since 1987-03",
        "--until 1987-03-05",
        "--keep longest",
        "--keep smallest-id",
        "--keep 'source=Metro Wire' --keep earliest",
        "--min-match 6",
        "--min-match 40",
        "--alignment forms",
        "--alignment words",
        "--templates-are-copies",
        "--min-tokens 100",
        "--max-frequency 4 --max-bucket 3",
        "--shingle 3 --lanes 128",
        "--anchor-rate 0",
        "--anchor 5 --min-anchors 2",
        "--paragraph-lanes 0",
        "--paragraph-shingles 12",
        "--target-resemblance 0.8",
        "--seed 7",
        "--repeat-classes 2 --max-places 3",
        "--repeat-paragraph 20 --repeat-passage 30",
        "--boilerplate-classes 3",
        "--boilerplate-share 0.001",
        "--min-telling 0 --copy-telling 0",
        "--template-facts 1 --template-agreement 0.9",
        "--near-copy-larger 0.8 --near-copy-smaller 0.7",
        "--max-gap 4 --min-identity 0.8",
        "--min-paragraph 4",
        "--min-evidence 20 --alignment words",
    ]:
        trial.same(f"scan {{part}} --format json --all-pairs {setting}")
    trial.same("scan {part} --color always --all-pairs")
    trial.same("scan {part} --brief")
    trial.same("scan {part} --text-field missing --max-bad 1")


def found(trial):
    """What OLD found: a pair of each relation, all pairs, all ids."""
    with open(trial.old.path("all.json"), encoding="utf-8") as file:
        report = json.load(file)
    ids = [document["id"] for document in report["documents"]]
    if not ids:
        print(f"{trial.title}: OLD finds no document in it", file=sys.stderr)
        sys.exit(2)
    listed = [(pair["a"], pair["b"]) for pair in report["pairs"]]
    chosen = {"far apart": (ids[0], ids[-1])}
    for group in report["equal"]:
        chosen.setdefault("equal", (group[0], group[1]))
    for pair in report["pairs"]:
        chosen.setdefault(pair["relation"], (pair["a"], pair["b"]))
    return chosen, listed, ids


def as_files(trial, corpus, ids):
    """{id: a file with its text}, as far as that can be told."""
    if corpus.is_folder:
        return {i: i for i in ids if os.path.isfile(trial.old.path(i))}
    there = {}
    for article in filter(None, map(corpus.kind.article, corpus.kind.items)):
        if article["id"] in ids and article["id"] not in there:
            there[article["id"]] = f"text-{len(there)}.txt"
            trial.place(there[article["id"]], article["text"])
    return there


def pairs(trial, corpus):
    """compare and explain"""
    chosen, listed, ids = found(trial)
    texts = as_files(trial, corpus, {i for pair in chosen.values() for i in pair})
    known = "--background corpus.background"
    for relation, (a, b) in chosen.items():
        about = f", {relation}"
        trial.names.update(id_a=a, id_b=b)
        trial.same(f"compare {{id_a}} {{id_b}} --in {{whole}} {known}", about)
        trial.same("explain {id_a} {id_b} --in {whole}", about)
        if not (a in texts and b in texts):
            continue
        trial.names.update(a=texts[a], b=texts[b])
        for more in ["", known]:
            trial.same(f"compare {{a}} {{b}} {{as_data}} {more}", about)
            trial.same(f"explain {{a}} {{b}} {more}", about)
            trial.same(f"explain {{a}} {{b}} --format json {more}", about)
        for preset in PRESETS[1:]:
            more = f"--preset {preset} --format json"
            trial.same(f"compare {{a}} {{b}} {more} --background {preset}.background", about)
            trial.same(f"explain {{a}} {{b}} {more}", about)
    for form in ["human", "json"]:
        trial.same(f"explain {{id_a}} --in {{whole}} --format {form} {known}")
    if trial.names.get("a"):
        trial.same("explain {a}")
        trial.same(f"explain {{a}} --format json {known}")
        trial.same("compare {a} {b} --background ocr.background", ", of another recipe")
    trial.same("compare {id_a} unknown --in {part}")
    lines = [json.dumps({"a": a, "b": b}) for a, b in spread(listed, LISTED_PAIRS)]
    lines += [json.dumps({"a": a, "b": b}) for a, b in zip(ids[:20], ids[-20:])]
    lines += ["", "no pair", '{"a": "x"}', json.dumps({"a": ids[0], "b": "unknown"})]
    trial.place("pairs.jsonl", "".join(line + "\n" for line in lines))
    for form in DATA_FORMATS:
        trial.same(f"compare --pairs pairs.jsonl {{whole}} --format {form} {known}")
    trial.same("compare --pairs pairs.jsonl {whole} {as_data}")
    trial.same("compare --pairs pairs.jsonl {whole} --brief --max-bad 0")
    trial.same_by_threads("compare --pairs pairs.jsonl {whole} {as_data}")


def cleanings(trial, corpus):
    """dedupe"""
    trial.names["kept"] = "-o {clean} --removed gone.jsonl --max-removed 100%".format_map(
        trial.names
    ).split()
    trial.names["reports"] = [
        "--report" if word == "-o" else word for word in trial.names["as_data"]
    ]
    trial.same("dedupe {whole} {kept} {reports}")
    trial.same("dedupe {whole} {kept} --format json")
    trial.same("dedupe {whole} -o {clean}")
    trial.same("dedupe {whole} --dry-run")
    trial.same("dedupe {whole} --dry-run --format json")
    trial.same("dedupe {whole} -o -")
    trial.same("dedupe {half} {other} -o both/ --removed gone.jsonl")
    if not corpus.is_folder:
        trial.same("dedupe - -o - --removed gone.jsonl", stdin=corpus.names["whole"])
    everything = "documents,paragraphs,passages,boilerplate"
    for what in ["paragraphs", "passages", "boilerplate", everything]:
        trial.same(f"dedupe {{whole}} {{kept}} --remove {what} --format json")
    trial.same("dedupe {whole} --remove passages --dry-run")
    trial.same("dedupe {whole} {kept} --remove passages --min-left 60")
    for drop in ["equal", "equal,near-copy,contained-in"]:
        trial.same(f"dedupe {{whole}} {{kept}} --drop {drop}")
    trial.same("dedupe {whole} {kept} --keep longest --keep smallest-id")
    trial.same("dedupe {whole} -o {clean} --max-removed 0")
    trial.same("dedupe {whole} -o {clean} --annotate")
    trial.same("dedupe {whole} -o {clean} --annotate=nc_ --format json")
    trial.same("dedupe {whole} -o lines.jsonl --annotate")
    trial.same("dedupe {half} {kept} --against {other} --format json")
    trial.same("dedupe {half} {kept} --against {other} --against-only")
    trial.same("dedupe {half} {kept} --against {other} --remove passages")
    drop = "equal,contained-in,contains,quotes,template"
    trial.same(f"dedupe {{half}} {{kept}} --against {{other}} --drop {drop}")
    trial.same("dedupe {half} -o {clean} --against {other} --annotate")
    trial.same("dedupe {half} --against {other} --dry-run")
    for preset in PRESETS[1:]:
        trial.same(f"dedupe {{part}} {{kept}} --preset {preset}")
    for ending in ["gz", "zst", "bz2"]:
        packed = f"packed.jsonl.{ending}"
        trial.same(f"dedupe {{part}} -o {packed} --max-removed 100%", keeps=[packed])
        trial.same(f"scan {packed} --format json")
        trial.same(f"dedupe {packed} -o {{clean}}")
    trial.same_by_threads("dedupe {whole} {kept} --format json")
    trial.same_by_threads(f"dedupe {{whole}} {{kept}} --remove {everything}")


POLICY = """\
[gate]
max-duplicate-documents = ["1%", "*=5%"]
max-duplicate-text = "1%"
max-cluster = 3
fail-on = ["equal", "near-copy", "contains", "quotes"]

[[gate.ignore]]
kinds = ["quotes"]
reason = "quotations are allowed"

[[gate.ignore]]
documents = ["*1*", "*2*"]
reason = "two groups of documents"
expires = 2999-12-31

[[gate.ignore]]
text = "of the"
reason = "this was allowed long ago"
expires = 2001-01-31
"""


def checks(trial, corpus):
    summary = {"GITHUB_STEP_SUMMARY": "summary.md"}
    trial.same("check {whole} --format json", saves="checked.json")
    trial.same("check {whole}")
    trial.same("check {whole} {as_all}", environment=summary)
    trial.same("check {whole} --fail-on {kinds} {as_all}")
    for form in DATA_FORMATS + GATE_FORMATS:
        trial.same(f"check {{part}} --fail-on {{kinds}} --format {form}", environment=summary)
    limits = "--max-duplicate-documents 1% --max-duplicate-documents *=2% --max-duplicate-text 3%"
    trial.same(f"check {{whole}} {limits} --max-cluster 3 {{as_all}}")
    trial.same("check {whole} --max-duplicate-documents 100%")
    trial.place("policy.toml", POLICY)
    trial.same("check {whole} --config policy.toml {as_all}", environment=summary)
    known = "--fail-on {kinds} --baseline known.json"
    trial.same(f"check {{whole}} {known} --update-baseline", keeps=["known.json"])
    trial.same(f"check {{whole}} {known} {{as_all}}")
    trial.same(f"check {{changed}} {known} --max-bad 9% {{as_all}}", environment=summary)
    trial.same("check {changed} --baseline known.json --config policy.toml {as_all}")
    trial.same(f"check {{half}} {known} --format json")
    trial.same(f"check {{part}} {known} --preset ocr")
    trial.same("check {part} --fail-on {kinds} --preset ocr {as_all}")
    # The file of the baseline is another one here, as the next comparisons need the first.
    trial.same("check {changed} --baseline later.json --update-baseline --config policy.toml")
    trial.same_by_threads("check {whole} --fail-on {kinds} {as_all}")
    if corpus.has_history:
        for since in ["HEAD", "unknown"]:
            trial.same(
                f"check {{whole}} --fail-on {{kinds}} --baseline-ref {since} {{as_all}}",
                below="repository",
            )


def reports(trial):
    for stored in ["found.json", "found.jsonl", "all.json", "checked.json"]:
        trial.same(f"report {stored} -o page.html")
    trial.same("report found.json --most-pairs 5 --title 'A <title>'")
    trial.same("report found.jsonl --in {changed}")
    trial.same("report policy.toml")


def indexes(trial):
    chosen, _, ids = found(trial)
    gone = spread(ids, max(1, len(ids) // 50))
    trial.place("gone.txt", "".join(f"{i}\n" for i in [*gone, "unknown"]))
    stay = [i for i in spread(ids, 40) if i not in set(gone)][:20]
    trial.names["some"] = [word for i in stay for word in ("--id", i)]
    trial.names["update"] = [*trial.names["kept"], "--index", "seen.index"]

    def answers(when):
        about = f", {when}"
        trial.same("index query seen.index {asked} --format jsonl", about)
        trial.same("index query seen.index {asked}", about)
        trial.same("index query seen.index {some} --format jsonl", about)
        trial.same("index stats seen.index", about)
        trial.same("index stats seen.index --format json", about)
        trial.same("index export seen.index", about)

    trial.same("index create seen.index")
    trial.same("index create seen.index", ", which is there")
    trial.same("index query seen.index {asked}", ", empty")
    trial.same("index add seen.index {half} --format json", timed=True)
    trial.same("index query seen.index {asked} --format jsonl", ", half filled")
    trial.same("index add seen.index {whole}", timed=True)
    trial.same("index add seen.index {whole}", ", all known", timed=True)
    answers("filled")
    trial.same("index verify seen.index")
    trial.same("index query seen.index {asked} --limit 1 --format jsonl")
    trial.same("index query seen.index {asked} --brief -o answers.txt")
    trial.same("index query seen.index {asked} --min-match 30 --contains 0.9 --format jsonl")
    foreign(trial, "filled")
    trial.same("index remove seen.index --ids gone.txt")
    answers("some removed")
    trial.same("index add seen.index {changed} --same-id refuse", timed=True)
    trial.same("index compact seen.index", timed=True)
    answers("compacted")
    trial.same("index verify seen.index --format json", ", compacted")
    trial.same(
        "index export seen.index -o all.jsonl.gz --background index.background",
        keeps=["index.background"],
    )
    trial.names["id_a"], trial.names["id_b"] = chosen.get("near-copy", chosen["far apart"])
    trial.same("compare {id_a} {id_b} --in {whole} --background index.background")
    foreign(trial, "compacted")
    trial.same("dedupe {today} {update} --index-read-only --format json")
    trial.same("dedupe {today} --index seen.index --dry-run")
    trial.same("dedupe {today} -o {clean} --index seen.index --annotate")
    trial.same("dedupe {today} {update} --format json")
    trial.same("dedupe {today} {update}", ", once more")
    answers("cleaned with")


def foreign(trial, when):
    """An index that the other program wrote, or that another number of threads asks."""
    query = trial.words("index query seen.index {asked} --format jsonl")
    old, new, again = trial.old, trial.new, trial.again

    def hand_over(giver, name, *takers):
        for side in takers:
            shutil.rmtree(side.path(name), ignore_errors=True)
            shutil.copytree(giver.path("seen.index"), side.path(name))

    hand_over(new, "seen.index", again)
    one, two = ([*query, "--threads", n] for n in "12")
    trial.compare(f"index query, by 1 thread and by 2, {when}", (new, one), (again, two))
    guest = dataclasses.replace(again, name="old-there", program=old.program)
    trial.compare(f"index of NEW asked by OLD, {when}", (new, query), (guest, query))
    hand_over(old, "seen.index", again)
    for command in ["query seen.index {asked}", "export seen.index", "verify seen.index"]:
        words = trial.words(f"index {command}")
        name = f"index of OLD in NEW: {plain(command)}, {when}"
        trial.compare(name, (old, words), (again, words))
    # A copy is written to.
    hand_over(old, "more.index", old, again)
    query = "query more.index {asked} --format jsonl"
    for command in ["add more.index {changed}", query, "compact more.index", query + " --limit 9"]:
        words = trial.words(f"index {command}")
        name = f"index of OLD in NEW: {plain(command)}, {when}"
        trial.compare(name, (old, words), (again, words), timed=True)


def other_indexes(trial):
    """Indexes without texts, and of other presets, of a part."""
    trial.same("index add bare.index {part} --create --texts none", timed=True)
    for when in [", filled", ", compacted"]:
        trial.same("index query bare.index {asked}", when)
        trial.same("index query bare.index {asked} --format jsonl", when)
        trial.same("index export bare.index", when)
        trial.same("index stats bare.index", when)
        trial.same("index compact bare.index", when, timed=True)
    trial.same("index query bare.index --id unknown")
    trial.same("dedupe {part} -o {clean} --index bare.index")
    for preset in PRESETS[1:]:
        add = f"index add {preset}.index {{part}} --create --preset {preset}"
        trial.same(add, timed=True)
        query = f"index query {preset}.index {{asked}} --format jsonl"
        trial.same(f"{query} --preset {preset}")
        trial.same(query)
        trial.same(f"index compact {preset}.index --preset {preset}", timed=True)
        trial.same(f"{query} --preset {preset}", ", compacted")
    trial.same("index query ocr.index {asked} --preset strict")


def forms(trial, corpus):
    """The same articles in other file formats."""
    for form in corpus.forms:
        trial.same(f"scan {form} --all-pairs {{as_data}}")
        trial.same(f"check {form} --fail-on {{kinds}} {{as_all}}")
        as_lines = ["lines.jsonl"] if form == "pages" or "warc" in form else []
        for clean in [f"clean-{form}", *as_lines]:
            trial.same(f"dedupe {form} -o {clean} --removed gone.jsonl --max-removed 100%")
            trial.same(f"dedupe {form} -o {clean} --remove documents,passages,boilerplate")
            trial.same(f"dedupe {form} -o {clean} --annotate")
        trial.same(f"index add {form}.index {form} --create", timed=True)
        trial.same(f"index export {form}.index")


# ---------------------------------------------------------------- without a corpus

STORY = """\
The harbour bridge will close for repairs on Monday, the port authority said in a statement, and
reopen in the spring after engineers have replaced the bearing of its swing span.

Shopkeepers on Tannery Street fear for their trade: of the 64 businesses there, nearly half told
the council that they could not pay their staff through a winter without customers.

Signed up yet? Read the newsletter of the evening edition, every day at five.
"""


def write_odd_files(folder):
    """`odd` has texts that are hard to read, `lost` files that cannot be read to their end."""
    other = STORY.replace("said in a statement", "told reporters").replace("Monday", "Tuesday")
    lines = [
        json.dumps({"id": n, "source": "Courier", "date": f"2024-0{n + 1}-01", "text": text})
        for n, text in enumerate([STORY, other, "", "short"])
    ]
    bad = [
        "{",
        "[]",
        '"text"',
        '{"id": "without a text"}',
        "",
        '{"text": 7}',
        '{"id": 0, "text": "another text under this id"}',
    ]
    contents = {
        "odd/plain.txt": STORY,
        "odd/western.txt": other.replace("Tannery", "Gärtner").encode("cp1252"),
        "odd/wide.txt": STORY.encode("utf-16"),
        "odd/broken.txt": STORY.encode() + b"\xff\xfe\x80 broken \xc3",
        "odd/empty.txt": "",
        "odd/zeros.txt": b"\0\1\2" * 100,
        "odd/controls.txt": STORY.replace("Monday", "\x1b[31mMon\u200bday\x1b[0m \u202eabc\u202c"),
        "odd/markup.md": f"# =1+1\n\n<script>alert(1)</script> ::error::{{}} | `x`\n\n{other}",
        "odd/list.json": "[" + ",".join(lines) + "]",
        "odd/lines.jsonl": "\n".join(lines + bad + lines[:1]).encode() + b"\n\xff\xff\n",
        "odd/table.csv": f'id;text\n1;"{STORY}"\n2;"{other}"\n3\n4;a;b;c\n',
        "odd/table.tsv": "id\ttext\n1\ta b c\n",
        "odd/page.html": as_page(STORY),
        "odd/archive.warc": b"junk\r\n".join(as_warc(1, {"text": t}) for t in (STORY, other)),
        "odd/packed.txt.gz": gzip.compress(STORY.encode(), mtime=0),
        "odd/.hidden.txt": STORY,
        "odd/.gitignore": "ignored.txt\n",
        "odd/ignored.txt": other,
        "odd/deep/er/copy.txt": STORY,
        "odd/deep/er/ä and b.txt": other,
        "lost/torn.jsonl.gz": gzip.compress("\n".join(lines).encode(), mtime=0)[:-20],
        "lost/no.parquet": b"PAR1 this is none PAR1",
        "lost/no.jsonl.zst": b"this is none",
        "wrong.toml": "min-match = 10\nno-such-setting = 1\n",
        "policy.toml": POLICY,
    }
    for name, content in contents.items():
        save(os.path.join(folder, name), content)


MISTAKES = [
    "unknown",
    "scan unknown.jsonl",
    "scan odd --format sarif",
    "scan odd --unknown",
    "scan odd -o json=odd/plain.txt",
    "scan odd -o json=none/report.json",
    "scan odd -o report.json",
    "scan odd --config wrong.toml",
    "scan odd --config none.toml",
    "scan odd --preset unknown",
    "scan odd --contains 2",
    "scan odd --since soon",
    "scan odd --keep unknown",
    "scan lost",
    "scan odd --save-background odd/plain.txt",
    "dedupe odd",
    "dedupe odd -o odd",
    "dedupe odd -o x --drop quotes",
    "dedupe odd -o x --against-only",
    "dedupe lost -o x",
    "dedupe odd -o odd/plain.txt",
    "dedupe odd -o x --against odd",
    "dedupe odd -o x.csv",
    "dedupe odd -o x.jsonl",
    "dedupe odd -o x --annotate",
    "dedupe odd -o x --remove passages",
    "dedupe odd -o - --format json",
    "check unknown",
    "check odd/empty.txt",
    "check odd",
    "check lost",
    "check odd --baseline unknown",
    "check odd --baseline wrong.toml",
    "check odd --baseline-ref HEAD",
    "check odd --update-baseline",
    "check odd --fail-on unknown",
    "check odd --max-duplicate-text =1",
    "compare odd/plain.txt",
    "compare odd/plain.txt odd/lines.jsonl",
    "compare 1 1 --in odd",
    "compare odd/plain.txt odd/wide.txt --background wrong.toml",
    "compare --pairs unknown odd",
    "explain unknown.txt",
    "explain 1 2 3",
    "report odd/plain.txt",
    "report unknown.json",
    "index query unknown.index odd",
    "index add unknown.index odd",
    "index stats odd",
    "index create odd",
    "index remove unknown.index 1",
    "index add x.index --create",
]


def program(trial):
    """Help, settings, mistakes, and files that are hard to read."""
    for subcommand in SUBCOMMANDS:
        for flag in ["--help", "-h", ""]:
            trial.same(f"{subcommand} {flag}".strip())
    trial.same("--version")
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"]:
        trial.same(f"generate completions {shell}")
    trial.same("generate man manuals")
    for preset in PRESETS:
        trial.same(f"scan --explain-recipe --preset {preset}")
        trial.same(f"scan --show-config --preset {preset}")
    trial.same("scan --show-config --config policy.toml --min-match 9")
    for mistake in MISTAKES:
        trial.same(mistake)
    for form in DATA_FORMATS:
        trial.same(f"scan odd --all-pairs --format {form}")
    for form in DATA_FORMATS + GATE_FORMATS:
        trial.same(f"check odd --max-bad 100% --fail-on {{kinds}} --format {form}")
    for more in [
        "--hidden",
        "--no-ignore",
        "--encoding iso-8859-2",
        "--input-format text",
        "--id-field text",
        "--max-bad 0",
        "--since 2024-02",
        "--quiet",
        "--no-progress",
        "--source-field id",
    ]:
        trial.same(f"scan odd --format json {more}")
    trial.same("scan 'odd/**/*.txt' --format json")
    trial.same("scan odd/plain.txt ./odd/plain.txt odd --format json")
    trial.same("dedupe odd -o clean/ --max-removed 100% --removed gone.jsonl")
    trial.same("dedupe odd/deep odd/plain.txt -o - --max-removed 100% --removed gone.jsonl")
    for name in [
        "lines.jsonl",
        "list.json",
        "table.csv",
        "table.tsv",
        "archive.warc",
        "plain.txt",
        "page.html",
        "western.txt",
        "wide.txt",
        "packed.txt.gz",
    ]:
        trial.same(f"dedupe odd/{name} -o clean-{name} --max-removed 100% --removed gone.jsonl")
        trial.same(f"dedupe odd/{name} -o clean-{name} --annotate")
        trial.same(f"dedupe odd/{name} -o clean-{name} --remove passages --max-removed 100%")
    for a, b in ["plain western".split(), "plain empty".split(), "controls wide".split()]:
        trial.same(f"compare odd/{a}.txt odd/{b}.txt")
        trial.same(f"explain odd/{a}.txt odd/{b}.txt")
    trial.same("index add odd.index odd --create", timed=True)
    trial.same("index query odd.index odd")
    trial.same("index export odd.index")


# ---------------------------------------------------------------- the whole


def arguments():
    whole = argparse.RawDescriptionHelpFormatter
    p = argparse.ArgumentParser(description=__doc__, formatter_class=whole)
    p.add_argument("old", metavar="OLD_PROGRAM")
    p.add_argument("new", metavar="NEW_PROGRAM")
    p.add_argument("corpora", metavar="CORPUS", nargs="+")
    p.add_argument("--quick", action="store_true")
    p.add_argument("--allow", metavar="REGEX", action="append", default=[])
    p.add_argument("--keep", metavar="DIR")
    given = p.parse_args()
    for path in [given.old, given.new]:
        if not os.access(path, os.X_OK) or os.path.isdir(path):
            p.error(f"{path} is no program")
    for path in given.corpora:
        if not os.path.isdir(path) and not (path.endswith(".jsonl") and os.path.isfile(path)):
            p.error(f"{path} is neither a folder nor a .jsonl file")
    return given


def main():
    given = arguments()
    # So that the folders are taken away then, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))
    begun = time.monotonic()
    programs = [os.path.abspath(given.old), os.path.abspath(given.new)]
    tally = Tally(given.allow, given.keep)

    def try_out(title, prepare, compare):
        with tempfile.TemporaryDirectory(prefix="same-findings-") as folder:
            stock, sides = os.path.join(folder, "stock"), os.path.join(folder, "sides")
            corpus = prepare(stock)
            names = corpus.names if corpus else {}
            compare(Trial(title, sides, programs, stock, names, tally), corpus)

    if not given.quick:
        try_out("program", write_odd_files, lambda trial, _: program(trial))
    for path in given.corpora:
        title = os.path.basename(os.path.abspath(path)).removesuffix(".jsonl")
        compare = quick if given.quick else full
        try_out(title, lambda stock: Corpus(path, stock, given.quick), compare)
    return tally.total(time.monotonic() - begun)


if __name__ == "__main__":
    sys.exit(main())
