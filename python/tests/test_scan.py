"""What a scan takes and what it gives."""

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import nearcopy

ROWS = "id text source date".split()


@pytest.fixture
def rows(story, retold, other):
    return [
        {"id": "courier", "text": story, "source": "Courier", "date": "2024-01-01"},
        {"id": "ledger", "text": retold, "source": "Ledger", "date": "2024-01-02"},
        {"id": "gazette", "text": other, "source": "Gazette", "date": "2024-01-03"},
        {"id": "mirror", "text": story, "source": "Mirror", "date": "2024-01-04"},
    ]


def pandas_frames(rows):
    pandas = pytest.importorskip("pandas")
    yield pandas.DataFrame(rows)
    yield pandas.DataFrame(rows).astype(object)
    yield pandas.DataFrame(rows).set_index("id")
    pytest.importorskip("pyarrow")
    yield pandas.DataFrame(rows).convert_dtypes(dtype_backend="pyarrow")


def polars_frames(rows):
    polars = pytest.importorskip("polars")
    yield polars.DataFrame(rows)
    yield polars.concat([polars.DataFrame(rows[:1]), polars.DataFrame(rows[1:])], rechunk=False)
    yield polars.DataFrame(rows).with_columns(
        polars.col("date").str.to_date(), polars.col("source").cast(polars.Categorical)
    )


def arrow_tables(rows):
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.Table.from_pylist(rows)
    yield table
    yield pyarrow.concat_tables([table.slice(0, 1), table.slice(1)])
    yield table.to_batches()[0]
    yield table.to_reader()
    yield table.set_column(1, "text", table["text"].cast(pyarrow.large_string()))
    yield table.set_column(1, "text", table["text"].dictionary_encode())


def duckdb_relations(rows):
    duckdb = pytest.importorskip("duckdb")
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.Table.from_pylist(rows)
    connection = duckdb.connect()
    connection.register("articles", table)
    yield connection.sql("SELECT * FROM articles")
    yield connection.sql("SELECT * REPLACE (date::DATE AS date) FROM articles")


class Row(NamedTuple):
    text: str
    url: str


def test_a_named_tuple_goes_by_its_names(story):
    assert nearcopy.scan([Row(story, "a"), Row(story, "b")]).equal == [["a", "b"]]


class Article:
    def __init__(self, row):
        self.__dict__.update(row)


def everything(rows):
    yield rows
    yield iter(rows)
    yield (row for row in rows)
    yield tuple(rows)
    yield {row["id"]: {name: row[name] for name in ROWS[1:]} for row in rows}
    yield [
        nearcopy.Document(row["id"], row["text"], source=row["source"], date=row["date"])
        for row in rows
    ]
    yield [Article(row) for row in rows]
    yield [{**row, "date": datetime.date.fromisoformat(row["date"])} for row in rows]


@pytest.mark.parametrize(
    "kinds", [everything, pandas_frames, polars_frames, arrow_tables, duckdb_relations]
)
def test_every_kind_of_input_is_the_same(rows, kinds):
    wanted = nearcopy.scan(rows, path="x").to_json()
    for given in kinds(rows):
        assert nearcopy.scan(given, path="x").to_json() == wanted, type(given)


def test_how_pages_were_read_of_every_kind_of_input(story):
    raw = "0" * 31 + "1"
    rows = [
        {"id": "a", "text": story, "read": "part", "read_share": 0.12, "read_raw": raw},
        {"id": "b", "text": story, "read": "part", "read_share": 0.12, "read_raw": "2" * 32},
        {"id": "c", "text": story, "read": "part", "read_share": 0.12, "read_raw": raw},
    ]
    pandas, polars, pyarrow = (pytest.importorskip(n) for n in ("pandas", "polars", "pyarrow"))
    for given in (
        rows,
        [Article(row) for row in rows],
        [nearcopy.Document(**row) for row in rows],
        pandas.DataFrame(rows),
        polars.DataFrame(rows),
        pyarrow.table({name: [row[name] for row in rows] for name in rows[0]}),
    ):
        report = nearcopy.scan(given)
        assert report.keep() == [True, True, False], type(given)
        assert report.summary["parts"] == 3 and report.summary["duplicates"] == 2
        assert nearcopy.dedupe(given).keep() == [True, True, False]
    documents = report.to_pandas("documents")
    assert list(documents["read"]) == ["part"] * 3 and documents["read_share"][0] == 0.12
    # What is something else under this name is passed over.
    for other in (True, 7, "yes", None, ["part"]):
        report = nearcopy.scan([{"text": story, "read": other}])
        assert report._columns("documents")["read"] == [None]


