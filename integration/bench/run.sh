#!/bin/sh
# The benchmark: prints the table of docs/performance.md, with figures of this machine. As root, after a release build:
#
#   sudo integration/bench/run.sh [--runs N] [--fast]
#
# BUILD_DIR names another build directory, PODRUN_BIN_DIR another directory of podrun, podrun-shim and pause.
set -eu
build=${BUILD_DIR:-$(dirname "$0")/../../build/release}
if [ ! -x "$build/tests/bench" ]; then
  echo "bench: not built: cmake --preset release && cmake --build --preset release" >&2
  exit 2
fi
# Copied, as an installation does, ours and others': a file as the linker has left it lies in memory in single pages, and
# takes a fifth of a millisecond longer to start.
installed=$(mktemp -d /var/tmp/podrun-bench-programs.XXXXXX)
trap 'rm -rf "$installed"' EXIT
trap 'exit 130' INT TERM HUP
mkdir "$installed/bin" "$installed/tests"
for program in podrun podrun-shim pause; do cp "${PODRUN_BIN_DIR:-$build/bin}/$program" "$installed/bin"; done
for program in bench bench_floor bench_plugin cnitool; do
  [ ! -x "$build/tests/$program" ] || cp "$build/tests/$program" "$installed/tests"
done
PODRUN_BIN_DIR=$installed/bin "$installed/tests/bench" "$@"
