#!/bin/bash
# kubelet.sh BIN [DIR]: a kubelet without a cluster runs static pods on podrun-cri, in a host of its own. BIN and DIR as of run.sh; the kubelet
# is built from the Go module proxy when it is missing, which takes some seven minutes of processor time. Ends with 77 where
# something is missing that it needs. Not part of the tests: `sudo integration/cri/kubelet.sh build/release/bin`.
set -u
. "$(dirname "$(realpath "$0")")/prepare.sh"
version=${KUBELET_VERSION:-1.37.2}

# k8s.io/kubernetes requires its parts by paths in its own repository. Each of them is published as well, as v0 of the same minor
# and patch: a module that says so builds it without the repository.
build_kubelet() {
  local source module package=k8s.io/component-base/version
  export CGO_ENABLED=0 GOFLAGS=-buildvcs=false
  source=$(go mod download -json "k8s.io/kubernetes@v$version" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')
  module=$(mktemp -d)
  {
    printf 'module kubelet\n%s\nrequire k8s.io/kubernetes v%s\n' "$(grep -m 1 '^go ' "$source/go.mod")" "$version"
    sed -n "s,^[[:space:]]*\(k8s.io/[a-z-]*\) => \./staging/.*,replace \1 => \1 v0.${version#1.},p" "$source/go.mod"
  } > "$module/go.mod"
  cp "$source/go.sum" "$module/go.sum" && chmod u+w "$module/go.sum"
  (cd "$module" && go build -mod=mod -trimpath -o "$dir/bin/kubelet-$version" \
    -ldflags "-s -w -X $package.gitVersion=v$version -X $package.gitMajor=1 -X $package.gitMinor=$(cut -d . -f 2 <<< "$version")" \
    k8s.io/kubernetes/cmd/kubelet)
  local code=$?
  rm -rf "$module"
  return "$code"
}
if [ ! -x "$dir/bin/kubelet-$version" ]; then
  command -v go > /dev/null || skip "there is no Go to build a kubelet with"
  echo "building kubelet $version ..."
  build_kubelet > "$dir.log" 2>&1 || skip "the kubelet cannot be built: $(tail -1 "$dir.log")"
fi

exec "$here/host.sh" "$dir" "$here/kubelet_inside.sh" "$bin" "$dir" "$dir/bin/kubelet-$version"
