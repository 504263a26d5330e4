#include "runtime/cli/probe_text.h"

#include "base/joined.h"

namespace podrun::cli {
namespace {

// An IPv6 address needs its brackets before a port.
std::string place(const std::string& host, std::uint16_t port) {
  return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
}

std::string action_text(const Action& action) {
  struct Words {
    std::string operator()(const ExecAction& exec) const { return "exec [" + base::joined(exec.command, " ") + "]"; }
    std::string operator()(const HttpAction& http) const {
      return std::string("http-get http") + (http.over_tls ? "s" : "") + "://" + place(http.host, http.port) + http.path;
    }
    std::string operator()(const TcpAction& tcp) const { return "tcp-socket " + place(tcp.host, tcp.port); }
    std::string operator()(const GrpcAction& grpc) const {
      return "grpc " + place("<pod>", grpc.port) + (grpc.service.empty() ? "" : " " + grpc.service);
    }
    std::string operator()(const SleepAction& sleep) const { return "sleep " + std::to_string(sleep.seconds) + "s"; }
  };
  return std::visit(Words(), action);
}

}  // namespace

std::string probe_text(const ProbePlan& probe) {
  return action_text(probe.action) + " delay=" + std::to_string(probe.initial_delay) +
         "s timeout=" + std::to_string(probe.timeout) + "s period=" + std::to_string(probe.period) +
         "s #success=" + std::to_string(probe.success_threshold) +
         " #failure=" + std::to_string(probe.failure_threshold);
}

}  // namespace podrun::cli
