"""A peer of nearcopy's index: datasketch, MinHashLSH in memory, on one core. See peer.py for how it
is called.
"""

from importlib.metadata import version

from datasketch import MinHashLSH

import peer


class Memory:
    def __init__(self):
        self.lsh = MinHashLSH(**peer.LSH)

    def insert(self, batch):
        # No id comes twice, so the look-up of each may be left out.
        for (id, _), made in zip(batch, peer.sketches(text for _, text in batch)):
            self.lsh.insert(id, made, check_duplication=False)

    def flush(self):
        pass

    def query(self, text):
        return self.lsh.query(peer.sketch(text))


if __name__ == "__main__":
    index = Memory()
    peer.main(f"datasketch {version('datasketch')} in memory, {index.lsh.b}×{index.lsh.r}", index)
