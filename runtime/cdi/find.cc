#include "runtime/cdi/find.h"

#include <fcntl.h>

#include <algorithm>

#include "base/files.h"
#include "runtime/cdi/names.h"
#include "runtime/kernel/regular_file.h"
#include "runtime/manifest/text.h"

namespace podrun::cdi {
namespace {

constexpr std::size_t kMostFiles = 1024;  // of one directory
constexpr std::size_t kMostBytes = 1U << 20U;

struct File {
  std::string path;
  std::size_t directory = 0;  // later ones go before
  Spec spec;
  bool is_used = false;
};

struct Files {
  std::vector<File> read;
  std::string why_unread;  // of the first that could not be
  std::size_t unread = 0;
};

Result<Spec> read_file(const std::string& path) {
  // A FIFO there is nothing to wait for.
  const Fd file = TRY(base::open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  const std::string text = TRY(read_regular(file, path, kMostBytes).in("read '" + path + "'"));
  return read_spec(text, path);
}

Result<void> read_directory(const std::string& directory, std::size_t position, Files& files) {
  const auto names = base::list_dir(directory);
  if (!names && names.error().kind == Kind::not_found) return {};
  if (!names) return names.error();
  std::size_t count = 0;
  for (const std::string& name : *names) {
    if (!name.ends_with(".json") && !name.ends_with(".yaml")) continue;
    if (++count > kMostFiles)
      return Error{Kind::invalid, 0, directory + ": has more than " + std::to_string(kMostFiles) + " files"};
    const std::string path = directory + "/" + name;
    if (auto spec = read_file(path)) {
      files.read.push_back({path, position, std::move(spec).value()});
    } else if (files.unread++ == 0) {
      files.why_unread = spec.error().what;
    }
  }
  return {};
}

Error nowhere(const Files& files) {
  std::string what = "no file has it";
  if (files.unread != 0) what += "; " + std::to_string(files.unread) + " cannot be read: " + files.why_unread;
  if (files.unread > 1) what += " (the first)";
  return {Kind::not_found, ENOENT, what};
}

Result<File*> file_of(const Name& name, Files& files) {
  File* found = nullptr;
  const File* other = nullptr;
  for (File& file : files.read) {
    if (file.spec.kind != name.kind || file.spec.find(name.name) == nullptr) continue;
    other = found != nullptr && found->directory == file.directory ? found : nullptr;
    found = &file;
  }
  if (found == nullptr) return nowhere(files);
  if (other != nullptr) return Error{Kind::invalid, 0, "both '" + other->path + "' and '" + found->path + "' have it"};
  return found;
}

Result<void> take(const Edits& edits, const std::string& source, std::vector<Found>& taken) {
  if (!edits.not_here.empty()) return Error{Kind::unsupported, 0, source + ": " + edits.not_here};
  taken.push_back({source, edits});
  return {};
}

}  // namespace

Result<std::vector<Found>> find_devices(const std::vector<std::string>& directories,
                                        const std::vector<std::string>& names) {
  std::vector<Found> taken;
  if (names.empty()) return taken;
  Files files;
  for (std::size_t i = 0; i < directories.size(); ++i) TRY(read_directory(directories[i], i, files));
  for (const std::string& text : names) {
    const Name name = TRY(parse_name(text).in("CDI device " + manifest::quote(text)));
    const std::string shown = "CDI device '" + text + "'";
    File& file = *TRY(file_of(name, files).in(shown));
    const std::string source = shown + ": " + file.path;
    if (!std::exchange(file.is_used, true)) TRY(take(file.spec.edits, source, taken));
    TRY(take(file.spec.find(name.name)->edits, source, taken));
  }
  return taken;
}

}  // namespace podrun::cdi
