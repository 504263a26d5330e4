// Exec, Attach and PortForward: what the streaming server (runtime/stream) hands over is carried to and from
// containers.
#pragma once

#include <memory>

#include "runtime/cri/backend.h"
#include "runtime/stream/server.h"

namespace podrun::cri {

class Streaming final : public stream::Handler {
 public:
  // Listens at Options::stream_address.
  static Result<std::unique_ptr<Streaming>> start(const Backend& backend);

  // Where the client is to go. Kind::not_found, and busy of what does not run.
  Result<std::string> exec_url(const api::ExecRequest& request);
  Result<std::string> attach_url(const api::AttachRequest& request);
  Result<std::string> port_forward_url(const api::PortForwardRequest& request);

  Result<int> exec(const stream::ExecRequest& request, stream::Ends ends) override;
  Result<void> attach(const stream::AttachRequest& request, stream::Ends ends) override;
  Result<void> port_forward(const std::string& pod, std::uint16_t port, Fd connection) override;

 private:
  explicit Streaming(const Backend& backend) : backend_(backend) {}

  const Backend& backend_;
  std::unique_ptr<stream::Server> server_;
};

}  // namespace podrun::cri
