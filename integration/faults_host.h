// What the tests of broken steps share: every step of a command broken in turn, and the world looked at after each.
#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "integration/faults.h"
#include "integration/test_host.h"

namespace integration {

using Options = std::vector<std::string>;
inline const Options kNoNetwork{"--network", "none"};
inline const Options kBridge{};  // the network podrun brings itself

class BrokenSteps : public PodrunTest {
 protected:
  void SetUp() override;
  bool has_plugins();

  bool exists(const std::string& name) const { return podrun({"get", name}).status == 0; }
  // Why it could not be; empty where it is gone.
  std::string removed(const std::string& name) const;

  // From here on one step in so many is broken, others each time: with a network each takes half a second. Where nothing is
  // said it is each; PODRUN_ONE_STEP_IN in the environment has the last word.
  void choose_one_in(int steps);

  // Each step in turn, until the program ends before reaching it. `settle` makes the world whole again, or says why
  // not.
  void break_every_step(Fault fault, Watch watch, const std::function<Command(int)>& prepare,
                        const std::function<std::string(int, const BrokenRun&)>& settle);

 private:
  int first_ = 1, stride_ = 1;
  std::mt19937 random_{std::random_device()()};
};

}  // namespace integration
