// Kernel settings of a pod's own namespaces. What is not of a namespace is the whole machine's, and no Pod's to change.
// Source: https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/
#include <algorithm>
#include <array>
#include <set>

#include "runtime/manifest/parts.h"
#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

constexpr std::size_t kLongestName = 253;

// net.ipv4.conf.eth0 or net/ipv4/conf/eth0: whichever of both comes first separates (sysctl(8)), and the other one may
// be part of an interface's name.
std::string with_dots(std::string name) {
  const std::size_t first = name.find_first_of("./");
  if (first == std::string::npos || name[first] == '.') return name;
  for (char& c : name)
    if (c == '/' || c == '.') c = c == '/' ? '.' : '/';
  return name;
}

// Kubernetes' words: letters, digits, - and _, of which the last two are neither first nor last.
bool is_name(std::string_view name) {
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  char before = '.';
  for (const char c : name) {
    const bool separates = c == '.' || c == '/';
    if (!is_plain(c) && !separates && c != '-' && c != '_') return false;
    if (!is_plain(c) && (before == '.' || before == '/')) return false;
    if (separates && !is_plain(before)) return false;
    before = c;
  }
  return name.size() <= kLongestName && name.find('.') != std::string_view::npos && is_plain(before);
}

bool is_of_ipc(std::string_view name) {
  static constexpr std::array<std::string_view, 4> kPrefixes{"kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue."};
  return std::any_of(kPrefixes.begin(), kPrefixes.end(), [&](auto prefix) { return name.starts_with(prefix); });
}

std::string why_bad(std::string_view name, const PodSpec& pod) {
  if (!is_name(name)) return "is no sysctl, such as net.core.somaxconn";
  const bool of_network = name.starts_with("net.");
  if (!of_network && !is_of_ipc(name)) return "belongs to no namespace of the Pod: it is the whole machine's";
  if (of_network && pod.host_network) return "is the host's with hostNetwork: true";
  if (!of_network && pod.host_ipc) return "is the host's with hostIPC: true";
  return {};
}

}  // namespace

void read_sysctls(const Reader& security, PodSpec& pod) {
  std::set<std::string> names;
  for (const Reader& given : security.items("sysctls")) {
    std::string name = with_dots(given.text("name"));
    const std::string why = given.has("name") ? why_bad(name, pod) : "";
    if (!given.has("name"))
      given.bad("name", "is missing");
    else if (!why.empty())
      given.bad("name", quote(given.text("name")) + " " + why);
    else if (!names.insert(name).second)
      given.bad("name", quote(given.text("name")) + " is set by an earlier one");
    pod.sysctls.emplace_back(std::move(name), given.text("value"));
  }
}

}  // namespace podrun::manifest
