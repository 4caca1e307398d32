"""Files by path, the bar of progress=True, and the command that the package brings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import types
from pathlib import Path

import nearcopy
import pytest

PROGRAM = os.environ.get("NEARCOPY_PROGRAM")


@pytest.fixture
def folder(tmp_path: Path, story: str, retold: str, other: str) -> Path:
    lines = [{"id": "a", "text": story}, {"id": "b", "text": retold}]
    (tmp_path / "one.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "two.txt").write_text(story)
    (tmp_path / "three.csv").write_text(f'id,text\nc,"{other}"\n')
    return tmp_path


def members(report: nearcopy.Report) -> list[list[str]]:
    return [[Path(member).name for member in cluster.members] for cluster in report.clusters]


def test_paths_are_read_as_the_command_reads_them(folder: Path) -> None:
    wanted = [["two.txt", "a", "b"]]
    assert members(nearcopy.scan(folder)) == wanted
    assert members(nearcopy.scan(str(folder))) == wanted
    assert members(nearcopy.scan([folder / "one.jsonl", folder / "two.txt"])) == wanted
    assert members(nearcopy.scan(str(folder / "*.jsonl"))) == [["a", "b"]]
    found = nearcopy.dedupe(folder)
    assert sorted(found.keep()) == [False, False, True, True]
    assert [kept for kept in found.keep()].count(False) == len(found.removed())


@pytest.mark.skipif(PROGRAM is None, reason="no program to compare with")
def test_the_report_has_the_bytes_of_the_command(folder: Path) -> None:
    command = [str(PROGRAM), "scan", ".", "--format", "json", "--no-config"]
    out = subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout
    before = os.getcwd()
    os.chdir(folder)
    try:
        assert nearcopy.scan(".").to_json() == out.decode()
    finally:
        os.chdir(before)


def test_files_that_cannot_be_read_are_named(folder: Path) -> None:
    with pytest.raises(nearcopy.InputError, match="nowhere"):
        nearcopy.scan(folder / "nowhere")
    (folder / "bad.jsonl").write_text('{"id": "x"}\n{"id": "y", "text": "one text"}\n')
    with pytest.raises(nearcopy.InputError, match="bad.jsonl"):
        nearcopy.scan(folder)
    report = nearcopy.scan(folder, on_bad="skip")
    assert report.summary["skipped"]
    with pytest.raises(nearcopy.InputError, match="body"):
        nearcopy.scan(folder / "one.jsonl", text_field="body")
    with pytest.raises(nearcopy.InputError, match="path:"):
        nearcopy.scan(folder, path="x")
    empty = folder / "empty"
    empty.mkdir()
    with pytest.raises(nearcopy.InputError, match="no document"):
        nearcopy.scan(empty)


def test_each_row_has_the_id_of_its_cluster(story: str, retold: str, other: str) -> None:
    report = nearcopy.scan([other, story, None, retold], on_bad="skip")
    ids = report.cluster_ids()
    assert ids == [None, report.clusters[0].id, None, report.clusters[0].id]


def test_a_list_of_strings_holds_texts(story: str) -> None:
    assert nearcopy.scan([story, story]).equal == [["0", "1"]]


def test_a_bar_is_shown_and_gone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = [f"{n} words of the text number {n}, and some more" for n in range(20000)]
    nearcopy.scan(texts, progress=True)
    shown = capsys.readouterr().err
    assert "%" in shown and shown.endswith("\r"), shown[-200:]
    nearcopy.scan(folder, progress=False)
    assert capsys.readouterr().err == ""


def test_a_cell_of_a_notebook_has_a_bar_of_its_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[dict[str, str]] = []

    class Handle:
        def update(self, content: dict[str, str], raw: bool) -> None:
            assert raw and shown
            shown.append(content)

    def display(content: dict[str, str], raw: bool, display_id: bool) -> Handle:
        assert raw and display_id and not shown
        shown.append(content)
        return Handle()

    kernel = types.SimpleNamespace(kernel=object())
    ipython = types.SimpleNamespace(get_ipython=lambda: kernel)
    monkeypatch.setitem(sys.modules, "IPython", ipython)  # type: ignore[arg-type]
    of_cells = types.SimpleNamespace(display=display)
    monkeypatch.setitem(sys.modules, "IPython.display", of_cells)  # type: ignore[arg-type]
    texts = [f"{n} words of the text number {n}, and some more" for n in range(20000)]
    nearcopy.scan(texts, progress=True)
    assert "%" in shown[0]["text/plain"] and "<progress" in shown[0]["text/html"]
    # A fast scan shows its bar once before it takes it away.
    assert shown[-1] == {"text/plain": "", "text/html": ""} and len(shown) > 1
    # A terminal of IPython has no kernel.
    kernel.kernel = None
    nearcopy.scan(texts[:10], progress=True)
    printed = capsys.readouterr()
    assert printed.err.count("%") == 1 and printed.out == ""


def command(*arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "nearcopy", *arguments], cwd=cwd, capture_output=True, text=True
    )


def test_the_package_brings_the_command(folder: Path) -> None:
    script = Path(sys.executable).with_name("nearcopy")
    assert script.exists()
    by_name = subprocess.run([script, "--version"], capture_output=True, text=True)
    assert by_name.stdout.startswith(f"nearcopy {nearcopy.__version__}")
    done = command("scan", ".", "--format", "json", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["summary"]["documents"] == 4
    assert command("check", ".", "-q", cwd=folder).returncode == 1
    wrong = command("scan", "nowhere", cwd=folder)
    assert wrong.returncode == 2 and "nowhere" in wrong.stderr
    assert command("scan", "--no-such-flag", cwd=folder).returncode == 2
