#include "integration/cri/bench/memory.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace cri_bench {
namespace {

namespace fs = std::filesystem;

struct Seen {
  std::string name;
  std::string parent;
  std::string mounts;  // its mount namespace
};

Seen look_at(const std::string& process) {
  Seen seen;
  std::ifstream status("/proc/" + process + "/status");
  for (std::string word; status >> word;) {
    if (word == "Name:") status >> seen.name;
    if (word == "PPid:") status >> seen.parent;
  }
  std::error_code ignored;
  seen.mounts = fs::read_symlink("/proc/" + process + "/ns/mnt", ignored).string();
  return seen;
}

bool is_shim(const Seen& seen) {
  return seen.name.starts_with("podrun-shim") || seen.name.starts_with("containerd-shim");
}

}  // namespace

double pss(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/smaps_rollup");
  double kilobytes = 0;
  for (std::string word; file >> word;)
    if (word == "Pss:") file >> kilobytes;
  return kilobytes;
}

double pss_of_pods() {
  std::map<std::string, Seen> all;
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
    const std::string process = entry.path().filename();
    if (std::all_of(process.begin(), process.end(), [](char c) { return c >= '0' && c <= '9'; }))
      all[process] = look_at(process);
  }
  const std::string ours = look_at("self").mounts;
  const auto counts = [&](const Seen& seen) { return is_shim(seen) && seen.mounts == ours; };
  double sum = 0;
  for (const auto& [process, seen] : all) {
    const auto parent = all.find(seen.parent);
    if (counts(seen) || (seen.name == "pause" && parent != all.end() && counts(parent->second)))
      sum += pss(std::stoi(process));
  }
  return sum;
}

}  // namespace cri_bench
