#!/bin/bash
# parts.sh [DIR] : what the images are made of, from Debian packages and Debian's busybox source, into DIR/parts (default /var/tmp/podrun-critest)
#   busybox must be built: the suite compares messages of upstream's shell and applets ("/bin/sh: ls: Permission denied", pgrep),
#   and Debian's binaries are built standalone (the shell runs its own ls) and without pgrep.
#   Needs gcc, make, dpkg-dev, bzip2.  Installs nothing; uses a source list of its own made from the machine's Debian entries.
set -eu
here=$(cd "$(dirname "$0")" && pwd); D=$(realpath -m "${1:-/var/tmp/podrun-critest}"); P=$D/parts; mkdir -p "$P/debs" "$P/root" "$P/src/lists/partial"; cd "$P"
apt_user=(-o APT::Sandbox::User=root -o DPkg::Lock::Timeout=120)
if [ ! -x busybox ]; then
  # deb822 or one-line sources, only those signed by Debian's own key ring
  for f in /etc/apt/sources.list.d/*.sources; do [ -f "$f" ] && awk 'BEGIN{RS="";ORS="\n\n"} /debian-archive/{gsub(/Types:[^\n]*/,"Types: deb-src"); print}' "$f"; done > src/src.sources
  [ -s src/src.sources ] && L=$P/src/src.sources || { L=$P/src/src.list; sed -n 's/^deb \(.*debian.*\)/deb-src \1/p' /etc/apt/sources.list > "$L"; }
  O=(-o Dir::Etc::SourceList="$L" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$P/src/lists" "${apt_user[@]}")
  apt-get -qq "${O[@]}" update; (cd src && apt-get -qq "${O[@]}" source --download-only busybox)
  tar -C src -xjf src/busybox_*.orig.tar.bz2; cd src/busybox-*/
  export KCONFIG_NOTIMESTAMP=1 SOURCE_DATE_EPOCH=1000000000
  make -s defconfig > /dev/null; sed -i 's/^# CONFIG_STATIC is not set/CONFIG_STATIC=y/; s/^CONFIG_TC=y/# CONFIG_TC is not set/' .config
  nice make -s ${JOBS:+-j$JOBS} busybox > ../build.log 2>&1 || { tail ../build.log; exit 1; }
  cp busybox "$P/busybox"; cd "$P"
fi
if [ ! -x root/usr/sbin/apache2 ]; then
  (cd debs && apt-get -qq "${apt_user[@]}" download nginx apache2-bin libapr1 libaprutil1 libpcre3 libpcre2-8-0 liblua5.3-0 libnghttp2-14 libbrotli1 libjansson4 libcurl4 2>/dev/null ||
    apt-get -qq "${apt_user[@]}" download nginx apache2-bin libapr1 libaprutil1)
  for f in debs/*.deb; do dpkg -x "$f" root; done
fi
for n in nonewprivs pause; do cc -static -Os -o $n "$here/$n.c"; done
ls -l busybox nonewprivs pause root/usr/sbin/{nginx,apache2}
