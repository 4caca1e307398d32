#!/usr/bin/env python3
"""The composite action, its steps run with bash as the runner does.

    tests/action.py [PROGRAM]

First with a stand-in for nearcopy that notes its arguments. With PROGRAM, a nearcopy, then with
that one, on a small git repository. Needs PyYAML; `tests/schemas.py` makes an environment that has
it.
"""

import functools
import hashlib
import http.server
import json
import os
import platform
import re
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
import threading
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STORY = (
    "The ferry company cancelled all sailings on Monday after the swell rose to five metres off "
    "the northern cape.\n"
)
OTHER = (
    "Parliament passed the budget on Thursday night with a narrow majority after two days of talks "
    "about the railway.\n"
)

# Where the action looks for releases: nothing listens there, unless a test says so.
SERVER = "http://127.0.0.1:9"

# Lines that would do something if a shell read them.
HOSTILE = """$(touch pwned)
`touch pwned`
; touch pwned #
" && touch pwned && "
' ; touch pwned ; '
*
~
two words  and more
${IFS}touch${IFS}pwned
"""


class Run:
    """What a run of the action left."""

    def __init__(self, workspace, inputs, path):
        self.workspace = workspace
        temp = Path(tempfile.mkdtemp(dir=workspace.parent))
        files = {
            name: temp / name
            for name in ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY", "GITHUB_ENV")
        }
        for file in files.values():
            file.touch()
        values = {name: str(given.get("default", "")) for name, given in ACTION["inputs"].items()}
        assert set(inputs) <= set(values), inputs
        values.update(inputs)
        self.code, self.out, self.err, outputs = 0, "", "", {}
        for step in ACTION["runs"]["steps"]:
            # An expression inside a script would become part of the script.
            assert step["shell"] == "bash" and "${{" not in step["run"], step
            env = {
                name: self.value(text, values, outputs)
                for name, text in step.get("env", {}).items()
            }
            added = files["GITHUB_PATH"].read_text().split("\n")
            env["PATH"] = os.pathsep.join([*filter(None, added), path])
            runner = {
                "HOME": str(temp),
                "GITHUB_ACTIONS": "true",
                "GITHUB_WORKSPACE": str(workspace),
                "GITHUB_ACTION_PATH": str(ROOT),
                "RUNNER_TEMP": str(temp),
                **{name: str(file) for name, file in files.items()},
            }
            script = temp / "step.sh"
            script.write_text(step["run"], "utf-8")
            bash = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
            done = subprocess.run(
                bash, cwd=workspace, env={**runner, **env}, capture_output=True, text=True
            )
            self.out, self.err, self.code = (
                self.out + done.stdout,
                self.err + done.stderr,
                done.returncode,
            )
            lines = files["GITHUB_OUTPUT"].read_text("utf-8").splitlines()
            outputs.setdefault("steps", {})[step.get("id")] = dict(
                line.split("=", 1) for line in lines
            )
            if self.code:
                break
        self.outputs = {
            n: self.value(o["value"], values, outputs) for n, o in ACTION["outputs"].items()
        }
        self.summary = files["GITHUB_STEP_SUMMARY"].read_text("utf-8")
        self.temp = temp

    @staticmethod
    def value(text, inputs, outputs):
        """A text with its expressions filled in."""

        def filled(found):
            parts = found[1].strip().split(".")
            if parts[0] == "inputs":
                return inputs[parts[1]]
            if parts[0] == "github":
                return {"server_url": SERVER, "action_repository": "owner/nearcopy"}[parts[1]]
            assert parts[0] == "steps" and parts[2] == "outputs", found[0]
            return outputs.get("steps", {}).get(parts[1], {}).get(parts[3], "")

        return re.sub(r"\$\{\{(.*?)\}\}", filled, text)


