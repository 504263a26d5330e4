// What gRPC takes by itself: a server that answers lists with the same bytes each time, and does nothing else.
#pragma once

#include <memory>
#include <string>

#include "integration/cri/bench/client.h"

namespace cri_bench {

class Floor {
 public:
  // At a socket of its own, until the destructor.
  explicit Floor(const Answers& answers);
  ~Floor();
  Floor(const Floor&) = delete;
  Floor& operator=(const Floor&) = delete;

  const std::string& socket() const { return socket_; }

 private:
  class Service;
  std::string socket_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace cri_bench
