#!/bin/bash
# run.sh [bookworm|trixie] [FILTER] [FORM]: runs the integration tests inside a stock Debian guest: Debian's own kernel,
# systemd. FILTER is a pattern of test names as in "ExecTest.*"; all where there is none. FORM is how systemd mounts cgroups:
#   unified  pure cgroup v2, Debian's default
#   legacy   cgroup v1 alone, controllers mounted together as systemd has them (cpu,cpuacct)
#   hybrid   the same, and cgroup v2 beside, without controllers
#
#   PODRUN_VM_BUILD  the build to test (default build/release; make it with ./test.sh or cmake)
#   PODRUN_VM_DIR    where guests are kept (default /var/tmp/podrun-vm); one is made when missing, in about three minutes
#   PODRUN_SLOW      by how much time limits are raised (default 10: emulation)
#   PODRUN_ONE_STEP_IN  how many of the steps of a program are broken by faults_test (default 10: one in ten)
#   NO_PROFILE=1     without podrun-default, the AppArmor profile of containers that name none, which else is loaded
#   BR_NETFILTER=1   with that module, which stock systems load only where somebody asks for it
#   MUST_RUN=1       a test that cannot run there is a failure
#
# Needs root and: apt-get install --no-install-recommends qemu-system-x86 debootstrap e2fsprogs xz-utils zstd binutils
set -euo pipefail
here=$(dirname -- "$(realpath -- "$0")")
suite=${1:-bookworm}
filter=${2:-*}
form=${3:-unified}
build=${PODRUN_VM_BUILD:-$(realpath -- "$here/../..")/build/release}
guests=${PODRUN_VM_DIR:-/var/tmp/podrun-vm}

die() { printf 'run.sh: %s\n' "$*" >&2; exit 2; }
[ "$(id -u)" = 0 ] || die "run it as root"
for program in qemu-system-x86_64 debootstrap mke2fs zstd xz; do
  command -v "$program" > /dev/null ||
    die "'$program' is missing: apt-get install --no-install-recommends qemu-system-x86 debootstrap e2fsprogs xz-utils zstd binutils"
done
case $form in
  unified) kernel_words= ;;
  legacy) kernel_words="systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=1" ;;
  hybrid) kernel_words="systemd.unified_cgroup_hierarchy=0" ;;
  *) die "FORM is unified, legacy or hybrid, not '$form'" ;;
esac
# systemd 256 and newer want to be told twice.
[ -z "$kernel_words" ] || kernel_words+=" SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"
list=$build/tests/integration-programs.txt
[ -s "$list" ] || die "nothing is built in '$build': run ./test.sh, or set PODRUN_VM_BUILD"
[ -s "$guests/$suite/disk.ext4" ] || "$here/build-image.sh" "$suite"

share=$(mktemp -d /var/tmp/podrun-share.XXXXXX)
trap 'rm -rf "$share"' EXIT
mkdir "$share/bin" "$share/tests"
take() { strip -o "$2/$(basename -- "$1")" "$1"; }   # what is copied over an emulated bus shall be small
for program in podrun podrun-shim pause cni-kit-plugin; do take "$build/bin/$program" "$share/bin"; done
take "$build/tests/payload" "$share/tests"
while read -r program; do take "$build/tests/$program" "$share/tests"; done < "$list"
mkdir "$share/tests/other"
for program in podrun podrun-shim; do take "$build/tests/other/$program" "$share/tests/other"; done
[ ! -d "$build/tests/cni-plugins" ] || cp -r "$build/tests/cni-plugins" "$share/tests"
cp "$build/tests/integration-alone.txt" "$share/tests/alone"
cp "$here/guest/run-tests.sh" "$share/run-tests.sh"
[ -n "${NO_PROFILE:-}" ] || cp "$here/../../specs/apparmor/podrun-default" "$share"
printf 'PODRUN_SLOW=%q PODRUN_ONE_STEP_IN=%q BR_NETFILTER=%q MUST_RUN=%q exec ./run-tests.sh %q\n' \
  "${PODRUN_SLOW:-10}" "${PODRUN_ONE_STEP_IN:-10}" "${BR_NETFILTER:-}" "${MUST_RUN:-}" "$filter" > "$share/command"

echo "booting $suite, $form cgroups ..."
status=0
PODRUN_VM_APPEND=$kernel_words "$here/boot.sh" "$suite" "$share" || status=$?
exit "$status"
