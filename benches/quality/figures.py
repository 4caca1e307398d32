"""Owns: figures computed from a report and a truth, and the naive baselines. Never: runs a
program.
"""

import re, collections


def pairs_of(n):
    return n * (n - 1) // 2


def adjusted_rand(truth, labels):
    """Hubert and Arabie's index of two labellings, {id: label} each, of the same ids."""
    ids = list(truth)
    both = collections.Counter((truth[i], labels[i]) for i in ids)
    inside = sum(pairs_of(n) for n in both.values())
    a = sum(pairs_of(n) for n in collections.Counter(truth.values()).values())
    b = sum(pairs_of(n) for n in collections.Counter(labels[i] for i in ids).values())
    chance, most = a * b / max(1, pairs_of(len(ids))), (a + b) / 2
    return 1.0 if most == chance else (inside - chance) / (most - chance)


def cluster_labels(report, ids):
    """{id: label}: one label for each cluster, one for each document alone."""
    labels = {i: ("alone", i) for i in ids}
    for cluster in report["clusters"]:
        for member in cluster["members"]:
            labels[member] = ("cluster", cluster["id"])
    return labels


def closure(ids, pairs):
    """{id: label} of the connected components (single-link closure)."""
    up = {i: i for i in ids}

    def top(i):
        while up[i] != i:
            up[i] = up[up[i]]
            i = up[i]
        return i

    for a, b in pairs:
        up[top(a)] = top(b)
    return {i: top(i) for i in ids}


def closure_index(truth, pairs, threshold):
    """ARI of the closure of all pairs of at least this exact resemblance."""
    return adjusted_rand(truth, closure(truth, [(a, b) for a, b, r in pairs if r >= threshold]))


def best_closure(truth, pairs):
    """(ARI, threshold) of the best threshold, chosen after looking, in steps of .01."""
    return max((closure_index(truth, pairs, t / 100), t / 100) for t in range(8, 96))


def related(report):
    """{frozenset of two ids: the pair, or None for two equal texts} without spelling classes of
    equal texts out.
    """
    return {frozenset((p["a"], p["b"])): p for p in report["pairs"]}


def against_brute_force(report, brute):
    """How much of the pairs found by brute force the report holds, in any relation, and whether its
    resemblances agree.

    Of a class of equal texts only the first stands in the pairs; the others inherit its relations.
    """
    first = {member: members[0] for members in report["equal"] for member in members}
    pairs = related(report)
    found, differ, missed = 0, 0, []
    for a, b, exact in brute:
        x, y = first.get(a, a), first.get(b, b)
        if x == y:
            found += 1
            differ += exact != 1.0
            continue
        pair = pairs.get(frozenset((x, y)))
        if pair is None:
            missed.append((a, b, exact))
            continue
        found += 1
        differ += abs(pair["resemblance"] - exact) > 1.5e-6
    return {
        "wanted": len(brute),
        "found": found,
        "share": found / max(1, len(brute)),
        "differ": differ,
        "missed": missed,
    }


def candidates(report):
    """Pairs compared for each document read."""
    return report["summary"]["candidates"] / max(1, report["summary"]["documents"])


def share_related(report, wanted, with_match=False):
    """The share of pairs of ids that stand in the report, in any relation; with a passage on
    demand.
    """
    first = {member: members[0] for members in report["equal"] for member in members}
    pairs, hits = related(report), 0
    for a, b in wanted:
        x, y = first.get(a, a), first.get(b, b)
        pair = pairs.get(frozenset((x, y)))
        hits += x == y or (pair is not None and (not with_match or bool(pair["matches"])))
    return hits / max(1, len(wanted))


def overlaps(match, case, flip):
    """Whether a reported passage meets a true one, [offset, length, offset, length] in characters,
    on both sides.
    """
    sides = (match["b"], match["a"]) if flip else (match["a"], match["b"])
    meets = lambda chars, at, length: chars[0] < at + length and at < chars[1]
    return meets(sides[0]["chars"], *case[:2]) and meets(sides[1]["chars"], *case[2:])


def share_overlapping(report, wanted):
    """The share of [(id, id, cases)] that are reported with a passage that meets a case on both
    sides.
    """
    first = {member: members[0] for members in report["equal"] for member in members}
    pairs, hits = related(report), 0
    for a, b, cases in wanted:
        x, y = first.get(a, a), first.get(b, b)
        pair = pairs.get(frozenset((x, y)))
        hits += x == y or (
            pair is not None
            and any(overlaps(m, c, pair["a"] != x) for m in pair["matches"] for c in cases)
        )
    return hits / max(1, len(wanted))


TICKER = re.compile(r"<([A-Z][A-Z.]*)>")


def other_tickers(report, titles):
    """Cluster members, and how many of them name another company in their title than their
    representative: (count, count). Some companies have two.
    """
    members = other = 0
    for cluster in report["clusters"]:
        first = set(TICKER.findall(titles.get(cluster["representative"], "")))
        for member in cluster["members"]:
            members += 1
            own = set(TICKER.findall(titles.get(member, "")))
            other += bool(first and own and not first & own)
    return members, other
