"""Bad input: exceptions that say what and where, never a crash of the interpreter."""

import pytest

import nearcopy

BAD_TEXTS = [
    (None, "missing"),
    (float("nan"), "missing"),
    (b"bytes", "is bytes, not a string: decode it first"),
    (3, "is int"),
    (1.5, "is float"),
    ([], "is list"),
    ("half \ud800", "lone surrogate at character 5"),
]


@pytest.mark.parametrize("bad, said", BAD_TEXTS, ids=[repr(b[0]) for b in BAD_TEXTS])
def test_a_text_that_is_none(bad, said, story):
    with pytest.raises(nearcopy.InputError, match=f'document 1 .id "x".: its text .*{said}'):
        nearcopy.scan([{"id": "y", "text": story}, {"id": "x", "text": bad}])
    report = nearcopy.scan(
        [{"id": "y", "text": story}, {"id": "x", "text": bad}, {"id": "z", "text": story}],
        on_bad="skip",
    )
    assert report.equal == [["y", "z"]] and sum(report.summary["skipped"].values()) == 1
    assert report.keep() == [True, True, False]
    with pytest.raises(nearcopy.InputError):
        nearcopy.compare(story, bad)


def test_a_field_that_is_nowhere(story):
    with pytest.raises(
        nearcopy.InputError,
        match=r"no field 'uri' .id_field. in any document; the fields of the first are: text, url",
    ):
        nearcopy.scan([{"text": story, "url": "a"}], id_field="uri")
    assert nearcopy.scan([{"text": story}, {"text": story, "uri": "a"}], id_field="uri").equal == [
        ["0", "a"]
    ]


def test_numpy_and_whole_numbers(story):
    numpy, pandas = pytest.importorskip("numpy"), pytest.importorskip("pandas")
    assert nearcopy.scan(numpy.array([["a", story], ["b", story]])).equal == [["a", "b"]]
    assert (
        nearcopy.scan([story], min_match=numpy.int64(9), contains=numpy.float32(0.5)).thresholds[
            "min_match"
        ]
        == 9
    )
    assert nearcopy.scan(pandas.DataFrame({"id": [5, None, 7], "text": story})).equal == [
        ["1", "5", "7"]
    ]


def test_labels_of_pandas(story, tmp_path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"text": [story] * 4})
    assert nearcopy.scan(frame[1:3]).equal == [["1", "2"]], "labels, not places"
    index = nearcopy.Index(tmp_path / "seen")
    for part in (frame[1:3], pandas.concat([frame, frame])):
        with pytest.raises(nearcopy.InputError, match="has no id; an index needs ids"):
            index.add_all(part)
    frame.index = pandas.Index(["a", "b", "c", "d"], name="url")
    assert index.add_all(frame) == {"new": 1, "copies": 3, "replaced": 0, "known": 0}
    late = [
        {"id": n, "text": story, "site": "s"} if n < 9000 else {"id": n, "text": story}
        for n in range(9500)
    ]
    assert index.add_all(late, source_field="site")["copies"] == 9500


def test_no_documents():
    for given in ("a text", b"bytes", 3, None, object()):
        with pytest.raises(nearcopy.InputError, match="documents are wanted"):
            nearcopy.scan(given)
    with pytest.raises(nearcopy.InputError, match="a list of 3, not of an id and a text"):
        nearcopy.scan([["a", "b", "c"]])
    assert nearcopy.scan([]).summary["documents"] == 0


def test_ids(story):
    import uuid

    mine = uuid.UUID(int=7)
    report = nearcopy.scan(
        [
            {"id": 7, "text": story},
            {"id": mine, "text": story},
            {"id": None, "text": story},
            {"id": 1.5, "text": story},
        ]
    )
    assert report.equal == [sorted(["7", str(mine), "2", "1.5"])]
    for bad in (b"x", [], {}, (), object(), "\ud800"):
        with pytest.raises(nearcopy.InputError, match="document 0: its id"):
            nearcopy.scan([{"id": bad, "text": story}])


def test_an_id_of_two_texts_is_told_apart_and_said(story, other):
    with pytest.warns(UserWarning, match="2 documents share an id with another text"):
        report = nearcopy.scan([("a", story), ("a", other)])
    assert report.summary["renamed"] == 2
    assert nearcopy.scan([("a", story), ("a", story)]).equal == [["a", "a"]]


