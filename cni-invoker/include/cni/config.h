// Network configurations: *.conflist, and the older *.conf and *.json with a single plugin. Spec section 1.
// Loading validates everything that can be known without running a plugin, before any name is used in a path.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cni/base/result.h"
#include "cni/json.h"
#include "cni/version.h"

namespace cni {

struct PluginConfig {
  std::string type;                    // the binary's name
  JsonObject object;                   // as written
  std::set<std::string> capabilities;  // those declared true
};

// The plugin that this one is to call for addresses (ipam.type); empty: it names none.
std::string ipam_type(const PluginConfig& plugin);

struct NetworkList {
  std::string name;
  Version version;  // selected from cniVersion and cniVersions
  bool disable_check = false;
  bool disable_gc = false;
  bool only_inlined_plugins = false;
  std::vector<PluginConfig> plugins;  // at least one; those of the sub-directory last
  std::string bytes;                  // the file's content; of a single configuration, the list it was made into
  std::string path;                   // empty when it came from bytes
  std::vector<std::string> warnings;  // what is honoured but looks wrong; one line each
};

// Something wrong in one file, told like a compiler does.
struct Diagnostic {
  std::string path;
  TextPosition position;        // line 0: the file as a whole
  std::string message;          // what was expected, and what to do
  std::string to_text() const;  // "PATH:LINE:COLUMN: MESSAGE"
};
// Behind an error of this header, where the file's content was at fault: the same in parts. Null otherwise.
const Diagnostic* diagnostic(const Error& error);

inline constexpr std::size_t kMaxConfigBytes = 4U << 20U;

// `name` stands for the path in messages; `path` of the list stays empty and no sub-directory is read. A list has
// "plugins" or is to get them from a sub-directory, which bytes have not: none is an error. Kind::invalid, or
// Kind::unsupported when every declared version is newer than 1.1.0.
Result<NetworkList> parse_network_list(std::string_view bytes, const std::string& name);
// A single plugin's configuration becomes a list of one; list-level keys in it stay the plugin's.
Result<NetworkList> parse_single_config(std::string_view bytes, const std::string& name);

// By extension: .conflist, or .conf and .json. Plugins of DIR/NETWORK/*.conf are appended to a list unless the list
// says loadOnlyInlinedPlugins.
Result<NetworkList> load_network(const std::string& path);

struct Networks {
  std::vector<NetworkList> lists;    // by file name, byte-wise
  std::vector<Diagnostic> problems;  // files left out, and duplicate names

  // Lists before single configurations, each in order of file name: nullptr when there is none of that name.
  const NetworkList* find(std::string_view name) const;
  // The first by file name, of whatever form.
  const NetworkList* first() const { return lists.empty() ? nullptr : &lists.front(); }
};

// Reads a directory. A bad file costs that network and leaves a Diagnostic; a missing directory has no networks.
Result<Networks> scan_networks(const std::string& dir);

// As libcni does: reads files in its order until the name turns up, and any bad file before it is the error.
// Kind::not_found: "no net configuration with name …".
Result<NetworkList> find_network_strictly(const std::string& dir, std::string_view name);

}  // namespace cni
