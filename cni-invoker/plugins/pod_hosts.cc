// pod-hosts: a chained CNI plugin that makes pods known by name. For each attachment it keeps a file in hosts(5) format
// in a directory, as `dnsmasq --hostsdir` reads it. The name is K8S_POD_NAME of CNI_ARGS, else the container id.
//   { "type": "pod-hosts", "dir": "/run/pod-hosts", "domain": "pods.internal" }
#include <unistd.h>

#include <algorithm>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "cni/skel.h"

namespace {

namespace base = cni::base;

using cni::Kind;
using cni::PluginCall;
using cni::Result;

// Of a key whose value may not be empty.
Result<std::string> setting(const PluginCall& call, const char* key, const char* otherwise) {
  const cni::ConfigView value = call.config[key];
  std::string text = TRY(value.text_or(otherwise));
  if (text.empty()) return value.error("must not be empty");
  return text;
}

Result<std::string> directory(const PluginCall& call) {
  return TRY(setting(call, "dir", "/run/pod-hosts")) + "/" + call.network;
}

std::string file_name(const std::string& container_id, const std::string& ifname) {
  return container_id + "@" + ifname;
}

Result<std::string> file_of(const PluginCall& call) {
  return TRY(directory(call)) + "/" + file_name(call.attachment.container_id, call.attachment.ifname);
}

Result<std::string> content(const PluginCall& call) {
  if (!call.previous_result) return call.config["prevResult"].error("is missing: pod-hosts must follow another plugin");
  const std::string domain = TRY(setting(call, "domain", "pods.internal"));
  std::string name = call.attachment.container_id;
  for (const auto& [key, value] : call.attachment.args)
    if (key == "K8S_POD_NAME" && cni::check_container_id(value)) name = value;
  std::string lines;
  for (const std::string& address : cni::pod_ips(*call.previous_result))
    lines += address + " " + name + "." + domain + " " + name + "\n";
  return lines;
}

class PodHosts : public cni::Plugin {
 public:
  Result<cni::NetworkResult> add(const PluginCall& call) override {
    const std::string lines = TRY(content(call));
    TRY(base::make_dirs(TRY(directory(call))));
    TRY(base::write_file_durably(TRY(file_of(call)), lines, 0644));
    return *call.previous_result;  // passed on as it came
  }

  Result<void> del(const PluginCall& call) override { return base::remove_file(TRY(file_of(call))); }

  Result<void> check(const PluginCall& call) override {
    const std::string path = TRY(file_of(call));
    if (TRY(base::read_file(path)) != TRY(content(call)))
      return cni::plugin_error(cni::code::kGeneric, "'" + path + "' was changed");
    return {};
  }

  Result<void> gc(const PluginCall& call) override {
    const std::string dir = TRY(directory(call));
    auto names = base::list_dir(dir);
    if (!names) return names.error().kind == Kind::not_found ? Result<void>() : std::move(names).error();
    for (const std::string& name : *names) {
      const bool valid = std::any_of(call.valid.begin(), call.valid.end(), [&](const cni::ValidAttachment& one) {
        return file_name(one.container_id, one.ifname) == name;
      });
      if (!valid) TRY(base::remove_file(dir + "/" + name));
    }
    return {};
  }

  Result<void> status(const PluginCall& call) override {
    const std::string dir = TRY(directory(call));
    if (!base::make_dirs(dir) || ::access(dir.c_str(), W_OK) != 0)
      return cni::plugin_error(cni::code::kNotAvailable, "cannot write to '" + dir + "'");
    return {};
  }
};

}  // namespace

int main() {
  PodHosts plugin;
  return cni::run_plugin(plugin);
}
