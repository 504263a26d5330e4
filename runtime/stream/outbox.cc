#include "runtime/stream/outbox.h"

#include <utility>

namespace podrun::stream {

void Outbox::send(std::string_view bytes, std::function<void()> taken) {
  if (is_broken_) {  // who counts what is on its way would wait for ever
    if (taken) taken();
    return;
  }
  items_.push_back({std::string(bytes), std::move(taken)});
  unsent_ += bytes.size();
  if (!is_waiting_) write();
}

void Outbox::finish(std::function<void()> finished) {
  finished_ = std::move(finished);
  if (!is_waiting_) write();
}

void Outbox::write() {
  // What is called back may send: then it only adds to the items, and the loop here goes on.
  is_waiting_ = true;
  while (!items_.empty()) {
    const auto size = pipe_.write(std::string_view(items_.front().bytes).substr(written_));
    if (!size) return break_down();
    written_ += *size;
    unsent_ -= *size;
    if (written_ < items_.front().bytes.size()) {
      pipe_.when_writable([this] { write(); });
      return;
    }
    const auto taken = std::move(items_.front().taken);
    items_.pop_front();
    written_ = 0;
    if (taken) taken();
  }
  is_waiting_ = false;
  if (!is_broken_)
    if (const auto finished = std::exchange(finished_, nullptr)) finished();
}

void Outbox::break_down() {
  is_broken_ = true;
  unsent_ = 0;
  const auto dropped = std::exchange(items_, {});
  for (const Item& item : dropped)
    if (item.taken) item.taken();
  if (const auto broken = std::exchange(broken_, nullptr)) broken();
}

}  // namespace podrun::stream
