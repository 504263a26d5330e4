// The socket that clients come to: for root alone, and nobody's who is there already.
#pragma once

#include <functional>
#include <string>

#include "runtime/kernel/types.h"

namespace podrun::cri {

// Held for as long as the server runs: a second one for the same state directory is Kind::busy.
Result<Fd> take_server_lock(const std::string& state_directory);

class Listener {
 public:
  // The socket that systemd hands over (sd_listen_fds(3)), else a new one at `path`, mode 0600. The caller has the
  // server's lock, so what is left at the path is of a server that has died.
  static Result<Listener> open(const std::string& path);
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&&) = delete;
  ~Listener();  // removes what it has made

  // Hands over connections of processes of root's, until `end` can be read.
  void accept_until(int end, const std::function<void(Fd connection)>& take) const;

 private:
  Listener(Fd socket, std::string path) : socket_(std::move(socket)), path_(std::move(path)) {}
  Fd socket_;
  std::string path_;  // empty: systemd's
};

}  // namespace podrun::cri
