#!/usr/bin/env bash
# All tests: `cargo test`, which needs nothing but a Rust toolchain, and then those that need more.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "-- cargo test: unit, law, case, layer and seed tests; the examples in the docs; the fuzz corpora"
cargo test

echo "-- the seeds, through the program itself"
program="${CARGO_TARGET_DIR:-target}/debug/nearcopy"
report="$(mktemp)"
trap 'rm -f "$report"' EXIT
"$program" scan seeds/ --format jsonl >"$report"

# Every pair of the truth is a line of the report, or both stand in one cluster or class of equal
# texts.
missed=0 wanted=0
while IFS=$'\t' read -r a b relation; do
    wanted=$((wanted + 1))
    a="\"seeds/$a\"" b="\"seeds/$b\""
    # Not `grep -q`: it ends at the first line, and the others by a signal, which is a failure.
    if grep -F "$a" "$report" | grep -F "$b" |
        grep -E "\"relation\": ?\"$relation\"|\"type\": ?\"(cluster|equal)\"" >/dev/null; then
        continue
    fi
    echo "not found: $a $b $relation"
    missed=$((missed + 1))
done <seeds/truth.tsv
echo "seeds: $((wanted - missed)) of $wanted pairs found"
[ "$missed" -eq 0 ]

# The tools come from PyPI, into an environment of their own.
python3 -c 'import ensurepip, venv' 2>/dev/null ||
    { apt-get update -qq && apt-get install -y -qq python3 python3-venv; }

echo "-- reports for other programs, against the formats' published definitions"
python3 tests/schemas.py "${CARGO_TARGET_DIR:-target}/tmp/formats"

echo "-- the report as tables, as pyarrow, polars and DuckDB read it"
python3 tests/tables.py "$program"

echo "-- the action for GitHub, its steps run as the runner does"
"${CARGO_TARGET_DIR:-target}/schemas-venv/bin/python" tests/action.py "$program"

echo "-- archives of the web, as a crawler's library writes them"
python3 tests/warc.py "$program"

# The browser comes from Debian, what drives it from npm.
browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
# Each alone: a Node.js that is there already may not get along with Debian's npm.
browser >/dev/null || { apt-get update -qq && apt-get install -y -qq chromium >/dev/null; }
command -v npm >/dev/null || { apt-get update -qq && apt-get install -y -qq nodejs npm >/dev/null; }

echo "-- the page for a browser, in a browser"
node tests/html.mjs "$program" "${CARGO_TARGET_DIR:-target}/tmp/html"

echo "-- the workflows for GitHub"
node tests/workflows.mjs "${CARGO_TARGET_DIR:-target}/workflows-npm"

echo "-- the Python package"
tests/python.sh "$program"

echo "-- the index on a disk that is full, and on one that cannot be written to"
disk="$(mktemp -d)"
if mount -t tmpfs -o size=24m tmpfs "$disk" 2>/dev/null; then
    trap 'umount "$disk"; rm -rf "$report" "$disk"' EXIT
    SMALL_DISK="$disk" cargo test --test it index_process::a_full_disk
else
    rmdir "$disk"
    echo "skipped: mounting a small disk is not allowed here"
fi

echo "-- faults of every system call, signals, and damaged indexes: all trials, or many"
FAULTS=all cargo test --test it faults::
KILLS=15 cargo test --test it kills::
DAMAGES=200 cargo test --test it index_damage

echo "-- all tests passed"
