#!/bin/bash
# inside.sh BIN DIR [CRITEST ARGUMENT...]: the part of run.sh in the host of its own: registry, server, suite, the other scripts, and their end.
set -u
here=$(dirname "$(realpath "$0")") bin=$1 dir=$2
shift 2
state=/run/podrun data=$dir/data socket=/run/podrun/cri.sock
server=
clean_up() {
  [ -n "$server" ] && kill "$server" 2> /dev/null && wait "$server" 2> /dev/null
  for id in $(ls "$state/pods" 2> /dev/null); do "${podrun[@]}" system op remove-sandbox "$id" > /dev/null 2>&1; done
  "$here/registry.sh" stop "$dir"
  rm -rf "$data"
}
trap clean_up EXIT
podrun=("$bin/podrun" --state-dir "$state" --data-dir "$data")

mkdir -p /run/containers "$data"
"$here/registry.sh" start "$dir" || exit 1
# skopeo reads it there for root; the host's own stays as it is below this mount.
mkdir -p /etc/containers
mount -t tmpfs none /etc/containers
"$here/registry.sh" mirrors "$dir" > /etc/containers/registries.conf
echo '{"default": [{"type": "insecureAcceptAnything"}]}' > /etc/containers/policy.json

start_server() {
  "$bin/podrun-cri" --socket "$socket" --state-dir "$state" --data-dir "$data" \
    --cni-bin-dir /usr/lib/cni:/opt/cni/bin >> "$dir/run/server.log" 2>&1 &
  server=$!
  for _ in $(seq 100); do [ -S "$socket" ] && break; sleep 0.1; done
}
end_server() { kill "$server" && wait "$server"; server=; }

: > "$dir/run/server.log"
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
start_server
"$here/crictl.sh" "$crictl" "$socket" "$image"
