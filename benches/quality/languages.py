"""Owns: near-copies planted in the texts of many languages, the same for each, and their truth.
Never:
runs a program.

One declaration stands in all languages line by line, so a copy that drops the same lines is as hard
in each of them.
"""

import random, re

# Language, its id in udhr.jsonl. The first is what the others are held against.
DECLARATIONS = [
    ("English", "eng"),
    ("Chinese", "cmn_hans"),
    ("Japanese", "jpn"),
    ("Thai", "tha"),
    ("Arabic", "arb"),
    ("Hindi", "hin"),
    ("Russian", "rus"),
    ("Korean", "kor"),
    ("Khmer", "khm"),
    ("Burmese", "mya"),
]
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
SENTENCE = re.compile(
    r".*?(?:[.!?؟][\"'”’»)]*(?=\s)|"
    r"[。！？।॥။][」』”’）]*|\n|\Z)\s*",
    re.S,
)
KINDS = [
    "abridged to .6",
    "abridged to .4",
    "edited, 5 %",
    "edited, 15 %",
    "edited, 25 %",
    "re-ordered",
    "quoted, 25 words",
    "quoted, 15 words",
    "typeset",
]
PARTS = 12


def lines(text):
    """The lines of a declaration, without indents."""
    return [line.strip() + "\n" for line in text.split("\n") if line.strip()]


def sentences(text):
    return [s for s in SENTENCE.findall(text) if s.strip()]


class Copy:
    """A text put together from pieces of others, which remembers where each piece came from."""

    def __init__(self):
        self.text, self.spans = "", []

    def own(self, text):
        self.text += text

    def take(self, at, text, shown=None):
        """A piece that stands at `at` of the source; `shown` is what the copy makes of it."""
        shown = text if shown is None else shown
        inside = len(text.rstrip()), len(shown.rstrip())
        self.spans.append((len(self.text), len(self.text) + inside[1], at, at + inside[0]))
        self.text += shown


def abridged(rng, units, share):
    """Units dropped, the same for the same dice, until at most this share of the characters is
    left.
    """
    order, kept, left = list(range(len(units))), set(range(len(units))), sum(map(len, units))
    whole = left
    rng.shuffle(order)
    for k in order:
        if left <= share * whole or len(kept) == 1:
            break
        kept.discard(k)
        left -= len(units[k])
    return kept


def words_of(piece):
    """Pieces of about a word, with what stands between them: [(text, is a word)]."""
    out = []
    for run, between in re.findall(r"(\S+)|(\s+)", piece):
        if between or not UNSPACED.search(run):
            out.append((run or between, bool(run)))
            continue
        # Two Han or kana characters, or five of the other scripts, marks included.
        step = 2 if re.search("[\u3040-\u30ff\u3400-\u9fff]", run) else 5
        out.extend((run[k : k + step], True) for k in range(0, len(run), step))
    return out


def edited(rng, piece, vocabulary, share):
    return "".join(
        rng.choice(vocabulary) if is_word and rng.random() < share else w
        for w, is_word in words_of(piece)
    )


DIGITS = {
    zero: {zero + k: str(k) for k in range(10)}
    for zero in (0x660, 0x6F0, 0x966, 0xE50, 0x1040, 0x17E0, 0xFF10)
}
NATIVE = {
    "Arabic": 0x660,
    "Hindi": 0x966,
    "Thai": 0xE50,
    "Burmese": 0x1040,
    "Khmer": 0x17E0,
    "Chinese": 0xFF10,
    "Japanese": 0xFF10,
}
MARKS = str.maketrans({",": "，", ";": "；", "“": "「", "”": "」", '"': "「"})


def typeset(language, piece):
    """As another outlet sets it: the other digits of the script, other marks, vowel signs left out
    or letters stretched.
    """
    if language in NATIVE:
        zero = NATIVE[language]
        other = {ord(str(k)): chr(zero + k) for k in range(10)}
        piece = piece.translate(
            DIGITS[zero] if any(zero <= ord(c) <= zero + 9 for c in piece) else other
        )
    if language in ("Chinese", "Japanese"):
        return piece.translate(MARKS)
    if language == "Arabic":
        return re.sub(
            "(?<=\\w\\w)(?=[\u0627\u062f\u0631\u0648](?:\\s|$))",
            "\u0640",
            re.sub("[\u064b-\u0652]", "", piece),
        )
    return piece.replace('"', "“").replace("'", "’").upper()


