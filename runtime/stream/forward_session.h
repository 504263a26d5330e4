// PortForward: for each connection a client makes, a pair of streams, data and error, and a socket that a handler's
// function has the other end of.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "runtime/stream/inlet.h"
#include "runtime/stream/outlet.h"
#include "runtime/stream/session.h"

namespace podrun::stream {

class ForwardSession : public Session {
 public:
  using Connect = std::function<Result<void>(std::uint16_t port, Fd connection)>;  // called by a thread of its own

  // With `ends_with_the_last` the client is told of the end when no connection is left: it can open no others.
  ForwardSession(Setting setting, Connect connect, bool ends_with_the_last);
  ~ForwardSession() override;

  void start() override { setting_.mux.start(*this); }
  bool opened(StreamId stream, const Headers& headers) override;
  void received(StreamId stream, std::string_view bytes) override;
  void finished(StreamId stream) override;
  void was_reset(StreamId stream) override;
  void gone() override;

 private:
  class Forward;
  using Forwards = std::map<std::string, std::unique_ptr<Forward>>;

  void begin(const std::string& request);
  void call_ended(Forward& forward, const Result<void>& end);
  void finish_when_done(Forward& forward);
  void fail(Forward& forward, const std::string& why);
  void drop(Forward& forward);
  void consumed(Forward& forward, std::size_t bytes);
  void hold(Forward& forward);
  void release(Forward& forward);
  void look();

  Setting setting_;
  Connect connect_;
  bool ends_with_the_last_;
  Forwards forwards_;  // by the number of the client's request
  std::map<StreamId, Forward*> by_data_, by_error_;
  std::set<Forward*> full_;  // for which nothing is read
  Timer look_;
};

}  // namespace podrun::stream
