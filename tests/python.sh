#!/usr/bin/env bash
# The Python package: built as a wheel and from its source distribution, installed, tested with
# every Python of the machine, its types checked.
# Usage: tests/python.sh PROGRAM, the command line whose reports the package must give byte for
# byte.
set -euo pipefail
cd "$(dirname "$0")/.."
program="$(realpath "$1")"
target="$(realpath "${CARGO_TARGET_DIR:-target}")"
export CARGO_TARGET_DIR="$target" NEARCOPY_PROGRAM="$program" PIP_DISABLE_PIP_VERSION_CHECK=1
tools="$target/python-venv"
python3 -c 'import ensurepip, venv' 2>/dev/null ||
    { apt-get update -qq && apt-get install -y -qq python3 python3-venv; }
[ -x "$tools/bin/pip" ] || python3 -m venv "$tools"
"$tools/bin/pip" install --quiet 'maturin>=1.9,<2' pytest mypy pyright \
    pandas polars pyarrow duckdb scrapy datasets datasketch pysail pyspark-client joblib

# The library is built already, with the tests, where both have one profile and the same features.
export MATURIN_PEP517_ARGS="--profile dev"

echo "-- the wheel"
rm -rf "$target/python-dist"
trap 'rm -rf "$PWD/python/nearcopy._nearcopy.data"' EXIT
python3 packaging/shell_files.py python/nearcopy._nearcopy.data "$program"
(cd python && "$tools/bin/maturin" build --quiet --profile dev --out "$target/python-dist")
wheel="$(echo "$target"/python-dist/*.whl)"
"$tools/bin/pip" install --quiet --force-reinstall --no-deps "$wheel"
"$program" generate completions bash |
    cmp - "$tools/share/bash-completion/completions/nearcopy"
[ -s "$tools/share/man/man1/nearcopy-scan.1" ]

echo "-- its tests, with $("$tools/bin/python" --version) and pandas, polars, pyarrow, Scrapy, datasets, Sail"
# From another folder, so that what is installed is tested and not what lies here.
tests() { (cd "$target" && "$1/bin/python" -m pytest -q -p no:cacheprovider "$OLDPWD/python/tests"); }
tests "$tools"

echo "-- its types"
(cd python && "$tools/bin/mypy" --strict nearcopy && "$tools/bin/pyright" nearcopy &&
    "$tools/bin/mypy" --strict tests/typed.py && "$tools/bin/pyright" tests/typed.py)
# From another folder, too: it looks at the package as it is installed.
(cd "$target" && "$tools/bin/python" -m mypy.stubtest --mypy-config-file "$OLDPWD/python/pyproject.toml" \
    --allowlist "$OLDPWD/python/tests/stubtest.txt" nearcopy)

echo "-- the source distribution"
(cd python && "$tools/bin/maturin" sdist --out "$target/python-dist")
[ -x "$target/python-sdist-venv/bin/pip" ] || python3 -m venv "$target/python-sdist-venv"
# The files of a source distribution are dated 2006. Unpacked with these times they look older than
# what a run before this one built, and cargo would link that.
rm -rf "$target/python-sdist"
mkdir "$target/python-sdist"
tar -xzmf "$target"/python-dist/*.tar.gz --strip-components=1 -C "$target/python-sdist"
# Not optimised: this shows that it holds all that it takes to build it.
CARGO_PROFILE_DEV_OPT_LEVEL=0 \
    "$target/python-sdist-venv/bin/pip" install --quiet --force-reinstall --no-deps "$target/python-sdist"
"$target/python-sdist-venv/bin/python" \
    -c 'import nearcopy; assert nearcopy.scan(["one text"] * 2).equal == [["0", "1"]]'

for version in 3.9 3.10 3.11 3.12 3.13 3.14 3.15; do
    python="python$version"
    "$python" -c 'import ensurepip, venv' 2>/dev/null || continue
    venv="$target/python$version-venv"
    [ -x "$venv/bin/pip" ] || "$python" -m venv "$venv"
    "$venv/bin/pip" install --quiet pytest
    "$venv/bin/pip" install --quiet --force-reinstall --no-deps "$wheel"
    echo "-- with Python $version and nothing else installed"
    tests "$venv"
done
