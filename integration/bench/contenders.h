// Who is compared, and the commands that make each of them do the same. Every function is one operation of one
// contender.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "integration/bench/scene.h"
#include "integration/bench/trial.h"

namespace bench {

class Podrun {
 public:
  explicit Podrun(const Scene& scene);

  Trial create() const;  // the delete that follows is not counted
  Trial create_and_delete() const;
  Trial create_with_network() const;
  Trial exec() const;
  Trial nsenter() const;  // into a pod like that of exec()
  Trial copy_in() const;  // of Scene::file(), to a container that sleeps
  Trial copy_out() const;
  Trial remove() const;

  Argv command(const std::vector<std::string>& args) const;
  Argv create_command(const std::string& manifest, const std::string& network = "none") const;
  Argv delete_command(const std::string& pod) const;
  nlohmann::json inspect(const std::string& pod) const;

 private:
  Milliseconds plugins_time() const;
  Trial in_pod(const std::string& contender, const std::string& pod) const;

  const Scene& scene_;
  std::string program_;
};

// crun and runc. `run` includes its delete, as theirs does when the command has ended.
class OciRuntime {
 public:
  OciRuntime(const Scene& scene, std::string program, bool hardened);

  Trial run() const;
  Trial exec() const;
  Trial remove() const;

 private:
  Trial trial() const;
  Argv start_command() const;

  const Scene& scene_;
  std::string program_;
  bool hardened_;
};

class Podman {
 public:
  explicit Podman(const Scene& scene) : scene_(scene) {}

  Trial run() const;
  Trial exec() const;
  Trial copy_in() const;
  Trial copy_out() const;
  Trial remove() const;
  Trial health_check() const;  // of /bin/true, its processes in the scene's cgroup

 private:
  Trial in_container() const;
  Argv command(const std::vector<std::string>& args) const;
  Argv start_command() const;

  const Scene& scene_;
};

// What runs a network's plugins on a namespace that is there already. With the idle network, a figure without the
// plugin's own time too.
class CniTool {
 public:
  static CniTool podrun(const Podrun& podrun, std::string network);
  static CniTool cnitool(const Scene& scene, std::string network);

  Trial add() const;  // the del that follows is not counted
  Trial del() const;

 private:
  CniTool(std::string name, Argv command, std::string network);
  Trial trial() const;
  Argv run(const char* operation) const;
  std::string netns() const { return "/run/netns/bench-" + name_; }

  std::string name_;
  Argv command_;
  std::string network_;
};

Trial bare_clone();

}  // namespace bench
