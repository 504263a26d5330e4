// Bytes on their way from one descriptor to another. Neither end is ever waited for: what one side does not take yet is
// kept, at most a buffer of it, and no more is read meanwhile. So no direction can hold up another.
#pragma once

#include <poll.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/cli/detach_keys.h"
#include "runtime/kernel/types.h"

namespace podrun::cli {

// Where bytes go. A description of its own where writing could block, so that only ours is non-blocking and not the
// caller's, which others have too.
class Sink {
 public:
  Sink() = default;
  // An end of ours, non-blocking already.
  static Sink of(Fd fd);
  // A connection, non-blocking already: its end is passed on, and the other direction goes on.
  static Sink of_connection(Fd socket);
  // One of podrun's own standard streams.
  static Sink of_caller(int fd);

  int get() const { return fd_.get(); }
  explicit operator bool() const { return static_cast<bool>(fd_); }
  void reset();
  // As write(2); EAGAIN where it cannot be done without waiting. `ready`: poll(2) has just said so.
  ssize_t write(const char* bytes, std::size_t size, bool ready);

 private:
  enum class Kind { never_blocks, connection, socket, may_block };
  Sink(Fd fd, Kind kind) : fd_(std::move(fd)), kind_(kind) {}
  Fd fd_;
  Kind kind_ = Kind::never_blocks;
};

class Relay {
 public:
  Relay() = default;  // carries nothing
  // `at_end` is put behind the last byte. `keys` end it, and what they are is not carried.
  Relay(Fd from, Sink to, std::string at_end = {}, DetachKeys keys = {})
      : from_(std::move(from)), to_(std::move(to)), at_end_(std::move(at_end)), keys_(std::move(keys)) {}

  // What to poll for, a descriptor of -1 for nothing; and afterwards what came of it.
  std::array<pollfd, 2> wants() const;
  void move(const pollfd& read, const pollfd& write);

  // Whoever wrote has ended: of what others go on writing, only so much more is taken as may be its own.
  void end_after_what_is_there();

  bool reads() const { return static_cast<bool>(from_); }
  bool holds() const { return begin_ != end_; }
  bool is_left() const { return keys_.are_typed(); }

  // The errno by which its bytes were lost; 0 for none, and where only the reader went away.
  int loss() const { return loss_; }

 private:
  void fill();
  void hold(std::string_view bytes);
  void flush(bool ready);
  void give_up();

  static constexpr std::size_t kSize = 64U << 10U;
  static constexpr std::size_t kRoom = kSize + 64;  // for what waited, and what stands behind the last byte
  Fd from_;
  Sink to_;
  std::string at_end_;
  DetachKeys keys_;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t left_ = ~std::size_t{0};
  int loss_ = 0;
};

}  // namespace podrun::cli
