#include "integration/cni_host.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace integration {
namespace {

std::string cnitool_path() { return tests_dir() + "/cnitool"; }

}  // namespace

Unmet cnitool() {
  if (::access(cnitool_path().c_str(), X_OK) == 0) return {};
  return "needs cnitool, which is built where Go is (go install github.com/containernetworking/cni/cnitool@v1.3.0)";
}

void CniHostTest::SetUp() {
  PodrunTest::SetUp();
  if (IsSkipped() || HasFatalFailure()) return;
  if (!can_run({need::plugin("bridge"), need::plugin("host-local"), need::program("ip")})) return;
  configure_lab();
  ASSERT_EQ(run({"ip", "netns", "add", "blue"}).status, 0);
}

void CniHostTest::TearDown() {
  if (!dir().empty()) {
    configure_lab();
    podrun({"cni", "gc", "lab", "--valid-none"});
    run({"ip", "netns", "del", "blue"});
  }
  PodrunTest::TearDown();
  run({"rm", "-rf", "/var/lib/cni/results"});  // of pods that were ended by force
}

void CniHostTest::configure(const std::string& file, const std::string& text) const {
  std::ofstream(cni_conf_dir() + "/" + file) << text;
}

void CniHostTest::configure_lab(const std::string& version, const std::string& chained, const std::string& ipam) const {
  configure("10-lab.conflist", R"({"cniVersion":")" + version +
                                   R"(","name":"lab","plugins":[{"type":"bridge","bridge":"br-lab","isGateway":true,)"
                                   R"("ipam":{"type":")" +
                                   ipam +
                                   R"(","ranges":[[{"subnet":"10.203.0.0/24"}]],"routes":[{"dst":"0.0.0.0/0"}]}})" +
                                   chained + "]}");
}

Output CniHostTest::cni(std::vector<std::string> args) const {
  args.insert(args.begin(), "cni");
  return podrun(args);
}

Output CniHostTest::cnitool_run(const std::string& operation) const {
  return run(Command{{cnitool_path(), operation, "lab", "/run/netns/blue"},
                     {},
                     {"NETCONFPATH=" + cni_conf_dir(), "CNI_PATH=" + plugins_dir()}});
}

Json CniHostTest::attachments() const {
  return Json::parse(cni({"attachments", "-o", "json"}).out, nullptr, false).value("attachments", Json::array());
}

void CniHostTest::copy_plugins(const std::string& from, const std::vector<std::string>& names) const {
  run({"mkdir", "-p", own_plugins()});
  for (const std::string& name : names)
    ASSERT_EQ(run({"cp", "--remove-destination", from + "/" + name, own_plugins() + "/" + name}).status, 0);
}

void CniHostTest::write_plugin(const std::string& name, const std::string& script) const {
  run({"mkdir", "-p", own_plugins()});
  const std::string path = own_plugins() + "/" + name;
  std::ofstream(path) << "#!/bin/sh\n" << script << "\n";
  ::chmod(path.c_str(), 0755);
}

}  // namespace integration
