#!/usr/bin/env python3
"""The files of a release, installed and run as whoever downloads them does.

    tests/release.py FOLDER

FOLDER is what packaging/release.sh has made on Linux. The programs run in an empty root, which
takes the rights to make one; the recipe of the image is carried out as far as it can be without an
engine of containers; the wheel goes into a fresh environment, without Rust, where the module gives
the bytes of the command and of the program; the steps of the workflow run with stand-ins for what a
runner brings. Needs PyYAML; `tests/schemas.py` makes an environment that has it.
"""

import glob
import hashlib
import json
import os
import platform
import random
import shlex
import shutil
import stat
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
MACHINE = platform.machine()
PROGRAM_BYTES, WHEEL_BYTES = 20_000_000, 8_000_000
STORY = "The harbour bridge will close for repairs on Monday, the port authority said.\n"


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, (command, done.returncode, done.stdout, done.stderr)
    return done.stdout


def corpus(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(STORY)
    return folder


def sums(folder):
    """Each file has its checksum, and the formula those of the archives."""
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    told = dict(reversed(line.split("  ")) for line in lines)
    there = {path.name for path in folder.iterdir()} - {"SHA256SUMS", "nearcopy.rb"}
    assert set(told) == there, (set(told), there)
    for name, checksum in told.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == checksum, name
    formula = (folder / "nearcopy.rb").read_text()
    for name, checksum in told.items():
        assert not name.endswith(f"linux-musl.tar.gz") or checksum in formula, name
    assert "@" not in formula.replace("@example", ""), "a place of the formula was not filled"


def interpreter(program):
    """Whether an ELF file asks for a dynamic linker."""
    data = program.read_bytes()
    assert data[:5] == b"\x7fELF\x02", program
    (at,), (size, count) = struct.unpack_from("<Q", data, 32), struct.unpack_from("<HH", data, 54)
    return any(struct.unpack_from("<I", data, at + n * size)[0] == 3 for n in range(count))


def unpacked(archive, folder):
    """The program of an archive, which has what belongs to it."""
    name = archive.name[: -len(".tar.gz")]
    with tarfile.open(archive) as tar:
        # Python 3.11.4 and later ask for a filter.
        tar.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    top = folder / name
    assert [path.name for path in folder.iterdir()] == [name]
    files = {str(path.relative_to(top)) for path in top.rglob("*") if path.is_file()}
    shells = {f"completions/nearcopy.{s}" for s in ("bash", "zsh", "fish", "powershell")}
    wanted = {"nearcopy", "README.md", "LICENSE-MIT", "LICENSE-APACHE", "man/nearcopy-scan.1"}
    assert wanted | shells <= files, (archive, wanted - files)
    program = top / "nearcopy"
    assert program.stat().st_mode & stat.S_IXUSR
    assert program.stat().st_size <= PROGRAM_BYTES, (archive, program.stat().st_size)
    return program


def in_empty_root(program, folder, emulator=None):
    """Scans two files where there is nothing but the program, and an emulator of its processor."""
    root = folder / "root"
    corpus(root / "data")
    shutil.copy2(program, root / "nearcopy")
    command = ["chroot", root, "/nearcopy"]
    if emulator:
        shutil.copy2(emulator, root / "emulator")
        command = ["chroot", root, "/emulator", "/nearcopy"]
    said = run([*command, "scan", "/data", "--brief"])
    assert "Found 1 cluster" in said, said


def image(program, folder):
    """The recipe, instruction by instruction, and the image run as an engine would run it."""
    root, context = folder / "image", folder / "context"
    context.mkdir()
    root.mkdir()
    shutil.copy2(program, context / "nearcopy")
    work, environment, entry, default = "/", {}, [], []
    for line in (ROOT / "packaging" / "Dockerfile").read_text().splitlines():
        instruction, _, rest = line.partition(" ")
        if not line or line.startswith("#"):
            continue
        if instruction == "FROM":
            assert rest == "scratch", line
        elif instruction == "WORKDIR":
            work = rest
            (root / work.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif instruction == "COPY":
            source, target = rest.split()
            shutil.copy2(context / source, root / target.lstrip("/"))
        elif instruction == "ENV":
            environment.update(dict(word.split("=", 1) for word in shlex.split(rest)))
        elif instruction == "ENTRYPOINT":
            entry = json.loads(rest)
        elif instruction == "CMD":
            default = json.loads(rest)
        else:
            raise AssertionError(f"an instruction that is not known here: {line}")

    def started(*words):
        def into():
            os.chroot(root)
            os.chdir(work)

        command = [*entry, *(words or default)]
        return run(command, env=environment, preexec_fn=into)

    assert "Usage: nearcopy" in started()
    corpus(root / "data")
    assert "Found 1 cluster" in started("scan", ".", "--brief")
    # What does not fit in memory goes to scratch files, which have their place.
    assert "Found 1 cluster" in started("scan", ".", "--brief", "--memory", "1MiB")


def wheel(folder, home, program):
    """A fresh environment: the command, the module, manual pages, and completions."""
    wheels = [Path(path) for path in glob.glob(f"{folder}/*.whl")]
    for path in wheels:
        assert path.stat().st_size <= WHEEL_BYTES, (path.name, path.stat().st_size)
    own = [p for p in wheels if "-abi3-" in p.name and MACHINE in p.name]
    assert len(own) == 1, wheels
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home)}
    for tool in ("cargo", "rustc"):
        assert shutil.which(tool, path=environment["PATH"]) is None, f"{tool} is there"
    commands = [
        f"{sys.executable} -m venv venv",
        f"venv/bin/pip install --quiet --no-index {own[0]}",
        "venv/bin/nearcopy scan texts --brief",
    ]
    corpus(home / "texts")
    began = time.monotonic()
    for command in commands:
        said = run(shlex.split(command), cwd=home, env=environment)
    print(f"wheel: {len(commands)} commands, {time.monotonic() - began:.1f} s to the first report")
    assert "Found 1 cluster" in said, said
    assert said == run(
        [home / "venv/bin/python", "-m", "nearcopy", "scan", "texts", "--brief"],
        cwd=home,
        env=environment,
    )
    same_bytes(home / "venv/bin/python", home / "venv/bin/nearcopy", home, program)
    share = home / "venv" / "share"
    for name in (
        "man/man1/nearcopy.1",
        "man/man1/nearcopy-scan.1",
        "bash-completion/completions/nearcopy",
        "zsh/site-functions/_nearcopy",
        "fish/vendor_completions.d/nearcopy.fish",
    ):
        assert (share / name).stat().st_size > 100, name
    written = run([home / "venv/bin/nearcopy", "generate", "completions", "bash"], env=environment)
    assert (share / "bash-completion/completions/nearcopy").read_text() == written


