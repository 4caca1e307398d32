"""The persistent index: what was seen before, by threads, processes and after a fork."""

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import pytest

import nearcopy


@pytest.fixture
def path(tmp_path):
    return tmp_path / "seen"


def test_what_was_seen_is_told_with_its_passages(path, story, retold, other):
    index = nearcopy.Index(path)
    assert index.add("courier", story, source="Courier", date="2024-01-01") == "new"
    assert index.add("courier", story) == "known"
    assert index.add("mirror", story) == "copy"
    (seen,) = index.seen(retold)
    assert (seen.id, seen.relation, seen.copies, seen.source, seen.date) == (
        "courier",
        "near-copy",
        2,
        "Courier",
        "2024-01-01",
    )
    for match in seen.matches:
        assert retold[match.a.start : match.a.end] == match.a.text
        assert seen.text[match.b.start : match.b.end] == match.b.text
    assert index.seen(other) == []
    assert index.seen(retold, min_tokens=1000) == []
    checked = index.check_and_add("ledger", retold)
    assert (
        checked.refused
        and not checked.added
        and checked.sightings[0].id == "courier"
        and "ledger" not in index
    )
    assert index.check_and_add("ledger", retold, unless=["equal"]).outcome == "new"
    assert index.add("ledger", other) == "replaced"
    assert index.check_and_add("mirror", story).outcome == "known", (
        "and no copy of courier's, though it is one"
    )


def test_titles_are_kept_and_told(path, story, retold, other):
    with nearcopy.Index(path) as index:
        index.add("courier", story, title="  Bridge\n closes")
        index.add_all([{"id": "gazette", "text": other, "headline": "Rain"}])
        document = index["courier"]
        assert document.title == "Bridge closes" and index["gazette"].title == "Rain"
        assert pickle.loads(pickle.dumps(document)) == document
        (seen,) = index.seen(retold, title="Bridge shut")
        assert seen.title == "Bridge closes"
        assert pickle.loads(pickle.dumps(seen)).title == "Bridge closes"
        checked = index.check_and_add("http://www.ledger.example/1", other, title="x", unless=[])
        assert checked.sightings[0].title == "Rain"
        assert index["http://www.ledger.example/1"].source == "ledger.example"
        assert [d.title for d in map(index.get, index)] == ["Bridge closes", "Rain", "x"]


def test_pages_read_in_part_are_refused_as_exact_copies_alone(path, story, retold):
    one, two = "1" * 32, "2" * 32
    with nearcopy.Index(path) as index:
        index.add("a", story, read="part", read_share=0.12, read_raw=one)
        document = index["a"]
        assert (document.read, document.read_share, document.read_raw) == ("part", 0.12, one)
        assert pickle.loads(pickle.dumps(document)) == document
        assert document != nearcopy.Document("a", story) and len({document, index["a"]}) == 1
        (seen,) = index.seen(retold)
        assert (seen.read, seen.read_share) == ("part", 0.12)
        assert pickle.loads(pickle.dumps(seen)).read == "part"

        def added(name, text, **read):
            return index.check_and_add(name, text, **read).outcome

        assert added("b", story, read="part", read_raw=two) == "copy"
        assert added("c", story, read="part", read_raw=two) == "refused"
        assert added("d", story, read="whole") == "copy"
        assert added("e", story) == added("f", retold) == "refused"
        assert added("g", retold, read="part") == "new"
        assert index["d"].read == "whole" and index["d"].read_share == 1.0
        again = nearcopy.Index(str(path) + "2")
        again.add_all(index)
        assert [again[name] for name in again] == [index[name] for name in index]
        again.close()
        for bad in ({"read": "half"}, {"read_share": 0.5}, {"read": "part", "read_raw": "x"}):
            with pytest.raises(nearcopy.InputError, match="read"):
                index.add("h", story, **bad)


def test_it_is_like_a_mapping(path, story, other):
    with nearcopy.Index(path) as index:
        assert not len(index) and bool(index)
        index.add(7, story)
        index.add("b", other, source="B")
        assert list(index) == ["7", "b"] and len(index) == 2 and 7 in index and "c" not in index
        assert index["b"] == nearcopy.Document("b", other, source="B")
        assert index.get("c") is None and index.get("c", 1) == 1
        with pytest.raises(KeyError, match="c"):
            index["c"]
        assert index.remove(7) and not index.remove(7)
        assert index.stats()["documents"] == 1 and index.verify()["wrong"] == 0
        index.compact()
        assert index.stats()["compacted"]
    assert index.closed


