#!/bin/bash
# debian-image.sh PACKAGE…: the root filesystem of an image with these packages of Debian 12, as a tar on stdout:
#
#   scripts/debian-image.sh dash coreutils redis-server | podrun image import - redis:7
#
# It holds the packages' files and those of what they depend on, without documentation and translations, unpacked and no more: their
# scripts have not run, which takes half the time of a whole Debian and makes no users. There are three: root, nobody, and
# service, whose id is 999.
# Needs mmdebstrap, and a mirror: DEBIAN_MIRROR, or Debian's own.
set -euo pipefail
[ $# -gt 0 ] || { echo "usage: debian-image.sh PACKAGE..." >&2; exit 2; }
command -v mmdebstrap > /dev/null || { echo "debian-image.sh: mmdebstrap is not here: apt-get install mmdebstrap" >&2; exit 1; }

users='printf "%s\n" root:x:0:0::/root:/bin/sh service:x:999:999::/:/bin/sh nobody:x:65534:65534::/:/bin/false > "$1/etc/passwd" &&
       printf "%s\n" root:x:0: service:x:999: nogroup:x:65534: > "$1/etc/group"'
tmp='mkdir -p "$1/tmp" && chmod 1777 "$1/tmp"'
slim='cd "$1/usr/share" && rm -rf doc i18n info locale man'
exec mmdebstrap --quiet --variant=extract --include="$*" \
  --extract-hook="$users" --extract-hook="$tmp" --extract-hook="$slim" bookworm - ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"}
