// What a check of the data plane plays in: pods that are attached and answer, a host that answers, and a machine beyond
// it that does; and one way to say that a packet is to arrive, as whose, or not.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cni/result.h"
#include "kit/src/host/outside.h"
#include "kit/src/lab.h"
#include "kit/src/prober/probe.h"
#include "kit/src/prober/server.h"

namespace cni::kit {

inline constexpr std::uint16_t kPodPort = 80;  // of the servers in pods
inline constexpr std::uint16_t kEchoPort = 7;  // of the others
inline constexpr Limit kLongEnough{4000}, kOneTry{1000}, kShort{700};
inline constexpr std::array kTransports{Transport::tcp, Transport::udp};

struct AttachedPod {
  Pod* pod = nullptr;
  Place place;
  std::vector<base::IpAddress> addresses;
  NetworkResult result;
  std::unique_ptr<Server> server;
  // Of its first address of that family. Empty: it has none, or none was told.
  std::optional<base::IpAddress> gateway(bool is_v4) const;
  bool has_default_route(bool is_v4) const;
  // Whether the other is in the network of an address of this pod's.
  bool has_in_its_network(const base::IpAddress& other) const;
};

struct Path {
  Place from;
  Target target;
  std::string to;    // the place whose server is to answer
  std::string peer;  // the address that is to be seen there
};

class Scene {
 public:
  explicit Scene(Lab& lab) : lab_(lab) {}

  // Attaches so many pods, each with a server at kPodPort. Skipped where an ADD fails, not applicable where it gives no
  // address.
  Verdict attach(std::size_t number);
  Verdict attach(Pod& pod);                       // one of the lab's
  Verdict attach_by_another_interface(Pod& pod);  // of a pod whose server answers already
  Verdict make_outside();                         // with a server at kEchoPort
  Verdict serve_on_host();                        // likewise
  AttachedPod& pod(std::size_t number) { return pods_.at(number); }
  const Uplink& uplink() const { return uplink_; }
  const Place& host() const { return host_; }
  const Place& outside() const { return outside_; }

  Verdict expect(const Path& path) { return expect(path, kLongEnough); }
  Verdict expect(const Path& path, Limit limit);
  // From the first pod to outside, by each default route that it has; not applicable without one.
  Verdict expect_ways_out(bool masquerades);
  Verdict expect_none(const Place& from, const Target& target, const std::string& why);
  // For what is neither asked by ask() nor one packet: noted in the report as a way that was tried.
  void note(const Place& from, const std::string& to, const std::string& what, bool expected, const Seen& seen);

 private:
  Lab& lab_;
  std::deque<AttachedPod> pods_;
  Uplink uplink_;
  Place host_{"host", "/proc/self/ns/net", {}}, outside_{"outside", "", {}};
  std::vector<std::unique_ptr<Server>> servers_;
};

}  // namespace cni::kit
