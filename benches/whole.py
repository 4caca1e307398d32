#!/usr/bin/env python3
"""Time and memory of the whole program, as a process, from a file of JSON Lines to a JSON report.
Standard library only.

    benches/whole.py                    a generated corpus of 20 MB
    benches/whole.py corpus.jsonl       a corpus of your own: an object a line, with "id" and "text"
    benches/whole.py --peer gaoya       beside gaoya, built from crates.io
    benches/whole.py --peer datasketch  beside datasketch, or rensa, from the Python Package Index,
                                        in an environment of its own

Each program runs once unmeasured, so that the file is in memory, then --runs times, the programs
taking turns. Printed are the median and the range of the time and the peak resident memory, with
the machine, the input and the work that each covers.
"""

import argparse, hashlib, os, platform, statistics, subprocess, sys, venv

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "quality"))
import corpus as made  # noqa: E402
from program import Failed, Programs, ROOT, load, run, write_records  # noqa: E402
from table import Table  # noqa: E402

PEERS = {
    "gaoya": "sonic-rs, MinHash of 128 in 16 x 8 on word 5-grams, pairs estimated at .5 and more, "
    "closure to clusters, as many threads; no verification, no spans",
    "datasketch": "MinHash of 128, LSH at .7 on word 5-grams, closure to clusters, one thread; "
    "no verification, no spans",
    "rensa": "MinHash of 128, LSH at .5 on word 5-grams, closure to clusters, one thread; "
    "no verification, no spans",
}


def arguments():
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("corpus", nargs="?")
    p.add_argument("--megabytes", type=float, default=20, help="size of the generated corpus [20]")
    p.add_argument("--runs", type=int, default=5)
    p.add_argument(
        "--threads",
        default="0",
        help="nearcopy's threads, of which several may be tried: 1,2 [0: as many as cores]",
    )
    p.add_argument("--peer", action="append", choices=list(PEERS), default=[])
    p.add_argument("--nearcopy", help="a program that is built already; else it is built")
    p.add_argument(
        "--work", default=os.path.join(ROOT, "target", "whole"), help="where everything made goes"
    )
    p.add_argument("--markdown", action="store_true")
    return p.parse_args()


def generated(work, megabytes):
    """A corpus of about this size, the same each time."""
    path = os.path.join(work, f"generated-{megabytes:g}.jsonl")
    if not os.path.exists(path):
        docs, size = [], 0
        for doc, _ in made.documents():
            docs.append(doc)
            size += len(doc["text"].encode()) + 90
            if size >= megabytes * 1e6:
                break
        write_records(path + ".part", docs)
        os.replace(path + ".part", path)
    return path


def peer_command(name, work, corpus, threads):
    """Builds or installs a peer: its name and the command; nothing where that fails."""
    return gaoya(work, corpus, threads) if name == "gaoya" else python_peer(name, work, corpus)


def gaoya(work, corpus, threads):
    """The driver of gaoya, built from crates.io."""
    manifest = os.path.join(HERE, "peers", "gaoya", "Cargo.toml")
    target = os.path.join(work, "gaoya")
    build = ["cargo", "build", "--release", "--quiet", "--manifest-path", manifest]
    if subprocess.call([*build, "--target-dir", target]):
        print("gaoya cannot be built, so it is left out", file=sys.stderr)
        return None
    threads = os.cpu_count() if threads == "0" else threads
    program = os.path.join(target, "release", "whole-gaoya")
    return "gaoya 0.2.2", [program, corpus, str(threads)]


def python_peer(name, work, corpus):
    """A peer from the Python Package Index."""
    place = os.path.join(work, "venv-" + name)
    python = os.path.join(place, "bin", "python")
    try:
        if not os.path.exists(python):
            venv.create(place, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", name], check=True)
        shown = subprocess.run(
            [python, "-m", "pip", "show", name], check=True, capture_output=True, text=True
        ).stdout
    except (subprocess.CalledProcessError, OSError) as e:
        print(f"{name} cannot be installed, so it is left out: {e}", file=sys.stderr)
        return None
    version = next(line.split()[1] for line in shown.splitlines() if line.startswith("Version:"))
    return f"{name} {version}", [python, os.path.join(HERE, "peers", f"{name}_run.py"), corpus]


def machine():
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            model = next(
                (line.split(":")[1].strip() for line in info if line.startswith("model name")),
                model,
            )
    except OSError:
        pass
    load_now = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}{load_now}"


def measure(commands, runs, work):
    """{name: [what each run used]}; the programs take turns, so that a busy moment hits all."""
    used = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            spent = run(
                command, os.path.join(work, "out-" + name.replace(" ", "-").replace(",", ""))
            )
            if turn:
                used[name].append(spent)
    return used


def main():
    o = arguments()
    work = os.path.abspath(o.work)
    os.makedirs(work, exist_ok=True)
    corpus = os.path.abspath(o.corpus) if o.corpus else generated(work, o.megabytes)
    ours = Programs(work, o.nearcopy).nearcopy
    version = subprocess.run(
        [ours, "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    commands, covers = {}, {}
    for threads in o.threads.split(","):
        name = version + ("" if threads == "0" else f", threads {threads}")
        commands[name] = [
            ours,
            "scan",
            corpus,
            "--format",
            "json",
            "--no-config",
            "--quiet",
            "--threads",
            threads,
            "--all-pairs",
        ]
        covers[name] = (
            "UAX #29 words, candidates, verification on the texts, clusters, all pairs with spans, "
            "repeats, JSON report"
        )
    for peer in o.peer:
        found = peer_command(peer, work, corpus, o.threads.split(",")[0])
        if found:
            commands[found[0]], covers[found[0]] = found[1], PEERS[peer]
    stated = machine()
    used = measure(commands, o.runs, work)

    megabytes = os.path.getsize(corpus) / 1e6
    with open(corpus, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    summary = load(
        os.path.join(work, "out-" + next(iter(commands)).replace(" ", "-").replace(",", ""))
    )["summary"]
    table = Table(
        f"Whole program, median of {o.runs}",
        ["program", "seconds", "from", "to", "MB/s", "processor s", "peak MiB"],
    )
    for name, runs in used.items():
        seconds = [r["seconds"] for r in runs]
        middle = statistics.median(seconds)
        cpu = statistics.median(r["cpu"] for r in runs)
        peak = max(r["peak_mib"] for r in runs)
        table.row(
            name,
            *[f"{s:.2f}" for s in (middle, min(seconds), max(seconds))],
            f"{megabytes / middle:.1f}",
            f"{cpu:.2f}",
            round(peak),
        )
    print(table.markdown() if o.markdown else table.plain())
    print(f"machine  {stated}")
    what = (
        f"{megabytes:.1f} MB of JSON Lines, {summary['documents']} documents, "
        f"{summary['clusters']} clusters found"
    )
    print(f"input    {os.path.basename(corpus)}: {what}, sha256 {digest}…")
    for name in commands:
        print(f"work     {name}: {covers[name]}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failure:
        sys.exit(f"error: {failure}")
