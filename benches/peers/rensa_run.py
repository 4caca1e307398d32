"""A peer of nearcopy on the same file, as its documentation shows it: rensa, 128 permutations, word
5-grams, LSH at .5.

Work covered: JSON, a split by words, MinHash, candidates, closure to clusters. Not covered:
verification on the texts, spans.
"""

import sys

from rensa import RMinHash, RMinHashLSH
from clusters import clusters


def sketch(grams):
    made = RMinHash(num_perm=128, seed=42)
    made.update(grams)
    return made


if __name__ == "__main__":
    clusters(sys.argv[1], RMinHashLSH(threshold=0.5, num_perm=128, num_bands=16), sketch)
