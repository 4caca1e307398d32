"""Owns: generated corpora in which much text is not news: a story printed everywhere, notices of
one form, footers. Never: runs a program.
"""

import itertools, random

import corpus

FOOTER = (
    "The {name} has reported from the coast since 1887 and belongs to its readers. Spotted a "
    "mistake or have a story for us? Write to the desk on "
    "Harbour Street, or call before noon on weekdays. All rights reserved; nothing here may be "
    "copied, stored or sent on without our written leave."
)
VARYING = (
    "Page printed {date}, visit number {count}. "
    + FOOTER
    + " Last seen by {count} readers at {hour}:{minute:02d}, {date}."
)
NOTICE = (
    "{name} {kind} said its {quarter} quarter net profit {moved} to {a} mln dlrs or {b} cts a "
    "share, from {c} mln dlrs or {d} cts a share in the same period "
    "a year ago. Sales for the three months ended {month} {day} came to {e} mln dlrs against {f} "
    "mln dlrs. Average shares outstanding were {g} against {h}. "
    "The figures include a gain of {i} dlrs from the sale of a unit. The board declared a "
    "dividend of {j} cts a share, payable on {month2} {day2} to holders "
    "of record on {month2} {day3}."
)
MONTHS = (
    "January February March April May June July August September October November December".split()
)


def stories(seed, count, tokens=260):
    """Articles that have nothing in common."""
    rng = random.Random(seed)
    words = corpus.vocabulary(rng)
    weights = list(itertools.accumulate(1 / (k + 3) for k in range(len(words))))
    return [corpus.article(rng, words, weights, tokens) for _ in range(count)], words, rng


def one_story(outlets, sources):
    """One story in many outlets, a word changed in each, among some articles of their own:
    [documents].
    """
    texts, words, rng = stories(11, 1 + outlets // 10)
    told = texts[0].split(" ")
    docs = [{"id": f"own-{k}", "source": f"outlet-{k}", "text": t} for k, t in enumerate(texts[1:])]
    for k in range(outlets):
        changed = list(told)
        changed[rng.randrange(len(changed))] = f"{rng.choice(words)}{k}"
        docs.append({"id": f"story-{k}", "source": f"outlet-{k}", "text": " ".join(changed)})
    return finished(rng, docs, sources)


def notices(count, sources):
    """Notices of one form with other figures and names in each, the first two of them equal:
    [documents].
    """
    _, words, rng = stories(12, 1)
    number = lambda: f"{rng.randint(1, 99)}.{rng.randint(0, 99):02d}"
    docs = []
    for k in range(count):
        values = {c: number() for c in "abcdefghij"}
        values |= {
            "i": f"{rng.randint(100, 999)},000",
            "g": f"{rng.randint(1, 99)},{rng.randint(100, 999)},000",
            "h": f"{rng.randint(1, 99)},{rng.randint(100, 999)},000",
        }
        text = NOTICE.format(
            name=" ".join(rng.choice(words).capitalize() for _ in range(2)),
            kind=rng.choice(["Inc", "Corp", "Ltd", "Industries"]),
            quarter=rng.choice(["first", "second", "third", "fourth"]),
            moved=rng.choice(["rose", "fell", "grew", "shrank"]),
            month=rng.choice(MONTHS),
            month2=rng.choice(MONTHS),
            day=rng.randint(28, 31),
            day2=rng.randint(1, 28),
            day3=rng.randint(1, 28),
            **values,
        )
        docs.append(
            {
                "id": f"notice-{k}",
                "source": f"outlet-{k % 7}",
                "text": docs[0]["text"] if k == 1 else text,
            }
        )
    return finished(rng, docs, sources)


def footers(count, varying, sources):
    """One outlet whose every text ends in its footer; a third of them are copies of other outlets'
    texts: ([documents], [(copy, original)]).
    """
    texts, words, rng = stories(13, 2 * count)
    docs, truth = (
        [
            {"id": f"other-{k}", "source": f"outlet-{k % 9}", "text": t}
            for k, t in enumerate(texts[:count])
        ],
        [],
    )
    for k in range(count):
        text = texts[count + k]
        if k % 3 == 0:
            text = corpus.near_copy(rng, texts[k], words)
            truth.append((f"courier-{k}", f"other-{k}"))
        foot = (VARYING if varying else FOOTER).format(
            name="Courier",
            date=f"{rng.randint(1, 28)} {rng.choice(MONTHS)} {rng.randint(2001, 2026)}",
            count=rng.randint(10, 99999),
            hour=rng.randint(0, 23),
            minute=rng.randint(0, 59),
        )
        docs.append({"id": f"courier-{k}", "source": "courier", "text": text + "\n\n" + foot})
    return finished(rng, docs, sources), truth


def finished(rng, docs, sources):
    """In any order, and without their sources on demand."""
    rng.shuffle(docs)
    return docs if sources else [{k: v for k, v in d.items() if k != "source"} for d in docs]


def cases(story=10_000, notice=3_000, footer=600):
    """([name, documents, judge]) of each case; a judge takes a report to (figures by name, whether
    all is as it should be).
    """
    for sources in (True, False):
        told = "with sources" if sources else "without sources"
        yield (
            f"one story in {story:,} outlets, {told}",
            one_story(story, sources),
            lambda r: judge_story(r, story),
        )
        yield f"two equal of {notice:,} notices, {told}", notices(notice, sources), judge_notices
        for varying in (False, True):
            docs, truth = footers(footer, varying, sources)
            what = "a footer with a date and counters" if varying else "a footer"
            yield (
                f"{what} in {footer:,} texts, {told}",
                docs,
                lambda r, truth=truth: judge_footers(r, truth),
            )


def judge_story(report, outlets):
    sizes = sorted(
        (sum(m.startswith("story") for m in c["members"]) for c in report["clusters"]), reverse=True
    )
    largest = sizes[0] if sizes else 0
    return f"largest cluster {largest:,}, clusters {len(sizes)}", largest == outlets and len(
        sizes
    ) == 1


def judge_notices(report):
    equal = report["equal"] == [["notice-0", "notice-1"]]
    members = sum(len(c["members"]) for c in report["clusters"])
    return (
        f"equal {'yes' if equal else 'no'}, documents in clusters {members}",
        equal and members == 2,
    )


def judge_footers(report, truth):
    pairs = {(max(p["a"], p["b"]), min(p["a"], p["b"])): p["relation"] for p in report["pairs"]}
    wanted = {(max(t), min(t)) for t in truth}
    copies = sum(pairs.get(w) == "near-copy" for w in wanted)
    others = sum(k not in wanted for k in pairs)
    return f"near-copies {copies} of {len(wanted)}, pairs of strangers {others}", copies == len(
        wanted
    ) and others == 0
