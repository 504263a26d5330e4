// Many commands on few pods, at random and side by side, while podruns and what works for them are killed; and then a
// look at what is left. Whoever was not killed has to come to an end and, where it failed, to say why.
#pragma once

#include <chrono>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "integration/crowd.h"
#include "integration/killer.h"
#include "integration/life.h"
#include "integration/test_host.h"

namespace integration {

struct Act {
  Command command;
  std::chrono::milliseconds lasts{0};  // then it gets SIGINT; 0: it comes to its end by itself
};

class Rage : public PodrunTest {
 protected:
  using Clock = std::chrono::steady_clock;

  // PODRUN_STORM_SECONDS, or this, which machines that are emulated stretch.
  static std::chrono::seconds duration(std::chrono::seconds unless_told);

  // Six acts at a time. Of each prey 15 at most are killed.
  void rage_for(Clock::duration duration, const std::vector<Prey>& preys, const std::function<Act()>& some_act);
  // Which of them has ended, and how.
  virtual void has_ended(const Command&, const Output&) {}

  void recover_all() const;
  Life life(const std::string& name) const;
  bool succeeds(const std::vector<std::string>& words) const;  // and else it is the test's failure
  int pick(int count) { return std::uniform_int_distribution<int>(0, count - 1)(random_); }
  // Starts the container, and sees it end with that code.
  void expect_started_to_end(const std::string& pod, const std::string& container, const std::string& code) const;
  std::string what_happened() const;  // "5 acts, 2 failed or were killed; killed: 1 podruns, …"

  const std::uint64_t seed_ = Killer::seed();
  Killer killer_{seed_};

 private:
  void expect_ended_in_words(const Command& command, const Output& output);

  std::mt19937_64 random_{seed_};
  int acts_ = 0, failed_ = 0;
};

}  // namespace integration
