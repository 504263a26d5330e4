// Reading one file through a stack of layers, as overlayfs would show it. The kernel resolves one name at a time and
// never a link: links are read and walked here, so that none can lead out of the image, whatever it says.
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <optional>
#include <set>
#include <string_view>

#include "base/files.h"
#include "runtime/image/image.h"
#include "runtime/image/open_directory.h"
#include "runtime/image/whiteout.h"

namespace podrun {
namespace {

constexpr int kLinkLimit = 40;                     // as the kernel's MAXSYMLINKS
constexpr std::size_t kStepLimit = 4096;           // components, links' included
constexpr std::size_t kUserFileLimit = 4U << 20U;  // passwd and group files; nothing larger is asked for

// One directory of the merged tree: the directories of that path in each layer that shows through, top first.
using Merged = std::vector<Fd>;

struct Entry {
  std::optional<Merged> directory;
  std::optional<std::string> link;
  Fd file;
  bool absent() const { return !directory && !link && !file; }
};

Error failed_in_layer(const char* verb, const std::string& name) {
  return Error::system(errno, std::string(verb) + " '" + name + "' in a layer");
}

Result<std::string> read_link(int link, const std::string& name) {
  std::string target(PATH_MAX, '\0');
  const ssize_t size = ::readlinkat(link, "", target.data(), target.size());
  if (size < 0) return failed_in_layer("read link", name);
  target.resize(static_cast<std::size_t>(size));
  return target;
}

// What stands at the name itself, held without opening it: a fifo would block, a device act. A mount ends the layer, as
// it does for overlayfs: in a container's root the files of procfs and sysfs are regular ones too, and read as the
// host's root. Empty where nothing is.
Result<Fd> hold(int parent, const std::string& name) {
  open_how how{};
  how.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
  Fd held(static_cast<int>(::syscall(SYS_openat2, parent, name.c_str(), &how, sizeof how)));
  if (held || errno == ENOENT || errno == ENAMETOOLONG || errno == EXDEV) return held;
  return failed_in_layer("open", name);
}

// The very object that is held, whatever its name leads to by now.
Fd open_held(int held) {
  return Fd(::open(("/proc/self/fd/" + std::to_string(held)).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
}

// The topmost layer that has the name decides; directories go on merging until something else, a whiteout or an opaque
// directory ends it.
Result<Entry> look_up(const Merged& parents, const std::string& name) {
  Entry entry;
  for (const Fd& parent : parents) {
    Fd held = TRY(hold(parent.get(), name));
    if (!held) continue;
    struct stat info {};
    if (::fstat(held.get(), &info) != 0) return failed_in_layer("stat", name);
    if (S_ISDIR(info.st_mode)) {
      Fd directory(::openat(held.get(), ".", image::kOpenDirectory));
      if (!directory) return failed_in_layer("open", name);
      if (!entry.directory) entry.directory.emplace();
      const bool last = image::is_opaque(directory.get());
      entry.directory->push_back(std::move(directory));
      if (last) break;
      continue;
    }
    if (entry.directory || image::is_whiteout(info)) break;
    if (S_ISLNK(info.st_mode)) {
      entry.link = TRY(read_link(held.get(), name));
      break;
    }
    if (!S_ISREG(info.st_mode)) return Error{Kind::invalid, 0, "'" + name + "' in the image: is not a regular file"};
    entry.file = open_held(held.get());
    if (!entry.file) return failed_in_layer("open", name);
    break;
  }
  return entry;
}

Result<Merged> open_roots(const std::vector<std::string>& layers) {
  Merged roots;
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer)
    roots.push_back(TRY(base::open_file(*layer, O_RDONLY | O_DIRECTORY)));
  return roots;
}

// Components still to walk, the next one last.
void push_components(std::vector<std::string>& todo, std::string_view path) {
  std::vector<std::string> components;
  while (!path.empty()) {
    const auto slash = path.find('/');
    const std::string_view component = path.substr(0, slash);
    if (!component.empty() && component != ".") components.emplace_back(component);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  todo.insert(todo.end(), components.rbegin(), components.rend());
}

std::string joined_path(const std::vector<std::string>& names) {
  std::string path;
  for (const std::string& name : names) path += "/" + name;
  return path.empty() ? "/" : path;
}

struct Found {
  InLayers is;
  Fd file;  // of a file
};

Result<Found> walk(const std::vector<std::string>& layers, const std::string& path,
                   const std::set<std::string>& mounted) {
  using What = InLayers::What;
  std::vector<Merged> below;  // the directories walked into, the current one last; the root is always there
  below.push_back(TRY(open_roots(layers)));
  std::vector<std::string> names;  // of those but the root
  std::vector<std::string> todo;
  push_components(todo, path);
  // With what is left to walk, which leads nowhere.
  const auto ends_here = [&](What what) {
    names.insert(names.end(), todo.rbegin(), todo.rend());
    return Found{{what, joined_path(names)}, Fd()};
  };
  int links = 0;
  for (std::size_t steps = 0; !todo.empty(); ++steps) {
    if (steps > kStepLimit) return Error{Kind::invalid, ELOOP, "'" + path + "' in the image: too many components"};
    std::string name = std::move(todo.back());
    todo.pop_back();
    if (name == "..") {
      if (names.empty()) continue;
      below.pop_back();
      names.pop_back();
      continue;
    }
    names.push_back(name);
    if (mounted.contains(joined_path(names))) return ends_here(What::mounted);
    Entry entry = TRY(look_up(below.back(), name));
    if (entry.absent()) return ends_here(What::nothing);
    if (entry.link) {
      if (++links > kLinkLimit) return Error{Kind::invalid, ELOOP, "'" + path + "' in the image: too many links"};
      names.pop_back();
      if (entry.link->starts_with('/')) {
        below.resize(1);
        names.clear();
      }
      push_components(todo, *entry.link);
    } else if (entry.directory) {
      below.push_back(std::move(*entry.directory));
    } else {
      if (!todo.empty()) return ends_here(What::nothing);  // a file where a directory should be
      return Found{{What::file, joined_path(names)}, std::move(entry.file)};
    }
  }
  return Found{{What::directory, joined_path(names)}, Fd()};
}

}  // namespace

Result<InLayers> find_in_layers(const std::vector<std::string>& layers, const std::string& path,
                                const std::set<std::string>& mounted) {
  return TRY(walk(layers, path, mounted)).is;
}

Result<std::string> read_from_layers(const std::vector<std::string>& layers, const std::string& path) {
  const Found found = TRY(walk(layers, path, {}));
  if (found.is.what == InLayers::What::directory)
    return Error{Kind::invalid, EISDIR, "'" + path + "' in the image: is a directory"};
  return found.file ? base::read_all(found.file.get(), path, kUserFileLimit) : std::string();
}

}  // namespace podrun
