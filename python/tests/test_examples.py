"""The examples do what they say."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

import nearcopy

HERE = pathlib.Path(__file__).parent
PACKAGE = str(pathlib.Path(nearcopy.__file__).parent.parent)
STORY = (
    "The harbour bridge will close for repairs on Monday, the port authority said, "
    "and reopen in the spring with two lanes more."
)
ROWS = {
    "a": STORY,
    "b": STORY.replace("two lanes more", "wider lanes"),
    "c": STORY,
    "d": "Rain is expected over the weekend in most of the valley.",
}


@pytest.fixture
def articles(tmp_path):
    path = tmp_path / "articles.jsonl"
    path.write_text(
        "".join(json.dumps({"id": id, "text": text}) + "\n" for id, text in ROWS.items())
    )
    return path


def run(name, articles):
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([PACKAGE, os.environ.get("PYTHONPATH", "")]),
    }
    command = [sys.executable, str(HERE.parent / "examples" / name), str(articles)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


def test_ten_lines_of_nearcopy(articles):
    equal, near = run("ten_lines_nearcopy.py", articles)
    assert equal == ["a", "c", "equal", "1.00"]
    assert near[:3] == ["a", "b", "near-copy"] and json.loads(near[4]).startswith(
        "The harbour bridge"
    )


def test_ten_lines_of_datasketch(articles):
    pytest.importorskip("datasketch")
    assert ["a", "c"] in run("ten_lines_datasketch.py", articles)


@pytest.mark.parametrize("name", ["ten_lines_nearcopy.py", "ten_lines_datasketch.py"])
def test_they_are_ten_lines(name):
    source = (HERE.parent / "examples" / name).read_text().split('"""')[2]
    assert sum(1 for line in source.splitlines() if line.strip()) == 10


def test_the_benchmark_counts_the_truth_as_all_pairs_do():
    sys.path.insert(0, str(HERE.parent / "benches"))
    try:
        from beside_datasketch import LEAST, resemblance, shingles, truth
    finally:
        sys.path.pop(0)
    words = STORY.split()
    texts = [
        " ".join(words[cut:] + words[:cut] + [str(n)] * n)
        for n in range(4)
        for cut in range(len(words))
    ] + ["", "one", STORY, STORY]
    sets = [shingles(text) for text in texts]
    pairs = {
        (i, j)
        for j in range(len(sets))
        for i in range(j)
        if sets[i] and sets[j] and resemblance(sets[i], sets[j]) >= LEAST
    }
    assert truth(sets) == pairs and len(pairs) > 100
