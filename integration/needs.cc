#include "integration/needs.h"

#include <gtest/gtest.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "integration/command.h"

namespace integration {
namespace {

namespace fs = std::filesystem;

bool is_executable(const std::string& path) { return ::access(path.c_str(), X_OK) == 0; }

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

void skip(const std::string& reason) { GTEST_SKIP() << reason; }

}  // namespace

std::string tests_dir() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path().string();
}

std::string programs_dir() {
  const std::string chosen = environment("PODRUN_BIN_DIR");
  return chosen.empty() ? (fs::path(tests_dir()).parent_path() / "bin").string() : chosen;
}

std::string plugins_dir() {
  const std::string chosen = environment("CNI_PATH");
  return chosen.empty() ? "/usr/lib/cni" : chosen;
}

namespace need {

Unmet root() {
  if (::geteuid() == 0) return {};
  return "needs root: namespaces, mounts and cgroups";
}

Unmet program(const std::string& name) {
  std::istringstream path(environment("PATH"));
  for (std::string dir; std::getline(path, dir, ':');)
    if (is_executable(dir + "/" + name)) return {};
  return "needs the program '" + name + "'";
}

Unmet plugin(const std::string& name) {
  if (is_executable(plugins_dir() + "/" + name)) return {};
  return "needs the CNI plugin '" + plugins_dir() + "/" + name + "' (package containernetworking-plugins)";
}

Unmet default_network() {
  for (const char* name : {"bridge", "host-local", "portmap", "firewall"})
    if (Unmet unmet = plugin(name)) return unmet;
  for (const char* name : {"iptables", "ip"})
    if (Unmet unmet = program(name)) return unmet;
  return {};
}

Unmet link_type(const std::string& kind) {
  const std::string master = kind == "macvlan" || kind == "ipvlan" || kind == "vlan" ? "link probe0 " : "";
  const std::string detail = kind == "vlan" ? " id 2" : kind == "vrf" ? " table 77" : "";
  const std::string make =
      "ip link add probe0 type veth peer name probe1 && " +
      (kind == "tap" ? "ip tuntap add probe2 mode tap" : "ip link add " + master + "probe2 type " + kind + detail);
  const Output made = run({"sh", "-c", make});
  run({"sh", "-c", "ip link del probe2; ip link del probe0"});
  if (made.status == 0) return {};
  return "needs links of type '" + kind + "': " + made.err.substr(0, made.err.find('\n'));
}

Unmet busybox() {
  if (is_executable("/bin/busybox")) return {};
  return "needs '/bin/busybox' (package busybox-static)";
}

Unmet cgroup_v2() {
  if (fs::exists("/sys/fs/cgroup/cgroup.controllers")) return {};
  return "needs a pure cgroup v2 machine";
}

Unmet controller(const std::string& name) {
  if (fs::exists("/sys/fs/cgroup/" + name)) return {};
  std::ifstream file("/sys/fs/cgroup/cgroup.controllers");
  for (std::string word; file >> word;)
    if (word == name) return {};
  return "needs the cgroup controller '" + name + "'";
}

Unmet kernel(int major, int minor) {
  utsname name{};
  ::uname(&name);
  int have_major = 0, have_minor = 0;
  if (std::sscanf(name.release, "%d.%d", &have_major, &have_minor) == 2 &&
      (have_major > major || (have_major == major && have_minor >= minor)))
    return {};
  return "needs Linux " + std::to_string(major) + "." + std::to_string(minor) + ", this is " + name.release;
}

Unmet user_namespaces() {
  std::ifstream file("/proc/sys/user/max_user_namespaces");
  long most = 0;
  if (file >> most && most > 0) return {};
  return "needs user namespaces (sysctl user.max_user_namespaces)";
}

Unmet apparmor() {
  std::ifstream file("/sys/module/apparmor/parameters/enabled");
  if (char word = 0; file >> word && word == 'Y') return program("apparmor_parser");
  return "needs a kernel that has AppArmor, and has it switched on";
}

}  // namespace need

bool can_run(const std::vector<Unmet>& needs) {
  for (const Unmet& unmet : needs) {
    if (!unmet) continue;
    if (environment("MUST_RUN") == "1")
      ADD_FAILURE() << *unmet << " (MUST_RUN=1 allows no skip)";
    else
      skip(*unmet);
    return false;
  }
  return true;
}

}  // namespace integration
