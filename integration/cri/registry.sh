#!/bin/bash
# registry.sh start|stop|push [DIR] : Debian's docker-registry on 127.0.0.1:${PORT:-5000}, plain HTTP, holding DIR/images; data in DIR/registry
D=$(realpath -m "${2:-/var/tmp/podrun-critest}"); P=${PORT:-5000}; U=http://127.0.0.1:$P; here=$(cd "$(dirname "$0")" && pwd); mkdir -p "$D/run" "$D/registry"
case $1 in
start) curl -sf $U/v2/ > /dev/null && exit 0
  command -v docker-registry > /dev/null || { echo "registry.sh: install the package docker-registry" >&2; exit 3; }
  cat > "$D/run/registry.yml" <<Y
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $D/registry}, delete: {enabled: true}}
http: {addr: "127.0.0.1:$P"}
Y
  setsid docker-registry serve "$D/run/registry.yml" > "$D/run/registry.log" 2>&1 & echo $! > "$D/run/registry.pid"
  for i in $(seq 100); do curl -sf $U/v2/ > /dev/null && break; sleep 0.1; done
  curl -sf $U/v2/ > /dev/null || { echo "registry did not start:" >&2; cat "$D/run/registry.log" >&2; exit 1; }
  [ -e "$D/registry/docker" ] || "$0" push "$D";;
push) "$here/images.py" "$D" --push $U;;
stop) [ -f "$D/run/registry.pid" ] && kill "$(cat "$D/run/registry.pid")" 2> /dev/null; rm -f "$D/run/registry.pid";;
mirrors)   # containers-registries.conf(5) for skopeo and libraries of its kind: every registry of the suites is the one on loopback
  while read -r h; do printf '[[registry]]\nprefix = "%s"\nlocation = "127.0.0.1:%s"\ninsecure = true\n\n' "$h" "$P"; done < "$D/registries"
  printf '[[registry]]\nlocation = "127.0.0.1:%s"\ninsecure = true\n' "$P";;
*) echo "usage: registry.sh start|stop|push|mirrors [DIR]" >&2; exit 2;;
esac
