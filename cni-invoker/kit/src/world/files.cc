#include "cni/base/files.h"

#include <sys/stat.h>

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

// FNV-1a: two contents of one size are told apart, and it is printed.
std::string digest(const std::string& bytes) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
  return text.data();
}

std::string octal(mode_t mode) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%04o", mode & 07777U);
  return text.data();
}

void add_one(World& world, const fs::path& path) {
  struct stat seen {};
  if (::lstat(path.c_str(), &seen) != 0) return;
  const auto told = [&](const char* area, State state) {
    if (!S_ISLNK(seen.st_mode)) state.emplace_back("mode", octal(seen.st_mode));
    add(world, {area, path.string(), ""}, std::move(state));
  };
  std::error_code ignored;
  if (S_ISDIR(seen.st_mode)) return told("directory", {});
  if (S_ISLNK(seen.st_mode)) return told("symlink", {{"to", fs::read_symlink(path, ignored).string()}});
  if (S_ISSOCK(seen.st_mode)) return told("socket", {});
  if (!S_ISREG(seen.st_mode)) return told("special file", {});
  if (is_note(path)) return told("file", {});
  State state{{"bytes", std::to_string(seen.st_size)}};
  if (const auto content = base::read_file(path.string(), kRead)) state.emplace_back("content", digest(*content));
  told("file", std::move(state));
}

}  // namespace

void add_tree(World& world, const std::string& root) {
  std::error_code error;
  // What vanishes meanwhile is not there.
  for (fs::recursive_directory_iterator at(root, error), end; !error && at != end; at.increment(error))
    add_one(world, at->path());
}

}  // namespace cni::kit::look
