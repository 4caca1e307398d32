"""Owns: generated articles, the same on every machine, with near-copies whose originals are known.
Never: real text.
"""

import itertools, random

SYLLABLES = [
    a + b
    for a in "b br c d dr f g gr h k l m n p pr r s st t tr v w".split()
    for b in "a e i o u ai ea ou er in or an".split()
]


def vocabulary(rng, size=6000):
    words = set()
    while len(words) < size:
        words.add("".join(rng.choice(SYLLABLES) for _ in range(rng.choice([1, 1, 2, 2, 2, 3]))))
    words = sorted(words)
    rng.shuffle(words)
    return words


def article(rng, words, weights, tokens=260):
    """Paragraphs of sentences; common words are common, some words are numbers or names."""
    paragraphs, left = [], tokens
    while left > 0:
        sentences = []
        for _ in range(rng.randint(2, 4)):
            chosen = rng.choices(words, cum_weights=weights, k=rng.randint(8, 22))
            for k in range(1, len(chosen)):
                dice = rng.random()
                if dice < 0.03:
                    chosen[k] = str(rng.randint(2, 9999))
                elif dice < 0.08:
                    chosen[k] = chosen[k].capitalize()
            sentences.append(" ".join(chosen).capitalize() + ".")
            left -= len(chosen)
        paragraphs.append(" ".join(sentences))
    return "\n\n".join(paragraphs)


def near_copy(rng, text, words):
    """As another outlet prints it: here and there a sentence gone and a word changed, a line of its
    own above.
    """
    paragraphs = []
    for paragraph in text.split("\n\n"):
        kept = [s for s in paragraph.split(". ") if rng.random() < 0.93] or [paragraph]
        changed = [
            w if rng.random() > 0.03 or not w.islower() else rng.choice(words)
            for w in ". ".join(kept).split(" ")
        ]
        paragraphs.append(" ".join(changed))
    return "\n\n".join(["By our own " + rng.choice(words), *paragraphs])


def documents(seed=1, copies=0.25):
    """Without end: ({"id", "source", "date", "text"}, the number of the article that it tells)."""
    rng = random.Random(seed)
    words = vocabulary(rng)
    weights = list(itertools.accumulate(1 / (k + 3) for k in range(len(words))))
    serial = itertools.count()
    for number in itertools.count():
        text = article(rng, words, weights, rng.randint(120, 420))
        versions = [text]
        while rng.random() < copies:
            versions.append(near_copy(rng, text, words))
        for version in versions:
            n = next(serial)
            date = f"2026-{1 + number // 28 % 12:02d}-{1 + number % 28:02d}"
            yield (
                {
                    "id": f"d{n:07d}",
                    "source": f"outlet-{rng.randint(1, 40)}",
                    "date": date,
                    "text": version,
                },
                number,
            )
