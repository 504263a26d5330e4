#!/bin/bash
# race.sh BUILD TSAN-BUILD [DIR]: storm.sh against a podrun-cri that ThreadSanitizer watches. BUILD: where all programs are built, TSAN-BUILD
# where that podrun-cri is (cmake --preset tsan -DPODRUN_CRI=ON && cmake --build build/tsan --target podrun-cri). Ends with 1 where it saw a
# race, or the storm found something. SECONDS_OF_STORM=60
set -u
if [ "$1" != inside ]; then
  build=$(realpath "$1") watched=$(realpath "$2")
  set -- "$build/bin" "${3:-/var/tmp/podrun-critest}"
  . "$(dirname "$(realpath "$0")")/prepare.sh"
  [ -x "$build/tests/cri_storm" ] || skip "cri_storm is not built"
  exec "$here/host.sh" "$dir" "$here/race.sh" inside "$build" "$watched" "$dir"
fi
build=$2 watched=$3 dir=$4 programs=$4/run/race
grep -q __tsan_init "$watched/bin/podrun-cri" || { echo "'$watched/bin/podrun-cri' is not watched: build it with the preset tsan"; exit 2; }
rm -rf "$programs"
mkdir -p "$programs/plugins"
cp "$build/bin/podrun" "$build/bin/podrun-shim" "$build/bin/pause" "$watched/bin/podrun-cri" "$programs"
set -- "$programs" "$dir"
. "$(dirname "$(realpath "$0")")/served.sh"
export TSAN_OPTIONS="log_path=$programs/races exitcode=0 halt_on_error=0 history_size=4"
start_server --cni-bin-dir "$programs/plugins:/usr/lib/cni:/opt/cni/bin"
image=$(grep -hm 1 '/busybox:' "$dir"/suite-*.refs)
failures=0
SECONDS_OF_STORM=${SECONDS_OF_STORM:-60} "$here/storm.sh" "$build/tests/cri_storm" "$state" "$dir/bin/crictl" "$socket" "$image" "$programs/plugins" ||
  failures=$?
end_server || { echo "the server ended with $?"; failures=$((failures + 1)); }
"$here/races.py" $(ls "$programs"/races.* 2> /dev/null) || failures=$((failures + 1))
[ "$failures" = 0 ]
