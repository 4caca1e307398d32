"""A peer of nearcopy's index: datasketch, MinHashLSH kept by a Redis of its own on this machine,
which
writes nothing to disk.

Inserting is buffered and pipelined, as the documentation says (insertion_session, its buffer of
50,000 commands); at each tenth all is sent. The ids are bytes, so that none is pickled, and the
pipelines are no transactions, which takes a third less time. See peer.py for how it is called; the
variable REDIS_SERVER names another program than redis-server.
"""

import ctypes, os, signal, socket, subprocess, sys, tempfile, time
from importlib.metadata import version

from datasketch import MinHashLSH
import redis

import peer


def dies_with_parent():
    """On Linux the server ends with this program, however that ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def start(folder):
    """A server on a free port of the loopback interface; (its process, the port)."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = os.environ.get("REDIS_SERVER", "redis-server")
    command = [
        program,
        "--bind",
        "127.0.0.1",
        "--port",
        str(port),
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        folder,
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=dies_with_parent)
    for _ in range(200):
        try:
            if redis.Redis(port=port).info("server")["process_id"] == server.pid:
                return server, port
        except redis.exceptions.ConnectionError:
            pass
        if server.poll() is not None:
            break
        time.sleep(0.05)
    server.terminate()
    sys.exit(f"{program} does not answer")


class Kept:
    def __init__(self, port):
        kept = {
            "type": "redis",
            "basename": b"index",
            "redis": {"host": "127.0.0.1", "port": port},
            "redis_buffer": {"transaction": False},
        }
        self.lsh = MinHashLSH(**peer.LSH, storage_config=kept, prepickle=False)
        self.session = self.lsh.insertion_session()

    def insert(self, batch):
        for (id, _), made in zip(batch, peer.sketches(text for _, text in batch)):
            self.session.insert(id.encode(), made, check_duplication=False)

    def flush(self):
        self.session.close()
        self.session = self.lsh.insertion_session()

    def query(self, text):
        return [id.decode() for id in self.lsh.query(peer.sketch(text))]


def main():
    with tempfile.TemporaryDirectory() as folder:
        server, port = start(folder)
        try:
            index = Kept(port)
            known = redis.Redis(port=port).info("server")["redis_version"]
            peer.main(
                f"datasketch {version('datasketch')} in Redis {known}, {index.lsh.b}×{index.lsh.r}",
                index,
                server.pid,
            )
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
