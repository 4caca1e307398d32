"""Owns: one function for each corpus: make or take it, run, score, fill a table. Never: prints a
table.
"""

import collections, json, os, subprocess, sys

import boilerplate as forms
import figures
import languages as tongues
import quoting
from program import Failed, load, records, run, write_records
from table import Table


class Bench:
    """What all steps share."""

    def __init__(self, programs, data, tools, megabytes=100):
        self.programs, self.data, self.tools, self.megabytes = programs, data, tools, megabytes
        self.density = Table(
            "Candidate pairs compared for each document",
            ["corpus", "documents", "candidates", "for each document", "verified", "capped keys"],
        )

    def given(self, name):
        return os.path.join(self.data, name)

    def made(self, name, tool, arguments):
        """A corpus that a tool makes; made once, for it is the same each time."""
        path = self.programs.file(name)
        if not os.path.exists(path + ".done"):
            run([sys.executable, os.path.join(self.tools, tool), *arguments(path)])
            open(path + ".done", "w").close()
        return path

    def score(self, kind, report, truth):
        out = subprocess.run(
            [sys.executable, os.path.join(self.tools, "score.py"), kind, report, truth],
            capture_output=True,
            text=True,
        )
        if out.returncode:
            raise Failed(f"score.py {kind}: {out.stderr.strip()}")
        return json.loads(out.stdout.strip().splitlines()[-1])

    def count(self, name, report):
        s = report["summary"]
        self.density.row(
            name,
            s["documents"],
            s["candidates"],
            f"{figures.candidates(report):.1f}",
            s["verified"],
            s["capped_keys"],
        )


# Rows of the wire table: words, then the way to the figure in what score.py prints.
WIRE = [
    ("clusters, ARI", ["ari"]),
    ("near-copy pairs by cluster, F1", ["near-copy pairs by cluster", "f1"]),
    ("near-copy pairs reported, F1", ["near-copy pairs reported", "f1"]),
    ("contains, related in any way", ["contains pairs related in any way"]),
    ("contains, named right, F1", ["contains pairs reported", "f1"]),
    ("quotes, related in any way", ["quotes pairs related in any way"]),
    ("quotes, named right, F1", ["quotes pairs reported", "f1"]),
    ("template, named right, F1", ["template pairs reported", "f1"]),
    ("span characters, precision", ["span characters, reported true pairs", "precision"]),
    ("span characters, recall", ["span characters, reported true pairs", "recall"]),
    ("span characters, F1", ["span characters, reported true pairs", "f1"]),
    ("cluster pairs that share nothing", ["cluster pairs reported that share nothing by design"]),
]


def baselines(bench, corpus, truth):
    """ARI of the closure of exact Jaccard: [(words, figure)], thresholds fixed and, in the end,
    chosen after looking.
    """
    force = {k: bench.programs.brute_force(corpus, 0.08, k) for k in (2, 3, 5)}
    best = {k: figures.best_closure(truth, pairs) for k, pairs in force.items()}
    words = max(best, key=lambda k: best[k])
    return [
        ("exact Jaccard, 5-grams ≥ .70: ARI", figures.closure_index(truth, force[5], 0.7)),
        ("exact Jaccard, 2-grams ≥ .45: ARI", figures.closure_index(truth, force[2], 0.45)),
        ("exact Jaccard, best n and threshold after looking: ARI", best[words][0]),
        ("… which are", f"{words}-grams ≥ {best[words][1]:.2f}"),
    ]


def wire(bench, seeds=(1, 2), profiles=("news", "ocr")):
    """A labelled corpus of wire copies, made from real articles."""
    columns = [(profile, seed) for profile in profiles for seed in seeds]
    table = Table(
        "Wire copies (wiresim), --all-pairs", ["measure"] + [f"{p}, seed {s}" for p, s in columns]
    )
    scores, naive = [], []
    for profile, seed in columns:
        arguments = lambda out: [
            bench.given("reuters21578.jsonl"),
            out,
            "--seed",
            str(seed),
            "--profile",
            profile,
        ]
        folder = bench.made(f"wire-{profile}-{seed}", "wiresim.py", arguments)
        preset = ["--preset", "ocr"] if profile == "ocr" else []
        corpus = os.path.join(folder, "docs.jsonl")
        path, _ = bench.programs.report(
            f"wire-{profile}-{seed}", "scan", corpus, "--all-pairs", *preset
        )
        scores.append(bench.score("wire", path, folder))
        bench.count(f"wire {profile}, seed {seed}", load(path))
        naive.append(baselines(bench, corpus, load(os.path.join(folder, "clusters.json"))))
    for name, way in WIRE:
        cells = []
        for score in scores:
            for key in way:
                score = score[key]
            cells.append(score)
        table.row(name, *cells)
    for rows in zip(*naive):
        table.row(rows[0][0], *[r[1] for r in rows])
    return [table]


