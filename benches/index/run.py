#!/usr/bin/env python3
"""nearcopy's index beside its peers, on the same articles in the same run: inserting, asking "have
I
seen this?", memory, disk.

    benches/index/run.py ARTICLES.jsonl --strangers OTHER.jsonl --documents 100000 300000 1000000
    benches/index/run.py ARTICLES.jsonl --strangers OTHER.jsonl --tools gaoya,datasketch --documents
    10000 benches/index/run.py --data DATA --megabytes 150 --documents 100000       both files are
    made first

ARTICLES has an "id" and a "text" a line, and beside it ARTICLES.jsonl.truth "copy<TAB>original" a
line, as bigsim.py makes them. OTHER is made the same way with another seed: of it articles in
made-up languages (ids not beginning "0-") resemble nothing in ARTICLES. With --data, a folder as of
benches/quality/run.py, bigsim.py makes both (found in the folder `quality` beside DATA, or --bigsim
SCRIPT). The languages of ARTICLES share nothing, so it is like a crawl of ever new texts, a fifth
of them copies.

Asked are 2,000 articles with matches, which are copies held back from inserting whose originals
stand among the first N articles of the smallest N, and 2,000 without; --with and --without give
files of your own (--with: "id", "text", "original"). Every tool and every N gets the same. How a
program is called and what it prints is in peer.py. Timed are words, shingles, hashing and the
index, of a query as of inserting; not the reading of JSON. One program runs at a time, each N from
nothing.

The peers: datasketch in memory and in Redis (from the Python Package Index, in an environment of
their own; redis-server must be installed), gaoya (from crates.io). nearcopy takes part with
--nearcopy PROGRAM, called with a directory for its index behind.
"""

import argparse, json, math, os, random, shlex, shutil, subprocess, sys, venv

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "quality"))
from program import Failed, ROOT, records, write_records  # noqa: E402
from table import Table  # noqa: E402
from whole import machine  # noqa: E402

PACKAGES = ["datasketch", "redis[hiredis]", "pyfarmhash"]
COVERS = {
    "nearcopy": "as its program says",
    "gaoya": "MinHash (FNV), LSH at .55; answers are compared by their whole signatures, "
    "which it keeps; nothing on disk",
    "datasketch": "MinHash (farmhash), LSH at .55; answers are candidates, not compared; "
    "nothing on disk",
    "redis": "the same, in a Redis on this machine over its loopback interface, which writes "
    "nothing to disk; inserting pipelined",
}
QUERIES = 2000


def arguments():
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("articles", nargs="?")
    p.add_argument("--strangers", metavar="OTHER")
    p.add_argument(
        "--with",
        dest="with_file",
        metavar="FILE",
        help="queries with matches; else made from the truth",
    )
    p.add_argument("--without", metavar="FILE", help="queries without; else made from OTHER")
    p.add_argument(
        "--data",
        default=os.environ.get("NEARCOPY_DATA"),
        help="where reuters21578.jsonl and 20news.jsonl are",
    )
    p.add_argument(
        "--bigsim", metavar="SCRIPT", help="bigsim.py [in the folder `quality` beside DATA]"
    )
    p.add_argument(
        "--megabytes",
        type=int,
        default=150,
        help="size of ARTICLES, where they are made [150, about 100,000]",
    )
    p.add_argument("--documents", type=int, nargs="+", default=[100_000], metavar="N")
    p.add_argument("--tools", default=",".join(COVERS), help=f"of {','.join(COVERS)}")
    p.add_argument(
        "--nearcopy",
        metavar="PROGRAM",
        help="nearcopy's program of this benchmark, with arguments if need be",
    )
    p.add_argument(
        "--limit-seconds",
        type=float,
        help="a peer stops inserting after as many and is asked with what it has",
    )
    p.add_argument(
        "--limit-mib",
        type=float,
        help="the same for memory, its server's included [four fifths of what is free]",
    )
    p.add_argument(
        "--bands",
        metavar="BxR",
        help="bands and rows of the peers, 128 hashes at most [21x6, datasketch's choice for .55]",
    )
    p.add_argument(
        "--work", default=os.path.join(ROOT, "target", "index"), help="where everything made goes"
    )
    p.add_argument("--out", metavar="FILE", help="all figures as JSON")
    p.add_argument("--note", default="", help="what else is to be said of the machine")
    o = p.parse_args()
    unknown = set(o.tools.split(",")) - set(COVERS)
    if unknown:
        p.error(f"--tools: no tool {', '.join(sorted(unknown))}; there are {', '.join(COVERS)}")
    if min(o.documents) < 10:
        p.error("--documents: 10 at least")
    if not o.articles and not o.data:
        p.error("ARTICLES or --data is needed")
    if o.articles and not (o.strangers or o.without):
        p.error("--strangers or --without is needed")
    o.documents = sorted(set(o.documents))
    o.bigsim = (
        o.bigsim
        or o.data
        and os.path.join(os.path.dirname(os.path.abspath(o.data)), "quality", "bigsim.py")
    )
    return o