def test_a_day_against_what_was_seen_before(path, story, retold, other):
    index = nearcopy.Index(path)
    notice = (
        "The council met on Thursday and put off the vote on the new tram line until after "
        "the summer break, its speaker said."
    )
    index.add_all({"courier": story, "notice": notice})
    today = {
        "courier": story,
        "ledger": retold,
        "notice": notice.replace("Thursday", "Friday"),
        "gazette": other,
    }
    found = nearcopy.dedupe(today, index=index)
    assert found.keep() == [False, False, True, True], "a new version is no copy of the old one"
    assert [(r.id, r.partner, r.relation) for r in found.removed()] == [
        ("courier", "index:courier", "equal"),
        ("ledger", "index:courier", "near-copy"),
    ]
    assert found.known == ["courier"] and len(index) == 2, "nothing is added before it is asked for"
    assert found.add_to_index() == {"new": 1, "copies": 0, "replaced": 1, "known": 0}
    assert index["notice"].text == today["notice"] and "ledger" not in index
    again = nearcopy.dedupe(today, index=index)
    assert again.known == ["courier", "gazette", "notice"] and not any(again.keep())
    assert nearcopy.dedupe(today, index=index, drop=["equal"]).keep() == [False, True, False, False]
    with pytest.raises(nearcopy.SettingError, match="recipe of an index is settled"):
        nearcopy.dedupe(today, index=index, shingle=3)
    index.close()
    with pytest.raises(nearcopy.ClosedError):
        nearcopy.dedupe(today, index=index)
    with (
        nearcopy.Index(str(path) + "2", without_texts=True) as bare,
        pytest.raises(nearcopy.StorageError, match="keeps no texts"),
    ):
        nearcopy.dedupe(today, index=bare)


def test_a_part_of_what_was_seen_goes(path, story, other):
    with nearcopy.Index(path) as index:
        index.add(
            "long",
            other
            + " "
            + " ".join(f"word{n} of its own" for n in range(99))
            + "\n\n"
            + story
            + "\n\n"
            + other[::-1],
        )
        assert nearcopy.dedupe({"part": story}, index=index).removed()[0].relation == "contained-in"
        assert nearcopy.dedupe({"part": story}, index=index, drop=["near-copy"]).removed() == []


def unlike(count):
    """Texts that have nothing in common."""
    return ((n, " ".join(str(n * 100 + word) for word in range(12))) for n in range(count))


def test_many_at_once(path, story, other):
    polars = pytest.importorskip("polars")
    with nearcopy.Index(path) as index:
        assert index.add_all([{"url": "a", "text": story}, {"url": "b", "text": story}]) == {
            "new": 1,
            "copies": 1,
            "replaced": 0,
            "known": 0,
        }
        assert index.add_all(polars.DataFrame({"id": ["c"], "text": [other]}))["new"] == 1
        assert index.add_all(unlike(10000))["new"] == 10000
        assert "9999" in index
        with pytest.raises(nearcopy.InputError, match='document 1 .id "y".: its text is missing'):
            index.add_all([("x", story), ("y", None)])
        assert index.add_all([("x", story), ("y", None)], on_bad="skip")["copies"] == 1
        assert index.verify()["wrong"] == 0


def test_places_are_no_names(path, story, other):
    """Documents of two calls must not replace each other because both have a first one."""
    index = nearcopy.Index(path)
    for given in ([story, other], [{"text": story}], iter([story])):
        with pytest.raises(nearcopy.InputError, match="document 0 has no id; an index needs ids"):
            index.add_all(given)
    assert index.add_all([story, other], path="page.jsonl")["new"] == 2 and list(index) == [
        "page.jsonl:1",
        "page.jsonl:2",
    ]


def test_an_index_goes_into_another(path, story, other):
    index = nearcopy.Index(path)
    index.add("a", story, source="Courier")
    index.add("b", other)
    more = nearcopy.Index(path / ".." / "more")
    assert more.add_all(index)["new"] == 2 and more["a"] == index["a"]


