#!/bin/bash
# Builds docs/examples/minimal-runtime as a stranger would, and runs it: one of its three recipes. And plugin-tests.
#
#   library-recipe.sh find_package|pkg-config PREFIX DIRECTORY   against the copy installed in PREFIX
#   library-recipe.sh fetch_content SOURCE DIRECTORY             with the library's source, podrun's whole tree
#   library-recipe.sh kit PREFIX DIRECTORY                       plugin-tests, by find_package and by pkg-config
#   library-recipe.sh headers PREFIX DIRECTORY                   only compiles each header of the copy in PREFIX, by itself
#
# DIRECTORY is made anew for the build. CXX and CXXFLAGS are the compiler's. As root, and where Debian's CNI plugins are, the
# program attaches a network namespace in one of its own.
set -euo pipefail
recipe=$1 from=$(realpath -- "$2") build=$(realpath -m -- "$3")
example=$(realpath -- "$(dirname -- "$0")/../docs/examples/minimal-runtime")
fail() { echo "FAILED: $*" >&2; exit 1; }

rm -rf "$build"
mkdir -p "$build"
case $recipe in
  headers)
    # In a program that has names of its own where ours once were.
    for header in $(cd "$from/include/cni-invoker" && find . -name '*.h'); do
      printf '#define TRY(x) x\nnamespace base { struct Result; struct Fd; }\n#include "%s"\n' "${header#./}" > "$build/one.cc"
      "${CXX:-c++}" -std=c++20 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Werror -fsyntax-only \
        -I "$from/include/cni-invoker" "$build/one.cc" || fail "$header"
    done
    echo "headers: each compiles by itself"
    exit ;;
  find_package)
    cmake -S "$example/find_package" -B "$build" -DCMAKE_PREFIX_PATH="$from"
    cmake --build "$build"
    mkdir "$build/too-new"
    printf 'cmake_minimum_required(VERSION 3.25)\nproject(x LANGUAGES CXX)\nfind_package(cni-invoker 0.2 REQUIRED)\n' \
      > "$build/too-new/CMakeLists.txt"
    ! cmake -S "$build/too-new" -B "$build/too-new" -DCMAKE_PREFIX_PATH="$from" > "$build/told" 2>&1 ||
      fail "0.1 was found where 0.2 is needed"
    grep -q 'version: 0\.1\.' "$build/told" || fail "not told of the version that is here: $(cat "$build/told")" ;;
  pkg-config)
    PKG_CONFIG_PATH=$(dirname -- "$(find "$from" -name cni-invoker.pc)")
    export PKG_CONFIG_PATH
    ! pkg-config --exists 'cni-invoker >= 0.2' || fail "0.1 was found where 0.2 is needed"
    make -C "$build" -f "$example/pkg-config/Makefile" VPATH="$example/pkg-config" ;;
  kit)
    example=${example%/*}/plugin-tests
    cmake -S "$example/find_package" -B "$build/cmake" -DCMAKE_PREFIX_PATH="$from"
    cmake --build "$build/cmake"
    PKG_CONFIG_PATH=$(dirname -- "$(find "$from" -name cni-invoker-kit.pc)")
    export PKG_CONFIG_PATH
    mkdir "$build/make"
    make -C "$build/make" -f "$example/pkg-config/Makefile" VPATH="$example/pkg-config"
    if [ "$(id -u)" != 0 ] || [ ! -x /usr/lib/cni/loopback ]; then
      echo "$recipe: built; not run, for want of root or of containernetworking-plugins"
      exit
    fi
    for program in "$build/cmake/plugin-tests" "$build/make/plugin-tests"; do
      told=$("$program" /usr/lib/cni loopback V1) || fail "loopback does not conform: $told"
      [[ $told == *"loopback conforms"* ]] || fail "it did not say so: $told"
    done
    echo "$recipe: built and run"
    exit ;;
  fetch_content)
    cmake -S "$example/fetch_content" -B "$build" -DFETCHCONTENT_SOURCE_DIR_CNI-INVOKER="$from"
    cmake --build "$build" --parallel 2
    # It has become no more than it was asked for.
    cmake --install "$build" --prefix "$build/prefix"
    [ -z "$(find "$build/prefix" -type f 2> /dev/null)" ] || fail "it installs what nobody asked for"
    built=$(find "$build" -type f -executable -not -path '*/CMakeFiles/*' -printf '%f ')
    [ "$built" = 'minimal-runtime ' ] || fail "it built more: $built" ;;
  *) fail "no recipe $recipe" ;;
esac

program=$build/minimal-runtime
status=0
"$program" 2> /dev/null || status=$?
[ "$status" = 2 ] || fail "without arguments it ended with $status"
if [ "$(id -u)" != 0 ] || [ ! -x /usr/lib/cni/bridge ]; then
  echo "$recipe: built; not run, for want of root or of containernetworking-plugins"
  exit
fi

# In a host of its own.
nothing_is_left() {
  [ "$(ls /run/minimal-runtime)" = ledger ] || fail "a namespace was left: $(ls /run/minimal-runtime)"
  [ -z "$(ls /run/minimal-runtime/ledger)" ] || fail "an attachment is still in the ledger"
  [ -z "$(ls /var/lib/cni/networks/stranger | grep '^10\.')" ] || fail "an address is still leased"
  ! ip -o link | grep veth || fail "a link was left"
}
attach() {
  mount -t tmpfs tmpfs /run
  mkdir -p /var/lib/cni && mount -t tmpfs tmpfs /var/lib/cni
  ip link set lo up
  mkdir /run/net.d
  cat > /run/net.d/10-stranger.conflist << 'NETWORK'
{"cniVersion": "1.0.0", "name": "stranger", "plugins": [
  {"type": "bridge", "bridge": "stranger0", "isGateway": true,
   "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.77.0.0/24"}]]}}]}
NETWORK
  seen=$("$1" /run/net.d ip -o -4 address show dev eth0 2> /run/told)
  [[ $seen == *" 10.77.0.2/24 "* ]] || fail "eth0 has not its address: $seen $(cat /run/told)"
  grep -qx 10.77.0.2 /run/told || fail "it did not tell the address: $(cat /run/told)"
  status=0
  "$1" /run/net.d sh -c 'exit 7' 2> /dev/null || status=$?
  [ "$status" = 7 ] || fail "the command's exit status 7 became $status"
  nothing_is_left
  # What a run leaves that is killed, the next one takes away.
  "$1" /run/net.d sh -c 'echo $$ > /run/pid; exec sleep 60' 2> /dev/null &
  until [ -s /run/pid ]; do sleep 0.1; done
  kill -9 $! "$(cat /run/pid)"
  wait $! 2> /dev/null || true
  ip -o link | grep -q veth || fail "the run that was killed had made no link"
  "$1" /run/net.d true 2> /dev/null
  nothing_is_left
}
unshare --mount --net --propagation private bash -euo pipefail -c "$(declare -f fail nothing_is_left attach); attach $program"
echo "$recipe: built and run"
