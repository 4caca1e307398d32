"""Near-duplicate pairs of a file of JSON Lines ("id", "text") with datasketch: pairs that share a
band, so probably alike.

ten_lines_nearcopy.py does the same job with nearcopy. Needs datasketch.
"""

import json, re, sys
from datasketch import MinHash, MinHashLSH

rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
words = (re.findall(r"\w+", row["text"].lower()) for row in rows)
shingles = ([" ".join(w[k : k + 5]).encode() for k in range(max(1, len(w) - 4))] for w in words)
lsh = MinHashLSH(threshold=0.5, num_perm=128)
for row, sketch in zip(rows, MinHash.generator(shingles, num_perm=128)):
    for other in lsh.query(sketch):
        print(other, row["id"], sep="\t")
    lsh.insert(row["id"], sketch)