def test_without_texts(path, story, other):
    index = nearcopy.Index(path, without_texts=True)
    index.add("a", story)
    (seen,) = index.seen(story)
    assert (
        not index.has_texts
        and seen.text is None
        and seen.matches == []
        and seen.relation == "equal"
    )
    with pytest.raises(nearcopy.InputError, match="keeps no texts"):
        nearcopy.scan(index)
    nearcopy.Index(path / ".." / "texts").add("a", story)
    with pytest.raises(nearcopy.SettingError, match="was made with texts"):
        nearcopy.Index(path / ".." / "texts", without_texts=True)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_ctrl_c_while_another_process_writes(path, story):
    """The lock of who writes is held by this process, as a compaction of another one would."""
    import fcntl

    nearcopy.Index(path).add("a", story)
    code = (
        "import nearcopy, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "index = nearcopy.Index(sys.argv[1])\n"
        "try:\n"
        "    print('at work', flush=True)\n"
        "    index.add('b', 'another text of a few words')\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted', flush=True)\n"
    )
    with open(path / "writer.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        child = subprocess.Popen(
            [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout.readline() == "at work\n"
        # A signal in the moment before the wait begins is heard by the next one.
        while child.poll() is None:
            child.send_signal(signal.SIGINT)
            time.sleep(0.1)
        assert child.stdout.read().startswith("interrupted\n")
    assert list(nearcopy.Index(path)) == ["a"]


def test_how_it_is_opened(path, story):
    with pytest.raises(nearcopy.MalformedError, match="no index is there"):
        nearcopy.Index(path, create=False)
    index = nearcopy.Index(path, preset="ocr", same_id="refuse")
    index.add("a", story)
    with pytest.raises(nearcopy.SameIdError, match='document "a" is there already'):
        index.add("a", story + " More.")
    again = nearcopy.Index(path, same_id="refuse")
    assert "a" in again, "who names it twice in one program shares it"
    index.close()
    assert again.seen(story) and not again.closed
    again.close()
    with pytest.raises(nearcopy.MixedError, match="recipe"):
        nearcopy.Index(path, preset="news")
    assert nearcopy.Index(path, preset="ocr").seen(story)
    with pytest.raises(nearcopy.SettingError, match="settled when it is made"):
        nearcopy.Index(path).seen(story, shingle=3)
    with pytest.raises(
        nearcopy.StorageError, match="read_only=False and same_id=.replace.: open it likewise"
    ):
        kept = nearcopy.Index(path)
        nearcopy.Index(path, read_only=True)
    with pytest.raises(nearcopy.MixedError):
        nearcopy.Index(kept.path, preset="strict", shingle=4)
    with pytest.raises(nearcopy.SettingError, match="same_id"):
        nearcopy.Index(path, same_id="what")


def test_reading_only(path, story):
    nearcopy.Index(path).add("a", story)
    index = nearcopy.Index(path, read_only=True)
    assert index.seen(story)
    with pytest.raises(nearcopy.StorageError, match="open for reading only"):
        index.add("b", story)
    with pytest.raises(nearcopy.MalformedError):
        nearcopy.Index(path / "nowhere", read_only=True)


def test_closed(path, story):
    index = nearcopy.Index(path)
    index.close()
    index.close()
    for ask in (
        lambda: index.seen(story),
        lambda: index.add("a", story),
        lambda: index.check_and_add("a", story),
        lambda: list(index),
        lambda: len(index),
        lambda: index.compact(),
        lambda: index.verify(),
    ):
        with pytest.raises(nearcopy.ClosedError, match="seen is closed"):
            ask()
    assert "closed" in repr(index)


def test_bad_documents(path, story):
    index = nearcopy.Index(path)
    for bad in (None, b"x", 3, float("nan"), [], "\ud800"):
        with pytest.raises(nearcopy.InputError, match='document "a": text'):
            index.add("a", bad)
        with pytest.raises(nearcopy.InputError, match="^text "):
            index.seen(bad)
    for bad in (None, b"x", float("nan"), [], object(), "\ud800"):
        with pytest.raises(nearcopy.InputError, match="^id "):
            index.add(bad, story)
    with pytest.raises(nearcopy.InputError, match='"copy" is no relation'):
        index.check_and_add("a", story, unless=["copy"])
    assert len(index) == 0


def test_of_the_copies_that_threads_bring_one_is_added(path, story):
    index = nearcopy.Index(path)
    families = [f"{story} Number {n}, {n * 7919} and {n * 104729} of many. " * 3 for n in range(40)]
    added = []

    def bring(who):
        for n, text in enumerate(families):
            if index.check_and_add(
                f"{n}-{who}",
                text + f" As {who} has it.",
                unless=["equal", "near-copy"],
                copy_telling=2,
            ).added:
                added.append(n)

    threads = [threading.Thread(target=bring, args=(who,)) for who in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert len(added) == len(index) and len(set(added)) == len(added)
    assert index.verify()["wrong"] == 0


def test_a_bad_date_is_said_and_the_document_kept(path, story):
    index = nearcopy.Index(path)
    with pytest.warns(UserWarning, match='the date "soon" could not be understood'):
        index.add("a", story, date="soon")
    assert index["a"].date is None


def in_child(queue, ask, *given):
    try:
        queue.put(ask(*given))
    except Exception as error:
        queue.put(f"{type(error).__name__}: {error}")


def ids(index, text):
    return [seen.id for seen in index.seen(text)]


def ids_again(path, text):
    nearcopy.scan([text] * 100)
    index = nearcopy.Index(path)
    index.add_all(unlike(9000))
    return ids(index, text)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_forked(path, story):
    """The child opens it again: by its path, or as what it unpickles. The parent's threads and
    locks are not the child's.
    """
    index = nearcopy.Index(path)
    index.add("a", story)
    nearcopy.scan([story] * 100)
    context = multiprocessing.get_context("fork")
    asked = []
    for ask, given in ((ids, index), (ids_again, path)):
        queue = context.Queue()
        child = context.Process(target=in_child, args=(queue, ask, given, story))
        child.start()
        asked.append(queue.get(timeout=60))
        child.join()
    assert "opened before this process was forked: open it again" in asked[0] and asked[
        0
    ].startswith("StorageError")
    assert asked[1] == ["a"]
    with context.Pool(2) as pool:
        assert pool.starmap(ids, [(index, story)] * 4) == [["a"]] * 4
    assert ids(index, story) == ["a"] and index.verify()["wrong"] == 0


def test_pickled(path, story):
    index = nearcopy.Index(path, near_copy_larger=0.9)
    index.add("a", story)
    again = pickle.loads(pickle.dumps(index))
    assert ids(again, story) == ["a"]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.starmap(ids, [(index, story)]) == [["a"]]
        (checked,) = pool.starmap(index.check_and_add, [("b", story)])
    assert (
        checked.refused
        and not checked.added
        and checked.sightings[0].matches[0].a.text == story[:-1]
    )
    (seen,) = index.seen(story)
    for value in (
        seen,
        seen.matches[0].a,
        index["a"],
        nearcopy.scan([story, story + " More."]).pairs[0],
    ):
        copy = pickle.loads(pickle.dumps(value))
        assert repr(copy) == repr(value) and type(copy) is type(value)
    assert {index["a"], index["a"]} == {nearcopy.Document("a", story)}
    assert (
        pickle.loads(pickle.dumps(seen)).matches[0].blocks[0][1].text
        == seen.matches[0].blocks[0][1].text
    )
    before = pickle.dumps(index)
    index.add("c", story + " And more.")
    assert pickle.dumps(index) != before, "what caches go by"


def test_ctrl_c_leaves_it_sound(path):
    code = (
        "import nearcopy, random, signal, sys, itertools\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "index = nearcopy.Index(sys.argv[1])\n"
        "r = random.Random(1)\n"
        "words = [str(n) for n in range(5000)]\n"
        "try:\n"
        "    for n in itertools.count():\n"
        "        index.add(n, ' '.join(r.choices(words, k=200)))\n"
        "        if n == 500: print('at work', flush=True)\n"
        "except KeyboardInterrupt:\n"
        "    print(n, flush=True)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout.readline() == "at work\n"
    child.send_signal(signal.SIGINT)
    at = int(child.stdout.read())
    index = nearcopy.Index(path)
    assert index.verify()["wrong"] == 0 and len(index) in (at, at + 1)
