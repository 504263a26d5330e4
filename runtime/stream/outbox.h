// What is to be written to a descriptor, in order, as fast as the other end takes it.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "runtime/stream/loop.h"

namespace podrun::stream {

class Outbox {
 public:
  // `broken` is called once, when nobody reads any more; what is left, and what is sent then, counts as
  // taken.
  Outbox(Pipe& pipe, std::function<void()> broken) : pipe_(pipe), broken_(std::move(broken)) {}

  // `taken`, if any, is called once the last of these bytes is written, perhaps at once; or broken off.
  void send(std::string_view bytes, std::function<void()> taken);

  // Calls back once all is written; nothing may be sent then.
  void finish(std::function<void()> finished);

  std::size_t unsent() const { return unsent_; }

 private:
  struct Item {
    std::string bytes;
    std::function<void()> taken;
  };

  void write();
  void break_down();

  Pipe& pipe_;
  std::function<void()> broken_;
  std::function<void()> finished_;
  std::deque<Item> items_;
  std::size_t written_ = 0;  // of the first
  std::size_t unsent_ = 0;
  bool is_broken_ = false;
  bool is_waiting_ = false;
};

}  // namespace podrun::stream