def test_titles_of_every_kind_of_input(story):
    rows = [
        {"id": "a", "text": story, "headline": " Bridge\n closes "},
        {"id": "b", "text": story, "headline": None},
    ]

    def titles(given, **fields):
        return nearcopy.scan(given, **fields)._columns("documents")["title"]

    wanted = ["Bridge closes", None]
    pandas, polars, pyarrow = (pytest.importorskip(n) for n in ("pandas", "polars", "pyarrow"))
    for given in (
        rows,
        [Article(row) for row in rows],
        [nearcopy.Document(row["id"], story, title=row["headline"]) for row in rows],
        pandas.DataFrame(rows),
        polars.DataFrame(rows),
        pyarrow.table({name: [row[name] for row in rows] for name in rows[0]}),
    ):
        assert titles(given) == wanted, type(given)
    assert titles([{"text": story, "title": "t", "line": 7}], title_field="line") == ["7"]
    # Only a string is a title that is guessed, and no field that has another name already is.
    assert titles([{"text": story, "name": 7}, {"text": story, "name": ["x"]}]) == [None, None]
    assert titles(pandas.DataFrame({"text": [story], "name": [7]})) == [None]
    assert titles([{"title": story, "headline": "h"}], text_field="title") == ["h"]
    assert titles([{"title": story}], text_field="title", title_field="title") == [None]
    assert titles([{"text": story, "name": "Courier"}], source_field="name") == [None]
    assert titles([story]) == [None]
    report = nearcopy.scan(rows)
    assert [d.get("title") for d in json.loads(report.to_json())["documents"]] == wanted
    assert report.to_arrow("documents")["title"].to_pylist() == wanted
    assert report.to_polars("documents")["title"].to_list() == wanted
    assert report.to_pandas("documents")["title"][0] == "Bridge closes"


def test_an_address_names_the_source(story):
    pandas = pytest.importorskip("pandas")

    def sources(given, **fields):
        return nearcopy.scan(given, **fields)._columns("documents")["source"]

    site = "https://www.courier.example/1"
    for given in (
        [{"text": story, "id": site}],
        [{"text": story, "url": site}],
        [{"text": story, "id": 7, "link": site}],
        [{"text": story, "url": site, "source": None}],
        {site: story},
        {"7": {"url": site, "text": story}},
        [(site, story)],
        pandas.DataFrame({"text": [story], "id": [7], "url": [site]}),
        pandas.DataFrame({"text": [story]}, index=[site]),
    ):
        assert sources(given) == ["courier.example"], given
    assert sources([{"text": story, "url": site, "source": "S"}]) == ["S"]
    assert sources([{"text": story, "url": "/x"}, {"text": story, "url": 7}]) == [None, None]
    named = [{"text": story, "url": site}, {"text": story, "site": "S"}]
    assert sources(named, source_field="site") == [None, "S"]
    assert nearcopy.Document(site, story).source == "courier.example"
    assert nearcopy.Document(site, story, source="S").source == "S"


def test_texts_alone(story, retold):
    for given in (
        [story, retold],
        (t for t in (story, retold)),
        [("0", story), ("1", retold)],
        {"0": story, "1": retold},
    ):
        report = nearcopy.scan(given)
        assert [(p.a, p.b, p.relation) for p in report.pairs] == [("0", "1", "near-copy")]


