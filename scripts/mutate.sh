#!/bin/bash
# Do the unit tests notice? Makes small faults in the library and the store, one at a time (an operator, a comparison, a
# constant, a condition negated, a statement left out or before its neighbour: scripts/mutants.py), builds the unit
# tests that link the file, runs them, and prints what none of them noticed.
#
#   scripts/mutate.sh                             150 of all, chosen by the seed 1
#   scripts/mutate.sh -n 40 -s 7 cni-invoker/src/ledger.cc
#   scripts/mutate.sh -n 0 runtime/store          every one
#
#   -n NUMBER   how many; 0 for all
#   -s SEED     of the choice: the same faults, as long as their lines are there
#   -t SECONDS  for each test program; a fault with which it hangs is noticed (60)
#   -m SECONDS  begin no further fault after that long
#   -j NUMBER   how many faults at a time (root: one a processor; else one)
#
# Works in copies with build directories of their own, below $TMPDIR or /var/tmp, gone in the end. What is known to change
# nothing is in scripts/mutate.equivalent. Exits with 1 where less than 95 % are noticed.
set -euo pipefail
. "$(dirname -- "$(realpath -- "$0")")/setup.sh"
wanted=95

# tests_of FILE: the unit tests of the CMakeLists.txt above it, and of those below that; but for the kit, whose tests of a
# minute are of plugins.
tests_of() {
  local folder=${1%/*}
  while [ ! -e "$folder/CMakeLists.txt" ]; do folder=${folder%/*}; done
  find "$folder" -path "*/kit" -prune -o -name CMakeLists.txt -exec sed -n 's/^podrun_test(\([a-z_]*\).*/\1/p' {} +
}

# A build directory knows one place only: each worker has a copy of the tree that was built, and sees it at that place.
at_its_place=()
build() { "${at_its_place[@]}" cmake --build "$copy/tree/build" --target "$@" > "$log" 2>&1 < /dev/null; }

# In namespaces of its own where we may, so that what a broken library starts ends with the test.
apart=()
[ "$(id -u)" != 0 ] || apart=(unshare --mount --net --ipc --pid --fork --kill-child --mount-proc)
passes() {
  "${apart[@]}" "${at_its_place[@]}" timeout -k 1 "$limit" "$copy/tree/build/tests/$1" --gtest_brief=1 --gtest_fail_fast \
    > "$log" 2>&1 < /dev/null
}

# Sets noticed_by: the test that fails; nothing where all pass, "none" where the fault does not compile. The test that
# noticed the last fault in a file is asked first about the next.
declare -A order
first_to_notice() {
  local file=$1 test
  order[$file]=${order[$file]:-$(tests_of "$file" | tr '\n' ' ')}
  for test in ${order[$file]}; do
    build "$test" || { noticed_by=none; return; }
    grep -q 'no work to do' "$log" && continue  # it does not link the file
    passes "$test" && continue
    noticed_by=$test
    order[$file]="$test ${order[$file]/$test /}"
    return
  done
  noticed_by=
}

# In $copy/whole what there is, in $copy/tree what is to be broken.
build_as_it_is() {
  mkdir "$copy/whole" "$copy/tree"
  git ls-files -z --cached --others --exclude-standard |
    tar --null -T - -c | tee >(tar -C "$copy/tree" -x) | tar -C "$copy/whole" -x
  cd "$copy/whole"
  if command -v ccache > /dev/null; then
    export CMAKE_CXX_COMPILER_LAUNCHER=ccache CMAKE_C_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR=$copy CCACHE_NOHASHDIR=1
  fi
  mapfile -t tests < <(for file in "${files[@]}"; do tests_of "$file"; done | awk '!seen[$0]++')
  [ ${#tests[@]} -gt 0 ] || die "no unit tests link these files"
  cmake -S "$copy/tree" -B "$copy/tree/build" -G Ninja -D CMAKE_BUILD_TYPE=Debug -D CMAKE_CXX_FLAGS='-O0 -g0' \
    -D PODRUN_TESTS=ON -D CMAKE_EXPORT_COMPILE_COMMANDS=ON \
    -D CMAKE_GTEST_DISCOVER_TESTS_DISCOVERY_MODE=PRE_TEST > "$log" 2>&1 &&
    build "${tests[@]}" ||
    { tail -n 20 "$log"; die "the build failed" "the tree has to build before it is broken"; }
  for test in "${tests[@]}"; do
    passes "$test" ||
      { tail -n 20 "$log"; die "$test fails as it is" "all tests have to pass before anything is broken"; }
  done
}

# next_fault: sets id, file, line and change; the workers share one place in the list.
next_fault() {
  local taken=0
  flock 4
  IFS=$'\t' read -r id file line change <&3 || taken=1
  flock -u 4
  return "$taken"
}

# work NUMBER: tries faults until none is left; a line for each, here and in $copy/results.
work() {
  local tree=$copy/tree id file line change
  log=$copy/log.$1
  exec 4> "$copy/lock"
  if [ "$jobs" -gt 1 ]; then
    tree=$copy/tree.$1
    cp -a "$copy/tree" "$tree"
    at_its_place=(unshare --mount sh -c 'mount --bind "$0" "$1" && shift && exec "$@"' "$tree" "$copy/tree")
  fi
  while [ "$SECONDS" -lt "$most" ] && next_fault; do
    python3 scripts/mutants.py apply "$file" "$id" > "$tree/$file"
    first_to_notice "$file"
    cp "$file" "$tree/$file"
    printf '%-24s %s:%s: %s\n' "${noticed_by:-SURVIVED}" "$file" "$line" "$change" | tee -a "$copy/results"
  done
}

clean_up() {
  local worker
  for worker in "${workers[@]}"; do kill -- "-$worker" 2> /dev/null || true; done
  wait
  rm -rf -- "$copy"
}

main() {
  local number=150 seed=1 option
  limit=60 most=$((1 << 30)) jobs=1
  [ "$(id -u)" != 0 ] || jobs=$(nproc)
  while getopts n:s:t:m:j: option; do
    case $option in
      n) number=$OPTARG ;;
      s) seed=$OPTARG ;;
      t) limit=$OPTARG ;;
      m) most=$OPTARG ;;
      j) jobs=$OPTARG ;;
      *) die "unknown option" "options are at the head of $0" ;;
    esac
  done
  shift $((OPTIND - 1))
  [ $# -gt 0 ] || set -- cni-invoker/src runtime/store
  [ "$jobs" = 1 ] || require_root
  cd "$root"
  mapfile -t files < <(git ls-files "$@" | grep '\.cc$' | grep -v '_test\.cc$' | sort -u)
  [ ${#files[@]} -gt 0 ] || die "no sources in: $*" "name files or folders in cni-invoker/src or runtime/store"

  copy=$(mktemp -d "${TMPDIR:-/var/tmp}/podrun-mutate.XXXXXX")
  log=$copy/log
  workers=()
  trap clean_up EXIT
  trap 'exit 130' INT TERM
  step "Building the tests in $copy"
  build_as_it_is
  mapfile -t files < <(printf '%s\n' "${files[@]}" | grep -Ff - -o "$copy/tree/build/compile_commands.json" | sort -u)

  step "Faults in ${#files[@]} files, seed $seed"
  python3 scripts/mutants.py list --sample "$number" --seed "$seed" --except scripts/mutate.equivalent "${files[@]}" \
    > "$copy/faults"
  : > "$copy/results"
  exec 3< "$copy/faults"
  local worker
  set -m   # a group each, to end with what it has started
  for worker in $(seq "$jobs"); do work "$worker" & workers+=($!); done
  set +m
  for worker in "${workers[@]}"; do wait "$worker" || die "a worker ended early" "read its message above"; done
  [ "$(wc -l < "$copy/results")" = "$(wc -l < "$copy/faults")" ] || echo "time is up: the rest is not tried"

  step "Survivors"
  grep -a '^SURVIVED ' "$copy/results" || echo none
  awk -v wanted="$wanted" -v seed="$seed" '
    $1 == "none" { invalid++; next }
    { tried++ }
    $1 != "SURVIVED" { noticed++ }
    END {
      if (tried == 0) { print "no fault was tried"; exit 1 }
      printf "\n%d faults, %d noticed: %.1f %% (%d more did not compile; seed %s)\n",
        tried, noticed, 100 * noticed / tried, invalid, seed
      exit 100 * noticed < wanted * tried
    }' "$copy/results"
}

main "$@"  # as one function: bash reads a script as it goes, and this one may be edited while it runs
