"""Datasets of Hugging Face: scanned, and filtered by an index, in one process and in several. No
network.
"""

import json
import os
import shutil

os.environ.update(
    HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", HF_DATASETS_DISABLE_PROGRESS_BARS="1"
)

import pytest  # noqa: E402

datasets = pytest.importorskip("datasets")

import multiprocess  # noqa: E402  (what `datasets` starts processes with)

import nearcopy  # noqa: E402

FAMILIES = 30


def rows():
    """Each story twice, with a word changed, and at the end some stories of their own."""
    out = []
    for n in range(FAMILIES):
        story = " ".join(
            f"{tree}{k}of{n}"
            for tree in ("alder", "birch", "cedar", "elder", "fig", "hazel")
            for k in range(12)
        )
        out += [
            {"id": f"a{n}", "text": story},
            {"id": f"b{n}", "text": story.replace(f"fig5of{n}", "plum")},
        ]
    alone = (
        "Story {0} stands alone: nobody{0} has told{0} it before or since, "
        "as far as anybody{0} knows."
    )
    return out + [{"id": f"c{n}", "text": alone.format(n)} for n in range(9)]


@pytest.fixture
def dataset(tmp_path):
    """From a file, so that what is made of it goes through the cache."""
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows()))
    return datasets.load_dataset(
        "json", data_files=str(path), split="train", cache_dir=str(tmp_path / "cache")
    )


@pytest.fixture
def index(tmp_path):
    with nearcopy.Index(tmp_path / "seen") as index:
        yield index


def is_new(row, index):
    return not index.check_and_add(row["id"], row["text"]).refused


def is_unseen(row, index):
    return not index.seen(row["text"])


def are_unseen(batch, index):
    return [not index.seen(text) for text in batch["text"]]


def copied_from(row, index):
    seen = index.seen(row["text"], id=row["id"])
    return {"copied_from": seen[0].id if seen else None}


def stories(kept):
    return sorted(name[1:] for name in kept["id"] if name[0] != "c")


def test_a_dataset_is_scanned_and_filtered_by_the_report(dataset):
    report = nearcopy.scan(dataset)
    keep = report.keep()
    assert len(keep) == len(dataset)
    unique = dataset.select([row for row, kept in enumerate(keep) if kept])
    assert (
        stories(unique) == sorted(str(n) for n in range(FAMILIES)) and len(unique) == FAMILIES + 9
    )
    again = dataset.filter(lambda _, row: keep[row], with_indices=True)
    assert list(again["id"]) == list(unique["id"])


def test_a_dataset_is_scanned_in_its_own_order(dataset):
    some = dataset.shuffle(seed=5).select(range(0, len(dataset), 2))
    report = nearcopy.scan(some)
    assert len(report.keep()) == len(some)
    assert all(
        some[pair.row_a]["id"] == pair.a and some[pair.row_b]["id"] == pair.b
        for pair in report.pairs
    )
    both = {name[1:] for name in some["id"] if name[0] == "a"} & {
        name[1:] for name in some["id"] if name[0] == "b"
    }
    assert both and {pair.a[1:] for pair in report.pairs} == both


def test_an_index_filters_and_fills(dataset, index):
    kept = dataset.filter(is_new, fn_kwargs={"index": index}, load_from_cache_file=False)
    assert list(kept["id"]) == [row["id"] for row in rows() if row["id"][0] != "b"] and len(
        index
    ) == len(kept)
    again = dataset.filter(is_new, fn_kwargs={"index": index}, load_from_cache_file=False)
    assert list(again["id"]) == list(kept["id"]), (
        "who was kept is known, who was dropped is dropped again"
    )


def test_an_index_that_has_changed_is_asked_again(dataset, tmp_path):
    """What `datasets` keeps of a filter goes by the pickle of its arguments, and an index that has
    changed has another.
    """
    for _ in range(2):  # the second time with a new index in the same place
        with nearcopy.Index(tmp_path / "seen") as index:
            given = {"fn_kwargs": {"index": index}}
            first = dataset.filter(is_unseen, **given)
            assert len(first) == len(dataset)
            assert dataset.filter(is_unseen, **given).cache_files == first.cache_files, (
                "unchanged, it need not be asked"
            )
            index.add_all(dataset)
            assert len(dataset.filter(is_unseen, **given)) == 0
            index.remove("c0")
            assert list(dataset.filter(is_unseen, **given)["id"]) == ["c0"]
        shutil.rmtree(tmp_path / "seen")


def test_a_filter_that_fills_an_index_fills_a_new_one(dataset, tmp_path):
    for name in ("one", "two"):
        with nearcopy.Index(tmp_path / name) as index:
            kept = dataset.filter(is_new, fn_kwargs={"index": index})
            assert len(kept) == len(index) == FAMILIES + 9
            assert list(dataset.filter(is_new, fn_kwargs={"index": index})["id"]) == list(
                kept["id"]
            )


def test_batches_and_columns(dataset, index):
    index.add_all(dataset.filter(lambda row: row["id"][0] == "a"))
    unseen = dataset.filter(
        are_unseen, batched=True, fn_kwargs={"index": index}, load_from_cache_file=False
    )
    assert {name[0] for name in unseen["id"]} == {"c"}
    told = dataset.map(copied_from, fn_kwargs={"index": index}, load_from_cache_file=False)
    assert [row["copied_from"] for row in told] == [
        row["id"].replace("b", "a") if row["id"][0] == "b" else None for row in rows()
    ]


@pytest.fixture(params=["fork", "spawn"])
def method(request):
    before = multiprocess.get_start_method(allow_none=True)
    multiprocess.set_start_method(request.param, force=True)
    yield request.param
    multiprocess.set_start_method(before, force=True)


def test_processes_share_an_index(dataset, index, method):
    shuffled = dataset.shuffle(seed=3)
    kept = shuffled.filter(
        is_new, fn_kwargs={"index": index}, num_proc=2, load_from_cache_file=False
    )
    assert stories(kept) == sorted(str(n) for n in range(FAMILIES)), (
        "of each story one, whichever process came first"
    )
    assert sorted(index) == sorted(kept["id"]) and index.verify()["wrong"] == 0
    told = dataset.map(
        copied_from, fn_kwargs={"index": index}, num_proc=2, load_from_cache_file=False
    )
    assert sum(row["copied_from"] is not None for row in told) == FAMILIES


def test_streams(dataset, index):
    stream = dataset.to_iterable_dataset(num_shards=3)
    kept = [row["id"] for row in stream.filter(is_new, fn_kwargs={"index": index})]
    assert kept == [row["id"] for row in rows() if row["id"][0] != "b"]
    assert len(index) == len(kept)
    assert nearcopy.scan(stream).keep() == nearcopy.scan(dataset).keep()
    # A stream is not cached: the index is asked each time.
    index.add("b0", rows()[1]["text"])
    assert [row["id"] for row in stream.filter(is_unseen, fn_kwargs={"index": index})] == []
