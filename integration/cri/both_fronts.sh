#!/bin/bash
# both_fronts.sh BIN STATE DATA CRICTL SOCKET IMAGE: pods of podrun's command line seen and managed by the CRI, and the other way
# round; run inside host.sh, with a server that runs. IMAGE has a shell. Says what failed, and ends with how often.
set -u
podrun=("$1/podrun" --state-dir "$2" --data-dir "$3") crictl=$4 image=$6 failures=0 dir=$(mktemp -d)
export CONTAINER_RUNTIME_ENDPOINT=unix://$5 IMAGE_SERVICE_ENDPOINT=unix://$5
echo '{}' > "$dir/crictl.yaml"
export CRI_CONFIG_FILE=$dir/crictl.yaml
trap 'rm -rf "$dir"' EXIT

fail() { failures=$((failures + 1)); printf 'FAILED %s\n' "$*"; }
# expect NAME PATTERN COMMAND...: the command succeeds, and prints what matches.
expect() {
  local name=$1 pattern=$2 out
  shift 2
  out=$("$@" 2>&1) && grep -qE -- "$pattern" <<< "$out" || fail "$name: $out"
}
# refused NAME PATTERN COMMAND...: it fails, and says so.
refused() {
  local name=$1 pattern=$2 out
  shift 2
  out=$("$@" 2>&1) && fail "$name: was done" && return
  grep -qE -- "$pattern" <<< "$out" || fail "$name: $out"
}
absent() { local out; out=$("${@:2}" 2>&1); ! grep -q "$1" <<< "$out" || fail "$1 is there still: $out"; }

cat > "$dir/pod.yaml" <<Y
apiVersion: v1
kind: Pod
metadata: {name: shell, labels: {app: web}}
spec:
  restartPolicy: Never
  containers:
  - name: main
    image: $image
    command: [sh, -c, "echo from-main; trap 'exit 3' TERM; while :; do sleep 0.1; done"]
    resources: {limits: {memory: 64Mi}}
  - name: other
    image: $image
    command: [sh, -c, "trap exit TERM; while :; do sleep 0.1; done"]
Y
"${podrun[@]}" create -f "$dir/pod.yaml" > "$dir/out" 2>&1 || { cat "$dir/out"; exit 1; }

expect pods 'Ready +shell +default' "$crictl" pods
pod=$("$crictl" pods -q --name shell)
expect by-label "^$pod" "$crictl" pods -q --no-trunc --label app=web
expect inspectp '"name": "shell"' "$crictl" inspectp "$pod"
id=$("$crictl" ps -q --name main)
expect ps 'Running +main' "$crictl" ps
expect inspect '"limit_in_bytes"|"memoryLimitInBytes": "67108864"' "$crictl" inspect "$id"
expect by-prefix CONTAINER_RUNNING "$crictl" inspect "${id:0:12}"
expect exec '^inside$' "$crictl" exec -s "$id" sh -c 'echo inside'
expect logs '^from-main$' "$crictl" logs "$id"
expect stats "${id:0:13}" "$crictl" stats
expect statsp shell "$crictl" statsp
refused start 'made by podrun' "$crictl" start "$id"
refused update 'made by podrun' "$crictl" update --memory 134217728 "$id"
expect still-there running "${podrun[@]}" get pod shell -o 'jsonpath={.status.containerStatuses[0].state}'
refused stop 'made by podrun' "$crictl" stop --timeout 5 "$id"
expect stopp Stopped "$crictl" stopp "$pod"
expect its-end '^3$' "${podrun[@]}" get pod shell -o 'jsonpath={.status.containerStatuses[0].state.terminated.exitCode}'
refused rm 'made by podrun' "$crictl" rm "$id"
expect seen-stopped NotReady "$crictl" pods --name shell
expect rmp Removed "$crictl" rmp "$pod"
absent shell "${podrun[@]}" get pods

# And the other way round.
cat > "$dir/sandbox.json" <<J
{"metadata": {"name": "box", "namespace": "test", "uid": "u2", "attempt": 0}, "log_directory": "$dir", "linux": {}}
J
cat > "$dir/container.json" <<J
{"metadata": {"name": "app"}, "image": {"image": "$image"}, "log_path": "app.log", "linux": {},
 "command": ["sh", "-c", "echo from-app; trap 'exit 4' TERM; while :; do sleep 0.1; done"]}
J
"$crictl" run "$dir/container.json" "$dir/sandbox.json" > "$dir/out" 2>&1 || { cat "$dir/out"; exit 1; }
expect get 'box +1/1 +Running' "${podrun[@]}" get pods -n test
expect cli-exec '^inside$' "${podrun[@]}" exec -n test box -- sh -c 'echo inside'
expect cli-logs '^from-app$' "${podrun[@]}" logs -n test box
expect cli-stop '' "${podrun[@]}" stop -n test box
expect told-stopped NotReady "$crictl" pods --name box
expect cli-delete deleted "${podrun[@]}" delete -n test pod box
absent box "$crictl" pods
[ "$failures" = 0 ] && echo "both fronts: all of it passed"
exit "$failures"
