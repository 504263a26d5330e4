#!/bin/bash
# Runs in the guest once it has booted: mounts what the host shares, copies it to the guest's own disk (9p cannot hold an
# overlay's upper directory nor device nodes), runs its `command`, leaves the exit status there and powers off.
modprobe -a 9pnet_virtio 9p virtio_console
for _ in $(seq 300); do [ -e /dev/virtio-ports/podrun.output ] && break; sleep 0.1; done
exec > /dev/virtio-ports/podrun.output 2>&1 < /dev/null

export HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb
mkdir -p /mnt/share /root/podrun
status=125
if mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,access=any share /mnt/share; then
  cp -a --remove-destination /mnt/share/. /root/podrun/  # after a reboot, pods may run from what is there
  cd /root/podrun && bash ./command
  status=$?
  echo "$status" > /mnt/share/status
  sync
  umount /mnt/share
fi
exec > /dev/null 2>&1
systemctl poweroff --force --force
