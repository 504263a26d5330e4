#!/bin/bash
# inside.sh BIN DIR [CRITEST ARGUMENT...]: the part of run.sh in the host of its own: registry, server, suite, the other scripts, and their end.
set -u
. "$(dirname "$(realpath "$0")")/served.sh"

start_server
OUT=${OUT:-$dir/run/last} DIR=$dir "$here/critest.sh" "$socket" "$@" | tee "$dir/run/summary"
suite=${PIPESTATUS[0]}
failed=$(sed -n 's/^FAILED  //p' "$dir/run/summary" | sort)
known=$(grep -v '^#' "$here/known-failures.txt" | sort)
if [ "$failed" != "$known" ]; then
  echo "differs from known-failures.txt:"
  diff <(echo "$known") <(echo "$failed")
  exit 1
fi
# A suite that did not come so far as to fail has proved nothing.
grep -q '^Ran [1-9]' "$dir/run/summary" || { echo "no spec was run"; exit 1; }
[ "$suite" = 0 ] || [ -n "$failed" ] || { echo "the suite ended with $suite"; exit 1; }

image=$(grep -hm 1 '/busybox:' "$dir"/suite-*.refs) crictl=$dir/bin/crictl
"$crictl" -r "unix://$socket" pull "$image" > /dev/null || exit 1
"$here/both_fronts.sh" "$bin" "$state" "$data" "$crictl" "$socket" "$image" || exit 1
end_server
"$here/server.sh" "$bin" "$state" "$data" "$crictl" "$socket" "$image" || exit 1
rm -f "$socket"
plugins=$dir/run/plugins
mkdir -p "$plugins"
start_server --cni-bin-dir "$plugins:/usr/lib/cni:/opt/cni/bin" --metrics-address 9464 --cdi-spec-dirs "$dir/run/cdi/etc:$dir/run/cdi/run"
"$here/limits.sh" "$crictl" "$socket" "$image" || exit 1
"$here/cdi.sh" "$crictl" "$socket" "$image" "$dir/run/cdi" || exit 1
"$here/crictl.sh" "$crictl" "$socket" "$image" || exit 1
"$here/storm.sh" "$bin/../tests/cri_storm" "$state" "$crictl" "$socket" "$image" "$plugins" || exit 1
"$here/metrics.sh" "$crictl" "$socket" 9464
