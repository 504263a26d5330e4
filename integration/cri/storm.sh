#!/bin/bash
# storm.sh STORM STATE CRICTL SOCKET IMAGE PLUGINS: 32 clients at once of the server that runs on SOCKET, and 10,000 lists while a
# plugin hangs. STORM: the program cri_storm; PLUGINS: a directory that the server looks for plugins in. Run inside host.sh. Says what
# failed, and ends with how often. SECONDS_OF_STORM=10
set -u
storm=$1 state=$2 crictl=$3 socket=$4 image=$5 plugins=$6 failures=0 dir=$(mktemp -d) call=
echo '{}' > "$dir/crictl.yaml"  # it warns where there is none
export CRI_CONFIG_FILE=$dir/crictl.yaml CONTAINER_RUNTIME_ENDPOINT=unix://$socket IMAGE_SERVICE_ENDPOINT=unix://$socket
trap 'touch "$dir/go"; [ -z "$call" ] || wait "$call"; rm -rf "$dir" "$plugins/hang" /etc/cni/net.d/00-hang.conflist' EXIT
fail() { failures=$((failures + 1)); printf 'FAILED %s\n' "$*"; }

"$crictl" pull "$image" > /dev/null || fail "pull"
"$storm" "$socket" "$image" "$dir/logs" "${SECONDS_OF_STORM:-10}" 32 || fail "the storm"
[ -z "$("$crictl" pods -q)$("$crictl" ps -aq)" ] || fail "after the storm there is: $("$crictl" pods; "$crictl" ps -a)"
[ -z "$(ls "$state/pods" "$state/containers" 2> /dev/null | grep -v :)" ] || fail "after the storm there is left: $(ls "$state/pods" "$state/containers")"

# Nobody waits for a pod whose plugin does not return.
cat > "$plugins/hang" <<P
#!/bin/sh
case \$CNI_COMMAND in
  VERSION) echo '{"cniVersion": "1.0.0", "supportedVersions": ["1.0.0"]}' ;;
  ADD)
    touch $dir/hangs
    until [ -e $dir/go ]; do sleep 0.2; done
    echo '{"cniVersion": "1.0.0"}' ;;
esac
P
chmod +x "$plugins/hang"
echo '{"cniVersion": "1.0.0", "name": "hang", "plugins": [{"type": "hang"}]}' > /etc/cni/net.d/00-hang.conflist
echo '{"metadata": {"name": "hangs", "namespace": "test", "uid": "h", "attempt": 0}, "linux": {}}' > "$dir/pod.json"
"$crictl" -t 300s runp "$dir/pod.json" > "$dir/out" 2> "$dir/err" &
call=$!
for _ in $(seq 300); do [ -e "$dir/hangs" ] && break; sleep 0.1; done
[ -e "$dir/hangs" ] || fail "the plugin was never run: $(cat "$dir/err")"
"$storm" "$socket" lists 10000 32 || fail "lists while a plugin hangs"
kill -0 "$call" 2> /dev/null || fail "the call did not wait for its plugin: $(cat "$dir/err")"
touch "$dir/go"
wait "$call" || fail "the call whose plugin hung: $(cat "$dir/err")"
call=
"$crictl" rmp -f "$(cat "$dir/out")" > /dev/null 2> "$dir/err" || fail "removing its pod"
exit "$failures"