def planted(language, name, units, hosts, seed, word):
    """A text and its copies, each kind by an outlet of its own: ([{"id", "source", "text"}],
    [(kind, copy, original, spans)]). `word` is a word's length in characters.
    """
    texts, truth = [{"id": name, "source": "original", "text": "".join(units).rstrip()}], []
    vocabulary = [w for u in units for w, is_word in words_of(u) if is_word]
    starts = [sum(map(len, units[:k])) for k in range(len(units))]
    for kind in KINDS:
        rng, copy = random.Random(f"{seed} {kind}"), Copy()
        order = list(range(len(units)))
        if kind.startswith("abridged"):
            order = sorted(abridged(rng, units, float(kind.split()[-1])))
        elif kind == "re-ordered":
            cut = len(units) // 3 or 1
            order = order[cut : 2 * cut] + order[2 * cut :] + order[:cut]
        elif kind.startswith("quoted"):
            order, host = (
                passage(units, int(kind.split()[1]) * word),
                hosts[len(truth) % len(hosts)],
            )
            copy.own("".join(host[: len(host) // 2]).rstrip() + "\n")
        for k in order:
            shown = None
            if kind.startswith("edited"):
                shown = edited(rng, units[k], vocabulary, float(kind.split()[1]) / 100)
            elif kind == "typeset":
                shown = typeset(language, units[k])
            copy.take(starts[k], units[k], shown)
        if kind.startswith("quoted"):
            copy.own("\n" + "".join(host[len(host) // 2 :]))
        texts.append({"id": f"{name} {kind}", "source": kind, "text": copy.text.rstrip()})
        truth.append((kind, f"{name} {kind}", name, copy.spans))
    return texts, truth


def passage(units, least):
    """The shortest run of units of at least this length, the first of them."""
    best = range(len(units))
    for i in range(len(units)):
        for j in range(i + 1, len(units) + 1):
            size = sum(map(len, units[i:j]))
            if least <= size < sum(len(units[k]) for k in best):
                best = range(i, j)
    return list(best)


def of_declaration(language, text, word, rounds=4):
    """Corpora of one declaration, cut in other places each round: [([texts], [truth])]."""
    all_lines, out = lines(text), []
    for turn in range(rounds):
        shift = turn / rounds
        at = [round(len(all_lines) * (k + shift) / (PARTS + 1)) for k in range(PARTS + 1)]
        # Paragraphs are told by a blank line or by the line alone.
        end = "\n\n" if turn % 2 else "\n"
        parts = [[line.rstrip() + end for line in all_lines[a:b]] for a, b in zip(at, at[1:])]
        texts, truth = [], []
        for k in range(0, PARTS, 2):
            more, known = planted(
                language, f"{turn}-{k}", parts[k], [parts[k + 1]], f"{turn} {k}", word
            )
            texts += more
            truth += known
        out.append((texts, truth))
    return out


def of_articles(language, articles, word, wanted=60):
    """One corpus of newspaper articles, each cut to about 200 words: ([texts], [truth])."""
    pieces = []
    for article in dict.fromkeys(articles):
        units = []
        for s in sentences(article):
            units.append(s)
            if sum(map(len, units)) >= 200 * word:
                pieces.append(units)
                break
    pieces = [p for p in pieces if len(p) >= 5][: 2 * wanted]
    texts, truth = [], []
    for k in range(0, len(pieces) - 1, 2):
        more, known = planted(language, f"a-{k}", pieces[k], [pieces[k + 1]], f"a {k}", word)
        texts += more
        truth += known
    return texts, truth


def expected(shares):
    """The relations that a pair of this true coverage (copy, source) may have, within .05 of a
    bound any of both.
    """
    names = set()
    for off in (-0.05, 0, 0.05):
        smaller, larger = sorted(min(1.0, s + off) for s in shares)
        if smaller >= 0.4 and larger >= 0.5:
            names.add("near-copy")
            if smaller >= 0.95:
                names.add("equal")
        elif larger >= 0.7 and smaller < 0.4:
            names |= {"contains", "contained-in"}
        else:
            names.add("quotes")
    return names


def inside(spans):
    """The characters of some half-open ranges."""
    return {k for a, b in spans for k in range(a, b)}


class Score:
    """What became of the planted copies of one language."""

    def __init__(self):
        self.pairs, self.related, self.named, self.off, self.strangers = 0, 0, 0, [], 0
        self.both, self.got, self.wanted, self.missed = 0, 0, 0, []
        self.by_kind, self.set_alike = {}, [0, 0]

    def add(self, texts, truth, report):
        length = {t["id"]: max(1, len(t["text"])) for t in texts}
        text = {t["id"]: t["text"] for t in texts}
        pairs = {frozenset((p["a"], p["b"])): p for p in report["pairs"]}
        first = {m: members[0] for members in report["equal"] for m in members}
        for kind, copy, source, spans in truth:
            self.pairs += 1
            x, y = first.get(copy, copy), first.get(source, source)
            pair = pairs.get(frozenset((x, y)))
            sides = inside(s[:2] for s in spans), inside(s[2:] for s in spans)
            wanted = [len(sides[0]) / length[copy], len(sides[1]) / length[source]]
            self.kind(kind, x == y or pair is not None)
            if kind == "typeset":
                self.set_alike = [self.set_alike[0] + (x == y), self.set_alike[1] + 1]
            if x == y:
                self.related += 1
                self.named += "equal" in expected(wanted)
                continue
            if pair is None:
                self.missed.append((kind, copy))
                continue
            self.related += 1
            self.named += pair["relation"] in expected(wanted)
            turned = [("a", "b"), ("b", "a")][pair["a"] == y]
            for side, true, whole, share in zip(turned, sides, (copy, source), wanted):
                found = inside(m[side]["chars"] for m in pair["matches"])
                blank = (
                    {k for k in found | true if text[whole][k].isspace()}
                    if whole in text
                    else set()
                )
                self.both += len(found & true - blank)
                self.got += len(found - blank)
                self.wanted += len(true - blank)
                self.off.append(abs(pair["coverage_" + side] - share))
        self.strangers += sum(
            len({p["a"].split()[0], p["b"].split()[0]}) == 2 and "quoted" not in p["a"] + p["b"]
            for p in report["pairs"]
        )

    def kind(self, kind, related):
        """Counts a copy of its kind."""
        found, of = self.by_kind.get(kind, (0, 0))
        self.by_kind[kind] = found + related, of + 1

    def row(self):
        """Copies; shares related, named as the truth is; mean error of coverage; precision and
        recall
        of spans; typeset copies that are equal; pairs of strangers.
        """
        share = lambda n, of: n / of if of else 1.0
        return [
            self.pairs,
            share(self.related, self.pairs),
            share(self.named, self.pairs),
            sum(self.off) / max(1, len(self.off)),
            share(self.both, self.got),
            share(self.both, self.wanted),
            share(*self.set_alike),
            self.strangers,
        ]


# What nearcopy reports of the 388 declarations, judged by eye: one language, or so near that a
# reader of one reads the other.
ONE_LANGUAGE = """aka_akuapem aka_asante|bho mag|bos_cyrl srp_cyrl|bos_latn hrv|bos_latn srp_latn|
cmn_hans cmn_hant|deu deu_1901|ell_monotonic ell_polytonic|hat_kreyol hat_popular|
hau_NE hau_NG|hrv srp_latn|kng ktu|lin lin_tones|pes_1 pes_2|por_BR por_PT|ron ron_1953|
ron ron_1993|ron_1953 ron_1993|nno nob|ind mly_latn"""
NEAR_LANGUAGES = """ast spa|cat lnc|cat spa|ces slk|dan nob|dan nno|eng sco|glg por_BR|glg por_PT|
glg spa|ind min|lad spa|nso sot|pcd wln|pnb skr|nso tsn|skr urd|sot tsn"""
# One text under two ids, in the data themselves.
ONE_TEXT = "cbs prq"


def judged(report):
    """Pairs of declarations: [(a, b, relation, judgement)]."""
    of = {}
    for words, names in (
        ("one language", ONE_LANGUAGE),
        ("near languages", NEAR_LANGUAGES),
        ("one text", ONE_TEXT),
    ):
        for pair in names.replace("\n", "").split("|"):
            of[frozenset(pair.split())] = words
    pairs = [(p["a"], p["b"], p["relation"]) for p in report["pairs"]]
    pairs += [(members[0], m, "equal") for members in report["equal"] for m in members[1:]]
    return [
        (a, b, relation, of.get(frozenset((a, b)), "wrong")) for a, b, relation in sorted(pairs)
    ]


def corpora(udhr, articles):
    """(name, [([texts], [truth])]) of each row; `udhr` is {id: text}, `articles` {language:
    [texts]}.
    """
    # A word's length is that of the same declaration, shared out among the words of the English
    # one.
    words = len(udhr["eng"].split())
    length = {language: len(udhr[name]) / words for language, name in DECLARATIONS}
    for language, name in DECLARATIONS:
        yield f"{language}, declaration", of_declaration(language, udhr[name], length[language])
    for language, texts in articles.items():
        yield f"{language}, articles", [of_articles(language, texts, length[language])]


def thirds(text):
    """Long articles give more than one piece."""
    s = sentences(text)
    return ["".join(s[k * len(s) // 3 : (k + 1) * len(s) // 3]) for k in range(3)]
