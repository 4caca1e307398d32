"""A peer of nearcopy on the same file, as its documentation shows it: datasketch, 128 permutations,
word 5-grams, LSH at .7.

Work covered: JSON, a split by words, MinHash, candidates, closure to clusters. Not covered:
verification on the texts, spans.
"""

import sys

from datasketch import MinHash, MinHashLSH
from clusters import clusters


def sketch(grams):
    made = MinHash(num_perm=128)
    made.update_batch([words.encode() for words in grams])
    return made


if __name__ == "__main__":
    clusters(sys.argv[1], MinHashLSH(threshold=0.7, num_perm=128), sketch)
