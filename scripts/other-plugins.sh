#!/bin/bash
# Writes docs/other-plugins.md: what `podrun cni test` finds in plugins of others than containernetworking/plugins.
#
#   sudo scripts/other-plugins.sh OTHERS           each of docs/examples/plugin-profiles that is in the directory OTHERS
#   sudo scripts/other-plugins.sh OTHERS PLUGINS   with those for them to call, instead of the tests' newest ones
#
# dnsname needs dnsmasq-base. To build them, with CGO_ENABLED=0 GOFLAGS=-buildvcs=true, in a clone of each (`go install`
# refuses modules with replacements):
#   flannel-io/cni-plugin                 go build -o OTHERS/flannel .
#   k8snetworkplumbingwg/multus-cni       go build -o OTHERS/multus ./cmd/multus
#   redhat-nfvpe/cni-route-override       go build -o OTHERS/route-override ./cmd/route-override
#   greenpau/cni-plugins                  go build -o OTHERS/cni-nftables-firewall ./cmd/cni-nftables-firewall
#   AkihiroSuda/cni-isolation             go build -o OTHERS/isolation ./plugins/meta/isolation
#   containers/dnsname                    go build -o OTHERS/dnsname ./plugins/meta/dnsname
#   awslabs/tc-redirect-tap               go build -o OTHERS/tc-redirect-tap ./cmd/tc-redirect-tap
#   aws/amazon-vpc-cni-k8s                go build -o OTHERS/egress-cni ./cmd/egress-cni-plugin
set -euo pipefail
cd "$(dirname -- "$0")/.."
others=$(realpath -- "${1:?name the directory of the plugins}")
newest=$(realpath -- "${2:-build/release/tests/cni-plugins}")
[ "$(id -u)" = 0 ] || { echo "namespaces need root: run 'sudo $0'" >&2; exit 1; }
[ -x "$newest/bridge" ] || { echo "no plugins in $newest: name their directory" >&2; exit 1; }

reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT
for profile in docs/examples/plugin-profiles/*.json; do
  plugin=$(basename "$profile" .json)
  [ -x "$others/$plugin" ] || { echo "$plugin is not in $others: not tested" >&2; continue; }
  echo "$plugin" >&2
  status=0
  build/release/bin/podrun cni test --plugin "$plugin" --profile "$profile" --cni-bin-dir "$others:$newest" \
    --jobs "${JOBS:-2}" -o "$reports/other-$plugin.json" || status=$?
  [ "$status" -le 1 ] || echo "$plugin was not tested" >&2
  go version -m "$others/$plugin" 2>/dev/null | awk '$1 == "mod" { print $2, $3 }' > "$reports/$plugin.module" || true
done
python3 scripts/reference_plugins.py --others "$reports" "$others" "$newest" > docs/other-plugins.md
