#!/bin/bash
# crictl.sh CRICTL SOCKET IMAGE: crictl's subcommands against a server that runs, one pod and one container; run inside host.sh.
# IMAGE has a shell. Says which command failed, and ends with how many did.
set -u
export CONTAINER_RUNTIME_ENDPOINT=unix://$2 IMAGE_SERVICE_ENDPOINT=unix://$2
crictl=$1 image=$3 failures=0 dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
echo '{}' > "$dir/crictl.yaml"  # it warns where there is none
export CRI_CONFIG_FILE=$dir/crictl.yaml

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
 "stdin": true, "command": ["sh", "-c", "echo hello; trap 'exit 3' TERM; httpd -p 8080 -h /etc; while :; do read -t 1 line && echo read-\$line; done"],
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
"$crictl" events > "$dir/events" 2>&1 &
events=$!
trap 'kill $events; rm -rf "$dir"' EXIT
sleep 0.3
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
expect attach '^read-typed$' sh -c "(sleep 0.5; echo typed; sleep 1) | timeout -s KILL 3 '$crictl' attach -i '$id'; true"
"$crictl" port-forward "$pod" 18080:8080 > "$dir/forward" 2>&1 &
forward=$!
for _ in $(seq 50); do grep -qs Forwarding "$dir/forward" && break; sleep 0.1; done
expect port-forward root curl -s --max-time 10 http://127.0.0.1:18080/passwd
expect port-forward-ended-by-the-pod 'Not Found' curl -s --max-time 10 http://127.0.0.1:18080/nothing
kill "$forward"
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
for event in CREATED STARTED STOPPED DELETED; do
  expect "events $event" . grep "CONTAINER_${event}_EVENT" "$dir/events"
done
expect rmi 'Deleted' "$crictl" rmi "$image"
[ "$failures" = 0 ] && echo "crictl: all of it passed"
exit "$failures"
