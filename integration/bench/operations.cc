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

void add_cni(const Scene& scene, const Podrun& podrun, const Peers& peers, std::vector<Operation>& all) {
  const auto add = [&](const char* name, const char* network, Trial (CniTool::*what)() const) {
    Operation made{name, {(CniTool::podrun(podrun, network).*what)()}, {}};
    if (peers.cnitool) made.interleaved.push_back((CniTool::cnitool(scene, network).*what)());
    all.push_back(std::move(made));
  };
  add(kCniAdd, Scene::kIdleNetwork, &CniTool::add);
  add(kCniDel, Scene::kIdleNetwork, &CniTool::del);
  if (!peers.plugins) return;
  add(kCniAddBridge, Scene::kBridgeNetwork, &CniTool::add);
  add(kCniDelBridge, Scene::kBridgeNetwork, &CniTool::del);
}

// Nothing of crun's and runc's copies files.
void add_copies(const Scene& scene, const Podrun& podrun, const Peers& peers, std::vector<Operation>& all) {
  Operation in{kCopyIn, {podrun.copy_in()}, {}}, out{kCopyOut, {podrun.copy_out()}, {}};
  if (peers.podman) in.apart.push_back(Podman(scene).copy_in());
  if (peers.podman) out.apart.push_back(Podman(scene).copy_out());
  all.push_back(std::move(in));
  all.push_back(std::move(out));
}

}  // namespace

std::vector<Operation> operations(const Scene& scene, const Podrun& podrun, const Peers& peers) {
  std::vector<Operation> all;
  const auto add = [&](const char* name, std::vector<Trial> ours, Make theirs, MakePodman podmans) {
    all.push_back(operation(name, std::move(ours), theirs, podmans, scene, peers));
  };
  add(kCreate, {podrun.create(), bare_clone()}, &OciRuntime::run, &Podman::run);
  add(kCreateAndDelete, {podrun.create_and_delete()}, &OciRuntime::run, &Podman::run);
  add(kExec, {podrun.exec(), podrun.nsenter()}, &OciRuntime::exec, &Podman::exec);
  add(kDelete, {podrun.remove()}, &OciRuntime::remove, &Podman::remove);
  add_copies(scene, podrun, peers, all);
  if (peers.plugins) all.push_back({kCreateWithNetwork, {podrun.create_with_network()}, {}});
  add_cni(scene, podrun, peers, all);
  return all;
}

}  // namespace bench