def made(o, name, megabytes, seed):
    """A corpus by bigsim.py, made once."""
    path = os.path.join(o.work, name)
    if not os.path.exists(path):
        sources = [os.path.join(o.data, n) for n in ("reuters21578.jsonl", "20news.jsonl")]
        subprocess.run(
            [
                sys.executable,
                o.bigsim,
                path + ".part",
                str(megabytes),
                *sources,
                "--seed",
                str(seed),
            ],
            check=True,
        )
        os.replace(path + ".part.truth", path + ".truth")
        os.replace(path + ".part", path)
    return path


def lines(path):
    """The objects of a big file, one after the other."""
    with open(path, encoding="utf-8") as file:
        yield from map(json.loads, file)


def copies(articles, first):
    """Copies whose originals stand among the first articles, the same each time; fewer where there
    are fewer.
    """
    with open(articles + ".truth", encoding="utf-8") as truth:
        original = dict(line.split() for line in truth)
    early = {a["id"] for _, a in zip(range(first), lines(articles))}
    fit = sorted(c for c, o in original.items() if o in early)
    chosen = set(random.Random(1).sample(fit, min(QUERIES, len(fit))))
    held = []
    for a in lines(articles):
        if a["id"] in chosen:
            held.append({"id": a["id"], "original": original[a["id"]], "text": a["text"]})
            if len(held) == len(chosen):
                break
    # In another order than the articles', so that no tool is asked in the order of inserting.
    random.Random(2).shuffle(held)
    return held


def strangers(other):
    """Articles in languages that ARTICLES has not."""
    foreign = (a for a in lines(other) if not a["id"].startswith("0-"))
    return [{"id": "other-" + a["id"], "text": a["text"]} for _, a in zip(range(QUERIES), foreign)]


def queries(o):
    """The paths of SKIP, WITH and WITHOUT."""
    skip, with_path, without = (
        os.path.join(o.work, name) for name in ("skip.txt", "with.jsonl", "without.jsonl")
    )
    held = records(o.with_file) if o.with_file else copies(o.articles, o.documents[0])
    write_records(with_path, held)
    write_records(without, records(o.without) if o.without else strangers(o.strangers))
    with open(skip, "w", encoding="utf-8") as out:
        out.writelines(a["id"] + "\n" for a in held)
    return skip, with_path, without


