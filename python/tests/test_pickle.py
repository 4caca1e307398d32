"""What is pickled, copied and sent to other processes."""

from __future__ import annotations

import concurrent.futures
import copy
import multiprocessing
import pickle
from pathlib import Path
from typing import Any, Callable

import nearcopy
import pytest

Again = Callable[[Any], Any]

# Each way in which a value becomes another one that says the same.
WAYS: list[Again] = [
    *(lambda value, p=p: pickle.loads(pickle.dumps(value, p)) for p in range(2, 6)),
    copy.copy,
    copy.deepcopy,
]


@pytest.fixture
def rows(story: str, retold: str, other: str) -> list[dict[str, Any]]:
    return [
        {
            "id": "a",
            "text": story,
            "source": "Courier",
            "date": "2026-01-01",
            "title": "The bridge",
        },
        {"id": "b", "text": retold, "source": "Ledger", "date": "2026-01-02"},
        {"id": "a", "text": other + " é漢"},
        {"id": "n", "text": None},
        {"id": "c", "text": story, "read": "part", "read_share": 0.5, "read_raw": "0" * 32},
        {"id": "d", "text": other + " é漢"},
        {"id": "e", "text": ""},
    ]


@pytest.fixture
def report(rows: list[dict[str, Any]]) -> nearcopy.Report:
    with pytest.warns(UserWarning, match="share an id"):
        return nearcopy.scan(rows, on_bad="skip", preset="news", min_tokens=1, threads=1)


def repeated(story: str) -> nearcopy.Report:
    """A report of a paragraph that stands in several texts."""
    return nearcopy.scan([f"{story}\n\nOf its own: {n} and a few words {n * 7}." for n in range(4)])


def said(report: nearcopy.Report) -> Any:
    """All that a report says."""
    return (
        report.to_json(),
        report.to_html(),
        report.summary,
        report.thresholds,
        report.recipe_id,
        report.background,
        report.cluster_ids(),
        report.keep(),
        [repr(removed) for removed in report.removed()],
        report.titles,
        [report._columns(what) for what in ("documents", "pairs", "matches", "repeats")],
        repr(report),
    )


def values_of(value: Any) -> Any:
    """The attributes of a finding, down to what Python has a type for."""
    if isinstance(value, (list, tuple)):
        return [values_of(item) for item in value]
    if type(value).__module__ != "nearcopy":
        return value
    names = [name for name in dir(value) if not name.startswith("_")]
    read = {name: getattr(value, name) for name in names}
    return {name: values_of(item) for name, item in read.items() if not callable(item)}


@pytest.mark.parametrize("again", WAYS)
def test_a_report_says_the_same(report: nearcopy.Report, again: Again) -> None:
    assert report.summary["renamed"] == 2 and report.summary["skipped"] == {"no-text": 1}
    # Before and after a removal has looked for all pairs.
    for _ in range(2):
        copied = again(report)
        assert type(copied) is nearcopy.Report and said(copied) == said(report)
        assert copied.text("b") == report.text("b")


@pytest.mark.parametrize("again", WAYS)
def test_each_finding_says_the_same(
    report: nearcopy.Report, story: str, tmp_path: Path, again: Again
) -> None:
    index = nearcopy.Index(tmp_path / "index")
    index.add("a", story, title="The bridge", read="part", read_share=0.5)
    match = report.pairs[0].matches[0]
    findings = [
        *report.clusters,
        *report.pairs,
        *report.removed(),
        match,
        match.a,
        report.pairs[0].facts,
        nearcopy.compare(story, "First of all. " + story),
        repeated(story).repeats[0],
        repeated(story).repeats[0].places[1],
        *index.seen(story),
        index.check_and_add("b", story),
        index["a"],
    ]
    kinds = {type(finding).__name__ for finding in findings}
    assert kinds == set(
        "Cluster Pair Removed Match Span Facts Comparison Repeat Place Sighting Checked "
        "Document".split()
    )
    for finding in findings:
        copied = again(finding)
        assert type(copied) is type(finding) and repr(copied) == repr(finding)
        assert values_of(copied) == values_of(finding)


@pytest.mark.parametrize("again", WAYS)
def test_lists_of_findings(report: nearcopy.Report, story: str, again: Again) -> None:
    repeats = repeated(story).repeats
    assert len(repeats) > 0
    for found in (report.clusters, report.pairs, repeats):
        copied = again(found)
        assert type(copied) is nearcopy.Findings and repr(copied) == repr(found)
        assert values_of(list(copied)) == values_of(list(found))


