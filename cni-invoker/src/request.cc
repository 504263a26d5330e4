#include "request.h"

#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "cni/invoker.h"

namespace cni {
namespace {

// The object under a key as far as it is one.
JsonObject object_under(const JsonObject& parent, std::string_view key) {
  const std::string* value = parent.find(key);
  if (value == nullptr) return {};
  auto object = JsonObject::parse(*value);
  return object ? std::move(*object) : JsonObject();
}

// A runtimeConfig from the file stays where no capability matches (people feed bandwidth that way); a capability that
// matches wins key by key.
void put_runtime_config(JsonObject& request, const PluginConfig& plugin, const JsonObject& capability_args) {
  JsonObject runtime_config = object_under(request, "runtimeConfig");
  bool matched = false;
  for (const JsonObject::Member& one : capability_args.members()) {
    if (!plugin.capabilities.contains(one.key)) continue;
    runtime_config.set(one.key, one.value);
    matched = true;
  }
  if (matched) request.set("runtimeConfig", runtime_config.dump());
}

void put_conventional_args(JsonObject& request, const JsonObject& conventional_args) {
  if (conventional_args.empty()) return;
  JsonObject args = object_under(request, "args");
  JsonObject cni = object_under(args, "cni");
  for (const JsonObject::Member& one : conventional_args.members()) cni.set(one.key, one.value);
  args.set("cni", cni.dump());
  request.set("args", args.dump());
}

// Plugins run iptables, nft and ip, which the PATH of cron, su and systemd units may not lead to. The caller's own
// directories come first, and stand in for nothing.
std::string search_path(std::string_view inherited) {
  std::string path(inherited.empty() ? "/usr/local/bin:/usr/bin:/bin" : inherited);
  for (const std::string_view sbin : {"/usr/local/sbin", "/usr/sbin", "/sbin"}) {
    bool there = false;
    for (std::size_t at = 0; at <= path.size() && !there;) {
      const std::size_t end = std::min(path.find(':', at), path.size());
      std::string_view dir(path.data() + at, end - at);
      while (dir.size() > 1 && dir.ends_with('/')) dir.remove_suffix(1);
      there = dir == sbin;
      at = end + 1;
    }
    if (!there) path.append(":").append(sbin);
  }
  return path;
}

}  // namespace

JsonObject network_request(const NetworkList& network, const PluginConfig& plugin) {
  JsonObject request;
  request.set("cniVersion", json_text(network.version.to_text()));
  request.set("name", json_text(network.name));
  for (const JsonObject::Member& member : plugin.object.members()) {
    const bool ours = member.key == "cniVersion" || member.key == "name" || member.key == "prevResult" ||
                      member.key.starts_with("cni.dev/");
    if (!ours) request.set(member.key, member.value);
  }
  return request;
}

std::string attachment_request(const NetworkList& network, const PluginConfig& plugin, const Attachment& attachment,
                               const std::string& previous_result, bool keep_capabilities_key) {
  JsonObject request = network_request(network, plugin);
  if (!keep_capabilities_key) request.erase("capabilities");
  put_runtime_config(request, plugin, attachment.capability_args);
  put_conventional_args(request, attachment.conventional_args);
  if (!previous_result.empty()) request.set("prevResult", previous_result);
  return request.dump();
}

Attachment no_attachment() {
  Attachment nobody;
  nobody.ifname.clear();
  return nobody;
}

Environment plugin_environment(const std::string& operation, const Attachment& attachment,
                               const std::vector<std::string>& dirs, const TraceContext& trace) {
  std::string path;
  for (const std::string& dir : dirs) path += (path.empty() ? "" : ":") + dir;
  Environment ours = {
      {"CNI_COMMAND", operation},        {"CNI_CONTAINERID", attachment.container_id}, {"CNI_NETNS", attachment.netns},
      {"CNI_IFNAME", attachment.ifname}, {"CNI_ARGS", join_args(attachment.args)},     {"CNI_PATH", path}};
  if (!trace.traceparent.empty()) {
    ours.emplace_back("TRACEPARENT", trace.traceparent);
    ours.emplace_back("TRACESTATE", trace.tracestate);
    ours.emplace_back("BAGGAGE", trace.baggage);
  }
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = text.substr(0, equals);
    const auto same = [&](const auto& one) { return one.first == key; };
    if (std::none_of(ours.begin(), ours.end(), same) && std::none_of(environment.begin(), environment.end(), same))
      environment.emplace_back(key, text.substr(equals + 1));
  }
  auto path_of =
      std::find_if(environment.begin(), environment.end(), [](const auto& one) { return one.first == "PATH"; });
  if (path_of == environment.end()) path_of = environment.insert(path_of, {"PATH", ""});
  path_of->second = search_path(path_of->second);
  // An inherited TRACESTATE or BAGGAGE belongs to another trace, so it goes even where we have none of our own.
  std::erase_if(ours, [](const auto& one) { return one.second.empty() && !one.first.starts_with("CNI_"); });
  environment.insert(environment.end(), ours.begin(), ours.end());
  return environment;
}

}  // namespace cni