def in_python(work, script):
    python = os.path.join(work, "venv", "bin", "python")
    if not os.path.exists(python):
        venv.create(os.path.join(work, "venv"), with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return [python, os.path.join(HERE, script)]


def program(o, tool):
    """How a tool is run; nothing where it cannot be."""
    try:
        if tool == "nearcopy":
            return shlex.split(o.nearcopy) if o.nearcopy else None
        if tool == "gaoya":
            target = os.path.join(o.work, "gaoya")
            manifest = os.path.join(HERE, "gaoya", "Cargo.toml")
            subprocess.run(
                [
                    "cargo",
                    "build",
                    "--release",
                    "--locked",
                    "--quiet",
                    "--manifest-path",
                    manifest,
                    "--target-dir",
                    target,
                ],
                check=True,
            )
            return [os.path.join(target, "release", "index-gaoya")]
        if tool == "redis":
            if not shutil.which(os.environ.get("REDIS_SERVER", "redis-server")):
                raise OSError("no redis-server, which is in the Debian package of this name")
            return in_python(o.work, "datasketch_redis.py")
        return in_python(o.work, "datasketch_memory.py")
    except (subprocess.CalledProcessError, OSError) as e:
        print(f"{tool} is left out: {e}", file=sys.stderr)
        return None


def free_mib():
    try:
        with open("/proc/meminfo", encoding="utf-8") as info:
            return next(
                int(line.split()[1]) / 1024 for line in info if line.startswith("MemAvailable:")
            )
    except (OSError, StopIteration):
        return math.inf


def run(o, tool, command, n, files):
    """What a tool says of n articles."""
    print(f"-- {tool}, {n:,} articles", file=sys.stderr, flush=True)
    limits = {
        "INDEX_BANDS": o.bands,
        "INDEX_LIMIT_SECONDS": o.limit_seconds,
        "INDEX_LIMIT_MIB": o.limit_mib or 0.8 * free_mib(),
    }
    # One core: no library of a peer may take another by itself.
    alone = (
        {}
        if tool == "nearcopy"
        else {
            name: "1" for name in ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        }
    )
    env = {
        **os.environ,
        **alone,
        **{k: str(v) for k, v in limits.items() if v and v != math.inf and tool != "nearcopy"},
    }
    command = [*command, o.articles, str(n), *files]
    folder = os.path.join(o.work, "nearcopy-index")
    if tool == "nearcopy":
        shutil.rmtree(folder, ignore_errors=True)
        command.append(folder)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=env)
    shutil.rmtree(folder, ignore_errors=True)
    said = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not said:
        print(f"{tool} failed with {n:,} articles: exit code {done.returncode}", file=sys.stderr)
        return {"tool": tool, "asked": n, "documents": 0, "failed": f"exit code {done.returncode}"}
    return {**json.loads(said[-1]), "asked": n}


def get(figures, *path):
    for name in path:
        figures = figures.get(name) if figures else None
    return figures


def named(f):
    """A tool in a table, marked where it did not come to the end."""
    return f["tool"] + (" †" if f.get("stopped") or f.get("failed") else "")


def ms(value):
    return None if value is None else f"{value:.3f}" if value < 10 else f"{value:.1f}"


def whole(value):
    return None if value is None else f"{value:,.0f}"


def times(figures):
    """Of queries with and without matches: half of them, and all but one in a hundred, take at most
    this.
    """
    return [ms(get(figures, kind, p)) for kind in ("with", "without") for p in ("p50_ms", "p99_ms")]


def answers(figures):
    found = get(figures, "with", "found")
    shown = [get(figures, kind, "matches") for kind in ("with", "without")]
    return [
        None if found is None else f"{found:.1%}",
        *[None if m is None else f"{m:.2f}" for m in shown],
    ]


HEAD = [
    "tool",
    "articles",
    "inserted a second",
    "p50 with, ms",
    "p99 with",
    "p50 without",
    "p99 without",
    "found",
    "matches with",
    "without",
    "MiB anonymous",
    "MiB resident",
    "MiB server",
    "bytes an article on disk",
]


def row(table, name, f):
    disk = f.get("disk_bytes")
    each = None if disk is None or not f["documents"] else whole(disk / f["documents"])
    table.row(
        name,
        whole(f["documents"]),
        whole(f.get("insert_rate")),
        *times(f),
        *answers(f),
        whole(f.get("rss_anon_mib")),
        whole(f.get("rss_mib")),
        whole(f.get("server_rss_mib")),
        each,
    )


def at_size(n, all_figures):
    """The table of one N: every tool, and a line more for an index after it was compacted."""
    table = Table(f"{n:,} articles", HEAD)
    for f in all_figures:
        row(table, named(f), f)
        after = f.get("compacted")
        if after:
            row(table, f["tool"] + ", compacted", {"documents": f["documents"], **after})
    return table


def remarks(all_figures):
    """What a table does not show: which tool did not finish, and what it says of itself."""
    for f in all_figures:
        if f.get("failed"):
            yield f"† {f['tool']} failed at {f['asked']:,} articles: {f['failed']}."
        if f.get("stopped"):
            why = {
                "time": "its time was over",
                "memory": "it had taken the memory it may",
                "no more articles": "there were no more",
            }.get(f["stopped"], f["stopped"])
            asked = get(f, "with", "queries") or 0
            yield (
                f"† {f['tool']} had inserted {f['documents']:,} of {f['asked']:,} articles after "
                f"{f['insert_seconds']:.1f} s when {why}; its figures are "
                f"of this smaller index, its queries with matches the {asked:,} whose originals "
                f"are there."
            )
        more = {k: f[k] for k in ("keys_bytes_per_article", "texts_bytes_per_article") if k in f}
        if get(f, "compacted", "seconds") is not None:
            more["compacting_seconds"] = f["compacted"]["seconds"]
        if more:
            yield (
                f"{f['tool']}, {f['documents']:,} articles: "
                + ", ".join(f"{k.replace('_', ' ')} {v:,.1f}" for k, v in more.items())
                + "."
            )