def program(folder, name, text):
    """A shell script as a program."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("#!/bin/sh\n" + text, "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(folder)


def noted(run):
    return run.out.split("\0")[:-1]


def arguments(home, workspace, system):
    """What reaches the program, to the character."""
    path = os.pathsep.join(
        [
            program(
                home / "noting",
                "nearcopy",
                "printf '%s\\0' \"$@\"\nexit $(cat code 2>/dev/null || echo 0)\n",
            ),
            system,
        ]
    )
    run = Run(workspace, {}, path)
    assert noted(run) == ["check", "--format", "github", "-o", "sarif=nearcopy.sarif", "--", "."], (
        run.out,
        run.err,
    )
    assert run.outputs == {"sarif": "nearcopy.sarif", "passed": "true"}, run.outputs
    lines = HOSTILE.splitlines()
    names = {
        "fail-on": "--fail-on",
        "baseline": "--baseline",
        "baseline-ref": "--baseline-ref",
        "config": "--config",
    }
    for line in lines:
        run = Run(
            workspace,
            {
                **{name: line for name in names},
                "sarif-file": line,
                "paths": HOSTILE,
                "args": f"--a b\r\n\n{HOSTILE}",
            },
            path,
        )
        flags = [f"{flag}={line}" for flag in names.values()]
        wanted = [
            "check",
            "--format",
            "github",
            *flags,
            "-o",
            f"sarif={line}",
            "--a b",
            *lines,
            "--",
            *lines,
        ]
        assert run.code == 0 and noted(run) == wanted, (noted(run), wanted, run.err)
        assert run.outputs == {"sarif": line, "passed": "true"}, run.outputs
    # A line break in the one input that becomes an output would be an output of its own.
    run = Run(workspace, {"sarif-file": "a\npassed=true"}, path)
    assert run.code == 2 and run.outputs == {"sarif": "", "passed": ""}, (run.code, run.outputs)
    assert Run(workspace, {"sarif-file": ""}, path).outputs["sarif"] == ""
    for code, passed in [(1, "false"), (2, "")]:
        (workspace / "code").write_text(str(code))
        run = Run(workspace, {}, path)
        assert run.code == code and run.outputs["passed"] == passed, (run.code, run.outputs)
    (workspace / "code").unlink()
    assert not list(workspace.rglob("pwned")), "an input was run"


def installing(home, workspace, system):
    """Where there is no nearcopy, it is built from the action's own checkout."""
    builds = (
        'while [ $# -gt 0 ]; do echo "$1"; if [ "$1" = --root ]; then root=$2; fi; shift; done '
    )
    builds += '>"$RUNNER_TEMP/built"\n'
    builds += 'mkdir -p "$root/bin"; printf \'#!/bin/sh\\necho "$@"\\n\' >"$root/bin/nearcopy"; '
    builds += 'chmod +x "$root/bin/nearcopy"\n'
    run = Run(workspace, {}, os.pathsep.join([program(home / "building", "cargo", builds), system]))
    built = (run.temp / "built").read_text().splitlines()
    assert built[:4] == ["install", "--path", str(ROOT), "--locked"], (built, run.err)
    assert run.code == 0 and run.out.startswith("check --format github"), (run.out, run.err)


