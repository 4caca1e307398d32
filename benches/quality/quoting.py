"""Owns: who quotes whom in newsgroup posts, found by plain string search, and how much of it a
report shows. Never: runs a program.
"""

import collections, re

MARKS = re.compile(r"[ \t]*(?:[>|][ \t]*)+")
WORDS = 25  # a quotation has at least so many words in consecutive lines of one depth
START = 8  # words by which places are looked up
MOST = 5  # posts that may hold the quoted words as their own; more do with signatures and the like


def quotations(text):
    """Runs of consecutive lines behind `>` marks of one depth: [(words, [(from, to) of each word in
    the text])].
    """
    runs, at, last = [], 0, 0
    for line in text.splitlines(keepends=True):
        marks = MARKS.match(line)
        depth = marks[0].count(">") if marks else 0
        if depth:
            if depth != last:
                runs.append(([], []))
            for word in re.finditer(r"\S+", line[marks.end() :]):
                runs[-1][0].append(word[0])
                runs[-1][1].append((at + marks.end() + word.start(), at + marks.end() + word.end()))
        last = depth
        at += len(line)
    return [r for r in runs if len(r[0]) >= WORDS]


def own_words(text):
    """The words of all lines that are not quoted."""
    return [w for line in text.splitlines() if not MARKS.match(line) for w in line.split()]


def pairs(texts):
    """{(reply, quoted post): [places of the quoted words in the reply]}: the words stand in the
    other
    post's own lines, one after the other. And how many quotations were left out because they stand
    in many posts.
    """
    runs, wanted = {}, set()
    for name, text in texts.items():
        runs[name] = quotations(text)
        wanted.update(tuple(words[:START]) for words, _ in runs[name])
    own, places = {}, collections.defaultdict(list)
    for name, text in texts.items():
        words = own[name] = own_words(text)
        for at in range(len(words) - START + 1):
            start = tuple(words[at : at + START])
            if start in wanted:
                places[start].append((name, at))
    found, everywhere = {}, 0
    for name, quoted in runs.items():
        for words, spans in quoted:
            holders = {
                other
                for other, at in places[tuple(words[:START])]
                if other != name and own[other][at : at + len(words)] == words
            }
            everywhere += len(holders) > MOST
            for other in holders if len(holders) <= MOST else ():
                found.setdefault((name, other), []).append(spans)
    return found, everywhere


def score(report, texts, quoted):
    """How many of these pairs are reported, as what, and the share of their quoted characters
    inside the spans of the reply.
    """
    first = {m: members[0] for members in report["equal"] for m in members}
    reported = {frozenset((p["a"], p["b"])): p for p in report["pairs"]}
    relations, missed, inside, of, lost = collections.Counter(), [], 0, 0, 0
    for (reply, post), runs in quoted.items():
        words = {span for spans in runs for span in spans}
        length = sum(b - a for a, b in words)
        x, y = first.get(reply, reply), first.get(post, post)
        pair = reported.get(frozenset((x, y)))
        if x != y and pair is None:
            missed.append((reply, post))
            lost += length
            continue
        relations["equal" if x == y else pair["relation"]] += 1
        if x != reply:
            continue  # of equal texts only the first has its spans in the report
        spans = (
            [m["a" if pair["a"] == x else "b"]["chars"] for m in pair["matches"]]
            if pair
            else [(0, len(texts[reply]))]
        )
        of += length
        inside += sum(b - a for a, b in words if any(s <= a and b <= e for s, e in spans))
    return {
        "related": sum(relations.values()),
        "relations": relations,
        "missed": missed,
        "covered": inside / max(1, of),
        "covered of all": inside / max(1, of + lost),
    }
