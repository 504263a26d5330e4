// Tools that run CNI plugins on a network namespace: podrun cni, and cnitool.
#include <cstdlib>

#include "integration/bench/contenders.h"
#include "integration/needs.h"

namespace bench {

CniTool::CniTool(std::string name, Argv command, std::string network)
    : name_(std::move(name)), command_(std::move(command)), network_(std::move(network)) {}

CniTool CniTool::podrun(const Podrun& podrun, std::string network) {
  return {"podrun", podrun.command({"cni"}), std::move(network)};
}

CniTool CniTool::cnitool(const Scene& scene, std::string network) {
  ::setenv("NETCONFPATH", scene.net_dir().c_str(), 1);  // it takes neither from its command line
  ::setenv("CNI_PATH", scene.plugin_dirs().c_str(), 1);
  return {"cnitool", {integration::tests_dir() + "/cnitool"}, std::move(network)};
}

Argv CniTool::run(const char* operation) const {
  Argv made = command_;
  made.insert(made.end(), {operation, network_, netns()});
  return made;
}

Trial CniTool::trial() const {
  Trial made{name_};
  made.set_up = {{"ip", "netns", "add", netns().substr(netns().rfind('/') + 1)}};
  made.tear_down = {{"ip", "netns", "del", netns().substr(netns().rfind('/') + 1)}};
  // One after another on the same machine: what the plugin takes by itself.
  if (network_ == Scene::kIdleNetwork)
    made.not_its_own = [] { return time_command({integration::tests_dir() + "/" + Scene::kIdlePlugin}); };
  return made;
}

Trial CniTool::add() const {
  Trial made = trial();
  made.timed = {run("add")};
  made.after = {run("del")};
  return made;
}

Trial CniTool::del() const {
  Trial made = trial();
  made.before = {run("add")};
  made.timed = {run("del")};
  return made;
}

}  // namespace bench
