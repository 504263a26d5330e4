#include "runtime/kernel/apparmor.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <sstream>

#include "base/files.h"
#include "runtime/kernel/mounts.h"

namespace podrun::apparmor {

State look() {
  State state;
  state.is_enabled = base::read_file("/sys/module/apparmor/parameters/enabled").value_or("").starts_with('Y');
  if (!state.is_enabled) return state;
  if (const auto text = base::read_file("/sys/kernel/security/apparmor/profiles"))
    state.profiles = parse_profiles(*text);
  return state;
}

std::vector<std::string> parse_profiles(const std::string& text) {
  std::vector<std::string> names;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (const auto mode = line.rfind(" ("); mode != std::string::npos) names.push_back(line.substr(0, mode));
  return names;
}

Result<void> change_on_exec(const std::string& profile) {
  const std::string step = "change to AppArmor profile '" + profile + "'";
  const Fd proc =
      TRY(mounts::make("proc", {{"subset", "pid"}}, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC).in(step));
  const Fd file(::openat(proc.get(), "thread-self/attr/apparmor/exec", O_WRONLY | O_CLOEXEC));
  if (!file && errno == ENOENT) return not_enabled(profile);
  if (!file) return Error::system(errno, step);
  const std::string command = "exec " + profile;
  if (::write(file.get(), command.data(), command.size()) >= 0) return {};
  return errno == ENOENT ? not_loaded(profile) : Error::system(errno, step);
}

Error not_enabled(const std::string& profile) {
  return {Kind::unsupported, 0,
          "AppArmor profile '" + profile + "' cannot be applied: this kernel has no AppArmor, or has it switched off"};
}

Error not_loaded(const std::string& profile) {
  return {Kind::unsupported, ENOENT,
          "AppArmor profile '" + profile +
              "' is not loaded on this machine (`apparmor_parser -r FILE` loads it, FILE being where it is written)"};
}

}  // namespace podrun::apparmor
