#!/bin/bash
# crictl.sh CRICTL SOCKET IMAGE: crictl's subcommands against a server that runs, one pod and one container; run inside host.sh.
# IMAGE has a shell. Says which command failed, and ends with how many did.
set -u
export CONTAINER_RUNTIME_ENDPOINT=unix://$2 IMAGE_SERVICE_ENDPOINT=unix://$2
crictl=$1 image=$3 failures=0 dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# expect NAME PATTERN COMMAND...: the command succeeds, and prints what matches.
expect() {
  local name=$1 pattern=$2 out
  shift 2
  out=$("$@" 2>&1) && grep -qE -- "$pattern" <<< "$out" && return
  failures=$((failures + 1))
  printf 'FAILED %s: %s\n' "$name" "$out"
}

cat > "$dir/pod.json" <<J
{"metadata": {"name": "one", "namespace": "test", "uid": "u1", "attempt": 1}, "log_directory": "$dir/logs", "linux": {}}
J
cat > "$dir/container.json" <<J
{"metadata": {"name": "app", "attempt": 0}, "image": {"image": "$image"}, "log_path": "app.log",
 "command": ["sh", "-c", "echo hello; trap 'exit 3' TERM; while :; do sleep 0.1; done"],
 "linux": {"resources": {"memory_limit_in_bytes": 67108864}}}
J
mkdir -p "$dir/logs"
expect version 'RuntimeName: +podrun' "$crictl" version
expect info '"RuntimeReady"' "$crictl" info
expect runtime-config 'CGROUPFS|cgroupfs' "$crictl" runtime-config
expect pull 'up to date' "$crictl" pull "$image"
expect images "${image##*:}" "$crictl" images
expect inspecti '"sha256:' "$crictl" inspecti "$image"
expect imagefsinfo usedBytes "$crictl" imagefsinfo
pod=$("$crictl" runp "$dir/pod.json") || { echo "FAILED runp: $pod"; exit 1; }
expect pods 'one +test' "$crictl" pods
expect inspectp SANDBOX_READY "$crictl" inspectp "$pod"
id=$("$crictl" create "$pod" "$dir/container.json" "$dir/pod.json") || { echo "FAILED create: $id"; exit 1; }
expect ps-created 'Created' "$crictl" ps -a
expect start "$id" "$crictl" start "$id"
expect ps 'Running' "$crictl" ps
expect ps-by-prefix 'app' "$crictl" ps --id "${id:0:8}"
expect inspect CONTAINER_RUNNING "$crictl" inspect "$id"
expect exec-sync '^inside$' "$crictl" exec -s "$id" sh -c 'echo inside'
expect exec '^streamed$' "$crictl" exec "$id" sh -c 'echo streamed'
sleep 0.3
expect logs '^hello$' "$crictl" logs "$id"
expect stats "${id:0:13}" "$crictl" stats
expect statsp one "$crictl" statsp
expect metricsp container_memory_usage_bytes "$crictl" metricsp
expect metricdescs container_memory_usage_bytes "$crictl" metricdescs
expect update "$id" "$crictl" update --memory 134217728 "$id"
expect update-shows '134217728' "$crictl" inspect "$id"
expect stop "$id" "$crictl" stop --timeout 5 "$id"
expect exit-code '"exitCode": 3' "$crictl" inspect "$id"
expect rm "$id" "$crictl" rm "$id"
expect stopp 'Stopped' "$crictl" stopp "$pod"
expect notready SANDBOX_NOTREADY "$crictl" inspectp "$pod"
expect rmp 'Removed' "$crictl" rmp "$pod"
expect no-pods '^POD ID[^$]*$' "$crictl" pods
expect rmi 'Deleted' "$crictl" rmi "$image"
[ "$failures" = 0 ] && echo "crictl: all of it passed"
exit "$failures"
