#include "integration/bench/scene.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "base/files.h"
#include "integration/bench/harden.h"
#include "integration/bench/timing.h"
#include "integration/clean_up.h"
#include "integration/needs.h"

namespace bench {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

void write(const std::string& path, const std::string& text) {
  if (!(std::ofstream(path) << text)) fail("write " + path);
}

// bridge runs host-local for its address; the subnet is nobody else's in this network namespace.
constexpr const char* kNetwork = R"({
  "cniVersion": "1.0.0", "name": "bench",
  "plugins": [
    {"type": "bridge", "bridge": "bench0", "isGateway": true, "ipMasq": true,
     "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.99.0.0/16"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
    {"type": "portmap", "capabilities": {"portMappings": true}}
  ]
})";

constexpr const char* kIdle = R"({
  "cniVersion": "1.0.0", "name": "idle", "plugins": [{"type": "bench_plugin"}]
})";

Json command_line(const std::string& command) {
  return command == "sleep" ? Json{"/bin/sleep", "1000000"} : Json{"/bin/" + command};
}

}  // namespace

Scene::Scene() {
  std::string name = "/var/tmp/podrun-bench.XXXXXX";  // on disk, where writable layers are in earnest
  if (::mkdtemp(name.data()) == nullptr || ::chmod(name.c_str(), 0755) != 0) fail("make a directory in /var/tmp");
  dir_ = name;
  cgroup_parent_ = "/podrun-bench-" + base::random_hex(4);
  for (const char* dir : {"/bin", "/dev", "/etc", "/proc", "/sys", "/tmp"}) fs::create_directories(rootfs() + dir);
  for (const std::string& dir : {net_dir(), podman_dir()}) fs::create_directories(dir);
  fs::copy_file("/bin/busybox", rootfs() + "/bin/busybox");
  for (const char* applet : {"true", "sleep", "httpd"}) fs::create_symlink("busybox", rootfs() + "/bin/" + applet);
  write(rootfs() + "/etc/passwd", "root:x:0:0:root:/:/bin/sh\n");
  write(rootfs() + "/etc/group", "root:x:0:\n");
  std::string megabytes(16U << 20U, '\0');
  std::generate(megabytes.begin(), megabytes.end(),
                [random = std::minstd_rand()]() mutable { return static_cast<char>(random()); });
  write(file(), megabytes);
  write(net_dir() + "/bench.conflist", kNetwork);
  write(net_dir() + "/idle.conflist", kIdle);
}

Scene::~Scene() {
  integration::remove_cgroups(cgroup_parent_);
  static_cast<void>(base::remove_tree(dir_));
}

std::string Scene::plugin_dirs() const { return integration::plugins_dir() + ":" + integration::tests_dir(); }

std::string Scene::manifest(const std::string& name, const std::string& command, int host_port, int containers) const {
  Json all = Json::array();
  for (int number = 1; number <= containers; ++number)
    all.push_back({{"name", number == 1 ? "main" : "beside-" + std::to_string(number)},
                   {"image", "rootfs:" + rootfs()},
                   {"command", command_line(command)}});
  if (host_port != 0) all[0]["ports"] = {{{"containerPort", 80}, {"hostPort", host_port}}};
  const Json pod{{"apiVersion", "v1"},
                 {"kind", "Pod"},
                 {"metadata", {{"name", name}}},
                 {"spec", {{"containers", std::move(all)}, {"terminationGracePeriodSeconds", 0}}}};
  const std::string path = dir_ + "/" + name + ".json";
  write(path, pod.dump());
  return path;
}

std::string Scene::probed_manifest(const std::string& name, Json probe) const {
  const std::string path = manifest(name, "sleep");
  Json pod = Json::parse(std::ifstream(path));
  Json& main = pod["spec"]["containers"][0];
  main["command"] = {"/bin/httpd", "-f", "-p", std::to_string(kProbedPort)};
  if (probe.is_object()) probe["periodSeconds"] = 1;
  main["readinessProbe"] = std::move(probe);
  write(path, pod.dump());
  return path;
}

std::string Scene::bundle(const std::string& runtime, const std::string& command, bool hardened) const {
  const std::string name = runtime + "-" + command + (hardened ? "-hardened" : "");
  const std::string path = dir_ + "/" + name;
  fs::create_directories(path);
  fs::remove(path + "/config.json");  // asked for again in another operation
  time_command({runtime, "spec", "--bundle", path});
  Json config = Json::parse(std::ifstream(path + "/config.json"));
  config["root"]["path"] = rootfs();
  config["process"]["terminal"] = false;
  config["process"]["args"] = command_line(command);
  config["linux"]["cgroupsPath"] = cgroup_parent_ + "/" + name;
  if (hardened) harden(config);
  write(path + "/config.json", config.dump(1));
  return path;
}

}  // namespace bench
