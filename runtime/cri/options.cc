#include "runtime/cri/options.h"

#include <algorithm>
#include <sstream>
#include <toml.hpp>

#include "base/files.h"

namespace podrun::cri {
namespace {

struct Setting {
  std::string_view name;  // of the flag; in the file with _ for -
  std::string Options::*text = nullptr;
  std::string Directories::*directory = nullptr;
  std::string_view help;
};

constexpr Setting kSettings[] = {
    {"socket", &Options::socket, nullptr, "Where to listen; systemd's socket goes before"},
    {"stream-address", &Options::stream_address, nullptr, "Loopback address for Exec, Attach and PortForward"},
    {"metrics-address", &Options::metrics_address, nullptr,
     "PORT on loopback, or ADDRESS:PORT, for Prometheus; else none"},
    {"podrun", &Options::podrun, nullptr, "The program that acts; else beside this one, else in PATH"},
    {"state-dir", nullptr, &Directories::state, "What exists now; gone after a reboot"},
    {"data-dir", nullptr, &Directories::data, "Images, writable layers, the CNI ledger"},
    {"netns-dir", nullptr, &Directories::netns, "Where network namespaces are pinned"},
    {"cgroup-parent", &Options::cgroup_parent, nullptr, "Of pods that name none"},
    {"cni-conf-dir", &Options::cni_conf_dir, nullptr, "CNI network configurations"},
    {"cni-bin-dir", &Options::cni_bin_path, nullptr, "CNI plugins; several joined by colons"},
    {"cdi-spec-dirs", &Options::cdi_spec_dirs, nullptr,
     "CDI devices; several joined by colons, of which later ones go before"},
    {"network", &Options::network, nullptr, "CNI network of pods; else the first that is configured"},
};

Result<LogLevel> level_of(const std::string& text) {
  constexpr std::string_view kLevels[] = {"error", "warn", "info", "debug"};
  const auto found = std::find(std::begin(kLevels), std::end(kLevels), text);
  if (found != std::end(kLevels)) return static_cast<LogLevel>(found - std::begin(kLevels));
  return Error{Kind::invalid, 0, "log-level: expected error, warn, info or debug, found '" + text + "'"};
}

Result<Pods> pods_of(const std::string& text) {
  if (text == "all") return Pods::all;
  if (text == "own") return Pods::own;
  return Error{Kind::invalid, 0, "pods: expected all or own, found '" + text + "'"};
}

// False where there is no such setting.
Result<bool> give(Options& options, std::string_view name, const std::string& value) {
  if (name == "log-level") {
    options.log_level = TRY(level_of(value));
    return true;
  }
  if (name == "pods") {
    options.pods = TRY(pods_of(value));
    return true;
  }
  for (const Setting& setting : kSettings) {
    if (setting.name != name) continue;
    (setting.text != nullptr ? options.*setting.text : options.directories.*setting.directory) = value;
    return true;
  }
  return false;
}

Result<void> read_file(Options& options, bool must_be_there) {
  const auto text = base::read_file(options.config, 1U << 20U);
  if (!text && text.error().kind == Kind::not_found && !must_be_there) return {};
  if (!text) return text.error();
  try {
    std::istringstream stream(*text);
    const auto table = toml::parse(stream, options.config);
    for (const auto& [key, value] : table.as_table()) {
      std::string name = key;
      std::replace(name.begin(), name.end(), '_', '-');
      if (!value.is_string()) return Error{Kind::invalid, 0, options.config + ": " + key + ": expected a string"};
      if (!TRY(give(options, name, value.as_string().str).in(options.config)))
        return Error{Kind::invalid, 0, options.config + ": there is no setting '" + key + "'"};
    }
  } catch (const std::exception& error) {  // toml11 has no other way to say it
    return Error{Kind::invalid, 0, "read '" + options.config + "': " + error.what()};
  }
  return {};
}

using Given = std::vector<std::pair<std::string, std::string>>;

Result<Given> split(const std::vector<std::string>& arguments, Options& options) {
  Given given;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--help" || word == "-h") {
      options.wants_help = true;
    } else if (word == "--version") {
      options.wants_version = true;
    } else if (!word.starts_with("--")) {
      return Error{Kind::invalid, 0, "'" + word + "': expected a flag (--help shows them)"};
    } else if (const auto equals = word.find('='); equals != std::string::npos) {
      given.emplace_back(word.substr(2, equals - 2), word.substr(equals + 1));
    } else if (i + 1 == arguments.size()) {
      return Error{Kind::invalid, 0, word + ": expected a value"};
    } else {
      given.emplace_back(word.substr(2), arguments[++i]);
    }
  }
  return given;
}

}  // namespace

Result<Options> read_options(const std::vector<std::string>& arguments) {
  Options options;
  const Given given = TRY(split(arguments, options));
  const auto config = std::find_if(given.begin(), given.end(), [](const auto& flag) { return flag.first == "config"; });
  if (config != given.end()) options.config = config->second;
  TRY(read_file(options, config != given.end()));
  for (const auto& [name, value] : given)
    if (name != "config" && !TRY(give(options, name, value)))
      return Error{Kind::invalid, 0, "there is no flag '--" + name + "' (--help shows them)"};
  return options;
}

std::string help_text() {
  std::string text =
      "podrun-cri: pods for a kubelet, by the Kubernetes CRI (v1)\n\n"
      "Usage: podrun-cri [FLAG VALUE]...\n\n"
      "  --config FILE            Settings, as flags are named, with _ for - (/etc/podrun/cri.toml)\n"
      "  --log-level LEVEL        error, warn, info (the default) or debug\n"
      "  --pods WHICH             all: those of podrun's command line are shown too; own: not, which is what a\n"
      "                           kubelet wants, since it ends pods it does not know. Where nothing is said they\n"
      "                           are shown, and kubelets turned away\n";
  for (const Setting& setting : kSettings) {
    std::string line = "  --" + std::string(setting.name) + " VALUE";
    line.resize(std::max<std::size_t>(line.size() + 1, 27), ' ');
    text += line + std::string(setting.help) + "\n";
  }
  return text + "  --version, --help\n";
}

std::vector<std::string> flags_for_podrun(const Options& options) {
  std::vector<std::string> words{"--state-dir",   options.directories.state, "--data-dir",     options.directories.data,
                                 "--netns-dir",   options.directories.netns, "--cni-conf-dir", options.cni_conf_dir,
                                 "--cni-bin-dir", options.cni_bin_path};
  return words;
}

}  // namespace podrun::cri
