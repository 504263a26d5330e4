#!/bin/bash
# Installs what is missing, builds, and runs every test, unit tests and integration tests. Safe to run twice.
#
#   sudo ./test.sh                  everything, and a quarter of a minute of each fuzzer
#   sudo ./test.sh -R exec          arguments go to ctest: here only tests with "exec" in their name
#   MUST_RUN=1 sudo -E ./test.sh    a test that cannot run here is a failure, not a skip
set -euo pipefail
. "$(dirname -- "$(realpath -- "$0")")/scripts/setup.sh"

require_root
step "Packages"
install_packages build run cri test

step "Build in $build"
build_with ci

step "Tests"
results=$build/test-results.xml
status=0
ctest --test-dir "$build" --output-on-failure --no-tests=error --parallel "$(nproc)" --output-junit "$results" "$@" ||
  status=$?
[ -s "$results" ] || die "ctest ended without results" "read its message above"

# Named tests are wanted quickly.
[ $# -gt 0 ] || "$root/scripts/fuzz.sh" || status=$?

step "Result"
awk -f "$root/scripts/summary.awk" "$results"
exit "$status"