def test_a_series_is_its_texts(story, retold):
    pandas, polars, pyarrow = (pytest.importorskip(n) for n in ("pandas", "polars", "pyarrow"))
    assert nearcopy.scan(pandas.Series([story, retold], index=["u", "v"])).clusters[0].members == [
        "u",
        "v",
    ]
    assert nearcopy.scan(polars.Series("body", [story, retold])).clusters[0].members == ["0", "1"]
    assert nearcopy.scan(pyarrow.chunked_array([[story], [retold]])).clusters[0].members == [
        "0",
        "1",
    ]


def test_the_report_is_the_command_lines(rows, tmp_path):
    """Byte for byte, where a program is at hand."""
    program = os.environ.get("NEARCOPY_PROGRAM")
    if not program:
        pytest.skip("NEARCOPY_PROGRAM names no program")
    seeds = Path(__file__).parents[2] / "seeds"
    texts = sorted(p for p in seeds.glob("*") if p.suffix in (".txt", ".md"))
    lines = rows + [{"id": p.name, "text": p.read_text(encoding="utf-8")} for p in texts]
    file = tmp_path / "corpus.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in lines), encoding="utf-8")
    for name, write in (("json", "to_json"), ("jsonl", "to_jsonl")):
        wanted = subprocess.run(
            [program, "scan", str(file), "--format", name, "-q"], check=True, capture_output=True
        ).stdout
        assert getattr(nearcopy.scan(lines, path=str(file)), write)().encode() == wanted


def test_offsets_are_code_points(story):
    there = "👩‍👩‍👧 Ünïcödé — عنوان\r\n\r\n" + story
    here = "\N{COMBINING ACUTE ACCENT} naïve\t" + story
    (pair,) = nearcopy.scan({"a": there, "b": here}).pairs
    assert pair.matches
    for match in pair.matches:
        for text, span in ((there, match.a), (here, match.b)):
            assert text[span.start : span.end] == span.text
            assert text.encode()[slice(*span.bytes)].decode() == span.text
            assert len(span) == len(span.text)
        for a, b in match.blocks:
            assert there[a.start : a.end] == a.text and here[b.start : b.end] == b.text


def test_clusters_pairs_repeats(rows, story):
    report = nearcopy.scan(rows)
    assert len(report.clusters) == 1 and len(report.pairs) == 1
    (cluster,) = report.clusters
    assert (
        cluster.representative == "courier"
        and cluster.members == ["courier", "ledger", "mirror"]
        and cluster.rows == [0, 1, 3]
    )
    assert report.equal == [["courier", "mirror"]]
    pair = report.pairs[-1]
    assert (pair.a, pair.b, pair.row_a, pair.row_b) == ("courier", "ledger", 0, 1)
    assert (
        0 < pair.resemblance < 1 and pair.coverage_a > 0.5 and isinstance(pair, nearcopy.Comparison)
    )
    assert report.pairs[:1][0].a == "courier" and [p.b for p in report.pairs] == ["ledger"]
    with pytest.raises(IndexError):
        report.pairs[1]
    assert report.text("courier") == story
    with pytest.raises(KeyError):
        report.text("nobody")
    repeats = nearcopy.scan(
        [story + f"\n\nOf its own: {n} and a few words {n * 7}." for n in range(4)]
    ).repeats
    assert repeats[0].count == 4 and [p.document for p in repeats[0].places] == ["0", "1", "2", "3"]
    assert all(story.startswith(p.text) or p.text in story for p in repeats[0].places)


def test_what_goes(rows):
    report = nearcopy.scan(rows)
    assert [(r.id, r.partner, r.relation) for r in report.removed()] == [
        ("ledger", "courier", "near-copy"),
        ("mirror", "courier", "equal"),
    ]
    assert report.keep() == [True, False, True, False]
    assert report.keep(drop=["equal"]) == report.keep(drop="equal") == [True, True, True, False]
    with pytest.raises(nearcopy.InputError, match="is no relation"):
        report.keep(drop=["same"])


def parts(story):
    """A long text, and three near-copies of its first half: all three stand in it, but only one is
    a representative.
    """
    long = story + "\n\n" + " ".join(f"word{n} of its own" for n in range(60))
    return {"a": story, "b": story + " So", "c": story + " And so", "long": long}


