#!/bin/sh
# Writes runtime/cli/start_order.ld: which functions a start of podrun uses, so that the linker lays them side by side and a
# start touches few pages. Of a release build, as root; where the code has changed much, again:
#
#   sudo scripts/start-order.sh
set -eu
root=$(realpath "$(dirname "$0")/..")
build=${BUILD_DIR:-$root/build/release}
work=$(mktemp -d /var/tmp/podrun-start-order.XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
mkdir -p "$work/rootfs/bin" "$work/net.d"
cp /bin/busybox "$work/rootfs/bin/busybox"
ln -s busybox "$work/rootfs/bin/true"
ln -s busybox "$work/rootfs/bin/sleep"
echo '{"cniVersion": "1.0.0", "name": "idle", "plugins": [{"type": "bench_plugin"}]}' > "$work/net.d/idle.conflist"
cat > "$work/web.yaml" <<POD
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  containers: [{name: main, image: "rootfs:$work/rootfs", command: [/bin/sleep, infinity]}]
POD
podrun="$build/bin/podrun --data-dir $work/data --state-dir $work/state --cni-conf-dir $work/net.d --cni-bin-dir $build/tests"
cat > "$work/commands" <<COMMANDS
$podrun exec web -- /bin/true
$podrun cni add idle pod
$podrun cni del idle pod
$podrun get
$podrun delete web --grace-period 0
$podrun create -f $work/web.yaml --network none
$podrun delete web --grace-period 0
$podrun create -f $work/web.yaml --network idle
$podrun delete web --grace-period 0
COMMANDS
unshare --mount --net sh -eu > "$work/order" <<HOST
mount -t tmpfs run /run
mkdir /run/netns
mount -t tmpfs cni /var/lib/cni
ip netns add pod
trap "$podrun delete web --grace-period 0 --ignore-not-found >&2" EXIT
$podrun create -f $work/web.yaml --network none >&2
python3 "$root/scripts/start_order.py" "$build/podrun.map" "$build/bin/podrun" "$work/commands"
HOST
mv "$work/order" "$root/runtime/cli/start_order.ld"
