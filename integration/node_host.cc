#include "integration/node_host.h"

#include <sys/mount.h>

#include <csignal>

#include "integration/value_at.h"

namespace integration {

void NodeTest::SetUp() {
  BrokenSteps::SetUp();
  if (IsSkipped() || HasFatalFailure()) return;
  static_cast<void>(can_run({need::default_network()}));
}

void NodeTest::TearDown() {
  if (!dir().empty()) {
    node({"delete", "--all", "--force", "--grace-period", "0"});
    ::umount2("/run/podrun/fabric", MNT_DETACH);
  }
  BrokenSteps::TearDown();
}

Output NodeTest::node(std::vector<std::string> words) const {
  words.insert(words.begin(), "node");
  return podrun(words);
}

std::vector<std::string> NodeTest::at(const std::string& name) {
  return {"--node", name, "--cni-conf-dir", "/etc/cni/net.d"};
}

Output NodeTest::in(const std::string& name, const std::vector<std::string>& words) const {
  std::vector<std::string> all = at(name);
  all.insert(all.end(), words.begin(), words.end());
  return podrun(all);
}

bool NodeTest::must_add(const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    const Output added = node({"add", name});
    EXPECT_EQ(added.status, 0) << added.err;
    if (added.status != 0) return false;
  }
  return true;
}

Output NodeTest::run_in(const std::string& name, const std::vector<std::string>& command) const {
  std::vector<std::string> words{"exec", name, "--"};
  words.insert(words.end(), command.begin(), command.end());
  return node(words);
}

Json NodeTest::node_json(const std::string& name) const {
  const Json found = Json::parse(node({"get", name, "-o", "json"}).out, nullptr, false);
  return found.is_discarded() ? Json() : found;
}

pid_t NodeTest::holder_pid(const std::string& name) const { return value_at(node_json(name), "/status/pid", 0); }

bool NodeTest::kill_holder(const std::string& name) const {
  return ::kill(holder_pid(name), SIGKILL) == 0 && in_time([&] {
           return node({"get", name, "--no-headers"}).out.find("NotReady") != std::string::npos;
         });
}

std::string NodeTest::pod_ip(const std::string& node, const std::string& pod) const {
  return in(node, {"get", pod, "-o", "jsonpath={.status.podIP}"}).out;
}

bool NodeTest::listens_in(const std::string& node, const std::string& pod) const {
  return in_time([&] {
    return in(node, {"exec", pod, "--", "grep", "-q", ":1F90 ", "/proc/net/tcp6", "/proc/net/tcp"}).status == 0;
  });
}

void NodeTest::remember_world_with_nodes() {
  ASSERT_TRUE(must_add({"warm-up"}));
  const Output deleted = node({"delete", "warm-up"});
  ASSERT_EQ(deleted.status, 0) << deleted.err;
  remember_world();
}

}  // namespace integration
