// What Prometheus is told of the server, where it is asked to: how calls went, and which pods and containers there are.
#pragma once

#include <grpcpp/support/server_interceptor.h>

#include <memory>
#include <string>

#include "runtime/cri/backend.h"
#include "runtime/cri/call_counts.h"
#include "runtime/stream/page.h"

namespace podrun::cri {

class Telemetry {
 public:
  // Listens at Options::metrics_address, and serves /metrics there.
  static Result<std::unique_ptr<Telemetry>> start(const Backend& backend);

  // For gRPC, which owns it: counts each call, and may not outlive this.
  std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> watcher();

  const std::string& address() const { return page_->name(); }

 private:
  Telemetry() = default;

  CallCounts calls_;
  std::unique_ptr<stream::PageServer> page_;  // goes first: it reads the counts
};

// How many there are in each state, in Prometheus' text format.
std::string states_text(const View& view);

}  // namespace podrun::cri
