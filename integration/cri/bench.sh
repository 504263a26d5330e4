#!/bin/bash
# bench.sh BUILD [DIR]: podrun-cri beside containerd, in a host of its own: prints the tables of docs/performance.md, with figures of
# this machine. BUILD: a build directory (of a release); DIR as of run.sh. Ends with 77 where something is missing that it needs.
# Then the medians of critest's own benchmarks (-benchmark).
# ROUNDS=30  CROWD=50: pods, of four containers each.  CONTAINERD=FOLDER: another containerd beside Debian's. `bench.sh build FOLDER [VERSION]`
# makes one from the Go module proxy.
set -u
if [ "${1:-}" = build ]; then
  export GOBIN=$(realpath -m "$2") CGO_ENABLED=0
  for program in containerd containerd-shim-runc-v2 ctr; do
    go install -trimpath -tags "no_btrfs no_devmapper no_zfs" -ldflags "-s -w" \
      "github.com/containerd/containerd/v2/cmd/$program@${3:-v2.4.2}" || exit 1
  done
  exit
fi
build=$(realpath "$1")
set -- "$build/bin" "${2:-/var/tmp/podrun-critest}"
. "$(dirname "$(realpath "$0")")/prepare.sh"
for program in containerd runc iptables; do command -v "$program" > /dev/null || skip "$program is not installed"; done
for plugin in bridge portmap host-local loopback; do [ -x "/usr/lib/cni/$plugin" ] || skip "the CNI plugin $plugin is not installed"; done
[ -x "$build/tests/cri_bench" ] || skip "cri_bench is not built"
for chain in idle "bridge and portmap"; do
  "$here/host.sh" "$dir" "$here/bench_inside.sh" "$build" "$dir" "$chain" || exit 1
done
