#!/bin/bash
# bench_inside.sh BUILD DIR CHAIN: the part of bench.sh in the host of its own: the servers on one CNI chain, the client, and their end.
set -u
build=$1 chain=$3 installed=$2/run/bench
rm -rf "$installed"
mkdir -p "$installed/bin" "$installed/cni/bin" "$installed/cni/real"
# Copied, as an installation does: a file as the linker has left it lies in memory in single pages.
for program in podrun podrun-shim pause podrun-cri; do cp "$build/bin/$program" "$installed/bin"; done
set -- "$installed/bin" "$2"
. "$(dirname "$(realpath "$0")")/served.sh"
podrun+=(--cni-bin-dir "$installed/cni/bin")
servers=() contenders=()
# Pods of a client that failed go while there are servers, programs and plugins to take them away.
end_all() {
  stop_serving
  for one in "${contenders[@]:1}"; do
    one=unix://$(cut -d = -f 2 <<< "${one%:*}")
    for pod in $("$dir/bin/crictl" -r "$one" pods -q 2> /dev/null); do "$dir/bin/crictl" -r "$one" rmp -f "$pod" > /dev/null 2>&1; done
  done
  [ "${#servers[@]}" = 0 ] || { kill "${servers[@]}"; wait "${servers[@]}"; }
  rm -rf "$installed" "$dir/containerd"
}
trap end_all EXIT

# Every plugin is timed; the one that bridge asks for addresses is part of its time.
for plugin in bridge portmap loopback idle; do
  cp "$build/tests/cri_bench_plugin" "$installed/cni/bin/$plugin"
  ln -s "/usr/lib/cni/$plugin" "$installed/cni/real/$plugin"
done
ln -sf "$build/tests/bench_plugin" "$installed/cni/real/idle"
ln -s /usr/lib/cni/host-local "$installed/cni/bin/host-local"
[ "$chain" != idle ] ||
  echo '{"cniVersion": "1.0.0", "name": "idle", "plugins": [{"type": "idle"}]}' > /etc/cni/net.d/00-idle.conflist

# start_containerd NAME FOLDER: Debian's where FOLDER is empty. Its socket is DIR/run/NAME.sock.
start_containerd() {
  local name=$1 config=$dir/run/$1.toml cri='io.containerd.grpc.v1.cri' images runtime
  [ -z "$2" ] || local PATH=$2:$PATH
  if containerd --version | grep -q ' v\?1\.'; then
    images=$cri runtime=$cri
    printf 'version = 2\n' > "$config"
  else
    images=io.containerd.cri.v1.images runtime=io.containerd.cri.v1.runtime
    printf 'version = 3\n' > "$config"
  fi
  cat >> "$config" <<T
root = "$dir/containerd/$name"
state = "/run/$name"
[grpc]
  address = "$dir/run/$name.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "$dir/containerd/$name-opt"
[plugins."$runtime"]
  disable_apparmor = true
  restrict_oom_score_adj = true
  $([ "$images" != "$runtime" ] || echo "sandbox_image = \"127.0.0.1:5000/pause:reference\"")
  [plugins."$runtime".cni]
    $([ "$images" != "$runtime" ] && echo "bin_dirs = [\"$installed/cni/bin\"]" || echo "bin_dir = \"$installed/cni/bin\"")
    conf_dir = "/etc/cni/net.d"
  [plugins."$runtime".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
T
  if [ "$images" != "$runtime" ]; then
    mkdir -p "$dir/run/$name-hosts"
    printf '[plugins."%s".pinned_images]\n  sandbox = "127.0.0.1:5000/pause:reference"\n' "$images" >> "$config"
    printf '[plugins."%s".registry]\n  config_path = "%s"\n' "$images" "$dir/run/$name-hosts" >> "$config"
    while read -r registry; do
      mkdir -p "$dir/run/$name-hosts/$registry"
      printf 'server = "https://%s"\n[host."http://127.0.0.1:5000"]\n  capabilities = ["pull", "resolve"]\n' "$registry" \
        > "$dir/run/$name-hosts/$registry/hosts.toml"
    done < "$dir/registries"
  else
    while read -r registry; do
      printf '[plugins."%s".registry.mirrors."%s"]\n  endpoint = ["http://127.0.0.1:5000"]\n' "$cri" "$registry" >> "$config"
    done < "$dir/registries"
  fi
  containerd --config "$config" > "$dir/run/$name.log" 2>&1 &
  servers+=($!)
  contenders+=("$name=$dir/run/$name.sock:$!")
  for _ in $(seq 100); do ctr -a "$dir/run/$name.sock" version > /dev/null 2>&1 && return; sleep 0.2; done
  tail -5 "$dir/run/$name.log"
  return 1
}

rm -rf "$dir/containerd"
start_server --cni-bin-dir "$installed/cni/bin" --pods own
contenders+=("podrun=$socket:$server")
start_containerd containerd "" || exit 1
[ -z "${CONTAINERD:-}" ] || start_containerd containerd2 "$CONTAINERD" || exit 1
image=$(grep -hm 1 '/busybox:' "$dir"/suite-*.refs)
printf '\n%s; Linux %s, %s processors, load %s; %s\n' "$(date -u '+%F %R UTC')" "$(uname -r)" "$(nproc)" \
  "$(cut -d ' ' -f 1 /proc/loadavg)" "$(runc --version | head -1)"
crowd=0
[ "$chain" != idle ] || crowd=${CROWD:-50}
"$build/tests/cri_bench" "$image" "$dir/run/bench/logs" "$installed/cni/times" "$chain" "${ROUNDS:-30}" "$crowd" "${contenders[@]}"
[ "$chain" != idle ] || exit 0
# critest's own benchmarks, in the order of the columns above.
cat > "$dir/run/benchmark.yaml" <<Y
containersNumber: ${ROUNDS:-30}
containersNumberParallel: 1
podsNumber: ${ROUNDS:-30}
podsNumberParallel: 1
imagesNumber: 3
imagesNumberParallel: 1
imagePullingBenchmarkImage: $image
imageListingBenchmarkImages: [$image]
Y
suites=()
for one in "${contenders[@]}"; do
  socket=${one#*=} suite=$dir/run/benchmark-${one%%=*}
  rm -rf "$suite"
  OUT=$suite DIR=$dir "$here/critest.sh" "${socket%:*}" -benchmark -benchmarking-params-file "$dir/run/benchmark.yaml" \
    -benchmarking-output-dir "$suite" > "$suite.txt" || cat "$suite.txt"
  suites+=("$suite")
done
"$here/suite_times.py" "${suites[@]}"
