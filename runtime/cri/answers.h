// What there is, in the words of the CRI.
#pragma once

#include "runtime/cri/seen.h"

namespace podrun::cri {

api::PodSandbox item_of(const Sandbox& sandbox);
api::PodSandboxStatus status_of(const Sandbox& sandbox);
api::Container item_of(const SeenContainer& container);
api::ContainerStatus status_of(const SeenContainer& container);

// "registry.k8s.io/pause@sha256:…" of a name and the digest of a manifest; the digest alone where it is no name.
std::string repo_digest(const std::string& name, const std::string& digest);

}  // namespace podrun::cri
