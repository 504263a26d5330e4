#!/bin/bash
# proto.sh OURS [DIR]: is specs/cri.proto what is published, on the wire? Ends with 77 where that cannot be asked: without Go, and
# without the published file, which clients.sh leaves in DIR.
here=$(dirname "$(realpath "$0")") published=${2:-/var/tmp/podrun-critest}/api.proto
skip() { echo "skipped: $*"; exit 77; }
command -v protoc > /dev/null || skip "protoc is not installed"
/usr/bin/python3 -c 'import google.protobuf' 2> /dev/null || skip "python3-protobuf is not installed"
if [ ! -f "$published" ]; then
  command -v go > /dev/null || skip "there is no Go to fetch the published file with"
  module=$(go mod download -json k8s.io/cri-api@v0.37.0 2> /dev/null | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')
  published=$module/pkg/apis/runtime/v1/api.proto
  [ -f "$published" ] || skip "k8s.io/cri-api is not to be had"
fi
exec /usr/bin/python3 "$here/compare_proto.py" "$1" "$published"
