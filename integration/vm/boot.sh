#!/bin/bash
# boot.sh SUITE DIR: boots the guest, runs DIR/command in it as root with a copy of DIR as its working directory, shows
# what that prints, and exits with its status. The guest's disk is thrown away afterwards.
#   124: not done after $PODRUN_VM_TIMEOUT seconds (default 3600); 125: the guest ended without a status
#   PODRUN_VM_APPEND: more words for the kernel's command line
#   PODRUN_VM_REBOOTS=1: a guest that reboots starts again, with its disk as it was, and runs the command again
#   PODRUN_VM_ACCEL=kvm where the machine can run a stock kernel in it; the default is emulation, about 10 times slower
set -euo pipefail
suite=${1:?usage: boot.sh SUITE DIR}
share=$(realpath -e -- "${2:?usage: boot.sh SUITE DIR}")
image=${PODRUN_VM_DIR:-/var/tmp/podrun-vm}/$suite
limit=${PODRUN_VM_TIMEOUT:-3600}
run=$(mktemp -d /var/tmp/podrun-guest.XXXXXX)
qemu= reader=

finish() {
  local process
  for process in $qemu $reader; do kill "$process" 2>/dev/null || true; done
  rm -rf "$run"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

case ${PODRUN_VM_ACCEL:-tcg} in
  kvm) accelerator=(-accel kvm -cpu host) ;;
  *) accelerator=(-accel tcg,thread=multi,tb-size=512 -cpu max,la57=off,svm=off) ;;   # 5-level paging and nested SVM only cost time
esac

ends=(-no-reboot)
[ -z "${PODRUN_VM_REBOOTS:-}" ] || ends=()

rm -f "$share/status"
mkfifo "$run/output"
cat "$run/output" &
reader=$!
TMPDIR=$run timeout --kill-after=10 "$limit" qemu-system-x86_64 -M pc,usb=off,vmport=off "${accelerator[@]}" \
  -m "${PODRUN_VM_MEMORY:-3072}" -smp 2 -nodefaults -no-user-config -display none -nic none "${ends[@]}" -monitor none \
  -kernel "$image/kernel" -initrd "$image/initrd" \
  -append "root=/dev/vda rw console=ttyS0 panic=-1 mitigations=off ${PODRUN_VM_APPEND:-}" \
  -drive "if=none,id=disk,file=$image/disk.ext4,format=raw,snapshot=on,cache=unsafe" -device virtio-blk-pci,drive=disk \
  -fsdev "local,id=share,path=${share//,/,,},security_model=passthrough,multidevs=remap" \
  -device virtio-9p-pci,fsdev=share,mount_tag=share \
  -device virtio-rng-pci -device virtio-serial-pci \
  -chardev "file,id=console,path=$run/console.log" -serial chardev:console \
  -chardev "file,id=output,path=$run/output" -device virtserialport,chardev=output,name=podrun.output \
  < /dev/null > "$run/qemu.log" 2>&1 &
qemu=$!
code=0
wait "$qemu" || code=$?
qemu=
if [ -s "$share/status" ]; then
  wait "$reader" || true
  reader=
  exit "$(cat "$share/status")"
fi
if [ "$code" = 124 ]; then echo "boot.sh: not done after $limit s" >&2; else echo "boot.sh: the guest ended without a status" >&2; fi
tail -n 5 "$run/qemu.log" >&2
tail -n 20 "$run/console.log" >&2 || true
[ "$code" = 124 ] && exit 124
exit 125