def growth(by_tool):
    """How the mean of a query grows with the articles: 1 in the last column is growth as their
    logarithm, less is less.
    """
    table = Table(
        "Growth",
        [
            "tool",
            "articles",
            "mean with, ms",
            "× first",
            "mean without, ms",
            "× first",
            "log N × first",
            "with ÷ log N",
            "without ÷ log N",
        ],
    )
    for figures in by_tool.values():
        fit = [f for f in figures if get(f, "with", "mean_ms") and get(f, "without", "mean_ms")]
        for f in fit if len(fit) > 1 else []:
            first = fit[0]
            grown = [f[kind]["mean_ms"] / first[kind]["mean_ms"] for kind in ("with", "without")]
            log = math.log(f["documents"]) / math.log(first["documents"])
            cells = [
                ms(f["with"]["mean_ms"]),
                f"{grown[0]:.2f}",
                ms(f["without"]["mean_ms"]),
                f"{grown[1]:.2f}",
                f"{log:.2f}",
                *[f"{g / log:.2f}" for g in grown],
            ]
            table.row(named(f), whole(f["documents"]), *cells)
    return table if table.rows else None


def tenths(by_tool, n):
    """Articles a second in each tenth of inserting."""
    table = Table(
        f"Inserted a second, by tenths of {n:,}", ["tool", *[f"{k}/10" for k in range(1, 11)]]
    )
    for figures in by_tool.values():
        f = next((f for f in figures if f["asked"] == n and f.get("curve")), None)
        if f:
            ends = [[0, 0], *f["curve"][:10]]
            rates = [whole((b[0] - a[0]) / max(b[1] - a[1], 1e-9)) for a, b in zip(ends, ends[1:])]
            table.row(named(f), *rates, *[None] * (10 - len(rates)))
    return table


def main():
    o = arguments()
    o.work = os.path.abspath(o.work)
    os.makedirs(o.work, exist_ok=True)
    if not o.articles:
        o.articles = made(o, f"articles-{o.megabytes}.jsonl", o.megabytes, 1)
        # More than the language of the sources alone, which both have.
        o.strangers = o.strangers or made(o, "strangers.jsonl", 100, 2)
    o.articles = os.path.abspath(o.articles)
    commands = {tool: program(o, tool) for tool in o.tools.split(",")}
    commands = {tool: command for tool, command in commands.items() if command}
    if not commands:
        raise Failed("no tool is left")
    files = queries(o)
    numbers = [sum(1 for _ in lines(path)) for path in files[1:]]
    stated = machine() + (f"; {o.note}" if o.note else "")
    by_tool = {tool: [] for tool in commands}
    for n in o.documents:
        for tool, command in commands.items():
            by_tool[tool].append(run(o, tool, command, n, files))
        here = [figures[-1] for figures in by_tool.values()]
        print(at_size(n, here).markdown())
        print("".join(remark + "\n\n" for remark in remarks(here)), end="", flush=True)
        if o.out:
            # After each N, so that what was measured stays if a later one fails.
            with open(o.out, "w", encoding="utf-8") as out:
                json.dump(
                    {
                        "machine": stated,
                        "articles": os.path.basename(o.articles),
                        "queries": numbers,
                        "tools": by_tool,
                    },
                    out,
                    indent=1,
                )
                out.write("\n")
    for table in (tenths(by_tool, o.documents[-1]), growth(by_tool)):
        if table:
            print(table.markdown())
    print(f"machine  {stated}")
    print(
        f"input    {os.path.basename(o.articles)}; queries: {numbers[0]:,} with matches, "
        f"{numbers[1]:,} without, one at a time"
    )
    for tool in commands:
        print(f"work     {by_tool[tool][0]['tool']}: {COVERS[tool]}")
    return 1 if any(f.get("failed") for figures in by_tool.values() for f in figures) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failure:
        sys.exit(f"error: {failure}")
    except (OSError, subprocess.CalledProcessError) as failure:
        sys.exit(f"error: {failure}")
