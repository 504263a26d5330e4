#!/bin/bash
# Tests a list of five plugins (bridge, portmap, bandwidth, firewall, tuning) twice, says how long that takes, and fails
# where the two runs judge anything differently.
#
#   sudo scripts/conformance-twice.sh                   Debian's plugins, by build/release
#   sudo scripts/conformance-twice.sh PLUGINS [PODRUN]  those of a directory
set -euo pipefail
root=$(realpath -- "$(dirname -- "$0")/..")
plugins=${1:-/usr/lib/cni}
podrun=${2:-$root/build/release/bin/podrun}
[ "$(id -u)" = 0 ] || { echo "namespaces need root: run 'sudo $0'" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/chain.conflist" <<'LIST'
{"cniVersion": "1.0.0", "name": "chain", "plugins": [
  {"type": "bridge", "bridge": "br-chain", "isDefaultGateway": true, "ipMasq": true, "hairpinMode": true,
   "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.77.0.0/16"}], [{"subnet": "fd00:77::/64"}]]}},
  {"type": "portmap", "capabilities": {"portMappings": true}},
  {"type": "bandwidth", "capabilities": {"bandwidth": true}},
  {"type": "firewall"},
  {"type": "tuning", "mtu": 1400}]}
LIST
export TIMEFORMAT="%R s, of a processor %U s in programs and %S s in the kernel"
for run in first second; do
  status=0
  time "$podrun" cni test --conflist "$work/chain.conflist" --cni-bin-dir "$plugins" --jobs 2 -o "$work/$run.json" || status=$?
  [ "$status" -le 1 ] || exit "$status"
done
python3 - "$work/first.json" "$work/second.json" <<'COMPARE'
import json
import sys

first, second = [
    {(r["id"], r["target"], r["version"]): (r["outcome"], r["level"], r["seen"]) for r in json.load(open(path))["results"]}
    for path in sys.argv[1:]
]
other = [key for key in sorted({*first, *second}) if first.get(key, ())[:2] != second.get(key, ())[:2]]
for key in other:
    print(*key, "first:", first.get(key), "then:", second.get(key))
print(f"{len(first)} verdicts, {len(other)} of them different")
sys.exit(bool(other))
COMPARE
