// One test's machine: own_host.h's namespaces, and in them directories, a cgroup and a root filesystem of the test's
// own.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "integration/command.h"
#include "integration/needs.h"
#include "integration/world.h"

namespace integration {

using Json = nlohmann::json;

// A container of the test's root filesystem that runs `command`; the tests go on from there: c["env"] = ….
Json container(const std::string& name, const std::vector<std::string>& command);
// What ends in it stays so, unless a test says otherwise.
Json pod(const std::string& name, const std::vector<Json>& containers);

class PodrunTest : public testing::Test {
 protected:
  void SetUp() override;     // skips where root or a program is missing
  void TearDown() override;  // ends everything, by force

  virtual std::string plugins() const { return plugins_dir(); }  // the directory podrun looks for plugins in

  // Runs `podrun ARGS…` with this test's directories.
  Command podrun_command(const std::vector<std::string>& args, const std::string& in = {}) const;
  // What sends signals waits until payloads that end at SIGTERM can hear it.
  Output podrun(const std::vector<std::string>& args, const std::string& in = {}) const;

  // `podrun create -f -` without a network unless `args` say otherwise.
  Command create_command(const Json& manifest, const std::vector<std::string>& args = {"--network", "none"}) const;
  Output create(const Json& manifest, const std::vector<std::string>& args = {"--network", "none"}) const;
  // As create(), and a failure is the test's.
  bool must_create(const Json& manifest, const std::vector<std::string>& args = {"--network", "none"}) const;
  Output exec(const std::string& name, const std::vector<std::string>& command,
              const std::vector<std::string>& options = {}) const;
  Output remove(const std::string& name) const;  // at once
  Json inspect(const std::string& name) const;   // the record; null where there is none

  // What is in the record, by its meaning; empty, 0 or null where there is none.
  std::string pod_id(const std::string& name) const;
  std::string pod_state(const std::string& name) const;  // "ready"
  std::vector<std::string> pod_ips(const std::string& name) const;
  Json pod_networks(const std::string& name) const;
  std::uint32_t id_base(const std::string& name) const;
  pid_t shim_pid(const std::string& name) const;
  pid_t pause_pid(const std::string& name) const;
  pid_t container_pid(const std::string& name, const std::string& container) const;
  std::string log_path(const std::string& name, const std::string& container) const;

  // Whether its payload has a handler of SIGTERM: until then the kernel drops one that is for a pid 1.
  bool listens(const std::string& name, const std::string& container) const;
  // SIGTERM, once it listens.
  void end_in_order(const std::string& name, const std::string& container) const;
  // What no pod survives.
  void end_shim_and_pause(const std::string& name) const;

  std::string phase(const std::string& name) const;  // "Running"; empty where there is none
  std::string logs(const std::string& name, const std::string& container) const;

  // The world to come back to. Makes and deletes a pod first, so that directories and chains that are made once and
  // stay (podrun's, and those of bridge, portmap and firewall) are part of it.
  void remember_world(const std::vector<std::string>& network = {"--network", "none"});
  // Kernels take some things apart after the call that ended them: asks for a while.
  void expect_world_unchanged();
  // What is different now, after waiting in vain for nothing.
  std::vector<std::string> changes() const;

  const std::string& dir() const { return dir_; }  // on disk, the test's own
  std::string rootfs() const { return dir_ + "/rootfs"; }
  std::string data_dir() const { return dir_ + "/data"; }
  std::string cni_conf_dir() const { return dir_ + "/net.d"; }
  const std::string& cgroup_parent() const { return cgroup_parent_; }
  WorldScope scope() const;

  World before_;

 private:
  std::string dir_;
  std::string cgroup_parent_;
};

// Lines of a text, without their ends.
std::vector<std::string> lines_of(const std::string& text);

// The value after "KEY " on the first line that starts so, as payload's commands print; empty where there is none.
std::string value_of(const std::string& text, const std::string& key);

}  // namespace integration