def test_a_date_that_is_none_is_said(story):
    with pytest.warns(UserWarning, match="1 dates could not be understood"):
        nearcopy.scan([{"id": 1, "text": story, "date": "once upon a time"}])


def test_missing_columns(story):
    with pytest.raises(
        nearcopy.InputError, match=r"document 0: no field with a text .*its fields are: words"
    ):
        nearcopy.scan([{"words": story}])
    assert nearcopy.scan([{"words": story}], text_field="words").summary["documents"] == 1
    pandas, polars, pyarrow = (pytest.importorskip(n) for n in ("pandas", "polars", "pyarrow"))
    for table in (
        pandas.DataFrame({"words": [story]}),
        polars.DataFrame({"words": [story]}),
        pyarrow.table({"words": [story]}),
    ):
        with pytest.raises(
            nearcopy.InputError, match="no column with a text .*the columns are: words"
        ):
            nearcopy.scan(table)
        with pytest.raises(
            nearcopy.InputError, match="no column 'site' .source_field.; the columns are: words"
        ):
            nearcopy.scan(table, text_field="words", source_field="site")
    with pytest.raises(nearcopy.InputError, match="2 times"):
        nearcopy.scan(pandas.DataFrame([[story, story]], columns=["text", "text"]))
    with pytest.raises(nearcopy.InputError, match="collect"):
        nearcopy.scan(polars.LazyFrame({"text": [story]}))


def test_missing_values_in_tables(story):
    pandas, polars, pyarrow = (pytest.importorskip(n) for n in ("pandas", "polars", "pyarrow"))
    for table in (
        pandas.DataFrame({"text": [story, float("nan"), story]}),
        pandas.DataFrame({"text": pandas.array([story, pandas.NA, story], dtype="string")}),
        polars.DataFrame({"text": [story, None, story]}),
        pyarrow.table({"text": [story, None, story]}),
    ):
        with pytest.raises(nearcopy.InputError, match="document 1: its text is missing"):
            nearcopy.scan(table)
        assert nearcopy.scan(table, on_bad="skip").equal == [["0", "2"]]
    with pytest.raises(nearcopy.InputError, match='on_bad: "raise" or "skip"'):
        nearcopy.scan([], on_bad="ignore")


def test_arrow_that_lies():
    pyarrow = pytest.importorskip("pyarrow")
    offsets = pyarrow.py_buffer((0).to_bytes(4, "little") + (3).to_bytes(4, "little"))
    array = pyarrow.StringArray.from_buffers(1, offsets, pyarrow.py_buffer(b"\xff\xfe\xfd"))
    with pytest.raises(nearcopy.InputError, match='column "text" is no valid Arrow column'):
        nearcopy.scan(pyarrow.table({"text": array}))


def test_what_a_generator_raises_is_raised(story):
    def texts():
        yield story
        raise LookupError("the page is gone")

    with pytest.raises(LookupError, match="the page is gone"):
        nearcopy.scan(texts())


class Stopped:
    """A value during whose reading Ctrl-C is pressed."""

    def __str__(self):
        raise KeyboardInterrupt


def test_ctrl_c_while_a_value_is_read(story, tmp_path):
    def relations():
        yield "equal"
        raise KeyboardInterrupt

    row = {"id": "a", "text": story}
    index = nearcopy.Index(tmp_path / "seen")
    for interrupted in (
        lambda: index.add(Stopped(), story),
        lambda: index.check_and_add("a", story, unless=relations()),
        lambda: index.add_all([{"id": Stopped(), "text": story}]),
        lambda: nearcopy.scan([{"id": Stopped(), "text": story}]),
        lambda: nearcopy.scan([{"id": "a", "text": story, "source": Stopped()}]),
        lambda: nearcopy.scan([row | {"quality": Stopped()}], keep="field:quality"),
        lambda: nearcopy.scan([row | {"read": "part", "read_share": Stopped()}]),
    ):
        with pytest.raises(KeyboardInterrupt):
            interrupted()
    assert len(index) == 0
