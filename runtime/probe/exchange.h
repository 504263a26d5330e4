// A question that is sent, and the answer as it comes in.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "runtime/probe/connection.h"
#include "runtime/probe/stream.h"

namespace podrun::probe {

class Exchange : public Question {
 public:
  void await(Wait& wait) const final;
  bool go_on() final;

 protected:
  // `protocol` as tls_stream has it.
  Exchange(Connection connection, bool over_tls, std::int64_t until, std::string_view protocol = {});

  const std::string& peer() const { return connection_.peer(); }
  void say(std::string_view bytes) { unsent_ += bytes; }
  // A part of the answer, some KiB at most. Ends with end() once it has seen enough.
  virtual void hear(std::string_view bytes) = 0;
  void end(Outcome outcome) { is_over_ = answer(std::move(outcome)); }
  void end(std::string why) { is_over_ = fail(std::move(why)); }
  bool is_over() const { return is_over_; }

 private:
  bool connect();
  bool send();
  void receive();

  Connection connection_;
  std::unique_ptr<Stream> stream_;
  std::int64_t until_;
  std::string unsent_;
  bool is_connected_ = false;
  bool is_over_ = false;
};

}  // namespace podrun::probe
