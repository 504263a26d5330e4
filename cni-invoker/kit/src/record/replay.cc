#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "cni/base/files.h"
#include "cni/base/joined.h"
#include "cni/base/rtnetlink.h"
#include "cni/base/try.h"
#include "cni/record.h"
#include "cni/result.h"
#include "kit/src/host/netns.h"
#include "kit/src/host/own_host.h"

namespace cni::kit {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds kLimit{60};  // of one plugin

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

// A path of a process is another's here: the namespace gets one of its own, wherever it is named.
void move_netns(Recording& recording) {
  const std::string old = recording.variable("CNI_NETNS"), place = "/run/netns/replay";
  if (!old.starts_with("/proc/")) return;
  for (auto& [name, value] : recording.environment)
    if (name == "CNI_NETNS") value = place;
  for (std::size_t at = 0; (at = recording.input.find(old, at)) != std::string::npos; at += place.size())
    recording.input.replace(at, old.size(), place);
}

std::optional<Link> find_link(RouteSocket& socket, const std::string& name) {
  for (Link& link : socket.links().value_or({}))
    if (link.name == name) return std::move(link);
  return std::nullopt;
}

class Host {
 public:
  Host(Recording recording, const ReplayOptions& options) : recording_(std::move(recording)), options_(options) {
    move_netns(recording_);
    for (auto& [name, value] : recording_.environment)
      if (name == "CNI_PATH") value = base::joined(options_.plugin_dirs, ":");
    config_ = Json::parse(recording_.input, nullptr, false);
  }

  Result<Recording> run_again() {
    TRY(make_links());
    TRY(make_pod());
    if (recording_.command == "ADD") {
      if (has_previous()) TRY(make_what_came_before());
    } else if (recording_.command == "DEL" || recording_.command == "CHECK") {
      TRY(add_first());
    }
    return run(recording_.command, recording_.input);
  }

 private:
  Result<void> make_links() {
    if (recording_.links.empty()) return {};
    RouteSocket socket = TRY(RouteSocket::open(kHostNetns));
    for (const std::string& name : recording_.links) {
      TRY(socket.make_veth(name));
      if (const auto link = find_link(socket, name)) TRY(socket.bring_up(link->index));
    }
    return {};
  }

  Result<void> make_pod() {
    const std::string netns = recording_.variable("CNI_NETNS");
    if (netns.empty()) return {};
    TRY(base::make_dirs(parent_of(netns)));
    return make_netns(netns, true);
  }

  bool has_previous() const { return config_.is_object() && config_.contains("prevResult"); }

  // The interfaces that prevResult says are in the pod, with their addresses, each with an end on the host.
  Result<void> make_what_came_before() {
    const std::string netns = recording_.variable("CNI_NETNS");
    RouteSocket host = TRY(RouteSocket::open(kHostNetns)), pod = TRY(RouteSocket::open(netns));
    const Fd file = TRY(base::open_file(netns, O_RDONLY));
    const Json& previous = config_["prevResult"];
    const Json interfaces = previous.value("interfaces", Json::array());
    std::vector<std::string> ends;
    for (const Json& interface : interfaces)
      if (interface.value("sandbox", "").empty()) ends.push_back(interface.value("name", ""));
    std::size_t number = 0;
    for (std::size_t i = 0; i < interfaces.size(); ++i) {
      const std::string name = interfaces[i].value("name", "");
      if (interfaces[i].value("sandbox", "").empty() || name == "lo") continue;
      // The one that the result tells last, behind its bridge.
      const std::string end =
          ends.empty() || find_link(host, ends.back()) ? "replay" + std::to_string(number) : ends.back();
      ++number;
      TRY(host.make_veth(end, name, file.get()));
      const auto ours = find_link(host, end), theirs = find_link(pod, name);
      if (!ours || !theirs) return Error{Kind::internal, 0, "make interface '" + name + "': it is not there"};
      TRY(host.bring_up(ours->index));
      TRY(pod.bring_up(theirs->index));
      TRY(give_addresses(pod, theirs->index, previous, i));
    }
    return {};
  }

  static Result<void> give_addresses(RouteSocket& pod, int link, const Json& previous, std::size_t interface) {
    for (const Json& ip : previous.value("ips", Json::array())) {
      const std::string text = ip.value("address", "");
      const std::size_t slash = text.find('/');
      if (ip.value("interface", 0U) != interface || slash == std::string::npos) continue;
      const auto address = base::IpAddress::parse(text.substr(0, slash));
      if (address) TRY(pod.add(link, {*address, std::atoi(text.c_str() + slash + 1)}));
    }
    return {};
  }

  // A DEL or a CHECK is of something. A plugin that makes interfaces makes one; for a chained one there is one before.
  Result<void> add_first() {
    if (!config_.is_object() || recording_.variable("CNI_NETNS").empty()) return {};
    Json first = config_;
    first.erase("prevResult");
    const Recording added = TRY(run("ADD", first.dump()));
    const Json result = Json::parse(added.output, nullptr, false);
    if (added.end == "exit 0" && result.is_object()) {
      if (has_previous()) config_["prevResult"] = result;
      recording_.input = config_.dump();
      return {};
    }
    if (!has_previous()) return {};
    TRY(run("DEL", first.dump()));
    TRY(make_what_came_before());
    TRY(run("ADD", config_.dump()));
    return {};
  }

  Result<Recording> run(const std::string& command, const std::string& input) const {
    ProcessRunner runner;
    RunRequest request;
    request.path = options_.path;
    request.environment = recording_.environment;
    for (auto& [name, value] : request.environment)
      if (name == "CNI_COMMAND") value = command;
    request.input = input;
    request.timeout = kLimit;
    Recorded done = run_recorded(runner, request);
    if (!done.outcome) return done.outcome.error();
    return std::move(done.recording);
  }

  Recording recording_;
  const ReplayOptions& options_;
  Json config_;
};

}  // namespace

Result<Recording> replay(const Recording& recording, const ReplayOptions& options) {
  const auto text = in_own_host(
      [&](const OwnHost&) -> Result<std::string> { return to_json(TRY(Host(recording, options).run_again())); });
  if (!text) return Error(text.error()).in("run '" + options.path + "' again");
  return parse_recording(*text, "the host's report");
}

}  // namespace cni::kit
