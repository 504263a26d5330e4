#!/bin/bash
# run-tests.sh FILTER: every test of tests/ that the pattern matches, each in a process of its own, as ctest does. Says which
# failed and shows their output; ends with how many passed, failed and were skipped.
cd "$(dirname -- "$0")" || exit 125
passed=0
failures=()
skips=()
log=$(mktemp)
echo "$(uname -sr), cgroup $(stat -fc %T /sys/fs/cgroup), $(. /etc/os-release; echo "$PRETTY_NAME")"
for program in tests/*_test; do
  while read -r test; do
    start=$SECONDS
    if timeout --kill-after=10 "$((200 * ${PODRUN_SLOW:-1}))" "$program" --gtest_filter="$test" > "$log" 2>&1; then
      if grep -q '^\[  SKIPPED \]' "$log"; then
        skips+=("$test: $(grep -A1 ': Skipped$' "$log" | tail -n1)")
        word=skipped
      else
        passed=$((passed + 1))
        word=passed
      fi
    else
      failures+=("$test")
      word=FAILED
    fi
    printf '%-8s %s (%d s)\n' "$word" "$test" "$((SECONDS - start))"
    [ "$word" != FAILED ] || sed 's/^/    /' "$log" | head -n 200
  done < <("$program" --gtest_list_tests --gtest_filter="$1" | awk '/^[^ ]/ { suite = $1 } /^ / { print suite $1 }')
done
[ ${#skips[@]} = 0 ] || { echo "Skipped:"; printf '  %s\n' "${skips[@]}"; }
[ ${#failures[@]} = 0 ] || { echo "Failed:"; printf '  %s\n' "${failures[@]}"; }
echo "$passed passed, ${#failures[@]} failed, ${#skips[@]} skipped"
[ ${#failures[@]} = 0 ]
