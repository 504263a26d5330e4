#!/bin/bash
# kubelet_inside.sh BIN DIR KUBELET: the part of kubelet.sh in the host of its own. Says what is done and what failed, and ends with
# how often.
set -u
program=$3
. "$(dirname "$(realpath "$0")")/served.sh"
home=$dir/kubelet root=/podrun-kubelet kubelet= failures=0
image=$(grep -hm 1 '/busybox:' "$dir"/suite-*.refs)
rm -rf "$home"
mkdir -p "$home"/{pods,root,logs,plugins}
mount -t tmpfs none /var/log   # it keeps links in /var/log/containers

fail() { failures=$((failures + 1)); printf 'FAILED %s\n' "$*"; }
passed() { printf 'passed %s\n' "$*"; }
# within SECONDS NAME COMMAND...: it succeeds before so long.
within() {
  local seconds=$1 name=$2 _
  shift 2
  for _ in $(seq "$((seconds * 2))"); do "$@" > /dev/null 2>&1 && passed "$name" && return; sleep 0.5; done
  fail "$name"
}
# expect NAME PATTERN COMMAND...: it prints what matches.
expect() {
  local name=$1 pattern=$2 out
  shift 2
  out=$("$@" 2>&1) && grep -qE -- "$pattern" <<< "$out" && passed "$name" || fail "$name: $out"
}

# It sets parameters of the whole machine unless they read as it wants: in this mount namespace they do.
show_parameters() {
  local wanted file shown
  mkdir -p /run/parameters
  for wanted in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
    kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
    file=/proc/sys/${wanted%=*} shown=/run/parameters/$(tr / _ <<< "${wanted%=*}")
    [ "$(cat "$file")" = "${wanted#*=}" ] && continue
    echo "${wanted#*=}" > "$shown"
    mount --bind "$shown" "$file"
  done
}
hierarchies() { awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/self/mounts; }
make_cgroups() { local one; for one in $(hierarchies); do mkdir -p "$one$root"; done; }
remove_cgroups() { local one; for one in $(hierarchies); do find "$one$root" -depth -type d -exec rmdir {} + 2> /dev/null; done; }

start_kubelet() {
  "$program" --config "$home/config.yaml" --root-dir "$home/root" --cert-dir "$home/pki" --hostname-override node \
    >> "$home/kubelet.log" 2>&1 &
  kubelet=$!
}
finish() {
  [ -z "$kubelet" ] || { kill "$kubelet" && wait "$kubelet"; } 2> /dev/null
  stop_serving
  awk -v home="$home/" 'index($2, home) == 1 { print $2 }' /proc/self/mounts | sort -r | xargs -r umount -l
  remove_cgroups
}
trap finish EXIT

