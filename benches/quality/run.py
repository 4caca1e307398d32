#!/usr/bin/env python3
"""How good nearcopy's findings are: one command, one set of tables. Python's standard library only.

    benches/quality/run.py DATA --tools TOOLS      everything, about a quarter of an hour on two
    cores benches/quality/run.py DATA --tools TOOLS --only wire,pan benches/quality/run.py --smoke
    a tiny corpus of its own, seconds, no data; exit code 1 if a figure is not sane

DATA (or the variable NEARCOPY_DATA) is a folder with

    reuters21578.jsonl      one article a line: "id", "text". Reuters-21578, free for research;
                            as JSON in the GitHub repository mihaibogdan10/json-reuters-21578
    20news.jsonl            the same with posts: 20 Newsgroups by date, in the GitHub repository
    yao8839836/text_gcn pan13-train/            documents.jsonl ("id", "text") and pairs.jsonl
    ("suspicious", "source", "class",
                            "cases": [[offset, length, source offset, source length], …] in
                            characters): the PAN 2013 text alignment training corpus,
                            https://pan.webis.de, on request
    languages/udhr.jsonl    the Universal Declaration of Human Rights in 388 languages ("id" as in
    nltk_data, "text", its lines kept) languages/chinese.jsonl, arabic.jsonl
                            articles ("id", "text"): GitHub repositories Hecate-DynMist/data,
                            elsayed-issa/The-Moroccan-News-Corpus

Each step needs its own files only (`boilerplate` none).

TOOLS (or NEARCOPY_TOOLS) is a folder with wiresim.py and bigsim.py, which make corpora with a known
truth from real articles, and score.py, which scores reports. Where it is not given, the folder
`quality` beside DATA is taken.

What is made is kept in --work and made once. One step runs at a time; figures of time are good only
on a quiet machine.
"""

import argparse, os, platform, sys, textwrap

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from program import Failed, Programs, ROOT  # noqa: E402
from smoke import smoke  # noqa: E402
from steps import DATA, STEPS, TOOLS, Bench  # noqa: E402


def arguments():
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("data", nargs="?", default=os.environ.get("NEARCOPY_DATA"))
    p.add_argument("--tools", default=os.environ.get("NEARCOPY_TOOLS"))
    p.add_argument("--only", default=",".join(STEPS), help=f"steps, of {','.join(STEPS)}")
    p.add_argument(
        "--megabytes", type=int, default=100, help="size of the corpus of the step `speed` [100]"
    )
    p.add_argument(
        "--work",
        default=os.path.join(ROOT, "target", "quality"),
        help="where corpora and reports go",
    )
    p.add_argument(
        "--nearcopy",
        help="a program that is built already, examples/brute_force beside it; else both are built",
    )
    p.add_argument(
        "--profile", choices=["release", "test"], default="release", help="what to build [release]"
    )
    p.add_argument("--markdown", action="store_true", help="tables for a page")
    p.add_argument(
        "--page",
        metavar="FILE",
        help="write the tables, as --markdown prints them, between the marks <!-- quality --> and "
        "<!-- /quality --> of this page too: docs/quality.md",
    )
    p.add_argument("--smoke", action="store_true")
    return p.parse_args()


def missing(folder, names, what):
    """Says what is not there, and where to get it."""
    gone = [n for n in names if not folder or not os.path.exists(os.path.join(folder, n))]
    if gone:
        print(f"{what}: not there: {', '.join(gone)}\n\n{__doc__}", file=sys.stderr)
    return bool(gone)


def show(tables, markdown):
    for table in tables:
        print(table.markdown() if markdown else table.plain(), flush=True)


BEGIN, END = "<!-- quality -->\n", "<!-- /quality -->\n"


def into_page(path, tables):
    """Puts tables between the marks of a page; its lines of prose are wrapped."""
    wrap = textwrap.TextWrapper(100, break_long_words=False, break_on_hyphens=False)
    lines = [
        line if line.startswith("|") else wrap.fill(line) for line in tables.strip().split("\n")
    ]
    with open(path, encoding="utf-8") as page:
        before, rest = page.read().split(BEGIN)
        _, behind = rest.split(END)
    with open(path, "w", encoding="utf-8") as page:
        page.write("\n".join([before + BEGIN, *lines, "", END + behind]))


def quality(o):
    data = o.data and os.path.abspath(o.data)
    tools = (
        os.path.abspath(o.tools)
        if o.tools
        else data and os.path.join(os.path.dirname(data), "quality")
    )
    unknown = set(o.only.split(",")) - set(STEPS)
    if unknown:
        print(
            f"--only: no step {', '.join(sorted(unknown))}; there are {', '.join(STEPS)}",
            file=sys.stderr,
        )
        return 2
    wanted = lambda of: sorted({name for step in o.only.split(",") for name in of.get(step, [])})
    if missing(data, wanted(DATA), f"data folder {data}") or missing(
        tools, wanted(TOOLS), f"tools folder {tools}"
    ):
        return 2
    bench = Bench(Programs(o.work, o.nearcopy, o.profile), data, tools, o.megabytes)
    tables = []
    for name in [s for s in STEPS if s in o.only.split(",")]:
        print(f"-- {name}", file=sys.stderr, flush=True)
        made = STEPS[name](bench)
        show(made, o.markdown)
        tables += made
    show([bench.density], o.markdown)
    if o.page:
        into_page(o.page, "\n".join(t.markdown() for t in [*tables, bench.density]))
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}")
    return 0


def main():
    o = arguments()
    o.work = os.path.abspath(o.work)
    os.makedirs(o.work, exist_ok=True)
    try:
        if not o.smoke:
            return quality(o)
        bench = Bench(Programs(o.work, o.nearcopy, o.profile), None, None)
        tables, failed = smoke(bench)
        show([*tables, bench.density], o.markdown)
        for name in failed:
            print(f"not sane: {name}", file=sys.stderr)
        return 1 if failed else 0
    except Failed as e:
        print(f"error: {e}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
