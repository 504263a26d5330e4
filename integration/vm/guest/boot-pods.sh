# Runs in the guest at each of its starts. The first installs pods, and has the machine start again; the second finds them
# there, though nobody made them but systemd.
set -u
first=/root/first-boot-id
export PATH=/root/podrun/bin:$PATH

fail() { echo "FAILED: $*"; systemctl status --no-pager 'podrun-*'; journalctl -b --no-pager -u 'podrun-*' | tail -n 40; exit 1; }
soon() { for _ in $(seq 120); do "$@" > /dev/null 2>&1 && return; sleep 1; done; fail "not in two minutes: $*"; }
runs() { [ "$(podrun get "$1" -o jsonpath='{.status.phase}')" = Running ]; }

if [ ! -e "$first" ]; then
  mkdir -p /srv/rootfs/bin /root/set
  cp /bin/busybox /srv/rootfs/bin/ && ln -s busybox /srv/rootfs/bin/sh && ln -s busybox /srv/rootfs/bin/sleep
  ln -s busybox /srv/rootfs/bin/cat
  podrun run web --image rootfs:/srv/rootfs -- sleep 1000000 || fail "run"
  podrun systemd install web || fail "install a pod that is there"
  systemctl start podrun-web || fail "start over the pod that is there"
  [ "$(podrun get --no-headers | wc -l)" = 1 ] || fail "one pod"
  cat > /root/set/set.yaml <<'YAML'
apiVersion: v1
kind: Secret
metadata: {name: key}
stringData: {password: hidden}
---
apiVersion: v1
kind: Pod
metadata: {name: db}
spec:
  volumes:
  - name: kept
    persistentVolumeClaim: {claimName: starts}
  containers:
  - name: main
    image: rootfs:/srv/rootfs
    command: [sh, -c, "echo $PASSWORD >> /kept/starts; cat /kept/starts; exec sleep 1000000"]
    env:
    - name: PASSWORD
      valueFrom: {secretKeyRef: {name: key, key: password}}
    volumeMounts:
    - {name: kept, mountPath: /kept}
YAML
  podrun systemd install data -f /root/set --now || fail "install a set"
  soon runs db
  podrun systemd install db > /tmp/refused 2>&1 && fail "a pod with a Secret beside it was taken"
  grep -q "give the files with -f" /tmp/refused || fail "$(cat /tmp/refused)"
  cat /proc/sys/kernel/random/boot_id > "$first"
  sync
  echo "first start: installed"
  systemctl reboot
  sleep 600
  exit 1
fi

[ "$(cat "$first")" != "$(cat /proc/sys/kernel/random/boot_id)" ] || fail "it is the same start"
soon runs web
soon runs db
[ "$(podrun logs db | wc -l)" = 2 ] || fail "the volume has not stayed: $(podrun logs db)"
[ "$(podrun get --no-headers | wc -l)" = 2 ] || fail "two pods: $(podrun get)"
[ "$(podrun cni attachments -o json | grep -c '"containerID"')" = 2 ] || echo "attachments: $(podrun cni attachments)"
podrun recover || fail "something is owed"
for unit in podrun-web podrun-data; do
  [ "$(systemctl is-active $unit)" = active ] || fail "$unit"
  [ -z "$(cat /sys/fs/cgroup/system.slice/$unit.service/cgroup.procs 2> /dev/null)" ] || fail "$unit has processes of the pod"
done
systemctl restart podrun-web || fail "restart"
soon runs web
podrun systemd uninstall web data || fail "uninstall"
[ -z "$(podrun get --no-headers 2> /dev/null)" ] || fail "pods are left: $(podrun get)"
[ ! -e /etc/podrun/pods/podrun-web ] && [ ! -e /etc/systemd/system/podrun-web.service ] || fail "files are left"
podrun systemd uninstall web 2> /dev/null && fail "uninstalled twice"
echo "second start: everything was there; 1 passed, 0 failed"
