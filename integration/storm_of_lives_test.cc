// Pods whose containers are started, stopped, made again, attached to and deleted side by side, while podruns and shims
// are killed at random. PODRUN_STORM_SECONDS says for how long; it is short unless told.
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>

#include "integration/killer.h"
#include "integration/life.h"
#include "integration/storm_host.h"

namespace integration {
namespace {

using Clock = std::chrono::steady_clock;

class StormOfLivesTest : public PodrunTest {
 protected:
  static constexpr int kMany = 30;
  static constexpr std::size_t kTogether = 6;
  static constexpr std::chrono::seconds kRound{4};

  static std::chrono::seconds duration() {
    const char* told = std::getenv("PODRUN_STORM_SECONDS");
    return std::chrono::seconds(told != nullptr ? std::atoi(told) : 12 * slow_factor());
  }
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

  Command some_act() {
    const int number = pick(kMany);
    const std::string name = name_of(number);
    const std::string container = pick(2) == 0 ? "server" : "code";
    switch (pick(12)) {
      case 0:
      case 1:
        return make(number);
      case 2:
        return podrun_command({"stop", name, "-c", container});
      case 3:
        return podrun_command({"start", name, "-c", container});
      case 4:
        return podrun_command({"restart", name, "-c", container, "-t", std::to_string(pick(2))});
      case 5:
        return podrun_command({"kill", name, "-c", "server", "-s", pick(2) == 0 ? "KILL" : "TERM"});
      case 6: {
        Command attached = podrun_command({"attach", name, "-c", "server"});
        attached.argv.insert(attached.argv.begin(), {"timeout", "-s", "INT", "0.2"});
        return attached;
      }
      case 7:
        return podrun_command({"exec", name, "-c", "server", "--", "/bin/payload", "exit", "0"});
      case 8:
        return podrun_command({"stop", name, "-t", std::to_string(pick(2))});
      case 9:
        return podrun_command({"start", name});
      case 10:
        return make_brief(number);
      default:
        return podrun_command({"delete", name, "--grace-period", std::to_string(pick(2))});
    }
  }

  // Whoever was not killed came to an end, and who failed said why.
  void expect_all_ended_in_words(const Crowd& crowd, const std::vector<std::string>& lines) {
    for (std::size_t i = 0; i < crowd.size(); ++i) {
      const Output& output = crowd.output(i);
      ++acts_;
      if (output.status == 0) continue;
      ++failed_;
      EXPECT_NE(output.status, -1) << lines[i] << ": " << output.err;
      // Who is attached ends as the container does, also as one that had lost its podrun before its start: with 1.
      const bool ended_as_container = output.status == 1 && lines[i].find("\"attach\"") != std::string::npos;
      EXPECT_TRUE(ended_as_container || output.status > 128 || output.status == 124 || !output.err.empty())
          << lines[i] << ": exit " << output.status << " without a word";
    }
  }

  void rage_for(Clock::duration duration) {
    constexpr int kMost = 15;  // of each kind: what has no shim is soon all there is
    killer_.new_round();
    Crowd crowd;
    std::vector<std::string> lines;
    crowd.open_gate();
    const auto end = Clock::now() + duration;
    for (bool busy = true; busy;) {
      crowd.look();
      while (Clock::now() < end && crowd.running().size() < kTogether) {
        const Command command = some_act();
        lines.push_back(testing::PrintToString(command.argv));
        crowd.start(command);
      }
      killer_.strike(crowd.running(), std::chrono::milliseconds(40), kMost);
      busy = !crowd.all_ended();
    }
    expect_all_ended_in_words(crowd, lines);
  }

  void recover_all() const {
    for (int i = 0; i < 3; ++i) {
      const Output output = podrun({"recover"});
      EXPECT_EQ(output.status, 0) << output.err;
      if (output.status == 0 && output.out.empty()) return;
    }
    ADD_FAILURE() << "recover finds something new again and again";
  }

  Life life(const std::string& name) const {
    return Life(inspect(name), Json::parse(podrun({"get", name, "-o", "json"}).out, nullptr, false));
  }
  bool succeeds(const std::vector<std::string>& words) const {
    const Output output = podrun(words);
    EXPECT_EQ(output.status, 0) << testing::PrintToString(words) << ": " << output.err;
    return output.status == 0;
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
    // A stop first: its restart policy may have it started by now.
    succeeds({"stop", name, "-c", "code"});
    succeeds({"start", name, "-c", "code"});
    EXPECT_TRUE(eventually([&] {
      const Life seen = life(name);
      return seen.state("code") == "exit " + code_of(number) || seen.last_exit("code") == code_of(number);
    })) << name
        << ": " << life(name).state("code") << ", before " << life(name).last_exit("code");
    succeeds({"stop", name, "-c", "server"});
    EXPECT_EQ(life(name).state("server"), "exit 0") << name;
  }

  void expect_brief_ones_gone() const {
    for (int number = 0; number < kMany; ++number)
      EXPECT_TRUE(eventually([&] { return pod_state(brief_name_of(number)).empty(); }, std::chrono::seconds(20)))
          << inspect(brief_name_of(number)).dump(1);
  }

  int pick(int count) { return std::uniform_int_distribution<int>(0, count - 1)(random_); }

  const std::uint64_t seed_ = Killer::seed();
  Killer killer_{seed_};
  std::mt19937_64 random_{seed_};
  int acts_ = 0, failed_ = 0, standing_ = 0;
};

TEST_F(StormOfLivesTest, LosesNothingAndLeavesNothing) {
  std::cout << "the seed is " << seed_ << std::endl;
  remember_world();
  if (HasFatalFailure()) return;
  const auto end = Clock::now() + duration();
  while (Clock::now() < end && !HasFailure()) {
    rage_for(std::min<Clock::duration>(kRound, end - Clock::now()));
    recover_all();
    expect_brief_ones_gone();
    for (int number = 0; number < kMany; ++number) expect_whole(number);
    if (pick(2) == 0) succeeds({"delete", "--all", "--grace-period", "0"});
  }
  recover_all();
  succeeds({"delete", "--all", "--grace-period", "0"});
  expect_world_unchanged();
  EXPECT_GT(standing_, 0);
  const auto killed = [&](Prey prey) {
    return std::count_if(killer_.kills().begin(), killer_.kills().end(),
                         [&](const Kill& one) { return one.prey == prey; });
  };
  std::cout << acts_ << " acts, " << failed_ << " failed or were killed; killed: " << killed(Prey::podrun)
            << " podruns, " << killed(Prey::shim) << " shims; " << standing_ << " pods looked at" << std::endl;
}

}  // namespace
}  // namespace integration
