#include "runtime/cri/relay.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace podrun::cri {
namespace {

constexpr int kLastWords = 200;  // milliseconds

void set_non_blocking(const Fd& fd) {
  if (fd) ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
}

bool is_for_later(ssize_t done) { return done < 0 && (errno == EAGAIN || errno == EINTR); }

}  // namespace

void Relay::add(Fd from, Fd to, std::function<void(int to)> at_end) {
  if (!from) return;
  set_non_blocking(from);
  set_non_blocking(to);
  const bool has_to = static_cast<bool>(to);
  ways_.push_back({std::move(from), std::move(to), has_to, {}, std::move(at_end)});
}

void Relay::watch(int fd, std::function<bool()> ready) { watched_.push_back({fd, std::move(ready)}); }

bool Relay::has_ways() const {
  return std::any_of(ways_.begin(), ways_.end(), [](const Way& way) { return way.from || !way.rest.empty(); });
}

void Relay::end(Way& way) {
  if (way.at_end) way.at_end(way.to.get());
  way.from.reset();
  way.to.reset();
  way.rest.clear();
}

void Relay::read(Way& way) {
  std::array<char, 32768> buffer;
  const ssize_t got = ::read(way.from.get(), buffer.data(), buffer.size());
  if (is_for_later(got)) return;
  if (got <= 0) return end(way);  // of a terminal nobody writes to any more EIO is the end
  if (!way.has_to) return;
  way.rest.assign(buffer.data(), static_cast<std::size_t>(got));
  write(way);
}

void Relay::write(Way& way) {
  const ssize_t done = ::write(way.to.get(), way.rest.data(), way.rest.size());
  if (is_for_later(done)) return;
  if (done < 0) return end(way);
  way.rest.erase(0, static_cast<std::size_t>(done));
}

void Relay::run() {
  while (!is_stopped_ && (has_ways() || !watched_.empty())) {
    std::vector<pollfd> events;
    for (const Way& way : ways_) {
      const bool writes = !way.rest.empty();
      events.push_back({writes ? way.to.get() : way.from.get(), static_cast<short>(writes ? POLLOUT : POLLIN), 0});
    }
    for (const Watched& one : watched_) events.push_back({one.fd, POLLIN, 0});
    events.push_back({gone_, 0, 0});
    const int ready = ::poll(events.data(), events.size(), is_ending_ ? kLastWords : -1);
    if (ready < 0 && errno != EINTR) return;
    if (ready == 0 || (is_ending_ && !has_ways()) || (events.back().revents & (POLLHUP | POLLERR)) != 0) return;
    for (std::size_t i = 0; i < ways_.size(); ++i)
      if (events[i].revents != 0 && events[i].fd >= 0) ways_[i].rest.empty() ? read(ways_[i]) : write(ways_[i]);
    for (std::size_t i = 0; i < watched_.size(); ++i)
      if (events[ways_.size() + i].revents != 0 && !watched_[i].ready()) watched_[i].fd = -1;
  }
}

}  // namespace podrun::cri
