#!/usr/bin/env python3
"""The archive of a release for one target: `archive.py TARGET FOLDER`. The program must have been
built for it. The same commit gives the same bytes: no owner, the time of the commit."""

import gzip
import io
import os
import subprocess
import sys
import tarfile

from shell_files import output, runnable, shell_files, version


def main():
    target, folder = sys.argv[1:]
    built = os.environ.get("CARGO_TARGET_DIR", "target")
    ending = ".exe" if "-windows-" in target else ""
    program = os.path.join(built, target, "dist", f"nearcopy{ending}")
    files = {f"nearcopy{ending}": open(program, "rb").read()}
    for name in ("README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"):
        files[name] = open(name, "rb").read()
    # Only a program of this machine's kind can say what its own flags are; all have the same.
    files.update(shell_files(runnable(program)))
    try:
        when = int(output(["git", "log", "-1", "--format=%ct"]))
    except (OSError, subprocess.CalledProcessError):
        when = 0
    name = f"nearcopy-{version()}-{target}"
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(files):
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size, entry.mtime = len(files[path]), when
            entry.mode = 0o755 if path.startswith("nearcopy") else 0o644
            tar.addfile(entry, io.BytesIO(files[path]))
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, f"{name}.tar.gz"), "wb") as out:
        with gzip.GzipFile("", "wb", 9, out, mtime=when) as packed:
            packed.write(archive.getvalue())


main()
