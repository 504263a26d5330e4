// What the contenders are given: directories on disk, one root filesystem, manifests, bundles, a CNI network, a cgroup
// of our own. Taken away by the destructor.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace bench {

class Scene {
 public:
  Scene();
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;
  ~Scene();

  std::string rootfs() const { return dir_ + "/rootfs"; }  // busybox as /bin/true, /bin/sleep and /bin/httpd
  std::string data_dir() const { return dir_ + "/data"; }
  static constexpr const char* kBridgeNetwork = "bench";  // bridge, host-local, portmap
  static constexpr const char* kIdleNetwork = "idle";     // a plugin that does nothing
  static constexpr const char* kIdlePlugin = "bench_plugin";
  std::string net_dir() const { return dir_ + "/net.d"; }
  std::string plugin_dirs() const;  // as CNI_PATH has them
  std::string podman_dir() const { return dir_ + "/podman"; }
  const std::string& dir() const { return dir_; }
  const std::string& cgroup_parent() const { return cgroup_parent_; }

  // A pod whose containers run `command`; its path. The first has `host_port` when that is not 0.
  std::string manifest(const std::string& name, const std::string& command, int host_port = 0,
                       int containers = 1) const;

  // The same, with a container that listens at kProbedPort, and is asked once a second where there is a probe.
  static constexpr int kProbedPort = 80;
  std::string probed_manifest(const std::string& name, nlohmann::json probe) const;

  std::string file() const { return dir_ + "/file"; }  // 16 MiB

  // An OCI bundle as `RUNTIME spec` makes it, but for the terminal, the command and the root filesystem; see harden.h.
  std::string bundle(const std::string& runtime, const std::string& command, bool hardened) const;

 private:
  std::string dir_;
  std::string cgroup_parent_;
};

}  // namespace bench
