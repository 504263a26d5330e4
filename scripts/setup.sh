# Sourced by test.sh and demo.sh: what both need before they can start. Works on a minimal Debian 12.
# shellcheck shell=bash

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/release

step() { printf '\n==> %s\n' "$*"; }
die() {
  printf '\n%s: %s\n' "$(basename -- "$0")" "$1" >&2
  [ $# -lt 2 ] || printf 'What to do: %s\n' "$2" >&2
  exit 1
}

require_root() {
  [ "$(id -u)" = 0 ] || die "namespaces, cgroups and CNI plugins need root" "run 'sudo $0', or '$0' as root"
}

# Packages of the given sections of packages.txt.
packages_of() {
  awk -v wanted=" $* " '/^\[/ { take = index(wanted, " " substr($1, 2, length($1) - 2) " "); next }
                        take && NF && !/^#/ { print $1 }' "$root/scripts/packages.txt"
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Installs what is missing of the given sections, and touches nothing when all is there.
install_packages() {
  local package missing=()
  if ! command -v apt-get > /dev/null; then
    echo "This is no Debian: what is listed in scripts/packages.txt has to be there already."
    return
  fi
  for package in $(packages_of "$@"); do is_installed "$package" || missing+=("$package"); done
  if [ ${#missing[@]} = 0 ]; then
    echo "all packages are there"
    return
  fi
  echo "missing: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update < /dev/null ||
    die "apt-get update failed" "check the network and /etc/apt/sources.list*, then run this again"
  apt-get install --yes --no-install-recommends "${missing[@]}" < /dev/null ||
    die "apt-get could not install: ${missing[*]}" "read apt's message above; on Debian 12 and 13 all of them are in 'main'"
}

# build_with PRESET [TARGET…]: configures, and builds the targets (all where none is named) with as many jobs as the
# machine has processors and memory for: a compiler here takes up to 1 GB.
build_with() {
  local preset=$1 jobs gigabytes
  shift
  gigabytes=$(awk '/^MemAvailable/ { print int($2 / 1048576) + 1 }' /proc/meminfo)
  jobs=$(nproc)
  [ "$jobs" -le "$gigabytes" ] || jobs=$gigabytes
  cd "$root"
  cmake --preset "$preset" || die "configuring failed" "read cmake's message above; 'rm -rf $build' starts afresh"
  cmake --build "$build" --parallel "$jobs" ${1:+--target "$@"} ||
    die "the build failed" "read the first error above; 'rm -rf $build' starts afresh"
}
