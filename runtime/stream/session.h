// What an exec, an attach or a forward is made in.
#pragma once

#include <chrono>
#include <functional>

#include "runtime/stream/jobs.h"
#include "runtime/stream/loop.h"
#include "runtime/stream/mux.h"
#include "runtime/stream/server.h"

namespace podrun::stream {

struct Setting {
  Loop& loop;
  Jobs& jobs;
  const Limits& limits;
  Mux& mux;
  std::function<bool()> has_left;  // whether the client has closed its end: asked while nothing is read of it
  std::function<void()> over;      // the session is of no use any more, and is destroyed soon
};

// A client is looked at this often while nothing is read of it.
constexpr std::chrono::milliseconds kLookAfter{1'000};

class Session : public Mux::User {
 public:
  virtual void start() = 0;
};

}  // namespace podrun::stream
