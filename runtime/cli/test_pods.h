// Pods as the kernel and the files might show them, for tests.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "runtime/cli/live_pod.h"
#include "runtime/store/test_records.h"

namespace podrun::cli {

inline constexpr std::int64_t kStarted = 1'700'000'001'000'000'000;  // of full_container()

inline LiveContainer running(const std::string& name, std::uint32_t attempt = 0) {
  ContainerRecord record = full_container();
  record.plan.name = name;
  record.plan.attempt = attempt;
  record.plan.role = ContainerRole::main;
  record.plan.probes = {};  // nobody asks it
  record.plan.hooks = {};
  record.plan.restart = {};
  record.plan.termination_message = {};
  record.life.failure.clear();
  record.life.held = false;
  record.life.back_off = 0;
  return {.record = std::move(record), .status = {.running = true, .exit = std::nullopt}, .before = std::nullopt};
}

inline LiveContainer ended(const std::string& name, std::optional<ExitStatus> exit, std::uint32_t attempt = 0) {
  LiveContainer container = running(name, attempt);
  container.status = {.running = false, .exit = exit};
  return container;
}

// `container` as the attempt that came after `before`.
inline LiveContainer after(const LiveContainer& before, LiveContainer container) {
  container.before = Attempt{before.record, before.status};
  return container;
}

// Its manifest has the containers "main" and "side", and "prepare" as its init container.
inline LivePod pod_of(std::vector<LiveContainer> containers, Phase phase = Phase::running) {
  LivePod pod;
  pod.record = standing_record();
  pod.record.plan.restart = RestartPolicy::never;
  pod.record.plan.who.manifest =
      R"({"spec":{"containers":[{"name":"main"},{"name":"side"}],"initContainers":[{"name":"prepare"}]}})";
  pod.containers = std::move(containers);
  pod.phase = phase;
  pod.shim_alive = pod.pause_alive = true;
  return pod;
}

}  // namespace podrun::cli
