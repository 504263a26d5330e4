#!/bin/bash
# Builds the fuzzers with clang and runs them, as many at a time as there are processors, each from a copy of its corpus.
#
#   scripts/fuzz.sh                  a quarter of a minute of each
#   scripts/fuzz.sh 600 cni-config   ten minutes of those with "cni-config" in their name
#
# What a fuzzer learns stays in build/fuzz/runs/NAME/corpus, and is where the next run of it starts. A crash, a leak, an
# input that takes 10 s or 2 GB is a failure; the input that does it is printed.
set -euo pipefail
. "$(dirname -- "$(realpath -- "$0")")/setup.sh"
build=$root/build/fuzz
seconds=${1:-15}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || die "expected seconds, not '$seconds'" "such as: scripts/fuzz.sh 600 cni-config"

# run_fuzzer NAME SECONDS: in a directory of its own.
run_fuzzer() {
  local name=$1 runs=$build/fuzz/runs/$1 status=0 input
  mkdir -p "$runs/corpus" "$runs/tmp"
  rm -f "$runs"/crash-* "$runs"/leak-* "$runs"/oom-* "$runs"/timeout-*
  cp "$build/fuzz/$name.corpus"/* "$runs/corpus/"
  TMPDIR=$runs/tmp "$build/fuzz/$name" -max_total_time="$2" -timeout=10 -print_final_stats=1 \
    -artifact_prefix="$runs/" "$runs/corpus" > "$runs/log" 2>&1 < /dev/null || status=$?
  rm -rf "$runs/tmp"
  if [ "$status" = 0 ]; then
    printf '%-12s %9s inputs, nothing found\n' "$name" "$(awk '/number_of_executed_units/ { print $2 }' "$runs/log")"
    return
  fi
  printf '\n%s: exit status %s; the end of %s:\n' "$name" "$status" "$runs/log"
  grep -v '^#[0-9]*[[:space:]]*\(NEW\|REDUCE\|pulse\|RELOAD\)' "$runs/log" | tail -n 40
  for input in "$runs"/crash-* "$runs"/leak-* "$runs"/oom-* "$runs"/timeout-*; do
    [ -e "$input" ] || continue
    printf 'again: %s %s\nbase64: %s\n' "$build/fuzz/$name" "$input" "$(base64 -w 0 "$input")"
  done
  return 1
}
export -f run_fuzzer
export build

step "Fuzzers in $build"
install_packages build cri fuzz
build_with fuzz fuzzers

step "$seconds s of each fuzzer"
for corpus in "$build"/fuzz/*"${2:-}"*.corpus; do
  [ -d "$corpus" ] || die "no fuzzer has '${2:-}' in its name" "there are: $(cd "$build/fuzz" && echo *.corpus)"
  basename "$corpus" .corpus
done | xargs -P "$(nproc)" -I '{}' bash -c "run_fuzzer '{}' $seconds"
