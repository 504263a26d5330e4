// How a container is asked whether it is well, and what is done when it comes and goes: probes and hooks, as the
// manifest has them, with ports by number. https://kubernetes.io/docs/concepts/workloads/pods/probes/ and
// …/containers/container-lifecycle-hooks/
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace podrun {

// Succeeds with exit status 0.
struct ExecAction {
  std::vector<std::string> command;  // no shell's
};
// The next three go to an address of the pod, from inside its network namespace. An empty host is the pod's own first
// address, and 127.0.0.1 where it has none.
struct HttpAction {
  bool over_tls = false;  // whoever answers: no certificate is looked at
  std::string host;
  std::uint16_t port = 0;
  std::string path = "/";
  std::vector<std::pair<std::string, std::string>> headers;
};
struct TcpAction {
  std::string host;
  std::uint16_t port = 0;
};
// https://github.com/grpc/grpc/blob/master/doc/health-checking.md
struct GrpcAction {
  bool over_tls = false;  // as HttpAction's
  std::uint16_t port = 0;
  std::string service;  // empty: the server as a whole
};
struct SleepAction {
  std::uint32_t seconds = 0;
};
using Action = std::variant<ExecAction, HttpAction, TcpAction, GrpcAction, SleepAction>;

// What came of it.
struct Outcome {
  bool succeeded = false;
  std::string failure;  // else why not
};

struct ProbePlan {
  Action action;
  std::uint32_t initial_delay = 0;  // seconds, as the next two; from the container's start on
  std::uint32_t period = 10;
  std::uint32_t timeout = 1;
  std::uint32_t success_threshold = 1;  // so many in a row
  std::uint32_t failure_threshold = 3;
  std::optional<std::uint32_t> grace_period;  // seconds, when this one has it ended; empty: the pod's
};

enum class ProbeKind : std::uint8_t {
  startup,    // until it has succeeded, the others wait
  liveness,   // ends it where it fails
  readiness,  // says whether it is ready, and does nothing
};
inline constexpr std::array kProbeKinds{ProbeKind::startup, ProbeKind::liveness, ProbeKind::readiness};

struct ProbesPlan {
  std::optional<ProbePlan> startup, liveness, readiness;

  const std::optional<ProbePlan>& of(ProbeKind kind) const {
    return kind == ProbeKind::startup ? startup : kind == ProbeKind::liveness ? liveness : readiness;
  }
  bool any() const { return startup || liveness || readiness; }
};

struct HooksPlan {
  std::optional<Action> post_start;  // once it runs; where that fails, the container is ended
  std::optional<Action> pre_stop;    // before its stop signal, within its grace period
};

}  // namespace podrun