def articles(count):
    """Articles of words that are none: every other one equal to an earlier one, edited, quoting it,
    or holding all of it."""
    chance = random.Random(25)

    def word():
        parts = (chance.choice("bdfglmnprst") + chance.choice("aeiouäé") for _ in range(4))
        return "".join(list(parts)[: chance.randint(1, 4)])

    words = [word() for _ in range(4000)]

    def sentence():
        return " ".join(chance.choices(words, k=chance.randint(8, 22))).capitalize() + "."

    written = []
    for number in range(count):
        lines = [sentence() for _ in range(chance.randint(5, 30))]
        if number % 2:
            earlier = chance.choice(written)
            at = chance.randrange(len(earlier))
            edited = [*earlier[:at], earlier[at].replace("a", "o", 2), *earlier[at + 1 :]]
            quoting = [*lines, " ".join(earlier[at : at + 3])]
            lines = chance.choice([earlier, edited, quoting, [*lines, *earlier, sentence()]])
        written.append(lines)
    days = ["2024-05-%02d" % chance.randint(1, 28) for _ in written]
    return [
        {"id": f"n{n}", "title": lines[0][:40], "date": day, "text": "\n".join(lines)}
        for n, (lines, day) in enumerate(zip(written, days))
    ]


# As a file, and as texts that are given.
WRITES = """
import json, sys, nearcopy
path, form, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
rows = [json.loads(line) for line in open(path, encoding="utf-8")]
for report in nearcopy.scan(path, **settings), nearcopy.scan(rows, path=path, **settings):
    sys.stdout.buffer.write(getattr(report, "to_" + form)().encode() + b"\\0")
"""


def same_bytes(python, command, home, program=None):
    """The module's reports are those of the command, and of the program of an archive."""
    file, rows = home / "articles.jsonl", articles(600)
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    found = 0
    for settings in ({}, {"all_pairs": True, "threads": 1}, {"preset": "ocr"}, {"min_tokens": 30}):
        flags = []
        for name, value in settings.items():
            flags += [f"--{name.replace('_', '-')}"] + [str(value)] * (value is not True)
        for form in ("json", "jsonl"):
            given = [file, form, json.dumps(settings)]
            done = subprocess.run(
                [python, "-c", WRITES, *given], check=True, stdout=subprocess.PIPE
            )
            for of in filter(None, (command, program)):
                words = [of, "scan", file, "--format", form, "-q", "--no-config", *flags]
                told = subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout
                assert done.stdout == (told + b"\0") * 2, (of, settings, form)
                found += 1
        kinds = ("equal", "near-copy", "contains", "quotes")
        assert all(f'"{kind}"'.encode() in told for kind in kinds), (settings, told[:1000])
    print(f"the module's bytes: those of the command, {found} reports of {len(rows)} articles")


def bill(folder):
    """Each crate of the bill of materials is one of the lock file."""
    (path,) = folder.glob("*.cdx.json")
    found = json.loads(path.read_text())
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.5")
    lock = (ROOT / "Cargo.lock").read_text()
    names = [(c["name"], c["version"]) for c in found["components"]]
    assert len(names) > 50 and ("clap", "criterion") != names[0]
    for name, version in names:
        assert f'name = "{name}"\nversion = "{version}"' in lock, name
    assert "criterion" not in dict(names), "a crate that only the benchmarks need"
    try:
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator
    except ImportError:
        return
    wrong = JsonStrictValidator(SchemaVersion.V1_5).validate_str(path.read_text())
    assert wrong is None, wrong


