#!/bin/bash
# boot-pods.sh [bookworm|trixie]: pods that systemd makes when the machine starts, on a guest that is really started again.
# Environment and needs as of run.sh.
set -euo pipefail
here=$(dirname -- "$(realpath -- "$0")")
suite=${1:-bookworm}
build=${PODRUN_VM_BUILD:-$(realpath -- "$here/../..")/build/release}
[ "$(id -u)" = 0 ] || { echo "boot-pods.sh: run it as root" >&2; exit 2; }
[ -s "${PODRUN_VM_DIR:-/var/tmp/podrun-vm}/$suite/disk.ext4" ] || "$here/build-image.sh" "$suite"

share=$(mktemp -d /var/tmp/podrun-share.XXXXXX)
trap 'rm -rf "$share"' EXIT
mkdir "$share/bin"
for program in podrun podrun-shim pause; do strip -o "$share/bin/$program" "$build/bin/$program"; done
cp "$here/guest/boot-pods.sh" "$share/command"
status=0
PODRUN_VM_REBOOTS=1 "$here/boot.sh" "$suite" "$share" || status=$?
exit "$status"
