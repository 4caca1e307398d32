#!/usr/bin/env bash
# Scans of data frames on Spark itself, 3.5 and 4: in one process, and on a cluster of two workers
# of which one is killed while a scan runs. It takes Java, 2 GB of downloads and some minutes, so
# tests/all.sh leaves it out.
# Usage: tests/spark.sh PROGRAM WHEEL, the command line and the wheel of one build. SPARKS names the
# versions.
set -euo pipefail
cd "$(dirname "$0")/.."
here="$PWD" program="$(realpath "$1")" wheel="$(realpath "$2")"
target="$(realpath "${CARGO_TARGET_DIR:-target}")"
export NEARCOPY_PROGRAM="$program" PIP_DISABLE_PIP_VERSION_CHECK=1 SPARK_LOCAL_IP=127.0.0.1
command -v java >/dev/null ||
    { apt-get update -qq && apt-get install -y -qq openjdk-17-jre-headless; }

for version in ${SPARKS:-3.5 4}; do
    venv="$target/spark-$version-venv"
    [ -x "$venv/bin/pip" ] || python3 -m venv "$venv"
    # Spark 3.5 does not get along with later ones.
    "$venv/bin/pip" install --quiet "pyspark==$version.*" 'pyarrow<22' 'pandas<2.4' \
        setuptools pytest
    "$venv/bin/pip" install --quiet --force-reinstall --no-deps "$wheel"
    export PYSPARK_PYTHON="$venv/bin/python"
    echo "-- Spark $version, local[2]"
    (cd "$target" && NEARCOPY_SPARK='local[2]' "$venv/bin/python" -m pytest -q -rs -W ignore \
        -p no:cacheprovider "$here/python/tests/test_spark.py")
    echo "-- Spark $version, two workers, one of which is killed"
    (cd "$target" && "$venv/bin/python" "$here/tests/spark_cluster.py")
done
