// A host of pods to be broken, for the tests of `podrun explain`: client, web and other on a bridge, and a machine
// outside.
#pragma once

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

#include "integration/plugin_host.h"

namespace integration {

// Whether bridges hand their frames to iptables; absent without br_netfilter.
inline constexpr const char* kFilterOfBridges = "/proc/sys/net/bridge/bridge-nf-call-iptables";

class ExplainTest : public PluginTest {
 protected:
  bool make_pods(const std::string& server = "serve", const std::string& protocol = "TCP") {
    if (!have({"bridge", "host-local", "portmap", "firewall"})) return false;
    if (!can_run({need::program("nsenter"), need::program("sysctl"), need::program("bridge")})) return false;
    configure({bridge(host_local({"10.210.0.0/24", "fd00:210::/64"})),
               {{"type", "portmap"}, {"capabilities", {{"portMappings", true}}}},
               {{"type", "firewall"}, {"backend", "iptables"}}});
    make_outside();
    std::vector<std::string> command{"/bin/payload", server, "8080"};
    if (server == "give-back") command.insert(command.begin() + 2, "0.0.0.0");
    Json main = container("main", command);
    main["ports"] = {{{"name", "http"}, {"containerPort", 8080}, {"hostPort", 18080}, {"protocol", protocol}}};
    Json web = pod("web", {main});
    web["spec"]["terminationGracePeriodSeconds"] = 1;
    return attach(web) && attach(sleeper("client")) && attach(sleeper("other")) && listens("web");
  }
  // For TCP or UDP, at 8080 in a pod.
  static bool listens(const std::string& netns) {
    return in_time([&] {
      return in_netns(netns, {"grep", "-q", ":1F90 ", "/proc/net/tcp6", "/proc/net/udp6", "/proc/net/tcp"}).status == 0;
    });
  }

  // As a person would type it: podrun with this test's directories.
  Output shell(const std::string& line) const {
    Command command;
    command.argv = {"sh", "-c", line};
    command.environment = {"PATH=" + programs_dir() + ":" + std::getenv("PATH"), "PODRUN_DATA_DIR=" + data_dir(),
                           "PODRUN_CGROUP_PARENT=" + cgroup_parent(), "NETCONFPATH=" + cni_conf_dir(),
                           "CNI_PATH=" + plugins()};
    return run(command);
  }
  void must(const std::string& line) const {
    const Output done = shell(line);
    ASSERT_EQ(done.status, 0) << line << ": " << done.err;
  }

  static std::vector<std::string> explain_as_json(std::vector<std::string> words) {
    words.insert(words.begin(), "explain");
    words.insert(words.end(), {"-o", "json"});
    return words;
  }
  Json explained(const std::vector<std::string>& words, int status) const {
    const Output output = podrun(explain_as_json(words));
    EXPECT_EQ(output.status, status) << output.err << without_recording(output.out);
    return Json::parse(output.out, nullptr, false);
  }
  static std::string without_recording(const std::string& text) {
    Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return text;
    json.erase("recording");
    return json.dump(1);
  }
  void expect_arrives(const std::vector<std::string>& words) const { explained(words, 0); }

  // What is broken so is found, and mended by what is said to mend it; before and after that nothing is wrong.
  // Without `mends` no command does.
  void expect_cause(const std::string& breaking, const std::vector<std::string>& words, const std::string& cause,
                    bool mends = true) const {
    if (breaking.empty() == false && mends) expect_arrives(words);
    if (!breaking.empty()) must(breaking);
    const Json found = explained(words, 1);
    if (!found.is_object() || !found.contains("cause")) return;
    if (const char* kept = std::getenv("PODRUN_KEPT_RECORDINGS"))  // for fixtures of unit tests
      std::ofstream(std::string(kept) + "/" + cause + ".json") << found.at("recording").dump(1) << "\n";
    const std::string told = without_recording(found.dump());
    EXPECT_EQ(found.at("cause").at("name"), cause) << told;
    EXPECT_FALSE(found.at("cause").at("evidence").empty()) << told;
    EXPECT_EQ(!found.at("cause").at("fixes").empty(), mends) << told;
    if (!mends) return;
    for (const Json& fix : found.at("cause").at("fixes")) must(fix.get<std::string>());
    listens("web");
    // A link that has come up carries only once the kernel has noticed: up to a second later.
    std::string last;
    EXPECT_TRUE(eventually([&] {
      const Output output = podrun(explain_as_json(words));
      last = without_recording(output.out);
      return output.status == 0;
    })) << told << "\nand after that was mended\n" << last;
  }

  std::string address(const std::string& name, bool is_v4 = true) const {
    for (const std::string& ip : addresses(name))
      if ((ip.find(':') == std::string::npos) == is_v4) return ip;
    return "";
  }
  // At 198.51.100.2:8080.
  void serve_outside() {
    start({"ip", "netns", "exec", "outside", tests_dir() + "/payload", "serve", "8080"}, dir() + "/outside");
    ASSERT_TRUE(listens("outside"));
  }
  // The host's end of a pod's eth0.
  std::string port_of(const std::string& name) const {
    const Json links = Json::parse(in_netns(name, {"ip", "-j", "link", "show", "eth0"}).out, nullptr, false);
    const Json all = Json::parse(run({"ip", "-j", "link"}).out, nullptr, false);
    for (const Json& link : all)
      if (link.at("ifindex") == links.at(0).at("link_index")) return link.at("ifname");
    return "";
  }
};

}  // namespace integration
