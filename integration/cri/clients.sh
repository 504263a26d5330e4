#!/bin/bash
# clients.sh [DIR [VERSION...]] : crictl and critest from the Go module proxy into DIR/bin (default /var/tmp/podrun-critest)
#   Needs Go 1.26 or newer (go.mod of cri-tools 1.37 says 1.26.6).  The first VERSION is also the one crictl is built from.
#   Leaves besides: DIR/suite-VERSION.refs  every image reference that suite asks for (read from its own source)
#                   DIR/registries          the registry hosts in them, for mirror settings
#                   DIR/api.proto           the published CRI description, for compare_proto.py
set -eu
D=$(realpath -m "${1:-/var/tmp/podrun-critest}"); shift || true; [ $# -gt 0 ] || set -- v1.37.0
M=sigs.k8s.io/cri-tools; mkdir -p "$D/bin"; export CGO_ENABLED=0 GOFLAGS=-buildvcs=false
command -v go >/dev/null || { echo "get-clients: no Go here" >&2; exit 3; }
[ -x "$D/bin/crictl" ] || GOBIN=$D/bin go install -trimpath -ldflags "-s -w -X $M/pkg/version.Version=${1#v}" "$M/cmd/crictl@$1"
: > "$D/registries.new"
for v; do
  src=$(go mod download -json "$M@$v" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p'); [ -d "$src" ] || { echo "get-clients: $M $v is not to be had" >&2; exit 4; }
  if [ ! -x "$D/bin/critest-$v" ]; then   # a test binary: built in its own module, whose folder is read-only, hence -modfile
    t=$(mktemp -d); cp "$src/go.mod" "$src/go.sum" "$t"; chmod u+w "$t"/*
    (cd "$src" && go test -modfile "$t/go.mod" -c -trimpath -ldflags "-s -w -X $M/pkg/version.Version=${v#v}" -o "$D/bin/critest-$v" ./cmd/critest); rm -rf "$t"
  fi
  python3 "$(dirname "$0")/suite_refs.py" "$src" > "$D/suite-$v.refs"
  cut -d/ -f1 "$D/suite-$v.refs" >> "$D/registries.new"
done
sort -u "$D/registries.new" > "$D/registries"; rm "$D/registries.new"
api=$(cd "$(go mod download -json "$M@$1" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')" && go list -m -f '{{.Dir}}' k8s.io/cri-api) && install -m 644 "$api/pkg/apis/runtime/v1/api.proto" "$D/api.proto"
ls -l "$D/bin"
