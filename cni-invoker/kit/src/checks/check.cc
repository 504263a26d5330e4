// CHECK: that a plugin notices what is wrong with an attachment, and nothing else. Spec, section 2, CHECK.
#include "kit/src/checks/sections.h"
#include "kit/src/damage/damage.h"
#include "kit/src/damage/kernel.h"
#include "kit/src/lab.h"
#include "kit/src/spoil.h"
#include "kit/src/world/leftovers.h"

namespace cni::kit {
namespace {

constexpr Version kFirst{0, 4, 0};

Verdict check_must_succeed(const Answer& answer, const std::string& when) {
  return expect_success(answer, "CHECK " + when);
}

// Catches what settles a moment later than ADD ends.
Verdict finds_nothing_at_once(Lab& lab) {
  for (int round = 0; round < 4; ++round) {
    Pod& pod = lab.pod();
    KIT_REQUIRE(lab.attach(pod));
    KIT_REQUIRE(check_must_succeed(lab.run(lab.call("CHECK", pod)), "right after ADD"));
  }
  return passed();
}

// --- one thing is wrong
struct Damaged {
  Pod* pod = nullptr;
  Made made;
  std::string what;  // was done; empty: there was nothing that could be
};

Verdict do_damage(Lab& lab, Damage damage, Damaged& damaged) {
  damaged.pod = &lab.pod();
  KIT_REQUIRE(attach_seen(lab, *damaged.pod, damaged.made));
  auto done = damage({lab, *damaged.pod, damaged.made});
  if (!done) return skipped(done.error().what);
  damaged.what = std::move(*done);
  return passed();
}

// Several damages are one kind of fault, done to a pod each.
template <Damage... damages>
Verdict notices(Lab& lab) {
  bool is_tried = false;
  for (const Damage damage : {damages...}) {
    Damaged damaged;
    KIT_REQUIRE(do_damage(lab, damage, damaged));
    if (damaged.what.empty()) continue;
    is_tried = true;
    const Answer answer = lab.run(lab.call("CHECK", *damaged.pod));
    if (answer.succeeded()) return failed("an error of CHECK", "success", {"before it: " + damaged.what});
  }
  return is_tried ? passed() : not_applicable("its ADD has made nothing of the kind");
}

Verdict tells_of_stopped_forwarding(Lab& lab) {
  Damaged damaged;
  KIT_REQUIRE(do_damage(lab, stop_forwarding, damaged));
  if (damaged.what.empty()) return not_applicable("forwarding is not on after its ADD");
  const Answer answer = lab.run(lab.call("CHECK", *damaged.pod));
  return told("with ip_forward at 0 CHECK says: " + answer.text());
}

Verdict asks_for_the_previous_result(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.attach(pod));
  pod.result = nullptr;
  const Answer answer = lab.run(lab.call("CHECK", pod));
  return answer.succeeded() ? failed("an error: prevResult is missing", "success") : passed();
}

// --- nothing is wrong
// As tuning and sbr do: the final result tells of it.
Verdict bears_later_plugins(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.attach(pod));
  const std::string mac = "02:6b:69:74:00:02", address = "192.0.2.77/32", route = "192.0.2.128/25";
  auto changed = [&]() -> Result<void> {
    TRY(change_link(pod.netns, pod.ifname, {.mac = mac}));
    TRY(add_address(pod.netns, pod.ifname, address));
    return add_route(pod.netns, pod.ifname, route);
  }();
  if (!changed) return skipped(changed.error().what);
  int number = 0;
  for (Json& one : pod.result["interfaces"]) {
    if (one.value("sandbox", "") == pod.netns && one.value("name", "") == pod.ifname) {
      one["mac"] = mac;
      Json added{{"address", address}, {"interface", number}};
      if (lab.version() < Version{1, 0, 0}) added["version"] = "4";
      pod.result["ips"].push_back(added);
    }
    ++number;
  }
  pod.result["routes"].push_back({{"dst", route}});
  return check_must_succeed(lab.run(lab.call("CHECK", pod)),
                            "when a later plugin has changed the MAC and added an address and a route");
}

Verdict bears_others(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.attach(pod));
  for (int other = 0; other < 3; ++other) KIT_REQUIRE(lab.attach(lab.pod()));
  return check_must_succeed(lab.run(lab.call("CHECK", pod)), "when others were attached since");
}

Verdict bears_no_addresses(Lab& lab) {
  if (!lab.target().delegates()) return not_applicable("it calls no IPAM plugin anyway");
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  const auto without_ipam = [&](const char* command) {
    return lab.run(with_config(lab.call(command, pod), [](Json& config) { config.erase("ipam"); }));
  };
  const Answer added = without_ipam("ADD");
  if (!added.succeeded()) return not_applicable("it needs IPAM: " + added.text());
  pod.result = added.document;
  return check_must_succeed(without_ipam("CHECK"), "without IPAM, when there are no addresses");
}

