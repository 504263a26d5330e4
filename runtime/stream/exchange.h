// The beginning of a client's connection: the header of its request is read, and either answered with one text, or the
// socket goes on to what it asked for.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "runtime/stream/http_request.h"
#include "runtime/stream/loop.h"
#include "runtime/stream/outbox.h"

namespace podrun::stream {

class Exchange {
 public:
  struct Patience {
    std::chrono::milliseconds request;   // from its beginning to the end of the header
    std::chrono::milliseconds farewell;  // for the client to take the answer and close
  };
  // `asked` gets the request, and what came behind it. `over` is called, perhaps several times, when nothing more will
  // come of it.
  using Asked = std::function<void(const HttpRequest& request, std::string rest)>;
  Exchange(Loop& loop, Fd socket, const Patience& patience, Asked asked, std::function<void()> over);

  void answer(std::string_view text);  // a whole one, of http_answer(); then the connection ends
  Fd take();                           // of who goes on with it; not from `asked`, whose caller would be destroyed

 private:
  void read_request();
  void wait_for_end();

  std::chrono::milliseconds farewell_;
  Asked asked_;
  std::function<void()> over_;
  Pipe pipe_;
  Outbox outbox_;
  std::string header_;
  Timer timer_;
};

}  // namespace podrun::stream
