#!/usr/bin/env python3
"""The ten lines of examples/, nearcopy's and datasketch's, on one file: seconds, memory, and which
pairs each finds.

    python/benches/beside_datasketch.py ARTICLES.jsonl            "id" and "text" in each line
    python/benches/beside_datasketch.py --one-core …              each on one core, as datasketch
    runs anyhow

Run it with a Python that has nearcopy, datasketch and, for the row that says so, pyfarmhash. Each
program is a process of its own and reads the file itself; the programs take turns, --runs times,
after one turn that is not counted.

The truth is exact: all pairs whose sets of word 5-shingles (\\w+ of the lower-cased text, as the
ten lines of datasketch cut them) have a Jaccard resemblance of .5 or more. It is found without any
sketch: shingles are ordered from rare to common, and two sets of that resemblance share at least
one of the rarest |set| - ceil(|set| / 2) + 1 of each, so only texts that share one of those are
compared, set by set. Texts of less than five words are left out of the truth and of what is found.

datasketch is judged by its own shingles here, and nearcopy by them too, though its are cut by UAX
#29; what nearcopy finds below .5 are pairs that share passages, which is what it looks for;
datasketch's below .5 are chance.
"""

import argparse, hashlib, importlib, itertools, json, math, os, platform, re, statistics, sys

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLES = os.path.join(os.path.dirname(HERE), "examples")
QUALITY = os.path.join(HERE, "..", "..", "benches", "quality")
LEAST = 0.5
WORD = re.compile(r"\w+")


def arguments():
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("articles")
    p.add_argument("--runs", type=int, default=3)
    p.add_argument("--one-core", action="store_true", help="pin each program to one core (Linux)")
    p.add_argument(
        "--work",
        default=os.path.join(HERE, "..", "..", "target", "beside-datasketch"),
        help="where everything made goes",
    )
    p.add_argument("--markdown", action="store_true")
    p.add_argument("--filtered", action="store_true", help=argparse.SUPPRESS)
    return p.parse_args()


def shingles(text):
    words = WORD.findall(text.lower())
    return {" ".join(words[k : k + 5]) for k in range(len(words) - 4)}


def resemblance(a, b):
    shared = len(a & b)
    return shared / (len(a) + len(b) - shared)


def truth(sets):
    """All pairs of at least LEAST, as {(i, j)}, i < j: an inverted index over the rarest shingles
    of each set.
    """
    count = {}
    for s in sets:
        for shingle in s:
            count[shingle] = count.get(shingle, 0) + 1
    postings, found = {}, set()
    for j, s in enumerate(sets):
        rarest = sorted(s, key=lambda x: (count[x], x))[: len(s) - math.ceil(LEAST * len(s)) + 1]
        near = set()
        for shingle in rarest:
            near.update(postings.get(shingle, ()))
            postings.setdefault(shingle, []).append(j)
        found.update((i, j) for i in near if resemblance(sets[i], s) >= LEAST)
    return found


