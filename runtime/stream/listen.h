// A TCP socket that takes clients.
#pragma once

#include <functional>
#include <string>

#include "runtime/stream/loop.h"

namespace podrun::stream {

struct Listening {
  Fd socket;
  std::string name;  // "127.0.0.1:41234"
};

// "ADDRESS:PORT", an IPv6 address in brackets; port 0 is a free one. Errors: invalid, and those of bind(2).
Result<Listening> listen_on(const std::string& address);

// Hands over whoever connects, for as long as it lives; by the loop's thread.
class Acceptor {
 public:
  Acceptor(Loop& loop, Fd listening, std::function<void(Fd client)> take);

 private:
  void accept();

  Pipe listening_;
  Timer retry_;
  std::function<void(Fd client)> take_;
};

}  // namespace podrun::stream
