#!/bin/bash
# run.sh BIN [DIR]: critest, and crictl.sh, against podrun-cri in a host of its own. BIN: where podrun-cri and podrun are built; DIR keeps what
# is made once (the suite, its images; /var/tmp/podrun-critest). Ends with 77 where something is missing that it needs, with 1
# where a spec fails that known-failures.txt does not name, or one passes that it does. VERSION=v1.34.0 run.sh BIN OTHER-DIR: an older suite.
set -u
. "$(dirname "$(realpath "$0")")/prepare.sh"
exec "$here/host.sh" "$dir" "$here/inside.sh" "$bin" "$dir"