def settled(suspicious):
    """Whether bounds of the preset `rewritten` were settled on this text: half of them, by a hash
    of the id (FNV, from 7).
    """
    state = 7
    for byte in suspicious.encode():
        state = ((state ^ byte) * 0x100000001B3) & (2**64 - 1)
    return (state >> 17) & 1 == 0


def pan(bench):
    """PAN 2013 text alignment, training corpus: passages of listed pairs; the half that bounds were
    settled on, the other, and all.
    """
    pairs = bench.given("pan13-train/pairs.jsonl")
    listed = bench.programs.file("pan-pairs.jsonl")
    write_records(listed, ({"a": p["suspicious"], "b": p["source"]} for p in records(pairs)))
    documents = bench.given("pan13-train/documents.jsonl")
    arguments = ["compare", "--pairs", listed, documents, "--preset", "rewritten"]
    path, used = bench.programs.report("pan", *arguments, "--no-background")
    under, _ = bench.programs.report("pan-background", *arguments)
    title = f"Passages (PAN 2013 training corpus, --preset rewritten, {used['seconds']:.1f} s)"
    table = Table(
        title,
        ["texts", "class", "plagdet", "recall", "precision", "granularity", "false detections"],
    )
    parts = [
        ("settled on", path, lambda p: settled(p["suspicious"])),
        ("held back", path, lambda p: not settled(p["suspicious"])),
        ("all", path, lambda p: True),
        ("all, under the background of the texts", under, lambda p: True),
    ]
    for words, path, inside in parts:
        part = bench.programs.file("pan-part.jsonl")
        write_records(part, filter(inside, records(pairs)))
        for name, score in sorted(bench.score("pan", path, part).items()):
            table.row(
                words,
                name,
                *[
                    score.get(k)
                    for k in ("plagdet", "recall", "precision", "granularity", "false detections")
                ],
            )
    return [table]


def retrieval(bench):
    """All texts of PAN 2013 in one scan: are the pairs found that nobody listed?"""
    return [retrieved(bench, preset) for preset in ("news", "rewritten")]


def retrieved(bench, preset):
    path, used = bench.programs.report(
        f"pan-all-{preset}",
        "scan",
        bench.given("pan13-train/documents.jsonl"),
        "--all-pairs",
        "--preset",
        preset,
    )
    report = load(path)
    bench.count(f"PAN 2013, all texts, {preset}", report)
    title = (
        "Source retrieval (PAN 2013, all texts in one scan, --all-pairs, "
        f"--preset {preset}, {used['seconds']:.1f} s)"
    )
    head = [
        "class",
        "pairs",
        "with a case",
        "of these reported with a passage",
        "… that meets a case on both sides",
        "pairs reported",
    ]
    table = Table(title, head)
    classes, listed, suspicious = {}, {}, set()
    for p in records(bench.given("pan13-train/pairs.jsonl")):
        classes.setdefault(p["class"], []).append((p["suspicious"], p["source"], p["cases"]))
        listed[frozenset((p["suspicious"], p["source"]))] = p["class"]
        suspicious.add(p["suspicious"])
    kinds = [
        "not listed, two sources",
        "not listed, suspicious and source",
        "not listed, two suspicious",
    ]
    kind = lambda p: listed.get(
        frozenset((p["a"], p["b"])), kinds[(p["a"] in suspicious) + (p["b"] in suspicious)]
    )
    reported = collections.Counter(map(kind, report["pairs"]))
    for name, wanted in classes.items():
        true = [w for w in wanted if w[2]]
        shares = (
            (
                figures.share_related(report, [w[:2] for w in true], with_match=True),
                figures.share_overlapping(report, true),
            )
            if true
            else (None, None)
        )
        table.row(name, len(wanted), len(true), *shares, reported[name])
    for name in kinds:
        table.row(name, None, None, None, None, reported[name])
    return table


