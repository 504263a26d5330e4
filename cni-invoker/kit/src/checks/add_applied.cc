// Whether what a result says of addresses and routes is so in the pod. Spec, section 5, ADD Success.
#include "cni/base/ip.h"
#include "kit/src/checks/chapter.h"
#include "kit/src/checks/sections.h"
#include "kit/src/result_fault.h"
#include "kit/src/spoil.h"

namespace cni::kit {
namespace {

using base::IpAddress;

// The interface an address or a route is on: where the result says so, else the pod's.
std::string link_of(const Json& ip, const Pod& pod) {
  const Json interfaces = pod.result.value("interfaces", Json::array());
  if (!ip.contains("interface")) return pod.ifname;
  return interfaces.at(ip["interface"].get<std::size_t>()).value("name", "");
}

bool is_in_pod(const Json& ip, const Pod& pod) {
  const Json interfaces = pod.result.value("interfaces", Json::array());
  return !ip.contains("interface") || interfaces.at(ip["interface"].get<std::size_t>()).value("sandbox", "") != "";
}

// ips of all versions: [{"address": …}].
Json addresses_of(const Json& result) {
  if (result.contains("ips")) return result["ips"];
  Json all = Json::array();
  for (const char* key : {"ip4", "ip6"})
    if (result.contains(key)) all.push_back({{"address", result[key].at("ip")}});
  return all;
}

Json routes_of(const Json& result) {
  Json all = result.value("routes", Json::array());
  for (const char* key : {"ip4", "ip6"})
    for (const Json& route : result.value(key, Json::object()).value("routes", Json::array())) all.push_back(route);
  return all;
}

// What else would be read out of range.
Verdict has_a_good_result(const Lab& lab, const Pod& pod) {
  const std::string fault = fault_of_result(pod.result, lab.version(), lab.target().role);
  return fault.empty() ? passed() : skipped("its result is none (A1): " + fault);
}

Verdict has_its_addresses(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.attach(pod));
  KIT_REQUIRE(has_a_good_result(lab, pod));
  const Json ips = addresses_of(pod.result);
  if (ips.empty()) return not_applicable("it gives no addresses");
  const World world = lab.world();
  for (const Json& ip : ips) {
    const std::string where = is_in_pod(ip, pod) ? pod.name : "", link = link_of(ip, pod);
    const std::string address = ip["address"].get<std::string>();
    const std::size_t slash = address.find('/');
    const std::string name =
        IpAddress::parse(address.substr(0, slash))->to_text() + address.substr(slash) + " on " + link;
    if (find(world, {"address", name, where}) == nullptr)
      return failed("address " + name + ", as the result has it", "none such");
    if (const State* state = find(world, {"link", link, where}); state != nullptr && value_of(*state, "admin") != "up")
      return failed("'" + link + "', which has " + address + ", up", value_of(*state, "admin"));
  }
  return passed();
}

// Without the bits that are the host's, as the kernel keeps it.
std::string network_of(const std::string& cidr) {
  const std::size_t slash = cidr.find('/');
  const IpAddress address = *IpAddress::parse(cidr.substr(0, slash));
  std::string bytes(address.bytes().begin(), address.bytes().end());
  const unsigned length = static_cast<unsigned>(std::stoul(cidr.substr(slash + 1))) + (address.is_v4() ? 96 : 0);
  for (unsigned bit = length; bit < 128; ++bit)
    bytes[bit / 8] = static_cast<char>(static_cast<unsigned char>(bytes[bit / 8]) & ~(0x80U >> (bit % 8)));
  const std::string text = IpAddress::of_bytes(bytes)->to_text();
  if (length == (address.is_v4() ? 96U : 0U)) return address.is_v4() ? "default" : "::/0";
  return text + cidr.substr(slash);
}

struct Found {
  std::string name;
  const State* state = nullptr;
};

// The pod's route for one of the result: its table and metric are in its name.
Found find_route(const World& world, const Json& route, const Pod& pod) {
  const std::string begin = network_of(route["dst"].get<std::string>());
  const std::uint64_t table = route.value("table", std::uint64_t{254});
  for (const auto& [thing, state] : world) {
    if (thing.area != "route" || thing.where != pod.name) continue;
    if (thing.name != begin && !thing.name.starts_with(begin + " ")) continue;
    const bool other_table = thing.name.find(" table ") != std::string::npos;
    const bool this_table = table == 254 || table == 0
                                ? !other_table
                                : thing.name.find(" table " + std::to_string(table)) != std::string::npos;
    if (this_table) return {thing.name, &state};
  }
  return {};
}

bool is_gateway_of(const std::string& via, const Json& route, const Json& result) {
  if (route.contains("gw")) return base::same_address(via, route["gw"].get<std::string>());
  if (via.empty()) return true;
  for (const Json& ip : result.value("ips", Json::array()))
    if (base::same_address(via, ip.value("gateway", ""))) return true;
  return !result.contains("ips");
}

Verdict has_its_routes(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.attach(pod));
  KIT_REQUIRE(has_a_good_result(lab, pod));
  const Json routes = routes_of(pod.result);
  if (routes.empty()) return not_applicable("it gives no routes");
  const World world = lab.world();
  for (const Json& route : routes) {
    const Found found = find_route(world, route, pod);
    if (found.state == nullptr)
      return failed("route " + route.dump() + ", as the result has it", "none such in the pod");
    const std::string via = value_of(*found.state, "via");
    if (!is_gateway_of(via, route, pod.result))
      return failed("route " + route.dump() + ", as the result has it", "it goes by " + (via.empty() ? "none" : via));
    const std::uint64_t metric = route.value("priority", std::uint64_t{0});
    if (metric != 0 && (found.name + " ").find(" metric " + std::to_string(metric) + " ") == std::string::npos)
      return failed("route " + route.dump() + ", as the result has it", found.name);
  }
  return passed();
}

