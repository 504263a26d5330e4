#include "integration/bench/operations.h"

namespace bench {
namespace {

using Make = Trial (OciRuntime::*)() const;
using MakePodman = Trial (Podman::*)() const;

Operation operation(const char* name, std::vector<Trial> ours, Make theirs, MakePodman podmans, const Scene& scene,
                    const Peers& peers) {
  Operation made{name, std::move(ours), {}};
  for (const bool hardened : {false, true}) {
    if (peers.crun) made.interleaved.push_back((OciRuntime(scene, "crun", hardened).*theirs)());
    if (peers.runc) made.apart.push_back((OciRuntime(scene, "runc", hardened).*theirs)());
  }
  if (peers.podman) made.apart.push_back((Podman(scene).*podmans)());
  return made;
}

}  // namespace

std::vector<Operation> operations(const Scene& scene, const Podrun& podrun, const Peers& peers) {
  std::vector<Operation> all;
  const auto add = [&](const char* name, std::vector<Trial> ours, Make theirs, MakePodman podmans) {
    all.push_back(operation(name, std::move(ours), theirs, podmans, scene, peers));
  };
  add(kCreate, {podrun.create(), bare_clone()}, &OciRuntime::run, &Podman::run);
  add(kCreateAndDelete, {podrun.create_and_delete()}, &OciRuntime::run, &Podman::run);
  add(kExec, {podrun.exec()}, &OciRuntime::exec, &Podman::exec);
  add(kDelete, {podrun.remove()}, &OciRuntime::remove, &Podman::remove);
  if (peers.plugins) all.push_back({kCreateWithNetwork, {podrun.create_with_network()}, {}});
  return all;
}

}  // namespace bench