def newswire(bench, name="reuters21578.jsonl", least=0.7):
    """Real newswire against brute force over all pairs."""
    corpus = bench.given(name)
    path, used = bench.programs.report("newswire", "scan", corpus, "--all-pairs")
    report = load(path)
    bench.count(name.removesuffix(".jsonl"), report)
    force = figures.against_brute_force(report, bench.programs.brute_force(corpus, least, 5))
    table = Table(
        f"{name} against brute force over all pairs (word 5-grams, --all-pairs, "
        f"{used['seconds']:.1f} s)",
        ["measure", "figure"],
    )
    table.row(f"pairs with exact resemblance ≥ {least}", force["wanted"])
    table.row("… reported in some relation", force["found"])
    table.row("… share", f"{force['share']:.4f}")
    table.row("… whose reported resemblance is another", force["differ"])
    table.row("largest cluster", max((len(c["members"]) for c in report["clusters"]), default=0))
    titles = {r["id"]: r.get("title") or "" for r in records(corpus)}
    members, other = figures.other_tickers(report, titles)
    table.row("cluster members", members)
    table.row("… whose title has another ticker than the representative's", other)
    for a, b, exact in force["missed"][:10]:
        table.row(f"missed: {a} and {b}", exact)
    return [table]


def posts(bench, name="20news.jsonl"):
    """Newsgroup posts, full of quoted replies: how much work they make, and whether the quoted
    lines are found in spite of their marks.
    """
    path, _ = bench.programs.report("posts", "scan", bench.given(name), "--all-pairs")
    report = load(path)
    bench.count(name.removesuffix(".jsonl"), report)
    texts = {r["id"]: r["text"] for r in records(bench.given(name))}
    quoted, everywhere = quoting.pairs(texts)
    score = quoting.score(report, texts, quoted)
    # What is missed: was it never compared, or is it no relation when it is?
    listed = bench.programs.file("posts-missed.jsonl")
    write_records(listed, ({"a": a, "b": b} for a, b in score["missed"]))
    again, _ = bench.programs.report(
        "posts-missed", "compare", "--pairs", listed, bench.given(name)
    )
    table = Table(
        f"Quoted replies ({name}: lines behind >, {quoting.WORDS} words and more, that stand "
        f"verbatim in another post)",
        ["measure", "figure"],
    )
    table.row(f"quotations left out: in more than {quoting.MOST} posts", everywhere)
    table.row("pairs of a reply and the post it quotes", len(quoted))
    table.row("… reported in some relation", score["related"])
    for relation, count in sorted(score["relations"].items()):
        table.row(f"… as {relation}", count)
    table.row("… missed", len(score["missed"]))
    table.row("… of these related when compared by hand", len(load(again)["pairs"]))
    table.row("quoted characters of the reported pairs inside spans", score["covered"])
    table.row("quoted characters of all pairs inside spans", score["covered of all"])
    return [table]


def languages(bench):
    """Copies planted alike in many languages, and one declaration in all of them."""
    udhr = {r["id"]: r["text"] for r in records(bench.given("languages/udhr.jsonl"))}
    texts = lambda name: [r["text"] for r in records(bench.given(name))]
    # The Arabic articles are lists of paragraphs, as text.
    arabic = [
        t.replace("', '", "\n").replace("\\xa0", " ") for t in texts("languages/arabic.jsonl")
    ]
    chinese = [
        piece
        for t in dict.fromkeys(texts("languages/chinese.jsonl"))
        for piece in tongues.thirds(t)
    ]
    articles = {"English": texts("reuters21578.jsonl")[:3000], "Chinese": chinese, "Arabic": arabic}
    table = planted_copies(bench, tongues.corpora(udhr, articles))

    path, _ = bench.programs.report(
        "udhr", "scan", bench.given("languages/udhr.jsonl"), "--all-pairs"
    )
    pairs = tongues.judged(load(path))
    one = Table(
        f"One declaration in {len(udhr)} languages, --all-pairs: {len(pairs)} pairs",
        ["pair", "relation", "judged by eye"],
        long=True,
    )
    for a, b, relation, judgement in pairs:
        one.row(f"{a} and {b}", relation, judgement)
    return [table, one]