// Through kit-ipam, which gives routes of every kind.
Verdict has_metrics_on_routes(Lab& lab) {
  KIT_REQUIRE(lab.has_ipam());
  KIT_REQUIRE(lab.has_what_it_needs());
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  lab.ipam().answer("ADD", stub_result({{"cniVersion", lab.version().to_text()},
                                        {"ips", {{{"address", "10.235.0.9/16"}, {"gateway", "10.235.0.1"}}}},
                                        {"routes",
                                         {{{"dst", "198.51.100.0/24"}, {"mtu", 1400}, {"advmss", 1300}},
                                          {{"dst", "203.0.113.0/24"}, {"priority", 77}},
                                          {{"dst", "192.0.2.0/24"}, {"table", 77}}}}}));
  const Answer answer = lab.run(with_stub_ipam(lab.call("ADD", pod)));
  KIT_REQUIRE(expect_success(answer, "ADD with an IPAM plugin that gives routes with mtu, priority and table"));
  const World world = lab.world();
  const auto seen = [&](const std::string& dst) {
    for (const auto& [thing, state] : world)
      if (thing.area == "route" && thing.where == pod.name && thing.name.starts_with(dst)) {
        std::string text = thing.name;
        for (const auto& [key, value] : state) text += " " + key + " " + value;
        return text;
      }
    return std::string("none");
  };
  const std::vector<std::pair<std::string, std::vector<std::string>>> expected{
      {"198.51.100.0/24", {"mtu 1400", "advmss 1300"}},
      {"203.0.113.0/24", {"metric 77"}},
      {"192.0.2.0/24", {"table 77"}}};
  for (const auto& [dst, parts] : expected)
    for (const std::string& part : parts)
      if (seen(dst).find(part) == std::string::npos)
        return failed("route " + dst + " with " + part + ", as the IPAM plugin gave it", seen(dst));
  return passed();
}

}  // namespace

std::vector<Check> applied_checks() {
  constexpr Applies kPods{.roles = kInterfaces};
  return {
      {{"A4", Level::must, "has the addresses of the result", kAddSuccessSection}, kPods, has_its_addresses},
      {{"A5", Level::must, "has the routes of the result", kAddSuccessSection}, kPods, has_its_routes},
      {{"A6", Level::should, "has mtu, priority and table of routes as they were given", kAddSuccessSection},
       {.roles = kInterfaces, .from = {1, 1, 0}},
       has_metrics_on_routes},
  };
}

}  // namespace cni::kit