def stand_in(folder, name, script):
    path = folder / name
    path.write_text(f"#!/bin/bash\n{script}\n")
    path.chmod(0o755)


def workflow(folder, home):
    """The steps of the workflow behind packaging/release.sh, in the order of the runner."""
    jobs = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())["jobs"]
    scripts = [step.get("run", "") for step in jobs["linux"]["steps"]]
    assert scripts[-2] == "packaging/release.sh", "FOLDER is what this step leaves"

    tools, checkout = home / "tools", home / "checkout"
    tools.mkdir()
    run(["git", "clone", "-q", ROOT, checkout])
    target = f"{MACHINE}-unknown-linux-musl"
    built = checkout / "target" / target / "dist"
    built.mkdir(parents=True)
    (archive,) = folder.glob(f"*-{target}.tar.gz")
    shutil.copy2(unpacked(archive, home / "of-workflow"), built / "nearcopy")
    for name in ("cargo", "rustup"):
        stand_in(tools, name, f'echo "{name} $* with $RUSTFLAGS" >>"{home}/called"')
    stand_in(
        tools,
        "maturin",
        f'echo "maturin $*" >>"{home}/called"; ls >"{home}/folder"\n'
        'while [ "$1" != --out ]; do shift; done; echo wheel >"$2/of-another-system.whl"',
    )
    stand_in(
        tools,
        "python",
        f'case "$1" in -m|*/pack_wheels.py) echo "python $*" >>"{home}/called" ;;\n'
        f'*) exec {sys.executable} "$@" ;; esac',
    )
    stand_in(tools, "gh", f'printf "%s\\n" "$@" >"{home}/gh"')
    path = os.pathsep.join([str(tools), "/usr/bin", "/bin"])

    def steps(job, values):
        for step in jobs[job]["steps"]:
            if "run" in step:
                assert "${{" not in step["run"], "an expression would become part of a script"
                named = {name: values[text] for name, text in step.get("env", {}).items()}
                run(
                    ["bash", "-e", "-o", "pipefail", "-c", step["run"]],
                    cwd=checkout,
                    env={"PATH": path, "HOME": str(home), **named},
                )

    steps("others", {"${{ matrix.target }}": target})
    called = (home / "called").read_text()
    assert f"cargo build --profile dist --locked --bin nearcopy --target {target}" in called, called
    assert f"maturin build --profile dist --compression-level 9 --target {target}" in called, called
    assert "inline-threshold" in called, called
    assert "python ../packaging/pack_wheels.py ../release-files/of-another-system.whl" in called
    assert "nearcopy._nearcopy.data" in (home / "folder").read_text()
    # The same program and commit give the same bytes.
    parts = checkout / "parts"
    (parts / "linux").mkdir(parents=True)
    (checkout / "release-files").rename(parts / target)
    own = (parts / target / archive.name).read_bytes()
    head = run(["git", "-C", ROOT, "status", "--porcelain", "packaging"])
    assert head or own == archive.read_bytes(), "the archive is another one"
    for path_ in folder.iterdir():
        if path_.name != archive.name:
            shutil.copy2(path_, parts / "linux")
    version = archive.name.split("-")[1]
    values = {"${{ github.ref_name }}": f"v{version}", "${{ github.token }}": "token"}
    steps("release", values)
    files = checkout / "files"
    sums(files)
    called = (home / "gh").read_text().splitlines()
    assert called[:4] == ["release", "create", f"v{version}", "--draft"], called
    assert {f"files/{path.name}" for path in files.iterdir()} <= set(called), called


def main():
    folder = Path(sys.argv[1]).resolve()
    sums(folder)
    for path in sorted(folder.iterdir()):
        print(f"{path.stat().st_size:>11,} {path.name}")
    with tempfile.TemporaryDirectory() as named:
        home, own = Path(named), None
        for archive in sorted(folder.glob("*-linux-musl.tar.gz")):
            program = unpacked(archive, home / archive.name)
            print(f"{program.stat().st_size:>11,} the program of {archive.name}")
            assert not interpreter(program), f"{archive.name}: the program is not static"
            here = archive.name.endswith(f"-{MACHINE}-unknown-linux-musl.tar.gz")
            own = program if here else own
            foreign = archive.name.split("-")[2]
            emulator = None if here else shutil.which(f"qemu-{foreign}-static")
            if os.geteuid() != 0:
                print("skipped: an empty root takes the rights to make one")
            elif here or emulator:
                in_empty_root(program, home / f"empty-{foreign}", emulator)
                print(f"{foreign}: runs in an empty root" + (", emulated" if emulator else ""))
                if here:
                    image(program, home)
                    print("the image: its recipe carried out, and the program run in it")
            else:
                print(f"skipped: there is no qemu-{foreign}-static to run it")
        if any(folder.glob("*.whl")):
            (home / "wheel").mkdir()
            wheel(folder, home / "wheel", own)
        bill(folder)
        (home / "workflow").mkdir()
        workflow(folder, home / "workflow")
    print("release: the files are whole, install and run")


main()
