#!/usr/bin/env python3
"""The manual pages and shell completions of the program, as the program itself writes them.

    shell_files.py FOLDER [PROGRAM]

writes them into FOLDER, python/nearcopy._nearcopy.data, where maturin takes them into the wheel:
pip then installs them below share/ of the environment. Without PROGRAM it is one that was built
here for this machine, or that is built now. Run it in the root of a checkout."""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

SHELLS = ("bash", "zsh", "fish", "powershell")
# Where a shell or `man` looks below a prefix.
PLACES = {
    "completions/nearcopy.bash": "bash-completion/completions/nearcopy",
    "completions/nearcopy.zsh": "zsh/site-functions/_nearcopy",
    "completions/nearcopy.fish": "fish/vendor_completions.d/nearcopy.fish",
}


def output(command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def version():
    with open("Cargo.toml", encoding="utf-8") as manifest:
        return re.search(r'^version = "(.*)"', manifest.read(), re.MULTILINE)[1]


def runs(program):
    """Whether it is a program of this machine's kind, and of this version."""
    try:
        done = subprocess.run([program, "--version"], stdout=subprocess.PIPE)
    except OSError:
        return False
    return done.returncode == 0 and done.stdout.decode().split()[1] == version()


def runnable(wanted=None):
    """The program of this path, or the newest one of a release that runs here."""
    built = os.environ.get("CARGO_TARGET_DIR", "target")
    found = glob.glob(f"{built}/*/dist/nearcopy*") + glob.glob(f"{built}/release/nearcopy*")
    names = ("nearcopy", "nearcopy.exe")
    found = [path for path in found if os.path.basename(path) in names]
    for program in [wanted] * bool(wanted) + sorted(found, key=os.path.getmtime, reverse=True):
        if runs(program):
            return program
    subprocess.run(["cargo", "build", "--release", "--locked", "--bin", "nearcopy"], check=True)
    return os.path.join(built, "release", "nearcopy.exe" if os.name == "nt" else "nearcopy")


def shell_files(program):
    """The bytes of each file by its path in an archive."""
    files = {
        f"completions/nearcopy.{shell}": output([program, "generate", "completions", shell])
        for shell in SHELLS
    }
    with tempfile.TemporaryDirectory() as man:
        output([program, "generate", "man", man])
        for page in os.listdir(man):
            with open(os.path.join(man, page), "rb") as text:
                files[f"man/{page}"] = text.read()
    return files


def main():
    folder, *program = sys.argv[1:]
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in shell_files(runnable(*program)).items():
        place = PLACES.get(name) or (name.startswith("man/") and f"man/man1/{name[4:]}")
        if place:
            path = os.path.join(folder, "data", "share", *place.split("/"))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as out:
                out.write(data)


if __name__ == "__main__":
    main()
