"""One report, index or background under many threads, with the interpreter's lock or without."""

import pickle
import subprocess
import sys
import sysconfig
import threading

import nearcopy
import pytest

THREADS = 8


def together(work):
    """What `work(number)` returns in threads that begin at one moment."""
    begin, results, raised = threading.Barrier(THREADS), [None] * THREADS, []

    def run(number):
        begin.wait()
        try:
            results[number] = work(number)
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]
    return results


@pytest.fixture
def many(story, retold, other):
    words = story.split()
    cut = [" ".join(words[n:] + words[:n]) for n in range(0, len(words), 4)]
    return [f"{text} {n % 7}" for n, text in enumerate([story, retold, other, *cut] * 5)]


def read(report):
    """All that a report makes as it is asked for."""
    pairs = [
        (p.a, p.b, p.relation, [(m.a.text, m.b.text, m.a.bytes) for m in p.matches])
        for p in report.pairs
    ]
    clusters = [(c.representative, list(c.members)) for c in report.clusters]
    repeats = [(r.text, [place.id for place in r.places]) for r in report.repeats]
    return pairs, clusters, repeats, list(report.equal), report.keep(), report.to_json()


def test_threads_share_a_report(many):
    alone = read(nearcopy.scan(many))
    assert alone[0] and alone[1]
    report = nearcopy.scan(many)
    assert all(seen == alone for seen in together(lambda _: read(report)))
    copies = together(lambda _: pickle.dumps(report))
    assert all(pickle.loads(copy).to_json() == alone[-1] for copy in copies)


def test_threads_scan_at_once(many):
    wanted = [nearcopy.scan(many[number:]).to_json() for number in range(THREADS)]
    assert together(lambda number: nearcopy.scan(many[number:]).to_json()) == wanted


def test_documents_that_another_thread_changes(many):
    """A list that shrinks and grows while it is read gives some report, or an error that says so."""
    rows, over = list(many), threading.Event()

    def change():
        while not over.is_set():
            rows.append(rows.pop(0))
            del rows[-1:]
            rows.append(many[0])

    changing = threading.Thread(target=change)
    changing.start()
    try:
        for _ in range(20):
            try:
                nearcopy.scan(rows)
            except (nearcopy.InputError, RuntimeError, IndexError):
                pass
    finally:
        over.set()
        changing.join()


def test_an_index_under_threads(many, tmp_path):
    with nearcopy.Index(tmp_path / "index") as index:
        together(lambda number: [index.add(f"{number}-{n}", t) for n, t in enumerate(many)])
        assert len(index) == THREADS * len(many)
        seen = together(lambda _: [s.id for s in index.seen(many[0])])
    assert seen[0] and all(one == seen[0] for one in seen)


@pytest.mark.skipif(
    not sysconfig.get_config_var("Py_GIL_DISABLED"), reason="this Python always has its lock"
)
def test_the_module_leaves_the_lock_off():
    says = "import sys, nearcopy; print(sys._is_gil_enabled())"
    done = subprocess.run([sys.executable, "-c", says], check=True, stdout=subprocess.PIPE)
    assert done.stdout.strip() == b"False"
