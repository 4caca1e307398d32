#!/usr/bin/env bash
# Builds the wheels for Linux (x86-64 and arm64, for any glibc from 2.17 on) and the source
# distribution, into python/dist or the folder named. One wheel serves Python 3.9 and all later
# ones; free-threaded Python before 3.15 knows no such wheel, and gets one for 3.14. Needs
# rustup and Python; maturin and zig, which links for old glibcs and for arm64, come from PyPI.
set -euo pipefail
dist="$(realpath -m "${1:-$(dirname "$0")/dist}")"
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
. packaging/build_flags.sh
tools="$CARGO_TARGET_DIR/wheels-venv"
[ -x "$tools/bin/maturin" ] && "$tools/bin/python" -c 'import deflate, ziglang' || {
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet 'maturin>=1.9,<2' ziglang deflate
}
export PATH="$tools/bin:$PATH"

# Manual pages and completions, which maturin takes from this folder.
trap 'rm -rf "$PWD/python/nearcopy._nearcopy.data"' EXIT
python3 packaging/shell_files.py python/nearcopy._nearcopy.data

for target in x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu; do
    rustup target add "$target"
    for python in "" python3.14t; do
        (cd python && maturin build --profile dist --zig --compatibility manylinux2014 \
            --compression-level 9 --target "$target" --out "$dist" \
            ${python:+--interpreter "$python"})
    done
done
"$tools/bin/python" packaging/pack_wheels.py "$dist"/*.whl
(cd python && maturin sdist --out "$dist")
ls -l "$dist"
