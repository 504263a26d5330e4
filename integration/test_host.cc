#include "integration/test_host.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/files.h"
#include "integration/clean_up.h"
#include "integration/life.h"
#include "integration/rootfs.h"
#include "integration/value_at.h"

namespace integration {

namespace fs = std::filesystem;

Json container(const std::string& name, const std::vector<std::string>& command) {
  return {{"name", name}, {"command", command}};
}

Json pod(const std::string& name, const std::vector<Json>& containers) {
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata", {{"name", name}}},
          {"spec", {{"containers", containers}, {"restartPolicy", "Never"}, {"terminationGracePeriodSeconds", 1}}}};
}

void PodrunTest::SetUp() {
  if (!can_run({need::root(), need::user_namespaces()})) return;
  for (const char* program : {"podrun", "podrun-shim", "pause"})
    ASSERT_TRUE(fs::exists(programs_dir() + "/" + program)) << "build it first: " << programs_dir() << "/" << program;
  std::string name = "/var/tmp/podrun-test.XXXXXX";  // on disk: tmpfs cannot be idmapped before Linux 6.3
  ASSERT_NE(::mkdtemp(name.data()), nullptr);
  dir_ = name;
  ASSERT_EQ(::chmod(dir_.c_str(), 0755), 0);
  cgroup_parent_ = "/podrun-test-" + base::random_hex(4);
  fs::create_directories(cni_conf_dir());
  make_rootfs(rootfs());
}

void PodrunTest::TearDown() {
  if (dir_.empty()) return;
  end_everything();
  remove_cgroups(cgroup_parent_);
  fs::remove_all("/run/podrun");
  fs::remove_all("/var/lib/cni/networks");
  static_cast<void>(base::remove_tree(dir_));
}

Command PodrunTest::podrun_command(const std::vector<std::string>& args, const std::string& in) const {
  Command command;
  command.argv = {programs_dir() + "/podrun", "--data-dir", data_dir(), "--cgroup-parent", cgroup_parent_};
  command.argv.insert(command.argv.end(), args.begin(), args.end());
  command.environment = {"NETCONFPATH=" + cni_conf_dir(), "CNI_PATH=" + plugins()};
  command.in = in;
  return command;
}

namespace {

// The kernel drops a signal for a pid 1 that has no handler of it, so a payload that was to end at SIGTERM
// and is hit between its exec and its first lines goes on until it is killed.
bool is_deaf(const std::string& process) {
  const std::string command = base::read_file(process + "/cmdline").value_or("");
  const auto runs = [&](const char* act) { return command.starts_with(std::string("/bin/payload") + '\0' + act + '\0'); };
  if (!runs("sleep") && !runs("note-term")) return false;
  const auto status = base::read_file(process + "/status");
  return status && !hears(*status, SIGTERM);
}

bool somebody_is_deaf() {
  return std::ranges::any_of(base::list_dir("/proc").value_or({}), [](const std::string& name) {
    return name.find_first_not_of("0123456789") == std::string::npos && is_deaf("/proc/" + name);
  });
}

bool sends_signals(const std::vector<std::string>& args) {
  return std::ranges::any_of(args, [](const std::string& word) {
    return word == "stop" || word == "restart" || word == "kill" || word == "delete" || word == "apply";
  });
}

}  // namespace

Output PodrunTest::podrun(const std::vector<std::string>& args, const std::string& in) const {
  if (sends_signals(args)) eventually([] { return !somebody_is_deaf(); });
  return run(podrun_command(args, in));
}

Command PodrunTest::create_command(const Json& manifest, const std::vector<std::string>& args) const {
  Json complete = manifest;
  for (const char* list : {"containers", "initContainers"})
    if (complete["spec"].contains(list))
      for (Json& one : complete["spec"][list])
        if (one.is_object() && !one.contains("image")) one["image"] = "rootfs:" + rootfs();
  std::vector<std::string> all{"create", "-f", "-"};
  all.insert(all.end(), args.begin(), args.end());
  return podrun_command(all, complete.dump());
}

Output PodrunTest::create(const Json& manifest, const std::vector<std::string>& args) const {
  return run(create_command(manifest, args));
}

bool PodrunTest::must_create(const Json& manifest, const std::vector<std::string>& args) const {
  const Output output = create(manifest, args);
  EXPECT_EQ(output.status, 0) << output.err;
  return output.status == 0;
}

Output PodrunTest::exec(const std::string& name, const std::vector<std::string>& command,
                        const std::vector<std::string>& options) const {
  std::vector<std::string> all{"exec", name};
  all.insert(all.end(), options.begin(), options.end());
  all.push_back("--");
  all.insert(all.end(), command.begin(), command.end());
  return podrun(all);
}