def filtered(path):
    """datasketch at its fastest, a candidate kept where the signatures' own estimate is at least
    LEAST: not ten lines.
    """
    import farmhash
    from datasketch import MinHash, MinHashLSH

    with open(path, encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    words = (WORD.findall(row["text"].lower()) for row in rows)
    cut = ([" ".join(w[k : k + 5]) for k in range(max(1, len(w) - 4))] for w in words)
    lsh, made = MinHashLSH(threshold=LEAST, num_perm=128), {}
    for row, sketch in zip(rows, MinHash.generator(cut, num_perm=128, hashfunc=farmhash.hash32)):
        for other in lsh.query(sketch):
            if sketch.jaccard(made[other]) >= LEAST:
                print(other, row["id"], sep="\t")
        lsh.insert(row["id"], sketch, check_duplication=False)
        made[row["id"]] = sketch


def read(path):
    """The lines that a program printed."""
    with open(path, encoding="utf-8") as lines:
        return [line.rstrip("\n").split("\t") for line in lines]


def ours(lines):
    """{(i, j): (relation, resemblance)} of nearcopy's ten lines: what is said of the first of equal
    texts holds for all.
    """
    same, found = {}, {}
    for a, b, relation, *_ in lines:
        if relation == "equal":
            same.setdefault(int(a), {int(a)}).add(int(b))
            same.setdefault(int(b), {int(b)}).add(int(a))
    for a, b, relation, score, *_ in lines:
        pairs = (
            itertools.product(same.get(int(a), {int(a)}), same.get(int(b), {int(b)}))
            if relation != "equal"
            else [(int(a), int(b))]
        )
        found.update({(min(p), max(p)): (relation, float(score)) for p in pairs})
    return found


def pairs(lines):
    return {(min(int(a), int(b)), max(int(a), int(b))) for a, b, *_ in lines}


def judge(table, name, found, wanted, sets):
    found = {(i, j) for i, j in found if sets[i] and sets[j]}
    exact = [resemblance(sets[i], sets[j]) for i, j in found]
    low, mid = sum(r < 0.2 for r in exact), sum(0.2 <= r < LEAST for r in exact)
    right = len(found & wanted)
    table.row(
        name,
        len(found),
        right,
        f"{right / len(wanted):.4f}" if wanted else None,
        f"{right / len(found):.4f}" if found else None,
        mid,
        low,
    )


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
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return f"{model}, {os.cpu_count()} cores, {system}, load {os.getloadavg()[0]:.1f} at the start"


def main():
    o = arguments()
    if o.filtered:
        return filtered(o.articles)
    sys.path.insert(0, QUALITY)
    from program import run
    from table import Table

    work = os.path.abspath(o.work)
    os.makedirs(work, exist_ok=True)
    stated = machine()
    with open(o.articles, encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    numbered = os.path.join(work, "numbered.jsonl")
    with open(numbered, "w", encoding="utf-8") as out:
        out.writelines(
            json.dumps({"id": str(n), "text": text}, ensure_ascii=False) + "\n"
            for n, text in enumerate(texts)
        )

    pin = ["taskset", "-c", "0"] if o.one_core else []
    nearcopy, datasketch = (
        f"{name} {importlib.import_module(name).__version__}" for name in ("nearcopy", "datasketch")
    )
    fast = datasketch + ", farmhash, estimate of .5"
    programs = {
        nearcopy: [os.path.join(EXAMPLES, "ten_lines_nearcopy.py"), numbered],
        datasketch: [os.path.join(EXAMPLES, "ten_lines_datasketch.py"), numbered],
        fast: [os.path.abspath(__file__), "--filtered", numbered],
    }
    try:
        import farmhash  # noqa: F401
    except ImportError:
        print("pyfarmhash is not there, so a row is left out", file=sys.stderr)
        del programs[fast]
    used = {name: [] for name in programs}
    for turn in range(o.runs + 1):
        for number, (name, command) in enumerate(programs.items()):
            spent = run([*pin, sys.executable, *command], os.path.join(work, f"{number}.tsv"))
            if turn:
                used[name].append(spent)

    title = f"Ten lines, median of {o.runs}" + (", one core each" if pin else "")
    cost = Table(title, ["program", "seconds", "from", "to", "processor s", "peak MiB"])
    for name, runs in used.items():
        seconds = [r["seconds"] for r in runs]
        cpu, peak = statistics.median(r["cpu"] for r in runs), max(r["peak_mib"] for r in runs)
        cost.row(
            name,
            *(f"{s:.2f}" for s in (statistics.median(seconds), min(seconds), max(seconds), cpu)),
            round(peak),
        )

    sets = [shingles(text) for text in texts]
    wanted = truth(sets)
    title = f"Pairs, {len(wanted)} of them of an exact resemblance of .5 or more"
    found = Table(
        title, ["found by", "pairs", "of those", "recall", "precision", ".2 to .5", "below .2"]
    )
    mine = ours(read(os.path.join(work, "0.tsv")))
    judge(found, f"{nearcopy}, all relations", mine, wanted, sets)
    judge(
        found,
        "… equal and near-copy",
        {p for p, (r, _) in mine.items() if r in ("equal", "near-copy")},
        wanted,
        sets,
    )
    judge(
        found,
        "… its resemblance .5 or more",
        {p for p, (_, score) in mine.items() if score >= LEAST},
        wanted,
        sets,
    )
    for number, name in enumerate(programs):
        if number:
            judge(found, name, pairs(read(os.path.join(work, f"{number}.tsv"))), wanted, sets)
    for table in (cost, found):
        print(table.markdown() if o.markdown else table.plain())
    with open(o.articles, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()[:16]
    print(f"machine  {stated}")
    size, short = os.path.getsize(o.articles) / 1e6, sum(not s for s in sets)
    what = f"{size:.1f} MB, {len(texts)} texts, {short} of them below five words"
    print(f"input    {os.path.basename(o.articles)}: {what}, sha256 {digest}…")


if __name__ == "__main__":
    main()
