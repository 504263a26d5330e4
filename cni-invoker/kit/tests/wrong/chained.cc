// Changes the pod's interface, and keeps rules and a limit on the host.
#include <nlohmann/json.hpp>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "kit/tests/wrong/remember.h"
#include "kit/tests/wrong/wrong.h"

namespace cni::kit::wrong {
namespace {

constexpr const char* kArpFilter = "arp_filter";
// What the pod's interface is put under, as under a VRF, which few kernels have.
constexpr const char* kMaster = "kit-under0";

std::string in_pod(const PluginCall& call, const std::string& line) {
  return "nsenter --net=" + call.attachment.netns + " sh -c \"" + line + "\"";
}

std::string sysctl_of(const PluginCall& call) {
  return "/proc/sys/net/ipv4/conf/" + call.attachment.ifname + "/" + kArpFilter;
}

// The link that is on the host, nearest to the pod.
std::string host_link(const NetworkResult& result) {
  std::string name;
  for (const Interface& one : result.interfaces)
    if (one.sandbox.empty()) name = one.name;
  return name;
}

std::string pod_address(const NetworkResult& result) {
  for (const std::string& address : pod_ips(result))
    if (address.find(':') == std::string::npos) return address;
  return "10.240.0.2";
}

// What "portMappings" asks for, in any case of its keys. 0: nothing.
std::int64_t host_port(const PluginCall& call) {
  if (wrong("A22")) return 0;
  for (const ConfigView& mapping : call.config["runtimeConfig"]["portMappings"].array().value_or({}))
    for (const char* key : {"hostPort", "HostPort"})
      if (mapping[key].is_there() && !(wrong("N25") && *key == 'H')) return mapping[key].number_or(0).value_or(0);
  return 0;
}

std::string rules(const PluginCall& call, const std::string& address) {
  const std::int64_t port = host_port(call);
  const std::string mapped =
      port == 0 ? "" : "ip daddr 198.51.100.99 tcp dport " + std::to_string(port) + " dnat ip to " + address + ":80; ";
  return "table inet " + tag_of(call) +
         " {\n"
         "chain way { type filter hook forward priority 0; ip saddr " +
         address +
         " accept; }\n"
         "chain mapped { type nat hook prerouting priority -100; " +
         mapped +
         "}\n"
         "chain hidden { type nat hook postrouting priority 100; ip saddr " +
         address +
         " ip daddr 198.51.100.98 masquerade; }\n"
         "}\n";
}

bool is_ignored(const Thing& thing) {
  const auto has = [&](const char* word) { return thing.name.find(word) != std::string::npos; };
  return (wrong("K9") && has("dnat")) || (wrong("K10") && has(" accept")) || (wrong("K11") && has("masquerade")) ||
         (wrong("K12") && thing.area == "qdisc") ||
         (wrong("K13") && (thing.area == "link" || thing.area == "sysctl")) || (wrong("K15") && thing.area == "rule");
}

class Chained : public Plugin {
 public:
  // Before there were lists, nothing came before it.
  std::vector<Version> versions() const override {
    std::vector<Version> all = Plugin::versions();
    if (!wrong("V5")) std::erase_if(all, [](const Version& version) { return version < Version{0, 3, 0}; });
    return all;
  }

  Result<NetworkResult> add(const PluginCall& call) override {
    if (!call.previous_result) return call.config["prevResult"].error("is missing");
    if (wrong("X6") && !base::list_dir(state_dir(call)).value_or({}).empty())
      return plugin_error(code::kGeneric, "the port is taken");
    const std::string address = pod_address(*call.previous_result), link = host_link(*call.previous_result);
    TRY(shell(in_pod(call, "ip link set " + call.attachment.ifname + " mtu 1400 && echo 1 > " + sysctl_of(call) +
                               " && ip rule add from " + address + " priority 1000 table 1000 && ip link add " +
                               kMaster + " type bridge && ip link set " + call.attachment.ifname + " master " +
                               kMaster)));
    TRY(shell("nft -f - <<'END'\n" + rules(call, address) + "END"));
    TRY(shell("tc qdisc add dev " + link + " root handle 1: tbf rate 100mbit burst 256kb latency 10ms"));
    TRY(remember(call, own_world(call, interest(call, link)), link));
    return *call.previous_result;
  }

  Result<void> del(const PluginCall& call) override {
    static_cast<void>(shell("nft delete table inet " + tag_of(call) + " 2>/dev/null"));
    if (const auto memory = recall(call))
      static_cast<void>(shell("tc qdisc del dev " + memory->text + " root 2>/dev/null"));
    static_cast<void>(
        shell(in_pod(call, std::string(wrong("D17") ? "" : "ip link set " + call.attachment.ifname + " mtu 1500; ") +
                               "echo 0 > " + sysctl_of(call) + "; ip rule del priority 1000; ip link del " + kMaster) +
              " 2>/dev/null"));
    return base::remove_file(state_file(call));
  }

  Result<void> check(const PluginCall& call) override {
    if (!call.previous_result) return call.config["prevResult"].error("is missing");
    const Memory memory = TRY(recall(call));
    const std::string change = first_change(memory.own, own_world(call, interest(call, memory.text)));
    return change.empty() ? Result<void>() : plugin_error(code::kGeneric, change);
  }

 private:
  static Interest interest(const PluginCall& call, const std::string& link) {
    const std::string tag = tag_of(call), ifname = call.attachment.ifname;
    return {[=](const Thing& thing) {
              if (is_ignored(thing)) return false;
              if (thing.where.empty())
                return thing.name.find(tag) != std::string::npos ||
                       (thing.area == "qdisc" && thing.name.ends_with(" on " + link));
              return (thing.area == "link" && thing.name == ifname) || thing.name.find(" 1000:") != std::string::npos ||
                     thing.name.ends_with(ifname + "/" + kArpFilter);
            },
            {"mac", wrong("K14") ? "master" : ""}};
  }
};

}  // namespace

std::unique_ptr<Plugin> chained_plugin() { return std::make_unique<Chained>(); }

}  // namespace cni::kit::wrong
