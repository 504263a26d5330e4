#!/bin/sh
# Every field of a Pod and what becomes of it, as `podrun explain` has it, for docs/manifest-fields.md.
#
#   scripts/manifest-fields.sh PODRUN DOCUMENT             writes it
#   scripts/manifest-fields.sh PODRUN DOCUMENT --compare   fails where the document says something else
set -eu
text() {
  cat <<'END'
# Every field of a Pod

As of Kubernetes 1.37. What supported fields mean, and where that differs from Kubernetes: [manifest.md](manifest.md). Written by
`cmake --build build/release --target manifest-fields`; `podrun explain pod.spec` shows the same at a shell.

END
  "$1" explain --output markdown
}
if [ "${3:-}" = --compare ]; then
  text "$1" | diff -u "$2" - && exit
  echo "manifest-fields: '$2' is not what podrun says (cmake --build build/release --target manifest-fields)" >&2
  exit 1
fi
text "$1" > "$2"
