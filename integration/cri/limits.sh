#!/bin/bash
# limits.sh CRICTL SOCKET IMAGE: processors, memory nodes, huge pages and files of cgroup v2 that containers are given, by what they
# and the kernel see; run inside host.sh. IMAGE has a shell. Says what failed, and ends with how often.
set -u
export CONTAINER_RUNTIME_ENDPOINT=unix://$2 IMAGE_SERVICE_ENDPOINT=unix://$2
crictl=$1 image=$3 failures=0 dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
echo '{}' > "$dir/crictl.yaml"  # it warns where there is none
export CRI_CONFIG_FILE=$dir/crictl.yaml
fail() { failures=$((failures + 1)); printf 'FAILED limits: %s\n' "$*"; }
is_v2() { [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]; }

cat > "$dir/pod.json" <<J
{"metadata": {"name": "limits", "namespace": "test", "uid": "u5", "attempt": 0}, "linux": {}}
J
pod=$("$crictl" runp "$dir/pod.json") || exit 1
# make RESOURCES: a container with these, created; its id, or why not.
make() {
  cat > "$dir/container.json" <<J
{"metadata": {"name": "app", "attempt": $BASHPID}, "image": {"image": "$image"}, "command": ["sh", "-c", "while :; do sleep 1; done"],
 "linux": {"resources": $1, "security_context": {"namespace_options": {"pid": 1}}}}
J
  "$crictl" create "$pod" "$dir/container.json" "$dir/pod.json" 2> "$dir/why" || { cat "$dir/why"; return 1; }
}
# processors ID: those that its first process may run on.
processors() { "$crictl" exec -s "$1" sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/1/status; }
# refused PATTERN RESOURCES: with these it is not created, and said why in one line.
refused() {
  local out
  out=$(make "$2") && fail "$2 was taken"
  grep -qE -- "$1" <<< "$out" || fail "$2: expected '$1', found: $out"
  [ "$("$crictl" ps -aq -p "$pod" | wc -l)" = "$containers" ] || fail "$2: a container was made"
}

all=$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status)
first=${all%%[-,]*}
id=$(make "{\"cpuset_cpus\": \"$first\", \"cpuset_mems\": \"0\"}") && "$crictl" start "$id" > /dev/null || fail "cpuset: $id"
[ "$(processors "$id")" = "$first" ] || fail "cpuset_cpus $first: it runs on $(processors "$id")"
[ "$("$crictl" exec -s "$id" sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status)" = "$first" ] || fail "exec runs elsewhere"
"$crictl" update --cpuset-cpus "$all" "$id" > /dev/null || fail "update of the processors"
[ "$(processors "$id")" = "$all" ] || fail "updated to $all: it runs on $(processors "$id")"
"$crictl" inspect "$id" | grep -q "\"cpusetCpus\": \"$all\"" || fail "the status does not follow the update"
"$crictl" update --cpuset-cpus 4095 "$id" > /dev/null 2>&1 && fail "a processor that is not there was taken"
[ "$(processors "$id")" = "$all" ] || fail "after an update that failed it runs on $(processors "$id")"

# Who was made without is moved when it is asked for.
id=$(make '{}') && "$crictl" start "$id" > /dev/null || fail "none: $id"
[ "$(processors "$id")" = "$all" ] || fail "nothing asked for: it runs on $(processors "$id")"
"$crictl" update --cpuset-cpus "$first" "$id" > /dev/null || fail "the first processors by an update"
[ "$(processors "$id")" = "$first" ] || fail "given $first by an update: it runs on $(processors "$id")"

containers=$("$crictl" ps -aq -p "$pod" | wc -l)
refused 'no list of numbers' '{"cpuset_cpus": "../0"}'
refused 'no file of a controller' '{"unified": {"cgroup.procs": "1"}}'
refused 'no file of a controller' '{"unified": {"../memory.max": "1"}}'
refused 'no size of a page' '{"hugepage_limits": [{"page_size": "2MB/..", "limit": 4096}]}'
if is_v2; then
  id=$(make '{"unified": {"memory.high": "33554432"}}') && "$crictl" start "$id" > /dev/null || fail "unified: $id"
  [ "$(cat /sys/fs/cgroup/podrun-"$pod"/ctr/app.*/memory.high | sort -n | head -1)" = 33554432 ] || fail "memory.high is not set"
  id=$(make '{"unified": {"memory.nothing": "1"}}') || fail "which files a controller has, nobody knows yet: $id"
  "$crictl" start "$id" 2>&1 | grep -q "memory.nothing" || fail "a file that is not there was taken"
  containers=$((containers + 2))
  refused "no cgroup v2 controller 'nothing'" '{"unified": {"nothing.max": "1"}}'
else
  refused "'memory.high' is of cgroup v2" '{"unified": {"memory.high": "33554432"}}'
  # Where the controller was, and is not any more: the server is in this mount namespace, too.
  options=$(findmnt -no FS-OPTIONS /sys/fs/cgroup/cpuset) && umount -l /sys/fs/cgroup/cpuset || fail "cpuset cannot be unmounted"
  refused "no cgroup v1 controller 'cpuset'" "{\"cpuset_cpus\": \"$first\"}"
  "$crictl" update --cpuset-cpus "$first" "$id" 2>&1 | grep -q "no cgroup v1 controller 'cpuset'" || fail "an update without cpuset"
  mount -t cgroup -o "${options#rw,}" cpuset /sys/fs/cgroup/cpuset || fail "cpuset cannot be mounted again"
fi
if [ -d /sys/fs/cgroup/hugetlb ] || { is_v2 && grep -qw hugetlb /sys/fs/cgroup/cgroup.controllers; }; then
  id=$(make '{"hugepage_limits": [{"page_size": "2MB", "limit": 4194304}]}') && "$crictl" start "$id" > /dev/null || fail "huge pages: $id"
  cat /sys/fs/cgroup/hugetlb/podrun-"$pod"/ctr-app.*/hugetlb.2MB.limit_in_bytes /sys/fs/cgroup/podrun-"$pod"/ctr/app.*/hugetlb.2MB.max \
    2> /dev/null | grep -qx 4194304 || fail "the limit of huge pages is not set"
else
  refused "controller 'hugetlb'" '{"hugepage_limits": [{"page_size": "2MB", "limit": 4194304}]}'
fi
id=$(make '{"hugepage_limits": [{"page_size": "2MB", "limit": 0}]}') && "$crictl" start "$id" > /dev/null || fail "no huge pages: $id"

"$crictl" rmp -f "$pod" > /dev/null 2>&1 || fail "rmp"
left=$(find /sys/fs/cgroup -maxdepth 2 -name "podrun-$pod*")
[ -z "$left" ] || fail "left: $left"
[ "$failures" = 0 ] && echo "limits: all of it passed"
exit "$failures"
