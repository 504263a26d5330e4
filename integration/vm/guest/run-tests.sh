#!/bin/bash
# run-tests.sh FILTER: every test of tests/ that the pattern matches, each in a process of its own, as ctest does: as many at
# a time as there are processors, and then, one by one, those of the programs named in tests/alone. Says which failed and
# shows their output; ends with how many passed, failed and were skipped.
cd "$(dirname -- "$0")" || exit 125
[ -z "${BR_NETFILTER:-}" ] || modprobe br_netfilter
[ ! -e podrun-default ] || apparmor_parser --replace podrun-default
results=$(mktemp -d)
export results
echo "$(uname -sr), cgroup $(stat -fc %T /sys/fs/cgroup), $(. /etc/os-release; echo "$PRETTY_NAME")"

# run_test PROGRAM TEST: its word and its seconds are printed; what failed or was skipped is noted in $results.
run_test() {
  local start=$SECONDS word=passed log=$results/log.$BASHPID watcher
  (sleep "$((50 * ${PODRUN_SLOW:-1}))" && echo "$2 takes long:" && ps -e --forest -o pid,stat,pcpu,time,wchan:24,args) 2> /dev/null &
  watcher=$!
  if ! timeout --kill-after=10 "$((200 * ${PODRUN_SLOW:-1}))" "$1" --gtest_filter="$2" > "$log" 2>&1 < /dev/null; then
    word=FAILED
    echo "$2" >> "$results/FAILED"
  elif grep -q '^\[  SKIPPED \]' "$log"; then
    word=skipped
    echo "$2: $(grep -A1 ': Skipped$' "$log" | tail -n1)" >> "$results/skipped"
  else
    echo "$2" >> "$results/passed"
  fi
  pkill -P "$watcher"   # its sleep
  wait "$watcher"
  { printf '%-8s %s (%d s)\n' "$word" "$2" "$((SECONDS - start))"
    [ "$word" != FAILED ] || sed 's/^/    /' "$log" | head -n 200; } > "$log.shown"
  cat "$log.shown"   # at once: others write too
  rm "$log" "$log.shown"
}
export -f run_test

tests_of() { "$1" --gtest_list_tests --gtest_filter="$filter" | awk -v of="$1" '/^[^ ]/ { suite = $1 } /^ / { print of, suite $1 }'; }
filter=$1
for program in tests/*_test; do
  grep -qx "${program#tests/}" tests/alone || tests_of "$program"
done | xargs -r -P "$(nproc)" -n 2 bash -c 'run_test "$1" "$2"' -
while read -r program; do tests_of "tests/$program"; done < tests/alone | xargs -r -n 2 bash -c 'run_test "$1" "$2"' -

number_of() { [ ! -e "$results/$1" ] && echo 0 || wc -l < "$results/$1"; }
for word in skipped FAILED; do
  [ ! -e "$results/$word" ] || { echo "${word^}:"; sed 's/^/  /' "$results/$word"; }
done
echo "$(number_of passed) passed, $(number_of FAILED) failed, $(number_of skipped) skipped"
[ ! -e "$results/FAILED" ]
