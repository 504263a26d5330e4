# Sourced inside host.sh with BIN DIR [OPTION...]: a registry with the images of the suite, and a podrun-cri to start and end.
# Sets here, bin, dir, state, data, socket and podrun; all of it goes with the shell.
here=$(dirname "$(realpath "$0")") bin=$1 dir=$2
shift 2
state=/run/podrun data=$dir/data socket=/run/podrun/cri.sock
podrun=("$bin/podrun" --state-dir "$state" --data-dir "$data")
server=
end_server() { local ended=0; kill "$server" && wait "$server" || ended=$?; server=; return "$ended"; }
stop_serving() {
  [ -z "$server" ] || end_server 2> /dev/null
  for id in $(ls "$state/pods" 2> /dev/null); do "${podrun[@]}" system op remove-sandbox "$id" > /dev/null 2>&1; done
  "$here/registry.sh" stop "$dir"
  rm -rf "$data"
}
trap stop_serving EXIT

mkdir -p /run/containers "$data"
"$here/registry.sh" start "$dir" || exit 1
# skopeo reads it there for root; the host's own stays as it is below this mount.
mkdir -p /etc/containers
mount -t tmpfs none /etc/containers
"$here/registry.sh" mirrors "$dir" > /etc/containers/registries.conf
echo '{"default": [{"type": "insecureAcceptAnything"}]}' > /etc/containers/policy.json

# start_server [OPTION...]
start_server() {
  "$bin/podrun-cri" --socket "$socket" --state-dir "$state" --data-dir "$data" \
    --cni-bin-dir /usr/lib/cni:/opt/cni/bin "$@" >> "$dir/run/server.log" 2>&1 &
  server=$!
  for _ in $(seq 100); do [ -S "$socket" ] && break; sleep 0.1; done
}
: > "$dir/run/server.log"
