#include "runtime/cri/telemetry.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

namespace podrun::cri {
namespace {

using namespace grpc::experimental;
using Clock = std::chrono::steady_clock;

std::string name_of(grpc::StatusCode code) {
  constexpr std::array kNames{
      "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
      "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
      "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
      "DATA_LOSS", "UNAUTHENTICATED"};
  const auto index = static_cast<std::size_t>(code);
  return index < kNames.size() ? kNames.at(index) : "UNKNOWN";
}

// One for each call, made when its header has come.
class CallWatch final : public Interceptor {
 public:
  CallWatch(CallCounts& counts, std::string_view method)
      : counts_(counts), call_(method.substr(method.rfind('/') + 1)) {}

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS))
      counts_.add(call_, name_of(methods->GetSendStatus().error_code()), Clock::now() - began_);
    methods->Proceed();
  }

 private:
  CallCounts& counts_;
  std::string call_;
  Clock::time_point began_ = Clock::now();
};

class Watcher final : public ServerInterceptorFactoryInterface {
 public:
  explicit Watcher(CallCounts& counts) : counts_(counts) {}
  Interceptor* CreateServerInterceptor(ServerRpcInfo* info) override { return new CallWatch(counts_, info->method()); }

 private:
  CallCounts& counts_;
};

// Also those states that nobody is in, so that what is not there is 0 and not missing.
void add_gauge(std::string& text, const std::string& name, const std::string& help,
               const std::map<std::string, int>& states) {
  text += "# HELP " + name + " " + help + "\n# TYPE " + name + " gauge\n";
  for (const auto& [state, count] : states) text += name + "{state=\"" + state + "\"} " + std::to_string(count) + "\n";
}

}  // namespace

std::string states_text(const View& view) {
  std::map<std::string, int> pods{{"ready", 0}, {"notready", 0}};
  for (const Sandbox& sandbox : view.sandboxes()) ++pods[sandbox.is_ready ? "ready" : "notready"];
  constexpr std::array kStates{"created", "running", "exited", "unknown"};  // numbered as the CRI has them
  std::map<std::string, int> containers;
  for (const char* const state : kStates) containers[state] = 0;
  for (const SeenContainer& container : view.containers())
    ++containers[kStates.at(std::min<std::size_t>(static_cast<std::size_t>(container.state), kStates.size() - 1))];
  std::string text;
  add_gauge(text, "podrun_cri_pods", "Pod sandboxes, by state.", pods);
  add_gauge(text, "podrun_cri_containers", "Containers, by state.", containers);
  return text;
}

Result<std::unique_ptr<Telemetry>> Telemetry::start(const Backend& backend) {
  std::unique_ptr<Telemetry> telemetry(new Telemetry());
  const std::string& asked = backend.options.metrics_address;
  const std::string address = asked.find(':') == std::string::npos ? "127.0.0.1:" + asked : asked;
  telemetry->page_ =
      TRY(stream::PageServer::start(
              address, {.path = "/metrics",
                        .type = "text/plain; version=0.0.4; charset=utf-8",
                        .text =
                            [&calls = telemetry->calls_, &view = backend.view] {
                              return "# HELP podrun_cri_info Which podrun-cri this is.\n"
                                     "# TYPE podrun_cri_info gauge\npodrun_cri_info{version=\"" PODRUN_VERSION
                                     "\"} 1\n" +
                                     states_text(view) + calls.text();
                            }})
              .in("metrics-address"));
  return telemetry;
}

std::unique_ptr<ServerInterceptorFactoryInterface> Telemetry::watcher() { return std::make_unique<Watcher>(calls_); }

}  // namespace podrun::cri
