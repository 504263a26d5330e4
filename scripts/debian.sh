# Sourced after setup.sh: fresh Debians, by debootstrap, to try in what a user would do.
# shellcheck shell=bash
# A minimal system of each suite is made once, in $cache, and copied for each use.

cache=/var/tmp/podrun-package
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}

# new_system SUITE: prints the directory of a minimal Debian, which is the caller's to change and to remove.
new_system() {
  local base=$cache/$1 work
  command -v debootstrap > /dev/null || die "debootstrap is not here" "apt-get install debootstrap"
  if [ ! -e "$base/.complete" ]; then
    rm -rf "$base"
    mkdir -p "$cache"
    debootstrap --variant=minbase "$1" "$base" "$mirror" > "$cache/$1.log" 2>&1 ||
      die "debootstrap $1 failed" "read $cache/$1.log"
    touch "$base/.complete"
  fi
  work=$(mktemp -d "$cache/run.XXXXXX")
  cp -a "$base/." "$work"
  cp /etc/resolv.conf "$work/etc/resolv.conf"
  echo "$work"
}

# apt_in SYSTEM INSTALL-ARGUMENT…
apt_in() {
  local system=$1
  shift
  chroot "$system" sh -c 'apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes "$@"' apt "$@" \
    > "$system.log" 2>&1 < /dev/null || { tail "$system.log"; die "apt could not install: $*" "read $system.log"; }
  rm -f "$system.log"
}

# run_in SYSTEM FUNCTION: a function of the script, as pid 1 of its own pid namespace, with a network namespace of its own.
run_in() {
  # pivot_root, not chroot: the kernel makes no user namespace for a process that was chrooted.
  unshare --mount --pid --fork --net --propagation private bash -euc '
    mount --bind "$1" "$1" && cd "$1"
    mount -t proc proc proc && mount --rbind /sys sys && mount -t tmpfs tmpfs run && mount -t tmpfs tmpfs tmp
    mount --bind /dev dev
    pivot_root . mnt && cd / && umount --lazy /mnt
    export PATH=/usr/sbin:/usr/bin:/sbin:/bin
    ip link set lo up
    '"$(declare -f fail "$2")"'
    '"$2" "$2" "$1"
}

# For what runs in there.
fail() { echo "FAILED: $*" >&2; exit 1; }
