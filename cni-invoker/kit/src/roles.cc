#include "kit/src/roles.h"

#include <algorithm>
#include <cerrno>

#include "cni/base/files.h"
#include "cni/base/rtnetlink.h"
#include "cni/base/try.h"
#include "kit/helper/places.h"
#include "kit/src/default_configs.h"
#include "kit/src/host/own_host.h"
#include "kit/src/lab.h"

namespace cni::kit {
namespace {

Result<bool> has_link(const Pod& pod) {
  const auto links = TRY(TRY(RouteSocket::open(pod.netns)).links());
  return std::any_of(links.begin(), links.end(), [&](const Link& link) { return link.name == pod.ifname; });
}

bool is_of_ipam(const Json& result) {
  const bool with_addresses = result.contains("ips") || result.contains("ip4") || result.contains("ip6");
  return with_addresses && result.value("interfaces", Json::array()).empty();
}

Role role_by_trying(const PluginUnderTest& plugin, Subject subject, const OwnHost& host) {
  subject.plugins = {plugin};
  Lab alone(subject, 0, plugin.versions.back(), host);
  Pod& pod = alone.pod();
  const Answer answer = alone.run(alone.call("ADD", pod));
  // Who has nothing to pass on may print nothing, or null.
  if (answer.succeeded() && answer.document.is_object())
    return is_of_ipam(answer.document) && !has_link(pod).value_or(false) ? Role::ipam : Role::interface;
  subject.plugins = {kit_first_plugin(), plugin};
  Lab chained(subject, 1, plugin.versions.back(), host);
  Pod& other = chained.pod();
  other.id += "-chained";
  const bool works =
      chained.prepare(other).outcome == Outcome::passed && chained.run(chained.call("ADD", other)).succeeded();
  return works ? Role::chained : Role::interface;
}

std::string missing_for(const std::string& kind) {
  if (kind == "tun") return base::path_exists("/dev/net/tun") ? "" : "/dev/net/tun";
  auto socket = RouteSocket::open("/proc/thread-self/ns/net");
  if (!socket) return socket.error().what;
  // Whatever else is wrong with so bare a request is said after the kind was looked up.
  const auto made = socket->make_link("kit-probe", kind);
  const bool is_unknown = !made && made.error().error_number == EOPNOTSUPP;
  return is_unknown ? "interfaces of kind '" + kind + "', which this kernel has not" : "";
}

}  // namespace

Result<Role> find_role(const PluginUnderTest& plugin, const Subject& subject) {
  const auto text = in_own_host(
      [&](const OwnHost& host) { return std::to_string(static_cast<int>(role_by_trying(plugin, subject, host))); });
  if (text) return static_cast<Role>(text->front() - '0');
  if (text.error().kind == Kind::internal) return Role::interface;  // it ended its host: the checks tell of that
  return text.error();
}

Result<std::string> lacking_here(const Subject& subject) {
  for (const PluginUnderTest& plugin : subject.plugins) {
    const KnownType* type = known_type(plugin.type());
    if (type == nullptr) continue;
    if (!type->needs.empty()) return type->needs;
    if (type->link_kind.empty()) continue;
    std::string missing = TRY(in_own_host([&](const OwnHost&) { return missing_for(type->link_kind); }));
    if (!missing.empty()) return missing;
  }
  return std::string();
}

PluginUnderTest kit_first_plugin() {
  PluginUnderTest first;
  first.name = kFirstPlugin;
  first.config = {{"type", kFirstPlugin}};
  first.path = kOwnPlugins + "/" + kFirstPlugin;
  first.versions.assign(kKnownVersions.begin(), kKnownVersions.end());
  first.ours = true;
  return first;
}

}  // namespace cni::kit
