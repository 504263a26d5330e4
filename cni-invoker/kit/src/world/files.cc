#include "cni/base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>

#include "kit/src/world/look.h"

namespace cni::kit::look {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRead = 1U << 20U;

// host-local notes there which address it gave last, so that the next is another one: it is expected to change, and no
// lease. That it is there is part of the world, what is in it is not.
bool is_note(const fs::path& path) { return path.filename().string().starts_with("last_reserved_ip."); }

// Where logs go, and what is called one, may grow (kLines, world.h). State is elsewhere, or not written so.
bool is_log(const std::string& shown) {
  return shown.starts_with("/var/log/") || shown.starts_with("/tmp/") || shown.starts_with("/var/tmp/") ||
         shown.ends_with(".log");
}

// FNV-1a: two contents of one size are told apart, and it is printed.
std::string digest(const std::string& bytes) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
  return text.data();
}

// A digest for each line, one behind the other: what is written behind them only adds to it.
std::string digests_of_lines(const std::string& content) {
  std::string all;
  for (std::size_t at = 0; at < content.size();) {
    const std::size_t end = std::min(content.find('\n', at), content.size() - 1);
    all += digest(content.substr(at, end + 1 - at));
    at = end + 1;
  }
  return all;
}

std::string octal(mode_t mode) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%04o", mode & 07777U);
  return text.data();
}

// `shown` is its path as plugins see it.
void add_file(World& world, const fs::path& path, const std::string& shown) {
  struct stat seen {};
  if (::lstat(path.c_str(), &seen) != 0) return;
  const auto told = [&](const char* area, State state) {
    if (!S_ISLNK(seen.st_mode)) state.emplace_back("mode", octal(seen.st_mode));
    add(world, {area, shown, ""}, std::move(state));
  };
  std::error_code ignored;
  if (S_ISDIR(seen.st_mode)) return told("directory", {});
  if (S_ISLNK(seen.st_mode)) return told("symlink", {{"to", fs::read_symlink(path, ignored).string()}});
  if (S_ISSOCK(seen.st_mode)) return told("socket", {});
  if (S_ISCHR(seen.st_mode) && seen.st_rdev == 0) return add(world, {"removal of", shown, ""}, {});
  if (!S_ISREG(seen.st_mode)) return told("special file", {});
  if (is_note(path)) return told("file", {});
  if (is_log(shown))
    return told("file", {{kLines, digests_of_lines(base::read_file(path.string(), kRead).value_or(""))}});
  State state{{"bytes", std::to_string(seen.st_size)}};
  if (const auto content = base::read_file(path.string(), kRead)) state.emplace_back("content", digest(*content));
  told("file", std::move(state));
}

// What vanishes meanwhile is not there. `visit` says whether to look into it, too.
template <class Visit>
void walk(const std::string& root, const Visit& visit) {
  std::error_code error;
  for (fs::recursive_directory_iterator at(root, error), end; !error && at != end; at.increment(error))
    if (!visit(at->path())) at.disable_recursion_pending();
}

}  // namespace

void add_tree(World& world, const std::string& root, const std::vector<std::string>& excluded) {
  walk(root, [&](const fs::path& path) {
    if (std::find(excluded.begin(), excluded.end(), path.string()) != excluded.end()) return false;
    add_file(world, path, path.string());
    return true;
  });
}

void add_layer(World& world, const Layer& layer) {
  const std::string root = "/proc/self/fd/" + std::to_string(layer.written.get());
  const std::string prefix = layer.at == "/" ? "/" : layer.at + "/";
  walk(root, [&](const fs::path& path) {
    const std::string inside = path.string().substr(root.size() + 1);
    std::error_code ignored;
    // The directory of a file that was written is written, too: it is new where the machine has none.
    const bool is_known = fs::is_directory(path, ignored) &&
                          ::faccessat(layer.below.get(), inside.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    if (!is_known) add_file(world, path, prefix + inside);
    return true;
  });
}

}  // namespace cni::kit::look
