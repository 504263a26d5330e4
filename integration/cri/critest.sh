#!/bin/bash
# critest.sh SOCKET [critest arguments] : the suite against any CRI v1 server, with a summary; run inside host.sh
#   DIR=/var/tmp/podrun-critest   VERSION=v1.37.0   STOCK=1 the unpatched binary (its digest spec cannot pass: nobody can make upstream's bytes)
#   HANDLER=name       TIMEOUT=2m per call     SEED=1     OUT=folder for log and report.json
# The server must pull from the registries in $DIR/registries through 127.0.0.1:5000 (registry.sh mirrors prints such settings).
DIR=$(realpath -m "${DIR:-/var/tmp/podrun-critest}"); V=${VERSION:-v1.37.0}; S=unix://$(realpath -s "${1#unix://}"); shift; here=$(cd "$(dirname "$0")" && pwd)
B=$DIR/bin/critest-$V; T=${TIMEOUT:-2m}; OUT=$(realpath -m "${OUT:-$DIR/run/critest-$V-$(date +%H%M%S)}"); mkdir -p "$OUT"
if [ -z "${STOCK:-}" ]; then "$here/digest.py" "$B" "$DIR/suite-$V.refs" "$DIR/images/digest" "$B-local" > /dev/null || exit 1; B=$B-local; fi
segments=$(ipcs -m | awk '/^0x/{print $2}'); cd "$OUT" || exit 1; echo '{}' > crictl.yaml
"$B" -runtime-endpoint "$S" -image-endpoint "$S" ${HANDLER:+-runtime-handler "$HANDLER"} -config "$OUT/crictl.yaml" -runtime-service-timeout "$T" -image-service-timeout "$T" \
  -ginkgo.no-color -ginkgo.seed "${SEED:-1}" -ginkgo.timeout 2h -ginkgo.json-report "$OUT/report.json" "$@" > "$OUT/log" 2>&1; rc=$?
for s in $(ipcs -m | awk '/^0x/{print $2}'); do grep -qxF "$s" <<< "$segments" || ipcrm -m "$s" 2> /dev/null; done    # the suite leaves its segments
echo "critest $V rc=$rc, log $OUT/log"; grep -E '^Ran [0-9]+ of|^(SUCCESS|FAIL)!' "$OUT/log" || tail -5 "$OUT/log"
python3 - "$OUT/report.json" <<'P'
import json, sys
try: specs = json.load(open(sys.argv[1]))[0]['SpecReports']
except OSError: sys.exit()
name = lambda s: ' '.join((s.get('ContainerHierarchyTexts') or []) + [s['LeafNodeText']])
for s in specs:
    if s['State'] in ('failed', 'panicked', 'timedout', 'interrupted'): print('FAILED ', name(s), '\n        ', ' '.join(s['Failure']['Message'].split())[:300])
for s in specs:
    why = (s.get('Failure') or {}).get('Message', '')
    if s['State'] == 'skipped' and why: print('SKIPPED', name(s), '--', why)
quiet = [name(s) for s in specs if s['State'] == 'skipped' and not (s.get('Failure') or {}).get('Message')]
if quiet: print(f'{len(quiet)} not selected (benchmarks and what the arguments leave out)')
slow = sorted(specs, key=lambda s: -s.get('RunTime', 0))[:5]
print('slowest:', ', '.join(f"{s['LeafNodeText'][:60]} {s.get('RunTime', 0) / 1e9:.1f} s" for s in slow))
P
exit $rc
