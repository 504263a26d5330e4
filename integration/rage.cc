#include "integration/rage.h"

#include <gmock/gmock.h>

#include <csignal>
#include <cstdlib>
#include <map>

namespace integration {

std::chrono::seconds Rage::duration(std::chrono::seconds unless_told) {
  const char* told = std::getenv("PODRUN_STORM_SECONDS");
  return told != nullptr ? std::chrono::seconds(std::atoi(told)) : unless_told * slow_factor();
}

void Rage::expect_ended_in_words(const Command& command, const Output& output) {
  ++acts_;
  has_ended(command, output);
  if (output.status == 0) return;
  ++failed_;
  const std::string line = testing::PrintToString(command.argv);
  EXPECT_NE(output.status, -1) << line << ": " << output.err;
  // Who is attached ends as the container does, also as one that had lost its podrun before its start: with 1.
  const bool ended_as_container = output.status == 1 && line.find("\"attach\"") != std::string::npos;
  EXPECT_TRUE(ended_as_container || output.status > 128 || !output.err.empty())
      << line << ": exit " << output.status << " without a word";
}

void Rage::rage_for(Clock::duration duration, const std::vector<Prey>& preys, const std::function<Act()>& some_act) {
  constexpr std::size_t kTogether = 6;
  constexpr int kMost = 15;  // of each kind: what has no shim is soon all there is
  killer_.new_round();
  Crowd crowd;
  std::vector<Act> acts;
  std::map<std::size_t, Clock::time_point> last;  // of those that do not end by themselves
  crowd.open_gate();
  const auto end = Clock::now() + duration;
  for (bool busy = true; busy;) {
    crowd.look();
    while (Clock::now() < end && crowd.running().size() < kTogether) {
      acts.push_back(some_act());
      const std::size_t number = crowd.start(acts.back().command);
      if (acts.back().lasts.count() > 0) last[number] = Clock::now() + acts.back().lasts;
    }
    std::erase_if(last, [&](const auto& one) {
      const bool is_over = one.second <= Clock::now();
      if (is_over && !crowd.ended(one.first)) crowd.signal(one.first, SIGINT);
      return is_over;
    });
    killer_.strike(crowd.running(), std::chrono::milliseconds(40), kMost, preys);
    busy = !crowd.all_ended();
  }
  for (std::size_t i = 0; i < crowd.size(); ++i) expect_ended_in_words(acts[i].command, crowd.output(i));
}

void Rage::recover_all() const {
  for (int i = 0; i < 3; ++i) {
    const Output output = podrun({"recover"});
    EXPECT_EQ(output.status, 0) << output.err;
    if (output.status == 0 && output.out.empty()) return;
  }
  ADD_FAILURE() << "recover finds something new again and again";
}

Life Rage::life(const std::string& name) const {
  return Life(inspect(name), Json::parse(podrun({"get", name, "-o", "json"}).out, nullptr, false));
}

bool Rage::succeeds(const std::vector<std::string>& words) const {
  const Output output = podrun(words);
  EXPECT_EQ(output.status, 0) << testing::PrintToString(words) << ": " << output.err;
  return output.status == 0;
}

void Rage::expect_started_to_end(const std::string& pod, const std::string& container, const std::string& code) const {
  // A stop first: its restart policy may have it started by now.
  succeeds({"stop", pod, "-c", container});
  succeeds({"start", pod, "-c", container});
  EXPECT_TRUE(eventually([&] {
    const Life seen = life(pod);
    return seen.state(container) == "exit " + code || seen.last_exit(container) == code;
  })) << pod
      << ": " << life(pod).state(container) << ", before " << life(pod).last_exit(container);
}

std::string Rage::what_happened() const {
  std::map<std::string, int> killed;
  for (const Kill& one : killer_.kills()) ++killed[plural_of(one.prey)];
  std::string text = std::to_string(acts_) + " acts, " + std::to_string(failed_) + " failed or were killed; killed:";
  for (const auto& [what, count] : killed) text += " " + std::to_string(count) + " " + what;
  return text;
}

}  // namespace integration
