// Pods whose containers are started, stopped, made again, attached to and deleted side by side, while podruns and shims
// are killed at random. PODRUN_STORM_SECONDS says for how long; it is short unless told.
#include <gmock/gmock.h>

#include <algorithm>
#include <iostream>

#include "integration/rage.h"

namespace integration {
namespace {

class StormOfLivesTest : public Rage {
 protected:
  static constexpr int kMany = 30;
  static constexpr std::chrono::seconds kRound{4};

  static std::string name_of(int number) { return "pod-" + std::to_string(number); }
  // What only this pod's container ends with.
  static std::string code_of(int number) { return std::to_string(40 + number); }

  Command make(int number) const {
    Json made = pod(name_of(number), {container("server", {"/bin/payload", "sleep"}),
                                      container("code", {"/bin/payload", "exit", code_of(number)})});
    made["spec"]["restartPolicy"] = number % 3 == 0 ? "Always" : number % 3 == 1 ? "OnFailure" : "Never";
    return create_command(made);
  }

  // A pod that goes by itself, perhaps before anybody has seen it.
  static std::string brief_name_of(int number) { return "brief-" + std::to_string(number); }
  Command make_brief(int number) const {
    Json made = pod(brief_name_of(number), {container("main", {"/bin/payload", "exit", "0"})});
    made["metadata"]["annotations"] = {{"podrun.io/remove-at-end", "true"}};
    return create_command(made);
  }

  Act some_act() {
    const int number = pick(kMany);
    const std::string name = name_of(number);
    const std::string container = pick(2) == 0 ? "server" : "code";
    switch (pick(12)) {
      case 0:
      case 1:
        return {make(number)};
      case 2:
        return {podrun_command({"stop", name, "-c", container})};
      case 3:
        return {podrun_command({"start", name, "-c", container})};
      case 4:
        return {podrun_command({"restart", name, "-c", container, "-t", std::to_string(pick(2))})};
      case 5:
        return {podrun_command({"kill", name, "-c", "server", "-s", pick(2) == 0 ? "KILL" : "TERM"})};
      case 6:
        return {podrun_command({"attach", name, "-c", "server"}), std::chrono::milliseconds(200)};
      case 7:
        return {podrun_command({"exec", name, "-c", "server", "--", "/bin/payload", "exit", "0"})};
      case 8:
        return {podrun_command({"stop", name, "-t", std::to_string(pick(2))})};
      case 9:
        return {podrun_command({"start", name})};
      case 10:
        return {make_brief(number)};
      default:
        return {podrun_command({"delete", name, "--grace-period", std::to_string(pick(2))})};
    }
  }

  // A pod that stands, or is stopped, is whole: both containers can be had again, and end as they should.
  void expect_whole(int number) {
    const std::string name = name_of(number);
    const std::string state = life(name).pod_state();
    if (state.empty()) return;
    ++standing_;
    EXPECT_TRUE(state == "ready" || state == "stopped") << name << " is " << state;
    if (state == "stopped" && !succeeds({"start", name})) return;
    succeeds({"restart", name, "-c", "server", "-t", "0"});
    EXPECT_TRUE(eventually([&] { return life(name).listens("server"); })) << life(name).state("server");
    EXPECT_TRUE(eventually([&] { return life(name).strangers().empty(); }))
        << name << ": not on record: " << testing::PrintToString(life(name).strangers());
    EXPECT_EQ(exec(name, {"/bin/payload", "exit", "5"}, {"-c", "server"}).status, 5) << name;
    expect_started_to_end(name, "code", code_of(number));
    succeeds({"stop", name, "-c", "server"});
    EXPECT_EQ(life(name).state("server"), "exit 0") << name;
  }

  void expect_brief_ones_gone() const {
    for (int number = 0; number < kMany; ++number)
      EXPECT_TRUE(eventually([&] { return pod_state(brief_name_of(number)).empty(); }, std::chrono::seconds(20)))
          << inspect(brief_name_of(number)).dump(1);
  }

  int standing_ = 0;
};

TEST_F(StormOfLivesTest, LosesNothingAndLeavesNothing) {
  std::cout << "the seed is " << seed_ << std::endl;
  remember_world();
  if (HasFatalFailure()) return;
  const auto end = Clock::now() + duration(std::chrono::seconds(12));
  while (Clock::now() < end && !HasFailure()) {
    rage_for(std::min<Clock::duration>(kRound, end - Clock::now()), {Prey::podrun, Prey::shim, Prey::plugin},
             [&] { return some_act(); });
    recover_all();
    expect_brief_ones_gone();
    for (int number = 0; number < kMany; ++number) expect_whole(number);
    if (pick(2) == 0) succeeds({"delete", "--all", "--grace-period", "0"});
  }
  recover_all();
  succeeds({"delete", "--all", "--grace-period", "0"});
  expect_world_unchanged();
  EXPECT_GT(standing_, 0);
  std::cout << what_happened() << "; " << standing_ << " pods looked at" << std::endl;
}

}  // namespace
}  // namespace integration
