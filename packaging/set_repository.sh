#!/usr/bin/env bash
# Sets the URL of the repository wherever a file needs it: packaging/set_repository.sh URL
set -euo pipefail
cd "$(dirname "$0")/.."
url="${1:?usage: packaging/set_repository.sh https://HOST/OWNER/nearcopy}"
case "$url" in
*[[:space:]\"\\\|\&]*) echo "set_repository.sh: no URL: $url" >&2; exit 2 ;;
https://*/*/*) url="${url%/}" ;;
*) echo "set_repository.sh: a URL is https://HOST/OWNER/NAME" >&2; exit 2 ;;
esac
old="$(sed -n 's/^repository = "\(.*\)"/\1/p' Cargo.toml)"
# The action is named by its owner and repository alone.
name() { echo "$1" | cut -d/ -f4-; }
files=(Cargo.toml python/pyproject.toml README.md docs/gating.md docs/install.md python/README.md)
sed -i -e "s|$old|$url|g" -e "s|uses: $(name "$old")@|uses: $(name "$url")@|g" "${files[@]}"
grep -n -e "$url" -e "uses: $(name "$url")@" "${files[@]}"
