#include "skel_version.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>

#include "cni/json.h"

namespace cni {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxVersionInput = 1U << 20U;
constexpr std::chrono::milliseconds kPatience{1000};

// Whoever asks for VERSION need not have anything to say on stdin: a terminal is not read, and what neither writes nor
// closes is not waited for. What has come until then counts.
std::string read_what_comes() {
  std::string input;
  if (::isatty(0) == 1) return input;
  const auto deadline = Clock::now() + kPatience;
  std::array<char, 4096> buffer{};
  while (input.size() < kMaxVersionInput) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd stdin_there{0, POLLIN, 0};
    if (left <= 0 || ::poll(&stdin_there, 1, static_cast<int>(left)) <= 0) break;
    const ssize_t count = ::read(0, buffer.data(), buffer.size());
    if (count <= 0) break;
    input.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return input;
}

Version version_in(const std::string& input) {
  const auto object = JsonObject::parse(input);
  const std::string* value = object ? object->find("cniVersion") : nullptr;
  const std::string text = value == nullptr ? "" : json_string(*value).value_or("");
  return text.empty() ? kNewestVersion : Version::parse(text).value_or(kNewestVersion);
}

}  // namespace

std::string versions_text(const std::vector<Version>& versions) {
  std::string list;
  for (const Version& one : versions) list += (list.empty() ? "" : ",") + json_text(one.to_text());
  return "[" + list + "]";
}

std::string answer_to_version(const std::vector<Version>& supported) {
  JsonObject object;
  object.set("cniVersion", json_text(version_in(read_what_comes()).to_text()));
  object.set("supportedVersions", versions_text(supported));
  return object.dump();
}

}  // namespace cni
