#include "integration/watcher.h"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace integration {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string unused_name(const std::string& dir) {
  for (int i = 0;; ++i)
    if (const std::string name = dir + "/watcher-" + std::to_string(i); !std::filesystem::exists(name + ".pid"))
      return name;
}

}  // namespace

Watcher::Watcher(Command command, const std::string& dir)
    : out_(unused_name(dir) + ".out"),
      pid_(unused_name(dir) + ".pid"),
      running_(into_files(std::move(command), out_, pid_)) {
  eventually([&] { return running_.ended() || sleeps(); });
}

Command Watcher::into_files(Command command, const std::string& out, const std::string& pid) {
  command.argv.insert(command.argv.begin(), {"sh", "-c", "echo $$ > " + pid + "; exec \"$@\" > " + out, "sh"});
  return command;
}

pid_t Watcher::pid() const { return static_cast<pid_t>(std::atol(text_of(pid_).c_str())); }

std::string Watcher::status(const std::string& key) const {
  std::ifstream file("/proc/" + std::to_string(pid()) + "/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(key + ":\t")) return line.substr(key.size() + 2);
  return {};
}

bool Watcher::sleeps() const {
  if (!status("State").starts_with("S")) return false;
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(pid()) + "/fdinfo", gone))
    if (text_of(entry.path()).find("inotify wd:") != std::string::npos) return true;
  return false;
}

long Watcher::switches() const { return std::atol(status("voluntary_ctxt_switches").c_str()); }

std::string Watcher::seen() const { return text_of(out_); }

bool Watcher::sees(const std::string& text) const {
  return eventually([&] { return seen().find(text) != std::string::npos; });
}

Output Watcher::end(int signal) {
  running_.signal(signal);
  return output();
}

Output Watcher::output() {
  Output output = running_.output();
  output.out = seen();
  return output;
}

}  // namespace integration
