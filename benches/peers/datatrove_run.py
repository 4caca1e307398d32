#!/usr/bin/env python3
"""MinHash of datatrove over articles, with its defaults, and how many planted pairs share a cluster.

    pip install datatrove orjson spacy regex nltk tldextract tokenizers 'xxhash<4'
    benches/peers/datatrove_run.py ARTICLES.jsonl TRUTH FOLDER     # four steps in FOLDER, two tasks
    benches/peers/datatrove_run.py ARTICLES.jsonl TRUTH --report report.json   # a report of nearcopy

TRUTH has a line for each planted pair: two ids with a tab between them. Pairs of which an id is not
among the articles are left out.
"""

import glob
import json
import os
import sys
import time


def planted(articles, truth):
    with open(articles, encoding="utf-8") as lines:
        ids = {json.loads(line)["id"] for line in lines}
    with open(truth, encoding="utf-8") as lines:
        pairs = [tuple(line.rstrip("\n").split("\t")) for line in lines]
    return [pair for pair in pairs if ids.issuperset(pair)]


def clusters_of_report(path):
    """The cluster of each document, the documents that would go, and whether a pair is reported."""
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    cluster, first = {}, {}
    for number, found in enumerate(report["clusters"]):
        for member in found["members"]:
            cluster[member], first[member] = number, found["representative"]
    pairs = {frozenset((pair["a"], pair["b"])) for pair in report["pairs"]}

    def related(a, b):
        heads = frozenset((first.get(a, a), first.get(b, b)))
        return len(heads) == 1 or heads in pairs or frozenset((a, b)) in pairs

    return cluster, report["summary"]["duplicates"], related


def clusters_of_datatrove(folder):
    cluster, removed = {}, 0
    for kind in ("removed", "kept"):
        for path in glob.glob(f"{folder}/{kind}/*"):
            with open(path, encoding="utf-8") as lines:
                for document in map(json.loads, lines):
                    removed += kind == "removed"
                    own = document["metadata"].get("minhash_cluster_id")
                    if own not in (None, -1):
                        cluster[document["id"]] = own
    return cluster, removed, None


def carried_out(articles, folder):
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline import dedup
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    os.makedirs(f"{folder}/in")
    with open(articles, "rb") as file:
        lines = file.readlines()
    for part in range(2):
        with open(f"{folder}/in/{part}.jsonl", "wb") as out:
            out.writelines(lines[part * len(lines) // 2 : (part + 1) * len(lines) // 2])
    config = dedup.minhash.MinhashConfig()
    own = {name: f"{folder}/{name}" for name in ("sig", "buckets", "remove", "removed", "kept")}

    def step(name, tasks, *pipeline):
        begun = time.monotonic()
        how = {"tasks": tasks, "workers": min(tasks, 2), "logging_dir": f"{folder}/logs/{name}"}
        LocalPipelineExecutor(pipeline=list(pipeline), **how).run()
        print(f"{name} {time.monotonic() - begun:.1f} s", flush=True)

    reader = JsonlReader(f"{folder}/in")
    step("signatures", 2, reader, dedup.MinhashDedupSignature(own["sig"], config))
    step("buckets", 14, dedup.MinhashDedupBuckets(own["sig"], own["buckets"], config=config))
    made = dedup.MinhashDedupCluster(own["buckets"], own["remove"], config, save_cluster_id=True)
    step("clusters", 1, made)
    gone = JsonlWriter(own["removed"], compression=None)
    cleaned = dedup.MinhashDedupFilter(own["remove"], gone, load_cluster_ids=True)
    step("filter", 2, reader, cleaned, JsonlWriter(own["kept"], compression=None))


def main():
    articles, truth, where, *report = sys.argv[1:]
    if report:
        cluster, removed, related = clusters_of_report(report[0])
    else:
        carried_out(articles, where)
        cluster, removed, related = clusters_of_datatrove(where)
    pairs = planted(articles, truth)
    same = sum(a in cluster and cluster[a] == cluster.get(b) for a, b in pairs)
    print(f"{len(pairs)} planted pairs, {same} in one cluster, {removed} documents would go")
    if related is not None:
        print(f"{sum(related(a, b) for a, b in pairs)} of any relation")


if __name__ == "__main__":
    main()
