// JSON by a unix socket, a line each: how a delegated plugin's run is told to who has put up the links to it.
//
//   helper                                            runner
//   {"before": {caller, path, environment, stdin}} ->
//                                                  <- {"stdin": "…"} or {"error": "…"}
//   {"after": {caller, recording}}                 ->
//                                                  <- {}, {"stdout": "…"}, {"again": true} or {"error": "…"}
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cni/base/fd.h"
#include "cni/base/result.h"

namespace cni::kit {

// Each such directory has one of these, and links.
inline const std::string kDelegatesBegin = "/run/cni-delegates.";
inline const std::string kDelegatesSocket = "socket";

class LineSocket {
 public:
  static Result<LineSocket> connect(const std::string& path);
  static Result<Fd> listen(const std::string& path);  // not blocking
  explicit LineSocket(Fd socket) : socket_(std::move(socket)) {}

  Result<void> write(const nlohmann::json& message) const;
  Result<nlohmann::json> read();  // waits for it; Kind::not_found: there is no more
  // What has come, without waiting. False: there will be no more.
  bool take();
  std::optional<nlohmann::json> next();  // of what was taken
  int descriptor() const { return socket_.get(); }

 private:
  Fd socket_;
  std::string taken_;
};

}  // namespace cni::kit
