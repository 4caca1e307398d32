"""Owns: a tiny corpus of its own through every kind of step, and checks that the figures are sane.
Needs no data.
"""

import itertools, random

import corpus as made
import figures
from program import load, write_records
from steps import boilerplate
from table import Table


def build(programs):
    """A corpus with copies, an equal text, a quoted paragraph; (path, {id: article}, the pair that
    quotes).
    """
    told = list(itertools.islice(made.documents(seed=5, copies=0.4), 120))
    docs, truth = [d for d, _ in told], {d["id"]: n for d, n in told}
    docs.append(
        {"id": "equal", "source": "outlet-1", "date": "2026-01-01", "text": docs[3]["text"].upper()}
    )
    truth["equal"] = truth[docs[3]["id"]]
    alone = next(d for d in docs[100:] if list(truth.values()).count(truth[d["id"]]) == 1)
    long = next(
        d for d in docs[100:] if list(truth.values()).count(truth[d["id"]]) == 1 and d is not alone
    )
    paragraphs = alone["text"].split("\n\n")
    quoted = long["text"].split("\n\n")[0]
    docs.append(
        {
            "id": "quotes",
            "text": "\n\n".join([*paragraphs[::-1][:1], quoted])
            + "\n\n"
            + next(made.documents(seed=9))[0]["text"],
        }
    )
    truth["quotes"] = "quotes"
    random.Random(3).shuffle(docs)
    path = programs.file("smoke.jsonl")
    write_records(path, docs)
    return path, truth, (long["id"], "quotes", quoted), {d["id"]: d["text"] for d in docs}


def smoke(bench):
    programs = bench.programs
    corpus, truth, (source, quoter, quoted), texts = build(programs)
    table = Table("Smoke run: a tiny corpus of its own", ["measure", "figure"])

    path, used = programs.report("smoke", "scan", corpus, "--all-pairs")
    report = load(path)
    bench.count("smoke", report)
    index = figures.adjusted_rand(truth, figures.cluster_labels(report, truth))
    force = figures.against_brute_force(report, programs.brute_force(corpus, 0.3, 5))
    table.row("clusters, ARI", index)
    table.row("pairs with exact resemblance ≥ .3", force["wanted"])
    table.row("… reported, share", force["share"])
    table.row("… whose reported resemblance is another", force["differ"])

    by_words = {k: programs.brute_force(corpus, 0.08, k) for k in (2, 5)}
    best, threshold = figures.best_closure(truth, by_words[2])
    fixed = figures.closure_index(truth, by_words[5], 0.7)
    table.row("exact Jaccard, 5-grams ≥ .70: ARI", fixed)
    table.row(f"exact Jaccard, 2-grams ≥ {threshold:.2f} (after looking): ARI", best)

    listed = programs.file("smoke-pairs.jsonl")
    write_records(listed, [{"a": source, "b": quoter}])
    listed_path, _ = programs.report(
        "smoke-pairs", "compare", "--pairs", listed, corpus, "--preset", "rewritten"
    )
    pairs = load(listed_path)["pairs"]
    found = covered(pairs[0], quoter, texts, quoted) if pairs else 0.0
    table.row("characters of the quoted paragraph found", found)
    table.row("seconds", used["seconds"])
    table.row("peak memory, MiB", used["peak_mib"])

    checks = [
        ("clusters", index >= 0.95),
        ("every pair of brute force reported", force["wanted"] > 20 and not force["missed"]),
        ("resemblances equal to the exact ones", force["differ"] == 0),
        ("baselines between 0 and 1", 0 <= fixed <= best <= 1 and best > 0.5),
        ("the quoted paragraph found", found > 0.9),
        ("not every pair is a candidate", figures.candidates(report) < len(truth) / 4),
        ("memory and time", 0 < used["peak_mib"] < 500 and used["seconds"] < 60),
    ]
    generated = boilerplate(bench, story=120, notice=120, footer=45)
    checks += [(row[0], row[-1] == "yes") for cases in generated for row in cases.rows]
    failed = [name for name, holds in checks if not holds]
    table.row("checks passed", f"{len(checks) - len(failed)} of {len(checks)}")
    return [table, *generated], failed


def covered(pair, quoter, texts, quoted):
    """The share of the passage's characters inside the matches of that side; the rest of the text
    must be outside.
    """
    side = "a" if pair["a"] == quoter else "b"
    at = texts[quoter].index(quoted)
    inside = set()
    for match in pair["matches"]:
        inside.update(range(*match[side]["chars"]))
    wanted = set(range(at, at + len(quoted)))
    return len(inside & wanted) / max(len(inside), len(wanted))