def test_texts_of_tables_and_files(story: str, retold: str, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"---\ntitle: The bridge\n---\n\n{story}\n")
    (tmp_path / "b.txt").write_text(retold)
    report = nearcopy.scan(tmp_path)
    assert said(pickle.loads(pickle.dumps(report))) == said(report)
    pyarrow = pytest.importorskip("pyarrow")
    report = nearcopy.scan(pyarrow.table({"id": ["b", "a"], "text": [story, retold]}))
    assert said(pickle.loads(pickle.dumps(report))) == said(report)


@pytest.mark.parametrize("again", WAYS)
def test_what_stays_can_still_be_added(
    story: str, retold: str, other: str, tmp_path: Path, again: Again
) -> None:
    index = nearcopy.Index(tmp_path / "index")
    index.add("old", story)
    new = [
        nearcopy.Document("old", story),
        nearcopy.Document("copy", retold),
        nearcopy.Document("new", other, source="Gazette", date="2026-02-01", title="Rain"),
    ]
    found = nearcopy.dedupe(new, index=index)
    copied = again(again(found))
    assert copied.keep() == found.keep() == [False, False, True]
    assert copied.known == found.known == ["old"] and repr(copied) == repr(found)
    assert values_of(copied.removed()) == values_of(found.removed())
    assert copied.add_to_index() == {"new": 1, "copies": 0, "replaced": 0, "known": 0}
    assert index["new"] == new[2] and found.add_to_index()["known"] == 1
    alone = again(nearcopy.dedupe([story, retold]))
    assert sorted(alone.keep()) == [False, True] and alone.known == []
    with pytest.raises(nearcopy.InputError, match="no index"):
        alone.add_to_index()


def test_a_pickle_that_something_else_made_is_refused(report: nearcopy.Report) -> None:
    restore, (state,) = report.__reduce__()  # type: ignore[misc, str-unpack]
    settings, texts, *rest = state
    assert isinstance(texts, list) and len(texts) == 6
    with pytest.raises(nearcopy.MalformedError, match="pickle"):
        restore((settings, texts[1:], *rest))
    damaged = settings[:-9] + bytes([settings[-9] ^ 1]) + settings[-8:]
    with pytest.raises(nearcopy.MalformedError, match="pickle"):
        restore((damaged, texts, *rest))
    with pytest.raises(nearcopy.MixedError, match="version 1"):
        restore((settings.replace(b'"version":1', b'"version":9'), texts, *rest))
    other = nearcopy.scan(["one text"] * 6, seed=7).__reduce__()[1][0]  # type: ignore[index]
    with pytest.raises(nearcopy.MixedError, match="recipe"):
        restore((settings, texts, other[2], *rest[1:]))


def scanned(part: list[str]) -> nearcopy.Report:
    return nearcopy.scan(part)


def count(report: nearcopy.Report) -> int:
    return len(report.pairs)


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_processes_send_reports(story: str, retold: str, method: str) -> None:
    texts = [story, retold]
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        (one, two) = pool.map(scanned, [texts, texts[:1]])
        assert said(one) == said(scanned(texts)) and len(two.pairs) == 0
        assert list(pool.map(count, [one, two])) == [1, 0]
        # An error comes through as what it is.
        with pytest.raises(nearcopy.InputError):
            pool.submit(scanned, [1]).result()  # type: ignore[list-item]


def test_joblib_sends_and_keeps_reports(story: str, retold: str, tmp_path: Path) -> None:
    joblib = pytest.importorskip("joblib")
    (one,) = joblib.Parallel(n_jobs=2)(joblib.delayed(scanned)(t) for t in [[story, retold]])
    assert said(one) == said(scanned([story, retold]))
    kept = joblib.Memory(tmp_path, verbose=0).cache(scanned)
    assert said(kept([story, retold])) == said(one) == said(kept([story, retold]))
    joblib.dump(one, tmp_path / "report.joblib", compress=3)
    assert said(joblib.load(tmp_path / "report.joblib")) == said(one)


def test_the_drop_of_an_item() -> None:
    scrapy = pytest.importorskip("nearcopy.scrapy")
    seen = {"relation": "equal", "id": "u", "coverage_a": 1.0, "passage": None}
    for again in WAYS:
        copied = again(scrapy.SeenBefore(seen))
        assert copied.seen == seen and str(copied) == "equal to u (100% of the text)"
