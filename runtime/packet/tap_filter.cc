#include "runtime/packet/tap_filter.h"

#include <net/ethernet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>

#include <cstdint>

namespace podrun::packet {
namespace {

constexpr std::uint32_t kNet = static_cast<std::uint32_t>(SKF_NET_OFF);
constexpr std::uint32_t kAccept = 0xffffffff;  // whole

// Instructions one behind the other. Each check leaves the program with an answer, or goes on behind it.
class FilterWriter {
 public:
  // A = what the kernel calls the protocol of the frame.
  void load_frame_type() { add(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_PROTOCOL)); }
  void load_byte(std::uint32_t at) { add(BPF_LD | BPF_B | BPF_ABS, kNet + at); }
  void keep_bits(std::uint32_t mask) { add(BPF_ALU | BPF_AND | BPF_K, mask); }
  // At X behind that.
  void load_byte_at_x(std::uint32_t at) { add(BPF_LD | BPF_B | BPF_IND, kNet + at); }
  void load_word_at_x(std::uint32_t at) { add(BPF_LD | BPF_W | BPF_IND, kNet + at); }
  void set_x(std::uint32_t value) { add(BPF_LDX | BPF_W | BPF_IMM, value); }
  void set_x_to_header_length_of_v4() {
    load_byte(0);
    keep_bits(15);
    add(BPF_ALU | BPF_LSH | BPF_K, 2);
    add(BPF_MISC | BPF_TAX, 0);
  }
  void answer(std::uint32_t with) { add(BPF_RET | BPF_K, with); }
  void accept_if(std::uint32_t value) {
    jump(BPF_JEQ, value, 0, 1);
    answer(kAccept);
  }
  void accept_if_from(std::uint32_t first, std::uint32_t last) {
    jump(BPF_JGE, first, 0, 2);
    jump(BPF_JGT, last, 1, 0);
    answer(kAccept);
  }
  // What `inner` writes is for A == value; it ends with an answer.
  template <class Inner>
  void when(std::uint32_t value, Inner inner) {
    const std::size_t here = program_.size();
    jump(BPF_JEQ, value, 0, 0);
    inner();
    program_[here].jf = static_cast<std::uint8_t>(program_.size() - here - 1);
  }
  // Two values one behind the other, of which both are to be so.
  void accept_if_words_at_x(std::uint32_t at, std::uint64_t both) {
    load_word_at_x(at);
    jump(BPF_JEQ, static_cast<std::uint32_t>(both >> 32U), 0, 3);
    load_word_at_x(at + 4);
    accept_if(static_cast<std::uint32_t>(both));
  }

  std::vector<sock_filter> program() && { return std::move(program_); }

 private:
  void add(unsigned code, std::uint32_t value) { program_.push_back({static_cast<std::uint16_t>(code), 0, 0, value}); }
  void jump(unsigned compare, std::uint32_t value, std::uint8_t if_so, std::uint8_t if_not) {
    program_.push_back({static_cast<std::uint16_t>(BPF_JMP | compare | BPF_K), if_so, if_not, value});
  }

  std::vector<sock_filter> program_;
};

// At X begins what stands behind the IP header.

void write_tcp(FilterWriter& to, const Name& name) {
  to.load_word_at_x(4);
  to.accept_if(name.sequence);
  to.accept_if(name.first_byte());
  to.load_word_at_x(8);
  to.accept_if(name.first_byte());
  to.accept_if(name.behind_data());
  to.answer(0);
}

std::uint32_t both_ports(const Flow& flow) {
  return static_cast<std::uint32_t>(flow.source.port) << 16U | flow.destination.port;
}

// An answer without the cookie comes to the sender's port, from whichever: it may be that nobody has translated it
// back. It may be too short to look for a cookie: its ports are looked at first.
void write_udp(FilterWriter& to, const Name& name) {
  to.load_word_at_x(0);
  to.keep_bits(0xffff);
  to.accept_if(name.flow.source.port);
  to.accept_if_words_at_x(8, name.cookie);
  to.answer(0);
}

// Of an error: behind its own eight bytes the IP header that it quotes, without options.
void write_quoted(FilterWriter& to, const Name& name, std::uint32_t quoted_header) {
  const std::uint32_t transport = 8 + quoted_header;
  if (name.transport == Transport::tcp) {
    to.load_word_at_x(transport + 4);
    to.accept_if(name.sequence);
    to.accept_if(name.first_byte());
  } else {
    to.load_word_at_x(transport);
    to.accept_if(both_ports(name.flow));
    to.accept_if_words_at_x(transport + 8, name.cookie);
  }
  to.answer(0);
}

void write_transport(FilterWriter& to, const Name& name) {
  if (name.transport == Transport::tcp)
    to.when(IPPROTO_TCP, [&] { write_tcp(to, name); });
  else
    to.when(IPPROTO_UDP, [&] { write_udp(to, name); });
}

}  // namespace

std::vector<sock_filter> tap_filter(const Name& name) {
  FilterWriter to;
  to.load_frame_type();
  to.accept_if(ETHERTYPE_ARP);
  to.when(ETHERTYPE_IP, [&] {
    to.set_x_to_header_length_of_v4();
    to.load_byte(9);
    write_transport(to, name);
    to.when(IPPROTO_ICMP, [&] { write_quoted(to, name, 20); });
    to.answer(0);
  });
  to.when(ETHERTYPE_IPV6, [&] {
    to.set_x(40);
    to.load_byte(6);
    write_transport(to, name);
    to.when(IPPROTO_ICMPV6, [&] {
      to.load_byte_at_x(0);
      to.accept_if_from(ND_NEIGHBOR_SOLICIT, ND_NEIGHBOR_ADVERT);
      write_quoted(to, name, 40);
    });
    to.answer(0);
  });
  to.answer(0);
  return std::move(to).program();
}

}  // namespace podrun::packet
