#!/bin/bash
# metrics.sh CRICTL SOCKET PORT: what a server with --metrics-address PORT tells Prometheus; run inside host.sh. Says what failed,
# and ends with how often.
set -u
crictl=$1 port=$3 failures=0
export CONTAINER_RUNTIME_ENDPOINT=unix://$2 IMAGE_SERVICE_ENDPOINT=unix://$2 CRI_CONFIG_FILE=/dev/null
fail() { failures=$((failures + 1)); printf 'FAILED metrics: %s\n' "$*"; }
# get ADDRESS PATH: the text of the page, or the status where it is not 200.
get() {
  python3 - "http://$1:$port$2" <<'P'
import sys, urllib.error, urllib.request
try:
    with urllib.request.urlopen(sys.argv[1], timeout=10) as page:
        print(page.headers['Content-Type'], page.read().decode(), sep='\n', end='')
except urllib.error.HTTPError as error:
    print(error.code)
except OSError as error:
    print(error)
P
}
# value LINE: of the metric with those labels; nothing where it is not told.
value() { get 127.0.0.1 /metrics | awk -v line="$1" '$1 == line { print $2 }'; }
count() { value "podrun_cri_call_duration_seconds_count{call=\"$1\",code=\"$2\"}"; }

get 127.0.0.1 /metrics | head -1 | grep -q '^text/plain; version=0.0.4' || fail "the type of the page: $(get 127.0.0.1 /metrics | head -1)"
[ "$(get 127.0.0.1 /other)" = 404 ] || fail "another path"
before=$(count ContainerStatus NOT_FOUND)
"$crictl" inspect nothing > /dev/null 2>&1
after=$(count ContainerStatus NOT_FOUND)
[ "${after:-0}" -gt "${before:-0}" ] || fail "a call that failed is not counted: ${before:-none}, then ${after:-none}"
[ "$(count Version OK)" -ge 1 ] || fail "a call that succeeded is not counted"
[ "$(value 'podrun_cri_pods{state="ready"}')" = "$("$crictl" pods -q --state ready | wc -l)" ] || fail "pods that are ready"
[ "$(value 'podrun_cri_containers{state="running"}')" = "$("$crictl" ps -q | wc -l)" ] || fail "containers that run"
get 198.51.100.1 /metrics | grep -q refused || fail "it listens beyond loopback: $(get 198.51.100.1 /metrics | head -1)"
[ "$failures" = 0 ] && echo "metrics: all of it passed"
exit "$failures"
