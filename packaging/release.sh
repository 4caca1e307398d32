#!/usr/bin/env bash
# Makes the files of a release: for each target an archive with the program, its manual pages and
# completions; the wheels and the source distribution of the Python package; a bill of materials;
# checksums; the formula for Homebrew.
#
#   packaging/release.sh [--no-python] [FOLDER [TARGET…]]
#
# FOLDER is target/release-files by default. Without a TARGET those are built that this machine can
# build. On Linux: x86_64 and aarch64 with musl, by zig, where rustup can add the targets;
# otherwise the machine's own target, linked statically. Needs Rust and Python; all else comes from
# crates.io and PyPI.
set -euo pipefail
cd "$(dirname "$0")/.."
python=yes
[ "${1:-}" != --no-python ] || { python=no; shift; }
out="$(realpath -m "${1:-target/release-files}")"
[ $# -eq 0 ] || shift
target_dir="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
export CARGO_TARGET_DIR="$target_dir"
version="$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)"
. packaging/build_flags.sh
host="$(rustc -vV | sed -n 's/^host: //p')"
tools="$target_dir/wheels-venv"

have_tools() {
    [ -x "$tools/bin/maturin" ] && "$tools/bin/python" -c 'import deflate, ziglang' || {
        python3 -m venv "$tools"
        "$tools/bin/pip" install --quiet 'maturin>=1.9,<2' ziglang cargo-zigbuild deflate
    }
    export PATH="$tools/bin:$PATH"
}

targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    case "$host" in
    *-linux-*)
        for target in x86_64-unknown-linux-musl aarch64-unknown-linux-musl; do
            if rustup target add "$target" 2>/dev/null; then targets+=("$target"); fi
        done
        if [ ${#targets[@]} -eq 0 ]; then
            echo "release.sh: rustup cannot add the musl targets: $host is linked statically" >&2
            targets=("$host")
        fi
        ;;
    *) targets=("$host") ;;
    esac
fi

rm -rf "$out"
mkdir -p "$out"
for target in "${targets[@]}"; do
    echo "-- $target"
    case "$target" in
    *-linux-musl)
        have_tools
        cargo zigbuild --profile dist --locked --bin nearcopy --target "$target"
        ;;
    *)
        # Where Rust links statically, the program needs nothing of the system that it runs on.
        RUSTFLAGS="$RUSTFLAGS -C target-feature=+crt-static" \
            cargo build --profile dist --locked --bin nearcopy --target "$target"
        ;;
    esac
    python3 packaging/archive.py "$target" "$out"
done

if [ "$python" = yes ]; then
    echo "-- the Python package"
    have_tools
    if rustup target add aarch64-unknown-linux-gnu 2>/dev/null; then
        python/wheels.sh "$out"
    else
        echo "release.sh: rustup cannot add targets here; one wheel, for this machine" >&2
        trap 'rm -rf "$PWD/python/nearcopy._nearcopy.data"' EXIT
        python3 packaging/shell_files.py python/nearcopy._nearcopy.data
        (cd python && maturin build --profile dist --compression-level 9 --out "$out" &&
            maturin sdist --out "$out")
        "$tools/bin/python" packaging/pack_wheels.py "$out"/*.whl
    fi
fi

echo "-- the bill of materials"
python3 packaging/sbom.py >"$out/nearcopy-$version.cdx.json"

echo "-- checksums"
(cd "$out" && sha256sum -- * >SHA256SUMS)
python3 packaging/formula.py "$version" "$out/SHA256SUMS" >"$out/nearcopy.rb"
ls -l "$out"
