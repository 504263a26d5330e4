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
exec "$build/tests/bench" "$@"
