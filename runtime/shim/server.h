// The shim at work: what clients ask for, what children write, and how they end. It decides nothing.
#pragma once

#include <poll.h>

#include <string>
#include <vector>

#include "runtime/kernel/channel.h"
#include "runtime/shim/alarm.h"
#include "runtime/shim/child.h"
#include "runtime/shim/exit_file.h"

namespace podrun::shim {

class Server {
 public:
  // `client` is the first one; `socket` listens for others. `box` is the pod's directory, `signals` a signalfd of
  // SIGCHLD.
  Server(Channel client, Fd socket, Fd box, Fd signals);

  // One that goes on where another build was, from the table that it left.
  static Result<Server> resume(Fd table);

  // Until nobody is left to look after: no child and no client.
  void serve();

 private:
  struct Client {
    int number = 0;
    Channel channel;
    // Attached, or waiting until there is something to attach to.
    std::string key;
    bool waits = false;
    bool wants_input = false;
    Fd out, err;
    bool writes_no_more = false;
    std::string build;  // as it said hello to this build of the shim; empty: it has not
  };
  // A container that has ended, while somebody has not read all of it.
  struct Rest {
    std::string key;
    Output output;
  };

  Server() = default;
  Result<void> renew(const Client& client, Message request);
  void write(TableWriter& table, const Client& greeted);

  [[gnu::hot]] void wait_for_something();  // memory.h
  int patience() const;
  void accept_clients();
  void add(Channel channel);
  void answer_clients();
  void answer(Client& client, bool hung_up);
  void end_input(Client& client);
  Result<void> answer_request(Client& client, Message request);
  Result<void> launch_requested(const Client& client, Message request);
  Result<void> keep(const Client& client, Message request);
  Result<void> attach(Client& client, Message request);
  Result<void> log(const Client& client, Message request);
  void drop(Client& client);

  Child* find(const std::string& key);
  void serve_waiting(Child& child);
  Result<void> link(Client& client, Child& child);
  void reap();
  void tell_ends();
  bool has_ended(const std::string& key) const;
  void end(Child& child, int status);
  void deliver_rests();
  void let_go_of_readers(const std::string& key);

  Fd socket_;
  Fd box_;
  Fd signals_;
  int next_number_ = 1;
  std::vector<Client> clients_;
  std::vector<Child> children_;
  std::vector<Rest> rests_;
  std::vector<ExitNote> untold_;  // what could not be written down yet
  std::vector<std::string> ending_;  // cgroups of containers that ended, while somebody may be left in them
  AlarmClock alarm_;
  std::vector<pollfd> polled_;
  int pause_ = -1;  // pidfd, owned by its Child
};

}  // namespace podrun::shim
