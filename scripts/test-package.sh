#!/bin/bash
# Builds the Debian package and uses it as a user would, in a fresh Debian each: apt installs it with what it recommends,
# a pod is made, looked at and deleted, and apt takes the package away again.
#
#   sudo scripts/test-package.sh                   Debian 12 and 13
#   sudo scripts/test-package.sh bookworm [FILE]   only that one; a package that exists
#
# Needs debootstrap, and a mirror of Debian. A system is made once, in /var/tmp/podrun-package, and thrown away changed.
set -euo pipefail
. "$(dirname -- "$(realpath -- "$0")")/setup.sh"
cache=/var/tmp/podrun-package
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}

# In the new system, as pid 1 of its own pid namespace, with a network namespace of its own: what is printed is read below.
inside() {
  set -eu
  export PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive
  fail() { echo "FAILED: $*" >&2; exit 1; }
  ip link set lo up
  files=$(dpkg -L podrun)
  for file in /usr/bin/podrun /usr/libexec/podrun/podrun-shim /usr/libexec/podrun/pause /usr/lib/cni/pod-hosts \
    /usr/share/man/man1/podrun.1 /usr/share/man/man8/podrun-shim.8 \
    /usr/share/bash-completion/completions/podrun /usr/share/zsh/vendor-completions/_podrun \
    /usr/share/fish/vendor_completions.d/podrun.fish; do
    [ -s "$file" ] || fail "no $file"
  done
  ! grep -q '/usr/include\|\.a$' <<< "$files" || fail "files of the library are in the package"
  bash -nc '. /usr/share/bash-completion/completions/podrun'
  podrun version
  mkdir -p /root/image/bin
  cp /root/busybox /root/image/bin/busybox
  ln -s busybox /root/image/bin/sleep
  cat > /root/pod.yaml <<- 'POD'
	{apiVersion: v1, kind: Pod, metadata: {name: packaged},
	 spec: {containers: [{name: main, image: "rootfs:/root/image", command: [/bin/sleep, infinity]}]}}
	POD
  podrun create -f /root/pod.yaml
  [ "$(podrun exec packaged -- /bin/busybox hostname)" = packaged ] || fail "exec did not answer"
  podrun get -o wide
  podrun delete packaged --grace-period 0
  [ -z "$(podrun get -o name)" ] || fail "the pod is still there"
  apt-get purge --yes podrun > /dev/null
  for file in $files; do [ -d "$file" ] || [ ! -e "$file" ] || fail "$file outlived the package"; done
}

# run SUITE PACKAGE
run() {
  local suite=$1 package=$2 base=$cache/$1 work
  if [ ! -e "$base/.complete" ]; then
    rm -rf "$base"
    mkdir -p "$cache"
    debootstrap --variant=minbase "$suite" "$base" "$mirror" > "$cache/$suite.log" 2>&1 ||
      die "debootstrap $suite failed" "read $cache/$suite.log"
    touch "$base/.complete"
  fi
  work=$(mktemp -d "$cache/run.XXXXXX")
  cp -a "$base" "$work/root"
  cp "$package" "$work/root/root/podrun.deb"
  cp /bin/busybox "$work/root/root/busybox"
  cp /etc/resolv.conf "$work/root/etc/resolv.conf"
  chroot "$work/root" sh -c 'apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes /root/podrun.deb' \
    > "$cache/$suite.log" 2>&1 < /dev/null || { tail "$cache/$suite.log"; die "apt could not install it" "read $cache/$suite.log"; }
  # pivot_root, not chroot: the kernel makes no user namespace for a process that was chrooted.
  unshare --mount --pid --fork --net --propagation private bash -euc '
    mount --bind "$1" "$1" && cd "$1"
    mount -t proc proc proc && mount --rbind /sys sys && mount -t tmpfs tmpfs run && mount -t tmpfs tmpfs tmp
    mount --bind /dev dev
    pivot_root . mnt && cd / && umount --lazy /mnt
    '"$(declare -f inside)"'
    inside' inside "$work/root"
  rm -rf "$work"
}

require_root
command -v debootstrap > /dev/null || die "debootstrap is not here" "apt-get install debootstrap"
package=${2:-}
if [ -z "$package" ]; then
  step "The package"
  install_packages build run
  (cd "$root" && cmake --workflow --preset package)
  package=$(ls "$root"/build/package/podrun_*.deb)
fi
for suite in ${1:-bookworm trixie}; do
  step "$suite"
  run "$suite" "$package"
done
printf '\nThe package installs, works and goes.\n'
