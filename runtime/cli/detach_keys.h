// The keys that leave a container's terminal without ending it.
#pragma once

#include <string>
#include <string_view>

#include "runtime/kernel/types.h"

namespace podrun::cli {

inline constexpr const char* kDetachKeys = "ctrl-p,ctrl-q";  // podman's, docker's

class DetachKeys {
 public:
  DetachKeys() = default;  // none: all that is typed goes on

  // At most 16 keys joined by commas, each a character or ctrl- and one of a-z @ [ \ ] ^ _; empty: none.
  static Result<DetachKeys> parse(const std::string& text);

  explicit operator bool() const { return !keys_.empty(); }

  // What of `typed` goes on to the container. What may be the beginning of the keys waits for the next.
  std::string pass(std::string_view typed);
  // What still waits, once nothing more will be typed.
  std::string rest();
  // They have been typed. Nothing behind them goes on.
  bool are_typed() const { return are_typed_; }

 private:
  std::string keys_;  // as a terminal sends them
  std::string waiting_;
  bool are_typed_ = false;
};

}  // namespace podrun::cli
