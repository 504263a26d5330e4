#include "runtime/plan/ephemeral.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

namespace podrun {
namespace {

const Layout kLayoutOfEphemeral{Directories{}};

Pod standing(std::uint64_t fresh = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWCGROUP) {
  Pod pod;
  pod.record.plan.who.name = "web";
  pod.record.plan.who.id = "ID";
  pod.record.plan.namespaces.fresh = fresh;
  for (const char* name : {"first", "main"}) {
    ContainerRecord container;
    container.plan.name = name;
    container.plan.position = static_cast<std::uint32_t>(pod.containers.size());
    pod.containers.push_back(container);
  }
  return pod;
}

EphemeralSpec wanted(const std::string& name, const std::string& target = "") {
  EphemeralSpec spec;
  spec.pod.name = "web";
  ContainerSpec container;
  container.name = name;
  container.command = {"/bin/sh"};
  spec.pod.containers = {container};
  spec.asked = "{}";
  spec.target = target;
  return spec;
}

Result<ContainerPlan> ephemeral_plan_of(const EphemeralSpec& spec, const Pod& pod) {
  return make_ephemeral_plan(spec, pod, {}, {}, kLayoutOfEphemeral);
}

TEST(PlanEphemeral, ComesAfterAllOthersInPlacesOfItsOwn) {
  const auto plan = ephemeral_plan_of(wanted("look"), standing());
  ASSERT_TRUE(plan) << plan.error().what;
  EXPECT_EQ(plan->role, ContainerRole::ephemeral);
  EXPECT_EQ(plan->position, 2U);
  EXPECT_EQ(plan->asked, "{}");
  EXPECT_EQ(plan->cgroup, "look.0");
  EXPECT_NE(plan->fresh & CLONE_NEWPID, 0U) << "its own processes";
  EXPECT_EQ(plan->target, "");
}

TEST(PlanEphemeral, ATargetsPidNamespaceTakesThePlaceOfItsOwn) {
  const auto plan = ephemeral_plan_of(wanted("look", "main"), standing());
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->target, "main");
  EXPECT_EQ(plan->fresh & CLONE_NEWPID, 0U);
}

TEST(PlanEphemeral, WhereThePodSharesThemATargetIsInSightAnyway) {
  const auto plan = ephemeral_plan_of(wanted("look", "main"), standing(CLONE_NEWNS | CLONE_NEWCGROUP));
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->target, "");
}

TEST(PlanEphemeral, NamesAreThePods) {
  EXPECT_EQ(ephemeral_plan_of(wanted("main"), standing()).error().kind, Kind::exists);
  EXPECT_EQ(ephemeral_plan_of(wanted("look", "nobody"), standing()).error().kind, Kind::not_found);
}

}  // namespace
}  // namespace podrun
