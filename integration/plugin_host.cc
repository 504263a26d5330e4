#include "integration/plugin_host.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>
#include <ostream>

#include "kit/src/host/outside.h"

namespace integration {

using testing::AllOf;
using testing::HasSubstr;

namespace {

std::string payload() { return tests_dir() + "/payload"; }

}  // namespace

PluginSet debian_plugins() { return {"Debian", plugins_dir(), "1.0.0"}; }
PluginSet newest_plugins() { return {"Newest", tests_dir() + "/cni-plugins", "1.1.0"}; }
void PrintTo(const PluginSet& set, std::ostream* out) { *out << set.name; }

Json host_local(const std::vector<std::string>& subnets) {
  Json ipam{{"type", "host-local"}, {"ranges", Json::array()}, {"routes", Json::array()}};
  for (const std::string& subnet : subnets) {
    ipam["ranges"].push_back(Json::array({{{"subnet", subnet}}}));
    ipam["routes"].push_back({{"dst", subnet.find(':') == std::string::npos ? "0.0.0.0/0" : "::/0"}});
  }
  return ipam;
}

Json bridge(const Json& ipam) {
  return {{"type", "bridge"}, {"bridge", "br-lab"},  {"isGateway", true},
          {"ipMasq", true},   {"hairpinMode", true}, {"ipam", ipam}};
}

Json sleeper(const std::string& name) { return pod(name, {container("main", {"/bin/payload", "sleep"})}); }
Json greeter(const std::string& name) { return pod(name, {container("main", {"/bin/payload", "serve", "8080"})}); }

void PluginTest::SetUp() {
  PodrunTest::SetUp();
  if (IsSkipped() || HasFatalFailure()) return;
  if (!can_run({need::program("ip"), need::program("iptables"), need::program("nft")})) return;
  // Whether a bridge without ports has got its IPv6 address yet is chance, while it looks for duplicates.
  for (const char* links : {"all", "default"})
    std::ofstream(std::string("/proc/sys/net/ipv6/conf/") + links + "/accept_dad") << 0;
}

// Tests of one program share a host, whose packet filter must not be the last test's.
void PluginTest::TearDown() {
  if (!dir().empty()) {
    podrun({"delete", "--all", "--force", "--grace-period", "0"});
    run({"nft", "flush", "ruleset"});
    for (const char* link : {"up0", "br-lab", "br-other", "spare1", "master0"}) run({"ip", "link", "del", link});
  }
  PodrunTest::TearDown();
}

bool PluginTest::have(const std::vector<std::string>& names) const {
  if (IsSkipped() || HasFatalFailure()) return false;
  for (const std::string& name : names) {
    const std::string path = GetParam().dir + "/" + name;
    if (::access(path.c_str(), X_OK) == 0) continue;
    const bool debian = GetParam().name == "Debian";
    return can_run({"needs the CNI plugin '" + path + "' (" +
                    (debian ? "package containernetworking-plugins" : "built where Go and its module proxy are") +
                    ")"});
  }
  return true;
}

void PluginTest::configure(const std::string& name, const std::vector<Json>& plugins) const {
  const Json list{{"cniVersion", GetParam().cni_version}, {"name", name}, {"plugins", plugins}};
  std::ofstream(cni_conf_dir() + "/" + name + ".conflist") << list.dump();
}

void PluginTest::remember_world_with(const Json& pod) {
  ASSERT_TRUE(attach(pod));
  delete_pods({pod.at("metadata").at("name")});
  remember_world();
}

void PluginTest::expect_check_passes(const std::string& pod) const {
  const Output checked = podrun({"check", pod});
  EXPECT_EQ(checked.status, 0) << checked.err;
}

void PluginTest::expect_check_fails(const std::string& pod, const std::string& plugin, const std::string& what) const {
  const Output checked = podrun({"check", pod});
  EXPECT_EQ(checked.status, 10);
  EXPECT_THAT(checked.err, AllOf(HasSubstr("pod \"" + pod + "\""), HasSubstr(plugin), HasSubstr(what)));
}

void PluginTest::delete_pods(const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    const Output removed = remove(name);
    EXPECT_EQ(removed.status, 0) << removed.err;
  }
}

std::vector<std::string> PluginTest::addresses(const std::string& pod) const { return pod_ips(pod); }

Output PluginTest::in_netns(const std::string& netns, std::vector<std::string> command) {
  command.insert(command.begin(), {"ip", "netns", "exec", netns});
  return run(std::move(command));
}

std::string PluginTest::ask(const std::string& address, const std::string& port) {
  return run({payload(), "ask", address, port}).out;
}

std::string PluginTest::ask_from(const std::string& netns, const std::string& address, const std::string& port) {
  return in_netns(netns, {payload(), "ask", address, port}).out;
}

bool PluginTest::is_cut_off(const std::string& netns, const std::string& address, const std::string& port) {
  const std::vector<std::string> once{payload(), "ask", address, port, "1"};
  return (netns.empty() ? run(once) : in_netns(netns, once)).status != 0;
}

void PluginTest::make_outside() {
  const auto made = cni::kit::make_outside();
  ASSERT_TRUE(made) << made.error().what;
}

}  // namespace integration