def downloading(home, workspace, system):
    """Where there is a release, its program is taken, if it is what the release says."""
    global SERVER
    if platform.system() != "Linux" or platform.machine() not in ("x86_64", "aarch64"):
        return
    name = f"nearcopy-1.2.3-{platform.machine()}-unknown-linux-musl"
    inner = home / "inner" / name
    inner.mkdir(parents=True)
    program(inner, "nearcopy", 'echo released "$@"\n')
    files = home / "served" / "owner" / "nearcopy" / "releases" / "download" / "v1.2.3"
    files.mkdir(parents=True)
    archive = files / f"{name}.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(inner, name)
    checksum = hashlib.sha256(archive.read_bytes()).hexdigest()
    sums = files / "SHA256SUMS"
    sums.write_text(f"{checksum}  {archive.name}\n")
    handler = functools.partial(Quiet, directory=str(home / "served"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    before, SERVER = SERVER, f"http://127.0.0.1:{server.server_port}"
    try:
        for version in ("1.2.3", "v1.2.3"):
            run = Run(workspace, {"version": version}, system)
            assert run.code == 0 and "released check --format github" in run.out, (run.out, run.err)
        sums.write_text(f"{'0' * 64}  {archive.name}\n")
        run = Run(workspace, {"version": "1.2.3"}, system)
        assert run.code == 2 and "SHA256SUMS" in run.out, (run.out, run.err)
        run = Run(workspace, {"version": "1.2.3; touch pwned"}, system)
        assert run.code == 2 and "::error::version" in run.out, (run.out, run.err)
    finally:
        SERVER = before
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *words):
        pass


def git(workspace, *words):
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", *who, *words], cwd=workspace, check=True, capture_output=True)


def really(workspace, folder, system):
    """The program itself: exit codes, annotations, SARIF, summary, baselines."""
    path = os.pathsep.join([folder, system])
    texts = workspace / "texts"
    texts.mkdir()
    (texts / "a.txt").write_text(STORY, "utf-8")
    (texts / "other.txt").write_text(OTHER, "utf-8")
    git(workspace, "init", "-q", "-b", "main")
    git(workspace, "add", ".")
    git(workspace, "commit", "-q", "-m", "one")
    clean = Run(workspace, {"paths": "texts", "fail-on": "equal,near-copy"}, path)
    assert clean.code == 0 and clean.outputs["passed"] == "true", (clean.out, clean.err)
    assert "## nearcopy: passed" in clean.summary, clean.summary

    (texts / "copy, 100%.txt").write_text(STORY, "utf-8")
    failed = Run(
        workspace, {"paths": "texts", "fail-on": "equal,near-copy", "sarif-file": "out.sarif"}, path
    )
    assert failed.code == 1 and failed.outputs == {"sarif": "out.sarif", "passed": "false"}, (
        failed.out,
        failed.err,
    )
    errors = [line for line in failed.out.splitlines() if line.startswith("::error ")]
    assert len(errors) == 1 and "title=nearcopy%3A equal::" in errors[0], failed.out
    assert errors[0].startswith(
        ("::error file=texts/a.txt,line=1,", "::error file=texts/copy%2C 100%25.txt,line=1,")
    ), errors
    log = json.loads((workspace / "out.sarif").read_text("utf-8"))
    assert [r["ruleId"] for r in log["runs"][0]["results"]] == ["equal"], log
    assert "## nearcopy: failed" in failed.summary and "<details>" in failed.summary, failed.summary

    # Since the last commit only the copy is new; after it is committed, nothing is.
    since = Run(workspace, {"paths": "texts", "fail-on": "equal", "baseline-ref": "HEAD"}, path)
    assert since.code == 1, (since.out, since.err)
    git(workspace, "add", ".")
    git(workspace, "commit", "-q", "-m", "two")
    since = Run(workspace, {"paths": "texts", "fail-on": "equal", "baseline-ref": "HEAD"}, path)
    assert since.code == 0, (since.out, since.err)
    known = {"paths": "texts", "fail-on": "equal", "baseline": "known.json"}
    Run(workspace, {**known, "args": "--update-baseline"}, path)
    again = Run(workspace, known, path)
    assert again.code == 0 and not any(l.startswith("::error") for l in again.out.splitlines()), (
        again.out,
        again.err,
    )
    policy = Run(workspace, {"paths": "texts", "args": "--max-duplicate-documents=0"}, path)
    assert policy.code == 1, (policy.out, policy.err)
    missing = Run(workspace, {"paths": "nowhere"}, path)
    assert missing.code == 2 and missing.outputs["passed"] == "", (missing.code, missing.outputs)


def main():
    # The commands that a runner has, and no nearcopy or cargo.
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder).resolve()
        system = home / "system"
        system.mkdir()
        tools = ("bash", "sh", "cat", "mkdir", "chmod", "touch", "git", "uname", "curl", "grep")
        for name in (*tools, "sha256sum", "tar", "gzip"):
            (system / name).symlink_to(shutil.which(name))
        for name in ("notes", "building-here", "downloading", "corpus"):
            (home / name).mkdir()
        arguments(home, home / "notes", str(system))
        installing(home, home / "building-here", str(system))
        downloading(home, home / "downloading", str(system))
        if len(sys.argv) > 1:
            really(home / "corpus", str(Path(sys.argv[1]).resolve().parent), str(system))
    print(
        "action: as it should be"
        + ("" if len(sys.argv) > 1 else ", with a stand-in for the program")
    )


if __name__ == "__main__":
    main()
