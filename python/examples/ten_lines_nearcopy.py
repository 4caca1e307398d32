"""Near-duplicate pairs of a file of JSON Lines ("id", "text"): compared on the texts themselves,
with
a passage that both share.

Of equal texts only the first stands in other pairs. ten_lines_datasketch.py does the same job with
datasketch.
"""

import itertools, json, sys
import nearcopy

rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
report = nearcopy.scan(rows, all_pairs=True)
for ids in report.equal:
    for a, b in itertools.combinations(ids, 2):
        print(a, b, "equal", "1.00", sep="\t")
for pair in report.pairs:
    passage = pair.matches[0].a.text[:60] if pair.matches else ""
    print(pair.a, pair.b, pair.relation, f"{pair.resemblance:.2f}", json.dumps(passage), sep="\t")
