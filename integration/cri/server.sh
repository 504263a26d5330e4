#!/bin/bash
# server.sh BIN STATE DATA CRICTL SOCKET IMAGE: what becomes of calls when the server is asked to end, or is killed; and sockets
# that are handed over. Run inside host.sh, where no server runs. Says what failed, and ends with how often.
set -u
bin=$1 state=$2 data=$3 crictl=$4 socket=$5 image=$6 failures=0 server= dir=$(mktemp -d)
rounds=${ROUNDS:-5}
export CONTAINER_RUNTIME_ENDPOINT=unix://$socket IMAGE_SERVICE_ENDPOINT=unix://$socket
trap '[ -z "$server" ] || { kill "$server" && wait "$server"; }; rm -rf "$dir"' EXIT
echo '{}' > "$dir/crictl.yaml"  # it warns where there is none
export CRI_CONFIG_FILE=$dir/crictl.yaml
command=("$bin/podrun-cri" --socket "$socket" --state-dir "$state" --data-dir "$data" --cni-bin-dir /usr/lib/cni:/opt/cni/bin)

fail() { failures=$((failures + 1)); printf 'FAILED %s\n' "$*"; }
await() { for _ in $(seq 100); do "$@" > /dev/null 2>&1 && return; sleep 0.1; done; fail "never: $*; $(tail -n 3 "$dir/log")"; }
start_server() {
  "${command[@]}" >> "$dir/log" 2>&1 &
  server=$!
  await "$crictl" version
}
cat > "$dir/pod.json" <<J
{"metadata": {"name": "one", "namespace": "test", "uid": "u3", "attempt": 0}, "log_directory": "$dir", "linux": {}}
J
cat > "$dir/container.json" <<J
{"metadata": {"name": "app"}, "image": {"image": "$image"}, "log_path": "app.log", "linux": {},
 "command": ["sh", "-c", "trap 'exit 3' TERM; while :; do sleep 0.1; done"]}
J

# Asked to end: a call that is under way comes to its end, and nobody new is taken.
start_server
pod=$("$crictl" runp "$dir/pod.json") && id=$("$crictl" create "$pod" "$dir/container.json" "$dir/pod.json") &&
  "$crictl" start "$id" > /dev/null || { cat "$dir/log"; exit 1; }
"$crictl" exec -s "$id" sh -c 'sleep 2; echo whole' > "$dir/exec" 2>&1 &
call=$!
sleep 0.7
kill "$server"
sleep 0.3
"$crictl" version > "$dir/new" 2>&1 && fail "a call was taken after SIGTERM"
wait "$call" || fail "a call under way at SIGTERM: $(cat "$dir/exec")"
grep -q whole "$dir/exec" || fail "the answer of a call under way at SIGTERM: $(cat "$dir/exec")"
wait "$server" || fail "the server ended with $?"
[ ! -e "$socket" ] || fail "its socket is left"

# A socket that was handed over: it is served, and stays.
python3 - "$socket" "${command[@]}" >> "$dir/log" 2>&1 <<'P' &
import os, socket, sys
listening = socket.socket(socket.AF_UNIX)
listening.bind(sys.argv[1])
listening.listen()
os.dup2(listening.fileno(), 3) if listening.fileno() != 3 else os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1')
os.execv(sys.argv[2], sys.argv[2:])
P
server=$!
await "$crictl" version
"$crictl" ps -q | grep -q . || fail "a server on a socket that was handed over does not know the container"
kill "$server"
wait "$server" || fail "the server with the handed socket ended with $?"
[ -S "$socket" ] || fail "it took away a socket that was not its own"

# Killed in the middle of each call, which is made again as a kubelet would.
start_server
"$crictl" rmp -f "$pod" > /dev/null 2>&1 || fail "rmp"
# through WORD...: the call is made until it succeeds; the server is killed once, somewhere in the first. What crictl asks before
# it removes is not found once that is done.
through() {
  "$crictl" "$@" > "$dir/out" 2> "$dir/err" &
  local call=$!
  sleep "0.$(printf %03d $((RANDOM % 120)))"
  kill -9 "$server"
  wait "$server" 2> /dev/null
  wait "$call"
  local status=$?
  start_server
  for _ in $(seq 20); do
    [ "$status" = 0 ] && return
    "$crictl" "$@" > "$dir/out" 2> "$dir/err"
    status=$?
    case $1 in rm*) ! grep -q 'code = NotFound' "$dir/err" || status=0 ;; esac
    [ "$status" = 0 ] || sleep 0.2
  done
  fail "$1 after the server was killed in it: $(cat "$dir/err")"
}
before=$(ls /run/netns | wc -l)
for _ in $(seq "$rounds"); do
  through runp "$dir/pod.json"
  pod=$(tail -1 "$dir/out")
  [ "$("$crictl" pods -q | wc -l)" = 1 ] || fail "runp: $("$crictl" pods)"
  through create "$pod" "$dir/container.json" "$dir/pod.json"
  id=$(tail -1 "$dir/out")
  [ "$("$crictl" ps -aq | wc -l)" = 1 ] || fail "create: $("$crictl" ps -a)"
  "$crictl" start "$id" > /dev/null 2>&1 &  # one that has started already is refused, so it is killed in no repeated call
  call=$!
  sleep "0.$(printf %03d $((RANDOM % 120)))"
  kill -9 "$server"
  wait "$server" "$call" 2> /dev/null
  start_server
  [ "$("$crictl" ps -q | wc -l)" = 1 ] || "$crictl" start "$id" > /dev/null 2>&1
  await sh -c "'$crictl' ps -q | grep -q ."
  through exec -s "$id" true
  through stop --timeout 5 "$id"
  grep -q '"exitCode": 3' <("$crictl" inspect "$id") || fail "its exit code: $("$crictl" inspect "$id" | grep exitCode)"
  through rm "$id"
  through stopp "$pod"
  through rmp "$pod"
  [ -z "$("$crictl" pods -q)$("$crictl" ps -aq)" ] || fail "left: $("$crictl" pods) $("$crictl" ps -a)"
  [ "$(ls /run/netns | wc -l)" = "$before" ] || fail "a network namespace is left"
  [ -z "$(find "$state/pods" "$state/containers" -mindepth 1)" ] || fail "left: $(find "$state/pods" "$state/containers")"
done
[ "$failures" = 0 ] && echo "the server: all of it passed"
exit "$failures"
