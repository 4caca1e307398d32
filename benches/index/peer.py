"""Owns: how a peer written in Python is fed, timed and asked. Never: an index.

A program is called as PROGRAM ARTICLES N SKIP WITH WITHOUT and prints one JSON object as its last
line.

    ARTICLES   JSON Lines with "id" and "text"; N of them are inserted, in their order
    SKIP       one id a line: articles that are not inserted, nor counted in N
    WITH       JSON Lines with "id", "text", "original": copies of articles that are inserted
    WITHOUT    JSON Lines with "id", "text": articles that nothing inserted resembles

Words, shingles, hashing and the index are timed, reading and parsing JSON are not. The variables
INDEX_LIMIT_SECONDS and INDEX_LIMIT_MIB end the inserting early: what is there by then is asked, and
copies of what is not there are left out. INDEX_BANDS, as 32x4, gives other bands and rows than
datasketch chooses for the threshold.
"""

import itertools, json, os, re, sys, time

from datasketch import MinHash
import farmhash

HASHES, WORDS = 128, 5
BANDS = os.environ.get("INDEX_BANDS")
# How MinHashLSH is made: its own choice for the threshold is 21 bands of 6 rows.
LSH = {
    "num_perm": HASHES,
    **({"params": tuple(map(int, BANDS.split("x")))} if BANDS else {"threshold": 0.55}),
}
BATCH = 500
WORD = re.compile(r"\w+")
# The documentation of MinHash names farmhash for speed; it also takes a str as it is, where SHA-1
# wants bytes.
EMPTY = MinHash(num_perm=HASHES, hashfunc=farmhash.hash32)


def shingles(text):
    """As a list: a smallest hash does not change where a shingle is said twice, and a set would
    only take time.
    """
    words = WORD.findall(text.lower())
    if len(words) < WORDS:
        return [" ".join(words)]
    return list(map(" ".join, zip(*(words[k:] for k in range(WORDS)))))


def sketches(texts):
    return MinHash.bulk(map(shingles, texts), num_perm=HASHES, hashfunc=farmhash.hash32)


def sketch(text):
    """Of one text, sharing the permutations, as MinHash.bulk does."""
    made = EMPTY.copy()
    made.update_batch(shingles(text))
    return made


def memory(pid, name="VmRSS"):
    """MiB of a process now, as Linux says; None elsewhere."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as lines:
            return next(
                (int(line.split()[1]) / 1024 for line in lines if line.startswith(name + ":")), None
            )
    except OSError:
        return None


def records(path):
    with open(path, encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def at(ordered, share):
    """The value that this share does not exceed."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def ask(query, records):
    """The figures of queries, one at a time."""
    times, found, matches = [], 0, 0
    for record in records:
        begun = time.perf_counter()
        ids = query(record["text"])
        times.append((time.perf_counter() - begun) * 1000)
        matches += len(ids)
        found += record.get("original") in ids
    if not times:
        return {"queries": 0}
    mean, n = sum(times) / len(times), len(times)
    times.sort()
    return {
        "queries": n,
        "p50_ms": at(times, 0.5),
        "p99_ms": at(times, 0.99),
        "mean_ms": mean,
        "found": found / n,
        "matches": matches / n,
    }


def insert(index, articles, n, wanted, server):
    """Inserts at most n articles; (how many, seconds, the curve, which of `wanted` are among them,
    why it ended early).
    """
    seconds_most = float(os.environ.get("INDEX_LIMIT_SECONDS") or "inf")
    mib_most = float(os.environ.get("INDEX_LIMIT_MIB") or "inf")
    done, seconds, curve, there, stopped = 0, 0.0, [], set(), None
    while done < n and not stopped:
        tenth = (len(curve) + 1) * n // 10
        batch = [(a["id"], a["text"]) for a in itertools.islice(articles, min(BATCH, tenth - done))]
        there.update(id for id, _ in batch if id in wanted)
        done += len(batch)
        if seconds > seconds_most:
            stopped = "time"
        elif (memory(os.getpid()) or 0) + (server and memory(server) or 0) > mib_most:
            stopped = "memory"
        elif not batch:
            stopped = "no more articles"
        begun = time.perf_counter()
        index.insert(batch)
        if done == tenth or stopped:
            index.flush()
        seconds += time.perf_counter() - begun
        if done == tenth or stopped:
            curve.append([done, seconds])
    return done, seconds, curve, there, stopped


def main(tool, index, server=None):
    """Runs a peer: `index` has insert([(id, text)]), flush() and query(text); `server` is the
    process id of where it keeps things.
    """
    articles, n, skip, with_path, without_path = sys.argv[1:6]
    with open(skip, encoding="utf-8") as lines:
        skipped = set(lines.read().split())
    wanted = {r["original"] for r in records(with_path)}
    given = (a for a in records(articles) if a["id"] not in skipped)
    documents, seconds, curve, there, stopped = insert(index, given, int(n), wanted, server)
    out = {
        "tool": tool,
        "documents": documents,
        "insert_seconds": seconds,
        "insert_rate": documents / seconds,
        "curve": curve,
    }
    if stopped:
        out["stopped"] = stopped
    out["with"] = ask(index.query, (r for r in records(with_path) if r["original"] in there))
    out["without"] = ask(index.query, records(without_path))
    out["without"].pop("found", None)
    out["rss_mib"], out["rss_anon_mib"] = memory(os.getpid()), memory(os.getpid(), "RssAnon")
    if server:
        out["server_rss_mib"] = memory(server)
    out["disk_bytes"] = None
    print(json.dumps(out))
