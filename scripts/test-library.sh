#!/bin/bash
# Builds and installs cni-invoker in a fresh Debian each, where neither GoogleTest nor anything else of podrun's is, and
# there the program of docs/examples/minimal-runtime by each of its recipes. Then runs it, with Debian's CNI plugins.
#
#   sudo scripts/test-library.sh                   Debian 12 and 13
#   sudo scripts/test-library.sh bookworm          only that one
#
# Needs debootstrap, and a mirror of Debian.
set -euo pipefail
. "$(dirname -- "$(realpath -- "$0")")/setup.sh"
. "$root/scripts/debian.sh"

# In the new system.
inside() {
  cd /root
  ! dpkg -s libgtest-dev > /dev/null 2>&1 || fail "GoogleTest is here"
  source/scripts/library-recipe.sh fetch_content /root/source /root/fetch_content
  cmake -S source/cni-invoker -B build -DCMAKE_BUILD_TYPE=Release
  cmake --build build --parallel "$(nproc)"
  cmake --install build --prefix /opt/library
  # Whoever uses an installed copy has neither its source nor what that was built with, and may have put it elsewhere.
  mkdir -p stranger/docs
  cp -a source/scripts stranger
  cp -a source/docs/examples stranger/docs
  rm -rf source build
  mv /opt/library /srv/moved
  DEBIAN_FRONTEND=noninteractive apt-get purge --yes --autoremove libboost-dev nlohmann-json3-dev > /dev/null
  for recipe in headers find_package pkg-config; do
    stranger/scripts/library-recipe.sh "$recipe" /srv/moved "/root/$recipe"
  done
}

# run SUITE
run() {
  local system
  system=$(new_system "$1")
  apt_in "$system" --no-install-recommends g++ make cmake pkg-config libboost-dev nlohmann-json3-dev \
    containernetworking-plugins iproute2
  mkdir "$system/root/source"
  tar -C "$root" --exclude=./build --exclude=./.git -c . | tar -C "$system/root/source" -x --no-same-owner
  run_in "$system" inside
  rm -rf "$system"
}

require_root
for suite in ${1:-bookworm trixie}; do
  step "$suite"
  run "$suite"
done
printf '\nThe library builds, installs and is found.\n'
