// The packet: an ordinary one of the kernel's own TCP or UDP, but for its name.
//
// TCP: the initial sequence number, which TCP_REPAIR (made to move connections between machines) lets CAP_NET_ADMIN
// choose before an ordinary connect(2). UDP: the datagram begins with eight bytes of chance.
#pragma once

#include <cstdint>

#include "runtime/packet/recording.h"
#include "runtime/packet/spaces.h"

namespace podrun::packet {

class Probe {
 public:
  // Has a port and a name; nothing is sent.
  static Result<Probe> prepare(const OpenSpace& from, const Endpoint& to, Transport transport, std::uint32_t data,
                               const std::string& datagram = "");

  const Name& name() const { return name_; }
  int fd() const { return socket_.get(); }
  short events() const;  // what to poll(2) for; 0: nothing more comes
  // A failure is an outcome.
  void send();
  void go_on();                           // once it is ready
  bool is_over() const { return over_; }  // there is an answer, or never will be
  bool waits_for_data() const { return sent_data_ && !over_; }
  const Outcome& outcome() const { return outcome_; }

 private:
  Probe(Fd socket, const Name& name) : socket_(std::move(socket)), name_(name) {}
  void fail(int error_number);
  void send_data();
  void receive();

  Fd socket_;
  Name name_;
  std::string datagram_;  // as it was given; empty: letters
  Outcome outcome_;
  bool sending_ = false;
  bool sent_data_ = false;
  bool over_ = false;
};

}  // namespace podrun::packet
