// Requests that wait for their client, each under a token that only who was given it can know. Thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "runtime/stream/server.h"

namespace podrun::stream {

using Request = std::variant<ExecRequest, AttachRequest, PortForwardRequest>;

class Tokens {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Tokens(std::size_t most, std::chrono::milliseconds life) : most_(most), life_(life) {}

  // 32 hexadecimal digits. Error: busy, where `most` wait.
  Result<std::string> issue(Request request, Time now);

  // The request, which stays: a client that asks in a way we cannot answer may ask in another.
  std::optional<Request> find(const std::string& token, Time now);

  // The request, once.
  std::optional<Request> take(const std::string& token, Time now);

 private:
  struct Waiting {
    Request request;
    Time until;
  };

  void forget_old(Time now);

  std::size_t most_;
  std::chrono::milliseconds life_;
  std::mutex mutex_;
  std::map<std::string, Waiting> waiting_;
};

}  // namespace podrun::stream
