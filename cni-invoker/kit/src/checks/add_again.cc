// ADD where something is there already, beside others, and what one that fails leaves. Spec, section 2, ADD.
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <array>

#include "cni/base/files.h"
#include "cni/base/rtnetlink.h"
#include "kit/src/checks/chapter.h"
#include "kit/src/checks/sections.h"
#include "kit/src/spoil.h"
#include "kit/src/world/leftovers.h"

namespace cni::kit {
namespace {

// Of two levels: that what was in the pod is as it was, and that all else is.
Verdict untouched(Lab& lab, const Pod& pod, const World& before, const std::string& after) {
  const auto changes = difference(before, lab.world());
  for (const std::string& change : changes)
    if (!change.starts_with("left: ") && change.ends_with(" in " + pod.name))
      return failed("after " + after + " what was in the pod is as it was", change, changes);
  if (!changes.empty()) return falls_short("after " + after + " all is as it was", changes.front(), changes);
  return passed();
}

Verdict refuses_a_taken_name(Lab& lab) {
  KIT_REQUIRE(lab.has_what_it_needs());
  KIT_REQUIRE(prime(lab));
  Pod& pod = lab.pod();
  auto socket = RouteSocket::open(pod.netns);
  if (!socket || !socket->make_veth(pod.ifname)) return skipped("cannot make an interface in the pod");
  for (const Link& link : socket->links().value_or({}))
    if (link.name == pod.ifname) static_cast<void>(socket->add(link.index, {*base::IpAddress::parse("192.0.2.9"), 24}));
  const World before = lab.world();
  KIT_REQUIRE(expect_failure(lab.run(lab.call("ADD", pod)), "ADD where '" + pod.ifname + "' is in the pod already"));
  return untouched(lab, pod, before, "ADD where '" + pod.ifname + "' is in the pod already, which failed,");
}

Verdict refuses_a_second_add(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.attach(pod));
  const World before = lab.world();
  KIT_REQUIRE(expect_failure(lab.run(lab.call("ADD", pod)), "a second ADD of the same attachment"));
  return untouched(lab, pod, before, "a second ADD of the same attachment, which failed,");
}

// With addresses and no routes, of which a pod can have each only once.
Call without_routes(const Lab& lab, const Call& call) {
  return with_config(call, [&](Json& config) {
    if (lab.target().delegates()) config["ipam"] = {{"type", "kit-ipam"}, {"routes", Json::array()}};
    if (config.contains("isDefaultGateway")) config["isDefaultGateway"] = false;
  });
}

std::vector<std::string> of_link(const std::vector<std::string>& changes, const std::string& link) {
  std::vector<std::string> found;
  for (const std::string& change : changes)
    if ((change + " ").find(" " + link + " ") != std::string::npos) found.push_back(change);
  return found;
}

Verdict bears_two_interfaces(Lab& lab) {
  KIT_REQUIRE(lab.has_what_it_needs());
  for (const bool first_goes_first : {true, false}) {
    Pod& one = lab.pod();
    Pod& two = lab.pod();
    two.id = one.id;  // of the same container
    two.name = one.name;
    two.netns = one.netns;
    two.ifname = "eth1";
    for (Pod* pod : {&one, &two}) {
      KIT_REQUIRE(lab.prepare(*pod));
      const Answer answer = lab.run(without_routes(lab, lab.call("ADD", *pod)));
      if (pod == &one) KIT_REQUIRE(answer.succeeded() ? passed() : skipped("its ADD failed: " + answer.text()));
      // A runtime may ask for it; that each plugin can do it is not written.
      if (!answer.succeeded())
        return falls_short("success of ADD of 'eth1' after 'eth0' of the same container", answer.text());
      pod->result = answer.document;
    }
    const Pod& goes = first_goes_first ? one : two;
    const Pod& stays = first_goes_first ? two : one;
    const World before = lab.world();
    KIT_REQUIRE(expect_success(lab.run(without_routes(lab, lab.call("DEL", goes))),
                               "DEL of '" + goes.ifname + "', with the other still there"));
    const auto hurt = of_link(difference(before, lab.world()), stays.ifname);
    if (!hurt.empty())
      return failed("DEL of '" + goes.ifname + "' leaves '" + stays.ifname + "' of the same container alone",
                    hurt.front(), hurt);
    if (lab.version().has_check())
      KIT_REQUIRE(expect_success(lab.run(without_routes(lab, lab.call("CHECK", stays))),
                                 "CHECK of '" + stays.ifname + "' after DEL of '" + goes.ifname + "'"));
    KIT_REQUIRE(expect_success(lab.run(without_routes(lab, lab.call("DEL", stays))), "DEL of '" + stays.ifname + "'"));
    // Catches who notes what it did by container, and has nothing to undo when the second goes.
    if (lab.target().role == Role::interface && lab.world().contains({"link", stays.ifname, stays.name}))
      return failed("DEL of '" + stays.ifname + "', after that of '" + goes.ifname + "', takes it away",
                    "it is there still");
  }
  return passed();
}

// A process that is in the pod's network namespace by now, and waits for its end, which comes with the host's. -1:
// none.
pid_t start_in(const std::string& netns) {
  const auto file = base::open_file(netns, O_RDONLY);
  std::array<int, 2> ends{};
  if (!file || ::pipe2(ends.data(), O_CLOEXEC) != 0) return -1;
  const Fd entered(ends[0]);
  Fd theirs(ends[1]);
  const pid_t pid = ::fork();
  if (pid == 0) {
    if (::setns(file->get(), CLONE_NEWNET) != 0 || ::write(theirs.get(), "y", 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }
  theirs.reset();
  char yes = 'n';
  return pid > 0 && ::read(entered.get(), &yes, 1) == 1 ? pid : -1;
}

Verdict takes_a_netns_by_pid(Lab& lab) {
  KIT_REQUIRE(lab.has_what_it_needs());
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  const pid_t pid = start_in(pod.netns);
  if (pid < 0) return skipped("cannot start a process in the pod");
  Pod by_pid = pod;
  by_pid.netns = "/proc/" + std::to_string(pid) + "/ns/net";
  // What came before was told of another path, and passes it on.
  const Answer answer = lab.run(lab.call("ADD", by_pid));
  KIT_REQUIRE(expect_success(answer, "ADD with CNI_NETNS=" + by_pid.netns));
  by_pid.result = answer.document;
  return expect_success(lab.run(lab.call("DEL", by_pid)), "DEL with CNI_NETNS=" + by_pid.netns);
}

Verdict leaves_others_alone_in_add(Lab& lab) {
  KIT_REQUIRE(lab.has_what_it_needs());
  KIT_REQUIRE(prime(lab));
  Pod& other = lab.pod();
  KIT_REQUIRE(lab.add(other).succeeded() ? passed() : skipped("ADD of another pod failed"));
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  const World before = lab.world();
  const Answer answer = lab.run(lab.call("ADD", pod));
  KIT_REQUIRE(answer.succeeded() ? passed() : skipped("its ADD failed: " + answer.text()));
  for (const std::string& change : difference(before, lab.world())) {
    if (change.ends_with(" in " + other.name)) return failed("ADD leaves another pod alone", change);
    const bool is_lo = change.find(" lo ") != std::string::npos && change.find("sysctl") == std::string::npos;
    if (is_lo && lab.target().role != Role::loopback) return failed("ADD leaves lo alone", change);
    const bool is_route = change.find(" route ") != std::string::npos && !change.ends_with(" in " + pod.name);
    if (is_route && !change.starts_with("left: ")) return failed("ADD leaves routes of the host alone", change);
  }
  return passed();
}

Verdict undoes_half_a_chain(Lab& lab) {
  if (lab.subject().plugins.size() < 2) return not_applicable("it is one plugin");
  KIT_REQUIRE(lab.has_what_it_needs());
  Verdict verdict =
      expect_nothing_left(lab, "ADD of all plugins but the last, which failed, and DEL of all", [&](Pod& pod) {
        KIT_REQUIRE(lab.prepare(pod));  // the target of a network is its last plugin
        static_cast<void>(lab.run(with_input(lab.call("ADD", pod), "{")));
        pod.result = nullptr;  // nobody has the result of an ADD that failed
        return expect_success(lab.del(pod), "DEL of all plugins after the last one's ADD failed");
      });
  // Without a result a plugin does what it can: that it succeeds is a MUST, not that nothing is left.
  if (verdict.outcome == Outcome::failed && !verdict.evidence.empty()) verdict.level = Level::should;
  return verdict;
}

// An address that cannot be had: the plugin fails with its interface made, or before it made it.
Verdict tells_of_residue(Lab& lab) {
  KIT_REQUIRE(lab.has_ipam());
  KIT_REQUIRE(lab.has_what_it_needs());
  KIT_REQUIRE(prime(lab));
  Pod& pod = lab.pod();
  lab.ipam().answer("ADD", stub_error(11, "no address now"));
  const World before = lab.world();
  const Answer answer = lab.run(with_stub_ipam(lab.call("ADD", pod)));
  if (answer.succeeded()) return not_applicable("its ADD succeeds without addresses");
  std::string text;
  for (const std::string& change : difference(before, lab.world())) text += (text.empty() ? "" : "; ") + change;
  return told("between an ADD that failed and its DEL: " + (text.empty() ? "nothing is left" : text));
}

}  // namespace

std::vector<Check> again_checks() {
  constexpr Applies kInterface{.roles = kInterfaces, .once = true}, kOnce{.once = true};
  constexpr Applies kAdds{.roles = kInterfaces | kChained | kIpam, .once = true};
  constexpr Applies kInPods{.roles = kInterfaces | kLoopback, .once = true};
  return {
      {{"A9", Level::must, "refuses a name that an interface in the pod has, and leaves that alone", kAddSection},
       kInterface,
       refuses_a_taken_name},
      {{"A10", Level::should, "refuses a second ADD of an attachment, and leaves the first as it is", kAddSection},
       kInterface,
       refuses_a_second_add},
      {{"A11", Level::must, "gives a container two interfaces, each with a life of its own", kAddSection},
       kAdds,
       bears_two_interfaces},
      {{"A12", Level::must, "takes a network namespace as /proc/PID/ns/net", kParametersSection},
       kInPods,
       takes_a_netns_by_pid},
      {{"A25", Level::must, "leaves lo, other pods and routes of the host alone in ADD", kAddSection},
       kOnce,
       leaves_others_alone_in_add},
      {{"A26", Level::must, "leaves nothing where the last plugin's ADD failed and all got DEL",
        "Spec, section 3, Lifecycle", true},
       kOnce,
       undoes_half_a_chain},
      {{"A27", Level::info, "has something left of an ADD that failed, until DEL", kAddSection},
       kInterface,
       tells_of_residue},
  };
}

}  // namespace cni::kit
