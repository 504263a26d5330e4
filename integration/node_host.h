// Nodes in a test's own host: what the tests of podrun node share.
#pragma once

#include "integration/faults_host.h"
#include "integration/test_host.h"

namespace integration {

class NodeTest : public BrokenSteps {
 protected:
  void SetUp() override;     // skips where podrun's own network cannot be had
  void TearDown() override;  // also the fabric

  // `podrun node WORDS…`, and `podrun --node NAME WORDS…` with the node's own network.
  Output node(std::vector<std::string> words) const;
  Output in(const std::string& name, const std::vector<std::string>& words) const;
  static std::vector<std::string> at(const std::string& name);  // the options of in()
  bool must_add(const std::vector<std::string>& names) const;
  // A program of the host's, in the node.
  Output run_in(const std::string& name, const std::vector<std::string>& command) const;

  Json node_json(const std::string& name) const;  // null where there is none
  pid_t holder_pid(const std::string& name) const;
  // Whoever holds the node, and waits until that is seen.
  bool kill_holder(const std::string& name) const;
  std::string pod_ip(const std::string& node, const std::string& pod) const;
  bool listens_in(const std::string& node, const std::string& pod) const;  // at port 8080

  // With what nodes make once and keep: their directory, that of id ranges, and the cgroups above.
  void remember_world_with_nodes();
};

}  // namespace integration