ask() { curl -skf -m 10 "https://127.0.0.1:10250$1" "${@:2}"; }
# of_pod EXPRESSION: of the static pod's status, in Python; fails where it is not so or not there.
of_pod() {
  ask /pods | python3 -c '
import json, sys
pods = [p for p in json.load(sys.stdin)["items"] or [] if p["metadata"]["name"] == "web-node"]
status = pods[0]["status"] if len(pods) == 1 else {}
by_name = {c["name"]: c for c in status.get("containerStatuses", [])}
found = eval(sys.argv[1], {"status": status, "by_name": by_name, "pods": pods})
print(found)
sys.exit(0 if found else 1)' "$1"
}
write_pod() {   # PAGE
  cat > "$home/.web.yaml" <<Y
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  terminationGracePeriodSeconds: 2
  initContainers:
  - {name: init, image: "$image", command: [sh, -c, "echo $1 > /www/index.html"], volumeMounts: [{name: www, mountPath: /www}]}
  containers:
  - name: web
    image: $image
    command: [sh, -c, "echo serving; exec httpd -f -p 8080 -h /www"]
    ports: [{containerPort: 8080, hostPort: 12080}]
    resources: {limits: {cpu: 200m, memory: 64Mi}}
    readinessProbe: {httpGet: {port: 8080, path: /}, periodSeconds: 1}
    livenessProbe: {exec: {command: [cat, /www/index.html]}, periodSeconds: 1, failureThreshold: 2}
    volumeMounts: [{name: www, mountPath: /www}]
  - {name: flaky, image: "$image", command: [sh, -c, "sleep 3; exit 3"]}
  volumes: [{name: www, emptyDir: {}}]
Y
  mv "$home/.web.yaml" "$home/pods/web.yaml"
}
page() { curl -s -m 5 http://127.0.0.1:12080/; }
page_is() { [ "$(page)" = "$1" ]; }

cat > "$home/config.yaml" <<Y
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: unix://$socket
staticPodPath: $home/pods
volumePluginDir: $home/plugins
podLogsDir: $home/logs
registerNode: false
failSwapOn: false
failCgroupV1: false
cgroupDriver: cgroupfs
cgroupRoot: $root
authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
address: 127.0.0.1
makeIPTablesUtilChains: false
fileCheckFrequency: 1s
evictionHard: {memory.available: "50Mi", nodefs.available: "1%", imagefs.available: "1%"}
Y
show_parameters
make_cgroups
: > "$home/kubelet.log"
start_server --pods own
start_kubelet
within 60 "the kubelet is well" curl -sf http://127.0.0.1:10248/healthz

write_pod made-by-init
within 90 "the pod runs, and is ready by its probe" of_pod 'by_name["web"]["ready"] and status["podIP"]'
expect "its page, by the hostPort" '^made-by-init$' page
expect "its log" '^serving' ask /containerLogs/default/web-node/web
expect "a command in it" '^made-by-init$' ask '/run/default/web-node/web?cmd=cat%20/www/index.html' -X POST
expect "podrun sees it" 'web-node +' "${podrun[@]}" get pods
within 40 "what it uses" sh -c "curl -skf https://127.0.0.1:10250/stats/summary | grep -q workingSetBytes"
within 60 "a container that fails is started again" of_pod 'by_name["flaky"]["restartCount"] >= 2'
expect "with its exit code" True of_pod 'by_name["flaky"]["lastState"]["terminated"]["exitCode"] == 3'

# The kubelet, and then the server, are killed: what runs goes on, and is known again.
container=$(of_pod 'by_name["web"]["containerID"]')
kill -9 "$kubelet"
wait "$kubelet" 2> /dev/null
expect "the page, without a kubelet" '^made-by-init$' page
start_kubelet
within 60 "a new kubelet knows it" of_pod "by_name['web']['ready'] and by_name['web']['containerID'] == '$container'"
kill -9 "$server"
wait "$server" 2> /dev/null
rm -f "$socket"
expect "the page, without a server" '^made-by-init$' page
sleep 2
start_server --pods own
within 60 "a new server knows it" of_pod "by_name['web']['ready'] and by_name['web']['containerID'] == '$container' and by_name['web']['restartCount'] == 0"

within 30 "a command, by the new server" ask '/run/default/web-node/web?cmd=rm%20/www/index.html' -X POST
within 60 "who fails the liveness probe is started again" of_pod 'by_name["web"]["restartCount"] >= 1'

write_pod changed
within 90 "a changed pod is made anew" page_is changed
within 60 "and is ready" of_pod "by_name['web']['ready'] and by_name['web']['containerID'] != '$container'"

rm "$home/pods/web.yaml"
within 60 "a removed one ends" sh -c "curl -s -m 2 http://127.0.0.1:12080/; [ \$? = 7 ]"   # nobody listens
nothing_is_left() { local left; left=$("${podrun[@]}" get pods -A --no-headers 2> /dev/null) && [ -z "$left" ]; }
within 60 "and nothing of it is left" nothing_is_left

[ "$failures" = 0 ] || tail -n 40 "$dir/run/server.log"
exit "$failures"
