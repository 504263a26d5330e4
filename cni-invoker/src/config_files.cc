// Configurations on the disk: one file with its sub-directory, a directory of them, libcni's way of looking for a name.
#include <sys/stat.h>
#include <time.h>

#include <algorithm>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "cni/config.h"
#include "config_reader.h"

namespace cni {
namespace {

constexpr TextPosition kWholeFile{0, 0};

// Of the name of a file, or of a path to it.
std::string_view extension_of(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot);
}
bool is_list(std::string_view name) { return extension_of(name) == ".conflist"; }
bool is_single(std::string_view name) { return extension_of(name) == ".conf" || extension_of(name) == ".json"; }

Error file_error(const std::string& path, const Error& error) {
  Error told = diagnostic_error({path, kWholeFile, error.what}, error.kind);
  told.error_number = error.error_number;
  return told;
}

// Not a device or a pipe: reading one could take for ever.
Result<std::string> read_config(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return Error::system(errno, "stat '" + path + "'");
  if (!S_ISREG(info.st_mode)) return file_error(path, {Kind::invalid, 0, "not a regular file"});
  auto bytes = base::read_file(path, kMaxConfigBytes);
  if (!bytes) return file_error(path, bytes.error());
  return bytes;
}

// A file that is no JSON may be half-written, if it was changed just now: look again once.
Result<std::string> read_settled_config(const std::string& path) {
  std::string bytes = TRY(read_config(path));
  if (check_json(bytes)) return bytes;
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || ::time(nullptr) - info.st_mtime > 1) return bytes;
  const timespec pause{0, 20'000'000};
  ::nanosleep(&pause, nullptr);
  return read_config(path);
}

Result<void> append_sub_directory(NetworkList& list, const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string dir = (slash == std::string::npos ? "." : path.substr(0, slash)) + "/" + list.name;
  auto names = base::list_dir(dir);
  if (!names) {
    if (names.error().kind == Kind::not_found) return {};
    return std::move(names).error();
  }
  for (const std::string& name : *names) {
    struct stat info {};
    const std::string file = dir + "/" + name;
    if (extension_of(name) != ".conf" || (::lstat(file.c_str(), &info) == 0 && S_ISDIR(info.st_mode))) continue;
    const std::string bytes = TRY(read_settled_config(file));
    list.plugins.push_back(TRY(ConfigReader(bytes, file).plugin(list.warnings)));
  }
  return {};
}

// Names of configuration files in a directory, sorted; real directories left out. A missing directory has none.
Result<std::vector<std::string>> config_files(const std::string& dir) {
  auto names = base::list_dir(dir);
  if (!names) {
    if (names.error().kind == Kind::not_found) return std::vector<std::string>();
    return names;
  }
  std::erase_if(*names, [&](const std::string& name) {
    struct stat info {};
    if (!is_list(name) && !is_single(name)) return true;
    return ::lstat((dir + "/" + name).c_str(), &info) == 0 && S_ISDIR(info.st_mode);
  });
  return names;
}

}  // namespace

Result<NetworkList> load_network(const std::string& path) {
  if (!is_list(path) && !is_single(path))
    return file_error(path, {Kind::invalid, 0, "expected a name that ends in .conflist, .conf or .json"});
  const std::string bytes = TRY(read_settled_config(path));
  const ConfigReader reader(bytes, path);
  NetworkList list = TRY(is_list(path) ? reader.list() : reader.single());
  list.path = path;
  if (is_list(path) && !list.only_inlined_plugins) TRY(append_sub_directory(list, path));
  if (list.plugins.empty())
    return reader.at(0, "the network has no plugins: expected 'plugins', or *.conf files in the directory '" +
                            list.name + "' beside the file");
  return list;
}

const NetworkList* Networks::find(std::string_view name) const {
  const auto found = std::find_if(lists.begin(), lists.end(), [&](const NetworkList& one) { return one.name == name; });
  return found == lists.end() ? nullptr : &*found;
}

Result<Networks> scan_networks(const std::string& dir) {
  Networks networks;
  for (const std::string& name : TRY(config_files(dir))) {
    auto list = load_network(dir + "/" + name);
    if (list)
      networks.lists.push_back(std::move(list).value());
    else if (const Diagnostic* problem = diagnostic(list.error()))
      networks.problems.push_back(*problem);
    else
      networks.problems.push_back({dir + "/" + name, kWholeFile, list.error().what});
  }
  // Of several with one name the first list counts, then the first single configuration.
  for (NetworkList& list : networks.lists) {
    const auto better = [&](const NetworkList& other) {
      return other.name == list.name && &other != &list &&
             (is_list(other.path) != is_list(list.path) ? is_list(other.path) : other.path < list.path);
    };
    const auto winner = std::find_if(networks.lists.begin(), networks.lists.end(), better);
    if (winner == networks.lists.end()) continue;
    networks.problems.push_back(
        {list.path, kWholeFile, "network '" + list.name + "' is already defined in '" + winner->path + "'"});
    list.plugins.clear();  // marks it
  }
  std::erase_if(networks.lists, [](const NetworkList& list) { return list.plugins.empty(); });
  return networks;
}

Result<NetworkList> find_network_strictly(const std::string& dir, std::string_view name) {
  const std::vector<std::string> files = TRY(config_files(dir));
  if (files.empty()) return Error{Kind::not_found, 0, "no net configurations found in " + dir};
  for (const bool lists : {true, false}) {
    for (const std::string& file : files) {
      if (is_list(file) != lists) continue;
      NetworkList list = TRY(load_network(dir + "/" + file));
      if (list.name == name) return list;
    }
  }
  return Error{Kind::not_found, 0, "no net configuration with name '" + std::string(name) + "' in " + dir};
}

}  // namespace cni
