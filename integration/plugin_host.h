// What the tests of real plugins share. Each runs twice: with the plugins Debian has, and with the newest release,
// which knows version 1.1.0 of CNI and with it STATUS and GC.
#pragma once

#include "integration/test_host.h"

namespace integration {

struct PluginSet {
  std::string name;
  std::string dir;
  std::string cni_version;
};
PluginSet debian_plugins();
PluginSet newest_plugins();                             // built where Go is
void PrintTo(const PluginSet& set, std::ostream* out);  // its name

// INSTANTIATE_TEST_SUITE_P(With, SUITE, each_plugin_set(), testing::PrintToStringParamName());
inline auto each_plugin_set() { return testing::Values(debian_plugins(), newest_plugins()); }

// Parts of a network's configuration.
Json host_local(const std::vector<std::string>& subnets);  // with a default route for each family
Json bridge(const Json& ipam);                             // br-lab

class PluginTest : public PodrunTest, public testing::WithParamInterface<PluginSet> {
 protected:
  void SetUp() override;
  void TearDown() override;
  std::string plugins() const override { return GetParam().dir; }
  // A need of each: false skips the test.
  bool have(const std::vector<std::string>& plugins) const;

  // Writes NAME.conflist.
  void configure(const std::string& name, const std::vector<Json>& plugins) const;
  void configure(const std::vector<Json>& plugins) const { configure("lab", plugins); }

  // Makes the pod and deletes it, so that what plugins make once and keep (bridges, chains) is part of the world that
  // is remembered.
  void remember_world_with(const Json& pod);
  bool attach(const Json& pod, const std::string& network = "lab") const {
    return must_create(pod, {"--network", network});
  }
  void expect_check_passes(const std::string& pod) const;
  // CHECK names the plugin, and says something of `what`.
  void expect_check_fails(const std::string& pod, const std::string& plugin, const std::string& what) const;
  void delete_pods(const std::vector<std::string>& names) const;

  std::vector<std::string> addresses(const std::string& pod) const;
  static Output in_netns(const std::string& netns, std::vector<std::string> command);
  // Answers of the server at an address, from the host or a namespace. "once" asks for a second, to find nothing there.
  static std::string ask(const std::string& address, const std::string& port = "8080");
  static std::string ask_from(const std::string& netns, const std::string& address, const std::string& port = "8080");
  static bool is_cut_off(const std::string& netns, const std::string& address, const std::string& port = "8080");

  // The kit's machine beyond the host, in the network namespace "outside" (kit/src/host/outside.h).
  static void make_outside();
};

// A pod whose one container sleeps, or greets on port 8080.
Json sleeper(const std::string& name);
Json greeter(const std::string& name);

}  // namespace integration
