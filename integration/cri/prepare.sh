# Sourced by run.sh and kubelet.sh with BIN [DIR]: what their hosts need is made once, in DIR. Sets here, bin and dir. Ends
# with 77 where something is missing. VERSION names another critest than the newest, and wants another DIR.
here=$(dirname "$(realpath "$0")") bin=$(realpath "$1") dir=$(realpath -m "${2:-/var/tmp/podrun-critest}")
export VERSION=${VERSION:-v1.37.0}

skip() { echo "skipped: $*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "needs root"
# Programs of it are run as root.
mkdir -p -m 0755 "$dir"
[ -z "$(find "$dir" -maxdepth 0 \( ! -uid 0 -o -perm /022 \))" ] ||
  { echo "others than root may write to '$dir': name another"; exit 1; }
[ -x "$bin/podrun-cri" ] || skip "podrun-cri is not built (PODRUN_CRI)"
for program in docker-registry skopeo python3 curl gcc make; do
  command -v "$program" > /dev/null || skip "$program is not installed"
done

if [ ! -x "$dir/bin/critest-$VERSION" ] || [ ! -f "$dir/registries" ]; then
  command -v go > /dev/null || skip "there is no Go to build the suite with"
  "$here/clients.sh" "$dir" "$VERSION" > "$dir.log" 2>&1 || skip "the suite cannot be built: $(tail -1 "$dir.log")"
fi
[ -f "$dir/parts/pause" ] || "$here/parts.sh" "$dir" > "$dir.log" 2>&1 || skip "parts: $(tail -1 "$dir.log")"
[ -f "$dir/images/digest" ] || "$here/images.py" "$dir" > "$dir.log" 2>&1 || { cat "$dir.log"; exit 1; }
