#include "integration/bench/probes.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "integration/bench/memory.h"
#include "integration/bench/places.h"

namespace bench {
namespace {

using Json = nlohmann::json;
using Seconds = std::chrono::duration<double>;

constexpr int kPods = 20;
constexpr std::chrono::seconds kSettled{5};  // after which starting is over
constexpr std::chrono::seconds kWatched{20};
constexpr double kMostPercent = 5;
constexpr double kMostMemory = 100;  // kB of shim and tend in a pod among twenty
constexpr int kHealthChecks = 20;

std::string probed_name(int number) { return "asked-" + std::to_string(number); }

// Of the pods' shims and of all that was theirs to wait for: whoever tends, and the commands of probes. The kernel adds
// up nanoseconds, and shows hundredths of a second.
Seconds time_of_shims(const Podrun& podrun) {
  double ticks = 0;
  for (int number = 0; number < kPods; ++number) {
    const Json pid = podrun.inspect(probed_name(number))["life"]["shim"]["pid"];
    std::ifstream file("/proc/" + pid.dump() + "/stat");
    std::string word;
    std::getline(file, word, ')');
    for (int i = 0; i < 11; ++i) file >> word;
    for (int i = 0; i < 4; ++i) {  // utime, stime, cutime, cstime
      double part = 0;
      file >> part;
      ticks += part;
    }
  }
  return Seconds(ticks / static_cast<double>(::sysconf(_SC_CLK_TCK)));
}

// Of all that is below the scene's cgroup.
Seconds time_of_cgroup(const Scene& scene) {
  for (const char* hierarchy : {"/cpuacct", "/cpu,cpuacct"}) {
    std::ifstream file("/sys/fs/cgroup" + std::string(hierarchy) + scene.cgroup_parent() + "/cpuacct.usage");
    if (double nanoseconds = 0; file >> nanoseconds) return Seconds(nanoseconds / 1e9);
  }
  std::ifstream file("/sys/fs/cgroup" + scene.cgroup_parent() + "/cpu.stat");
  for (std::string key; file >> key;)
    if (double microseconds = 0; file >> microseconds && key == "usage_usec") return Seconds(microseconds / 1e6);
  fail("read what processor time " + scene.cgroup_parent() + " has had");
}

struct Cost {
  double percent = 0;  // of one processor
  double held = 0;     // kB, each pod's shim and tend, on average over time
};

// Shims and tends, whoever of them is there now: by the name of their program.
double held_now() {
  double sum = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::string comm;
    std::getline(std::ifstream(entry.path() / "comm"), comm);
    if (comm == "podrun" || comm == "podrun-shim") sum += pss_or_none(entry.path().filename());
  }
  return sum;
}

Cost ask_pods(const Scene& scene, const Podrun& podrun, const Json& probe) {
  for (int number = 0; number < kPods; ++number)
    time_command(podrun.create_command(scene.probed_manifest(probed_name(number), probe)));
  std::this_thread::sleep_for(kSettled);
  const Seconds before = time_of_shims(podrun);
  const auto begin = std::chrono::steady_clock::now();
  Cost cost;
  int looks = 0;
  for (; std::chrono::steady_clock::now() - begin < kWatched; ++looks) {
    cost.held += held_now() / kPods;
    std::this_thread::sleep_for(std::chrono::milliseconds(487));  // at no multiple of the probes' period
  }
  const Seconds watched = std::chrono::steady_clock::now() - begin;
  cost.percent = (time_of_shims(podrun) - before) / watched * 100;
  cost.held /= looks;
  for (int number = 0; number < kPods; ++number) time_command(podrun.delete_command(probed_name(number)));
  return cost;
}

void print(const char* what, double percent) {
  std::printf("  %-38s %6.1f %% of a processor, %5.2f ms a probe\n", what, percent, percent / 100 * 1000 / kPods);
}

}  // namespace

void print_probes(const Scene& scene, const Podrun& podrun, const Peers& peers) {
  std::printf("\n%d pods, each asked once a second, for %ld seconds\n\n", kPods, static_cast<long>(kWatched.count()));
  const Cost idle = ask_pods(scene, podrun, nullptr);
  print("no probe", idle.percent);
  const Cost command = ask_pods(scene, podrun, {{"exec", {{"command", {"/bin/true"}}}}});
  print("exec: /bin/true", command.percent);
  const Cost connection = ask_pods(scene, podrun, {{"tcpSocket", {{"port", Scene::kProbedPort}}}});
  print("tcpSocket", connection.percent);
  if (peers.podman) {
    const Places places;
    const Trial check = Podman(scene).health_check();
    places.enter(check.place);
    time_commands(check.set_up);
    time_commands(check.timed);
    const Seconds before = time_of_cgroup(scene);
    for (int i = 0; i < kHealthChecks; ++i) time_commands(check.timed);
    const double percent = (time_of_cgroup(scene) - before).count() / kHealthChecks * kPods * 100;
    time_commands(check.tear_down);
    places.enter(Place::host);
    print("podman healthcheck run: /bin/true", percent);
    std::printf("  exec beside podman: %.2f\n", command.percent / percent);
  }
  std::printf("\n");
  for (const auto& [what, cost] : {std::pair{"exec", command}, std::pair{"tcpSocket", connection}}) {
    std::printf("  %-48s %4.1f %%    at most %.0f %%     %s\n",
                (std::string("a probe a second of 20 pods, ") + what).c_str(), cost.percent, kMostPercent,
                cost.percent <= kMostPercent ? "met" : "MISSED");
    std::printf("  %-48s %4.0f kB   at most %.0f kB   %s\n", "  shim and tend meanwhile, a pod", cost.held, kMostMemory,
                cost.held <= kMostMemory ? "met" : "MISSED");
  }
}

}  // namespace bench