def test_what_stays_does_not_depend_on_what_the_scan_lists(story):
    for settings in ({}, {"all_pairs": True}, {"max_places": 1, "repeat_classes": 9}):
        report = nearcopy.scan(parts(story), **settings)
        assert report.keep() == [False, False, False, True], settings
        assert report.keep(drop=["equal", "near-copy"]) == [False, False, True, True], settings
        assert report.keep() == [False, False, False, True], "the second time, too"
        assert report.thresholds["all_pairs"] is ("all_pairs" in settings), (
            "nor does the report change"
        )


def test_dedupe_alone(rows, story):
    found = nearcopy.dedupe(rows)
    assert [(r.id, r.row, r.partner) for r in found.removed()] == [
        ("ledger", 1, "courier"),
        ("mirror", 3, "courier"),
    ]
    assert found.keep() == [True, False, True, False] and found.known == []
    for settings in ({"copy_telling": 1000}, {"keep": ["source=Mirror"]}):
        assert (
            nearcopy.dedupe(rows, **settings).keep()
            == nearcopy.scan(rows, **settings).keep()
            != found.keep()
        )
    assert nearcopy.dedupe(rows, drop="equal").keep() == [True, True, True, False]
    assert (
        nearcopy.dedupe(rows, keep="longest", threads=1).keep()
        == nearcopy.scan(rows, keep="longest").keep()
    )
    assert nearcopy.dedupe([{"text": None}, *rows], on_bad="skip").keep() == [
        True,
        True,
        False,
        True,
        False,
    ]
    with pytest.raises(nearcopy.InputError, match="no index to add to"):
        found.add_to_index()
    with pytest.raises(nearcopy.SettingError, match="progress: something to call"):
        nearcopy.dedupe(rows, progress=5)


