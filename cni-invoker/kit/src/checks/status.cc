// STATUS: can the plugin take an ADD? Spec, section 2, STATUS.
#include "kit/src/checks/sections.h"
#include "kit/src/small_pool.h"
#include "kit/src/spoil.h"

namespace cni::kit {
namespace {

Call status(const Lab& lab) { return lab.call("STATUS", {}); }

// With STATUS it is a MUST that it fails, and which code it has is a recommendation.
Verdict expect_not_ready(const Answer& answer, const std::string& why) {
  return expect_code(answer, {50, 51}, "STATUS " + why);
}

Verdict is_ready(Lab& lab) {
  KIT_REQUIRE(lab.has_what_it_needs());
  const Answer answer = lab.run(status(lab));
  KIT_REQUIRE(expect_success(answer, "STATUS of a plugin that lacks nothing"));
  if (answer.outcome.output.find_first_not_of(" \t\r\n") != std::string::npos)
    return falls_short("nothing on stdout from STATUS that succeeds", answer.printed());
  return passed();
}

Verdict asks_its_ipam_in_status(Lab& lab) {
  KIT_REQUIRE(lab.has_ipam());
  lab.ipam().answer("STATUS", stub_error(50, "kit: no address to give"));
  const Answer answer = lab.run(with_stub_ipam(status(lab)));
  if (lab.ipam().count("STATUS") == 0) return failed("STATUS of the IPAM plugin", "none was called: " + answer.text());
  return expect_code(answer, {50}, "STATUS whose IPAM plugin fails with code 50");
}

Verdict notices_a_missing_ipam(Lab& lab) {
  KIT_REQUIRE(lab.has_ipam());
  const Call call = with_config(status(lab), [](Json& config) { config["ipam"]["type"] = "kit-absent"; });
  return expect_failure(lab.run(call), "STATUS without the IPAM plugin");
}

// Of plugins that are known, the interface that they build on; of others, what the profile's links name.
Verdict notices_a_missing_master(Lab& lab) {
  Json config = lab.target().config;
  std::size_t changed = 0;
  for (Json& value : config)
    for (const NeededLink& link : lab.subject().links)
      if (value == link.name) {
        value = "kit-absent";
        ++changed;
      }
  if (changed == 0) return not_applicable("its configuration names no interface that has to be there");
  const Call call = with_config(status(lab), [&](Json& asked) { asked.update(config); });
  return expect_not_ready(lab.run(call), "where the interface of its configuration is missing");
}

// Catches also who looks only at whether it could read its store.
Verdict notices_that_no_address_is_left(Lab& lab) {
  SmallPool pool(lab);
  KIT_REQUIRE(pool.prepare(SmallPool::kAddresses + 1));
  std::size_t there_were = 0;
  KIT_REQUIRE(pool.use_up(there_were));
  return expect_not_ready(lab.run(pool.made_small(status(lab))), "where all addresses are used up");
}

Verdict notices_a_missing_daemon(Lab& lab) {
  KIT_REQUIRE(lab.needs_daemon());
  return expect_not_ready(lab.run(status(lab)), "where its daemon does not run");
}

Verdict needs_no_attachment(Lab& lab) {
  KIT_REQUIRE(lab.has_what_it_needs());
  KIT_REQUIRE(expect_success(lab.run(status(lab)), "STATUS without any variable of an attachment"));
  Call empty = status(lab);
  for (const char* variable : {"CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_ARGS"})
    empty.environment[variable] = "";
  return expect_success(lab.run(empty), "STATUS with empty variables of an attachment");
}

Verdict adds_all_the_same(Lab& lab) {
  if (!lab.target().delegates()) return not_applicable("it has no IPAM plugin, so its STATUS cannot be made to fail");
  KIT_REQUIRE(lab.has_what_it_needs());
  lab.ipam().answer("STATUS", stub_error(50, "kit: no address to give"));
  static_cast<void>(lab.run(with_stub_ipam(status(lab))));
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  return expect_success(lab.run(with_stub_ipam(lab.call("ADD", pod))), "ADD after a STATUS that failed");
}

Verdict refuses_status_too_early(Lab& lab) { return expect_too_early(lab, lab.run(status(lab)), "STATUS", {1, 1, 0}); }

}  // namespace

std::vector<Check> status_checks() {
  constexpr Applies kSince{.from = {1, 1, 0}}, kDelegating{.roles = kInterfaces, .from = {1, 1, 0}};
  return {
      {{"S1", Level::must, "succeeds in STATUS where nothing is missing", kStatusSection}, kSince, is_ready},
      {{"S2", Level::must, "asks its IPAM plugin, and fails as that does", kStatusSection},
       kDelegating,
       asks_its_ipam_in_status},
      {{"S3", Level::should, "fails in STATUS without its IPAM plugin", kStatusSection},
       kDelegating,
       notices_a_missing_ipam},
      {{"S4", Level::should, "fails in STATUS without the interface that it builds on", kStatusSection},
       kDelegating,
       notices_a_missing_master},
      {{"S5", Level::should, "fails in STATUS where no address is left", kStatusSection},
       {.roles = kIpam, .from = {1, 1, 0}},
       notices_that_no_address_is_left},
      {{"S6", Level::should, "fails in STATUS without its daemon", kStatusSection}, kSince, notices_a_missing_daemon},
      {{"S7", Level::must, "needs nothing of an attachment for STATUS", kStatusSection}, kSince, needs_no_attachment},
      {{"S8", Level::must, "takes ADD after a STATUS that failed", kStatusSection}, kDelegating, adds_all_the_same},
      {{"S9", Level::should, "refuses STATUS in a version that has none", kErrorSection},
       {.to = {1, 0, 0}},
       refuses_status_too_early},
  };
}

}  // namespace cni::kit