def planted_copies(bench, corpora):
    head = [
        "texts",
        "copies",
        "related",
        "named as the truth is",
        "error of coverage",
        "span precision",
        "span recall",
        "typeset: equal",
        "pairs of strangers",
        "missed",
    ]
    table = Table(
        "Copies planted alike in many languages (abridged, edited, re-ordered, quoted, typeset), "
        "--all-pairs",
        head,
    )
    for name, parts in corpora:
        score = tongues.Score()
        for number, (texts, truth) in enumerate(parts):
            corpus = bench.programs.file(f"languages-{number}.jsonl")
            write_records(corpus, texts)
            path, _ = bench.programs.report("languages", "scan", corpus, "--all-pairs")
            score.add(texts, truth, load(path))
        missed = ", ".join(
            f"{of - found} {kind}" for kind, (found, of) in score.by_kind.items() if found < of
        )
        table.row(name, *score.row(), missed or None)
    return table


def boilerplate(bench, **sizes):
    """Generated: stories that everybody prints, notices of one form, footers."""
    table = Table(
        "Stories, notices and footers (generated), --all-pairs",
        ["case", "documents", "found", "as it should be"],
    )
    for name, docs, judge in forms.cases(**sizes):
        corpus = bench.programs.file("boilerplate.jsonl")
        write_records(corpus, docs)
        path, _ = bench.programs.report("boilerplate", "scan", corpus, "--all-pairs")
        found, holds = judge(load(path))
        table.row(name, len(docs), found, "yes" if holds else "NO")
    return [table]


def speed(bench):
    """A big generated corpus: time, memory, planted copies found."""
    sources = [bench.given(n) for n in ("reuters21578.jsonl", "20news.jsonl")]
    name = f"big-{bench.megabytes}.jsonl"
    corpus = bench.made(name, "bigsim.py", lambda out: [out, str(bench.megabytes), *sources])
    megabytes = os.path.getsize(corpus) / 1e6
    path, used = bench.programs.report(f"big-{bench.megabytes}", "scan", corpus)
    report = load(path)
    bench.count(f"bigsim, {megabytes:.0f} MB", report)
    with open(corpus + ".truth", encoding="utf-8") as lines:
        planted = [line.split() for line in lines]
    labels = figures.cluster_labels(report, {i for pair in planted for i in pair})
    table = Table(
        f"Speed (bigsim, {megabytes:.0f} MB, {os.cpu_count()} cores, one run)",
        ["measure", "figure"],
    )
    table.row("seconds", f"{used['seconds']:.1f}")
    table.row("seconds of processor time", f"{used['cpu']:.1f}")
    table.row("MB/s", f"{megabytes / used['seconds']:.1f}")
    table.row("peak memory, MiB", round(used["peak_mib"]))
    table.row("planted copies", len(planted))
    table.row(
        "… in one cluster with their original",
        f"{sum(labels[a] == labels[b] for a, b in planted) / max(1, len(planted)):.4f}",
    )
    table.row("largest cluster", max((len(c["members"]) for c in report["clusters"]), default=0))
    return [table]


STEPS = {
    "wire": wire,
    "pan": pan,
    "retrieval": retrieval,
    "newswire": newswire,
    "posts": posts,
    "languages": languages,
    "boilerplate": boilerplate,
    "speed": speed,
}
REUTERS, POSTS, PAN = (
    "reuters21578.jsonl",
    "20news.jsonl",
    ["pan13-train/documents.jsonl", "pan13-train/pairs.jsonl"],
)
# What each step takes from the data folder, and from the tools.
DATA = {
    "wire": [REUTERS],
    "pan": PAN,
    "retrieval": PAN,
    "newswire": [REUTERS],
    "posts": [POSTS],
    "boilerplate": [],
    "speed": [REUTERS, POSTS],
    "languages": [
        REUTERS,
        "languages/udhr.jsonl",
        "languages/chinese.jsonl",
        "languages/arabic.jsonl",
    ],
}
TOOLS = {"wire": ["wiresim.py", "score.py"], "pan": ["score.py"], "speed": ["bigsim.py"]}
