#!/bin/bash
# Builds the Debian package and uses it as a user would, in a fresh Debian each: apt installs it with what it recommends,
# a pod is made, looked at and deleted, and apt takes the package away again.
#
#   sudo scripts/test-package.sh                   Debian 12 and 13
#   sudo scripts/test-package.sh bookworm [FILE]   only that one; a package that exists
#
# Needs debootstrap, and a mirror of Debian.
set -euo pipefail
. "$(dirname -- "$(realpath -- "$0")")/setup.sh"
. "$root/scripts/debian.sh"

# In the new system.
inside() {
  files=$(dpkg -L podrun)
  for file in /usr/bin/podrun /usr/libexec/podrun/podrun-shim /usr/libexec/podrun/pause \
    /usr/libexec/podrun/cni-kit-plugin /usr/lib/cni/pod-hosts \
    /usr/share/man/man1/podrun.1 /usr/share/man/man8/podrun-shim.8 \
    /etc/apparmor.d/podrun-default \
    /usr/share/bash-completion/completions/podrun /usr/share/zsh/vendor-completions/_podrun \
    /usr/share/fish/vendor_completions.d/podrun.fish; do
    [ -s "$file" ] || fail "no $file"
  done
  [[ $(dpkg-query -W -f '${Conffiles}' podrun) = *" /etc/apparmor.d/podrun-default "* ]] || fail "the profile is no conffile"
  ! grep -q '/usr/include\|\.a$' <<< "$files" || fail "files of the library are in the package"
  bash -nc '. /usr/share/bash-completion/completions/podrun'
  podrun version
  mkdir -p /root/image/bin
  cp /root/busybox /root/image/bin/busybox
  ln -s busybox /root/image/bin/sleep
  cat > /root/pod.yaml <<- 'POD'
	{apiVersion: v1, kind: Pod, metadata: {name: packaged},
	 spec: {containers: [{name: main, image: "rootfs:/root/image", command: [/bin/sleep, infinity]}]}}
	POD
  podrun create -f /root/pod.yaml
  [ "$(podrun exec packaged -- /bin/busybox hostname)" = packaged ] || fail "exec did not answer"
  podrun get -o wide
  podrun delete packaged --grace-period 0
  [ -z "$(podrun get -o name)" ] || fail "the pod is still there"
  DEBIAN_FRONTEND=noninteractive apt-get purge --yes podrun > /dev/null
  for file in $files; do [ -d "$file" ] || [ ! -e "$file" ] || fail "$file outlived the package"; done
}

# run SUITE PACKAGE
run() {
  local system
  system=$(new_system "$1")
  cp "$2" "$system/root/podrun.deb"
  cp /bin/busybox "$system/root/busybox"
  apt_in "$system" /root/podrun.deb
  run_in "$system" inside
  rm -rf "$system"
}

require_root
package=${2:-}
if [ -z "$package" ]; then
  step "The package"
  install_packages build run cri
  (cd "$root" && cmake --workflow --preset package)
  package=$(ls "$root"/build/package/podrun_*.deb)
fi
for suite in ${1:-bookworm trixie}; do
  step "$suite"
  run "$suite" "$package"
done
printf '\nThe package installs, works and goes.\n'
