# Read by whatever builds a release (`. packaging/build_flags.sh`), beside the profile `dist`: the
# compiler copies functions into their callers up to a third of the size that it would by itself.
# What is marked #[inline] keeps its own limit. docs/decisions/python.md has the figures.
export RUSTFLAGS="${RUSTFLAGS:-} -C llvm-args=-inline-threshold=75"
