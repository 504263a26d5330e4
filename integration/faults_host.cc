#include "integration/faults_host.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace integration {
namespace {

const char* word_for(Fault fault) {
  return fault == Fault::fail ? "failing" : fault == Fault::kill ? "killed at" : "interrupted at";
}

}  // namespace

void BrokenSteps::SetUp() {
  PodrunTest::SetUp();
  if (IsSkipped() || HasFatalFailure()) return;
  ASSERT_TRUE(can_break()) << "this processor's registers are not known to faults.cc";
  choose_one_in(1);
}

bool BrokenSteps::has_plugins() {
  return can_run({need::plugin("bridge"), need::plugin("host-local"), need::plugin("portmap"), need::plugin("firewall"),
                  need::program("iptables")});
}

std::string BrokenSteps::removed(const std::string& name) const {
  const Output output = remove(name);
  return output.status == 0 ? "" : "delete afterwards: " + output.err;
}

void BrokenSteps::choose_one_in(int steps) {
  const char* wanted = std::getenv("PODRUN_ONE_STEP_IN");
  stride_ = wanted == nullptr ? steps : std::max(1, std::atoi(wanted));
  if (stride_ == 1) return;
  first_ = std::uniform_int_distribution<int>(1, stride_)(random_);
  std::cout << "one step in " << stride_ << ", from " << first_ << " on" << std::endl;
}

void BrokenSteps::break_every_step(Fault fault, Watch watch, const std::function<Command(int)>& prepare,
                                   const std::function<std::string(int, const BrokenRun&)>& settle) {
  int number = first_;
  int broken_steps = 0;
  for (; number < 5000; number += stride_) {
    const Command command = prepare(number);
    const BrokenRun broken = run_broken(command, number, fault, watch);
    const std::string complaint = settle(number, broken);
    const std::vector<std::string> changed = changes();
    if (!complaint.empty() || !changed.empty()) {
      ADD_FAILURE() << word_for(fault) << " step " << number << ", " << (broken.reached ? broken.step : "none")
                    << ": exit " << broken.output.status << "\n  says: " << broken.output.err << "\n  " << complaint
                    << "\n  " << testing::PrintToString(changed);
      before_ = look_at_world(scope());  // each leak is reported once
    }
    if (!broken.reached) break;
    ++broken_steps;
  }
  EXPECT_GT(number, 10) << "that is no whole test";
  RecordProperty("steps", broken_steps);
  std::cout << broken_steps << " steps broken" << std::endl;
}

}  // namespace integration
