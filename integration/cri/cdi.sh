#!/bin/bash
# cdi.sh CRICTL SOCKET IMAGE DIR: devices that vendors describe in files, as containers that ask for them have them; run inside host.sh,
# with a server whose --cdi-spec-dirs are DIR/etc:DIR/run. IMAGE has a shell. Says what failed, and ends with how often.
set -u
export CONTAINER_RUNTIME_ENDPOINT=unix://$2 IMAGE_SERVICE_ENDPOINT=unix://$2
crictl=$1 image=$3 files=$4 failures=0 dir=$(mktemp -d)
trap 'rm -rf "$dir" "$files"' EXIT
echo '{}' > "$dir/crictl.yaml"  # it warns where there is none
export CRI_CONFIG_FILE=$dir/crictl.yaml
fail() { failures=$((failures + 1)); printf 'FAILED cdi: %s\n' "$*"; }

mkdir -p "$files/etc" "$files/run" "$dir/library"
echo inside > "$dir/library/file"
cat > "$files/etc/vendor.yaml" <<Y
cdiVersion: "0.7.0"
kind: vendor.example.com/thing
devices:
- name: one
  containerEdits:
    env: [FROM=etc]
    deviceNodes:
    - {path: /dev/things/one, hostPath: /dev/zero, permissions: r, fileMode: 0440}
    - {path: /dev/things/none, type: c, major: 1, minor: 250, permissions: r, fileMode: 0666}  # of which no driver knows
- name: hidden
  containerEdits: {env: [FROM=etc]}
- name: twice
  containerEdits: {env: [FROM=etc]}
- name: hooked
  containerEdits: {hooks: [{hookName: createContainer, path: /bin/true}]}
containerEdits:
  env: [LIBRARY=/opt/library]
  mounts: [{hostPath: $dir/library, containerPath: /opt/library, options: [ro, nosuid, rbind]}]
  additionalGids: [4242]
Y
cat > "$files/etc/other.json" <<J
{"cdiVersion": "1.1.0", "kind": "vendor.example.com/thing", "devices": [{"name": "twice", "containerEdits": {}}]}
J
cat > "$files/run/made.json" <<J
{"cdiVersion": "1.1.0", "kind": "vendor.example.com/thing", "devices": [{"name": "hidden", "containerEdits": {"env": ["FROM=run"]}}]}
J
echo '{"cdiVersion": "1.1.0", "devces": []}' > "$files/run/wrong.json"

# pod NAME [OPTIONS]: one that stands.
pod() {
  printf '{"metadata": {"name": "%s", "namespace": "test", "uid": "u6"}, "linux": {"security_context": {"namespace_options": {%s}}}}' \
    "$1" "${2:-}" > "$dir/$1.json"
  "$crictl" runp "$dir/$1.json"
}
# make POD MORE: a container of user 1000 with these fields, created; its id, or why not.
make() {
  cat > "$dir/container.json" <<J
{"metadata": {"name": "app", "attempt": $BASHPID}, "image": {"image": "$image"},
 "command": ["sh", "-c", "while :; do sleep 1; done"],
 "linux": {"security_context": {"run_as_user": {"value": 1000}, "run_as_group": {"value": 1000}}}, $2}
J
  "$crictl" create "${!1}" "$dir/container.json" "$dir/$1.json" 2> "$dir/why" || { cat "$dir/why"; return 1; }
}
# expect ID WHAT COMMAND: what it prints in the container.
expect() {
  local out
  out=$("$crictl" exec -s "$1" sh -c "$3" 2>&1)
  [ "$out" = "$2" ] || fail "$3: expected '$2', found '$out'"
}
# refused PATTERN DEVICE: that one is not to be had, and why.
refused() {
  local out
  out=$(make plain "\"CDI_devices\": [{\"name\": \"vendor.example.com/thing=$2\"}]") && fail "$2 was given"
  grep -qE -- "$1" <<< "$out" || fail "$2: expected '$1', found: $out"
}
one='"CDI_devices": [{"name": "vendor.example.com/thing=one"}]'

plain=$(pod plain) || exit 1
id=$(make plain "$one") && "$crictl" start "$id" > /dev/null || fail "one: $id"
expect "$id" '/opt/library etc inside' 'echo $LIBRARY $FROM $(cat $LIBRARY/file)'
expect "$id" '4' 'head -c 4 /dev/things/one | wc -c'
expect "$id" '440 1000:1000' 'stat -c "%a %u:%g" /dev/things/one'
expect "$id" 'no' 'echo x 2> /dev/null > /dev/things/one && echo yes || echo no'
expect "$id" 'no' 'touch /opt/library/x 2> /dev/null && echo yes || echo no'
expect "$id" 'yes' 'case " $(id -G) " in *" 4242 "*) echo yes;; *) id -G;; esac'
# The cgroup lets it be read, and no more, whatever its mode.
expect "$id" 'No such device or address' 'cat /dev/things/none 2>&1 | sed "s/.*: //"'
expect "$id" 'Operation not permitted' 'dd if=/etc/passwd of=/dev/things/none 2>&1 | sed "s/.*: //"'
id=$(make plain '"labels": {"a": "b"}') && "$crictl" start "$id" > /dev/null || fail "none: $id"
expect "$id" 'no' '[ -e /dev/things ] && echo yes || echo no'

id=$(make plain '"annotations": {"cdi.k8s.io/vendor_0": "vendor.example.com/thing=hidden"}') && "$crictl" start "$id" > /dev/null || fail "hidden: $id"
expect "$id" 'run' 'echo $FROM'
expect "$id" 'no' '[ -e /dev/things ] && echo yes || echo no'

refused "both '$files/etc/other.json' and '$files/etc/vendor.yaml' have it" twice
refused "$files/etc/vendor.yaml: devices\[3\].containerEdits: hooks: podrun runs no OCI hooks" hooked
refused "no file has it; 1 cannot be read: $files/run/wrong.json: devces: no such field" missing
refused "expected VENDOR/CLASS=NAME" ''
sed -i 's/0440/0444/' "$files/etc/vendor.yaml"
mapped=$(pod mapped '"userns_options": {"uids": [{"host_id": 1000000, "length": 65536}], "gids": [{"host_id": 1000000, "length": 65536}]}') || exit 1
id=$(make mapped "$one") && "$crictl" start "$id" > /dev/null || fail "one, with a user namespace: $id"
expect "$id" '444 1000:1000' 'stat -c "%a %u:%g" /dev/things/one'
expect "$id" '4' 'head -c 4 /dev/things/one | wc -c'

for one in "$plain" "$mapped"; do "$crictl" rmp -f "$one" > /dev/null 2>&1 || fail rmp; done
[ "$failures" = 0 ] && echo "cdi: all of it passed"
exit "$failures"
