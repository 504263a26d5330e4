// The streams of Exec, Attach and PortForward: an HTTP server on loopback that gives out URLs, each good for one
// client, speaks SPDY/3.1 and WebSocket with whoever comes, and relays between that client and descriptors. It knows
// nothing of pods: what is executed, attached to and connected is a Handler's business. Protocols: docs/cri-streams.md.
// Rules: the CRI's api.proto (Exec, Attach, PortForward), and what its clients do.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun::stream {

// Which streams the caller of Exec or Attach asked for.
struct Streams {
  bool in = false;
  bool out = false;
  bool err = false;
  bool tty = false;  // then stdout and stderr are one, and `err` is false
};

struct ExecRequest {
  std::string container;  // the whole id
  std::vector<std::string> command;
  Streams streams;
};

struct AttachRequest {
  std::string container;
  Streams streams;
};

struct PortForwardRequest {
  std::string pod;
  std::vector<std::uint16_t> ports;  // may be empty; only the oldest of the protocols takes them from here
};

// What `Ends::sizes` reads, one at a time: each read(2) of sizeof(TerminalSize) bytes is a whole one.
struct TerminalSize {
  std::uint16_t columns = 0;
  std::uint16_t rows = 0;
};

// The handler's ends of what the server relays. Each is close-on-exec and blocks; they may be given to a process as
// they are. One that nobody asked for is empty. To close them, or to return, is up to the handler.
struct Ends {
  Fd in;     // reading end of a pipe: what the client types. End of file: it types no more, or has gone
  Fd out;    // writing end of a pipe. EPIPE: the client has gone
  Fd err;    // likewise
  Fd sizes;  // reading end of a pipe of TerminalSize; only with a terminal. End of file: no more will come
  Fd gone;   // reading end of a pipe nobody writes to: poll(2) says POLLHUP once the client has gone
};

// Called by a thread for each request, with all signals blocked (a process started there needs a mask of its own);
// functions run beside each other. Each returns when what it was asked for has ended, and soon after `Ends::gone` has
// said that nobody is there any more: Server's destructor waits for it.
class Handler {
 public:
  virtual ~Handler() = default;

  // The exit code of the command (128 + n after signal n). An error is told to the client with its text, as
  // "InternalError". What was written to `out` and `err` before the return reaches the client; what a process left
  // behind writes later does not.
  virtual Result<int> exec(const ExecRequest& request, Ends ends) = 0;

  // Returns when the container has ended, or the client has gone or closed its stdin and asked for no output. Output as
  // above.
  virtual Result<void> attach(const AttachRequest& request, Ends ends) = 0;

  // `connection` is one end of a stream socket (AF_UNIX), on which the client is at the other end: shutdown(2) of one
  // direction passes through, in both directions. Connects to `port` of the pod and relays until both directions have
  // ended. An error is told to the client with its text; other connections of that client go on. Once `connection` says
  // POLLHUP nobody is at the other end any more: also who waits for the pod to take bytes has to look for that.
  virtual Result<void> port_forward(const std::string& pod, std::uint16_t port, Fd connection) = 0;
};

// What clients may take of time and memory. Defaults are meant for all but tests.
struct Limits {
  std::size_t waiting = 1000;                      // URLs given out and not yet used
  std::chrono::milliseconds url_life{60'000};      // from url_for to the client's request
  std::size_t connections = 512;                   // at a time; further ones are closed at once
  std::size_t calls = 1024;                        // functions of the handler at a time, all clients together
  std::size_t streams = 512;                       // that one client may have open
  std::chrono::milliseconds request_time{10'000};  // from connect to the end of the request's header
  std::chrono::milliseconds streams_time{30'000};  // until all streams of an exec are there, or a forward's second half
  std::chrono::milliseconds farewell_time{5'000};  // for the client to take the last bytes and close
  std::chrono::milliseconds idle_time{4 * 3'600'000};  // without a byte in either direction
  std::chrono::milliseconds stalled_time{30'000};  // that one forwarded connection may hold up the others of its client
};

class Server {
 public:
  // Listens on `address`, "127.0.0.1:PORT" or "[::1]:PORT"; 0 is a free port. Other addresses are refused (invalid):
  // who knows a URL may execute. `handler` must outlive the server. Errors: invalid, and those of bind(2) (busy: the
  // port is taken).
  static Result<std::unique_ptr<Server>> start(const std::string& address, Handler& handler, const Limits& limits = {});

  // Closes every connection, and returns when no function of the handler runs any more.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // "http://127.0.0.1:PORT/exec/TOKEN": 128 random bits, good for one request within Limits::url_life. Thread-safe.
  // Errors: invalid (a terminal and stderr; none of stdin, stdout, stderr; no command), busy (Limits::waiting reached).
  Result<std::string> url_for(std::variant<ExecRequest, AttachRequest, PortForwardRequest> request);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace podrun::stream
