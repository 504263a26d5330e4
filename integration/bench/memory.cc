#include "integration/bench/memory.h"

#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

namespace bench {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr int kMany = 20;
constexpr int kContainers = 10;
// A pod at rest: the shim gives pages of its program back a second after its last event, and the kernel frees some
// late.
constexpr std::chrono::milliseconds kRest{1500};
constexpr double kMost = 300;  // kB a pod, memfds included

// Sum of the lines "KEY: NUMBER kB" of a file of /proc.
double kilobytes(const std::string& path, const std::vector<std::string>& keys) {
  std::ifstream file(path);
  if (!file) fail("read " + path);
  double sum = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string key;
    double number = 0;
    words >> key >> number;
    for (const std::string& wanted : keys)
      if (key == wanted + ":") sum += number;
  }
  return sum;
}

double pss(pid_t pid) { return kilobytes("/proc/" + std::to_string(pid) + "/smaps_rollup", {"Pss"}); }

// Memory that only a descriptor holds.
double memfds(pid_t pid) {
  double sum = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
    struct stat info {};
    if (fs::read_symlink(entry.path()).string().starts_with("/memfd:") && ::stat(entry.path().c_str(), &info) == 0)
      sum += static_cast<double>(info.st_blocks) / 2;
  }
  return sum;
}

double files_below(const std::string& dir) {
  double sum = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(dir)) {
    struct stat info {};
    if (::lstat(entry.path().c_str(), &info) == 0) sum += static_cast<double>(info.st_blocks) / 2;
  }
  return sum;
}

double kernel_memory() { return kilobytes("/proc/meminfo", {"Slab", "KernelStack", "PageTables", "Percpu"}); }

struct Held {
  double shim = 0, pause = 0, memfds = 0, files = 0;
  double all() const { return shim + pause + memfds + files; }
};

std::string name_of(int number) { return "pod-" + std::to_string(number); }

Held held_by(const Podrun& podrun, int pods) {
  Held sum;
  for (int number = 1; number <= pods; ++number) {
    const Json record = podrun.inspect(name_of(number));
    const pid_t shim = record["life"]["shim"]["pid"];
    const pid_t pause = record["life"]["pause"]["pid"];
    sum.shim += pss(shim);
    sum.pause += pss(pause);
    sum.memfds += memfds(shim) + memfds(pause);
    sum.files += files_below("/run/podrun/pods/" + record["plan"]["who"]["id"].get<std::string>());
  }
  return {sum.shim / pods, sum.pause / pods, sum.memfds / pods, sum.files / pods};
}

void print(const char* what, const Held& held) {
  std::printf("  %-22s %6.0f %6.0f %7.0f %15.0f %6.0f\n", what, held.shim, held.pause, held.memfds, held.files,
              held.all());
}

void print_memory_target(const char* what, double kilobytes) {
  std::printf("  %-48s %4.0f kB   at most %.0f kB   %s\n", what, kilobytes, kMost,
              kilobytes <= kMost ? "met" : "MISSED");
}

// The first pod, which is the only one.
Held held_alone(const Scene& scene, const Podrun& podrun, int containers) {
  time_command(podrun.create_command(scene.manifest(name_of(1), "sleep", 0, containers)));
  std::this_thread::sleep_for(kRest);
  return held_by(podrun, 1);
}

}  // namespace

double pss_or_none(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/smaps_rollup");
  double kilobytes = 0;
  for (std::string word; file >> word;)
    if (word == "Pss:") file >> kilobytes;
  return kilobytes;
}

void print_memory(const Scene& scene, const Podrun& podrun) {
  std::printf("\nHeld for a pod, kB: proportional set size of shim and pause, and what is in memory for them\n\n");
  std::printf("  %-22s %6s %6s %7s %15s %6s\n", "", "shim", "pause", "memfds", "files on tmpfs", "all");
  const Held of_ten = held_alone(scene, podrun, kContainers);
  print("1 pod of 10 containers", of_ten);
  time_command(podrun.delete_command(name_of(1)));
  const Held alone = held_alone(scene, podrun, 1);
  print("1 pod", alone);
  const double before = kernel_memory();
  for (int number = 2; number <= kMany; ++number)
    time_command(podrun.create_command(scene.manifest(name_of(number), "sleep")));
  std::this_thread::sleep_for(kRest);
  const double kernel = (kernel_memory() - before) / (kMany - 1);
  const Held each = held_by(podrun, kMany);
  print("20 pods, each", each);
  std::printf("\n");
  print_memory_target("a pod among twenty", each.all());
  print_memory_target("a pod alone, all of the shim's program its own", alone.all());
  print_memory_target("the shim of ten containers, alone", of_ten.shim);
  std::printf(
      "  with each pod, its container included, the kernel's memory (slab, stacks, page tables, per-cpu) grew by %.0f "
      "kB\n",
      kernel);
  for (int number = 1; number <= kMany; ++number) time_command(podrun.delete_command(name_of(number)));
}

}  // namespace bench
