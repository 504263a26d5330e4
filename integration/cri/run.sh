#!/bin/bash
# run.sh BIN [DIR]: critest, and crictl.sh, against podrun-cri in a host of its own. BIN: where podrun-cri and podrun are built; DIR keeps what
# is made once (the suite, its images; /var/tmp/podrun-critest). Ends with 77 where something is missing that it needs, with 1
# where a spec fails that known-failures.txt does not name, or one passes that it does.
set -u
here=$(dirname "$(realpath "$0")") bin=$(realpath "$1") dir=$(realpath -m "${2:-/var/tmp/podrun-critest}")

skip() { echo "skipped: $*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "needs root"
[ -x "$bin/podrun-cri" ] || skip "podrun-cri is not built (PODRUN_CRI)"
for program in docker-registry skopeo python3 curl gcc make; do
  command -v "$program" > /dev/null || skip "$program is not installed"
done

if [ ! -x "$dir/bin/critest-v1.37.0" ] || [ ! -f "$dir/registries" ]; then
  command -v go > /dev/null || skip "there is no Go to build the suite with"
  "$here/clients.sh" "$dir" > "$dir.log" 2>&1 || skip "the suite cannot be built: $(tail -1 "$dir.log")"
fi
[ -f "$dir/parts/pause" ] || "$here/parts.sh" "$dir" > "$dir.log" 2>&1 || skip "parts: $(tail -1 "$dir.log")"
[ -f "$dir/images/digest" ] || "$here/images.py" "$dir" > "$dir.log" 2>&1 || { cat "$dir.log"; exit 1; }

exec "$here/host.sh" "$dir" "$here/inside.sh" "$bin" "$dir"
