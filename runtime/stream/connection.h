// One client, from its first byte to its end: its request, then the streams it asked for.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/stream/exchange.h"
#include "runtime/stream/jobs.h"
#include "runtime/stream/negotiate.h"
#include "runtime/stream/session.h"
#include "runtime/stream/tokens.h"

namespace podrun::stream {

class Connection {
 public:
  // What all connections of a server share.
  struct Shared {
    Loop& loop;
    Jobs& jobs;
    Tokens& tokens;
    Handler& handler;
    const Limits& limits;
  };

  // `over` is called, perhaps several times, when nothing more will come of it.
  Connection(const Shared& shared, Fd socket, std::function<void()> over);
  ~Connection();

 private:
  void answer(const HttpRequest& request, std::string rest);
  void refuse(const Refusal& refusal);
  void upgrade(const HttpRequest& request, const Protocol& protocol, std::string rest);
  std::unique_ptr<Mux> make_mux(const HttpRequest& request, const Protocol& protocol, std::string rest);
  std::unique_ptr<Session> make_session(const Protocol& protocol);
  bool has_left() const;
  void look_for_idleness();

  Shared shared_;
  std::function<void()> over_;
  Fd observed_;                         // the same socket, whoever has it
  std::unique_ptr<Exchange> exchange_;  // until the upgrade
  Request request_;
  Timer timer_;
  std::unique_ptr<Mux> mux_;
  std::unique_ptr<Session> session_;  // uses the mux, and goes before it
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace podrun::stream
