"""What the peers in Python share: word 5-grams of JSON Lines, and the closure of candidates
to clusters.
"""

import json, re

WORD = re.compile(r"\w+")


def clusters(path, lsh, sketch):
    """Prints the numbers of documents and of clusters. `sketch` makes one of a list of 5-grams."""
    up = {}

    def top(i):
        while up[i] != i:
            up[i] = up[up[i]]
            i = up[i]
        return i

    with open(path, encoding="utf-8") as lines:
        for n, line in enumerate(lines):
            words = WORD.findall(json.loads(line)["text"].lower())
            own = sketch([" ".join(words[k : k + 5]) for k in range(max(1, len(words) - 4))])
            up[n] = n
            for other in lsh.query(own):
                up[top(n)] = top(other)
            lsh.insert(n, own)
    sizes = {}
    for n in up:
        sizes[top(n)] = sizes.get(top(n), 0) + 1
    print(json.dumps({"documents": len(up), "clusters": sum(s > 1 for s in sizes.values())}))