// Catches who leaves IPAM out of CHECK, and who calls it and does not listen.
Verdict asks_its_ipam_in_check(Lab& lab) {
  if (!lab.target().delegates()) return not_applicable("it calls no IPAM plugin");
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  const auto with_stub = [&](const char* command) { return lab.run(with_stub_ipam(lab.call(command, pod))); };
  const Answer added = with_stub("ADD");
  if (!added.succeeded()) return skipped("its ADD with the kit's IPAM failed: " + added.text());
  pod.result = added.document;
  KIT_REQUIRE(check_must_succeed(with_stub("CHECK"), "with the kit's IPAM"));
  if (lab.ipam().count("CHECK") == 0) return failed("CHECK of the IPAM plugin, called by it", "none");
  lab.ipam().answer("CHECK", stub_error(100, "the kit's IPAM says so"));
  const Answer answer = with_stub("CHECK");
  return answer.succeeded() ? failed("the error of the IPAM plugin's CHECK", "success") : passed();
}

// Whatever it finds. Catches who repairs, and who forgets on the way.
Verdict changes_nothing_in_check(Lab& lab) {
  constexpr Damage kNone = [](const Standing&) -> Result<std::string> { return std::string("nothing"); };
  for (const Damage damage : {kNone, delete_link, flush_addresses, delete_routes, change_mac, take_link_down, set_back,
                              delete_reservation, flush_dnat, flush_filter, flush_masquerade, delete_qdisc}) {
    Damaged damaged;
    KIT_REQUIRE(do_damage(lab, damage, damaged));
    if (damaged.what.empty()) continue;
    const World before = lab.world();
    lab.run(lab.call("CHECK", *damaged.pod));
    KIT_REQUIRE(expect_same_world(lab, before, "CHECK (before it: " + damaged.what + ")"));
  }
  return passed();
}

}  // namespace

std::vector<Check> check_checks() {
  constexpr Applies kAll{.from = kFirst}, kOnce{.from = kFirst, .once = true};
  constexpr Applies kLo{.roles = kLoopback, .from = kFirst, .once = true};
  constexpr Applies kMakers{.roles = kInterfaces, .from = kFirst, .once = true};
  const auto notes = [](const char* id, const char* what, const Applies& applies, Verdict (*run)(Lab&)) {
    return Check{{id, Level::should, std::string("notices in CHECK that ") + what, kCheckSection}, applies, run};
  };
  return {
      {{"K1", Level::must, "finds nothing wrong right after ADD", kCheckSection}, kAll, finds_nothing_at_once},
      notes("K2", "the pod's interface is gone", kOnce, notices<delete_link, rename_link>),
      notes("K3", "the pod's addresses are gone", kOnce, notices<flush_addresses>),
      notes("K4", "the result's routes are gone", kOnce, notices<delete_routes>),
      notes("K5", "the pod's interface has another MAC", kOnce, notices<change_mac>),
      notes("K6", "the pod's interface is down", kOnce, notices<take_link_down>),
      notes("K7", "the host's interface is not on its bridge", kOnce, notices<take_off_bridge>),
      notes("K8", "the addresses' reservation is gone", kOnce, notices<delete_reservation>),
      notes("K9", "port mappings are gone", kOnce, notices<flush_dnat>),
      notes("K10", "filter rules are gone", kOnce, notices<flush_filter>),
      notes("K11", "masquerading is gone", kOnce, notices<flush_masquerade>),
      notes("K12", "bandwidth limits are gone", kOnce, notices<delete_qdisc, delete_ifb>),
      notes("K13", "a sysctl, the MTU or promiscuity is not what it was set to", kOnce, notices<set_back>),
      notes("K14", "the pod's interface is in no VRF", kOnce, notices<take_out_of_vrf>),
      notes("K15", "policy rules are gone", kOnce, notices<delete_policy_rules>),
      notes("K16", "lo is down", kLo, notices<take_lo_down>),
      {{"K17", Level::info, "says in CHECK whether forwarding is off", kCheckSection},
       kMakers,
       tells_of_stopped_forwarding},
      {{"K18", Level::should, "refuses CHECK without a prevResult", kCheckSection},
       kOnce,
       asks_for_the_previous_result},
      {{"K19", Level::must, "finds nothing wrong in what later plugins of the list have changed", kCheckSection},
       kMakers,
       bears_later_plugins},
      {{"K20", Level::must, "finds nothing wrong when other pods were attached since", kCheckSection},
       kOnce,
       bears_others},
      {{"K21", Level::must, "finds nothing wrong where there is no IPAM and no address", kCheckSection},
       kMakers,
       bears_no_addresses},
      {{"K22", Level::should, "calls CHECK of its IPAM plugin, and passes its error on", kCheckSection},
       kMakers,
       asks_its_ipam_in_check},
      {{"K23", Level::must, "changes nothing in CHECK", kCheckSection}, kOnce, changes_nothing_in_check},
  };
}

}  // namespace cni::kit
