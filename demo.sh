#!/bin/bash
# Shows what podrun does, on this machine: makes a pod of two containers, looks at it from all sides, deletes it, and
# looks for what it left. Installs missing packages and builds the programs first; installs nothing else. Safe to run twice.
#
# Every command is printed before it runs, so that you can type it again.
set -euo pipefail
. "$(dirname -- "$(realpath -- "$0")")/scripts/setup.sh"

require_root
step "Packages"
install_packages build run

step "Build in $build"
build_with programs podrun podrun-shim pause

export PATH=$build/bin:$PATH
rootfs=/var/lib/podrun/demo/rootfs
manifest=$root/specs/examples/hello.yaml
pod=hello

# Prints a command as a person would type it, and runs it.
show() {
  printf '\n$ %s\n' "$*"
  bash -c "$*"
}

# The same, for a command that must find what it found before there was a pod.
show_unchanged() {
  printf '\n$ %s\n' "$*"
  local found
  found=$(look "$*")
  if [ "$found" != "${before[$*]}" ]; then
    diff <(printf '%s\n' "${before[$*]}") <(printf '%s\n' "$found") || true
    die "the pod left something behind" "please report this, with the output above"
  fi
  if [ -z "$found" ]; then echo "(nothing)"; else printf '%s\n(as before)\n' "$found"; fi
}
look() { bash -c "$*" 2> /dev/null || true; }
traces=(
  "podrun get -o name"
  "ip netns"
  "ip -o link show type veth | cut -d ' ' -f 2"
  "mount | grep podrun"
  "iptables-save | grep CNI-DN"
  "find /run/podrun/pods /var/lib/cni/networks -mindepth 2 ! -name 'last_reserved_ip.*' ! -name lock"
)
declare -A before

# Asks until the answer comes: a server that has just been started may not listen yet.
patiently() {
  local attempt
  for attempt in $(seq 50); do
    "$@" > /dev/null 2>&1 && return
    sleep 0.1
  done
  die "no answer after ${attempt} attempts: $*" "look at 'podrun describe $pod' and 'podrun logs $pod'"
}

clean_up() {
  trap - EXIT
  podrun delete "$pod" --grace-period 0 > /dev/null 2>&1 || true
}
podrun get "$pod" > /dev/null 2>&1 && podrun delete "$pod" --grace-period 0   # of a run that was interrupted
trap clean_up EXIT

for command in "${traces[@]}"; do before[$command]=$(look "$command"); done

step "A root filesystem of busybox"
show "mkdir -p $rootfs/bin $rootfs/www $rootfs/tmp && cp /bin/busybox $rootfs/bin/"
show "chroot $rootfs /bin/busybox --install -s /bin"
show "echo 'Hello from a pod' > $rootfs/www/index.html"

step "A pod of two containers: a web server, and a client that asks it over localhost"
printf '\n$ export PATH=%s:$PATH\n' "$build/bin"   # for whoever types the commands again
show "cat $manifest"
show "podrun create -f $manifest"
show "podrun get -o wide"

step "What the client got from the server over localhost"
patiently bash -c "podrun logs $pod -c client | grep -q 'Hello from a pod'"
show "podrun logs $pod -c client"

step "The same page from the host: by the pod's address, and through a port of the host's"
address=$(podrun get "$pod" -o json | tr -d ' ",' | sed -n 's/^podIP://p' | head -n1)
host_port=$(sed -n 's/.*hostPort: *\([0-9]*\).*/\1/p' "$manifest" | head -n1)
port=$(sed -n 's/.*containerPort: *\([0-9]*\).*/\1/p' "$manifest" | head -n1)
host_address=$(ip -4 -o addr show scope global | grep -v ' cni-\| podrun' | awk 'NR == 1 { sub("/.*", "", $4); print $4 }' || true)
patiently busybox wget -q -O - "http://$address:$port/"
show "busybox wget -q -O - http://$address:$port/"
show "busybox wget -q -O - http://${host_address:-127.0.0.1}:$host_port/"

step "A command in a running container"
show "podrun exec $pod -c web -- sh -c 'id; hostname; ps'"

step "Its seven namespaces, and the host's"
pause=$(podrun inspect "$pod" | tr -d ' \n' | sed -n 's/.*"pause":{[^}]*"pid":\([0-9]*\).*/\1/p')
show "ls -l /proc/$pause/ns | awk '/ (cgroup|ipc|mnt|net|pid|user|uts) ->/ { print \$9, \$11 }'"
show "ls -l /proc/self/ns | awk '/ (cgroup|ipc|mnt|net|pid|user|uts) ->/ { print \$9, \$11 }'"
show "ip netns"
show "ip netns exec $pod ip -brief address"

step "Delete it"
show "podrun delete $pod --grace-period 1"   # busybox as pid 1 does not listen to SIGTERM

step "Nothing is left"
for command in "${traces[@]}"; do show_unchanged "$command"; done
trap - EXIT

printf '\nDone. The root filesystem in %s stays, for you to go on with.\n' "$rootfs"
