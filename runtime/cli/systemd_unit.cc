#include "runtime/cli/systemd_unit.h"

#include <algorithm>

namespace podrun::cli {
namespace {

constexpr std::string_view kService = ".service";

// A word of a command line, as systemd reads them: specifiers, variables, quotes (systemd.service(5), "COMMAND LINES").
Result<std::string> quoted_for_systemd(const std::string& word) {
  std::string text = "\"";
  for (const char c : word) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f)
      return Error{Kind::invalid, 0, "'" + word + "': no unit of systemd can have it, for its control character"};
    if (c == '%' || c == '$') text += c;
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

Result<std::string> line_of_words(const std::string& key, const std::vector<std::string>& words) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./:=,@+";
  std::string text = key + "=";
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool is_plain = !words[i].empty() && words[i].find_first_not_of(kPlain) == std::string::npos;
    text += (i == 0 ? "" : " ") + (is_plain ? words[i] : TRY(quoted_for_systemd(words[i])));
  }
  return text + "\n";
}

std::vector<std::string> with(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

std::string unit_name(const std::string& name_space, const std::string& name) {
  // No name has a colon.
  return "podrun-" + (name_space == "default" ? "" : name_space + ":") + name + std::string(kService);
}

std::string unit_path(const std::string& unit) { return "/etc/systemd/system/" + unit; }

std::string manifests_path(const std::string& unit) {
  return "/etc/podrun/pods/" + unit.substr(0, unit.size() - kService.size());
}

Result<std::string> unit_text(const PodUnit& unit) {
  const std::vector<std::string> make = with(with(unit.program, {"apply", "-f", unit.manifests}), unit.for_apply);
  const std::vector<std::string> remove = with(unit.program, {"delete", "--ignore-not-found", "-f", unit.manifests});
  std::string text = "# Made by podrun systemd install. What it makes is in " + unit.manifests + ".\n";
  text += "[Unit]\n";
  text += "Description=Pods of podrun: " + unit.name.substr(0, unit.name.size() - kService.size()) + "\n";
  text += "Documentation=man:podrun(1)\n";
  text += "Wants=network-online.target\n";
  text += "After=network-online.target remote-fs.target\n";
  text += TRY(line_of_words("RequiresMountsFor", with({unit.manifests}, unit.needs_paths)));
  // podrun is no daemon: it ends when the pod stands, and the pod's processes are in a cgroup of their own. A registry
  // or a network may not be there yet when the machine starts.
  text += "\n[Service]\nType=oneshot\nRemainAfterExit=yes\n";
  text += TRY(line_of_words("ExecStart", make));
  text += TRY(line_of_words("ExecReload", make));
  text += TRY(line_of_words("ExecStop", remove));
  text += "Restart=on-failure\nRestartSec=30\nTimeoutStopSec=5min\n";
  text += "\n[Install]\nWantedBy=multi-user.target\n";
  return text;
}

}  // namespace podrun::cli
