// Everything at once for a while.
#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <optional>
#include <thread>

#include "integration/storm_host.h"

namespace integration {
namespace {

using Clock = std::chrono::steady_clock;

// For some seconds everything at once: pods that come and go, and beside them whatever looks at all pods or may take
// from them. Nothing crashes here, so nothing may fail, wait for ever, or be lost.
class MixedStormTest : public StormTest {
 protected:
  struct Worker {
    std::function<Command(int)> command;            // of its n-th turn
    std::function<void(int, const Output&)> judge;  // of that turn's outcome
    int together = 1;                               // turns that belong together: it stops only between those
    int turn = 0;
    std::optional<std::size_t> running;  // its number in the crowd
  };

  // One that makes and deletes a pod of its own again and again.
  Worker coming_and_going(int number) const {
    Worker worker;
    worker.command = [=, this](int turn) { return turn % 2 == 0 ? create_number(number) : delete_number(number); };
    worker.judge = [=](int turn, const Output& output) {
      EXPECT_EQ(output.status, 0) << (turn % 2 == 0 ? "create " : "delete ") << name_of(number) << ": " << output.err;
    };
    worker.together = 2;
    return worker;
  }
  // One that runs the same again and again; what it prints is to hold `words`, or with none, to be nothing.
  Worker repeating(const std::vector<std::string>& args, const std::vector<std::string>& words) const {
    Worker worker;
    worker.command = [=, this](int) { return patient(podrun_command(args)); };
    worker.judge = [=](int, const Output& output) {
      EXPECT_EQ(output.status, 0) << args.front() << ": " << output.err;
      if (words.empty()) {
        EXPECT_EQ(output.out, "") << args.front();
      }
      for (const std::string& word : words) EXPECT_THAT(output.out, testing::HasSubstr(word)) << args.front();
    };
    return worker;
  }

  static constexpr int kFewest = 2;

  // The turns that each had. Who has had too few by then is given six times as long: a busy machine is no lock that
  // nobody lets go of.
  static std::vector<int> let_work(std::vector<Worker> workers, Clock::duration duration) {
    Crowd crowd;
    const auto end = Clock::now() + duration;
    const auto at_last = end + 5 * duration;
    const auto goes_on = [&] {
      return Clock::now() < end ||
             (Clock::now() < at_last &&
              std::any_of(workers.begin(), workers.end(), [](const Worker& one) { return one.turn < kFewest; }));
    };
    crowd.open_gate();
    for (bool busy = true; busy; std::this_thread::sleep_for(std::chrono::milliseconds(2))) {
      crowd.look();
      busy = false;
      for (Worker& worker : workers) {
        if (worker.running && crowd.ended(*worker.running)) {
          worker.judge(worker.turn, crowd.output(*worker.running));
          worker.running.reset();
          ++worker.turn;
        }
        if (!worker.running && (goes_on() || worker.turn % worker.together != 0))
          worker.running = crowd.start(worker.command(worker.turn));
        busy = busy || worker.running;
      }
    }
    std::vector<int> turns;
    for (const Worker& worker : workers) turns.push_back(worker.turn);
    return turns;
  }
};

TEST_F(MixedStormTest, NothingIsInTheWayOfAnythingElse) {
  remember_world({});
  if (HasFatalFailure()) return;
  for (const int standing : {100, 101}) {
    const Output output = run(create_number(standing));
    ASSERT_EQ(output.status, 0) << output.err;
  }
  std::vector<Worker> workers;
  for (int number = 0; number < 8; ++number) workers.push_back(coming_and_going(number));
  workers.push_back(repeating({"cni", "gc", "podrun", "--valid-none"}, {}));
  workers.push_back(repeating({"get", "-o", "name"}, {"pod/pod-100\n", "pod/pod-101\n"}));
  workers.push_back(repeating({"check", "pod-100", "pod-101"}, {"pod/pod-100 ok\n", "pod/pod-101 ok\n"}));
  workers.push_back(repeating({"recover"}, {}));
  const std::vector<int> turns = let_work(std::move(workers), std::chrono::seconds(10) * slow_factor());
  for (const int count : turns) EXPECT_GE(count, kFewest) << testing::PrintToString(turns);
  std::cout << "turns: " << testing::PrintToString(turns) << std::endl;

  EXPECT_EQ(pods_that_stand(), (std::set<std::string>{"pod-100", "pod-101"}));
  for (const int standing : {100, 101}) {
    expect_works(name_of(standing));
    const Output output = run(delete_number(standing));
    EXPECT_EQ(output.status, 0) << output.err;
  }
  expect_world_unchanged();
}

}  // namespace
}  // namespace integration
