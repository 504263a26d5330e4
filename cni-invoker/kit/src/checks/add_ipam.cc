// How an interface plugin calls its IPAM plugin, seen by kit-ipam, which stands in for that. Spec, section 4.
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <fstream>
#include <sstream>

#include "cni/in_netns.h"
#include "kit/src/checks/chapter.h"
#include "kit/src/checks/sections.h"
#include "kit/src/result_fault.h"
#include "kit/src/spoil.h"

namespace cni::kit {
namespace {

Verdict asks_ipam(const Lab& lab) {
  KIT_REQUIRE(lab.has_ipam());
  return lab.has_what_it_needs();
}

Json result_in(const Version& version, const std::string& address) {
  Json result{{"cniVersion", version.to_text()}};
  if (version < Version{0, 3, 0}) {
    result["ip4"] = {{"ip", address}, {"gateway", "10.235.0.1"}};
    return result;
  }
  result["ips"] = {{{"address", address}, {"gateway", "10.235.0.1"}}};
  if (version < Version{1, 0, 0}) result["ips"][0]["version"] = "4";
  return result;
}

Verdict passes_the_call_on(Lab& lab) {
  KIT_REQUIRE(asks_ipam(lab));
  Pod& pod = lab.pod();
  pod.args = "IgnoreUnknown=1;KIT_ONE=a";
  KIT_REQUIRE(lab.prepare(pod));
  Call call = with_config(with_stub_ipam(lab.call("ADD", pod)), [](Json& config) {
    config["kitNumber"] = 12345678901234567890U;
    config["kitText"] = "\u00fc <&>";
    config["ipam"]["kitNested"] = {{"a", {1, nullptr, false}}};
  });
  call.environment["KIT_VARIABLE"] = "a b";
  KIT_REQUIRE(expect_success(lab.run(call), "ADD with an IPAM plugin of the kit's"));
  const auto calls = lab.ipam().calls();
  if (calls.empty()) return failed("a call of the IPAM plugin", "none");
  const StubCall& seen = calls.front();
  for (const auto& [key, value] : call.environment) {
    const auto found = seen.environment.find(key);
    if (found == seen.environment.end() || found->second != value)
      return failed("the IPAM plugin gets " + key + "=" + value,
                    found == seen.environment.end() ? "it is not in its environment" : found->second);
  }
  const Json was = config_of(call), is = Json::parse(seen.input, nullptr, false);
  if (is.is_discarded()) return failed("the IPAM plugin gets the configuration on stdin", seen.input.substr(0, 300));
  if (is == was) return passed();
  std::vector<std::string> changes;
  for (const Json& change : Json::diff(was, is)) changes.push_back(change.dump());
  return failed("the IPAM plugin gets the same configuration", "it is another one", changes);
}

Verdict passes_errors_of_add_on(Lab& lab) {
  KIT_REQUIRE(asks_ipam(lab));
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  lab.ipam().answer("ADD", stub_error(11, "kit: no address now"));
  const Answer answer = lab.run(with_stub_ipam(lab.call("ADD", pod)));
  KIT_REQUIRE(expect_code(answer, {11}, "ADD whose IPAM plugin fails with code 11"));
  if (lab.ipam().count("DEL") == 0)
    return falls_short("DEL of the IPAM plugin whose ADD failed, before ADD fails", "none was called");
  return passed();
}

// Through a gateway that is nowhere: the kernel refuses the route when the address is there already.
Verdict undoes_its_ipam(Lab& lab) {
  KIT_REQUIRE(asks_ipam(lab));
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  Json result = result_in(lab.version(), "10.235.0.9/16");
  const Json route{{"dst", "198.51.100.0/24"}, {"gw", "203.0.113.9"}};
  (lab.version() < Version{0, 3, 0} ? result["ip4"]["routes"] : result["routes"]).push_back(route);
  lab.ipam().answer("ADD", stub_result(result));
  const Answer answer = lab.run(with_stub_ipam(lab.call("ADD", pod)));
  if (answer.succeeded()) return not_applicable("its ADD succeeds with a route by a gateway that is nowhere");
  if (lab.ipam().count("ADD") == 0) return skipped("it called no IPAM plugin");
  if (lab.ipam().count("DEL") == 0)
    return failed("DEL of the IPAM plugin where ADD fails after that gave an address", "none was called",
                  {"the ADD: " + answer.text()});
  return passed();
}

Verdict takes_older_results(Lab& lab) {
  KIT_REQUIRE(asks_ipam(lab));
  std::vector<Json> results;
  for (const Version& version : kKnownVersions)
    if (version <= lab.version()) results.push_back(result_in(version, "10.235.0.9/16"));
  Json versionless = results.back();
  versionless.erase("cniVersion");
  results.push_back(versionless);
  for (const Json& result : results) {
    const std::string what = "ADD whose IPAM plugin answers in " +
                             (result.contains("cniVersion") ? result["cniVersion"].get<std::string>() : "no version");
    Pod& pod = lab.pod();
    KIT_REQUIRE(lab.prepare(pod));
    lab.ipam().answer("ADD", stub_result(result));
    const Answer answer = lab.run(with_stub_ipam(lab.call("ADD", pod)));
    KIT_REQUIRE(expect_success(answer, what));
    const std::string fault = fault_of_result(answer.document, lab.version(), Role::interface);
    if (!fault.empty()) return failed("a result of " + lab.version().to_text() + " from " + what, fault);
    if (answer.outcome.output.find("10.235.0.9/16") == std::string::npos)
      return failed("the address of the IPAM plugin in the result of " + what, answer.printed());
  }
  return passed();
}

Verdict refuses_junk(Lab& lab) {
  KIT_REQUIRE(asks_ipam(lab));
  Verdict verdict = passed();
  for (const std::string junk : {"", "junk", "[]", "null"}) {
    Pod& pod = lab.pod();
    KIT_REQUIRE(lab.prepare(pod));
    lab.ipam().forget();
    lab.ipam().answer("ADD", {junk, 0, "", {}});
    const std::string what = "ADD whose IPAM plugin answers '" + junk + "'";
    const Answer answer = lab.run(with_stub_ipam(lab.call("ADD", pod)));
    // JSON's null can be taken for a result of nothing.
    if (junk == "null" && answer.succeeded()) return falls_short("an error for " + what, answer.text());
    KIT_REQUIRE(expect_failure(answer, what));
    if (lab.ipam().count("DEL") == 0 && verdict.outcome == Outcome::passed)
      verdict = falls_short("DEL of the IPAM plugin in " + what, "none was called");
  }
  return verdict;
}

Verdict passes_stderr_on(Lab& lab) {
  KIT_REQUIRE(asks_ipam(lab));
  for (const bool fails : {false, true}) {
    Pod& pod = lab.pod();
    KIT_REQUIRE(lab.prepare(pod));
    StubAnswer answer = fails ? stub_error(100, "kit: no") : StubAnswer{};
    answer.errors = "kit: a line of the IPAM plugin\n";
    lab.ipam().answer("ADD", answer);
    const Answer seen = lab.run(with_stub_ipam(lab.call("ADD", pod)));
    if (seen.outcome.errors.find("kit: a line of the IPAM plugin") == std::string::npos)
      return failed(
          std::string("on stderr what the IPAM plugin prints there, where that ") + (fails ? "fails" : "succeeds"),
          seen.outcome.errors.empty() ? "nothing" : seen.outcome.errors.substr(0, 300));
  }
  return passed();
}

// Of the calling thread's namespace. Where nobody is at the other end, no address can be probed for.
bool has_carrier(const std::string& name) {
  const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  name.copy(request.ifr_name, sizeof request.ifr_name - 1);
  return ::ioctl(socket.get(), SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_RUNNING) != 0;
}

// Of IPv6 addresses that cannot be used yet, "tentative", by the flags in /proc.
Result<bool> is_tentative(const Pod& pod) {
  return in_netns(pod.netns, [&]() -> Result<bool> {
    std::ifstream file("/proc/thread-self/net/if_inet6");
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string address, index, length, scope, flags, name;
      words >> address >> index >> length >> scope >> flags >> name;
      if (name == pod.ifname && scope == "00" && (std::stoul(flags, nullptr, 16) & 0x40U) != 0)
        return has_carrier(name);
    }
    return false;
  });
}

Verdict gives_both_families(Lab& lab) {
  KIT_REQUIRE(asks_ipam(lab));
  lab.detect_duplicates();
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  const Answer answer = lab.run(with_stub_ipam(lab.call("ADD", pod)));
  KIT_REQUIRE(expect_success(answer, "ADD with addresses of both families"));
  for (const char* end : {"/16\"", "/64\""})  // of kit-ipam's addresses; what they begin with is in routes, too
    if (answer.outcome.output.find(end) == std::string::npos)
      return failed("both addresses of the IPAM plugin in the result", answer.printed());
  if (is_tentative(pod).value_or(false))
    return falls_short("the IPv6 address can be used when ADD is over",
                       "it is tentative: nothing can be bound to it yet");
  return passed();
}

}  // namespace

std::vector<Check> ipam_checks() {
  constexpr Applies kOnce{.roles = kInterfaces, .once = true}, kEach{.roles = kInterfaces};
  return {
      {{"A13", Level::must, "gives its IPAM plugin the environment and the configuration that it got",
        kDelegationSection},
       kOnce,
       passes_the_call_on},
      {{"A14", Level::must, "fails as its IPAM plugin does, and lets that clean up", kDelegationSection},
       kOnce,
       passes_errors_of_add_on},
      {{"A15", Level::should, "lets its IPAM plugin clean up where ADD fails later", kDelegationSection},
       kOnce,
       undoes_its_ipam},
      {{"A16", Level::should, "takes IPAM results of older versions, and of none", kDelegationSection},
       kEach,
       takes_older_results},
      {{"A17", Level::must, "fails where the IPAM plugin answers nothing that is a result", kDelegationSection},
       kOnce,
       refuses_junk},
      {{"A18", Level::should, "prints what its IPAM plugin prints on stderr", kDelegationSection},
       kOnce,
       passes_stderr_on},
      {{"A23", Level::must, "gives addresses of both families, fit for use", kAddSuccessSection},
       kOnce,
       gives_both_families},
  };
}

}  // namespace cni::kit
