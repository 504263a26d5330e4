// What ADD answers, and whether it is true. Spec, section 5, ADD Success.
#include "kit/src/checks/chapter.h"
#include "kit/src/checks/sections.h"
#include "kit/src/result_fault.h"
#include "kit/src/spoil.h"

namespace cni::kit {
namespace {

// The one check that fails where ADD does: all others are skipped then.
Verdict answers_by_the_book(Lab& lab) {
  KIT_REQUIRE(lab.has_what_it_needs());
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  const Answer answer = lab.run(lab.call("ADD", pod));
  KIT_REQUIRE(expect_success(answer, "ADD"));
  const std::string fault = fault_of_result(answer.document, lab.version(), lab.target().role);
  if (fault.empty()) return passed();
  return failed("a result of " + lab.version().to_text(), fault, {answer.printed()});
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// An interface of the result: it is where it is said to be, with the address that it is said to have.
Verdict must_be_there(const World& world, const Json& interface, const std::string& where) {
  const std::string name = interface.value("name", ""), place = where.empty() ? "on the host" : "in the pod";
  const State* link = find(world, {"link", name, where});
  if (link == nullptr) return failed("interface '" + name + "' of the result " + place, "none of that name");
  const std::string told = lower(interface.value("mac", "")), is = value_of(*link, "mac");
  if (!told.empty() && told != is) return failed("'" + name + "' with the mac of the result, " + told, is);
  return passed();
}

Verdict makes_its_interface(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.attach(pod));
  const State* link = nullptr;
  const World world = lab.world();
  if (link = find(world, {"link", pod.ifname, pod.name}); link == nullptr)
    return failed("an interface '" + pod.ifname + "' in the pod", "none of that name");
  if (value_of(*link, "admin") != "up") return failed("'" + pod.ifname + "' up", value_of(*link, "admin"));
  if (lab.version() < Version{0, 3, 0}) return passed();
  for (const Json& interface : pod.result.value("interfaces", Json::array())) {
    if (interface.value("name", "") != pod.ifname || interface.value("sandbox", "").empty()) continue;
    if (interface["sandbox"] != pod.netns)
      return failed("sandbox of '" + pod.ifname + "' as CNI_NETNS has it, " + pod.netns, interface["sandbox"].dump());
    return must_be_there(world, interface, pod.name);
  }
  return failed("'" + pod.ifname + "' among the interfaces of the result, with its sandbox",
                pod.result.value("interfaces", Json::array()).dump());
}

Verdict tells_no_others(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.attach(pod));
  const World world = lab.world();
  for (const Json& interface : pod.result.value("interfaces", Json::array())) {
    const std::string sandbox = interface.value("sandbox", "");
    if (sandbox.empty() || sandbox == pod.netns)
      KIT_REQUIRE(must_be_there(world, interface, sandbox.empty() ? "" : pod.name));
  }
  return passed();
}

Verdict tells_of_mtu(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.attach(pod));
  const World world = lab.world();
  std::string text;
  for (const Json& interface : pod.result.value("interfaces", Json::array())) {
    const std::string name = interface.value("name", "");
    const State* link = find(world, {"link", name, interface.value("sandbox", "").empty() ? "" : pod.name});
    text += (text.empty() ? "" : ", ") + name + " " + interface.value("mtu", Json("none")).dump() + " (is " +
            (link == nullptr ? "absent" : value_of(*link, "mtu")) + ")";
  }
  return told("mtu in the result: " + (text.empty() ? "no interfaces" : text));
}

Verdict passes_dns_on(Lab& lab) {
  KIT_REQUIRE(lab.has_ipam());
  KIT_REQUIRE(lab.has_what_it_needs());
  const Json of_ipam{
      {"nameservers", {"192.0.2.53"}}, {"domain", "ipam.example"}, {"search", {"b.example", "a.example"}}};
  const Json of_config{{"nameservers", {"192.0.2.54"}}, {"search", {"config.example"}}};
  Json result{{"cniVersion", lab.version().to_text()}, {"dns", of_ipam}};
  if (lab.version() < Version{0, 3, 0})
    result["ip4"] = {{"ip", "10.235.0.9/16"}, {"gateway", "10.235.0.1"}};
  else
    result["ips"] = {{{"version", "4"}, {"address", "10.235.0.9/16"}, {"gateway", "10.235.0.1"}}};
  if (lab.version() >= Version{1, 0, 0}) result["ips"][0].erase("version");
  lab.ipam().answer("ADD", stub_result(result));
  for (const bool configured : {false, true}) {
    Pod& pod = lab.pod();
    KIT_REQUIRE(lab.prepare(pod));
    const Call call = with_config(with_stub_ipam(lab.call("ADD", pod)), [&](Json& config) {
      config.erase("dns");
      if (configured) config["dns"] = of_config;
    });
    const Answer answer = lab.run(call);
    KIT_REQUIRE(expect_success(answer, "ADD with an IPAM plugin that gives dns"));
    const Json dns = answer.document.value("dns", Json::object()), wanted = configured ? of_config : of_ipam;
    for (const auto& [key, value] : wanted.items())
      if (dns.value(key, Json()) != value)
        return failed(std::string("dns of the result as the ") + (configured ? "configuration" : "IPAM plugin") +
                          " has it: " + wanted.dump(),
                      dns.dump());
  }
  return passed();
}

}  // namespace

std::vector<Check> result_checks() {
  constexpr Applies kAll{}, kLinks{.roles = kInterfaces};
  constexpr Applies kListed{.roles = kInterfaces | kChained | kLoopback, .from = {0, 3, 0}};
  return {
      {{"A1", Level::must, "succeeds in ADD with a result of the version that was asked for", kAddSuccessSection},
       kAll,
       answers_by_the_book},
      {{"A2", Level::must, "makes its interface, up, and tells it in the result", kAddSuccessSection},
       kLinks,
       makes_its_interface},
      {{"A3", Level::must, "tells no interfaces but those there are", kAddSuccessSection}, kListed, tells_no_others},
      {{"A7", Level::info, "tells the mtu of its interfaces", kAddSuccessSection},
       {.roles = kInterfaces, .from = {1, 1, 0}},
       tells_of_mtu},
      {{"A8", Level::should, "tells DNS of the configuration, else of the IPAM plugin", "Spec, section 1, dns"},
       {.roles = kInterfaces, .once = true},
       passes_dns_on},
  };
}

}  // namespace cni::kit
