// Pods as they are seen, and what is decided of them, in the words of a table. For tests.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <ostream>
#include <sstream>

#include "runtime/kernel/clock.h"
#include "runtime/tend/next.h"

namespace podrun::tend {

inline void PrintTo(const Step& step, std::ostream* out) {
  constexpr std::array kActs{"start ", "stop ", "greet ", "ask "};
  *out << kActs.at(static_cast<std::size_t>(step.act)) << step.container << "." << step.attempt;
}

inline constexpr std::int64_t kNow = 1'700'000'000 * kSecond;

// One container as it is seen: "init a: exited 1, 5 s ago, attempt 3".
struct Seen {
  std::string name;
  ContainerRole role = ContainerRole::main;
  std::uint32_t attempt = 0;
  enum class What { waits, runs, ended } what = What::waits;
  int code = 0;
  std::int64_t ago = 0;       // seconds since its end
  std::int64_t ran = 5;       // seconds
  std::int64_t back_off = 0;  // seconds, on record
  bool held = false;
  OwnRestart restart = {};
};
using What = Seen::What;

inline LiveContainer live(const Seen& seen) {
  LiveContainer one;
  one.record.plan.name = seen.name;
  one.record.plan.role = seen.role;
  one.record.plan.attempt = seen.attempt;
  one.record.life.back_off = seen.back_off * kSecond;
  one.record.life.held = seen.held;
  one.record.plan.restart = seen.restart;
  if (seen.what == What::waits) return one;
  one.record.life.process = {.pid = 7, .start_time = 1, .pidfd_inode = 1};
  one.record.life.started_at = kNow - (seen.ago + seen.ran) * kSecond;
  one.status.running = seen.what == What::runs;
  if (seen.what == What::ended)
    one.status.exit = ExitStatus{.code = seen.code, .finished_at = kNow - seen.ago * kSecond};
  return one;
}

inline std::vector<LiveContainer> all(const std::vector<Seen>& seen) {
  std::vector<LiveContainer> containers;
  for (const Seen& one : seen) containers.push_back(live(one));
  return containers;
}

inline PodRecord standing(RestartPolicy restart) {
  PodRecord pod;
  pod.plan.restart = restart;
  pod.life.state = PodState::ready;
  return pod;
}

inline Next next_of(RestartPolicy restart, const std::vector<Seen>& seen) {
  return next(standing(restart), all(seen), kNow);
}

inline constexpr RestartPolicy kAlways = RestartPolicy::always;
inline constexpr RestartPolicy kOnFailure = RestartPolicy::on_failure;
inline constexpr RestartPolicy kNever = RestartPolicy::never;

inline Seen waits(std::string name, ContainerRole role = ContainerRole::main) {
  return {.name = std::move(name), .role = role};
}
inline Seen runs(std::string name, ContainerRole role = ContainerRole::main) {
  return {.name = std::move(name), .role = role, .what = What::runs};
}
inline Seen ended(std::string name, int code, ContainerRole role = ContainerRole::main) {
  return {.name = std::move(name), .role = role, .what = What::ended, .code = code};
}
inline constexpr ContainerRole kInit = ContainerRole::init;
inline constexpr ContainerRole kSidecar = ContainerRole::sidecar;

struct Case {
  const char* name;
  RestartPolicy restart;
  std::vector<Seen> seen;
  std::vector<std::string> steps;  // "start a.0", "stop b.2"
  bool over = false;
};
inline void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

inline std::vector<std::string> words(const std::vector<Step>& steps) {
  std::vector<std::string> all;
  for (const Step& step : steps) {
    std::ostringstream text;
    PrintTo(step, &text);
    all.push_back(text.str());
  }
  return all;
}

inline void expect_decision(const Case& one) {
  const Next next = next_of(one.restart, one.seen);
  EXPECT_EQ(words(next.steps), one.steps);
  EXPECT_EQ(next.over, one.over);
  EXPECT_EQ(next.at, 0);
}

}  // namespace podrun::tend
