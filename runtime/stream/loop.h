// One thread that serves all clients: it waits for descriptors and times and calls back. Asio stays behind this header,
// since a file that includes it takes seconds to compile.
//
// What calls back is called by the loop's thread, and not any more once the object that was asked is destroyed; that
// may be done from any callback but the object's own.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "runtime/kernel/types.h"

namespace podrun::stream {

class Loop {
 public:
  struct Impl;

  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void run();                                 // until stop()
  void stop();                                // any thread
  void post(std::function<void()> function);  // any thread: the loop calls it soon, never from within post()

  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

class Timer {
 public:
  explicit Timer(Loop& loop);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void start(std::chrono::milliseconds after,
             std::function<void()> function);  // in the place of what was started before
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// A descriptor that is never waited for: an end of a pipe, or a socket. Owns it.
class Pipe {
 public:
  Pipe(Loop& loop, Fd fd);  // makes it non-blocking
  ~Pipe();                  // closes it
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  // Calls back once with up to `most` of what can be read; with nothing at the end, and after an error. The bytes are
  // the loop's, and good until the callback returns. One at a time.
  void read(std::size_t most, std::function<void(std::string_view)> got);

  // What it takes now, perhaps nothing. An error: nobody reads any more.
  Result<std::size_t> write(std::string_view bytes);
  void when_writable(std::function<void()> function);  // once; one at a time
  void when_readable(std::function<void()> function);  // for who reads otherwise: accept4(2)

  int fd() const;
  Fd take();  // and asks for nothing any more; for who goes on with it

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace podrun::stream
