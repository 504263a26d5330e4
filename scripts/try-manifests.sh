#!/bin/bash
# How many of somebody's manifests podrun takes as they are, and what keeps the others out: each file below DIR in which
# podrun would find a pod is checked by itself, and nothing is made. Needs no privileges.
#
#   scripts/try-manifests.sh DIR              of an installed podrun, or PODRUN=build/release/bin/podrun
#   scripts/try-manifests.sh DIR --files      and each file that is refused, with all that is wrong with it
set -euo pipefail
podrun=${PODRUN:-podrun}
dir=${1:?which directory? (see the head of this script)}
kinds='Pod|Deployment|ReplicaSet|ReplicationController|StatefulSet|DaemonSet|Job|CronJob|PodTemplate'

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
state=(--state-dir "$scratch/state" --data-dir "$scratch/data")

tried=0 taken=0
while IFS= read -r -d '' file; do
  grep -Eq "^[[:space:]{\"'-]*kind[\"']?[[:space:]]*:[[:space:]]*[\"']?($kinds)[\"']?[[:space:],]*\$" "$file" || continue
  tried=$((tried + 1))
  if "$podrun" create --dry-run=client -f "$file" "${state[@]}" > "$scratch/out" 2> "$scratch/err"; then
    taken=$((taken + 1))
    continue
  fi
  grep -v '^podrun: warning: ' "$scratch/err" > "$scratch/why" || echo "podrun: no reason was given" > "$scratch/why"
  if [ "${2:-}" = --files ]; then cat "$scratch/why"; fi
  # Reasons alone: without the file and the document, and alike whatever the numbers and names in them.
  sed -E "s/^podrun: //; s/^[^:]*\.(ya?ml|json)( \([^)]*\))?: //; s/'[^']*'/'…'/g; s/\[[0-9]+\]/[]/g; s/[0-9]+/N/g
          s/^(items\[\]\.)?spec\.(jobTemplate\.spec\.)?template\./(template) /; s/^.*: (no (ConfigMap|Secret) )/\1/" \
    "$scratch/why" | sort -u >> "$scratch/reasons"
done < <(find "$dir" -type f \( -name '*.yaml' -o -name '*.yml' -o -name '*.json' \) -print0 | sort -z)

echo "$taken of $tried files with pods in them are taken"
[ "$taken" = "$tried" ] && exit
printf '\n%6s  %s\n' FILES REASON
sort "$scratch/reasons" | uniq -c | sort -k1,1rn -k2 | sed -E 's/^ *([0-9]+) /\1\t/' |
  while IFS=$'\t' read -r count reason; do printf '%6s  %s\n' "$count" "$reason"; done
