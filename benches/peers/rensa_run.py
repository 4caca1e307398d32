"""A peer of nearcopy on the same file, as its documentation shows it: rensa, 128 permutations, word
5-grams, LSH at .5.

Work covered: JSON, a split by words, MinHash, candidates, closure to clusters. Not covered:
verification on the texts, spans.
"""

import json, re, sys

from rensa import RMinHash, RMinHashLSH

WORD = re.compile(r"\w+")


def main(path):
    lsh, up = RMinHashLSH(threshold=0.5, num_perm=128, num_bands=16), {}

    def top(i):
        while up[i] != i:
            up[i] = up[up[i]]
            i = up[i]
        return i

    with open(path, encoding="utf-8") as lines:
        for n, line in enumerate(lines):
            words = WORD.findall(json.loads(line)["text"].lower())
            sketch = RMinHash(num_perm=128, seed=42)
            sketch.update([" ".join(words[k : k + 5]) for k in range(max(1, len(words) - 4))])
            up[n] = n
            for other in lsh.query(sketch):
                up[top(n)] = top(other)
            lsh.insert(n, sketch)
    sizes = {}
    for n in up:
        sizes[top(n)] = sizes.get(top(n), 0) + 1
    print(json.dumps({"documents": len(up), "clusters": sum(s > 1 for s in sizes.values())}))


if __name__ == "__main__":
    main(sys.argv[1])
