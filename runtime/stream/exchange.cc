#include "runtime/stream/exchange.h"

#include <sys/socket.h>

#include <utility>

#include "runtime/stream/http_answer.h"

namespace podrun::stream {

Exchange::Exchange(Loop& loop, Fd socket, const Patience& patience, Asked asked, std::function<void()> over)
    : farewell_(patience.farewell),
      asked_(std::move(asked)),
      over_(std::move(over)),
      pipe_(loop, std::move(socket)),
      outbox_(pipe_, [this] { over_(); }),
      timer_(loop) {
  timer_.start(patience.request, [this] { over_(); });
  read_request();
}

void Exchange::read_request() {
  pipe_.read(kMaxRequestHeader, [this](std::string_view bytes) {
    if (bytes.empty()) return over_();
    header_ += bytes;
    const ParsedRequest parsed = parse_request(header_);
    switch (parsed.state) {
      case ParsedRequest::State::incomplete:
        return read_request();
      case ParsedRequest::State::wrong:
        return answer(http_answer(400, {}, "text/plain; charset=utf-8", "this is no request of HTTP/1.1\n"));
      case ParsedRequest::State::complete:
        return asked_(parsed.request, header_.substr(parsed.size));
    }
  });
}

void Exchange::answer(std::string_view text) {
  outbox_.send(text, nullptr);
  outbox_.finish([this] { ::shutdown(pipe_.fd(), SHUT_WR); });
  timer_.start(farewell_, [this] { over_(); });
  wait_for_end();
}

Fd Exchange::take() { return pipe_.take(); }

// What is closed with unread bytes is reset, and takes the answer with it.
void Exchange::wait_for_end() {
  pipe_.read(kMaxRequestHeader, [this](std::string_view bytes) { bytes.empty() ? over_() : wait_for_end(); });
}

}  // namespace podrun::stream
