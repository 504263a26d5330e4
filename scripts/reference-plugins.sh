#!/bin/bash
# Writes docs/reference-plugins.md: what `podrun cni test` finds in the reference plugins, Debian's and the newest.
#
#   sudo scripts/reference-plugins.sh                 with build/release, and the newest plugins that its tests have built
#   sudo scripts/reference-plugins.sh NEWEST-PLUGINS  with those
#   sudo env PLUGINS="sbr vrf" scripts/reference-plugins.sh   only these: what is there of the others stays
set -euo pipefail
root=$(realpath -- "$(dirname -- "$0")/..")
podrun=$root/build/release/bin/podrun
newest=$(realpath -- "${1:-$root/build/release/tests/cni-plugins}")
[ "$(id -u)" = 0 ] || { echo "namespaces need root: run 'sudo $0'" >&2; exit 1; }
[ -x "$newest/bridge" ] || { echo "no plugins in $newest: name their directory" >&2; exit 1; }

reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT
for dir in /usr/lib/cni "$newest"; do
  set=newest
  [ "$dir" != /usr/lib/cni ] || set=debian
  for plugin in ${PLUGINS:-bridge ptp macvlan ipvlan vlan host-device dummy tap loopback host-local static dhcp portmap bandwidth \
                firewall tuning sbr vrf}; do
    [ -x "$dir/$plugin" ] || continue
    echo "$set: $plugin" >&2
    status=0
    "$podrun" cni test --plugin "$plugin" --cni-bin-dir "$dir" --jobs "${JOBS:-2}" -o "$reports/$set-$plugin.json" || status=$?
    [ "$status" -le 1 ] || echo "$set: $plugin was not tested" >&2
  done
done
kept=
[ -z "${PLUGINS:-}" ] || { kept=$reports/kept.md; cp "$root/docs/reference-plugins.md" "$kept"; }
python3 "$root/scripts/reference_plugins.py" "$reports" "$newest" "$(dpkg-query -W -f '${Version}' containernetworking-plugins)" $kept \
  > "$root/docs/reference-plugins.md"
