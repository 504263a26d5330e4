#!/bin/bash
# build-image.sh SUITE: a stock Debian guest as most users have one: systemd, pure cgroup v2, Debian's own kernel.
# Makes DIR/SUITE/{disk.ext4,kernel,initrd}, DIR being $PODRUN_VM_DIR (default /var/tmp/podrun-vm). About three minutes.
set -euo pipefail
here=$(dirname -- "$(realpath -- "$0")")
suite=${1:?usage: build-image.sh SUITE}
out=${PODRUN_VM_DIR:-/var/tmp/podrun-vm}/$suite
mirror=${PODRUN_VM_MIRROR:-http://deb.debian.org/debian}
root=$out/root
mkdir -p "$out"

packages=(
  linux-image-amd64 systemd-sysv dbus udev kmod procps util-linux
  e2fsprogs xfsprogs btrfs-progs iproute2 iptables nftables containernetworking-plugins busybox-static umoci zstd apparmor
)

install_debian() {
  [ -e "$out/installed" ] && return
  rm -rf --one-file-system "$root"
  debootstrap --variant=minbase --include="$(IFS=,; echo "${packages[*]}")" "$suite" "$root" "$mirror"
  rm -rf "$root"/var/cache/apt/archives/*.deb
  touch "$out/installed"
}

configure() {
  echo podrun-guest > "$root/etc/hostname"
  printf '127.0.0.1 localhost podrun-guest\n::1 localhost\n' > "$root/etc/hosts"
  echo 'nameserver 192.0.2.53' > "$root/etc/resolv.conf"   # nobody answers; without one podrun warns
  echo '/dev/vda / ext4 noatime 0 1' > "$root/etc/fstab"
  install -D -m 0755 "$here/guest/agent.sh" "$root/usr/local/sbin/podrun-guest"
  install -D -m 0644 "$here/guest/podrun-guest.service" "$root/etc/systemd/system/podrun-guest.service"
  mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
  ln -sf ../podrun-guest.service "$root/etc/systemd/system/multi-user.target.wants/podrun-guest.service"
  # Nobody logs in, and nothing shall compete with the tests for an emulated processor.
  local unit
  for unit in getty@tty1.service serial-getty@ttyS0.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
    e2scrub_all.timer e2scrub_reap.service fstrim.timer systemd-timesyncd.service systemd-firstboot.service; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
  done
  # Drivers of devices that no test looks at; loading them is slow in emulation.
  printf 'blacklist %s\n' pcspkr i2c_piix4 floppy psmouse bochs evdev joydev button \
    aesni_intel ghash_clmulni_intel crct10dif_pclmul sha512_ssse3 sha256_ssse3 > "$root/etc/modprobe.d/podrun-guest.conf"
}

# The distribution's initrd holds every disk driver there is and takes minutes to unpack in emulation: keep three.
make_initrd() {
  local release=$1
  printf 'virtio_pci\nvirtio_blk\next4\n' > "$root/etc/initramfs-tools/modules"
  sed -i 's/^MODULES=.*/MODULES=list/; s/^COMPRESS=.*/COMPRESS=zstd/' "$root/etc/initramfs-tools/initramfs.conf"
  mount -t proc proc "$root/proc"
  trap 'umount "$root/proc"' EXIT
  chroot "$root" update-initramfs -u -k "$release"
  umount "$root/proc"
  trap - EXIT
  cp "$root/boot/initrd.img-$release" "$out/initrd"
}

# Unpacks the kernel out of its self-extracting image, so that the emulated processor does not have to.
unpack_kernel() {
  local image=$1 at
  at=$(LC_ALL=C grep -abom1 -P '\xFD7zXZ\x00' "$image" | head -n1 | cut -d: -f1 || true)
  if [ -n "$at" ]; then tail -c +$((at + 1)) "$image" | xz -dc > "$out/kernel" 2>/dev/null || true; fi
  if [ ! -s "$out/kernel" ]; then
    at=$(LC_ALL=C grep -abom1 -P '\x28\xB5\x2F\xFD' "$image" | head -n1 | cut -d: -f1 || true)
    if [ -n "$at" ]; then tail -c +$((at + 1)) "$image" | zstd -dc > "$out/kernel" 2>/dev/null || true; fi
  fi
  [ "$(head -c 4 "$out/kernel" | tr -d '\177')" = ELF ] || cp "$image" "$out/kernel"   # slower to start, as good afterwards
}

echo "building the $suite guest in $out (about three minutes) ..."
install_debian
configure
release=$(cd "$root/boot" && ls vmlinuz-* | sed 's/^vmlinuz-//' | sort -V | tail -n1)
rm -f "$out"/{kernel,initrd,disk.ext4}
make_initrd "$release"
unpack_kernel "$root/boot/vmlinuz-$release"
mke2fs -q -t ext4 -L root -d "$root" "$out/disk.new" "${PODRUN_VM_SIZE:-6G}"
mv "$out/disk.new" "$out/disk.ext4"
echo "$suite guest ready: kernel $release"