Output PodrunTest::remove(const std::string& name) const { return podrun({"delete", name, "--grace-period", "0"}); }

Json PodrunTest::inspect(const std::string& name) const {
  const Json record = Json::parse(podrun({"inspect", name}).out, nullptr, false);
  return record.is_discarded() ? Json() : record;
}

namespace {

Json container_in(const Json& record, const std::string& container) {
  for (const Json& one : value_at(record, "/containers", Json::array()))
    if (one.at("plan").at("name") == container) return one;
  return {};
}

}  // namespace

std::string PodrunTest::pod_id(const std::string& name) const {
  return value_at(inspect(name), "/plan/who/id", std::string());
}

std::string PodrunTest::pod_state(const std::string& name) const {
  return value_at(inspect(name), "/life/state", std::string());
}

std::vector<std::string> PodrunTest::pod_ips(const std::string& name) const {
  return value_at(inspect(name), "/life/ips", std::vector<std::string>());
}

Json PodrunTest::pod_networks(const std::string& name) const {
  return value_at(inspect(name), "/life/networks", Json::array());
}

std::uint32_t PodrunTest::id_base(const std::string& name) const {
  return value_at(inspect(name), "/life/idBase", std::uint32_t{0});
}

pid_t PodrunTest::shim_pid(const std::string& name) const {
  return value_at(inspect(name), "/life/shim/pid", pid_t{0});
}

pid_t PodrunTest::pause_pid(const std::string& name) const {
  return value_at(inspect(name), "/life/pause/pid", pid_t{0});
}

pid_t PodrunTest::container_pid(const std::string& name, const std::string& container) const {
  return value_at(container_in(inspect(name), container), "/life/process/pid", pid_t{0});
}

std::string PodrunTest::log_path(const std::string& name, const std::string& container) const {
  return value_at(container_in(inspect(name), container), "/plan/logPath", std::string());
}

bool PodrunTest::listens(const std::string& name, const std::string& container) const {
  return Life(inspect(name), nullptr).listens(container);
}

void PodrunTest::end_in_order(const std::string& name, const std::string& container) const {
  ASSERT_TRUE(eventually([&] { return listens(name, container); })) << name << " " << container;
  ::kill(container_pid(name, container), SIGTERM);
}

void PodrunTest::end_shim_and_pause(const std::string& name) const {
  for (const pid_t pid : {shim_pid(name), pause_pid(name)}) {
    ASSERT_GT(pid, 0);
    ::kill(pid, SIGKILL);
  }
}

std::string PodrunTest::phase(const std::string& name) const {
  const Json shown = Json::parse(podrun({"get", name, "-o", "json"}).out, nullptr, false);
  return shown.is_object() ? shown.at("status").value("phase", "") : "";
}

std::string PodrunTest::logs(const std::string& name, const std::string& container) const {
  return podrun({"logs", name, "-c", container}).out;
}

// Of what plugins have made for all pods the library keeps a mark, as the plugins keep what they have made.
WorldScope PodrunTest::scope() const {
  return {{"/run/podrun", "/run/netns", data_dir(), "/var/lib/cni"},
          {data_dir() + "/images", "/run/podrun/cni-locks/made"},
          cgroup_parent_};
}

void PodrunTest::remember_world(const std::vector<std::string>& network) {
  Json one = container("main", {"/bin/payload", "sleep"});
  if (network.empty()) one["ports"] = Json::array({{{"containerPort", 80}, {"hostPort", 19999}}});
  ASSERT_TRUE(must_create(pod("warm-up", {one}), network));
  const Output removed = remove("warm-up");
  ASSERT_EQ(removed.status, 0) << removed.err;
  // What the kernel still takes apart (a veth's namespace) must not be taken for part of the world.
  World last;
  eventually([&] {
    before_ = look_at_world(scope());
    const bool settled = before_ == last;
    last = before_;
    return settled;
  });
}

std::vector<std::string> PodrunTest::changes() const {
  std::vector<std::string> found;
  eventually([&] { return (found = difference(before_, look_at_world(scope()))).empty(); }, std::chrono::seconds(3));
  return found;
}

void PodrunTest::expect_world_unchanged() {
  std::string all;
  for (const std::string& change : changes()) all += "\n  " + change;
  EXPECT_TRUE(all.empty()) << "the world is not as before:" << all;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string value_of(const std::string& text, const std::string& key) {
  for (const std::string& line : lines_of(text))
    if (line.starts_with(key + " ")) return line.substr(key.size() + 1);
  return {};
}

}  // namespace integration