def test_the_highest_number_of_a_field_stays(rows, tmp_path):
    for row, score in zip(rows, (3.0, 7.5, 1.0, -2.0)):
        row["score"] = score
    kept = [False, True, True, False]
    kinds = [rows, {row["id"]: row for row in rows}, iter(rows)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for pack in (pandas_frames, polars_frames, arrow_tables):
        try:
            kinds += list(pack(rows))
        except pytest.skip.Exception:
            pass
    for documents in kinds:
        found = nearcopy.dedupe(documents, keep="field:score")
        assert found.keep() == kept, type(documents)
    assert nearcopy.dedupe(tmp_path / "a.jsonl", keep="field:score").keep() == kept
    assert nearcopy.dedupe(rows, keep=["field:votes,score", "longest"]).keep() == kept
    assert nearcopy.scan(rows, keep="field:score").keep() == kept
    assert nearcopy.scan(rows, keep="field:score").clusters[0].representative == "ledger"
    assert nearcopy.dedupe(rows).keep() == [True, False, True, False]
    assert nearcopy.dedupe(rows, keep="none").keep() == [False, False, True, False]
    # What is no number comes last, and is no fault.
    for row, score in zip(rows, ("9", [1], None, "n/a")):
        row["score"] = score
    assert nearcopy.dedupe(rows, keep="field:score").keep() == [True, False, True, False]


def test_a_field_of_scores_must_be_there(rows, tmp_path):
    missing = r'no (column|field) .votes. \(keep="field:votes"\).* (are|is): id, text'
    with pytest.raises(nearcopy.InputError, match=missing):
        nearcopy.dedupe(rows, keep="field:votes")
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(nearcopy.InputError, match='no record has the field "votes" .keep='):
        nearcopy.scan(tmp_path / "a.jsonl", keep=["field:votes"])
    with pytest.raises(nearcopy.SettingError, match="field:NAME"):
        nearcopy.scan(rows, keep="field:")
    for frames in (pandas_frames, polars_frames, arrow_tables):
        try:
            first = next(iter(frames(rows)))
        except pytest.skip.Exception:
            continue
        with pytest.raises(nearcopy.InputError, match=missing):
            nearcopy.dedupe(first, keep="field:votes")


def test_what_stays_is_what_the_command_line_leaves(rows, story, tmp_path):
    program = os.environ.get("NEARCOPY_PROGRAM")
    if not program:
        pytest.skip("NEARCOPY_PROGRAM names no program")
    seeds = Path(__file__).parents[2] / "seeds"
    texts = sorted(p for p in seeds.glob("*") if p.suffix in (".txt", ".md"))
    lines = rows + [{"id": name, "text": text} for name, text in parts(story).items()]
    for p in texts:
        text = p.read_text(encoding="utf-8")
        lines += [
            {"id": p.name, "text": text},
            {"id": "half " + p.name, "text": text[: len(text) // 2]},
        ]
    (tmp_path / "corpus.jsonl").write_text(
        "".join(json.dumps(row) + "\n" for row in lines), encoding="utf-8"
    )
    command = [
        program,
        "dedupe",
        "corpus.jsonl",
        "-o",
        "clean.jsonl",
        "--max-removed",
        "100%",
        "-q",
    ]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    left = [
        json.loads(line)["id"]
        for line in (tmp_path / "clean.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert len(left) < len(lines)
    for found in (
        nearcopy.scan(lines),
        nearcopy.scan(lines, all_pairs=True),
        nearcopy.dedupe(lines),
    ):
        assert [row["id"] for row, stays in zip(lines, found.keep()) if stays] == left


def test_frames(rows):
    pandas, polars, pyarrow = (pytest.importorskip(n) for n in ("pandas", "polars", "pyarrow"))
    report = nearcopy.scan(rows)
    empty = nearcopy.scan([])
    for what, length in (
        ("documents", 4),
        ("pairs", 1),
        ("matches", len(report.pairs[0].matches)),
        ("repeats", None),
    ):
        frames = report.to_pandas(what), report.to_polars(what), report.to_arrow(what)
        assert isinstance(frames[0], pandas.DataFrame) and isinstance(frames[1], polars.DataFrame)
        assert isinstance(frames[2], pyarrow.Table)
        for frame in frames:
            assert length is None or len(frame) == length
        assert list(frames[0].columns) == frames[1].columns == frames[2].column_names
        assert frames[1].to_dicts() == frames[2].to_pylist()
        assert empty.to_arrow(what).schema == frames[2].schema
        assert list(empty.to_pandas(what).dtypes) == list(frames[0].dtypes)
    assert polars.DataFrame(rows).filter(report.keep())["id"].to_list() == ["courier", "gazette"]
    assert list(pandas.DataFrame(rows)[report.keep()].id) == ["courier", "gazette"]
    frame = report.to_pandas("documents")
    assert list(frame.id) == [row["id"] for row in rows]
    assert list(frame.duplicate) == [False, True, False, True]
    with pytest.raises(nearcopy.InputError, match="is none of"):
        report.to_pandas("clusters?")


def test_duckdb_reads_the_tables(rows):
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    connection = duckdb.connect()
    connection.register("pairs", nearcopy.scan(rows).to_arrow("pairs"))
    found = connection.sql("SELECT a, b, relation FROM pairs").fetchall()
    assert found == [("courier", "ledger", "near-copy")]


def test_evidence_of_a_pair(story):
    import pickle

    report = nearcopy.scan(
        [
            {"id": "a", "text": story + " More was said on the day after.", "date": "2026-02-01"},
            {"id": "b", "text": story, "date": "2026-01-31"},
        ]
    )
    (pair,) = report.pairs
    assert pair.relation == "near-copy" and pair.why is None
    # The order of ids says nothing about which text is the copy; the dates do.
    assert pair.earlier == pickle.loads(pickle.dumps(pair)).earlier == "b"
    assert 0 <= pair.equal_words_a <= pair.coverage_a
    assert json.loads(report.to_json())["pairs"][0]["earlier"] == "b"
    assert report.titles == [] and report.summary["without_text"] == 0
    page = report._repr_html_()
    assert "are near-copies" in page and "b is earlier (2026-01-31)" in page
    pytest.importorskip("pandas")
    (row,) = report.to_pandas("pairs").to_dict("records")
    assert (row["earlier"], row["equal_words_b"]) == ("b", pair.equal_words_b)


def test_files_are_whole_or_not_there(rows, tmp_path):
    report = nearcopy.scan(rows)
    assert report.to_json(tmp_path / "r.json") is None
    assert (tmp_path / "r.json").read_text(encoding="utf-8") == report.to_json()
    assert report.to_html(tmp_path / "r.html") is None
    assert (tmp_path / "r.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    with pytest.raises(OSError):
        report.to_json(tmp_path / "no" / "r.json")
    assert sorted(os.listdir(tmp_path)) == ["r.html", "r.json"]


@pytest.mark.skipif(os.name != "posix", reason="links and devices of Unix")
def test_links_and_devices_stay_what_they_are(rows, tmp_path):
    report = nearcopy.scan(rows)
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    report.to_json(tmp_path / "link.json")
    assert (tmp_path / "link.json").is_symlink() and (tmp_path / "real.json").read_text(
        encoding="utf-8"
    ) == report.to_json()
    (tmp_path / "dangling.json").symlink_to("elsewhere.json")
    report.to_json(tmp_path / "dangling.json")
    assert (tmp_path / "dangling.json").is_symlink() and (tmp_path / "elsewhere.json").is_file()
    (tmp_path / "real.json").chmod(0o600)
    report.to_json(tmp_path / "real.json")
    assert (tmp_path / "real.json").stat().st_mode & 0o777 == 0o600
    report.to_json("/dev/null")
    assert not os.path.isfile("/dev/null")
    mask = os.umask(0o027)
    try:
        report.to_json(tmp_path / "masked.json")
        (tmp_path / "usual").touch()
    finally:
        os.umask(mask)
    assert (tmp_path / "masked.json").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_notebook_shows_a_table_in_which_nothing_acts(story):
    hostile = "<script>alert(1)</script> " + story
    report = nearcopy.scan({"<b>a</b>": hostile, "b": hostile + " And more."})
    for page in (report._repr_html_(), report.to_html()):
        assert "<script>alert" not in page and "<b>a" not in page
    assert "near-copies" in report._repr_html_()


def test_settings(rows, story):
    assert nearcopy.scan(rows, copy_telling=1000).pairs[0].relation == "template"
    assert nearcopy.scan(rows, near_copy_larger=0.77).thresholds["near_copy_larger"] == 0.77
    assert nearcopy.scan(rows, keep=["source=Mirror,Ledger"]).clusters[0].representative == "mirror"
    assert nearcopy.scan(rows, keep="longest").thresholds["keep"] == ["longest"]
    assert nearcopy.scan(rows, since=datetime.date(2024, 1, 3)).summary["limited"]
    wrong = [
        (TypeError, {"near_copy_larg": 0.5}, 'did you mean "near_copy_larger"'),
        (
            nearcopy.SettingError,
            {"near_copy_larger": 3},
            "near_copy_larger: a share from 0 to 1, not 3",
        ),
        (nearcopy.SettingError, {"near_copy_larger": "x"}, "near_copy_larger"),
        (nearcopy.SettingError, {"contains": float("nan")}, "contains: a finite number"),
        (nearcopy.SettingError, {"preset": "newz"}, "newz"),
        (nearcopy.SettingError, {"keep": "longst"}, "longst"),
        (nearcopy.SettingError, {"shingle": 0}, "shingle: 1 to 64"),
        (nearcopy.SettingError, {"threads": -1}, "threads: 0 .* not -1"),
        (nearcopy.SettingError, {"min_match": 3.5}, "min_match: .*a whole number"),
        (nearcopy.SettingError, {"since": "2020-13-01"}, "since: a date such as"),
        (nearcopy.SettingError, {"progress": 5}, "progress: something to call"),
    ]
    for kind, setting, said in wrong:
        with pytest.raises(kind, match=said):
            nearcopy.scan(rows, **setting)


def test_every_setting_is_typed():
    from nearcopy._settings import Settings

    named = set(nearcopy.scan([]).thresholds)
    assert named < set(Settings.__annotations__) | set(Settings.__mro__[0].__annotations__)
    with pytest.raises(TypeError, match="settings are") as error:
        nearcopy.scan([], zzzzzzzzzz=1)
    listed = set(str(error.value).partition("settings are ")[2].split(", "))
    assert listed == set(typed(Settings))


def test_more_threads_than_there_can_be(rows):
    assert (
        nearcopy.scan(rows, threads=10**9).to_json() == nearcopy.scan(rows, threads=None).to_json()
    )


def typed(settings):
    import typing

    return typing.get_type_hints(settings)


def test_the_background_goes_on(rows, story, retold):
    import pickle

    report = nearcopy.scan(rows)
    background = report.background
    assert (
        nearcopy.Background.from_json(background.to_json())
        == background
        == pickle.loads(pickle.dumps(background))
    )
    again = nearcopy.scan(rows, background=background)
    assert again.to_json() == report.to_json()
    (pair,) = report.pairs
    compared = nearcopy.compare(story, retold, background=background)
    assert (compared.relation, compared.coverage_a) == (pair.relation, pair.coverage_a)
    with pytest.raises(nearcopy.MixedError):
        nearcopy.scan(rows, background=background, anchor=3)
    with pytest.raises(nearcopy.MalformedError):
        nearcopy.Background.from_json("{")


def test_progress_is_told_and_what_it_raises_ends_the_scan(story):
    texts = [f"{story} {n} {n * n} {n * 7919}" for n in range(20000)]
    told = []
    nearcopy.scan(texts, progress=lambda *now: told.append(now))
    assert told and all(stage and 0 <= done for stage, done, _ in told)

    def stop(*_):
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        nearcopy.scan(texts, progress=stop)


def test_ctrl_c_ends_a_scan():
    """In a process of its own, that is interrupted when it says that it is at work."""
    import signal

    code = (
        "import nearcopy, random, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "words = [str(n) for n in range(5000)]\n"
        "r = random.Random(1)\n"
        "texts = [' '.join(r.choices(words, k=3000)) for _ in range(8000)]\n"
        "say = lambda *now: (print('at work', flush=True), say_no_more())\n"
        "told = []\n"
        "def say_no_more(): told.append(1)\n"
        "try:\n"
        "    nearcopy.scan(texts, progress=lambda *now: told or say(*now))\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted', flush=True)\n"
        "else:\n"
        "    print('done', flush=True)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "at work\n"
    child.send_signal(signal.SIGINT)
    assert child.stdout.read() == "interrupted\n"
    assert child.wait() == 0


def test_what_was_handed_out_makes_no_relation(story, other):
    words = [" ".join(f"word{n}x{i}" for i in range(60)) for n in range(2)]
    answers = {f"s{n}": f"{story}\n\n{own}" for n, own in enumerate(words)}
    assert len(nearcopy.scan(answers, all_pairs=True).pairs) == 1
    for handed_out in (story, [story], iter([other, story])):
        report = nearcopy.scan(answers, all_pairs=True, boilerplate_from=handed_out)
        assert len(report.pairs) == 0
    assert nearcopy.compare(answers["s0"], answers["s1"], boilerplate_from=[story]).relation is None
    again = nearcopy.compare(answers["s0"], answers["s1"], background=report.background)
    assert again.relation is None
    assert nearcopy.dedupe(answers, boilerplate_from=story).keep() == [True] * 2
    with pytest.raises(nearcopy.InputError):
        nearcopy.scan(answers, boilerplate_from=[1])


def test_texts_without_a_word_are_related_to_nothing(story, tmp_path):
    documents = {"a": "", "b": "", "c": "…", "d": story}
    report = nearcopy.scan(documents)
    assert report.equal == [] and report.summary["without_text"] == 3
    assert report.keep() == [True] * 4
    assert nearcopy.dedupe(documents).keep() == [True] * 4
    assert nearcopy.compare("", "").relation is None
    with nearcopy.Index(tmp_path / "seen") as index:
        assert index.add_all(documents)["without_text"] == 3
        assert index.seen("", id="other") == []
        assert nearcopy.dedupe(documents, index=index).keep() == [True, True, True, False]
